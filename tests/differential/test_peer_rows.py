"""Expected values of other projects' tests and bug reports: each row is met, or listed with the reason why not.

The rows lie outside the project. A row that follows another convention is still computed: our answer, put into the
words of that convention (the next opening instead of the close), must equal the row; such a row counts as differing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, Calendar
from csmcore.model import DefinitionId, EventId, Goal, Revision, SlaDefinition, SupportPolicy
from csmcore.rules import compile_policy, evaluate
from tests.oracle.calendar import WEEKDAYS
from tests.real_data import data_folder, rows
from tests.tally import Tally

FILES = {
    "peer rows: calendar cases": ("peer-cases/cases_dev.jsonl", 417),
    "peer rows: reported bugs": ("peer-cases/reported_bugs_dev.jsonl", 34),
    "peer rows: opening hours": ("peer-cases/osm_opening_hours.jsonl", 25),
}

CONVENTIONS = {
    "next_open_at_boundary": "the peer moves an answer at a close on to the next opening",
    "previous_close_at_boundary": "the peer moves an answer in closed time back to the close before",
    "close_instant_is_open": "the peer counts the closing instant as open",
    "wall_clock_hold": "the peer adds pauses in real time to the due date",
    "znuny_loop_protection": "the peer adds four minutes at a suspension, against loops",
    "end_before_start_is_zero": "the peer says 0 where the end is before the start; ours is signed",
}
"""How the conventions of others differ from ours; `translated` puts our answer into their words."""

STRAYS = {"end before start returns zero": "end_before_start_is_zero"}
"""Peculiarities that make a row follow a convention, where the row's own field does not say so."""


@pytest.mark.parametrize("name", FILES)
def test_every_peer_row_is_met_or_differs_for_a_stated_reason(name: str, tally: Tally) -> None:
    """Each row equals our answer to the second, or our answer in the words of its own convention; none is dropped."""
    path, known = FILES[name]
    found = rows(path)
    if found is None:
        tally.excuse(name, f"no {path} in {data_folder()}")
        pytest.skip(f"no {path} in {data_folder()}")
    met, differing, wrong = 0, Counter[str](), []
    for row in found:
        reason, ours, expected = judge(row)
        if ours != expected:
            wrong.append(f"{row['id']} {row['op']}: csmcore {ours}, expected {expected} {reason}")
        elif reason:
            differing[reason] += 1
        else:
            met += 1
    tally(name, met + differing.total(), planned=max(known, len(found)), mismatches=len(wrong))
    tally.detail(
        f"{name}: met {met}, differing {differing.total()}, wrong {len(wrong)}"
        + "".join(f"\n    {count} {reason}" for reason, count in sorted(differing.items()))
    )
    assert wrong == []


def judge(row: dict) -> tuple[str, object, object]:
    """Why the row differs from our conventions (nothing if it does not), our answer, and the row's."""
    calendar = calendar_of(row)
    ours, expected = ANSWERS[row["op"]](calendar, row), expected_of(row)
    convention = STRAYS.get(row.get("peculiarity", ""), row.get("convention"))
    if ours == expected or convention not in CONVENTIONS:
        return "", ours, expected
    return f"{convention}: {CONVENTIONS[convention]}", translated(convention, calendar, row, ours), expected


def translated(convention: str, calendar: Calendar, row: dict, ours: Any) -> object:
    """Our answer in the words of another convention."""
    match convention:
        case "next_open_at_boundary":
            return calendar.next_open(ours)
        case "previous_close_at_boundary":
            return calendar.previous_close(ours)
        case "close_instant_is_open":
            return ours or calendar.previous_close(at(row["start"])) == at(row["start"])
        case "wall_clock_hold":
            return calendar.add(at(row["start"]), seconds(row)) + wall_pause(row)
        case "znuny_loop_protection":
            return calendar.add(ours, timedelta(minutes=4))
        case _:
            return max(ours, timedelta(0))


def calendar_of(row: dict) -> Calendar:
    """The row's schedule as a calendar of ours."""
    yearly = [day.split("-") for day in row.get("recurring_holidays", [])]
    holidays = [
        *row.get("holidays", []),
        *({"recurrence": f"FREQ=YEARLY;BYMONTH={int(month)};BYMONTHDAY={int(day)}"} for month, day in yearly),
    ]
    exceptions = {
        day: [written(window) for window in windows] for day, windows in row.get("date_overrides", {}).items()
    }
    calendar = BusinessCalendar.from_mapping(
        {"timezone": row["tz"], "hours": week_of(row["weekly"]), "holidays": holidays, "exceptions": exceptions}
    )
    breaks = {day: [written(window) for window in windows] for day, windows in row.get("date_breaks", {}).items()}
    return (
        calendar.minus(BusinessCalendar.from_mapping({"timezone": row["tz"], "hours": {}, "exceptions": breaks}))
        if breaks
        else calendar
    )


