"""Records of other systems that a case is linked to: incidents, problems, changes, requests and the like."""

from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.fields import in_utc, is_id, is_short_id, is_text, is_written, one_of, optional, within
from csmcore.model.ids import AccountId, AssetId, CaseId, ProductModelId

__all__ = ["RECORD_CHANGES", "RECORD_KINDS", "RecordChange", "RecordDraft", "RecordKind", "RelatedRecord", "record_key"]

RecordKind: TypeAlias = Literal[
    "incident",
    "problem",
    "change",
    "request",
    "work_order",
    "knowledge",
    "appointment",
    "project",
    "workplace_request",
    "improvement",
]
RecordChange: TypeAlias = Literal[
    "state",
    "type",
    "on_hold",
    "hold_removed",
    "comment",
    "workaround",
    "fix",
    "known_error",
    "updated",
    "resolved",
    "risk_accepted",
    "closed",
    "cancelled",
]
RECORD_KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
RECORD_CHANGES: tuple[RecordChange, ...] = get_args(RecordChange)
"""What may happen to a record elsewhere; which of them happen to which kind, the rules say."""


def record_key(kind: RecordKind, record: str) -> str:
    """The key under which a case has a record, and the blocker that waits for it.

    >>> record_key("incident", "INC0010")
    'incident:INC0010'
    """
    return f"{kind}:{record}"


@attrs.frozen(kw_only=True)
class RelatedRecord:
    """What a case knows of a record elsewhere: its kind, its id there, and the state that was last heard of.

    ``state`` is a word of its own system. ``state_at`` and ``state_sequence`` are of the update that told it: when it
    happened there, and which of the record's updates it was (0: they are not counted); None: none has told one yet.
    ``system`` is the integration that speaks for the record, by its actor's id. Raises InvalidValue, NaiveDatetime.
    """

    kind: RecordKind = attrs.field(validator=one_of(RECORD_KINDS))
    record: str = attrs.field(validator=is_short_id)
    system: str | None = attrs.field(default=None, validator=optional(is_id))
    state: str = attrs.field(default="", validator=is_text)
    is_closed: bool = False
    state_at: datetime | None = None
    state_sequence: int = attrs.field(default=0, validator=within(0, 1 << 53))
    linked_at: datetime
    linked_by: str = attrs.field(validator=is_id)

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "linked_at", "state_at")

    @property
    def key(self) -> str:
        """The key under which the case has it."""
        return record_key(self.kind, self.record)


@attrs.frozen(kw_only=True)
class RecordDraft:
    """What a new record elsewhere begins with, when it is made from a case; once it is there, `LinkRecord` links it.

    ``caller`` is who answers for the customer: somebody outside where ``caller_is_external``. Then
    ``suppress_requester_notifications`` asks the other system to write to nobody itself: the case does. Impact and
    urgency are 1 High to 3 Low. Raises InvalidValue.
    """

    kind: RecordKind = attrs.field(validator=one_of(RECORD_KINDS))
    case: CaseId = attrs.field(validator=is_id)
    case_number: str = attrs.field(validator=is_id)
    short_description: str = attrs.field(validator=is_written, repr=False)
    description: str = attrs.field(default="", validator=is_text, repr=False)
    caller: str | None = attrs.field(default=None, validator=optional(is_id))
    caller_is_external: bool = False
    suppress_requester_notifications: bool = False
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    priority: int = attrs.field(validator=within(1, 5))
    impact: int = attrs.field(validator=within(1, 3))
    urgency: int = attrs.field(validator=within(1, 3))
