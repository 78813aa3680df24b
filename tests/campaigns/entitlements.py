"""Random worlds beside the index: ``python -m tests.campaigns.entitlements --worlds 100000 --seed release``."""

import argparse
import sys
import time

from tests.property.entitlement_indexing import QUESTIONS, world_differences

AT_A_TIME = 250
CROWDED_EVERY = 50  # worlds; one of these has many entitlements


def main() -> int:
    """Put the questions of that many worlds to the index and to the rule; exit 1 where they ever differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100_000)
    parser.add_argument("--seed", default="campaign")
    options = parser.parse_args()
    started, found = time.monotonic(), list[str]()
    for number in range(options.worlds):
        most = 120 if number % CROWDED_EVERY == 0 else 8
        found += world_differences(f"{options.seed}.{number}", most)
        if number % AT_A_TIME == 0:
            text = f"{number + 1:,}/{options.worlds:,} worlds, {len(found)} differences"
            print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
    asked = options.worlds * (QUESTIONS + 2)
    seconds = time.monotonic() - started
    print(f"\n{options.worlds:,} worlds, {asked:,} questions, {len(found)} differences, {seconds:.0f} s")
    print(*found[:50], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
