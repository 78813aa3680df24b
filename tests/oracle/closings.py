"""How each incident of the log came to its close, worked out once more: plain Python, without a line of csmcore.

It reads the table by itself. What it knows: somebody, ``Updated by 908``, closes what was resolved when five days have
passed since anything was last written on it, and looks about once an hour. Everything else is found in the
rows: each incident gets one class, so that the classes divide the log.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

__all__ = ["CLASSES", "JOB", "Fate", "fates"]

JOB = "Updated by 908"
WAIT = timedelta(days=5)
LOOKS = timedelta(minutes=75)
MISSED = timedelta(hours=2)

CLASSES = (
    "never resolved",
    "closed out of work",
    "closed early by somebody",
    "on time",
    "late, with a backlog",
    "late, after a change that the log does not have",
    "late, by somebody",
    "late, resolved as it was opened",
    "late, by less than two hours",
    "late, and of no class",
)


class Fate(NamedTuple):
    """One incident: its class, where its five days began, its close and who closed it, and how often it came back."""

    number: str
    kind: str
    begins: datetime | None
    closed: datetime
    closer: str
    reopened: int
    written_reopened: int
    written_resolved: datetime | None
    written_closed: datetime | None
    has_problem: bool
    last_row: datetime


class Close(NamedTuple):
    """The rows around the last close: the last of the resolution before it, if there was one, and the close's own."""

    row: dict
    before: dict
    first: dict
    resolution: list[dict]
    was_resolved: bool


def stamp(cell: str) -> datetime | None:
    """What `29/2/2016 01:16` says; nothing, where the log has a question mark."""
    if cell == "?":
        return None
    day, clock = cell.split(" ")
    of_month, month, year = (int(part) for part in day.split("/"))
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(year, month, of_month, hour, minute)


def fates(lines: Iterable[str]) -> dict[str, Fate]:
    """Every incident of the log with its fate."""
    histories: dict[str, list[dict]] = {}
    for row in csv.DictReader(lines):
        row["at"] = stamp(row["sys_updated_at"])
        histories.setdefault(row["number"], []).append(row)
    closes = {}
    for number, rows in histories.items():
        rows.sort(key=lambda row: int(row["sys_mod_count"]))
        for previous, row in pairwise(rows):
            row["at"] = max(row["at"], previous["at"])
            if row["incident_state"] == "-100":
                row["incident_state"] = previous["incident_state"]
        closes[number] = last_close(rows)
    backlog = Counter(close.row["at"] for close in closes.values() if is_late(close))
    return {number: fate(histories[number], close, backlog) for number, close in closes.items()}


def last_close(rows: list[dict]) -> Close:
    """The last row with which the incident became closed, and what led there."""
    place = max(
        place
        for place, row in enumerate(rows)
        if row["incident_state"] == "Closed" and (place == 0 or rows[place - 1]["incident_state"] != "Closed")
    )
    begin = place
    while begin > 0 and rows[begin - 1]["incident_state"] == "Resolved":
        begin -= 1
    return Close(
        rows[place],
        rows[place - 1],
        rows[0],
        rows[begin:place],
        any(row["incident_state"] == "Resolved" for row in rows[:place]),
    )


def is_late(close: Close) -> bool:
    """Whether the five days were over for longer than it takes to look again."""
    return bool(close.resolution) and close.row["at"] - close.resolution[-1]["at"] > WAIT + LOOKS


def fate(rows: list[dict], close: Close, backlog: Counter) -> Fate:
    """What became of one incident."""
    states = [row["incident_state"] for row in rows]
    ended = {"Resolved", "Closed"}
    return Fate(
        number=rows[0]["number"],
        kind=kind(close, backlog),
        begins=close.resolution[-1]["at"] if close.resolution else None,
        closed=close.row["at"],
        closer=close.row["sys_updated_by"],
        reopened=sum(was in ended and now not in ended for was, now in pairwise(states)),
        written_reopened=int(rows[-1]["reopen_count"]),
        written_resolved=stamp(rows[-1]["resolved_at"]),
        written_closed=stamp(rows[-1]["closed_at"]),
        has_problem=close.before["problem_id"] != "?",
        last_row=rows[-1]["at"],
    )


def kind(close: Close, backlog: Counter) -> str:
    """The one class that an incident is in: the first that fits, in their order."""
    if not close.resolution:
        return "closed out of work" if close.was_resolved else "never resolved"
    row, waited = close.row, close.row["at"] - close.resolution[-1]["at"]
    skipped = int(row["sys_mod_count"]) - int(close.before["sys_mod_count"]) - 1
    fits = (
        waited < WAIT,
        waited <= WAIT + LOOKS,
        backlog[row["at"]] > 2,
        skipped > 0,
        row["sys_updated_by"] != JOB,
        close.resolution[0] is close.first,
        waited < WAIT + MISSED,
        True,
    )
    return CLASSES[2 + fits.index(True)]
