"""What nouns accept, and what they refuse."""
