"""Documents as large as their limits allow, each in another way, and a program that asks them about a year."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

from csmcore.calendars import calendar_from_mapping
from csmcore.errors import LimitExceeded
from tests.unit.calendars.offices import WEEKDAYS, at

__all__ = ["LARGEST", "ask"]

HOURS = {"timezone": "Europe/Berlin", "hours": {"mon": ["09:00-17:00"]}}
WINDOWS = [f"{hour:02}:00-{hour:02}:01" for hour in range(24)]
DATES = [date.fromordinal(719_163 + 8 * day).isoformat() for day in range(10_000)]


def recurring(rule: str, number: int) -> dict[str, object]:
    """A calendar with so many recurrences of one kind."""
    return {**HOURS, "holidays": [{"recurrence": rule, "name": str(each)} for each in range(number)]}


def united(parts: int, windows: int) -> dict[str, object]:
    """So many calendars together, each with so many windows a day, at minutes of its own."""
    days = [
        [f"{hour:02}:{part % 60:02}-{hour:02}:{part % 60 + 1:02}" for hour in range(windows)]
        for part in range(0, 2 * parts, 2)
    ]
    return {"union": [{"timezone": "Europe/Berlin", "hours": dict.fromkeys(WEEKDAYS, each)} for each in days]}


RARE, YEARLY, DAILY = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "FREQ=DAILY"

LARGEST: dict[str, Callable[[], dict[str, object]]] = {
    "24 windows a day": lambda: {**HOURS, "hours": dict.fromkeys(WEEKDAYS, WINDOWS)},
    "ten thousand holidays": lambda: {**HOURS, "holidays": DATES},
    "two thousand exceptions": lambda: {**HOURS, "exceptions": dict.fromkeys(DATES[:2000], WINDOWS)},
    "ten thousand exceptions": lambda: {**HOURS, "exceptions": dict.fromkeys(DATES, WINDOWS)},
    "fifty yearly recurrences": lambda: recurring(YEARLY, 50),
    "fifty daily recurrences": lambda: recurring(DAILY, 50),
    "fifty rare recurrences": lambda: recurring(RARE, 50),
    "ten thousand yearly recurrences": lambda: recurring(YEARLY, 10_000),
    "ten thousand rare recurrences": lambda: recurring(RARE, 10_000),
    "ten calendars": lambda: united(10, 24),
    "a hundred calendars": lambda: united(30, 1) | {"union": united(30, 1)["union"] * 3},  # type: ignore[operator]
    "a hundred calendars of 24 windows": lambda: united(29, 24) | {"union": united(29, 24)["union"] * 3},  # type: ignore[operator]
}


def ask(name: str, year: int) -> None:
    """Read one and ask it about a year; print the seconds of work that it took to answer or to refuse."""
    begun = time.process_time()
    with suppress(LimitExceeded):
        calendar_from_mapping(LARGEST[name]()).is_open(at(f"{year}-06-03T12:00"))
    sys.stdout.write(str(time.process_time() - begun))
