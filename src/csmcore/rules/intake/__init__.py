"""How a case begins: opened with what follows from its fields, or taken in from a message."""

__all__: list[str] = []
