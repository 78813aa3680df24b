"""Union, intersection and difference of calendars. 2026-03-02 is a Monday."""

from collections.abc import Callable
from functools import reduce

import pytest

from csmcore.calendars import BusinessCalendar, Calendar, CombinedCalendar, calendar_from_mapping
from csmcore.errors import CsmError, InvalidValue, LimitExceeded, NoBusinessTime, UnknownKey
from tests.unit.calendars.offices import HOUR, MINUTE, at, calendar, every_day, office

MONDAY = (at("2026-03-02T00:00"), at("2026-03-03T00:00"))
SMALL: dict[str, object] = {"timezone": "UTC", "hours": {"mon": ["09:00-17:00"]}}


def test_a_union_follows_the_sun() -> None:
    """Sydney, London and New York together are open 24 hours on a winter's Monday but for what none of them covers."""
    desks = [office("Australia/Sydney"), office("Europe/London"), office("America/New_York")]
    sun = desks[0].union(*desks[1:])
    # Sydney (+11:00) 22:00-06:00 UTC, London 09:00-17:00, New York (-05:00) 14:00-22:00: 06:00-09:00 is uncovered
    assert sun.elapsed(*MONDAY) == 21 * HOUR
    assert sun.next_close(at("2026-03-02T10:00")) == at("2026-03-03T06:00")
    assert sun.add(at("2026-03-02T21:00"), 9 * HOUR) == at("2026-03-03T06:00")
    assert sun.add(at("2026-03-02T21:00"), 10 * HOUR) == at("2026-03-03T10:00")


def test_an_intersection_is_when_both_are_there() -> None:
    """London and New York overlap from 14:00 to 17:00 UTC in winter; for three weeks in March from 13:00."""
    both = office("Europe/London").intersection(office("America/New_York"))
    assert both.elapsed(*MONDAY) == 3 * HOUR
    assert both.next_open(at("2026-03-09T00:00")) == at("2026-03-09T13:00")


def test_a_difference_takes_maintenance_out() -> None:
    """24/7 less Sunday's maintenance is closed only then, and closes for nothing else."""
    maintained = BusinessCalendar.always().minus(
        calendar("UTC", {"sun": ["02:00-04:00"]}), calendar("UTC", {"sun": ["03:00-05:00"]})
    )
    assert maintained.next_close(at("2026-03-02T00:00")) == at("2026-03-08T02:00")
    assert maintained.add(at("2026-03-08T01:00"), 2 * HOUR) == at("2026-03-08T06:00")
    assert maintained.previous_close(at("2026-03-08T12:00")) == at("2026-03-08T02:00")


def test_nothing_in_common_is_never_open() -> None:
    """Days that no two calendars share, and a calendar less itself, hold no business time."""
    mondays, tuesdays = calendar("UTC", {"mon": ["09:00-17:00"]}), calendar("UTC", {"tue": ["09:00-17:00"]})
    for empty in (mondays.intersection(tuesdays), mondays.minus(mondays)):
        with pytest.raises(NoBusinessTime):
            empty.add(at("2026-03-02T09:00"), MINUTE)


def test_taking_nothing_away_changes_nothing() -> None:
    """A calendar less one that is never open, or never at the same time, keeps its hours; nothing stays nothing."""
    never, nights = calendar("UTC", {}), every_day("UTC", "22:00-06:00")
    for other in (never, nights):
        assert office().minus(other).elapsed(*MONDAY) == 8 * HOUR
        assert never.minus(other).elapsed(*MONDAY) == 0 * HOUR


def test_a_child_schedule_has_its_parents_holidays() -> None:
    """A team's hours less the company's closures: the closure is a calendar of exceptions."""
    closures = calendar("UTC", {}, exceptions={"2026-12-25": ["00:00-24:00"]})
    team = office().minus(closures)
    assert team.add(at("2026-12-24T16:00"), 2 * HOUR) == at("2026-12-28T10:00")


def test_combinations_nest() -> None:
    """A combination is a calendar, to be combined again and written in one document."""
    nested = office().union(every_day("UTC", "20:00-21:00")).minus(calendar("UTC", {"mon": ["12:00-13:00"]}))
    assert nested.elapsed(*MONDAY) == 8 * HOUR
    assert set(nested.to_mapping()) == {"minus"}
    assert calendar_from_mapping(nested.to_mapping()) == nested
    assert nested.timezone == "UTC"


