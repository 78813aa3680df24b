"""Scenes for the laws of business time: a calendar, instants near its dated parts, durations."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, wraps
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from csmcore.calendars import Calendar, calendar_from_mapping
from csmcore.errors import CalendarExhausted
from tests.oracle.random_calendars import random_document
from tests.oracle.transitions import AWKWARD_ZONES, zone_names, zone_transitions
from tests.tally import TALLY

__all__ = ["Scene", "add_or_none", "law", "same_answers", "scenes"]

AWKWARD_YEARS = {
    "Africa/Monrovia": 1972,
    "America/Sao_Paulo": 2018,
    "Asia/Kathmandu": 1985,
    "Pacific/Apia": 2011,
    "Pacific/Enderbury": 1994,
    "Pacific/Kiritimati": 1994,
    "Pacific/Kwajalein": 1993,
}


class Scene(NamedTuple):
    """A calendar as a document, four instants and two durations of up to two days, exact to the microsecond."""

    document: dict
    instants: tuple[datetime, ...]
    durations: tuple[timedelta, timedelta]

    @property
    def calendar(self) -> Calendar:
        """The calendar; the same object for the same document, since calendars never change."""
        return read_once(json.dumps(self.document))


@lru_cache(maxsize=50)
def read_once(text: str) -> Calendar:
    """The calendar of a document: what one law has compiled, the next one finds."""
    return calendar_from_mapping(json.loads(text))


def add_or_none(calendar: Calendar, t: datetime, duration: timedelta) -> datetime | None:
    """Where the duration ends; None when the calendar has no such time left, which a law says nothing about."""
    try:
        return calendar.add(t, duration)
    except CalendarExhausted:
        return None


@st.composite
def scenes(draw: st.DrawFn, zones: tuple[str, ...] = ()) -> Scene:
    """Any scene; nearly always in years that people ask about, else anywhere from 1970 to 2199."""
    names = (
        st.sampled_from(zones or AWKWARD_ZONES)
        if zones
        else st.one_of(st.sampled_from(AWKWARD_ZONES), st.sampled_from(zone_names()))
    )
    zone, other = draw(names), draw(names)
    usual = st.dates(date(2019, 2, 1), date(2021, 11, 1))
    near = draw(st.dates(date(1970, 2, 1), date(2199, 11, 1)) if draw(st.integers(0, 99)) in {33, 66} else usual)
    document = random_document(draw(st.randoms(use_true_random=False)), (zone, other), near)
    middle = datetime(near.year, near.month, near.day, tzinfo=UTC)
    offsets = st.one_of(
        st.integers(-8 * 1440, 8 * 1440).map(lambda m: timedelta(minutes=m)),
        st.timedeltas(timedelta(days=-8), timedelta(days=8)),
    )
    durations = st.one_of(
        st.integers(0, 2_400).map(lambda m: timedelta(minutes=m)), st.timedeltas(timedelta(0), timedelta(days=2))
    )
    instants = sorted(middle + draw(offsets) for _ in range(4))
    return Scene(document, tuple(instants), (draw(durations), draw(durations)))


def awkward_scene(zone: str) -> Scene:
    """A random calendar of an awkward zone, laid around the change of the clock that the zone is pinned for."""
    year = AWKWARD_YEARS.get(zone, 2021)
    changes = zone_transitions(zone, year, year)
    jump = datetime.fromtimestamp(changes[-1].at, UTC) if changes else datetime(year, 3, 1, tzinfo=UTC)
    rng = Random(zone)
    document = random_document(rng, (zone, "America/New_York"), jump.date())
    steps = sorted(
        timedelta(seconds=rng.randint(-90_000, 90_000), microseconds=rng.choice((-1, 0, 1))) for _ in range(3)
    )
    a, b, c = (jump + step for step in steps)
    return Scene(
        document,
        tuple(sorted((a, b, c, jump))),
        (timedelta(hours=rng.randint(0, 30)), timedelta(seconds=rng.randint(0, 50_000), microseconds=1)),
    )


def on_awkward_scenes(law: Callable[..., None]) -> Callable[..., None]:
    """Try the law on each awkward zone before anything random."""
    for zone in AWKWARD_ZONES:
        law = example(scene=awkward_scene(zone))(law)
    return law


def law(check: Callable[[Scene], None]) -> Callable[..., None]:
    """A law about every scene: tried on the awkward zones first, counted for the run's report."""

    @wraps(check)
    def counted(scene: Scene) -> None:
        check(scene)
        TALLY("laws of business time, examples", 1)

    examples = max(settings().max_examples * 3 // 5, 1)
    return on_awkward_scenes(
        given(scene=scenes())(settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])(counted))
    )


def same_answers(one: Calendar, other: Calendar, scene: Scene) -> None:
    """Hold two calendars to the same answers about a scene: where they open and close, and how much time elapses."""
    a, b = scene.instants[0], scene.instants[3]
    stretches = [[(span.start, span.end, span.is_open) for span in each.spans(a, b)] for each in (one, other)]
    assert stretches[0] == stretches[1]
    assert one.elapsed(a, b) == other.elapsed(a, b)
