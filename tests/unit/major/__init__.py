"""Major cases, their children, duplicates."""
