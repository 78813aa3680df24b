"""Ten worlds of ten calendars, on grids of minutes: sixty days around a change of some zone's clock.

All calendars of one world share a grid, so that a history may lie under several of them.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from tests.oracle.calendar import WEEKDAYS
from tests.oracle.hours import Hours, around_the_clock
from tests.oracle.random_calendars import random_document
from tests.oracle.transitions import zone_transitions

__all__ = ["DAYS", "OTHER_ZONES", "WORLDS", "World", "world"]

DAYS = 60
CALENDARS = 10
FLOATING = 3
"""The calendars whose hours are those of whoever asks."""
ZONES = (
    *("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca"),
    *("Asia/Kathmandu", "Pacific/Chatham", "Europe/Dublin", "Antarctica/Troll", "America/Havana"),
)
WORLDS = len(ZONES)
OTHER_ZONES = ("UTC", "Pacific/Auckland")
"""What a record may name as its zone, beside the world's own."""


class World(NamedTuple):
    """Calendars as documents by name. Around the clock, too, the dates are those of the world's zone."""

    number: int
    start: datetime
    zone: str
    calendars: dict[str, dict]

    def instant(self, microseconds: int) -> datetime:
        """The instant so many microseconds after the start."""
        return self.start + timedelta(microseconds=microseconds)

    def minute(self, minutes: int) -> datetime:
        """The instant so many minutes after the start."""
        return self.start + timedelta(minutes=minutes)

    def hours(self, name: str | None, zone: str | None = None) -> Hours | None:
        """A calendar's hours (None: around the clock), in a zone, if it has none of its own; None if there is none."""
        if name is not None and name not in self.calendars:
            return None
        is_floating = name is None or self.calendars[name].get("floating", False)
        return hours_in(self.number, name, zone if is_floating and zone in OTHER_ZONES else None)

    def opens(self, name: str | None) -> bytes:
        """For each minute 1 if the calendar of that name is open, else 0."""
        hours = self.hours(name)
        assert hours is not None
        return hours.opens


@lru_cache(maxsize=WORLDS)
def world(number: int) -> World:
    """One of the ten worlds."""
    zone, rng = ZONES[number], Random(number)
    changes = zone_transitions(zone, 2024, 2026)
    middle = datetime.fromtimestamp(rng.choice(changes).at, UTC) if changes else datetime(2024, 3, 1, tzinfo=UTC)
    start = (middle - timedelta(days=10)).replace(hour=0, minute=0)
    usual = (["09:00-17:00"], ["08:00-12:00", "13:00-18:00"], ["22:00-06:00"])
    calendars: dict[str, dict] = {
        f"usual {windows[0]}": {"timezone": zone, "hours": dict.fromkeys(WEEKDAYS[:5], windows)} for windows in usual
    }
    while len(calendars) < CALENDARS:
        calendars[f"random {len(calendars)}"] = random_document(
            rng, (zone, "UTC"), (start + timedelta(days=rng.randint(4, 20))).date()
        )
    endless = [document for document in calendars.values() if "hours" in document and "valid_until" not in document]
    for document in endless[1 : 1 + FLOATING]:
        document["floating"] = True
    return World(number, start, zone, calendars)


@lru_cache(maxsize=WORLDS * (CALENDARS + 1 + len(OTHER_ZONES) * (FLOATING + 1)))
def hours_in(number: int, name: str | None, zone: str | None) -> Hours:
    """The hours of a calendar of a world, in its own zone (None) or another."""
    here = world(number)
    document = around_the_clock(here.zone) if name is None else here.calendars[name]
    return Hours(document, here.start, DAYS * 1440, name, zone)
