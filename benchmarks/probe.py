"""The bare probe: the fastest honest pure-Python lookup of one office calendar, against which csmcore is measured.

It knows one shape (Monday to Friday, one window a day), checks nothing, grows nothing and shares no code with csmcore.
An instant is held as the `timedelta` since 1970: one subtraction takes an aware datetime of any zone there, comparisons
and sums of timedeltas run in C, and no integer has to be turned back. That was measured to be 1.7 times faster than
microseconds in integers, and a little faster than a list of UTC datetimes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["office_probe"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SATURDAY = 5


def windows(
    zone: ZoneInfo, opens: time, closes: time, holidays: Collection[date], years: range
) -> list[tuple[datetime, datetime]]:
    """The office's windows of some years as pairs of UTC datetimes."""
    first = date(years.start, 1, 1).toordinal()
    days = (date.fromordinal(n) for n in range(first, date(years.stop, 1, 1).toordinal()))
    return [
        (datetime.combine(day, opens, zone).astimezone(UTC), datetime.combine(day, closes, zone).astimezone(UTC))
        for day in days
        if day.weekday() < SATURDAY and day not in holidays
    ]


def office_probe(
    zone: ZoneInfo, opens: time, closes: time, holidays: Collection[date], years: range
) -> tuple[Callable[[datetime, timedelta], datetime], Callable[[datetime, datetime], timedelta]]:
    """`add` and `elapsed` over a table of boundaries: open after an odd number of them, closed after an even one."""
    worked = timedelta(0)
    bounds: list[timedelta] = []
    offsets = [
        worked
    ]  # after an even number of bounds: what was worked; after an odd number: what to take off the instant
    totals: list[timedelta] = []
    origins: list[datetime] = []
    for start, end in windows(zone, opens, closes, holidays, years):
        bounds += (start - EPOCH, end - EPOCH)
        offsets.append(start - EPOCH - worked)
        origins.append(start - worked)
        worked += end - start
        offsets.append(worked)
        totals.append(worked)

    def add(start: datetime, duration: timedelta) -> datetime:
        at = start - EPOCH
        i = bisect_right(bounds, at)
        position = (at - offsets[i] if i & 1 else offsets[i]) + duration
        return origins[bisect_left(totals, position)] + position

    def elapsed(start: datetime, end: datetime) -> timedelta:
        a = start - EPOCH
        b = end - EPOCH
        i = bisect_right(bounds, a)
        j = bisect_right(bounds, b)
        return (b - offsets[j] if j & 1 else offsets[j]) - (a - offsets[i] if i & 1 else offsets[i])

    return add, elapsed
