"""Escalations of cases and accounts: who may ask, who decides, what follows, and who is told."""

__all__: list[str] = []
