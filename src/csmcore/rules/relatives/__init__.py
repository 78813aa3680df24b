"""Cases and other cases: major ones and their children, parents, duplicates."""

__all__: list[str] = []
