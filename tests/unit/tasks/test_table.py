"""Both tables, the case's and the task's, exhaustively beside those written by hand."""

from itertools import product
from typing import Any

import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import CASE_STATES, COMMANDS, TASK_STATES, Case, CaseFacts, GroupId, Refusal
from csmcore.rules import task_actions
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.tasks.task_table import TASK_ACTIONS, TASK_TABLE, task_parties_of
from tests.oracle.tasks import CASE_GRID, TASK_GRID, Who, may
from tests.tally import Tally
from tests.unit.tasks.desk import (
    ANN,
    CAST,
    GROUPS,
    KEEPS,
    NOON,
    PIA,
    PLAN,
    WES,
    a_task,
    facts_for,
    name,
    waiting,
    with_tasks,
)

HOLDERS: tuple[dict[str, Any], ...] = (
    {},
    {"assigned_to": "pia"},
    {"assignment_group": "warehouse"},
    {"assignment_group": "warehouse", "assigned_to": "wes"},
)
CONTENT: dict[str, dict[str, Any]] = {
    "update_task": {"changes": {"priority": 1}},
    "close_task": {"notes": "Sent."},
    "cancel_task": {"reason": "Not needed."},
    "log_time": {"seconds": 60},
}
LETTERS = {"agent": "W", "assignee": "A", "member": "M"}


def test_the_tables_are_those_written_by_hand() -> None:
    """Cell by cell."""
    ours = {
        (action, state): "".join(LETTERS[party] for party in parties)
        for state, row in TASK_TABLE.items()
        for action, parties in row.items()
    }
    assert ours == TASK_GRID
    assert {action for action, _ in CASE_GRID} == {"add_task", *TASK_ACTIONS}


def test_every_combination_is_as_by_hand(tally: Tally) -> None:
    """Each state of the case and of the task, each action, each actor, each holder; and the buttons say the same."""
    asked = 0
    for case_state, state, holder in product(CASE_STATES, TASK_STATES, HOLDERS):
        case = with_tasks(a_task(1, state=state, **holder), state=case_state)
        task = {"state": state, "assigned_to": None, "assignment_group": None, **holder}
        world = {"state": case_state, "tasks": {name(1): task}}
        for called, (actor, letters) in CAST.items():
            facts = facts_for(actor)
            buttons = {each.action: each for each in task_actions(case, name(1), actor, facts, PLAN, NOON)}
            for action in TASK_ACTIONS:
                expected = may(world, action, name(1), Who(called, letters, GROUPS.get(actor.id, ())))
                command: Any = COMMANDS[action](task=name(1), **CONTENT[action])  # type: ignore[call-arg]
                answer = step(case, command, actor, facts, KEEPS, NOON)
                assert (not isinstance(answer, Refusal)) is expected, (case_state, state, holder, called, action)
                assert buttons[action].is_allowed is expected
                assert buttons[action].reasons == (answer.reasons if isinstance(answer, Refusal) else ())
                asked += 1
    tally("tasks: cells of both tables", asked, planned=6 * 3 * 4 * 9 * 4)


def test_what_one_is_to_a_task() -> None:
    """Several things at once; an actor outside of the same name is none of them."""
    task = a_task(1, assigned_to="ann", assignment_group="tier-1")
    facts = CaseFacts(actor_groups=(GroupId("tier-1"),))
    assert task_parties_of(task, ANN, facts) == ("agent", "assignee", "member")
    assert task_parties_of(task, PIA, facts) == ("member",)
    assert task_parties_of(a_task(1, assigned_to="pia"), CAST["pia's namesake"][0], facts) == ()
    assert task_parties_of(a_task(1), WES, facts_for(WES)) == ()


def buttons(case: Case, number: Any, who: str) -> dict[str, tuple[str, ...]]:
    """The codes of the reasons why not, by action."""
    actor = CAST[who][0]
    found = task_actions(case, number, actor, facts_for(actor), PLAN, NOON)
    return {each.action: tuple(reason.code for reason in each.reasons) for each in found}


def test_buttons_say_what_a_task_waits_for() -> None:
    """It may still be cancelled."""
    case = with_tasks(a_task(1, depends_on=(name(2),)), a_task(2))
    assert buttons(case, name(1), "ann") == {
        "update_task": (),
        "close_task": ("open_dependencies",),
        "cancel_task": (),
        "log_time": (),
    }


def test_buttons_of_a_task_that_is_not_there_tell_insiders_alone() -> None:
    """A customer, or a stranger, learns nothing of it."""
    case = waiting(with_tasks(a_task(1)), 1)
    assert set(buttons(case, "t", "ann").values()) == {("unknown_task",)}
    for number in (name(1), "t"):
        assert set(buttons(case, number, "eve").values()) == {("not_permitted",)}
        assert set(buttons(case, number, "pia's namesake").values()) == {("not_involved",)}


def test_buttons_say_what_a_command_must_fill() -> None:
    """The table's own words."""
    found = task_actions(with_tasks(a_task(1)), name(1), ANN, CaseFacts(), PLAN, NOON)
    assert {each.action: each.required for each in found} == {
        "update_task": ("task", "changes"),
        "close_task": ("task", "notes"),
        "cancel_task": ("task", "reason"),
        "log_time": ("seconds",),
    }


def test_a_naive_now_is_refused() -> None:
    """As everywhere."""
    with pytest.raises(NaiveDatetime):
        task_actions(with_tasks(), name(1), ANN, CaseFacts(), PLAN, NOON.replace(tzinfo=None))
