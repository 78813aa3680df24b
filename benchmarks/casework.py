"""Measure what grows with a case: `python benchmarks/casework.py [--quick] [--json FILE] [PART ...]`.

It prints figures and ratios beside their goals, and asserts nothing about seconds, which depend on the machine. It
asserts that what is measured was done: that every child followed, what was sent again, what became of a message.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count, cycle
from time import perf_counter_ns
from typing import TypeAlias

import attrs
from help_desk import AGENT, CONTACT, WANTED, desk, made
from report import Goal, Line, Report, Section, measure_parts
from timing import Timed, quiet, race

from csmcore.adapters import MemoryMailroom
from csmcore.model import (
    Actor,
    AddComment,
    AddTask,
    AddWorkNote,
    AssignToMe,
    CaseCommand,
    CaseId,
    CommandId,
    LinkRecord,
    MajorCasePolicy,
    Message,
    OpenCase,
    OverridePriority,
    UpdateCase,
)
from csmcore.services import CaseService

__all__ = ["PARTS"]


@attrs.frozen
class Effort:
    """How many calls a round, and rounds; and how many activities, children, tasks and records, and versions."""

    calls: int = 20
    rounds: int = 45
    activities: int = 1_000
    children: tuple[int, int] = (1_000, 10_000)
    families: int = 7
    records: int = 100
    versions: int = 100


USUAL = Effort()
QUICK = Effort(calls=5, rounds=3, activities=50, children=(20, 200), families=2, records=10, versions=10)
INDEPENDENT = Goal(1.1, at_most=True)
LINEAR = Goal(1.1, at_most=True)

MANAGER = made(Actor, kind="internal", id="max", roles=frozenset({"agent", "manager"}))
MAJOR = made(OpenCase, short_description="The plant stands still", major_case_state="accepted")
SAID = AddComment("Any news?")
NOTED = AddWorkNote("Seen")

Call: TypeAlias = Callable[[], object]


def timed(calls: Mapping[str, Call], effort: Effort) -> dict[str, Timed]:
    """Time calls, each several times in a row, in turn with the others."""
    asked = {name: (called, [(call, None)] * effort.calls) for name, call in calls.items()}
    for call in calls.values():
        call()
    return race(asked, effort.rounds)


def called(call: Call, _: None) -> object:
    """One call, which is all there is to ask."""
    return call()


def on_each(service: CaseService, cases: Sequence[CaseId], command: CaseCommand, actor: Actor) -> Call:
    """A command to one of the cases after the other, so that none of them grows much."""
    turn = cycle(cases)
    return lambda: service.apply(next(turn), command, actor)


def beside(what: str, mine: Timed, other: Timed, goal: Goal | None = None) -> Line:
    """Both figures and their ratio."""
    return Line(what, mine.ns / 1e9, other.ns / 1e9, mine.over(other), goal)


def taken_up(service: CaseService) -> CaseId:
    """A new case, in work."""
    case_id = service.open(WANTED, CONTACT).case.id
    service.apply(case_id, AssignToMe(), AGENT)
    return case_id


# --- much on one case ------------------------------------------------------------------------------------------------


def activities(effort: Effort, report: Report) -> None:
    """Say one thing more on cases on which much was said, beside cases on which nothing was."""
    report.progress(f"{effort.activities:,} activities")
    host, _, service = desk()
    few, many = ([taken_up(service) for _ in range(effort.calls)] for _ in range(2))
    for case_id in many:
        for _ in range(effort.activities):
            service.apply(case_id, SAID, CONTACT)
    assert {len(host.activity(case_id)) for case_id in many} == {effort.activities}
    lines = []
    for what, command, actor in (("a comment", SAID, CONTACT), ("a work note", NOTED, AGENT)):
        calls = {"few": on_each(service, few, command, actor), "many": on_each(service, many, command, actor)}
        took = timed(calls, effort)
        lines.append(beside(what, took["many"], took["few"], INDEPENDENT))
    title = f"On a case with {effort.activities:,} activities (a call)"
    report.add(Section(title, "with under 100", "to few", lines))


def records(effort: Effort, report: Report) -> None:
    """Commands to a case with many tasks and records, most of which have nothing to do with them."""
    report.progress(f"{effort.records} tasks and records")
    _, _, service = desk()
    bare, full = ([taken_up(service) for _ in range(effort.calls)] for _ in range(2))
    for case_id in full:
        for number in range(effort.records):
            service.apply(case_id, AddTask(subject="Look", blocks_case=True), AGENT)
            service.apply(case_id, LinkRecord(kind="work_order", record=f"WO{number}"), AGENT)
    one = service.read(full[0]).case
    assert (len(one.tasks), len(one.records), len(one.blockers)) == (*[effort.records] * 2, 2 * effort.records)
    lines = []
    commands: dict[str, tuple[CaseCommand, Goal | None]] = {
        "a work note": (NOTED, INDEPENDENT),
        "another category": (UpdateCase({"category": "press"}), INDEPENDENT),
        "a comment, which goes out to each record": (AddComment("We are at it"), None),
        "one task more": (AddTask(subject="Look again"), None),
    }
    for what, (command, goal) in commands.items():
        calls = {"bare": on_each(service, bare, command, AGENT), "full": on_each(service, full, command, AGENT)}
        took = timed(calls, effort)
        lines.append(beside(what, took["full"], took["bare"], goal))
    title = f"On a case with {effort.records} tasks and {effort.records} records, each with a blocker (a call)"
    report.add(Section(title, "with none", "to none", lines))


# --- many cases ------------------------------------------------------------------------------------------------------


def family(size: int) -> tuple[CaseService, CaseId, list[CaseId]]:
    """A major case with so many live children, which follow it."""
    _, _, service = desk(major_cases=MajorCasePolicy(sync_children=True))
    parent = service.open(MAJOR, MANAGER).case.id
    child = attrs.evolve(WANTED, parent=parent, impact=None, urgency=None)
    return service, parent, [service.open(child, AGENT).case.id for _ in range(size)]


def propagation(effort: Effort, report: Report) -> None:
    """What a major case's children follow, each by a command of its own: per child, in families of two sizes."""
    families = []
    for size in effort.children:
        report.progress(f"a family of {size:,}")
        families.append(family(size))
    ranks = cycle((1, 2))
    lines = []
    for what, next_command in (
        ("a comment", lambda: SAID),
        ("another priority", lambda: OverridePriority(priority=next(ranks), reason="All stand still")),
    ):
        small: list[float] = []
        large: list[float] = []
        for _ in range(effort.families):
            command = next_command()
            for figures, (service, parent, children) in zip((small, large), families, strict=True):
                figures.append(ns_a_child(service, parent, children, command))
        lines.append(beside(what, Timed(tuple(large)), Timed(tuple(small)), LINEAR))
    few, many = effort.children
    report.add(Section(f"Each child of {many:,} follows", f"of {few:,}", "to few", lines))


