"""Random case histories: the engine's clocks are those of a simulator that counts minutes."""

import os
from random import SystemRandom

from tests.differential.sla_engine import compare_random
from tests.tally import Tally

PLANNED = 5_000
FRESH = 250  # histories from a seed of this run's own


def test_clocks_agree_with_the_minute_by_minute_simulator(tally: Tally) -> None:
    """Stages, times, pauses, thresholds and due dates of five thousand random histories are those that were counted."""
    check([f"gate.{number}" for number in range(PLANNED)], tally, PLANNED)


def test_clocks_from_a_fresh_seed_agree_too(tally: Tally) -> None:
    """A seed of this run's own (CSMCORE_TEST_SEED repeats one) finds no difference either."""
    seed = os.environ.get("CSMCORE_TEST_SEED") or str(SystemRandom().randrange(10**9))
    tally.detail(f"fresh seed of this run's SLA histories: CSMCORE_TEST_SEED={seed}")
    check([f"{seed}.{number}" for number in range(FRESH)], tally, FRESH)


def check(seeds: list[str], tally: Tally, planned: int) -> None:
    """Compare the histories of these seeds, and count them and their cycles."""
    results = [compare_random(seed) for seed in seeds]
    differences = [line for _, lines in results for line in lines]
    tally(
        "SLA histories beside the simulator",
        len(results),
        planned=planned,
        mismatches=sum(1 for _, lines in results if lines),
    )
    tally("SLA cycles beside the simulator", sum(cycles for cycles, _ in results), mismatches=len(differences))
    assert differences[:20] == []
