"""The real logs, replayed whole; and every figure of one of them computed once more by a script that shares no code."""

import io
import lzma
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import attrs
import pytest

from csmcore.analysis import CaseReplay, ReplayReport, fit_auto_close, judge_closings, replay_history
from csmcore.calendars import BusinessCalendar
from csmcore.model import (
    AutoClose,
    CaseId,
    Closing,
    ClosingReport,
    FieldColumn,
    Finding,
    HistoryMapping,
    HistoryRow,
    SlaReading,
)
from csmcore.presets import preset
from csmcore.rules import compile_policy, read, replay_events, tick
from csmcore.wire import load_mapping, load_policy, read_history
from tests.differential.incidents import RULE, incident_policy, lived, typed
from tests.oracle.attainment import Cycle, cycles_of, figures, incidents
from tests.oracle.closings import CLASSES, JOB, Fate, fates
from tests.real_data import data_folder
from tests.tally import TALLY, Tally

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


Rows = list[HistoryRow | Finding]


ON_INCIDENTS = (
    "real logs: incidents computed once more",
    "real logs: closes explained",
    "real logs: incidents lived through",
    "real logs: reopenings",
)
"""What is counted on the log of incidents alone."""


@pytest.fixture(scope="module")
def histories() -> dict[str, Rows]:
    """The rows of the logs that were read, by name, so that each is read once."""
    return {}


@pytest.fixture(scope="module")
def reports() -> dict[str, ReplayReport]:
    """The reports of the logs that were replayed, by name, so that each is replayed once."""
    return {}


def mapping_of(name: str) -> HistoryMapping:
    """The shipped mapping of a log; of the incidents also who made each change."""
    mapping = load_mapping(preset(f"{name}-mapping.toml"))
    if name != "uci":
        return mapping
    by = {"extra.updated_by": FieldColumn(column="sys_updated_by")}
    return attrs.evolve(mapping, fields={**mapping.fields, **by})


def history(name: str, histories: dict[str, Rows], tally: Tally) -> Rows:
    """The rows of a log; where the log is missing, the test is skipped and the count excused."""
    path = data_folder() / LOGS[name][0]
    if not path.is_file():
        reason = f"no {LOGS[name][0]} in {data_folder()}"
        for count in (f"real logs: {name}", *(ON_INCIDENTS if name == "uci" else ())):
            tally.excuse(count, reason)
        pytest.skip(reason)
    if name not in histories:
        with opened(path) as source:
            histories[name] = list(read_history(source, mapping_of(name)))
    return histories[name]


def replayed(name: str, histories: dict[str, Rows], reports: dict[str, ReplayReport], tally: Tally) -> ReplayReport:
    """The report of a log."""
    rows = history(name, histories, tally)
    if name not in reports:
        plan = compile_policy(load_policy(preset(f"{name}-policy.toml")))
        reports[name] = replay_history(plan, rows, layout=mapping_of(name).layout)
    return reports[name]


def opened(path: Path) -> BinaryIO:
    """The content of a file, unpacked."""
    return io.BufferedReader(lzma.open(path)) if path.suffix == ".xz" else path.open("rb")


@pytest.mark.parametrize("name", LOGS)
def test_every_row_of_a_log_is_replayed(
    name: str, histories: dict[str, Rows], reports: dict[str, ReplayReport], tally: Tally
) -> None:
    """No row is left out, and every case has its place in the attainment of every promise."""
    report = replayed(name, histories, reports, tally)
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


def test_the_matrix_gives_the_priority_of_every_incident(
    histories: dict[str, Rows], reports: dict[str, ReplayReport], tally: Tally
) -> None:
    """On each row of the log impact and urgency give the priority that the log has."""
    report = replayed("uci", histories, reports, tally)
    assert (report.graded, report.counts.get("priority_differs", 0)) == (98_824, 0)


@pytest.mark.parametrize("name", LOGS)
def test_what_is_found_in_a_log(
    name: str, histories: dict[str, Rows], reports: dict[str, ReplayReport], tally: Tally
) -> None:
    """The findings, and the steps that the lifecycle would have refused, are those that the documentation has."""
    report = replayed(name, histories, reports, tally)
    assert (report.counts, report.refused) == (FOUND[name], REFUSED[name])


def test_another_script_agrees_on_every_incident(
    histories: dict[str, Rows], reports: dict[str, ReplayReport], tally: Tally
) -> None:
    """Every clock of every incident, and every figure of the attainment, is what plain Python counts."""
    report = replayed("uci", histories, reports, tally)
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


# --- what closed by itself -------------------------------------------------------------------------------------------

