"""Agreements, and which of them applies to a case."""
