"""Time zones: those of the tzdata package, and a typed error for everything else."""

import subprocess
import sys
import time
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
import tzdata

from csmcore.calendars import BusinessCalendar, calendar_from_mapping, time_zone_database
from csmcore.calendars.zones import Zone, load_zone
from csmcore.errors import InvalidValue, TimeZoneDataMissing, UnknownTimeZone
from tests.oracle.transitions import zone_names
from tests.unit.calendars.offices import HOUR, at, calendar, every_day

UNKNOWN = [
    "",
    " ",
    "America",
    "America/",
    "/America/New_York",
    "Europe/berlin",
    "europe/Berlin",
    "utc",
    "Mars/Olympus_Mons",
    "../etc/passwd",
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "/etc/localtime",
    "Europe/../Europe/Berlin",
    "./UTC",
    "Europe\\Berlin",
    "Europe/Berlin\x00",
    "\x00",
    "Europe/Berlin\n",
    " Europe/Berlin",
    "Europe/Berlin ",
    "Europe//Berlin",
    "x" * 5000,
    "Europe/" * 1000 + "Berlin",
    "a/" * 50 + "b",
    "Ëurope/Berlin",
    "\ud800",
    "+01:00",
    "UTC+1",
    "zone.tab",
    "tzdata.zi",
    "leapseconds",
    "__init__",
    "__init__.py",
    "__pycache__",
    "posixrules",
    "nan",
]


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_no_zone_is_refused(name: str) -> None:
    """A name that the database does not have, in whatever way, is refused in a short sentence, at its place."""
    begun = time.process_time()
    with pytest.raises(UnknownTimeZone) as caught:
        BusinessCalendar.from_mapping({"timezone": name, "hours": {}})
    assert caught.value.path == "$.timezone"
    assert len(str(caught.value)) < 300
    assert time.process_time() - begun < 2
    with pytest.raises(UnknownTimeZone):
        BusinessCalendar.always(name)


@pytest.mark.parametrize("value", [None, 1, True, 1.5, [], ["UTC"], {}, {"key": "UTC"}, ZoneInfo("UTC"), b"UTC"])
def test_a_zone_is_text(value: object) -> None:
    """Another type than text is refused at its place."""
    with pytest.raises(InvalidValue) as caught:
        calendar_from_mapping({"timezone": value, "hours": {}})
    assert caught.value.path == "$.timezone"
    if value.__hash__ is not None:
        with pytest.raises(InvalidValue):
            BusinessCalendar.always(value)  # type: ignore[arg-type]


def test_every_zone_of_the_database_loads() -> None:
    """Each name that the database lists makes a calendar, and is kept as it was written."""
    for name in zone_names():
        assert BusinessCalendar.always(name).to_mapping()["timezone"] == name


def test_a_zone_is_loaded_once() -> None:
    """Asking twice gives the same object."""
    assert load_zone("Europe/Berlin") is load_zone("Europe/Berlin")


def test_the_database_s_release_can_be_named() -> None:
    """Results can say which release of the database they were computed with."""
    assert time_zone_database() == tzdata.IANA_VERSION


