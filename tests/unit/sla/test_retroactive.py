"""Clocks that start before they are attached, or after; and the pauses that count all the same."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.conditions import field
from csmcore.errors import CsmError, InvalidValue, NaiveDatetime, OutOfRange
from csmcore.model import EventId, Goal, Revision, SlaDefinition, SlaState, Standstill, Threshold
from csmcore.rules import advance, evaluate, explain, next_deadline, read, tick
from tests.unit.sla.desk import OFFICE, Desk, Step, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
GOLD, PLAIN = {"category": "gold"}, {"category": None}
BEGAN = {"extra.began": at("12 09:00")}


def backdated(**changes: Any) -> SlaDefinition:
    """The promise for golden cases, which counts since the case began."""
    return promise(**{"start": field("category") == "gold", "retroactive_start": "extra.began", **changes})


def spans(case: Desk, as_of: str) -> list[str]:
    """The pauses of the last clock."""
    return [f"{pause.start:%H:%M}-{pause.end:%H:%M}" for pause in case.clocks(as_of)[-1].pauses]


# --- the start -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("began", "started"),
    [
        (at("12 09:00"), "12 09:00"),
        (at("09 16:00"), "09 16:00"),
        (datetime.fromisoformat("2026-01-12T11:00:00+01:00"), "12 10:00"),
        (None, "12 12:00"),
        ("yesterday", "12 12:00"),
        (at("12 09:00").date(), "12 12:00"),
        (1_768_208_400, "12 12:00"),
    ],
)
def test_the_first_cycle_starts_when_the_field_says(began: object, started: str) -> None:
    """An instant in any zone is taken; where there is none, the clock starts at its revision."""
    reading = desk(backdated(), ("12 12:00", {**OPEN, **GOLD, "extra.began": began})).reading("12 12:00")
    assert reading.started_at == at(started)
    assert reading.started_at.tzinfo is UTC


def test_what_was_due_before_the_clock_was_attached_happened_then() -> None:
    """Four hours from 09:00 were over at 13:00: broken then, though nobody measured before 15:00."""
    case = desk(backdated(thresholds=(50, 100, 150)), ("12 08:00", OPEN), ("12 15:00", GOLD | BEGAN))
    reading = case.reading("12 15:00")
    assert (reading.breached_at, reading.due_at, reading.elapsed) == (at("12 13:00"), at("12 13:00"), hours(6))
    assert case.fired("12 15:00") == {"50%": at("12 11:00"), "100%": at("12 13:00"), "150%": at("12 15:00")}
    assert case.clocks("12 15:00")[0].attached_at == at("12 15:00")


def test_the_field_is_read_once() -> None:
    """Another instant in the field, later, moves nothing."""
    case = desk(backdated(), ("12 12:00", OPEN | GOLD | BEGAN), ("12 13:00", {"extra.began": at("12 11:00")}))
    assert case.reading("12 14:00").started_at == at("12 09:00")


@pytest.mark.parametrize(("mode", "started"), [("revision", "13 10:00"), ("field", "12 09:00")])
def test_later_cycles_start_at_their_revision_or_by_the_field(mode: str, started: str) -> None:
    """Reopened on Tuesday: from then on, or once more since the case began."""
    case = desk(
        backdated(reattach_start=mode, goals=(Goal(hours(40)),)),
        ("12 10:00", OPEN | GOLD | BEGAN),
        ("12 11:00", DONE),
        ("13 10:00", OPEN),
    )
    assert [reading.started_at for reading in case.readings("13 11:00")] == [at("12 09:00"), at(started)]


@pytest.mark.parametrize(("mode", "started"), [("revision", "12 12:00"), ("field", "12 09:00")])
def test_a_reset_starts_as_later_cycles_do(mode: str, started: str) -> None:
    """The cycle that a reset attaches starts at the reset, or by the field."""
    definition = backdated(reset=field("priority").changes(), reattach_start=mode)
    case = desk(definition, ("12 10:00", {**OPEN, **GOLD, **BEGAN, "priority": 3}), ("12 12:00", {"priority": 1}))
    assert case.readings("12 12:00")[1].started_at == at(started)


# --- a start in the future -------------------------------------------------------------------------------------------


def test_before_a_future_start_nothing_counts() -> None:
    """The clock is there and waits: no time, no percent, its due date known."""
    case = desk(backdated(thresholds=(50,)), ("12 09:00", {**OPEN, **GOLD, "extra.began": at("12 14:00")}))
    reading = case.reading("12 11:00")
    assert (reading.elapsed, reading.paused, reading.wall_elapsed, reading.wall_paused) == (hours(0),) * 4
    assert (reading.due_at, reading.next_at, reading.percent) == (
        at("13 10:00"),
        at("12 16:00"),
        Fraction(0),
    )  # 14-17, 9-10
    assert (reading.time_left, reading.wall_time_left) == (hours(4), hours(20))  # seen from the start: 14:00 to 10:00
    assert case.reading("12 15:00").elapsed == hours(1)
    (clock,) = case.clocks("12 11:00")
    assert explain(case.plan, clock, at("12 11:00")).segments == ()


def test_a_pause_before_a_future_start_is_clipped_to_it() -> None:
    """Paused 10:00 to 15:00 with a start at 14:00: an hour counts. Paused and gone on before, none does."""
    steps: tuple[Step, ...] = (
        ("12 09:00", {**OPEN, **GOLD, "extra.began": at("12 14:00")}),
        ("12 10:00", WAIT),
        ("12 15:00", OPEN),
    )
    case = desk(backdated(), *steps)
    waiting = case.reading("12 13:00")
    assert (waiting.stage, waiting.paused, waiting.wall_paused) == ("paused", hours(0), hours(0))
    assert waiting.due_if_resumed_now == at("13 10:00")
    assert case.reading("12 14:30").paused == hours(0.5)
    assert (spans(case, "12 16:00"), case.reading("12 16:00").due_at) == (["14:00-15:00"], at("13 11:00"))
    early = desk(backdated(), steps[0], ("12 10:00", WAIT), ("12 11:00", OPEN))
    assert (spans(early, "12 16:00"), early.reading("12 16:00").due_at) == ([], at("13 10:00"))


def test_a_clock_may_end_before_it_starts() -> None:
    """Resolved at 11:00, with a start at 14:00: kept, with no time at all."""
    case = desk(
        backdated(),
        ("12 09:00", {**OPEN, **GOLD, "extra.began": at("12 14:00")}),
        ("12 10:00", WAIT),
        ("12 11:00", DONE),
    )
    reading = case.reading("12 16:00")
    assert (reading.stage, reading.elapsed, reading.paused, reading.wall_elapsed) == ("completed", *(hours(0),) * 3)
    assert (reading.stopped_at, reading.has_breached) == (at("12 11:00"), False)


def test_other_hours_before_a_future_start_leave_no_trace() -> None:
    """What was in force before anything counts is no stretch."""
    late = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 13:00-21:00"))
    definition = backdated(calendar_source=("account.calendar",))
    case = desk(
        definition,
        ("12 09:00", {**OPEN, **GOLD, "extra.began": at("12 14:00")}),
        ("12 10:00", {"account.calendar": "late"}),
        calendars={"office": OFFICE, "late": late},
    )
    (clock,) = case.clocks("12 15:00")
    assert (clock.stretches, clock.due_at) == ((), at("12 18:00"))


def test_a_future_start_may_be_restarted() -> None:
    """Another goal before the start, under restart: the clock starts at that revision."""
    goals = (Goal(hours(2), field("priority") == 1), Goal(hours(4)))
    case = desk(
        backdated(goals=goals, on_goal_change="restart"),
        ("12 09:00", {**OPEN, **GOLD, "extra.began": at("12 14:00")}),
        ("12 10:00", {"priority": 1}),
    )
    assert (case.reading("12 10:00").started_at, case.reading("12 10:00").due_at) == (at("12 10:00"), at("12 12:00"))


# --- pauses before the clock -----------------------------------------------------------------------------------------

PAUSING = backdated(retroactive_pause=True)


def test_pauses_before_the_clock_count_where_they_are_to() -> None:
    """Held from 10:00 to 11:00, golden at 13:30: due at 14:00 with the pause, and broken at 13:00 without."""
    steps: tuple[Step, ...] = (
        ("12 09:00", OPEN | BEGAN),
        ("12 10:00", {**WAIT, "event.by": "agent"}),
        ("12 11:00", OPEN),
        ("12 13:30", GOLD),
    )
    case = desk(PAUSING, *steps)
    reading = case.reading("12 13:30")
    assert (reading.due_at, reading.original_due_at, reading.has_breached) == (at("12 14:00"), at("12 13:00"), False)
    assert (reading.elapsed, reading.paused) == (hours(3.5), hours(1))
    (pause,) = case.clocks("12 13:30")[0].pauses
    assert (pause.event_id, pause.by, pause.business) == ("C/2/0", "agent", hours(1))
    assert desk(backdated(), *steps).reading("12 13:30").breached_at == at("12 13:00")


def test_a_pause_that_is_open_stays_open() -> None:
    """Held since 12:00 when the clock is attached at 13:00: it is paused, since 12:00."""
    case = desk(PAUSING, ("12 09:00", OPEN | BEGAN), ("12 12:00", WAIT), ("12 13:00", GOLD), ("12 14:00", OPEN))
    reading = case.reading("12 13:00")
    assert (reading.stage, reading.elapsed, reading.paused) == ("paused", hours(3), hours(1))
    assert case.clocks("12 13:00")[0].paused_by == "C/2/0"
    assert (spans(case, "12 15:00"), case.reading("12 15:00").due_at) == (["12:00-14:00"], at("12 15:00"))


def test_the_attaching_revision_acts_live() -> None:
    """It ends the pause that the ones before it left open; or begins one, which is no part of the past."""
    ends = desk(PAUSING, ("12 09:00", OPEN | BEGAN), ("12 12:00", WAIT), ("12 13:00", OPEN | GOLD))
    assert (ends.reading("12 13:00").stage, spans(ends, "12 13:00")) == ("in_progress", ["12:00-13:00"])
    begins = desk(PAUSING, ("12 09:00", OPEN | BEGAN), ("12 12:00", WAIT | GOLD))
    assert (begins.reading("12 12:30").stage, begins.reading("12 12:30").elapsed) == ("paused", hours(3))


@pytest.mark.parametrize(
    ("began", "kept"),
    [
        ("12 09:00", ["10:00-11:00", "12:00-13:00"]),
        ("12 10:30", ["10:30-11:00", "12:00-13:00"]),
        ("12 11:00", ["12:00-13:00"]),
        ("12 12:30", ["12:30-13:00"]),
        ("12 13:30", []),
    ],
)
def test_pauses_before_the_start_are_no_pauses(began: str, kept: list[str]) -> None:
    """Each is clipped to the start; what is left of it, if anything, counts."""
    steps: tuple[Step, ...] = (
        ("12 08:00", {**OPEN, "extra.began": at(began)}),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN),
        ("12 12:00", WAIT),
        ("12 13:00", OPEN),
        ("12 14:00", GOLD),
    )
    assert spans(desk(PAUSING, *steps), "12 14:00") == kept


@pytest.mark.parametrize(
    ("began", "started", "paused"),
    [(None, "12 13:00", 1), (at("12 13:00"), "12 13:00", 1), (at("12 13:30"), "12 13:30", 0.5)],
)
def test_an_open_pause_counts_from_the_start(began: datetime | None, started: str, paused: float) -> None:
    """Held since 12:00 with a start at the revision or after it: the clock is paused, and nothing earlier counts."""
    case = desk(PAUSING, ("12 09:00", OPEN), ("12 12:00", WAIT), ("12 13:00", {**GOLD, "extra.began": began}))
    reading = case.reading("12 14:00")
    assert (reading.stage, reading.started_at, reading.paused) == ("paused", at(started), hours(paused))
    assert reading.elapsed == hours(0)


def test_the_breach_is_judged_along_the_way() -> None:
    """Two hours of goal are over at 11:00; a pause from 12:00 comes too late to save it."""
    case = desk(
        backdated(retroactive_pause=True, goals=(Goal(hours(2)),), thresholds=(50, 200)),
        ("12 09:00", OPEN | BEGAN),
        ("12 12:00", WAIT),
        ("12 13:00", OPEN),
        ("12 14:00", GOLD),
    )
    reading = case.reading("12 14:00")
    assert (reading.breached_at, reading.due_at, reading.elapsed) == (at("12 11:00"), at("12 11:00"), hours(4))
    assert case.fired("12 14:00") == {"50%": at("12 10:00"), "200%": at("12 14:00")}


def test_the_past_begins_with_the_first_revision() -> None:
    """A case that is on hold from its first revision has a pause since then, and not since it began."""
    case = desk(PAUSING, ("12 10:00", WAIT | BEGAN), ("12 11:00", OPEN), ("12 12:00", GOLD))
    assert (spans(case, "12 12:00"), case.reading("12 12:00").elapsed) == (["10:00-11:00"], hours(2))


def test_the_past_goes_by_the_same_rules() -> None:
    """With resume_met it goes on only when the resume condition holds."""
    definition = backdated(retroactive_pause=True, when_to_resume="resume_met", resume=field("needs_attention") == True)  # noqa: E712
    steps: tuple[Step, ...] = (
        ("12 09:00", OPEN | BEGAN),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN),
        ("12 12:00", {"needs_attention": True}),
        ("12 13:00", GOLD),
    )
    assert spans(desk(definition, *steps), "12 13:00") == ["10:00-12:00"]


def test_a_pause_of_no_length_is_none_in_the_past_either() -> None:
    """Asked and answered at one instant."""
    case = desk(PAUSING, ("12 09:00", OPEN | BEGAN), ("12 10:00", WAIT), ("12 10:00", OPEN), ("12 13:00", GOLD))
    assert spans(case, "12 13:00") == []


def test_a_later_cycle_counts_what_came_since_the_one_before() -> None:
    """With reattach_start = field the pauses between two cycles count for the second; the first's own do not."""
    definition = backdated(retroactive_pause=True, reattach_start="field", goals=(Goal(hours(40)),))
    steps: tuple[Step, ...] = (
        ("12 09:00", OPEN | BEGAN | GOLD),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN),
        ("12 12:00", {**WAIT, **PLAIN}),  # cancelled: this revision is no part of what comes since
        ("12 13:00", {}),
        ("12 14:00", OPEN),
        ("12 15:00", GOLD),
    )
    case = desk(definition, *steps)
    first, second = case.readings("12 15:00")
    assert (first.stage, first.paused) == ("cancelled", hours(1))
    assert (second.started_at, second.paused) == (at("12 09:00"), hours(1))
    assert spans(case, "12 15:00") == ["13:00-14:00"]


