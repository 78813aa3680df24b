"""What cases take from entitlements and give back: when, how much, and that it is never more than once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.errors import InvalidValue, StaleVersion
from csmcore.model import (
    SYSTEM,
    AcceptSolution,
    Account,
    AccountId,
    Actor,
    AddComment,
    AddWorkNote,
    AssignToMe,
    AutoCloseCase,
    CancelCase,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    CloseCase,
    CommandId,
    Decision,
    Entitlement,
    EntitlementId,
    LedgerEntry,
    LogEntry,
    OpenCase,
    ProposeSolution,
    RejectSolution,
    ReopenCase,
    SupportPolicy,
    TimeEntry,
    UpdateCase,
    revised,
)
from csmcore.rules.agreements.consumption import consume, unspent
from csmcore.services import CaseService
from csmcore.wire import from_json, to_json
from tests.tally import Tally
from tests.unit.services.desk import ANN, made

START = datetime(2026, 1, 12, 9, tzinfo=UTC)
POLICY = SupportPolicy(name="desk", version="1", reopen_window_days=2)
WANTED = made(OpenCase, account="acme", short_description="It stands still")
SOLVE = ProposeSolution(code="fixed", notes="A new fuse.")
CLOSE = CloseCase(code="duplicate", notes="See another.")
MANAGER = made(Actor, kind="contact", id="jo", account="acme", roles=frozenset({"customer_case_manager"}))

WAYS: dict[str, tuple[tuple[Actor, CaseCommand], ...]] = {
    "opened": (),
    "in work": ((ANN, AssignToMe()),),
    "cancelled": ((ANN, CancelCase("by mistake")),),
    "resolved": ((ANN, AssignToMe()), (ANN, SOLVE)),
    "rejected": ((ANN, AssignToMe()), (ANN, SOLVE), (MANAGER, RejectSolution("It stopped again"))),
    "closed": ((ANN, CLOSE),),
    "accepted": ((ANN, AssignToMe()), (ANN, SOLVE), (MANAGER, AcceptSolution())),
    "closed by itself": ((ANN, AssignToMe()), (ANN, SOLVE), (SYSTEM, AutoCloseCase())),
    "reopened": ((ANN, CLOSE), (MANAGER, ReopenCase("It is back"))),
    "reopened by a comment": ((ANN, CLOSE), (MANAGER, AddComment("It is back"))),
    "closed again": ((ANN, CLOSE), (MANAGER, ReopenCase()), (ANN, SOLVE), (MANAGER, AcceptSolution())),
}
"""Ways that a case goes, as they are called below."""


def entitlement(name: str = "e", **fields: Any) -> Entitlement:
    """One of Acme's, for three cases on close if nothing else is said."""
    usual = {"number": name.upper(), "account": "acme", "per_unit": True, "total_units": 3}
    return made(Entitlement, id=name, **{**usual, **fields})


def desk(*entitlements: Entitlement, kind: type[MemoryHost] = MemoryHost) -> tuple[MemoryHost, CaseService]:
    """A host with Acme and its entitlements, and a service."""
    host = kind(POLICY, clock=SettableClock(START))
    host.add(made(Account, id="acme", name="Acme"), *entitlements)
    return host, CaseService(host)


def opened(service: CaseService, **fields: Any) -> Decision:
    """A case of Acme's."""
    return service.open(made(OpenCase, **{"account": "acme", "short_description": "No tone", **fields}), ANN)


def walk(service: CaseService, case_id: CaseId, way: str) -> list[Decision]:
    """Bring a new case along a way."""
    return [service.apply(case_id, command, actor) for actor, command in WAYS[way]]


def row(host: MemoryHost, name: str = "e") -> Entitlement:
    """The entitlement as the host has it."""
    found = host.entitlement(EntitlementId(name))
    assert found is not None
    return found


def units(host: MemoryHost, case_id: CaseId, name: str = "e") -> list[int]:
    """What the case took from an entitlement and gave back, in order."""
    return [entry.units for entry in host.consumption(case_id) if entry.entitlement == name]


