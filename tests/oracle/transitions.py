"""Every change of offset of every time zone, found by asking `zoneinfo` day by day."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["AWKWARD_ZONES", "Transition", "transitions", "zone_histories", "zone_names"]

AWKWARD_ZONES = (
    "Africa/Casablanca",  # standard time in summer, "daylight" time below it (negative), and suspended in Ramadan
    "Africa/Monrovia",  # 44 min 30 s behind until 1972: the only offset after 1970 that is not whole minutes
    "America/Havana",  # springs at midnight, falls at 01:00
    "America/New_York",
    "America/Santiago",  # springs at midnight, falls at midnight: 24:00 is 23:00 again
    "America/Sao_Paulo",  # midnight gap until 2018
    "Antarctica/Troll",  # two hours
    "Asia/Beirut",  # midnight gap
    "Asia/Gaza",  # irregular, around Ramadan
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # half an hour
    "Etc/GMT+12",
    "Europe/Dublin",  # negative DST
    "Pacific/Apia",  # no 2011-12-30
    "Pacific/Chatham",  # +12:45, changes at 02:45
    "Pacific/Enderbury",  # no 1994-12-31
    "Pacific/Kiritimati",  # no 1994-12-31
    "Pacific/Kwajalein",  # no 1993-08-21
    "UTC",
)


class Transition(NamedTuple):
    """At ``at`` (UTC seconds) local clocks go from ``before`` to ``after`` seconds ahead of UTC."""

    at: int
    before: int
    after: int


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Every key of the installed database."""
    return tuple(sorted(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()))


def zone_histories() -> list[str]:
    """One name for each different file of the database: links share their target's."""
    folder = resources.files("tzdata").joinpath("zoneinfo")
    return sorted({folder.joinpath(*name.split("/")).read_bytes(): name for name in reversed(zone_names())}.values())


def transitions(first_year: int, last_year: int) -> dict[str, list[Transition]]:
    """Each different transition of those years once, under the first zone that has it."""
    found: dict[Transition, str] = {}
    for zone in zone_histories():
        for transition in zone_transitions(zone, first_year, last_year):
            found.setdefault(transition, zone)
    by_zone: dict[str, list[Transition]] = {}
    for transition, zone in sorted(found.items()):
        by_zone.setdefault(zone, []).append(transition)
    return by_zone


def zone_transitions(zone: str, first_year: int, last_year: int) -> list[Transition]:
    """The changes of one zone's offset, to the second."""
    clock = ZoneInfo(zone)

    def offset(seconds: int) -> int:
        difference = datetime.fromtimestamp(seconds, clock).utcoffset() or timedelta(0)
        return difference.days * 86_400 + difference.seconds

    start, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first_year, last_year + 1))
    found, known = [], offset(start)
    for day in range(start, end, 86_400):
        after = offset(day + 86_400)
        if after != known:
            low, high = day, day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == known else (low, middle)
            found.append(Transition(high, known, after))
            known = after
    return found
