"""The simulator of clocks itself, on cases that a person can count.

The office is open Monday to Friday from nine to five, in UTC. In January 2026 the 5th is a Monday.
"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from tests.oracle.calendar import WEEKDAYS
from tests.oracle.hours import MINUTE, SECOND, Hours, around_the_clock, instant_after, open_time
from tests.oracle.sla import simulate
from tests.oracle.sla_cycle import Cycle

START, STEPS = datetime(2026, 1, 1, tzinfo=UTC), 40 * 1440
OFFICE = {"timezone": "UTC", "hours": {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}}
HOURS = {"office": Hours(OFFICE, START, STEPS, "office"), None: Hours(around_the_clock("UTC"), START, STEPS)}
HOUR = 60 * MINUTE
LIVE = {
    "id": "resolution",
    "calendar": "office",
    "start": {"field": "state", "op": "in", "value": ["new", "open", "awaiting_info"]},
    "pause": {"field": "state", "op": "eq", "value": "awaiting_info"},
    "stop": {"field": "state", "op": "eq", "value": "resolved"},
}
EIGHT_HOURS: dict[str, Any] = {"goals": [{"minutes": 480}]}


def minute(text: str) -> int:
    """The minute of a time in January, as in ``5 09:00``."""
    day, clock = text.split()
    hour, rest = clock.split(":")
    return (int(day) - 1) * 1440 + int(hour) * 60 + int(rest)


def at(text: str) -> int:
    """The instant of a time in January."""
    return minute(text) * MINUTE


def run(settings: dict, *steps: tuple[str, dict], until: str) -> list[Cycle]:
    """The cycles of a definition; each step says what changes, events are true of their own alone."""
    record: dict = {}
    revisions = []
    for when, changes in steps:
        record = {name: value for name, value in record.items() if not name.startswith("event.")} | changes
        revisions.append({"at": minute(when), "fields": record})
    return simulate({**LIVE, **settings}, revisions, lambda name, _: HOURS.get(name), minute(until))


NEW, OPEN, WAIT, DONE = ({"state": state} for state in ("new", "open", "awaiting_info", "resolved"))


def test_open_time_is_counted() -> None:
    """From Friday 16:30 to Monday 09:00:30 there are thirty minutes and a half; a close comes before an opening."""
    opens = HOURS["office"].opens
    assert open_time(opens, at("2 16:30"), at("5 09:00") + 30 * SECOND) == 30 * MINUTE + 30 * SECOND
    assert instant_after(opens, at("2 16:30"), 30 * MINUTE) == at("2 17:00")
    assert instant_after(opens, at("2 16:30"), 30 * MINUTE + 1) == at("5 09:00") + 1
    assert instant_after(opens, at("3 12:00"), 0) == at("3 12:00")
    assert instant_after(opens, at("3 12:00"), 1000 * HOUR) is None


def test_a_pause_moves_the_due_date_by_its_open_time() -> None:
    """Eight hours from Monday 10:00 end on Tuesday 10:00; a pause from 16:00 to Tuesday 09:30 moves that by 1:30."""
    (cycle,) = run(EIGHT_HOURS, ("5 10:00", NEW), ("5 16:00", WAIT), ("6 09:30", OPEN), until="6 10:30")
    now = at("6 10:30")
    assert (cycle.original_due, cycle.due()) == (at("6 10:00"), at("6 11:30"))
    durations = cycle.durations(now)
    assert (durations["elapsed"], durations["paused"]) == (7 * HOUR, 90 * MINUTE)
    # real time: 24:30 since the start, of which 17:30 were a pause
    assert (durations["wall_elapsed"], durations["wall_paused"]) == (7 * HOUR, 17 * HOUR + 30 * MINUTE)
    assert cycle.percent(now) == Fraction(175, 2)  # 7 of 8 hours
    assert cycle.wall_percent(now) == Fraction(175, 2)  # 7 of 25:30 - 17:30 hours


def test_the_documented_percentages() -> None:
    """ServiceNow, hours from eight to five: Friday 21:00 to Monday 09:30 are 60:30 of 67 real hours, 1:30 of eight."""
    early = Hours({**OFFICE, "hours": {day: ["08:00-17:00"] for day in WEEKDAYS[:5]}}, START, STEPS)
    revisions = [{"at": minute("9 21:00"), "fields": NEW}]
    (cycle,) = simulate({**LIVE, **EIGHT_HOURS}, revisions, lambda *_: early, minute("12 09:30"))
    assert cycle.percent(at("12 09:30")) == Fraction(75, 4)
    assert cycle.due() == at("12 16:00")
    assert cycle.wall_percent(at("12 09:30")) == Fraction(6050, 67)


def test_thresholds_fire_where_the_elapsed_time_is_theirs() -> None:
    """Eight hours from Monday 13:00 end on Tuesday 13:00; 75 % are six hours; an hour before, half an hour after."""
    settings = {**EIGHT_HOURS, "thresholds": [75, {"before_due": 60}, {"after_due": 30}, {"before_due": 481}]}
    (cycle,) = run(settings, ("5 13:00", NEW), until="7 09:00")
    assert cycle.fired == {
        "75%": at("6 11:00"),
        "due-1h": at("6 12:00"),
        "due+30m": at("6 13:30"),
        "due-481m": at("5 13:00"),  # more than the goal: at the start
    }
    assert (cycle.breached_at, cycle.next_at()) == (at("6 13:00"), None)


def test_on_time_by_the_due_date_is_on_time() -> None:
    """Stopped at the due instant the clock is late, or not under ``by``; that is late a microsecond after."""
    for mode, breached_at in (("before", at("6 10:00")), ("by", None)):
        (cycle,) = run({**EIGHT_HOURS, "on_time": mode}, ("5 10:00", NEW), ("6 10:00", DONE), until="7 09:00")
        assert (cycle.stage, cycle.breached_at, cycle.due()) == ("completed", breached_at, at("6 10:00"))
    (cycle,) = run({**EIGHT_HOURS, "on_time": "by"}, ("5 09:00", NEW), until="6 12:00")
    assert (cycle.due_when_breached, cycle.breached_at) == (at("5 17:00"), at("6 09:00") + 1)


@pytest.mark.parametrize(
    ("goal", "start", "due"),
    [
        ({"days": 2}, "5 10:00", "7 10:00"),
        ({"days": 1}, "3 12:00", "6 12:00"),  # Saturday: day 0 is Monday
        ({"days": 1}, "5 20:00", "6 17:00"),  # not after the close
        ({"days": 1, "at": "08:00"}, "5 10:00", "6 09:00"),  # nor before the opening
        ({"days": 2, "at": "close"}, "8 10:00", "12 17:00"),  # from Thursday: Friday, Monday
        ({"days": 1, "at": "16:00", "cutoff": "10:00"}, "5 10:00", "6 16:00"),
        ({"days": 1, "at": "16:00", "cutoff": "10:00"}, "5 10:01", "7 16:00"),
        ({"days": 1, "at": "16:00", "cutoff": "08:30"}, "5 08:00", "7 16:00"),  # work begins at nine, after 08:30
        ({"days": 0, "at": "close", "cutoff": "18:00"}, "5 17:00", "6 17:00"),  # at the last close of day 0
        ({"days": 1, "at": "16:00", "cutoff": "17:00"}, "5 17:00", "6 16:00"),  # at the cut-off itself
        ({"due_field": "due"}, "5 10:00", "8 12:00"),
    ],
)
def test_a_goal_that_names_an_instant(goal: dict, start: str, due: str) -> None:
    """Working dates are counted, and a time of the day lies within that day's hours."""
    steps = (start, {**NEW, "due": at("8 12:00")})
    (cycle,) = run({"goals": [goal]}, steps, until=start)
    assert (cycle.due(), cycle.instants(at(start))["original_due_at"]) == (at(due), at(due))


