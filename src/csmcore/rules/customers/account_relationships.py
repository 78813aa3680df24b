"""Who is what to whom among accounts: one record for each relationship, which is read from either end."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from csmcore.errors import shown
from csmcore.model import Account, AccountId, AccountRelationship, AccountRelationshipType, AccountRole, Reason, Refusal

__all__ = ["SeenRelationship", "relate_accounts", "relationships_of_type", "seen_from"]

_INACTIVE_TYPE = Reason("inactive_type", "relationships of this type are no longer made", ("type",))
_DUPLICATE = Reason("duplicate_relationship", "the accounts are related so already", ("from_account", "to_account"))
_FIXED = Reason("fixed_ends", "a relationship keeps its accounts; make another one", ("from_account", "to_account"))


class SeenRelationship(NamedTuple):
    """A relationship as one account sees it: ``resells to``, and the other account."""

    label: str
    account: AccountId


def relate_accounts(
    relationship: AccountRelationship,
    kind: AccountRelationshipType | None,
    from_account: Account | None,
    to_account: Account | None,
    existing: Iterable[AccountRelationship],
) -> AccountRelationship | Refusal:
    """The relationship where it may be made. The other facts are what it names, None where there is no such thing.

    ``existing`` are the relationships of these accounts, and the one with its id. That one may change its type, never
    its accounts. No two accounts have one relationship twice; where a type reads the same from both ends
    (``competes with``), neither the other way round (ServiceNow makes a mirror record there).
    """
    known = tuple(existing)
    reasons = (
        *_wrong_type(relationship, kind),
        *_wrong_end("from_account", relationship.from_account, from_account, None if kind is None else kind.from_role),
        *_wrong_end("to_account", relationship.to_account, to_account, None if kind is None else kind.to_role),
        *_clashes(relationship, kind, known),
    )
    return Refusal(reasons) if reasons else relationship


def seen_from(
    relationship: AccountRelationship, kind: AccountRelationshipType, account: AccountId
) -> SeenRelationship | None:
    """What the relationship, of that type, is to one of its accounts; None to any other.

    >>> sells = AccountRelationshipType(id="t", label="resells to", reverse_label="buys from")
    >>> seen_from(AccountRelationship(id="r", type="t", from_account="dealer", to_account="acme"), sells, "acme")
    SeenRelationship(label='buys from', account='dealer')
    """
    if account == relationship.from_account:
        return SeenRelationship(kind.label, relationship.to_account)
    if account == relationship.to_account:
        return SeenRelationship(kind.reverse_label, relationship.from_account)
    return None


def relationships_of_type(
    kind: AccountRelationshipType, existing: Iterable[AccountRelationship]
) -> tuple[AccountRelationship, ...]:
    """The relationships that go when this type is deleted. Cases stay as they are."""
    return tuple(one for one in existing if one.type == kind.id)


def _wrong_type(relationship: AccountRelationship, kind: AccountRelationshipType | None) -> Iterator[Reason]:
    if kind is None or kind.id != relationship.type:
        yield Reason("unknown_type", f"{shown(relationship.type)}: no such type of relationship", ("type",))
    elif not kind.active:
        yield _INACTIVE_TYPE


def _wrong_end(name: str, named: AccountId, account: Account | None, role: AccountRole | None) -> Iterator[Reason]:
    if account is None or account.id != named:
        yield Reason("unknown_account", f"{shown(named)}: no such account", (name,))
        return
    if not account.active:
        yield Reason("inactive_account", f"account {shown(named)} is inactive", (name,))
    if role == "partner" and not account.is_partner:
        yield Reason("no_partner", f"account {shown(named)} is no partner", (name,))


def _clashes(
    relationship: AccountRelationship, kind: AccountRelationshipType | None, known: tuple[AccountRelationship, ...]
) -> Iterator[Reason]:
    ends = (relationship.from_account, relationship.to_account)
    is_mutual = kind is not None and kind.label == kind.reverse_label
    same = {ends, ends[::-1]} if is_mutual else {ends}
    others = [one for one in known if one.id != relationship.id and one.type == relationship.type]
    if any((one.from_account, one.to_account) in same for one in others):
        yield _DUPLICATE
    if any(one.id == relationship.id and (one.from_account, one.to_account) != ends for one in known):
        yield _FIXED