CLOSED: Mapping[str, int] = {
    "never resolved": 7,
    "closed out of work": 1,
    "on time": 14_755,
    "closed early by somebody": 176,
    "late, with a backlog": 2_324,
    "late, after a change that the log does not have": 23,
    "late, by somebody": 2,
    "late, resolved as it was opened": 61,
    "late, by less than two hours": 1,
}
"""The classes that divide the incidents, as the documentation has them."""

HOURLY = timedelta(minutes=75)
LATE: tuple[tuple[str, str], ...] = (
    ("late_together", "late, with a backlog"),
    ("numbers_missing", "late, after a change that the log does not have"),
    ("closed_by_hand", "late, by somebody"),
    ("opens_resolved", "late, resolved as it was opened"),
)
"""What csmcore's reasons are in the other script's words; the first counts."""


@pytest.fixture(scope="module")
def judged(histories: dict[str, Rows]) -> ClosingReport:
    """Every incident beside the rule of five days after the last change."""
    return incidents_judged(history("uci", histories, TALLY))


@pytest.fixture(scope="module")
def expected(histories: dict[str, Rows]) -> Mapping[str, Fate]:
    """Every incident as the other script has it."""
    history("uci", histories, TALLY)
    with lzma.open(data_folder() / LOGS["uci"][0], "rt", encoding="utf-8") as lines:
        return fates(lines)


def incidents_judged(rows: Rows, **more: Any) -> ClosingReport:
    """The incidents beside the rule; their clock is to the minute, and the job looks about once an hour."""
    asked = {"counts_from": "change", **more}
    return judge_closings(rows, RULE, tolerance=HOURLY, by="extra.updated_by", machines={JOB}, **asked)


def class_of(closing: Closing) -> str:
    """The class of an incident by csmcore's outcome and reasons."""
    outcomes = {
        "not_resolved": "never resolved",
        "left": "closed out of work",
        "on_time": "on time",
        "early": "closed early by somebody",
    }
    if closing.outcome != "late":
        return outcomes[closing.outcome]
    return next((name for code, name in LATE if code in closing.codes), "late, by less than two hours")


def test_another_script_agrees_on_how_every_incident_was_closed(
    judged: ClosingReport, expected: Mapping[str, Fate], tally: Tally
) -> None:
    """Which closed five days after they were resolved, and for each of the others the one class that says why not."""
    wrong = []
    for closing in judged.closings:
        fate = expected[closing.case]
        found = (class_of(closing), None if closing.counts_from is None else wall(closing.counts_from))
        begins = closing.counts_from if fate.begins is None else fate.begins  # one was taken up again
        if found != (fate.kind, None if begins is None else begins.replace(tzinfo=None)) or (
            closing.closed_at is not None and (wall(closing.closed_at), closing.closed_by) != (fate.closed, fate.closer)
        ):
            wrong.append(closing.case)
    counts = Counter(class_of(closing) for closing in judged.closings)
    tally("real logs: closes explained", len(judged.closings), planned=17_350, mismatches=len(wrong))
    for name in CLASSES:
        tally.detail(f"real logs: {name}: {counts[name]:,}")
    assert wrong == []
    assert counts == CLOSED
    assert judged.percent("on_time") == "85.1"
    assert [closing.case for closing in judged.unexplained] == ["INC0012930"]
    skipped = Counter(class_of(closing) for closing in judged.closings if "numbers_missing" in closing.codes)
    assert (skipped["on time"], skipped["late, after a change that the log does not have"]) == (76, 23)


def test_the_log_closes_86_in_a_hundred_after_5_days(judged: ClosingReport, expected: Mapping[str, Fate]) -> None:
    """By the log's own columns it is 13,929 of 16,287; all but one of them are on time by its rows, with 827 others."""
    written = [fate for fate in expected.values() if fate.written_resolved is not None]
    five = timedelta(days=5)
    kept = {
        fate.number
        for fate in written
        if fate.written_resolved
        and fate.written_closed
        and five <= fate.written_closed - fate.written_resolved <= five + HOURLY
    }
    on_time = {closing.case for closing in judged.closings if closing.outcome == "on_time"}
    assert (len(kept), len(written), len(on_time)) == (13_929, 16_287, 14_755)
    assert kept - on_time == {"INC0000135"}
    others = [expected[number] for number in on_time - kept]
    assert Counter(fate.written_resolved is None for fate in others) == {True: 804, False: 23}
    assert all(fate.written_closed != fate.closed for fate in others if fate.written_resolved is not None)