def test_a_combination_keeps_its_name() -> None:
    """The name is written, read, and told by errors."""
    document = {
        "name": "night and day",
        "intersection": [SMALL, {"timezone": "UTC", "hours": {"tue": ["09:00-17:00"]}}],
    }
    named = calendar_from_mapping(document)
    assert named.to_mapping() == document
    with pytest.raises(NoBusinessTime, match="night and day"):
        named.next_open(at("2026-03-02T09:00"))


def test_spans_of_a_combination_name_its_parts_holidays() -> None:
    """A holiday of either part of a union explains its gap; one of what is taken away explains nothing."""
    one = office(holidays=[{"date": "2026-03-02", "name": "Founders' Day"}])
    other = every_day("UTC", "18:00-19:00", holidays=[{"date": "2026-03-02", "name": "Sun Day"}])
    (span,) = one.union(other).spans(*MONDAY)
    assert span.holidays == ("Founders' Day", "Sun Day")
    closed = one.minus(other).spans(*MONDAY)
    assert [span.holidays for span in closed] == [("Founders' Day",)]


def test_parts_may_be_named() -> None:
    """A document refers to calendars that are declared elsewhere by their names."""
    desk = office()
    found = calendar_from_mapping({"union": ["office", SMALL]}, {"office": desk})
    assert isinstance(found, CombinedCalendar)
    assert found.parts == (desk, BusinessCalendar.from_mapping(SMALL))


@pytest.mark.parametrize(
    ("document", "error", "place"),
    [
        ({"union": []}, InvalidValue, "$.union"),
        ({"union": [SMALL]}, InvalidValue, "$.union"),
        ({"union": SMALL}, InvalidValue, "$.union"),
        ({"union": None}, InvalidValue, "$.union"),
        ({"union": "office"}, InvalidValue, "$.union"),
        ({"union": [SMALL, "nowhere"]}, InvalidValue, "$.union[1]"),
        ({"union": [SMALL, 7]}, InvalidValue, "$.union[1]"),
        ({"union": [SMALL, None]}, InvalidValue, "$.union[1]"),
        ({"union": [SMALL, {}]}, InvalidValue, "$.union[1].timezone"),
        ({"union": [SMALL, {"timezone": "UTC", "hours": {"mon": ["x"]}}]}, InvalidValue, "$.union[1].hours.mon[0]"),
        (
            {"union": [SMALL, {"minus": [SMALL, {"timezone": "Mars", "hours": {}}]}]},
            InvalidValue,
            "$.union[1].minus[1].timezone",
        ),
        ({"union": [SMALL, SMALL], "minus": [SMALL, SMALL]}, UnknownKey, "$"),
        ({"union": [SMALL, SMALL], "timezone": "UTC"}, UnknownKey, "$"),
        ({"Union": [SMALL, SMALL]}, UnknownKey, "$"),
        ({"union": [SMALL, SMALL], "name": 7}, InvalidValue, "$.name"),
        ({"union": [SMALL] * 101}, LimitExceeded, "$.union"),
        ({"union": [SMALL, {"union": [SMALL] * 100}]}, LimitExceeded, "$.union"),
        ([SMALL, SMALL], InvalidValue, "$"),
        (None, InvalidValue, "$"),
        ("office", InvalidValue, "$"),
    ],
)
def test_a_malformed_combination_is_refused_at_its_place(document: object, error: type[CsmError], place: str) -> None:
    """The error says which part of which combination is wrong."""
    with pytest.raises(error) as caught:
        calendar_from_mapping(document)  # type: ignore[arg-type]
    assert getattr(caught.value, "path", place) == place


def test_depth_and_size_are_bounded() -> None:
    """A document nested without end, or one that would join ten thousand calendars, is refused, not computed."""
    deep: dict[str, object] = SMALL
    for _ in range(5000):
        deep = {"union": [SMALL, deep]}
    wide: dict[str, object] = {"union": [{"union": [SMALL] * 100}] * 100}
    for document in (deep, wide):
        with pytest.raises(LimitExceeded):
            calendar_from_mapping(document)
    many: list[Calendar] = [office()] * 200
    with pytest.raises(LimitExceeded):
        reduce(Calendar.union, many)
    busy = every_day("UTC", *(f"{hour:02}:00-{hour:02}:30" for hour in range(24)))  # 168 windows a week
    with pytest.raises(LimitExceeded, match="windows a week"):
        CombinedCalendar(kind="union", parts=(busy,) * 6)


@pytest.mark.parametrize("combine", [Calendar.union, Calendar.intersection, Calendar.minus])
def test_a_combination_of_one_is_none(combine: Callable[..., Calendar]) -> None:
    """A calendar combined with nothing is a mistake."""
    with pytest.raises(InvalidValue):
        combine(office())
