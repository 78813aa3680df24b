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
WINDOWS = [
    f"{minute // 60:02}:{minute % 60:02}-{minute // 60:02}:{minute % 60 + 1:02}" for minute in range(0, 1440, 12)
][:100]
DATES = [date.fromordinal(719_163 + 8 * day).isoformat() for day in range(10_000)]


def recurring(rule: str) -> dict[str, object]:
    """A calendar with ten thousand recurrences of one kind."""
    return {**HOURS, "holidays": [{"recurrence": rule, "name": str(number)} for number in range(10_000)]}


LARGEST: dict[str, Callable[[], dict[str, object]]] = {
    "a hundred windows a day": lambda: {**HOURS, "hours": dict.fromkeys(WEEKDAYS, WINDOWS)},
    "ten thousand holidays": lambda: {**HOURS, "holidays": DATES},
    "ten thousand exceptions": lambda: {**HOURS, "exceptions": dict.fromkeys(DATES, WINDOWS[:20])},
    "ten thousand yearly recurrences": lambda: recurring("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"),
    "ten thousand daily recurrences": lambda: recurring("FREQ=DAILY"),
    "ten thousand rare recurrences": lambda: recurring("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU"),
    "a hundred calendars": lambda: {
        "union": [
            {"timezone": "Europe/Berlin", "hours": dict.fromkeys(WEEKDAYS, WINDOWS[k : k + 1])} for k in range(100)
        ]
    },
}


def ask(name: str, year: int) -> None:
    """Read one and ask it about a year; print the seconds that it took to answer or to refuse."""
    begun = time.perf_counter()
    with suppress(LimitExceeded):
        calendar_from_mapping(LARGEST[name]()).is_open(at(f"{year}-06-03T12:00"))
    sys.stdout.write(str(time.perf_counter() - begun))
