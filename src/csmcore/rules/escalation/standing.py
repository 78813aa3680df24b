"""Who an actor is to an escalation, and who decides on it."""

from collections.abc import Iterable

from csmcore.model import (
    Actor,
    Escalation,
    EscalationCommand,
    EscalationFacts,
    EscalationPolicy,
    EscalationTemplate,
    GroupId,
    Party,
    RequestEscalation,
    UserId,
)
from csmcore.rules.escalation.escalation_table import EscalationParty

__all__ = ["account_parties", "approval_group_for", "approvers_of", "is_own", "standing"]

_DECIDES_INSTEAD = frozenset({"manager", "admin"})
_AGENT = frozenset({"agent", "manager", "admin"})


def account_parties(actor: Actor) -> tuple[Party, ...]:
    """What somebody is to an account's escalation: it is a matter of agents, managers, admins and the system.

    >>> account_parties(Actor(kind="internal", id="ann", roles=frozenset({"manager"})))
    ('agent',)
    """
    if actor.kind == "system":
        return ("system",)
    return ("agent",) if actor.kind == "internal" and not actor.roles.isdisjoint(_AGENT) else ()


def approval_group_for(
    current: Escalation | None, command: EscalationCommand, policy: EscalationPolicy
) -> GroupId | None:
    """The group whose active members `EscalationFacts.approvers` are, for this command; None: there is none to gather.

    A request that names no template is a customer's.
    """
    if isinstance(command, RequestEscalation):
        name = command.template or policy.customer_template
    else:
        name = None if current is None else current.template
    template = None if name is None else policy.templates.get(name)
    return None if template is None else template.approval_group


def approvers_of(template: EscalationTemplate | None, facts: EscalationFacts) -> tuple[UserId, ...]:
    """Who decides by a template: its group's members, and the manager of the case's group where it says so.

    None is a template that the policy no longer has: then whoever the facts name decides.
    """
    if template is None:
        return facts.approvers
    members = facts.approvers if template.approval_group is not None else ()
    manager = facts.group_manager if template.add_assignment_group_manager else None
    return members if manager is None or manager in members else (*members, manager)


def is_own(actor: Actor, current: Escalation) -> bool:
    """Whether this is who asked for it. People of different kinds may have the same id."""
    return (actor.kind, actor.id) == (current.requester_kind, current.requested_by)


def standing(
    parties: Iterable[Party], actor: Actor, current: Escalation | None, facts: EscalationFacts, policy: EscalationPolicy
) -> tuple[EscalationParty, ...]:
    """Everything that the actor is to the escalation, who is ``parties`` to what it is about; () has no part in it."""
    known = frozenset(parties)
    inside = actor.kind == "internal"
    found: list[tuple[EscalationParty, bool]] = [
        ("customer", "customer" in known),
        ("approver", inside and current is not None and _decides(actor, current, facts, policy)),
        ("deescalator", inside and "deescalation_requester" in actor.roles),
        ("agent", not known.isdisjoint(("agent", "manager"))),
        ("system", "system" in known),
    ]
    return tuple(party for party, holds in found if holds)


def _decides(actor: Actor, current: Escalation, facts: EscalationFacts, policy: EscalationPolicy) -> bool:
    """Whether the actor is an approver; managers and admins are where there is none, or none but who asked."""
    approvers = approvers_of(policy.templates.get(current.template), facts)
    if actor.id in approvers:
        return True
    asked = current.requested_by if current.requester_kind == "internal" and not policy.requester_may_approve else None
    return set(approvers) <= {asked} and not actor.roles.isdisjoint(_DECIDES_INSTEAD)
