"""Business days: N working dates on, at the same local time or the close. 2026-03-02 is a Monday."""

import time
from contextlib import suppress
from datetime import UTC
from datetime import time as clock
from typing import Any, Literal

import pytest

from csmcore.calendars import BusinessCalendar
from csmcore.errors import CalendarExhausted, InvalidValue, OutOfRange
from tests.unit.calendars.offices import at, calendar, every_day, office


@pytest.mark.parametrize(
    ("start", "days", "same_time", "close"),
    [
        ("2026-03-02T10:00", 0, "2026-03-02T10:00", "2026-03-02T17:00"),
        ("2026-03-02T10:00", 1, "2026-03-03T10:00", "2026-03-03T17:00"),
        ("2026-03-06T10:00", 1, "2026-03-09T10:00", "2026-03-09T17:00"),  # over a weekend
        ("2026-03-07T10:00", 0, "2026-03-09T10:00", "2026-03-09T17:00"),  # from a Saturday: day 0 is Monday
        ("2026-03-07T10:00", 1, "2026-03-10T10:00", "2026-03-10T17:00"),
        ("2026-03-02T06:00", 1, "2026-03-03T09:00", "2026-03-03T17:00"),  # before the opening: moved to it
        ("2026-03-02T20:00", 1, "2026-03-03T17:00", "2026-03-03T17:00"),  # after the close: moved to it
        ("2026-03-02T10:00", 5, "2026-03-09T10:00", "2026-03-09T17:00"),
        ("2026-03-02T10:00", -1, "2026-02-27T10:00", "2026-02-27T17:00"),
        ("2026-03-08T10:00", -1, "2026-03-05T10:00", "2026-03-05T17:00"),  # back from a Sunday: day 0 is Friday
        ("2026-03-02T10:00:00.000001", 2, "2026-03-04T10:00:00.000001", "2026-03-04T17:00"),
    ],
)
def test_business_days_count_working_dates(start: str, days: int, same_time: str, close: str) -> None:
    """Day 0 is the first working date on or after the start's; the same time is moved into that day's hours."""
    assert office().add_days(at(start), days) == at(same_time)
    assert office().add_days(at(start), days, at="close") == at(close)


@pytest.mark.parametrize(
    ("days", "end", "expected"),
    [
        (0, clock(16), "2026-03-02T16:00"),
        (0, clock(9), "2026-03-02T09:00"),  # before the start: a due date may be
        (1, clock(12, 30), "2026-03-03T12:30"),
        (1, clock(0), "2026-03-03T09:00"),  # before the opening: moved to it
        (1, clock(8, 59, 59, 999_999), "2026-03-03T09:00"),
        (1, clock(17), "2026-03-03T17:00"),
        (1, clock(17, 0, 0, 1), "2026-03-03T17:00"),  # after the close: moved to it
        (1, clock(23, 59), "2026-03-03T17:00"),
        (5, clock(10, 15, 30, 7), "2026-03-09T10:15:30.000007"),
        (-1, clock(16), "2026-02-27T16:00"),
        (1, clock(12, tzinfo=UTC), "2026-03-03T12:00"),
    ],
)
def test_a_business_day_may_end_at_a_time(days: int, end: clock, expected: str) -> None:
    """A local time of that day, moved into its hours."""
    assert office().add_days(at("2026-03-02T10:00"), days, at=end) == at(expected)


def test_a_time_is_read_on_the_calendar_s_own_clock() -> None:
    """16:00 in Berlin, in winter and in summer; the time's own zone, if it has one, says nothing."""
    berlin = office("Europe/Berlin")
    for end in (clock(16), clock(16, tzinfo=UTC)):
        assert berlin.add_days(at("2026-03-26T10:00+01:00"), 1, at=end) == at("2026-03-27T16:00+01:00")
        assert berlin.add_days(at("2026-03-27T10:00+01:00"), 1, at=end) == at("2026-03-30T16:00+02:00")


