"""The nouns that a host in memory knows: who and what there is, found by its id and by whom it is for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from threading import RLock
from typing import Any, Generic, TypeAlias, TypeVar

import attrs

from csmcore.model import (
    Account,
    AccountId,
    AccountRelationship,
    AccountRelationshipType,
    AgreementBook,
    Asset,
    AssetId,
    BookEntry,
    Case,
    CaseId,
    ConfigurationItemId,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    ContractRelationship,
    Entitlement,
    EntitlementId,
    Group,
    GroupId,
    Household,
    HouseholdId,
    InstallBaseItem,
    InstallBaseItemId,
    Location,
    LocationId,
    ProductModel,
    ProductModelId,
    RelationshipTypeId,
    ServiceContract,
    SoldProduct,
    SoldProductId,
    SpecialHandlingNote,
    TimeEntry,
    User,
    UserId,
)

__all__ = ["KnownNouns"]

_Noun = TypeVar("_Noun", bound=BookEntry | TimeEntry)
_Found = TypeVar("_Found")
_Key: TypeAlias = tuple[str, str]

_NOBODY = ("", "")
_NAMES = ("account", "consumer", "household", "contract", "configuration_item")
_ON_RECORDS = ("account", "contact", "consumer", "product", "asset", "case")


@attrs.define(eq=False)
class _Index(Generic[_Noun]):
    """Nouns of one kind, by their id and by whom or what they are for."""

    nouns: dict[str, _Noun] = attrs.field(factory=dict)
    keys: dict[str, tuple[_Key, ...]] = attrs.field(factory=dict)
    by_key: dict[_Key, dict[str, _Noun]] = attrs.field(factory=dict)

    def put(self, noun: _Noun, *keys: _Key) -> None:
        """Add it, or put it in the place of the one with its id."""
        for key in self.keys.get(noun.id, ()):
            if key not in keys:
                del self.by_key[key][noun.id]
        for key in keys:
            self.by_key.setdefault(key, {})[noun.id] = noun
        self.keys[noun.id] = keys
        self.nouns[noun.id] = noun

    def find(self, *keys: _Key) -> list[_Noun]:
        """Those that are for any of these, each once."""
        return list({identity: noun for key in keys for identity, noun in self.by_key.get(key, {}).items()}.values())


def _keys(noun: BookEntry | TimeEntry) -> Iterator[_Key]:
    """Whom or what a noun is found by; an agreement for nobody in particular is for everybody."""
    match noun:
        case TimeEntry():
            yield "case", noun.case
        case SpecialHandlingNote():
            on = ((kind, getattr(noun, kind)) for kind in _ON_RECORDS)
            yield next(((kind, str(value)) for kind, value in on if value is not None), _NOBODY)
        case User():
            yield from (("group", str(group)) for group in noun.groups)
        case Household():
            yield from dict.fromkeys(("member", str(member.consumer)) for member in noun.members)
        case Account():
            if noun.parent is not None:
                yield "account", noun.parent
        case AccountRelationship():
            yield "account", noun.from_account
            yield "account", noun.to_account
        case _:
            named = [(name, str(value)) for name in _NAMES if (value := getattr(noun, name, None)) is not None]
            yield from named
            if isinstance(noun, Entitlement) and not named:
                yield _NOBODY


class KnownNouns:
    """The ports of `csmcore.ports.Host` that tell of customers, things, people and agreements, in memory."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._known: dict[type, _Index[Any]] = defaultdict(_Index)

    def add(self, *entries: BookEntry | TimeEntry) -> None:
        """Know these; each takes the place of the one with its id.

        An entitlement comes with what was used of it: to change another field of it, begin with what `entitlement`
        gives.
        """
        with self._lock:
            for entry in entries:
                self._known[type(entry)].put(entry, *_keys(entry))

    def book(self) -> AgreementBook:
        """All customers and agreements as they are now. Cases, ledgers and times that were worked are in no book."""
        with self._lock:
            entries = [
                noun for kind, known in self._known.items() if kind is not TimeEntry for noun in known.nouns.values()
            ]
        return AgreementBook.of(*entries)

    def accounts(self, account_id: AccountId) -> Sequence[Account]:
        """See `csmcore.ports.CustomerDirectory`. A line of parents that comes back on itself ends there."""
        line: list[Account] = []
        seen: set[AccountId] = set()
        above: AccountId | None = account_id
        with self._lock:
            while above is not None and (account := self._find(Account, above)) is not None:
                line.append(account)
                above = None if account.id in seen else account.parent
                seen.add(account.id)
        return tuple(line)

    def contact(self, contact_id: ContactId) -> Contact | None:
        """See `csmcore.ports.CustomerDirectory`."""
        return self._find(Contact, contact_id)

    def consumer(self, consumer_id: ConsumerId) -> Consumer | None:
        """See `csmcore.ports.CustomerDirectory`."""
        return self._find(Consumer, consumer_id)

    def household(self, household_id: HouseholdId) -> Household | None:
        """See `csmcore.ports.CustomerDirectory`."""
        return self._find(Household, household_id)

    def households(self, consumer_id: ConsumerId) -> Sequence[Household]:
        """See `csmcore.ports.CustomerDirectory`. Those that they were in once are among them."""
        return self._for(Household, ("member", consumer_id))

    def product(self, product_id: ProductModelId) -> ProductModel | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(ProductModel, product_id)

    def asset(self, asset_id: AssetId) -> Asset | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(Asset, asset_id)

    def sold_product(self, sold_product_id: SoldProductId) -> SoldProduct | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(SoldProduct, sold_product_id)

    def install_base_item(self, item_id: InstallBaseItemId) -> InstallBaseItem | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(InstallBaseItem, item_id)

    def items_of(self, configuration_item_id: ConfigurationItemId) -> Sequence[InstallBaseItem]:
        """See `csmcore.ports.Catalogue`."""
        return self._for(InstallBaseItem, ("configuration_item", configuration_item_id))

    def handling_notes(self, case: Case, product_id: ProductModelId | None) -> Iterable[SpecialHandlingNote]:
        """See `csmcore.ports.HandlingNotes`."""
        named = [(kind, str(value)) for kind in _ON_RECORDS if (value := getattr(case, kind, None)) is not None]
        return self._for(SpecialHandlingNote, *named, ("product", product_id or ""), ("case", case.id), _NOBODY)

    def location(self, location_id: LocationId) -> Location | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(Location, location_id)

    def group(self, group_id: GroupId) -> Group | None:
        """See `csmcore.ports.Workforce`."""
        return self._find(Group, group_id)

    def user(self, user_id: UserId) -> User | None:
        """See `csmcore.ports.Workforce`."""
        return self._find(User, user_id)

    def members(self, group_id: GroupId) -> Sequence[User]:
        """See `csmcore.ports.Workforce`."""
        return self._for(User, ("group", group_id))

    def contracts(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> Iterable[ServiceContract]:
        """See `csmcore.ports.Agreements`."""
        return self._for(ServiceContract, *self._customers(accounts, consumer))

    def entitlements(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> Iterable[Entitlement]:
        """See `csmcore.ports.Agreements`."""
        agreed = (("contract", str(contract.id)) for contract in self.contracts(accounts, consumer))
        return self._for(Entitlement, *self._customers(accounts, consumer), *agreed, _NOBODY)

    def _customers(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> list[_Key]:
        keys = [*(("account", str(account)) for account in accounts)]
        if consumer is not None:
            keys.append(("consumer", str(consumer)))
            keys += (("household", str(home.id)) for home in self.households(consumer))
        return keys

    def entitlement(self, entitlement_id: EntitlementId) -> Entitlement | None:
        """See `csmcore.ports.Ledger`."""
        return self._find(Entitlement, entitlement_id)

    def time_entries(self, case_id: CaseId) -> Sequence[TimeEntry]:
        """See `csmcore.ports.TimeLog`."""
        return self._for(TimeEntry, ("case", case_id))

    def relationship_type(self, type_id: RelationshipTypeId) -> AccountRelationshipType | None:
        """See `csmcore.ports.AccountRecords`."""
        return self._find(AccountRelationshipType, type_id)

    def records_of(self, account_id: AccountId, kind: type[_Found]) -> Iterable[_Found]:
        """See `csmcore.ports.AccountRecords`."""
        keys: list[_Key] = [("account", account_id)]
        if kind in {Entitlement, ContractRelationship}:
            contracts = self._for(ServiceContract, ("account", account_id))
            keys += (("contract", contract.id) for contract in contracts)
        return self._for(kind, *keys)

    def _find(self, kind: type[_Found], identity: str) -> _Found | None:
        with self._lock:
            found: _Found | None = self._known[kind].nouns.get(identity)
        return found

    def _for(self, kind: type[_Found], *keys: _Key) -> list[_Found]:
        """Those of a kind that are for any of these, each once."""
        with self._lock:
            return self._known[kind].find(*keys)
