"""Measure compiled conditions: `python benchmarks/conditions.py [--quick] [--json FILE]`.

A condition of five tests is asked about a pair of records, beside a function that a programmer would write for the same
rule. It prints figures beside their goal, and asserts nothing about seconds, which depend on the machine.
"""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
from report import Goal, Line, Report, Section
from timing import Timed, pin, race, seconds_of

from csmcore.conditions import Condition, Not, compile_condition, field, satisfiable

__all__ = ["main"]

UNDER_A_MICROSECOND = Goal(1_000, at_most=True)
DUE = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE: Mapping[str, object] = {"state": "new", "priority": 4, "substate": None, "credit": Decimal(7)}
NOW: Mapping[str, object] = {
    "state": "open",
    "priority": 2,
    "channel": "web",
    "entitlement.plan": "gold",
    "tags": ("vip", "eu"),
    "due_at": datetime(2026, 5, 1, tzinfo=UTC),
    "credit": Decimal(5),
}
PLANS = frozenset({"gold", "silver"})
FIRST_FAILS: Mapping[str, object] = {**NOW, "state": "closed"}
LAST_FAILS: Mapping[str, object] = {**NOW, "tags": ("eu",)}

USUAL = (
    (field("state") == "open")
    & (field("priority") <= 3)
    & field("entitlement.plan").is_in("gold", "silver")
    & (field("channel") != "phone")
    & field("tags").contains("vip")
)


def usual(now: Any, before: Any) -> bool:  # noqa: ARG001 - one signature for both contenders
    """The usual rule by hand, as careful about null as a programmer must be."""
    priority = now.get("priority")
    return (
        now.get("state") == "open"
        and priority is not None
        and priority <= 3
        and now.get("entitlement.plan") in PLANS
        and now.get("channel") != "phone"
        and "vip" in (now.get("tags") or ())
    )


CHANGES = (
    field("state").changes()
    & field("state").changes_to("open")
    & field("priority").changes_from(4)
    & field("credit").changes()
    & ~field("substate").changes()
)


def changes(now: Any, before: Any) -> bool:
    """The rule about changes by hand."""
    return (
        now.get("state") != before.get("state")
        and now.get("state") == "open"
        and before.get("priority") == 4
        and now.get("priority") != 4
        and now.get("credit") != before.get("credit")
        and now.get("substate") == before.get("substate")
    )


DELICATE = (
    (field("due_at") < DUE)
    & (field("due_at") >= DUE.replace(year=2020))
    & (field("credit") > Decimal("1.5"))
    & field("credit").is_not_empty()
    & field("closed_at").is_empty()
)


def delicate(now: Any, before: Any) -> bool:  # noqa: ARG001 - one signature for both contenders
    """The rule about instants and decimals by hand."""
    due_at, credit = now.get("due_at"), now.get("credit")
    return (
        due_at is not None
        and DUE.replace(year=2020) <= due_at < DUE
        and credit is not None
        and credit > Decimal("1.5")
        and now.get("closed_at") is None
    )


NEITHER = (
    (field("state") == "new")
    | (field("priority") > 3)
    | field("channel").is_in("phone", "chat")
    | field("tags").is_empty()
    | (field("entitlement.plan") == "none")
)


def neither(now: Any, before: Any) -> bool:  # noqa: ARG001 - one signature for both contenders
    """The rule of alternatives by hand."""
    priority = now.get("priority")
    return (
        now.get("state") == "new"
        or (priority is not None and priority > 3)
        or now.get("channel") in {"phone", "chat"}
        or not now.get("tags")
        or now.get("entitlement.plan") == "none"
    )


@attrs.frozen
class Case:
    """A condition of five tests, the same by hand, a record and the answer."""

    what: str
    condition: Condition
    by_hand: Callable[[Any, Any], bool]
    now: Mapping[str, object]
    answer: bool


CASES = (
    Case("all of five, they hold", USUAL, usual, NOW, answer=True),
    Case("all of five, the last fails", USUAL, usual, LAST_FAILS, answer=False),
    Case("all of five, the first fails", USUAL, usual, FIRST_FAILS, answer=False),
    Case("all of five changes, they hold", CHANGES, changes, NOW, answer=True),
    Case("all of five on instants and decimals", DELICATE, delicate, NOW, answer=True),
    Case("any of five, none holds", NEITHER, neither, NOW, answer=False),
)


def measured(case: Case, questions: int, rounds: int) -> tuple[Timed, Timed]:
    """The compiled condition and the rule by hand, timed in turn on the same pair of records."""
    compiled = compile_condition(case.condition)
    assert compiled(case.now, BEFORE) is case.by_hand(case.now, BEFORE) is case.answer
    asked = [(case.now, BEFORE)] * questions
    taken = race({"ours": (compiled, asked), "by hand": (case.by_hand, asked)}, rounds)
    return taken["ours"], taken["by hand"]


def evaluation(report: Report, questions: int, rounds: int) -> None:
    """Five tests a call, against the goal and against the rule by hand."""
    figures = {case.what: measured(case, questions, rounds) for case in CASES}
    goals = [Line(what, min(ours.rounds), goal=UNDER_A_MICROSECOND, unit="ns") for what, (ours, _) in figures.items()]
    report.add(Section("A compiled condition of five tests (a call, in the quietest round)", "", "", goals))
    ratios = [Line(what, ours.ns / 1e9, hand.ns / 1e9, ours.over(hand)) for what, (ours, hand) in figures.items()]
    report.add(Section("The same beside a function written by hand (medians)", "by hand", "as long", ratios))


def reasoning(report: Report, rounds: int) -> None:
    """Compiling, and the question whether some rules leave a case open."""
    rules = [
        (field("priority") == p) & (field("state") == s) & (field("plan") == plan)
        for p in range(5)
        for s in "abcdef"
        for plan in ("gold", "silver", "bronze", "none")
    ]
    open_cases = [Not(rule) for rule in rules]
    lines = [
        Line("compile five tests", seconds_of(lambda: compile_condition(USUAL), rounds * 20)),
        Line("satisfiable: five tests", seconds_of(lambda: satisfiable(USUAL), rounds * 20)),
        Line("satisfiable: the case that 120 rules leave open", seconds_of(lambda: satisfiable(*open_cases), rounds)),
    ]
    report.add(Section("Compiling and reasoning (a call)", "", "", lines))


def main() -> None:
    """Measure, print, and count the goals that were met."""
    parser = argparse.ArgumentParser(
        description="Measure csmcore's conditions against a goal and against rules by hand."
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run: few questions, figures that mean little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file too")
    options = parser.parse_args()
    report = Report(pinned=pin())
    questions, rounds = (1_000, 3) if options.quick else (20_000, 51)
    evaluation(report, questions, rounds)
    reasoning(report, rounds)
    report.close(options.json)


if __name__ == "__main__":
    main()
