"""Tests of customers, and of the people that work for them."""