def worked(host: MemoryHost, case_id: CaseId, minutes: int) -> None:
    """Time on a case."""
    number = len(host.time_entries(case_id))
    named = f"{case_id}-{number}"
    host.add(made(TimeEntry, id=named, case=case_id, by="ann", seconds=60 * minutes, at=START))


def codes(decision: Decision) -> list[str]:
    """The reasons of a decision that are about units."""
    theirs = ("units", "no_units", "no_time", "entitlement_unknown")
    return [reason.code for reason in decision.reasons if reason.code.startswith(theirs)]


# --- when ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consume_on", "way", "expected"),
    [
        ("creation", "opened", [1]),
        ("creation", "in work", [1]),
        ("creation", "cancelled", [1, -1]),
        ("creation", "rejected", [1]),
        ("creation", "closed again", [1]),
        ("resolution", "opened", []),
        ("resolution", "in work", []),
        ("resolution", "cancelled", []),
        ("resolution", "resolved", [1]),
        ("resolution", "rejected", [1, -1]),
        ("resolution", "closed", [1]),
        ("resolution", "accepted", [1]),
        ("resolution", "closed by itself", [1]),
        ("resolution", "reopened", [1, -1]),
        ("resolution", "reopened by a comment", [1, -1]),
        ("resolution", "closed again", [1, -1, 1]),
        ("close", "resolved", []),
        ("close", "rejected", []),
        ("close", "cancelled", []),
        ("close", "closed", [1]),
        ("close", "accepted", [1]),
        ("close", "closed by itself", [1]),
        ("close", "reopened", [1, -1]),
        ("close", "reopened by a comment", [1, -1]),
        ("close", "closed again", [1, -1, 1]),
    ],
)
def test_a_milestone_takes_and_what_undoes_it_gives_back(consume_on: str, way: str, expected: list[int]) -> None:
    """One unit net while the milestone stands, none while it does not; what is left is the total less the ledger."""
    host, service = desk(entitlement(consume_on=consume_on))
    case_id = opened(service).case.id
    walk(service, case_id, way)
    assert units(host, case_id) == expected
    left = row(host)
    assert (left.used, left.ledger_entries, left.remaining) == (sum(expected), len(expected), 3 - sum(expected))


def test_an_entry_says_all_of_what_it_is() -> None:
    """The sequence in its entitlement's ledger, the version of the case that brought it, and what it undoes."""
    host, service = desk(entitlement())
    other = opened(service).case.id
    walk(service, other, "closed")
    case_id = opened(service, channel="phone").case.id
    walk(service, case_id, "reopened")
    took, gave = host.consumption(case_id)
    assert took == made(
        LedgerEntry,
        entitlement="e",
        sequence=2,
        case=case_id,
        case_version=2,
        channel="phone",
        milestone="close",
        units=1,
        at=START,
    )
    assert gave == attrs.evolve(took, sequence=3, case_version=3, units=-1, reverses=2)


def test_a_decision_says_what_it_took() -> None:
    """The ledger's entry, an event, a reason; the log has the same, as a document too."""
    host, service = desk(entitlement())
    case_id = opened(service).case.id
    (closing,) = walk(service, case_id, "closed")
    assert closing.ledger == tuple(host.consumption(case_id))
    (event,) = (event for event in closing.events if event.kind == "units_consumed")
    assert event.details == {"entitlement": "e", "sequence": 1, "units": 1, "shortfall": 0}
    assert event.changes == {}
    (reason,) = (reason for reason in closing.reasons if reason.code == "units_taken")
    assert (reason.text, reason.fields) == ("E: 1 case taken, 2 cases left", ("entitlement",))
    reopening = service.apply(case_id, ReopenCase(), ANN)
    (event,) = (event for event in reopening.events if event.kind == "units_returned")
    assert event.details == {"entitlement": "e", "sequence": 2, "units": 1, "shortfall": 0}
    assert "E: 1 case given back, 3 cases left" in [reason.text for reason in reopening.reasons]
    entries = host.entries(case_id)
    assert [entry.ledger for entry in entries] == [(), closing.ledger, reopening.ledger]
    assert [from_json(LogEntry, to_json(entry)) for entry in entries] == list(entries)


