"""What customers have: models, assets, what was sold and installed, and what follows from it."""

__all__: list[str] = []
