"""A whole replay on one sheet: promises kept or broken, what the book would not have allowed, what was not read."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from types import MappingProxyType
from typing import Final

from csmcore.analysis import PromiseAttainment, ReplayReport
from csmcore.cli.sheets import Block, Cell, Column, Heading, Sheet, Table, Text, row
from csmcore.cli.wording import Times, brief, counted
from csmcore.model import Finding
from csmcore.rules import Plan

__all__ = ["found_blocks", "summary_of"]

_TITLES: Final = ("prio", "kept", "breached", "running", "cancelled", "never", "%", "p50", "p90", "p95")
_STEP: Final = "refused_step"
_SAID: Final = MappingProxyType(
    {
        _STEP: "steps that the lifecycle would have refused",
        "unreadable_row": "rows that could not be read, left out",
        "unreadable_cell": "cells that could not be read; their fields stayed as they were",
        "unknown_value": "cells that the mapping does not know; their fields stayed as they were",
        "duplicate_event": "events that were there already, left out",
        "out_of_order": "rows not in the order that they state",
        "raised_instant": "rows earlier than the row before, raised to it",
        "emptied_state": "rows that empty the state; in a table, a row is a whole snapshot",
        "opens_as": "cases that do not begin as new",
        "priority_differs": "rows with another priority than the matrix",
        "no_customer": "cases that name no customer",
        "unknown_customer": "customers that are not in the agreements",
        "unknown_agreement": "contracts, entitlements, things or groups that are not in the agreements",
        "unknown_calendar": "calendars or time zones that cases name and nobody has",
        "no_date": "promises by a date that the case did not have",
    }
)
_LEGEND: Final = Text(
    "cycles by priority; never: cases without one; %: kept of those decided; p50, p90, p95: open hours and minutes that"
    " so many percent of the completed took at most.",
    "quiet",
)


def summary_of(report: ReplayReport, plan: Plan, limit: int) -> Sheet:
    """The report; of each kind of finding so many are listed."""
    blocks: list[Block] = [*_about(report, plan), *_promises(report, plan)]
    others = (finding for finding in report.findings if finding.code != _STEP)
    return (*blocks, *_refused(report, limit), *found_blocks(others, limit), *_warned(plan, limit))


def _warned(plan: Plan, limit: int) -> Iterator[Block]:
    """What is odd about the policy's promises."""
    warnings = plan.warnings
    if warnings:
        yield Heading(f"what the promises may not be meant to say: {len(warnings):,}")
        yield from (Text(str(warning)) for warning in warnings[:limit])
        yield from _listed(Table((), ()), len(warnings) - limit, "warning")


def _about(report: ReplayReport, plan: Plan) -> Iterator[Block]:
    policy = report.policy
    yield Heading(f"{policy.name} {policy.version}: {counted(len(report.cases), 'case')}")
    yield Text(f"policy digest {policy.digest}")
    if report.as_of is None:
        yield Text(f"no rows; tzdata {report.time_zone_database}")
        return
    zone = plan.policy.timezone
    as_of = Times.of(zone, (report.as_of,)).whole(report.as_of)
    yield Text(f"{counted(report.rows, 'row')}, as of {as_of} ({zone}); tzdata {report.time_zone_database}")
    yield Text(_entitled(report))
    if report.graded:
        agree = report.graded - report.counts.get("priority_differs", 0)
        yield Text(f"priority is the matrix's on {agree:,} of {counted(report.graded, 'row')} with impact and urgency")


def _entitled(report: ReplayReport) -> str:
    """How many cases have which plan, or why none has."""
    plans: Counter[str] = Counter()
    for case in report.cases:
        if case.entitlement is not None:
            chosen = case.derivation and case.derivation.chosen
            plans[(chosen and chosen.plan) or "without a plan"] += 1
    nobody = len(report.cases) - plans.total()
    parts = [f"{plan} {count:,}" for plan, count in sorted(plans.items(), key=lambda item: (-item[1], item[0]))]
    if nobody:
        derived = any(case.derivation for case in report.cases)
        parts.append(f"not entitled {nobody:,}" + ("" if derived else " (no agreements given)"))
    return f"entitlements: {', '.join(parts)}"


def _promises(report: ReplayReport, plan: Plan) -> Iterator[Block]:
    """A table for each promise, all of the same widths."""
    rows = [_attained(promise) for promise in report.promises]
    spaces = [max(len(cells[place].text) for cells in rows) if rows else 0 for place in range(len(_TITLES))]
    columns = tuple(Column(title, title != "prio", space) for title, space in zip(_TITLES, spaces, strict=True))
    for definition, attained in groupby(zip(report.promises, rows, strict=True), key=lambda pair: pair[0].definition):
        about = plan.definitions[definition].definition
        yield Heading(f"{definition}: {about.name}" if about.name else definition)
        yield Table(columns, tuple(cells for _, cells in attained))
    if rows:
        yield _LEGEND


def _attained(promise: PromiseAttainment) -> tuple[Cell, ...]:
    percent = promise.percent_kept
    return row(
        "none" if promise.priority is None else str(promise.priority),
        Cell(f"{promise.kept:,}", "good" if promise.kept else "quiet"),
        Cell(f"{promise.breached:,}", "bad" if promise.breached else "quiet"),
        f"{promise.running:,}",
        f"{promise.cancelled:,}",
        f"{promise.never_attached:,}",
        "-" if percent is None else f"{percent}%",
        *map(brief, (promise.p50, promise.p90, promise.p95)),
    )


def _refused(report: ReplayReport, limit: int) -> Iterator[Block]:
    """What the lifecycle would have refused, by kind."""
    if not report.refused:
        return
    total = sum(report.refused.values())
    yield Heading(f"{_SAID[_STEP]}: {total:,}")
    kinds = list(report.refused.items())
    first = {finding.text: finding for finding in reversed(report.findings) if finding.code == _STEP}
    columns = (Column("", is_figure=True), Column(""), Column(""))
    rows = tuple(row(f"{count:,}", kind, f"first in {_place(first[kind])}") for kind, count in kinds[:limit])
    yield from _listed(Table(columns, rows), len(kinds) - limit, "kind")


def found_blocks(findings: Iterable[Finding], limit: int) -> Iterator[Block]:
    """Findings by code: how many, and the first few with their lines."""
    ordered = sorted(findings, key=lambda found: found.code)
    for code, group in groupby(ordered, key=lambda found: found.code):
        alike = list(group)
        yield Heading(f"{_SAID.get(code, code)}: {len(alike):,}")
        rows = tuple(row(_place(found), found.case or "", found.text) for found in alike[:limit])
        yield from _listed(Table((Column(""),) * 3, rows), len(alike) - limit, "finding")


def _place(finding: Finding) -> str:
    """Where it is: a finding about a whole case or history has no line."""
    return f"line {finding.line}" if finding.line is not None else "the file" if finding.case is None else ""


def _listed(table: Table, left: int, noun: str) -> Iterator[Block]:
    if table.rows:
        yield table
    if left > 0:
        yield Text(f"and {counted(left, f'more {noun}')}; --limit lists them", "quiet")