def test_the_unit_that_a_case_took_itself_does_not_bar_it() -> None:
    """Asked anew, the case keeps the last unit of a restricted entitlement, and the unit is not taken twice."""
    host, service = desk(entitlement(total_units=1, consume_on="creation", restrict_when_exhausted=True))
    case_id = opened(service).case.id
    again = service.apply(case_id, UpdateCase({"channel": "phone"}), ANN)
    assert (again.case.entitlement, units(host, case_id), codes(again)) == ("e", [1], [])
    assert opened(service).case.entitlement is None


@pytest.mark.parametrize("fields", [{"per_unit": False}, {"per_unit": False, "total_units": None}])
def test_what_is_not_counted_is_not_taken(fields: dict[str, Any]) -> None:
    """An entitlement that is not per unit has no ledger."""
    host, service = desk(entitlement(**fields))
    case_id = opened(service).case.id
    (closing,) = walk(service, case_id, "closed")
    assert (closing.ledger, codes(closing), row(host).used) == ((), [], 0)


def test_without_a_total_units_are_counted_and_never_run_out() -> None:
    """What was used is known; there is no remainder."""
    host, service = desk(entitlement(total_units=None, restrict_when_exhausted=True))
    for number in (1, 2):
        (closing,) = walk(service, opened(service).case.id, "closed")
        assert closing.reasons[-1].text == "E: 1 case taken, without limit"
        assert (row(host).used, row(host).remaining) == (number, None)


def test_a_case_without_entitlement_takes_nothing() -> None:
    """Nothing applies, nothing is counted, and nobody is asked."""
    host, service = desk()
    case_id = opened(service).case.id
    walk(service, case_id, "closed again")
    assert host.consumption(case_id) == ()


# --- how much --------------------------------------------------------------------------------------------------------


def test_too_little_is_taken_whole_and_the_rest_is_a_shortfall() -> None:
    """The case is closed all the same; the entry says that nothing was left, and is undone like any other."""
    host, service = desk(entitlement(total_units=1))
    walk(service, opened(service).case.id, "closed")
    late = opened(service).case.id
    (closing,) = walk(service, late, "closed")
    (entry,) = closing.ledger
    assert (closing.case.state, entry.units, entry.shortfall, row(host).remaining) == ("closed", 0, 1, 0)
    assert codes(closing) == ["no_units_left"]
    assert closing.reasons[-1].text == "E: 0 cases of 1 case taken: nothing was left"
    (reversal,) = service.apply(late, ReopenCase(), ANN).ledger
    assert (reversal.units, reversal.shortfall, reversal.reverses, row(host).remaining) == (0, 0, 2, 0)


def test_an_overdraft_is_taken_whole() -> None:
    """What is left may become less than nothing."""
    host, service = desk(entitlement(total_units=0, allow_overdraft=True))
    (closing,) = walk(service, opened(service).case.id, "closed")
    (entry,) = closing.ledger
    assert (entry.units, entry.shortfall, row(host).remaining, codes(closing)) == (1, 0, -1, ["units_taken"])
    assert closing.reasons[-1].text == "E: 1 case taken, overdrawn by 1 case"


def test_an_overdraft_that_is_no_longer_allowed_leaves_nothing_to_take() -> None:
    """Less than nothing is nothing."""
    host, service = desk(entitlement(used=5, ledger_entries=5))
    (closing,) = walk(service, opened(service).case.id, "closed")
    assert ([entry.units for entry in closing.ledger], row(host).remaining) == ([0], -2)


def test_hours_are_the_time_that_was_worked() -> None:
    """All of the case's time, to the second, and of no other case."""
    host, service = desk(entitlement(unit="hours", total_units=2))
    case_id, other = opened(service).case.id, opened(service).case.id
    worked(host, case_id, 20)
    worked(host, case_id, 25)
    worked(host, other, 500)
    (closing,) = walk(service, case_id, "closed")
    assert (units(host, case_id), row(host).remaining) == ([2700], 4500)
    assert closing.reasons[-1].text == "E: 0:45:00 hours taken, 1:15:00 hours left"


