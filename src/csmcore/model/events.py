"""What has happened: the log of a case, which is also its outbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.actor import Actor
from csmcore.model.fields import in_utc, is_id, one_of, within
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.ids import CaseId, EventId

__all__ = ["EVENT_KINDS", "Event", "EventKind"]

EventKind: TypeAlias = Literal[
    "case_opened",
    "case_assigned",
    "case_accepted",
    "info_requested",
    "info_provided",
    "work_resumed",
    "solution_proposed",
    "solution_accepted",
    "solution_rejected",
    "case_closed",
    "case_cancelled",
    "case_reopened",
    "case_updated",
    "comment_added",
    "work_note_added",
    "priority_overridden",
    "entitlement_derived",
    "units_consumed",
    "units_returned",
    "survey_requested",
    "satisfaction_recorded",
    "reminder_sent",
    "blocker_added",
    "blocker_resolved",
    "task_added",
    "task_updated",
    "task_closed",
    "task_cancelled",
    "time_logged",
    "record_linked",
    "record_unlinked",
    "record_updated",
    "escalation_requested",
    "escalation_approved",
    "escalation_declined",
    "escalation_closed",
    "escalation_updated",
    "major_case_proposed",
    "major_case_accepted",
    "major_case_rejected",
    "children_added",
    "parent_followed",
    "child_heard",
    "case_merged",
    "clock_attached",
    "clock_paused",
    "clock_resumed",
    "clock_completed",
    "clock_cancelled",
    "goal_changed",
    "threshold_reached",
    "clock_breached",
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)

_NOTHING: Mapping[str, object] = FrozenMapping()


@attrs.frozen(kw_only=True, slots=False)
class Event:
    """One thing that happened to a case, named in the past tense. It is identified by (case, version, index).

    ``changes`` are the fields of the case that it set, so that applying a case's events in order gives its snapshot;
    ``details`` say what else a reader needs (an activity's id, a clock's definition), never what only insiders may
    read.
    """

    kind: EventKind = attrs.field(validator=one_of(EVENT_KINDS))
    case: CaseId = attrs.field(validator=is_id)
    version: int = attrs.field(validator=within(1, 1 << 53))
    index: int = attrs.field(validator=within(0, 1 << 20))
    at: datetime
    by: Actor
    changes: Mapping[str, object] = attrs.field(default=_NOTHING, converter=frozen, repr=False)
    details: Mapping[str, object] = attrs.field(default=_NOTHING, converter=frozen, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")

    @property
    def id(self) -> EventId:
        """The identity in one word, ``CASE/7/0``."""
        return EventId(f"{self.case}/{self.version}/{self.index}")
