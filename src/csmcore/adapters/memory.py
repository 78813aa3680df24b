"""A host that keeps everything in the process: for tests, notebooks, and to read what the ports mean."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from threading import RLock
from typing import Any, Generic, TypeAlias, TypeVar

import attrs

from csmcore.adapters.clocks import SystemClock
from csmcore.errors import InvalidValue, StaleVersion
from csmcore.model import (
    Account,
    AccountId,
    AccountRelationship,
    AccountRelationshipType,
    Activity,
    AgreementBook,
    Asset,
    AssetId,
    BookEntry,
    Case,
    CaseId,
    ChildCase,
    CommandId,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    ContractRelationship,
    Entitlement,
    EntitlementId,
    Escalation,
    Group,
    GroupId,
    Household,
    InstallBaseItem,
    InstallBaseItemId,
    LedgerEntry,
    Location,
    LocationId,
    LogEntry,
    PolicyRef,
    ProductModel,
    ProductModelId,
    RelationshipTypeId,
    ServiceContract,
    SlaState,
    SoldProduct,
    SoldProductId,
    SupportPolicy,
    TimeEntry,
    User,
    UserId,
)
from csmcore.ports import Clock

__all__ = ["MemoryHost"]

_Noun = TypeVar("_Noun", bound=BookEntry | TimeEntry)
_Found = TypeVar("_Found")
_Key: TypeAlias = tuple[str, str]

_NOBODY = ("", "")
_NAMES = ("account", "consumer", "household", "contract")


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


class MemoryHost:
    """Every port of `csmcore.ports.Host`, in memory. It may be shared by threads: one lock guards all of it.

    It begins with a policy and, if there is one, a book of agreements; `add` and `publish` bring more. Cases are called
    ``CS0000001`` and so on. Without a ``clock`` it is the machine's time.
    """

    def __init__(self, policy: SupportPolicy, book: AgreementBook | None = None, *, clock: Clock | None = None) -> None:
        self._lock = RLock()
        self._clock = SystemClock() if clock is None else clock
        self._policy = policy
        self._policies = {policy.ref: policy}
        self._cases: dict[CaseId, Case] = {}
        self._clocks: dict[CaseId, SlaState] = {}
        self._activity: dict[CaseId, list[Activity]] = {}
        self._entries: dict[CaseId, list[LogEntry]] = {}
        self._commands: dict[CommandId, LogEntry] = {}
        self._numbered = 0
        self._below: dict[CaseId, dict[CaseId, None]] = defaultdict(dict)
        self._escalated: dict[AccountId, Escalation] = {}
        self._taken: dict[CaseId, list[LedgerEntry]] = {}
        self._known: dict[type, _Index[Any]] = defaultdict(_Index)
        if book is not None:
            sections = (getattr(book, field.name) for field in attrs.fields(AgreementBook))
            self.add(*(entry for section in sections for entry in section.values()))

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

    def publish(self, policy: SupportPolicy) -> None:
        """Open new cases under this policy; those that are open keep theirs."""
        with self._lock:
            self._policy = self._policies[policy.ref] = policy

    # --- cases -------------------------------------------------------------------------------------------------------

    def case(self, case_id: CaseId) -> Case | None:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            return self._cases.get(case_id)

    def clocks(self, case_id: CaseId, version: int) -> SlaState | None:
        """See `csmcore.ports.ClockStore`."""
        with self._lock:
            case = self._cases.get(case_id)
            return self._clocks[case_id] if case is not None and case.version == version else None

    def activity(self, case_id: CaseId) -> Sequence[Activity]:
        """See `csmcore.ports.ActivityStore`."""
        with self._lock:
            return tuple(self._activity.get(case_id, ()))

    def entries(self, case_id: CaseId) -> Sequence[LogEntry]:
        """See `csmcore.ports.EventLog`."""
        with self._lock:
            return tuple(self._entries.get(case_id, ()))

    def entry(self, command_id: CommandId) -> LogEntry | None:
        """See `csmcore.ports.EventLog`."""
        with self._lock:
            return self._commands.get(command_id)

    def commit(self, case: Case, sla: SlaState, activity: Sequence[Activity], entry: LogEntry) -> None:
        """See `csmcore.ports.UnitOfWork`."""
        with self._lock:
            before, receipt = self._cases.get(case.id), entry.receipt
            found = 0 if before is None else before.version
            if found != case.version - 1:
                raise StaleVersion(case.id, case.version - 1, found)
            if receipt is not None and receipt.command_id in self._commands:
                raise StaleVersion(case.id, case.version - 1)
            if entry.ledger:
                self._count(entry.ledger)
            if receipt is not None:
                self._commands[receipt.command_id] = entry
            self._move(case, None if before is None else before.parent)
            self._cases[case.id] = case
            self._clocks[case.id] = sla
            self._activity.setdefault(case.id, []).extend(activity)
            self._entries.setdefault(case.id, []).append(entry)

    def _move(self, case: Case, above: CaseId | None) -> None:
        """Find a case among the children of its parent, and no longer among those of the one before."""
        if case.parent != above:
            if above is not None:
                self._below[above].pop(case.id, None)
            if case.parent is not None:
                self._below[case.parent][case.id] = None

    def children(self, case_id: CaseId) -> Iterable[ChildCase]:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            return [ChildCase.of(self._cases[child]) for child in self._below.get(case_id, ())]

    def cases_opened(self, consumer_id: ConsumerId, since: datetime) -> int:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            return sum(case.consumer == consumer_id and case.opened_at > since for case in self._cases.values())

    def _count(self, ledger: Sequence[LedgerEntry]) -> None:
        """Add entries to their ledgers, or none of them."""
        rows: dict[EntitlementId, Entitlement] = {}
        for entry in ledger:
            row = rows.get(entry.entitlement) or self._find(Entitlement, entry.entitlement)
            if row is None or row.ledger_entries != entry.sequence - 1:
                raise StaleVersion(entry.case, entry.case_version - 1, entitlement=entry.entitlement)
            rows[row.id] = row.counting(entry)
        self.add(*rows.values())
        for entry in ledger:
            self._taken.setdefault(entry.case, []).append(entry)

    def next_case(self) -> tuple[CaseId, str]:
        """See `csmcore.ports.Numbering`."""
        with self._lock:
            self._numbered += 1
            number = f"CS{self._numbered:07}"
        return CaseId(number), number

    # --- facts -------------------------------------------------------------------------------------------------------

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

    def escalate_account(self, escalation: Escalation) -> None:
        """Keep what was decided about an account's escalation. Raises InvalidValue for one of a case."""
        if escalation.account is None:
            raise InvalidValue("escalation", "it is of a case, which keeps its own", "give one of an account")
        with self._lock:
            self._escalated[escalation.account] = escalation

    def account_escalation(self, account_id: AccountId) -> Escalation | None:
        """See `csmcore.ports.Escalations`."""
        with self._lock:
            return self._escalated.get(account_id)

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

    def consumption(self, case_id: CaseId) -> Sequence[LedgerEntry]:
        """See `csmcore.ports.Ledger`."""
        with self._lock:
            return tuple(self._taken.get(case_id, ()))

    def entitlement(self, entitlement_id: EntitlementId) -> Entitlement | None:
        """See `csmcore.ports.Ledger`."""
        return self._find(Entitlement, entitlement_id)

    def time_entries(self, case_id: CaseId) -> Sequence[TimeEntry]:
        """See `csmcore.ports.TimeLog`."""
        return self._for(TimeEntry, ("case", case_id))

    def records_of(self, account_id: AccountId, kind: type[_Found]) -> Iterable[_Found]:
        """See `csmcore.ports.AccountRecords`."""
        if kind is Case:
            with self._lock:
                return [case for case in self._cases.values() if case.account == account_id and isinstance(case, kind)]
        keys: list[_Key] = [("account", account_id)]
        if kind in {Entitlement, ContractRelationship}:
            contracts = self._for(ServiceContract, ("account", account_id))
            keys += (("contract", contract.id) for contract in contracts)
        return self._for(kind, *keys)

    def relationship_type(self, type_id: RelationshipTypeId) -> AccountRelationshipType | None:
        """See `csmcore.ports.AccountRecords`."""
        return self._find(AccountRelationshipType, type_id)

    # --- policy and time ---------------------------------------------------------------------------------------------

    def current_policy(self) -> SupportPolicy:
        """See `csmcore.ports.PolicyStore`."""
        with self._lock:
            return self._policy

    def policy(self, ref: PolicyRef) -> SupportPolicy | None:
        """See `csmcore.ports.PolicyStore`."""
        with self._lock:
            return self._policies.get(ref)

    def now(self) -> datetime:
        """See `csmcore.ports.Clock`."""
        return self._clock.now()

    def _find(self, kind: type[_Found], identity: str) -> _Found | None:
        with self._lock:
            found: _Found | None = self._known[kind].nouns.get(identity)
        return found

    def _for(self, kind: type[_Found], *keys: _Key) -> list[_Found]:
        """Those of a kind that are for any of these, each once."""
        with self._lock:
            return self._known[kind].find(*keys)