def test_time_that_is_entered_later_is_counted_the_next_time() -> None:
    """A late entry changes nothing until the case is closed again, which takes it all."""
    host, service = desk(entitlement(unit="hours", total_units=2))
    case_id = opened(service).case.id
    worked(host, case_id, 20)
    walk(service, case_id, "closed")
    worked(host, case_id, 10)
    assert units(host, case_id) == [1200]
    for actor, command in ((ANN, ReopenCase()), (ANN, CLOSE)):
        service.apply(case_id, command, actor)
    assert units(host, case_id) == [1200, -1200, 1800]
    assert row(host).remaining == 5400


def test_hours_that_are_short_are_taken_as_far_as_they_go() -> None:
    """Part of the time is taken, and the rest is said."""
    host, service = desk(entitlement(unit="hours", total_units=1))
    case_id = opened(service).case.id
    worked(host, case_id, 90)
    (closing,) = walk(service, case_id, "closed")
    (entry,) = closing.ledger
    assert (entry.units, entry.shortfall, row(host).remaining, codes(closing)) == (3600, 1800, 0, ["units_short"])
    assert closing.reasons[-1].text == "E: 1:00:00 hours of 1:30:00 hours taken: no more was left"


def test_no_time_takes_no_hours() -> None:
    """There is no entry for nothing, and what was not taken is not given back."""
    host, service = desk(entitlement(unit="hours"))
    case_id = opened(service).case.id
    closing, reopening = walk(service, case_id, "reopened")
    assert (codes(closing), codes(reopening), row(host).ledger_entries) == (["no_time_worked"], [], 0)


# --- another entitlement ---------------------------------------------------------------------------------------------


def moved(service: CaseService, case_id: CaseId, to: str | None) -> Decision:
    """Set the entitlement by hand."""
    return service.apply(case_id, UpdateCase({"entitlement": to}), ANN)


def test_another_entitlement_takes_over_in_one_decision() -> None:
    """The old one gets its unit back, and the new one gives one, since its milestone is past."""
    host, service = desk(entitlement("a", consume_on="creation"), entitlement("b", consume_on="creation"))
    case_id = opened(service).case.id
    change = moved(service, case_id, "b")
    assert [(entry.entitlement, entry.units, entry.sequence) for entry in change.ledger] == [("a", -1, 2), ("b", 1, 1)]
    assert codes(change) == ["units_returned", "units_taken"]
    assert (row(host, "a").used, row(host, "b").used) == (0, 1)
    moved(service, case_id, "a")
    assert (units(host, case_id, "a"), units(host, case_id, "b")) == ([1, -1, 1], [1, -1])


def test_another_entitlement_takes_nothing_before_its_milestone() -> None:
    """What counts on close has nothing to count on an open case; an emptied field gives back alone."""
    host, service = desk(entitlement("a", consume_on="creation"), entitlement("b"), entitlement("c", per_unit=False))
    case_id = opened(service).case.id
    assert [entry.units for entry in moved(service, case_id, "b").ledger] == [-1]
    assert moved(service, case_id, "c").ledger == ()
    assert [entry.units for entry in moved(service, case_id, "a").ledger] == [1]
    assert [entry.units for entry in moved(service, case_id, None).ledger] == [-1]
    assert row(host, "a").used == 0


def test_a_resolved_case_takes_at_once_from_what_counts_resolutions() -> None:
    """Its milestone is past when it comes to the entitlement; closing takes no more."""
    host, service = desk(entitlement("a"), entitlement("b", consume_on="resolution"))
    case_id = opened(service).case.id
    walk(service, case_id, "resolved")
    assert units(host, case_id, "a") == []
    moved(service, case_id, "b")
    service.apply(case_id, AcceptSolution(), MANAGER)
    assert (units(host, case_id, "a"), units(host, case_id, "b")) == ([], [1])


