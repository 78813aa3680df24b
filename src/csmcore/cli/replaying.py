"""``csmcore replay``: files in, the report as text out."""

import csv
import json
import sys
from io import StringIO
from shutil import get_terminal_size
from typing import Final

import attrs

from csmcore.analysis import CaseReplay, PromiseAttainment, ReplayReport, attainment, replay_history
from csmcore.cli.arguments import ReplayRequest
from csmcore.cli.colours import coloured_text
from csmcore.cli.faults import BadInput, printable, reading
from csmcore.cli.files import Chosen, choose, opened, read_whole
from csmcore.cli.progress import watching
from csmcore.cli.sheets import Sheet, plain_text
from csmcore.cli.story import story_of
from csmcore.cli.summary import summary_of
from csmcore.errors import shown
from csmcore.model import HistoryMapping
from csmcore.rules import Plan, compile_policy
from csmcore.wire import load_agreements, load_mapping, load_policy, read_history

__all__ = ["drawn", "replayed"]

_MEBIBYTE: Final = 1 << 20
_MOST_AGREED: Final = 64 * _MEBIBYTE
_TABLES: Final = (".csv", ".tsv")
_EVENTS: Final = (".jsonl", ".ndjson")
_NARROW, _WIDE = 80, 100


def replayed(request: ReplayRequest) -> str:
    """All that the command prints. Raises BadInput."""
    files = choose(request)
    with reading(files.policy.name):
        plan = compile_policy(load_policy(read_whole(files.policy, _MEBIBYTE)))
    report = _report(request, files, plan)
    case = _case(request, files, report)
    if request.form == "table":
        sheet = summary_of(report, plan, request.limit) if case is None else story_of(report, plan, case)
        return drawn(sheet)
    if case is not None:
        report = _only(report, case)
    return _json(report) if request.form == "json" else _csv(report)


def _report(request: ReplayRequest, files: Chosen, plan: Plan) -> ReplayReport:
    mapping, agreements = _mapping(request, files), None
    if files.agreements is not None:
        with reading(files.agreements.name):
            agreements = load_agreements(read_whole(files.agreements, _MOST_AGREED), plan.policy)
    with watching(files.history.size) as watch, opened(files.history, watch) as source:
        report = replay_history(
            plan,
            read_history(source, mapping),
            agreements=agreements,
            as_of=request.as_of,
            layout="by_time" if mapping is None else mapping.layout,
            strict=request.is_strict,
            keep=frozenset() if request.case is None else frozenset({request.case}),
        )
    if report.findings and not report.rows:  # else a wrong mapping would pass for an empty history
        first = report.findings[0]
        raise BadInput(printable(f"{files.history.name}: line {first.line}: {first.text}; no row could be read"))
    return report


def _mapping(request: ReplayRequest, files: Chosen) -> HistoryMapping | None:
    """The mapping for a table; none for events."""
    history = files.history
    if history.bare_name.endswith(_EVENTS):
        if request.mapping is not None:
            raise BadInput(printable(f"{history.name}: events need no mapping; leave --mapping out"))
        return None
    if files.mapping is None:
        if history.bare_name.endswith(_TABLES):
            raise BadInput(printable(f"{history.name}: a table needs a mapping; name one with --mapping"))
        return None
    with reading(files.mapping.name):
        return load_mapping(read_whole(files.mapping, _MEBIBYTE))


def _case(request: ReplayRequest, files: Chosen, report: ReplayReport) -> CaseReplay | None:
    if request.case is None:
        return None
    case = report.case(request.case)
    if case is None:
        raise BadInput(printable(f"{files.history.name}: it has no case {shown(request.case)}; correct --case"))
    return case


def _only(report: ReplayReport, case: CaseReplay) -> ReplayReport:
    """The report as if the case were the only one."""
    definitions = tuple(dict.fromkeys(promise.definition for promise in report.promises))
    found = tuple(finding for finding in report.findings if finding.case == case.id)
    return attrs.evolve(report, cases=(case,), promises=attainment((case,), definitions), findings=found)


def _json(report: ReplayReport) -> str:
    return json.dumps(report.to_mapping(), indent=2) + "\n"


def _csv(report: ReplayReport) -> str:
    """A line for each promise and priority, under the names that the JSON form has."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow([field.name for field in attrs.fields(PromiseAttainment)])
    lines.writerows(promise.to_mapping().values() for promise in report.promises)
    return text.getvalue()


def drawn(sheet: Sheet) -> str:
    """In colour on a terminal, if rich is there; else in plain text."""
    if not sys.stdout.isatty():
        return plain_text(sheet, _NARROW)
    width = max(_NARROW, min(_WIDE, get_terminal_size().columns))
    try:
        return coloured_text(sheet, width)
    except ImportError:
        return plain_text(sheet, width)
