"""The laws of the ports, on the host that keeps everything in memory."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from csmcore.adapters import MemoryHost, SettableClock, SystemClock
from csmcore.errors import InvalidValue, NaiveDatetime, StaleVersion
from csmcore.model import (
    Account,
    AccountId,
    Activity,
    ActivityId,
    AgreementBook,
    AssetId,
    Case,
    CaseFacts,
    CaseId,
    CommandId,
    CommandReceipt,
    Comment,
    ConsumerId,
    ContactId,
    ContractId,
    Decision,
    Entitlement,
    EntitlementId,
    Household,
    HouseholdMember,
    InstallBaseItem,
    InstallBaseItemId,
    LedgerEntry,
    LogEntry,
    PolicyRef,
    ProductModelId,
    ServiceContract,
    SlaState,
    SoldProduct,
    SoldProductId,
    TimeEntry,
    User,
    UserId,
    revised,
)
from tests.unit.services.desk import ANN, BOOK, POLICY, at, made, snapshot

FIRST = made(
    Case,
    id="CS1",
    number="CS1",
    policy=POLICY.ref,
    account="acme",
    short_description="Help",
    opened_at=at("12 09:00"),
    opened_by="ann",
    updated_at=at("12 09:00"),
)
SECOND = revised(FIRST, {"version": 2, "category": "press"})
SAID = made(Comment, id="CS1/2/c0", case="CS1", at=at("12 09:00"), by=ANN, text="Hello")


def kept(host: MemoryHost, case: Case, receipt: str | None = None, said: Sequence[Activity] = ()) -> LogEntry:
    """Commit a case as it is, and return the entry that went with it."""
    known = None if receipt is None else CommandReceipt(CommandId(receipt), f"digest of {receipt}")
    entry = LogEntry.of(Decision(case=case, sla=SlaState(), revision=None, activity=tuple(said)), known)
    host.commit(case, SlaState(), said, entry)
    return entry


def test_a_commit_is_seen_in_every_store() -> None:
    """A case, its clocks, what was said and the log's entry are there together."""
    host = MemoryHost(POLICY)
    first = kept(host, FIRST, "one")
    second = kept(host, SECOND, "two", [SAID])
    assert host.case(FIRST.id) == SECOND
    assert host.clocks(FIRST.id, 2) == SlaState()
    assert host.activity(FIRST.id) == (SAID,)
    assert host.entries(FIRST.id) == (first, second)
    assert second.activity == (ActivityId("CS1/2/c0"),)
    assert host.entry(CommandId("one")) is first


def test_clocks_of_another_version_are_not_given() -> None:
    """Whoever saw an older or newer case does not get clocks that are not of that moment."""
    host = MemoryHost(POLICY)
    kept(host, FIRST)
    assert host.clocks(FIRST.id, 2) is None
    assert host.clocks(CaseId("CS2"), 1) is None


@pytest.mark.parametrize(("case", "found"), [(FIRST, 1), (revised(FIRST, {"version": 3}), 1)])
def test_a_commit_of_another_version_changes_nothing(case: Case, found: int) -> None:
    """A version that is there already, and one that skips another, are refused whole."""
    host = MemoryHost(POLICY)
    kept(host, FIRST)
    before = snapshot(host)
    with pytest.raises(StaleVersion) as stale:
        kept(host, case, "late", [SAID])
    assert (stale.value.case, stale.value.expected, stale.value.found) == ("CS1", case.version - 1, found)
    assert snapshot(host) == before


def test_a_command_id_is_kept_once() -> None:
    """A second commit under an id is refused whole, even of another case."""
    host = MemoryHost(POLICY)
    kept(host, FIRST, "one")
    before = snapshot(host)
    other = revised(FIRST, {"id": CaseId("CS2")})
    for case in (SECOND, other):
        with pytest.raises(StaleVersion):
            kept(host, case, "one", [SAID])
    assert snapshot(host) == before


def test_of_many_commits_of_one_version_one_succeeds() -> None:
    """Threads that commit the same version have one winner."""
    host = MemoryHost(POLICY)
    kept(host, FIRST)

    def wins(number: int) -> bool:
        try:
            kept(host, revised(SECOND, {"category": str(number)}))
        except StaleVersion:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(wins, range(64))) == 1
    assert len(host.entries(FIRST.id)) == 2


def test_what_is_given_out_does_not_change_later() -> None:
    """A sequence that was given out is not the one that grows."""
    host = MemoryHost(POLICY, BOOK)
    entries, said, agreed = host.entries(FIRST.id), host.activity(FIRST.id), host.contracts([AccountId("acme")], None)
    kept(host, FIRST, None, [SAID])
    host.add(made(ServiceContract, id="c-new", number="CT9", account="acme"))
    assert (entries, said, [contract.id for contract in agreed]) == ((), (), ["c-acme"])


