"""Goals that are due dates: business days with a time and a cut-off, and dates that were agreed on."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.conditions import field
from csmcore.model import Goal
from csmcore.rules import evaluate, next_deadline, tick
from tests.unit.sla.desk import Desk, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
SECOND = timedelta(seconds=1)
SPLIT = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-12:00, 13:00-17:00"))
AGREED = promise(goals=(Goal(due_field="extra.due"),))


def by_days(days: int, start: str, **more: Any) -> datetime | None:
    """The due date of a goal by days that starts then."""
    calendars = {"office": more.pop("hours")} if "hours" in more else None
    case = desk(promise(goals=(Goal(days=days, **more),)), (start, OPEN), calendars=calendars)
    return case.reading(start).due_at


def agreed(*steps: Any, **goal: Any) -> Desk:
    """A case whose due date is the one that its steps have in ``extra.due``."""
    return desk(promise(goals=(Goal(due_field="extra.due", **goal),)), *steps)


# --- business days ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "end", "start", "due"),
    [
        (2, "same_time", "12 10:00", "14 10:00"),  # Mon, Tue, Wed
        (1, "same_time", "16 10:00", "19 10:00"),  # Fri, then Mon
        (1, "same_time", "17 11:00", "20 11:00"),  # from a Saturday day 0 is Mon
        (0, "same_time", "17 11:00", "19 11:00"),
        (1, "same_time", "12 07:00", "13 09:00"),  # moved into Tuesday's hours
        (1, "same_time", "12 20:00", "13 17:00"),
        (0, "close", "12 10:00", "12 17:00"),
        (2, "close", "12 10:00", "14 17:00"),
        (1, "16:00", "12 10:00", "13 16:00"),
        (1, "09:00", "12 10:00", "13 09:00"),
        (1, "06:30", "12 10:00", "13 09:00"),  # before the opening
        (1, "23:59", "12 10:00", "13 17:00"),  # after the close
        (0, "16:00", "12 10:00", "12 16:00"),
    ],
)
def test_a_goal_by_days_ends_on_the_nth_business_day(days: int, end: str, start: str, due: str) -> None:
    """Day 0 is the first working date on or after the start's; the end is the same time, another, or the close."""
    assert by_days(days, start, at=end) == at(due)


@pytest.mark.parametrize(
    ("cutoff", "start", "due"),
    [
        ("16:00", "12 15:59", "13 17:00"),
        ("16:00", "12 16:00", "13 17:00"),  # exactly the cut-off is before it
        ("16:00", "12 16:01", "14 17:00"),
        ("09:00", "12 06:00", "13 17:00"),  # waits for the opening at 09:00, which is the cut-off
        ("08:00", "12 06:00", "14 17:00"),  # the opening is after the cut-off
        ("23:00", "12 16:59", "13 17:00"),
        ("23:00", "12 17:00", "14 17:00"),  # at the close nothing opens any more that day
        ("12:00", "17 20:00", "20 17:00"),  # Saturday waits for Monday 09:00: day 0 is Mon, and before its cut-off
        ("08:00", "17 20:00", "21 17:00"),  # Monday's opening is after the cut-off
    ],
)
def test_a_start_after_the_cutoff_counts_as_of_the_next_day(cutoff: str, start: str, due: str) -> None:
    """The cut-off is asked of the instant at which work could begin; after the last close it always is missed."""
    assert by_days(1, start, at="close", cutoff=cutoff) == at(due)


def test_the_cutoff_is_asked_of_the_opening_after_lunch() -> None:
    """12:30 waits for 13:00: a cut-off at 12:45 is missed, one at 13:00 is not."""
    assert by_days(0, "12 12:30", at="close", cutoff="13:00", hours=SPLIT) == at("12 17:00")
    assert by_days(0, "12 12:30", at="close", cutoff="12:45", hours=SPLIT) == at("13 17:00")


def test_the_cutoff_is_exact_to_the_microsecond() -> None:
    """A microsecond after 16:00 is after it, though the minute is the same."""
    definition = promise(goals=(Goal(days=0, at="close", cutoff="16:00"),), retroactive_start="extra.began")
    for late, due in ((0, "12 17:00"), (1, "13 17:00")):
        began = at("12 16:00") + late * timedelta(microseconds=1)
        assert desk(definition, ("12 16:30", {**OPEN, "extra.began": began})).reading("12 16:30").due_at == at(due)


