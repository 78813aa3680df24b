"""Laws, tried on generated input."""
