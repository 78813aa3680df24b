"""Random calendars in every time zone of the database, any year from 1970 to 2199."""

import os
from random import SystemRandom

from tests.differential.random_walks import compare_random
from tests.oracle.transitions import AWKWARD_ZONES, zone_names
from tests.tally import Tally

FRESH = 60  # calendars from a seed of this run's own


def test_random_calendars_agree_with_the_oracle(tally: Tally) -> None:
    """One random calendar in each zone, and more in the awkward ones, give the oracle's answers to the microsecond."""
    zones = zone_names()
    results = [
        compare_random(zone, zones, seed)
        for zone, seed in [*((zone, "gate") for zone in zones), *((zone, "awkward") for zone in AWKWARD_ZONES)]
    ]
    mismatches = [line for result in results for line in result.mismatches]
    tally("time zones compared", len(zones))
    tally("random comparisons with the oracle", sum(result.done for result in results), mismatches=len(mismatches))
    assert mismatches[:20] == []


def test_calendars_from_a_fresh_seed_agree_too(tally: Tally) -> None:
    """A seed of this run's own (CSMCORE_TEST_SEED repeats one) finds no difference either."""
    seed = os.environ.get("CSMCORE_TEST_SEED") or str(SystemRandom().randrange(10**9))
    tally.detail(f"fresh seed of this run: CSMCORE_TEST_SEED={seed}")
    zones = zone_names()
    results = [compare_random(zones[number * 7 % len(zones)], zones, f"{seed}.{number}") for number in range(FRESH)]
    mismatches = [line for result in results for line in result.mismatches]
    tally("random comparisons with the oracle", sum(result.done for result in results), mismatches=len(mismatches))
    assert mismatches[:20] == []
