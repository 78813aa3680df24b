"""A task that is added: its number, what it blocks, who hears of it."""

from typing import Any

import attrs
import pytest

from csmcore.model import Actor, AddTask, Blocker, GroupId, TaskNumber, UserId
from csmcore.rules.tasks.tasks import MAX_TASKS
from tests.unit.tasks.desk import ANN, EVE, MONITOR, NOON, PIA, SYSTEM, a_case, a_task, name, refused, took, with_tasks

PIA_ID, WAREHOUSE = UserId("pia"), GroupId("warehouse")
FUSE = AddTask(subject="Send a fuse")


def test_a_task_is_added_as_it_was_said() -> None:
    """Its number derives from the case's; the customer is the case's, so that the task needs none."""
    said: dict[str, Any] = {
        "subject": "Send a fuse",
        "description": "10 A, slow",
        "priority": 2,
        "assignment_group": WAREHOUSE,
        "assigned_to": PIA_ID,
        "visible_to_customer": True,
        "depends_on": (name(1),),
        "work_notes_list": (UserId("mia"),),
    }
    taken = took(with_tasks(a_task(1)), AddTask(**said))
    (happening,) = taken.happened
    task = a_task(2, **said, opened_at=NOON)
    assert happening.kind == "task_added"
    assert happening.details == {"task": "CSTASK-CS1-2"}
    assert happening.changes == {
        "tasks": {"CSTASK-CS1-2": task},
        "contributor_users": ("pia",),
        "contributor_groups": ("warehouse",),
    }
    assert taken.changes == happening.changes
    assert not taken.activity


@pytest.mark.parametrize("actor", [ANN, SYSTEM, MONITOR])
@pytest.mark.parametrize("state", ["new", "open", "awaiting_info", "resolved"])
def test_staff_adds_tasks_until_the_case_ends(actor: Actor, state: str) -> None:
    """Agents, the system by rule, and other systems."""
    assert took(a_case(state=state), FUSE, actor).happened[0].kind == "task_added"


@pytest.mark.parametrize("actor", [EVE, PIA])
def test_others_add_none(actor: Actor) -> None:
    """Neither the customer nor just anybody inside."""
    assert refused(a_case(), FUSE, actor) == ("not_permitted",)


@pytest.mark.parametrize("subject", ["", "  ", "\n"])
def test_a_task_says_what_it_is(subject: str) -> None:
    """Blank text is none."""
    assert refused(a_case(), AddTask(subject=subject)) == ("missing",)


def test_a_number_is_never_given_twice() -> None:
    """Not even where a case came with tasks of other numbers."""
    case = with_tasks(a_task(3), a_task(2))
    assert list(took(case, FUSE).changes["tasks"]) == [name(4)]


def test_a_long_number_of_a_case_still_makes_one_of_a_task() -> None:
    """An id has at most 200 characters."""
    (number,) = took(a_case(number="N" * 200), FUSE).changes["tasks"]
    assert number == f"CSTASK-{'N' * 160}-1"


def test_a_blocking_task_blocks_the_case() -> None:
    """Under its own number; it is a resolution that is waited for."""
    taken = took(a_case(), attrs.evolve(FUSE, blocks_case=True))
    waits = Blocker(reason="task_resolution", record=name(1), since=NOON, by="ann")
    assert [happening.kind for happening in taken.happened] == ["task_added", "blocker_added"]
    assert taken.changes["blockers"] == {name(1): waits}


def test_a_resolved_case_is_not_blocked() -> None:
    """As it is not by `AddBlocker`."""
    assert refused(a_case(state="resolved"), attrs.evolve(FUSE, blocks_case=True)) == ("wrong_state",)


def test_a_case_has_so_many_tasks_and_no_more() -> None:
    """Ended ones count, since they stay."""
    tasks = [a_task(ordinal, state="closed") for ordinal in range(1, MAX_TASKS)]
    assert took(with_tasks(*tasks), FUSE).changes["tasks"][name(MAX_TASKS)].is_open
    assert refused(with_tasks(*tasks, a_task(MAX_TASKS)), FUSE) == ("too_many_tasks",)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Too many tasks, a block that cannot be, and dependencies that lead nowhere, each."""
    case = with_tasks(*(a_task(ordinal) for ordinal in range(1, MAX_TASKS + 1)), state="resolved")
    command = AddTask(subject="x", depends_on=(name(1), TaskNumber("t"), TaskNumber("u")), blocks_case=True)
    assert refused(case, command) == ("too_many_tasks", "wrong_state", "unknown_task", "unknown_task")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ()),
        ({"assignment_group": WAREHOUSE}, (("notify_group", ("warehouse",)),)),
        ({"assignment_group": WAREHOUSE, "assigned_to": PIA_ID}, (("notify_users", ("pia",)),)),
        ({"assignment_group": WAREHOUSE, "assigned_to": UserId("ann")}, ()),
        ({"visible_to_customer": True}, ()),
    ],
)
def test_whoever_is_to_do_it_hears_of_it(given: dict[str, Any], told: tuple[Any, ...]) -> None:
    """The person, else the group; never the author, and not the customer."""
    intents = took(a_case(), attrs.evolve(FUSE, **given)).intents
    assert tuple((intent.kind, intent.to) for intent in intents) == told
    assert all(intent.details == {"task": name(1)} for intent in intents)
    assert all(intent.about == "task_added" for intent in intents)


def test_a_machine_of_the_same_name_is_not_the_author() -> None:
    """Ids of other kinds of actors may be the same word."""
    pump = Actor(kind="integration", id="pia")
    (intent,) = took(a_case(), attrs.evolve(FUSE, assigned_to=PIA_ID), pump).intents
    assert intent.to == ("pia",)
