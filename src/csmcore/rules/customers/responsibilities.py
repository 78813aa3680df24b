"""Who has a responsibility for whom: account teams, and contacts who act for an account.

A unique responsibility has one holder for each customer, whoever is added and however its definition changes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from csmcore.errors import shown
from csmcore.model import (
    Account,
    AccountId,
    Contact,
    ContactRelationship,
    Reason,
    Refusal,
    ResponsibilityDefinition,
    ResponsibilityHolder,
    TeamMember,
)

__all__ = ["Responsible", "assign_team_member", "define_responsibility", "delete_responsibility", "relate_contact"]

Responsible: TypeAlias = TeamMember | ContactRelationship
"""A record that gives somebody a responsibility."""

_HOLDERS: Mapping[type[Responsible], ResponsibilityHolder] = MappingProxyType(
    {TeamMember: "user", ContactRelationship: "contact"}
)
_UNKNOWN: Mapping[str, Reason] = MappingProxyType(
    {
        "contact": Reason("unknown_contact", "there is no such contact", ("contact",)),
        "account": Reason("unknown_account", "there is no such account", ("account",)),
    }
)
_INACTIVE: Mapping[str, Reason] = MappingProxyType(
    {
        "contact": Reason("inactive_contact", "the contact is inactive", ("contact",)),
        "account": Reason("inactive_account", "the account is inactive", ("account",)),
    }
)
_TAKEN = Reason(
    "responsibility_taken", "somebody else has this responsibility, which only one has", ("responsibility",)
)
_DUPLICATE_MEMBER = Reason("duplicate_member", "the user has this responsibility here already", ("user",))
_DUPLICATE_CONTACT = Reason("duplicate_contact", "the contact has this relationship already", ("contact",))
_OUTSIDE = Reason("outside_hierarchy", "the contact is of no account that belongs with this one", ("contact",))
_IN_USE = Reason("responsibility_in_use", "somebody has this responsibility", ("id",))


def assign_team_member(
    member: TeamMember, definition: ResponsibilityDefinition | None, existing: Iterable[TeamMember]
) -> TeamMember | Refusal:
    """The member where they may be in the team: a user, with a responsibility that is for users, and free.

    ``definition`` is the one that the member names, None where there is none; ``existing`` are the members of the same
    customer's team. One with the same id is the member as it was before.
    """
    others = _others(member, existing)
    reasons = (
        *_undefined(member, definition),
        *_held(member, definition, others),
        *((_DUPLICATE_MEMBER,) if any(_holder(one) == _holder(member) for one in others) else ()),
    )
    return Refusal(reasons) if reasons else member


def relate_contact(  # noqa: PLR0913 - one record, and what it names
    relationship: ContactRelationship,
    contact: Contact | None,
    account: Account | None,
    definition: ResponsibilityDefinition | None,
    existing: Iterable[ContactRelationship],
    *,
    circle: Collection[AccountId] | None,
) -> ContactRelationship | Refusal:
    """The relationship where this contact may act for that account.

    ``contact``, ``account`` and ``definition`` are what it names, None where there is none; ``existing`` are the
    relationships of the account. ``circle`` are the accounts of its hierarchy and those that it is related to, whose
    contacts may act for it beside its own; None lets everybody (ServiceNow's restriction, disabled).
    """
    others = _others(relationship, existing)
    reasons = (
        *_absent(relationship, contact, account),
        *_undefined(relationship, definition),
        *_held(relationship, definition, others),
        *((_DUPLICATE_CONTACT,) if any(_holder(one) == _holder(relationship) for one in others) else ()),
    )
    if contact is not None and circle is not None and contact.account not in {relationship.account, *circle}:
        reasons += (_OUTSIDE,)
    return Refusal(reasons) if reasons else relationship


def define_responsibility(
    definition: ResponsibilityDefinition, uses: Iterable[Responsible]
) -> ResponsibilityDefinition | Refusal:
    """The definition, new or changed, where it fits the records that name it already."""
    used = [use for use in uses if use.responsibility == definition.id]
    reasons = tuple(dict.fromkeys(reason for use in used for reason in _wrong_holder(use, definition)))
    if definition.is_unique and max(Counter(_customer(use) for use in used).values(), default=0) > 1:
        reasons += (_TAKEN,)
    return Refusal(reasons) if reasons else definition


def delete_responsibility(
    definition: ResponsibilityDefinition, uses: Iterable[Responsible]
) -> ResponsibilityDefinition | Refusal:
    """The definition that may go: one that no record names."""
    if any(use.responsibility == definition.id for use in uses):
        return Refusal((_IN_USE,))
    return definition


def _customer(use: Responsible) -> tuple[str | None, ...]:
    """Whom it is for; a team and the contacts of one account hold apart."""
    return tuple(getattr(use, name, None) for name in ("account", "consumer", "household"))


def _holder(use: Responsible) -> str:
    return use.user if isinstance(use, TeamMember) else use.contact


def _others(use: Responsible, existing: Iterable[Responsible]) -> list[Responsible]:
    """The other records of the same customer with the same responsibility."""
    place = (_customer(use), use.responsibility)
    return [one for one in existing if one.id != use.id and (_customer(one), one.responsibility) == place]


def _undefined(use: Responsible, definition: ResponsibilityDefinition | None) -> Iterator[Reason]:
    if use.responsibility is None:
        return
    if definition is None or definition.id != use.responsibility:
        yield Reason(
            "unknown_responsibility", f"{shown(use.responsibility)}: no such responsibility", ("responsibility",)
        )
    else:
        yield from _wrong_holder(use, definition)


def _wrong_holder(use: Responsible, definition: ResponsibilityDefinition) -> Iterator[Reason]:
    holder = _HOLDERS[type(use)]
    if definition.held_by != holder:
        yield Reason("wrong_holder", f"{definition.name} is not for a {holder}", ("responsibility",))


def _held(
    use: Responsible, definition: ResponsibilityDefinition | None, others: Iterable[Responsible]
) -> Iterator[Reason]:
    is_unique = use.responsibility is not None and definition is not None and definition.is_unique
    if is_unique and any(_holder(one) != _holder(use) for one in others):
        yield _TAKEN


def _absent(relationship: ContactRelationship, contact: Contact | None, account: Account | None) -> Iterator[Reason]:
    nouns: tuple[tuple[str, str, Contact | Account | None], ...] = (
        ("contact", relationship.contact, contact),
        ("account", relationship.account, account),
    )
    for name, named, noun in nouns:
        if noun is None or noun.id != named:
            yield _UNKNOWN[name]
        elif not noun.active:
            yield _INACTIVE[name]