def test_resolved_at_is_the_last_change_of_what_was_resolved(expected: Mapping[str, Fate]) -> None:
    """The count begins again with every change: the job closed none sooner than five days after the last one."""
    written = [fate for fate in expected.values() if fate.written_resolved is not None]
    assert [fate.number for fate in written if fate.written_resolved != fate.begins] == ["INC0000135"]
    assert all(fate.written_closed == fate.last_row for fate in expected.values())
    by_job = [fate for fate in expected.values() if fate.closer == JOB and fate.begins is not None]
    assert min(fate.closed - fate.begins for fate in by_job if fate.begins) == timedelta(days=5)
    assert len(by_job) == 17_161


BACKLOGS: Mapping[str, int] = {"2016-03-24": 2_204, "2016-05-23": 111, "2016-10-18": 5, "2017-01-10": 4}


def test_backlogs_were_of_four_days(expected: Mapping[str, Fate]) -> None:
    """The greatest followed two weeks in which only what was linked to a problem closed by itself."""
    late = Counter(f"{fate.closed:%Y-%m-%d}" for fate in expected.values() if fate.kind == "late, with a backlog")
    assert late == BACKLOGS
    stood, went = datetime(2016, 3, 11), datetime(2016, 3, 24, 17)
    due = [
        fate
        for fate in expected.values()
        if fate.closer == JOB and fate.begins is not None and stood <= fate.begins + timedelta(days=5) < went
    ]
    kinds = Counter((fate.has_problem, fate.kind == "on time") for fate in due)
    assert kinds == {(True, True): 24, (False, False): 2_252}


def test_five_days_after_the_last_change_fit_best(
    histories: dict[str, Rows], judged: ClosingReport, tally: Tally
) -> None:
    """Better than five days after the resolution, and than any other number of days."""
    fitted = fit_auto_close(judged)
    assert (fitted.best, fitted.closed, fitted.hits[5], max(fitted.hits[day] for day in fitted.hits if day != 5)) == (
        5,
        17_342,
        14_755,
        10,
    )
    plain = fit_auto_close(incidents_judged(history("uci", histories, tally), counts_from="resolution"))
    assert (plain.best, plain.hits[5]) == (5, 14_637)


def test_problems_have_no_resolution(histories: dict[str, Rows], tally: Tally) -> None:
    """The log of problems ends with *closed*, and nothing in it is ever merely resolved."""
    report = judge_closings(history("bpi2013", histories, tally), RULE)
    assert report.counts == {"not_resolved": 1_487}


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ITALY = BusinessCalendar.from_mapping({"timezone": "Europe/Rome", "hours": {day: ["00:00-24:00"] for day in DAYS}})
"""Every day in Italy: so many of its days later is the same time of the day."""

OCTOBER = datetime(2012, 10, 1, tzinfo=UTC)


def test_the_help_desk_closed_after_15_days_since_october_2012(histories: dict[str, Rows], tally: Tally) -> None:
    """Every ticket, within 30 seconds of the same time of the day in Italy, if the log's clock has no summer time.

    Read as Rome's clock, those that waited over a change of the clocks are an hour off. What came before followed some
    other rule, which knew 15 days, 30 and 45 too.
    """
    rows = [row for row in history("italian-helpdesk", histories, tally) if isinstance(row, HistoryRow)]
    rome, read_as = ZoneInfo("Europe/Rome"), ZoneInfo(str(mapping_of("italian-helpdesk").at.timezone))
    written = [attrs.evolve(row, at=row.at.astimezone(read_as).replace(tzinfo=UTC)) for row in rows]
    report = help_desk(written)
    assert closed_since(report) == {
        True: {"on_time": 558},
        False: {"early": 7, "on_time": 398, "late": 2_226},
    }
    since = {each.case for each in report.closings if each.closed_at and each.closed_at >= OCTOBER}
    of_rome = [attrs.evolve(row, at=row.at.replace(tzinfo=rome)) for row in written if row.case in since]
    assert closed_since(help_desk(of_rome))[True] == {
        "early": 24,
        "on_time": 503,
        "late": 31,
    }
    fitted = fit_auto_close(report, days=(15, 30, 45), calendar=ITALY)
    tally.detail(f"real logs: help desk: {fitted.closed:,} closed, after 15, 30 and 45 days {dict(fitted.hits)}")
    assert (fitted.best, fitted.closed, dict(fitted.hits)) == (15, 3_189, {15: 956, 30: 116, 45: 11})
    still = {"waiting": 7, "never": 2, "left": 1, "not_resolved": 7}
    assert report.counts == {"on_time": 956, "early": 7, "late": 2_226, **still}


def help_desk(rows: list[HistoryRow]) -> ClosingReport:
    """The tickets beside a rule of 15 days in Italy."""
    rule = AutoClose(after_days=15, reminders=(), counts="business", calendar="italy")
    return judge_closings(
        rows,
        rule,
        calendars={"italy": ITALY},
        tolerance=timedelta(seconds=30),
        by="assigned_to",
        counts_from="resolution",
    )


