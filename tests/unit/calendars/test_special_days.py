"""Holidays, exceptions, validity and the two holiday rules. 2026-12-25 is a Friday."""

from datetime import date, timedelta

import pytest

from csmcore.calendars import BusinessCalendar, Holiday, Recurrence, WeeklyHours, Window
from csmcore.errors import InvalidValue
from tests.unit.calendars.offices import DAY, HOUR, at, every_day, office

NIGHT = "22:00-06:00"
CHRISTMAS_WEEK = (at("2026-12-24T12:00"), at("2026-12-27T12:00"))


def test_a_holiday_closes_its_date() -> None:
    """Work that would end on Christmas ends on the Monday after: Thursday 16:00 and two hours is Monday 10:00."""
    closed = office(holidays=["2026-12-25"])
    assert closed.add(at("2026-12-24T16:00"), 2 * HOUR) == at("2026-12-28T10:00")
    assert office().add(at("2026-12-24T16:00"), 2 * HOUR) == at("2026-12-25T10:00")


def test_a_holiday_is_a_local_date() -> None:
    """In Auckland 25 December begins at 11:00 UTC on the 24th."""
    auckland = office("Pacific/Auckland", holidays=["2026-12-25"])
    assert not auckland.is_open(at("2026-12-25T10:00+13:00"))
    assert auckland.is_open(at("2026-12-24T16:00+13:00"))


def test_under_shift_a_holiday_takes_the_night_that_starts_on_it() -> None:
    """The night of the 24th runs on into Christmas; that of the 25th is gone with its tail: 8 + 8 hours stay."""
    nights = every_day("UTC", NIGHT, holidays=["2026-12-25"])
    assert nights.is_open(at("2026-12-25T05:00"))
    assert not nights.is_open(at("2026-12-25T23:00"))
    assert not nights.is_open(at("2026-12-26T05:00"))
    assert nights.elapsed(*CHRISTMAS_WEEK) == 16 * HOUR  # from the 24th to the 25th, from the 26th to the 27th


def test_under_day_a_holiday_takes_its_date_from_midnight_to_midnight() -> None:
    """The 24th's night is cut at midnight, that of the 25th is open from midnight on: 2 + 6 + 8 hours stay."""
    nights = every_day("UTC", NIGHT, holidays=["2026-12-25"], holiday_rule="day")
    assert not nights.is_open(at("2026-12-25T05:00"))
    assert not nights.is_open(at("2026-12-25T23:00"))
    assert nights.is_open(at("2026-12-26T05:00"))
    assert nights.elapsed(*CHRISTMAS_WEEK) == 16 * HOUR


def test_an_exception_has_hours_of_its_own() -> None:
    """A short day, a day with longer hours, a working Saturday, a closed day."""
    desk = office(
        exceptions={
            "2026-12-24": ["09:00-12:00"],
            "2026-12-23": ["08:00-20:00"],
            "2026-12-26": ["10:00-12:00"],
            "2026-12-22": [],
        }
    )
    worked = [
        desk.elapsed(at(f"2026-12-{day}T00:00"), at(f"2026-12-{day}T00:00") + DAY) // HOUR for day in range(21, 28)
    ]
    assert worked == [8, 0, 12, 3, 8, 2, 0]


@pytest.mark.parametrize("rule", ["shift", "day"])
def test_an_exception_outranks_a_holiday(rule: str) -> None:
    """A date that is both has the exception's hours."""
    desk = office(holidays=["2026-12-25"], exceptions={"2026-12-25": ["10:00-11:00"]}, holiday_rule=rule)
    assert desk.elapsed(*CHRISTMAS_WEEK) == 6 * HOUR  # 12:00-17:00 on the 24th, one hour on the 25th


def test_an_exception_may_be_a_night() -> None:
    """Under either rule a night that an exception begins runs to its end, also into a holiday."""
    for rule in ("shift", "day"):
        desk = office(holidays=["2026-12-25"], exceptions={"2026-12-24": ["22:00-06:00"]}, holiday_rule=rule)
        assert desk.next_close(at("2026-12-24T12:00")) == at("2026-12-25T06:00")


