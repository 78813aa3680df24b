"""What was promised: how much of it is used, and of what is left."""
