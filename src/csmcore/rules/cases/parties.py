"""Who an actor is to one case."""

from collections.abc import Mapping
from types import MappingProxyType

from csmcore.model import AccountId, Actor, Case, CaseFacts, OpenCase, Side
from csmcore.rules.cases.transitions import Party

__all__ = ["SIDES", "is_agent", "is_partner", "parties_of", "parties_opening"]

_AGENT = frozenset({"agent", "manager", "admin"})
_KEEPER = frozenset({"customer_case_manager", "customer_admin"})
_PARTNER = frozenset({"partner", "partner_admin"})

SIDES: Mapping[Party, Side] = MappingProxyType(
    {
        "customer": "customer",
        "assignee": "agent",
        "agent": "agent",
        "internal": "agent",
        "system": "system",
        "integration": "system",
    }
)
"""The side of the case that each party acts for."""

_SYSTEM: tuple[Party, ...] = ("system",)
_INTEGRATION: tuple[Party, ...] = ("integration",)
_CUSTOMER: tuple[Party, ...] = ("customer",)
_EMPLOYEE: tuple[Party, ...] = ("internal",)
_WORKER: tuple[Party, ...] = ("agent", "internal")
_OWNER: tuple[Party, ...] = ("assignee", "agent", "internal")


def parties_of(case: Case, actor: Actor, facts: CaseFacts) -> tuple[Party, ...]:
    """Everything that the actor is to the case, in the order in which they act; () has no part in it.

    ``facts`` are those of the case: another account's ancestors give nobody a say.
    """
    kind = actor.kind
    if kind == "internal":
        return _inside(actor, is_assignee=actor.id == case.assigned_to, is_customer=actor.id == case.requested_by)
    if kind == "system":
        return _SYSTEM
    if kind == "integration":
        return _INTEGRATION
    if kind == "consumer":
        return _CUSTOMER if actor.id == case.consumer else ()
    opened = case.opened_by == case.partner_contact == actor.id and actor.account == case.partner and is_partner(actor)
    return _CUSTOMER if opened or actor.id == case.contact or _keeps(actor, case.account, facts) else ()


def parties_opening(command: OpenCase, actor: Actor, facts: CaseFacts) -> tuple[Party, ...]:
    """Everything that the actor would be to the case that they want opened.

    People open cases for themselves; those who manage an account's cases for its contacts; partners for their
    customers. Which customers those are is the host's to know: a relation between accounts is no fact of a case.
    """
    kind = actor.kind
    if kind == "internal":
        return _inside(actor, is_assignee=False, is_customer=actor.id == command.requested_by)
    if kind == "system":
        return _SYSTEM
    if kind == "integration":
        return _INTEGRATION
    if kind == "consumer":
        return _CUSTOMER if actor.id == command.consumer else ()
    contact = facts.contact
    account = command.account or (contact.account if contact and contact.id == command.contact else None)
    return _CUSTOMER if is_partner(actor) or actor.id == command.contact or _keeps(actor, account, facts) else ()


def is_agent(actor: Actor) -> bool:
    """Whether they work on cases: agents, managers, admins."""
    return not actor.roles.isdisjoint(_AGENT)


def is_partner(actor: Actor) -> bool:
    """Whether they act for a partner, and for which one is known."""
    return actor.kind == "contact" and actor.account is not None and not actor.roles.isdisjoint(_PARTNER)


def _inside(actor: Actor, *, is_assignee: bool, is_customer: bool) -> tuple[Party, ...]:
    parties = (_OWNER if is_assignee else _WORKER) if is_agent(actor) else _EMPLOYEE
    return _CUSTOMER + parties if is_customer else parties


def _keeps(actor: Actor, account: AccountId | None, facts: CaseFacts) -> bool:
    """Whether the actor manages the cases of the account: as one of its own people, or of an account above it."""
    if account is None or actor.roles.isdisjoint(_KEEPER):
        return False
    if actor.account == account:
        return True
    known = facts.account is not None and facts.account.id == account
    return known and any(above.id == actor.account for above in facts.ancestors)
