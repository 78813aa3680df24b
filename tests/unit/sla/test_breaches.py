"""When a promise is broken, and what its clock says before, then and after."""

from fractions import Fraction

import pytest

from csmcore.model import Goal
from csmcore.rules import evaluate, next_deadline, read, tick
from tests.unit.sla.desk import at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}


def test_a_promise_breaks_at_equality() -> None:
    """The breach is the first instant at which the goal is used up, not the one after it."""
    case = desk(promise(), ("12 09:00", OPEN))
    before, then = case.reading("12 12:59"), case.reading("12 13:00")  # 09:00 + 4 h
    assert (before.has_breached, before.breached_at) == (False, None)
    assert (then.has_breached, then.breached_at, then.remaining, then.percent) == (
        True,
        at("12 13:00"),
        hours(0),
        Fraction(100),
    )


def test_resolved_at_the_very_instant_is_too_late() -> None:
    """A clock is brought up to a revision's instant before the revision acts, so equality breaches."""
    reading = desk(promise(), ("12 09:00", OPEN), ("12 13:00", DONE)).reading("13 09:00")
    assert (reading.stage, reading.has_breached, reading.breached_at) == ("completed", True, at("12 13:00"))


def test_paused_at_the_very_instant_is_too_late() -> None:
    """A pause that begins when the goal is used up does not save the promise."""
    reading = desk(promise(), ("12 09:00", OPEN), ("12 13:00", WAIT)).reading("13 09:00")
    assert (reading.stage, reading.has_breached, reading.due_at) == ("paused", True, at("12 13:00"))


def test_a_goal_used_up_at_the_close_breaks_then() -> None:
    """Eight hours from Fri 09:00 are used up on Fri at 17:00, not on Mon at 09:00."""
    case = desk(promise(goals=(Goal(hours(8)),)), ("16 09:00", OPEN), ("17 12:00", DONE))
    assert case.reading("19 09:00").breached_at == at("16 17:00")


def test_after_the_breach_the_clock_goes_on() -> None:
    """What is over counts as negative remaining; time left never falls below nothing; the due date stays."""
    reading = desk(promise(), ("12 09:00", OPEN)).reading("13 10:00")
    assert reading.elapsed == hours(9)  # Mon 8 h + Tue 1 h
    assert (reading.remaining, reading.time_left) == (hours(-5), hours(0))
    assert (reading.percent, reading.due_at) == (Fraction(225), at("12 13:00"))


def test_paused_while_breached_the_overdue_time_stands() -> None:
    """A pause after the breach stops the count of what is over, and moves no due date that was missed."""
    case = desk(promise(), ("12 09:00", OPEN), ("12 14:00", WAIT), ("13 11:00", OPEN))
    paused = case.reading("13 10:30")
    assert (paused.stage, paused.remaining, paused.due_at) == ("paused", hours(-1), at("12 13:00"))  # over since 13:00
    resumed = case.reading("13 12:00")
    assert resumed.remaining == hours(-2)  # 13-14 on Mon, 11-12 on Tue
    assert (resumed.due_at, resumed.breached_at) == (at("12 13:00"), at("12 13:00"))
    assert resumed.derived_end_at == at("13 10:00")  # 4 h + 5 h of pause (Mon 14-17, Tue 9-11): Mon 8 h + Tue 1 h


def test_a_paused_clock_cannot_break() -> None:
    """A pause of any length breaks no promise."""
    reading = desk(promise(), ("12 09:00", OPEN), ("12 12:59", WAIT)).reading("30 09:00")
    assert (reading.has_breached, reading.remaining) == (False, hours(1 / 60))


def test_a_reading_needs_no_tick() -> None:
    """A clock that nobody ticked reads as one that was ticked: the breach is seen from the instant alone."""
    case = desk(promise(thresholds=(50,)), ("12 09:00", OPEN))
    state = evaluate(case.plan, case.revisions, at("12 09:00"))
    ticked = tick(case.plan, state, at("13 09:00"))
    assert read(case.plan, state.clocks[0], at("13 09:00")) == read(case.plan, ticked.clocks[0], at("13 09:00"))
    assert (state.clocks[0].has_breached, ticked.clocks[0].has_breached) == (False, True)


def test_thresholds_fire_once_in_their_order() -> None:
    """Percents of the goal, also beyond it, fire each at its own instant however late the tick comes."""
    case = desk(promise(thresholds=(50, 75, 100, 150)), ("12 09:00", OPEN))
    (clock,) = case.clocks("14 09:00")
    # 50 % of 4 h = 2 h, 75 % = 3 h, 150 % = 6 h
    assert clock.fired == (
        ("50%", at("12 11:00")),
        ("75%", at("12 12:00")),
        ("100%", at("12 13:00")),
        ("150%", at("12 15:00")),
    )


def test_a_pause_moves_the_thresholds_ahead_of_it() -> None:
    """Half of four hours with a pause of one hour before it is reached an hour later."""
    case = desk(promise(thresholds=(25, 50)), ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", OPEN))
    (clock,) = case.clocks("12 16:00")
    assert clock.fired == (
        ("25%", at("12 10:00")),
        ("50%", at("12 12:00")),
    )  # 25 % at 10:00 exactly, before the pause acts


@pytest.mark.parametrize(
    ("now", "deadline"),
    [("12 09:00", "12 11:00"), ("12 11:00", "12 13:00"), ("12 12:59", "12 13:00"), ("12 13:00", None)],
)
def test_the_next_deadline_lies_ahead(now: str, deadline: str | None) -> None:
    """The next deadline is the next threshold or the breach after now; after the last of them there is none."""
    case = desk(promise(thresholds=(50,)), ("12 09:00", OPEN))
    state = evaluate(case.plan, case.revisions, at("12 09:00"))
    assert next_deadline(case.plan, state, at(now)) == (None if deadline is None else at(deadline))


def test_a_paused_clock_has_no_deadline() -> None:
    """Nothing happens by itself while the customer is awaited; what would be due is told as if it went on now."""
    case = desk(promise(thresholds=(50,)), ("12 09:00", OPEN), ("12 10:00", WAIT))
    state = evaluate(case.plan, case.revisions, at("12 12:00"))
    assert next_deadline(case.plan, state, at("12 12:00")) is None
    reading = case.reading("12 12:00")
    assert (reading.due_at, reading.next_at) == (None, None)
    assert reading.due_if_resumed_now == at("12 15:00")  # 09:00 + 4 h + 2 h of pause so far


def test_the_earliest_deadline_of_several_clocks_counts() -> None:
    """One timer serves all the clocks of a case."""
    quick = promise(id="response", goals=(Goal(hours(1)),))
    case = desk((promise(), quick), ("12 09:00", OPEN))
    state = evaluate(case.plan, case.revisions, at("12 09:00"))
    assert next_deadline(case.plan, state, at("12 09:00")) == at("12 10:00")
