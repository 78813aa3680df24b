"""The fold itself: what is seen as of an instant, in which order, what is refused, and how a clock is explained."""

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from csmcore.calendars import BusinessCalendar, Holiday, WeeklyHours
from csmcore.conditions import field
from csmcore.errors import InvalidValue, NaiveDatetime
from csmcore.model import EventId, Goal, Revision, Segment, SlaState
from csmcore.rules import Plan, advance, evaluate, explain, next_deadline, read, tick
from tests.unit.sla.desk import at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
CASE = desk(promise(), ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 12:00", OPEN), ("12 14:00", DONE))


def test_as_of_is_inclusive() -> None:
    """A revision at the very instant is seen, one later is not."""
    assert CASE.reading("12 11:59").stage == "paused"
    assert CASE.reading("12 12:00").stage == "in_progress"
    assert CASE.readings("12 08:59") == []


def test_the_last_revision_seen_is_kept() -> None:
    """A state knows the last revision that it saw, which the next one is compared with."""
    assert evaluate(CASE.plan, CASE.revisions, at("12 11:00")).last == CASE.revisions[1]
    assert evaluate(CASE.plan, CASE.revisions, at("12 08:00")) == SlaState()


def test_several_revisions_at_one_instant_act_in_sequence() -> None:
    """Asked, answered, resolved and reopened within one instant: each sees the one before it."""
    steps = (("12 09:00", OPEN), ("12 10:00", WAIT), ("12 10:00", OPEN), ("12 10:00", DONE), ("12 10:00", WAIT))
    first, second = desk(promise(), *steps).readings("12 11:00")
    assert (first.stage, first.elapsed, first.wall_paused) == ("completed", hours(1), hours(0))
    assert (second.stage, second.paused) == ("paused", hours(1))


def test_clocks_stand_in_the_order_in_which_they_attached() -> None:
    """The policy's order counts only among those that attach at one revision."""
    late = promise(id="late", start=field("category") == "gold")
    case = desk((late, promise(), promise(id="other")), ("12 09:00", OPEN), ("12 10:00", {"category": "gold"}))
    assert [clock.definition for clock in case.clocks("12 11:00")] == ["resolution", "other", "late"]


def test_an_empty_history_has_no_clocks() -> None:
    """Nothing has happened: there are no clocks, no deadline and nothing to tick."""
    state = evaluate(CASE.plan, [], at("12 09:00"))
    assert state == SlaState()
    assert tick(CASE.plan, state, at("30 09:00")) is state
    assert next_deadline(CASE.plan, state, at("12 09:00")) is None


@pytest.mark.parametrize(
    "revision",
    [
        Revision(at("12 13:59"), 5, EventId("C/5/0"), OPEN),
        Revision(at("12 14:00"), 4, EventId("C/4/0"), OPEN),
        Revision(at("12 15:00"), 3, EventId("C/3/0"), OPEN),
    ],
)
def test_a_revision_out_of_order_is_refused(revision: Revision) -> None:
    """A revision earlier than its predecessor, in instant or sequence, is refused, and the state is what it was."""
    state = evaluate(CASE.plan, CASE.revisions, at("12 14:00"))
    with pytest.raises(InvalidValue, match="not later"):
        advance(CASE.plan, state, revision)
    with pytest.raises(InvalidValue, match="not later"):
        evaluate(CASE.plan, [*CASE.revisions, revision], at("13 09:00"))
    assert state == evaluate(CASE.plan, CASE.revisions, at("12 14:00"))


NAIVE = datetime(2026, 1, 12, 11)
OPENED = evaluate(CASE.plan, CASE.revisions, at("12 09:00"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda plan: evaluate(plan, CASE.revisions, NAIVE),
        lambda plan: evaluate(plan, [], NAIVE),
        lambda plan: tick(plan, OPENED, NAIVE),
        lambda plan: next_deadline(plan, OPENED, NAIVE),
        lambda plan: read(plan, OPENED.clocks[0], NAIVE),
        lambda plan: explain(plan, OPENED.clocks[0], NAIVE),
    ],
    ids=["evaluate", "evaluate nothing", "tick", "next_deadline", "read", "explain"],
)
def test_a_naive_instant_is_refused(ask: Callable[[Plan], object]) -> None:
    """An instant without an offset names none, so no rule of clocks takes it."""
    with pytest.raises(NaiveDatetime):
        ask(CASE.plan)


def test_an_instant_may_be_given_in_any_zone() -> None:
    """15:00 in Berlin is 14:00 UTC: the same state, and instants in UTC."""
    in_berlin = datetime(2026, 1, 12, 15, tzinfo=timezone(hours(1)))
    state = evaluate(CASE.plan, CASE.revisions, in_berlin)
    assert state == evaluate(CASE.plan, CASE.revisions, at("12 14:00"))
    reading = read(CASE.plan, state.clocks[0], in_berlin)
    assert reading.stopped_at is not None
    assert reading.stopped_at.tzinfo is UTC


def test_a_plan_pickles_as_its_policy() -> None:
    """A plan that went through a pickle gives the same clocks."""
    plan = pickle.loads(pickle.dumps(CASE.plan))  # noqa: S301 - its own
    assert evaluate(plan, CASE.revisions, at("12 14:00")) == evaluate(CASE.plan, CASE.revisions, at("12 14:00"))


def test_a_history_may_be_any_iterable() -> None:
    """Revisions are read once, one by one."""
    assert evaluate(CASE.plan, iter(CASE.revisions), at("12 14:00")) == evaluate(
        CASE.plan, CASE.revisions, at("12 14:00")
    )


# --- why -------------------------------------------------------------------------------------------------------------


def test_a_clock_is_explained_by_its_stretches_of_time() -> None:
    """Thu 16:00 over a holiday to Mon 10:30, asked Mon 09:30 to 10:00: each stretch, what it holds and its cause."""
    hours_of_day = WeeklyHours.parse("Mon-Fri 09:00-17:00")
    calendar = BusinessCalendar(
        timezone="UTC", hours=hours_of_day, holidays=(Holiday(date(2026, 1, 16), "Founders' Day"),)
    )
    steps = (("15 16:00", OPEN), ("19 09:30", WAIT), ("19 10:00", OPEN))
    case = desk(promise(), *steps, calendars={"office": calendar})
    (clock,) = case.clocks("19 10:30")
    explanation = explain(case.plan, clock, at("19 10:30"))
    half, none = hours(0.5), hours(0)
    assert explanation.segments == (
        Segment(at("15 16:00"), at("15 17:00"), "running", hours(1), calendar="office"),
        Segment(at("15 17:00"), at("19 09:00"), "closed", none, ("Founders' Day",), calendar="office"),
        Segment(at("19 09:00"), at("19 09:30"), "running", half, calendar="office"),
        Segment(at("19 09:30"), at("19 10:00"), "paused", half, (), EventId("C/2/0"), calendar="office"),
        Segment(at("19 10:00"), at("19 10:30"), "running", half, calendar="office"),
    )
    assert explanation.reading.elapsed == hours(2)
    assert explanation.calendar == "office"
    assert explanation.policy == case.plan.policy.ref
    assert explanation.time_zone_database


def test_an_open_pause_is_explained_up_to_now() -> None:
    """The pause that is going on ends, for the explanation, at the reading."""
    case = desk(promise(), ("12 09:00", OPEN), ("12 16:00", WAIT))
    (clock,) = case.clocks("13 10:00")
    segments = explain(case.plan, clock, at("13 10:00")).segments
    assert segments == (
        Segment(at("12 09:00"), at("12 16:00"), "running", hours(7), calendar="office"),
        Segment(
            at("12 16:00"), at("13 10:00"), "paused", hours(2), (), EventId("C/2/0"), calendar="office"
        ),  # 16-17 and 9-10
    )


def test_an_ended_clock_is_explained_up_to_its_end() -> None:
    """What comes after the end is no part of the clock."""
    (clock,) = CASE.clocks("20 09:00")
    segments = explain(CASE.plan, clock, at("20 09:00")).segments
    assert [(segment.kind, segment.business) for segment in segments] == [
        ("running", hours(1)),
        ("paused", hours(2)),
        ("running", hours(2)),
    ]
    assert segments[-1].end == at("12 14:00")


def test_a_microsecond_counts() -> None:
    """Instants and durations are exact: a microsecond before the due date nothing has happened."""
    micro = timedelta(microseconds=1)
    revision = Revision(at("12 09:00") + micro, 1, EventId("C/1/0"), OPEN)
    plan = desk(promise(goals=(Goal(hours(1)),))).plan
    due = at("12 10:00") + micro
    assert not evaluate(plan, [revision], due - micro).clocks[0].has_breached
    assert evaluate(plan, [revision], due).clocks[0].breached_at == due


def test_a_revision_before_what_a_tick_has_done_is_refused() -> None:
    """Ticked past its breach, a clock cannot be told that it was paused before it; its history can be evaluated."""
    case = desk(promise(), ("12 09:00", OPEN))
    state = tick(case.plan, evaluate(case.plan, case.revisions, at("12 09:00")), at("12 14:00"))
    late = Revision(at("12 12:00"), 2, EventId("C/2/0"), WAIT)
    with pytest.raises(InvalidValue, match="before 2026-01-12 13:00:00Z, to which its clocks were ticked"):
        advance(case.plan, state, late)
    assert not evaluate(case.plan, [*case.revisions, late], at("12 14:00")).clocks[0].has_breached
    assert advance(case.plan, state, Revision(at("12 13:00"), 2, EventId("C/2/0"), WAIT)).clocks[0].has_breached
