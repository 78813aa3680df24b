"""Whose case it is and what it is about: what follows from the fields that are set, and what contradicts them.

The same rules hold when a case is opened and when it is changed. Clear first, then fill in, and never touch a field
that was just set: a new account takes what belonged to the one before off the case; a contact brings their account, an
asset its product.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from csmcore.errors import shown
from csmcore.model import Asset, CaseFacts, Entitlement, Reason, ServiceContract, SupportPolicy

__all__ = ["RELATED_FIELDS", "Related", "relate"]

_CUSTOMER = ("account", "contact", "consumer", "requested_by")
_AGREEMENTS = ("contract", "entitlement")
_BY_HAND = ("contract_is_manual", "entitlement_is_manual")
_OF_ACCOUNT = ("partner", "partner_contact", "asset", "entitlement", "contract", "contact", *_BY_HAND)
_OF_CONSUMER = ("asset", "entitlement", "contract", *_BY_HAND)
_OF_PARTNER = ("partner_contact",)

RELATED_FIELDS: frozenset[str] = frozenset({*_CUSTOMER, *_OF_ACCOUNT, "product", "parent"})
"""The fields that name something else; only these bear on each other."""

_ACCOUNT_FROM_CONTACT = Reason("account_from_contact", "the account is the contact's", ("account",))
_PRODUCT_FROM_ASSET = Reason("product_from_asset", "the product is the asset's model", ("product",))
_NO_CUSTOMER = Reason("customer_missing", "name an account, a consumer or a requester: it has no customer", _CUSTOMER)
_TWO_CUSTOMERS = Reason(
    "account_and_consumer", "an account and a consumer exclude each other; name one", ("account", "consumer")
)
_NO_PARTNER = Reason("partner_missing", "a partner's contact needs the partner", ("partner", "partner_contact"))
_BOTH_WAYS = Reason("by_hand_or_derived", "an agreement is set by hand or derived, not both", _BY_HAND)
_OWN_PARENT = Reason("own_parent", "a case is not its own parent", ("parent",))


class Related(NamedTuple):
    """All that follows from the fields which were set, why, and what is wrong with it."""

    changes: dict[str, Any]
    reasons: list[Reason]
    refusals: list[Reason]


def relate(given: Mapping[str, Any], present: Mapping[str, Any], facts: CaseFacts, policy: SupportPolicy) -> Related:
    """The fields that were ``given``, those they bring and those they clear, on top of the ``present`` ones.

    ``facts`` are those of the fields as given. A field that is not there is None.
    """
    changes = dict(given)
    reasons = [*_filled(changes, facts), *_cleared(changes, present)]
    changes.update((flag, True) for name, flag in zip(_AGREEMENTS, _BY_HAND, strict=True) if name in given)
    refusals = list(_contradictions(given, {**present, **changes}, facts, policy))
    return Related(changes, reasons, refusals)


def _filled(changes: dict[str, Any], facts: CaseFacts) -> Iterator[Reason]:
    contact, asset = facts.contact, facts.asset
    if contact is not None and contact.id == changes.get("contact") and "account" not in changes:
        changes["account"] = contact.account
        yield _ACCOUNT_FROM_CONTACT
    if asset is not None and asset.id == changes.get("asset") and "product" not in changes:
        changes["product"] = asset.product_model
        yield _PRODUCT_FROM_ASSET


def _cleared(changes: dict[str, Any], present: Mapping[str, Any]) -> Iterator[Reason]:
    for name, owned in (("account", _OF_ACCOUNT), ("consumer", _OF_CONSUMER), ("partner", _OF_PARTNER)):
        if present.get(name) is not None and changes.get(name, present[name]) != present[name]:
            lost = tuple(field for field in owned if field not in changes and present[field])
            if lost:
                changes.update((field, False if field in _BY_HAND else None) for field in lost)
                yield Reason("cleared", f"another {name}: {', '.join(lost)} cleared", lost)


def _contradictions(
    given: Mapping[str, Any], then: Mapping[str, Any], facts: CaseFacts, policy: SupportPolicy
) -> Iterator[Reason]:
    """What is wrong with the fields as they would be, as far as it is about what was given."""
    named = {name for name, value in given.items() if value is not None}
    if not given.keys().isdisjoint(_CUSTOMER):
        if all(then.get(name) is None for name in _CUSTOMER):
            yield _NO_CUSTOMER
        if then.get("account") and then.get("consumer") and not policy.allows_consumers_of_accounts:
            yield _TWO_CUSTOMERS
    for name in ("account", "consumer", "product"):
        noun = getattr(facts, name)
        if name in named and (noun is None or noun.id != given[name]):
            yield _unknown(name, given, f"no {name} is known by that id")
    yield from _foreign(named, then, facts, policy)
    if any(given.get(name) and given.get(flag) is False for name, flag in zip(_AGREEMENTS, _BY_HAND, strict=True)):
        yield _BOTH_WAYS
    if "partner_contact" in named and then.get("partner") is None:
        yield _NO_PARTNER
    if "parent" in named and given["parent"] == then.get("id"):
        yield _OWN_PARENT


def _foreign(named: set[str], then: Mapping[str, Any], facts: CaseFacts, policy: SupportPolicy) -> Iterator[Reason]:
    """What belongs to others is as unknown as what does not exist: a refusal tells nobody which of the two it is."""
    contact, asset = facts.contact, facts.asset
    named_contact = (then.get("contact"), then.get("account"))
    if "contact" in named and (contact is None or (contact.id, contact.account) != named_contact):
        yield _unknown("contact", then, "the account has no such contact")
    if "asset" in named and (asset is None or asset.id != then["asset"] or not _is_theirs(asset, then)):
        yield _unknown("asset", then, "the customer has no such asset")
    agreements: Mapping[str, Iterable[ServiceContract | Entitlement]] = {
        "contract": facts.contracts,
        "entitlement": facts.entitlements,
    }
    for name, nouns in agreements.items():
        if name in named and not any(noun.id == then[name] and _is_agreed(noun, then, facts, policy) for noun in nouns):
            yield _unknown(name, then, f"the customer has no such {name}")


def _is_agreed(
    noun: ServiceContract | Entitlement, then: Mapping[str, Any], facts: CaseFacts, policy: SupportPolicy
) -> bool:
    """Whether it is the customer's own, anyone's, or that of an account above from which it is inherited."""
    if _is_theirs(noun, then):
        return True
    own = noun.inherits if isinstance(noun, Entitlement) else None
    inherits = policy.entitlements.inherit_from_parent_accounts if own is None else own
    known = facts.account is not None and facts.account.id == then.get("account")
    return inherits and known and any(above.id == noun.account for above in facts.ancestors)


def _is_theirs(noun: Asset | ServiceContract | Entitlement, then: Mapping[str, Any]) -> bool:
    """Whether it belongs to the case's customer, or to nobody in particular."""
    if noun.account is None and noun.consumer is None:
        return True
    is_accounts = noun.account is not None and noun.account == then.get("account")
    return is_accounts or (noun.consumer is not None and noun.consumer == then.get("consumer"))


def _unknown(name: str, fields: Mapping[str, Any], why: str) -> Reason:
    return Reason(f"unknown_{name}", f"{shown(fields[name])}: {why}", (name,))