def test_an_exception_replaces_the_night_that_would_start() -> None:
    """Under shift the tail of an ordinary night goes with it; under day it stays, since it lies on another date."""
    by_rule = {
        rule: every_day("UTC", NIGHT, exceptions={"2026-12-25": ["12:00-13:00"]}, holiday_rule=rule)
        for rule in ("shift", "day")
    }
    assert not by_rule["shift"].is_open(at("2026-12-26T05:00"))
    assert by_rule["shift"].is_open(at("2026-12-25T05:00"))
    assert by_rule["day"].is_open(at("2026-12-26T05:00"))
    assert not by_rule["day"].is_open(at("2026-12-25T05:00"))


def test_an_exception_on_a_date_that_never_was_changes_nothing() -> None:
    """Apia had no 2011-12-30, whatever was planned for it."""
    plain, planned = (office("Pacific/Apia", exceptions=each) for each in ({}, {"2011-12-30": ["00:00-24:00"]}))
    week = (at("2011-12-28T00:00"), at("2012-01-03T00:00"))
    assert planned.elapsed(*week) == plain.elapsed(*week)


def test_outside_its_validity_no_window_starts() -> None:
    """Both ends are included, the last night runs to its end, and exceptions outside count for nothing."""
    nights = every_day(
        "UTC", NIGHT, valid_from="2026-12-24", valid_until="2026-12-25", exceptions={"2026-12-28": ["09:00-17:00"]}
    )
    assert nights.elapsed(at("2026-12-01T00:00"), at("2027-01-31T00:00")) == 16 * HOUR
    assert nights.next_open(at("2026-12-01T00:00")) == at("2026-12-24T22:00")
    assert nights.previous_close(at("2027-01-31T00:00")) == at("2026-12-26T06:00")


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", ["2025-12-25", "2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", ["2025-05-26", "2026-05-25", "2027-05-31"]),  # last Monday of May
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["2025-11-27", "2026-11-26", "2027-11-25"]),  # fourth Thursday
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=+3MO", ["2025-01-20", "2026-01-19", "2027-01-18"]),
        ("FREQ=YEARLY;BYYEARDAY=1", ["2025-01-01", "2026-01-01", "2027-01-01"]),
        ("FREQ=YEARLY;BYYEARDAY=-1", ["2025-12-31", "2026-12-31", "2027-12-31"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,31;UNTIL=20261224", ["2025-12-24", "2025-12-31", "2026-12-24"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYMONTH=12",
            ["2025-12-31", "2026-12-31", "2027-12-31"],
        ),  # last weekday
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,2", ["2025-01-31", "2026-01-31", "2027-01-31"]),
    ],
)
def test_a_recurrence_falls_where_the_almanac_says(rule: str, dates: list[str]) -> None:
    """The dates of common holidays, 2025 to 2027."""
    found = Recurrence(rule).between(date(2025, 1, 1), date(2027, 12, 31))
    assert [day.isoformat() for day in found] == dates


@pytest.mark.parametrize(
    ("rule", "start", "dates"),
    [
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
            "2026-03-04",
            ["2026-03-06", "2026-03-20", "2026-04-03"],
        ),  # from that week on
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
            "2026-03-04",
            ["2026-03-16", "2026-03-30"],
        ),  # Monday of the first week is over
        ("FREQ=DAILY;INTERVAL=10", "2026-03-04", ["2026-03-04", "2026-03-14", "2026-03-24", "2026-04-03"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", "2026-01-15", ["2026-04-01"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=3;BYMONTHDAY=3", "2022-06-01", ["2026-03-03"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=3;BYMONTHDAY=3", "2023-06-01", []),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", "2026-03-08", ["2026-03-10", "2026-03-17"]),
        ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=5", "2026-04-06", []),  # from its start on, which is a day late
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU", "2026-03-03", ["2026-03-15", "2026-03-29"]),
    ],
)
def test_a_recurrence_counts_from_its_start(rule: str, start: str, dates: list[str]) -> None:
    """Every second week, tenth day, third month, fourth year, twice in all: counted from the start."""
    found = Recurrence(rule, start=date.fromisoformat(start)).between(date(2026, 3, 1), date(2026, 4, 7))
    assert [day.isoformat() for day in found] == dates


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;INTERVAL=2;BYMONTH=5;BYMONTHDAY=1", "FREQ=WEEKLY;BYDAY=MO;COUNT=3"])
def test_a_recurrence_that_counts_needs_a_start(rule: str) -> None:
    """An interval or a count begins somewhere; without a start it is refused."""
    with pytest.raises(InvalidValue, match="start"):
        Recurrence(rule)


