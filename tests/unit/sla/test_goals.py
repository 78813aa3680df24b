"""Which goal a clock has, and what happens when the case changes so that another one fits."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.errors import InvalidValue
from csmcore.model import Goal
from tests.unit.sla.desk import at, desk, hours, promise

BY_PRIORITY = (Goal(hours(2), field("priority") == 1), Goal(hours(4), field("priority") == 2), Goal(hours(6)))
P1, P2, P3 = {"state": "open", "priority": 1}, {"state": "open", "priority": 2}, {"state": "open", "priority": 3}
WAIT = {"state": "awaiting_info"}


def test_the_first_goal_that_fits_is_chosen() -> None:
    """Goals are tried in order; one without a condition is for all the rest."""
    for priority, goal in ((P1, 2), (P2, 4), (P3, 6)):
        assert desk(promise(goals=BY_PRIORITY), ("12 09:00", priority)).reading("12 09:00").goal == hours(goal)


def test_without_a_goal_nothing_attaches() -> None:
    """A promise that says nothing about this case is none, until a revision makes one of its goals fit."""
    case = desk(promise(goals=BY_PRIORITY[:2]), ("12 09:00", P3), ("12 10:00", P2))
    assert case.readings("12 09:30") == []
    assert (case.reading("12 10:00").started_at, case.reading("12 10:00").goal) == (at("12 10:00"), hours(4))


def test_carry_keeps_what_was_counted() -> None:
    """By default start, elapsed time and pauses stay, and the due date follows the goal that fits now."""
    steps = (("12 09:00", P3), ("12 10:00", WAIT), ("12 11:00", P2))
    reading = desk(promise(goals=BY_PRIORITY), *steps).reading("12 12:00")
    assert (reading.goal, reading.started_at, reading.elapsed, reading.paused) == (
        hours(4),
        at("12 09:00"),
        hours(2),
        hours(1),
    )
    assert (reading.due_at, reading.original_due_at) == (at("12 14:00"), at("12 15:00"))  # 9 + 4 + 1; at first 9 + 6


def test_a_goal_that_is_used_up_already_breaks_at_that_revision() -> None:
    """Three hours have passed when the goal falls to two: broken at the change, not an hour before it."""
    reading = desk(promise(goals=BY_PRIORITY), ("12 09:00", P3), ("12 12:00", P1)).reading("12 12:00")
    assert (reading.has_breached, reading.breached_at, reading.remaining) == (True, at("12 12:00"), hours(-1))


def test_a_goal_exactly_used_up_breaks_at_that_revision() -> None:
    """Equality breaks here too: two hours of two."""
    reading = desk(promise(goals=BY_PRIORITY), ("12 09:00", P3), ("12 11:00", P1)).reading("12 11:00")
    assert (reading.breached_at, reading.percent) == (at("12 11:00"), Fraction(100))


def test_the_goal_is_chosen_before_the_clock_stops() -> None:
    """A case that is made urgent as it is resolved is judged by the goal at its end."""
    late = {"state": "resolved", "priority": 1}
    reading = desk(promise(goals=BY_PRIORITY), ("12 09:00", P3), ("12 12:00", late)).reading("12 12:00")
    assert (reading.stage, reading.goal, reading.has_breached) == ("completed", hours(2), True)


def test_a_longer_goal_heals_no_breach() -> None:
    """has_breached never falls: a promise broken under two hours stays broken under six, and its due date stays."""
    reading = desk(promise(goals=BY_PRIORITY), ("12 09:00", P1), ("12 12:00", P3)).reading("12 13:00")
    assert (reading.goal, reading.has_breached, reading.breached_at, reading.due_at) == (
        hours(6),
        True,
        at("12 11:00"),
        at("12 11:00"),
    )
    assert (reading.remaining, reading.derived_end_at) == (hours(2), at("12 15:00"))


def test_a_goal_that_shrinks_while_paused_breaks_when_the_clock_goes_on() -> None:
    """A paused clock cannot break: three hours of two are over at the first instant at which it runs again."""
    steps = (("12 09:00", P3), ("12 12:00", WAIT), ("12 13:00", {"priority": 1}), ("12 14:00", {"state": "open"}))
    case = desk(promise(goals=BY_PRIORITY), *steps)
    assert (case.reading("12 13:30").has_breached, case.reading("12 13:30").remaining) == (False, hours(-1))
    assert (case.reading("12 14:00").has_breached, case.reading("12 14:00").breached_at) == (True, at("12 14:00"))


def test_a_goal_that_shrank_while_paused_breaks_when_the_clock_ends() -> None:
    """Ending leaves the pause first, so what is over counts: attainment is judged by the goal at the end."""
    steps = (("12 09:00", P3), ("12 12:00", WAIT), ("12 13:00", {"priority": 1}), ("12 14:00", {"state": "resolved"}))
    reading = desk(promise(goals=BY_PRIORITY), *steps).reading("12 15:00")
    assert (reading.stage, reading.has_breached, reading.breached_at) == ("completed", True, at("12 14:00"))


def test_where_no_goal_fits_any_more_the_last_one_stays() -> None:
    """A running promise is not taken back because the policy says nothing about what the case has become."""
    reading = desk(promise(goals=BY_PRIORITY[:2]), ("12 09:00", P2), ("12 10:00", P3)).reading("12 11:00")
    assert (reading.stage, reading.goal, reading.due_at) == ("in_progress", hours(4), at("12 13:00"))


def test_keep_fixes_the_goal_at_attach() -> None:
    """Under keep a change of priority changes no due date."""
    case = desk(promise(goals=BY_PRIORITY, on_goal_change="keep"), ("12 09:00", P3), ("12 10:00", P1))
    assert (case.reading("12 12:00").goal, case.reading("12 12:00").due_at) == (hours(6), at("12 15:00"))


def test_restart_counts_afresh() -> None:
    """Under restart the cycle starts again at the change, without its pauses."""
    steps = (("12 09:00", P3), ("12 10:00", WAIT), ("12 11:00", {"state": "open"}), ("12 12:00", P2))
    reading = desk(promise(goals=BY_PRIORITY, on_goal_change="restart"), *steps).reading("12 13:00")
    assert (reading.cycle, reading.started_at, reading.elapsed, reading.paused) == (
        1,
        at("12 12:00"),
        hours(1),
        hours(0),
    )
    assert reading.due_at == at("12 16:00")  # 12 + 4


def test_restart_while_paused_stays_paused() -> None:
    """A clock that is counted afresh while it is paused goes on waiting, from that instant."""
    steps = (("12 09:00", P3), ("12 10:00", WAIT), ("12 11:00", {"priority": 2}), ("12 12:00", {"state": "open"}))
    case = desk(promise(goals=BY_PRIORITY, on_goal_change="restart"), *steps)
    waiting, running = case.reading("12 11:30"), case.reading("12 12:00")
    assert (waiting.stage, waiting.started_at, waiting.paused) == ("paused", at("12 11:00"), hours(0.5))
    assert (running.elapsed, running.paused, running.due_at) == (hours(0), hours(1), at("12 16:00"))  # 11 + 4 + 1


def test_restart_heals_no_breach() -> None:
    """Counted afresh, a broken promise stays broken at its instant, also when the new goal is used up in its turn."""
    definition = promise(goals=BY_PRIORITY, on_goal_change="restart", thresholds=(100,))
    case = desk(definition, ("12 09:00", P1), ("12 12:00", P2))
    afresh, again = case.reading("12 13:00"), case.reading("12 16:00")  # 12 + 4
    assert (afresh.remaining, afresh.has_breached, afresh.breached_at) == (hours(3), True, at("12 11:00"))
    assert (again.remaining, again.has_breached, again.breached_at) == (hours(0), True, at("12 11:00"))


def test_a_goal_of_the_same_length_is_no_change() -> None:
    """Another goal with the same length leaves the clock alone, under restart too."""
    goals = (Goal(hours(4), field("priority") == 1), Goal(hours(4)))
    case = desk(promise(goals=goals, on_goal_change="restart"), ("12 09:00", P3), ("12 11:00", P1))
    assert case.reading("12 12:00").started_at == at("12 09:00")


def test_thresholds_follow_the_goal() -> None:
    """Percents ahead are of the goal in force; those that a shorter goal leaves behind fire at the change."""
    definition = promise(goals=BY_PRIORITY, thresholds=(50, 75))
    (clock,) = desk(definition, ("12 09:00", P3), ("12 11:30", P2)).clocks("12 16:00")
    # 2.5 h have run: over 50 % of 4 h (2 h), so it fires at 11:30; 75 % of 4 h is 3 h, at 12:00.
    assert clock.fired == (("50%", at("12 11:30")), ("75%", at("12 12:00")))


def test_a_longer_goal_fires_no_threshold_twice() -> None:
    """Half of two hours has fired at 10:00; half of six, at 12:00, is not told again."""
    definition = promise(goals=BY_PRIORITY, thresholds=(50, 75))
    (clock,) = desk(definition, ("12 09:00", P1), ("12 10:15", P3)).clocks("12 17:00")
    assert clock.fired == (("50%", at("12 10:00")), ("75%", at("12 13:30")))  # 75 % of 6 h = 4.5 h


def test_a_fraction_of_a_second_is_exact() -> None:
    """A third of a hundred seconds' goal: 33 % of 100 s is at 33 s, and 33 % of 10 s at 3.3 s."""
    definition = promise(goals=(Goal(timedelta(seconds=10)),), thresholds=(33,))
    (clock,) = desk(definition, ("12 09:00", P3)).clocks("12 10:00")
    assert clock.fired == (("33%", at("12 09:00") + timedelta(seconds=3, milliseconds=300)),)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"duration": 3600}, "duration: 3600 is no timedelta; write timedelta(hours=8), say"),
        ({"duration": "8h"}, "duration: '8h' is no timedelta; write timedelta(hours=8), say"),
        ({"duration": float("nan")}, "duration: nan is no timedelta; write timedelta(hours=8), say"),
        ({"days": 1.5}, "days: 1.5 is no count of days; give 0 to 1,095"),
        ({"days": True}, "days: True is no count of days; give 0 to 1,095"),
        ({"days": "1"}, "days: '1' is no count of days; give 0 to 1,095"),
        ({"days": 1, "at": 16}, "at: 16 is no time of day; write 'HH:MM', such as '16:00'"),
        ({"days": 1, "cutoff": 10}, "cutoff: 10 is no time of day; write 'HH:MM', such as '16:00'"),
    ],
)
def test_a_goal_takes_only_what_it_can_count(given: dict[str, Any], told: str) -> None:
    """A number where a time is meant, half a day: the field is named, and what to write."""
    with pytest.raises(InvalidValue) as caught:
        Goal(**given)
    assert str(caught.value) == told
