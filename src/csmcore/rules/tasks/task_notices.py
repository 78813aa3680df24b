"""Who is told of tasks: those who are to do them, and the customer of what they may see. Never the author."""

from collections.abc import Iterable, Iterator

from csmcore.model import CaseTask, EventKind, Notification, NotificationKind, frozen, revised
from csmcore.rules.cases.moments import Moment, is_customer_told, respondent, told

__all__ = ["told_of_ended_tasks", "told_of_task"]


def told_of_task(moment: Moment, about: EventKind, task: CaseTask) -> tuple[Notification, ...]:
    """Who hears that a task was given to them, or that it has ended.

    Of an open one, its assignee, or its group where it has none. Of one that has ended, its assignee and its work notes
    list; the customer, if they see it.
    """
    people = _of_ended(moment, task) if not task.is_open else _of_given(moment, task)
    details = frozen({"task": task.number})
    return tuple(revised(told(kind, to, about, None), {"details": details}) for kind, to in people if to)


def told_of_ended_tasks(moment: Moment, tasks: Iterable[CaseTask]) -> tuple[Notification, ...]:
    """Whoever had a task that ended with its case hears of it, once; the customer has heard of the case."""
    held = dict.fromkeys(task.assigned_to for task in tasks if task.assigned_to is not None)
    people = _but_author(moment, held)
    return (told("notify_users", people, "task_cancelled", None),) if people else ()


def _of_given(moment: Moment, task: CaseTask) -> Iterator[tuple[NotificationKind, tuple[str, ...]]]:
    if task.assigned_to is not None:
        yield "notify_users", _but_author(moment, (task.assigned_to,))
    elif task.assignment_group is not None:
        yield "notify_group", (task.assignment_group,)


def _of_ended(moment: Moment, task: CaseTask) -> Iterator[tuple[NotificationKind, tuple[str, ...]]]:
    case = moment.case
    if task.assigned_to is not None:
        yield "notify_users", _but_author(moment, (task.assigned_to,))
    yield "notify_work_notes_list", _but_author(moment, task.work_notes_list)
    customer = respondent(case)
    if task.visible_to_customer and customer is not None and is_customer_told(moment, {}):
        is_outside = (case.contact or case.consumer) is not None
        yield "notify_customer", (customer,) if is_outside else _but_author(moment, (customer,))


def _but_author(moment: Moment, users: Iterable[str]) -> tuple[str, ...]:
    """These users but the one who acts; an actor of another kind may have the same word for an id."""
    author = moment.actor.id if moment.actor.kind == "internal" else None
    return tuple(user for user in users if user != author)
