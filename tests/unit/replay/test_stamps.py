"""Date and time as tables spell them, and clocks on a wall."""

from datetime import UTC, datetime

import pytest

from csmcore.calendars import FoldRule, GapRule, WallClock
from csmcore.errors import InvalidValue, UnknownTimeZone
from csmcore.model import TimeColumn
from csmcore.wire.stamps import instant_reader

BERLIN = "Europe/Berlin"


def read(cell: str, spelled: str = "iso", timezone: str | None = BERLIN) -> datetime:
    """The instant of a cell."""
    return instant_reader(TimeColumn(column="at", format=spelled, timezone=timezone))(cell)


@pytest.mark.parametrize(
    ("cell", "spelled", "expected"),
    [
        ("2026-03-02T09:00:00Z", "iso", (2026, 3, 2, 9)),
        ("2026-03-02 09:00", "iso", (2026, 3, 2, 8)),
        ("2026-07-02 09:00", "iso", (2026, 7, 2, 7)),
        ("2/3/2026 09:05", "%d/%m/%Y %H:%M", (2026, 3, 2, 8, 5)),
        ("2026/03/02 09:00:01.25", "%Y/%m/%d %H:%M:%S.%f", (2026, 3, 2, 8, 0, 1, 250_000)),
        ("02 mar 2026 12:30 am", "%d %b %Y %I:%M %p", (2026, 3, 1, 23, 30)),
        ("02-MAR-2026 12:30 PM", "%d-%b-%Y %I:%M %p", (2026, 3, 2, 11, 30)),
        ("2026-03-02 09:00 +0530", "%Y-%m-%d %H:%M %z", (2026, 3, 2, 3, 30)),
        ("2026-03-02 09:00z", "%Y-%m-%d %H:%M%z", (2026, 3, 2, 9)),
        ("100% 02.03.2026", "100%% %d.%m.%Y", (2026, 3, 1, 23)),
        ("2026-03-02 09:00:00+00:00", "%Y-%m-%d %H:%M:%S+00:00", (2026, 3, 2, 8)),
    ],
)
def test_a_cell_is_read_as_its_format_spells_it(cell: str, spelled: str, expected: tuple[int, ...]) -> None:
    """The instant is that of the zone's clock, or of the cell's own offset where it has one."""
    assert read(cell, spelled) == datetime(*expected, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("cell", "spelled"),
    [
        ("", "iso"),
        ("soon", "iso"),
        ("31.02.2026 09:00", "%d.%m.%Y %H:%M"),
        ("1.0.2026 09:00", "%d.%m.%Y %H:%M"),
        ("1.1.2026 24:00", "%d.%m.%Y %H:%M"),
        ("1.1.2026 9:00 extra", "%d.%m.%Y %H:%M"),
        ("1.1.2026 13:00 PM", "%d.%m.%Y %I:%M %p"),
        ("\N{ARABIC-INDIC DIGIT ONE}.1.2026", "%d.%m.%Y"),
        ("1.1.0026", "%d.%m.%Y"),
        ("9999-12-31T23:59+00:00", "iso"),
        ("0001-01-01T00:00", "iso"),
        ("1.1.2026 +9999", "%d.%m.%Y %z"),
    ],
)
def test_a_cell_that_is_no_date_and_time_is_refused(cell: str, spelled: str) -> None:
    """It is an InvalidValue, whatever the cell holds."""
    with pytest.raises(InvalidValue):
        read(cell, spelled)


def test_a_cell_without_an_offset_needs_a_zone() -> None:
    """Nothing is assumed: the cell is refused, and so is a format that can have no offset."""
    with pytest.raises(InvalidValue, match=r"no offset.*set `timezone`"):
        read("2026-03-02 09:00", timezone=None)
    with pytest.raises(InvalidValue, match=r"\$\.at\.timezone"):
        read("02.03.2026", "%d.%m.%Y", timezone=None)
    assert read("2026-03-02 09:00 +0100", "%Y-%m-%d %H:%M %z", timezone=None).hour == 8


@pytest.mark.parametrize(
    ("spelled", "problem"),
    [
        ("%Y-%m", "does not spell a date"),
        ("%Y-%m-%d %b", "does not spell a date"),
        ("%Y-%m-%d %I:%M", "time of day"),
        ("%Y-%m-%d %p", "time of day"),
        ("%Y-%m-%d %H %I %p", "time of day"),
        ("%Y-%m-%d %A", "'%A' is no part"),
        ("%Y-%m-%d %", "'%' is no part"),
        ("%Y-%m-%d %Y", "twice"),
    ],
)
def test_a_format_that_spells_no_date_is_refused(spelled: str, problem: str) -> None:
    """A format says one date, and one time of day at most; nothing in it depends on the machine."""
    with pytest.raises(InvalidValue, match=problem):
        instant_reader(TimeColumn(column="at", format=spelled, timezone=BERLIN))


@pytest.mark.parametrize(
    ("gap", "fold", "hour", "expected"),
    [
        ("later", "first", datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("later", "first", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("later", "second", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("refuse", "refuse", datetime(2026, 10, 25, 3, 30), datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_reading_that_is_skipped_or_comes_twice(
    gap: GapRule, fold: FoldRule, hour: datetime, expected: datetime
) -> None:
    """It is the instant that the rules say."""
    assert WallClock(BERLIN, gap, fold).instant(hour) == expected


@pytest.mark.parametrize("hour", [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)])
def test_a_reading_can_be_refused_for_being_no_single_instant(hour: datetime) -> None:
    """Where the rules say so."""
    with pytest.raises(InvalidValue, match="Berlin"):
        WallClock(BERLIN, "refuse", "refuse").instant(hour)


def test_a_clock_needs_a_zone() -> None:
    """A zone that there is not is refused."""
    with pytest.raises(UnknownTimeZone):
        WallClock("Europe/Atlantis")
