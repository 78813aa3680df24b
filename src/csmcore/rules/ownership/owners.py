"""Whose something may be: by the policy's business models, and with a contact of its account."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import attrs

from csmcore.errors import shown
from csmcore.model import AccountId, Asset, BusinessModel, Contact, InstallBaseItem, Reason, SoldProduct, SupportPolicy

__all__ = ["TWO_OWNERS", "disowned", "foreign_contact", "rehomed"]

_SERVED: Mapping[str, BusinessModel] = MappingProxyType({"account": "b2b", "consumer": "b2c", "household": "b2c"})
"""The business model by which each may own something; in B2B2C all may. An organization is the vendor's own."""

TWO_OWNERS = Reason(
    "account_and_consumer", "an account and a consumer own something together only in B2B2C", ("account", "consumer")
)


def disowned(noun: SoldProduct | InstallBaseItem, policy: SupportPolicy, contact: Contact | None) -> Iterator[Reason]:
    """Every reason why the policy's customers cannot have it like this.

    ``contact`` is who its contact is. An account's and a consumer's at once it is only in B2B2C.
    """
    owners = [name for name in _SERVED if getattr(noun, name) is not None]
    if not policy.allows_consumers_of_accounts:
        if len(owners) > 1:
            yield TWO_OWNERS
        for name in owners:
            if _SERVED[name] not in policy.business_models:
                text = f"the policy has no business with {name}s, which is {_SERVED[name]} or b2b2c"
                yield Reason("business_model", text, (name,))
    named = (noun.contact, noun.account)
    if noun.contact is not None and (contact is None or (contact.id, contact.account) != named):
        yield foreign_contact(noun.contact)


def foreign_contact(contact: str) -> Reason:
    """Who belongs to another account is as unknown as who does not exist."""
    return Reason("foreign_contact", f"{shown(contact)}: the account has no such contact", ("contact",))


def rehomed(asset: Asset, account: AccountId | None) -> Asset:
    """The asset as that account's, or as no account's: another account takes the contacts of the one before off."""
    if account == asset.account:
        return asset
    return attrs.evolve(asset, account=account, contact=None, contacts=(), primary_contact=None)
