"""What time it is: the machine's, or whatever one says."""

from datetime import UTC, datetime, timedelta

from csmcore.calendars import as_utc

__all__ = ["SettableClock", "SystemClock"]


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the place where time comes in


class SettableClock:
    """A clock that stands until it is told otherwise, for tests and notebooks. Raises NaiveDatetime, OutOfRange.

    >>> clock = SettableClock(datetime(2026, 12, 23, 15, tzinfo=UTC))
    >>> clock.advance(timedelta(hours=2))
    >>> clock.now().isoformat()
    '2026-12-23T17:00:00+00:00'
    """

    def __init__(self, at: datetime) -> None:
        self._at = as_utc(at)

    def now(self) -> datetime:
        """The instant that it was set to, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Let it be that time."""
        self._at = as_utc(at)

    def advance(self, by: timedelta) -> None:
        """Let so much time pass."""
        self._at = as_utc(self._at + by)
