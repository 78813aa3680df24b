"""Service contracts: their life, what is on them, and how they are renewed."""
