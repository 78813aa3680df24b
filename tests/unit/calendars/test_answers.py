"""What a calendar answers, with the arithmetic beside it. 2026-03-02 and 2026-06-01 are Mondays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from csmcore.calendars import BusinessCalendar
from csmcore.errors import CalendarExhausted, NoBusinessTime
from tests.unit.calendars.offices import DAY, HOUR, MICRO, MINUTE, at, calendar, every_day, office

BERLIN = "Europe/Berlin"  # +01:00 in winter, +02:00 from 2026-03-29 01:00 UTC to 2026-10-25 01:00 UTC


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02T09:00", 1, "2026-03-02T10:00"),
        ("2026-03-02T09:00", 8, "2026-03-02T17:00"),  # the close, not the next opening
        ("2026-03-02T09:00", 8.5, "2026-03-03T09:30"),  # 8 h on Monday, half an hour on Tuesday
        ("2026-03-06T16:00", 2, "2026-03-09T10:00"),  # 1 h on Friday, 1 h on Monday
        ("2026-03-06T16:00", 1, "2026-03-06T17:00"),  # Friday's close
        ("2026-03-02T07:00", 1, "2026-03-02T10:00"),  # counting starts at 09:00
        ("2026-03-02T18:00", 1, "2026-03-03T10:00"),
        ("2026-03-07T12:00", 8, "2026-03-09T17:00"),  # Saturday: all of Monday
        ("2026-03-02T09:00", 40, "2026-03-06T17:00"),  # a whole week
        ("2026-03-02T09:00", 80, "2026-03-13T17:00"),  # two
        ("2026-03-07T12:00", 0, "2026-03-07T12:00"),  # nothing is nothing, also in closed time
    ],
)
def test_due_is_the_earliest_instant_with_the_time_elapsed(start: str, hours: float, due: str) -> None:
    """`add` counts open time only, and ends at a close rather than at the opening after it."""
    assert office().add(at(start), timedelta(hours=hours)) == at(due)


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2026-03-02T17:00", 8, "2026-03-02T09:00"),  # the opening, not the close before it
        ("2026-03-02T10:00", 2, "2026-02-27T16:00"),  # 1 h on Monday, 1 h on Friday
        ("2026-03-02T10:00", 1, "2026-03-02T09:00"),
        ("2026-03-02T20:00", 1, "2026-03-02T16:00"),
        ("2026-03-08T12:00", 40, "2026-03-02T09:00"),
        ("2026-03-08T12:00", 0, "2026-03-08T12:00"),
    ],
)
def test_subtract_finds_the_latest_instant(end: str, hours: float, start: str) -> None:
    """`subtract` ends at an opening rather than at the close before it, and so does `add` of a negative duration."""
    assert office().subtract(at(end), timedelta(hours=hours)) == at(start)
    assert office().add(at(end), timedelta(hours=-hours)) == at(start)
    assert office().subtract(at(start), timedelta(hours=-hours)) == office().add(at(start), timedelta(hours=hours))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02T09:00", "2026-03-02T17:00", 8),
        ("2026-03-02T00:00", "2026-03-09T00:00", 40),
        ("2026-03-06T16:00", "2026-03-09T10:00", 2),
        ("2026-03-07T00:00", "2026-03-08T00:00", 0),
        ("2026-03-09T10:00", "2026-03-06T16:00", -2),  # backwards is negative
        ("2026-03-02T16:59", "2026-03-02T17:01", 1 / 60),
        ("2026-03-02T12:00", "2026-03-02T12:00", 0),
    ],
)
def test_elapsed_is_signed_open_time(start: str, end: str, hours: float) -> None:
    """`elapsed` is the open time between two instants, negative when the second is earlier."""
    assert office().elapsed(at(start), at(end)) == timedelta(hours=hours)


def test_elapsed_is_exact_to_the_microsecond() -> None:
    """A microsecond before a close is business time, one after is not."""
    close = at("2026-03-02T17:00")
    assert office().elapsed(close - MICRO, close + MICRO) == MICRO
    assert office().add(close - MICRO, 2 * MICRO) == at("2026-03-03T09:00") + MICRO
    assert office().subtract(at("2026-03-03T09:00") + MICRO, 2 * MICRO) == close - MICRO


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-03-02T08:59:59.999999", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T16:59:59.999999", True),
        ("2026-03-02T17:00", False),
        ("2026-03-07T12:00", False),
    ],
)
def test_windows_are_half_open(instant: str, is_open: bool) -> None:  # noqa: FBT001 - the answer
    """A calendar is open at an opening and closed at a close."""
    assert office().is_open(at(instant)) is is_open


@pytest.mark.parametrize(
    ("instant", "opening", "close", "closed"),
    [
        ("2026-03-02T12:00", "2026-03-02T12:00", "2026-03-02T17:00", "2026-02-27T17:00"),
        ("2026-03-02T09:00", "2026-03-02T09:00", "2026-03-02T17:00", "2026-02-27T17:00"),
        ("2026-03-02T17:00", "2026-03-03T09:00", "2026-03-03T17:00", "2026-03-02T17:00"),
        ("2026-03-02T08:00", "2026-03-02T09:00", "2026-03-02T17:00", "2026-02-27T17:00"),
        ("2026-03-07T12:00", "2026-03-09T09:00", "2026-03-09T17:00", "2026-03-06T17:00"),
        ("2026-12-31T20:00", "2027-01-01T09:00", "2027-01-01T17:00", "2026-12-31T17:00"),  # over the turn of a year
    ],
)
def test_openings_and_closes_around_an_instant(instant: str, opening: str, close: str, closed: str) -> None:
    """`next_open` may be the instant itself, `next_close` is after it, `previous_close` may be the instant itself."""
    assert office().next_open(at(instant)) == at(opening)
    assert office().next_close(at(instant)) == at(close)
    assert office().previous_close(at(instant)) == at(closed)


def test_windows_that_meet_are_one() -> None:
    """Where windows meet, within a day or at midnight, nothing closes."""
    meeting = every_day("UTC", "00:00-02:00", "10:00-12:00", "12:00-14:00", "18:00-24:00")
    assert meeting.next_close(at("2026-03-02T11:00")) == at("2026-03-02T14:00")
    assert meeting.next_close(at("2026-03-02T20:00")) == at("2026-03-03T02:00")
    assert meeting.previous_close(at("2026-03-02T13:00")) == at("2026-03-02T02:00")


def test_a_night_belongs_to_the_date_it_starts_on() -> None:
    """Friday's night shift runs on Saturday until 06:00, and none starts on Saturday."""
    nights = calendar("UTC", {"fri": ["22:00-06:00"]})
    assert nights.elapsed(at("2026-03-06T00:00"), at("2026-03-09T00:00")) == 8 * HOUR
    assert nights.is_open(at("2026-03-07T05:59"))
    assert not nights.is_open(at("2026-03-06T05:59"))


