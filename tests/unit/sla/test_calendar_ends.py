"""A calendar may end before a goal is used up: the clock then has no due date and says why; nothing fails."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.model import Goal
from csmcore.rules import evaluate, explain, next_deadline
from tests.unit.sla.desk import at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
ENDS = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"), valid_until=date(2026, 1, 13))
NEVER = BusinessCalendar(timezone="UTC", hours=WeeklyHours())


def test_a_clock_whose_calendar_ends_has_a_reason_and_no_due_date() -> None:
    """Mon and Tue hold sixteen hours: a goal of twenty is never used up, and the reading says why."""
    case = desk(promise(goals=(Goal(hours(20)),)), ("12 09:00", OPEN), calendars={"office": ENDS})
    reading = case.reading("30 09:00")
    assert (reading.due_at, reading.original_due_at, reading.next_at, reading.has_breached) == (None, None, None, False)
    assert [reason.code for reason in reading.reasons] == ["calendar_ends"]
    assert "'office'" in reading.reasons[0].text
    assert (reading.elapsed, reading.remaining, reading.percent) == (hours(16), hours(4), Fraction(80))


def test_what_the_calendar_still_holds_happens() -> None:
    """A threshold that falls within the calendar fires although the goal does not."""
    case = desk(promise(goals=(Goal(hours(20)),), thresholds=(50, 90)), ("12 09:00", OPEN), calendars={"office": ENDS})
    state = evaluate(case.plan, case.revisions, at("12 09:00"))
    assert next_deadline(case.plan, state, at("12 09:00")) == at("13 11:00")  # 10 h: Mon 8 + Tue 2
    assert next_deadline(case.plan, state, at("13 11:00")) is None  # 90 % is 18 h
    assert case.clocks("30 09:00")[0].fired == (("50%", at("13 11:00")),)


def test_a_goal_used_up_as_the_calendar_ends_is_used_up() -> None:
    """Sixteen hours of sixteen end at the last close."""
    case = desk(promise(goals=(Goal(hours(16)),)), ("12 09:00", OPEN), calendars={"office": ENDS})
    assert case.reading("12 09:00").due_at == at("13 17:00")
    assert case.reading("13 17:00").has_breached


def test_a_pause_may_push_the_due_date_beyond_the_end() -> None:
    """A goal that would have been used up is not any more: the due date goes, and the original one stays."""
    case = desk(
        promise(goals=(Goal(hours(12)),)),
        ("12 09:00", OPEN),
        ("12 10:00", WAIT),
        ("12 15:00", OPEN),
        ("14 09:00", DONE),
        calendars={"office": ENDS},
    )
    running, ended = case.reading("12 16:00"), case.reading("30 09:00")
    assert (running.due_at, running.original_due_at) == (None, at("13 13:00"))  # 12 h + 5 h > 16 h; Mon 8 + Tue 4
    assert [reason.code for reason in running.reasons] == ["calendar_ends"]
    assert (ended.stage, ended.elapsed, ended.has_breached) == ("completed", hours(11), False)  # 9-10, 15-17, Tue 9-17


def test_a_calendar_that_is_never_open_never_breaks_a_promise() -> None:
    """Nothing elapses, nothing is due, and all of it can be read and explained. A case may name such a calendar."""
    definition = promise(calendar=None, calendar_source=("account.calendar",))
    steps = (("12 09:00", {**OPEN, "account.calendar": "office"}), ("12 10:00", WAIT), ("12 15:00", OPEN))
    case = desk(definition, *steps, calendars={"office": NEVER})
    reading = case.reading("30 09:00")
    assert (reading.elapsed, reading.paused, reading.due_at, reading.percent) == (hours(0), hours(0), None, Fraction(0))
    assert [reason.code for reason in reading.reasons] == ["calendar_ends"]
    (clock,) = case.clocks("30 09:00")
    assert [segment.kind for segment in explain(case.plan, clock, at("30 09:00")).segments] == [
        "closed",
        "paused",
        "closed",
    ]


def test_the_longest_goal_can_be_paused() -> None:
    """A hundred years and the hour of a pause end where they end: no figure is too large for the calendar."""
    century = timedelta(days=36_525)
    steps = (("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", OPEN))
    reading = desk(promise(goals=(Goal(century),), calendar=None), *steps).reading("12 12:00")
    assert reading.due_at == at("12 10:00") + century  # 09:00 + 100 years + 1 h


def test_a_threshold_may_lie_beyond_all_instants() -> None:
    """999 % of twenty years is after 2199: it never fires, and nothing fails when the goal is used up."""
    decades = timedelta(days=365 * 20)
    case = desk(promise(goals=(Goal(decades),), calendar=None, thresholds=(999,)), ("12 09:00", OPEN))
    (clock,) = evaluate(case.plan, case.revisions, datetime(2050, 1, 1, tzinfo=UTC)).clocks
    assert (clock.breached_at, clock.next_at) == (at("12 09:00") + decades, None)
