"""What business time costs besides a call: growth with span and with age, compiling, memory, importing."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
from desks import OFFICE, Desk, adds, holidays_of, pairs, spans, starts
from engines import Effort, business_calendar, ours, probe
from report import Goal, Line, Report, Section
from rivals import RIVALS
from timing import Question, Timed, affordable, kept_kib, process_ms, race, seconds_of

from csmcore.calendars import BusinessCalendar

__all__ = ["compiling", "every_method", "flat_in_age", "flat_in_span", "importing"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY_YEAR = range(1970, 2200)
FLAT_IN_SPAN = Goal(1.5, at_most=True)  # a longer table costs a bisection a few more steps, no more
FLAT_IN_AGE = Goal(1.3, at_most=True)
SPANS = {"1 day": DAY, "90 days": 90 * DAY, "1 year": 365 * DAY, "10 years": 3652 * DAY, "50 years": 18262 * DAY}
AMOUNTS = (8, 80, 1_000, 10_000)
HEAVY = ("cattrs", "dateutil", "numpy")


def lasting(years: range) -> Desk:
    """The office with its holidays in all of the years."""
    return attrs.evolve(OFFICE, holidays=holidays_of(years))


def compiled(years: range) -> BusinessCalendar:
    """A new calendar of the office that was asked about each of the years."""
    calendar = business_calendar(lasting(years))
    for year in years:
        calendar.is_open(datetime(year, 7, 1, tzinfo=UTC))
    return calendar


def flat_in_span(effort: Effort, report: Report) -> None:
    """Time `elapsed` over a day to 50 years, and `add` of 8 to 10,000 hours, beside a rival that walks days."""
    desk = lasting(EVERY_YEAR)
    mine = ours(desk)
    walker = RIVALS[0]
    theirs = walker.build(desk) if walker.is_installed else None
    counts = {f"elapsed over {name}": spans(effort.questions, span) for name, span in SPANS.items()}
    sums = {f"add {hours:,} h": [(start, hours * HOUR) for start in starts(effort.questions, 6)] for hours in AMOUNTS}
    lines = span_lines("elapsed", mine.elapsed, theirs.elapsed if theirs else None, counts, effort, report)
    lines += span_lines("add", mine.add, theirs.add if theirs else None, sums, effort, report)
    report.add(Section("Flat in span (a call)", walker.name, "faster", lines))


def span_lines(  # noqa: PLR0913, PLR0917 - one block of the table
    verb: str,
    mine: Question,
    theirs: Question | None,
    asked: Mapping[str, Sequence[Any]],
    effort: Effort,
    report: Report,
) -> list[Line]:
    """Time every span in turn; the last line is the slowest over the fastest."""
    report.progress(f"flat in span: {verb}")
    timed = timed_spans(mine, asked, effort)
    beside = timed_spans(theirs, asked, effort) if theirs else {}
    lines = [
        Line(what, own.ns / 1e9, beside[what].ns / 1e9, beside[what].ns / own.ns)
        if beside
        else Line(what, own.ns / 1e9)
        for what, own in timed.items()
    ]
    figures = sorted(own.ns / 1e9 for own in timed.values())
    return [*lines, Line(f"{verb}: slowest over fastest", ratio=figures[-1] / figures[0], goal=FLAT_IN_SPAN)]


def timed_spans(ask: Question, asked: Mapping[str, Sequence[Any]], effort: Effort) -> dict[str, Timed]:
    """Time one engine on every span, asked no more than it can answer in its seconds."""
    return race(
        {what: (ask, affordable(ask, questions, effort.seconds)) for what, questions in asked.items()}, effort.rounds
    )


def every_method(effort: Effort, report: Report) -> None:
    """Time the other methods, on a calendar with its holidays in every year; those that make lists are asked less."""
    report.progress("the other methods")
    calendar = business_calendar(lasting(EVERY_YEAR))
    ninety, decade = spans(effort.questions, 90 * DAY), spans(effort.questions, 3652 * DAY)
    methods: dict[str, tuple[Question, Sequence[Any]]] = {
        "subtract 8 to 80 h": (calendar.subtract, adds(effort.questions)),
        "is_open": (lambda instant, _: calendar.is_open(instant), ninety),
        "next_open": (lambda instant, _: calendar.next_open(instant), ninety),
        "next_close": (lambda instant, _: calendar.next_close(instant), ninety),
        "previous_close": (lambda instant, _: calendar.previous_close(instant), ninety),
        "spans of 90 days": (calendar.spans, ninety),
        "spans of 10 years": (calendar.spans, decade),
        "add_days 5": (lambda instant, _: calendar.add_days(instant, 5), ninety),
        "add_days 250": (lambda instant, _: calendar.add_days(instant, 250), ninety),
    }
    asked = {what: (ask, affordable(ask, questions, effort.seconds)) for what, (ask, questions) in methods.items()}
    lines = [Line(what, timed.ns / 1e9) for what, timed in race(asked, effort.rounds).items()]
    report.add(Section("The other methods (a call)", "", "", lines))


def flat_in_age(effort: Effort, report: Report) -> None:
    """Time the same questions about 2024 to 2026 on a fresh calendar and on one that has compiled 1970 to 2199."""
    report.progress("flat in the calendar's age")
    fresh, old = business_calendar(lasting(EVERY_YEAR)), compiled(EVERY_YEAR)
    lines = []
    for what, young, aged, asked in (
        ("add", fresh.add, old.add, adds(effort.questions)),
        ("elapsed", fresh.elapsed, old.elapsed, pairs(effort.questions)),
    ):
        affordable(young, asked, effort.seconds)
        timed = race({"old": (aged, asked), "fresh": (young, asked)}, effort.rounds)
        ratio = timed["old"].over(timed["fresh"])
        lines.append(
            Line(
                f"{what}, all of 1970-2199 compiled", timed["old"].ns / 1e9, timed["fresh"].ns / 1e9, ratio, FLAT_IN_AGE
            )
        )
    report.add(Section("Flat in age (a call)", "fresh", "of its time", lines))


def compiling(effort: Effort, report: Report) -> None:
    """Time building a calendar until it has answered for each of its years, and count the memory that it keeps."""
    lines = []
    for years in (range(2026, 2027), range(2020, 2030), range(2010, 2040), EVERY_YEAR):
        name = f"{len(years)} years" if len(years) > 1 else "1 year"
        report.progress(f"compiling {name}")
        mine, bare = partial(compiled, years), partial(probe, lasting(years), years)
        took, floor = seconds_of(mine, effort.builds), seconds_of(bare, effort.builds)
        lines.append(Line(f"build and compile {name}", took, floor, took / floor))
        kept, least = kept_kib(mine), kept_kib(bare)
        lines.append(Line(f"memory of {name}", kept, least, kept / least, unit="KiB"))
    report.add(Section("Compiling", "probe", "of the probe's", lines))


def importing(effort: Effort, report: Report) -> None:
    """Time whole processes that import something, over one that does nothing."""
    report.progress("importing")
    programs = {
        "bare": "pass",
        "import attrs, zoneinfo (for comparison)": "import attrs, zoneinfo",
        "import csmcore": "import csmcore",
        "from csmcore.calendars import BusinessCalendar": "from csmcore.calendars import BusinessCalendar",
    }
    taken = process_ms(programs, effort.processes)
    bare = taken.pop("bare")
    lines = [Line("an interpreter that does nothing", statistics.median(bare) / 1e3)]
    for what, figures in taken.items():
        over = statistics.median(a - b for a, b in zip(figures, bare, strict=True))
        lines.append(import_line(what, programs[what], over))
    report.add(Section("Importing (over the interpreter that does nothing)", "", "", lines))


def import_line(what: str, program: str, over: float) -> Line:
    """One import's milliseconds; its goal follows from the number of classes, its note names what is too much."""
    classes, heavy = census(program)
    bound = 5 if what == "import csmcore" else 37 + 0.8 * classes
    goal = Goal(bound, at_most=True) if "csmcore" in what else None
    note = f"loads {', '.join(heavy)}" if heavy else f"{classes} attrs classes" if classes else ""
    return Line(what, over, goal=goal, unit="ms", note=note)


def census(program: str) -> tuple[int, list[str]]:
    """How many attrs classes of csmcore a program defines, and which heavy packages it loads."""
    question = (
        f"{program}\nimport json, sys\n"
        "own = [m for name, m in list(sys.modules.items()) if name.startswith('csmcore')]\n"
        "found = {c for m in own for c in vars(m).values() if isinstance(c, type) and '__attrs_attrs__' in vars(c)}\n"
        f"print(json.dumps([len(found), [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    answer = subprocess.run([sys.executable, "-c", question], check=True, capture_output=True)  # noqa: S603 - our own program
    classes, heavy = json.loads(answer.stdout)
    return classes, heavy
