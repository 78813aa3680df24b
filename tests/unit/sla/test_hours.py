"""By which hours a clock runs: its own, the case's, its goal's; and what a change of them does."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, Calendar, WeeklyHours
from csmcore.conditions import field
from csmcore.errors import InvalidValue
from csmcore.model import CalendarStretch, Goal, SlaDefinition
from csmcore.rules import evaluate, explain, read
from tests.unit.sla.desk import OFFICE, Desk, Step, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
CALENDARS: dict[str, Calendar] = {
    "office": OFFICE,
    "late": BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 13:00-21:00")),
    "floating": BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"), floating=True),
}
SOURCES = ("account.calendar", "extra.calendar")
LATE, EARLY = {"account.calendar": "late"}, {"account.calendar": "office"}


def sourced(**changes: Any) -> SlaDefinition:
    """The promise, by the hours that the case names, else by its office's."""
    return promise(**{"calendar_source": SOURCES, **changes})


def told(definition: SlaDefinition, *steps: Step, **more: Any) -> Desk:
    """A case under the three calendars."""
    return desk(definition, *steps, calendars=CALENDARS, **more)


# --- which hours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "calendar", "due"),
    [
        ({}, "office", "12 13:00"),
        ({"account.calendar": "late"}, "late", "12 17:00"),
        ({"extra.calendar": "late"}, "late", "12 17:00"),
        ({"account.calendar": "late", "extra.calendar": "office"}, "late", "12 17:00"),
        ({"account.calendar": "", "extra.calendar": "late"}, "late", "12 17:00"),
        ({"account.calendar": None, "extra.calendar": ""}, "office", "12 13:00"),
        ({"extra.calendar": 7}, "office", "12 13:00"),
        ({"extra.calendar": ("late",)}, "office", "12 13:00"),
    ],
)
def test_the_first_field_that_names_a_calendar_decides(fields: dict[str, object], calendar: str, due: str) -> None:
    """Fields that are empty, or no text, are passed over; after them comes the definition's own."""
    reading = told(sourced(), ("12 09:00", OPEN | fields)).reading("12 09:00")
    assert (reading.calendar, reading.due_at, reading.reasons) == (calendar, at(due), ())


def test_a_name_that_leads_nowhere_gives_way_with_a_reason() -> None:
    """An unknown calendar in the first field is not made good by the next: the definition's own counts, and says so."""
    first = {**OPEN, "account.calendar": "attic", "extra.calendar": "late"}
    case = told(sourced(), ("12 09:00", first), ("12 10:00", {"account.calendar": None}))
    reading = case.reading("12 09:00")
    assert (reading.calendar, reading.due_at) == ("office", at("12 13:00"))
    assert [(reason.code, "'attic'" in reason.text) for reason in reading.reasons] == [("unknown_calendar", True)]
    assert (case.reading("12 10:00").calendar, case.reading("12 10:00").reasons) == ("late", ())


def test_a_new_name_that_leads_nowhere_changes_the_reason_alone() -> None:
    """From one unknown name to another the clock runs on as before, and says the new one."""
    case = told(
        sourced(),
        ("12 09:00", {**OPEN, "account.calendar": "attic"}),
        ("12 10:00", {"account.calendar": "cellar"}),
        ("12 11:00", {"account.calendar": "cellar", "category": "gold"}),
    )
    for when, name in (("12 09:30", "attic"), ("12 10:30", "cellar"), ("12 11:30", "cellar")):
        (reason,) = case.reading(when).reasons
        assert f"'{name}'" in reason.text
    (clock,) = case.clocks("12 12:00")
    assert (clock.stretches, clock.due_at) == ((), at("12 13:00"))


def test_a_definition_without_hours_of_its_own_is_around_the_clock() -> None:
    """Where no field names a calendar all the time counts."""
    case = told(sourced(calendar=None), ("12 20:00", OPEN))
    assert (case.reading("12 20:00").calendar, case.reading("12 20:00").due_at) == (None, at("13 00:00"))