def test_what_is_not_there_is_none_or_nothing() -> None:
    """Unknown ids are no errors to a port."""
    host = MemoryHost(POLICY)
    assert host.case(CaseId("x")) is None
    assert host.activity(CaseId("x")) == ()
    assert host.entries(CaseId("x")) == ()
    assert host.entry(CommandId("x")) is None
    assert host.accounts(AccountId("x")) == ()
    assert host.contact(ContactId("x")) is None
    assert host.consumer(ConsumerId("x")) is None
    assert host.product(ProductModelId("x")) is None
    assert host.asset(AssetId("x")) is None
    assert list(host.contracts([AccountId("x")], ConsumerId("x"))) == []
    assert list(host.entitlements([AccountId("x")], ConsumerId("x"))) == []
    assert host.sold_product(SoldProductId("x")) is None
    assert host.install_base_item(InstallBaseItemId("x")) is None
    assert host.households(ConsumerId("x")) == []
    assert host.consumption(CaseId("x")) == ()
    assert host.entitlement(EntitlementId("x")) is None
    assert host.time_entries(CaseId("x")) == []
    assert host.policy(PolicyRef("x", "1", "x")) is None


def test_a_book_is_known_whole() -> None:
    """Everything in the book is found by its id, or by its customer."""
    host = MemoryHost(POLICY, BOOK)
    assert host.contact(ContactId("jo")) == BOOK.contacts[ContactId("jo")]
    assert host.consumer(ConsumerId("kay")) == BOOK.consumers[ConsumerId("kay")]
    assert host.product(ProductModelId("press")) == BOOK.products[ProductModelId("press")]
    assert host.asset(AssetId("press-1")) == BOOK.assets[AssetId("press-1")]
    assert list(host.contracts([AccountId("rival")], None)) == [BOOK.contracts[ContractId("c-rival")]]


def test_every_section_of_a_book_is_known() -> None:
    """Each kind of noun that a book has is kept, whether or not a port gives it out."""
    everything = AgreementBook(
        sold_products={SoldProductId("s"): made(SoldProduct, id="s", product="press", account="acme")},
        install_base_items={InstallBaseItemId("i"): made(InstallBaseItem, id="i", account="acme")},
        users={UserId("ann"): made(User, id="ann", name="Ann")},
    )
    host = MemoryHost(POLICY, everything)
    assert host.sold_product(SoldProductId("s")) == everything.sold_products[SoldProductId("s")]
    assert host.install_base_item(InstallBaseItemId("i")) == everything.install_base_items[InstallBaseItemId("i")]
    assert host._known[User].nouns == {"ann": everything.users[UserId("ann")]}


def home(*members: str) -> Household:
    """A household of these."""
    return made(
        Household, id="home", name="Home", members=tuple(made(HouseholdMember, consumer=who) for who in members)
    )


def test_households_are_found_by_their_members() -> None:
    """Who is taken out of one is not found in it any more; its entitlements go with it."""
    host = MemoryHost(POLICY, BOOK)
    host.add(home("kay", "lou"), made(Entitlement, id="e-home", number="E9", household="home"))
    kay, lou = ConsumerId("kay"), ConsumerId("lou")
    assert [noun.id for noun in host.households(kay)] == [noun.id for noun in host.households(lou)] == ["home"]
    assert [noun.id for noun in host.entitlements([], kay)] == ["e-kay", "e-home", "e-press"]
    assert [noun.id for noun in host.entitlements([], None)] == ["e-press"]
    host.add(home("lou"))
    assert (host.households(kay), host.households(lou)) == ([], [home("lou")])
    assert [noun.id for noun in host.entitlements([], kay)] == ["e-kay", "e-press"]


def test_time_is_found_by_its_case() -> None:
    """An entry that is corrected takes the place of the one with its id, on another case too."""
    host = MemoryHost(POLICY)
    entry = made(TimeEntry, id="t1", case="CS1", by="ann", seconds=60, at=at("12 09:00"))
    longer, moved = attrs.evolve(entry, seconds=90), attrs.evolve(entry, case=CaseId("CS2"))
    for each, expected in ((entry, ([entry], [])), (longer, ([longer], [])), (moved, ([], [moved]))):
        host.add(each)
        assert (host.time_entries(CaseId("CS1")), host.time_entries(CaseId("CS2"))) == expected


def used(sequence: int, units: int = 1) -> LedgerEntry:
    """What the case takes of the press's entitlement."""
    return made(
        LedgerEntry,
        entitlement="e-press",
        sequence=sequence,
        case="CS1",
        case_version=sequence,
        channel="web",
        milestone="close",
        units=units,
        at=at("12 09:00"),
        reverses=1 if units < 0 else None,
    )


def taking(host: MemoryHost, case: Case, *ledger: LedgerEntry) -> None:
    """Commit a case with what it takes."""
    decision = Decision(case=case, sla=SlaState(), revision=None, ledger=ledger)
    receipt = CommandReceipt(CommandId(f"take {case.version}"), "digest")
    host.commit(case, SlaState(), (), LogEntry.of(decision, receipt))


