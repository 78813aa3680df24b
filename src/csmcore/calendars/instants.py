"""What may come in: aware datetimes of 1970 to 2199, and durations up to 100 years."""

from datetime import UTC, datetime, timedelta

from csmcore.calendars.table import BEGIN, END
from csmcore.errors import NaiveDatetime, OutOfRange, shown

__all__ = ["LONGEST", "as_utc", "check_duration", "out_of_range"]

LONGEST = timedelta(days=36_525)
"""100 years."""


def as_utc(instant: datetime) -> datetime:
    """The instant in UTC. Raises NaiveDatetime, OutOfRange (only where UTC itself would overflow)."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise NaiveDatetime(
            "instant", f"{instant.isoformat()} has no offset, so it names no instant", "attach a time zone"
        )
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise out_of_range(instant) from None


def out_of_range(instant: datetime) -> OutOfRange:
    """The refusal of an instant that no calendar covers."""
    return OutOfRange(
        "instant", f"{shown(instant)} is outside {BEGIN.year} to {END.year - 1}", "use an instant in that range"
    )


def check_duration(duration: timedelta) -> None:
    """Refuse a duration of over 100 years. Raises OutOfRange."""
    if abs(duration) > LONGEST:
        raise OutOfRange("duration", f"{duration} is over 100 years", "use a shorter duration")
