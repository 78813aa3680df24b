"""Every change of the clock of a span of years: ``python -m tests.campaigns.dst --years 1970-2037 --shard 1/4``."""

import argparse
import sys
import time
import zoneinfo

from tests.differential.dst import compare_zone
from tests.oracle.transitions import transitions, zone_histories


def main() -> int:
    """Compare one shard, print the figures, and exit 1 on any difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", default="1970-2037", help="first and last year")
    parser.add_argument("--shard", default="1/1", help="which part, such as 2/4")
    options = parser.parse_args()
    zoneinfo.reset_tzpath(())
    (first, last), (part, parts) = (
        tuple(map(int, text.split(mark))) for text, mark in ((options.years, "-"), (options.shard, "/"))
    )
    by_zone = transitions(first, last)
    total = sum(map(len, by_zone.values()))
    mine = [(zone, changes[k : k + 20]) for zone, changes in by_zone.items() for k in range(0, len(changes), 20)][
        part - 1 :: parts
    ]
    planned = sum(len(changes) for _, changes in mine)
    print(
        f"{total:,} different transitions {first}-{last} in {len(zone_histories())} zone files; this shard: {planned:,}"
    )
    started, checked, compared = time.monotonic(), 0, 0
    mismatches: list[str] = []
    for zone, changes in mine:
        result = compare_zone(zone, changes)
        checked, compared, mismatches = checked + len(changes), compared + result.done, mismatches + result.mismatches
        print(
            f"\r{checked:,}/{planned:,} transitions, {compared:,} comparisons, {len(mismatches)} mismatches",
            end="",
            file=sys.stderr,
        )
    print(
        f"\ntransitions checked: {checked:,} of {planned:,}, comparisons: {compared:,}, mismatches: {len(mismatches)}"
    )
    print(f"seconds: {time.monotonic() - started:.0f}")
    print(*mismatches[:50], sep="\n")
    return bool(mismatches) or checked < planned


if __name__ == "__main__":
    sys.exit(main())
