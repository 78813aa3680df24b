"""Sets of time as sorted, disjoint, half-open stretches of whole seconds.

All that a calendar does before it becomes a number line is set algebra on such lists: one day's windows
joined to the next day's, a holiday taken out, one team's hours added to another's.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

__all__ = ["Interval", "clip", "intersect", "subtract", "unite"]

Interval: TypeAlias = tuple[int, int]


def unite(intervals: Iterable[Interval]) -> list[Interval]:
    """Everything that is in any of the intervals, given in order of their starts; those that meet become one."""
    united: list[Interval] = []
    begun, until = 0, -1 << 62
    for start, end in intervals:
        if start > until:
            if until > begun:
                united.append((begun, until))
            begun, until = start, end
        elif end > until:
            until = end
    if until > begun:
        united.append((begun, until))
    return united


def intersect(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """What is in both of two disjoint, sorted lists."""
    common: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i][0], right[j][0])
        end = min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return common


def subtract(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """What is in the first of two disjoint, sorted lists and not in the second."""
    if not left or not right:
        return list(left)
    low, high = left[0][0], left[-1][1]
    edges = [low, *(edge for interval in right for edge in interval if low < edge < high), high]
    inside = any(start <= low < end for start, end in right)
    return intersect(left, list(zip(edges[inside::2], edges[inside + 1 :: 2], strict=False)))


def clip(intervals: Sequence[Interval], start: int, end: int) -> list[Interval]:
    """What is in the list and in ``[start, end)``."""
    return intersect(intervals, [(start, end)])
