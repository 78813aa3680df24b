"""What is known of the customers in a history, and of what was agreed with them, found by what a row names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import attrs

from csmcore.conditions import Record
from csmcore.errors import shown
from csmcore.model import (
    Account,
    AccountId,
    AgreementBook,
    CaseFacts,
    Entitlement,
    EntitlementDecision,
    EntitlementQuestion,
    Household,
    Reason,
    ServiceContract,
)
from csmcore.rules import Plan, derive_entitlement, facts_record

__all__ = ["ASKED", "Agreed", "Answer"]

ASKED: Final = (
    *("account", "contact", "consumer", "product", "asset", "sold_product", "install_base_item"),
    *("channel", "assignment_group"),
    *("contract", "contract_is_manual", "entitlement", "entitlement_is_manual"),
)
"""The fields of a row that decide about the entitlement."""

_OF_QUESTION: Final = tuple(name for name in ASKED if name not in {"contact", "assignment_group"})
"""What the entitlement depends on: not the contact, who brings the account, nor the group, which has but hours."""
_NAMED: Final = (
    ("account", "accounts", "unknown_customer"),
    ("contact", "contacts", "unknown_customer"),
    ("consumer", "consumers", "unknown_customer"),
    ("product", "products", "unknown_agreement"),
    ("asset", "assets", "unknown_agreement"),
    ("sold_product", "sold_products", "unknown_agreement"),
    ("install_base_item", "install_base_items", "unknown_agreement"),
    ("contract", "contracts", "unknown_agreement"),
    ("entitlement", "entitlements", "unknown_agreement"),
    ("assignment_group", "groups", "unknown_agreement"),
)
_CUSTOMERS: Final = ("account", "contact", "consumer")
_OWNERS: Final = ("account", "consumer", "household")
_NOBODY: Final = (("nobody", None),)

_Agreement = TypeVar("_Agreement", ServiceContract, Entitlement)


@attrs.frozen
class Answer:
    """What a row's fields come to with what is known: the derivation, the fields that follow, what is not known."""

    derivation: EntitlementDecision
    fields: Record
    unknown: tuple[Reason, ...]


class _ByCustomer(Generic[_Agreement]):
    """Agreements by account, by consumer, by household, or for nobody in particular."""

    def __init__(self, agreements: Iterable[_Agreement]) -> None:
        self._found: defaultdict[tuple[str, str | None], list[_Agreement]] = defaultdict(list)
        for one in agreements:
            keys = [(kind, name) for kind in _OWNERS if (name := getattr(one, kind, None)) is not None]
            for key in keys or _NOBODY:
                self._found[key].append(one)

    def of(
        self, accounts: Iterable[Account], consumer: str | None, households: Iterable[Household]
    ) -> tuple[_Agreement, ...]:
        """Those of the accounts, of the consumer, of the households and of nobody, each once."""
        keys = [*_NOBODY, *(("account", account.id) for account in accounts), ("consumer", consumer)]
        keys += [("household", household.id) for household in households]
        return tuple({one.id: one for key in keys for one in self._found.get(key, ())}.values())


