"""A host that keeps everything in the process: for tests, notebooks, and to read what the ports mean."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import RLock
from typing import Generic, TypeAlias, TypeVar

import attrs

from csmcore.adapters.clocks import SystemClock
from csmcore.errors import StaleVersion
from csmcore.model import (
    Account,
    AccountId,
    Activity,
    AgreementBook,
    Asset,
    AssetId,
    Case,
    CaseId,
    CommandId,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    Entitlement,
    Group,
    GroupId,
    Location,
    LocationId,
    LogEntry,
    PolicyRef,
    ProductModel,
    ProductModelId,
    ServiceContract,
    SlaState,
    SupportPolicy,
)
from csmcore.ports import Clock

__all__ = ["MemoryHost"]

_Agreement = TypeVar("_Agreement", ServiceContract, Entitlement)
_Noun = TypeVar("_Noun", Account, Contact, Consumer, ProductModel, Asset, Location, Group)
_Known: TypeAlias = Account | Contact | Consumer | ProductModel | Asset | Location | Group

_NOBODY = ("", "")


@attrs.define(eq=False)
class _ByCustomer(Generic[_Agreement]):
    """Agreements by the account or consumer that they are for; those for nobody in particular are for everybody."""

    customers: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    of_customer: dict[tuple[str, str], dict[str, _Agreement]] = attrs.field(factory=dict)

    def put(self, noun: _Agreement) -> None:
        """Add it, or put it in the place of the one with its id."""
        if noun.id in self.customers:
            del self.of_customer[self.customers[noun.id]][noun.id]
        if noun.account is not None:
            key = ("account", str(noun.account))
        elif noun.consumer is not None:
            key = ("consumer", str(noun.consumer))
        else:
            key = _NOBODY
        self.customers[noun.id] = key
        self.of_customer.setdefault(key, {})[noun.id] = noun

    def find(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> list[_Agreement]:
        """Those of the accounts, of the consumer, and of nobody."""
        keys = [*(("account", account) for account in accounts), _NOBODY]
        if consumer is not None:
            keys.append(("consumer", consumer))
        return [noun for key in keys for noun in self.of_customer.get(key, {}).values()]


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
        self._known: dict[tuple[type[_Known], str], _Known] = {}
        self._contracts = _ByCustomer[ServiceContract]()
        self._entitlements = _ByCustomer[Entitlement]()
        if book is not None:
            people = (book.accounts, book.contacts, book.consumers)
            things = (book.products, book.assets, book.contracts, book.entitlements)
            places = (book.locations, book.groups)
            self.add(*(entry for section in (*people, *things, *places) for entry in section.values()))

    def add(self, *entries: _Known | ServiceContract | Entitlement) -> None:
        """Know these; each takes the place of the one with its id."""
        with self._lock:
            for entry in entries:
                if isinstance(entry, ServiceContract):
                    self._contracts.put(entry)
                elif isinstance(entry, Entitlement):
                    self._entitlements.put(entry)
                else:
                    self._known[type(entry), entry.id] = entry

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
            if receipt is not None:
                if receipt.command_id in self._commands:
                    raise StaleVersion(case.id, case.version - 1)
                self._commands[receipt.command_id] = entry
            self._cases[case.id] = case
            self._clocks[case.id] = sla
            self._activity.setdefault(case.id, []).extend(activity)
            self._entries.setdefault(case.id, []).append(entry)

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

    def product(self, product_id: ProductModelId) -> ProductModel | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(ProductModel, product_id)

    def asset(self, asset_id: AssetId) -> Asset | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(Asset, asset_id)

    def location(self, location_id: LocationId) -> Location | None:
        """See `csmcore.ports.Catalogue`."""
        return self._find(Location, location_id)

    def group(self, group_id: GroupId) -> Group | None:
        """See `csmcore.ports.Workforce`."""
        return self._find(Group, group_id)

    def contracts(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> Iterable[ServiceContract]:
        """See `csmcore.ports.Agreements`."""
        with self._lock:
            return self._contracts.find(accounts, consumer)

    def entitlements(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> Iterable[Entitlement]:
        """See `csmcore.ports.Agreements`."""
        with self._lock:
            return self._entitlements.find(accounts, consumer)

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

    def _find(self, kind: type[_Noun], identity: str) -> _Noun | None:
        with self._lock:
            found = self._known.get((kind, identity))
        return found if isinstance(found, kind) else None