def test_recurring_holidays_close_each_year() -> None:
    """A calendar keeps New Year and the last Monday of May free, from 1970 to 2199."""
    rules = (
        {"recurrence": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "name": "New Year"},
        {"recurrence": "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"},
    )
    desk = office(holidays=list(rules))
    for day in ("1970-01-01", "2026-01-01", "2026-05-25", "2199-01-01"):
        assert desk.elapsed(at(f"{day}T00:00"), at(f"{day}T23:00")) == timedelta(0)
        assert office().elapsed(at(f"{day}T00:00"), at(f"{day}T23:00")) == 8 * HOUR


def test_spans_name_the_holidays_that_closed_them() -> None:
    """A closed stretch carries the names of the holidays whose hours it swallowed, or dates without a name."""
    desk = office(
        holidays=[
            {"date": "2026-12-25", "name": "Christmas"},
            "2026-12-28",
            {"date": "2026-12-26", "name": "a Saturday"},
        ]
    )
    evening, night, morning = desk.spans(at("2026-12-24T16:00"), at("2026-12-29T10:00"))
    assert (evening.is_open, night.is_open, morning.is_open) == (True, False, True)
    assert night.holidays == ("Christmas", "2026-12-28")  # the Saturday would have been closed anyway
    assert evening.holidays == morning.holidays == ()


def test_ordinary_closed_time_names_no_holiday() -> None:
    """The night after a holiday, in a span that does not touch its hours, is nobody's holiday."""
    desk = office(holidays=[{"date": "2026-12-24", "name": "Eve"}])
    (span,) = desk.spans(at("2026-12-24T18:00"), at("2026-12-25T08:00"))
    assert span.holidays == ()
    assert all(span.holidays == () for span in desk.spans(at("2026-06-01T00:00"), at("2026-06-03T00:00")))


def test_a_holiday_that_an_exception_overrules_is_not_named() -> None:
    """Where the exception is open, or closed by its own say, the holiday explains nothing."""
    desk = office(holidays=[{"date": "2026-12-24", "name": "Eve"}], exceptions={"2026-12-24": ["09:00-12:00"]})
    assert all(span.holidays == () for span in desk.spans(at("2026-12-24T00:00"), at("2026-12-25T00:00")))


def test_spans_name_the_holiday_of_a_lost_night() -> None:
    """Under shift the lost night of the 25th is named, under day the lost tail and evening on the 25th."""
    named = {
        rule: [
            (span.start.isoformat(), span.holidays)
            for span in every_day(
                "UTC", NIGHT, holidays=[{"date": "2026-12-25", "name": "Christmas"}], holiday_rule=rule
            ).spans(*CHRISTMAS_WEEK)
            if span.holidays
        ]
        for rule in ("shift", "day")
    }
    assert named["shift"] == [("2026-12-25T06:00:00+00:00", ("Christmas",))]
    assert named["day"] == [("2026-12-25T00:00:00+00:00", ("Christmas",))]


def test_two_holidays_on_a_date_are_both_named() -> None:
    """Two names of one date stand together."""
    desk = office(
        holidays=[{"date": "2026-12-25", "name": "Christmas"}, {"date": "2026-12-25", "name": "Quaid-e-Azam Day"}]
    )
    (span,) = desk.spans(at("2026-12-25T10:00"), at("2026-12-25T11:00"))
    assert ", ".join(span.holidays) == "Christmas, Quaid-e-Azam Day"


def test_special_days_come_from_python_as_from_documents() -> None:
    """The classes say what the document says."""
    made = BusinessCalendar(
        timezone="UTC",
        hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"),
        holidays=(Holiday(date(2026, 12, 25), "Christmas"), Recurrence("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1")),
        exceptions={date(2026, 12, 24): (Window.parse("09:00-12:00"),)},
        valid_from=date(2026, 1, 1),
        holiday_rule="day",
    )
    read = office(
        holidays=[{"date": "2026-12-25", "name": "Christmas"}, {"recurrence": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"}],
        exceptions={"2026-12-24": ["09:00-12:00"]},
        valid_from="2026-01-01",
        holiday_rule="day",
    )
    assert made == read
    assert made.to_mapping() == read.to_mapping()
