"""Readings of a clock as instants: skipped ones, repeated ones, and those that are refused."""

import pickle
from datetime import datetime

import pytest

from csmcore.calendars import WallClock
from csmcore.errors import InvalidValue, NaiveDatetime, OutOfRange, UnknownTimeZone
from tests.unit.calendars.offices import HOUR, at

SKIPPED = datetime(2026, 3, 29, 2, 30)  # in Berlin, where 02:00 to 03:00 is missing
TWICE = datetime(2026, 10, 25, 2, 30)  # in Berlin, where 02:00 to 03:00 comes twice


def test_a_reading_is_an_instant() -> None:
    """09:00 in Berlin is 08:00 UTC in winter and 07:00 in summer, to the microsecond."""
    berlin = WallClock("Europe/Berlin")
    for month, hour in ((1, 8), (7, 7)):
        reading = datetime(2026, month, 5, 9, 0, 0, 1)
        assert berlin.instant(reading) == at(f"2026-0{month}-05T0{hour}:00:00.000001")


def test_a_skipped_reading_is_later_or_refused() -> None:
    """02:30 means 03:30 on the spring day; a stricter clock says that it never was."""
    assert WallClock("Europe/Berlin").instant(SKIPPED) == at("2026-03-29T03:30+02:00")
    with pytest.raises(InvalidValue, match="skipped"):
        WallClock("Europe/Berlin", gap="refuse").instant(SKIPPED)
    assert WallClock("Europe/Berlin", gap="refuse").instant(TWICE) == at("2026-10-25T02:30+02:00")


def test_a_repeated_reading_is_the_first_or_the_second_or_refused() -> None:
    """02:30 on the autumn day is 00:30 UTC or 01:30 UTC, whatever fold the reading itself carries."""
    for reading in (TWICE, TWICE.replace(fold=1)):
        assert WallClock("Europe/Berlin", fold="first").instant(reading) == at("2026-10-25T00:30")
        assert WallClock("Europe/Berlin", fold="second").instant(reading) == at("2026-10-25T01:30")
    with pytest.raises(InvalidValue, match="twice"):
        WallClock("Europe/Berlin", fold="refuse").instant(TWICE)
    assert WallClock("Europe/Berlin", fold="refuse").instant(SKIPPED) == at("2026-03-29T01:30")


def test_a_date_that_never_was_is_a_day_later() -> None:
    """Noon of Apia's 2011-12-30 means noon of the 31st."""
    assert WallClock("Pacific/Apia").instant(datetime(2011, 12, 30, 12)) == at("2011-12-31T12:00+14:00")


def test_a_zone_without_changes_has_no_doubt() -> None:
    """Where clocks never change each reading is one instant."""
    strict = WallClock("Asia/Kathmandu", gap="refuse", fold="refuse")
    assert strict.instant(datetime(2026, 3, 29, 2, 30)) == at("2026-03-29T02:30") - 5.75 * HOUR


@pytest.mark.parametrize(
    "reading", [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59), datetime(1969, 12, 31), datetime(2200, 1, 2)]
)
def test_a_reading_outside_1970_to_2199_is_refused(reading: datetime) -> None:
    """The years that calendars know bound readings too, also at the ends of what a datetime can hold."""
    for zone in ("UTC", "Pacific/Kiritimati", "America/New_York"):
        with pytest.raises(OutOfRange):
            WallClock(zone).instant(reading)


def test_a_clock_reads_an_instant() -> None:
    """Its reading carries the offset of the day; an instant without one, or out of range, is refused."""
    assert WallClock("Europe/Berlin").reading(at("2026-07-05T07:00")).isoformat() == "2026-07-05T09:00:00+02:00"
    with pytest.raises(NaiveDatetime):
        WallClock("UTC").reading(SKIPPED)
    with pytest.raises(OutOfRange):
        WallClock("UTC").reading(at("2200-01-01T00:00"))


def test_a_clock_of_no_zone_is_none() -> None:
    """An unknown zone is refused when the clock is made."""
    with pytest.raises(UnknownTimeZone):
        WallClock("Mars/Olympus_Mons")


def test_a_clock_crosses_processes() -> None:
    """A pickled clock is the same clock: zones are found again where it arrives."""
    clock = WallClock("Europe/Berlin", gap="refuse", fold="second")
    copy = pickle.loads(pickle.dumps(clock))  # noqa: S301 - our own bytes
    assert copy == clock
    assert copy.instant(TWICE) == clock.instant(TWICE)
