"""Random lives of whole desks, as many as one likes: ``python -m tests.campaigns.casework --runs 5000 --seed release``.

A run that goes wrong is told by its number, and is taken up again with ``--only``.
"""

import argparse
import sys
import time
import traceback
from random import Random

from csmcore.model import ACTIONS
from tests.property.casework_desk import POLICIES
from tests.property.casework_life import KINDS, Life

AT_A_TIME = 20
TOLD = 20  # of the runs that went wrong


def lived(seed: str, number: int, steps: int, counted: dict[str, int]) -> str | None:
    """What went wrong in a run; None: nothing."""
    rng = Random(f"{seed}.{number}")
    life = Life(number % len(POLICIES), counted)
    try:
        for _ in range(steps):
            life.step(rng.getrandbits(32))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the campaign looks for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"run {number}: {type(error).__name__} in {where.name}: {str(error)[:300]}"
    return None


def main() -> int:
    """Live that many lives; exit 1 where csmcore and the plain dicts ever disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", default="campaign")
    parser.add_argument("--only", type=int, help="one run, by its number")
    options = parser.parse_args()
    counted, wrong, started = dict.fromkeys(KINDS, 0), list[str](), time.monotonic()
    numbers = range(options.runs) if options.only is None else (options.only,)
    for number in numbers:
        problem = lived(options.seed, number, options.steps, counted)
        wrong += [problem] if problem else []
        if number % AT_A_TIME == 0:
            text = f"{number + 1:,}/{options.runs:,} runs, {len(wrong)} mismatches"
            print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
    seconds = time.monotonic() - started
    print("\n" + ", ".join(f"{counted[name]:,} {name}" for name in KINDS))
    print(", ".join(f"{counted.get(action, 0):,} {action}" for action in ACTIONS))
    print(
        f"seed {options.seed}: {len(wrong)} mismatches in {len(numbers):,} runs, {seconds:.0f} s",
        *wrong[:TOLD],
        sep="\n",
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
