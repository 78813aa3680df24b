"""What somebody may not see, and may not learn by asking."""
