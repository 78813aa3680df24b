"""Who contributes to a case, told by its open tasks alone."""

from csmcore.model import CancelTask, UpdateTask
from csmcore.rules import contributors_of
from tests.unit.tasks.desk import a_task, name, took, with_tasks


def test_those_who_have_open_tasks_contribute() -> None:
    """With the groups that they have them in; a task of a group alone, or one that has ended, makes nobody one."""
    tasks = (
        a_task(1, assigned_to="wes", assignment_group="warehouse"),
        a_task(2, assigned_to="pia"),
        a_task(3, assigned_to="wes", assignment_group="night shift"),
        a_task(4, assignment_group="tier-1"),
        a_task(5, assigned_to="mia", assignment_group="tier-2", state="closed"),
    )
    assert contributors_of(tasks) == (("pia", "wes"), ("night shift", "warehouse"))
    assert contributors_of(reversed(tasks)) == contributors_of(tasks)
    assert contributors_of(()) == ((), ())


def test_each_goes_with_their_last_open_task() -> None:
    """The user and the group, each by itself."""
    case = with_tasks(
        a_task(1, assigned_to="wes", assignment_group="warehouse"),
        a_task(2, assigned_to="wes", assignment_group="night shift"),
    )
    taken = took(case, CancelTask(task=name(1), reason="x"))
    assert taken.changes["contributor_groups"] == ("night shift",)
    assert "contributor_users" not in taken.changes


def test_what_was_set_otherwise_is_put_right() -> None:
    """There are no contributors by hand."""
    case = with_tasks(a_task(1, assigned_to="wes"), contributor_users=("ghost",), contributor_groups=("ghosts",))
    taken = took(case, UpdateTask(task=name(1), changes={"priority": 1}))
    assert taken.changes["contributor_users"] == ("wes",)
    assert taken.changes["contributor_groups"] == ()
