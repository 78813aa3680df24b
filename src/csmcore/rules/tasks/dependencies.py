"""Which tasks of a case wait for which: never in a circle, however long the chain."""

from collections import deque
from collections.abc import Iterator, Sequence

from csmcore.errors import shown
from csmcore.model import Case, Reason, TaskNumber

__all__ = ["chain_to", "undependable", "waits_for"]


def waits_for(case: Case, number: TaskNumber) -> tuple[TaskNumber, ...]:
    """The open tasks that keep a task of the case from being closed, in the task's own order; () for an unknown one.

    What has ended keeps nobody waiting, whether it was done or cancelled, nor does a task that the case does not have.
    """
    task = case.tasks.get(number)
    named = () if task is None else task.depends_on
    return tuple(other for other in named if other in case.tasks and case.tasks[other].is_open)


def undependable(case: Case, number: TaskNumber | None, wanted: Sequence[TaskNumber]) -> Iterator[Reason]:
    """Every reason why the task (None: one that is to be added) cannot depend on these."""
    for other in wanted:
        if other == number:
            yield _reason("depends_on_itself", f"{shown(other)} cannot wait for itself")
        elif other not in case.tasks:
            yield _reason("unknown_task", f"{shown(other)}: the case has no such task")
        elif number is not None and (chain := chain_to(case, other, number)):
            yield _reason("circular_dependency", f"{shown(number)} would wait for itself: {' > '.join(chain)}")


def chain_to(case: Case, first: TaskNumber, last: TaskNumber) -> tuple[TaskNumber, ...]:
    """The tasks from one to another that it waits for, both included; () where it does not wait for that one.

    The search is wide and looks at each task once, so that it ends, and finds the shortest chain.
    """
    came_from: dict[TaskNumber, TaskNumber | None] = {first: None}
    waiting = deque([first])
    while waiting:
        number = waiting.popleft()
        if number == last:
            return tuple(_back(number, came_from))[::-1]
        task = case.tasks.get(number)
        for other in () if task is None else task.depends_on:
            if other not in came_from:
                came_from[other] = number
                waiting.append(other)
    return ()


def _back(number: TaskNumber | None, came_from: dict[TaskNumber, TaskNumber | None]) -> Iterator[TaskNumber]:
    while number is not None:
        yield number
        number = came_from[number]


def _reason(code: str, text: str) -> Reason:
    return Reason(code, text, ("depends_on",))
