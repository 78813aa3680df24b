"""Records of other systems that a case is linked to: incidents, problems, changes, requests and the like."""

from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.fields import in_utc, is_id, is_text, one_of

__all__ = ["RECORD_KINDS", "RecordKind", "RelatedRecord"]

RecordKind: TypeAlias = Literal[
    "incident",
    "problem",
    "change",
    "request",
    "work_order",
    "knowledge",
    "project",
    "workplace_request",
    "improvement",
]
RECORD_KINDS: tuple[RecordKind, ...] = get_args(RecordKind)


@attrs.frozen(kw_only=True)
class RelatedRecord:
    """What a case knows of a record elsewhere: its kind, its id there, and the state that was last heard of.

    Raises InvalidValue, NaiveDatetime.
    """

    kind: RecordKind = attrs.field(validator=one_of(RECORD_KINDS))
    record: str = attrs.field(validator=is_id)
    state: str = attrs.field(default="", validator=is_text)
    is_closed: bool = False
    linked_at: datetime
    linked_by: str = attrs.field(validator=is_id)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "linked_at")
