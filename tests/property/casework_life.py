"""A desk of cases that live random lives: csmcore with its service and host in memory, beside plain dicts.

`Life` takes one step after another, each from a random number, and after each compares everything and holds the laws.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.conditions import field
from csmcore.model import (
    COMMANDS,
    Account,
    Actor,
    AutoClose,
    Case,
    CaseId,
    CasePolicy,
    CommandId,
    Consumer,
    Contact,
    Decision,
    Entitlement,
    Escalation,
    EscalationPolicy,
    EscalationTemplate,
    Goal,
    Group,
    LogEntry,
    MajorCasePolicy,
    Notification,
    OpenCase,
    Reaction,
    Refused,
    SlaDefinition,
    SupportPolicy,
    User,
    WorkNote,
)
from csmcore.rules import replay_events
from csmcore.services import CaseService
from tests.oracle import casework_world as oracle
from tests.oracle.casework_clock import GOAL, stage
from tests.oracle.casework_effects import Person, World
from tests.oracle.lifecycle_model import Model
from tests.property.casework_scenes import content_of, has_what_it_takes
from tests.unit.services.desk import made, snapshot

__all__ = ["POLICIES", "Life"]

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
AT_WORK = ("new", "open", "awaiting_info")

# --- the people ------------------------------------------------------------------------------------------------------

PEOPLE: Mapping[str, Person] = {
    "eve": Person("contact"),
    "cora": Person("contact", roles=("customer_case_manager",), manages="acme"),
    "bo": Person("contact"),
    "rob": Person("contact"),
    "ines": Person("consumer"),
    "req": Person("internal", "I"),
    "emil": Person("internal", "I"),
    "tom": Person("internal", "I", groups=("floor",)),
    "ann": Person("internal", "WI", ("agent",)),
    "bob": Person("internal", "WI", ("agent",), ("floor",)),
    "amy": Person("internal", "WI", ("agent",), ("board",)),
    "dan": Person("internal", "WI", ("agent", "deescalation_requester")),
    "mia": Person("internal", "MWI", ("manager",)),
    "max": Person("internal", "MI", ("major_issue_manager",)),
    "abe": Person("internal", "I", groups=("board",)),
    "dora": Person("internal", "I", ("deescalation_requester",)),
    "monitor": Person("integration", "X"),
    "system": Person("system", "S"),
}
ACCOUNT = {"eve": "acme", "cora": "acme", "bo": "bolt", "rob": "rival"}
OUTSIDE = {"eve", "cora", "bo", "rob", "carl", "ines"}
ACTORS = {
    name: made(Actor, kind=each.kind, id=name, roles=frozenset(each.roles), account=ACCOUNT.get(name))
    for name, each in PEOPLE.items()
}
NOUNS = (
    *(made(Account, id=name, name=name, primary_contact=contact) for name, contact in (("acme", "eve"), ("cord", "carl"))),
    *(made(Account, id=name, name=name) for name in ("bolt", "rival")),
    *(made(Contact, id=name, name=name, account=account) for name, account in {**ACCOUNT, "carl": "cord"}.items()),
    made(Consumer, id="ines", name="Ines"),
    *(made(User, id=name, name=name, groups=one.groups) for name, one in PEOPLE.items() if one.kind == "internal"),
    *(made(Group, id=name, name=name) for name in ("floor", "board", "tier-2")),
)

# --- the policies ----------------------------------------------------------------------------------------------------

ALL = ("priority", "state", "comments", "work_notes", "close_notes", "resolution_code")
TEMPLATES = {
    "up": made(EscalationTemplate, approval_group="board", watch_list=("dora",)),
    "now": made(EscalationTemplate, skip_approval=True, severity="high", reason="inactivity"),
}
PLAIN_TEMPLATE = {"type": "case", "skip": False, "group": False, "manager": False, "team": False, "watch": ()}
PLAIN_TEMPLATES = {
    "up": {**PLAIN_TEMPLATE, "group": True, "watch": ("dora",), "severity": "medium", "reason": None},
    "now": {**PLAIN_TEMPLATE, "skip": True, "severity": "high", "reason": "inactivity"},
}
POLICIES: tuple[Mapping[str, Any], ...] = (
    {
        **{"days": 3, "auto_close": (10, (5, 7)), "on_open_blockers": "forbid", "takes": True, "survey_children": True},
        **{"sync": ALL, "fields": ALL, "most": 3, "customer_template": "up", "consume_on": "resolution", "reacts": True},
    },
    {
        **{"days": 0, "auto_close": None, "on_open_blockers": "warn", "takes": False, "survey_children": False},
        **{"sync": (), "fields": ALL, "most": 10, "customer_template": None, "consume_on": "creation", "reacts": False},
    },
    {
        **{"days": 1, "auto_close": (2, ()), "on_open_blockers": "allow", "takes": True, "survey_children": False},
        **{"sync": ("comments", "priority"), "fields": ("comments", "priority"), "most": 2, "customer_template": "now"},
        **{"consume_on": "close", "reacts": True},
    },
)
PROMISE = made(
    SlaDefinition,
    id="resolution",
    goals=(Goal(GOAL),),
    start=field("state").is_in(*AT_WORK),
    pause=field("state") == "awaiting_info",
    stop=field("state").is_in("resolved", "closed"),
    thresholds=(50,),
)
REACTIONS = (
    made(Reaction, id="late", on="clock_breached", escalate="now", assign_group="tier-2"),
    made(Reaction, id="half", on="threshold_reached", notify=("mia",)),
)


def policy_of(plain: Mapping[str, Any]) -> SupportPolicy:
    """The policy that the plain words say."""
    closes = plain["auto_close"]
    rule = None if closes is None else AutoClose(after_days=closes[0], reminders=closes[1])
    cases = CasePolicy(auto_close=rule, on_open_blockers=plain["on_open_blockers"], cancel_open_tasks=plain["takes"])
    majors: dict[str, Any] = {"sync_children": bool(plain["sync"]), "synced_fields": plain["fields"]}
    return SupportPolicy(
        name="desk",
        version="1",
        definitions=(PROMISE,),
        reopen_window_days=plain["days"],
        cases=cases,
        escalation=EscalationPolicy(templates=TEMPLATES, customer_template=plain["customer_template"]),
        major_cases=MajorCasePolicy(**majors, survey_children=plain["survey_children"], max_children=plain["most"]),
        reactions=REACTIONS if plain["reacts"] else (),
    )


OPENINGS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("eve", {"contact": "eve"}),
    ("eve", {"contact": "eve", "share_resolution_notes": True}),
    ("cora", {"contact": "eve", "informed_users": ("cora",)}),
    ("ann", {"account": "bolt", "contact": "bo", "assigned_to": "ann", "work_notes_list": ("bob", "mia")}),
    ("ines", {"consumer": "ines"}),
    ("req", {"requested_by": "req"}),
    ("bob", {"requested_by": "bob", "informed_users": ("eve", "bob")}),
    ("mia", {"major_case_state": "accepted", "work_notes_list": ("mia", "ann")}),
    ("ann", {"major_case_state": "proposed", "business_impact": "all of them"}),
)
MOST_CASES = 8
WEIGHTS = {
    **dict.fromkeys(("cancel_case", "close_case", "merge_case", "auto_close_case", "assign_to_me"), 1),
    **dict.fromkeys(("accept_solution", "remind_customer", "answer_survey", "close_task", "hear_of_record"), 5),
    **dict.fromkeys(("propose_solution", "request_info", "reopen_case", "follow_up", "add_children"), 8),
    **dict.fromkeys(("reject_solution", "accept_major_case", "update_case", "add_comment"), 4),
}
"""How often what may be done is done: cases should come far, and not end at once. What is not here has 2."""


class Letters:
    """A messenger that keeps what it was given, by its key."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[CaseId, Notification]] = {}

    def send(self, key: str, case_id: CaseId, notification: Notification) -> None:
        """See `csmcore.ports.Messenger`."""
        assert self.sent.get(key, (case_id, notification)) == (case_id, notification)
        self.sent[key] = (case_id, notification)


