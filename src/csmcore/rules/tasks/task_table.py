"""The small table of tasks: what may be done to a task in which state, by whom.

The case's own table comes first: it says in which states of the case its tasks may be touched at all, and that it is
somebody inside who does. A task is worked on by whoever it is assigned to, and by the members of its group; agents may
do so too, since the case is theirs. An ended task stays as it is. Time may still be entered for one that was closed, as
for a case that was closed.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from csmcore.errors import shown
from csmcore.model import Actor, Case, CaseFacts, CaseTask, Reason, TaskState
from csmcore.rules.cases.parties import is_agent
from csmcore.rules.tasks.dependencies import waits_for

__all__ = ["TASK_ACTIONS", "TASK_TABLE", "TaskAction", "TaskParty", "task_parties_of", "unfit"]

TaskAction: TypeAlias = Literal["update_task", "close_task", "cancel_task", "log_time"]
TaskParty: TypeAlias = Literal["agent", "assignee", "member"]

TASK_ACTIONS: tuple[TaskAction, ...] = get_args(TaskAction)

_WORKERS: tuple[TaskParty, ...] = ("agent", "assignee", "member")

TASK_TABLE: Mapping[TaskState, Mapping[TaskAction, tuple[TaskParty, ...]]] = MappingProxyType(
    {
        "open": MappingProxyType(
            {"update_task": _WORKERS, "close_task": _WORKERS, "cancel_task": _WORKERS, "log_time": _WORKERS}
        ),
        "closed": MappingProxyType({"update_task": (), "close_task": (), "cancel_task": (), "log_time": _WORKERS}),
        "cancelled": MappingProxyType({"update_task": (), "close_task": (), "cancel_task": (), "log_time": ()}),
    }
)
"""Every state of a task, every action: who may. A task is added by whoever the case's table says."""

_CALLED: Mapping[TaskParty, str] = MappingProxyType(
    {"agent": "an agent", "assignee": "the task's assignee", "member": "a member of its group"}
)


def task_parties_of(task: CaseTask, actor: Actor, facts: CaseFacts) -> tuple[TaskParty, ...]:
    """Everything that the actor is to the task; () has no part in it. Those outside, and machines, have none."""
    if actor.kind != "internal":
        return ()
    holds: dict[TaskParty, bool] = {
        "agent": is_agent(actor),
        "assignee": actor.id == task.assigned_to,
        "member": task.assignment_group in facts.actor_groups,
    }
    return tuple(party for party, is_one in holds.items() if is_one)


def unfit(action: TaskAction, case: Case, number: str | None, actor: Actor, facts: CaseFacts) -> Iterator[Reason]:
    """Every reason why the actor may not do this to the case's task by that number."""
    task = case.tasks.get(number or "")
    if task is None:
        yield Reason("unknown_task", f"{shown(number)}: the case has no such task", ("task",))
        return
    here = TASK_TABLE[task.state][action]
    allowed = here or TASK_TABLE["open"][action]
    if not here:
        yield Reason("task_ended", f"{task.number} is {task.state}: {_words(action)} is not possible", ("task",))
    if set(allowed).isdisjoint(task_parties_of(task, actor, facts)):
        yield Reason("not_permitted", f"{_words(action)} is for {' or '.join(_CALLED[party] for party in allowed)}")
    waits = waits_for(case, task.number) if here and action == "close_task" else ()
    if waits:
        yield Reason("open_dependencies", f"{task.number} waits for {', '.join(waits)}", ("task",))


def _words(action: TaskAction) -> str:
    return action.replace("_", " ")
