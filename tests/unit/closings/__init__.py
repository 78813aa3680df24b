"""What closed by itself: a rule beside histories that a person can judge."""