def test_a_sunday_night_runs_into_monday() -> None:
    """The week is a circle: Sunday's night shift closes on Monday morning."""
    nights = calendar("UTC", {"sun": ["22:00-06:00"]})
    assert nights.next_open(at("2026-03-02T00:00")) == at("2026-03-02T00:00")
    assert nights.next_close(at("2026-03-02T00:00")) == at("2026-03-02T06:00")


def test_overlapping_neighbours_count_once() -> None:
    """A night that runs into the next day's hours is open time once: 22:00 to 09:00 is 11 hours."""
    both = calendar("UTC", {"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]})
    assert both.elapsed(at("2026-03-02T00:00"), at("2026-03-04T00:00")) == 11 * HOUR
    assert both.next_close(at("2026-03-02T23:00")) == at("2026-03-03T09:00")


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 2), ("2026-10-25", 4), ("2026-03-28", 3), ("2026-10-26", 3)],
)
def test_a_window_over_a_change_of_the_clock_lasts_its_real_time(day: str, hours: int) -> None:
    """01:00 to 04:00 in Berlin lasts two hours on the spring day, four on the autumn day."""
    early, midnight = every_day(BERLIN, "01:00-04:00"), at(f"{day}T00:00+01:00")
    assert early.elapsed(midnight - 2 * HOUR, midnight + 8 * HOUR) == hours * HOUR


def test_a_skipped_hour_has_no_open_time() -> None:
    """02:00-03:00 does not exist on Berlin's spring day: a window inside it does not open."""
    gap = every_day(BERLIN, "02:15-02:45")
    assert gap.next_open(at("2026-03-28T12:00")) == at("2026-03-30T02:15+02:00")
    assert gap.elapsed(at("2026-03-28T12:00"), at("2026-03-29T12:00")) == timedelta(0)


def test_a_window_that_ends_in_a_skipped_hour_ends_where_the_clock_jumps() -> None:
    """01:30-02:30 lasts from 01:30 to the jump at 02:00, half an hour; 02:30-03:30 from the jump, half an hour too."""
    into, out = every_day(BERLIN, "01:30-02:30"), every_day(BERLIN, "02:30-03:30")
    jump = at("2026-03-29T01:00")
    assert into.next_close(jump - HOUR) == jump
    assert into.elapsed(jump - HOUR, jump + HOUR) == 30 * MINUTE
    assert out.next_open(jump - HOUR) == jump
    assert out.elapsed(jump - HOUR, jump + HOUR) == 30 * MINUTE


