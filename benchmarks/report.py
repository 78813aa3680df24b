"""What a benchmark prints: lines of figures beside their goals, as tables for people and as JSON."""

import argparse
import json
import os
import platform
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import attrs
from timing import pin

__all__ = ["Goal", "Line", "Report", "Section", "environment", "grid", "measure_parts"]

_Effort = TypeVar("_Effort")


@attrs.frozen
class Goal:
    """A bound on a line's ratio (or, where nothing is compared, on its own figure)."""

    bound: float
    at_most: bool = False

    def met(self, figure: float) -> bool:
        """Whether the figure keeps the bound."""
        return figure <= self.bound if self.at_most else figure >= self.bound

    def __str__(self) -> str:
        """The bound as a cell of a table."""
        return f"{'<=' if self.at_most else '>='} {self.bound:g}"


@attrs.frozen
class Line:
    """One figure of csmcore's, the one it is compared with, their ratio, and the goal that the ratio should meet."""

    what: str
    ours: float | None = None
    theirs: float | None = None
    ratio: float | None = None
    goal: Goal | None = None
    unit: str = "s"
    note: str = ""

    @property
    def judged(self) -> bool | None:
        """Whether the goal is met; None without a goal or a figure."""
        figure = self.ours if self.ratio is None else self.ratio
        return None if self.goal is None or figure is None else self.goal.met(figure)

    @property
    def verdict(self) -> str:
        """The judgement in words."""
        if self.goal is None:
            return ""
        return {None: "not measured", True: "met", False: "NOT MET"}[self.judged]

    def cells(self) -> tuple[str, ...]:
        """The line as a row of a table."""
        ratio = "" if self.ratio is None else f"{self.ratio:,.2f}x" if self.ratio < 100 else f"{self.ratio:,.0f}x"
        goal = "" if self.goal is None else str(self.goal)
        return (
            self.what,
            shown(self.ours, self.unit),
            shown(self.theirs, self.unit),
            ratio,
            goal,
            self.verdict,
            self.note,
        )


@attrs.frozen
class Section:
    """Lines under one heading; `means` says how their ratio is to be read."""

    title: str
    theirs: str
    means: str
    lines: Sequence[Line]

    def plain(self) -> dict[str, object]:
        """The section as plain data, each line with its judgement."""
        lines = [attrs.asdict(line) | {"met": line.judged} for line in self.lines]
        return {"title": self.title, "theirs": self.theirs, "means": self.means, "lines": lines}

    def __str__(self) -> str:
        """The section as a table."""
        headings = ("", "csmcore", self.theirs, self.means, "goal", "", "")
        return f"{self.title}\n{grid([headings, *(line.cells() for line in self.lines)])}"


class Report:
    """Sections as they come: printed at once, counted and written down at the end. Progress goes to standard error."""

    def __init__(self, pinned: str) -> None:
        """Print what the figures depend on."""
        self.sections: list[Section] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.environment = environment() | {"pinned": pinned}
        print(", ".join(f"{name} {value}" for name, value in self.environment.items()), flush=True)

    def progress(self, what: str) -> None:
        """Tell what is being measured now."""
        print(f"... {what}", file=sys.stderr, flush=True)

    def add(self, section: Section) -> None:
        """Print a section and keep it."""
        self.sections.append(section)
        print(f"\n{section}", flush=True)

    def add_table(self, title: str, rows: Sequence[Sequence[str]]) -> None:
        """Print a plain table and keep it."""
        self.tables[title] = [list(row) for row in rows]
        print(f"\n{title}\n{grid(rows)}", flush=True)

    def close(self, written_to: Path | None) -> None:
        """Print how many goals were met, and write everything down where that is wanted."""
        verdicts = [line.verdict for section in self.sections for line in section.lines if line.goal]
        counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("met", "NOT MET", "not measured"))
        print(f"\nGoals: {counts}.")
        if written_to:
            sections = [section.plain() for section in self.sections]
            written = {"environment": self.environment, "sections": sections, "tables": self.tables}
            written_to.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def measure_parts(
    description: str, parts: Mapping[str, Callable[[_Effort, Report], None]], usual: _Effort, quick: _Effort
) -> None:
    """Measure the parts that the command line asks for, print them as they come, and count the goals that were met."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(parts)}")
    parser.add_argument("--quick", action="store_true", help="a smoke run: few questions, figures that mean little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file too")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    report = Report(pinned=pin())
    for name in options.parts or parts:
        parts[name](quick if options.quick else usual, report)
    report.close(options.json)


def environment() -> dict[str, str]:
    """What the figures depend on."""
    built = sysconfig.get_config_var("CONFIG_ARGS") or ""
    optimised = "optimised" if "--enable-optimizations" in built else "not optimised"
    return {
        "python": f"{platform.python_version()} ({platform.python_implementation()}, {optimised})",
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "csmcore": version("csmcore"),
        "tzdata": version("tzdata"),
    }


def grid(rows: Iterable[Sequence[str]]) -> str:
    """Rows as text in columns, the first to the left and the others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ([cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *cells[1:]]).rstrip() for row, cells in zip(rows, padded, strict=True)
    )


def shown(figure: float | None, unit: str) -> str:
    """A figure with its unit; seconds in the unit that suits them."""
    if figure is None:
        return ""
    if unit != "s":
        return f"{figure:,.1f} {unit}" if unit in {"ms", "us"} else f"{figure:,.0f} {unit}"
    for name, scale in (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3)):
        if figure < scale * 1000:
            return f"{figure / scale:,.0f} ns" if name == "ns" else f"{figure / scale:,.2f} {name}"
    return f"{figure:,.2f} s"
