"""Tests of a case's links to records of other systems."""
