"""Business time counted on a grid of instants: slow, plain, and without a line of csmcore.

It walks UTC in equal steps, asks `zoneinfo` what the local clock reads at each (UTC to local time is total and
unambiguous, so gaps and folds are no special case), asks whether that reading lies in a window, and counts. It never
turns local time into UTC, and knows no intervals: an engine that computes with those shares no logic with it.

A calendar is the plain document that csmcore reads too. All edges of windows must lie on the grid; questions may be
asked about any microsecond.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

__all__ = ["WEEKDAYS", "Grid", "open_slots"]

DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=16)
def readings(zone: str, start: datetime, steps: int, step: int) -> tuple[int, itemgetter]:
    """What the local clock shows at each instant: a date before it all, and the slots counted from its midnight."""
    clock = ZoneInfo(zone)
    shown = [(start + timedelta(seconds=step * number)).astimezone(clock) for number in range(steps)]
    first = start.toordinal() - 2
    day = DAY // step
    slots = [(t.toordinal() - first) * day + (t.hour * 3600 + t.minute * 60 + t.second) // step for t in shown]
    return first, itemgetter(*slots)


@lru_cache(maxsize=100_000)
def exists(zone: str, day: int) -> bool:
    """Whether some instant reads that date: Apia has no 2011-12-30."""
    noon = datetime.combine(date.fromordinal(day), datetime.min.time(), UTC) + timedelta(hours=12)
    clock = ZoneInfo(zone)
    return any(
        (noon + timedelta(minutes=15 * number)).astimezone(clock).toordinal() == day for number in range(-112, 113)
    )


def open_slots(document: dict, start: datetime, steps: int, step: int = 60) -> bytes:
    """For each instant of the grid 1 if the calendar is open then, else 0."""
    for name, together in (("union", max), ("intersection", min), ("minus", lambda one, other: one > other)):
        if name in document:
            one, *others = [open_slots(member, start, steps, step) for member in document[name]]
            for other in others:
                one = bytes(map(together, one, other))
            return one
    first, pick = readings(document["timezone"], start, steps, step)
    days = range(first, first + 6 + steps * step // DAY)
    return bytes(pick(b"".join(local_day(document, date.fromordinal(day), step) for day in days)))


def local_day(document: dict, day: date, step: int) -> bytes:
    """For each slot of a local date 1 if a clock that shows it is inside a window, by the settled rules.

    Under ``holiday_rule = "shift"`` an exception or holiday replaces the windows that start on its date.
    Under ``"day"`` it clears its date of weekly hours from 00:00 to 24:00, and no more; windows of exceptions stand.
    """
    slots, before = bytearray(DAY // step), day - timedelta(days=1)
    if document.get("holiday_rule") != "day":
        paint(slots, own_hours(document, before), own_hours(document, day), step)
        return bytes(slots)
    if not is_special(document, day):
        paint(slots, weekly_hours(document, before), weekly_hours(document, day), step)
    paint(slots, exceptional_hours(document, before), exceptional_hours(document, day), step)
    return bytes(slots)


def paint(slots: bytearray, before: list[tuple[int, int]], today: list[tuple[int, int]], step: int) -> None:
    """Open the tails of the windows that started the day before, and the windows of the day itself."""
    for opens, closes in before:
        if closes < opens:
            slots[: closes // step] = b"\1" * (closes // step)
    for opens, closes in today:
        end = closes if closes > opens else DAY
        slots[opens // step : end // step] = b"\1" * ((end - opens) // step)


def own_hours(document: dict, day: date) -> list[tuple[int, int]]:
    """The windows that start on a date: an exception's, else none on a holiday, else its weekday's."""
    return exceptional_hours(document, day) if is_special(document, day) else weekly_hours(document, day)


def exceptional_hours(document: dict, day: date) -> list[tuple[int, int]]:
    """The windows of the date's exception."""
    return hours_if_any(document, day, document.get("exceptions", {}).get(day.isoformat(), []))


def weekly_hours(document: dict, day: date) -> list[tuple[int, int]]:
    """The windows of the date's weekday."""
    return hours_if_any(document, day, document["hours"].get(WEEKDAYS[day.weekday()], []))


def hours_if_any(document: dict, day: date, windows: list[str]) -> list[tuple[int, int]]:
    """The windows, unless the date is outside the validity or no date of the zone."""
    is_valid = document.get("valid_from", "1") <= day.isoformat() <= document.get("valid_until", "9")
    return [window(text) for text in windows] if is_valid and exists(document["timezone"], day.toordinal()) else []


