"""A clock's own number line: the open time since its start, under one calendar after another."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from csmcore.calendars import Calendar
from csmcore.errors import CalendarExhausted
from csmcore.model import CalendarStretch
from csmcore.rules.clocks.hours import Hours

__all__ = ["Line"]

_ZERO = timedelta(0)


class Line(NamedTuple):
    """Open time since ``start`` as a function of the instant, and back.

    ``calendar`` is in force from ``since``; where there are no ``stretches`` under others before, that is the start.
    ``origin`` is the position on the calendar at which the open time would be nothing.
    """

    calendar: Calendar
    start: datetime
    since: datetime
    origin: timedelta
    stretches: Sequence[CalendarStretch]
    hours: Hours

    @classmethod
    def of(cls, hours: Hours, calendar: Calendar, start: datetime, stretches: Sequence[CalendarStretch]) -> "Line":
        """The line of a clock that started then."""
        if not stretches:
            return cls(calendar, start, start, calendar.position(start), stretches, hours)
        since = stretches[-1].end
        before = sum((stretch.business for stretch in stretches), _ZERO)
        return cls(calendar, start, since, calendar.position(since) - before, stretches, hours)

    def at(self, instant: datetime) -> timedelta:
        """The open time from the start to the instant, which is not before it."""
        if instant >= self.since:
            return self.calendar.position(instant) - self.origin
        passed = [stretch.business for stretch in self.stretches if stretch.end <= instant]
        stretch = self.stretches[len(passed)]
        calendar = self.hours.calendar(stretch.calendar, stretch.timezone)
        return sum(passed, _ZERO) + calendar.elapsed(stretch.start, instant)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from one instant to a later one."""
        return self.at(end) - self.at(start)

    def instant(self, open_time: timedelta) -> datetime | None:
        """The earliest instant, from the start on, by which there was so much; None if the calendar ends before."""
        if not self.stretches:
            return self._ahead(open_time)
        total = _ZERO
        for stretch in self.stretches:
            if open_time <= total + stretch.business:
                calendar = self.hours.calendar(stretch.calendar, stretch.timezone)
                return max(stretch.start, calendar.instant(calendar.position(stretch.start) + open_time - total))
            total += stretch.business
        return self._ahead(open_time)

    def _ahead(self, open_time: timedelta) -> datetime | None:
        """The instant under the calendar in force."""
        try:
            found = self.calendar.instant(self.origin + open_time)
        except CalendarExhausted:
            return None
        return max(self.since, found)