def test_what_an_entitlement_counted_by_is_what_undoes_it() -> None:
    """Changed to count on close, a unit that was taken at creation stays through closing and reopening."""
    host, service = desk(entitlement(consume_on="creation"))
    case_id = opened(service).case.id
    host.add(attrs.evolve(row(host), consume_on="close"))
    walk(service, case_id, "reopened")
    assert units(host, case_id) == [1]


def test_an_entitlement_that_begins_to_count_does_not_look_back() -> None:
    """What was opened before it counted takes nothing until a milestone comes."""
    host, service = desk(entitlement(per_unit=False, consume_on="creation"))
    case_id = opened(service).case.id
    host.add(attrs.evolve(row(host), per_unit=True))
    walk(service, case_id, "closed")
    assert units(host, case_id) == []


# --- what is not known -----------------------------------------------------------------------------------------------


def test_units_are_given_back_to_what_is_no_longer_the_customers() -> None:
    """An entitlement that went over to another account gets back what the case took from it."""
    host, service = desk(entitlement(consume_on="creation"))
    case_id = opened(service).case.id
    host.add(made(Account, id="rival", name="Rival"), attrs.evolve(row(host), account=AccountId("rival")))
    gone = service.apply(case_id, UpdateCase({"channel": "phone"}), ANN)
    assert (gone.case.entitlement, codes(gone), row(host).used) == (None, ["units_returned"], 0)


def test_an_unknown_entitlement_takes_nothing_and_says_so() -> None:
    """Set by hand, then lost: at each milestone there is a reason; between them there is none."""
    host, service = desk(entitlement())
    case_id = opened(service, entitlement="e").case.id
    host.add(attrs.evolve(row(host), account=AccountId("rival")))
    work, solving = walk(service, case_id, "resolved")
    closing = service.apply(case_id, AcceptSolution(), MANAGER)
    assert [codes(each) for each in (work, solving, closing)] == [[], ["entitlement_unknown"], ["entitlement_unknown"]]
    assert host.consumption(case_id) == ()


CASE = made(
    Case,
    id="c",
    number="C",
    policy=POLICY.ref,
    account="acme",
    entitlement="e",
    short_description="No tone",
    opened_at=START,
    opened_by="ann",
    updated_at=START,
    version=2,
)
TAKEN = made(
    LedgerEntry,
    entitlement="e",
    sequence=4,
    case="c",
    case_version=1,
    channel="web",
    milestone="creation",
    units=1,
    at=START,
)
CANCELLED = revised(CASE, {"state": "cancelled", "version": 3})


@pytest.mark.parametrize(
    "known", [(), (entitlement(used=1, ledger_entries=3),), (entitlement(used=0, ledger_entries=4),)]
)
def test_nothing_is_given_back_to_a_ledger_that_never_had_it(known: tuple[Entitlement, ...]) -> None:
    """An entitlement that is lost, or began to count anew, gets nothing; there is a reason, and the case goes on."""
    used = consume(CASE, CANCELLED, CaseFacts(entitlements=known, consumption=(TAKEN,)), START)
    assert (used.ledger, [reason.code for reason in used.reasons]) == ((), ["units_not_returned"])


def test_what_is_owed_is_given_back_the_next_time() -> None:
    """A unit that could not be returned is, once its entitlement is known again."""
    other = revised(CASE, {"entitlement": None})
    owed = CaseFacts(consumed=(entitlement(used=1, ledger_entries=4),), consumption=(TAKEN,))
    used = consume(other, revised(other, {"state": "open"}), owed, START)
    assert [(entry.units, entry.sequence, entry.reverses) for entry in used.ledger] == [(-1, 5, 4)]


def test_one_decision_may_give_back_to_a_ledger_and_take_from_it() -> None:
    """A claim that is void is undone before a valid one is made, in the next two places of the ledger."""
    void = attrs.evolve(TAKEN, milestone="close")
    known = CaseFacts(entitlements=(entitlement(used=1, ledger_entries=4, consume_on="creation"),), consumption=(void,))
    used = consume(revised(CASE, {"entitlement": None}), CASE, known, START)
    assert [(entry.units, entry.sequence) for entry in used.ledger] == [(-1, 5), (1, 6)]


