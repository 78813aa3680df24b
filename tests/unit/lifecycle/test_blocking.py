"""What keeps a case from going on, and what a desk sees of it."""

from datetime import timedelta
from typing import Any

import pytest

from csmcore.model import (
    Action,
    Actor,
    AddBlocker,
    AddComment,
    Blocker,
    CancelCase,
    Case,
    CasePolicy,
    CloseCase,
    CloseTask,
    ProposeSolution,
    Refusal,
    RelatedRecord,
    RequestInfo,
    ResolveBlocker,
    ResumeWork,
    TaskNumber,
)
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.cases.transitions import TABLE
from tests.unit.lifecycle.cast import BUSINESS, START, case_in, made, planned, policy

NOW = START + timedelta(hours=5)
EVE, ANN, BOB = (BUSINESS.actors[name][0] for name in ("the contact", "the assignee", "an agent"))
PROBLEM = RelatedRecord(kind="problem", record="PRB1", linked_at=START, linked_by="ann")
INCIDENT = RelatedRecord(kind="incident", record="INC1", linked_at=START, linked_by="ann")
RECORDS = {"problem:PRB1": PROBLEM, "incident:INC1": INCIDENT}
INSIDE = Blocker(reason="other", text="a part", since=START, by="ann")
CUSTOMER = Blocker(reason="customer_information", since=START, by="ann")


def done(case: Case, command: Any, actor: Actor = ANN, **choices: Any) -> Step | Refusal:
    """What the command comes to under a policy with these choices."""
    return step(case, command, actor, BUSINESS.facts, planned(policy(cases=CasePolicy(**choices))), NOW)


def after(case: Case, command: Any, actor: Actor = ANN, **choices: Any) -> Case:
    """The case that an accepted command makes."""
    taken = done(case, command, actor, **choices)
    assert isinstance(taken, Step), taken
    return changed(case, taken.changes)


def codes(case: Case, command: Any, actor: Actor = ANN, **choices: Any) -> tuple[str, ...]:
    """The reasons of a refused one."""
    refused = done(case, command, actor, **choices)
    assert isinstance(refused, Refusal), refused
    return refused.codes


def test_a_blocker_is_named_and_resolved() -> None:
    """Under a key of its own; that it is gone asks for attention, once."""
    waiting = after(case_in("open", BUSINESS), AddBlocker(reason="other", text="a spare part"))
    assert waiting.blockers == {"other-5": Blocker(reason="other", text="a spare part", since=NOW, by="ann")}
    assert (waiting.is_blocked, waiting.action_status) == (True, "blocked_internally")
    freed = after(waiting, ResolveBlocker(blocker="other-5"), BOB)
    assert freed.blockers["other-5"].resolved_by == "bob"
    assert freed.blockers["other-5"].resolved_at == NOW
    assert (freed.is_blocked, freed.action_status) == (False, "needs_attention")
    calm = case_in("open", BUSINESS, needs_attention=True, blockers={"x": INSIDE})
    taken = done(calm, ResolveBlocker(blocker="x"))
    assert isinstance(taken, Step)
    assert "needs_attention" not in taken.changes


def test_a_record_blocks_under_its_key() -> None:
    """A task's or a related record's, and a workaround is one of a problem."""
    case = case_in("open", BUSINESS, records=RECORDS)
    for reason, key in (("task_resolution", "incident:INC1"), ("problem_workaround", "problem:PRB1")):
        waiting = after(case, made(AddBlocker, reason=reason, record=key))
        assert waiting.blockers[key].record == key
        assert codes(waiting, made(AddBlocker, reason=reason, record=key)) == ("already_blocked",)
        freed = after(waiting, ResolveBlocker(blocker=key))
        assert after(freed, made(AddBlocker, reason=reason, record=key)).is_blocked


@pytest.mark.parametrize(
    ("command", "reasons"),
    [
        (AddBlocker(), ("missing", "missing")),
        (AddBlocker(reason="other"), ("missing",)),
        (AddBlocker(reason="other", record="CST-1"), ("unknown_record",)),
        (AddBlocker(reason="problem_workaround", record="incident:INC1"), ("no_problem",)),
        (AddBlocker(reason="problem_workaround", text="x"), ("no_problem",)),
        (AddBlocker(reason="customer_information", record="CST-1"), ("request_info_instead", "unknown_record")),
        (ResolveBlocker(), ("missing", "unknown_blocker")),
        (ResolveBlocker(blocker="x"), ("unknown_blocker",)),
    ],
)
def test_a_blocker_that_does_not_fit_says_why(command: Any, reasons: tuple[str, ...]) -> None:
    """Every reason at once, and nothing changes."""
    found = codes(case_in("open", BUSINESS, records=RECORDS), command)
    assert found == reasons or set(found) <= set(reasons)