def test_a_repeated_hour_counts_twice() -> None:
    """02:15-02:45 is open twice on Berlin's autumn day, with half an hour closed between."""
    fold, first = every_day(BERLIN, "02:15-02:45"), at("2026-10-25T02:15+02:00")
    assert fold.elapsed(at("2026-10-25T00:00"), at("2026-10-26T00:00")) == HOUR
    assert fold.next_close(first) == first + 30 * MINUTE
    assert fold.next_open(first + 30 * MINUTE) == first + HOUR  # 02:15 again, at +01:00
    assert fold.next_close(first + HOUR) == first + 90 * MINUTE


def test_a_window_that_ends_in_a_repeated_hour_opens_again() -> None:
    """01:00-02:30 is open until 02:30, closes, and is open from the second 02:00 to the second 02:30: two hours."""
    fold, start = every_day(BERLIN, "01:00-02:30"), at("2026-10-25T01:00+02:00")
    stretches = [(span.start - start, span.end - start) for span in fold.spans(start, start + 5 * HOUR) if span.is_open]
    assert stretches == [(0 * HOUR, 90 * MINUTE), (2 * HOUR, 150 * MINUTE)]
    assert fold.elapsed(start, start + 5 * HOUR) == 2 * HOUR


def test_the_offset_is_the_date_s_own() -> None:
    """09:00 in New York is 14:00 UTC in winter and 13:00 in summer: due dates on both sides of a change are right."""
    new_york = office("America/New_York")
    assert new_york.add(at("2026-03-06T21:00"), 2 * HOUR) == at(
        "2026-03-09T14:00"
    )  # Friday 16:00 to Monday 10:00 -04:00
    assert new_york.add(at("2026-10-30T20:00"), 2 * HOUR) == at(
        "2026-11-02T15:00"
    )  # Friday 16:00 to Monday 10:00 -05:00


def test_a_date_that_never_was_has_no_hours() -> None:
    """Apia went from 2011-12-29 to 2011-12-31: 30 December, a Friday, lost its hours and its night."""
    apia = office("Pacific/Apia")
    assert apia.add(at("2011-12-29T16:00-10:00"), 2 * HOUR) == at("2012-01-02T10:00+14:00")
    nights = every_day("Pacific/Apia", "22:00-06:00")
    assert (
        nights.elapsed(at("2011-12-29T21:00-10:00"), at("2011-12-31T21:00+14:00")) == 2 * HOUR
    )  # 22:00 to 24:00 on the 29th


def test_a_zone_may_be_off_by_seconds() -> None:
    """Monrovia was 44 min 30 s behind until 1972-01-07: 09:00 there was 09:44:30 UTC."""
    monrovia = office("Africa/Monrovia")
    assert monrovia.next_open(at("1971-06-07T00:00")) == at("1971-06-07T09:44:30")
    assert monrovia.next_open(at("1972-06-05T00:00")) == at("1972-06-05T09:00")


def test_midnight_may_not_exist() -> None:
    """In Sao Paulo 2018-11-04 began at 01:00: a whole day's window that day lasts 23 hours."""
    whole = calendar("America/Sao_Paulo", {"sun": ["00:00-24:00"]})
    assert whole.next_open(at("2018-11-04T00:00")) == at("2018-11-04T03:00")
    assert whole.elapsed(at("2018-11-04T00:00"), at("2018-11-05T12:00")) == 23 * HOUR


def test_open_all_the_time_is_the_clock() -> None:
    """24/7 adds and subtracts plainly, in any zone, and never closes."""
    always, t = BusinessCalendar.always("America/New_York"), at("2026-03-08T06:30")
    assert always.add(t, 25 * HOUR) == t + 25 * HOUR
    assert always.subtract(t, 25 * HOUR) == t - 25 * HOUR
    assert always.elapsed(t, t + 400 * DAY) == 400 * DAY
    assert always.next_open(t) == t
    with pytest.raises(CalendarExhausted):
        always.next_close(t)
    with pytest.raises(CalendarExhausted):
        always.previous_close(t)


def test_one_minute_a_week_is_enough() -> None:
    """A calendar of one minute a week answers: ten minutes take nine weeks and a minute."""
    minute = calendar("UTC", {"wed": ["12:00-12:01"]})
    assert minute.add(at("2026-03-04T12:00"), 10 * MINUTE) == at("2026-05-06T12:01")


