"""Escalations of a case: decided by their own rules, kept on the case, and told in its work notes."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.model import (
    SYSTEM,
    Action,
    Actor,
    Case,
    CaseFacts,
    DeclineEscalation,
    Deescalate,
    Escalation,
    EscalationCommand,
    EscalationDecision,
    EscalationFacts,
    EscalationId,
    Party,
    Refusal,
    accepted,
)
from csmcore.rules.cases.closing import may_close_by_itself
from csmcore.rules.cases.moments import Moment, details_of
from csmcore.rules.cases.parties import parties_of
from csmcore.rules.cases.steps import Happening, Step
from csmcore.rules.escalation.deciding import decide_escalation

__all__ = ["ESCALATING", "ended_escalation", "escalation_facts"]

_ENDED = "The case has ended."


def escalation_facts(case: Case, facts: CaseFacts) -> EscalationFacts:
    """What the rules of escalations are told of a case."""
    group = facts.group
    is_groups = group is not None and group.id == case.assignment_group
    return EscalationFacts(
        case=case.id,
        approvers=facts.approvers,
        group_manager=group.manager if group is not None and is_groups else None,
        assignee=case.assigned_to,
    )


def ended_escalation(moment: Moment) -> tuple[Happening, ...]:
    """An escalation that is open when its case ends, ends with it; nobody is told apart from the end of the case."""
    current = moment.case.escalation
    if current is None or not current.is_open:
        return ()
    asked = DeclineEscalation(_ENDED) if current.state == "requested" else Deescalate(_ENDED)
    return _happened(accepted(_decided(moment, asked, ("system",), SYSTEM)))


def _escalate(moment: Moment, command: EscalationCommand) -> Step | Refusal:
    decided = _decided(moment, command, parties_of(moment.case, moment.actor, moment.facts), moment.actor)
    if isinstance(decided, Refusal):
        return decided
    happened = _happened(decided)
    changes = dict(happened[0].changes)
    if not moment.case.auto_close and may_close_by_itself(moment, changes):
        happened = (happened[0]._replace(changes={**changes, "auto_close": True}), *happened[1:])
    if decided.work_note is None:
        return moment.step(*happened, reasons=decided.reasons, told=decided.notifications)
    author = moment.actor if moment.by == "agent" else SYSTEM  # a customer writes no work notes
    note = attrs.evolve(moment.work_note(decided.work_note), by=author)
    first = happened[0]._replace(details=details_of(note))
    rest = happened[1:]
    return moment.step(first, *rest, activity=(note,), reasons=decided.reasons, told=decided.notifications)


def _decided(
    moment: Moment, command: EscalationCommand, parties: Iterable[Party], actor: Actor
) -> EscalationDecision | Refusal:
    case = moment.case
    identity = EscalationId(f"{case.id}/{case.version + 1}/e0")
    rules, facts = moment.policy.escalation, escalation_facts(case, moment.facts)
    return decide_escalation(case.escalation, command, parties, actor, facts, rules, moment.now, identity)


def _happened(decided: EscalationDecision) -> tuple[Happening, ...]:
    first, *others = decided.events
    changes: dict[str, Escalation] = {"escalation": decided.escalation}
    return (Happening(first, changes), *(Happening(kind, {}) for kind in others))


ESCALATING: Mapping[Action, Callable[[Moment, Any], Step | Refusal]] = MappingProxyType(
    {
        "request_escalation": _escalate,
        "approve_escalation": _escalate,
        "decline_escalation": _escalate,
        "deescalate": _escalate,
        "update_escalation": _escalate,
    }
)
"""By the command's action."""
