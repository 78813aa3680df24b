"""Second implementations, slow and plain, that share no code with csmcore."""