def test_the_cutoff_is_on_the_calendar_s_own_clock() -> None:
    """15:30 UTC is 16:30 in Berlin in January: after a cut-off at 16:00, before one at 16:30."""
    berlin = BusinessCalendar(timezone="Europe/Berlin", hours=WeeklyHours.parse("Mon-Fri 09:00-18:00"))
    assert by_days(1, "12 15:30", cutoff="16:00", at="12:00", hours=berlin) == at("14 11:00")
    assert by_days(1, "12 15:30", cutoff="16:30", at="12:00", hours=berlin) == at("13 11:00")


@pytest.mark.parametrize(("days", "end"), [(0, "same_time"), (0, "10:00"), (0, "09:30"), (0, "00:00")])
def test_a_due_date_that_is_not_after_the_start_is_a_second_after_it(days: int, end: str) -> None:
    """A promise takes some time: one that would be over as it begins gets a second."""
    assert by_days(days, "12 10:00", at=end) == at("12 10:00") + SECOND


def test_the_goal_of_a_due_date_is_the_open_time_up_to_it() -> None:
    """Two days from Mon 10:00 are 7 + 8 + 1 hours: on Tue 10:00 half of them are used up."""
    reading = desk(promise(goals=(Goal(days=2),)), ("12 10:00", OPEN)).reading("13 10:00")
    assert (reading.goal, reading.elapsed, reading.percent) == (hours(16), hours(8), Fraction(50))


def test_a_due_date_by_days_moves_by_the_open_time_of_pauses() -> None:
    """Two hours of pause on Monday move Tue 10:00 to 12:00; a night moves nothing."""
    definition = promise(goals=(Goal(days=1),))
    case = desk(definition, ("12 10:00", OPEN), ("12 12:00", WAIT), ("12 14:00", OPEN))
    reading = case.reading("12 15:00")
    assert (reading.due_at, reading.original_due_at) == (at("13 12:00"), at("13 10:00"))
    assert (reading.goal, reading.elapsed) == (hours(8), hours(3))  # 10-12, 14-15
    assert case.reading("13 12:00").breached_at == at("13 12:00")
    nightly = desk(definition, ("12 10:00", OPEN), ("12 17:00", WAIT), ("13 09:00", OPEN))
    assert nightly.reading("13 09:30").due_at == at("13 10:00")


def test_while_paused_a_due_date_waits() -> None:
    """It moves with the pause: were it over now, Tue 10:00 would be Tue 11:30 after 90 minutes."""
    case = desk(promise(goals=(Goal(days=1),)), ("12 10:00", OPEN), ("12 12:00", WAIT))
    reading = case.reading("12 13:30")
    assert (reading.due_at, reading.due_if_resumed_now, reading.derived_end_at) == (
        None,
        at("13 11:30"),
        at("13 10:00"),
    )
    assert not case.reading("20 09:00").has_breached


def test_a_due_date_after_closed_time_is_missed_then_and_not_before() -> None:
    """From Mon 16:00 to Tue 09:00 there is one open hour, used up at 17:00; but the promise is Tuesday, 09:00."""
    definition = promise(goals=(Goal(days=1, at="09:00"),), thresholds=(50, 100, 200))
    case = desk(definition, ("12 16:00", OPEN))
    night = case.reading("12 20:00")
    assert (night.goal, night.remaining, night.percent, night.has_breached) == (
        hours(1),
        hours(0),
        Fraction(100),
        False,
    )
    assert (night.due_at, night.next_at) == (at("13 09:00"), at("13 09:00"))
    assert case.reading("13 09:00").breached_at == at("13 09:00")
    assert case.fired("13 17:00") == {"50%": at("12 16:30"), "100%": at("13 09:00"), "200%": at("13 10:00")}


def test_without_a_calendar_every_date_is_a_working_date_of_the_policy() -> None:
    """Around the clock a day ends at the policy's midnight: 23:30 UTC is the next date in Berlin already."""
    definition = promise(goals=(Goal(days=0, at="close"),), calendar=None)
    assert desk(definition, ("12 22:30", OPEN)).reading("12 22:30").due_at == at("13 00:00")
    berlin = desk(definition, ("12 23:30", OPEN), timezone="Europe/Berlin")
    assert berlin.reading("12 23:30").due_at == at("13 23:00")  # 24:00 in Berlin