def test_a_day_is_as_its_zone_has_it() -> None:
    """In New York, at noon in UTC it is seven in the morning, and the day closes at 22:00 in UTC."""
    there = Hours({**OFFICE, "timezone": "America/New_York"}, START, STEPS)
    assert there.target({"days": 1, "at": "close"}, at("5 12:00")) == at("6 22:00")
    # 03:00 in UTC on Tuesday is still Monday there, after its close
    assert there.target({"days": 0, "at": "close", "cutoff": "12:00"}, at("6 03:00")) == at("6 22:00")


def test_a_due_date_of_the_case() -> None:
    """In closed time it is the next opening; a past one, or none, is a second after the start."""
    goal = {"goals": [{"due_field": "due"}], "on_goal_change": "keep"}
    saturday, sunday = at("10 12:00"), at("11 12:00")
    for due, expected in ((saturday, at("12 09:00")), (at("6 17:00"), at("6 17:00")), (None, None)):
        (cycle,) = run(goal, ("5 10:00", {**NEW, "due": due}), until="5 10:00")
        assert cycle.due() == (at("5 10:00") + SECOND if expected is None else expected)
    (late,) = run(goal, ("11 12:00", {**NEW, "due": saturday}), until="11 12:00")
    assert late.due() == sunday + SECOND  # past, so that it is not moved to Monday


