"""Conditions, part by part."""
