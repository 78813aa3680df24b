"""Random calendars beside the oracle: ``python -m tests.campaigns.random_calendars --comparisons 500000``."""

import argparse
import sys
import time
import zoneinfo

from tests.differential.random_walks import compare_random
from tests.oracle.transitions import zone_names


def main() -> int:
    """Compare until the count is reached, print the figures, and exit 1 on any difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=500_000)
    parser.add_argument("--seed", default="campaign")
    options = parser.parse_args()
    zoneinfo.reset_tzpath(())
    zones, started, compared, calendars = zone_names(), time.monotonic(), 0, 0
    mismatches: list[str] = []
    while compared < options.comparisons:
        result = compare_random(zones[calendars % len(zones)], zones, f"{options.seed}.{calendars // len(zones)}")
        calendars, compared, mismatches = calendars + 1, compared + result.done, mismatches + result.mismatches
        if calendars % 50 == 0:
            print(
                f"\r{compared:,}/{options.comparisons:,} comparisons, {len(mismatches)} mismatches",
                end="",
                file=sys.stderr,
            )
    print(
        f"\ncalendars: {calendars:,}, zones: {min(calendars, len(zones))}, comparisons: {compared:,}, "
        f"mismatches: {len(mismatches)}"
    )
    print(f"seconds: {time.monotonic() - started:.0f}")
    print(*mismatches[:20], sep="\n")
    return bool(mismatches)


if __name__ == "__main__":
    sys.exit(main())