def closed_since(report: ClosingReport) -> dict[bool, dict[str, int]]:
    """The outcomes of what was closed, whether or not since October 2012."""
    closed = [closing for closing in report.closings if closing.closed_at is not None]
    return {
        since: dict(Counter(each.outcome for each in closed if each.closed_at and (each.closed_at >= OCTOBER) == since))
        for since in (True, False)
    }


def test_reopenings_are_those_that_the_log_counts(expected: Mapping[str, Fate], tally: Tally) -> None:
    """All but one: where two rows have the same change number, nobody can say which came first."""
    wrong = [fate.number for fate in expected.values() if fate.reopened != fate.written_reopened]
    counts = Counter(fate.written_reopened for fate in expected.values())
    tally("real logs: reopenings", len(expected), planned=17_350, mismatches=len({*wrong} - {"INC0000135"}))
    assert wrong == ["INC0000135"]
    assert counts == {0: 17_163, 1: 167, 2: 14, 3: 2, 4: 2, 6: 2}


# --- the incidents as cases of a type --------------------------------------------------------------------------------


def test_a_case_type_lets_agents_take_the_short_way(
    histories: dict[str, Rows], reports: dict[str, ReplayReport], tally: Tally
) -> None:
    """Of the 5,868 steps that the lifecycle would have refused one is left, where a type adds what this desk does.

    A type that only adds refuses no step that was none before.
    """
    refused = {
        found.case for found in replayed("uci", histories, reports, tally).findings if found.code == "refused_step"
    }
    rows = [row for row in history("uci", histories, tally) if isinstance(row, HistoryRow) and row.case in refused]
    plan = compile_policy(attrs.evolve(incident_policy(), definitions=()))
    report = replay_history(plan, typed(rows), layout="grouped")
    assert (len(refused), report.refused) == (5_865, {"resolved -> awaiting_info": 1})


def test_incidents_that_are_lived_through_end_as_they_are_replayed(
    histories: dict[str, Rows], judged: ClosingReport, expected: Mapping[str, Fate], tally: Tally
) -> None:
    """By commands and by time: events tell the case, its reopenings, when it closes by itself, and all its clocks.

    All that came back or were closed otherwise than by the job in time, without its backlogs, and one in ten of the
    others. Clocks are compared where the log has an incident from its beginning.
    """
    rows = chosen(history("uci", histories, tally), expected)
    plan = compile_policy(incident_policy())
    report = replay_history(plan, (row for own in rows.values() for row in typed(own)), layout="grouped")
    assert report.as_of is not None
    closings = {closing.case: closing for closing in judged.closings}
    wrong, clocks = [], 0
    for replay in report.cases:
        identity, own = replay.id, rows[replay.id]
        life, closing = lived(own, plan), closings[replay.id]
        answers = [
            replay_events(life.events) == life.case,
            life.case.state == "closed",
            life.case.reopen_count == expected[identity].reopened,
            closing.closed_at is None or life.due_at == closing.due_at,
            (life.case.closed_by == "system") == (closing.outcome in {"on_time", "late"}),
        ]
        if own[0].fields["state"] == "new":
            now = [read(plan, clock, report.as_of) for clock in tick(plan, life.sla, report.as_of).clocks]
            answers.append([*map(figures_of, now)] == [*map(figures_of, replay.readings)])
            clocks += len(now)
        if not all(answers):
            wrong.append((identity, answers))
    tally("real logs: incidents lived through", len(rows), planned=LIVED, mismatches=len(wrong))
    tally.detail(f"real logs: incidents lived through: {clocks:,} clocks as replayed")
    assert wrong == []


LIVED = 2_000


def chosen(history: Rows, expected: Mapping[str, Fate]) -> dict[CaseId, list[HistoryRow]]:
    """The incidents to live through, each with its rows in order."""
    usual = {"on time", "late, with a backlog"}
    picked = {
        number
        for place, (number, fate) in enumerate(expected.items())
        if fate.reopened or fate.kind not in usual or place % 10 == 0
    }
    rows: dict[CaseId, list[HistoryRow]] = {}
    for row in history:
        if isinstance(row, HistoryRow) and row.case in picked:
            rows.setdefault(row.case, []).append(row)
    return {identity: sorted(own, key=lambda row: row.order or 0) for identity, own in rows.items()}


def figures_of(reading: SlaReading) -> tuple[object, ...]:
    """What of a clock does not depend on the number of its revisions."""
    return (
        *(reading.definition, reading.cycle, reading.stage, reading.started_at, reading.stopped_at),
        *(reading.elapsed, reading.has_breached, reading.breached_at),
    )
