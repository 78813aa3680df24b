"""Whose an asset is, who has to do with it, and what state it is in."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

import attrs

from csmcore.errors import shown
from csmcore.model import (
    ASSET_SUBSTATES,
    Account,
    AccountId,
    Asset,
    AssetState,
    Consumer,
    Contact,
    ContactId,
    ContactRelationship,
    Reason,
    Refusal,
    SupportPolicy,
)
from csmcore.rules.ownership.owners import TWO_OWNERS, foreign_contact, rehomed

__all__ = [
    "ASSET_MOVES",
    "add_asset_contact",
    "allocate_asset",
    "change_asset_state",
    "remove_asset_contact",
    "set_asset_primary_contact",
]

_ANY: tuple[AssetState, ...] = (
    *("on_order", "in_stock", "in_transit", "in_use", "in_maintenance"),
    *("retired", "missing", "build"),
)
ASSET_MOVES: Mapping[AssetState, tuple[AssetState, ...]] = MappingProxyType(
    {
        "on_order": _ANY,
        "in_stock": _ANY,
        "in_transit": _ANY,
        "in_use": _ANY,
        "in_maintenance": _ANY,
        "build": _ANY,
        "missing": ("missing", "in_stock", "in_transit", "in_use", "in_maintenance", "retired"),
        "retired": ("retired", "in_stock"),
    }
)
"""The states that an asset may go to from each. ServiceNow leaves all moves free, and so do we but for two rules: what
is missing is found or written off, never ordered or built; what is retired at most comes back into stock."""

_GONE: frozenset[str] = frozenset({"disposed", "sold", "donated", "vendor_credit"})
"""The substates of retired in which the thing has left for good."""

_NO_ACCOUNT = Reason("no_account", "it has no account, so it has no contacts", ("account",))


def allocate_asset(
    asset: Asset,
    policy: SupportPolicy,
    *,
    account: Account | None = None,
    contact: Contact | None = None,
    consumer: Consumer | None = None,
) -> Asset | Refusal:
    """The asset as theirs, or every reason why not; with nobody named it is nobody's.

    A contact brings their account. A new account takes all contacts of the one before off the asset, the primary one
    too; the same account keeps them. Account and consumer at once only in B2B2C.
    """
    owner = account.id if account is not None else contact.account if contact is not None else None
    reasons = tuple(_not_allocated(owner, policy, account, contact, consumer))
    if reasons:
        return Refusal(reasons)
    return attrs.evolve(
        rehomed(asset, owner),
        contact=contact.id if contact is not None else None,
        consumer=consumer.id if consumer is not None else None,
    )


def set_asset_primary_contact(asset: Asset, contact: Contact | None) -> Asset | Refusal:
    """The asset with this contact as the first to ask, or every reason why not; None leaves it without one.

    They are an active contact of the asset's account and join its contacts, once; who was it before stays a contact.
    Law: the primary contact is always one of the asset's contacts, and of its account.
    """
    if contact is None:
        return attrs.evolve(asset, primary_contact=None)
    reasons = tuple(_no_contact(asset, contact, () if asset.account is None else (asset.account,)))
    if reasons:
        return Refusal(reasons)
    return attrs.evolve(asset, contacts=_joined(asset, contact), primary_contact=contact.id)


def add_asset_contact(
    asset: Asset,
    contact: Contact,
    related_accounts: Collection[AccountId] = (),
    relationships: Iterable[ContactRelationship] = (),
) -> Asset | Refusal:
    """The asset with one contact more, or every reason why not; who is one already stays one.

    They are an active contact of the asset's account, of one of its partners (``related_accounts``), or have a contact
    relationship to the account (``relationships``).
    """
    acting = {(one.contact, one.account) for one in relationships}
    related = (contact.account,) if (contact.id, asset.account) in acting else related_accounts
    reasons = tuple(_no_contact(asset, contact, (*related, asset.account)))
    return Refusal(reasons) if reasons else attrs.evolve(asset, contacts=_joined(asset, contact))


def remove_asset_contact(asset: Asset, contact: ContactId) -> Asset | Refusal:
    """The asset without this contact, or the reason why not: the primary one is replaced or cleared first."""
    if contact == asset.primary_contact:
        why = f"{shown(contact)} is its primary contact: name another first, or none"
        return Refusal((Reason("is_primary_contact", why, ("primary_contact",)),))
    if contact not in asset.contacts:
        return Refusal((Reason("no_asset_contact", f"{shown(contact)} is none of its contacts", ("contacts",)),))
    return attrs.evolve(asset, contacts=tuple(one for one in asset.contacts if one != contact))


def change_asset_state(asset: Asset, state: AssetState, substate: str | None = None) -> Asset | Refusal:
    """The asset in another state, or every reason why not. A substate that is not named is blank.

    `ASSET_MOVES` says which states follow which; what has left for good (disposed, sold, donated, given for credit)
    stays retired. Raises InvalidValue for a state that there is not.
    """
    moved = attrs.evolve(asset, state=state, substate=None)
    reasons = tuple(_no_move(asset, state, substate))
    return Refusal(reasons) if reasons else attrs.evolve(moved, substate=substate)


def _not_allocated(
    owner: AccountId | None,
    policy: SupportPolicy,
    account: Account | None,
    contact: Contact | None,
    consumer: Consumer | None,
) -> Iterator[Reason]:
    if owner is not None and consumer is not None and not policy.allows_consumers_of_accounts:
        yield TWO_OWNERS
    if contact is not None and contact.account != owner:
        yield foreign_contact(contact.id)
    if account is not None and not account.active:
        yield Reason("inactive_account", f"account {shown(account.id)} is not active", ("account",))
    if contact is not None and not contact.active:
        yield _inactive_contact(contact)
    if consumer is not None and not consumer.active:
        yield Reason("inactive_consumer", f"consumer {shown(consumer.id)} is not active", ("consumer",))


def _no_contact(asset: Asset, contact: Contact, accounts: Collection[AccountId | None]) -> Iterator[Reason]:
    if asset.account is None:
        yield _NO_ACCOUNT
    elif contact.account not in accounts:
        yield foreign_contact(contact.id)
    if not contact.active:
        yield _inactive_contact(contact)


def _inactive_contact(contact: Contact) -> Reason:
    return Reason("inactive_contact", f"contact {shown(contact.id)} is not active", ("contact",))


def _joined(asset: Asset, contact: Contact) -> tuple[ContactId, ...]:
    return asset.contacts if contact.id in asset.contacts else (*asset.contacts, contact.id)


def _no_move(asset: Asset, state: AssetState, substate: str | None) -> Iterator[Reason]:
    if asset.substate in _GONE and state != asset.state:
        yield Reason("has_left", f"it is {asset.substate}: it does not come back", ("state",))
    elif state not in ASSET_MOVES[asset.state]:
        yield Reason("no_such_move", f"from {asset.state} it does not go to {state}", ("state",))
    if substate is not None and substate not in ASSET_SUBSTATES[state]:
        known = ", ".join(ASSET_SUBSTATES[state]) or "none"
        yield Reason("no_such_substate", f"{shown(substate)} is no substate of {state}: {known}", ("substate",))
