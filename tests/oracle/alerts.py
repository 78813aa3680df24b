"""What an alert leads to for each account, on plain dicts and one account after the other.

An account has cases, each with the hour at which it was ``opened`` and, if it has, ``ended``. The answer is a word for
each account: ``open``, ``open again``, ``note``, ``nothing``; and whether they become one major case.
"""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["on_clearing", "on_raising"]


def on_raising(accounts: Mapping[str, Sequence[Mapping[str, Any]]], raised: int) -> dict[str, str]:
    """The word for each account whose things are affected by an alert of that hour."""
    return {account: _word(cases, raised) for account, cases in accounts.items()}


def _word(cases: Sequence[Mapping[str, Any]], raised: int) -> str:
    if not cases:
        return "open"
    alive = [case for case in cases if case["ended"] is None]
    if alive:
        return "note" if raised > max(case["opened"] for case in alive) else "nothing"
    latest = max(cases, key=lambda case: case["opened"])
    return "open again" if raised > latest["ended"] else "nothing"


def on_clearing(accounts: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, int]:
    """How many cases of each account are told that the alert is over."""
    return {account: sum(case["ended"] is None for case in cases) for account, cases in accounts.items()}
