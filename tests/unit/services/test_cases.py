"""What a service answers, and what is kept of it."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.errors import InvalidValue, NotFound, StaleVersion
from csmcore.model import (
    SYSTEM,
    AddComment,
    AddWorkNote,
    AssignToMe,
    CancelCase,
    CaseId,
    CommandId,
    Decision,
    LogEntry,
    OpenCase,
    PolicyRef,
    ProposeSolution,
    Refused,
    SlaState,
    SupportPolicy,
    UpdateCase,
)
from csmcore.services import CaseService
from csmcore.wire import from_json, to_json
from tests.test_architecture import modules_after
from tests.unit.services.desk import ANN, BOOK, JO, KAY, MIA, POLICY, WANTED, at, desk, made, opened, snapshot, walk

HOUR = timedelta(hours=1)
ONE = CommandId("one")


# --- what comes back -------------------------------------------------------------------------------------------------


def test_an_opened_case_is_kept_with_everything_that_was_decided() -> None:
    """The decision's case, clocks and entry are what the host has then."""
    host, _, service = desk()
    decision = service.open(WANTED, JO)
    case = decision.case
    assert (case.id, case.number, case.version, case.state) == ("CS0000001", "CS0000001", 1, "new")
    assert (case.account, case.product, case.contract, case.entitlement) == ("acme", "press", "c-acme", "e-gold")
    assert case.policy == POLICY.ref
    assert [clock.definition for clock in decision.sla.clocks] == ["response", "resolution", "tier", "gold"]
    assert [event.kind for event in decision.events[:2]] == ["case_opened", "entitlement_derived"]
    assert host.case(case.id) == case
    assert host.clocks(case.id, 1) == decision.sla
    (entry,) = host.entries(case.id)
    assert (entry.revision, entry.events, entry.reasons) == (decision.revision, decision.events, decision.reasons)


def test_a_case_goes_on_through_the_service() -> None:
    """Each accepted command is one version, kept with what was said."""
    host, clock, service = desk()
    case_id = opened(service)
    walk(service, clock, case_id, "awaiting_info")
    decision = service.apply(case_id, AddComment("The small one."), JO)
    assert (decision.case.state, decision.case.version) == ("open", 4)
    assert [said.text for said in host.activity(case_id)] == ["Which one?", "The small one."]
    assert [entry.version for entry in host.entries(case_id)] == [1, 2, 3, 4]


def test_whoever_names_nobody_opens_a_case_for_themselves() -> None:
    """The facts are gathered of the command as it is completed."""
    _, _, service = desk()
    case = service.open(made(OpenCase, short_description="No tone", asset="phone-1"), KAY).case
    assert (case.consumer, case.product, case.entitlement) == ("kay", "phone", "e-kay")


def test_a_follow_up_is_told_of_the_case_before_it() -> None:
    """An ended case can be gone on from; a live one cannot."""
    _, _, service = desk()
    case_id = opened(service)
    follow = attrs.evolve(WANTED, follow_up_of=case_id)
    with pytest.raises(Refused, match="follow up"):
        service.open(follow, JO)
    service.apply(case_id, CancelCase("opened twice"), ANN)
    assert service.open(follow, JO).case.follow_up_of == case_id
    with pytest.raises(Refused, match="no such case"):
        service.open(attrs.evolve(WANTED, follow_up_of=CaseId("CS9")), JO)


def test_an_update_is_judged_by_the_facts_that_it_brings() -> None:
    """A new contact brings their account and its agreements, an asset its product; None brings nothing."""
    host, _, service = desk()
    case_id = opened(service)
    decision = service.apply(case_id, UpdateCase({"contact": "rob", "asset": "press-2"}), ANN)
    moved, derivation = decision.case, decision.derivation
    assert (moved.account, moved.product, moved.contract) == ("rival", "press", None)
    assert derivation is not None
    assert {candidate.entitlement.id for candidate in derivation.candidates} == {"e-press", "e-rival"}
    private = {"account": None, "contact": None, "consumer": "kay", "asset": None, "product": "phone"}
    kays = service.apply(case_id, UpdateCase(private), ANN).case
    assert (kays.account, kays.contact, kays.consumer, kays.entitlement) == (None, None, "kay", "e-kay")
    assert host.case(case_id) == kays