def test_what_other_cases_took_is_not_this_ones() -> None:
    """Facts about other cases count for nothing."""
    others = attrs.evolve(TAKEN, case=CaseId("d"))
    facts = CaseFacts(entitlements=(entitlement(used=1, ledger_entries=4),), consumption=(others,))
    assert consume(CASE, CANCELLED, facts, START) == ((), (), ())
    assert unspent(CASE, facts) == facts


def test_nothing_happens_where_neither_state_nor_entitlement_changes() -> None:
    """A step that leaves both as they are takes nothing, whatever the facts say."""
    facts = CaseFacts(entitlements=(entitlement(consume_on="creation"),), consumption=(TAKEN,))
    assert consume(CASE, revised(CASE, {"version": 3}), facts, START) == ((), (), ())


@pytest.mark.parametrize("wrong", [{"sequence": 6}, {"sequence": 4, "reverses": None}, {"entitlement": "f"}])
def test_a_row_counts_only_the_next_entry_of_its_ledger(wrong: dict[str, Any]) -> None:
    """A gap, a repetition and another's entry are refused; the next one is counted."""
    noun = entitlement(used=1, ledger_entries=4)
    entry = attrs.evolve(TAKEN, sequence=5)
    counted = noun.counting(entry)
    assert (counted.used, counted.ledger_entries) == (2, 5)
    with pytest.raises(InvalidValue, match="does not follow 4"):
        noun.counting(attrs.evolve(entry, **wrong))


# --- again, and at once ----------------------------------------------------------------------------------------------


def test_a_command_that_is_sent_again_takes_no_more() -> None:
    """The first answer comes back, with what it took."""
    host, service = desk(entitlement())
    case_id = opened(service).case.id
    sent = CommandId("close")
    first = service.apply(case_id, CLOSE, ANN, sent)
    service.apply(case_id, ReopenCase(), ANN)
    for each in (service, CaseService(host)):
        assert each.apply(case_id, CLOSE, ANN, sent) == first
    assert units(host, case_id) == [1, -1]


class Outrun(MemoryHost):
    """A host in which other cases take units after the facts were gathered, before they are counted on."""

    times = 0

    def commit(self, case: Case, sla: Any, activity: Any, entry: LogEntry) -> None:
        """Let another come first, so many times."""
        if entry.ledger and self.times:
            left, self.times = self.times - 1, 0
            service = CaseService(self)
            walk(service, opened(service).case.id, "closed")
            self.times = left
        super().commit(case, sla, activity, entry)


@pytest.mark.parametrize("expected", [None, 1])
def test_who_is_outrun_on_an_entitlement_decides_anew(expected: int | None) -> None:
    """Others took the units that were left, one after the other: the case is at the version expected, and is short."""
    host, service = desk(entitlement(), kind=Outrun)
    case_id = opened(service).case.id
    assert isinstance(host, Outrun)
    host.times = 3
    closing = service.apply(case_id, CLOSE, ANN, expected_version=expected)
    (entry,) = closing.ledger
    assert (entry.sequence, entry.units, entry.shortfall) == (4, 0, 1)
    assert row(host).remaining == 0


def test_who_is_outrun_every_time_changes_nothing() -> None:
    """The error names the entitlement; the ledger and the case are as they were."""
    host, _ = desk(entitlement(), kind=Outrun)
    service = CaseService(host, attempts=2)
    case_id = opened(service).case.id
    assert isinstance(host, Outrun)
    host.times = 2
    with pytest.raises(StaleVersion, match="others took units of entitlement 'e' before case 'CS0000001' could"):
        service.apply(case_id, CLOSE, ANN)
    case = host.case(case_id)
    assert case is not None
    assert (case.state, units(host, case_id), row(host).ledger_entries) == ("new", [], 2)


