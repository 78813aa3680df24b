"""Case tasks: work on a case that somebody else does, in whatever department."""

from datetime import datetime
from typing import Literal, Self, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import in_utc, is_id, is_ids, is_text, is_written, one_of, optional, within
from csmcore.model.ids import GroupId, TaskNumber, UserId

__all__ = ["TASK_STATES", "CaseTask", "TaskState", "TaskView"]

TaskState: TypeAlias = Literal["open", "closed", "cancelled"]
TASK_STATES: tuple[TaskState, ...] = get_args(TaskState)


@attrs.frozen(kw_only=True)
class CaseTask:
    """One task of a case (ServiceNow's case task). Its customer is the case's; it is worked on by any group.

    ``priority`` is 1 Critical to 4 Low. The customer sees it only if it is ``visible_to_customer``, and then as a
    `TaskView`. It can be closed once the tasks of its case that it ``depends_on`` have ended. ``notes`` say how it was
    done, or why it was cancelled; those on its ``work_notes_list`` are told. Raises InvalidValue, NaiveDatetime.
    """

    number: TaskNumber = attrs.field(validator=is_id)
    subject: str = attrs.field(validator=is_written, repr=False)
    description: str = attrs.field(default="", validator=is_text, repr=False)
    priority: int = attrs.field(default=4, validator=within(1, 4))
    state: TaskState = attrs.field(default="open", validator=one_of(TASK_STATES))
    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    visible_to_customer: bool = False
    depends_on: tuple[TaskNumber, ...] = attrs.field(default=(), validator=is_ids)
    work_notes_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    opened_at: datetime
    opened_by: str = attrs.field(validator=is_id)
    ended_at: datetime | None = None
    ended_by: str | None = attrs.field(default=None, validator=optional(is_id))
    notes: str = attrs.field(default="", validator=is_text, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC. Refuse a task that waits for itself."""
        in_utc(self, "opened_at", "ended_at")
        if self.number in self.depends_on:
            raise InvalidValue("depends_on", "the task would wait for itself", "name other tasks")

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == "open"


@attrs.frozen(kw_only=True)
class TaskView:
    """What the customer of a case sees of one of its tasks."""

    number: TaskNumber
    subject: str = attrs.field(repr=False)
    state: TaskState
    priority: int

    @classmethod
    def of(cls, task: CaseTask) -> Self:
        """The task, without what is only for insiders."""
        return cls(number=task.number, subject=task.subject, state=task.state, priority=task.priority)
