"""Whose case it is and what it is about: what follows from the fields that are set, and what contradicts them.

The same rules hold when a case is opened and when it is changed, in this order, and never touch a field that was just
set:

1. a contact brings their account; an install base item its account or consumer, where the case names neither;
2. another account, consumer or partner takes off the case what belonged to the one before;
3. an asset brings its product; where the case then has none, a sold product or an install base item brings theirs, and
   an install base item its contact and its asset, and that asset's product.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar

from csmcore.calendars import covered
from csmcore.errors import shown
from csmcore.model import (
    Asset,
    CaseFacts,
    Entitlement,
    HouseholdId,
    InstallBaseItem,
    Reason,
    ServiceContract,
    SoldProduct,
    SupportPolicy,
)
from csmcore.rules.relatives.major import MODEL_OF, major_with_customer, unfit_parent

__all__ = ["RELATED_FIELDS", "THINGS", "Related", "outsiders_listed", "relate"]

_CUSTOMER = ("account", "contact", "consumer", "requested_by")
THINGS: tuple[str, ...] = ("asset", "sold_product", "install_base_item")
"""The fields that name what a case is about, and that somebody owns."""

_AGREEMENTS = ("contract", "entitlement")
_BY_HAND = ("contract_is_manual", "entitlement_is_manual")
_OF_ACCOUNT = ("partner", "partner_contact", *THINGS, "entitlement", "contract", "contact", *_BY_HAND)
_OF_CONSUMER = (*THINGS, "entitlement", "contract", *_BY_HAND)
_OF_PARTNER = ("partner_contact",)

_ITEM = "install_base_item"
_OUTSIDERS = ("contact", "consumer", "partner_contact")

RELATED_FIELDS: frozenset[str] = frozenset({*_CUSTOMER, *_OF_ACCOUNT, "product", "parent"})
"""The fields that name something else; only these bear on each other."""

_ACCOUNT_FROM_CONTACT = Reason("account_from_contact", "the account is the contact's", ("account",))
_ACCOUNT_FROM_ITEM = Reason(
    "account_from_install_base_item", "the account is that of the install base item", ("account",)
)
_CONSUMER_FROM_ITEM = Reason(
    "consumer_from_install_base_item", "the consumer is that of the install base item", ("consumer",)
)
_CONTACT_FROM_ITEM = Reason(
    "contact_from_install_base_item", "the contact is that of the install base item", ("contact",)
)
_ASSET_FROM_ITEM = Reason("asset_from_install_base_item", "the asset is that of the install base item", ("asset",))
_PRODUCT_FROM_ASSET = Reason("product_from_asset", "the product is the asset's model", ("product",))
_PRODUCT_FROM_SOLD = Reason("product_from_sold_product", "the product is that of the sold product", ("product",))
_PRODUCT_FROM_ITEM = Reason(
    "product_from_install_base_item", "the product is that of the install base item", ("product",)
)
_NO_CUSTOMER = Reason("customer_missing", "name an account, a consumer or a requester: it has no customer", _CUSTOMER)
_TWO_CUSTOMERS = Reason(
    "account_and_consumer", "an account and a consumer exclude each other; name one", ("account", "consumer")
)
_NO_PARTNER = Reason("partner_missing", "a partner's contact needs the partner", ("partner", "partner_contact"))
_BOTH_WAYS = Reason("by_hand_or_derived", "an agreement is set by hand or derived, not both", _BY_HAND)
_TAKEN_OUT = Reason(
    "install_base_item_inactive", "the install base item has been taken out; name what replaced it", (_ITEM,)
)

_Thing = TypeVar("_Thing", Asset, SoldProduct, InstallBaseItem)
_Owned: TypeAlias = Asset | SoldProduct | InstallBaseItem | ServiceContract | Entitlement


class Related(NamedTuple):
    """All that follows from the fields which were set, why, and what is wrong with it."""

    changes: dict[str, Any]
    reasons: list[Reason]
    refusals: list[Reason]


class _Then(NamedTuple):
    """The fields as they would be, those of them that were given, and what they are judged by."""

    fields: Mapping[str, Any]
    given: Mapping[str, Any]
    named: frozenset[str]
    facts: CaseFacts
    policy: SupportPolicy
    now: datetime
    says_whose: bool


def relate(
    given: Mapping[str, Any], present: Mapping[str, Any], facts: CaseFacts, policy: SupportPolicy, now: datetime
) -> Related:
    """The fields that were ``given``, those they bring and those they clear, on top of the ``present`` ones.

    ``facts`` are those of the fields as given. A field that is not there is None. Law: what is refused as no thing of
    the customer's brings nothing, and is not among the changes.
    """
    changes = dict(given)
    reasons = [
        *_customer_filled(changes, present, facts),
        *_cleared(changes, present),
        *_things_filled(changes, given, present, facts, policy, now),
    ]
    changes.update((flag, True) for name, flag in zip(_AGREEMENTS, _BY_HAND, strict=True) if name in given)
    named = frozenset(name for name, value in given.items() if value is not None)
    says_whose = not given.keys().isdisjoint(_CUSTOMER) or not changes.keys().isdisjoint(MODEL_OF)
    then = _Then({**present, **changes}, given, named, facts, policy, now, says_whose)
    refusals = list(_contradictions(then))
    for reason in refusals:
        for name in reason.fields:
            if name in THINGS:
                changes.pop(name, None)
    return Related(changes, reasons, refusals)


def outsiders_listed(fields: Mapping[str, Any]) -> Iterator[Reason]:
    """Why the work notes list of a case with these fields cannot be: what is noted inside is told to nobody outside."""
    listed = fields.get("work_notes_list")
    if listed:
        for name in _OUTSIDERS:
            if fields.get(name) in listed:
                text = f"{shown(fields[name])} is the case's {name.replace('_', ' ')}: work notes are told inside"
                yield Reason("not_inside", text, ("work_notes_list",))


def _customer_filled(changes: dict[str, Any], present: Mapping[str, Any], facts: CaseFacts) -> Iterator[Reason]:
    """A contact's account; where no customer is named at all, that of the install base item."""
    contact, item = facts.contact, facts.install_base_item
    if contact is not None and contact.id == changes.get("contact") and "account" not in changes:
        changes["account"] = contact.account
        yield _ACCOUNT_FROM_CONTACT
    is_nobodys = all(name not in changes and present.get(name) is None for name in ("account", "consumer"))
    if item is not None and item.id == changes.get("install_base_item") and is_nobodys:
        for name, owner, reason in (
            ("account", item.account, _ACCOUNT_FROM_ITEM),
            ("consumer", item.consumer, _CONSUMER_FROM_ITEM),
        ):
            if owner is not None:
                changes[name] = owner
                yield reason


