"""Due dates by a rule or by agreement: the instant that a goal is about, before any pause moves it."""

from datetime import UTC, datetime, timedelta

from csmcore.calendars import Calendar, WallClock, as_utc
from csmcore.conditions import Record
from csmcore.errors import CalendarExhausted, InvalidValue
from csmcore.model import Goal, read_time

__all__ = ["instant_in", "target_of"]

_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)
_ZERO = timedelta(0)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def target_of(goal: Goal, calendar: Calendar, started_at: datetime, agreed_at: datetime | None) -> datetime | None:
    """The due date of a goal by ``days``, or by the date that was agreed on; None where the calendar ends before.

    One that is empty, or not after the start, is exactly a second after it.
    """
    if goal.due_field is not None and (agreed_at is None or agreed_at <= started_at):
        return started_at + _SECOND
    try:
        target = _ruled(goal, calendar, started_at) if agreed_at is None else _agreed(calendar, agreed_at)
    except CalendarExhausted:
        return None
    return target if target > started_at else started_at + _SECOND


def instant_in(record: Record, name: str) -> datetime | None:
    """The instant that a record has in a field; None if it has something else, or nothing.

    As for conditions, a value of a subclass of datetime is something else. Raises NaiveDatetime, and OutOfRange
    outside 1970 to 2199.
    """
    value = record.get(name)
    if type(value) is not datetime:
        return None
    try:
        return as_utc(value)
    except InvalidValue as error:
        raise error.under(name) from None


def _agreed(calendar: Calendar, agreed_at: datetime) -> datetime:
    """The date as it is in open time and at a close, else the next opening."""
    if calendar.elapsed(max(_FIRST, agreed_at - _MICROSECOND), agreed_at) > _ZERO:
        return agreed_at
    return calendar.next_open(agreed_at)


def _ruled(goal: Goal, calendar: Calendar, started_at: datetime) -> datetime:
    days = goal.days or 0
    if goal.cutoff is not None and _is_after(calendar, started_at, goal.cutoff):
        days += 1
    if goal.at == "close":
        return calendar.add_days(started_at, days, "close")
    return calendar.add_days(started_at, days, "same_time" if goal.at == "same_time" else read_time(goal.at, "at"))


def _is_after(calendar: Calendar, started_at: datetime, cutoff: str) -> bool:
    """Whether a start misses the cut-off of its day; the cut-off itself does not. A start waits for the opening.

    After the close of the day every start does, and at it too, unless that is the cut-off.
    """
    latest, clock = read_time(cutoff, "cutoff"), WallClock(calendar.timezone)
    close = calendar.add_days(started_at, 0, "close")
    if started_at >= close:
        return started_at > close or clock.reading(close).time() != latest
    return clock.reading(calendar.next_open(started_at)).time() > latest
