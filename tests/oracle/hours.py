"""What a clock asks of its calendar, answered on a grid of minutes: open time, the hours of a date, when a goal ends.

Instants are microseconds since the start of the grid. Open time is counted: whole slices of the grid at once where
nothing in them matters, then minute by minute. Dates and hours of the day are what `zoneinfo` says that a clock shows.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tests.oracle.calendar import (
    WEEKDAYS,
    exceptional_hours,
    is_special,
    open_slots,
    own_hours,
    paint,
    weekly_hours,
)

__all__ = ["MINUTE", "SECOND", "Hours", "around_the_clock", "instant_after", "open_time"]

SECOND, MINUTE = 1_000_000, 60_000_000
MICROSECOND = timedelta(microseconds=1)
DAY = 1440  # minutes
SLICE = 240  # minutes that are counted at once


def open_time(opens: bytes, start: int, end: int) -> int:
    """The open time from one instant to another; none if the other is not later."""
    if end <= start:
        return 0
    (first, before), (last, after) = divmod(start, MINUTE), divmod(end, MINUTE)
    whole = opens.count(1, first, last) * MINUTE
    return whole - (before if before and opens[first] else 0) + (after if after and opens[last] else 0)


def instant_after(opens: bytes, start: int, amount: int) -> int | None:
    """The earliest instant, from ``start`` on, by which so much open time has passed; None beyond the grid."""
    if amount <= 0:
        return start
    minute, begun = divmod(start, MINUTE)
    missing = amount + (begun if begun and opens[minute] else 0)  # counted from the start of the minute
    while minute < len(opens) and (passed := opens.count(1, minute, minute + SLICE) * MINUTE) < missing:
        minute, missing = minute + SLICE, missing - passed
    for number in range(minute, len(opens)):
        if opens[number]:
            if missing <= MINUTE:
                return number * MINUTE + missing
            missing -= MINUTE
    return None


def around_the_clock(zone: str) -> dict:
    """The calendar that is always open, with the dates of a zone."""
    return {"timezone": zone, "hours": {day: ["00:00-24:00"] for day in WEEKDAYS}}


def zone_of(document: dict) -> str:
    """The zone whose dates are a calendar's days: that of its first member, where it is a set."""
    while "timezone" not in document:
        ((document, *_),) = (members for kind, members in document.items() if kind != "name")
    return document["timezone"]


@lru_cache(maxsize=4000)
def clock_readings(zone: str, start: datetime, steps: int, day: date) -> list[tuple[int, int]] | None:
    """The minutes of the grid at which clocks show a date, each with the minute of the day; None beyond the grid."""
    clock = ZoneInfo(zone)
    midnight = (datetime.combine(day, time(), UTC) - start) // timedelta(minutes=1)
    if midnight < DAY or midnight + 2 * DAY >= steps:
        return None
    shown = (
        (minute, (start + timedelta(minutes=minute)).astimezone(clock))
        for minute in range(midnight - 15 * 60, midnight + DAY + 13 * 60)
    )
    return [(minute, local.hour * 60 + local.minute) for minute, local in shown if local.date() == day]