def _things_filled(  # noqa: PLR0913, PLR0917 - what `relate` sees
    changes: dict[str, Any],
    given: Mapping[str, Any],
    present: Mapping[str, Any],
    facts: CaseFacts,
    policy: SupportPolicy,
    now: datetime,
) -> Iterator[Reason]:
    """What things bring: an asset that is given its product, always; the rest where it is blank, and was not emptied.

    What is given speaks before what is brought. What belongs to others brings nothing.
    """
    if not any(given.get(name) for name in THINGS):
        return
    whose = _Then({**present, **changes}, given, frozenset(), facts, policy, now, says_whose=False)
    asset = facts.asset
    sold, item = _own(facts.sold_product, "sold_product", whose), _own(facts.install_base_item, _ITEM, whose)
    own_asset = _own(asset, "asset", whose)
    if own_asset is not None and "product" not in given:
        changes["product"] = own_asset.product_model
        yield _PRODUCT_FROM_ASSET
    brought: list[tuple[str, str | None, Reason]] = []
    if sold is not None:
        brought.append(("product", sold.product, _PRODUCT_FROM_SOLD))
    if item is not None:
        brought.append(("product", item.product, _PRODUCT_FROM_ITEM))
        if item.account is not None and item.account == {**present, **changes}.get("account"):
            theirs = facts.contact is not None and (facts.contact.id, facts.contact.account) == (
                item.contact,
                item.account,
            )
            brought.append(("contact", item.contact if theirs else None, _CONTACT_FROM_ITEM))
        if asset is not None and asset.id == item.asset and _has_owner_of(asset, item):
            brought += [("asset", asset.id, _ASSET_FROM_ITEM), ("product", asset.product_model, _PRODUCT_FROM_ASSET)]
    for name, value, reason in brought:
        is_blank = name not in given and {**present, **changes}.get(name) is None
        if value is not None and is_blank:
            changes[name] = value
            yield reason


def _own(thing: _Thing | None, name: str, whose: _Then) -> _Thing | None:
    """The thing, if it is the one that was given, and the customer's."""
    return thing if thing is not None and thing.id == whose.given.get(name) and _is_theirs(thing, whose) else None


def _has_owner_of(asset: Asset, item: InstallBaseItem) -> bool:
    """Whether an asset is nobody's in particular, or that of whose the item is."""
    return (asset.account, asset.consumer) in {(None, None), (item.account, item.consumer)}


def _cleared(changes: dict[str, Any], present: Mapping[str, Any]) -> Iterator[Reason]:
    for name, owned in (("account", _OF_ACCOUNT), ("consumer", _OF_CONSUMER), ("partner", _OF_PARTNER)):
        if present.get(name) is not None and changes.get(name, present[name]) != present[name]:
            lost = tuple(field for field in owned if field not in changes and present[field])
            if lost:
                changes.update((field, False if field in _BY_HAND else None) for field in lost)
                yield Reason("cleared", f"another {name}: {', '.join(lost)} cleared", lost)


