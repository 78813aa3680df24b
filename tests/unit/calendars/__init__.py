"""What each method of a calendar answers, by example, and what it refuses."""