def test_a_contact_who_is_taken_off_leaves_the_account() -> None:
    """The account's agreements still count for a case without a contact."""
    _, _, service = desk()
    case = service.apply(opened(service), UpdateCase({"contact": None}), ANN).case
    assert (case.contact, case.account, case.entitlement) == (None, "acme", "e-gold")


def test_a_case_keeps_the_policy_that_it_was_opened_under() -> None:
    """A new policy is for new cases, in one service and its cache as in another."""
    host, _, service = desk()
    old = opened(service)
    host.publish(attrs.evolve(POLICY, version="2", definitions=POLICY.definitions[:1]))
    new = service.open(WANTED, JO)
    assert (new.case.policy.version, len(new.sla.clocks)) == ("2", 1)
    for each in (service, CaseService(host)):
        decision = each.apply(old, AddWorkNote("Old promises hold"), ANN)
        assert (decision.case.policy.version, len(decision.sla.clocks)) == ("1", 4)


def test_what_is_kept_can_be_stored_as_documents() -> None:
    """The entries, clocks and texts of a whole life go through JSON unchanged."""
    host, clock, service = desk()
    case_id = opened(service)
    walk(service, clock, case_id, "resolved")
    case = host.case(case_id)
    assert case is not None
    for entry in host.entries(case_id):
        assert from_json(LogEntry, to_json(entry)) == entry
    clocks = host.clocks(case_id, case.version)
    assert from_json(SlaState, to_json(clocks)) == clocks


def test_a_service_loads_only_what_it_needs() -> None:
    """To import it costs the standard library and attrs, and no other package."""
    imported = modules_after("from csmcore.services import CaseService") - modules_after("pass")
    assert imported - {"csmcore", "attr", "attrs"} <= sys.stdlib_module_names


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_reading_is_of_now() -> None:
    """Every clock's figures are of the instant that the host's clock shows, without a tick."""
    _, clock, service = desk("12 10:00")
    case_id = opened(service)
    clock.set(at("12 12:00"))
    reading = service.read(case_id)
    response, resolution, tier, gold = reading.clocks
    assert (reading.at, reading.case.version) == (at("12 12:00"), 1)
    assert (response.has_breached, response.breached_at, response.elapsed) == (True, at("12 11:00"), 2 * HOUR)
    assert (resolution.due_at, tier.due_at, gold.due_at) == (at("14 10:00"), at("13 16:00"), at("12 14:00"))
    assert reading.next_at == at("12 14:00")


def test_a_reading_changes_nothing() -> None:
    """Looking at a case is not an event."""
    host, clock, service = desk()
    case_id = opened(service)
    before = snapshot(host)
    clock.advance(100 * HOUR)
    assert service.read(case_id) == service.read(case_id)
    assert snapshot(host) == before


# --- what happens by itself ------------------------------------------------------------------------------------------


def test_a_tick_lets_happen_what_is_due_once() -> None:
    """A breach is one event of the system, of a version of its own, under the system's command id."""
    host, clock, service = desk("12 10:00")
    case_id = opened(service)
    assert service.tick(case_id) is None
    clock.set(at("12 11:30"))
    decision = service.tick(case_id)
    assert decision is not None
    assert [(event.kind, event.details["definition"], event.by) for event in decision.events] == [
        ("clock_breached", "response", SYSTEM)
    ]
    assert decision.revision is None
    assert decision.case.version == 2
    assert host.case(case_id) == decision.case
    entry = host.entry(CommandId("tick:CS0000001/2"))
    assert entry is not None
    assert entry.version == 2
    before = snapshot(host)
    assert service.tick(case_id) is None
    assert snapshot(host) == before
    assert service.apply(case_id, AddWorkNote("Late"), ANN).case.version == 3


# --- a command that is sent again ------------------------------------------------------------------------------------


