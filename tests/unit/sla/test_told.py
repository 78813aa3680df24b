"""What clocks did as events of their case; and commands that come too early, which change nothing."""

from itertools import pairwise
from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.model import (
    Account,
    AccountId,
    Actor,
    AssignToMe,
    CaseCommand,
    CaseFacts,
    CaseId,
    Decision,
    Event,
    Goal,
    OpenCase,
    ProposeSolution,
    Refusal,
    RequestInfo,
    ResumeWork,
    SlaDefinition,
    SlaState,
    Threshold,
    UpdateCase,
)
from csmcore.rules import Plan, decide_apply, decide_open, decide_tick, evaluate
from csmcore.rules.clocks.events import clock_happenings
from tests.unit.sla.desk import at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
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
        (
            event.kind,
            {name: value for name, value in event.details.items() if name in {"threshold", "level", "percent"}},
        )
        for event in events
        if event.kind.startswith("clock") or event.kind in {"threshold_reached", "goal_changed"}
    ]


def test_a_threshold_is_told_with_its_label_and_level() -> None:
    """A percent says it, an offset has none; a late tick tells them all, in the order of their instants."""
    half, hour = Threshold(before_due=hours(0.5), level=2), Threshold(after_due=hours(1), level=3)
    definition = promise(thresholds=(Threshold(50, level=1), half, hour))
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


def test_a_threshold_is_told_once() -> None:
    """What an earlier tick has told is not told again by the next."""
    plan, decision = opened(promise(thresholds=(25, 50)))
    first = decide_tick(decision.case, decision.sla, plan, at("12 10:30"))
    assert first is not None
    second = decide_tick(first.case, first.sla, plan, at("12 11:30"))
    assert second is not None
    assert [each["threshold"] for _, each in told(first.events) + told(second.events)] == ["25%", "50%"]


def applied(plan: Plan, decision: Decision, command: CaseCommand, when: str) -> Decision:
    """The next decision."""
    found = decide_apply(decision.case, decision.sla, command, ANN, FACTS, plan, at(when))
    assert isinstance(found, Decision)
    return found


def test_each_turn_of_a_clock_is_told() -> None:
    """Paused, its goal changed meanwhile, gone on, completed."""
    plan, decision = opened(promise(goals=(Goal(hours(2), field("priority") == 1), Goal(hours(4)))))
    decision = applied(plan, decision, AssignToMe(), "12 09:30")
    assert told(decision.events) == []
    decision = applied(plan, decision, RequestInfo("Which one?"), "12 10:00")
    assert told(decision.events) == [("clock_paused", {})]
    decision = applied(plan, decision, UpdateCase({"impact": 1, "urgency": 1}), "12 10:30")
    assert told(decision.events) == [("goal_changed", {})]
    decision = applied(plan, decision, ResumeWork(), "12 11:00")
    assert told(decision.events) == [("clock_resumed", {})]
    decision = applied(plan, decision, ProposeSolution(code="solved", notes="A fuse."), "12 11:30")
    assert told(decision.events) == [("clock_completed", {})]


def test_a_cancelled_clock_is_told() -> None:
    """Its start no longer holds."""
    plan, decision = opened(promise(start=field("category").is_empty()))
    decision = applied(plan, decision, UpdateCase({"category": "spam"}), "12 10:00")
    assert told(decision.events) == [("clock_cancelled", {})]


def test_another_agreed_date_is_told_as_a_change_of_goal() -> None:
    """From Mon 17:00 to Tue 09:00 the goal in open time is the same: the date is another."""
    case = desk(
        promise(goals=(Goal(due_field="extra.due"),)),
        ("12 09:00", {**OPEN, "extra.due": at("12 17:00")}),
        ("12 10:00", {"extra.due": at("13 09:00")}),
        ("12 11:00", WAIT),
        ("12 12:00", OPEN),
        ("12 13:00", DONE),
    )
    states = [SlaState(), *(evaluate(case.plan, case.revisions, revision.at) for revision in case.revisions)]
    kinds = [
        [happening.kind for happening in clock_happenings(case.plan, one, two, at("12 13:00"))]
        for one, two in pairwise(states)
    ]
    assert kinds == [["clock_attached"], ["goal_changed"], ["clock_paused"], ["clock_resumed"], ["clock_completed"]]


def test_what_lies_before_the_clock_is_told_when_it_is_attached() -> None:
    """A retroactive start brings its thresholds and its breach, each at its own instant, with the clock itself."""
    definition = promise(retroactive_start="extra.began", thresholds=(50,), start=field("category") == "gold")
    case = desk(definition, ("12 09:00", OPEN), ("12 15:00", {"category": "gold", "extra.began": at("12 09:00")}))
    before, after = (evaluate(case.plan, case.revisions, revision.at) for revision in case.revisions)
    happened = clock_happenings(case.plan, before, after, at("12 15:00"))
    assert [(each.kind, each.details["at"]) for each in happened] == [
        ("threshold_reached", at("12 11:00")),
        ("clock_breached", at("12 13:00")),
        ("clock_attached", at("12 15:00")),
    ]


# --- the order of commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["12 08:59", "12 10:59"])
def test_a_command_before_the_last_change_is_refused(when: str) -> None:
    """Before its opening, or before what changed last: a refusal, and case and clocks are what they were."""
    plan, decision = opened(promise())
    decision = applied(plan, decision, AssignToMe(), "12 11:00")
    case, sla = decision.case, decision.sla
    found = decide_apply(case, sla, RequestInfo("Which one?"), ANN, FACTS, plan, at(when))
    assert isinstance(found, Refusal)
    assert found.codes == ("too_early",)
    assert (case, sla) == (decision.case, decision.sla)
    assert isinstance(applied(plan, decision, RequestInfo("Which one?"), "12 11:00"), Decision)


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
    assert [(event.details["definition"], event.details["level"]) for event in ticked.events] == [
        ("one", 1),
        ("two", 2),
    ]