def test_a_goal_has_hours_of_its_own() -> None:
    """A goal's calendar outranks the case's and the definition's; it comes and goes with the goal."""
    goals = (Goal(hours(4), field("priority") == 1, calendar="late"), Goal(hours(4)))
    steps = (("12 09:00", {**OPEN, "priority": 3}), ("12 10:00", {"priority": 1}), ("12 11:00", {"priority": 3}))
    case = told(promise(goals=goals, calendar_source=SOURCES), *steps)
    assert (case.reading("12 09:30").calendar, case.reading("12 09:30").due_at) == ("office", at("12 13:00"))
    # An hour is used up; three more from 13:00.
    assert (case.reading("12 10:30").calendar, case.reading("12 10:30").due_at) == ("late", at("12 16:00"))
    assert (case.reading("12 11:30").calendar, case.reading("12 11:30").due_at) == ("office", at("12 14:00"))


# --- zones -----------------------------------------------------------------------------------------------------------

ZONED = ("account.timezone", "extra.zone")


@pytest.mark.parametrize(
    ("fields", "zone", "due"),
    [
        ({}, None, "12 13:00"),
        ({"account.timezone": "America/New_York"}, "America/New_York", "12 18:00"),  # 9-17 there is 14-22 UTC
        ({"extra.zone": "Europe/Berlin"}, "Europe/Berlin", "12 13:00"),  # 8-16 UTC: from 09:00
        ({"account.timezone": "", "extra.zone": "America/New_York"}, "America/New_York", "12 18:00"),
    ],
)
def test_a_floating_calendar_is_read_where_the_customer_is(
    fields: dict[str, object], zone: str | None, due: str
) -> None:
    """Nine to five is nine to five in the zone that the case names."""
    case = told(promise(calendar="floating", timezone_source=ZONED), ("12 09:00", OPEN | fields))
    assert (case.reading("12 09:00").timezone, case.reading("12 09:00").due_at) == (zone, at(due))


def test_other_calendars_stay_where_they_are() -> None:
    """A calendar with a zone of its own is not moved by the customer's."""
    case = told(promise(timezone_source=ZONED), ("12 09:00", {**OPEN, "account.timezone": "America/New_York"}))
    assert case.reading("12 09:00").due_at == at("12 13:00")


def test_around_the_clock_the_days_are_those_of_the_zone() -> None:
    """The end of the first day is midnight where the customer is: 05:00 UTC in New York."""
    definition = promise(goals=(Goal(days=0, at="close"),), calendar=None, timezone_source=ZONED)
    case = told(definition, ("12 12:00", {**OPEN, "account.timezone": "America/New_York"}))
    assert case.reading("12 12:00").due_at == at("13 05:00")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "UTC+1"])
def test_an_unknown_zone_gives_way_with_a_reason(name: str) -> None:
    """The calendar's own zone counts, and the reading says so."""
    definition = promise(calendar="floating", timezone_source=ZONED)
    reading = told(definition, ("12 09:00", {**OPEN, "account.timezone": name})).reading("12 09:00")
    assert (reading.timezone, reading.due_at) == (None, at("12 13:00"))
    assert [reason.code for reason in reading.reasons] == ["unknown_calendar"]


def test_a_calendar_and_a_zone_may_both_be_unknown() -> None:
    """Each has its reason."""
    definition = sourced(timezone_source=ZONED)
    fields = {"account.calendar": "attic", "account.timezone": "Mars"}
    assert len(told(definition, ("12 09:00", OPEN | fields)).reading("12 09:00").reasons) == 2


def test_a_move_to_another_zone_is_a_change_of_hours() -> None:
    """Three hours in UTC's office, then New York's, which opens at 14:00 UTC."""
    definition = promise(calendar="floating", timezone_source=ZONED)
    case = told(definition, ("12 09:00", OPEN), ("12 12:00", {"account.timezone": "America/New_York"}))
    reading = case.reading("12 14:30")
    assert (reading.elapsed, reading.due_at) == (hours(3.5), at("12 15:00"))
    (clock,) = case.clocks("12 14:30")
    assert clock.stretches == (CalendarStretch(at("12 09:00"), at("12 12:00"), hours(3), "floating"),)


# --- other hours while the clock runs --------------------------------------------------------------------------------


def test_each_stretch_counts_under_the_hours_then_in_force() -> None:
    """Seven office hours up to 16:00, then three of the late shift: ten hours are over at 19:00."""
    definition = sourced(goals=(Goal(hours(10)),), thresholds=(60, 80))
    case = told(definition, ("12 09:00", OPEN | EARLY), ("12 16:00", LATE))
    reading = case.reading("12 18:00")
    assert (reading.elapsed, reading.due_at, reading.original_due_at) == (hours(9), at("12 19:00"), at("13 11:00"))
    assert case.fired("12 18:00") == {"60%": at("12 15:00"), "80%": at("12 17:00")}
    assert case.reading("12 19:00").breached_at == at("12 19:00")