def test_a_ledger_grows_with_its_cases() -> None:
    """Several entries may come at once; the entitlement has their sum, wherever it is found."""
    host = MemoryHost(POLICY, BOOK)
    taking(host, FIRST, used(1))
    taking(host, SECOND, used(2, -1), used(3))
    assert host.consumption(FIRST.id) == (used(1), used(2, -1), used(3))
    row = host.entitlement(EntitlementId("e-press"))
    assert row is not None
    assert (row.used, row.ledger_entries) == (1, 3)
    assert list(host.entitlements([], None)) == [row]


@pytest.mark.parametrize("ledger", [(used(1),), (used(3),), (used(2), used(2)), (used(2), used(4))])
def test_an_entry_out_of_its_sequence_changes_nothing(ledger: tuple[LedgerEntry, ...]) -> None:
    """One that is there, one that skips another, and a second that is so: nothing of the commit is kept."""
    host = MemoryHost(POLICY, BOOK)
    taking(host, FIRST, used(1))
    before = snapshot(host)
    with pytest.raises(StaleVersion) as stale:
        taking(host, SECOND, *ledger)
    assert (stale.value.entitlement, stale.value.code) == ("e-press", "stale_version")
    assert snapshot(host) == before


def test_an_account_comes_with_those_above_it() -> None:
    """Nearest first, up to one whose parent is not known."""
    host = MemoryHost(POLICY, BOOK)
    host.add(made(Account, id="branch", name="Branch", parent="acme"))
    host.add(made(Account, id="hold", name="Holding", parent="nobody knows"))
    assert [account.id for account in host.accounts(AccountId("branch"))] == ["branch", "acme", "hold"]


def test_accounts_above_themselves_come_to_an_end() -> None:
    """A line of parents that comes back on itself ends there, and the facts refuse it."""
    host = MemoryHost(POLICY)
    host.add(made(Account, id="a", name="A", parent="b"), made(Account, id="b", name="B", parent="a"))
    line = host.accounts(AccountId("a"))
    assert [account.id for account in line] == ["a", "b", "a"]
    with pytest.raises(InvalidValue, match="above itself"):
        CaseFacts(account=line[0], ancestors=tuple(line[1:]))


def test_entitlements_are_those_that_may_apply() -> None:
    """The accounts', the consumer's and everybody's, each once; no others."""
    host = MemoryHost(POLICY, BOOK)
    both = host.entitlements([AccountId("acme"), AccountId("hold")], ConsumerId("kay"))
    assert [noun.id for noun in both] == ["e-gold", "e-hold", "e-kay", "e-press"]
    assert [noun.id for noun in host.entitlements([], None)] == ["e-press"]


def test_what_names_only_a_contract_is_found_by_whose_it_is() -> None:
    """Nobody else is shown it."""
    host = MemoryHost(POLICY, BOOK)
    host.add(made(Entitlement, id="e-deal", number="E8", contract="c-rival"))
    assert "e-deal" in [noun.id for noun in host.entitlements([AccountId("rival")], None)]
    assert "e-deal" not in [noun.id for noun in host.entitlements([AccountId("acme")], None)]


def test_an_agreement_takes_the_place_of_the_one_with_its_id() -> None:
    """An entitlement that goes over to another customer is not found with the old one any more."""
    host = MemoryHost(POLICY, BOOK)
    gold = BOOK.entitlements[EntitlementId("e-gold")]
    host.add(attrs.evolve(gold, account=AccountId("rival"), contract=None))
    assert [noun.id for noun in host.entitlements([AccountId("acme")], None)] == ["e-press"]
    assert [noun.id for noun in host.entitlements([AccountId("rival")], None)] == ["e-rival", "e-gold", "e-press"]


def test_a_published_policy_is_current_and_the_old_one_is_kept() -> None:
    """Both are found by their names, versions and digests."""
    host = MemoryHost(POLICY)
    newer = attrs.evolve(POLICY, version="2")
    assert host.current_policy() is POLICY
    host.publish(newer)
    assert host.current_policy() is newer
    assert (host.policy(POLICY.ref), host.policy(newer.ref)) == (POLICY, newer)


def test_no_two_cases_have_one_name() -> None:
    """Threads that ask for names at once get different ones."""
    host = MemoryHost(POLICY)
    with ThreadPoolExecutor(8) as threads:
        names = list(threads.map(lambda _: host.next_case(), range(200)))
    assert len({case_id for case_id, _ in names}) == len({number for _, number in names}) == 200


def test_the_machines_time_has_an_offset() -> None:
    """Without a clock of its own a host tells the machine's time, in UTC."""
    before = datetime.now(UTC)
    now = MemoryHost(POLICY).now()
    assert before <= now <= SystemClock().now()
    assert now.utcoffset() == timedelta(0)


def test_a_settable_clock_stands_where_it_was_put() -> None:
    """It moves only when it is told to, and knows no naive instant."""
    clock = SettableClock(at("12 09:00"))
    assert clock.now() == clock.now() == at("12 09:00")
    clock.set(at("13 09:00"))
    clock.advance(timedelta(hours=1))
    assert clock.now() == at("13 10:00")
    with pytest.raises(NaiveDatetime):
        clock.set(datetime(2026, 1, 12))