class Hours:
    """A calendar on the grid. ``opens`` holds 1 for each open minute since ``start`` and 0 for each closed one."""

    def __init__(
        self, document: dict, start: datetime, steps: int, name: str | None = None, asked_zone: str | None = None
    ) -> None:
        """Ask of every minute whether it is open; by the clocks of a zone that was asked for, if one was."""
        self.name, self.start, self.asked_zone = name, start, asked_zone
        self.document = document if asked_zone is None else {**document, "timezone": asked_zone}
        self.opens = open_slots(self.document, start, steps)
        self.zone_name = zone_of(self.document)
        self.zone = ZoneInfo(self.zone_name)
        self.days: dict[date, tuple[int, int] | None] = {}

    # --- local dates -------------------------------------------------------------------------------------------------

    def local(self, instant: int) -> datetime:
        """What a clock in the calendar's zone shows."""
        return (self.start + instant * MICROSECOND).astimezone(self.zone)

    def day(self, day: date) -> tuple[int, int] | None:
        """The first opening and the last close of the hours that belong to a date; None if it is no working date."""
        if day not in self.days:
            minutes = self.minutes_of(day)
            self.days[day] = (minutes[0] * MINUTE, (minutes[-1] + 1) * MINUTE) if minutes else None
        return self.days[day]

    def minutes_of(self, day: date) -> list[int]:
        """The open minutes that belong to a date: of windows that start on it; of a set, those that clocks show on it.

        Where the grid ends there are none.
        """
        today, tomorrow = (
            clock_readings(self.zone_name, self.start, len(self.opens), day + timedelta(days=days)) for days in (0, 1)
        )
        if today is None or tomorrow is None:
            return []
        if "hours" not in self.document:
            return [minute for minute, _ in today if self.opens[minute]]
        own, tail = starting_on(self.document, day)
        return [minute for minute, slot in today if own[slot]] + [minute for minute, slot in tomorrow if tail[slot]]

    def working_date(self, day: date) -> date | None:
        """The first working date on or after a date; None beyond the grid."""
        last = self.local(len(self.opens) * MINUTE).date()
        while self.day(day) is None:
            if day >= last:
                return None
            day += timedelta(days=1)
        return day

    # --- goals that name an instant ----------------------------------------------------------------------------------

    def target(self, goal: dict, started_at: int) -> int | None:
        """The instant that a goal names, by days or by a field whose value it holds; None beyond the grid.

        One that lies not after the start, or that no field gives, is a second after the start.
        """
        if "days" in goal:
            target = self.days_later(goal, started_at)
        else:
            agreed = goal["value"]
            target = started_at if agreed is None or agreed <= started_at else self.open_or_next(agreed)
        return target if target is None or target > started_at else started_at + SECOND

    def open_or_next(self, instant: int) -> int | None:
        """The instant itself, if the calendar is open then or just closes; else the next opening."""
        minute, begun = divmod(instant, MINUTE)
        if self.opens[minute] or (not begun and self.opens[minute - 1]):
            return instant
        return self.next_open(instant)

    def next_open(self, instant: int) -> int | None:
        """The first open instant that is not before this one; None beyond the grid."""
        minute = self.opens.find(1, instant // MINUTE)
        return None if minute < 0 else max(instant, minute * MINUTE)

    def days_later(self, goal: dict, started_at: int) -> int | None:
        """So many working dates later: at its close, at the start's time of the day, or at a stated one."""
        day = self.working_date(self.local(started_at).date())
        if day is None:
            return None
        for _ in range(goal["days"] + self.is_after_cutoff(goal.get("cutoff"), day, started_at)):
            day = self.working_date(day + timedelta(days=1))
            if day is None:
                return None
        hours = self.day(day)
        assert hours is not None
        opens, closes = hours
        at = goal.get("at", "same_time")
        if at == "close":
            return closes
        clock = self.local(started_at).time() if at == "same_time" else time.fromisoformat(at)
        named = (datetime.combine(day, clock, self.zone).astimezone(UTC) - self.start) // MICROSECOND
        return min(max(named, opens), closes)

    def is_after_cutoff(self, cutoff: str | None, day: date, started_at: int) -> bool:
        """Whether work starts after the cut-off of day 0, or after its last close; just at the cut-off is before."""
        hours = self.day(day)
        if cutoff is None or hours is None:
            return False
        opens, closes = hours
        begins = self.next_open(started_at)
        if begins is None or not opens <= begins < closes:
            begins = started_at
        latest = time.fromisoformat(cutoff)
        if started_at >= closes:
            return started_at > closes or self.local(started_at).time() != latest
        return self.local(begins).time() > latest


def starting_on(document: dict, day: date) -> tuple[bytes, bytes]:
    """For each minute of a date, and of the next, 1 if it lies in a window that starts on the date, as settled."""
    today, tomorrow = bytearray(DAY), bytearray(DAY)
    if document.get("holiday_rule") != "day":
        windows = own_hours(document, day)
    else:
        windows = exceptional_hours(document, day)
        if not is_special(document, day):
            paint(today, [], weekly_hours(document, day), 60)
        if not is_special(document, day + timedelta(days=1)):
            paint(tomorrow, weekly_hours(document, day), [], 60)
    paint(today, [], windows, 60)
    paint(tomorrow, windows, [], 60)
    return bytes(today), bytes(tomorrow)