def test_or_all_of_it_counts_under_the_last() -> None:
    """Under the late shift Monday holds eight hours from 13:00, and Tuesday the other two."""
    definition = sourced(goals=(Goal(hours(10)),), on_calendar_change="last")
    case = told(definition, ("12 09:00", OPEN | EARLY), ("12 16:00", LATE))
    reading = case.reading("12 18:00")
    assert (reading.elapsed, reading.due_at) == (hours(5), at("13 15:00"))
    assert case.clocks("12 18:00")[0].stretches == ()


@pytest.mark.parametrize(
    ("mode", "elapsed", "paused", "due"),
    [
        ("segments", 3, 6, "13 14:00"),  # paused 12-14 in the office, 14-18 late; then 18-21, and one of Tuesday's
        ("last", 0, 5, "13 17:00"),  # under the late shift 13-18; then 18-21, and four of Tuesday's
    ],
)
def test_a_pause_counts_by_the_hours_too(mode: str, elapsed: int, paused: int, due: str) -> None:
    """Hours that change in a pause change how much of it counts."""
    definition = sourced(goals=(Goal(hours(7)),), on_calendar_change=mode)
    case = told(definition, ("12 09:00", OPEN | EARLY), ("12 12:00", WAIT), ("12 14:00", LATE), ("12 18:00", OPEN))
    reading = case.reading("12 18:00")
    assert (reading.elapsed, reading.paused, reading.due_at) == (hours(elapsed), hours(paused), at(due))
    assert (case.reading("12 17:00").paused, case.reading("12 17:00").elapsed) == (hours(paused - 1), hours(elapsed))


def test_pauses_that_are_over_are_counted_anew_under_the_last_hours() -> None:
    """An hour's pause before 13:00 is none under the late shift."""
    definition = sourced(on_calendar_change="last")
    case = told(definition, ("12 09:00", OPEN | EARLY), ("12 11:00", WAIT), ("12 12:00", OPEN), ("12 12:30", LATE))
    (clock,) = case.clocks("12 14:00")
    assert [(pause.business, pause.start, pause.by) for pause in clock.pauses] == [(hours(0), at("12 11:00"), None)]
    assert (case.reading("12 14:00").elapsed, case.reading("12 14:00").due_at) == (hours(1), at("12 17:00"))


def test_hours_under_which_the_goal_is_used_up_break_it_at_the_change() -> None:
    """At 15:00 two hours of the late shift are six of the office: over four, so broken then, thresholds too."""
    definition = sourced(on_calendar_change="last", thresholds=(75, 150, 200))
    case = told(definition, ("12 09:00", OPEN | LATE), ("12 15:00", EARLY))
    reading = case.reading("12 15:00")
    assert (reading.breached_at, reading.due_at) == (at("12 15:00"), at("12 13:00"))
    assert case.fired("12 16:00") == {"75%": at("12 15:00"), "150%": at("12 15:00")}


def test_a_change_of_hours_moves_no_date_that_was_missed() -> None:
    """Broken at 13:00 in the office: the due date stays, and so does where the goal was used up."""
    case = told(sourced(), ("12 09:00", OPEN | EARLY), ("12 15:00", LATE))
    reading = case.reading("12 16:00")
    assert (reading.due_at, reading.derived_end_at, reading.elapsed) == (at("12 13:00"), at("12 13:00"), hours(7))


def test_where_the_goal_ends_may_lie_under_hours_of_the_past() -> None:
    """A pause that began after the breach moves the end no further than the open time it took."""
    case = told(
        sourced(),
        ("12 09:00", OPEN | EARLY),
        ("12 14:00", WAIT),
        ("12 14:30", OPEN),
        ("12 15:00", LATE),
        ("12 16:00", EARLY),
    )
    reading = case.reading("12 16:30")
    assert (reading.derived_end_at, reading.due_at) == (at("12 13:30"), at("12 13:00"))
    case = told(
        sourced(),
        ("12 09:00", OPEN | EARLY),
        ("12 14:00", WAIT),
        ("12 16:00", LATE),
        ("12 18:00", EARLY | OPEN),
    )
    # 4 h + 2 h of the office + 2 h of the late shift: 8 h are at 17:00 of the late shift.
    assert case.reading("13 09:00").derived_end_at == at("12 17:00")