def test_positions_are_open_time_since_2020() -> None:
    """The number line has its zero at 2020-01-01: Wednesday, so that two days later 16 office hours have passed."""
    assert office().position(at("2020-01-03T00:00")) == 16 * HOUR
    assert office().position(at("2019-12-31T17:00")) == timedelta(0)
    assert office().position(at("2019-12-31T16:00")) == -HOUR
    assert office().instant(16 * HOUR) == at("2020-01-02T17:00")
    assert office().instant(-HOUR) == at("2019-12-31T16:00")
    assert office().instant(timedelta(0)) == at("2019-12-31T17:00")  # the earliest of all that have this position


def test_spans_are_open_and_closed_in_turn() -> None:
    """The stretches of an afternoon, an evening and a morning, cut at the ends asked for."""
    spans = office().spans(at("2026-03-02T16:00"), at("2026-03-03T10:00"))
    assert [(span.start.hour, span.end.hour, span.is_open) for span in spans] == [
        (16, 17, True),
        (17, 9, False),
        (9, 10, True),
    ]
    assert [span.duration for span in spans] == [HOUR, 16 * HOUR, HOUR]
    assert all(span.holidays == () for span in spans)


def test_no_time_has_no_spans() -> None:
    """From an instant to itself there is nothing, open or closed; backwards is a mistake."""
    assert office().spans(at("2026-03-02T12:00"), at("2026-03-02T12:00")) == ()
    with pytest.raises(ValueError, match="before"):
        office().spans(at("2026-03-02T12:00"), at("2026-03-02T11:00"))


def test_answers_are_in_utc_whatever_was_asked() -> None:
    """An instant with another offset gives the same answer, in UTC."""
    due = office(BERLIN).add(datetime.fromisoformat("2026-03-02T10:00+05:30"), HOUR)
    assert due == at("2026-03-02T10:00+01:00")  # it is 05:30 in Berlin: an hour after 09:00
    assert due.tzinfo is UTC
    assert office().next_open(at("2026-03-02T10:00+00:00")).tzinfo is UTC


def test_nothing_open_means_no_due_date() -> None:
    """A calendar without hours elapses nothing, has one closed span, and refuses every search, saying why."""
    never, t = calendar("UTC", {}), at("2026-03-02T12:00")
    assert never.elapsed(t, t + DAY) == timedelta(0)
    assert never.add(t, timedelta(0)) == t
    assert [span.is_open for span in never.spans(t, t + DAY)] == [False]
    searches: tuple[Callable[[], object], ...] = (
        lambda: never.add(t, MICRO),
        lambda: never.subtract(t, MICRO),
        lambda: never.next_open(t),
        lambda: never.next_close(t),
        lambda: never.previous_close(t),
        lambda: never.add_days(t, 0),
        lambda: never.add_days(t, -1),
    )
    for search in searches:
        with pytest.raises(NoBusinessTime, match="never open"):
            search()


def test_a_calendar_that_ended_says_until_when_it_was_open() -> None:
    """After its validity a search ends in an error that names the last close; before it, the first opening."""
    year = office(valid_from="2026-01-01", valid_until="2026-12-31", name="support desk 2026")
    with pytest.raises(CalendarExhausted, match=r"support desk 2026.*after 2026-12-31 17:00") as caught:
        year.add(at("2026-12-31T16:00"), 2 * HOUR)
    assert not isinstance(caught.value, NoBusinessTime)
    assert "2026-12-31" in caught.value.why
    with pytest.raises(CalendarExhausted, match=r"before 2026-01-01 09:00"):
        year.subtract(at("2026-01-01T10:00"), 2 * HOUR)
    assert year.add(at("2026-12-31T16:00"), HOUR) == at("2026-12-31T17:00")
    assert year.subtract(at("2026-01-01T10:00"), HOUR) == at("2026-01-01T09:00")
    assert year.next_open(at("2000-01-01T00:00")) == at("2026-01-01T09:00")
    assert year.previous_close(at("2199-01-01T00:00")) == at("2026-12-31T17:00")


def test_time_ends_with_2199() -> None:
    """A due date after 2199 is refused; the last microsecond before is still an answer."""
    always, last = BusinessCalendar.always(), at("2199-12-31T23:59:59.999999")
    assert always.add(last - MICRO, MICRO) == last
    assert always.is_open(last)
    with pytest.raises(CalendarExhausted):
        always.add(last, MICRO)
    assert always.subtract(at("1970-01-01T00:00") + MICRO, MICRO) == at("1970-01-01T00:00")
    with pytest.raises(CalendarExhausted):
        always.subtract(at("1970-01-01T00:00"), MICRO)
