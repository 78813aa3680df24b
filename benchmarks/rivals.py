"""The rivals, each behind the same two questions. None is required: a missing one is printed as not installed.

Each is set up as its documentation tells, with whatever it lets a caller prepare done beforehand; only the question is
timed, with the conversion from and to its own types.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

import attrs
from desks import ZONE, Desk, HolidayRule
from engines import Engine, ours
from packages import Package
from report import Goal

__all__ = ["CSMCORE", "RIVALS", "Contender"]

HOUR = timedelta(hours=1)


@attrs.frozen
class Contender(Package):
    """A package, how it builds the engine of a desk, and how many times faster than a rival csmcore means to be.

    `holiday_rules` are those of overnight shifts that it knows; it is judged by no other.
    """

    build: Callable[[Desk], Engine]
    holiday_rules: tuple[HolidayRule, ...]
    add_goal: Goal | None = None
    elapsed_goal: Goal | None = None


def workclock(desk: Desk) -> Engine:
    """A Rust core that walks days; a holiday closes its own 00:00 to 24:00."""
    library: Any = import_module("workclock")
    hours = library.WorkDay(desk.opens, desk.closes, desk.days)
    schedule = library.Schedule([hours, library.Holidays(desk.holidays)], time_zone=ZONE)
    return Engine(schedule.add, schedule.between)


def django_bizcal(desk: Desk) -> Engine:
    """Pure Python, walks days; a holiday closes the shifts that start on it."""
    library: Any = import_module("django_bizcal")
    provider: Any = import_module("django_bizcal.providers").SetHolidayProvider(days=desk.holidays)
    window = (f"{desk.opens:%H:%M}", f"{desk.closes:%H:%M}", 1 if desk.is_overnight else 0)
    calendar = library.WorkingCalendar(
        tz=str(ZONE),
        weekly_schedule={day: [window] for day in desk.days},
        holiday_provider=provider,
    )
    return Engine(calendar.add_business_time, calendar.business_time_between)


def businesstimedelta(desk: Desk) -> Engine:
    """Pure Python with pytz, walks periods."""
    library: Any = import_module("businesstimedelta")
    zone = import_module("pytz").timezone(str(ZONE))
    hours = library.WorkDayRule(desk.opens, desk.closes, list(desk.days), tz=zone)
    rules = library.Rules([hours, library.HolidayRule(set(desk.holidays), tz=zone)])
    delta = library.BusinessTimeDelta

    def add(start: datetime, duration: timedelta) -> datetime:
        answer: datetime = start + delta(rules, timedelta=duration)
        return answer

    def elapsed(start: datetime, end: datetime) -> timedelta:
        answer: timedelta = rules.difference(start, end).timedelta
        return answer

    return Engine(add, elapsed)


def pandas(desk: Desk) -> Engine:
    """CustomBusinessHour; elapsed by the usual `date_range` recipe, in whole hours."""
    library: Any = import_module("pandas")
    numpy: Any = import_module("numpy")
    mask = "".join("1" if day in desk.days else "0" for day in range(7))
    calendar = numpy.busdaycalendar(weekmask=mask, holidays=sorted(map(date.isoformat, desk.holidays)))
    options = {"start": f"{desk.opens:%H:%M}", "end": f"{desk.closes:%H:%M}", "calendar": calendar}
    hour = library.offsets.CustomBusinessHour(1, **options)
    hours = [library.offsets.CustomBusinessHour(n, **options) for n in range(1, 81)]

    def add(start: datetime, duration: timedelta) -> datetime:
        answer: datetime = (library.Timestamp(start) + hours[duration // HOUR - 1]).to_pydatetime()
        return answer

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return len(library.date_range(start, end, freq=hour, inclusive="left")) * HOUR

    return Engine(add, elapsed)


CSMCORE = Contender("csmcore", ours, ("shift", "day"))
RIVALS = (
    Contender("workclock", workclock, ("day",), Goal(3), Goal(3)),
    Contender("django-bizcal", django_bizcal, ("shift",), Goal(20), Goal(100)),
    Contender("pandas", pandas, ("shift",), Goal(50), None),
    Contender("businesstimedelta", businesstimedelta, ("shift",), Goal(300), Goal(1000)),
)
