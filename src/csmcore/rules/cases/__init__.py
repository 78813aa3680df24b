"""The case: who may do what with it, and what that makes of it. Import from `csmcore.rules`."""

__all__: list[str] = []
