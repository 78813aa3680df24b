"""What may be done about an escalation now, and for the rest why not: a user interface draws its buttons from it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from csmcore.model import (
    ESCALATION_ACTIONS,
    Actor,
    ApproveEscalation,
    DeclineEscalation,
    Deescalate,
    Escalation,
    EscalationAction,
    EscalationCommand,
    EscalationFacts,
    EscalationPolicy,
    Party,
    Reason,
    RequestEscalation,
    UpdateEscalation,
)
from csmcore.rules.escalation.asking import Asked, asked_of
from csmcore.rules.escalation.judging import filled, missing, verdict
from csmcore.rules.escalation.standing import account_parties

__all__ = ["EscalationOption", "account_escalation_actions", "escalation_actions"]

_BLANK: Mapping[EscalationAction, EscalationCommand] = MappingProxyType(
    {
        kind.action: kind()
        for kind in (RequestEscalation, ApproveEscalation, DeclineEscalation, Deescalate, UpdateEscalation)
    }
)


@attrs.frozen
class EscalationOption:
    """One action: whether this actor may do it now, else why not; and the fields that its command must fill.

    ``required`` names fields, or asks for one of several (``severity or trend``).
    """

    action: EscalationAction
    is_allowed: bool
    reasons: tuple[Reason, ...]
    required: tuple[str, ...]


def escalation_actions(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    current: Escalation | None,
    parties: Iterable[Party],
    actor: Actor,
    facts: EscalationFacts,
    policy: EscalationPolicy,
    now: datetime,
) -> tuple[EscalationOption, ...]:
    """Every action about an escalation there is, in a fixed order.

    Law: an action is allowed here if and only if a command that fills what is required, and is right in itself, is
    accepted. Raises as `decide_escalation` does.
    """
    asked = asked_of(current, parties, actor, facts, policy, now)
    return tuple(_option(asked, action) for action in ESCALATION_ACTIONS)


def account_escalation_actions(
    current: Escalation | None, actor: Actor, facts: EscalationFacts, policy: EscalationPolicy, now: datetime
) -> tuple[EscalationOption, ...]:
    """The same for an account's escalation."""
    return escalation_actions(current, account_parties(actor), actor, facts, policy, now)


def _option(asked: Asked, action: EscalationAction) -> EscalationOption:
    row, by, reasons = verdict(asked, action)
    if row is None or by is None:
        return EscalationOption(action, is_allowed=False, reasons=reasons, required=())
    lacking = missing(row, filled(_BLANK[action], by, asked.policy))
    required = tuple(" or ".join(reason.fields) for reason in lacking)
    return EscalationOption(action, not reasons, reasons, required)