def test_a_time_that_is_skipped_or_repeated_that_day() -> None:
    """02:30 on Berlin's spring day is 03:30; on its autumn day it is the first of the two."""
    berlin = every_day("Europe/Berlin", "00:00-24:00")
    assert berlin.add_days(at("2026-03-28T12:00+01:00"), 1, at=clock(2, 30)) == at("2026-03-29T03:30+02:00")
    assert berlin.add_days(at("2026-10-24T12:00+02:00"), 1, at=clock(2, 30)) == at("2026-10-25T02:30+02:00")


def test_a_time_between_two_shifts_stays() -> None:
    """Only what lies outside the day's first opening and last close is moved, also of a night shift's."""
    split = every_day("UTC", "08:00-12:00", "13:00-18:00")
    assert split.add_days(at("2026-03-02T09:00"), 1, at=clock(12, 30)) == at("2026-03-03T12:30")
    nights = every_day("UTC", "22:00-06:00")
    assert nights.add_days(at("2026-03-02T12:00"), 1, at=clock(5)) == at("2026-03-03T22:00")
    assert nights.add_days(at("2026-03-02T12:00"), 1, at=clock(23)) == at("2026-03-03T23:00")


@pytest.mark.parametrize("end", ["open", "", "16:00", "Close", None, 16, 16.5])
def test_what_is_no_end_of_a_day_is_refused(end: Any) -> None:
    """One of two words, or a time; a text is none."""
    with pytest.raises(InvalidValue) as caught:
        office().add_days(at("2026-03-02T10:00"), 1, at=end)
    assert caught.value.path == "at"


def test_holidays_and_closed_days_do_not_count() -> None:
    """Two business days from Thursday the 24th are Tuesday the 29th, with Christmas off; an open Saturday counts."""
    assert office(holidays=["2026-12-25"]).add_days(at("2026-12-24T10:00"), 2) == at("2026-12-29T10:00")
    open_saturday = office(exceptions={"2026-12-26": ["10:00-12:00"], "2026-12-25": []})
    assert open_saturday.add_days(at("2026-12-24T15:00"), 1) == at("2026-12-26T12:00")


def test_the_date_is_the_calendar_s_own() -> None:
    """22:00 UTC on Monday is already Tuesday in Tokyo: one business day later is Wednesday at that time."""
    tokyo = every_day("Asia/Tokyo", "00:00-24:00")
    assert tokyo.add_days(at("2026-03-02T22:00"), 1) == at("2026-03-04T07:00+09:00")


def test_the_same_local_time_keeps_its_reading_over_a_change_of_the_clock() -> None:
    """10:00 on the Friday before Berlin's change is 10:00 on the Monday after, an hour less in UTC."""
    assert office("Europe/Berlin").add_days(at("2026-03-27T10:00+01:00"), 1) == at("2026-03-30T10:00+02:00")


def test_a_time_that_does_not_exist_that_day_moves_on() -> None:
    """02:30 on Berlin's spring day is moved forward over the gap, to 03:30."""
    assert every_day("Europe/Berlin", "00:00-24:00").add_days(at("2026-03-28T02:30+01:00"), 1) == at(
        "2026-03-29T03:30+02:00"
    )


def test_a_night_is_a_day_of_its_own_date() -> None:
    """The close of Friday's business day is Saturday 06:00; early Saturday still belongs to Saturday's date."""
    nights = calendar("UTC", {"fri": ["22:00-06:00"], "mon": ["22:00-06:00"]})
    assert nights.add_days(at("2026-03-06T23:00"), 0, at="close") == at("2026-03-07T06:00")
    assert nights.add_days(at("2026-03-06T23:00"), 1) == at("2026-03-09T23:00")
    assert nights.add_days(at("2026-03-07T05:00"), 0) == at("2026-03-09T22:00")


