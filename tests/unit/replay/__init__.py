"""Histories, read and replayed."""