def test_the_same_command_gets_the_first_answer() -> None:
    """Sent again at any later time, a command changes nothing, and its answer is the first one, whole."""
    host, clock, service = desk("12 10:00")
    first_opened = service.open(WANTED, JO, CommandId("open"))
    case_id = first_opened.case.id
    clock.set(at("12 12:00"))
    service.tick(case_id)
    first = service.apply(case_id, AddComment("Which one?"), ANN, ONE)
    clock.set(at("12 13:00"))
    service.apply(case_id, AddComment("The small one"), JO)
    before = snapshot(host)
    for each in (service, CaseService(host)):
        assert each.apply(case_id, AddComment("Which one?"), ANN, ONE) == first
        assert each.open(WANTED, JO, CommandId("open")) == first_opened
    assert snapshot(host) == before


def test_a_version_that_was_expected_does_not_matter_to_a_command_that_was_accepted() -> None:
    """Who repeats a command says what they had seen before it."""
    _, _, service = desk()
    case_id = opened(service)
    first = service.apply(case_id, AddWorkNote("A"), ANN, ONE, expected_version=1)
    assert service.apply(case_id, AddWorkNote("A"), ANN, ONE, expected_version=1) == first


def test_a_text_that_was_erased_is_missing_from_the_answer() -> None:
    """The log keeps no copy of what was said."""
    host, _, service = desk()
    case_id = opened(service)
    first = service.apply(case_id, AddComment("My address is ..."), JO, ONE)
    host._activity[case_id].clear()
    again = service.apply(case_id, AddComment("My address is ..."), JO, ONE)
    assert again == attrs.evolve(first, activity=())
    assert "address" not in repr(host.entries(case_id))