def test_a_goal_by_days_starts_afresh_under_restart() -> None:
    """Made urgent on Tuesday, the case is due a business day after that."""
    goals = (Goal(days=1, when=field("priority") == 1), Goal(days=3))
    case = desk(
        promise(goals=goals, on_goal_change="restart"), ("12 10:00", OPEN), ("13 11:00", {**OPEN, "priority": 1})
    )
    assert case.reading("13 10:00").due_at == at("15 10:00")
    assert (case.reading("13 12:00").due_at, case.reading("13 12:00").started_at) == (at("14 11:00"), at("13 11:00"))


def test_under_carry_a_goal_by_days_counts_from_the_start() -> None:
    """Made urgent on Tuesday, the case was due a business day after Monday; pauses so far move that too."""
    goals = (Goal(days=1, when=field("priority") == 1), Goal(days=3))
    steps = (("12 10:00", OPEN), ("12 11:00", WAIT), ("12 13:00", OPEN), ("13 09:30", {**OPEN, "priority": 1}))
    assert desk(promise(goals=goals), *steps).reading("13 09:30").due_at == at("13 12:00")  # Tue 10:00 + 2 h


def test_a_due_date_that_is_over_when_it_comes_is_missed_then() -> None:
    """Made urgent on Wednesday, the case was due on Tuesday: the breach is the revision's instant."""
    goals = (Goal(days=1, when=field("priority") == 1), Goal(days=3))
    case = desk(promise(goals=goals, thresholds=(80,)), ("12 10:00", OPEN), ("14 10:00", {**OPEN, "priority": 1}))
    reading = case.reading("14 10:00")
    assert (reading.breached_at, reading.due_at, reading.goal) == (at("14 10:00"), at("13 10:00"), hours(8))
    assert case.fired("14 10:00") == {"80%": at("14 10:00")}


# --- dates that were agreed on ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (at("13 12:00"), at("13 12:00")),
        (at("13 17:00"), at("13 17:00")),  # exactly at a close
        (at("13 09:00"), at("13 09:00")),  # exactly at an opening
        (at("13 20:00"), at("14 09:00")),  # closed: the next opening
        (at("17 12:00"), at("19 09:00")),
        (at("13 17:00") + timedelta(microseconds=1), at("14 09:00")),
        (at("12 08:30"), at("12 10:00") + SECOND),  # its opening is before the start
        (at("12 10:00"), at("12 10:00") + SECOND),
        (at("09 10:00"), at("12 10:00") + SECOND),
        (datetime(1970, 1, 1, tzinfo=UTC), at("12 10:00") + SECOND),
        (None, at("12 10:00") + SECOND),
        ("soon", at("12 10:00") + SECOND),
        (20260113, at("12 10:00") + SECOND),
        (date(2026, 1, 13), at("12 10:00") + SECOND),
    ],
)
def test_a_date_that_was_agreed_on_is_the_due_date(due: object, expected: datetime) -> None:
    """In closed time it is the next opening; one that is empty, past or no instant is a second after the start."""
    reading = agreed(("12 10:00", {**OPEN, "extra.due": due})).reading("12 10:00")
    assert (reading.due_at, reading.original_due_at) == (expected, expected)


def test_a_date_in_another_zone_is_the_same_instant() -> None:
    """13:00 in Berlin is 12:00 UTC."""
    due = datetime.fromisoformat("2026-01-13T13:00:00+01:00")
    reading = agreed(("12 10:00", {**OPEN, "extra.due": due})).reading("12 10:00")
    assert reading.due_at == at("13 12:00")
    assert reading.due_at.tzinfo is UTC


def test_another_date_is_another_goal_and_pauses_before_it_do_not_move_it() -> None:
    """Of two pauses of an hour only the one after the new date was agreed on moves it."""
    steps = (
        ("12 09:00", {**OPEN, "extra.due": at("13 12:00")}),
        ("12 10:00", WAIT),
        ("12 11:00", OPEN),
        ("12 12:00", {"extra.due": at("13 15:00")}),
        ("12 13:00", WAIT),
        ("12 14:00", OPEN),
    )
    case = agreed(*steps)
    assert case.reading("12 11:30").due_at == at("13 13:00")  # read at attach: all pauses move it
    assert case.reading("12 12:00").due_at == at("13 15:00")
    reading = case.reading("12 15:00")
    assert (reading.due_at, reading.goal) == (at("13 16:00"), hours(13))  # 8 + 6 h up to it, less the hour before
    assert (reading.elapsed, reading.paused) == (hours(4), hours(2))  # 9-10, 11-13, 14-15
    assert case.reading("13 16:00").breached_at == at("13 16:00")


