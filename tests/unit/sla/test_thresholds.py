"""Thresholds by percents and by offsets, deadlines that may be met exactly, and the events that tell of them."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.conditions import field
from csmcore.model import (
    Account,
    AccountId,
    Actor,
    AssignToMe,
    Case,
    CaseFacts,
    CaseId,
    Decision,
    Event,
    Goal,
    OpenCase,
    ProposeSolution,
    Refusal,
    RequestInfo,
    SlaDefinition,
    SlaState,
    Threshold,
    UpdateCase,
)
from csmcore.rules import (
    Plan,
    compile_policy,
    decide_apply,
    decide_open,
    decide_tick,
    evaluate,
    next_deadline,
    read,
    tick,
)
from tests.unit.sla.desk import OFFICE, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
MICRO = timedelta(microseconds=1)
HALF = timedelta(minutes=30)


def before(time: timedelta, level: int = 0) -> Threshold:
    """So much before the due date."""
    return Threshold(before_due=time, level=level)


def after(time: timedelta, level: int = 0) -> Threshold:
    """So much after it."""
    return Threshold(after_due=time, level=level)


def test_thresholds_have_labels() -> None:
    """A percent, and offsets in the largest unit that fits."""
    given = (Threshold(75), before(HALF), before(hours(2)), after(timedelta(seconds=90)), after(MICRO))
    assert [each.label for each in given] == ["75%", "due-30m", "due-2h", "due+90s", "due+1us"]


def test_a_bare_number_is_a_percent() -> None:
    """In a definition a number stands for its threshold."""
    assert promise(thresholds=(50, before(HALF))).thresholds == (Threshold(50), before(HALF))


# --- around the due date ---------------------------------------------------------------------------------------------


def test_offsets_are_open_time_before_and_after_the_due_date() -> None:
    """Four hours from Mon 15:00 are over on Tue at 11:00; three hours before are Mon 16:00, seven after Wed 10:00."""
    case = desk(promise(thresholds=(before(hours(3)), after(hours(7)), before(HALF))), ("12 15:00", OPEN))
    assert case.fired("14 16:00") == {
        "due-3h": at("12 16:00"),
        "due-30m": at("13 10:30"),
        "due+7h": at("14 10:00"),  # 11-17 on Tue, 9-10 on Wed
    }


def test_pauses_move_offsets_with_the_due_date() -> None:
    """Each moves by the pauses before it: due 13:00, then 14:00 with a pause of an hour."""
    definition = promise(thresholds=(before(hours(3)), before(hours(1)), after(hours(1))))
    case = desk(definition, ("12 09:00", OPEN), ("12 11:00", WAIT), ("12 12:00", OPEN))
    assert case.fired("12 16:00") == {
        "due-3h": at("12 10:00"),
        "due-1h": at("12 13:00"),
        "due+1h": at("12 15:00"),
    }


@pytest.mark.parametrize("offset", [hours(4), hours(5), hours(4000)])
def test_an_offset_of_the_whole_goal_or_more_fires_at_the_start(offset: timedelta) -> None:
    """What lies before the start is due as soon as the clock runs."""
    case = desk(promise(thresholds=(before(offset),)), ("12 09:00", OPEN))
    assert list(case.fired("12 09:00").values()) == [at("12 09:00")]


def test_before_a_start_in_closed_time_there_is_the_start_itself() -> None:
    """Started in the night, the clock runs at once, though no time counts yet."""
    assert desk(promise(thresholds=(before(hours(8)),)), ("12 20:00", OPEN)).fired("12 20:00") == {
        "due-8h": at("12 20:00")
    }


def test_thresholds_of_one_instant_fire_together_in_their_order() -> None:
    """50 % and two hours before are one instant; at the breach the thresholds are told first."""
    case = desk(promise(thresholds=(100, before(hours(2)), 50)), ("12 09:00", OPEN))
    (clock,) = case.clocks("12 13:00")
    assert clock.fired == (("due-2h", at("12 11:00")), ("50%", at("12 11:00")), ("100%", at("12 13:00")))
    assert clock.breached_at == at("12 13:00")


def test_after_the_breach_offsets_still_fire() -> None:
    """The next deadline of a broken promise is its next threshold; paused, there is none."""
    case = desk(promise(thresholds=(after(hours(1)), after(hours(2)))), ("12 09:00", OPEN), ("12 14:30", WAIT))
    state = evaluate(case.plan, case.revisions[:1], at("12 13:00"))
    assert next_deadline(case.plan, state, at("12 13:00")) == at("12 14:00")
    assert next_deadline(case.plan, state, at("12 14:00")) == at("12 15:00")
    assert next_deadline(case.plan, state, at("12 15:00")) is None
    assert next_deadline(case.plan, evaluate(case.plan, case.revisions, at("12 15:00")), at("12 15:00")) is None


def test_the_offsets_of_a_due_date_are_open_time_too() -> None:
    """A date on Tue 10:00: two hours before it are Mon 16:00, and eight after it Wed 10:00."""
    definition = promise(goals=(Goal(days=1),), thresholds=(before(hours(2)), after(hours(8)), 50))
    assert desk(definition, ("12 10:00", OPEN)).fired("14 12:00") == {
        "50%": at("12 14:00"),  # of 8 h
        "due-2h": at("12 16:00"),
        "due+8h": at("14 10:00"),
    }


def test_a_goal_that_grows_puts_off_what_has_not_fired() -> None:
    """Half an hour before four hours has fired; before six hours it is not told again, an hour after it is."""
    goals = (Goal(hours(4), field("priority") == 1), Goal(hours(6)))
    case = desk(
        promise(goals=goals, thresholds=(before(HALF), after(hours(1)))),
        ("12 09:00", {**OPEN, "priority": 1}),
        ("12 12:45", {"priority": 3}),
    )
    assert case.fired("12 17:00") == {"due-30m": at("12 12:30"), "due+1h": at("12 16:00")}


# --- on time ---------------------------------------------------------------------------------------------------------


def test_by_the_due_date_is_still_in_time() -> None:
    """Resolved exactly when the goal is used up: late under 'before', in time under 'by'."""
    for mode, is_late in (("before", True), ("by", False)):
        reading = desk(promise(on_time=mode), ("12 09:00", OPEN), ("12 13:00", DONE)).reading("13 09:00")
        assert (reading.has_breached, reading.due_at, reading.percent) == (is_late, at("12 13:00"), Fraction(100))


def test_a_microsecond_after_it_is_not() -> None:
    """The breach is the first instant with a microsecond more than the goal; the due date stays where it is."""
    case = desk(promise(on_time="by"), ("12 09:00", OPEN))
    state = evaluate(case.plan, case.revisions, at("12 13:00"))
    assert not state.clocks[0].has_breached
    assert next_deadline(case.plan, state, at("12 13:00")) == at("12 13:00") + MICRO
    (clock,) = tick(case.plan, state, at("12 13:00") + MICRO).clocks
    assert (clock.breached_at, clock.due_at) == (at("12 13:00") + MICRO, at("12 13:00"))


def test_by_the_close_breaks_in_the_next_open_time() -> None:
    """Eight hours end at 17:00; a microsecond more of open time there is only on the next morning."""
    case = desk(promise(on_time="by", goals=(Goal(hours(8)),), thresholds=(100,)), ("12 09:00", OPEN))
    assert (case.reading("12 20:00").has_breached, case.fired("12 20:00")) == (False, {"100%": at("12 17:00")})
    assert case.reading("13 10:00").breached_at == at("13 09:00") + MICRO


@pytest.mark.parametrize(
    ("goal", "fields", "due"),
    [(Goal(days=1), {}, "13 10:00"), (Goal(due_field="extra.due"), {"extra.due": at("13 17:00")}, "13 17:00")],
)
def test_a_due_date_may_be_met_exactly_too(goal: Goal, fields: dict[str, object], due: str) -> None:
    """By days or by agreement: the microsecond after it, in open time, is late."""
    case = desk(promise(on_time="by", goals=(goal,)), ("12 10:00", OPEN | fields))
    assert not case.reading(due).has_breached
    late = OFFICE.add(at(due), MICRO)
    assert case.reading("14 12:00").breached_at == late


def test_paused_when_it_is_used_up_is_in_time() -> None:
    """A pause that begins at the due date keeps the promise until the clock goes on."""
    case = desk(promise(on_time="by"), ("12 09:00", OPEN), ("12 13:00", WAIT), ("12 15:00", OPEN))
    assert (case.reading("12 14:00").stage, case.reading("12 14:00").has_breached) == ("paused", False)
    assert case.reading("12 16:00").breached_at == at("12 15:00") + MICRO
    assert case.reading("12 16:00").due_at == at("12 13:00")  # 4 h + 2 h of pause: 15:00, as pauses go


# --- what is told ----------------------------------------------------------------------------------------------------

ANN = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
FACTS = CaseFacts(account=Account(id=AccountId("acme"), name="Acme"))


def opened(*definitions: SlaDefinition) -> tuple[Plan, Decision]:
    """A case, opened on Mon 09:00 under these promises."""
    plan = desk(definitions).plan
    command = OpenCase(account=AccountId("acme"), short_description="No sound")
    decision = decide_open(command, ANN, FACTS, plan, at("12 09:00"), CaseId("case"), "CS1")
    assert isinstance(decision, Decision)
    return plan, decision


def told(events: tuple[Event, ...]) -> list[tuple[str, dict[str, Any]]]:
    """What clocks did, with the details that say more than whose clock it was."""
    return [
        (event.kind, {name: value for name, value in event.details.items() if name in {"threshold", "level", "percent"}})
        for event in events
        if event.kind.startswith("clock") or event.kind in {"threshold_reached", "goal_changed"}
    ]


def test_a_threshold_is_told_with_its_label_and_level() -> None:
    """A percent says it, an offset has none; a late tick tells them all, in the order of their instants."""
    definition = promise(thresholds=(Threshold(50, level=1), before(HALF, 2), after(hours(1), 3)))
    plan, decision = opened(definition)
    assert told(decision.events) == [("clock_attached", {})]
    ticked = decide_tick(decision.case, decision.sla, plan, at("12 16:00"))
    assert ticked is not None
    assert told(ticked.events) == [
        ("threshold_reached", {"threshold": "50%", "level": 1, "percent": 50}),
        ("threshold_reached", {"threshold": "due-30m", "level": 2}),
        ("clock_breached", {}),
        ("threshold_reached", {"threshold": "due+1h", "level": 3}),
    ]
    assert [event.details["at"] for event in ticked.events] == [
        at("12 11:00"),
        at("12 12:30"),
        at("12 13:00"),
        at("12 14:00"),
    ]
    assert decide_tick(ticked.case, ticked.sla, plan, at("12 16:00")) is None


def apply(plan: Plan, decision: Decision, command: Any, when: str) -> Decision:
    """The next decision."""
    found = decide_apply(decision.case, decision.sla, command, ANN, FACTS, plan, at(when))
    assert isinstance(found, Decision), found
    return found


def test_each_turn_of_a_clock_is_told() -> None:
    """Paused, gone on, its goal changed, completed; and the next cycle of the same promise."""
    goals = (Goal(hours(2), field("priority") == 1), Goal(hours(4)))
    plan, decision = opened(promise(goals=goals))
    decision = apply(plan, decision, AssignToMe(), "12 09:30")
    decision = apply(plan, decision, RequestInfo(message="Which one?"), "12 10:00")
    assert told(decision.events) == [("clock_paused", {})]
    decision = apply(plan, decision, UpdateCase(changes={"impact": 1, "urgency": 1}), "12 10:30")
    assert told(decision.events) == [("goal_changed", {})]


def test_another_agreed_date_is_told_as_a_change_of_goal() -> None:
    """The goal in open time may be the same: the date is another."""
    definition = promise(goals=(Goal(due_field="extra.due"),))
    from csmcore.rules.clock_events import clock_happenings

    case = desk(
        definition,
        ("12 09:00", {**OPEN, "extra.due": at("12 17:00")}),
        ("12 10:00", {"extra.due": at("13 09:00")}),
        ("12 11:00", WAIT),
        ("12 12:00", OPEN),
        ("12 13:00", DONE),
    )
    states = [SlaState(), *(evaluate(case.plan, case.revisions, revision.at) for revision in case.revisions)]
    kinds = [
        [happening.kind for happening in clock_happenings(case.plan, one, two, at("12 13:00"))]
        for one, two in zip(states, states[1:], strict=False)
    ]
    assert kinds == [["clock_attached"], ["goal_changed"], ["clock_paused"], ["clock_resumed"], ["clock_completed"]]


# --- the order of commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["12 08:59", "12 10:59"])
def test_a_command_before_the_last_change_is_refused(when: str) -> None:
    """Before its opening, or before what changed last: a refusal, and case and clocks are what they were."""
    plan, decision = opened(promise())
    decision = apply(plan, decision, AssignToMe(), "12 11:00")
    case, sla = decision.case, decision.sla
    found = decide_apply(case, sla, RequestInfo(message="Which one?"), ANN, FACTS, plan, at(when))
    assert isinstance(found, Refusal)
    assert found.codes == ("too_early",)
    assert (case, sla) == (decision.case, decision.sla)
    assert isinstance(apply(plan, decision, RequestInfo(message="Which one?"), "12 11:00"), Decision)


def test_a_command_before_what_a_tick_has_noticed_is_refused() -> None:
    """A clock that has broken at 13:00 sees nothing happen at 12:59 any more; at 13:00 it does."""
    plan, decision = opened(promise(thresholds=(50,)))
    for when, too_early in (("12 11:00", "12 10:59"), ("12 13:00", "12 12:59")):
        ticked = decide_tick(decision.case, decision.sla, plan, at(when))
        assert ticked is not None
        found = decide_apply(ticked.case, ticked.sla, AssignToMe(), ANN, FACTS, plan, at(too_early))
        assert isinstance(found, Refusal)
        assert found.codes == ("too_early",)
        assert isinstance(decide_apply(ticked.case, ticked.sla, AssignToMe(), ANN, FACTS, plan, at(when)), Decision)


def test_a_threshold_is_told_of_the_promise_that_has_it() -> None:
    """Two promises with thresholds of one label tell each its own level."""
    plan, decision = opened(
        promise(id="one", thresholds=(Threshold(50, level=1),)), promise(id="two", thresholds=(Threshold(50, level=2),))
    )
    ticked = decide_tick(decision.case, decision.sla, plan, at("12 11:00"))
    assert ticked is not None
    assert [(event.details["definition"], event.details["level"]) for event in ticked.events] == [("one", 1), ("two", 2)]


def test_a_reading_agrees_with_the_tick_that_was_not_made() -> None:
    """Read late, a clock says what it says ticked: the next offset, the breach a microsecond after."""
    case = desk(promise(on_time="by", thresholds=(before(HALF), after(HALF), 120)), ("12 09:00", OPEN))
    (clock,) = evaluate(case.plan, case.revisions, at("12 09:00")).clocks
    for when in ("12 12:30", "12 13:00", "12 13:30", "12 15:00"):
        (ticked,) = case.clocks(when)
        assert read(case.plan, clock, at(when)) == read(case.plan, ticked, at(when))
