"""All that a host must implement, in one file: roles of one to five methods, and `Host`, which plays most of them.

A host plays a role in whatever way suits it: a class for each and one class that inherits from them, or one class for
everything (`csmcore.adapters.MemoryHost` is one). Their methods have different names, so that roles never collide.

What holds for all of them:

- What is not there is None, or nothing in a sequence; it is no error.
- What they return is immutable, and nobody changes it.
- What they raise passes through services as it is: a database's own errors, a timeout. At whatever call that
  happens, nothing was changed, or (only where `UnitOfWork.commit` raises after the fact) everything was; the same
  command under the same id then gets its answer.
- They may be called from several threads at once if services are.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from csmcore.model import (
    Account,
    AccountId,
    AccountRelationshipType,
    Activity,
    AlertId,
    Asset,
    AssetId,
    Case,
    CaseId,
    Channel,
    ChildCase,
    CommandId,
    ConfigurationItemId,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    Entitlement,
    EntitlementId,
    Escalation,
    Group,
    GroupId,
    Household,
    HouseholdId,
    InstallBaseItem,
    InstallBaseItemId,
    LedgerEntry,
    Location,
    LocationId,
    LogEntry,
    Notification,
    PolicyRef,
    ProductModel,
    ProductModelId,
    RelationshipTypeId,
    ServiceContract,
    SlaState,
    SoldProduct,
    SoldProductId,
    SpecialHandlingNote,
    SupportPolicy,
    TimeEntry,
    User,
    UserId,
)

__all__ = [
    "AccountRecords",
    "ActivityStore",
    "Agreements",
    "CaseStore",
    "Catalogue",
    "Clock",
    "ClockStore",
    "CustomerDirectory",
    "Escalations",
    "EventLog",
    "HandlingNotes",
    "Host",
    "Ledger",
    "Mailroom",
    "Messenger",
    "Numbering",
    "PolicyStore",
    "TimeLog",
    "UnitOfWork",
    "Workforce",
]


_Noun = TypeVar("_Noun")


class CaseStore(Protocol):
    """The cases as they stand."""

    def case(self, case_id: CaseId) -> Case | None:
        """The case after its last accepted command. Law: who sees a commit in one store sees it in all of them."""

    def children(self, case_id: CaseId) -> Iterable[ChildCase]:
        """The cases whose parent it is, ended ones too, in whatever order."""

    def case_numbered(self, number: str) -> CaseId | None:
        """The case of that number."""

    def followed_by(self, case_id: CaseId) -> CaseId | None:
        """The newest case that goes on from it: whose ``follow_up_of`` it is."""

    def cases_of_alert(self, alert_id: AlertId) -> Iterable[Case]:
        """The cases that an alert has opened, ended ones and the major one too."""

    def cases_opened(self, consumer_id: ConsumerId, since: datetime) -> int:
        """How many cases a consumer opened for themselves after an instant; what others opened for them is none of it.

        It is asked for where the policy bounds them.
        """


class ClockStore(Protocol):
    """The SLA clocks of each case, kept beside it."""

    def clocks(self, case_id: CaseId, version: int) -> SlaState | None:
        """The clocks that were committed with that version of the case; None where those of another version are kept.

        So a case is never seen with the clocks of another moment, without a transaction around two reads.
        """


class ActivityStore(Protocol):
    """What was said on cases. Texts are kept here and nowhere else."""

    def activity(self, case_id: CaseId) -> Sequence[Activity]:
        """Everything said on the case, in the order in which it was committed."""


class EventLog(Protocol):
    """What happened, one entry for each accepted command. Nothing in it ever changes. It is the outbox, too."""

    def entries(self, case_id: CaseId) -> Sequence[LogEntry]:
        """The case's entries in the order of their versions: 1, 2, 3 and so on, without a gap."""

    def entry(self, command_id: CommandId) -> LogEntry | None:
        """The entry whose receipt has this id. Law: no two entries, of whatever cases, have one."""


