"""A stretch of time as a calendar sees it: open or closed, and which holidays closed it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

import attrs

__all__ = ["Closing", "Span", "spans_between"]

Closing: TypeAlias = tuple[datetime, datetime, str]
"""``(start, end, name)``: ordinary hours that the holiday of that name took away, of less than two days."""

_TWO_DAYS = timedelta(days=2)


@attrs.frozen
class Span:
    """One stretch of a calendar, half-open, in UTC. ``holidays`` closed time in it that is open in other weeks."""

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
    """The stretches from ``start`` to ``end``, given the bounds in between (an opening first) and closings."""
    edges = [start, *bounds, end]
    begins = [closing[0] for closing in closings]
    for index, (begin, until) in enumerate(pairwise(edges)):
        if begin < until:
            is_open = index % 2 == 1
            near = () if is_open else closings[bisect_right(begins, begin - _TWO_DAYS) : bisect_left(begins, until)]
            yield Span(begin, until, is_open, tuple(dict.fromkeys(name for _, close, name in near if begin < close)))
