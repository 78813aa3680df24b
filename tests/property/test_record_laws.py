"""Links to other systems' records, by csmcore and as plain dicts; and what holds in whatever order they are heard."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from csmcore.model import (
    RECORD_CHANGES,
    RECORD_KINDS,
    Account,
    AccountId,
    Actor,
    AddComment,
    AssignToMe,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    Contact,
    ContactId,
    Decision,
    Event,
    HearOfRecord,
    LinkRecord,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    Refusal,
    RejectSolution,
    SlaState,
    SupportPolicy,
    UnlinkRecord,
    WorkNote,
    revised,
)
from csmcore.rules import compile_policy, decide_apply, decide_open, replay_events
from csmcore.rules.records.record_news import outgoing
from tests.oracle.records import MOST, UPDATES, hear, link, unlink
from tests.tally import Tally
from tests.unit.records.desk import ANN, EVE, ITSM, NOON, OTHER, after, case_with, hears, record

RUNS, STEPS = 300, 40
EXAMPLES = max(RUNS + 50, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more

PLAN = compile_policy(SupportPolicy(name="test", version="1"))
ACME = AccountId("acme")
FACTS = CaseFacts(account=Account(id=ACME, name="Acme"), contact=Contact(id=ContactId("eve"), account=ACME, name="Eve"))
SINGLE = frozenset({"incident", "problem", "change"})
SYSTEMS = {"itsm": ITSM, "monitor": OTHER, "time": Actor(kind="system", id="system")}
NAMES = ("R1", "R2", "R3")
COUNTED = {"runs": 0, "steps": 0, "linked": 0, "unlinked": 0, "heard": 0, "late": 0, "refused": 0, "notices": 0}
HELD = st.sampled_from([-3, -2, -1, 0, 0, None])
"""Hours by which an update may have been held up; None: it does not say when it happened."""


class Desk(RuleBasedStateMachine):
    """One case and its links, by csmcore and as a plain dict."""

    now: datetime
    case: Case

    def __init__(self) -> None:
        super().__init__()
        self.sla = SlaState()
        self.links: dict[str, Any] = {}
        self.events: list[Event] = []
        COUNTED["runs"] += 1

    @initialize()
    def open(self) -> None:
        """Somebody outside asks, and an agent takes it."""
        self.now = NOON
        command = OpenCase(short_description="The press stands still", contact=ContactId("eve"))
        opened = decide_open(command, SYSTEMS["time"], FACTS, PLAN, self.now, CaseId("c1"), "CS1")
        assert isinstance(opened, Decision)
        self.case, self.events = opened.case, list(opened.events)

    @rule(
        kind=st.sampled_from(RECORD_KINDS),
        name=st.sampled_from(NAMES),
        content=st.sampled_from(
            [{}, {}, {"state": "new"}, {"is_closed": True}, {"needs_workaround": True}, {"system": "itsm"}]
        ),
        by=st.sampled_from(["ann", "itsm", "monitor"]),
    )
    def link(self, kind: str, name: str, content: Mapping[str, Any], by: str) -> None:
        """Somebody links a record."""
        actor = SYSTEMS.get(by, ANN)
        command: Any = LinkRecord(kind=kind, record=name, **content)  # type: ignore[arg-type]
        self.compare("linked", command, actor, link(self.links, kind, name, content, (actor.kind, actor.id)))

    @precondition(lambda self: bool(self.links))
    @rule(pick=st.integers(0, 99), strange=st.sampled_from(["", "", "", "x"]))
    def unlink(self, pick: int, strange: str) -> None:
        """An agent takes a link off, or tries to."""
        key = list(self.links)[pick % len(self.links)] + strange
        self.compare("unlinked", UnlinkRecord(record=key, reason="not this one"), ANN, unlink(self.links, key))

    @precondition(lambda self: bool(self.links))
    @rule(
        pick=st.integers(0, 99),
        change=st.integers(0, 99),
        content=st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1, 2]),
        sequence=st.sampled_from([0, 0, 1, 2, 3]),
        held=HELD,
        by=st.sampled_from(list(SYSTEMS)),
    )
    def hear(self, pick: int, change: int, content: int, sequence: int, held: int | None, by: str) -> None:  # noqa: PLR0913, PLR0917
        """A system says what happened, in whatever order; sometimes nonsense."""
        key = list(self.links)[pick % len(self.links)]
        kind = self.links[key]["kind"]
        sound = [each for of, each in UPDATES if of == kind]
        chosen = (list(RECORD_CHANGES) if content == 2 else sound)[change % (13 if content == 2 else len(sound))]
        told: dict[str, Any] = {"change": chosen, "sequence": sequence}
        told["at"] = None if held is None else self.now + timedelta(hours=held)
        names = ("text", "code") if content else UPDATES[kind, chosen].labels
        told |= {name: f"{name} {pick}" for name in names}
        actor, now = SYSTEMS[by], self.now
        wrong = hear(self.links, key, told, (actor.kind, actor.id), now)
        self.compare("heard", hears(key, **told), actor, wrong)

    @rule(who=st.sampled_from(["ann", "eve", "itsm", "monitor"]), what=st.integers(0, 4), hours=st.integers(0, 2))
    def work(self, who: str, what: int, hours: int) -> None:
        """The case goes on meanwhile; what is refused is not this test's."""
        self.now += timedelta(hours=hours)
        commands: tuple[CaseCommand, ...] = (
            AddComment("Any news?"),
            OverridePriority(priority=1 + hours, reason="plant"),
            ProposeSolution(code="fixed", notes="A new fuse."),
            RejectSolution("It stopped again."),
            AssignToMe(),
        )
        actor = {"ann": ANN, "eve": EVE}.get(who) or SYSTEMS[who]
        decided = decide_apply(self.case, self.sla, commands[what], actor, FACTS, PLAN, self.now)
        if isinstance(decided, Decision):
            self.check_news(decided, actor)
            self.keep(decided)

    def compare(self, what: str, command: CaseCommand, actor: Actor, wrong: set[str]) -> None:
        """One command, to both."""
        before = dict(vars(self.case))
        decided = decide_apply(self.case, self.sla, command, actor, FACTS, PLAN, self.now)
        assert vars(self.case) == before
        if wrong:
            COUNTED["refused"] += 1
            assert isinstance(decided, Refusal)
            assert set(decided.codes) == wrong
            return
        COUNTED[what] += 1
        assert isinstance(decided, Decision), decided
        COUNTED["late"] += any(reason.code == "heard_late" for reason in decided.reasons)
        assert all(isinstance(said, WorkNote) for said in decided.activity)
        assert len(decided.activity) == (what != "linked")
        assert decided.case.state == self.case.state
        self.check_news(decided, actor)
        if what == "heard":
            assert not [told for told in decided.intents if told.kind in {"update_record", "notify_customer"}]
        self.keep(decided)
        assert self.as_links() == {key: {**known, "newest": None} for key, known in self.links.items()}

    def check_news(self, decided: Decision, actor: Actor) -> None:
        """Nothing goes to a record whose own system acted, nor to one that the case is not linked to."""
        changes = {name: value for event in decided.events for name, value in event.changes.items()}
        news = outgoing(self.case, changes, decided.activity, decided.events[0].kind, actor)
        for notice in (*news, *decided.intents):
            if notice.kind == "update_record":
                COUNTED["notices"] += 1
                [key] = notice.to
                known = decided.case.records.get(key) or self.case.records[key]
                assert actor.kind != "integration" or known.system != actor.id
                assert notice.activity is None or not isinstance(decided.activity[0], WorkNote)

    def keep(self, decided: Decision) -> None:
        """The next version; its events tell it."""
        self.case, self.sla = decided.case, decided.sla
        self.events += decided.events
        assert replay_events(self.events) == self.case

    def as_links(self) -> dict[str, Any]:
        """The case's records and blockers, as the dict has them."""
        known = {}
        for key, each in self.case.records.items():
            blocker = self.case.blockers.get(key)
            known[key] = {
                "kind": each.kind,
                "system": each.system,
                "state": each.state,
                "closed": each.is_closed,
                "waits": blocker.reason if blocker is not None and blocker.is_active else None,
                "newest": None,
            }
        return known

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step: no kind has more than its number, no link that is gone blocks."""
        COUNTED["steps"] += 1
        if hasattr(self, "case"):
            kinds = [each.kind for each in self.case.records.values()]
            assert all(kinds.count(kind) <= MOST[kind] for kind in kinds)
            blocking = {key for key, blocker in self.case.blockers.items() if blocker.is_active}
            assert blocking <= self.case.records.keys()
        super().check_invariants(*args, **kwargs)


def test_links_live_as_the_plain_dict_says(tally: Tally) -> None:
    """After every command the records, their states and blockers, the notes and the replayed events are as expected."""
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(Desk, settings=chosen)
    tally("records machine: runs", COUNTED["runs"], planned=RUNS)
    tally("records machine: steps", COUNTED["steps"], planned=RUNS * STEPS)
    tally.detail("records machine: " + ", ".join(f"{count:,} {name}" for name, count in COUNTED.items()))


@st.composite
def stories(draw: st.DrawFn) -> tuple[str, list[HearOfRecord], list[HearOfRecord]]:
    """What happened to a record, in its order, each with its count or its instant; and how it is heard, some twice."""
    kind = draw(st.sampled_from(RECORD_KINDS))
    changes = [change for of, change in UPDATES if of == kind]
    counts = draw(st.booleans())
    happened = []
    for place, change in enumerate(draw(st.lists(st.sampled_from(changes), min_size=1, max_size=7)), 1):
        when = {"sequence": place} if counts else {"at": NOON - timedelta(hours=9 - place)}
        told = {name: f"{name} {place}" for name in UPDATES[kind, change].labels}
        happened.append(hears(f"{kind}:R1", change, **told, **when))
    twice = draw(st.lists(st.sampled_from(happened), max_size=3))
    return kind, happened, draw(st.permutations([*happened, *twice]))


@given(stories())
def test_whatever_the_order_the_newest_state_stays(story: tuple[str, list[HearOfRecord], list[HearOfRecord]]) -> None:
    """Updates that come late, or twice, leave the record as those that came in time; and nobody hears an echo."""
    kind, happened, heard = story
    start = case_with(record(kind))
    in_time = in_any = start
    for command in happened:
        in_time = after(in_time, command, ITSM)
    for command in heard:
        in_any = after(in_any, command, ITSM)
    key = f"{kind}:R1"
    if all(command.at for command in heard):  # else the instant is that of the hearing
        assert in_any.records == in_time.records
    one, other = in_any.records[key], in_time.records[key]
    assert (one.state, one.is_closed, one.state_sequence) == (other.state, other.is_closed, other.state_sequence)
    assert in_any.state == start.state
    if one.is_closed:
        assert not in_any.blockers[key].is_active


@pytest.mark.parametrize("kind", sorted(SINGLE))
def test_single_kinds_are_single_in_the_table_too(kind: str) -> None:
    """What the machine's oracle says is what the sources say."""
    assert MOST[kind] == 1
    assert revised(case_with(record(kind)), {}).records
