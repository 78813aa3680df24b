"""Promises that are none: what a definition, its goals, thresholds and hours cannot say, in Python."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, Calendar, WeeklyHours, Window
from csmcore.conditions import field
from csmcore.errors import InvalidValue, LimitExceeded, OutOfRange
from csmcore.model import Goal, Measure, SlaDefinition, SupportPolicy, Threshold, read_time
from csmcore.rules import compile_policy
from tests.unit.sla.desk import OFFICE, hours, promise

SECOND, MICRO, DAY = timedelta(seconds=1), timedelta(microseconds=1), timedelta(days=1)
CENTURY = 36_525 * DAY
NEVER = BusinessCalendar(timezone="UTC", hours=WeeklyHours())


def refused(make: Any, /, *given: Any, **fields: Any) -> InvalidValue:
    """How it is refused."""
    with pytest.raises(InvalidValue) as caught:
        make(*given, **fields)
    assert caught.value.problem
    return caught.value


# --- goals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "duration", [timedelta(0), -SECOND, -CENTURY, MICRO, SECOND / 2, SECOND + MICRO, hours(8) - MICRO, timedelta.min]
)
def test_a_goal_is_a_second_or_more_in_whole_seconds(duration: timedelta) -> None:
    """No time, less than none and fractions of a second are no promise."""
    assert refused(Goal, duration).path == "duration"


def test_a_goal_is_at_most_a_hundred_years() -> None:
    """A hundred years are taken, a second more is not."""
    assert Goal(CENTURY).duration == CENTURY
    assert isinstance(refused(Goal, CENTURY + SECOND), OutOfRange)
    assert isinstance(refused(Goal, timedelta.max.days * DAY), OutOfRange)


@pytest.mark.parametrize("days", [-1, 1_096, 10**6, 10**40, -(10**40)])
def test_days_are_at_most_1095(days: int) -> None:
    """As many as ServiceNow knows; none is a day of its own, less than none are not."""
    assert refused(Goal, days=days).path == "days"
    assert (Goal(days=0).days, Goal(days=1_095).days) == (0, 1_095)


@pytest.mark.parametrize(
    "kinds",
    [
        {},
        {"duration": hours(1), "days": 1},
        {"duration": hours(1), "due_field": "opened_at"},
        {"days": 0, "due_field": "opened_at"},
        {"duration": hours(1), "days": 1, "due_field": "opened_at"},
    ],
)
def test_a_goal_is_of_one_kind(kinds: dict[str, Any]) -> None:
    """Not of none, and not of two, also where one of them is zero days."""
    error = refused(Goal, **kinds)
    assert (error.path, error.hint) == ("duration", "give it exactly one of duration, days, due_field")
    assert (" and ".join(kinds) or "no length") in error.problem


TIMES = [
    "24:00",
    "9:00",
    "25:00",
    "09:60",
    "9",
    "",
    "0900",
    "09:00:00",
    "09:00 ",
    "09:00\n",
    "-9:00",
    "\u0660\u0669:00",
    "noon",
]


@pytest.mark.parametrize("text", TIMES)
def test_a_time_of_day_has_four_digits(text: str) -> None:
    """From 00:00 to 23:59, and nothing that must be guessed."""
    assert refused(read_time, text, "somewhere").path == "somewhere"
    assert refused(Goal, days=1, cutoff=text).path == "cutoff"
    assert refused(Goal, days=1, at=text).path == "at"


def test_the_first_and_last_minute_are_times() -> None:
    """Both ends of the day."""
    assert (read_time("00:00", "at"), read_time("23:59", "at")) == (time(0), time(23, 59))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"duration": hours(1), "at": "close"}, "at"),
        ({"duration": hours(1), "cutoff": "16:00"}, "cutoff"),
        ({"duration": hours(1), "moved_by_pauses": False}, "moved_by_pauses"),
        ({"days": 1, "moved_by_pauses": False}, "moved_by_pauses"),
        ({"days": 1, "counts": "elapsed"}, "counts"),
        ({"due_field": "opened_at", "at": "09:00"}, "at"),
        ({"due_field": "opened_at", "cutoff": "09:00"}, "cutoff"),
        ({"due_field": "opened_at", "counts": "elapsed"}, "counts"),
        ({"duration": hours(1), "counts": "elapsed", "calendar": "office"}, "counts"),
        ({"duration": hours(1), "counts": "real"}, "counts"),
        ({"duration": hours(1), "calendar": ""}, "calendar"),
    ],
)
def test_a_goal_has_only_the_words_of_its_kind(fields: dict[str, Any], path: str) -> None:
    """A word that would be passed over in silence is refused."""
    assert refused(Goal, **fields).path == path


def test_elapsed_time_has_no_calendar() -> None:
    """Neither the definition's nor the case's; around the clock both are the same."""
    elapsed = (Goal(hours(1), counts="elapsed"),)
    for hours_of in ({"calendar": "office"}, {"calendar": None, "calendar_source": ("account.calendar",)}):
        assert refused(promise, goals=(Goal(hours(1)), *elapsed), **hours_of).path == "goals[1].counts"
    assert promise(goals=elapsed, calendar=None, timezone_source=("account.timezone",)).goals == elapsed


def test_a_definition_has_one_to_a_hundred_goals() -> None:
    """None is no promise, and no policy has over a hundred."""
    assert refused(promise, goals=()).path == "goals"
    assert isinstance(refused(promise, goals=(Goal(hours(1)),) * 101), LimitExceeded)


# --- fields ----------------------------------------------------------------------------------------------------------

NO_NAME = ["", "extra.", "extra.*", ".due", "opened at", "Fälligkeit", "x" * 300]
NO_FIELD = ["due", "began", "account.opened_at", "event.at", "extra", "Extra.due"]
NO_INSTANT = ["state", "priority", "needs_attention", "informed_users", "contract.sla_definitions", "account.calendar"]


@pytest.mark.parametrize("name", [*NO_FIELD, *NO_INSTANT])
def test_an_instant_is_named_by_its_field(name: str) -> None:
    """Where a due date or a start comes from must be one field of a revision that holds an instant."""
    assert refused(Goal, due_field=name).path == "due_field"
    assert refused(promise, retroactive_start=name).path == "retroactive_start"


@pytest.mark.parametrize("name", [*NO_FIELD, "opened_at", "priority", "needs_attention", "informed_users"])
def test_a_calendar_is_named_by_a_text(name: str) -> None:
    """Likewise where its hours or its zone come from, which must hold a text."""
    for source in ("calendar_source", "timezone_source"):
        assert refused(promise, **{source: ("account.calendar", name)}).path == f"{source}[1]"


@pytest.mark.parametrize("name", NO_NAME)
def test_what_is_no_name_at_all_names_no_field(name: str) -> None:
    """Neither an instant nor a text."""
    refused(Goal, due_field=name)
    refused(promise, retroactive_start=name)
    refused(promise, calendar_source=(name,))
    refused(promise, timezone_source=("account.timezone", name))


def test_fields_of_one_s_own_may_hold_anything() -> None:
    """What a host calls its own is believed: an instant, a name, whatever is needed."""
    definition = promise(
        goals=(Goal(due_field="extra.due"),),
        retroactive_start="extra.began",
        calendar_source=("extra.calendar",),
        timezone_source=("extra.zone",),
    )
    assert definition.goals[0].due_field == "extra.due"


def test_sources_are_at_most_a_hundred() -> None:
    """A list without end is none."""
    for source in ("calendar_source", "timezone_source"):
        assert isinstance(refused(promise, **{source: ("account.calendar",) * 101}), LimitExceeded)


# --- thresholds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "percent"),
        ({"level": 1}, "percent"),
        ({"percent": 50, "before_due": hours(1)}, "percent"),
        ({"percent": 50, "after_due": hours(1)}, "percent"),
        ({"before_due": hours(1), "after_due": hours(1)}, "percent"),
        ({"percent": 0}, "percent"),
        ({"percent": -1}, "percent"),
        ({"percent": 1_001}, "percent"),
        ({"percent": 10**40}, "percent"),
        ({"before_due": timedelta(0)}, "before_due"),
        ({"before_due": -hours(1)}, "before_due"),
        ({"after_due": timedelta(0)}, "after_due"),
        ({"after_due": -MICRO}, "after_due"),
        ({"after_due": CENTURY + MICRO}, "after_due"),
        ({"percent": 50, "level": -1}, "level"),
        ({"percent": 50, "level": 101}, "level"),
    ],
)
def test_a_threshold_says_one_thing(fields: dict[str, Any], path: str) -> None:
    """A percent from 1 to 1,000, or some time before or after; and a level from 0 to 100."""
    assert refused(Threshold, **fields).path == path


def test_the_ends_of_what_a_threshold_may_say() -> None:
    """The smallest and the largest of each."""
    assert [Threshold(percent).percent for percent in (1, 1_000)] == [1, 1_000]
    assert [Threshold(before_due=time).before_due for time in (MICRO, CENTURY)] == [MICRO, CENTURY]
    assert [Threshold(after_due=time).after_due for time in (MICRO, CENTURY)] == [MICRO, CENTURY]
    assert [Threshold(1, level=level).level for level in (0, 100)] == [0, 100]


@pytest.mark.parametrize(
    "twice",
    [
        (50, 50),
        (50, Threshold(50, level=3)),
        (Threshold(before_due=timedelta(minutes=60)), Threshold(before_due=hours(1))),
        (Threshold(after_due=hours(1)), Threshold(after_due=hours(1), level=1)),
    ],
)
def test_a_threshold_is_listed_once(twice: tuple[int | Threshold, ...]) -> None:
    """Whatever it is written as, and whatever its level: its label names it."""
    assert refused(promise, thresholds=(25, *twice)).path == "thresholds[2]"
    both = (Threshold(before_due=hours(1)), Threshold(after_due=hours(1)))
    assert promise(thresholds=both).thresholds == both


@pytest.mark.parametrize("percent", [0, -5, 1_001])
def test_a_bare_number_is_judged_as_a_percent(percent: int) -> None:
    """As if it had been written out."""
    assert refused(promise, thresholds=(50, percent)).path == "percent"


def test_thresholds_are_at_most_a_hundred() -> None:
    """A list without end is none."""
    assert isinstance(refused(promise, thresholds=tuple(range(1, 102))), LimitExceeded)


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"reset": field("priority").changes(), "recurrence": "once"}, "reset"),
        ({"reset": field("priority").changes(), "recurrence": "independent"}, "reset"),
        ({"retroactive_pause": True}, "retroactive_start"),
        ({"retroactive_pause": True, "pause": None}, "retroactive_start"),
        ({"retroactive_pause": True, "pause": None, "retroactive_start": "opened_at"}, "pause"),
        ({"reattach_start": "field"}, "retroactive_start"),
        ({"start": None}, "start"),
        ({"start": None, "measure": "custom"}, "start"),
        ({"measure": ""}, "measure"),
        ({"id": " r"}, "id"),
        ({"kind": "slo"}, "kind"),
        ({"recurrence": "twice"}, "recurrence"),
        ({"reattach_start": "always"}, "reattach_start"),
        ({"on_goal_change": "keep_last"}, "on_goal_change"),
        ({"on_calendar_change": "first"}, "on_calendar_change"),
        ({"on_time": "at"}, "on_time"),
        ({"when_to_cancel": "start_met"}, "when_to_cancel"),
        ({"when_to_resume": "never"}, "when_to_resume"),
        ({"reset_action": "stop"}, "reset_action"),
    ],
)
def test_settings_that_say_nothing_or_two_things(changes: dict[str, Any], path: str) -> None:
    """A word that is none, and settings without what they need."""
    assert refused(promise, **changes).path == path


@pytest.mark.parametrize("recurrence", ["cycles", "sequential"])
def test_a_reset_goes_with_clocks_that_come_again(recurrence: str) -> None:
    """One after another they may be reset."""
    reset = field("priority").changes()
    assert promise(reset=reset, recurrence=recurrence).reset == reset


@pytest.mark.parametrize("mode", ["when_to_cancel", "when_to_resume", "reset_action", "recurrence"])
def test_the_modes_of_a_measure_are_the_same_words(mode: str) -> None:
    """A measure is checked as a definition is."""
    assert refused(Measure, start=field("state") == "new", **{mode: "perhaps"}).path == mode


# --- policies --------------------------------------------------------------------------------------------------------


def policy(definition: SlaDefinition, **calendars: Calendar) -> SupportPolicy:
    """A policy with one promise."""
    return SupportPolicy(name="p", version="1", calendars={"office": OFFICE, **calendars}, definitions=(definition,))


def test_a_calendar_must_be_declared() -> None:
    """The definition's, and each of its goals'."""
    error = refused(policy, promise(calendar="attic"))
    assert (error.path, error.problem) == ("$.definitions[0].calendar", "no calendar 'attic'")
    error = refused(policy, promise(goals=(Goal(hours(1)), Goal(hours(1), calendar="attic"))))
    assert error.path == "$.definitions[0].goals[1].calendar"


BRIEF = BusinessCalendar(
    timezone="UTC",
    hours=WeeklyHours.parse("Mon 09:00-10:00"),
    valid_from=date(2026, 1, 5),
    valid_until=date(2026, 1, 19),
)
"""Three Mondays, one hour each."""
LATER = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon 09:00-10:00"), valid_from=date(2029, 12, 17))
"""Two Mondays, the 17th and the 24th, and the last of the year, before the ten years are over."""


@pytest.mark.parametrize("calendar", [BRIEF, LATER])
@pytest.mark.parametrize(
    ("held", "too_long"),
    [
        (Goal(hours(3)), Goal(hours(3) + SECOND)),
        (Goal(days=2), Goal(days=3)),
        (Goal(days=2, at="close"), Goal(days=3, at="close")),
    ],
)
def test_a_calendar_must_hold_its_goals_within_ten_years(calendar: Calendar, held: Goal, too_long: Goal) -> None:
    """Three hours on three days from 2020 to 2030 hold three hours, or day 0 and two more; by goal or by definition."""
    policy(promise(calendar="c", goals=(held,)), c=calendar)
    policy(promise(goals=(Goal(held.duration, days=held.days, at=held.at, calendar="c"),)), c=calendar)
    error = refused(policy, promise(calendar="c", goals=(held, too_long)), c=calendar)
    assert (error.path, error.problem) == (
        "$.definitions[0].goals[1]",
        "calendar 'c' does not hold it in the ten years from 2020",
    )
    own = Goal(too_long.duration, days=too_long.days, at=too_long.at, calendar="c")
    assert refused(policy, promise(goals=(own,)), c=calendar).path == "$.definitions[0].goals[0]"


@pytest.mark.parametrize("goal", [Goal(SECOND), Goal(days=0), Goal(days=1_095, cutoff="16:00")])
def test_a_calendar_that_is_never_open_holds_no_goal(goal: Goal) -> None:
    """Nothing could ever be due by it."""
    assert refused(policy, promise(calendar="c", goals=(goal,)), c=NEVER).path == "$.definitions[0].goals[0]"


def test_an_agreed_date_needs_no_open_time() -> None:
    """It is what it is, by any calendar; and a calendar that nothing is measured by may be empty."""
    policy(promise(calendar="c", goals=(Goal(due_field="opened_at"),)), c=NEVER)
    policy(promise(), c=NEVER)


def test_a_century_is_held_around_the_clock_alone() -> None:
    """Without a calendar any goal is held; eight hours a day do not make a hundred years in ten."""
    policy(promise(calendar=None, goals=(Goal(CENTURY), Goal(days=1_095))))
    assert refused(policy, promise(goals=(Goal(CENTURY),))).path == "$.definitions[0].goals[0]"


def test_definitions_have_ids_of_their_own() -> None:
    """Two of one id would be one promise twice."""
    with pytest.raises(InvalidValue, match="'resolution' is given twice") as caught:
        SupportPolicy(name="p", version="1", calendars={"office": OFFICE}, definitions=(promise(), promise()))
    assert caught.value.path == "$.definitions[1].id"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"start": field("stat") == "new"}, "start.field"),
        ({"pause": field("state") == "opne"}, "pause.value"),
        ({"goals": (Goal(hours(1)), Goal(hours(1), field("priority") == "1"))}, "goals[1].when.value"),
    ],
)
def test_a_condition_about_nothing_is_refused_when_it_is_compiled(changes: dict[str, Any], path: str) -> None:
    """A field that no revision has, a value that it cannot have: documents are told at loading, Python here."""
    assert refused(compile_policy, policy(promise(**changes))).path == f"$.definitions.resolution.{path}"


def test_a_calendar_of_many_windows_is_looked_at_for_ten_years_only() -> None:
    """24 windows of half an hour on three days a week hold a thousand hours, and as many business days."""
    windows = tuple(Window.parse(f"{hour:02}:00-{hour:02}:30") for hour in range(24))
    always = BusinessCalendar(timezone="UTC", hours=WeeklyHours(mon=windows, tue=windows, wed=windows))
    policy(promise(calendar="c", goals=(Goal(hours(1_000)), Goal(days=1_000))), c=always)
