"""Thresholds by percents and by offsets, and deadlines that may be met exactly."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.errors import InvalidValue
from csmcore.model import Goal, Threshold
from csmcore.rules import evaluate, next_deadline, read, tick
from tests.unit.sla.desk import OFFICE, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
MICRO = timedelta(microseconds=1)
HALF = timedelta(minutes=30)


def before(time: timedelta, level: int = 0) -> Threshold:
    """So much before the due date."""
    return Threshold(before_due=time, level=level)


def after(time: timedelta, level: int = 0) -> Threshold:
    """So much after it."""
    return Threshold(after_due=time, level=level)


def test_thresholds_have_labels() -> None:
    """A percent, and offsets in the largest unit that fits."""
    given = (Threshold(75), before(HALF), before(hours(2)), after(timedelta(seconds=90)), after(MICRO))
    assert [each.label for each in given] == ["75%", "due-30m", "due-2h", "due+90s", "due+1us"]


def test_a_bare_number_is_a_percent() -> None:
    """In a definition a number stands for its threshold."""
    assert promise(thresholds=(50, before(HALF))).thresholds == (Threshold(50), before(HALF))


# --- around the due date ---------------------------------------------------------------------------------------------


def test_offsets_are_open_time_before_and_after_the_due_date() -> None:
    """Four hours from Mon 15:00 are over on Tue at 11:00; three hours before are Mon 16:00, seven after Wed 10:00."""
    case = desk(promise(thresholds=(before(hours(3)), after(hours(7)), before(HALF))), ("12 15:00", OPEN))
    assert case.fired("14 16:00") == {
        "due-3h": at("12 16:00"),
        "due-30m": at("13 10:30"),
        "due+7h": at("14 10:00"),  # 11-17 on Tue, 9-10 on Wed
    }


def test_pauses_move_offsets_with_the_due_date() -> None:
    """Each moves by the pauses before it: due 13:00, then 14:00 with a pause of an hour."""
    definition = promise(thresholds=(before(hours(3)), before(hours(1)), after(hours(1))))
    case = desk(definition, ("12 09:00", OPEN), ("12 11:00", WAIT), ("12 12:00", OPEN))
    assert case.fired("12 16:00") == {
        "due-3h": at("12 10:00"),
        "due-1h": at("12 13:00"),
        "due+1h": at("12 15:00"),
    }


@pytest.mark.parametrize("offset", [hours(4), hours(5), hours(4000)])
def test_an_offset_of_the_whole_goal_or_more_fires_at_the_start(offset: timedelta) -> None:
    """What lies before the start is due as soon as the clock runs."""
    case = desk(promise(thresholds=(before(offset),)), ("12 09:00", OPEN))
    assert list(case.fired("12 09:00").values()) == [at("12 09:00")]


def test_before_a_start_in_closed_time_there_is_the_start_itself() -> None:
    """Started in the night, the clock runs at once, though no time counts yet."""
    assert desk(promise(thresholds=(before(hours(8)),)), ("12 20:00", OPEN)).fired("12 20:00") == {
        "due-8h": at("12 20:00")
    }


def test_thresholds_of_one_instant_fire_together_in_their_order() -> None:
    """50 % and two hours before are one instant; at the breach the thresholds are told first."""
    case = desk(promise(thresholds=(100, before(hours(2)), 50)), ("12 09:00", OPEN))
    (clock,) = case.clocks("12 13:00")
    assert clock.fired == (("due-2h", at("12 11:00")), ("50%", at("12 11:00")), ("100%", at("12 13:00")))
    assert clock.breached_at == at("12 13:00")


def test_after_the_breach_offsets_still_fire() -> None:
    """The next deadline of a broken promise is its next threshold; paused, there is none."""
    case = desk(promise(thresholds=(after(hours(1)), after(hours(2)))), ("12 09:00", OPEN), ("12 14:30", WAIT))
    state = evaluate(case.plan, case.revisions[:1], at("12 13:00"))
    assert next_deadline(case.plan, state, at("12 13:00")) == at("12 14:00")
    assert next_deadline(case.plan, state, at("12 14:00")) == at("12 15:00")
    assert next_deadline(case.plan, state, at("12 15:00")) is None
    assert next_deadline(case.plan, evaluate(case.plan, case.revisions, at("12 15:00")), at("12 15:00")) is None


def test_the_offsets_of_a_due_date_are_open_time_too() -> None:
    """A date on Tue 10:00: two hours before it are Mon 16:00, and eight after it Wed 10:00."""
    definition = promise(goals=(Goal(days=1),), thresholds=(before(hours(2)), after(hours(8)), 50))
    assert desk(definition, ("12 10:00", OPEN)).fired("14 12:00") == {
        "50%": at("12 14:00"),  # of 8 h
        "due-2h": at("12 16:00"),
        "due+8h": at("14 10:00"),
    }


def test_after_a_date_that_stands_offsets_are_not_moved_either() -> None:
    """Due at 12:00 whatever pauses: two hours after it are 14:00, though one of them was a pause."""
    definition = promise(
        goals=(Goal(due_field="extra.due", moved_by_pauses=False),), thresholds=(after(hours(2)), after(hours(3)), 150)
    )
    first = ("12 09:00", {**OPEN, "extra.due": at("12 12:00")})
    case = desk(definition, first, ("12 13:00", WAIT), ("12 14:00", OPEN))
    assert case.fired("12 16:00") == {
        "150%": at("12 14:00"),  # an hour and a half after it, 13:30, lies in the pause
        "due+2h": at("12 14:00"),
        "due+3h": at("12 15:00"),
    }


def test_a_part_of_a_microsecond_is_rounded_up() -> None:
    """Half of 3.000001 s is reached at the first microsecond at which it is not less: 1.500001 s."""
    definition = promise(goals=(Goal(due_field="extra.due"),), thresholds=(50,))
    due = at("12 09:00") + timedelta(seconds=3) + MICRO
    fired = desk(definition, ("12 09:00", {**OPEN, "extra.due": due})).fired("12 10:00")
    assert fired == {"50%": at("12 09:00") + timedelta(seconds=1.5) + MICRO}


def test_a_goal_that_grows_puts_off_what_has_not_fired() -> None:
    """Half an hour before four hours has fired; before six hours it is not told again, an hour after it is."""
    goals = (Goal(hours(4), field("priority") == 1), Goal(hours(6)))
    case = desk(
        promise(goals=goals, thresholds=(before(HALF), after(hours(1)))),
        ("12 09:00", {**OPEN, "priority": 1}),
        ("12 12:45", {"priority": 3}),
    )
    assert case.fired("12 17:00") == {"due-30m": at("12 12:30"), "due+1h": at("12 16:00")}


# --- on time ---------------------------------------------------------------------------------------------------------


def test_by_the_due_date_is_still_in_time() -> None:
    """Resolved exactly when the goal is used up: late under 'before', in time under 'by'."""
    for mode, is_late in (("before", True), ("by", False)):
        reading = desk(promise(on_time=mode), ("12 09:00", OPEN), ("12 13:00", DONE)).reading("13 09:00")
        assert (reading.has_breached, reading.due_at, reading.percent) == (is_late, at("12 13:00"), Fraction(100))


def test_a_microsecond_after_it_is_not() -> None:
    """The breach is the first instant with a microsecond more than the goal; the due date stays where it is."""
    case = desk(promise(on_time="by"), ("12 09:00", OPEN))
    state = evaluate(case.plan, case.revisions, at("12 13:00"))
    assert not state.clocks[0].has_breached
    assert next_deadline(case.plan, state, at("12 13:00")) == at("12 13:00") + MICRO
    (clock,) = tick(case.plan, state, at("12 13:00") + MICRO).clocks
    assert (clock.breached_at, clock.due_at) == (at("12 13:00") + MICRO, at("12 13:00"))


def test_by_the_close_breaks_in_the_next_open_time() -> None:
    """Eight hours end at 17:00; a microsecond more of open time there is only on the next morning."""
    case = desk(promise(on_time="by", goals=(Goal(hours(8)),), thresholds=(100,)), ("12 09:00", OPEN))
    assert (case.reading("12 20:00").has_breached, case.fired("12 20:00")) == (False, {"100%": at("12 17:00")})
    assert case.reading("13 10:00").breached_at == at("13 09:00") + MICRO


@pytest.mark.parametrize(
    ("goal", "fields", "due"),
    [(Goal(days=1), {}, "13 10:00"), (Goal(due_field="extra.due"), {"extra.due": at("13 17:00")}, "13 17:00")],
)
def test_a_due_date_may_be_met_exactly_too(goal: Goal, fields: dict[str, object], due: str) -> None:
    """By days or by agreement: the microsecond after it, in open time, is late."""
    case = desk(promise(on_time="by", goals=(goal,)), ("12 10:00", OPEN | fields))
    assert not case.reading(due).has_breached
    late = OFFICE.add(at(due), MICRO)
    assert case.reading("14 12:00").breached_at == late


def test_paused_when_it_is_used_up_is_in_time() -> None:
    """A pause that begins at the due date keeps the promise until the clock goes on."""
    case = desk(promise(on_time="by"), ("12 09:00", OPEN), ("12 13:00", WAIT), ("12 15:00", OPEN))
    assert (case.reading("12 14:00").stage, case.reading("12 14:00").has_breached) == ("paused", False)
    assert case.reading("12 16:00").breached_at == at("12 15:00") + MICRO
    assert case.reading("12 16:00").due_at == at("12 15:00")  # 09:00 + 4 h + 2 h of pause


def test_a_reading_agrees_with_the_tick_that_was_not_made() -> None:
    """Read late, a clock says what it says ticked: the next offset, the breach a microsecond after."""
    case = desk(promise(on_time="by", thresholds=(before(HALF), after(HALF), 120)), ("12 09:00", OPEN))
    (clock,) = evaluate(case.plan, case.revisions, at("12 09:00")).clocks
    for when in ("12 12:30", "12 13:00", "12 13:30", "12 15:00"):
        (ticked,) = case.clocks(when)
        assert read(case.plan, clock, at(when)) == read(case.plan, ticked, at(when))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"percent": 50.5}, "percent: 50.5 is not within 1 to 1,000; give whole percents"),
        ({"percent": float("nan")}, "percent: nan is not within 1 to 1,000; give whole percents"),
        ({"percent": "50"}, "percent: '50' is not within 1 to 1,000; give whole percents"),
        ({"percent": 50, "level": 1.5}, "level: 1.5 is outside 0 to 100; use a number in that range"),
        ({"before_due": 30}, "before_due: 30 is no timedelta; write timedelta(minutes=30), say"),
        ({"after_due": "1h"}, "after_due: '1h' is no timedelta; write timedelta(minutes=30), say"),
    ],
)
def test_a_threshold_takes_only_what_it_can_count(given: dict[str, Any], told: str) -> None:
    """A part of a percent, minutes as a number: the field is named, and what to write."""
    with pytest.raises(InvalidValue) as caught:
        Threshold(**given)
    assert str(caught.value) == told
