"""Csmcore beside the oracles."""
