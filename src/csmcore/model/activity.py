"""What is said on a case: comments, which the customer sees, and work notes, which they never see."""

from datetime import datetime
from typing import TypeAlias

import attrs

from csmcore.model.actor import Actor
from csmcore.model.fields import in_utc, is_id, is_written
from csmcore.model.ids import ActivityId, CaseId

__all__ = ["Activity", "Comment", "WorkNote"]


@attrs.frozen(kw_only=True)
class Comment:
    """Said to the customer, or by them."""

    id: ActivityId = attrs.field(validator=is_id)
    case: CaseId = attrs.field(validator=is_id)
    at: datetime
    by: Actor
    text: str = attrs.field(validator=is_written, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")


@attrs.frozen(kw_only=True)
class WorkNote:
    """Said among those who work the case."""

    id: ActivityId = attrs.field(validator=is_id)
    case: CaseId = attrs.field(validator=is_id)
    at: datetime
    by: Actor
    text: str = attrs.field(validator=is_written, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")


Activity: TypeAlias = Comment | WorkNote
