"""What a rule about an escalation is told, and what it answers when it says yes."""

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.escalation import Escalation
from csmcore.model.events import EventKind
from csmcore.model.fields import is_id, is_ids, optional
from csmcore.model.ids import AccountId, CaseId, UserId
from csmcore.model.notifications import Notification
from csmcore.model.reasons import Reason

__all__ = ["EscalationDecision", "EscalationFacts"]


@attrs.frozen(kw_only=True)
class EscalationFacts:
    """Which case or account it is about, and who has to do with it; what is not known is left out.

    ``approvers`` are the active members of the template's approval group. ``group_manager`` manages the group that the
    case is assigned to, ``assignee`` works on the case. ``account_team`` are the users in the account's team. Raises
    InvalidValue unless it names one of case and account.
    """

    case: CaseId | None = attrs.field(default=None, validator=optional(is_id))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    approvers: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    group_manager: UserId | None = attrs.field(default=None, validator=optional(is_id))
    account_team: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    assignee: UserId | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse facts about nothing, or about two things."""
        if (self.case is None) == (self.account is None):
            raise InvalidValue("case", "they are about neither, or both, of a case and an account", "name one of them")


@attrs.frozen(kw_only=True)
class EscalationDecision:
    """An escalation as it then is, what happened, who is to be told, and why.

    ``work_note`` is the text that the case receives, for those who work on it and never for its customer; None for an
    account. A request that nobody has to approve gives two ``events``. A service saves all of it in one unit of work,
    or none.
    """

    escalation: Escalation
    events: tuple[EventKind, ...]
    notifications: tuple[Notification, ...] = ()
    work_note: str | None = None
    reasons: tuple[Reason, ...] = ()
