"""Laws of families of cases: whatever is done in whatever order, they are as plain dicts say, and keep one level."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmcore.model import (
    AcceptMajorCase,
    Actor,
    AddChildren,
    AddComment,
    AddWorkNote,
    AssignToMe,
    CancelCase,
    Case,
    CaseCommand,
    CaseId,
    CaseState,
    ChildCase,
    CloseCase,
    Comment,
    LogEntry,
    MergeCase,
    OpenCase,
    OverridePriority,
    ProposeMajorCase,
    ProposeSolution,
    RejectMajorCase,
    RequestInfo,
    ResumeWork,
    UpdateCase,
    WorkNote,
)
from csmcore.rules import merged_histories, replay_events
from csmcore.rules.cases.steps import Step
from tests.oracle import major as oracle
from tests.tally import Tally
from tests.unit.major.desk import ANN, MIA, Desk, policy

SYNCS = ((), ("state", "close_notes", "resolution_code"), ("priority", "comments"), ("work_notes",))
ALL = ("priority", "state", "comments", "work_notes", "close_notes", "resolution_code")

WEIGHTS = [1 if action in {"close", "cancel", "propose_solution"} else 4 for action in oracle.ACTIONS]
"""Cases that end at once teach little."""

COMMANDS: Mapping[str, Callable[[Mapping[str, Any]], CaseCommand]] = {
    "propose": lambda given: ProposeMajorCase(business_impact="Nobody can pay.", note=given["note"]),
    "accept": lambda _: AcceptMajorCase(),
    "reject": lambda given: RejectMajorCase(given["note"]),
    "add_children": lambda given: AddChildren(
        accounts=tuple(name for name in given["recipients"] if name not in oracle.CONSUMERS),
        consumers=tuple(name for name in given["recipients"] if name in oracle.CONSUMERS),
        comment=given["comment"],
    ),
    "set_parent": lambda given: UpdateCase({"parent": given["parent"]}),
    "merge": lambda given: MergeCase(into=given["into"]),
    "comment": lambda given: AddComment(given["comment"]),
    "note": lambda given: AddWorkNote(given["note"]),
    "take": lambda _: AssignToMe(),
    "ask": lambda given: RequestInfo(given["comment"]),
    "resume": lambda _: ResumeWork(),
    "propose_solution": lambda given: ProposeSolution(code=given["code"], notes=given["notes"]),
    "close": lambda given: CloseCase(code=given["code"], notes=given["notes"]),
    "cancel": lambda _: CancelCase("not a case"),
    "rank": lambda given: OverridePriority(priority=given["priority"], reason="so it is"),
}


def content(rng: Random, action: str, names: list[str], words: str) -> dict[str, Any]:
    """What a command says. ``words`` are like no others."""
    recipients = rng.sample(["acme", "bolt", "cord", "nobody"], rng.randint(0, 3)) + ["ivan"] * rng.randint(0, 1)
    choices: dict[str, dict[str, Any]] = {
        "propose": {"note": words},
        "reject": {"note": words},
        "add_children": {"recipients": recipients, "comment": rng.choice(["", words])},
        "set_parent": {"parent": rng.choice([None, "c99", *names])},
        "merge": {"into": rng.choice(["c99", *names])},
        "comment": {"comment": words},
        "note": {"note": words},
        "ask": {"comment": words},
        "propose_solution": {"code": "fixed", "notes": words},
        "close": {"code": "done", "notes": words},
        "rank": {"priority": rng.randint(1, 5)},
    }
    return choices.get(action, {})


def beginning(rng: Random, names: list[str]) -> dict[str, Any]:
    """What a new case is."""
    whose = rng.choice(
        [
            {"account": "acme", "contact": "anna"},
            {"account": "bolt"},
            {"consumer": "ivan"},
            {"major": "accepted"},
            {"major": "proposed"},
            {"major": "accepted", "account": "acme", "contact": "anna"},
        ]
    )
    return whose | ({"parent": rng.choice([*names, "c99"])} if rng.random() < 0.2 else {})


def opened(given: Mapping[str, Any]) -> OpenCase:
    """The command that opens such a case."""
    fields = {"major_case_state" if name == "major" else name: value for name, value in given.items()}
    if given.get("major"):
        fields["business_impact"] = "Nobody can pay."
    return OpenCase(short_description="No network", **fields)


def as_dict(case: Case, desk: Desk) -> dict[str, Any]:
    """A case as the oracle has it."""
    said = desk.said[case.id]
    solution = case.resolution
    return {
        "id": case.id,
        "state": case.state,
        "account": case.account,
        "consumer": case.consumer,
        "contact": case.contact,
        "parent": case.parent,
        "major": case.major_case_state,
        "priority": case.priority,
        "ranked": case.priority_override is not None,
        "attention": case.needs_attention,
        "assignee": case.assigned_to,
        "merged": case.merged_into,
        "informed": case.informed_users,
        "comments": [(each.by.id, each.text) for each in said if isinstance(each, Comment)],
        "notes": [(each.by.id, each.text) for each in said if isinstance(each, WorkNote)],
        "solution": solution and (solution.code, solution.notes, solution.by),
        "closed": case.closed_by and (case.closed_by, case.closed_code, case.closed_notes),
        "surveyed": case.survey_requested,
    }


def actor_of(who: str, case: Mapping[str, Any]) -> Actor | None:
    """Who acts; None where the case has no such customer."""
    if who != "customer":
        return {"manager": MIA, "agent": ANN}[who]
    if case["contact"] is not None:
        return Actor(kind="contact", id=case["contact"], account=case["account"])
    return None if case["consumer"] is None else Actor(kind="consumer", id=case["consumer"])


def play(rng: Random, steps: int) -> tuple[Desk, oracle.World, dict[str, int]]:
    """A desk and its dicts after some commands, which agreed after each."""
    fields, syncs, survey = rng.choice([*SYNCS, ALL, ALL]), rng.random() < 0.8, rng.random() < 0.3
    desk = Desk(policy(sync_children=syncs, synced_fields=fields, survey_children=survey, max_children=3))
    world = oracle.new_world(fields, 3, syncs=syncs, survey=survey)
    counted = dict.fromkeys(("accepted", "refused"), 0)
    for index in range(steps):
        names = list(desk.cases)
        if not names or rng.random() < 0.12:
            who, given = rng.choice(["manager", "agent"]), beginning(rng, names)
            expected = oracle.open_case(world, who, given)
            took = desk.open(opened(given), {"manager": MIA, "agent": ANN}[who])
        else:
            majors = [name for name in names if desk.cases[name].major_case_state == "accepted"]
            case = world["cases"][rng.choice(majors if majors and rng.random() < 0.5 else names)]
            who = rng.choice(["manager", "manager", "agent", "customer"])
            [action] = rng.choices(oracle.ACTIONS, WEIGHTS)
            actor, given = actor_of(who, case), content(rng, action, names, f"words {index}")
            if actor is None:
                continue
            expected = oracle.act(world, who, action, case, given)
            took = desk.apply(case["id"], COMMANDS[action](given), actor)
        assert isinstance(took, Step) is expected, (took, given)
        for name, each in desk.cases.items():
            assert as_dict(each, desk) == world["cases"][name]
        assert len(desk.cases) == len(world["cases"])
        counted["accepted" if expected else "refused"] += 1
    return desk, world, counted


def test_a_family_is_as_plain_dicts_say(tally: Tally) -> None:
    """After every command, in every case; and the laws hold of what came of it."""

    @given(seed=st.integers(0, 1 << 32))
    def played(seed: int) -> None:
        """One desk."""
        desk, _, counted = play(Random(seed), 60)
        for case in desk.cases.values():
            keeps_the_laws(case, desk)
        for name, number in counted.items():
            tally(f"major cases: {name}", number)

    played()


def keeps_the_laws(case: Case, desk: Desk) -> None:
    """One level; no customer of a major case; events tell the case; one survey; versions without a gap."""
    above = desk.cases.get(case.parent or "")
    assert above is None or (above.parent is None and above is not case)
    assert case.major_case_state != "accepted" or (case.parent, case.account, case.consumer) == (None,) * 3
    assert case.merged_into is None or case.state == "cancelled"
    assert replay_events(desk.events[case.id]) == case
    waits = case.blockers.get("customer")
    assert (waits is not None and waits.is_active) is (case.state == "awaiting_info")
    assert [event.kind for event in desk.events[case.id]].count("survey_requested") <= 1
    versions = dict.fromkeys(event.version for event in desk.events[case.id])
    assert list(versions) == list(range(1, case.version + 1))


@given(seed=st.integers(0, 1 << 32))
def test_a_case_is_merged_once_and_into_what_lived(seed: int) -> None:
    """Following where cases went ends, and their histories read as one keep both."""
    desk, _, _ = play(Random(seed), 30)
    for case in desk.cases.values():
        seen = [case.id]
        while (into := desk.cases[seen[-1]].merged_into) is not None:
            assert into not in seen
            seen.append(into)
        if len(seen) > 1:
            one, two = (entries(desk, name) for name in seen[:2])
            stream = merged_histories(one, two)
            assert [each for each in stream if each.case == seen[0]] == one
            assert [each for each in stream if each.case == seen[1]] == two
            instants = [each.events[0].at for each in stream]
            assert instants == sorted(instants)


def entries(desk: Desk, name: str) -> list[LogEntry]:
    """A case's log."""
    found: dict[int, list[Any]] = {}
    for event in desk.events[name]:
        found.setdefault(event.version, []).append(event)
    case = desk.cases[name].id
    return [
        LogEntry(case=case, version=version, receipt=None, revision=None, events=tuple(events))
        for version, events in found.items()
    ]


