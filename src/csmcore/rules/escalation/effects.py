"""What each command makes of an escalation, once the table allows it and the command holds all it needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import attrs

from csmcore.errors import shown
from csmcore.model import (
    SYSTEM,
    Escalation,
    EscalationAction,
    EscalationCommand,
    EscalationId,
    EscalationTemplate,
    EventKind,
    Reason,
    RequestEscalation,
    UpdateEscalation,
)
from csmcore.rules.escalation.asking import Asked
from csmcore.rules.escalation.escalation_table import EscalationParty, EscalationRow
from csmcore.rules.escalation.judging import watchers
from csmcore.rules.escalation.standing import approvers_of, is_own

__all__ = ["Outcome", "changed", "requested"]

_MANAGERS_DECIDE = Reason(
    "managers_decide", "its only approver is who asked for it: a manager or admin decides", ("approved_by",)
)
_EVENTS: Mapping[EscalationAction, EventKind] = MappingProxyType(
    {
        "request_escalation": "escalation_requested",
        "approve_escalation": "escalation_approved",
        "decline_escalation": "escalation_declined",
        "deescalate": "escalation_closed",
        "update_escalation": "escalation_updated",
    }
)
_STAMPS: Mapping[EscalationAction, tuple[str, str, Mapping[str, str]]] = MappingProxyType(
    {
        "approve_escalation": ("approved_by", "approved_at", MappingProxyType({})),
        "decline_escalation": ("declined_by", "declined_at", MappingProxyType({"declined_reason": "reason"})),
        "deescalate": ("closed_by", "closed_at", MappingProxyType({"closed_justification": "justification"})),
    }
)
"""Who and when, and which remark of the command is kept, for each action that decides."""


class Outcome(NamedTuple):
    """The escalation as it then is, what happened, and why."""

    escalation: Escalation
    events: tuple[EventKind, ...]
    reasons: tuple[Reason, ...] = ()


def requested(
    asked: Asked, command: RequestEscalation, by: EscalationParty, row: EscalationRow, identity: EscalationId
) -> Outcome:
    """A new escalation, escalated at once where nobody is to approve."""
    given: dict[str, Any] = attrs.asdict(command, recurse=False)
    escalation = Escalation(
        **{
            **given,
            "request_source": "customer" if by == "customer" else command.request_source or "internal",
            "watch_list": watchers(asked, command),
            "state": row.to,
        },
        id=identity,
        case=asked.facts.case,
        account=asked.facts.account,
        requested_by=asked.actor.id,
        requester_kind=asked.actor.kind,
        requested_at=asked.now,
        updated_at=asked.now,
    )
    template = asked.policy.templates[escalation.template]
    approvers = approvers_of(template, asked.facts)
    happened = _EVENTS[command.action]
    if template.skip_approval or not approvers:
        granted: dict[str, Any] = {"state": row.unasked, "approved_by": SYSTEM.id, "approved_at": asked.now}
        why = _why_unasked(escalation.template, template)
        return Outcome(attrs.evolve(escalation, **granted), (happened, _EVENTS["approve_escalation"]), (why,))
    is_alone = is_own(asked.actor, escalation) and approvers == (asked.actor.id,)
    is_stuck = is_alone and not asked.policy.requester_may_approve
    return Outcome(escalation, (happened,), (_MANAGERS_DECIDE,) if is_stuck else ())


def changed(asked: Asked, command: EscalationCommand, row: EscalationRow) -> Outcome:
    """The escalation after a decision or an update; the table allows neither where there is none."""
    current = cast(Escalation, asked.current)
    if isinstance(command, UpdateEscalation):
        changes = _updates(current, command)
    else:
        by, at, remarks = _STAMPS[command.action]
        changes = {by: asked.actor.id, at: asked.now}
        changes |= {field: getattr(command, name) for field, name in remarks.items()}
    after = attrs.evolve(current, **changes, state=row.to or current.state, updated_at=asked.now)
    return Outcome(after, (_EVENTS[command.action],))


def _updates(current: Escalation, command: UpdateEscalation) -> dict[str, Any]:
    """What the command sets. Another group takes it from the person who works on it, unless one is named too."""
    given: dict[str, Any] = attrs.asdict(command, recurse=False)
    changes = {name: value for name, value in given.items() if value is not None}
    if changes.get("assignment_group", current.assignment_group) != current.assignment_group:
        changes.setdefault("assigned_to", None)
    return changes


def _why_unasked(name: str, template: EscalationTemplate) -> Reason:
    """Why a request needs no approval."""
    if template.skip_approval:
        return Reason("approval_skipped", f"template {shown(name)} skips approval", ("approved_by",))
    lacking = "names no approver" if template.approval_group is None else "has no active member in its approval group"
    return Reason("no_approvers", f"template {shown(name)} {lacking}", ("approved_by",))
