"""What each actor sees of a case's tasks."""

import attrs
import pytest

from csmcore.model import Actor, CaseTask, TaskView, UserId
from csmcore.rules import tasks_for
from tests.unit.tasks.desk import (
    ANN,
    BOB,
    CAST,
    EMIL,
    EVE,
    MONITOR,
    PIA,
    PLAN,
    SYSTEM,
    WES,
    a_task,
    facts_for,
    name,
    with_tasks,
)

SHOWN = a_task(1, visible_to_customer=True, assigned_to="pia", description="The customer is angry", notes="twice")
HIDDEN = a_task(2, assignment_group="warehouse")
PLAIN = TaskView(number=name(1), subject="Send a fuse", state="open", priority=4)
CASE = with_tasks(SHOWN, HIDDEN)


@pytest.mark.parametrize("actor", [ANN, BOB, SYSTEM, MONITOR])
def test_agents_and_machines_see_all(actor: Actor) -> None:
    """Whole, and in order."""
    assert tasks_for(CASE, actor, facts_for(actor), PLAN) == (SHOWN, HIDDEN)


def test_others_inside_see_what_they_may_work_on() -> None:
    """Their own, their group's; who is merely inside sees none."""
    assert tasks_for(CASE, PIA, facts_for(PIA), PLAN) == (SHOWN,)
    assert tasks_for(CASE, WES, facts_for(WES), PLAN) == (HIDDEN,)
    assert tasks_for(CASE, EMIL, facts_for(EMIL), PLAN) == ()


def test_a_requester_inside_is_a_customer() -> None:
    """Who sees their own tasks whole, besides."""
    case = attrs.evolve(CASE, requested_by=UserId("emil"))
    assert tasks_for(case, EMIL, facts_for(EMIL), PLAN) == (PLAIN,)
    assert tasks_for(attrs.evolve(CASE, requested_by=UserId("wes")), WES, facts_for(WES), PLAN) == (PLAIN, HIDDEN)


def test_a_stranger_sees_nothing() -> None:
    """Not even under an assignee's name."""
    stranger = CAST["pia's namesake"][0]
    assert tasks_for(CASE, stranger, facts_for(stranger), PLAN) == ()


def test_the_customer_sees_visible_tasks_and_four_fields_of_them() -> None:
    """As a noun that has no more."""
    (view,) = tasks_for(CASE, EVE, facts_for(EVE), PLAN)
    assert view == PLAIN
    assert not isinstance(view, CaseTask)


def test_what_is_hidden_makes_no_difference() -> None:
    """Two cases that differ only in it look the same to the customer, to the letter."""
    other = with_tasks(
        attrs.evolve(SHOWN, description="", notes="", assigned_to=UserId("mia"), work_notes_list=(UserId("ann"),)),
        a_task(2, subject="Bill them", state="cancelled"),
        a_task(3),
    )
    assert repr(tasks_for(CASE, EVE, facts_for(EVE), PLAN)) == repr(tasks_for(other, EVE, facts_for(EVE), PLAN))
