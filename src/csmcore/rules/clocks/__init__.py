"""Promises and their clocks: a policy compiled, histories folded, clocks read and explained, states compared."""

__all__: list[str] = []