def test_asking_the_customer_blocks_until_the_case_goes_on() -> None:
    """Whatever it is that takes it out of Awaiting Info; by itself it does not ask for attention."""
    case = case_in("open", BUSINESS, assigned_to="ann")
    waiting = after(case, RequestInfo("Which?"))
    assert waiting.action_status == "blocked_by_customer"
    assert codes(waiting, ResolveBlocker(blocker="customer")) == ("still_awaited",)
    for command, actor in (
        (ResumeWork(), ANN),
        (AddComment("That one."), EVE),
        (ProposeSolution(code="fixed", notes="x"), ANN),
        (CloseCase(code="fixed", notes="x"), ANN),
        (CloseCase(), EVE),
        (CancelCase("x"), ANN),
    ):
        gone_on = after(waiting, command, actor)
        assert gone_on.blockers["customer"].resolved_by == actor.id
        assert gone_on.needs_attention is isinstance(command, AddComment)
    assert after(after(waiting, ResumeWork()), RequestInfo("And?")).action_status == "blocked_by_customer"


@pytest.mark.parametrize(
    ("attention", "blockers", "status"),
    [
        (False, (), None),
        (True, ("inside", "customer"), "needs_attention"),
        (False, ("inside",), "blocked_internally"),
        (False, ("customer",), "blocked_by_customer"),
        (False, ("inside", "customer"), "blocked_internally_and_by_customer"),
    ],
)
def test_attention_outranks_what_blocks(attention: bool, blockers: tuple[str, ...], status: str | None) -> None:  # noqa: FBT001
    """The action status of a live case; one that has ended has none."""
    known = {"inside": INSIDE, "customer": CUSTOMER}
    held = {name: known[name] for name in blockers}
    for state in TABLE:
        case = case_in(state, BUSINESS, needs_attention=attention, blockers=held)
        assert case.action_status == (None if case.is_terminal else status)


@pytest.mark.parametrize("command", [ProposeSolution(code="x", notes="x"), CloseCase(code="x", notes="x")])
def test_a_policy_decides_what_open_blockers_hinder(command: Any) -> None:
    """Agents only: nothing, a warning, or all of it; waiting for the customer never does."""
    case = case_in("open", BUSINESS, blockers={"x": INSIDE})
    assert after(case, command).state in {"resolved", "closed"}
    assert codes(case, command, on_open_blockers="forbid") == ("still_blocked",)
    by_customer = case_in("open", BUSINESS, blockers={"customer": CUSTOMER})
    assert after(by_customer, command, on_open_blockers="forbid").state in {"resolved", "closed"}
    assert after(case, CloseCase(), EVE, on_open_blockers="forbid").state == "closed"


@pytest.mark.parametrize("command", [ProposeSolution(code="x", notes="x"), CloseCase(code="x", notes="x")])
def test_a_warning_is_a_reason(command: Any) -> None:
    """The command is accepted, and says what is still open."""
    case = case_in("open", BUSINESS, blockers={"x": INSIDE})
    warned = done(case, command, on_open_blockers="warn")
    assert isinstance(warned, Step)
    assert "still_blocked" in [reason.code for reason in warned.reasons]
    quiet = done(case_in("open", BUSINESS), command, on_open_blockers="warn")
    assert isinstance(quiet, Step)
    assert "still_blocked" not in [reason.code for reason in quiet.reasons]


def test_blockers_are_for_cases_that_are_worked_on() -> None:
    """None is added to a solution, and none is resolved after the end."""
    actions: tuple[Action, ...] = ("add_blocker", "resolve_blocker")
    allowed = {action: [state for state in TABLE if TABLE[state][action]] for action in actions}
    live = ["new", "open", "awaiting_info"]
    assert allowed == {"add_blocker": live, "resolve_blocker": [*live, "resolved"]}


def test_what_is_missing_hides_nothing_else() -> None:
    """Every reason at once, and nothing twice."""
    case = case_in("open", BUSINESS)
    assert codes(case, AddBlocker(record="CST-1")) == ("missing", "unknown_record")
    assert codes(case, CloseTask(task=TaskNumber("CST-1"))) == ("missing", "unknown_task")
    assert codes(case, CloseTask()) == ("missing", "missing")
    assert codes(case, ResolveBlocker()) == ("missing",)