class Life:
    """The desk, twice. ``counted`` says how much of what was done."""

    def __init__(self, policy: int, counted: dict[str, int]) -> None:
        plain = {**POLICIES[policy], "templates": PLAIN_TEMPLATES, "entitled": "acme"}
        self.clock, self.letters, self.counted = SettableClock(START), Letters(), counted
        self.host = MemoryHost(policy_of(plain), clock=self.clock)
        on = plain["consume_on"]
        entitlement = made(Entitlement, id="e", number="E1", account="acme", per_unit=True, unit="cases", total_units=9999, consume_on=on)
        self.host.add(*NOUNS, entitlement)
        self.service = CaseService(self.host, messenger=self.letters)
        self.world: World = oracle.new_world(plain, PEOPLE, ["abe", "amy"])
        self.seen: dict[str, int] = {}
        self.commands = 0
        self.last: tuple[str, Any, str, CommandId, Decision] | None = None
        self.counted["runs"] += 1

    # --- steps -------------------------------------------------------------------------------------------------------

    def step(self, seed: int) -> None:
        """Whatever the number says; nothing is ever left unchecked."""
        rng = Random(seed)
        self.counted["steps"] += 1
        self.clock.advance(timedelta(hours=rng.choice((0, 0, 0, 0, 1, 4, 16, 30, 70))))
        if not self.world["cases"] or (rng.random() < 0.05 and len(self.world["cases"]) < MOST_CASES):
            self.open(rng)
        else:
            self.doing(rng)(rng)

    def doing(self, rng: Random) -> Callable[[Random], None]:
        """What kind of step it is."""
        kinds: tuple[Callable[[Random], None], ...]
        kinds = (self.allowed, self.anything, self.early, self.tick, self.again, self.other, self.anew, self.account)
        return rng.choices(kinds, (75, 5, 1, 7, 4, 3, 3, 2))[0]

    def open(self, rng: Random) -> None:
        """Somebody opens a case."""
        name, given = rng.choice(OPENINGS)
        expected = {**given, **({"account": "acme"} if given.get("contact") == "eve" else {})}
        self.world = oracle.open_case(self.world, expected, name, self.clock.now())
        command = made(OpenCase, short_description="No tone", **given)
        self.took(command, None, name, self.service.open(command, ACTORS[name], self.new_id()))

    def allowed(self, rng: Random) -> None:
        """Somebody does what they may, whatever that is, with what fits or does not."""
        now = self.clock.now()
        may: dict[str, list[tuple[str, str]]] = {}
        for case in self.world["cases"].values():
            for name in PEOPLE:
                for action in oracle.allowed(self.world, case, name, now):
                    if has_what_it_takes(action, case):
                        may.setdefault(action, []).append((case["id"], name))
        (action,) = rng.choices([*may], [WEIGHTS.get(action, 2) for action in may])
        self.do(rng, action, *rng.choice(may[action]))

    def anything(self, rng: Random) -> None:
        """Anybody tries anything."""
        where = rng.choice([*self.world["cases"]])
        self.do(rng, rng.choice(oracle.ACTIONS), where, rng.choice([*PEOPLE]))

    def do(self, rng: Random, action: str, where: str, name: str) -> None:
        """One command, to both."""
        case = self.world["cases"][where]
        if action == "follow_up":
            self.follow(case, name)
            return
        content = content_of(rng, action, self.world, case, oracle.letters_of(self.world, case, name))
        expected = oracle.run(self.world, where, action, content, name, self.clock.now())
        command: Any = COMMANDS[action](**content)  # type: ignore[index]
        if expected is None:
            self.refused(command, where, name)
            return
        before = self.host.case(CaseId(where))
        identity = self.new_id()
        decision = self.service.apply(CaseId(where), command, ACTORS[name], identity)
        self.counted["accepted"] += 1
        self.counted[action] = self.counted.get(action, 0) + 1
        assert before is not None
        assert not before.is_terminal or decision.case.state in {before.state, "open"}
        assert before.state != "cancelled" or decision.case.state == "cancelled"
        self.world = expected
        self.took(command, where, name, decision, identity)

    def follow(self, case: Model, name: str) -> None:
        """Somebody goes on from an ended case in a new one."""
        whose = {field: case[field] for field in ("account", "contact", "consumer", "requested_by") if case[field]}
        command = made(OpenCase, short_description="Again", follow_up_of=case["id"], **whose)
        may = "follow_up" in oracle.allowed(self.world, case, name, self.clock.now())
        inside = PEOPLE[name].kind != "contact" or name == case["contact"]
        if not (may and inside and whose):
            return
        given = {**whose, "follow_up_of": case["id"]}
        self.world = oracle.open_case(self.world, given, name, self.clock.now())
        self.counted["follow_up"] = self.counted.get("follow_up", 0) + 1
        self.took(command, None, name, self.service.open(command, ACTORS[name], self.new_id()))

    def early(self, rng: Random) -> None:
        """A command that comes before the case's last change is refused, whoever sends it."""
        where = rng.choice([*self.world["cases"]])
        now = self.clock.now()
        self.clock.set(self.world["cases"][where]["updated_at"] - timedelta(microseconds=1))
        self.refused(COMMANDS["add_work_note"](text="too early"), where, "ann")  # type: ignore[call-arg]
        self.clock.set(now)

    def tick(self, rng: Random) -> None:
        """Time does what it does to a case, once."""
        where = rng.choice([*self.world["cases"]])
        expected = oracle.tick(self.world, where, self.clock.now())
        before = self.kept()
        ticked = self.service.tick(CaseId(where))
        if expected is None:
            assert ticked is None
            assert self.kept() == before
            return
        assert ticked is not None
        self.counted["ticks"] += 1
        self.world = expected
        self.check()

    def again(self, _: Random) -> None:
        """The last command again under its id: the same answer, and nothing changes."""
        if self.last is not None:
            where, command, name, identity, decision = self.last
            before = self.kept()
            sent = self.send(where, command, name, identity)
            assert sent == decision
            assert self.kept() == before
            self.counted["sent again"] += 1

    def other(self, rng: Random) -> None:
        """Another command under the last one's id, or the same by somebody else, is refused; nothing changes."""
        if self.last is not None:
            where, command, name, identity, _ = self.last
            before = self.kept()
            with pytest.raises(Refused) as caught:
                if where and rng.random() < 0.5:
                    self.send(where, COMMANDS["add_comment"](text="something else"), name, identity)  # type: ignore[call-arg]
                else:
                    self.send(where, command, rng.choice([one for one in PEOPLE if one != name]), identity)
            assert caught.value.refusal.codes == ("command_id_reused",)
            assert self.kept() == before
            self.counted["ids reused"] += 1

    def anew(self, _: Random) -> None:
        """What the last command ordered is not done again by whoever carries out its orders again."""
        if self.last is not None:
            decision = self.last[-1]
            before = self.kept()
            self.service.follow_up(decision.case.id, decision.case.version)
            assert self.kept() == before
            self.counted["followed again"] += 1

    def account(self, rng: Random) -> None:
        """An account is escalated, or no longer."""
        up = rng.random() < 0.5
        self.world = {**self.world, "escalated": ("acme",) if up else ()}
        self.host.escalate_account(account_escalation(self.clock.now(), up=up))
        self.last = None

    # --- what is compared --------------------------------------------------------------------------------------------

    def new_id(self) -> CommandId:
        """An id that no command had."""
        self.commands += 1
        return CommandId(f"m{self.commands}")

    def send(self, where: str, command: Any, name: str, identity: CommandId) -> Decision:
        """A command, to a case or to open one."""
        if isinstance(command, OpenCase):
            return self.service.open(command, ACTORS[name], identity)
        return self.service.apply(CaseId(where), command, ACTORS[name], identity)

    def took(self, command: Any, where: str | None, name: str, decision: Decision, identity: CommandId | None = None) -> None:
        """Keep what was decided, to send it again, and compare everything."""
        self.last = (where or "", command, name, identity or CommandId(f"m{self.commands}"), decision)
        self.check()

    def kept(self) -> Any:
        """Everything that the host keeps, and all that was sent."""
        return snapshot(self.host), dict(self.letters.sent)

    def refused(self, command: Any, where: str, name: str) -> None:
        """A refusal has reasons, changes nothing and sends nothing; it does not use its id up."""
        before = self.kept()
        with pytest.raises(Refused) as caught:
            self.service.apply(CaseId(where), command, ACTORS[name], CommandId("refused"))
        assert caught.value.refusal.reasons
        assert self.kept() == before
        self.counted["refused"] += 1

    def check(self) -> None:
        """Every case that has moved is as its dict says, and every new entry of its log keeps the laws."""
        cases = self.host._cases
        assert list(cases) == list(self.world["cases"])
        for where, model in self.world["cases"].items():
            case = cases[CaseId(where)]
            assert case.version == model["version"], (where, case.state, model["state"])
            seen = self.seen.get(where, 0)
            if case.version > seen:
                self.compare(case, model)
                for entry in self.host._entries[CaseId(where)][seen:]:
                    self.check_entry(entry)
                self.seen[where] = case.version
        assert len(self.letters.sent) == sum(len(one.intents) for own in self.host._entries.values() for one in own)

    def compare(self, case: Case, model: Model) -> None:
        """Fields, what was said, surveys, consumption, time and clocks."""
        entries = self.host._entries[case.id]
        assert [entry.version for entry in entries] == list(range(1, case.version + 1))
        assert as_model(case) == reduced(model)
        said = self.host._activity[case.id]
        notes = [(each.by.id, each.text) for each in said if isinstance(each, WorkNote)]
        comments = [(each.by.id, each.text) for each in said if not isinstance(each, WorkNote)]
        for found, wanted in ((notes, model["work_notes"]), (comments, model["comments"])):
            assert [(by, text) for by, text in found] == [
                (by, found[place][1] if text is None and place < len(found) else text)
                for place, (by, text) in enumerate(wanted)
            ]
        events = [event for entry in entries for event in entry.events]
        assert replay_events(events) == case
        assert [event.at for event in events] == sorted(event.at for event in events)
        surveys = sum(one.kind == "send_survey" for entry in entries for one in entry.intents)
        assert surveys == model["surveys"] <= 1
        units = [line.units for line in self.host._taken.get(case.id, ())]
        assert sum(units) == oracle.taken(self.world, model) <= 1
        time = [(one.by, one.task, one.seconds, one.at) for entry in entries for one in entry.time]
        assert time == model["time"]
        now = stage(model["clock"])
        assert [clock.stage for clock in self.host._clocks[case.id].active] == ([now] if now else [])
        assert len(self.host._clocks[case.id].clocks) == model["clock"]["cycles"]

    def check_entry(self, entry: LogEntry) -> None:
        """Nobody is told what they did themselves, and nobody outside of a work note."""
        author = entry.events[0].by.id
        notes = {each.id for each in self.host._activity[entry.case] if isinstance(each, WorkNote)}
        for intent in entry.intents:
            if intent.kind != "send_survey" and intent.about not in {"threshold_reached", "clock_breached"}:
                assert author not in intent.to, (entry.case, entry.version, intent)
            if intent.activity in notes or intent.kind == "notify_work_notes_list":
                assert OUTSIDE.isdisjoint(intent.to)
                assert intent.kind not in {"notify_customer", "notify_informed_users", "update_record", "send_survey"}
        self.counted["notifications"] += len(entry.intents)