class Everything(set[str]):
    """As if every order had been carried out already."""

    def __contains__(self, _: object) -> bool:
        """It is in."""
        return True


class Crowd(Desk):
    """A desk of one major case and children that are not there, whose orders nobody carries out."""

    def __init__(self, below: tuple[ChildCase, ...]) -> None:
        super().__init__(policy(sync_children=True))
        self.below, self.done = below, Everything()

    def children(self, case_id: str) -> tuple[ChildCase, ...]:
        """Those that it was made with."""
        return self.below if case_id == "c1" else ()


@pytest.mark.parametrize("count", [1, 10, 10_000])
def test_what_follows_is_one_order_for_each_live_child(count: int) -> None:
    """They share one command, and come in the children's order, each with an id of its own."""
    states: tuple[CaseState, ...] = ("new", "open", "awaiting_info", "resolved", "closed", "cancelled")
    below = tuple(ChildCase(id=CaseId(f"k{index}"), state=states[index % 6]) for index in range(count))
    desk = Crowd(below)
    orders = desk.do(desk.major(), AddComment("We are at it.")).orders
    assert [order.case for order in orders] == [child.id for child in below if child.state in states[:3]]
    assert len({id(order.command) for order in orders}) == 1
    assert len({order.command_id for order in orders}) == len(orders)