def test_an_entitlement_that_is_gone_is_not_counted_on() -> None:
    """A commit that names an unknown ledger is out of date, and changes nothing."""
    host, service = desk(entitlement())
    decision = opened(service)
    after = revised(decision.case, {"version": 2})
    entry = LogEntry.of(attrs.evolve(decision, case=after, ledger=(attrs.evolve(TAKEN, case=after.id),)), None)
    with pytest.raises(StaleVersion) as stale:
        desk()[0].commit(decision.case, decision.sla, (), attrs.evolve(entry, version=1))
    assert stale.value.entitlement == "e"
    with pytest.raises(StaleVersion):
        host.commit(after, decision.sla, (), entry)
    assert (host.case(after.id), host.consumption(after.id), row(host).used) == (decision.case, (), 0)


@pytest.fixture
def _in_short_turns() -> Iterator[None]:
    """Threads take turns thousands of times a second, so that they meet in the middle of things."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_in_short_turns")
@pytest.mark.parametrize("restricted", [True, False])
def test_two_threads_on_the_last_unit_take_it_once(restricted: bool, tally: Tally) -> None:  # noqa: FBT001 - a case
    """One gets it, and the other is short of it or not entitled; so it is with three, and again and again."""
    rounds = 40
    on = "creation" if restricted else "close"
    for _ in range(rounds):
        host, service = desk(entitlement(total_units=1, restrict_when_exhausted=restricted, consume_on=on))
        cases = [opened(service).case.id for _ in range(3)] if not restricted else []

        def taken(place: int, service: CaseService = service, cases: list[CaseId] = cases) -> Decision:
            return opened(service) if not cases else service.apply(cases[place], CLOSE, ANN)

        with ThreadPoolExecutor(3) as threads:
            decisions = list(threads.map(taken, range(3)))
        entries = sorted((entry for each in decisions for entry in each.ledger), key=lambda entry: entry.sequence)
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        assert [entry.units for entry in entries] == ([1] if restricted else [1, 0, 0])
        assert sum(each.case.entitlement is None for each in decisions) == (2 if restricted else 0)
        assert row(host).remaining == 0
        tally("threads on the last unit", 3)


def test_ticks_and_notes_take_nothing() -> None:
    """Only steps to another state or entitlement are looked at."""
    host, service = desk(entitlement(consume_on="creation"))
    case_id = opened(service).case.id
    host.add(attrs.evolve(row(host), used=0, ledger_entries=0))
    service.apply(case_id, AddWorkNote("Seen"), ANN)
    assert service.tick(case_id) is None
    assert row(host).used == 0


def test_a_later_instant_is_the_entrys() -> None:
    """An entry is of the instant of its command, in UTC."""
    host, service = desk(entitlement())
    case_id = opened(service).case.id
    clock = SettableClock(START + timedelta(hours=2))
    host._clock = clock
    walk(service, case_id, "closed")
    assert [entry.at for entry in host.consumption(case_id)] == [clock.now()]


# --- what is no entry ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"units": -1}, "units"),
        ({"reverses": 1}, "units"),
        ({"units": -1, "reverses": 4}, "reverses"),
        ({"units": 1.5}, "units"),
        ({"units": float("nan")}, "units"),
        ({"shortfall": -1}, "shortfall"),
        ({"sequence": 0}, "sequence"),
        ({"at": datetime(2026, 1, 12)}, "at"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(wrong: dict[str, Any], field: str) -> None:
    """What is given back is negative and names an earlier entry; nothing is half a second."""
    with pytest.raises(InvalidValue) as invalid:
        attrs.evolve(TAKEN, **wrong)
    assert invalid.value.path == field


@pytest.mark.parametrize("seconds", [0, -60, 1.5, float("nan"), True, 400 * 24 * 3600])
def test_time_that_cannot_have_been_worked_is_refused(seconds: float) -> None:
    """Whole seconds, at least one, and no more than a year."""
    with pytest.raises(InvalidValue, match="seconds"):
        made(TimeEntry, id="t", case="c", by="ann", seconds=seconds, at=START)


def test_hours_are_not_counted_on_creation() -> None:
    """Nothing is worked yet."""
    with pytest.raises(InvalidValue, match="no hours are worked at creation"):
        entitlement(unit="hours", consume_on="creation")
