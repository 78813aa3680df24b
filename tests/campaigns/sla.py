"""Random case histories beside the simulator: ``python -m tests.campaigns.sla --histories 100000 --seed release``."""

import argparse
import sys
import time
import zoneinfo

from tests.differential.sla_engine import compare_random


def main() -> int:
    """Compare that many histories, print the figures, and exit 1 on any difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--seed", default="campaign")
    options = parser.parse_args()
    zoneinfo.reset_tzpath(())
    started, cycles = time.monotonic(), 0
    differences: list[str] = []
    for number in range(options.histories):
        found, lines = compare_random(f"{options.seed}.{number}")
        cycles, differences = cycles + found, differences + lines
        if number % 500 == 0:
            print(
                f"\r{number:,}/{options.histories:,} histories, {len(differences)} differences", end="", file=sys.stderr
            )
    seconds = time.monotonic() - started
    print(f"\n{options.histories:,} histories, {cycles:,} cycles, {len(differences)} differences, {seconds:.0f} s")
    print("\n".join(differences[:50]))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
