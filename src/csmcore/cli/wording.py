"""Instants and durations as people read them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs

from csmcore.calendars import WallClock

__all__ = ["Times", "brief", "counted", "exact"]

_SECOND: Final = timedelta(seconds=1)
_MINUTE, _HOUR = 60, 3600


def exact(duration: timedelta) -> str:
    """A duration to the second, in hours as calendars count them: a business day is no day.

    >>> exact(timedelta(hours=30, seconds=5)), exact(timedelta(minutes=-90))
    ('30h 00m 05s', '-1h 30m')
    """
    seconds = abs(duration) // _SECOND
    hours, minutes = divmod(seconds // _MINUTE, _MINUTE)
    parts = [f"{hours:,}h {minutes:02}m" if hours else f"{minutes}m" if minutes or not seconds else ""]
    if seconds % _MINUTE:
        parts.append(f"{seconds % _MINUTE:02}s")
    return ("-" if duration < timedelta(0) else "") + " ".join(filter(None, parts))


def brief(seconds: int | None) -> str:
    """A duration in hours and minutes, rounded down; a dash where there is none.

    >>> brief(7265), brief(59), brief(None)
    ('2:01', '0:00', '-')
    """
    return "-" if seconds is None else f"{seconds // _HOUR:,}:{seconds // _MINUTE % _MINUTE:02}"


def counted(count: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "case"), counted(2000, "row")
    ('1 case', '2,000 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@attrs.frozen
class Times:
    """Instants on the wall clock of one zone; the year is left out where all are of one."""

    timezone: str
    has_years: bool = False

    @classmethod
    def of(cls, timezone: str, instants: Iterable[datetime]) -> "Times":
        """Fit for these instants."""
        times = cls(timezone)
        return cls(timezone, len({times.local(instant).year for instant in instants}) > 1)

    def short(self, instant: datetime) -> str:
        """Weekday, day and time."""
        return self.whole(instant) if self.has_years else _said(self.local(instant), "%a %d %b")

    def whole(self, instant: datetime) -> str:
        """Weekday, day, year and time."""
        return _said(self.local(instant), "%a %d %b %Y")

    def shift(self, start: datetime, end: datetime) -> timedelta:
        """By how much the clock was put forward in between."""
        return (self.local(end) - self.local(start)) - (end - start)

    def local(self, instant: datetime) -> datetime:
        """What the clock on the wall reads then, without an offset."""
        return WallClock(self.timezone).reading(instant).replace(tzinfo=None)


def _said(reading: datetime, day: str) -> str:
    return reading.strftime(f"{day} %H:%M:%S" if reading.second else f"{day} %H:%M")
