"""The values that the sources work out themselves, and the case that everybody asks about first."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.model import EventId, Goal, Revision, SlaReading, SupportPolicy
from csmcore.rules import compile_policy, evaluate, read
from tests.unit.sla.desk import OFFICE, at, desk, hours, promise

OPEN = {"state": "open"}


def reading_of(start: datetime, now: datetime, goal: timedelta, weekly: str | None) -> SlaReading:
    """What a clock reads at ``now`` that started at ``start``, with these hours in UTC (None: around the clock)."""
    calendars = {} if weekly is None else {"week": BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse(weekly))}
    definition = promise(goals=(Goal(goal),), calendar=None if weekly is None else "week")
    plan = compile_policy(SupportPolicy(name="p", version="1", calendars=calendars, definitions=(definition,)))
    (clock,) = evaluate(plan, [Revision(start, 1, EventId("C/1/0"), OPEN)], now).clocks
    return read(plan, clock, now)


def test_without_a_calendar_all_the_time_counts() -> None:
    """Ten hours from 2015-01-01 10:30 without a calendar end at 20:30 the same day."""
    start = datetime(2015, 1, 1, 10, 30, tzinfo=UTC)
    reading = reading_of(start, start + hours(2), hours(10), None)
    assert reading.due_at == datetime(2015, 1, 1, 20, 30, tzinfo=UTC)
    assert (reading.elapsed, reading.wall_elapsed) == (hours(2), hours(2))


def test_the_night_does_not_count() -> None:
    """From 14:00 on a weekday to 09:00 on the next, Mon-Fri 9-17: three business hours, nineteen real ones."""
    reading = desk(promise(), ("13 14:00", OPEN)).reading("14 09:00")
    assert reading.elapsed == hours(3)  # Tue 14-17
    assert reading.wall_elapsed == hours(19)  # Tue 14:00 to Wed 09:00


def test_a_day_is_twenty_four_office_hours() -> None:
    """With office hours 9-17 a goal of 24 h takes three days of eight."""
    reading = desk(promise(goals=(Goal(hours(24)),)), ("12 09:00", OPEN)).reading("12 09:00")
    assert reading.due_at == at("14 17:00")  # Mon 8 + Tue 8 + Wed 8; not Thu 09:00


def test_a_weekend_of_which_little_counts() -> None:
    """Mon-Fri 8-17, 8 h, from Fri 12 Dec 2014 21:00 to Mon 09:30: 1:30 h, 18.75 %, 60:30 h real, due Mon 16:00."""
    start, now = datetime(2014, 12, 12, 21, tzinfo=UTC), datetime(2014, 12, 15, 9, 30, tzinfo=UTC)
    reading = reading_of(start, now, hours(8), "Mon-Fri 08:00-17:00")
    assert reading.elapsed == hours(1.5)  # Mon 08:00-09:30
    assert reading.percent == Fraction("18.75")  # 1.5 / 8
    assert reading.wall_elapsed == hours(60.5)  # 3 + 24 + 24 + 9.5
    assert reading.due_at == datetime(2014, 12, 15, 16, tzinfo=UTC)  # Mon 08:00 + 8 h


def test_a_pause_moves_the_due_date() -> None:
    """Eight hours around the clock from 10:00, paused 11-13: due 20:00; at 14:00 two hours are used up, 25 %."""
    definition = promise(goals=(Goal(hours(8)),), calendar=None)
    steps = (("12 10:00", OPEN), ("12 11:00", {"state": "awaiting_info"}), ("12 13:00", OPEN))
    reading = desk(definition, *steps).reading("12 14:00")
    assert reading.due_at == at("12 20:00")  # 10:00 + 8 h + 2 h
    assert (reading.elapsed, reading.paused, reading.percent) == (hours(2), hours(2), Fraction(25))


def test_the_spring_day_is_an_hour_short() -> None:
    """Elapsed time is real time: a Berlin night window 22-06 holds seven hours when clocks spring forward."""
    night = BusinessCalendar(timezone="Europe/Berlin", hours=WeeklyHours.parse("Sat 22:00-06:00"))
    definition = promise(goals=(Goal(hours(7)),), calendar="night")
    plan = compile_policy(SupportPolicy(name="p", version="1", calendars={"night": night}, definitions=(definition,)))
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)  # Saturday; clocks spring at 01:00 UTC on Sunday the 29th
    state = evaluate(plan, [Revision(start, 1, EventId("C/1/0"), OPEN)], start)
    assert state.clocks[0].due_at == datetime(2026, 3, 29, 4, tzinfo=UTC)  # 21:00Z + 7 h = 04:00Z = 06:00 in Berlin


def test_the_first_question_of_all() -> None:
    """Opened Mon 16:00, asked 16:30, answered Tue 10:00, resolved Tue 12:00: 2:30 h of four are used."""
    steps = (
        ("12 16:00", {"state": "new"}),
        ("12 16:30", {"state": "awaiting_info"}),
        ("13 10:00", OPEN),
        ("13 12:00", {"state": "resolved"}),
    )
    reading = desk(promise(), *steps).reading("20 12:00")
    assert reading.elapsed == hours(2.5)  # Mon 16:00-16:30 and Tue 10-12
    assert reading.paused == hours(1.5)  # Mon 16:30-17:00 and Tue 9-10
    assert reading.wall_paused == hours(17.5)  # Mon 16:30 to Tue 10:00
    assert reading.wall_elapsed == hours(2.5)  # 20 h from Mon 16:00 to Tue 12:00, less 17.5
    assert reading.original_due_at == at("13 12:00")  # Mon 1 h + Tue 3 h
    assert reading.due_at == at("13 13:30")  # 4 h + 1.5 h: Mon 1 h + Tue 4.5 h
    assert (reading.stage, reading.has_breached, reading.remaining) == ("completed", False, hours(1.5))
    assert OFFICE.elapsed(reading.started_at, at("13 12:00")) == reading.elapsed + reading.paused
