"""Every change of the clock in the world since 2024, under every shape of schedule."""

import tzdata

from tests.differential.dst import PAIRS, compare_zone
from tests.oracle.shapes import shapes
from tests.oracle.transitions import transitions, zone_transitions
from tests.tally import Tally

KNOWN = {"2026f": 792}  # different transitions from 2024 to 2037, by release of the database


def test_every_transition_since_2024_agrees_with_the_oracle(tally: Tally) -> None:
    """Engine and oracle agree around every different transition of all zones, for all shapes and pairs of instants."""
    by_zone = transitions(2024, 2037)
    found = sum(map(len, by_zone.values()))
    assert found == KNOWN.get(tzdata.IANA_VERSION, found)
    mismatches, done, checked = [], 0, 0
    for zone, changes in by_zone.items():
        result = compare_zone(zone, changes)
        mismatches += result.mismatches
        done += result.done
        checked += len(changes)
    tally("DST transitions", checked, planned=found)
    tally(
        "DST comparisons with the oracle",
        done,
        planned=found * len(shapes("UTC", [])) * PAIRS,
        mismatches=len(mismatches),
    )
    assert mismatches[:20] == []


def test_an_engine_that_ignores_the_change_is_caught() -> None:
    """Against a calendar that keeps the old offset through the transition nearly every shape differs."""
    (change, _) = zone_transitions("Europe/Berlin", 2026, 2026)
    frozen = {
        name: {**document, "timezone": "Etc/GMT-1"} for name, document in shapes("Europe/Berlin", [change]).items()
    }
    assert compare_zone("Europe/Berlin", [change]).mismatches == []
    caught = {
        line.split(": ")[0].removeprefix("Europe/Berlin, ")
        for line in compare_zone("Europe/Berlin", [change], frozen).mismatches
    }
    assert caught == set(frozen) - {"24/7", "never open"}
