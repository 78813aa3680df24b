"""Contract terms: months that end, leap days, renewals, and the instants that dates cover."""

from datetime import date

import pytest

from csmcore.calendars import Term, covered
from csmcore.errors import CsmError, InvalidValue, OutOfRange, UnknownTimeZone
from tests.unit.calendars.offices import DAY, HOUR, at


def on(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("term", "start", "end", "last"),
    [
        ("12 months", "2026-03-01", "2027-03-01", "2027-02-28"),
        ("1 year", "2026-03-01", "2027-03-01", "2027-02-28"),
        ("1 month", "2026-01-31", "2026-02-28", "2026-02-27"),
        ("1 month", "2028-01-31", "2028-02-29", "2028-02-28"),
        ("1 year", "2024-02-29", "2025-02-28", "2025-02-27"),
        ("4 years", "2024-02-29", "2028-02-29", "2028-02-28"),
        ("30 days", "2026-01-31", "2026-03-02", "2026-03-01"),
        ("2 weeks", "2026-12-25", "2027-01-08", "2027-01-07"),
        ("1 day", "2026-12-31", "2027-01-01", "2026-12-31"),
        ("100 years", "2026-01-01", "2126-01-01", "2125-12-31"),
    ],
)
def test_a_term_ends_on_the_calendar(term: str, start: str, end: str, last: str) -> None:
    """Months and years land on the same day of the month, or on the last one where there is no such day."""
    assert Term.parse(term).end(on(start)) == on(end)
    assert Term.parse(term).last_day(on(start)) == on(last)


def test_renewals_do_not_drift() -> None:
    """Terms are counted from the first start: 31 January renews on 28 February, then on 31 March again."""
    ends = [Term.parse("1 month").end(on("2027-01-31"), times).isoformat() for times in range(1, 6)]
    assert ends == ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"]


def test_a_term_may_stay_on_last_days() -> None:
    """With `end_of_month` a start on a month's last day ends on last days; another start is as without it."""
    term = Term.parse("1 month", end_of_month=True)
    assert [term.end(on("2025-02-28"), times).isoformat() for times in (1, 2, 12)] == [
        "2025-03-31",
        "2025-04-30",
        "2026-02-28",
    ]
    assert term.end(on("2024-02-29"), 12) == on("2025-02-28")
    assert term.end(on("2024-02-28")) == on("2024-03-28")
    assert Term.parse("1 month").end(on("2025-02-28")) == on("2025-03-28")


def test_months_come_before_days() -> None:
    """A term of a month and a day is a month on, then a day."""
    assert Term(months=1, days=1).end(on("2026-01-31")) == on("2026-03-01")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "months",
        "0 months",
        "0 days",
        "-1 year",
        "+1 year",
        "1.5 years",
        "1 fortnight",
        "12months",
        "12 months ",
        "1e3 days",
        "1 Year",
        "٣ days",
        "9" * 5000 + " days",
    ],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    """A term is a positive whole number of years, months, weeks or days."""
    with pytest.raises(InvalidValue) as caught:
        Term.parse(text)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("months", "days"), [(0, 0), (-1, 0), (0, -1), (12, -1), (-12, 400)])
def test_a_term_goes_forward(months: int, days: int) -> None:
    """A term of nothing, or backwards, is refused."""
    with pytest.raises(InvalidValue):
        Term(months=months, days=days)


@pytest.mark.parametrize(
    "text", ["101 years", "99999 years", "99999 months", "99999 weeks", "99999 days", "36526 days"]
)
def test_a_term_is_at_most_a_hundred_years(text: str) -> None:
    """A longer term is out of range."""
    with pytest.raises(OutOfRange):
        Term.parse(text)


@pytest.mark.parametrize(
    ("term", "start", "times"),
    [
        ("100 years", "2150-01-01", 1),
        ("1 year", "2026-01-01", 10**9),
        ("1 day", "2026-01-01", 10**12),
        ("1 month", "9999-12-31", 1),
        ("1 year", "2199-06-01", 1),
        ("1 year", "2026-01-01", 10**30),
    ],
)
def test_no_term_ends_after_2199(term: str, start: str, times: int) -> None:
    """A term that would run past the last year that calendars know ends in a typed error, and in no other."""
    with pytest.raises(CsmError):
        Term.parse(term).end(on(start), times)


def test_the_last_day_of_all_is_2199_12_31() -> None:
    """A term may end with the horizon."""
    assert Term.parse("1 year").last_day(on("2199-01-01")) == on("2199-12-31")


def test_days_cover_local_midnight_to_midnight() -> None:
    """Both dates are included: in Berlin a March from the 1st to the 31st begins at 23:00 UTC and loses an hour."""
    begin, end = covered(on("2026-03-01"), on("2026-03-31"), "Europe/Berlin")
    assert (begin, end) == (at("2026-02-28T23:00"), at("2026-03-31T22:00"))
    assert end - begin == 31 * DAY - HOUR


def test_one_day_is_covered_from_itself_to_itself() -> None:
    """A day of coverage is 24 hours, 23 or 25 when the clock changes, none when it was skipped."""
    lengths = {
        (zone, day): covered(on(day), on(day), zone)
        for zone, day in (
            ("UTC", "2026-03-29"),
            ("Europe/Berlin", "2026-03-29"),
            ("Europe/Berlin", "2026-10-25"),
            ("Pacific/Apia", "2011-12-30"),
        )
    }
    assert [(end - begin) // HOUR for begin, end in lengths.values()] == [24, 23, 25, 0]


def test_a_day_whose_midnight_is_skipped_begins_after_the_gap() -> None:
    """Sao Paulo's 2018-11-04 begins at 01:00 there, 03:00 UTC."""
    assert covered(on("2018-11-04"), None, "America/Sao_Paulo")[0] == at("2018-11-04T03:00")


def test_an_open_end_is_the_horizon() -> None:
    """Without a first or last date coverage runs from 1970 or to 2199."""
    assert covered(None, None, "Asia/Tokyo") == (at("1970-01-01T00:00"), at("2200-01-01T00:00"))
    assert covered(on("1970-01-01"), on("2199-12-31"), "America/New_York") == (
        at("1970-01-01T05:00"),
        at("2200-01-01T00:00"),
    )


def test_coverage_does_not_end_before_it_begins() -> None:
    """A last date before the first is refused, and so is a zone that does not exist."""
    with pytest.raises(InvalidValue):
        covered(on("2026-02-01"), on("2026-01-31"), "UTC")
    with pytest.raises(UnknownTimeZone):
        covered(on("2026-02-01"), None, "Mars/Olympus_Mons")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0001-01-01", None),
        (None, "9999-12-31"),
        ("1969-12-31", "2026-01-01"),
        ("2026-01-01", "2200-01-01"),
        ("0001-01-01", "9999-12-31"),
    ],
)
def test_dates_beyond_the_horizon_cover_no_more_than_it(first: str | None, last: str | None) -> None:
    """A date outside 1970 to 2199 is clipped to it or refused with a typed error; nothing else leaves."""
    try:
        begin, end = covered(on(first) if first else None, on(last) if last else None, "Asia/Kathmandu")
    except CsmError:
        return
    assert at("1970-01-01T00:00") <= begin <= end <= at("2200-01-01T00:00")
