"""The desks whose calendars are measured, and the seeded questions put to them."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

__all__ = [
    "DESKS",
    "OFFICE",
    "ZONE",
    "Desk",
    "HolidayRule",
    "adds",
    "dst_adds",
    "dst_pairs",
    "holidays_of",
    "pairs",
    "spans",
]

ZONE = ZoneInfo("Europe/Berlin")
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOLIDAYS = ((1, 1), (1, 6), (3, 8), (5, 1), (8, 15), (10, 3), (10, 31), (12, 24), (12, 25), (12, 26))
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
HolidayRule: TypeAlias = Literal["shift", "day"]
STARTS_UNTIL = datetime(2026, 9, 30, tzinfo=UTC)  # the longest question still ends before the minute oracle does
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DST = tuple(  # the six changes of 2024 to 2026, each at 01:00 UTC
    datetime(year, month, day, 1, tzinfo=UTC)
    for year, month, day in (
        (2024, 3, 31),
        (2024, 10, 27),
        (2025, 3, 30),
        (2025, 10, 26),
        (2026, 3, 29),
        (2026, 10, 25),
    )
)


def holidays_of(years: range) -> frozenset[date]:
    """Ten holidays for each of the years."""
    return frozenset(date(year, month, day) for year in years for month, day in HOLIDAYS)


@attrs.frozen
class Desk:
    """One window on some days of the week, in Berlin, with ten holidays a year. `closes` before `opens`: overnight.

    `holiday_rule` says what a holiday closes: "shift", the shifts that start on it; "day", its own 00:00 to 24:00.
    """

    name: str
    days: tuple[int, ...]
    opens: time
    closes: time
    holiday_rule: HolidayRule = "shift"
    holidays: frozenset[date] = holidays_of(range(2023, 2029))

    @property
    def is_overnight(self) -> bool:
        """Whether the window ends on the next date."""
        return self.closes < self.opens

    @property
    def hours(self) -> str:
        """The weekly hours as people write them."""
        window = f"{self.opens:%H:%M}-{self.closes:%H:%M}"
        return "; ".join(f"{WEEK[day]} {window}" for day in self.days)


WORKDAYS, DAILY = tuple(range(5)), tuple(range(7))
OFFICE = Desk("office", WORKDAYS, time(9), time(17))
DESKS = (
    OFFICE,
    Desk("early", DAILY, time(0), time(8)),
    Desk("night", DAILY, time(22), time(6)),
    Desk("night, day rule", DAILY, time(22), time(6), holiday_rule="day"),
)


def starts(count: int, seed: int) -> list[datetime]:
    """Random minutes of 2024 to autumn 2026, as Berlin's wall clock shows them."""
    rng = random.Random(seed)
    minutes = (STARTS_UNTIL - FIRST) // MINUTE
    return [(FIRST + rng.randrange(minutes) * MINUTE).astimezone(ZONE) for _ in range(count)]


def adds(count: int, seed: int = 1) -> list[tuple[datetime, timedelta]]:
    """A start and 8 to 80 whole hours, `count` times."""
    rng = random.Random(seed)
    return [(start, rng.randint(8, 80) * HOUR) for start in starts(count, seed)]


def pairs(count: int, seed: int = 2) -> list[tuple[datetime, datetime]]:
    """Two instants that lie one hour to 90 days apart, `count` times."""
    rng = random.Random(seed)
    return [(start, later(start, rng.randint(60, 90 * 1440) * MINUTE)) for start in starts(count, seed)]


def spans(count: int, span: timedelta, seed: int = 3) -> list[tuple[datetime, datetime]]:
    """Two instants that lie exactly `span` apart, `count` times."""
    return [(start, later(start, span)) for start in starts(count, seed)]


def dst_adds(count: int, seed: int = 4) -> list[tuple[datetime, timedelta]]:
    """Starts before, inside and just after the skipped or repeated hour, with 8 to 80 whole hours."""
    rng = random.Random(seed)
    return [(near(change, rng), rng.randint(8, 80) * HOUR) for change in each(DST, count)]


def dst_pairs(count: int, seed: int = 5) -> list[tuple[datetime, datetime]]:
    """Two instants on either side of a change of the clocks, the first often in the repeated hour itself."""
    rng = random.Random(seed)
    return [(near(change, rng), later(change, rng.randint(120, 10 * 1440) * MINUTE)) for change in each(DST, count)]


def near(change: datetime, rng: random.Random) -> datetime:
    """An instant from 36 hours before a change to two hours after it; one in four within two hours of it."""
    earliest = -120 if rng.random() < 1 / 4 else -36 * 60
    return later(change, rng.randint(earliest, 119) * MINUTE)


def each(changes: Sequence[datetime], count: int) -> list[datetime]:
    """`count` changes, each in turn."""
    return [changes[i % len(changes)] for i in range(count)]


def later(start: datetime, by: timedelta) -> datetime:
    """Berlin's wall clock some real time later."""
    return (start.astimezone(UTC) + by).astimezone(ZONE)
