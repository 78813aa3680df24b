"""Random lives of a case: csmcore's answers against a plain dict, step by step."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from csmcore.conditions import field
from csmcore.model import (
    COMMANDS,
    Case,
    CaseFacts,
    CaseId,
    Comment,
    Decision,
    DefinitionId,
    Event,
    Goal,
    OpenCase,
    Refusal,
    Resolution,
    SlaDefinition,
    SlaState,
    SupportPolicy,
    WorkNote,
)
from csmcore.rules.cases.lifecycle import replay_events
from csmcore.rules.casework import decide_apply, decide_open, decide_tick
from csmcore.rules.clocks.plan import compile_policy
from csmcore.rules.intake.intake import follow_up
from tests.oracle.lifecycle_model import FLOW, Model, Who, act, guards_of, new_case
from tests.oracle.lifecycle_table import may
from tests.tally import Tally
from tests.unit.lifecycle.cast import BUSINESS, CONTENT, START, contact, inside, made

RUNS, STEPS = 500, 50
EXAMPLES = max(RUNS + 50, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more

STATES_AT_WORK = ("new", "open", "awaiting_info")
PROMISE = SlaDefinition(
    id=DefinitionId("resolution"),
    goals=(Goal(timedelta(hours=30)),),
    start=field("state").is_in(STATES_AT_WORK),
    pause=field("state") == "awaiting_info",
    stop=field("state").is_in("resolved", "closed"),
    thresholds=(50,),
)
PLANS = {
    days: compile_policy(SupportPolicy(name="test", version="1", definitions=(PROMISE,), reopen_window_days=days))
    for days in (0, 3)
}
CAST = {
    "eve": (contact("eve", "acme", "customer"), "C"),
    "hugo": (contact("hugo", "hq", "customer_admin"), "C"),
    "pat": (contact("pat", "dealer", "partner"), ""),
    "carl": (contact("carl", "acme", "customer"), ""),
    "req": (inside("req"), "CI"),
    "emil": (inside("emil"), "I"),
    "ann": (inside("ann", "agent"), "WI"),
    "bob": (inside("bob", "agent"), "WI"),
    "mia": (inside("mia", "manager"), "MWI"),
    "system": (made(type(inside("x")), kind="system", id="system"), "S"),
    "monitor": (made(type(inside("x")), kind="integration", id="monitor"), "X"),
}
UPDATES: tuple[Mapping[str, Any], ...] = (
    {"category": "machines"},
    {"impact": 1, "urgency": 2},
    {"urgency": 3, "impact": 3, "category": ""},
    {"needs_attention": False},
    {"needs_attention": True},
    {"informed_users": ("carl", "eve")},
    {"share_resolution_notes": True},
    {"impact": None},
    {"auto_close": False},
    {"auto_close": True},
)
VARIANTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "assign_case": ({"group": "tier-2"}, {"user": "ann"}, {"user": "bob"}, {"group": "tier-1", "user": "mia"}, {}),
    "update_case": (*({"changes": changes} for changes in UPDATES), {"changes": {}}),
    "override_priority": ({"priority": 1, "reason": "plant"}, {"priority": 2}, {"reason": "why"}, {}),
    "propose_solution": (
        {"code": "fixed", "notes": "Turned it on."},
        {"code": "fixed", "notes": "Turned it on.", "share": True, "cause": "off"},
        {"code": "fixed", "notes": "Turned it on.", "share": False},
        {"code": "fixed", "notes": "\t"},
        {"notes": "Turned it on."},
    ),
    "close_case": ({"code": "duplicate", "notes": "See CS0."}, {}, {"code": "duplicate"}),
    "reopen_case": ({"comment": "It is back."}, {}),
}
COUNTED = {"runs": 0, "steps": 0, "accepted": 0, "refused": 0, "ticks": 0, "follow-ups": 0}


def variants(action: str) -> tuple[Mapping[str, Any], ...]:
    """Ways to fill a command, right and wrong."""
    whole = CONTENT.get(action, {})
    return VARIANTS.get(action, (whole, *({**whole, name: " "} for name in whole)))


class CaseLife(RuleBasedStateMachine):
    """One case, by csmcore and as a plain dict."""

    now: datetime
    case: Case
    sla: SlaState
    model: Model

    def __init__(self) -> None:
        super().__init__()
        self.days = self.opened = self.surveys = 0
        self.events: list[Event] = []
        self.said: list[Comment | WorkNote] = []
        COUNTED["runs"] += 1

    @initialize(
        opener=st.sampled_from(["eve", "pat", "ann", "req"]), days=st.sampled_from([0, 3, 3]), share=st.booleans()
    )
    def open(self, opener: str, days: int, share: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """Somebody opens the case for eve, asked by req."""
        self.now, self.days = START, days
        inner = {"requested_by": "req", "assigned_to": "ann"} if opener == "ann" else {}
        whose = {} if opener == "req" else {"contact": "eve"}
        command = made(OpenCase, short_description="No tone", share_resolution_notes=share, **whose, **inner)
        given = {"assigned_to": "ann", "assigned_at": self.now} if inner else {}
        self.begin(command, opener, BUSINESS.facts, share_resolution_notes=share, **given)

    @rule(
        kind=st.sampled_from(["allowed", "allowed", "allowed", "any", "early", "tick"]),
        pick=st.integers(0, 9_999),
        variant=st.integers(0, 9),
        hours=st.sampled_from([0, 0, 1, 20, 80]),
    )
    def go_on(self, kind: str, pick: int, variant: int, hours: int) -> None:
        """Somebody does what they may by the other table; or anybody tries anything, or too early; or time goes by."""
        self.now += timedelta(hours=hours)
        choices = list(self.allowed()) if kind == "allowed" else [(who, action) for who in CAST for action in FLOW]
        who, action = choices[pick % len(choices)]
        content = variants(action)[variant % len(variants(action))]
        if kind == "tick":
            self.tick()
        elif kind == "early":
            self.refused(who, action, content, self.case.updated_at - timedelta(microseconds=1))
        elif action == "follow_up":
            self.follow(who)
        else:
            self.try_it(who, action, content)

    def begin(self, command: OpenCase, opener: str, facts: CaseFacts, **given: Any) -> None:
        """A new case, and its dict."""
        self.opened += 1
        identity = CaseId(f"case-{self.opened}")
        opened = decide_open(command, CAST[opener][0], facts, PLANS[self.days], self.now, identity, "CS1")
        assert isinstance(opened, Decision)
        self.events, self.said, self.surveys = [], [], 0
        self.model = new_case(opener, self.now, **given)
        self.take(opened)

    def follow(self, who: str) -> None:
        """A case to go on from one that has ended."""
        followed, guards = self.case, guards_of(self.model, self.now, self.days)
        command = self.decide(who, "follow_up", {}, self.now)
        if not may(followed.state, "follow_up", self.letters(who), guards):
            assert isinstance(command, Refusal)
            return
        assert isinstance(command, OpenCase)
        COUNTED["follow-ups"] += 1
        self.begin(command, who, attrs.evolve(BUSINESS.facts, followed=followed))
        assert (self.case.follow_up_of, self.case.contact) == (followed.id, followed.contact)

    def tick(self) -> None:
        """Time passes: a version of its own, in which no field changes."""
        ticked = decide_tick(self.case, self.sla, PLANS[self.days], self.now)
        if ticked is not None:
            COUNTED["ticks"] += 1
            self.model["version"] += 1
            self.take(ticked)
            assert decide_tick(self.case, self.sla, PLANS[self.days], self.now) is None

    def letters(self, who: str) -> str:
        """What somebody is to this case, as it stands."""
        letters = CAST[who][1]
        theirs = {"eve": self.case.contact, "hugo": self.case.contact, "req": self.case.requested_by}
        letters = letters if theirs.get(who, who) else letters.replace("C", "")
        letters += "C" if who == "pat" == self.case.opened_by else ""
        return letters + ("O" if "W" in letters and self.model["assigned_to"] == who else "")

    def allowed(self) -> Iterator[tuple[str, str]]:
        """Everybody and everything that the table by hand allows now."""
        guards = guards_of(self.model, self.now, self.days)
        letters = {who: self.letters(who) for who in CAST}
        for who, action in ((who, action) for who in CAST for action in FLOW):
            if may(self.model["state"], action, letters[who], guards):
                yield who, action

    def try_it(self, who: str, action: str, content: Mapping[str, Any]) -> None:
        """One command, to both."""
        expected = act(self.model, action, content, Who(who, self.letters(who)), self.now, self.days)
        if expected is None:
            self.refused(who, action, content, self.now)
            return
        COUNTED["accepted"] += 1
        before = self.case
        copy = dict(vars(before))
        decided = self.decide(who, action, content, self.now)
        assert isinstance(decided, Decision)
        assert vars(before) == copy
        assert not before.is_terminal or (before.state, decided.case.state) == ("closed", "open")
        self.model = expected
        self.take(decided)

    def decide(self, who: str, action: str, content: Mapping[str, Any], now: datetime) -> Decision | OpenCase | Refusal:
        """What csmcore decides."""
        actor, plan = CAST[who][0], PLANS[self.days]
        if action == "follow_up":
            return follow_up(self.case, actor, BUSINESS.facts, plan.policy, now)
        command: Any = COMMANDS[action](**content)  # type: ignore[index]
        return decide_apply(self.case, self.sla, command, actor, BUSINESS.facts, plan, now)

    def refused(self, who: str, action: str, content: Mapping[str, Any], now: datetime) -> None:
        """A refusal has reasons, and leaves everything as it was."""
        COUNTED["refused"] += 1
        copy = dict(vars(self.case))
        decided = self.decide(who, action, content, now)
        assert isinstance(decided, Refusal)
        assert decided.reasons
        assert vars(self.case) == copy

    def take(self, decision: Decision) -> None:
        """Keep what was decided, and compare everything."""
        self.case, self.sla = decision.case, decision.sla
        self.events += decision.events
        self.said += decision.activity
        self.surveys += sum(intent.kind == "send_survey" for intent in decision.intents)
        assert as_model(self.case, self.model) == {name: self.model[name] for name in self.model if name not in APART}
        comments = tuple((said.by.id, said.text) for said in self.said if isinstance(said, Comment))
        notes = tuple((said.by.id, said.text) for said in self.said if isinstance(said, WorkNote))
        assert (comments, notes, self.surveys, False) == tuple(self.model[name] for name in APART)
        assert replay_events(self.events) == self.case
        self.check_clocks()

    def check_clocks(self) -> None:
        """The promise runs while the case is worked on, and waits while it does; one clock at a time."""
        running = [clock.stage for clock in self.sla.active]
        stage = {"new": "in_progress", "open": "in_progress", "awaiting_info": "paused"}.get(self.case.state)
        assert running == ([stage] if stage else [])

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step."""
        COUNTED["steps"] += 1
        super().check_invariants(*args, **kwargs)

    def teardown(self) -> None:
        """The log is whole: each thing said once, each event in its place, instants in order."""
        assert len({said.id for said in self.said}) == len(self.said)
        assert len({event.id for event in self.events}) == len(self.events)
        assert [event.at for event in self.events] == sorted(event.at for event in self.events)


APART = ("comments", "work_notes", "surveys", "escalated")


def as_model(case: Case, model: Model) -> Model:
    """The case's fields that the dict has, as the dict has them."""
    fields = {name: getattr(case, name) for name in model if name not in APART}
    fields["resolution"] = solution(case.resolution)
    fields["blockers"] = {key: (each.reason, each.is_active) for key, each in case.blockers.items()}
    fields["past_resolutions"] = tuple(solution(past) for past in case.past_resolutions)
    return fields


def solution(resolution: Resolution | None) -> tuple[Any, ...] | None:
    """A resolution as the dict has it."""
    if resolution is None:
        return None
    return resolution.code, resolution.notes, resolution.cause, resolution.by, resolution.at


def test_a_case_lives_as_the_plain_dict_says(tally: Tally) -> None:
    """After every command the case, what is said, the surveys, the clocks and the replayed events are as expected."""
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(CaseLife, settings=chosen)
    tally("lifecycle machine: runs", COUNTED["runs"], planned=RUNS)
    tally("lifecycle machine: steps", COUNTED["steps"], planned=RUNS * STEPS)
    tally.detail("lifecycle machine: " + ", ".join(f"{count:,} {name}" for name, count in COUNTED.items()))
