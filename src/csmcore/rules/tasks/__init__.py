"""Work on a case by others: its tasks, the time that was worked, and what that cost. Import from `csmcore.rules`."""

__all__: list[str] = []
