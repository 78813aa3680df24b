"""Twelve shapes of schedule that a change of the clock can catch, laid around given transitions of a zone."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from tests.oracle.calendar import WEEKDAYS
from tests.oracle.transitions import Transition

__all__ = ["shapes"]

NIGHT = ["22:00-06:00"]


def shapes(zone: str, around: Iterable[Transition]) -> dict[str, dict]:
    """The shapes by name, as documents of calendars; dated parts fall on the dates of the transitions."""
    transitions = list(around)
    days = sorted({local_time(t.at, t.after).date() for t in transitions})
    eves = sorted({day - timedelta(days=1) for day in days})
    return {
        "24/7": calendar(zone, ["00:00-24:00"]),
        "Mon-Fri 9-17": calendar(zone, ["09:00-17:00"], WEEKDAYS[:5]),
        "split shifts": calendar(zone, ["08:00-12:00", "13:00-18:00"]),
        "overnight": calendar(zone, NIGHT),
        "some whole days": calendar(zone, ["00:00-24:00"], ("tue", "thu", "sun")),
        "edges inside the jump": calendar(zone, ["01:30-02:30"], exceptions=inside_the_jump(transitions)),
        "one-minute windows": calendar(zone, ["00:00-00:01", "02:30-02:31", "23:59-24:00"]),
        "meeting at midnight": calendar(zone, ["00:00-02:00", "18:00-24:00"]),
        "holiday on the night's first date": calendar(zone, NIGHT, holidays=iso(eves)),
        "the same, holiday_rule day": calendar(zone, NIGHT, holidays=iso(eves), holiday_rule="day"),
        "holiday on the night's last date": calendar(zone, NIGHT, holidays=iso(days)),
        "the same last date, holiday_rule day": calendar(zone, NIGHT, holidays=iso(days), holiday_rule="day"),
        "half-day exception": calendar(zone, ["09:00-17:00"], exceptions={day: ["00:00-13:00"] for day in iso(days)}),
        "never open": calendar(zone, []),
    }


def calendar(zone: str, windows: list[str], days: Iterable[str] = WEEKDAYS, **more: object) -> dict:
    """A document with the same windows on each of the days."""
    return {"timezone": zone, "hours": {day: windows for day in days if windows}, **more}


def inside_the_jump(transitions: Iterable[Transition]) -> dict[str, list[str]]:
    """For each transition one window that ends amid the skipped or repeated time and one that starts there."""
    exceptions: dict[str, list[str]] = {}
    for at, before, after in transitions:
        middle = local_time(at, (before + after) // 2 // 60 * 60)
        for start, minutes in ((middle - timedelta(minutes=40), 40), (middle + timedelta(minutes=5), 35)):
            end = start + timedelta(minutes=minutes)
            exceptions.setdefault(start.date().isoformat(), []).append(f"{start:%H:%M}-{end:%H:%M}")
    return {day: sorted(windows) for day, windows in exceptions.items()}


def local_time(at: int, offset: int) -> datetime:
    """What a clock that is ``offset`` seconds ahead shows, as a plain reading."""
    return (datetime.fromtimestamp(at, UTC) + timedelta(seconds=offset)).replace(tzinfo=None)


def iso(days: Iterable[date]) -> list[str]:
    """Dates as documents write them."""
    return [day.isoformat() for day in days]
