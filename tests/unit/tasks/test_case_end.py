"""What becomes of open tasks when their case ends, by policy."""

from typing import Any

import pytest

from csmcore.model import AcceptSolution, Actor, AutoCloseCase, CancelCase, Case, CaseCommand, CloseCase, Resolution
from csmcore.rules.cases.changing import changed
from tests.unit.tasks.desk import ANN, EVE, KEEPS, NOON, OPENED, SYSTEM, TAKES, a_task, name, took, waiting, with_tasks

SOLVED = Resolution(code="fixed", notes="A new fuse.", by="ann", at=OPENED)
TASKS = (
    a_task(1, assigned_to="pia", assignment_group="warehouse", visible_to_customer=True),
    a_task(2, assigned_to="ann", depends_on=(name(1),)),
    a_task(3, assigned_to="pia"),
    a_task(4, state="closed", assigned_to="mia"),
    a_task(5, assignment_group="warehouse"),
)
ENDS: tuple[tuple[CaseCommand, Actor, dict[str, Any]], ...] = (
    (CloseCase(code="x", notes="y"), ANN, {}),
    (CloseCase(), EVE, {}),
    (CancelCase("spam"), ANN, {}),
    (AcceptSolution(), EVE, {"state": "resolved", "resolution": SOLVED}),
    (AutoCloseCase(), SYSTEM, {"state": "resolved", "resolution": SOLVED, "auto_close": True}),
)


def after(case: Case, command: CaseCommand, actor: Actor) -> Case:
    """The case one version on."""
    return changed(case, took(case, command, actor, TAKES).changes, version=case.version + 1, updated_at=NOON)


@pytest.mark.parametrize(("command", "actor", "fields"), ENDS)
def test_open_tasks_go_with_their_case(command: CaseCommand, actor: Actor, fields: dict[str, Any]) -> None:
    """Cancelled, whatever they wait for; nobody contributes any more, nothing blocks or asks for attention."""
    case = waiting(with_tasks(*TASKS, policy=TAKES, **fields), 2)
    ended = after(case, command, actor)
    assert [task.state for task in ended.tasks.values()] == ["cancelled"] * 3 + ["closed", "cancelled"]
    first = ended.tasks[name(1)]
    assert (first.ended_at, first.ended_by, first.notes) == (NOON, actor.id, "The case has ended.")
    assert (ended.contributor_users, ended.contributor_groups) == ((), ())
    assert ended.tasks[name(4)] == TASKS[3]
    assert not ended.blockers[name(2)].is_active
    assert not ended.needs_attention


def test_each_is_an_event_of_its_own() -> None:
    """After the case's own; the blocker's follows its task's."""
    case = waiting(with_tasks(*TASKS, policy=TAKES), 2)
    taken = took(case, CancelCase("spam"), ANN, TAKES)
    kinds = [happening.kind for happening in taken.happened]
    assert kinds == ["case_cancelled", "task_cancelled", "task_cancelled", "blocker_resolved", *["task_cancelled"] * 2]
    assert [happening.details.get("task") for happening in taken.happened if happening.kind == "task_cancelled"] == [
        name(1),
        name(2),
        name(3),
        name(5),
    ]
    replayed = case
    for happening in taken.happened:
        replayed = changed(replayed, happening.changes)
    assert replayed.tasks == after(case, CancelCase("spam"), ANN).tasks
    assert replayed.contributor_users == ()


def test_those_who_had_them_hear_of_it_once() -> None:
    """But not the author; the customer hears of the case."""
    intents = took(with_tasks(*TASKS, policy=TAKES), CancelCase("spam"), ANN, TAKES).intents
    assert [(intent.kind, intent.to, intent.about) for intent in intents] == [
        ("notify_customer", ("eve",), "case_cancelled"),
        ("notify_users", ("pia",), "task_cancelled"),
    ]
    own = with_tasks(a_task(1, assigned_to="ann"), policy=TAKES)
    assert [intent.kind for intent in took(own, CancelCase("spam"), ANN, TAKES).intents] == ["notify_customer"]


@pytest.mark.parametrize(("command", "actor", "fields"), ENDS)
def test_else_they_stay_open(command: CaseCommand, actor: Actor, fields: dict[str, Any]) -> None:
    """By default; and a case without tasks ends as ever."""
    case = waiting(with_tasks(*TASKS, **fields), 2)
    taken = took(case, command, actor, KEEPS)
    assert {"tasks", "blockers", "contributor_users"}.isdisjoint(taken.changes)
    assert len(took(with_tasks(policy=TAKES, **fields), command, actor, TAKES).happened) <= 2
