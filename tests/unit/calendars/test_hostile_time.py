"""Instants and durations that nobody should send: each is refused with a typed error, quickly, and changes nothing."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from csmcore.calendars import BusinessCalendar, Calendar
from csmcore.errors import CalendarExhausted, CsmError, InvalidValue, NaiveDatetime, OutOfRange
from tests.tally import Tally
from tests.unit.calendars.offices import DAY, HOUR, MICRO, at, calendar, every_day, office


class Nowhere(tzinfo):
    """A zone that does not know its offset: a datetime with it is naive."""

    def utcoffset(self, _: datetime | None) -> None:
        """No offset."""

    def tzname(self, _: datetime | None) -> str:
        """A name all the same."""
        return "Nowhere"

    def dst(self, _: datetime | None) -> None:
        """No daylight saving."""


QUESTIONS: dict[str, Callable[[Calendar, datetime], object]] = {
    "position": lambda desk, t: desk.position(t),
    "add": lambda desk, t: desk.add(t, HOUR),
    "add nothing": lambda desk, t: desk.add(t, timedelta(0)),
    "add backwards": lambda desk, t: desk.add(t, -HOUR),
    "subtract": lambda desk, t: desk.subtract(t, HOUR),
    "elapsed from": lambda desk, t: desk.elapsed(t, at("2026-03-02T12:00")),
    "elapsed to": lambda desk, t: desk.elapsed(at("2026-03-02T12:00"), t),
    "is_open": lambda desk, t: desk.is_open(t),
    "next_open": lambda desk, t: desk.next_open(t),
    "next_close": lambda desk, t: desk.next_close(t),
    "previous_close": lambda desk, t: desk.previous_close(t),
    "spans from": lambda desk, t: desk.spans(t, at("2026-03-02T12:00")),
    "spans to": lambda desk, t: desk.spans(at("2026-03-02T12:00"), t),
    "spans of nothing": lambda desk, t: desk.spans(t, t),
    "add_days": lambda desk, t: desk.add_days(t, 1),
    "add_days to a close": lambda desk, t: desk.add_days(t, 1, at="close"),
}

NAIVE = (
    datetime(2026, 3, 2, 12),
    datetime(1, 1, 1),
    datetime(9999, 12, 31, 23, 59, 59, 999_999),
    datetime(2026, 3, 2, 12, tzinfo=Nowhere()),
    datetime(1960, 1, 1),
)

OUTSIDE = (
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))),
    datetime(9999, 12, 31, 23, tzinfo=ZoneInfo("America/New_York")),
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo")),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=1))),  # 1969 in UTC
    datetime(2199, 12, 31, 23, tzinfo=timezone(timedelta(hours=-1))),  # 2200 in UTC
    datetime(2300, 6, 1, tzinfo=UTC),
)

CALENDARS: dict[str, Callable[[], Calendar]] = {
    "office": office,
    "24/7": BusinessCalendar.always,
    "never": lambda: calendar("UTC", {}),
    "union": lambda: office().union(every_day("Asia/Tokyo", "22:00-06:00")),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", CALENDARS)
def test_a_datetime_without_an_offset_names_no_instant(kind: str, question: str, tally: Tally) -> None:
    """Every method of every calendar refuses naive datetimes, and says to attach a zone."""
    desk = CALENDARS[kind]()
    for instant in NAIVE:
        with pytest.raises(NaiveDatetime, match="offset"):
            QUESTIONS[question](desk, instant)
    tally("hostile inputs refused", len(NAIVE))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", CALENDARS)
def test_an_instant_outside_1970_to_2199_is_refused(kind: str, question: str, tally: Tally) -> None:
    """Every method refuses it at once, with the instant as it was given, also where its year in UTC would overflow."""
    desk = CALENDARS[kind]()
    for instant in OUTSIDE:
        begun = time.process_time()
        with pytest.raises(OutOfRange, match="1970 to 2199") as caught:
            QUESTIONS[question](desk, instant)
        assert time.process_time() - begun < 2
        assert str(instant.year) in str(caught.value)
    tally("hostile inputs refused", len(OUTSIDE))


def answered_or_searched(question: Callable[[Calendar, datetime], object], desk: Calendar, instant: datetime) -> bool:
    """Whether the instant was taken: an answer, a search without result, or spans that would run backwards."""
    try:
        question(desk, instant)
    except InvalidValue as error:
        return error.path == "end"
    except CalendarExhausted:
        return True
    return True


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_first_and_the_last_instant_are_inside(question: str) -> None:
    """1970-01-01 00:00 and the last microsecond of 2199 are answered, or searched beyond with a typed error."""
    for instant in (at("1970-01-01T00:00"), at("2199-12-31T23:59:59.999999")):
        for make in CALENDARS.values():
            assert answered_or_searched(QUESTIONS[question], make(), instant)


@pytest.mark.parametrize(
    "duration",
    [
        timedelta.max,
        timedelta.min,
        timedelta(days=36_525, microseconds=1),
        timedelta(days=-36_526),
        timedelta(days=999_999_999),
    ],
)
def test_a_duration_of_over_100_years_is_refused(duration: timedelta, tally: Tally) -> None:
    """Both directions, by every calendar, at once."""
    for make in CALENDARS.values():
        desk, begun = make(), time.process_time()
        with pytest.raises(OutOfRange, match="100 years"):
            desk.add(at("2026-03-02T12:00"), duration)
        with pytest.raises(OutOfRange, match="100 years"):
            desk.subtract(at("2026-03-02T12:00"), duration)
        assert time.process_time() - begun < 2
        tally("hostile inputs refused", 2)


def test_the_longest_duration_is_answered() -> None:
    """100 years of 24/7 are 36,525 days; 100 years of office hours end after 2199."""
    assert BusinessCalendar.always().add(at("2026-03-02T12:00"), 36_525 * DAY) == at("2026-03-02T12:00") + 36_525 * DAY
    with pytest.raises(CalendarExhausted):
        office().add(at("2026-03-02T12:00"), 36_525 * DAY)


@pytest.mark.parametrize("position", [timedelta.max, timedelta.min, 500 * 366 * DAY, -500 * 366 * DAY])
def test_a_position_that_no_instant_has_is_refused(position: timedelta) -> None:
    """Positions beyond the horizon end in a typed error, for every calendar."""
    for make in CALENDARS.values():
        with pytest.raises(CsmError):
            make().instant(position)


@pytest.mark.parametrize("minutes", [float("nan"), float("inf"), 1e400, "60", None, "nan"])
def test_what_is_no_duration_is_none_of_ours(minutes: object) -> None:
    """NaN never becomes a timedelta; what a type checker rejects raises a plain TypeError, and changes nothing."""
    with pytest.raises((ValueError, OverflowError, TypeError)):
        timedelta(minutes=minutes)  # type: ignore[arg-type]
    desk = office()
    with pytest.raises(TypeError):
        desk.add(at("2026-03-02T12:00"), minutes)  # type: ignore[arg-type]
    assert desk.add(at("2026-03-02T12:00"), HOUR) == at("2026-03-02T13:00")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "value",
    [
        None,
        "2026-03-02T12:00:00+00:00",
        1_772_452_800,
        1.5,
        at("2026-03-02T12:00").date(),
        at("2026-03-02T12:00").timetz(),
    ],
)
def test_what_is_no_datetime_is_a_type_error(question: str, value: object) -> None:
    """A type checker rejects these arguments; they end in a TypeError or a typed error, never in an answer."""
    with pytest.raises((TypeError, CsmError)):
        QUESTIONS[question](office(), value)  # type: ignore[arg-type]


def test_a_refused_question_leaves_the_calendar_as_it_was() -> None:
    """After every refusal it equals a fresh one and answers alike."""
    desk = office("Europe/Berlin")
    for question in QUESTIONS.values():
        for instant in (*NAIVE, *OUTSIDE):
            with pytest.raises(CsmError):
                question(desk, instant)
    fresh = office("Europe/Berlin")
    assert desk == fresh
    assert desk.to_mapping() == fresh.to_mapping()
    assert desk.add(at("2026-03-27T15:00"), HOUR) == fresh.add(at("2026-03-27T15:00"), HOUR)


def test_both_readings_of_a_repeated_hour_are_told_apart() -> None:
    """02:30 on Berlin's autumn day is asked about twice, an hour apart, though the two datetimes compare equal."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    second = first.replace(fold=1)
    always = BusinessCalendar.always()
    assert first == second
    assert always.elapsed(first, second) == HOUR
    assert always.add(first, HOUR) == always.add(second, timedelta(0))
    assert len(always.spans(first, second)) == 1


