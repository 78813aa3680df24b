"""What a rule needs to know about a case, asked of the host."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from csmcore.model import (
    AccountId,
    Actor,
    Asset,
    AssignCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    ConsumerId,
    Contact,
    Entitlement,
    GroupId,
    InstallBaseItem,
    LedgerEntry,
    OpenCase,
    ProductModelId,
    SoldProduct,
    SupportPolicy,
    UpdateCase,
)
from csmcore.ports import Host
from csmcore.services.surroundings import around_case, around_opening

__all__ = ["facts_of_case", "facts_of_opening"]

_Id = TypeVar("_Id", bound=str)
_Noun = TypeVar("_Noun")

_NAMED = ("account", "contact", "consumer", "product", "asset", "sold_product", "install_base_item")
_OF_CUSTOMER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "account": ("contact", "asset", "sold_product", "install_base_item"),
        "consumer": ("asset", "sold_product", "install_base_item"),
    }
)
"""What another one takes off a case."""


def facts_of_opening(host: Host, command: OpenCase, actor: Actor, policy: SupportPolicy, now: datetime) -> CaseFacts:
    """What is known of the customer, the product and the agreements of a case that is to be opened."""
    given = {name: value for name in _NAMED if (value := getattr(command, name)) is not None}
    followed = None if command.follow_up_of is None else host.case(command.follow_up_of)
    named = _Named(host, given, {})
    more = around_opening(host, command, named.account, actor, policy, now)
    pinned = None if followed is None else host.policy(followed.policy)
    more |= {"followed": followed, "followed_policy": pinned}
    return _facts(host, named, command.assignment_group, None, more)


def facts_of_case(  # noqa: PLR0913, PLR0917 - what a rule looks at depends on all of them
    host: Host,
    case: Case,
    policy: SupportPolicy,
    now: datetime,
    command: CaseCommand | None = None,
    actor: Actor | None = None,
) -> CaseFacts:
    """What is known of those of a case, as the command would have it, and of what it took from entitlements so far."""
    given = command.changes if isinstance(command, UpdateCase) else {}
    named = _Named(host, given, {name: getattr(case, name) for name in _NAMED})
    moved = command.group if isinstance(command, AssignCase) else None
    more = around_case(host, case, command, actor, policy, now)
    return _facts(host, named, moved or case.assignment_group, case.id, more)


class _Named:
    """Whom and what a case names once the fields that are ``given`` have been set over those ``held``.

    It is as `csmcore.rules.intake.relating` has it: first the customer, then what another customer takes off the case,
    then what things bring where nothing was said.
    """

    def __init__(self, host: Host, given: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        self._given = given
        self._ids = {**held, **given}
        item_id = self._ids.get("install_base_item")
        item = _found(host.install_base_item, item_id)
        brings = item if item is not None and given.get("install_base_item") == item_id else None
        contact = _found(host.contact, self._ids.get("contact"))
        self._name_customer(contact, brings)
        for name, theirs in _OF_CUSTOMER.items():
            if held.get(name) is not None and self._ids.get(name) != held[name]:
                self._ids.update((owned, None) for owned in theirs if owned not in given)
        if brings is not None and brings.account == self.account:
            self._fill("contact", brings.contact)
        if brings is not None:
            self._fill("asset", brings.asset)
        same = contact is not None and contact.id == self._ids.get("contact")
        self.contact = contact if same else _found(host.contact, self._ids.get("contact"))
        self.asset: Asset | None = _found(host.asset, self._ids.get("asset"))
        self.sold_product: SoldProduct | None = _found(host.sold_product, self._ids.get("sold_product"))
        self.item = item if self._ids.get("install_base_item") == item_id else None
        self._name_product(brings)

    @property
    def account(self) -> AccountId | None:
        """The account's id."""
        return self._ids.get("account")

    @property
    def consumer(self) -> ConsumerId | None:
        """The consumer's id."""
        return self._ids.get("consumer")

    @property
    def product(self) -> ProductModelId | None:
        """The product's id."""
        return self._ids.get("product")

    def _fill(self, name: str, value: str | None) -> None:
        if name not in self._given and self._ids.get(name) is None:
            self._ids[name] = value

    def _name_customer(self, contact: Contact | None, brings: InstallBaseItem | None) -> None:
        if contact is not None and self._given.get("contact") is not None and "account" not in self._given:
            self._ids["account"] = contact.account
        if brings is not None and self.account is None and self.consumer is None:
            self._fill("account", brings.account)
            self._fill("consumer", brings.consumer)

    def _name_product(self, brings: InstallBaseItem | None) -> None:
        asset, sold = self.asset, self.sold_product
        if asset is not None and self._given.get("asset") is not None and "product" not in self._given:
            self._ids["product"] = asset.product_model
        if sold is not None and self._given.get("sold_product") is not None:
            self._fill("product", sold.product)
        if brings is not None:
            self._fill("product", brings.product)
            self._fill("product", None if asset is None else asset.product_model)


def _facts(
    host: Host,
    named: _Named,
    group: GroupId | None,
    case_id: CaseId | None,
    more: Mapping[str, Any],
) -> CaseFacts:
    """What a case took so far is asked of one that there is; the time that was worked on it, where time counts."""
    account_id, consumer_id, asset = named.account, named.consumer, named.asset
    line = () if account_id is None else tuple(host.accounts(account_id))
    above = [account.id for account in line]
    entitlements = tuple(host.entitlements(above, consumer_id))
    taken = () if case_id is None else tuple(host.consumption(case_id))
    counts_time = case_id is not None and any(noun.unit == "hours" and noun.per_unit for noun in entitlements)
    return CaseFacts(
        account=next(iter(line), None),
        ancestors=line[1:],
        contact=named.contact,
        consumer=_found(host.consumer, consumer_id),
        households=() if consumer_id is None else tuple(host.households(consumer_id)),
        product=_found(host.product, named.product),
        asset=asset,
        sold_product=named.sold_product,
        install_base_item=named.item,
        contracts=tuple(host.contracts(above, consumer_id)),
        entitlements=entitlements,
        location=_found(host.location, None if asset is None else asset.location),
        group=_found(host.group, group),
        consumption=taken,
        consumed=tuple(_consumed(host, taken, entitlements)) if taken else (),
        time_entries=tuple(host.time_entries(case_id)) if case_id is not None and counts_time else (),
        **more,
    )


def _found(port: Callable[[_Id], _Noun | None], identity: _Id | None) -> _Noun | None:
    return None if identity is None else port(identity)


def _consumed(host: Host, taken: Sequence[LedgerEntry], known: Sequence[Entitlement]) -> Iterator[Entitlement]:
    names = dict.fromkeys(entry.entitlement for entry in taken)
    for noun in known:
        names.pop(noun.id, None)
    for name in names:
        found = host.entitlement(name)
        if found is not None:
            yield found
