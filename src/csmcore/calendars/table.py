"""The compiled number line: where a calendar opens and closes, with running totals, looked up by bisection."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import attrs

from csmcore.calendars.intervals import Interval
from csmcore.calendars.zones import instant_at

__all__ = ["ANCHOR", "BEGIN", "END", "Table", "bounds_of"]

_ZERO = timedelta(0)

ANCHOR = 2020
"""Position 0 is the UTC start of this year: near what is asked most, so that little is compiled to get there."""

BEGIN, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""The instants that calendars know, half-open."""


@attrs.frozen(eq=False)
class Table:
    """A calendar's open time from the UTC start of year ``first`` to that of year ``end``. Never changed, only replaced.

    ``bounds`` are openings and closings in turn, in UTC. ``closed`` are positions (open time since the anchor): window
    ``k`` begins at ``closed[k]`` and ends at ``closed[k + 1]``. ``origins[k]`` is the instant that lies ``position`` before every
    instant of window ``k``, so that inside it ``position = instant - origin`` and ``instant = origin + position``.
    Datetimes and timedeltas count whole microseconds, so all of it is exact.
    """

    first: int
    end: int
    low: datetime
    high: datetime
    bounds: Sequence[datetime]
    origins: Sequence[datetime]
    closed: Sequence[timedelta]

    @classmethod
    def of(cls, first: int, end: int, bounds: Sequence[datetime]) -> Self:
        """The table of these bounds; its years include the anchor."""
        position = -_open_before(_new_year(ANCHOR), bounds)
        origins: list[datetime] = []
        closed = [position]
        for start, close in zip(bounds[::2], bounds[1::2], strict=True):
            origins.append(start - position)
            position += close - start
            closed.append(position)
        return cls(first, end, _new_year(first), _new_year(end), bounds, origins, closed)

    def grown(self, first: int, end: int, before: Sequence[datetime], after: Sequence[datetime]) -> Self:
        """The table over more years, given the bounds of those before and after its own."""
        return type(self).of(first, end, _joined(_joined(before, self.bounds), after))

    def position(self, instant: datetime) -> timedelta:
        """Open time from the anchor to a UTC instant that the table covers; negative before the anchor."""
        index = bisect_right(self.bounds, instant)
        return instant - self.origins[index >> 1] if index & 1 else self.closed[index >> 1]


def bounds_of(intervals: Iterable[Interval]) -> list[datetime]:
    """The openings and closings of intervals in UTC seconds."""
    return [instant_at(second) for interval in intervals for second in interval]


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def _joined(left: Sequence[datetime], right: Sequence[datetime]) -> Sequence[datetime]:
    """Both, in turn; a window that goes on from one to the other becomes one."""
    if left and right and left[-1] == right[0]:
        return [*left[:-1], *right[1:]]
    return [*left, *right]


def _open_before(instant: datetime, bounds: Sequence[datetime]) -> timedelta:
    windows = zip(bounds[::2], bounds[1::2], strict=True)
    return sum((min(close, instant) - start for start, close in windows if start < instant), _ZERO)