def account_escalation(now: datetime, *, up: bool) -> Escalation:
    """An escalation of the account: escalated, or over."""
    fields: dict[str, Any] = {"state": "escalated", "approved_by": "mia", "approved_at": now, "template": "up"}
    fields |= {"requested_by": "mia", "requested_at": now, "updated_at": now, "reason": "inactivity"}
    if not up:
        fields |= {"state": "closed", "closed_by": "mia", "closed_at": now, "closed_justification": "over"}
    return made(Escalation, id="x", account="acme", justification="why", **fields)


PLAIN = (
    *("state", "account", "contact", "consumer", "requested_by", "parent", "major_case_state", "business_impact"),
    *("merged_into", "follow_up_of", "assigned_to", "assigned_at", "assignment_group", "informed_users", "category"),
    *("impact", "urgency", "priority", "priority_override", "opened_at", "opened_by", "updated_at", "needs_attention"),
    *("first_response_at", "share_resolution_notes", "closed_at", "closed_by", "closed_code", "closed_notes"),
    *("cancelled_at", "cancelled_by", "cancelled_reason", "reopen_count", "auto_close", "auto_close_from"),
    *("is_auto_close_exempt", "auto_close_reminders", "survey_requested", "contributor_users", "contributor_groups"),
)
OF_TASK = (
    *("number", "subject", "priority", "state", "assignment_group", "assigned_to", "visible_to_customer", "depends_on"),
    *("work_notes_list", "opened_at", "opened_by", "ended_at", "ended_by", "notes"),
)
OF_ESCALATION = ("state", "template", "reason", "severity", "trend")


