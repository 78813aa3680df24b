"""What other tools got wrong in public, so that it stays right here: each test names what was reported."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from csmcore.calendars import BusinessCalendar
from tests.unit.calendars.offices import DAY, HOUR, MINUTE, at, calendar, every_day, office


def test_an_old_ticket_keeps_the_offset_of_its_day() -> None:
    """fivetran/dbt_zendesk#25, azure-devops-docs#8675: an hour off on tickets from the other half of the year.

    In New York 16:30 and 60 minutes is 09:30 the next morning, in winter time in winter, whenever it is asked.
    """
    new_york = office("America/New_York")
    assert new_york.add(at("2026-01-14T16:30-05:00"), HOUR) == at("2026-01-15T09:30-05:00")
    assert new_york.add(at("2026-07-14T16:30-04:00"), HOUR) == at("2026-07-15T09:30-04:00")
    assert (
        new_york.elapsed(at("2026-01-14T12:00-05:00"), at("2026-07-14T12:00-04:00")) == 129 * 8 * HOUR
    )  # 129 workdays apart


def test_an_hour_on_the_fall_back_day_moves_on() -> None:
    """moment-business-time#58: adding one hour on the autumn day returned the same instant."""
    always = every_day("America/New_York", "00:00-24:00")
    first = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    assert always.add(first, HOUR) == at("2026-11-01T01:30-05:00") == at("2026-11-01T05:30") + HOUR


@pytest.mark.parametrize("day", ["2016-07-04", "2017-11-05", "2017-03-12"])
def test_an_aware_date_on_a_holiday_or_a_change_ends(day: str) -> None:
    """businesstimedelta#9, moment-business-time#17, node-schedule#131: holidays and DST days looped for ever."""
    desk, begun = office("America/New_York", holidays=[day]), time.process_time()
    due = desk.add(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("America/New_York")), 8 * HOUR)
    assert due > at(f"{day}T12:00")
    assert time.process_time() - begun < 2


def test_two_days_a_week_are_a_schedule() -> None:
    """osTicket#6739: a schedule of Monday and Thursday did not work. Thursday 16:00 and two hours is Monday 10:00."""
    desk = calendar("UTC", {"mon": ["09:00-17:00"], "thu": ["09:00-17:00"]})
    assert desk.add(at("2026-03-05T16:00"), 2 * HOUR) == at("2026-03-09T10:00")
    assert desk.add(at("2026-03-02T16:00"), 2 * HOUR) == at("2026-03-05T10:00")


def test_hold_time_is_business_time() -> None:
    """frappe/helpdesk#2449, glpi#14937: a night on hold moves no due date, a hold from 16:00 to 10:00 by 2 h."""
    desk, opened, target = office(), at("2026-03-02T12:00"), 6 * HOUR
    due = desk.add(opened, target)
    assert due == at("2026-03-03T10:00")
    for start, end, moved in (("2026-03-02T18:00", "2026-03-03T08:00", 0), ("2026-03-02T16:00", "2026-03-03T10:00", 2)):
        assert desk.add(opened, target + desk.elapsed(at(start), at(end))) == due + moved * HOUR


def test_a_ticket_from_outside_hours_waits_for_the_opening() -> None:
    """glpi#687, businesstime#13: opened outside hours the delay was 0. Sunday and four hours is Monday 13:00."""
    assert office().add(at("2026-03-08T20:00"), 4 * HOUR) == at("2026-03-09T13:00")
    assert office().elapsed(at("2026-03-08T20:00"), at("2026-03-09T10:00")) == HOUR


def test_midnight_may_be_skipped_or_repeated() -> None:
    """zendesk/biz#37: midnight changes. Beirut 2026-03-29 has no 00:00-01:00, Havana 2026-11-01 has it twice."""
    beirut, havana = every_day("Asia/Beirut", "00:00-24:00"), every_day("America/Havana", "00:00-01:00")
    assert beirut.elapsed(at("2026-03-28T00:00+02:00"), at("2026-03-30T00:00+03:00")) == 47 * HOUR
    assert havana.elapsed(at("2026-11-01T00:00-04:00"), at("2026-11-02T00:00-05:00")) == 2 * HOUR


def test_a_night_window_is_no_negative_duration() -> None:
    """ajrasakha#969: 22:00-06:00 gave a negative length that was clamped to zero. It lasts eight hours."""
    nights = every_day("UTC", "22:00-06:00")
    assert nights.elapsed(at("2026-03-02T12:00"), at("2026-03-03T12:00")) == 8 * HOUR
    assert nights.add(at("2026-03-02T12:00"), 3 * HOUR) == at("2026-03-03T01:00")


def test_open_all_day_counts_elapsed_hours_over_a_change() -> None:
    """OTRS#787: 90 days and an hour of 24/7 over Berlin's spring change end two hours later on the wall."""
    always = BusinessCalendar.always("Europe/Berlin")
    assert always.add(at("2015-02-17T12:00+01:00"), 90 * DAY + HOUR) == at("2015-05-18T14:00+02:00")


def test_a_second_past_the_close_is_the_next_morning() -> None:
    """frappe/helpdesk: a target that ends with the day is due at its close, one second more the next morning."""
    desk = office()
    assert desk.add(at("2026-03-06T15:00"), 2 * HOUR) == at("2026-03-06T17:00")
    assert desk.add(at("2026-03-06T15:00"), 2 * HOUR + timedelta(seconds=1)) == at("2026-03-09T09:00:01")


def test_elapsed_between_two_closed_instants_is_the_open_time_between() -> None:
    """seatgeek/businesstime#7: from after one close to within the next day gave 0. It is the next day's 7 h 20 min."""
    desk = every_day("UTC", "07:00-16:00")
    assert desk.elapsed(at("2015-02-23T16:01"), at("2015-02-24T14:20")) == 7 * HOUR + 20 * MINUTE
