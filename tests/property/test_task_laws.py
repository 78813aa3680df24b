"""Random lives of a case's tasks: csmcore's answers against a plain dict, step by step; and laws of single rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from csmcore.model import (
    COMMANDS,
    Account,
    CaseFacts,
    CaseId,
    Contact,
    Decision,
    Event,
    OpenCase,
    Refusal,
    SlaState,
    TaskNumber,
    TaskView,
    TimeEntry,
)
from csmcore.rules import compile_policy, contributors_of, replay_events, task_actions, tasks_for, waits_for
from csmcore.rules.casework import decide_apply, decide_open
from csmcore.rules.tasks.dependencies import chain_to
from tests.oracle.tasks import Who, World, act, end, new_world, reach
from tests.tally import Tally
from tests.unit.lifecycle.cast import made
from tests.unit.tasks.desk import CAST, GROUPS, KEEPS, OPENED, TAKES, a_task, facts_for, name, with_tasks

RUNS, STEPS = 200, 40
EXAMPLES = max(RUNS + 50, settings().max_examples)  # hypothesis cuts some runs short; a campaign asks for more

PLANS = {policy.version: compile_policy(policy) for policy in (attrs.evolve(KEEPS, reopen_window_days=5), TAKES)}
PEOPLE = (None, "ann", "pia", "wes", "mia")
TEAMS = (None, "warehouse", "tier-1", "night shift")
FIRST = (("pia", "warehouse"), (None, "warehouse"), ("wes", "night shift"))
ENDS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("close_case", "ann", {"code": "fixed", "notes": "A new fuse."}),
    ("close_case", "eve", {}),
    ("cancel_case", "ann", {"reason": "spam"}),
    ("accept_solution", "eve", {}),
)
REOPEN: tuple[str, str, Mapping[str, Any]] = ("reopen_case", "ann", {})
MOVES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("assign_to_me", "ann", {}),
    ("request_info", "ann", {"comment": "Which model?"}),
    ("resume_work", "ann", {}),
    ("propose_solution", "ann", {"code": "fixed", "notes": "A new fuse."}),
    ("reject_solution", "eve", {"reason": "It stopped again."}),
    REOPEN,
    ("update_case", "ann", {"changes": {"needs_attention": False}}),
)
FILLED: Mapping[str, Mapping[str, Any]] = {
    "update_task": {"changes": {"priority": 1}},
    "close_task": {"notes": "x"},
    "cancel_task": {"reason": "x"},
    "log_time": {"seconds": 1},
}
COUNTED = {"runs": 0, "steps": 0, "accepted": 0, "refused": 0, "ended with their case": 0, "circles": 0}

_who = st.sampled_from(["ann"] * 9 + ["pia", "wes", "bob"] * 2 + list(CAST))
_ordinals = st.integers(0, 99)  # of tasks, brought down to those there are and one more
_waits = st.lists(_ordinals, max_size=3)
_form: dict[str, Any] = {
    "subject": st.just("Send a fuse"),
    "priority": st.integers(1, 4),
    "assignment_group": st.sampled_from(TEAMS),
    "assigned_to": st.sampled_from(PEOPLE),
    "visible_to_customer": st.booleans(),
    "work_notes_list": st.sampled_from(((), ("ann", "mia"))),
}
_changes = st.fixed_dictionaries({}, optional=_form)
_forms = st.fixed_dictionaries({}, optional={**_form, "depends_on": _waits})
_words = st.sampled_from((*["Done."] * 9, " "))


def _plain(event: Event) -> str | None:
    """The kind of an event about tasks and what waits for them."""
    return event.kind if event.kind.startswith(("task_", "time_", "blocker_")) else None


class TaskLife(RuleBasedStateMachine):
    """One case with its tasks, by csmcore and as a plain dict."""

    now: datetime
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.time: list[TimeEntry] = []
        COUNTED["runs"] += 1

    @initialize(version=st.sampled_from(sorted(PLANS)), blocked=st.integers(0, 3))
    def open(self, version: str, blocked: int) -> None:
        """Eve asks for something that takes three tasks."""
        self.now, self.plan, self.sla = OPENED, PLANS[version], SlaState()
        command = made(OpenCase, short_description="The press stands still", contact="eve")
        facts = CaseFacts(
            account=made(Account, id="acme", name="Acme"), contact=made(Contact, id="eve", account="acme", name="Eve")
        )
        opened = decide_open(command, CAST["eve"][0], facts, self.plan, self.now, CaseId("case-1"), "CS1")
        assert isinstance(opened, Decision), opened
        self.world = new_world("CS1", "eve", takes=self.plan.policy.cases.cancel_open_tasks)
        self.take(opened)
        self.move(MOVES[0], 0)
        for at, (user, group) in enumerate(FIRST):
            form = {"assigned_to": user, "assignment_group": group, "visible_to_customer": at % 2 == 0}
            self.try_it("add_task", "ann", {"subject": "Send a fuse", **form, "blocks_case": at == blocked})

    @rule(
        who=_who,
        form=_forms,
        subject=st.sampled_from([*["Send a fuse"] * 9, " "]),
        blocks=st.booleans(),
    )
    def add(self, who: str, form: dict[str, Any], subject: str, blocks: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """A task more."""
        self.try_it("add_task", who, {"subject": subject, **self.real(form), "blocks_case": blocks})

    @rule(who=_who, ordinal=_ordinals, form=_changes)
    def change(self, who: str, ordinal: int, form: dict[str, Any]) -> None:
        """Another form of a task."""
        self.try_it("update_task", who, {"task": self.task(ordinal), "changes": self.real(form)})

    @rule(who=_who, ordinal=_ordinals, words=_words)
    def close(self, who: str, ordinal: int, words: str) -> None:
        """A task is done."""
        self.try_it("close_task", who, {"task": self.task(ordinal), "notes": words})

    @rule(who=_who, ordinal=_ordinals, words=_words)
    def cancel(self, who: str, ordinal: int, words: str) -> None:
        """A task is not to be done."""
        self.try_it("cancel_task", who, {"task": self.task(ordinal), "reason": words})

    @rule(
        who=_who,
        ordinal=st.one_of(st.none(), _ordinals),
        user=st.sampled_from((None, "pia", "wes")),
        minutes=st.sampled_from((None, -60, 0, 1)),
    )
    def log(self, who: str, ordinal: int | None, user: str | None, minutes: int | None) -> None:
        """Time was worked."""
        content: dict[str, Any] = {
            "seconds": 600,
            "task": None if ordinal is None else self.task(ordinal),
            "user": user,
        }
        if minutes is not None:
            content["at"] = self.now + timedelta(minutes=minutes)
        self.try_it("log_time", who, content)

    @rule(ordinal=_ordinals, waits=_waits)
    def depend(self, ordinal: int, waits: list[int]) -> None:
        """A task is to wait for others, in a circle perhaps."""
        self.change("ann", ordinal, {"depends_on": waits})

    @rule(move=st.sampled_from(MOVES), hours=st.sampled_from([0, 1, 200]))
    def move(self, move: tuple[str, str, Mapping[str, Any]], hours: int) -> None:
        """The case goes on, if it can, and a closed one mostly again; its tasks stay as they are."""
        self.now += timedelta(hours=hours)
        action, who, content = REOPEN if self.case.state == "closed" and hours < 100 else move
        decision = self.decide(action, who, content)
        if isinstance(decision, Decision):
            self.world |= {"version": decision.case.version, "state": decision.case.state}
            self.world["attention"] = decision.case.needs_attention
            self.take(decision)

    @rule(ends=st.sampled_from(ENDS), rarely=st.integers(0, 2))
    def end(self, ends: tuple[str, str, Mapping[str, Any]], rarely: int) -> None:
        """The case ends, if it can, with its tasks or without."""
        action, who, content = ends
        is_early = len(self.case.tasks) < (5 if action == "cancel_case" else 3)
        decision = Refusal(()) if rarely or is_early else self.decide(action, who, content)
        if isinstance(decision, Decision):
            self.world = end(self.world, decision.case.state, self.as_plain(who), self.now)
            COUNTED["ended with their case"] += len(
                [kind for kind in self.world["happened"] if kind.startswith("task")]
            )
            told = [(one.kind, one.to) for one in decision.intents if one.about == "task_cancelled"]
            assert told == self.world["told"]
            assert [kind for kind in map(_plain, decision.events) if kind] == [
                *(["blocker_resolved"] if any(self.answers(event) for event in decision.events) else []),
                *self.world["happened"],
            ]
            self.take(decision)

    def task(self, ordinal: int) -> TaskNumber:
        """A task that there is, mostly."""
        there = len(self.case.tasks)
        return name(there + 1 if ordinal > 90 else ordinal % there + 1)

    def real(self, form: dict[str, Any]) -> dict[str, Any]:
        """The form, waiting for tasks that there are, mostly."""
        waits = {"depends_on": tuple(dict.fromkeys(map(self.task, form["depends_on"])))} if "depends_on" in form else {}
        return {**form, **waits}

    @staticmethod
    def answers(event: Event) -> bool:
        """Whether the customer is waited for no longer."""
        blockers: Any = event.changes.get("blockers", {})
        return event.kind == "blocker_resolved" and "customer" in blockers

    def as_plain(self, who: str) -> Who:
        """An actor as the dict's model has them."""
        actor, letters = CAST[who]
        return Who(actor.id, letters, GROUPS.get(actor.id, ()))

    def decide(self, action: str, who: str, content: Mapping[str, Any]) -> Decision | Refusal:
        """What csmcore says to one command."""
        actor = CAST[who][0]
        command: Any = COMMANDS[action](**content)  # type: ignore[index]
        return decide_apply(self.case, self.sla, command, actor, facts_for(actor), self.plan, self.now)

    def try_it(self, action: str, who: str, content: dict[str, Any]) -> None:
        """One command about tasks, to both."""
        expected = act(self.world, action, content, self.as_plain(who), self.now)
        answer = self.decide(action, who, content)
        if expected is None:
            assert isinstance(answer, Refusal), (action, who, content)
            assert answer.reasons
            COUNTED["refused"] += 1
            COUNTED["circles"] += "circular_dependency" in answer.codes
            return
        assert isinstance(answer, Decision), (action, who, content, answer)
        self.world = expected
        assert [event.kind for event in answer.events] == self.world["happened"]
        assert [(intent.kind, intent.to) for intent in answer.intents] == self.world["told"]
        assert all(CAST[who][0].id not in intent.to or CAST[who][0].kind != "internal" for intent in answer.intents)
        self.take(answer)

    def take(self, decision: Decision) -> None:
        """The next version; everything that both know is the same, and the events tell it all."""
        self.case, self.sla = decision.case, decision.sla
        self.events += decision.events
        self.time += decision.time
        COUNTED["accepted"] += 1
        world, case = self.world, self.case
        assert (case.version, case.state) == (world["version"], world["state"])
        assert {number: attrs.asdict(task) for number, task in case.tasks.items()} == world["tasks"]
        waits = {key for key, blocker in case.blockers.items() if blocker.is_active and key != "customer"}
        assert waits == world["waits"]
        assert case.needs_attention == world["attention"]
        assert (case.contributor_users, case.contributor_groups) == (world["users"], world["groups"])
        assert [(entry.by, entry.task, entry.seconds, entry.at) for entry in self.time] == world["time"]
        assert len({entry.id for entry in self.time}) == len(self.time)

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after every step."""
        COUNTED["steps"] += 1
        super().check_invariants(*args, **kwargs)

    def teardown(self) -> None:
        """Events tell the case, no task waits for itself; what is shown, and what may be done, is as the tasks are."""
        if not self.events:
            return
        assert replay_events(self.events) == self.case
        for number in self.case.tasks:
            assert not any(chain_to(self.case, other, number) for other in self.case.tasks[number].depends_on)  # type: ignore[arg-type]
        shown = [task.number for task in self.case.tasks.values() if task.visible_to_customer]
        seen = tasks_for(self.case, CAST["eve"][0], CaseFacts(), self.plan)
        assert [task.number for task in seen] == shown
        assert all(isinstance(task, TaskView) for task in seen)
        for number in map(name, range(1, 4)):
            for called, (actor, _) in CAST.items():
                buttons = task_actions(self.case, number, actor, facts_for(actor), self.plan, self.now)
                for each in buttons:
                    answer = self.decide(each.action, called, {"task": number, **FILLED[each.action]})
                    assert isinstance(answer, Decision) is each.is_allowed


def test_tasks_are_as_the_plain_dict_says(tally: Tally) -> None:
    """After every command: tasks, blockers, contributors, attention, time, events, and who is told."""
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck))
    COUNTED.update(dict.fromkeys(COUNTED, 0))
    run_state_machine_as_test(TaskLife, settings=chosen)
    tally("task machine: runs", COUNTED["runs"], planned=RUNS)
    tally("task machine: steps", COUNTED["steps"], planned=RUNS * STEPS // 2)
    tally.detail("task machine: " + ", ".join(f"{count:,} {named}" for named, count in COUNTED.items()))


_graphs = st.lists(st.lists(st.integers(1, 9), max_size=4, unique=True), min_size=1, max_size=9)


@given(graph=_graphs)
def test_chains_are_those_of_the_closure(graph: list[list[int]]) -> None:
    """A chain is found if and only if one task reaches another, each link of it is a dependency, none comes twice."""
    tasks = [
        a_task(at, depends_on=tuple(map(name, (n for n in others if n != at)))) for at, others in enumerate(graph, 1)
    ]
    case = with_tasks(*tasks)
    plain: dict[str, Any] = {str(task.number): attrs.asdict(task) for task in tasks}
    plain |= {str(name(n)): {"depends_on": ()} for n in range(len(tasks) + 1, 10)}
    for first in tasks:
        for last in tasks:
            chain = chain_to(case, first.number, last.number)
            assert bool(chain) == (last.number in reach(plain, first.number) or first == last)
            assert len(set(chain)) == len(chain)
            assert all(after in case.tasks[before].depends_on for before, after in pairwise(chain))
        assert waits_for(case, first.number) == tuple(other for other in first.depends_on if other in case.tasks)


@given(
    held=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(TEAMS), st.booleans()), max_size=9),
    pick=st.randoms(),
)
def test_contributors_do_not_depend_on_the_order(held: list[tuple[Any, Any, bool]], pick: Any) -> None:
    """Nor on tasks that ended or that nobody has."""
    tasks = [
        a_task(at, assigned_to=user, assignment_group=group, state="open" if is_open else "closed")
        for at, (user, group, is_open) in enumerate(held, 1)
    ]
    expected = contributors_of(tasks)
    pick.shuffle(tasks)
    assert contributors_of(tasks) == expected
    assert contributors_of([task for task in tasks if task.is_open and task.assigned_to]) == expected