def test_a_pause_over_two_changes_counts_by_three_hours() -> None:
    """Where it began lies under hours of the past, with others before them and after."""
    case = told(
        sourced(goals=(Goal(hours(8)),)),
        ("12 09:00", OPEN | EARLY),
        ("12 09:30", LATE),
        ("12 14:00", WAIT),
        ("12 16:00", EARLY),
        ("12 17:00", LATE),
        ("12 20:00", OPEN),
    )
    # Ran 09:00-09:30 in the office and 13-14 late; held 14-16 late, 16-17 in the office, 17-20 late.
    reading = case.reading("12 18:00")
    assert (reading.elapsed, reading.paused, reading.due_if_resumed_now) == (hours(1.5), hours(4), at("13 16:30"))
    assert case.reading("12 21:00").paused == hours(6)
    assert case.reading("12 20:00").due_at == at("13 18:30")  # 8 h - 1.5 h: 20-21, and 5.5 h from 13:00


def test_two_changes_at_one_instant_leave_one_stretch() -> None:
    """What was in force for no time at all is not remembered."""
    case = told(
        sourced(), ("12 09:00", OPEN | EARLY), ("12 11:00", LATE), ("12 11:00", {"account.calendar": "floating"})
    )
    (clock,) = case.clocks("12 12:00")
    assert clock.stretches == (CalendarStretch(at("12 09:00"), at("12 11:00"), hours(2), "office"),)
    assert clock.due_at == at("12 13:00")


def test_a_change_while_nothing_has_counted_leaves_no_stretch() -> None:
    """At the very instant of the start nothing has run under the first hours."""
    case = told(sourced(), ("12 09:00", OPEN | EARLY), ("12 09:00", LATE))
    (clock,) = case.clocks("12 12:00")
    assert (clock.stretches, clock.calendar, clock.due_at) == ((), "late", at("12 17:00"))


def test_an_end_by_a_reset_takes_the_hours_of_the_moment() -> None:
    """The next cycle begins under the new hours, with no stretch of the old."""
    definition = sourced(reset=field("account.calendar").changes())
    case = told(definition, ("12 09:00", OPEN | EARLY), ("12 11:00", LATE))
    old, new = case.clocks("12 14:00")
    assert (old.calendar, old.stage, old.stretches[0].business) == ("late", "completed", hours(2))
    assert (new.calendar, new.stretches, new.due_at) == ("late", (), at("12 17:00"))


def test_a_due_date_by_days_is_found_anew_by_the_new_hours() -> None:
    """The close of the next day is 17:00 in the office and 21:00 on the late shift; its goal counts the stretches."""
    definition = sourced(goals=(Goal(days=1, at="close"),))
    case = told(definition, ("12 09:00", OPEN | EARLY), ("12 15:00", LATE))
    assert (case.reading("12 10:00").due_at, case.reading("12 10:00").goal) == (at("13 17:00"), hours(16))
    reading = case.reading("12 15:00")
    assert (reading.due_at, reading.goal) == (at("13 21:00"), hours(20))  # 6 office, 6 late, 8 late


def test_an_agreed_date_is_moved_into_the_new_hours() -> None:
    """11:00 is open in the office; on the late shift the next opening is 13:00."""
    definition = sourced(goals=(Goal(due_field="extra.due"),))
    case = told(definition, ("12 09:00", {**OPEN, **EARLY, "extra.due": at("13 11:00")}), ("12 16:00", LATE))
    assert (case.reading("12 10:00").due_at, case.reading("12 16:00").due_at) == (at("13 11:00"), at("13 13:00"))


def test_a_restart_forgets_the_hours_of_the_past() -> None:
    """Counted afresh, nothing is left of what ran under other hours."""
    goals = (Goal(hours(2), field("priority") == 1), Goal(hours(4)))
    case = told(
        sourced(goals=goals, on_goal_change="restart"),
        ("12 09:00", {**OPEN, **EARLY}),
        ("12 11:00", {**LATE, "priority": 1}),
        ("12 14:00", {**EARLY}),
    )
    (clock,) = case.clocks("12 12:00")
    assert (clock.stretches, clock.started_at, clock.due_at) == ((), at("12 11:00"), at("12 15:00"))
    (clock,) = case.clocks("12 14:30")
    assert clock.stretches == (CalendarStretch(at("12 11:00"), at("12 14:00"), hours(1), "late"),)
    assert clock.due_at == at("12 15:00")


