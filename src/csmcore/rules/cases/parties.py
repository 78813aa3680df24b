"""Who an actor is to one case."""

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

from csmcore.model import AccountId, Actor, Case, CaseFacts, OpenCase, Side
from csmcore.rules.cases.transitions import Party

__all__ = ["OUTSIDE", "SIDES", "account_of_opening", "is_agent", "is_partner", "parties_of", "parties_opening"]

_WORKS = frozenset({"agent", "manager", "admin"})
_LEADS = frozenset({"manager", "admin", "major_issue_manager"})
_KEEPER = frozenset({"customer_case_manager", "customer_admin"})
_PARTNER = frozenset({"partner", "partner_admin"})

SIDES: Mapping[Party, Side] = MappingProxyType(
    {
        "customer": "customer",
        "assignee": "agent",
        "manager": "agent",
        "agent": "agent",
        "internal": "agent",
        "system": "system",
        "integration": "system",
    }
)
"""The side of the case that each party acts for."""

OUTSIDE: frozenset[Party] = frozenset({"customer", "internal"})
"""Those who do not work on cases."""

_SYSTEM: tuple[Party, ...] = ("system",)
_INTEGRATION: tuple[Party, ...] = ("integration",)
_CUSTOMER: tuple[Party, ...] = ("customer",)
_OWNER: tuple[Party, ...] = ("assignee",)
_MANAGER: tuple[Party, ...] = ("manager",)
_EMPLOYEE: tuple[Party, ...] = ("internal",)
_AGENT: tuple[Party, ...] = ("agent",)
_INSIDE: Mapping[tuple[bool, bool, bool, bool], tuple[Party, ...]] = MappingProxyType(
    {
        (is_customer, is_owner, leads, works): (
            (_CUSTOMER if is_customer else ())
            + (_OWNER if is_owner and works else ())
            + (_MANAGER if leads else ())
            + (_AGENT if works else ())
            + _EMPLOYEE
        )
        for is_customer, is_owner, leads, works in product((False, True), repeat=4)
    }
)
"""What somebody inside is to a case: its customer too, its assignee, a manager, an agent."""


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
    is_theirs = actor.id == case.contact or _opened_as_partner(case, actor) or _keeps(actor, case.account, facts)
    return _CUSTOMER if is_theirs else ()


def parties_opening(command: OpenCase, actor: Actor, facts: CaseFacts) -> tuple[Party, ...]:
    """Everything that the actor would be to the case that they want opened.

    People open cases for themselves, those who manage an account's cases for its contacts. Others may have a right to
    act for the account: see `csmcore.rules.intake.intake`.
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
    is_theirs = _names_themself(command, actor, facts) or _keeps(actor, account_of_opening(command, facts), facts)
    return _CUSTOMER if is_theirs else ()


def account_of_opening(command: OpenCase, facts: CaseFacts) -> AccountId | None:
    """The account that a case would be for: the one that is named, or that of the contact."""
    contact = facts.contact
    return command.account or (contact.account if contact and contact.id == command.contact else None)


def is_agent(actor: Actor) -> bool:
    """Whether they work on cases: agents, managers, admins."""
    return not actor.roles.isdisjoint(_WORKS)


def is_partner(actor: Actor) -> bool:
    """Whether they act for a partner, and for which one is known."""
    return actor.kind == "contact" and actor.account is not None and not actor.roles.isdisjoint(_PARTNER)


def _inside(actor: Actor, *, is_assignee: bool, is_customer: bool) -> tuple[Party, ...]:
    return _INSIDE[is_customer, is_assignee, not actor.roles.isdisjoint(_LEADS), is_agent(actor)]


def _opened_as_partner(case: Case, actor: Actor) -> bool:
    """Whether the contact opened the case for a partner's customer; of old cases only the opener's id is known."""
    is_opener = case.opened_by == case.partner_contact == actor.id and case.opened_by_kind in {None, "contact"}
    return is_opener and actor.account == case.partner and is_partner(actor)


def _names_themself(command: OpenCase, actor: Actor, facts: CaseFacts) -> bool:
    """Whether the contact opens the case for themself, under no account but their own."""
    if actor.id != command.contact:
        return False
    contact = facts.contact
    known = contact.account if contact is not None and contact.id == actor.id else None
    return command.account in {None, actor.account, known}


def _keeps(actor: Actor, account: AccountId | None, facts: CaseFacts) -> bool:
    """Whether the actor manages the cases of the account: as one of its own people, or of an account above it."""
    if account is None or actor.roles.isdisjoint(_KEEPER):
        return False
    if actor.account == account:
        return True
    known = facts.account is not None and facts.account.id == account
    return known and any(above.id == actor.account for above in facts.ancestors)
