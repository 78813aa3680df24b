"""Measure how entitlements are chosen: `python benchmarks/entitlements.py [--quick] [--json FILE] [PART ...]`.

It prints figures and ratios beside their goals, and asserts nothing about seconds, which depend on the machine. It
asserts that the index chooses what the exhaustive rule chooses, and that all who are compared give the same answers.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import attrs
from engines import Effort
from entitlement_tables import (
    AT,
    BIG,
    RIVALS,
    Ask,
    Asked,
    World,
    best_first,
    misses,
    policy_by,
    probe,
    questions,
    table,
    table_questions,
    world,
)
from report import Goal, Line, Report, Section, measure_parts
from timing import affordable, race, seconds_of

from csmcore.model import CaseFacts, Entitlement, EntitlementQuestion
from csmcore.rules import EntitlementIndex, derive_entitlement

__all__ = ["PARTS"]

Noun = TypeVar("Noun")

USUAL = Effort(questions=2_000, rounds=9, builds=3)
QUICK = Effort(questions=40, rounds=3, seconds=0.05, builds=1)
SMALL, LARGE = 50, 500  # entitlements for each question: 100,000 and 1,000,000 in a full run
A_DECISION = Goal(10, at_most=True)  # microseconds
FLAT = Goal(1.5, at_most=True)
A_BUILD = Goal(2_000, at_most=True)  # milliseconds for each 100,000
HUNDRED_THOUSAND = 100_000
STRATEGIES = ("additive", "precedence", "explicit_order")
JUDGED = 20  # questions on which the exhaustive rule must agree
SOME = 20  # questions that are asked over and over
CHANGES = 1_000
FILTERED = 10  # rules that are left for a customer
GROWTH, PATIENCE = 10, 60  # a rival is not built where that would take longer: so many times the last, in seconds


def sizes(effort: Effort) -> tuple[int, int]:
    """How many entitlements there are: few and many."""
    return SMALL * effort.questions, LARGE * effort.questions


def asking(index: EntitlementIndex) -> Ask:
    """One decision of the index at the instant of all questions."""
    return lambda question, facts: index.derive(question, AT, facts)


def index_of(found: World, strategy: str = "additive") -> EntitlementIndex:
    """The index of a world by a strategy."""
    return EntitlementIndex.of(policy_by(strategy), found.entitlements, found.contracts)


def check_agreement(index: EntitlementIndex, found: World, asked: Sequence[Asked]) -> None:
    """Compare some choices with those of the exhaustive rule."""
    for question, facts in asked[:JUDGED]:
        known = attrs.evolve(facts, entitlements=tuple(found.entitlements), contracts=tuple(found.contracts))
        full = derive_entitlement(question, known, index.policy, AT)
        assert index.derive(question, AT, facts).case_fields == full.case_fields


# --- a decision ------------------------------------------------------------------------------------------------------


def decisions(effort: Effort, report: Report) -> None:
    """One decision by each strategy, of few entitlements and of many: for everybody, one account, strangers."""
    counts = sizes(effort)
    report.progress(f"worlds of {counts[0]:,} and {counts[1]:,}")
    worlds = {count: world(count) for count in counts}
    for strategy in STRATEGIES:
        report.progress(f"decisions by {strategy}")
        indexes = {count: index_of(found, strategy) for count, found in worlds.items()}
        if strategy == STRATEGIES[0]:
            few = worlds[counts[0]]
            check_agreement(indexes[counts[0]], few, questions(few, JUDGED // 2) + misses(few, JUDGED // 2))
        lines = []
        for what, make in question_sets(effort).items():
            asked = {count: make(found) for count, found in worlds.items()}
            lines += decision_lines(what, indexes, asked, effort)
        title = f"A decision by {strategy}, of {counts[0]:,} and of {counts[1]:,} entitlements"
        report.add(Section(title, f"of {counts[0]:,}", "of its time", lines))


def question_sets(effort: Effort) -> Mapping[str, Callable[[World], list[Asked]]]:
    """What is asked, and as often."""
    count = effort.questions
    return {
        "for anybody": lambda found: questions(found, count),
        "for the account that holds a tenth": lambda found: questions(found, count, of=BIG),
        f"the same {SOME} over and over": lambda found: [*islice(cycle(questions(found, SOME)), count)],
        "for strangers: nothing applies": lambda found: misses(found, count),
    }


def decision_lines(
    what: str, indexes: Mapping[int, EntitlementIndex], asked: Mapping[int, list[Asked]], effort: Effort
) -> list[Line]:
    """The figure of many entitlements beside that of few, and the goal that both should keep."""
    for count, index in indexes.items():
        affordable(asking(index), asked[count], effort.seconds * 10)
    took = race({str(count): (asking(index), asked[count]) for count, index in indexes.items()}, effort.rounds)
    few, many = took.values()
    quietest = min(many.rounds) / 1e3
    return [
        Line(what, many.ns / 1e9, few.ns / 1e9, many.over(few), FLAT),
        Line("  in the quietest round", quietest, min(few.rounds) / 1e3, goal=A_DECISION, unit="us"),
    ]


# --- making and changing it ------------------------------------------------------------------------------------------


def building(effort: Effort, report: Report) -> None:
    """Build an index, change one agreement of it, and ask it to explain, which looks at all there is."""
    for count in sizes(effort):
        report.progress(f"building an index of {count:,}")
        found = world(count)
        index = index_of(found)
        took = seconds_of(partial(index_of, found), effort.builds)
        [asked] = questions(found, 1)
        explained = seconds_of(partial(index.derive, asked[0], AT, asked[1], explain=True), 1)
        lines = [
            Line("build", took, note="of nouns that are there"),
            Line("  for each 100,000", took * 1e3 * HUNDRED_THOUSAND / count, goal=A_BUILD, unit="ms"),
            *change_lines(index, found, effort),
            Line("a decision with all reasons", explained, note="every entitlement is judged"),
        ]
        report.add(Section(f"An index of {count:,} entitlements", "", "", lines))


def change_lines(index: EntitlementIndex, found: World, effort: Effort) -> list[Line]:
    """An index with one agreement changed; with many changed one after the other, and a decision of what that gave."""
    changed = [attrs.evolve(one, used=3) for one in spread(found.entitlements, CHANGES)]
    agreed = [attrs.evolve(one, name="again") for one in spread(found.contracts, CHANGES)]
    alone = race(
        {
            "one entitlement changed": (
                lambda one, _: index.updated(entitlements=[one]),
                [(one, 0) for one in changed],
            ),
            "one contract changed": (lambda one, _: index.updated(contracts=[one]), [(one, 0) for one in agreed]),
        },
        effort.rounds,
    )
    in_turn = seconds_of(partial(one_by_one, index, changed), effort.builds) / len(changed)
    asked, later = questions(found, effort.questions), one_by_one(index, changed)
    took = race({"later": (asking(later), asked), "before": (asking(index), asked)}, effort.rounds)
    before = f"{took['before'].ns / 1e3:.2f} us before"
    return [
        *(Line(what, each.ns / 1e9) for what, each in alone.items()),
        Line(f"each of {len(changed):,} changed in turn", in_turn),
        Line("a decision after these", took["later"].ns / 1e9, note=before),
    ]


def spread(nouns: Sequence[Noun], count: int) -> Sequence[Noun]:
    """About so many, from all over."""
    return nouns[:: max(1, len(nouns) // count)]


def one_by_one(index: EntitlementIndex, changed: Sequence[Entitlement]) -> EntitlementIndex:
    """The index after each change was made to the one before it."""
    for one in changed:
        index = index.updated(entitlements=[one])
    return index


def memory(effort: Effort, report: Report) -> None:
    """What agreements and their index keep allocated, in a process of their own."""
    lines = []
    for count in sizes(effort):
        report.progress(f"memory of {count:,} entitlements")
        program = f"from entitlement_tables import weigh; weigh({count})"
        place = Path(__file__).parent
        answer = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, cwd=place)  # noqa: S603 - our own program
        kept: dict[str, Any] = json.loads(answer.stdout)
        lines += [
            Line(f"{count:,}: the agreements, an entitlement", kept["agreements"] / count, unit="bytes"),
            Line(f"{count:,}: the index over them, an entitlement", kept["index"] / count, unit="bytes"),
            Line(f"{count:,}: the index", kept["index"] / 1e6, unit="MB"),
            Line(f"{count:,}: the most while it was built, with all", kept["peak"] / 1e6, unit="MB"),
        ]
    report.add(Section("Memory that stays allocated", "", "", lines))


# --- beside others ---------------------------------------------------------------------------------------------------


def rivals(effort: Effort, report: Report) -> None:
    """The same simple table put to the index, to twelve look-ups by hand, and to engines that are handed every rule."""
    seconds: dict[str, float] = {}
    for count in (FILTERED, *sizes(effort)):
        report.progress(f"a table of {count:,} rules")
        rows = table(count)
        ranked = best_first(rows)
        asked = table_questions(rows, effort.questions)
        asks: dict[str, Ask] = {"by hand": probe(ranked)}
        for rival in RIVALS:
            if rival.is_installed and seconds.get(rival.package, 0) * GROWTH < PATIENCE:
                report.progress(f"building {rival.package}")
                begun = perf_counter()
                asks[rival.package] = rival.build(ranked)
                seconds[rival.package] = perf_counter() - begun
        lines = table_lines(chooser(EntitlementIndex.of(policy_by("additive"), rows)), asks, asked, effort)
        lines += [
            Line(f"{rival.name}: build", theirs=seconds[rival.package]) for rival in RIVALS if rival.package in asks
        ]
        report.add(Section(f"A simple table of {count:,} rules (a decision). {FAIR}", "theirs", "of ours", lines))


FAIR = "The engines are handed all rules; none indexes them. A host that looks up the account first hands them about 10"


def chooser(index: EntitlementIndex) -> Ask:
    """The id that the index chooses."""

    def ask(question: EntitlementQuestion, facts: CaseFacts) -> object:
        chosen = index.derive(question, AT, facts).chosen
        return chosen and chosen.id

    return ask


def table_lines(ours: Ask, asks: Mapping[str, Ask], asked: Sequence[Asked], effort: Effort) -> list[Line]:
    """All on the same questions, a slow one on the first of them; each must choose what the index does."""
    contenders = {name: (ask, affordable(ask, asked, effort.seconds)) for name, ask in asks.items()}
    for name, (ask, some) in contenders.items():
        assert [ask(*each) for each in some] == [ours(*each) for each in some], name
    took = race({"ours": (ours, asked), **contenders}, effort.rounds)
    names = {"by hand": "twelve look-ups by hand, no reasons"} | {rival.package: rival.name for rival in RIVALS}
    lines = []
    for package, name in names.items():
        if package in took:
            theirs, note = took[package], f"{len(contenders[package][1]):,} questions"
            lines.append(Line(name, took["ours"].ns / 1e9, theirs.ns / 1e9, theirs.over(took["ours"]), note=note))
        else:
            lines.append(Line(name, took["ours"].ns / 1e9, note="not measured"))
    return lines


PARTS = {"decisions": decisions, "building": building, "memory": memory, "rivals": rivals}


if __name__ == "__main__":
    measure_parts("Measure how entitlements are chosen, of many and of very many.", PARTS, USUAL, QUICK)