class Agreed:
    """A book of agreements, indexed by customer. It changes nothing and keeps nothing but the index."""

    def __init__(self, book: AgreementBook, plan: Plan) -> None:
        self._book = book
        self._plan = plan
        self._households: defaultdict[str, list[Household]] = defaultdict(list)
        for household in book.households.values():
            for consumer in {member.consumer for member in household.members}:
                self._households[consumer].append(household)
        self._contracts = _ByCustomer(book.contracts.values())
        self._entitlements = _ByCustomer(book.entitlements.values())

    def answer(self, told: Mapping[str, Any], at: datetime) -> Answer:
        """The entitlement and contract of a case of which this is told, as of the instant.

        A contact brings their account; an asset, or else what was sold or installed, its product, where none is told. A
        contract or entitlement that is told stays, as set by hand, unless the history says that it was derived.
        """
        brought = self._brought(told)
        told = {**told, **brought}
        facts = self.facts(told)
        derivation = derive_entitlement(_question(told), facts, self._plan.policy, at, self._plan.strategies)
        agreed = derivation.case_fields
        fields = {
            **brought,
            **agreed,
            **facts_record(facts, {**told, **agreed}),
        }
        return Answer(derivation, fields, tuple(self._unknown(told)))

    def _brought(self, told: Mapping[str, Any]) -> dict[str, str]:
        """What the contact, the asset, and what was sold or installed say that the history does not."""
        book = self._book
        contact = book.contacts.get(told.get("contact", ""))
        asset = book.assets.get(told.get("asset", ""))
        sold = book.sold_products.get(told.get("sold_product", ""))
        installed = book.install_base_items.get(told.get("install_base_item", ""))
        products = (asset and asset.product_model, sold and sold.product, installed and installed.product)
        found: dict[str, str | None] = {
            "account": None if contact is None else contact.account,
            "product": next((product for product in products if product), None),
        }
        return {name: value for name, value in found.items() if value is not None and told.get(name) is None}

    def facts(self, told: Mapping[str, Any]) -> CaseFacts:
        """What is known of what is told, and the agreements of its customer."""
        book, line = self._book, self._line(told.get("account"))
        consumer, contract, entitlement = map(told.get, ("consumer", "contract", "entitlement"))
        asset = book.assets.get(told.get("asset", ""))
        households = tuple(self._households.get(consumer or "", ()))
        return CaseFacts(
            account=line[0] if line else None,
            ancestors=line[1:],
            contact=book.contacts.get(told.get("contact", "")),
            consumer=book.consumers.get(consumer) if consumer else None,
            product=book.products.get(told.get("product", "")),
            households=households,
            asset=asset,
            sold_product=book.sold_products.get(told.get("sold_product", "")),
            install_base_item=book.install_base_items.get(told.get("install_base_item", "")),
            location=None if asset is None or asset.location is None else book.locations.get(asset.location),
            group=book.groups.get(told.get("assignment_group", "")),
            contracts=_with(
                self._contracts.of(line, consumer, households), book.contracts.get(contract) if contract else None
            ),
            entitlements=_with(
                self._entitlements.of(line, consumer, households),
                book.entitlements.get(entitlement) if entitlement else None,
            ),
        )

    def _line(self, identity: AccountId | None) -> tuple[Account, ...]:
        """The account and those above it, nearest first; a line of parents that comes back on itself ends there."""
        line: dict[AccountId, Account] = {}
        while identity is not None and identity not in line and (found := self._book.accounts.get(identity)):
            line[identity] = found
            identity = found.parent
        return tuple(line.values())

    def _unknown(self, told: Mapping[str, Any]) -> Iterator[Reason]:
        """What the book does not have of what the history names; and that it names no customer."""
        book = self._book
        has_customers = bool(book.accounts or book.contacts or book.consumers)
        if has_customers and not any(told.get(name) for name in _CUSTOMERS):
            yield Reason("no_customer", "it names no account, contact or consumer", _CUSTOMERS)
        for name, section, code in _NAMED:
            identity = told.get(name)
            if name == "assignment_group" and not book.groups:
                continue  # agreements need not say who works on cases
            if identity is not None and identity not in getattr(book, section):
                yield Reason(code, f"the agreements have no {name} {shown(identity)}", (name,))


def _question(told: Mapping[str, Any]) -> EntitlementQuestion:
    """What is told, as a question. What is there was set by hand, unless it is told otherwise."""
    given = {name: value for name in _OF_QUESTION if (value := told.get(name)) is not None}
    by_hand = {f"{name}_is_manual": name in given for name in ("contract", "entitlement")}
    return EntitlementQuestion(**{**by_hand, **given})


def _with(found: tuple[_Agreement, ...], named: _Agreement | None) -> tuple[_Agreement, ...]:
    """The agreements of a customer, and the one that the history names whosever it is."""
    return found if named is None or named in found else found + (named,)  # noqa: RUF005 - mypy knows its type
