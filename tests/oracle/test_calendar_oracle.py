"""The oracle itself, on days that a person can count, and its independence."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.oracle.calendar import WEEKDAYS, Grid
from tests.oracle.shapes import shapes
from tests.oracle.transitions import AWKWARD_ZONES, Transition, transitions, zone_names, zone_transitions

NIGHT = {day: ["01:00-04:00"] for day in WEEKDAYS}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 2), ("2026-10-25", 4), ("2026-06-01", 3)])
def test_a_window_across_a_change_lasts_its_real_time(day: str, hours: int) -> None:
    """In Berlin 01:00-04:00 is two hours in spring, four in autumn, three otherwise."""
    start = datetime.fromisoformat(f"{day}T00:00+00:00") - timedelta(hours=6)
    grid = Grid({"timezone": "Europe/Berlin", "hours": NIGHT}, start, 24 * 60)
    assert grid.elapsed(start, start + timedelta(hours=12)) == timedelta(hours=hours)


def test_a_date_that_does_not_exist_leaves_no_tail() -> None:
    """Apia went from 2011-12-29 24:00 to 12-31 00:00: the night of the 29th ends there, that of the 30th never was."""
    grid = Grid(
        {"timezone": "Pacific/Apia", "hours": {day: ["22:00-06:00"] for day in WEEKDAYS}},
        datetime(2011, 12, 30, tzinfo=UTC),
        48 * 60,
    )
    opens, closes = (
        datetime(2011, 12, 30, 8, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),
    )  # 22:00 and 24:00 at -10:00
    assert grid.next_open(opens - timedelta(hours=1)) == opens
    assert grid.next_close(opens) == closes
    assert grid.next_open(closes) == datetime(2011, 12, 31, 8, tzinfo=UTC)  # 22:00 on the 31st at +14:00


def test_answers_between_the_steps_are_exact() -> None:
    """A question about a microsecond is answered to the microsecond."""
    grid = Grid({"timezone": "UTC", "hours": {"mon": ["09:00-17:00"]}}, datetime(2026, 6, 1, tzinfo=UTC), 2 * 24 * 60)
    nine, five = datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 17, tzinfo=UTC)
    micro = timedelta(microseconds=1)
    assert grid.add(nine - micro, micro) == nine + micro
    assert grid.add(nine, timedelta(hours=8)) == five
    assert grid.add(nine, timedelta(hours=8) + micro) is None
    assert grid.subtract(five + micro, micro) == five - micro
    assert grid.subtract(five, timedelta(hours=8)) == nine
    assert grid.elapsed(five - micro, five + micro) == micro
    assert (grid.is_open(nine - micro), grid.is_open(nine), grid.is_open(five)) == (False, True, False)
    assert grid.previous_close(five) == five
    assert grid.previous_close(five - micro) is None


def test_the_changes_of_a_zone_are_found_to_the_second() -> None:
    """Berlin changes at 01:00 UTC on the last Sundays of March and October."""
    found = [datetime.fromtimestamp(change.at, UTC) for change in zone_transitions("Europe/Berlin", 2026, 2026)]
    assert found == [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]


def test_awkward_zones_have_the_changes_they_are_pinned_for() -> None:
    """Jumps of half an hour, two hours, 44:30 and a whole day are among those that are compared."""
    assert set(AWKWARD_ZONES) <= set(zone_names())
    jumps = {
        (zone, change.after - change.before) for zone in AWKWARD_ZONES for change in zone_transitions(zone, 1970, 2026)
    }
    awkward = {
        ("Australia/Lord_Howe", 1800),
        ("Antarctica/Troll", 7200),
        ("Africa/Monrovia", 2670),
        ("Pacific/Apia", 86_400),
    }
    assert awkward | {("Pacific/Kwajalein", 86_400), ("Pacific/Kiritimati", 86_400), ("Europe/Dublin", -3600)} <= jumps


def test_every_shape_but_the_empty_one_is_open_somewhere() -> None:
    """Twelve shapes, two of them under both holiday rules, lie around a change of the clock."""
    (change, _) = zone_transitions("Europe/Berlin", 2026, 2026)
    documents = shapes("Europe/Berlin", [change])
    start = datetime.fromtimestamp(change.at, UTC) - timedelta(hours=36)
    is_open = {name: any(Grid(document, start, 72 * 60).slots) for name, document in documents.items()}
    assert len(documents) == 14
    assert [name for name, found in is_open.items() if not found] == ["never open"]


def test_one_transition_is_listed_once() -> None:
    """Zones that share a change share its comparison."""
    found = [change for changes in transitions(2026, 2026).values() for change in changes]
    assert len(found) == len(set(found))
    assert Transition(int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()), 3600, 7200) in found


def test_the_oracle_imports_nothing_of_csmcore() -> None:
    """An oracle that shared code with the engine would share its faults."""
    folder = Path(__file__).parent
    imported = {
        name
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in getattr(node, "names", [])]
        )
    }
    assert "bisect" in imported
    assert not {name for name in imported if name and name.split(".")[0] == "csmcore"}