def as_model(case: Case) -> Model:
    """The case as the plain dict has it."""
    fields: Model = {name: getattr(case, name) for name in PLAIN}
    solutions = [*case.past_resolutions, *([case.resolution] if case.resolution else [])]
    told = tuple((one.code, one.notes, one.cause, one.by, one.at) for one in solutions)
    fields["past_resolutions"] = told[: len(case.past_resolutions)]
    fields["resolution"] = told[-1] if case.resolution else None
    fields["blockers"] = {key: (each.reason, each.is_active) for key, each in case.blockers.items()}
    answer = case.satisfaction
    fields["satisfaction"] = None if answer is None else (answer.score, answer.by, answer.at)
    fields["tasks"] = {key: {name: getattr(task, name) for name in OF_TASK} for key, task in case.tasks.items()}
    fields["records"] = {
        key: {"kind": one.kind, "system": one.system, "state": one.state, "closed": one.is_closed}
        for key, one in case.records.items()
    }
    found = case.escalation
    fields["escalation"] = None
    if found is not None:
        by = {"approved": found.approved_by, "declined": found.declined_by, "closed": found.closed_by}
        said = {name: getattr(found, name) for name in OF_ESCALATION}
        whose = {"by": (found.requester_kind, found.requested_by), "source": found.request_source}
        fields["escalation"] = {**said, **by, **whose, "watch_list": list(found.watch_list)}
    return fields


def reduced(model: Model) -> Model:
    """The plain dict without what csmcore does not say in the same words."""
    fields = {name: model[name] for name in (*PLAIN, "past_resolutions", "resolution", "blockers", "satisfaction")}
    fields["tasks"] = {key: {name: task[name] for name in OF_TASK} for key, task in model["tasks"].items()}
    links = model["records"].items()
    fields["records"] = {key: {name: one[name] for name in ("kind", "system", "state", "closed")} for key, one in links}
    found = model["escalation"]
    names = (*OF_ESCALATION, "approved", "declined", "closed", "by", "source", "watch_list")
    fields["escalation"] = found and {name: found[name] for name in names}
    return fields
