"""Clocks on days that a person can count."""
