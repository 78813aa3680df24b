"""Who contributes to a case: those who have its open tasks, and the groups that they have them in."""

from collections.abc import Iterable
from typing import Any

from csmcore.model import Case, CaseTask, GroupId, UserId

__all__ = ["contributing", "contributors_of"]


def contributors_of(tasks: Iterable[CaseTask]) -> tuple[tuple[UserId, ...], tuple[GroupId, ...]]:
    """The users to whom open tasks are assigned, and the groups of those tasks, each once and in order.

    This is the whole of ServiceNow's rule, which adds a user and the group when a task is assigned, and takes each away
    once no other task of the case justifies it: they are always told by the tasks anew, so no step can be forgotten. A
    task that only a group has makes nobody a contributor yet.
    """
    held = [task for task in tasks if task.is_open and task.assigned_to is not None]
    users = {task.assigned_to for task in held if task.assigned_to is not None}
    groups = {task.assignment_group for task in held if task.assignment_group is not None}
    return tuple(sorted(users)), tuple(sorted(groups))


def contributing(case: Case, tasks: Iterable[CaseTask]) -> dict[str, Any]:
    """What changes of the case's contributors when these of its tasks become so."""
    changed: dict[str, CaseTask] = {task.number: task for task in tasks}
    users, groups = contributors_of({**case.tasks, **changed}.values())
    found = {"contributor_users": users, "contributor_groups": groups}
    return {name: people for name, people in found.items() if people != getattr(case, name)}
