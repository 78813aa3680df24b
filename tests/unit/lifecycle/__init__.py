"""Tests of a case's life."""