def is_special(document: dict, day: date) -> bool:
    """Whether the date has an exception or a holiday."""
    return day.isoformat() in document.get("exceptions", {}) or any(
        falls_on(holiday, day) for holiday in document.get("holidays", [])
    )


def falls_on(holiday: str | dict, day: date) -> bool:
    """Whether a holiday, by its date or by its yearly rule, falls on the date."""
    if isinstance(holiday, str):
        return holiday == day.isoformat()
    if "date" in holiday:
        return holiday["date"] == day.isoformat()
    rule = dict(part.split("=") for part in holiday["recurrence"].split(";"))
    if day.isoformat() < holiday.get("start", "1") or day.month != int(rule.get("BYMONTH", day.month)):
        return False
    if "BYMONTHDAY" in rule:
        return day.day == int(rule["BYMONTHDAY"])
    nth, name = rule["BYDAY"][:-2], rule["BYDAY"][-2:].lower()
    from_end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - day
    counted = {str((day.day + 6) // 7), f"-{(from_end.days + 6) // 7}", ""}
    return WEEKDAYS[day.weekday()].startswith(name) and nth in counted


@lru_cache(maxsize=100_000)
def window(text: str) -> tuple[int, int]:
    """The two ends of a window in seconds after midnight."""
    opens, closes = (
        sum(int(part) * unit for part, unit in zip(end.split(":"), (3600, 60, 1), strict=False))
        for end in text.split("-")
    )
    return opens, closes


class Grid:
    """A stretch of UTC with the open time counted up; instants are datetimes, answers None where they lie beyond it."""

    def __init__(self, document: dict, start: datetime, steps: int, step: int = 60) -> None:
        """Count the open slots of the calendar from ``start``."""
        self.start, self.step = start, step * 1_000_000
        self.slots = open_slots(document, start, steps, step)
        self.total = list(accumulate(self.slots, initial=0))

    def at(self, microseconds: int) -> datetime:
        """The instant so far after the grid's start."""
        return self.start + timedelta(microseconds=microseconds)

    def worked(self, t: datetime) -> int:
        """Open microseconds from the grid's start to ``t``."""
        slot, rest = divmod((t - self.start) // MICROSECOND, self.step)
        return self.total[slot] * self.step + (rest if rest and self.slots[slot] else 0)

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """Open time from ``a`` to ``b``, signed."""
        return timedelta(microseconds=self.worked(b) - self.worked(a))

    def add(self, t: datetime, duration: timedelta) -> datetime | None:
        """The earliest instant with so much open time after ``t``."""
        if duration == timedelta(0):
            return t
        if duration < timedelta(0):
            return self.subtract(t, -duration)
        goal = self.worked(t) + duration // MICROSECOND
        slot = bisect_left(self.total, -(-goal // self.step))
        return None if slot == len(self.total) else self.at(slot * self.step - (self.total[slot] * self.step - goal))

    def subtract(self, t: datetime, duration: timedelta) -> datetime | None:
        """The latest instant with so much open time before ``t``."""
        if duration == timedelta(0):
            return t
        if duration < timedelta(0):
            return self.add(t, -duration)
        goal = self.worked(t) - duration // MICROSECOND
        slot = bisect_right(self.total, goal // self.step) - 1
        return None if goal < 0 else self.at(slot * self.step + goal - self.total[slot] * self.step)

    def _slot(self, t: datetime) -> int:
        return (t - self.start) // MICROSECOND // self.step

    def is_open(self, t: datetime) -> bool:
        """Whether the slot that holds ``t`` is open."""
        return bool(self.slots[self._slot(t)])

    def next_open(self, t: datetime) -> datetime | None:
        """``t`` itself when open, else the next opening."""
        slot = self.slots.find(1, self._slot(t))
        return None if slot < 0 else max(t, self.at(slot * self.step))

    def next_close(self, t: datetime) -> datetime | None:
        """The first instant after ``t`` at which an open stretch ends."""
        slot = self.slots.find(b"\1\0", self._slot(t))
        return None if slot < 0 else self.at((slot + 1) * self.step)

    def previous_close(self, t: datetime) -> datetime | None:
        """The last instant not after ``t`` at which an open stretch ends."""
        slot = self.slots.rfind(b"\1\0", 0, self._slot(t) + 1)
        return None if slot < 0 else self.at((slot + 1) * self.step)

    def stretches(self) -> list[tuple[datetime, datetime, bool]]:
        """The grid cut where it opens and closes."""
        edges = [0, *(k for k in range(1, len(self.slots)) if self.slots[k] != self.slots[k - 1]), len(self.slots)]
        return [(self.at(a * self.step), self.at(b * self.step), bool(self.slots[a])) for a, b in pairwise(edges)]
