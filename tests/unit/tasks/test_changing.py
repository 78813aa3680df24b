"""A task that is changed, and one that ends."""

from typing import Any

import attrs
import pytest

from csmcore.model import CancelTask, CaseCommand, CloseTask, GroupId, TaskNumber, UpdateTask, UserId
from tests.unit.tasks.desk import (
    ANN,
    BOB,
    EMIL,
    NOON,
    PIA,
    WES,
    a_case,
    a_task,
    name,
    refused,
    took,
    waiting,
    with_tasks,
)

HELD = a_task(1, assignment_group="warehouse", assigned_to="pia", visible_to_customer=True)
CLOSE, CANCEL = CloseTask(task=name(1), notes="Sent."), CancelTask(task=name(1), reason="Not needed.")


def update(**changes: Any) -> UpdateTask:
    """An update of the first task."""
    return UpdateTask(task=name(1), changes=changes)


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"subject": "Send two fuses"}, {"subject": "Send two fuses"}),
        ({"priority": 1, "visible_to_customer": False}, {"priority": 1, "visible_to_customer": False}),
        ({"assigned_to": UserId("wes")}, {"assigned_to": "wes"}),
        ({"assigned_to": None}, {"assigned_to": None}),
        ({"assignment_group": GroupId("tier-1")}, {"assignment_group": "tier-1", "assigned_to": None}),
        ({"assignment_group": "tier-1", "assigned_to": "bob"}, {"assignment_group": "tier-1", "assigned_to": "bob"}),
        ({"assignment_group": "warehouse"}, {}),
        ({"assignment_group": None}, {"assignment_group": None}),
        ({"work_notes_list": ("mia",)}, {"work_notes_list": ("mia",)}),
    ],
)
def test_an_update_says_no_more_than_was_said(changes: dict[str, Any], after: dict[str, Any]) -> None:
    """A new group takes the task from its assignee, unless one is named."""
    taken = took(with_tasks(HELD), update(**changes))
    assert [happening.kind for happening in taken.happened] == ["task_updated"]
    assert taken.changes["tasks"] == {name(1): attrs.evolve(HELD, **after)}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"subject": "x"}, ()),
        ({"assigned_to": "wes"}, (("notify_users", ("wes",)),)),
        ({"assigned_to": "ann"}, ()),
        ({"assigned_to": None}, (("notify_group", ("warehouse",)),)),
        ({"assignment_group": "tier-1"}, (("notify_group", ("tier-1",)),)),
        ({"assignment_group": None}, (("notify_users", ("pia",)),)),
        ({"assignment_group": None, "assigned_to": None}, ()),
        ({"assigned_to": "pia"}, ()),
    ],
)
def test_whoever_has_it_anew_hears_of_it(changes: dict[str, Any], told: tuple[Any, ...]) -> None:
    """The person, else the group; nobody where it stays with whoever had it."""
    intents = took(with_tasks(HELD), update(**changes)).intents
    assert tuple((intent.kind, intent.to) for intent in intents) == told


def test_contributors_follow_the_task() -> None:
    """Who lost it contributes no more, unless another open task of theirs says so."""
    other = a_task(2, assignment_group="warehouse", assigned_to="mia")
    taken = took(with_tasks(HELD, other), update(assigned_to="wes"))
    assert taken.changes["contributor_users"] == ("mia", "wes")
    assert "contributor_groups" not in taken.changes


@pytest.mark.parametrize(("command", "state"), [(CLOSE, "closed"), (CANCEL, "cancelled")])
@pytest.mark.parametrize("actor", [ANN, BOB, PIA, WES])
def test_those_who_work_on_a_task_end_it(command: CaseCommand, state: str, actor: Any) -> None:
    """Agents, its assignee, a member of its group. What they noted stays with the task."""
    taken = took(with_tasks(HELD), command, actor)
    notes = "Sent." if state == "closed" else "Not needed."
    ended = attrs.evolve(HELD, state=state, notes=notes, ended_at=NOON, ended_by=actor.id)  # type: ignore[arg-type]
    (happening,) = taken.happened
    assert happening.kind == f"task_{state}"
    assert happening.details == {"task": name(1)}
    assert happening.changes == {"tasks": {name(1): ended}, "contributor_users": (), "contributor_groups": ()}
    assert not taken.activity


