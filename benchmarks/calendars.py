"""Measure csmcore's business time: `python benchmarks/calendars.py [--quick] [--json FILE]`.

It prints ratios beside their goals, and asserts nothing about seconds, which depend on the machine.
"""

import argparse
from pathlib import Path

from comparisons import against_rivals, against_the_probe, wrong_answers
from engines import Effort
from footprint import compiling, every_method, flat_in_age, flat_in_span, importing
from report import Report
from timing import pin

__all__ = ["main"]

QUICK = Effort(questions=100, rounds=3, seconds=0.02, dst_questions=60, judged_seconds=0.2, processes=3, builds=1)
PARTS = {
    "probe": against_the_probe,
    "rivals": against_rivals,
    "wrong": wrong_answers,
    "span": flat_in_span,
    "age": flat_in_age,
    "methods": every_method,
    "compile": compiling,
    "import": importing,
}


def main() -> None:
    """Measure the parts that were asked for, print them as they come, and count the goals that were met."""
    parser = argparse.ArgumentParser(description="Measure csmcore's business time against a bare probe and its rivals.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a smoke run: few questions, figures that mean little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file too")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    report = Report(pinned=pin())
    effort = QUICK if options.quick else Effort()
    for name in options.parts or PARTS:
        PARTS[name](effort, report)
    report.close(options.json)


if __name__ == "__main__":
    main()