@pytest.mark.parametrize(
    ("moves", "due", "goal"),
    [
        (True, "6 13:00", 10 * HOUR),  # Tuesday noon and the hour of the pause; 7 + 3 hours of Monday and Tuesday
        (False, "6 12:00", 9 * HOUR),  # it stands, so an hour less is left to work in
    ],
)
def test_a_due_date_and_pauses(moves: bool, due: str, goal: int) -> None:  # noqa: FBT001 - a case's content
    """A due date is moved by pauses, or stands, and then the pauses take from the time there is."""
    settings = {"goals": [{"due_field": "due", "moved_by_pauses": moves}]}
    record = {**NEW, "due": at("6 12:00")}
    (cycle,) = run(settings, ("5 10:00", record), ("5 11:00", WAIT), ("5 12:00", OPEN), until="7 09:00")
    assert (cycle.due(), cycle.goal, cycle.breached_at) == (at(due), goal, at(due))
    assert cycle.elapsed(at(due)) == goal


def test_a_due_date_that_stands_and_passes_in_a_pause() -> None:
    """Monday from 10:00 to 11:00 was all the time there was before Tuesday noon; the pause after it takes nothing."""
    settings = {"goals": [{"due_field": "due", "moved_by_pauses": False}]}
    record = {**NEW, "due": at("6 12:00")}
    (cycle,) = run(settings, ("5 10:00", record), ("5 11:00", WAIT), ("7 09:00", OPEN), until="7 10:00")
    assert (cycle.goal, cycle.breached_at, cycle.due_when_breached) == (HOUR, at("7 09:00"), at("6 12:00"))
    assert cycle.percent(at("7 10:00")) == 200


def test_a_due_date_that_is_agreed_anew() -> None:
    """Only pauses after the revision that changed it move it: Wednesday noon and the half hour of the second pause."""
    steps = (
        ("5 10:00", {**NEW, "due": at("6 12:00")}),
        ("5 11:00", WAIT),
        ("5 12:00", {**OPEN, "due": at("7 12:00")}),
        ("5 13:00", WAIT),
        ("5 13:30", OPEN),
    )
    (cycle,) = run({"goals": [{"due_field": "due"}]}, *steps, until="6 09:00")
    assert (cycle.original_due, cycle.due()) == (at("6 12:00"), at("7 12:30"))
    assert cycle.goal == 17 * HOUR  # 7 + 8 + 3 hours up to Wednesday noon, less the hour that had passed
    assert cycle.elapsed(at("7 12:30")) == 17 * HOUR


@pytest.mark.parametrize(
    ("mode", "elapsed", "breached_at"),
    [
        ("segments", 4 * HOUR, "6 12:00"),  # one hour of Monday, then three of a day that has no night
        ("last", 20 * HOUR, "6 09:00"),  # from Monday 16:00 all hours count: the goal was used up long ago
    ],
)
def test_a_change_of_calendar(mode: str, elapsed: int, breached_at: str) -> None:
    """What was before counts as it did, or all anew; what is used up at the change is a breach then."""
    settings = {
        "goals": [{"minutes": 240}],
        "calendar": None,
        "calendar_source": ["where", "hours"],
        "on_calendar_change": mode,
    }
    steps = (("5 16:00", {**NEW, "hours": "office"}), ("6 09:00", {"where": "nowhere"}))
    (cycle,) = run(settings, *steps, until="6 12:00")
    assert cycle.breached_at == at(breached_at)
    assert cycle.elapsed(at("6 12:00")) == elapsed


def test_a_start_in_the_past_with_the_pauses_since() -> None:
    """From 09:30 on: half of the pause from 09:00 to 10:00 counts, and so does that from 11:00, still open at noon."""
    settings: dict[str, Any] = {
        "goals": [{"minutes": 60, "when": {"field": "priority", "op": "eq", "value": 1}}],
        "retroactive_start": "began",
        "retroactive_pause": True,
        "thresholds": [50],
    }
    steps = (("5 09:00", {**WAIT, "began": at("5 09:30")}), ("5 10:00", OPEN), ("5 11:00", WAIT))
    (cycle,) = run(settings, *steps, ("5 12:00", {"priority": 1}), ("5 13:00", OPEN), until="5 14:00")
    assert (cycle.attached_at, cycle.started_at) == (at("5 12:00"), at("5 09:30"))
    assert cycle.pauses == [(at("5 09:30"), at("5 10:00")), (at("5 11:00"), at("5 13:00"))]
    # the goal was used up at 11:00, as the clock would have been had it run, and that is when it was missed
    assert (cycle.fired, cycle.breached_at) == ({"50%": at("5 10:30")}, at("5 11:00"))
    assert (cycle.original_due, cycle.due()) == (at("5 10:30"), at("5 13:00"))


