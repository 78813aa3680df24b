"""Every change of the clock under every shape of schedule: the comparison itself, for the gate and the campaign."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from random import Random

from csmcore.calendars import BusinessCalendar
from tests.differential.compare import Comparison, interesting_instants, utc
from tests.oracle.calendar import Grid
from tests.oracle.shapes import shapes
from tests.oracle.transitions import Transition

__all__ = ["PAIRS", "compare_zone"]

PAIRS = 60  # of start and target, for each transition and shape
AROUND = 36 * 3600  # seconds on either side of the transition


def compare_zone(zone: str, transitions: Sequence[Transition], documents: dict[str, dict] | None = None) -> Comparison:
    """Compare all shapes around some transitions of a zone; ``documents`` gives the engine other calendars."""
    result = Comparison()
    by_shape = shapes(zone, transitions)
    engines = {name: BusinessCalendar.from_mapping((documents or by_shape)[name]) for name in by_shape}
    for transition in transitions:
        step = 30 if transition.before % 60 or transition.after % 60 else 60
        for number, (name, document) in enumerate(by_shape.items()):
            grid = Grid(document, utc(transition.at // step * step - AROUND), 2 * AROUND // step, step)
            rng = Random(transition.at + number)
            known = len(result.mismatches)
            compare_cell(result, engines[name], grid, transition, rng)
            result.mismatches[known:] = [f"{zone}, {name}: {line}" for line in result.mismatches[known:]]
    return result


def compare_cell(
    result: Comparison, calendar: BusinessCalendar, grid: Grid, transition: Transition, rng: Random
) -> None:
    """Compare one shape around one transition."""
    jump = utc(transition.at)
    instants = interesting_instants(
        rng, grid, jump, jump, jump + timedelta(seconds=transition.before - transition.after)
    )
    starts, ends = list(islice(instants, PAIRS)), list(islice(instants, PAIRS))
    if not grid.total[-1]:
        for a, b in zip(starts, ends, strict=True):
            result.exhausted(calendar, a, b)
        return
    for a, b in zip(starts, ends, strict=True):
        result.pair(calendar, grid, a, b, timedelta(microseconds=rng.choice((0, 0, 1))))
    for t in starts[:5]:
        result.point(calendar, grid, t)
    result.whole(calendar, grid)
