"""Cases below others: what a case needs to know of its children, and no more."""

from typing import Self

import attrs

from csmcore.model.case import CASE_STATES, Case, CaseState
from csmcore.model.fields import is_id, is_short_id, one_of, optional
from csmcore.model.ids import AccountId, CaseId, ConsumerId

__all__ = ["ChildCase"]


@attrs.frozen(kw_only=True)
class ChildCase:
    """A child as its parent sees it: whose it is and how it stands. A major case may have ten thousand of them.

    Raises InvalidValue.
    """

    id: CaseId = attrs.field(validator=is_short_id)
    state: CaseState = attrs.field(validator=one_of(CASE_STATES))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))

    @classmethod
    def of(cls, case: Case) -> Self:
        """What is to be known of the case, where it is a child."""
        return cls(id=case.id, state=case.state, account=case.account, consumer=case.consumer)