def test_a_start_that_is_to_come() -> None:
    """Before it nothing counts: of the pause from 11:00 to 13:00 the hour after the start."""
    settings = {"goals": [{"minutes": 120}], "retroactive_start": "began"}
    steps = (("5 10:00", {**NEW, "began": at("5 12:00")}), ("5 11:00", WAIT), ("5 13:00", OPEN))
    (early,) = run(settings, *steps, until="5 11:30")
    assert [early.durations(at("5 11:30"))[name] for name in ("elapsed", "paused", "wall_elapsed")] == [0, 0, 0]
    (cycle,) = run(settings, *steps, until="5 14:00")
    assert (cycle.pauses, cycle.due()) == ([(at("5 12:00"), at("5 13:00"))], at("5 15:00"))


@pytest.mark.parametrize(
    ("recurrence", "cycles"),
    [
        ("cycles", [("9", "10"), ("10", "13")]),  # wherever none runs and the condition holds
        ("sequential", [("9", "10"), ("11", "13")]),  # the rise at 10 came while one ran; the next is at 11
        ("once", [("9", "10")]),
        ("independent", [("9", "10"), ("11", "13"), ("12", "13")]),
    ],
)
def test_how_often_a_clock_starts(recurrence: str, cycles: list[tuple[str, str]]) -> None:
    """A question starts a clock, and every answer ends all there are: at 10 question and answer meet."""
    asked = {"field": "event.by", "op": "eq", "value": "customer"}
    settings = {
        **EIGHT_HOURS,
        "start": asked,
        "stop": {"field": "state", "op": "changes_to", "value": "resolved"},
        "when_to_cancel": "never",
        "recurrence": recurrence,
    }
    question = {"event.by": "customer"}
    steps = [("5 09:00", {**OPEN, **question}), ("5 10:00", DONE), ("5 10:00", OPEN)]
    steps += [("5 11:00", question), ("5 12:00", question), ("5 13:00", DONE)]
    if recurrence == "cycles":
        steps.insert(3, ("5 10:00", question))
    found = run(settings, *steps, until="5 14:00")
    ends = [(at(f"5 {start}:00"), at(f"5 {end}:00")) for start, end in cycles]
    assert [(cycle.attached_at, cycle.stopped_at) for cycle in found] == ends


@pytest.mark.parametrize(
    ("mode", "started", "goal", "due"),
    [
        ("carry", "5 09:00", 240, "5 14:00"),  # four hours, and the pause from ten to eleven
        ("keep", "5 09:00", 480, "6 10:00"),
        ("keep_first", "5 09:00", 480, "6 10:00"),
        ("restart", "5 12:00", 240, "5 16:00"),
    ],
)
def test_a_change_of_goal(mode: str, started: str, goal: int, due: str) -> None:
    """At noon the case becomes urgent, which has four hours instead of eight."""
    urgent = {"minutes": 240, "when": {"field": "priority", "op": "eq", "value": 1}}
    settings = {"goals": [urgent, {"minutes": 480}], "on_goal_change": mode}
    steps = (("5 09:00", NEW), ("5 10:00", WAIT), ("5 11:00", OPEN), ("5 12:00", {"priority": 1}))
    (cycle,) = run(settings, *steps, until="5 13:00")
    assert (cycle.started_at, cycle.goal, cycle.due()) == (at(started), goal * MINUTE, at(due))


def test_a_later_cycle_has_the_goal_of_the_first_or_its_own() -> None:
    """Reopened as urgent: ``keep`` looks at each cycle's beginning, ``keep_first`` at the first one's."""
    urgent = {"minutes": 240, "when": {"field": "priority", "op": "eq", "value": 1}}
    steps = (("5 09:00", NEW), ("5 10:00", DONE), ("5 11:00", {**OPEN, "priority": 1}))
    for mode, minutes in (("keep", 240), ("keep_first", 480)):
        found = run({"goals": [urgent, {"minutes": 480}], "on_goal_change": mode}, *steps, until="5 13:00")
        assert [cycle.goal for cycle in found] == [480 * MINUTE, minutes * MINUTE]