def test_a_later_cycle_that_starts_at_its_revision_counts_nothing_before_it() -> None:
    """Without reattach_start = field nothing is remembered between cycles."""
    steps: tuple[Step, ...] = (
        ("12 09:00", OPEN | BEGAN | GOLD),
        ("12 10:00", PLAIN),
        ("12 11:00", WAIT),
        ("12 12:00", {}),
        ("12 13:00", GOLD),
    )
    case = desk(PAUSING, *steps)
    assert evaluate(case.plan, case.revisions, at("12 12:30")).standstills == ()
    assert (case.readings("12 13:00")[1].stage, case.readings("12 13:30")[1].paused) == ("paused", hours(0.5))


def test_a_reset_remembers_nothing() -> None:
    """The next cycle is attached by the revision that ended the last: there is nothing in between."""
    definition = backdated(retroactive_pause=True, reattach_start="field", reset=field("priority").changes())
    steps: tuple[Step, ...] = (
        ("12 09:00", {**OPEN, **BEGAN, **GOLD, "priority": 3}),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN),
        ("12 12:00", {"priority": 1}),
    )
    case = desk(definition, *steps)
    assert (case.readings("12 12:00")[1].started_at, spans(case, "12 12:00")) == (at("12 09:00"), [])


def test_while_a_clock_runs_nothing_is_remembered() -> None:
    """Clocks that run at once: the past of the second is none, since the first ran."""
    definition = backdated(
        retroactive_pause=True,
        start=field("event.by") == "customer",
        recurrence="independent",
        when_to_cancel="never",
        reattach_start="field",
    )
    asked = {"event.by": "customer"}
    steps: tuple[Step, ...] = (
        ("12 09:00", OPEN | BEGAN),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN | asked),
        ("12 12:00", WAIT),
        ("12 13:00", OPEN),
        ("12 14:00", asked),
    )
    first, second = desk(definition, *steps).readings("12 14:00")
    assert (first.paused, second.paused) == (hours(2), hours(0))


