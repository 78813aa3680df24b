"""Random case histories: the engine's clocks are those of a simulator that counts minutes."""

import os
from collections import Counter
from random import SystemRandom

from tests.differential.sla_engine import compare_random
from tests.oracle.sla_features import FEATURES
from tests.tally import Tally

PLANNED = 20_000
FRESH = 500  # histories from a seed of this run's own


def test_clocks_agree_with_the_minute_by_minute_simulator(tally: Tally) -> None:
    """Every figure of the cycles of twenty thousand random histories is the one that was counted.

    They meet each feature of definitions and clocks: what the generator no longer draws would be compared in no run.
    """
    met = check([f"gate.{number}" for number in range(PLANNED)], tally, PLANNED)
    tally.detail(
        "cycles of random SLA histories, by what they met:"
        + "".join(f"\n    {met[feature]:,} {feature}" for feature in FEATURES)
    )
    assert [feature for feature in FEATURES if not met[feature]] == []


def test_clocks_from_a_fresh_seed_agree_too(tally: Tally) -> None:
    """A seed of this run's own (CSMCORE_TEST_SEED repeats one) finds no difference either."""
    seed = os.environ.get("CSMCORE_TEST_SEED") or str(SystemRandom().randrange(10**9))
    tally.detail(f"fresh seed of this run's SLA histories: CSMCORE_TEST_SEED={seed}")
    check([f"{seed}.{number}" for number in range(FRESH)], tally, FRESH)


def check(seeds: list[str], tally: Tally, planned: int) -> Counter[str]:
    """Compare the histories of these seeds, count them and their cycles, and return what the cycles met."""
    met, differences = Counter[str](), list[str]()
    cycles = unlike = beyond = 0
    for seed in seeds:
        found = compare_random(seed)
        met.update(found.features)
        differences += found.differences
        cycles, unlike, beyond = cycles + found.cycles, unlike + bool(found.differences), beyond + found.excused
    tally("SLA histories beside the simulator", len(seeds), planned=planned, mismatches=unlike)
    tally("SLA cycles beside the simulator", cycles, mismatches=len(differences))
    tally.detail(f"figures of {cycles:,} SLA cycles that lie beyond the simulator's grid: {beyond:,}")
    assert differences[:20] == []
    assert beyond < cycles / 20  # of over thirty figures a cycle
    return met