def test_a_pause_in_which_another_date_was_agreed_on_moves_it_by_the_rest() -> None:
    """Paused 13:00 to 15:00, agreed at 14:00: one of the two hours counts."""
    steps = (
        ("12 09:00", {**OPEN, "extra.due": at("13 12:00")}),
        ("12 13:00", WAIT),
        ("12 14:00", {"extra.due": at("13 15:00")}),
        ("12 15:00", OPEN),
    )
    case = agreed(*steps)
    paused = case.reading("12 14:30")
    assert (paused.goal, paused.due_if_resumed_now) == (hours(13), at("13 15:30"))  # 14 h less 13:00-14:00
    assert case.reading("12 16:00").due_at == at("13 16:00")
    assert case.reading("13 16:00").breached_at == at("13 16:00")


def test_a_date_that_is_taken_back_is_a_second_after_the_start() -> None:
    """Emptied, the promise is over: the breach is the revision's instant."""
    case = agreed(("12 09:00", {**OPEN, "extra.due": at("13 12:00")}), ("12 10:00", {"extra.due": None}))
    reading = case.reading("12 10:00")
    assert (reading.breached_at, reading.derived_end_at) == (at("12 10:00"), at("12 09:00") + SECOND)


@pytest.mark.parametrize("mode", ["keep", "keep_first"])
def test_a_goal_that_is_kept_keeps_its_date(mode: str) -> None:
    """Where goals are kept, so is what was agreed on at the beginning."""
    definition = promise(goals=AGREED.goals, on_goal_change=mode)
    steps = (("12 09:00", {**OPEN, "extra.due": at("13 12:00")}), ("12 10:00", {"extra.due": at("14 12:00")}))
    assert desk(definition, *steps).reading("12 11:00").due_at == at("13 12:00")


def test_another_date_restarts_where_goals_do() -> None:
    """Under restart the clock counts from the revision that brought the new date, its thresholds fired once."""
    definition = promise(goals=AGREED.goals, on_goal_change="restart", thresholds=(10, 50))
    steps = (("12 09:00", {**OPEN, "extra.due": at("13 12:00")}), ("12 11:00", {"extra.due": at("13 15:00")}))
    case = desk(definition, *steps)
    reading = case.reading("12 12:00")
    assert (reading.started_at, reading.goal, reading.elapsed) == (at("12 11:00"), hours(12), hours(1))  # 6 + 6
    assert case.fired("13 09:00") == {
        "10%": at("12 10:06"),  # of 11 h
        "50%": at("12 17:00"),  # of 12 h
    }


def test_another_date_heals_no_breach() -> None:
    """Put off after it was missed, the date stays missed."""
    case = agreed(("12 09:00", {**OPEN, "extra.due": at("12 12:00")}), ("12 13:00", {"extra.due": at("13 12:00")}))
    reading = case.reading("12 14:00")
    assert (reading.breached_at, reading.due_at, reading.derived_end_at) == (
        at("12 12:00"),
        at("12 12:00"),
        at("13 12:00"),
    )


def test_a_date_that_stands_is_not_moved_by_pauses() -> None:
    """What is promised for 15:00 is due at 15:00; what was paused is gone from the goal when it goes on."""
    steps = (("12 09:00", {**OPEN, "extra.due": at("12 15:00")}), ("12 10:00", WAIT), ("12 12:00", OPEN))
    case = agreed(*steps, moved_by_pauses=False)
    paused, resumed = case.reading("12 11:00"), case.reading("12 13:00")
    assert (paused.goal, paused.due_at, paused.due_if_resumed_now) == (hours(6), None, at("12 15:00"))
    assert (resumed.goal, resumed.due_at, resumed.percent) == (hours(4), at("12 15:00"), Fraction(50))  # 2 of 6 - 2
    assert case.reading("12 15:00").breached_at == at("12 15:00")


def test_a_date_that_stands_may_pass_in_a_pause() -> None:
    """Paused clocks cannot break: it is missed at the instant at which the clock goes on."""
    steps = (("12 09:00", {**OPEN, "extra.due": at("12 15:00")}), ("12 10:00", WAIT), ("13 10:00", OPEN))
    case = agreed(*steps, moved_by_pauses=False)
    assert not case.reading("12 16:00").has_breached
    reading = case.reading("13 10:00")
    assert (reading.breached_at, reading.due_at, reading.goal) == (at("13 10:00"), at("12 15:00"), hours(1))  # 6 - 5
    assert (reading.percent, reading.elapsed) == (Fraction(100), hours(1))
    assert case.reading("13 11:00").overdue == hours(1)


