"""Cases that recur, on groups that a person can count."""
