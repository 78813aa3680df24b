"""Measure a case's life: `python benchmarks/cases.py [--quick] [--json FILE] [PART ...]`.

It prints figures and ratios beside their goals, and asserts nothing about seconds, which depend on the machine.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import TypeAlias

from engines import Effort
from footprint import import_line
from help_desk import AGENT, CONTACT, OPENED_AT, WANTED, desk, scene
from machines import MACHINES
from report import Goal, Line, Report, Section, measure_parts
from timing import Timed, affordable, process_ms, race

from csmcore.model import (
    AddComment,
    AddWorkNote,
    CaseCommand,
    CaseId,
    CommandId,
    Decision,
    ProposeSolution,
    Refusal,
    RequestInfo,
    ResumeWork,
    SlaState,
    UpdateCase,
)
from csmcore.rules import advance, compile_policy, decide_apply, decide_open, decide_tick, evaluate, read

__all__ = ["PARTS", "Calls", "timed"]

Calls: TypeAlias = Sequence[Callable[[], object]]

USUAL = Effort(questions=400)
QUICK = Effort(questions=40, rounds=3, seconds=0.05, processes=3)
OPENINGS_A_SECOND = Goal(5_000)
TO_BARE_STEPS = {"transitions": Goal(1.5, at_most=True), "python-statemachine": Goal(1 / 8, at_most=True)}
IMPORTS = ("import csmcore", "from csmcore.services import CaseService", "from csmcore.adapters import MemoryHost")


def timed(contenders: Mapping[str, Calls], effort: Effort) -> dict[str, Timed]:
    """Time each contender's calls, one after the other and again, in turn with the others."""
    asked = {}
    for name, calls in contenders.items():
        questions = [(call, None) for call in calls] * max(1, effort.questions // len(calls))
        asked[name] = (called, affordable(called, questions, effort.seconds, least=len(calls)))
    return race(asked, effort.rounds)


def called(call: Callable[[], object], _: None) -> object:
    """One call, which is all there is to ask."""
    return call()


def decided(answer: Decision | Refusal) -> Decision:
    """The decision; what is measured is never refused."""
    assert isinstance(answer, Decision), answer
    return answer


# --- the whole way through the house ---------------------------------------------------------------------------------


def services(effort: Effort, report: Report) -> None:
    """Open cases in memory, with three candidates and four clocks; then what else a service does with one."""
    report.progress("services")
    _, clock, service = desk()
    case_id = service.open(WANTED, CONTACT).case.id
    opened = service.open(WANTED, CONTACT)
    assert opened.derivation is not None
    assert (len(opened.derivation.candidates), len(opened.sla.clocks)) == (3, 4)
    clock.advance(timedelta(minutes=10))
    numbers = count()
    calls: dict[str, Callable[[], object]] = {
        "open": lambda: service.open(WANTED, CONTACT),
        "open, with a command id": lambda: service.open(WANTED, CONTACT, CommandId(f"open {next(numbers)}")),
        "apply: a work note": lambda: service.apply(case_id, AddWorkNote("Seen"), AGENT),
        "apply: a comment": lambda: service.apply(case_id, AddComment("We are at it"), AGENT),
        "read": lambda: service.read(case_id),
        "tick, nothing due": lambda: service.tick(case_id),
    }
    took = timed({name: [call] for name, call in calls.items()}, effort)
    rates = {"on one core": took["open"].ns, "in the quietest round": min(took["open"].rounds)}
    lines = [
        Line(f"open: cases a second, {when}", 1e9 / ns, goal=OPENINGS_A_SECOND, unit="/s") for when, ns in rates.items()
    ]
    lines += [Line(name, each.ns / 1e9) for name, each in took.items()]
    report.add(Section("A service over a host in memory, 3 entitlements and 4 clocks (a call)", "", "", lines))


# --- one step --------------------------------------------------------------------------------------------------------


def steps(effort: Effort, report: Report) -> None:
    """Ask the customer and go on: each a decision with its new case, clocks, comment, events and revision."""
    rivals = {machine.package: machine for machine in MACHINES if machine.is_installed}
    lines = []
    for promises in (0, 1, 4):
        report.progress(f"one step with {promises} promises")
        took = timed({"ours": both_steps(promises)} | {name: each.build() for name, each in rivals.items()}, effort)
        for machine in MACHINES:
            what = f"decide_apply, {promises} clocks, beside {machine.name}"
            goal, theirs = TO_BARE_STEPS[machine.package] if promises else None, took.get(machine.package)
            if theirs is None:
                lines.append(Line(what, took["ours"].ns / 1e9))
            else:
                ratio = took["ours"].over(theirs)
                lines.append(Line(what, took["ours"].ns / 1e9, theirs.ns / 1e9, ratio, goal))
    report.add(Section("One accepted transition (a step)", "a bare step", "of its time", lines))


def both_steps(promises: int) -> Calls:
    """From open to awaiting info, and back."""
    plan, facts, is_open, is_waiting, now = scene(promises)
    ask, go_on = RequestInfo("Which one?"), ResumeWork()
    calls = (
        lambda: decide_apply(*is_open, ask, AGENT, facts, plan, now),
        lambda: decide_apply(*is_waiting, go_on, AGENT, facts, plan, now),
    )
    assert [decided(call()).case.state for call in calls] == ["awaiting_info", "open"]
    assert {len(decided(call()).sla.clocks) for call in calls} == {promises}
    return calls


# --- the rules alone -------------------------------------------------------------------------------------------------


def rules(effort: Effort, report: Report) -> None:
    """The pure calls one by one, with four promises."""
    report.progress("the rules alone")
    plan, facts, (case, sla), is_waiting, now = scene()

    def decided_of(command: CaseCommand) -> Decision:
        """What the case's agent decides with a command."""
        return decided(decide_apply(case, sla, command, AGENT, facts, plan, now))

    new = partial(decide_open, WANTED, CONTACT, facts, plan, OPENED_AT, CaseId("C"), "C")
    asked = decided(decide_apply(case, sla, RequestInfo("Which one?"), AGENT, facts, plan, now)).revision
    heard = decided(decide_apply(*is_waiting, AddComment("That one"), CONTACT, facts, plan, now)).revision
    first = decided(new()).revision
    assert first is not None
    assert sla.last is not None
    assert asked is not None
    assert heard is not None
    history = (first, sla.last, is_waiting[1].last or asked, heard)
    commands: dict[str, CaseCommand] = {
        "a work note": AddWorkNote("Seen"),
        "a comment": AddComment("We are at it"),
        "another urgency": UpdateCase({"urgency": 1}),
        "a solution": ProposeSolution(code="repaired", notes="It had lost its belt"),
    }
    calls: dict[str, Callable[[], object]] = {
        "decide_open": new,
        **{f"decide_apply: {name}": partial(decided_of, command) for name, command in commands.items()},
        "decide_tick, nothing due": lambda: decide_tick(case, sla, plan, now),
        "advance: four clocks attach": lambda: advance(plan, SlaState(), first),
        "advance: pauses and completes": lambda: advance(plan, sla, asked),
        "advance: goes on": lambda: advance(plan, is_waiting[1], heard),
        "evaluate four revisions": lambda: evaluate(plan, history, now),
        "read one clock": lambda: read(plan, sla.clocks[0], now),
        "compile_policy": lambda: compile_policy(plan.policy),
    }
    took = timed({name: [call] for name, call in calls.items()}, effort)
    report.add(
        Section(
            "The rules alone, 4 promises (a call)", "", "", [Line(name, each.ns / 1e9) for name, each in took.items()]
        )
    )


def importing(effort: Effort, report: Report) -> None:
    """Time whole processes that import something, over one that does nothing."""
    report.progress("importing")
    taken = process_ms({"pass": "pass"} | {program: program for program in IMPORTS}, effort.processes)
    bare = taken.pop("pass")
    lines = [
        import_line(program, program, statistics.median(a - b for a, b in zip(figures, bare, strict=True)))
        for program, figures in taken.items()
    ]
    report.add(Section("Importing (over an interpreter that does nothing)", "", "", lines))


PARTS = {"services": services, "steps": steps, "rules": rules, "import": importing}


if __name__ == "__main__":
    measure_parts("Measure what a case costs, in a service and by the rules alone.", PARTS, USUAL, QUICK)