def test_a_state_keeps_the_pauses_of_promises_that_may_come() -> None:
    """Several definitions remember, each its own, in the order of the policy; who has none has no entry."""
    held = {"needs_attention": True}
    one = backdated(id="one", retroactive_pause=True)
    two = backdated(id="two", retroactive_pause=True, pause=field("needs_attention") == True)  # noqa: E712
    never = backdated(id="never", retroactive_pause=True, pause=field("category") == "lead")
    case = desk(
        (one, never, two),
        ("12 09:00", OPEN | BEGAN | held),
        ("12 10:00", {**WAIT, "event.by": "agent"}),
        ("12 11:00", {"needs_attention": False}),
    )
    state = evaluate(case.plan, case.revisions, at("12 12:00"))
    assert [each.definition for each in state.standstills] == ["one", "two"]
    assert state.standstills[0] == Standstill(one.id, at("12 10:00"), EventId("C/2/0"), "agent")
    assert [(pause.start, pause.end) for pause in state.standstills[1].pauses] == [(at("12 09:00"), at("12 11:00"))]
    assert state.standstills[1].paused_at is None


def test_what_is_remembered_survives_ticks_and_is_used_up_once() -> None:
    """Ticking leaves it alone; the clock that counts it takes it out of the state."""
    case = desk(PAUSING, ("12 09:00", OPEN | BEGAN), ("12 10:00", WAIT), ("12 11:00", OPEN), ("12 12:00", GOLD))
    state = SlaState()
    for revision in case.revisions[:3]:
        state = tick(case.plan, advance(case.plan, state, revision), revision.at + timedelta(minutes=1))
    assert len(state.standstills) == 1
    assert next_deadline(case.plan, state, at("12 11:30")) is None
    state = advance(case.plan, state, case.revisions[3])
    assert (state.standstills, state.clocks[0].business_paused) == ((), hours(1))


