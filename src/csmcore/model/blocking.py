"""What keeps a case from going on, and what a desk sees of it at a glance."""

from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.fields import in_utc, is_id, is_text, one_of, optional

__all__ = ["ACTION_STATUSES", "BLOCKER_REASONS", "ActionStatus", "Blocker", "BlockerReason"]

BlockerReason: TypeAlias = Literal["customer_information", "task_resolution", "problem_workaround", "other"]
BLOCKER_REASONS: tuple[BlockerReason, ...] = get_args(BlockerReason)

ActionStatus: TypeAlias = Literal[
    "needs_attention", "blocked_internally", "blocked_by_customer", "blocked_internally_and_by_customer"
]
ACTION_STATUSES: tuple[ActionStatus, ...] = get_args(ActionStatus)


@attrs.frozen(kw_only=True, slots=False)
class Blocker:
    """Something that a case waits for, by the key under which the case has it (ServiceNow's Blocked By record).

    ``record`` names the task or the related record, by its key on the case; None: nothing that the case knows. It
    blocks until ``resolved_at``. Raises InvalidValue, NaiveDatetime.
    """

    reason: BlockerReason = attrs.field(validator=one_of(BLOCKER_REASONS))
    record: str | None = attrs.field(default=None, validator=optional(is_id))
    text: str = attrs.field(default="", validator=is_text, repr=False)
    since: datetime
    by: str = attrs.field(validator=is_id)
    resolved_at: datetime | None = None
    resolved_by: str | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "since", "resolved_at")

    @property
    def is_active(self) -> bool:
        """Whether it still blocks."""
        return self.resolved_at is None

    @property
    def is_customers(self) -> bool:
        """Whether it is the customer who is waited for."""
        return self.reason == "customer_information"