def test_what_ended_is_told() -> None:
    """Its assignee, the work notes list and, where they see it, the customer; never the author."""
    task = attrs.evolve(HELD, work_notes_list=(UserId("ann"), UserId("mia")))
    intents = took(with_tasks(task), CLOSE).intents
    assert [(intent.kind, intent.to) for intent in intents] == [
        ("notify_users", ("pia",)),
        ("notify_work_notes_list", ("mia",)),
        ("notify_customer", ("eve",)),
    ]
    hidden = attrs.evolve(task, visible_to_customer=False)
    assert [intent.kind for intent in took(with_tasks(hidden), CLOSE, PIA).intents] == ["notify_work_notes_list"]


@pytest.mark.parametrize(
    ("customer", "told"),
    [({"contact": "ann"}, ("ann",)), ({"contact": None, "requested_by": "ann"}, ()), ({"contact": None}, ())],
)
def test_an_agent_who_is_the_customer_is_not_told_of_their_own_doing(customer: Any, told: tuple[str, ...]) -> None:
    """A requester inside may be the author; a contact of the same name is somebody else."""
    case = with_tasks(a_task(1, visible_to_customer=True), **customer)
    assert tuple(person for intent in took(case, CLOSE).intents for person in intent.to) == told


@pytest.mark.parametrize("command", [CLOSE, CANCEL])
def test_a_task_that_ends_frees_the_case(command: CaseCommand) -> None:
    """The case waits for it no longer, and asks for attention."""
    case = waiting(with_tasks(HELD), 1)
    taken = took(case, command, PIA)
    assert [happening.kind for happening in taken.happened][1:] == ["blocker_resolved"]
    blocker = taken.changes["blockers"][name(1)]
    assert (blocker.resolved_at, blocker.resolved_by) == (NOON, "pia")
    assert taken.changes["needs_attention"] is True


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_task_may_end_after_its_case(state: str) -> None:
    """The ended case is freed, but asks for nothing."""
    case = waiting(with_tasks(HELD, state=state), 1)
    taken = took(case, CLOSE, PIA)
    assert not taken.changes["blockers"][name(1)].is_active
    assert "needs_attention" not in taken.changes
    assert len(took(with_tasks(HELD, state=state), CLOSE, PIA).happened) == 1
    assert refused(case, update(priority=1)) == ("wrong_state",)


@pytest.mark.parametrize(
    ("command", "reasons"),
    [
        (update(priority=1), ("task_ended", "not_permitted")),
        (
            update(depends_on=(name(1), TaskNumber("t"))),
            ("task_ended", "not_permitted", "depends_on_itself", "unknown_task"),
        ),
        (CLOSE, ("task_ended", "not_permitted")),
        (CANCEL, ("task_ended", "not_permitted")),
    ],
)
@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_an_ended_task_stays_as_it_is(command: CaseCommand, reasons: tuple[str, ...], state: str) -> None:
    """Every reason is told, to whoever has no part in it too."""
    case = with_tasks(a_task(1, state=state))
    assert refused(case, command, EMIL) == reasons
    assert refused(case, command)[0] == "task_ended"


@pytest.mark.parametrize("number", ["CSTASK-CS1-2", "CSTASK-CS2-1", "x", "x" * 200])
def test_a_task_that_the_case_does_not_have_is_refused(number: str) -> None:
    """Another case's too."""
    task = TaskNumber(number)
    assert refused(with_tasks(HELD), CloseTask(task=task, notes="x")) == ("unknown_task",)
    assert refused(with_tasks(HELD), CancelTask(task=task, reason="x")) == ("unknown_task",)
    wanted = {"depends_on": (TaskNumber("u"),)}
    assert refused(with_tasks(HELD), UpdateTask(task=task, changes=wanted)) == ("unknown_task", "unknown_task")


@pytest.mark.parametrize(
    ("command", "count"),
    [(UpdateTask(), 2), (CloseTask(), 2), (CancelTask(), 2), (CloseTask(task=name(1), notes=" "), 1)],
)
def test_what_is_missing_is_told(command: CaseCommand, count: int) -> None:
    """Constructors ask for nothing; what else is wrong is told, too."""
    unknown = ("unknown_task",) if isinstance(command, CloseTask) and command.task else ()
    assert refused(a_case(), command) == ("missing",) * count + unknown


def test_reasons_say_who_may() -> None:
    """In words, with the task."""
    from csmcore.rules.cases.lifecycle import step
    from tests.unit.tasks.desk import KEEPS, facts_for

    case = with_tasks(attrs.evolve(HELD, state="closed"))
    assert str(step(case, CLOSE, EMIL, facts_for(EMIL), KEEPS, NOON)) == (
        "CSTASK-CS1-1 is closed: close task is not possible\n"
        "close task is for an agent or the task's assignee or a member of its group"
    )
