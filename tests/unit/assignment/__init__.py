"""Tests of assignment: rules, rankings, rosters, queues."""
