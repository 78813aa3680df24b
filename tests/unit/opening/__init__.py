"""How a new case is made of its fields."""
