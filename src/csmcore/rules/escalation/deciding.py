"""One command about an escalation of a case or an account: what it makes, or every reason why not."""

from collections.abc import Iterable
from datetime import datetime

from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    Actor,
    Escalation,
    EscalationCommand,
    EscalationDecision,
    EscalationFacts,
    EscalationId,
    EscalationPolicy,
    Party,
    Refusal,
    RequestEscalation,
)
from csmcore.rules.escalation.asking import asked_of
from csmcore.rules.escalation.effects import changed, requested
from csmcore.rules.escalation.judging import filled, missing, objections, verdict
from csmcore.rules.escalation.standing import account_parties
from csmcore.rules.escalation.telling import notified, work_note

__all__ = ["decide_account_escalation", "decide_escalation"]


def decide_escalation(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    current: Escalation | None,
    command: EscalationCommand,
    parties: Iterable[Party],
    actor: Actor,
    facts: EscalationFacts,
    policy: EscalationPolicy,
    now: datetime,
    identity: EscalationId,
) -> EscalationDecision | Refusal:
    """What the command makes of an escalation, or every reason why it may not be done.

    ``current`` is the latest of the case or account; ``parties`` say what the actor is to that, as the table of cases
    has it; ``identity`` is the id that a new escalation gets.

    Laws: nothing that comes in is changed; a stranger learns nothing; at most one is open at a time; what was declined
    or closed stays so; whoever acts is not notified, nor is anybody outside. Raises InvalidValue where ``current`` is
    of something else or has the new one's id, NaiveDatetime, OutOfRange.
    """
    asked = asked_of(current, parties, actor, facts, policy, now)
    row, by, reasons = verdict(asked, command.action)
    if row is None or by is None:
        return Refusal(reasons)
    full = filled(command, by, policy)
    reasons += (*missing(row, full), *objections(asked, command, full, by))
    if reasons:
        return Refusal(reasons)
    if isinstance(full, RequestEscalation):
        _check_new(identity, current)
        outcome = requested(asked, full, by, row, identity)
    else:
        outcome = changed(asked, full, row)
    return EscalationDecision(
        escalation=outcome.escalation,
        events=outcome.events,
        notifications=notified(outcome, actor, facts, policy),
        work_note=work_note(current, outcome),
        reasons=outcome.reasons,
    )


def decide_account_escalation(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    current: Escalation | None,
    command: EscalationCommand,
    actor: Actor,
    facts: EscalationFacts,
    policy: EscalationPolicy,
    now: datetime,
    identity: EscalationId,
) -> EscalationDecision | Refusal:
    """The same of an account's escalation, which is a matter of agents, approvers and the system.

    What happens to it is not copied to any case. Raises as `decide_escalation` does.
    """
    return decide_escalation(current, command, account_parties(actor), actor, facts, policy, now, identity)


def _check_new(identity: EscalationId, current: Escalation | None) -> None:
    if current is not None and identity == current.id:
        raise InvalidValue("identity", f"{shown(identity)} is the id of an earlier escalation", "give a new id")