def test_a_clock_is_not_read_before_its_hours_changed() -> None:
    """What was in force before is gone from the clock: the history must be evaluated as of then."""
    case = told(sourced(), ("12 09:00", OPEN | EARLY), ("12 11:00", LATE))
    (clock,) = case.clocks("12 12:00")
    with pytest.raises(InvalidValue, match="before what the clock has seen"):
        read(case.plan, clock, at("12 10:59"))
    assert read(case.plan, clock, at("12 11:00")).elapsed == hours(2)


# --- why -------------------------------------------------------------------------------------------------------------


def test_each_stretch_is_explained_by_its_hours() -> None:
    """Running, closed, paused: each segment names its calendar, and where a pause spans two it is cut."""
    case = told(
        sourced(goals=(Goal(hours(10)),)),
        ("12 16:00", OPEN | EARLY),
        ("12 16:30", WAIT),
        ("12 18:00", {**LATE, "event.by": "customer"}),
        ("12 20:00", OPEN),
    )
    (clock,) = case.clocks("12 22:00")
    explanation = explain(case.plan, clock, at("12 22:00"))
    assert [
        (segment.kind, segment.start, segment.end, segment.business, segment.calendar)
        for segment in explanation.segments
    ] == [
        ("running", at("12 16:00"), at("12 16:30"), hours(0.5), "office"),
        ("paused", at("12 16:30"), at("12 18:00"), hours(0.5), "office"),
        ("paused", at("12 18:00"), at("12 20:00"), hours(2), "late"),
        ("running", at("12 20:00"), at("12 21:00"), hours(1), "late"),
        ("closed", at("12 21:00"), at("12 22:00"), hours(0), "late"),
    ]
    assert explanation.calendar_reason.code == "calendar_segments"
    assert "open time of 'office', open time of 'late'" in explanation.calendar_reason.text
    assert "calendar office" in str(explanation)
    assert explanation.reading.percent == Fraction(15)


def test_of_a_due_date_in_stretches_the_last_is_told() -> None:
    """What ran counts by the hours then in force; the date is that of the hours of now, and the reason says so."""
    case = told(sourced(goals=(Goal(days=1),)), ("12 09:00", OPEN | EARLY), ("12 15:00", LATE))
    (clock,) = case.clocks("12 16:00")
    reason = explain(case.plan, clock, at("12 16:00")).calendar_reason
    assert reason.code == "calendar_segments"
    assert reason.text.endswith("(the due date is that of the last)")


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({}, "calendar", "open time of 'office'"),
        ({"calendar": None}, "calendar", "time around the clock"),
        ({"on_calendar_change": "last"}, "calendar", "open time of 'office'"),
        (
            {"on_calendar_change": "last", "calendar_source": SOURCES},
            "calendar_last",
            "all of it counts under the last calendar: open time of 'office'",
        ),
        (
            {"on_calendar_change": "last", "calendar": "floating", "timezone_source": ZONED},
            "calendar_last",
            "all of it counts under the last calendar: open time of 'floating' in Asia/Tokyo",
        ),
        ({"calendar": None, "timezone_source": ZONED}, "calendar", "time around the clock in Asia/Tokyo"),
    ],
)
def test_the_hours_are_explained(changes: dict[str, Any], code: str, text: str) -> None:
    """By which hours, where, and whether all of it or in stretches."""
    case = told(promise(**changes), ("12 09:00", {**OPEN, "account.timezone": "Asia/Tokyo"}))
    (clock,) = case.clocks("12 10:00")
    reason = explain(case.plan, clock, at("12 10:00")).calendar_reason
    assert (reason.code, reason.text) == (code, text)


def test_a_state_takes_up_where_its_hours_changed() -> None:
    """Kept between two changes, the clock goes on as if it had never been put away."""
    case = told(sourced(), ("12 09:00", OPEN | EARLY), ("12 11:00", LATE), ("12 14:00", EARLY))
    state = evaluate(case.plan, case.revisions, datetime(2026, 1, 12, 13, 59, tzinfo=UTC))
    assert state.clocks[0].due_at == at("12 15:00")  # 2 h + 13:00-15:00
    assert case.reading("12 14:30").elapsed == hours(2) + hours(1) + timedelta(minutes=30)
