"""csmcore against the bare probe, against its rivals, and everyone against the minute oracle."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from desks import DESKS, OFFICE, Desk, adds, dst_adds, dst_pairs, pairs
from engines import Effort, ours, probe
from minutes import Minutes, Tally, local_minutes
from report import Goal, Line, Report, Section
from rivals import CSMCORE, RIVALS, Contender
from timing import affordable, race

__all__ = ["against_rivals", "against_the_probe", "wrong_answers"]

PROBE = Goal(1.4, at_most=True)
NONE = Goal(0, at_most=True)
YEARS = range(2023, 2029)
RUNS = ((OFFICE, False), *((desk, True) for desk in DESKS))  # a desk, and whether its questions cross a DST change


def against_the_probe(effort: Effort, report: Report) -> None:
    """Compare with the bare lookup, on Berlin's wall clock as everywhere, and on UTC where no zone has to be asked."""
    report.progress("the bare probe")
    mine, bare = ours(OFFICE), probe(OFFICE, YEARS)
    to_add, to_count = adds(effort.questions), pairs(effort.questions)
    utc_add = [(start.astimezone(UTC), by) for start, by in to_add]
    utc_count = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in to_count]
    lines = [
        probe_line("add", mine.add, bare.add, to_add, effort, PROBE),
        probe_line("elapsed", mine.elapsed, bare.elapsed, to_count, effort, PROBE),
        probe_line("add, UTC in", mine.add, bare.add, utc_add, effort, None),
        probe_line("elapsed, UTC in", mine.elapsed, bare.elapsed, utc_count, effort, None),
    ]
    report.add(Section("Against the bare probe (a call)", "probe", "of its time", lines))


def probe_line(  # noqa: PLR0913, PLR0917 - one line of the table
    what: str, mine: Any, bare: Any, asked: Sequence[tuple[Any, Any]], effort: Effort, goal: Goal | None
) -> Line:
    """Time csmcore and the probe side by side, once they agree."""
    assert [mine(*question) for question in asked] == [bare(*question) for question in asked], f"{what}: no agreement"
    timed = race({"ours": (mine, asked), "probe": (bare, asked)}, effort.rounds)
    return Line(what, timed["ours"].ns / 1e9, timed["probe"].ns / 1e9, timed["ours"].over(timed["probe"]), goal)


def against_rivals(effort: Effort, report: Report) -> None:
    """Compare with every rival on the office calendar; a rival that is not installed is a line that says so."""
    mine = ours(OFFICE)
    lines: list[Line] = []
    for rival in RIVALS:
        report.progress(rival.name)
        if not rival.is_installed:
            lines.append(Line(f"add: {rival.name}", goal=rival.add_goal))
            lines.append(Line(f"elapsed: {rival.name}", goal=rival.elapsed_goal))
            continue
        theirs = rival.build(OFFICE)
        to_add, to_count = adds(effort.questions), pairs(effort.questions)
        lines.append(rival_line(f"add: {rival.name}", mine.add, theirs.add, to_add, effort, rival.add_goal))
        lines.append(
            rival_line(f"elapsed: {rival.name}", mine.elapsed, theirs.elapsed, to_count, effort, rival.elapsed_goal)
        )
    report.add(Section("Against rivals (a call)", "rival", "faster", lines))


def rival_line(  # noqa: PLR0913, PLR0917 - one line of the table
    what: str, mine: Any, theirs: Any, asked: Sequence[tuple[Any, Any]], effort: Effort, goal: Goal | None
) -> Line:
    """Time csmcore and a rival side by side; a slow rival is asked the first of the same questions."""
    affordable(mine, asked, effort.seconds)
    fewer = affordable(theirs, asked, effort.seconds)
    timed = race({"ours": (mine, asked), "theirs": (theirs, fewer)}, effort.rounds)
    note = "" if len(fewer) == len(asked) else f"asked {len(fewer)}"
    return Line(
        what, timed["ours"].ns / 1e9, timed["theirs"].ns / 1e9, timed["theirs"].over(timed["ours"]), goal, note=note
    )


def wrong_answers(effort: Effort, report: Report) -> None:
    """Judge everyone by the minute oracle: random questions on the office, DST-crossing ones on every desk."""
    report.progress("the minute oracle")
    walls = local_minutes()
    oracles = {desk: Minutes(desk, walls) for desk in DESKS}
    tallies = {}
    for contender in (CSMCORE, *(rival for rival in RIVALS if rival.is_installed)):
        report.progress(f"the minute oracle: {contender.name}")
        tallies[contender.package] = [
            each for desk, crossing in RUNS for each in judged(contender, oracles, effort, desk, crossing=crossing)
        ]
    labels = [
        f"{desk.name}{', DST' if crossing else ''}: {verb}" for desk, crossing in RUNS for verb in ("add", "elapsed")
    ]
    rows = [
        [label, *(str(tally or "-") for tally in row)] for label, *row in zip(labels, *tallies.values(), strict=True)
    ]
    report.add_table("Wrong answers by the minute oracle (of those asked)", [["", *tallies], *rows])
    mine = [tally for tally in tallies[CSMCORE.package] if tally]
    asked, bad = sum(tally.asked for tally in mine), sum(tally.wrong + tally.late + tally.raised for tally in mine)
    report.add(Section("Of csmcore's answers", "", "", [Line(f"wrong of {asked:,}", bad, goal=NONE, unit="wrong")]))


def judged(
    contender: Contender, oracles: Mapping[Desk, Minutes], effort: Effort, desk: Desk, *, crossing: bool
) -> tuple[Tally | None, Tally | None]:
    """Judge both answers of a contender on one desk, None where it has no such holiday rule."""
    if desk.is_overnight and desk.holiday_rule not in contender.holiday_rules:
        return None, None
    engine, oracle, seconds = contender.build(desk), oracles[desk], effort.judged_seconds
    to_add = dst_adds(effort.dst_questions) if crossing else adds(effort.questions)
    to_count = dst_pairs(effort.dst_questions) if crossing else pairs(effort.questions)
    return oracle.judge_add(engine.add, to_add, seconds), oracle.judge_elapsed(engine.elapsed, to_count, seconds)
