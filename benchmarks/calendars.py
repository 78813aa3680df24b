"""Measure csmcore's business time: `python benchmarks/calendars.py [--quick] [--json FILE]`.

It prints ratios beside their goals, and asserts nothing about seconds, which depend on the machine.
"""

from comparisons import against_rivals, against_the_probe, wrong_answers
from engines import Effort
from footprint import compiling, every_method, flat_in_age, flat_in_span, importing
from report import measure_parts

__all__ = ["PARTS"]

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


if __name__ == "__main__":
    measure_parts("Measure csmcore's business time against a bare probe and its rivals.", PARTS, Effort(), QUICK)
