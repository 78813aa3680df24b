"""What may come in: aware datetimes of 1970 to 2199, and durations up to 100 years."""

from datetime import UTC, datetime, timedelta

from csmcore.calendars.table import BEGIN, END, EPOCH, year_start
from csmcore.errors import NaiveDatetime, OutOfRange, shown

__all__ = ["LONGEST", "as_utc", "out_of_range", "since_epoch", "too_long"]

LONGEST = timedelta(days=36_525)
"""100 years."""

_FIRST, _LAST = year_start(BEGIN), year_start(END)


def since_epoch(instant: datetime) -> timedelta:
    """The time from 1970 UTC to the instant: one subtraction, which converts from every zone. Raises NaiveDatetime."""
    try:
        return instant - EPOCH
    except TypeError:
        raise naive(instant) from None


def as_utc(instant: datetime) -> datetime:
    """The instant in UTC. Raises NaiveDatetime, OutOfRange outside 1970 to 2199.

    >>> as_utc(datetime.fromisoformat("2026-03-04T09:00+01:00")).isoformat()
    '2026-03-04T08:00:00+00:00'
    """
    at = since_epoch(instant)
    if not _FIRST <= at < _LAST:
        raise out_of_range(instant)
    return instant if instant.tzinfo is UTC else EPOCH + at


def naive(instant: object) -> Exception:
    """The refusal of a datetime that names no instant; of what is no datetime at all, a TypeError."""
    if isinstance(instant, datetime):
        return NaiveDatetime("instant", f"{shown(instant)} has no offset, so it names no instant", "attach a time zone")
    return TypeError(f"{shown(instant)} is no datetime")


def out_of_range(instant: object) -> OutOfRange:
    """The refusal of an instant that no calendar covers."""
    return OutOfRange("instant", f"{shown(instant)} is outside {BEGIN} to {END - 1}", "use an instant in that range")


def too_long(duration: timedelta) -> OutOfRange:
    """The refusal of a duration of over 100 years."""
    return OutOfRange("duration", f"{duration} is over 100 years", "use a shorter duration")