class UnitOfWork(Protocol):
    """The one way in which anything changes."""

    def commit(self, case: Case, sla: SlaState, activity: Sequence[Activity], entry: LogEntry) -> None:
        """Keep a case, its clocks, what was said with its last command, and the log's entry of that: all, or nothing.

        With it go the entries of ``entry.ledger``, each into the ledger of its entitlement, which is then as
        `Entitlement.counting` says: ``used`` has grown by the units (negative for what is given back), and
        ``ledger_entries`` is the sequence. Most commands have none.

        ``entry.time`` is kept, too, where `TimeLog` finds it.

        A compare-and-set: the case must be at the version before (at version 1: there must be none), no entry may have
        the receipt's id, each entry of a ledger must be the next, so that ``ledger_entries`` is one less, and each case
        that ``entry.relies_on`` names must be at the version that it says. Else it raises StaleVersion, of the case
        that is at another version and with the one ``expected``, and the service starts over. The comparison and the
        change are one step: of two commits of one version, or of one sequence, one succeeds, and one of two cases that
        rely on each other. Law: ``used`` is the sum of the ledger, whoever takes at the same time.
        """


class CustomerDirectory(Protocol):
    """Who the customers are."""

    def accounts(self, account_id: AccountId) -> Sequence[Account]:
        """The account and those above it, nearest first, up to one without a parent or whose parent is not known."""

    def contact(self, contact_id: ContactId) -> Contact | None:
        """The contact by that id."""

    def consumer(self, consumer_id: ConsumerId) -> Consumer | None:
        """The consumer by that id."""

    def household(self, household_id: HouseholdId) -> Household | None:
        """The household by that id."""

    def households(self, consumer_id: ConsumerId) -> Sequence[Household]:
        """The households that the consumer is a member of; those that they were in once do no harm."""


class AccountRecords(Protocol):
    """What belongs to accounts: for `csmcore.services.related`, and for whoever opens cases of other accounts."""

    def records_of(self, account_id: AccountId, kind: type[_Noun]) -> Iterable[_Noun]:
        """Those of the kind that belong to the account, each once, in whatever order.

        `Account`: those right below it. `AccountRelationship`: those with it at either end. `Entitlement` and
        `ContractRelationship`: those that name it or one of its contracts. `Asset`, `Case`, `Contact`, `SoldProduct`,
        `ContactRelationship`, `InstallBaseItem`, `ServiceContract`, `TeamMember`: those whose account it is.
        """

    def relationship_type(self, type_id: RelationshipTypeId) -> AccountRelationshipType | None:
        """The type of relationships by that id."""


class HandlingNotes(Protocol):
    """What whoever works a case is to heed."""

    def handling_notes(self, case: Case, product_id: ProductModelId | None) -> Iterable[SpecialHandlingNote]:
        """The notes on the case and on what it names, on the model of its asset, and those by condition.

        More than asked for does no harm.
        """


class Escalations(Protocol):
    """What was escalated besides cases, which have theirs with them."""

    def account_escalation(self, account_id: AccountId) -> Escalation | None:
        """The account's latest escalation, whether it is open or not."""


class Catalogue(Protocol):
    """What cases are about."""

    def product(self, product_id: ProductModelId) -> ProductModel | None:
        """The product model by that id."""

    def asset(self, asset_id: AssetId) -> Asset | None:
        """The asset by that id."""

    def sold_product(self, sold_product_id: SoldProductId) -> SoldProduct | None:
        """The sold product by that id."""

    def install_base_item(self, item_id: InstallBaseItemId) -> InstallBaseItem | None:
        """The install base item by that id."""

    def items_of(self, configuration_item_id: ConfigurationItemId) -> Sequence[InstallBaseItem]:
        """The install base items that a configuration item is, those that were taken out too."""

    def location(self, location_id: LocationId) -> Location | None:
        """The location by that id."""


class Workforce(Protocol):
    """Who works on cases."""

    def group(self, group_id: GroupId) -> Group | None:
        """The group by that id."""

    def user(self, user_id: UserId) -> User | None:
        """The user by that id."""

    def members(self, group_id: GroupId) -> Sequence[User]:
        """The users in the group, those who are no longer active among them."""


