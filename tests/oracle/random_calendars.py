"""Calendars drawn at random, as documents: any windows, exceptions, holidays, validity, and sets of calendars."""

from datetime import date, timedelta
from random import Random

from tests.oracle.calendar import WEEKDAYS

__all__ = ["random_calendar", "random_document", "random_windows"]

COMMON: tuple[list[str], ...] = (
    ["09:00-17:00"],
    ["08:00-12:00", "13:00-18:00"],
    ["22:00-06:00"],
    ["00:00-24:00"],
    ["18:00-24:00", "00:00-02:00"],
    ["12:00-12:01"],
    [],
)


def random_document(rng: Random, zones: tuple[str, ...], near: date, depth: int = 2) -> dict:
    """A calendar of the first zone, or one time in four the union, intersection or difference of two."""
    if depth == 0 or rng.random() < 0.75:
        return random_calendar(rng, zones[0], near)
    others = (rng.choice(zones), *zones[1:])
    members = [random_document(rng, pair, near, depth - 1) for pair in (zones, others)]
    return {rng.choice(("union", "intersection", "minus")): members}


def random_calendar(rng: Random, zone: str, near: date) -> dict:
    """A calendar whose dated parts lie within a few days of ``near``."""
    dates = [near + timedelta(days=number) for number in range(-4, 5)]
    document: dict = {"timezone": zone, "hours": {day: random_windows(rng) for day in WEEKDAYS if rng.random() < 0.85}}
    if rng.random() < 0.5:
        document["exceptions"] = {day.isoformat(): random_windows(rng) for day in rng.sample(dates, rng.randint(1, 3))}
    if rng.random() < 0.5:
        document["holidays"] = [random_holiday(rng, day) for day in rng.sample(dates, rng.randint(1, 3))]
    if rng.random() < 0.08:
        document["valid_from"] = rng.choice(dates[:4]).isoformat()
    if rng.random() < 0.08:
        document["valid_until"] = rng.choice(dates[4:]).isoformat()
    if rng.random() < 0.4:
        document["holiday_rule"] = rng.choice(("shift", "day"))
    return document


def random_windows(rng: Random) -> list[str]:
    """The windows of one date: common ones, or up to four anywhere, the last one perhaps overnight."""
    if rng.random() < 0.4:
        return list(rng.choice(COMMON))
    grain = rng.choice((1, 5, 30, 60))
    points = sorted(rng.sample(range(0, 1440 + 1, grain), 2 * rng.randint(1, 4)))
    if rng.random() < 0.35 and points[-1] < 1440:
        points = [*points[1:], points[0]]
    return [f"{clock(opens)}-{clock(closes)}" for opens, closes in zip(points[::2], points[1::2], strict=True)]


def random_holiday(rng: Random, day: date) -> str | dict:
    """A holiday that falls on the date: as a date, with a name, or by one of several recurrences."""
    name, nth = WEEKDAYS[day.weekday()][:2].upper(), (day.day + 6) // 7
    month = f"BYMONTH={day.month}"
    rules = [
        f"FREQ=YEARLY;{month};BYMONTHDAY={day.day}",
        f"FREQ=MONTHLY;BYMONTHDAY={day.day}",
        f"FREQ=WEEKLY;BYDAY={name}",
    ]
    if nth < 5:
        rules += [f"FREQ=YEARLY;{month};BYDAY={nth}{name}", f"FREQ=MONTHLY;BYDAY={nth}{name}"]
    if (day + timedelta(days=7)).month != day.month:
        rules.append(f"FREQ=YEARLY;{month};BYDAY=-1{name}")
    by_rule: dict = {"recurrence": rng.choice(rules)}
    if rng.random() < 0.3:
        by_rule["start"] = (day + timedelta(days=rng.randint(-400, 3))).isoformat()
    return rng.choice((day.isoformat(), {"date": day.isoformat(), "name": "Founders' Day"}, by_rule))


def clock(minute: int) -> str:
    """A minute of the day as windows are written."""
    return f"{minute // 60:02}:{minute % 60:02}"
