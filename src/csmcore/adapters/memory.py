"""A host that keeps everything in the process: for tests, notebooks, and to read what the ports mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from csmcore.adapters.clocks import SystemClock
from csmcore.adapters.known import KnownNouns
from csmcore.errors import InvalidValue, StaleVersion
from csmcore.model import (
    AccountId,
    Activity,
    AgreementBook,
    AlertId,
    Case,
    CaseId,
    ChildCase,
    CommandId,
    ConsumerId,
    Entitlement,
    EntitlementId,
    Escalation,
    LedgerEntry,
    LogEntry,
    PolicyRef,
    SlaState,
    SupportPolicy,
)
from csmcore.ports import Clock

__all__ = ["MemoryHost"]

_Found = TypeVar("_Found")


class MemoryHost(KnownNouns):
    """Every port of `csmcore.ports.Host`, in memory. It may be shared by threads: one lock guards all of it.

    It begins with a policy and, if there is one, a book of agreements; `add` and `publish` bring more. Cases are called
    ``CS0000001`` and so on. Without a ``clock`` it is the machine's time.
    """

    def __init__(self, policy: SupportPolicy, book: AgreementBook | None = None, *, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = SystemClock() if clock is None else clock
        self._policy = policy
        self._policies = {policy.ref: policy}
        self._cases: dict[CaseId, Case] = {}
        self._clocks: dict[CaseId, SlaState] = {}
        self._activity: dict[CaseId, list[Activity]] = {}
        self._entries: dict[CaseId, list[LogEntry]] = {}
        self._commands: dict[CommandId, LogEntry] = {}
        self._numbered = 0
        self._numbers: dict[str, CaseId] = {}
        self._alerted: dict[AlertId, list[CaseId]] = defaultdict(list)
        self._followed: dict[CaseId, CaseId] = {}
        self._below: dict[CaseId, dict[CaseId, None]] = defaultdict(dict)
        self._escalated: dict[AccountId, Escalation] = {}
        self._taken: dict[CaseId, list[LedgerEntry]] = {}
        if book is not None:
            sections = (getattr(book, field.name) for field in attrs.fields(AgreementBook))
            self.add(*(entry for section in sections for entry in section.values()))

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
            self._check(entry.relies_on)
            if entry.ledger:
                self._count(entry.ledger)
            if entry.time:
                self.add(*entry.time)
            if receipt is not None:
                self._commands[receipt.command_id] = entry
            self._move(case, None if before is None else before.parent)
            self._cases[case.id] = case
            if before is None:
                self._numbers[case.number] = case.id
                if case.alert is not None:
                    self._alerted[case.alert].append(case.id)
                if case.follow_up_of is not None:
                    self._followed[case.follow_up_of] = case.id
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

    def case_numbered(self, number: str) -> CaseId | None:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            return self._numbers.get(number)

    def followed_by(self, case_id: CaseId) -> CaseId | None:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            return self._followed.get(case_id)

    def cases_of_alert(self, alert_id: AlertId) -> Iterable[Case]:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            return [self._cases[case_id] for case_id in self._alerted.get(alert_id, ())]

    def cases_opened(self, consumer_id: ConsumerId, since: datetime) -> int:
        """See `csmcore.ports.CaseStore`."""
        with self._lock:
            opened = (case for case in self._cases.values() if case.consumer == case.opened_by == consumer_id)
            return sum(case.opened_at > since for case in opened)

    def _check(self, versions: Mapping[CaseId, int]) -> None:
        """Refuse what relies on other versions of cases than these are at."""
        for case_id, version in versions.items():
            known = self._cases.get(case_id)
            if known is None or known.version != version:
                raise StaleVersion(case_id, version, None if known is None else known.version)

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

    def consumption(self, case_id: CaseId) -> Sequence[LedgerEntry]:
        """See `csmcore.ports.Ledger`."""
        with self._lock:
            return tuple(self._taken.get(case_id, ()))

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

    def records_of(self, account_id: AccountId, kind: type[_Found]) -> Iterable[_Found]:
        """See `csmcore.ports.AccountRecords`."""
        if kind is not Case:
            return super().records_of(account_id, kind)
        with self._lock:
            return [case for case in self._cases.values() if case.account == account_id and isinstance(case, kind)]

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