def _contradictions(then: _Then) -> Iterator[Reason]:
    """What is wrong with the fields as they would be, as far as it is about what was given."""
    fields, given, named = then.fields, then.given, then.named
    yield from major_with_customer(fields)
    if fields.get("major_case_state") != "accepted" and then.says_whose:
        yield from _no_such_customers(then)
    for name in ("account", "consumer", "product"):
        noun = getattr(then.facts, name)
        if name in named and (noun is None or noun.id != given[name]):
            yield _unknown(name, given, f"no {name} is known by that id")
    yield from _foreign(then)
    if any(given.get(name) and given.get(flag) is False for name, flag in zip(_AGREEMENTS, _BY_HAND, strict=True)):
        yield _BOTH_WAYS
    if "partner_contact" in named and fields.get("partner") is None:
        yield _NO_PARTNER
    if "parent" in named:
        yield from unfit_parent(fields, then.facts)


def _no_such_customers(then: _Then) -> Iterator[Reason]:
    """Whom a case may be for: the business models of the policy say it. A requester inside is no customer of theirs."""
    fields, policy = then.fields, then.policy
    if all(fields.get(name) is None for name in _CUSTOMER):
        yield _NO_CUSTOMER
    if policy.allows_consumers_of_accounts:
        return
    if fields.get("account") and fields.get("consumer"):
        yield _TWO_CUSTOMERS
    for name, model in MODEL_OF.items():
        if fields.get(name) and model not in policy.business_models:
            text = f"the policy has no business with {name}s, which is {model} or b2b2c"
            yield Reason("business_model", text, (name,))


def _foreign(then: _Then) -> Iterator[Reason]:
    """What belongs to others is as unknown as what does not exist: a refusal tells nobody which of the two it is."""
    fields, named, facts = then.fields, then.named, then.facts
    contact = facts.contact
    named_contact = (fields.get("contact"), fields.get("account"))
    if "contact" in named and (contact is None or (contact.id, contact.account) != named_contact):
        why = "the account has no such contact" if fields.get("account") else "there is no such contact"
        yield _unknown("contact", fields, why)
    for name in THINGS:
        thing = getattr(facts, name)
        if name in named and (thing is None or thing.id != fields[name] or not _is_theirs(thing, then)):
            yield _unknown(name, fields, f"the customer has no such {name.replace('_', ' ')}")
        elif name in named and _is_taken_out(thing, then):
            yield _TAKEN_OUT
    agreements: Mapping[str, Iterable[ServiceContract | Entitlement]] = {
        "contract": facts.contracts,
        "entitlement": facts.entitlements,
    }
    for name, nouns in agreements.items():
        if name in named and not any(noun.id == fields[name] and _is_agreed(noun, then) for noun in nouns):
            yield _unknown(name, fields, f"the customer has no such {name}")


def _is_taken_out(thing: Asset | SoldProduct | InstallBaseItem, then: _Then) -> bool:
    """Whether it is an item that is installed no more; one that will be taken out later still is."""
    if not isinstance(thing, InstallBaseItem) or thing.active:
        return False
    return covered(thing.uninstalled_on, None, then.policy.timezone)[0] <= then.now


def _is_agreed(noun: ServiceContract | Entitlement, then: _Then) -> bool:
    """Whether it is the customer's own, anyone's, or that of an account above from which it is inherited."""
    if _is_theirs(noun, then):
        return True
    facts = then.facts
    own = noun.inherits if isinstance(noun, Entitlement) else None
    inherits = then.policy.entitlements.inherit_from_parent_accounts if own is None else own
    known = facts.account is not None and facts.account.id == then.fields.get("account")
    return inherits and known and any(above.id == noun.account for above in facts.ancestors)


def _is_theirs(noun: _Owned, then: _Then) -> bool:
    """Whether it belongs to the case's customer, to their household, or to nobody in particular."""
    household = getattr(noun, "household", None)
    if noun.account is None and noun.consumer is None:
        if household is not None:
            return _live_in(household, then)
        return _is_open_to_all(noun, then)
    is_accounts = noun.account is not None and noun.account == then.fields.get("account")
    return is_accounts or (noun.consumer is not None and noun.consumer == then.fields.get("consumer"))


def _is_open_to_all(noun: _Owned, then: _Then) -> bool:
    """Whether what names no customer is for the case's: it is not under a contract of another's."""
    if isinstance(noun, Entitlement) and noun.contract is not None:
        return any(agreed.id == noun.contract and _is_agreed(agreed, then) for agreed in then.facts.contracts)
    return True


def _live_in(household: HouseholdId, then: _Then) -> bool:
    """Whether the case's consumer is a member of the household now, by days of the policy's zone."""
    consumer = then.fields.get("consumer")
    for home in then.facts.households:
        for member in home.members:
            if home.id == household and member.consumer == consumer:
                begins, ends = covered(member.starts_on, member.ends_on, then.policy.timezone)
                if begins <= then.now < ends:
                    return True
    return False


def _unknown(name: str, fields: Mapping[str, Any], why: str) -> Reason:
    return Reason(f"unknown_{name}", f"{shown(fields[name])}: {why}", (name,))