class Agreements(Protocol):
    """What was agreed with customers. The order is of no matter; each comes once; more than asked for does no harm."""

    def contracts(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> Iterable[ServiceContract]:
        """The contracts of any of the accounts and of the consumer, in whatever state or period they are."""

    def entitlements(self, accounts: Sequence[AccountId], consumer: ConsumerId | None) -> Iterable[Entitlement]:
        """The entitlements of the accounts, of the consumer, their households and contracts, and those of nobody.

        Those of nobody name no customer and no contract. In force or not. What is left out cannot apply, and no answer
        says why it does not. Each has what was used of it: ``used`` and ``ledger_entries`` are of one moment.
        """


class Ledger(Protocol):
    """What was used of entitlements. It is only added to, by `UnitOfWork.commit`."""

    def consumption(self, case_id: CaseId) -> Sequence[LedgerEntry]:
        """What the case took from entitlements and gave back, in the order in which it was committed."""

    def entitlement(self, entitlement_id: EntitlementId) -> Entitlement | None:
        """The entitlement by that id, with what was used of it. It is asked for what no longer is the customer's."""


class TimeLog(Protocol):
    """The time that was worked. It is asked for where an entitlement of the customer counts hours."""

    def time_entries(self, case_id: CaseId) -> Sequence[TimeEntry]:
        """The time that was worked on the case so far, in any order."""


class PolicyStore(Protocol):
    """The vendor's policies, every version that was ever current."""

    def current_policy(self) -> SupportPolicy:
        """The policy that new cases are opened under. The same object until it changes: its digest is computed once."""

    def policy(self, ref: PolicyRef) -> SupportPolicy | None:
        """The policy of that name, version and digest."""


class Mailroom(Protocol):
    """Which messages are of which cases, by channel. It is no part of `Host`: a service that takes them in has one."""

    def conversation(self, channel: Channel, message_ids: Sequence[str]) -> AbstractContextManager[None]:
        """What is held while a message is taken in that is, answers or refers to these, until they are remembered.

        Two that share one of these ids should wait for each other: else two messages of a conversation that come at
        once may make two cases of it. Where that does no harm, it is a `contextlib.nullcontext`.
        """

    def threads(self, channel: Channel, message_ids: Sequence[str]) -> Mapping[str, Sequence[CaseId]]:
        """The cases that these messages are known to be of; those of which nothing is known may be left out.

        Each case of a message is looked up once, whoever answers it: so give a letter to thousands an id for each.
        """

    def remember(self, channel: Channel, message_ids: Sequence[str], case_id: CaseId) -> None:
        """Know that these messages are of the case, besides what is known of them. It may be said again."""

    def is_own(self, channel: Channel, message_id: str) -> bool:
        """Whether the desk sent the message itself."""

    def is_blocked(self, channel: Channel, sender_address: str) -> bool:
        """Whether nothing is taken in from the address."""


class Messenger(Protocol):
    """What tells people, and other systems. It is no part of `Host`: a service has one beside it, or none."""

    def send(self, key: str, case_id: CaseId, notification: Notification) -> None:
        """Tell what a decision left to tell, once it is kept.

        The same notification may come again under its ``key``, which no other has: send it once. What it raises passes
        through, the decision stands, and the command under the same id sends again.
        """


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The instant, with an offset. It should not go back: a command before its case's last change is refused."""


class Numbering(Protocol):
    """The names of new cases."""

    def next_case(self) -> tuple[CaseId, str]:
        """An id and a number that no case has had, even where several ask at once. Gaps are fine: not all are used."""


class Host(
    CaseStore,
    ClockStore,
    ActivityStore,
    EventLog,
    UnitOfWork,
    CustomerDirectory,
    AccountRecords,
    HandlingNotes,
    Escalations,
    Catalogue,
    Workforce,
    Agreements,
    Ledger,
    TimeLog,
    PolicyStore,
    Clock,
    Numbering,
    Protocol,
):
    """Everything that services need from the application that they work in."""
