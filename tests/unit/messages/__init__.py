"""Messages taken in: what they are, where they go, and what may come with them."""