def test_a_day_of_two_shifts_closes_with_the_second() -> None:
    """The close is the last one of the day; a time between the shifts stays where it is."""
    split = every_day("UTC", "08:00-12:00", "13:00-18:00")
    assert split.add_days(at("2026-03-02T09:00"), 1, at="close") == at("2026-03-03T18:00")
    assert split.add_days(at("2026-03-02T12:30"), 1) == at("2026-03-03T12:30")


def test_a_day_that_never_was_does_not_count() -> None:
    """In Apia the business day after Thursday 2011-12-29 is Monday 2012-01-02: Friday the 30th was left out."""
    assert office("Pacific/Apia").add_days(at("2011-12-29T10:00-10:00"), 1) == at("2012-01-02T10:00+14:00")


def test_the_days_of_a_combination_are_those_of_its_first_zone() -> None:
    """The union of Berlin's and New York's offices works on Berlin's dates, until New York closes at 17:00 there."""
    both = office("Europe/Berlin").union(office("America/New_York"))
    assert both.add_days(at("2026-03-02T10:00+01:00"), 1, at="close") == at("2026-03-03T17:00-05:00")  # 23:00 in Berlin
    assert both.add_days(at("2026-03-02T10:00+01:00"), 1) == at("2026-03-03T10:00+01:00")
    assert both.minus(office("Europe/Berlin")).add_days(at("2026-03-07T10:00+01:00"), 0) == at("2026-03-09T17:00+01:00")


def test_a_combination_that_is_open_at_midnight_ends_its_day_there() -> None:
    """24/7 in pieces: a day's hours of a union run from midnight to midnight."""
    halves = every_day("UTC", "00:00-12:00").union(every_day("UTC", "12:00-24:00"))
    assert halves.add_days(at("2026-03-02T10:00"), 1, at="close") == at("2026-03-04T00:00")


def test_business_days_end_with_the_calendar() -> None:
    """Beyond its validity, and beyond 100 years of days, there are no more."""
    year = office(valid_from="2026-01-01", valid_until="2026-12-31")
    assert year.add_days(at("2026-12-30T10:00"), 1) == at("2026-12-31T10:00")
    with pytest.raises(CalendarExhausted):
        year.add_days(at("2026-12-31T10:00"), 1)
    with pytest.raises(CalendarExhausted):
        year.add_days(at("2026-01-01T10:00"), -1)
    for days in (36_526, -36_526, 10**30):
        with pytest.raises(OutOfRange):
            office().add_days(at("2026-01-01T10:00"), days)


def test_business_days_begin_with_1970_also_west_of_greenwich() -> None:
    """In New York 03:00 UTC on 1970-01-01 is still 1969: day 0 is the Thursday that follows, closed at 17:00 there."""
    assert office("America/New_York").add_days(at("1970-01-01T03:00"), 0) == at("1970-01-01T17:00-05:00")


@pytest.mark.parametrize("end", ["close", "same_time"])
def test_no_business_day_ends_after_2199(end: Literal["close", "same_time"]) -> None:
    """New York's last night opens at 03:00 UTC on 2200-01-01: it is no answer, for its close or its opening."""
    nights = every_day("America/New_York", "22:00-06:00")
    with pytest.raises(CalendarExhausted):
        nights.add_days(at("2199-12-31T12:00-05:00"), 0, at=end)


def test_business_days_are_found_soon_however_far_they_are() -> None:
    """The farthest searches, one open day a week for a hundred years or none at all, end within two seconds."""
    weekly, never = calendar("UTC", {"mon": ["09:00-10:00"]}), calendar("UTC", {})
    for each, days in ((weekly, 36_525), (weekly, -36_525), (never, 1), (BusinessCalendar.always(), 36_525)):
        begun = time.process_time()
        with suppress(CalendarExhausted):
            each.add_days(at("2026-03-02T09:00"), days)
        assert time.process_time() - begun < 2
