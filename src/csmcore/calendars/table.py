"""The compiled number line: where a calendar opens and closes, with running totals, looked up by bisection."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import attrs

from csmcore.calendars.intervals import Interval

__all__ = ["ANCHOR", "BEGIN", "END", "EPOCH", "Table", "bounds_of", "joined", "year_start"]

_ZERO = timedelta(0)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ANCHOR = 2020
"""Position 0 is the UTC start of this year: near what is asked most, so that little is compiled to get there."""


def year_start(year: int) -> timedelta:
    """The UTC start of a year, as the time since 1970."""
    return datetime(year, 1, 1, tzinfo=UTC) - EPOCH


BEGIN, END = 1970, 2200
"""The years that calendars know, half-open."""


@attrs.frozen(eq=False)
class Table:
    """A calendar's open time from the UTC start of year ``first`` to that of year ``end``; replaced, never changed.

    Instants are times since 1970 UTC; timedeltas count whole microseconds, so all of it is exact. ``bounds`` are
    openings and closings in turn. ``closed`` are positions (open time since the anchor): window ``k`` begins at
    ``closed[k]`` and ends at ``closed[k + 1]``. Inside window ``k``, ``position = instant - shifts[k]``, and
    ``origins[k] + position`` is the instant as a datetime.
    """

    first: int
    end: int
    low: timedelta
    high: timedelta
    bounds: Sequence[timedelta]
    shifts: Sequence[timedelta]
    origins: Sequence[datetime]
    closed: Sequence[timedelta]

    @classmethod
    def of(cls, first: int, end: int, bounds: Sequence[timedelta]) -> Self:
        """The table of these bounds; its years include the anchor."""
        position = -_open_before(year_start(ANCHOR), bounds)
        shifts: list[timedelta] = []
        closed = [position]
        for start, close in zip(bounds[::2], bounds[1::2], strict=True):
            shifts.append(start - position)
            position += close - start
            closed.append(position)
        origins = [EPOCH + shift for shift in shifts]
        return cls(first, end, year_start(first), year_start(end), bounds, shifts, origins, closed)

    def grown(self, first: int, end: int, before: Sequence[timedelta], after: Sequence[timedelta]) -> Self:
        """The table over more years, given the bounds of those before and after its own."""
        return type(self).of(first, end, joined(joined(before, self.bounds), after))


def bounds_of(intervals: Iterable[Interval]) -> list[timedelta]:
    """The openings and closings of intervals in UTC seconds."""
    return [timedelta(seconds=second) for interval in intervals for second in interval]


def joined(left: Sequence[timedelta], right: Sequence[timedelta]) -> Sequence[timedelta]:
    """Both, in turn; a window that goes on from one to the other becomes one."""
    if left and right and left[-1] == right[0]:
        return [*left[:-1], *right[1:]]
    return [*left, *right]


def _open_before(instant: timedelta, bounds: Sequence[timedelta]) -> timedelta:
    windows = zip(bounds[::2], bounds[1::2], strict=True)
    return sum((min(close, instant) - start for start, close in windows if start < instant), _ZERO)
