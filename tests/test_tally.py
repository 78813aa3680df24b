"""The tally holds a run to its plan: counts that fall short fail it, whatever passed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tally import FLOORS, Tally

NAME = "DST transitions"


def test_counts_add_up() -> None:
    """Each report adds to its count and to its plan; without a plan the work done is the plan."""
    tally = Tally()
    tally("cases", 3)
    tally("cases", 4, planned=5, mismatches=1)
    assert tally.lines() == ["cases: 7 of 8 planned, mismatches 1"]
    assert tally.shortfalls(whole=False) == ["cases: 7 of 8"]


def test_a_selection_owes_only_its_own_plan() -> None:
    """Where tests were selected, what never ran is not demanded, and floors are not."""
    tally = Tally()
    tally(NAME, 1)
    assert tally.shortfalls(whole=False) == []


def test_a_whole_run_owes_every_floor() -> None:
    """A generator that was never collected, or found too little, is missed by its name."""
    tally = Tally()
    tally(NAME, 1)
    missed = [line.split(": ")[0] for line in tally.shortfalls(whole=True)]
    assert len(missed) == len(FLOORS)
    for name, floor in FLOORS.items():
        tally(name, floor)
    assert tally.shortfalls(whole=True) == []


def test_an_excuse_is_said_and_not_held_against_the_run() -> None:
    """Where data is missing the count is not demanded, and the report says why."""
    tally = Tally()
    for name in FLOORS:
        tally.excuse(name, "no data here")
    assert tally.shortfalls(whole=True) == []
    assert tally.lines()[0].endswith("not checked, no data here")


def test_workers_counts_are_added() -> None:
    """What two worker processes counted is one tally, details and excuses with it."""
    one, other, whole = Tally(), Tally(), Tally()
    one("cases", 2, planned=4, mismatches=1)
    other("cases", 2)
    other.excuse("rows", "no data here")
    other.detail("a line")
    for worker in (one, other):
        whole.add_plain(worker.to_plain())
    assert whole.lines() == ["cases: 4 of 6 planned, mismatches 1", "rows: not checked, no data here", "a line"]


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--demand-plan",), 1)])
def test_a_run_that_falls_short_fails(options: tuple[str, ...], code: int) -> None:
    """With the whole plan demanded, a run of one passing file exits with a failure; as a selection it passes."""
    root = Path(__file__).parents[1]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/test_tally.py",
        "-k",
        "add_up",
        *options,
    ]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert "1 passed" in run.stdout
    assert run.returncode == code
    assert (f"FEWER THAN PLANNED: {NAME}: 0 of" in run.stdout) == bool(code)
