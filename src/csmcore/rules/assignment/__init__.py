"""Who works on a case: by rules, by skills and hours and load, and from queues; every answer with its reasons."""

__all__: list[str] = []
