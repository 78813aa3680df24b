"""What commands make of a case's tasks: added, changed, ended, and ended with their case."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.model import (
    Action,
    AddTask,
    Blocker,
    CancelTask,
    Case,
    CaseTask,
    CloseTask,
    EventKind,
    Notification,
    Reason,
    Refusal,
    TaskNumber,
    TaskState,
    UpdateTask,
)
from csmcore.rules.cases.blocking import blocked, unblocked
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.tasks.contributors import contributing
from csmcore.rules.tasks.dependencies import undependable
from csmcore.rules.tasks.task_notices import told_of_ended_tasks, told_of_task
from csmcore.rules.tasks.task_table import TaskAction, unfit

__all__ = ["MAX_TASKS", "NO_TASK", "TASKS", "ended_with_case", "full_of_tasks", "no_task_to"]

MAX_TASKS = 200
"""How many tasks a case may have, ended ones too."""

_LONGEST = 160  # letters of a case's number that its tasks' numbers have, so that those are ids too
_CASE_ENDED = "The case has ended."
_TOO_MANY = Reason("too_many_tasks", f"a case has at most {MAX_TASKS} tasks", ("tasks",))
NO_TASK = Reason("no_task", "the case has no task to which you may do so now", ("task",))
"""The one answer, whichever tasks there are: a refusal must not tell of them."""

_NOT_BLOCKED = Reason("wrong_state", "the case is resolved: it waits for no task any more", ("blocks_case",))
_ENDING: Mapping[TaskState, EventKind] = MappingProxyType({"closed": "task_closed", "cancelled": "task_cancelled"})


def _add_task(moment: Moment, command: AddTask) -> Step | Refusal:
    case = moment.case
    refusals = (*_unaddable(moment, command), *undependable(case, None, command.depends_on))
    if refusals:
        return Refusal(refusals)
    number = _next_number(case)
    given = {field.name: getattr(command, field.name) for field in attrs.fields(AddTask) if field.name != "blocks_case"}
    task = CaseTask(number=number, opened_at=moment.now, opened_by=moment.actor.id, **given)
    happened = [_happening(moment, "task_added", task)]
    if command.blocks_case:
        waits = Blocker(reason="task_resolution", record=number, since=moment.now, by=moment.actor.id)
        happened.append(blocked(number, waits))
    return moment.step(*happened, told=told_of_task(moment, "task_added", task))


def _unaddable(moment: Moment, command: AddTask) -> Iterator[Reason]:
    yield from full_of_tasks(moment)
    if command.blocks_case and moment.case.state == "resolved":
        yield _NOT_BLOCKED


def full_of_tasks(moment: Moment) -> Iterator[Reason]:
    """Why the case gets no more tasks, whatever they are."""
    if len(moment.case.tasks) >= MAX_TASKS:
        yield _TOO_MANY


def no_task_to(action: TaskAction, moment: Moment) -> Iterator[Reason]:
    """Why this is done to no task of the case: there is none to which this actor may do it."""
    if all(_unfit(moment, action, number) for number in moment.case.tasks):
        yield NO_TASK


def _next_number(case: Case) -> TaskNumber:
    """The case's number and the next ordinal, after ServiceNow's prefix. No task is ever taken away."""
    names = (TaskNumber(f"CSTASK-{case.number[:_LONGEST]}-{ordinal}") for ordinal in count(len(case.tasks) + 1))
    return next(name for name in names if name not in case.tasks)


def _update_task(moment: Moment, command: UpdateTask) -> Step | Refusal:
    case, changes = moment.case, dict[str, Any](command.changes)
    refusals = (
        *_unfit(moment, "update_task", command.task),
        *undependable(case, command.task, changes.get("depends_on", ())),
    )
    if refusals:
        return Refusal(refusals)
    task = case.tasks[command.task or ""]
    if changes.get("assignment_group", task.assignment_group) not in {None, task.assignment_group}:
        changes.setdefault("assigned_to", None)
    after = attrs.evolve(task, **changes)
    is_moved = (after.assignment_group, after.assigned_to) != (task.assignment_group, task.assigned_to)
    notices = told_of_task(moment, "task_updated", after) if is_moved else ()
    return moment.step(_happening(moment, "task_updated", after), told=notices)


def _close_task(moment: Moment, command: CloseTask) -> Step | Refusal:
    refusals = _unfit(moment, "close_task", command.task)
    return Refusal(refusals) if refusals else _over(moment, "closed", command.task, command.notes)


def _cancel_task(moment: Moment, command: CancelTask) -> Step | Refusal:
    refusals = _unfit(moment, "cancel_task", command.task)
    return Refusal(refusals) if refusals else _over(moment, "cancelled", command.task, command.reason)


def _unfit(moment: Moment, action: TaskAction, number: str | None) -> tuple[Reason, ...]:
    return tuple(unfit(action, moment.case, number, moment.actor, moment.facts))


def _over(moment: Moment, state: TaskState, number: str | None, notes: str) -> Step:
    case, kind = moment.case, _ENDING[state]
    after = _ended(moment, state, case.tasks[number or ""], notes)
    frees = _freed(moment, after.number) if case.is_terminal else unblocked(moment, after.number)
    return moment.step(_happening(moment, kind, after), *frees, told=told_of_task(moment, kind, after))


def _ended(moment: Moment, state: TaskState, task: CaseTask, notes: str) -> CaseTask:
    return attrs.evolve(task, state=state, notes=notes, ended_at=moment.now, ended_by=moment.actor.id)


def ended_with_case(moment: Moment) -> tuple[tuple[Happening, ...], tuple[Notification, ...]]:
    """What happens to the open tasks of a case that ends, and who is told; nothing, unless the policy says so.

    They are cancelled, whatever they depend on, and block the case no longer: a case that is reopened waits for nothing
    that nobody does. An ended case asks for no attention.
    """
    case = moment.case
    if not moment.policy.cases.cancel_open_tasks:
        return (), ()
    tasks = [_ended(moment, "cancelled", task, _CASE_ENDED) for task in case.tasks.values() if task.is_open]
    left = contributing(case, tasks)
    happened = []
    for task in tasks:
        happened.append(Happening("task_cancelled", {"tasks": {task.number: task}, **left}, {"task": task.number}))
        happened += _freed(moment, task.number)
        left = {}
    return tuple(happened), told_of_ended_tasks(moment, tasks)


def _freed(moment: Moment, number: TaskNumber) -> Iterator[Happening]:
    """An ended case waits no longer for the task, if it did; it asks for no attention."""
    waits = moment.case.blockers.get(number)
    if waits is not None and waits.is_active:
        yield Happening("blocker_resolved", {"blockers": {number: moment.resolved(waits)}})


def _happening(moment: Moment, kind: EventKind, task: CaseTask) -> Happening:
    """A task became so, with what that does to the case's contributors."""
    changes = {"tasks": {task.number: task}, **contributing(moment.case, (task,))}
    return Happening(kind, changes, {"task": task.number})


TASKS: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {
        "add_task": _add_task,
        "update_task": _update_task,
        "close_task": _close_task,
        "cancel_task": _cancel_task,
    }
)
"""By the command's action."""
