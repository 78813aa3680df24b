"""The real logs, replayed whole; and every figure of one of them computed once more by a script that shares no code."""

import io
import lzma
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from csmcore.analysis import CaseReplay, ReplayReport, replay_history
from csmcore.presets import preset
from csmcore.rules import compile_policy
from csmcore.wire import load_mapping, load_policy, read_history
from tests.oracle.attainment import Cycle, cycles_of, figures, incidents
from tests.real_data import data_folder
from tests.tally import Tally

LOGS: Mapping[str, tuple[str, int, int]] = {
    "uci": ("uci-incident/dev.csv.xz", 98_824, 17_350),
    "bpi2013": ("bpi2013/bpi2013_closed_problems.csv", 6_660, 1_487),
    "italian-helpdesk": ("italian-helpdesk/helpdesk_dev.csv.xz", 14_894, 3_206),
}


FOUND: Mapping[str, Mapping[str, int]] = {
    "uci": {"opens_as": 5_941, "refused_step": 5_868, "unknown_value": 5, "raised_instant": 1},
    "bpi2013": {"opens_as": 1_433, "refused_step": 837, "unknown_value": 10},
    "italian-helpdesk": {"refused_step": 229, "opens_as": 58},
}
REFUSED: Mapping[str, Mapping[str, int]] = {
    "uci": {
        "new -> resolved": 4_423,
        "new -> awaiting_info": 1_438,
        "closed -> open": 6,
        "resolved -> awaiting_info": 1,
    },
    "bpi2013": {"open -> new": 693, "closed -> open": 78, "awaiting_info -> new": 63, "cancelled -> open": 3},
    "italian-helpdesk": {
        "new -> resolved": 177,
        "new -> awaiting_info": 45,
        "closed -> open": 2,
        "resolved -> awaiting_info": 2,
        "open -> new": 1,
        "awaiting_info -> new": 1,
        "resolved -> new": 1,
    },
}


@pytest.fixture(scope="module")
def reports() -> dict[str, ReplayReport]:
    """The reports of the logs that were replayed, by name, so that each is replayed once."""
    return {}


def replayed(name: str, reports: dict[str, ReplayReport], tally: Tally) -> ReplayReport:
    """The report of a log; where the log is missing, the test is skipped and the count excused."""
    path = data_folder() / LOGS[name][0]
    if not path.is_file():
        reason = f"no {LOGS[name][0]} in {data_folder()}"
        tally.excuse(f"real logs: {name}", reason)
        pytest.skip(reason)
    if name not in reports:
        mapping = load_mapping(preset(f"{name}-mapping.toml"))
        plan = compile_policy(load_policy(preset(f"{name}-policy.toml")))
        with opened(path) as source:
            reports[name] = replay_history(plan, read_history(source, mapping), layout=mapping.layout)
    return reports[name]


def opened(path: Path) -> BinaryIO:
    """The content of a file, unpacked."""
    return io.BufferedReader(lzma.open(path)) if path.suffix == ".xz" else path.open("rb")


@pytest.mark.parametrize("name", LOGS)
def test_every_row_of_a_log_is_replayed(name: str, reports: dict[str, ReplayReport], tally: Tally) -> None:
    """No row is left out, and every case has its place in the attainment of every promise."""
    report = replayed(name, reports, tally)
    _, rows, cases = LOGS[name]
    tally(f"real logs: {name}", report.rows, planned=rows)
    tally.detail(
        f"real logs: {name}: {len(report.cases):,} cases; {dict(report.counts)}; refused {dict(report.refused)}"
    )
    assert (report.rows, len(report.cases)) == (rows, cases)
    assert "unreadable_row" not in report.counts
    for definition in {promise.definition for promise in report.promises}:
        promises = [promise for promise in report.promises if promise.definition == definition]
        seen = {case.id for case in report.cases if any(clock.definition == definition for clock in case.readings)}
        assert sum(promise.never_attached for promise in promises) == cases - len(seen)


def test_the_matrix_gives_the_priority_of_every_incident(reports: dict[str, ReplayReport], tally: Tally) -> None:
    """On each row of the log impact and urgency give the priority that the log has."""
    report = replayed("uci", reports, tally)
    assert (report.graded, report.counts.get("priority_differs", 0)) == (98_824, 0)


@pytest.mark.parametrize("name", LOGS)
def test_what_is_found_in_a_log(name: str, reports: dict[str, ReplayReport], tally: Tally) -> None:
    """The findings, and the steps that the lifecycle would have refused, are those that the documentation has."""
    report = replayed(name, reports, tally)
    assert (report.counts, report.refused) == (FOUND[name], REFUSED[name])


def test_another_script_agrees_on_every_incident(reports: dict[str, ReplayReport], tally: Tally) -> None:
    """Every clock of every incident, and every figure of the attainment, is what plain Python counts."""
    report = replayed("uci", reports, tally)
    with lzma.open(data_folder() / LOGS["uci"][0], "rt", encoding="utf-8") as lines:
        rows = dict(incidents(lines))
    as_of = max(row.at for history in rows.values() for row in history)
    expected = {number: cycles_of(history, as_of) for number, history in rows.items()}
    wrong = [case.id for case in report.cases if cycles(case) != sorted(expected[case.id], key=place)]
    tally("real logs: incidents computed once more", len(report.cases), planned=17_350, mismatches=len(wrong))
    assert wrong == []
    counted = figures(expected, {number: history[-1].priority for number, history in rows.items()})
    assert {(promise.definition, str(promise.priority)) for promise in report.promises} == set(counted)
    for promise in report.promises:
        found = counted[promise.definition, str(promise.priority)]
        names = {
            "kept": promise.kept,
            "breached": promise.breached,
            "running": promise.running,
            "never": promise.never_attached,
        }
        times = {"half": minutes(promise.p50), "nine tenths": minutes(promise.p90)}
        assert {name: count for name, count in {**names, **times}.items() if count} == found


def cycles(case: CaseReplay) -> list[Cycle]:
    """The clocks of a case as the other script says them."""
    pairs = zip(case.readings, case.priorities, strict=True)
    return sorted(
        (
            Cycle(
                reading.definition,
                reading.cycle,
                wall(reading.started_at),
                None if reading.stopped_at is None else wall(reading.stopped_at),
                int(reading.elapsed.total_seconds()) // 60,
                reading.has_breached,
                str(priority),
            )
            for reading, priority in pairs
        ),
        key=place,
    )


def place(cycle: Cycle) -> tuple[str, int]:
    """Where a clock stands in an order that both scripts can make."""
    return cycle.definition, cycle.cycle


def wall(instant: datetime) -> datetime:
    """What the log's clock, which has no zone, reads."""
    return instant.replace(tzinfo=None)


def minutes(seconds: int | None) -> int | None:
    """Whole minutes of seconds."""
    return None if seconds is None else seconds // 60