def test_another_command_under_an_id_is_refused() -> None:
    """Other words, another case, another action or another sender make another command."""
    host, _, service = desk()
    case_id, other = opened(service), service.open(WANTED, JO).case.id
    service.apply(case_id, AddComment("A"), ANN, ONE)
    before = snapshot(host)
    attempts: list[Callable[[], Decision]] = [
        lambda: service.apply(case_id, AddComment("B"), ANN, ONE),
        lambda: service.apply(case_id, AddWorkNote("A"), ANN, ONE),
        lambda: service.apply(case_id, AddComment("A"), MIA, ONE),
        lambda: service.apply(other, AddComment("A"), ANN, ONE),
        lambda: service.apply(CaseId("no such case"), AddComment("A"), ANN, ONE),
        lambda: service.open(WANTED, JO, ONE),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.refusal.codes == ("command_id_reused",)
    assert snapshot(host) == before


def test_a_refused_command_does_not_use_its_id_up() -> None:
    """The same id does for the command that is right."""
    _, clock, service = desk()
    case_id = opened(service)
    with pytest.raises(Refused):
        service.apply(case_id, ProposeSolution(code="fixed", notes="Done"), ANN, ONE)
    walk(service, clock, case_id, "open")
    assert service.apply(case_id, ProposeSolution(code="fixed", notes="Done"), ANN, ONE).case.state == "resolved"


@pytest.mark.parametrize("command_id", ["", " padded ", "line\nbreak", "x" * 201, "tick:CS0000001/2"])
def test_what_is_no_command_id_is_refused(command_id: str) -> None:
    """An id that could not be kept, or that is the system's own, is an error that names the argument."""
    host, _, service = desk()
    case_id = opened(service)
    before = snapshot(host)
    with pytest.raises(InvalidValue) as invalid:
        service.apply(case_id, AssignToMe(), ANN, CommandId(command_id))
    assert invalid.value.path == "command_id"
    assert snapshot(host) == before


# --- a case that has moved on ----------------------------------------------------------------------------------------


def test_an_expected_version_is_a_condition() -> None:
    """A command for a version that is past, or not yet there, changes nothing and names both."""
    host, _, service = desk()
    case_id = opened(service)
    service.apply(case_id, AssignToMe(), ANN, expected_version=1)
    before = snapshot(host)
    for expected in (1, 3):
        with pytest.raises(StaleVersion) as stale:
            service.apply(case_id, AddWorkNote("A"), ANN, expected_version=expected)
        assert (stale.value.case, stale.value.expected, stale.value.found) == (case_id, expected, 2)
    assert snapshot(host) == before


class Meddled(MemoryHost):
    """A host in which somebody else acts after a case was loaded, and before what was decided is committed."""

    times = 0
    sent: CommandId | None = None
    meddler: CaseService

    def now(self) -> datetime:
        """Between loading and deciding."""
        if self.times:
            left, self.times = self.times - 1, 0
            self.meddler.apply(CaseId("CS0000001"), AddWorkNote("Me first"), MIA, self.sent)
            self.times = left
        return super().now()


def meddled(times: int, attempts: int = 20) -> tuple[Meddled, CaseService]:
    """A host in which others come between so many times, and a service."""
    host = Meddled(POLICY, BOOK, clock=SettableClock(at("12 10:00")))
    service = host.meddler = CaseService(host, attempts=attempts)
    opened(service)
    host.times = times
    return host, service


def test_a_command_that_lost_a_race_is_decided_anew() -> None:
    """Others may come between as often as there are attempts, less one."""
    host, service = meddled(times=4, attempts=5)
    assert service.apply(CaseId("CS0000001"), AssignToMe(), ANN).case.version == 6
    assert [said.by for said in host.activity(CaseId("CS0000001"))] == [MIA] * 4


def test_attempts_come_to_an_end() -> None:
    """Who loses every race is told so, and has changed nothing."""
    host, service = meddled(times=5, attempts=5)
    with pytest.raises(StaleVersion):
        service.apply(CaseId("CS0000001"), AssignToMe(), ANN)
    assert {entry.events[0].by for entry in host.entries(CaseId("CS0000001"))} == {JO, MIA}


def test_who_expects_a_version_does_not_try_again() -> None:
    """A race that is lost is lost, where the sender has decided by what they saw."""
    host, service = meddled(times=1)
    with pytest.raises(StaleVersion) as stale:
        service.apply(CaseId("CS0000001"), AssignToMe(), ANN, expected_version=1)
    assert (stale.value.expected, stale.value.found) == (1, 2)
    assert len(host.entries(CaseId("CS0000001"))) == 2


def test_a_command_that_lost_to_itself_gets_the_answer() -> None:
    """The same command, sent twice at once for one version, is done once; both are answered."""
    host, service = meddled(times=1)
    host.sent = ONE
    answer = service.apply(CaseId("CS0000001"), AddWorkNote("Me first"), MIA, ONE, expected_version=1)
    assert answer.case.version == 2
    assert [entry.receipt and entry.receipt.command_id for entry in host.entries(CaseId("CS0000001"))] == ["open", ONE]


def test_a_service_has_attempts() -> None:
    """None at all could do nothing."""
    with pytest.raises(InvalidValue, match="attempts: 0 is too few"):
        CaseService(desk()[0], attempts=0)


# --- what is not there -----------------------------------------------------------------------------------------------


def test_a_case_that_is_not_there_is_not_found() -> None:
    """Whatever is asked of it; the error names it."""
    _, _, service = desk()
    nowhere = CaseId("CS9")
    for ask in (
        lambda: service.read(nowhere),
        lambda: service.tick(nowhere),
        lambda: service.apply(nowhere, AssignToMe(), ANN),
    ):
        with pytest.raises(NotFound) as missing:
            ask()
        assert (missing.value.kind, missing.value.id, str(missing.value)) == ("case", "CS9", "there is no case 'CS9'")


class Forgetful(MemoryHost):
    """A host that has lost its policies, or mixed them up."""

    found: SupportPolicy | None = None

    def policy(self, ref: PolicyRef) -> SupportPolicy | None:  # noqa: ARG002 - it does not look
        """Never the right one."""
        return self.found


@pytest.mark.parametrize("found", [None, attrs.evolve(POLICY, version="2")])
def test_a_policy_that_is_not_there_is_not_found(found: SupportPolicy | None) -> None:
    """A case is never judged by another policy than its own."""
    host = Forgetful(POLICY, BOOK)
    host.found = found
    with pytest.raises(NotFound) as missing:
        CaseService(host).open(WANTED, JO)
    assert missing.value.kind == "policy"
    assert snapshot(host) == snapshot(MemoryHost(POLICY))
