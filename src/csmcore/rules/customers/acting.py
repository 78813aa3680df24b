"""Who may open cases in the name of an account, and by what right (ServiceNow's "create on behalf")."""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from csmcore.model import (
    Account,
    AccountRelationship,
    AccountRelationshipType,
    Actor,
    ContactRelationship,
    Reason,
    Refusal,
)
from csmcore.rules.cases.parties import is_agent, is_partner

__all__ = ["Neighbourhood", "can_create_on_behalf"]

_HELPER = frozenset({"contributor", "stakeholder", "proxy_contact"})
_KEEPER = frozenset({"customer_case_manager", "customer_admin"})
_CUSTOMER = _KEEPER | {"customer"}

_NO_RELATION = Reason("no_relation", "nothing lets you act for this account", ("account",))
_INACTIVE = Reason("inactive_account", "the account is inactive", ("account",))


@attrs.frozen(kw_only=True)
class Neighbourhood:
    """What is around an account: those ``above`` it, the nearest first, its relationships and who acts for it.

    ``relationship_types`` are the types of its relationships.
    """

    account: Account
    above: tuple[Account, ...] = ()
    relationships: tuple[AccountRelationship, ...] = ()
    relationship_types: tuple[AccountRelationshipType, ...] = ()
    contact_relationships: tuple[ContactRelationship, ...] = ()


_Right: TypeAlias = Callable[[Actor, Neighbourhood], bool]


def can_create_on_behalf(actor: Actor, around: Neighbourhood) -> Reason | Refusal:
    """The right by which the actor may open cases for anybody of the account: the first that they have.

    A stranger is told nothing else about the account.
    """
    right = next((reason for reason, holds in _RIGHTS if holds(actor, around)), None)
    if right is None:
        return Refusal((_NO_RELATION,))
    return right if around.account.active else Refusal((_INACTIVE,))


def _is_worker(actor: Actor, _: Neighbourhood) -> bool:
    return actor.kind == "internal" and is_agent(actor)


def _helps(actor: Actor, _: Neighbourhood) -> bool:
    return actor.kind == "internal" and not actor.roles.isdisjoint(_HELPER)


def _is_machine(actor: Actor, _: Neighbourhood) -> bool:
    return actor.kind in {"system", "integration"}


def _keeps_own(actor: Actor, around: Neighbourhood) -> bool:
    is_own = actor.kind == "contact" and actor.account == around.account.id
    return is_own and (is_partner(actor) or not actor.roles.isdisjoint(_KEEPER))


def _keeps_from_above(actor: Actor, around: Neighbourhood) -> bool:
    keeps = actor.kind == "contact" and not actor.roles.isdisjoint(_KEEPER)
    return keeps and any(actor.account == account.id for account in around.above)


def _is_appointed(actor: Actor, around: Neighbourhood) -> bool:
    may = actor.kind == "contact" and not actor.roles.isdisjoint(_CUSTOMER)
    return may and any(
        one.contact == actor.id and one.account == around.account.id for one in around.contact_relationships
    )


def _is_partner_of(actor: Actor, around: Neighbourhood) -> bool:
    """Whether their account stands at the partner's end of a relationship, of an active type, with this account."""
    types = {one.id: one for one in around.relationship_types if one.active}
    partners = set()
    for one in around.relationships:
        kind = types.get(one.type)
        if kind is not None and kind.from_role == "partner":
            partners.add((one.from_account, one.to_account))
        if kind is not None and kind.to_role == "partner":
            partners.add((one.to_account, one.from_account))
    return is_partner(actor) and (actor.account, around.account.id) in partners


_RIGHTS: tuple[tuple[Reason, _Right], ...] = (
    (Reason("is_agent", "agents act for every account"), _is_worker),
    (Reason("is_contributor", "contributors act for every account"), _helps),
    (Reason("is_machine", "systems act for every account"), _is_machine),
    (Reason("own_account", "they look after the cases of their own account"), _keeps_own),
    (Reason("account_above", "they look after the cases of an account above"), _keeps_from_above),
    (Reason("contact_relationship", "they are named as a contact who acts for the account"), _is_appointed),
    (Reason("partner_relationship", "their account is a partner of this one"), _is_partner_of),
)
