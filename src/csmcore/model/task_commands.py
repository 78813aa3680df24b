"""Commands about a case's tasks, and about the time that is worked on them."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from csmcore.errors import UnknownKey, shown
from csmcore.model.case_actions import Action
from csmcore.model.case_task import CaseTask
from csmcore.model.consumption import MAX_WORKED_SECONDS
from csmcore.model.fields import in_utc, is_id, is_ids, is_text, is_written, optional, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import GroupId, TaskNumber, UserId
from csmcore.model.rendering import names_alone
from csmcore.model.update_case import check_value

__all__ = ["TASK_FIELDS", "AddTask", "CancelTask", "CloseTask", "LogTime", "UpdateTask"]

_KINDS: Mapping[str, type] = MappingProxyType(
    {
        "subject": str,
        "description": str,
        "priority": int,
        "assignment_group": str,
        "assigned_to": str,
        "visible_to_customer": bool,
        "depends_on": tuple,
        "work_notes_list": tuple,
    }
)
_FIELDS: Mapping[str, "attrs.Attribute[Any]"] = MappingProxyType(
    {field.name: field for field in attrs.fields(CaseTask)}
)

TASK_FIELDS: tuple[str, ...] = tuple(_KINDS)
"""The fields of a task that `UpdateTask` sets; the others have commands of their own, or are stamps."""


def _is_subject(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """Text that says something, or blank text, which is refused as missing."""
    (is_written if value.strip() else is_text)(_, field, value)


@attrs.frozen(kw_only=True)
class AddTask:
    """Have a part of the work on a case done by somebody else.

    ``depends_on`` are the numbers of other tasks of the case. With ``blocks_case`` the case waits for the task to end.
    """

    action: ClassVar[Action] = "add_task"

    subject: str = attrs.field(default="", validator=_is_subject, repr=False)
    description: str = attrs.field(default="", validator=is_text, repr=False)
    priority: int = attrs.field(default=4, validator=within(1, 4))
    assignment_group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    assigned_to: UserId | None = attrs.field(default=None, validator=optional(is_id))
    visible_to_customer: bool = False
    depends_on: tuple[TaskNumber, ...] = attrs.field(default=(), validator=is_ids)
    work_notes_list: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    blocks_case: bool = False


@attrs.frozen(kw_only=True)
class UpdateTask:
    """Set fields of a task, by their names; None empties one. Raises UnknownKey, InvalidValue.

    A new group takes the task from its assignee, unless one is named too.

    >>> UpdateTask(task="CSTASK-CS1-1", changes={"assigned_to": "bob", "priority": 1}).changes["priority"]
    1
    """

    action: ClassVar[Action] = "update_task"

    task: TaskNumber | None = attrs.field(default=None, validator=optional(is_id))
    changes: Mapping[str, object] = attrs.field(factory=dict, converter=frozen, repr=names_alone)

    @changes.validator
    def _are_fields(self, _: "attrs.Attribute[Any]", changes: Mapping[str, object]) -> None:
        for name, value in changes.items():
            if name not in _KINDS:
                raise UnknownKey("changes", f"{shown(name)} is no field to update", f"set {', '.join(TASK_FIELDS)}")
            check_value(_FIELDS[name], value, _KINDS[name])


@attrs.frozen(kw_only=True)
class CloseTask:
    """Say that a task is done, and how."""

    action: ClassVar[Action] = "close_task"

    task: TaskNumber | None = attrs.field(default=None, validator=optional(is_id))
    notes: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class CancelTask:
    """Say that a task is not to be done, and why."""

    action: ClassVar[Action] = "cancel_task"

    task: TaskNumber | None = attrs.field(default=None, validator=optional(is_id))
    reason: str = attrs.field(default="", validator=is_text, repr=False)


@attrs.frozen(kw_only=True)
class LogTime:
    """Enter time that was worked: on a task, or on the case as a whole.

    ``user`` is who worked, if not the one who enters it; ``at`` is when, if not now. Raises InvalidValue,
    NaiveDatetime.
    """

    action: ClassVar[Action] = "log_time"

    seconds: int | None = attrs.field(default=None, validator=optional(within(1, MAX_WORKED_SECONDS)))
    task: TaskNumber | None = attrs.field(default=None, validator=optional(is_id))
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    at: datetime | None = None
    text: str = attrs.field(default="", validator=is_text, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")