def test_a_reading_that_never_was_is_an_instant_all_the_same() -> None:
    """02:30 on Berlin's spring day means 01:30 UTC with fold 0, as zoneinfo has it: no error, one answer."""
    skipped = datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert BusinessCalendar.always().add(skipped, HOUR) == at("2026-03-29T02:30")


def test_real_time_counts_and_not_the_reading() -> None:
    """From 01:30 to 03:30 on Berlin's spring day one hour passes, though the same zone's datetimes differ by two."""
    before, after = (datetime(2026, 3, 29, hour, 30, tzinfo=ZoneInfo("Europe/Berlin")) for hour in (1, 3))
    assert after - before == 2 * HOUR
    assert BusinessCalendar.always().elapsed(before, after) == HOUR


@pytest.mark.parametrize("at_", ["closed", "", "bd_end", None, 1])
def test_business_days_end_at_the_same_time_or_the_close(at_: object) -> None:
    """Another word is refused rather than read as one of the two."""
    with pytest.raises((CsmError, TypeError)):
        office().add_days(at("2026-03-02T12:00"), 1, at=at_)  # type: ignore[arg-type]


def test_exhausted_searches_end_soon() -> None:
    """A search through all years of a calendar, first and again, stays well under the hard limit of two seconds."""
    ended = office(
        "Europe/Berlin", valid_until="2020-06-30", holidays=[{"recurrence": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"}]
    )
    sparse = calendar("UTC", {"mon": ["12:00-12:01"]})
    apart = calendar("UTC", {"mon": ["09:00-10:00"]}).intersection(calendar("Europe/Berlin", {"tue": ["12:00-13:00"]}))
    for desk, duration in ((ended, HOUR), (sparse, 36_525 * DAY), (apart, MICRO), (calendar("UTC", {}), MICRO)):
        for _ in range(2):
            begun = time.process_time()
            with pytest.raises(CalendarExhausted):
                desk.add(at("2026-03-02T12:00"), duration)
            assert time.process_time() - begun < 2


def test_an_error_survives_a_deep_stack() -> None:
    """Near the recursion limit a question still ends in an answer or in Python's own error, and not in a wrong one."""

    def sink(levels: int) -> object:
        return sink(levels - 1) if levels else office().add(at("2026-03-02T12:00"), HOUR)

    assert sink(sys.getrecursionlimit() // 2) == at("2026-03-02T13:00")