def week_of(weekly: dict) -> dict[str, list[str]]:
    """Weekly hours in our form: a window that ends when it starts is a night and the day after it."""
    week: dict[str, list[str]] = {day: [] for day in WEEKDAYS}
    for day, windows in weekly.items():
        for window in map(written, windows):
            opens, closes = window.split("-")
            if opens == closes:
                week[day].append(f"{opens}-24:00")
                week[WEEKDAYS[(WEEKDAYS.index(day) + 1) % 7]].append(f"00:00-{closes}")
            else:
                week[day].append(window)
    return week


def written(window: str | list[str]) -> str:
    """A window as our documents write it."""
    return window if isinstance(window, str) else "-".join(window)


def at(text: str) -> datetime:
    """An instant of a row."""
    return datetime.fromisoformat(text)


def seconds(row: dict) -> timedelta:
    """The duration of a row."""
    return timedelta(seconds=row["duration_s"] if "duration_s" in row else row["seconds"])


def expected_of(row: dict) -> object:
    """The row's answer in our types."""
    expected: Any = row.get("expected", row.get("expected_seconds"))
    if row["op"] == "working_periods":
        return [(at(start), at(end)) for start, end in expected]
    if isinstance(expected, str):
        return at(expected)
    return expected if isinstance(expected, bool) or row["op"] == "percent_elapsed" else timedelta(seconds=expected)


def wall_pause(row: dict) -> timedelta:
    """The real time that a row's pauses take."""
    return sum((at(end) - at(start) for start, end in row.get("wall_pauses", [])), timedelta(0))


def due(calendar: Calendar, row: dict) -> datetime:
    """Where the duration ends, moved by the business time of the row's pauses."""
    paused = timedelta(seconds=row.get("hold_working_s", 0))
    for start, end in [*row.get("pauses", []), *row.get("wall_pauses", [])]:
        paused += calendar.elapsed(at(start), at(end))
    return calendar.add(at(row["start"]), seconds(row) + paused)


def due_of_clock(calendar: Calendar, row: dict) -> datetime | None:
    """The same, as the engine's clock has it after the pauses of the row; it must say what the calendar says."""
    steps = [(row["start"], "open")]
    for start, end in [*row.get("pauses", []), *row.get("wall_pauses", [])]:
        steps += [(start, "awaiting_info"), (end, "open")]
    revisions = [
        Revision(at(when), number, EventId(f"C/{number}"), {"state": state})
        for number, (when, state) in enumerate(steps, 1)
    ]
    promise = SlaDefinition(id=DefinitionId("due"), measure="resolution", calendar="hours", goals=(Goal(seconds(row)),))
    plan = compile_policy(
        SupportPolicy(name="peer", version="1", calendars={"hours": calendar}, definitions=(promise,))
    )
    (clock,) = evaluate(plan, revisions, revisions[-1].at).clocks
    assert clock.due_at == due(calendar, row)
    return clock.due_at


def between(calendar: Calendar, row: dict) -> timedelta:
    """Open time from the row's start to its end."""
    return calendar.elapsed(at(row["start"]), at(row["end"]))


def previous_working_instant(calendar: Calendar, row: dict) -> datetime:
    """The instant itself when open, else the close before it."""
    return at(row["start"]) if calendar.is_open(at(row["start"])) else calendar.previous_close(at(row["start"]))


def working_periods(calendar: Calendar, row: dict) -> list[tuple[datetime, datetime]]:
    """As many open stretches from the row's start on as the row expects, looking a year ahead."""
    spans = calendar.spans(at(row["start"]), at(row["start"]) + timedelta(days=366))
    return list(islice(((span.start, span.end) for span in spans if span.is_open), len(row["expected"])))


ANSWERS: dict[str, Callable[[Calendar, dict], object]] = {
    "add": due,
    "add_working_time": due,
    "due_time": due_of_clock,
    "subtract_working_time": lambda calendar, row: calendar.subtract(at(row["start"]), seconds(row)),
    "between": between,
    "working_time_between": between,
    "percent_elapsed": lambda calendar, row: 100 * between(calendar, row) / seconds(row),
    "is_working": lambda calendar, row: calendar.is_open(at(row["start"])),
    "next_working_instant": lambda calendar, row: calendar.next_open(at(row["start"])),
    "previous_working_instant": previous_working_instant,
    "working_periods": working_periods,
}