def test_a_standstill_keeps_its_instant_in_utc() -> None:
    """As every noun does; one that names no instant is refused."""
    known = Standstill(PAUSING.id, datetime.fromisoformat("2026-01-12T11:00:00+01:00"), EventId("C/2/0"))
    assert known.paused_at == at("12 10:00")
    assert known.paused_at.tzinfo is UTC
    with pytest.raises(NaiveDatetime):
        Standstill(PAUSING.id, datetime(2026, 1, 12))


# --- what is no instant that a calendar knows ------------------------------------------------------------------------

NAIVE, FAR, LONG_AGO = datetime(2026, 1, 12, 9), datetime(2200, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (NAIVE, NaiveDatetime),
        (FAR, OutOfRange),
        (LONG_AGO, OutOfRange),
        (datetime(9999, 12, 31, 23, 59), NaiveDatetime),
    ],
)
@pytest.mark.parametrize(
    "definition", [backdated(), promise(start=field("category") == "gold", goals=(Goal(due_field="extra.began"),))]
)
def test_a_datetime_that_names_no_instant_is_refused_and_changes_nothing(
    definition: SlaDefinition, value: datetime, error: type[CsmError]
) -> None:
    """A start or a due date without an offset, or outside 1970 to 2199: a typed error, and the state as it was."""
    plan = desk(definition).plan
    first = Revision(at("12 09:00"), 1, EventId("C/1/0"), OPEN)
    state = advance(plan, SlaState(), first)
    before = evaluate(plan, [first], at("12 09:00"))
    bad = Revision(at("12 10:00"), 2, EventId("C/2/0"), {**OPEN, **GOLD, "extra.began": value})
    with pytest.raises(error):
        advance(plan, state, bad)
    with pytest.raises(error):
        evaluate(plan, [first, bad], at("12 11:00"))
    assert state == before
    good = Revision(at("12 10:00"), 2, EventId("C/2/0"), {**OPEN, **GOLD, "extra.began": at("12 09:30")})
    assert len(advance(plan, state, good).clocks) == 1


