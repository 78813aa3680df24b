"""Measure the import of customers: `python benchmarks/imports.py [--quick] [--json FILE] [PART ...]`.

It asserts that every row has one outcome, and that a second run of the same rows finds nothing to save.
"""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from customer_rows import BAD, REPEATED
from engines import Effort
from report import Goal, Line, Report, Section, measure_parts

__all__ = ["PARTS"]

USUAL = Effort(questions=400)
QUICK = Effort(questions=16)
ROWS_AN_EFFORT = 2_500  # 1,000,000 rows in a full run
RATE = Goal(30_000)  # rows a second


def measured(what: str, kind: str, rows: int) -> dict[str, Any]:
    """What a process of its own found; its progress goes to standard error."""
    program = f"from customer_rows import run; run({what!r}, {kind!r}, {rows})"
    place = Path(__file__).parent
    answer = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, cwd=place)  # noqa: S603 - our own program
    return json.loads(answer.stdout)  # type: ignore[no-any-return]


def imported(kind: str, effort: Effort, report: Report) -> None:
    """Rates and memory of an import, what became of the rows, and of the same rows once more."""
    rows = ROWS_AN_EFFORT * effort.questions
    found = {}
    for what in ("build", "alone", "kept"):
        report.progress(f"{rows:,} {kind}: {what}")
        found[what] = measured(what, kind, rows)
    [built], _, (first, second) = (each["runs"] for each in found.values())
    assert second["settled"]
    assert second["saved"] == first["saved"]
    rates = {name: rows / run["seconds"] for name, run in (("build", built), ("1", first), ("2", second))}
    lines = [
        Line("first run", rates["1"], rates["build"], rates["build"] / rates["1"], unit="rows/s"),
        Line("second run", rates["2"], rates["build"], rates["build"] / rates["2"], unit="rows/s"),
        Line("first run, against the goal", rates["1"], goal=RATE, unit="rows/s"),
        *memory_lines(rows, found, first["saved"]),
    ]
    report.add(Section(f"Importing {rows:,} {kind}", "only nouns built", "of its time", lines))
    report.add_table(
        f"What became of {rows:,} {kind}: {BAD:.0%} are bad in each way, {REPEATED:.0%} duplicates",
        [("", "first run", "second run"), *counted("outcomes", first, second), *counted("reasons", first, second)],
    )


def memory_lines(rows: int, found: dict[str, Any], saved: int) -> list[Line]:
    """The most memory over that of the process before the first row, without the host's own and with it."""
    lines = []
    for what, note in (("alone", "outcomes thrown away"), ("kept", f"the host keeps {saved:,} nouns")):
        before, peak = found[what]["before"], found[what]["runs"][0]["peak"]
        over = None if peak is None else peak - before
        lines.append(Line(f"memory over the baseline, {what}", over, unit="MB", note=note))
        lines.append(Line("  a row", None if over is None else over * 1e6 / rows, unit="bytes"))
    return lines


def counted(what: str, first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Counts of both runs side by side."""
    names = sorted({**first[what], **second[what]})
    return [(name, f"{first[what].get(name, 0):,}", f"{second[what].get(name, 0):,}") for name in names]


PARTS = {"contacts": partial(imported, "contacts"), "accounts": partial(imported, "accounts")}


if __name__ == "__main__":
    measure_parts("Measure the import of customers against loops that only build them.", PARTS, USUAL, QUICK)
