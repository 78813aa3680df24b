"""A desk of cases that live random lives: csmcore with its service and host in memory, beside plain dicts.

`Life` takes one step after another, each from a random number, and after each compares everything and holds the laws.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.model import (
    COMMANDS,
    ORDER,
    Case,
    CaseId,
    CommandId,
    Decision,
    LogEntry,
    Notification,
    OpenCase,
    Refused,
    WorkNote,
)
from csmcore.rules import replay_events
from csmcore.services import CaseService
from tests.oracle import casework_world as oracle
from tests.oracle.casework_clock import stage
from tests.oracle.casework_effects import World
from tests.oracle.lifecycle_model import Model
from tests.oracle.lifecycle_table import ACTIONS
from tests.property.casework_desk import (
    ACTORS,
    NOUNS,
    OPENINGS,
    OUTSIDE,
    PEOPLE,
    PLAIN_TEMPLATES,
    POLICIES,
    START,
    account_escalation,
    as_model,
    entitlement,
    policy_of,
    reduced,
)
from tests.property.casework_scenes import content_of, has_what_it_takes
from tests.unit.services.desk import made, snapshot

__all__ = ["KINDS", "Life"]

KINDS = (
    *("runs", "steps", "opened", "accepted", "refused", "ticks", "ordered", "sent again", "ids reused"),
    *("followed again", "notifications"),
)
"""What is counted, besides each action that was accepted."""
MOST_CASES = 8
WEIGHTS = {
    **dict.fromkeys(("cancel_case", "close_case", "merge_case", "assign_to_me"), 1),
    **dict.fromkeys(
        ("accept_solution", "remind_customer", "answer_survey", "close_task", "hear_of_record", "auto_close_case"), 5
    ),
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
        self.host.add(*NOUNS, entitlement(plain["consume_on"]))
        self.service = CaseService(self.host, messenger=self.letters)
        self.world: World = oracle.new_world(plain, PEOPLE, ["abe", "amy"])
        self.seen: dict[str, int] = {}
        self.commands = self.steps = 0
        self.last: tuple[str, Any, str, CommandId, Decision] | None = None
        self.count("runs")

    def count(self, name: str, more: int = 1) -> None:
        """So much of it was done."""
        self.counted[name] = self.counted.get(name, 0) + more

    # --- steps -------------------------------------------------------------------------------------------------------

    def step(self, seed: int) -> None:
        """Whatever the number says, at this place in a life; nothing is ever left unchecked."""
        self.steps += 1
        rng = Random(f"{seed}.{self.steps}")
        self.count("steps")
        self.clock.advance(timedelta(hours=rng.choice((0, 0, 0, 0, 0, 0, 1, 4, 16, 30, 70, 130))))
        if not self.world["cases"] or (rng.random() < 0.05 and len(self.world["cases"]) < MOST_CASES):
            self.open(rng)
        else:
            self.doing(rng)(rng)

    def doing(self, rng: Random) -> Callable[[Random], None]:
        """What kind of step it is."""
        kinds: tuple[Callable[[Random], None], ...]
        kinds = (
            self.allowed,
            self.anything,
            self.early,
            self.tick,
            self.again,
            self.other,
            self.anew,
            self.account,
            self.late,
        )
        return rng.choices(kinds, (75, 5, 1, 7, 4, 3, 3, 2, 5))[0]

    def open(self, rng: Random) -> None:
        """Somebody opens a case."""
        name, given = rng.choice(OPENINGS)
        expected = {**given, **({"account": "acme"} if given.get("contact") == "eve" else {})}
        self.world = oracle.open_case(self.world, expected, name, self.clock.now())
        self.count("opened")
        self.count("open_case")
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
        self.do(rng, rng.choice(ACTIONS), where, rng.choice([*PEOPLE]))

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
        self.count("accepted")
        self.count(action)
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
        self.count("follow_up")
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
        resolved = [where for where, case in self.world["cases"].items() if case["state"] == "resolved"]
        where = rng.choice([*self.world["cases"], *resolved, *resolved])
        expected = oracle.tick(self.world, where, self.clock.now())
        before = self.kept()
        ticked = self.service.tick(CaseId(where))
        if expected is None:
            assert ticked is None
            assert self.kept() == before
            return
        assert ticked is not None
        self.count("ticks")
        self.world = expected
        self.check()

    def late(self, rng: Random) -> None:
        """Nobody answers for days; then time, or whoever acts in its name, does something about it, or nobody does."""
        waiting = [case for case in self.world["cases"].values() if case["state"] == "resolved" and case["auto_close"]]
        if waiting:
            case = rng.choice(waiting)
            self.clock.advance(timedelta(days=rng.choice((1, 2, 5, 5, 7, 10))))
            action = rng.choice(("tick", "remind_customer", "auto_close_case"))
            if action != "tick":
                self.do(rng, action, case["id"], "system")
                return
        self.tick(rng)

    def again(self, _: Random) -> None:
        """The last command again under its id: the same answer, and nothing changes."""
        if self.last is not None:
            where, command, name, identity, decision = self.last
            before = self.kept()
            sent = self.send(where, command, name, identity)
            assert sent == decision
            assert self.kept() == before
            self.count("sent again")

    def other(self, rng: Random) -> None:
        """Another command under the last one's id, or the same by somebody else, is refused; nothing changes."""
        if self.last is not None:
            where, command, name, identity, _ = self.last
            before = self.kept()
            another: Any = COMMANDS["add_comment"](text="something else")  # type: ignore[call-arg]
            said, by = (another, name) if where and rng.random() < 0.5 else (command, rng.choice(others(name)))
            with pytest.raises(Refused) as caught:
                self.send(where, said, by, identity)
            assert caught.value.refusal.codes == ("command_id_reused",)
            assert self.kept() == before
            self.count("ids reused")

    def anew(self, _: Random) -> None:
        """What the last command ordered is not done again by whoever carries out its orders again."""
        if self.last is not None:
            decision = self.last[-1]
            before = self.kept()
            self.service.follow_up(decision.case.id, decision.case.version)
            assert self.kept() == before
            self.count("followed again")

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

    def took(
        self, command: Any, where: str | None, name: str, decision: Decision, identity: CommandId | None = None
    ) -> None:
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
        self.count("refused")

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
        self.count("notifications", len(entry.intents))
        self.count("ordered", int(entry.receipt is not None and entry.receipt.command_id.startswith(ORDER)))


def others(name: str) -> list[str]:
    """Everybody else."""
    return [one for one in PEOPLE if one != name]
