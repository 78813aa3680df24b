"""What a decision leaves the host to tell people and other systems, as data."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.events import EVENT_KINDS, EventKind
from csmcore.model.fields import is_id, is_ids, one_of, optional
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.ids import ActivityId

__all__ = ["NOTIFICATION_KINDS", "Notification", "NotificationKind"]

NotificationKind: TypeAlias = Literal[
    "notify_customer",
    "notify_assignee",
    "notify_informed_users",
    "notify_work_notes_list",
    "notify_approvers",
    "notify_group",
    "notify_users",
    "send_survey",
    "update_record",
]
NOTIFICATION_KINDS: tuple[NotificationKind, ...] = get_args(NotificationKind)

_NOTHING: Mapping[str, object] = FrozenMapping()


@attrs.frozen(kw_only=True, slots=False)
class Notification:
    """Something to be sent once the decision is kept: it never fails the command, and says only where to look.

    ``to`` are the ids of those who are to hear of it, never its author: people, a group (``notify_group``), or the
    record of another system that a case's update goes out to (``update_record``). ``about`` is the event's kind (None
    in logs of older versions); ``activity`` names the comment or work note that was written, whose text stays in the
    activity. Work notes are only ever told inside.
    """

    kind: NotificationKind = attrs.field(validator=one_of(NOTIFICATION_KINDS))
    to: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    about: EventKind | None = attrs.field(default=None, validator=optional(one_of(EVENT_KINDS)))
    activity: ActivityId | None = attrs.field(default=None, validator=optional(is_id))
    details: Mapping[str, object] = attrs.field(default=_NOTHING, converter=frozen)