def ns_a_child(service: CaseService, parent: CaseId, children: Sequence[CaseId], command: CaseCommand) -> float:
    """Let a major case do something, and say how long it took for each child; all of them followed."""
    before = service.read(children[-1]).case.version
    with quiet():
        begun = perf_counter_ns()
        decision = service.apply(parent, command, MANAGER)
        took = perf_counter_ns() - begun
    assert len(decision.orders) == len(children)
    assert service.read(children[-1]).case.version == before + 1
    return took / len(children)


# --- what comes again, and by mail -----------------------------------------------------------------------------------


def resends(effort: Effort, report: Report) -> None:
    """A command that comes again under its id: its decision is told from the log, so it costs what the log is long."""
    report.progress("resends")
    _, clock, service = desk()
    young, old = taken_up(service), taken_up(service)
    clock.advance(timedelta(minutes=10))
    for _ in range(effort.versions):
        service.apply(old, NOTED, AGENT)
    numbers = count()
    calls: dict[str, Call] = {"new": lambda: service.apply(young, NOTED, AGENT, CommandId(f"new {next(numbers)}"))}
    for name, case_id in (("again", taken_up(service)), ("again, much later", old)):
        first = service.apply(case_id, NOTED, AGENT, CommandId(name))
        assert service.apply(case_id, NOTED, AGENT, CommandId(name)) == first
        calls[name] = resent(service, case_id, CommandId(name))
    took = timed(calls, effort)
    lines = [
        Line("under a new id", took["new"].ns / 1e9),
        beside("again, at version 3", took["again"], took["new"]),
        beside(f"again, at version {effort.versions + 3:,}", took["again, much later"], took["new"]),
    ]
    report.add(Section("A work note under a command id (a call)", "new", "to new", lines))


def resent(service: CaseService, case_id: CaseId, command_id: CommandId) -> Call:
    """The same command once more."""
    return lambda: service.apply(case_id, NOTED, AGENT, command_id)


def letters() -> Iterator[tuple[str, str]]:
    """Ids of messages, and subjects."""
    for number in count():
        yield f"<{number}@example.org>", f"Press {number} stands still"


def messages(effort: Effort, report: Report) -> None:
    """A message that opens a case, one that answers another, and one that comes twice, beside the bare commands."""
    report.progress("messages")
    _, _, service = desk(mailroom=MemoryMailroom())
    mail, numbers = letters(), count()
    form = attrs.evolve(WANTED, short_description="")

    def received(answers: str | None = None) -> object:
        name, subject = next(mail)
        message = Message(
            channel="email", message_id=name, subject=subject, text="Please help", in_reply_to=answers, form=form
        )
        return service.receive(message, CONTACT).message

    name, subject = next(mail)
    first = Message(channel="email", message_id=name, subject=subject, text="Please help", form=form)
    taken = service.receive(first, CONTACT).decision
    assert taken is not None
    assert service.receive(first, CONTACT).message.outcome == "duplicate"
    calls: dict[str, Call] = {
        "open": lambda: service.open(WANTED, CONTACT, CommandId(f"open {next(numbers)}")),
        "a message that opens a case": received,
        "apply": lambda: service.apply(taken.case.id, SAID, CONTACT, CommandId(f"say {next(numbers)}")),
        "a message that is a comment": lambda: received(name),
        "a message that comes again": lambda: service.receive(first, CONTACT),
    }
    took = timed(calls, effort)
    lines = [
        beside("a message that opens a case", took["a message that opens a case"], took["open"]),
        beside("a message that is a comment", took["a message that is a comment"], took["apply"]),
        Line("a message that comes again", took["a message that comes again"].ns / 1e9),
    ]
    report.add(Section("Receiving a message (a call)", "the command", "to it", lines))


PARTS = {
    "activities": activities,
    "records": records,
    "propagation": propagation,
    "resends": resends,
    "messages": messages,
}


if __name__ == "__main__":
    measure_parts("Measure what grows with a case, and with its family.", PARTS, USUAL, QUICK)