@pytest.mark.parametrize(("value", "error"), [(NAIVE, NaiveDatetime), (FAR, OutOfRange)])
def test_a_due_date_that_turns_into_no_instant_leaves_the_running_clock_alone(
    value: datetime, error: type[CsmError]
) -> None:
    """Read again at each revision, a bad date is refused; the clock goes on as it was at the next good one."""
    plan = desk(promise(goals=(Goal(due_field="extra.due"),), thresholds=(10,))).plan
    first = Revision(at("12 09:00"), 1, EventId("C/1/0"), {**OPEN, "extra.due": at("12 15:00")})
    state = advance(plan, SlaState(), first)
    with pytest.raises(error):
        advance(plan, state, Revision(at("12 10:00"), 2, EventId("C/2/0"), {**OPEN, "extra.due": value}))
    assert state == evaluate(plan, [first], at("12 09:00"))
    later = advance(plan, state, Revision(at("12 10:00"), 2, EventId("C/2/0"), {**OPEN, "extra.due": at("12 16:00")}))
    assert read(plan, later.clocks[0], at("12 10:00")).due_at == at("12 16:00")


def test_the_first_and_the_last_instants_are_taken() -> None:
    """1970 and the end of 2199 are instants: a clock may have started then, or be due then."""
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    case = desk(backdated(calendar=None), ("12 09:00", {**OPEN, **GOLD, "extra.began": first}))
    assert case.reading("12 09:00").breached_at == first + hours(4)
    definition = promise(calendar=None, goals=(Goal(due_field="extra.due"),))
    reading = desk(definition, ("12 09:00", {**OPEN, "extra.due": last})).reading("12 09:00")
    assert (reading.due_at, reading.goal) == (last, last - at("12 09:00"))


