"""Records of other systems that a case is linked to: what is heard of them, and what they hear."""

__all__: list[str] = []
