"""The promises of the incident log, kept or broken, computed once more: plain Python, without a line of csmcore.

It reads the table by itself, knows the policy's figures by heart, counts open minutes on the wall clock day by day and
walks through each incident's states. What it knows of the rules: a clock starts where its states begin and stops where
they end; awaiting something stops the resolution clock; a changed priority brings its goal, and a goal that is used up
is missed there and then.
"""

import csv
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

__all__ = ["Cycle", "cycles_of", "figures", "incidents"]

OPENS, CLOSES, DAY = 8 * 60, 18 * 60, 10 * 60  # minutes
HOLIDAYS = {date(2016, 3, 25), date(2016, 12, 26)}
FIRST = date(2016, 1, 1)

WORKED = [FIRST + timedelta(days=number) for number in range(500)]
WORKED = [day for day in WORKED if day.weekday() < 5 and day not in HOLIDAYS]


class Promise(NamedTuple):
    """The states in which its clock is there, those in which it waits, and its goals in minutes by priority."""

    name: str
    runs: set[str]
    waits: set[str]
    goals: dict[str, int]


WAITING = {"Awaiting User Info", "Awaiting Problem", "Awaiting Vendor", "Awaiting Evidence"}
RESPONSE = Promise("response", {"New"}, set(), {"1": 30, "2": 60, "3": 240, "4": 240})
RESOLUTION = Promise("resolution", {"New", "Active", *WAITING}, WAITING, {"1": 240, "2": 600, "3": 2400, "4": 4800})


class Row(NamedTuple):
    """One state of an incident: when, in which of the log's words, with which priority."""

    at: datetime
    state: str
    priority: str


class Cycle(NamedTuple):
    """One clock: open minutes used, whether it missed its goal, and the priority that it counts under."""

    definition: str
    cycle: int
    started_at: datetime
    stopped_at: datetime | None
    minutes: int
    has_breached: bool
    priority: str


def incidents(lines: Iterable[str]) -> Iterator[tuple[str, list[Row]]]:
    """Each incident with its rows, in the order of `sys_mod_count`, none before the one that precedes it."""
    table = csv.DictReader(lines)
    by_number: dict[str, list[tuple[int, int, dict]]] = {}
    for place, row in enumerate(table):
        by_number.setdefault(row["number"], []).append((int(row["sys_mod_count"]), place, row))
    for number, rows in by_number.items():
        made: list[Row] = []
        for _, _, row in sorted(rows, key=lambda found: found[:2]):
            day, clock = row["sys_updated_at"].split(" ")
            of_month, month, year = map(int, day.split("/"))
            hour, minute = map(int, clock.split(":"))
            at = datetime(year, month, of_month, hour, minute)
            state = row["incident_state"]
            if state == "-100":  # no state: it is what it was
                state = made[-1].state if made else ""
            made.append(Row(max(at, made[-1].at) if made else at, state, row["priority"][0]))
        yield number, made


def open_minutes(at: datetime) -> int:
    """The open minutes from the beginning of 2016 to the instant."""
    before = bisect_right(WORKED, at.date() - timedelta(days=1))
    if before < len(WORKED) and WORKED[before] == at.date():
        return before * DAY + min(max(at.hour * 60 + at.minute - OPENS, 0), DAY)
    return before * DAY


def cycles_of(rows: list[Row], as_of: datetime) -> list[Cycle]:
    """The clocks of one incident, those of the response first."""
    return [*walked(RESPONSE, rows, as_of), *walked(RESOLUTION, rows, as_of)]


def walked(promise: Promise, rows: list[Row], as_of: datetime) -> Iterator[Cycle]:
    """The cycles of one promise, state by state."""
    name, runs, waits, goals = promise
    count, used, missed, started, was_waiting = 0, 0, False, None, False
    for row, before in zip(rows, [None, *rows], strict=False):
        if started is not None and before is not None:
            if not was_waiting:
                used += open_minutes(row.at) - open_minutes(before.at)
                missed = missed or used >= goals[before.priority]
            if row.state not in runs or row.state not in waits:
                missed = missed or used >= goals[row.priority]
            if row.state not in runs:
                yield Cycle(name, count, started, row.at, used, missed, row.priority)
                started = None
        elif row.state in runs:
            count, used, missed, started = count + 1, 0, False, row.at
        was_waiting = row.state in waits
    if started is not None:
        last = rows[-1]
        if not was_waiting:
            used += open_minutes(as_of) - open_minutes(last.at)
            missed = missed or used >= goals[last.priority]
        yield Cycle(name, count, started, None, used, missed, last.priority)


def figures(cases: dict[str, list[Cycle]], priorities: dict[str, str]) -> dict[tuple[str, str], dict[str, object]]:
    """Counts of outcomes by promise and priority, and the minutes that half and nine tenths took."""
    found: dict[tuple[str, str], Counter] = {}
    times: dict[tuple[str, str], list[int]] = {}
    for number, cycles in cases.items():
        for cycle in cycles:
            word = "breached" if cycle.has_breached else "running" if cycle.stopped_at is None else "kept"
            found.setdefault((cycle.definition, cycle.priority), Counter())[word] += 1
            if cycle.stopped_at is not None:
                times.setdefault((cycle.definition, cycle.priority), []).append(cycle.minutes)
        for definition in {"response", "resolution"} - {cycle.definition for cycle in cycles}:
            found.setdefault((definition, priorities[number]), Counter())["never"] += 1
    return {
        key: {**counts, "half": nth(times.get(key, []), 50), "nine tenths": nth(times.get(key, []), 90)}
        for key, counts in found.items()
    }


def nth(minutes: list[int], percent: int) -> int | None:
    """The shortest time that at least so many percent did not exceed."""
    ordered = sorted(minutes)
    return next((time for time in ordered if bisect_right(ordered, time) * 100 >= percent * len(ordered)), None)