def test_a_start_may_lie_at_the_very_end() -> None:
    """A start in the last second of 2199 has no due date within it: the calendar ends, with a reason."""
    last = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)
    reading = desk(backdated(calendar=None), ("12 09:00", {**OPEN, **GOLD, "extra.began": last})).reading("12 09:00")
    assert (reading.due_at, [reason.code for reason in reading.reasons]) == (None, ["calendar_ends"])


@pytest.mark.parametrize(
    "revision",
    [
        Revision(at("12 11:30"), 9, EventId("C/9/0"), OPEN),
        Revision(at("12 12:00"), 3, EventId("C/3/0"), OPEN),
        Revision(at("12 12:00"), 4, EventId("C/4/0"), OPEN),
        Revision(at("12 13:00"), 4, EventId("C/4/0"), OPEN),
    ],
    ids=["earlier instant", "same instant, lower sequence", "same instant, same sequence", "later, same sequence"],
)
def test_a_revision_out_of_order_leaves_clocks_and_pauses_as_they_were(revision: Revision) -> None:
    """Refused, it changes neither a clock nor what is remembered; the next in order is taken as ever."""
    other = promise(id="other")
    steps: tuple[Step, ...] = (
        ("12 09:00", OPEN | BEGAN),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN),
        ("12 12:00", WAIT),
    )
    case = desk((PAUSING, other), *steps)
    state = evaluate(case.plan, case.revisions, at("12 12:00"))
    with pytest.raises(InvalidValue, match="not later"):
        advance(case.plan, state, revision)
    assert state == evaluate(case.plan, case.revisions, at("12 12:00"))
    after = advance(case.plan, state, Revision(at("12 12:00"), 5, EventId("C/5/0"), {**OPEN, **GOLD, **BEGAN}))
    assert {clock.definition: clock.business_paused for clock in after.clocks} == {
        "resolution": hours(1),
        "other": hours(1),
    }


def test_what_is_due_at_the_start_itself_happens_before_a_pause_that_was_open_then() -> None:
    """A warning longer than the goal fires at the start, 09:00, though the case waited from 08:00 to 10:00."""
    early = backdated(retroactive_pause=True, thresholds=(Threshold(before_due=hours(24)),))
    steps: tuple[Step, ...] = (
        ("12 08:00", {**WAIT, "extra.began": at("12 09:00")}),
        ("12 10:00", OPEN),
        ("12 11:00", GOLD),
    )
    case = desk(early, *steps)
    (clock,) = case.clocks("12 12:00")
    assert clock.fired == (("due-24h", at("12 09:00")),)
    assert (spans(case, "12 12:00"), clock.due_at) == (["09:00-10:00"], at("12 14:00"))  # 9 + 4 h + 1 h
