"""Histories worked out by hand, and by vendors' own figures: the engine gives every one of them.

Those that csmcore ships say how its presets behave; those in ``tests/worked`` go through the engine's rules one by one.
Both have their arithmetic beside them, and none of it came from the engine.
"""

from pathlib import Path

import pytest

from csmcore.analysis import check_worked
from csmcore.presets import preset, presets
from csmcore.rules import compile_policy
from csmcore.wire import load_policy, load_worked
from tests.tally import Tally

BY_HAND = Path(__file__).parents[1] / "worked"
SHIPPED = [name for name in presets() if name.endswith("-worked.toml")]


def content(place: str, name: str) -> bytes:
    """A document that is shipped, or one of the tests' own."""
    return preset(name) if place == "shipped" else (BY_HAND / name).read_bytes()


@pytest.mark.parametrize(
    ("place", "name"),
    [("shipped", name) for name in SHIPPED]
    + [("by hand", path.name) for path in sorted(BY_HAND.glob("*-worked.toml"))],
)
def test_every_figure_is_as_it_was_worked_out(place: str, name: str, tally: Tally) -> None:
    """What a history expects is what the clocks read: stages, instants, durations, percents, thresholds."""
    book = load_worked(content(place, name))
    figures = check_worked(book, compile_policy(load_policy(content(place, book.policy))))
    wrong = [figure for figure in figures if not figure.agrees]
    tally(f"worked histories, {place}", len(book.histories), mismatches=len({figure.history for figure in wrong}))
    tally(f"worked figures, {place}", len(figures), mismatches=len(wrong))
    assert wrong == []
    assert all(history.note.strip() for history in book.histories)