def test_without_the_database_there_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the tzdata package is missing the error says what to install."""
    monkeypatch.setitem(sys.modules, "tzdata", None)
    with pytest.raises(TimeZoneDataMissing, match="tzdata"):
        time_zone_database()
    with pytest.raises(TimeZoneDataMissing):
        load_zone.__wrapped__("Europe/Berlin")  # past the cache of zones that were loaded before


def test_the_machine_s_own_database_is_not_read() -> None:
    """With PYTHONTZPATH set to nothing the answers are the same: zones come from the package alone."""
    program = (
        "from csmcore.calendars import BusinessCalendar; from datetime import datetime, timedelta, UTC; import sys;"
        "c = BusinessCalendar.from_mapping({'timezone': 'America/New_York', 'hours': {'mon': ['09:00-17:00']}});"
        "sys.stdout.write(c.next_open(datetime(2026, 3, 2, tzinfo=UTC)).isoformat())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONTZPATH": path, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for path, zone in (("", "UTC"), ("/usr/share/zoneinfo", "Asia/Tokyo"), ("/nowhere", "Pacific/Apia"))
    }
    assert answers == {"2026-03-02T14:00:00+00:00"}


@pytest.mark.parametrize(
    ("zone", "jump", "length"),
    [
        ("Australia/Lord_Howe", "2026-10-03T15:30", 23.5),  # half an hour forward at 02:00
        ("Antarctica/Troll", "2026-03-29T01:00", 22),  # two hours forward at 01:00
        ("Asia/Kathmandu", "1985-12-31T18:30", 23.75),  # from +05:30 to +05:45 at midnight
        ("Africa/Casablanca", "2026-02-15T02:00", 25),  # back for Ramadan
        ("America/Havana", "2026-03-08T05:00", 23),  # midnight to 01:00
        ("Pacific/Chatham", "2026-09-26T14:00", 23),  # at 02:45
        ("Africa/Monrovia", "1972-01-07T00:44:30", 23 + 15.5 / 60),  # 44 min 30 s forward at midnight
        ("Europe/Dublin", "2026-10-25T01:00", 25),
    ],
)
def test_a_whole_day_over_a_change_lasts_its_real_time(zone: str, jump: str, length: float) -> None:
    """From local midnight to local midnight around the change, a window of the whole day lasts so many hours."""
    change = at(jump)
    local = change.astimezone(ZoneInfo(zone)).date()
    desk = calendar(zone, {}, exceptions={local.isoformat(): ["00:00-24:00"]})
    assert desk.elapsed(change - 36 * HOUR, change + 36 * HOUR) == length * HOUR


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Apia", "2011-12-30"),
        ("Pacific/Kwajalein", "1993-08-21"),
        ("Pacific/Kiritimati", "1994-12-31"),
        ("Pacific/Enderbury", "1994-12-31"),
    ],
)
def test_zones_know_the_dates_they_left_out(zone: str, day: str) -> None:
    """No time elapses on a date that was skipped at the date line, and its night has no tail."""
    gone = date.fromisoformat(day)
    desk = calendar(
        zone, {}, exceptions={day: ["00:00-24:00"], gone.replace(day=gone.day - 1).isoformat(): ["12:00-13:00"]}
    )
    assert desk.elapsed(at(f"{day}T00:00") - 72 * HOUR, at(f"{day}T00:00") + 72 * HOUR) == HOUR
    assert not any(
        span.is_open
        for span in calendar(zone, {}, exceptions={day: ["22:00-06:00"]}).spans(
            at(f"{day}T00:00") - 72 * HOUR, at(f"{day}T00:00") + 72 * HOUR
        )
    )


def test_aliases_answer_alike() -> None:
    """Two names of one zone give calendars that differ in name only."""
    one, other = every_day("Europe/Kyiv", "09:00-17:00"), every_day("Europe/Kiev", "09:00-17:00")
    assert one.add(at("2026-03-28T12:00"), 20 * HOUR) == other.add(at("2026-03-28T12:00"), 20 * HOUR)
    assert one != other


class NewYear(tzinfo):
    """A zone whose clocks go an hour forward with the UTC year 2026."""

    def utcoffset(self, local: datetime | None) -> timedelta:
        """An hour from 2026 on."""
        return HOUR if local is not None and local.year >= 2026 else timedelta(0)

    def fromutc(self, utc: datetime) -> datetime:
        """The reading at an instant."""
        return utc + self.utcoffset(utc)

    def dst(self, _: datetime | None) -> timedelta:
        """No daylight saving."""
        return timedelta(0)

    def tzname(self, _: datetime | None) -> str:
        """Its name."""
        return "Test/New_Year"


def test_a_change_at_the_turn_of_the_year_is_found() -> None:
    """A change that falls on the edge of two years ends one stretch and begins the next, without an empty one."""
    turn, year = int(at("2026-01-01T00:00").timestamp()), 365 * 86_400
    found = Zone("Test/New_Year", NewYear()).stretches(2025, 2026)
    assert found == [(turn - year, turn, 0), (turn, turn + year, 3600)]
