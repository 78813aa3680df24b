"""What type checkers know of business time. Read by mypy and pyright, never run."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal, assert_type

from csmcore.calendars import (
    BusinessCalendar,
    Calendar,
    CombinedCalendar,
    Holiday,
    Recurrence,
    Span,
    Term,
    WeeklyHours,
    Window,
    calendar_from_mapping,
    covered,
)


def ways_to_make_one(document: Mapping[str, object], day: date) -> None:
    """Calendars come from Python values, from plain data and from other calendars."""
    hours = WeeklyHours.parse("Mon-Fri 09:00-17:00")
    office = BusinessCalendar(
        timezone="Europe/Berlin",
        hours=hours,
        holidays=[Holiday(day), Recurrence("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25")],
        exceptions={day: (Window.parse("09:00-12:00"),)},
        holiday_rule="day",
    )
    assert_type(hours.mon, tuple[Window, ...])
    assert_type(office.holidays, tuple[Holiday | Recurrence, ...])
    assert_type(office.holiday_rule, Literal["shift", "day"])
    assert_type(BusinessCalendar.from_mapping(document), BusinessCalendar)
    assert_type(calendar_from_mapping(document), Calendar)
    assert_type(office.union(office), CombinedCalendar)
    assert_type(office.to_mapping(), dict[str, object])


def answers(calendar: Calendar, instant: datetime, duration: timedelta) -> None:
    """Every question has one type of answer, without None."""
    assert_type(calendar.add(instant, duration), datetime)
    assert_type(calendar.elapsed(instant, instant), timedelta)
    assert_type(calendar.is_open(instant), bool)
    assert_type(calendar.next_open(instant), datetime)
    assert_type(calendar.spans(instant, instant), tuple[Span, ...])
    assert_type(calendar.add_days(instant, 2, at="close"), datetime)
    assert_type(Term(months=12).end(instant.date()), date)
    assert_type(covered(None, None, "UTC"), tuple[datetime, datetime])


def mistakes(calendar: Calendar, instant: datetime) -> None:
    """What no calendar accepts is an error before the program runs; an ignored error that is none would be reported."""
    calendar.add(instant, 8)  # type: ignore[arg-type]
    calendar.add_days(instant, 2, at="noon")  # type: ignore[arg-type]
    calendar.name = "another"  # type: ignore[misc]
    BusinessCalendar(timezone="UTC")  # type: ignore[call-arg]
    Holiday("2026-12-25")  # type: ignore[arg-type]
    WeeklyHours(mon=("09:00-17:00",))  # type: ignore[arg-type]
