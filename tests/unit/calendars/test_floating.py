"""Calendars whose hours are those of whoever asks. 2026-03-02 is a Monday."""

import pickle
from datetime import date
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, CombinedCalendar, Holiday, WeeklyHours, calendar_from_mapping
from csmcore.errors import InvalidValue, UnknownTimeZone
from tests.unit.calendars.offices import HOUR, at, every_day, office

FLOATING = office("Europe/Berlin", floating=True)
NEW_YORK = "America/New_York"


def test_nine_to_five_is_nine_to_five_everywhere() -> None:
    """In Berlin 08:00 to 16:00 UTC, in New York 14:00 to 22:00."""
    assert FLOATING.next_open(at("2026-03-02T00:00")) == at("2026-03-02T08:00")
    there = FLOATING.in_zone(NEW_YORK)
    assert (there.timezone, there.next_open(at("2026-03-02T00:00"))) == (NEW_YORK, at("2026-03-02T14:00"))
    assert there.elapsed(at("2026-03-02T12:00"), at("2026-03-02T16:00")) == 2 * HOUR
    assert there == office(NEW_YORK, floating=True)


def test_other_calendars_stay_where_they_are() -> None:
    """A calendar that does not float is the same in every zone."""
    berlin = office("Europe/Berlin")
    assert berlin.in_zone(NEW_YORK) is berlin


def test_its_own_zone_is_no_other() -> None:
    """What has been compiled is kept, also where an alias names the zone."""
    assert FLOATING.in_zone("Europe/Berlin") is FLOATING


def test_holidays_and_exceptions_go_with_it() -> None:
    """A holiday is that date there, an exception has its hours there, validity its days."""
    calendar = office(
        "Europe/Berlin",
        floating=True,
        holidays=["2026-03-03"],
        exceptions={"2026-03-04": ["10:00-12:00"]},
        valid_from="2026-03-02",
        valid_until="2026-03-05",
    ).in_zone("Asia/Tokyo")
    spans = [
        (span.start, span.end)
        for span in calendar.spans(at("2026-03-01T00:00"), at("2026-03-08T00:00"))
        if span.is_open
    ]
    assert spans == [
        (at("2026-03-02T09:00+09:00"), at("2026-03-02T17:00+09:00")),
        (at("2026-03-04T10:00+09:00"), at("2026-03-04T12:00+09:00")),
        (at("2026-03-05T09:00+09:00"), at("2026-03-05T17:00+09:00")),
    ]


def test_the_parts_of_a_combination_float_each() -> None:
    """Of a union of two only one moves; one of which nothing moves is itself."""
    both = FLOATING.union(office("UTC"))
    there = both.in_zone(NEW_YORK)
    assert isinstance(there, CombinedCalendar)
    assert there.parts == (FLOATING.in_zone(NEW_YORK), office("UTC"))
    assert there.elapsed(at("2026-03-02T00:00"), at("2026-03-03T00:00")) == 13 * HOUR  # 09:00 to 22:00
    assert (there.kind, there.name, there.timezone) == ("union", "", NEW_YORK)
    fixed = office("UTC").minus(every_day("UTC", "12:00-13:00"))
    assert fixed.in_zone(NEW_YORK) is fixed


def test_a_combination_of_combinations_floats_through() -> None:
    """However deep the part lies."""
    deep = office("UTC").union(office("UTC").intersection(FLOATING))
    there = deep.in_zone(NEW_YORK)
    assert there.elapsed(at("2026-03-02T00:00"), at("2026-03-03T00:00")) == 8 * HOUR
    assert isinstance(there, CombinedCalendar)
    assert there.parts[1] == office("UTC").intersection(FLOATING.in_zone(NEW_YORK))


def test_around_the_clock_may_float() -> None:
    """Nothing but its dates moves."""
    always = BusinessCalendar.always("UTC", floating=True)
    assert always.in_zone(NEW_YORK).add_days(at("2026-03-02T12:00"), 0, at="close") == at("2026-03-03T05:00")
    assert BusinessCalendar.always("UTC").in_zone(NEW_YORK).timezone == "UTC"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "UTC+1", "../UTC", "Europe/Berlin\n"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    """Whether the calendar floats or not."""
    for calendar in (FLOATING, office("UTC"), FLOATING.union(office("UTC"))):
        with pytest.raises(UnknownTimeZone):
            calendar.in_zone(name)


def test_a_document_says_so_where_it_is_so() -> None:
    """Left out where it is not; read back, pickled and moved it stays."""
    assert "floating" not in office("UTC").to_mapping()
    document = FLOATING.to_mapping()
    assert document["floating"] is True
    assert calendar_from_mapping(document) == FLOATING
    assert BusinessCalendar.from_mapping({**document, "floating": False}) == office("Europe/Berlin")
    there = pickle.loads(pickle.dumps(FLOATING.in_zone(NEW_YORK)))  # noqa: S301 - its own
    assert there == FLOATING.in_zone(NEW_YORK)
    assert there.in_zone("Europe/Berlin") == FLOATING


@pytest.mark.parametrize("value", [1, 0, "true", None, [], {}])
def test_floating_is_true_or_false(value: Any) -> None:
    """Nothing is taken for it."""
    with pytest.raises(InvalidValue) as caught:
        BusinessCalendar.from_mapping({**FLOATING.to_mapping(), "floating": value})
    assert caught.value.path == "$.floating"


def test_it_is_another_calendar() -> None:
    """One that floats is not equal to one that does not, nor to itself elsewhere."""
    assert office("Europe/Berlin") != FLOATING
    assert FLOATING.in_zone(NEW_YORK) != FLOATING
    named = BusinessCalendar(
        name="Customers",
        timezone="UTC",
        hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"),
        holidays=(Holiday(date(2026, 12, 25), "Christmas"),),
        holiday_rule="day",
        floating=True,
    )
    there = named.in_zone("Asia/Tokyo")
    assert (there.name, there.holidays, there.holiday_rule, there.floating) == (
        "Customers",
        named.holidays,
        "day",
        True,
    )
