"""What customers were promised: contracts, entitlements, which applies, and how much of it is left."""

__all__: list[str] = []
