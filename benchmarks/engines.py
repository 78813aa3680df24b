"""What is asked of every contender, and how csmcore and the bare probe are built to answer it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
from desks import OFFICE, ZONE, Desk
from probe import office_probe

from csmcore.calendars import BusinessCalendar, Holiday, WeeklyHours

__all__ = ["Add", "Effort", "Elapsed", "Engine", "business_calendar", "ours", "probe"]

Add = Callable[[datetime, timedelta], datetime]
Elapsed = Callable[[datetime, datetime], timedelta]


@attrs.frozen
class Engine:
    """One desk's calendar: what it adds and what it counts."""

    add: Add
    elapsed: Elapsed


@attrs.frozen
class Effort:
    """How much is measured; a slow rival is asked as many of the questions as fit into its seconds."""

    questions: int = 2000
    rounds: int = 15
    seconds: float = 0.2
    dst_questions: int = 1000
    judged_seconds: float = 3.0
    processes: int = 15
    builds: int = 5


def business_calendar(desk: Desk) -> BusinessCalendar:
    """Build csmcore's calendar of a desk."""
    return BusinessCalendar(
        timezone=str(ZONE),
        hours=WeeklyHours.parse(desk.hours),
        holidays=tuple(Holiday(day) for day in sorted(desk.holidays)),
        holiday_rule=desk.holiday_rule,
    )


def ours(desk: Desk) -> Engine:
    """Csmcore's engine of a desk."""
    calendar = business_calendar(desk)
    return Engine(calendar.add, calendar.elapsed)


def probe(desk: Desk, years: range) -> Engine:
    """The bare probe's engine, which knows the office's shape only."""
    assert desk.days == OFFICE.days, "the probe works from Monday to Friday"
    return Engine(*office_probe(ZONE, desk.opens, desk.closes, desk.holidays, years))
