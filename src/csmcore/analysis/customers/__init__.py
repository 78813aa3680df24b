"""The stories of three customers, told by the rules: who they are, what they have, what they may claim, and why."""

__all__: list[str] = []
