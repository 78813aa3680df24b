"""Random lives of cases on shared entitlements: the ledgers against plain dicts, whatever comes between.

Commands are repeated, sent twice under one id, outrun by other commands, and turned away at the commit; the law stays:
what is left is the total less the ledger, and of one entitlement a case has taken at most once.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.errors import StaleVersion
from csmcore.model import (
    SYSTEM,
    AcceptSolution,
    Account,
    Activity,
    Actor,
    AddComment,
    AssignToMe,
    AutoCloseCase,
    CancelCase,
    Case,
    CaseCommand,
    CaseId,
    CloseCase,
    Command,
    CommandId,
    Decision,
    Entitlement,
    EntitlementId,
    LedgerEntry,
    LogEntry,
    OpenCase,
    ProductModel,
    ProposeSolution,
    Refused,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    SlaState,
    SupportPolicy,
    TimeEntry,
    UpdateCase,
)
from csmcore.services import CaseService
from tests.oracle.consumption import Taking, World, derived, left, step
from tests.tally import Tally
from tests.unit.services.desk import ANN, check_whole, made, snapshot

RUNS, STEPS = 300, 50
EXAMPLES = max(RUNS + 60, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more

POLICY = SupportPolicy(name="desk", version="1", reopen_window_days=2)
JO = made(Actor, kind="contact", id="jo", account="acme", roles=frozenset({"customer_case_manager"}))
NAMES = ("a", "b", "c", "d")
PRODUCTS = (*NAMES, "other")

COMMANDS: tuple[tuple[Actor, CaseCommand], ...] = (
    (ANN, AssignToMe()),
    (ANN, RequestInfo("Which one?")),
    (JO, AddComment("That one")),
    (ANN, ProposeSolution(code="fixed", notes="A new fuse.")),
    (ANN, ProposeSolution(code="fixed", notes="A new fuse.")),
    (JO, RejectSolution("It stopped again")),
    (JO, AcceptSolution()),
    (SYSTEM, AutoCloseCase()),
    (ANN, CloseCase(code="duplicate", notes="See another.")),
    (JO, CloseCase()),
    (JO, ReopenCase()),
    (JO, ReopenCase("It is back")),
    (ANN, CancelCase("by mistake")),
    (ANN, UpdateCase({"channel": "phone"})),
    (ANN, UpdateCase({"channel": "email"})),
    (ANN, UpdateCase({"entitlement": None})),
    (ANN, UpdateCase({"entitlement_is_manual": False})),
    *((ANN, UpdateCase({"entitlement": name})) for name in NAMES),
    *((ANN, UpdateCase({"product": name})) for name in PRODUCTS),
)

KINDS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["cases", "cases", "hours"]),
        "on": st.sampled_from(["creation", "resolution", "close"]),
        "total": st.sampled_from([None, 0, 1, 1, 2, 3]),
        "overdraft": st.booleans(),
        "restricted": st.booleans(),
    }
).map(lambda it: {**it, "on": "resolution"} if it["unit"] == "hours" and it["on"] == "creation" else it)

PAIRS = st.tuples(st.integers(0, 99), st.integers(0, 99))

COUNTED = dict.fromkeys(
    ("runs", "steps", "accepted", "refused", "entries", "short", "given back", "outrun", "turned away", "sent again"), 0
)


class Sent(NamedTuple):
    """A command that was accepted under an id, and its answer."""

    ask: Callable[[CaseService], Decision]
    answer: Decision


class Crowded(MemoryHost):
    """A host in which others come between, and commits are turned away for nothing, now and then."""

    stumbles = 0
    meddler: Callable[[], None] | None = None

    def commit(self, case: Case, sla: SlaState, activity: Sequence[Activity], entry: LogEntry) -> None:
        """Let the other command be first; then turn this one away, as often as is set."""
        meddler, self.meddler = self.meddler, None
        if meddler is not None:
            meddler()
        if self.stumbles:
            self.stumbles -= 1
            COUNTED["turned away"] += 1
            raise StaleVersion(case.id, case.version - 1)
        super().commit(case, sla, activity, entry)


class Ledgers(RuleBasedStateMachine):
    """Cases on four entitlements, by csmcore and as plain dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = SettableClock(datetime(2026, 1, 12, 9, tzinfo=UTC))
        self.host = Crowded(POLICY, clock=self.clock)
        self.services = (CaseService(self.host), CaseService(self.host))
        self.world: World = {"entitlements": {}, "cases": {}, "ledgers": {}, "minutes": {}}
        self.seen: dict[str, list[LedgerEntry]] = {name: [] for name in NAMES}
        self.sent: list[Sent] = []
        self.ids = 0
        COUNTED["runs"] += 1

    @initialize(kinds=st.lists(KINDS, min_size=len(NAMES), max_size=len(NAMES)))
    def agree(self, kinds: list[dict[str, Any]]) -> None:
        """Acme has four entitlements, each for a product."""
        self.host.add(made(Account, id="acme", name="Acme"))
        self.host.add(*(made(ProductModel, id=name, name=name) for name in PRODUCTS))
        for name, it in zip(NAMES, kinds, strict=True):
            self.world["entitlements"][name], self.world["ledgers"][name] = it, []
            counts = {"unit": it["unit"], "total_units": it["total"], "consume_on": it["on"], "per_unit": True}
            rules = {"allow_overdraft": it["overdraft"], "restrict_when_exhausted": it["restricted"]}
            self.host.add(made(Entitlement, id=name, number=name, account="acme", product=name, **counts, **rules))

    # --- what happens ------------------------------------------------------------------------------------------------

    @rule(product=st.sampled_from(PRODUCTS), by_hand=st.sampled_from([None, None, *NAMES]), stumbles=st.integers(0, 2))
    def open(self, product: str, by_hand: str | None, stumbles: int) -> None:
        """Somebody opens a case, with an entitlement that is derived or set by hand."""
        command = made(OpenCase, account="acme", product=product, entitlement=by_hand, short_description="No tone")
        self.host.stumbles = stumbles
        self.send(lambda service, sent: service.open(command, ANN, sent), None, command)

    @rule(place=st.integers(0, 99), which=st.integers(0, 99), hours=st.sampled_from([0, 0, 0, 5, 30]))
    def go_on(self, place: int, which: int, hours: int) -> None:
        """Somebody does something, which may be refused."""
        self.clock.advance(timedelta(hours=hours))
        self.apply(place, which)

    @rule(places=PAIRS, which=PAIRS)
    def collide(self, places: tuple[int, int], which: tuple[int, int]) -> None:
        """Another command, on this case or another, is committed while this one is being decided."""

        def meddle() -> None:
            COUNTED["outrun"] += 1
            self.apply(places[1], which[1])

        self.host.meddler = meddle
        self.apply(places[0], which[0])
        self.host.meddler = None

    @rule(place=st.integers(0, 99), which=st.integers(0, 99), stumbles=st.integers(1, 3))
    def stumble(self, place: int, which: int, stumbles: int) -> None:
        """The commit is turned away before it is kept."""
        self.host.stumbles = stumbles
        self.apply(place, which)
        self.host.stumbles = 0

    @rule(place=st.integers(0, 99), minutes=st.integers(1, 100))
    def work(self, place: int, minutes: int) -> None:
        """Somebody enters time on a case, in whatever state it is."""
        if self.world["cases"]:
            name = self.case_at(place)
            self.ids += 1
            entry = made(TimeEntry, id=f"t{self.ids}", case=name, by="ann", seconds=60 * minutes, at=self.clock.now())
            self.host.add(entry)
            self.world["minutes"][name] = self.world["minutes"].get(name, 0) + minutes

    @rule(which=st.integers(0, 99), other=st.booleans())
    def send_again(self, which: int, other: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """A command that was accepted is sent again under its id: the first answer comes back, and nothing changes."""
        if self.sent:
            COUNTED["sent again"] += 1
            before, sent = snapshot(self.host), self.sent[which % len(self.sent)]
            assert sent.ask(self.services[other]) == sent.answer
            assert snapshot(self.host) == before

    # --- how it is compared ------------------------------------------------------------------------------------------

    def case_at(self, place: int) -> CaseId:
        """The case at a place."""
        names = list(self.world["cases"])
        return CaseId(names[place % len(names)])

    def apply(self, place: int, which: int) -> None:
        """One command to one case."""
        actor, command = COMMANDS[which % len(COMMANDS)]
        if self.world["cases"]:
            name = self.case_at(place)
            self.send(lambda service, sent: service.apply(name, command, actor, sent), name, command)

    def send(self, ask: Callable[[CaseService, CommandId], Decision], name: CaseId | None, command: Command) -> None:
        """Send a command under an id of its own; accepted, it is one step of the plain world, too."""
        self.ids += 1
        sent, before = CommandId(f"id {self.ids}"), self.expected(name, command)
        try:
            decision = ask(self.services[self.ids % 2], sent)
        except Refused:
            COUNTED["refused"] += 1
            return
        COUNTED["accepted"] += 1
        case = decision.case
        assert case.entitlement in {before, self.expected(name, command)}  # others may have come in between
        state = {"state": case.state, "entitlement": case.entitlement}
        step(self.world, case.id, {**state, "product": case.product, "by_hand": case.entitlement_is_manual})
        self.sent.append(Sent(lambda service: ask(service, sent), decision))
        self.check(decision)

    def expected(self, name: CaseId | None, command: Command) -> str | None:
        """The entitlement that a case has after a command, if it is accepted now."""
        if isinstance(command, OpenCase):
            return command.entitlement or derived(self.world, command.product or "", None)
        case = self.world["cases"][name]
        given: dict[str, Any] = dict(command.changes) if isinstance(command, UpdateCase) else {}
        if "entitlement" in given:
            return given["entitlement"]
        asks = "channel" in given or given.get("product", case["product"]) != case["product"]
        gives_up = "entitlement_is_manual" in given and case["by_hand"]
        if not gives_up and (case["by_hand"] or not asks):
            return case["entitlement"]
        return derived(self.world, given.get("product", case["product"]), name)

    def check(self, decision: Decision) -> None:
        """Every ledger is the plain one, and what was there is as it was."""
        for entry in decision.ledger:
            COUNTED["entries"] += 1
            COUNTED["short"] += entry.shortfall > 0
            COUNTED["given back"] += entry.reverses is not None
        ledgers: dict[str, list[LedgerEntry]] = {name: [] for name in NAMES}
        for name in self.world["cases"]:
            for entry in self.host.consumption(CaseId(name)):
                ledgers[entry.entitlement].append(entry)
        for name, entries in ledgers.items():
            entries.sort(key=lambda entry: entry.sequence)
            assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
            assert entries[: len(self.seen[name])] == self.seen[name]
            plain = [Taking(entry.case, entry.units, entry.shortfall, entry.reverses) for entry in entries]
            assert plain == self.world["ledgers"][name]
            self.check_row(name, entries)
        self.seen = ledgers

    def check_row(self, name: str, entries: list[LedgerEntry]) -> None:
        """What is left is the total less the ledger; no case has it twice; without overdraft it is never negative."""
        row = self.host.entitlement(EntitlementId(name))
        assert row is not None
        assert (row.used, row.ledger_entries) == (sum(entry.units for entry in entries), len(entries))
        assert row.remaining == left(self.world, name)
        assert row.allow_overdraft or row.remaining is None or row.remaining >= 0
        for case in self.world["cases"]:
            own = [entry for entry in entries if entry.case == case]
            assert sum(-1 if entry.reverses else 1 for entry in own) in {0, 1}
            assert sum(entry.units for entry in own) in {0, *(entry.units for entry in own)}

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step."""
        COUNTED["steps"] += 1
        super().check_invariants(*args, **kwargs)

    def teardown(self) -> None:
        """The logs are whole and replay to the cases; every command that is sent again gets its first answer."""
        check_whole(self.host)
        for sent in self.sent:
            assert sent.ask(self.services[0]) == sent.answer


def test_ledgers_are_as_the_plain_dicts_say(tally: Tally) -> None:
    """After every command the ledgers, what is left of them, and what is answered again are as expected."""
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(Ledgers, settings=chosen)
    tally("consumption machine: runs", COUNTED["runs"], planned=RUNS)
    tally("consumption machine: steps", COUNTED["steps"], planned=RUNS * STEPS)
    tally("consumption machine: entries of ledgers", COUNTED["entries"])
    tally.detail("consumption machine: " + ", ".join(f"{count:,} {name}" for name, count in COUNTED.items()))
