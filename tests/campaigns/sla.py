"""Random case histories beside the simulator: ``python -m tests.campaigns.sla --histories 500000 --seed release``."""

import argparse
import sys
import time
import zoneinfo
from collections import Counter

from tests.differential.sla_engine import compare_random
from tests.oracle.sla_features import FEATURES

AT_A_TIME = 250


def main() -> int:
    """Compare that many histories, print the figures, and exit 1 on any difference, or if a feature was never met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=500_000)
    parser.add_argument("--seed", default="campaign")
    options = parser.parse_args()
    zoneinfo.reset_tzpath(())
    started, cycles, beyond = time.monotonic(), 0, 0
    met, differences = Counter[str](), list[str]()
    for number in range(options.histories):
        found = compare_random(f"{options.seed}.{number}")
        cycles, beyond = cycles + found.cycles, beyond + found.excused
        met.update(found.features)
        differences += found.differences
        if number % AT_A_TIME == 0:
            show(number + 1, options.histories, len(differences), time.monotonic() - started)
    seconds = time.monotonic() - started
    print(
        f"\n{options.histories:,} histories, {cycles:,} cycles, {len(differences)} differences, "
        f"{beyond:,} figures beyond the grid, {seconds:.0f} s"
    )
    print(*(f"{met[feature]:>9,} {feature}" for feature in FEATURES), sep="\n")
    print(*differences[:50], sep="\n")
    return 1 if differences or not all(met[feature] for feature in FEATURES) else 0


def show(done: int, planned: int, differences: int, seconds: float) -> None:
    """Say how far it is, and how long the rest will take."""
    left = seconds / done * (planned - done)
    text = f"{done:,}/{planned:,} histories, {differences} differences, about {left / 60:.0f} minutes left"
    print(f"\r{text:<90}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
