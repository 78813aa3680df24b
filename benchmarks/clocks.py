"""Measure the clocks of cases: `python benchmarks/clocks.py [--quick] [--json FILE] [PART ...]`.

It prints ratios beside their goals, and asserts nothing about seconds, which depend on the machine. It asserts that
the loop by hand, with which the clocks are compared, gives the same answers.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import flat_clock as flat
from cases import Calls, timed
from engines import Effort
from promises import OPENED_AT, PAIRS, History, contractual, desk_plan, many, seconds, six_events, stories, told
from report import Goal, Line, Report, Section, measure_parts
from timing import Timed

from csmcore.model import EventId, Explanation, Revision, SlaClock, SlaReading, SlaState
from csmcore.rules import Plan, advance, evaluate, explain, next_deadline, read

__all__ = ["PARTS"]

USUAL = Effort(questions=400)
QUICK = Effort(questions=40, rounds=3, seconds=0.05)
BY_HAND = Goal(10, at_most=True)
A_CASE = Goal(50, at_most=True)  # microseconds
AS_WITH_FOUR = Goal(1.5, at_most=True)
PEAK = Goal(300, at_most=True)  # MB
HISTORIES = 200  # on which both must agree
CASES_AN_EFFORT = 125  # 50,000 cases in a full run
EVENTS = 6
HOUR = timedelta(hours=1)
IDS = ("response", "resolution", "work", "team")


# --- both give the same answers --------------------------------------------------------------------------------------


def check_agreement(plan: Plan) -> None:
    """Compare every figure of every clock, at the end of random histories and on the way there."""
    clocks = 0
    for history in stories(HISTORIES):
        now = seconds(history.as_of)
        state, theirs = evaluate(plan, history.revisions, history.as_of), flat.evaluate(history.plain, now)
        assert [clock_figures(clock) for clock in state.clocks] == [flat_figures(clock) for clock in theirs]
        stepped, copied = SlaState(), []
        for revision, (at, row) in zip(history.revisions, history.plain, strict=True):
            stepped, copied = advance(plan, stepped, revision), flat.advance(copied, at, row)
        assert [clock_figures(clock) for clock in stepped.clocks] == [flat_figures(clock) for clock in copied]
        assert seconds(next_deadline(plan, stepped, history.as_of)) == flat.next_deadline(copied, now)
        for ours, by_hand in zip(stepped.clocks, copied, strict=True):
            assert reading_figures(read(plan, ours, history.as_of)) == flat.read(by_hand, now)
            explained = flat.explain(by_hand, now)
            assert segments_of(explain(plan, ours, history.as_of)) == explained["segments"]
        clocks += len(theirs)
    assert clocks > 2 * HISTORIES


def whole(duration: timedelta | None) -> int | None:
    """A duration as a whole number of seconds."""
    return None if duration is None else int(duration.total_seconds())


def clock_figures(clock: SlaClock) -> dict[str, Any]:
    """What a clock is, in seconds."""
    return {
        "of": IDS.index(clock.definition),
        "stage": clock.stage,
        "started": seconds(clock.started_at),
        "goal": whole(clock.goal),
        "due": seconds(clock.due_at),
        "first_due": seconds(clock.original_due_at),
        "next": seconds(clock.next_at),
        "fired": tuple((label, seconds(at)) for label, at in clock.fired),
        "paused_at": seconds(clock.paused_at),
        "paused": whole(clock.business_paused),
        "pauses": tuple((seconds(each.start), seconds(each.end), whole(each.business)) for each in clock.pauses),
        "stopped": seconds(clock.stopped_at),
        "breached": seconds(clock.breached_at),
    }


def flat_figures(clock: flat.Clock) -> dict[str, Any]:
    """The same of a clock by hand: all but what it counts with."""
    return {name: value for name, value in clock.items() if name not in {"hours", "origin", "level"}}


def reading_figures(reading: SlaReading) -> dict[str, Any]:
    """What a clock says, in seconds."""
    return {
        "of": IDS.index(reading.definition),
        "stage": reading.stage,
        "goal": whole(reading.goal),
        "started": seconds(reading.started_at),
        "stopped": seconds(reading.stopped_at),
        "due": seconds(reading.due_at),
        "first_due": seconds(reading.original_due_at),
        "end": seconds(reading.derived_end_at),
        "due_if_resumed": seconds(reading.due_if_resumed_now),
        "next": seconds(reading.next_at),
        "elapsed": whole(reading.elapsed),
        "paused": whole(reading.paused),
        "wall_elapsed": whole(reading.wall_elapsed),
        "wall_paused": whole(reading.wall_paused),
        "wall_goal": whole(reading.wall_goal),
        "wall_remaining": whole(reading.wall_remaining),
        "breached": seconds(reading.breached_at),
    }


def segments_of(explanation: Explanation) -> list[tuple[Any, ...]]:
    """The stretches of an explanation, in seconds."""
    return [
        (seconds(each.start), seconds(each.end), each.kind, whole(each.business), each.holidays)
        for each in explanation.segments
    ]


# --- one call --------------------------------------------------------------------------------------------------------


def steps(effort: Effort, report: Report) -> None:
    """One revision, one reading, one explanation, one deadline: each beside the loop by hand."""
    report.progress(f"agreement on {HISTORIES} random histories")
    plan = desk_plan()
    check_agreement(plan)
    lines = []
    for what, ours, theirs in single_calls(plan):
        report.progress(what)
        took = timed({"ours": [ours], "by hand": [theirs]}, effort)
        lines.append(beside(what, took["ours"], took["by hand"]))
    report.add(Section("Clocks of a case with four, beside a loop by hand (a call)", "by hand", "of its time", lines))


def beside(what: str, ours: Timed, theirs: Timed) -> Line:
    """A line with the goal that most have."""
    return Line(what, ours.ns / 1e9, theirs.ns / 1e9, ours.over(theirs), BY_HAND)


def single_calls(plan: Plan) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """What is asked of a case with four clocks that run, or of which two pause; ours and by hand."""
    running, by_hand = SlaState(), list[flat.Clock]()
    for hours, row in ((0.0, told(event__by="customer")), (0.5, told(state="open", event__by="system"))):
        running, by_hand = both_after(plan, running, by_hand, hours, row)
    asked, noted = told(state="awaiting_info", event__by="system"), told(state="open", event__by="system", category="x")
    paused, by_hand_paused = both_after(plan, running, by_hand, 1, asked)
    assert [clock.stage for clock in paused.clocks] == ["in_progress", "paused", "paused", "in_progress"]
    for what, row in (("advance: two of four pause", asked), ("advance: nothing that they ask about", noted)):
        revision, at = revision_at(1, row), seconds(OPENED_AT + HOUR)
        yield what, partial(advance, plan, running, revision), partial(flat.advance, by_hand, at, row)
    back = told(state="open", event__by="system")
    revision, at = revision_at(20, back), seconds(OPENED_AT + 20 * HOUR)
    yield (
        "advance: two of four go on",
        partial(advance, plan, paused, revision),
        partial(flat.advance, by_hand_paused, at, back),
    )
    gone, by_hand_gone = both_after(plan, paused, by_hand_paused, 20, back)
    now = OPENED_AT + 23 * HOUR
    clock, flat_clock, then = gone.clocks[1], by_hand_gone[1], seconds(now)
    assert clock.pauses
    yield "read", partial(read, plan, clock, now), partial(flat.read, flat_clock, then)
    yield "explain: a day with a pause", partial(explain, plan, clock, now), partial(flat.explain, flat_clock, then)
    soon = OPENED_AT + HOUR
    yield (
        "next_deadline",
        partial(next_deadline, plan, running, soon),
        partial(flat.next_deadline, by_hand, seconds(soon)),
    )


def both_after(
    plan: Plan, state: SlaState, clocks: Sequence[flat.Clock], hours: float, row: dict[str, object]
) -> tuple[SlaState, list[flat.Clock]]:
    """Ours and the clocks by hand, after one more row."""
    revision = revision_at(hours, row)
    return advance(plan, state, revision), flat.advance(clocks, int(revision.at.timestamp()), row)


def revision_at(hours: float, row: dict[str, object]) -> Revision:
    """A row as a revision, so many hours after the case was opened."""
    number = 1 + int(60 * hours)
    return Revision(OPENED_AT + hours * HOUR, number, EventId(f"e{number}"), row)


# --- a whole history -------------------------------------------------------------------------------------------------


def whole_histories(effort: Effort, report: Report) -> None:
    """Six events and four definitions, beside the loop by hand and beside the goal."""
    report.progress("evaluate")
    plan = desk_plan()
    histories = [six_events(case) for case in range(0, 40_000, 1_000)]
    ours: Calls = [partial(evaluate, plan, each.revisions, each.as_of) for each in histories]
    theirs: Calls = [partial(flat.evaluate, each.plain, int(each.as_of.timestamp())) for each in histories]
    took = timed({"ours": ours, "by hand": theirs}, effort)
    lines = [
        beside("evaluate, beside the loop by hand", took["ours"], took["by hand"]),
        Line("evaluate: a case", took["ours"].ns / 1e3, took["by hand"].ns / 1e3, unit="us"),
        Line("evaluate: a case, in the quietest round", min(took["ours"].rounds) / 1e3, goal=A_CASE, unit="us"),
        Line("evaluate: a million cases on one core", took["ours"].ns / 1e3, took["by hand"].ns / 1e3),
    ]
    report.add(Section("A history of six events with four definitions", "by hand", "of its time", lines))


# --- large policies --------------------------------------------------------------------------------------------------


def policies(effort: Effort, report: Report) -> None:
    """Policies of which four definitions can match a case should cost what these four cost."""
    report.progress("large policies")
    lines = []
    ours = {count: many(count) for count in (4, 50, 200, 1_000)}
    lines += beside_four({f"{count:,} definitions": plan for count, plan in ours.items()}, six_events(), effort)
    named = {f"{count} contractual, 4 named by the contract": contractual(count) for count in (4, 200)}
    lines += beside_four(named, six_events(has_contract=True), effort)
    lines.append(each_of_its_own(ours[4], ours[1_000], effort))
    report.add(Section("Policies of which four definitions can match (a call)", "with these 4", "of its time", lines))


def each_of_its_own(four: Plan, thousand: Plan, effort: Effort) -> Line:
    """Cases under a thousand definitions, of which each can match four others, beside cases that all match the same."""
    same = [partial(evaluate, four, each.revisions, each.as_of) for each in map(six_events, range(len(PAIRS)))]
    own = [
        partial(evaluate, thousand, each.revisions, each.as_of)
        for each in (
            six_events(case, entitlement__plan=plan, priority=grade) for case, (plan, grade) in enumerate(PAIRS)
        )
    ]
    took = timed({"own": own, "same": same}, effort)
    ratio = took["own"].over(took["same"])
    what = f"evaluate: 1,000 definitions, {len(PAIRS)} cases of which each matches 4 others"
    return Line(what, took["own"].ns / 1e9, took["same"].ns / 1e9, ratio, AS_WITH_FOUR)


def beside_four(plans: dict[str, Plan], history: History, effort: Effort) -> Iterator[Line]:
    """Whole histories and single steps under each policy, beside the first of them."""
    first, *others = plans
    *_, is_open, asked = history.revisions[:3]
    calls: dict[str, Callable[[Plan], Callable[[], object]]] = {
        "evaluate": lambda plan: partial(evaluate, plan, history.revisions, history.as_of),
        "advance, four attach": lambda plan: partial(advance, plan, SlaState(), history.revisions[0]),
        "advance, two pause": lambda plan: partial(
            advance, plan, evaluate(plan, history.revisions[:2], is_open.at), asked
        ),
        "advance, nothing": lambda plan: partial(
            advance, plan, evaluate(plan, history.revisions[:2], is_open.at), noted_after(is_open)
        ),
    }
    for what, call in calls.items():
        took = timed({name: [call(plan)] for name, plan in plans.items()}, effort)
        for name in others:
            ratio = took[name].over(took[first])
            yield Line(f"{what}: {name}", took[name].ns / 1e9, took[first].ns / 1e9, ratio, AS_WITH_FOUR)


def noted_after(revision: Revision) -> Revision:
    """One that changes only what it is about."""
    fields = {**revision.fields, "short_description": "It still does", "event.by": "customer"}
    return Revision(revision.at + HOUR / 2, revision.sequence + 1, EventId("noted"), fields)


# --- many cases at once ----------------------------------------------------------------------------------------------


def memory(effort: Effort, report: Report) -> None:
    """Evaluate cases in a process of their own that keeps all states: each its clocks and its last record."""
    cases = CASES_AN_EFFORT * effort.questions
    report.progress(f"{cases:,} cases in a process of their own")
    program = f"from promises import keep_states; keep_states({cases})"
    place = Path(__file__).parent
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=place)  # noqa: S603 - our own program
    found = json.loads(answer.stdout)
    peak, before = found["peak"], found["before"]
    a_case = None if peak is None else (peak - before) * 1e6 / 1024 / cases
    is_full = cases >= 50_000
    lines = [
        Line("the most memory that the process had", peak, goal=PEAK if is_full else None, unit="MB", note="resident"),
        Line("of it before the first case", before, unit="MB", note="Python, csmcore, a compiled policy"),
        Line("a case", a_case, unit="KiB", note="kept: four clocks, the last revision with its record"),
        Line("rows a second", EVENTS * cases / found["seconds"], unit="/s", note="while all of it is kept"),
    ]
    report.add(Section(f"{cases:,} cases of six events with four definitions, all states kept", "", "", lines))


PARTS = {"steps": steps, "evaluate": whole_histories, "policies": policies, "memory": memory}


if __name__ == "__main__":
    measure_parts("Measure the clocks of cases against a loop by hand and against goals.", PARTS, USUAL, QUICK)
