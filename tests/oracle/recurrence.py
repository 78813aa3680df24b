"""Which cases recur, by trying every window, written from the specification's prose.

A window begins with a case, since any other can be moved later until it does, and loses none. Nothing is sorted but
what is told.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["Group", "recurring"]


class Group(NamedTuple):
    """The values that its cases share, all that lie in a window with enough of them, and those of the fullest one."""

    values: tuple[str, ...]
    cases: frozenset[str]
    fullest: frozenset[str]


def recurring(
    cases: Iterable[Mapping[str, Any]], by: tuple[str, ...], window: int, at_least: int
) -> dict[tuple[str, ...], Group]:
    """The groups by their values. A case has an ``id``, the time ``at`` which it was opened, and fields."""
    told = [case for case in cases if all(case.get(name) for name in by)]
    found = {}
    for values in {tuple(case[name] for name in by) for case in told}:
        group = [case for case in told if tuple(case[name] for name in by) == values]
        windows = [
            [case for case in group if start <= case["at"] < start + window]
            for start in sorted({case["at"] for case in group})
        ]
        full = [inside for inside in windows if len(inside) >= at_least]
        if full:
            most = max(len(inside) for inside in full)
            fullest = min((inside for inside in full if len(inside) == most), key=lambda w: max(c["at"] for c in w))
            everyone = frozenset(case["id"] for inside in full for case in inside)
            found[values] = Group(values, everyone, frozenset(case["id"] for case in fullest))
    return found
