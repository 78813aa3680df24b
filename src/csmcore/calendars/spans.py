"""A stretch of time as a calendar sees it: open or closed, and which holidays closed it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import attrs

from csmcore.calendars.zones import instant_at

__all__ = ["Closing", "Span", "spans_between"]

Closing: TypeAlias = tuple[int, int, str]
"""``(start, end, name)``: from ``start`` to ``end`` (UTC seconds) ordinary hours were taken away by the holiday of that name."""


@attrs.frozen
class Span:
    """One stretch of a calendar, half-open, in UTC. ``holidays`` names what closed time in it that is open in other weeks."""

    start: datetime
    end: datetime
    is_open: bool
    holidays: tuple[str, ...] = ()

    @property
    def duration(self) -> timedelta:
        """How long it is in real time."""
        return self.end - self.start


def spans_between(
    start: datetime, end: datetime, bounds: Sequence[datetime], closings: Sequence[Closing]
) -> Iterator[Span]:
    """The stretches from ``start`` to ``end``, given the openings and closings in between (an opening first)."""
    edges = [start, *bounds, end]
    for index, (begin, until) in enumerate(zip(edges, edges[1:], strict=False)):
        if begin < until:
            is_open = index % 2 == 1
            yield Span(begin, until, is_open, () if is_open else _names(begin, until, closings))


def _names(begin: datetime, until: datetime, closings: Sequence[Closing]) -> tuple[str, ...]:
    within = (name for start, end, name in closings if instant_at(start) < until and begin < instant_at(end))
    return tuple(dict.fromkeys(within))