def test_a_date_that_is_past_is_no_later_for_falling_in_closed_time() -> None:
    """Saturday 09:00 is before a start on Saturday 10:00, though both would be moved to Monday 09:00."""
    start = ("17 10:00", {**OPEN, "extra.due": at("17 09:00")})
    assert agreed(start).reading("17 10:00").due_at == at("17 10:00") + SECOND
    start = ("17 10:00", {**OPEN, "extra.due": at("17 10:01")})
    assert agreed(start).reading("17 10:00").due_at == at("19 09:00")


def test_a_goal_of_no_time_is_none_or_all_used_up() -> None:
    """A date in the closed time after the start: nothing counts up to it, so the percent is 0 until it is missed."""
    case = agreed(("12 18:00", {**OPEN, "extra.due": at("13 07:00")}))
    before, then = case.reading("12 20:00"), case.reading("13 09:00")
    assert (before.goal, before.due_at, before.percent) == (hours(0), at("13 09:00"), Fraction(0))
    assert (then.has_breached, then.percent) == (True, Fraction(100))


# --- where the calendar ends -----------------------------------------------------------------------------------------

ENDS = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"), valid_until=date(2026, 1, 13))


@pytest.mark.parametrize(
    ("goal", "fields"),
    [
        (Goal(days=2), {}),
        (Goal(days=1, cutoff="08:00"), {}),
        (Goal(due_field="extra.due"), {"extra.due": at("14 12:00")}),
    ],
)
def test_a_due_date_beyond_the_calendar_is_none(goal: Goal, fields: dict[str, object]) -> None:
    """Where the hours end before the date there is no due date, and nothing ever happens."""
    definition = promise(goals=(goal,), calendar=None, calendar_source=("account.calendar",), thresholds=(1,))
    first = {**OPEN, "account.calendar": "office", **fields}
    case = desk(definition, ("12 09:00", first), ("12 10:00", WAIT), ("12 11:00", OPEN), calendars={"office": ENDS})
    reading = case.reading("30 09:00")
    assert (reading.due_at, reading.next_at, reading.has_breached) == (None, None, False)
    assert [reason.code for reason in reading.reasons] == ["calendar_ends"]
    assert case.reading("12 10:30").due_if_resumed_now is None
    assert case.fired("30 09:00") == {}


def test_a_pause_may_push_a_date_beyond_the_calendar() -> None:
    """Tue 16:00 and three hours of pause are after the last close."""
    definition = promise(
        goals=(Goal(days=1, at="16:00"),), calendar=None, calendar_source=("account.calendar",), thresholds=(200,)
    )
    first = ("12 09:00", {**OPEN, "account.calendar": "office"})
    case = desk(definition, first, ("12 10:00", WAIT), ("12 13:00", OPEN), calendars={"office": ENDS})
    reading = case.reading("13 18:00")
    assert (reading.due_at, reading.original_due_at, reading.has_breached) == (None, at("13 16:00"), False)


def test_a_date_that_stands_survives_the_calendar_s_end() -> None:
    """What is not moved needs no open time: it is due when it is due."""
    definition = promise(
        goals=(Goal(due_field="extra.due", moved_by_pauses=False),),
        calendar=None,
        calendar_source=("account.calendar",),
        thresholds=(200,),
    )
    first = {**OPEN, "account.calendar": "office", "extra.due": at("13 16:00")}
    case = desk(definition, ("12 09:00", first), ("12 10:00", WAIT), ("13 15:00", OPEN), calendars={"office": ENDS})
    state = evaluate(case.plan, case.revisions, at("13 15:00"))
    assert next_deadline(case.plan, state, at("13 15:00")) == at("13 16:00")
    assert tick(case.plan, state, at("30 09:00")).clocks[0].fired == ()  # 200 % are after the last close
    assert case.reading("30 09:00").breached_at == at("13 16:00")


def test_a_date_that_conditions_ask_about_is_still_seen_to_change() -> None:
    """Where some condition asks whether there is a date, another date is a change all the same."""
    dated = Goal(due_field="extra.due", when=field("extra.due").is_not_empty())
    definition = promise(goals=(dated, Goal(hours(8))))
    steps = (("12 09:00", {"state": "open", "extra.due": at("13 12:00")}), ("12 11:00", {"extra.due": at("15 12:00")}))
    assert desk(definition, *steps).reading("12 12:00").due_at == at("15 12:00")
