"""Calendars and instants that the examples share."""

from datetime import UTC, datetime, timedelta

from csmcore.calendars import BusinessCalendar

__all__ = ["DAY", "HOUR", "MICRO", "MINUTE", "at", "calendar", "every_day", "office"]

MICRO, MINUTE, HOUR, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(text: str) -> datetime:
    """An instant; without an offset it is in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def calendar(timezone: str, hours: dict[str, list[str]], **more: object) -> BusinessCalendar:
    """A calendar from the parts of its document."""
    return BusinessCalendar.from_mapping({"timezone": timezone, "hours": hours, **more})


def every_day(timezone: str, *windows: str, **more: object) -> BusinessCalendar:
    """A calendar with the same windows on all days."""
    return calendar(timezone, {day: list(windows) for day in WEEKDAYS}, **more)


def office(timezone: str = "UTC", **more: object) -> BusinessCalendar:
    """Mondays to Fridays, 09:00 to 17:00."""
    return calendar(timezone, {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}, **more)
