"""Random calendars in every time zone beside the oracle: the comparison itself, for the gate and the campaign."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from random import Random

from csmcore.calendars import calendar_from_mapping
from tests.differential.compare import Comparison, interesting_instants, utc
from tests.oracle.calendar import Grid
from tests.oracle.random_calendars import random_document
from tests.oracle.transitions import zone_transitions

__all__ = ["compare_random"]

DAYS = 5
PAIRS = 15
POINTS = 5


def compare_random(zone: str, zones: tuple[str, ...], seed: str) -> Comparison:
    """Compare one random calendar of the zone over five days, half the time around a change of its clock."""
    rng = Random(f"{seed} {zone}")
    start = random_start(rng, zone)
    document = random_document(rng, (zone, rng.choice(zones)), (start + timedelta(days=2)).date())
    step = 30 if "Africa/Monrovia" in str(document) and start.year < 1973 else 60
    result, grid, calendar = (
        Comparison(),
        Grid(document, start, DAYS * 86_400 // step, step),
        calendar_from_mapping(document),
    )
    instants = list(islice(interesting_instants(rng, grid), PAIRS + 1))
    for a, b in pairwise(instants):
        result.pair(calendar, grid, a, b, timedelta(microseconds=rng.choice((0, 0, 1))))
    for t in instants[:POINTS]:
        result.point(calendar, grid, t)
    result.whole(calendar, grid)
    result.mismatches = [f"seed {seed}, {zone}: {line}; {document}" for line in result.mismatches]
    return result


def random_start(rng: Random, zone: str) -> datetime:
    """The whole minute at which a walk begins."""
    year = rng.randint(2016, 2026) if rng.random() < 0.94 else rng.randint(1970, 2199)
    changes = zone_transitions(zone, year, year) if rng.random() < 0.6 else []
    first, last = datetime(1970, 1, 2, tzinfo=UTC), datetime(2199, 12, 31 - DAYS, tzinfo=UTC)
    middle = (
        utc(rng.choice(changes).at)
        if changes
        else datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=365) * rng.random()
    )
    start = min(max(middle - timedelta(days=DAYS / 2), first), last)
    return start.replace(second=0, microsecond=0)
