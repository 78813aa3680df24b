"""Policies from documents, and back."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, CombinedCalendar
from csmcore.conditions import field
from csmcore.errors import DocumentError
from csmcore.model import DefinitionId, Goal, Measure, SlaDefinition, SupportPolicy, Threshold
from csmcore.wire import dump_policy, from_plain, load_policy, to_plain

GOLDEN = Path(__file__).parent / "golden" / "policy-1.toml"
HEAD: dict[str, Any] = {"format": 1, "name": "acme", "version": "1"}
NO_DAY = "write '24h': a 'day' is 24 hours to some and a working day to others"
ALWAYS = {"timezone": "UTC", "hours": {"mon": ["00:00-24:00"]}}


def problems_of(**document: Any) -> list[str]:
    """What is wrong with a policy that has this besides its name and version."""
    with pytest.raises(DocumentError) as caught:
        from_plain(SupportPolicy, HEAD | document)
    return [str(problem) for problem in caught.value.problems]


def test_a_policy_of_toml_is_what_it_says() -> None:
    """Every table of the golden policy is there, as its author wrote it."""
    policy = load_policy(GOLDEN.read_bytes())
    assert (policy.name, policy.version, policy.timezone, policy.reopen_window_days) == (
        "support",
        "2026.1",
        "Europe/Berlin",
        5,
    )
    assert list(policy.calendars) == ["berlin", "boston", "sun", "floating"]
    berlin, sun = policy.calendars["berlin"], policy.calendars["sun"]
    assert isinstance(berlin, BusinessCalendar)
    assert isinstance(sun, CombinedCalendar)
    assert (berlin.valid_from, berlin.valid_until) == (date(2020, 1, 1), date(2030, 12, 31))
    assert sun.parts[0] is berlin
    response, resolution, never, handover, elapsed = policy.definitions
    assert response.goals == (Goal(timedelta(minutes=30), field("priority") <= 2), Goal(timedelta(hours=8)))
    assert resolution.cancel == (field("opened_at") < datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert resolution.reset == field("extra.moved_on").changes_to(date(2026, 6, 1))
    assert (resolution.kind, resolution.contractual, resolution.when_to_cancel) == ("ola", True, "cancel_met")
    assert never.id == "never mind"
    assert handover.start == policy.measures["handover"].start
    assert [goal.days for goal in handover.goals] == [None, 1, 2, 2, None]
    assert [threshold.label for threshold in handover.thresholds] == ["75%", "90%", "due-30m", "due+1h"]
    assert (elapsed.recurrence, elapsed.when_to_cancel) == ("independent", "cancel_met")
    assert policy.priority_matrix == {"1/1": 1, "3/3": 5}
    assert policy.entitlements.strategy == "precedence"


def test_definitions_keep_their_order() -> None:
    """The order of the document is the order of the promises, whatever their names."""
    body = {"goals": [{"duration": "1h"}], "start": {"field": "state", "op": "eq", "value": "new"}}
    policy = from_plain(SupportPolicy, {**HEAD, "definitions": {"z": body, "a": body, "m": body}})
    assert [definition.id for definition in policy.definitions] == ["z", "a", "m"]
    assert [definition.id for definition in load_policy(dump_policy(policy)).definitions] == ["z", "a", "m"]


def test_a_document_of_a_policy_names_what_is_not_usual() -> None:
    """What has its default is left out of the document, and comes back with it."""
    start = field("state") == "new"
    promise = SlaDefinition(id=DefinitionId("r"), goals=(Goal(timedelta(hours=1)),), start=start)
    policy = SupportPolicy(name="acme", version="1", definitions=(promise,))
    document = to_plain(policy)
    assert document == {
        "format": 1,
        "name": "acme",
        "version": "1",
        "calendars": {},
        "definitions": {"r": {"goals": [{"duration": "1h"}], "start": {"field": "state", "op": "eq", "value": "new"}}},
    }
    assert from_plain(SupportPolicy, document) == policy
    assert json.loads(dump_policy(policy)) == document


def test_the_name_of_a_definition_is_its_id() -> None:
    """An id inside the table would be a second truth."""
    assert problems_of(definitions={"r": {"id": "r"}}) == [
        "$.definitions.r: unknown key 'id'; the name of the table is the id"
    ]
    assert problems_of(
        definitions={" r": {"goals": [{"duration": "1h"}], "start": {"field": "a", "op": "changes"}}}
    ) == ["$.definitions[' r'].id: ' r' is no id; use 1 to 200 printable characters"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"duration": "0h"},
            "$.definitions.r.goals[0].duration: 0:00:00 is no goal; give one second or more, in whole seconds",
        ),
        (
            {"duration": "1us"},
            "$.definitions.r.goals[0].duration: 0:00:00.000001 is no goal; give one second or more, in whole seconds",
        ),
        (
            {"duration": "-1h"},
            "$.definitions.r.goals[0].duration: -1 day, 23:00:00 is no goal; give one second or more, in whole seconds",
        ),
        (
            {"duration": "1d"},
            f"$.definitions.r.goals[0].duration: '1d' is no duration; {NO_DAY}",
        ),
        (
            {"duration": 3600},
            "$.definitions.r.goals[0].duration: 3600 is no duration; write it with its unit, such as '30m' or '8h'",
        ),
        (
            {"duration": "900000h"},
            "$.definitions.r.goals[0].duration: '900000h' is over 100 years; use a shorter duration",
        ),
        ({}, "$.definitions.r.goals[0].duration: it has no length; give it exactly one of duration, days, due_field"),
        ("8h", "$.definitions.r.goals[0]: '8h' is no mapping; write keys and values"),
    ],
)
def test_a_goal_is_a_duration_with_its_unit(given: object, told: str) -> None:
    """What is no time that a promise could take is refused where it is written."""
    body = {"goals": [given], "start": {"field": "state", "op": "eq", "value": "new"}}
    assert problems_of(definitions={"r": body}) == [told]


def test_conditions_are_read_strictly() -> None:
    """A condition's own problems are told with their place; where it may be left out, null is nothing."""
    good = {"goals": [{"duration": "1h"}], "start": {"field": "state", "op": "eq", "value": "new"}}
    policy = from_plain(SupportPolicy, {**HEAD, "definitions": {"r": {**good, "pause": None}}})
    assert policy.definitions[0].pause is None
    assert problems_of(definitions={"r": {**good, "start": None}})[0].startswith("$.definitions.r.start: it has none")
    assert problems_of(definitions={"r": {**good, "stop": {"all": [{"not": {"field": "state"}}]}}})[0].startswith(
        "$.definitions.r.stop.all[0].not: no `op`"
    )
    assert problems_of(definitions={"r": {**good, "start": {"field": "opened_at", "op": "lt", "value": 1.5}}})[
        0
    ].startswith("$.definitions.r.start.value: 1.5 is no whole number")


def test_a_calendar_names_only_those_before_it() -> None:
    """A name of a calendar that is not read yet, its own too, leads nowhere."""
    assert problems_of(calendars={"a": {"union": ["a", ALWAYS]}}) == [
        "$.calendars.a.union[0]: no calendar 'a'; name one that is declared before"
    ]
    assert problems_of(calendars={"a": 1, "b": {"union": ["a", ALWAYS]}}) == [
        "$.calendars.a: 1 is no mapping; write keys and values"
    ]
    policy = from_plain(SupportPolicy, {**HEAD, "calendars": {"a": ALWAYS, "b": {"union": ["a", ALWAYS]}}})
    assert load_policy(dump_policy(policy)) == policy


def test_the_vendors_own_values_are_checked() -> None:
    """A zone that is none, a matrix of other grades, days out of range: all told at once."""
    assert problems_of(timezone="Mars", priority_matrix={"1/4": 1}, reopen_window_days=-1) == [
        "$.timezone: no time zone 'Mars'; write an IANA name such as 'Europe/Berlin'",
        "$.priority_matrix.1/4: '1/4' is no impact and urgency; write '1/1' to '3/3'",
        "$.reopen_window_days: -1 is outside 0 to 36525; use a number in that range",
    ]
    assert problems_of(priority_matrix={"1/1": 6, "3/3": 0}) == [
        "$.priority_matrix.1/1: 6 is no priority; write 1 to 5"
    ]
    assert problems_of(priority_matrix={"1/1": "1"}) == [
        "$.priority_matrix['1/1']: '1' is no whole number; write a whole number, without quotes"
    ]


def test_thresholds_are_read_one_by_one_first() -> None:
    """A list's items are read first, then the list is judged."""
    body = {"goals": [{"duration": "1h"}], "start": {"field": "state", "op": "eq", "value": "new"}}
    assert problems_of(definitions={"r": {**body, "thresholds": [50, "75", True]}}) == [
        "$.definitions.r.thresholds[1]: '75' is no threshold; write percents without quotes, or a mapping",
        "$.definitions.r.thresholds[2]: true is no threshold; write percents without quotes, or a mapping",
    ]
    (twice,) = problems_of(definitions={"r": {**body, "thresholds": [75, {"percent": 75}]}})
    assert twice == "$.definitions.r.thresholds[1]: 75% is listed twice; list each once"
    assert problems_of(definitions={"r": {**body, "thresholds": "50"}}) == [
        "$.definitions.r.thresholds: '50' is no list; write a list"
    ]
    assert problems_of(definitions={"r": {**body, "goals": []}}) == [
        "$.definitions.r.goals: it has none; give it a goal"
    ]


# --- promises in full ------------------------------------------------------------------------------------------------

LIVE = {"field": "state", "op": "eq", "value": "new"}
BODY: dict[str, Any] = {"goals": [{"duration": "1h"}], "start": LIVE}
WEEKS = {
    "office": {"timezone": "UTC", "hours": {"mon": ["09:00-17:00"]}},
    "brief": {
        "timezone": "UTC",
        "hours": {"mon": ["09:00-10:00"]},
        "valid_from": "2026-01-05",
        "valid_until": "2026-01-19",
    },
    "never": {"timezone": "UTC", "hours": {}},
}
KINDS = "give it exactly one of duration, days, due_field"
CLOCK = "write 'HH:MM', such as '16:00'"
ONE_THING = "it must say one thing; give percent, before_due or after_due"
TOO_LONG = "does not hold it in the ten years from 2020; use a shorter goal, or a calendar with more hours"


def goal_of(**goal: Any) -> Goal:
    """The one goal of a definition that has it."""
    document = {**HEAD, "calendars": WEEKS, "definitions": {"r": {**BODY, "goals": [goal]}}}
    return from_plain(SupportPolicy, document).definitions[0].goals[0]


def wrong(**body: Any) -> list[str]:
    """What is wrong with a definition that says this, without the place of the definition."""
    found = problems_of(calendars=WEEKS, definitions={"r": {**BODY, **body}})
    assert all(line.startswith("$.definitions.r") for line in found)
    return [line.removeprefix("$.definitions.r").removeprefix(".") for line in found]


@pytest.mark.parametrize(
    ("goal", "read"),
    [
        ({"duration": "2bd"}, Goal(days=2)),
        ({"duration": "0bd"}, Goal(days=0)),
        ({"duration": "1095bd"}, Goal(days=1_095)),
        ({"duration": "2bd_end"}, Goal(days=2, at="close")),
        ({"duration": "2bd", "cutoff": "16:00"}, Goal(days=2, cutoff="16:00")),
        ({"duration": "2bd", "at": "12:00"}, Goal(days=2, at="12:00")),
        ({"days": 2, "at": "close", "calendar": "office"}, Goal(days=2, at="close", calendar="office")),
        ({"days": 2, "at": "16:30", "cutoff": "12:00"}, Goal(days=2, at="16:30", cutoff="12:00")),
        ({"due_field": "extra.due", "moved_by_pauses": False}, Goal(due_field="extra.due", moved_by_pauses=False)),
        ({"duration": "8h", "counts": "elapsed"}, Goal(timedelta(hours=8), counts="elapsed")),
        ({"duration": "90s", "when": LIVE}, Goal(timedelta(seconds=90), field("state") == "new")),
        ({"duration": "876600h"}, Goal(timedelta(days=36_525))),
    ],
)
def test_a_goal_is_read_in_each_of_its_forms(goal: dict[str, Any], read: Goal) -> None:
    """Business days may be written as a duration; what is said beside it counts too."""
    assert goal_of(**goal) == read


def test_a_promise_survives_its_document() -> None:
    """Everything a definition can say, and a measure, written and read again with the same digest."""
    policy = SupportPolicy(
        name="acme",
        version="1",
        calendars={"office": BusinessCalendar.from_mapping({**WEEKS["office"], "floating": True})},
        measures={
            "triage": Measure(
                about="until somebody has it",
                start=field("state") == "new",
                pause=field("is_blocked") == True,  # noqa: E712 - it builds a condition
                resume=field("needs_attention") == True,  # noqa: E712 - likewise
                stop=field("assigned_to").is_not_empty(),
                cancel=field("state") == "cancelled",
                when_to_resume="resume_met",
                when_to_cancel="cancel_met",
                reset_action="cancel",
                recurrence="sequential",
            )
        },
        definitions=(
            SlaDefinition(
                id=DefinitionId("triage"),
                measure="triage",
                calendar_source=("account.calendar", "extra.calendar"),
                timezone_source=("account.timezone",),
                on_calendar_change="last",
                retroactive_start="extra.began",
                reattach_start="field",
                retroactive_pause=True,
                on_goal_change="keep_first",
                on_time="by",
                thresholds=(
                    75,
                    Threshold(90, level=2),
                    Threshold(before_due=timedelta(minutes=30)),
                    Threshold(after_due=timedelta(hours=1), level=3),
                ),
                goals=(
                    Goal(timedelta(hours=8), field("priority") == 1, calendar="office"),
                    Goal(days=2, at="16:00", cutoff="12:00"),
                    Goal(due_field="extra.due", moved_by_pauses=False),
                ),
            ),
            SlaDefinition(id=DefinitionId("resolution"), measure="resolution", goals=(Goal(timedelta(hours=1)),)),
        ),
    )
    again = load_policy(dump_policy(policy))
    assert again == policy
    assert again.digest == policy.digest
    assert again.definitions[0].thresholds == policy.definitions[0].thresholds


def test_a_measure_s_conditions_are_checked_in_their_place() -> None:
    """A measure of the policy's own is a table like any other; those that are built in stay what they are."""
    (told,) = problems_of(measures={"m": {"start": {"field": "stat", "op": "eq", "value": "new"}}})
    assert told.startswith("$.measures.m.start.field: unknown field 'stat'")
    assert problems_of(measures={"resolution": {"start": LIVE}}) == [
        "$.measures.resolution: 'resolution' is built in; give it another name"
    ]
    assert problems_of(measures={"custom": {"start": LIVE}}) == [
        "$.measures.custom: 'custom' is built in; give it another name"
    ]
    assert problems_of(measures={"m": {}}) == ["$.measures.m.start: it is missing; give it its `start`"]
    assert problems_of(measures={"m": {"start": LIVE, "recurrence": "twice"}})[0].startswith("$.measures.m.recurrence:")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "nan",
            "NaN",
            "inf",
            "-inf",
            "1e400h",
            "1e3h",
            "0x8h",
            "8 hours",
            "8 h",
            " 8h",
            "8h ",
            "8h\n",
            "8H",
            "h",
            "8",
        ),
        *("--8h", "+8h", "8.5h", "8,5h", "1_000h", "8h30m", "٨h", "2bd2", "2bd_", "2bd_start", "2BD", "2 bd", "bd"),
        *("-2bd", "2.5bd", "2bd\n", "٢bd", "100000bd", f"{'9' * 40}bd", "", "P1D", "1h" * 500),
    ],
)
def test_a_text_that_is_no_duration(text: str) -> None:
    """Neither one that other systems would take, nor one that only looks like business days."""
    (told,) = wrong(goals=[{"duration": text}])
    assert told.startswith("goals[0].duration: ")
    assert "is no duration; write '" in told


@pytest.mark.parametrize("value", [8, True, 1.5, [], {}, ["8h"], date(2026, 1, 1)])
def test_a_value_that_is_no_duration(value: object) -> None:
    """A duration is a text with its unit."""
    (told,) = wrong(goals=[{"duration": value}])
    assert told.startswith("goals[0].duration: ")


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ({"duration": "0s"}, "duration: 0:00:00 is no goal; give one second or more, in whole seconds"),
        ({"duration": "1500000us"}, "duration: 0:00:01.500000 is no goal; give one second or more, in whole seconds"),
        ({"duration": "876601h"}, "duration: '876601h' is over 100 years; use a shorter duration"),
        ({"duration": "1096bd"}, "days: 1096 is no count of days; give 0 to 1,095"),
        ({"days": -1}, "days: -1 is no count of days; give 0 to 1,095"),
        ({"days": 1_096}, "days: 1096 is no count of days; give 0 to 1,095"),
        ({"days": 10**30}, "days: an integer of more than 64 bits; write it as text"),
        ({"days": "2"}, "days: '2' is no whole number; write a whole number, without quotes"),
        ({"days": True}, "days: true is no whole number; write a whole number, without quotes"),
        ({}, f"duration: it has no length; {KINDS}"),
        ({"calendar": "office"}, f"duration: it has no length; {KINDS}"),
        ({"duration": "1h", "days": 1}, f"duration: it has duration and days; {KINDS}"),
        ({"duration": "1h", "due_field": "opened_at"}, f"duration: it has duration and due_field; {KINDS}"),
        ({"duration": "2bd", "due_field": "opened_at"}, f"duration: it has days and due_field; {KINDS}"),
        ({"days": 0, "due_field": "opened_at"}, f"duration: it has days and due_field; {KINDS}"),
        ({"days": 1, "cutoff": "24:00"}, f"cutoff: '24:00' is no time of day; {CLOCK}"),
        ({"days": 1, "cutoff": "9:00"}, f"cutoff: '9:00' is no time of day; {CLOCK}"),
        ({"days": 1, "cutoff": 900}, "cutoff: 900 is not text; write text, in quotes"),
        ({"days": 1, "at": "24:00"}, f"at: '24:00' is no time of day; {CLOCK}"),
        ({"days": 1, "at": "9:00"}, f"at: '9:00' is no time of day; {CLOCK}"),
        ({"days": 1, "at": "opening"}, f"at: 'opening' is no time of day; {CLOCK}"),
        ({"duration": "1h", "at": "close"}, "at: a goal by duration has no `at`; leave it out"),
        ({"duration": "1h", "cutoff": "16:00"}, "cutoff: a goal by duration has no `cutoff`; leave it out"),
        (
            {"days": 1, "moved_by_pauses": False},
            "moved_by_pauses: a goal by days has no `moved_by_pauses`; leave it out",
        ),
        ({"days": 1, "counts": "elapsed"}, "counts: a goal by days has no `counts`; leave it out"),
        (
            {"due_field": "due"},
            "due_field: no revision has a field 'due'; write one, or your own as 'extra.<name>'",
        ),
        (
            {"due_field": "state"},
            "due_field: state is of kind text; name a field of kind instant, or one of your own",
        ),
        (
            {"due_field": "informed_users"},
            "due_field: informed_users is a list; name a field of kind instant, or one of your own",
        ),
        ({"duration": "1h", "calendar": "attic"}, "calendar: no calendar 'attic'; declare it under `calendars`"),
        (
            {"duration": "2bd_end", "at": "16:00"},
            "at: '2bd_end' ends at the close; leave `at` out, or write the days without _end",
        ),
        ({"duration": "1h", "calender": "office"}, None),
    ],
)
def test_what_is_no_goal_is_told_in_its_place(goal: dict[str, Any], told: str | None) -> None:
    """The second of two goals, each problem with its path and what to do."""
    expected = "goals[1]: unknown key 'calender'; did you mean 'calendar'?" if told is None else f"goals[1].{told}"
    assert wrong(goals=[{"duration": "1h"}, goal]) == [expected]


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        ({}, f".percent: {ONE_THING}"),
        ({"level": 1}, f".percent: {ONE_THING}"),
        ({"percent": 50, "before_due": "1h"}, f".percent: {ONE_THING}"),
        ({"before_due": "1h", "after_due": "1h"}, f".percent: {ONE_THING}"),
        (25, ": 25% is listed twice; list each once"),
        ({"percent": 25, "level": 2}, ": 25% is listed twice; list each once"),
        (0, ".percent: 0 is not within 1 to 1,000; give whole percents"),
        (-5, ".percent: -5 is not within 1 to 1,000; give whole percents"),
        (1001, ".percent: 1001 is not within 1 to 1,000; give whole percents"),
        ({"percent": 0}, ".percent: 0 is not within 1 to 1,000; give whole percents"),
        ({"before_due": "0s"}, ".before_due: 0:00:00 is no offset; give more than nothing, and at most 100 years"),
        (
            {"before_due": "-1h"},
            ".before_due: -1 day, 23:00:00 is no offset; give more than nothing, and at most 100 years",
        ),
        ({"after_due": "876601h"}, ".after_due: '876601h' is over 100 years; use a shorter duration"),
        ({"after_due": "1bd"}, f".after_due: '1bd' is no duration; {NO_DAY}"),
        ({"after_due": 60}, ".after_due: 60 is no duration; write it with its unit, such as '30m' or '8h'"),
        ({"percent": 50, "level": 101}, ".level: 101 is outside 0 to 100; use a number in that range"),
        ({"percent": 50, "level": -1}, ".level: -1 is outside 0 to 100; use a number in that range"),
        ({"percent": "50"}, ".percent: '50' is no whole number; write a whole number, without quotes"),
        ({"before": "1h"}, ": unknown key 'before'; did you mean 'before_due'?"),
        (None, ": null is no threshold; write percents without quotes, or a mapping"),
        ([50], ": [50] is no threshold; write percents without quotes, or a mapping"),
    ],
)
def test_what_is_no_threshold_is_told_in_its_place(threshold: object, told: str) -> None:
    """The second of two, each problem with its path and what to do."""
    assert wrong(thresholds=[25, threshold]) == [f"thresholds[1]{told}"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"retroactive_start": "began"}, "retroactive_start: no revision has a field 'began'; "),
        ({"retroactive_start": "priority"}, "retroactive_start: priority is of kind integer; "),
        ({"calendar_source": ["account.calender"]}, "calendar_source[0]: no revision has a field 'account.calender'; "),
        ({"calendar_source": ["opened_at"]}, "calendar_source[0]: opened_at is of kind instant; "),
        ({"calendar_source": "account.calendar"}, "calendar_source: 'account.calendar' is no list; "),
        ({"calendar_source": ["account.calendar", 7]}, "calendar_source[1]: 7 is not text; "),
        ({"timezone_source": ["priority"]}, "timezone_source[0]: priority is of kind integer; "),
        ({"calendar": "attic"}, "calendar: no calendar 'attic'; declare it under `calendars`"),
        ({"calendar": "never"}, f"goals[0]: calendar 'never' {TOO_LONG}"),
        ({"calendar": "brief", "goals": [{"duration": "4h"}]}, f"goals[0]: calendar 'brief' {TOO_LONG}"),
        ({"calendar": "brief", "goals": [{"days": 2}, {"days": 3}]}, f"goals[1]: calendar 'brief' {TOO_LONG}"),
        ({"goals": [{"duration": "3bd_end", "calendar": "brief"}]}, f"goals[0]: calendar 'brief' {TOO_LONG}"),
        ({"goals": [{"duration": "1h", "counts": "elapsed"}], "calendar": "office"}, "goals[0].counts: elapsed time "),
        ({"reset": LIVE, "recurrence": "once"}, "reset: a clock that recurs 'once' cannot be reset; "),
        ({"reset": LIVE, "recurrence": "independent"}, "reset: a clock that recurs 'independent' cannot be reset; "),
        ({"retroactive_pause": True}, "retroactive_start: retroactive_pause asks for it; "),
        ({"retroactive_pause": True, "retroactive_start": "opened_at"}, "pause: retroactive_pause asks for it; "),
        ({"retroactive_pause": 1}, "retroactive_pause: 1 is neither true nor false; "),
        ({"reattach_start": "field"}, "retroactive_start: reattach_start = 'field' asks for it; "),
        ({"measure": "resolved"}, "measure: no measure 'resolved'; known are first_response, "),
        ({"start": None}, "start: it has none; give it a condition, or name a measure"),
        ({"on_goal_change": "keep_last"}, "on_goal_change: 'keep_last' is not one of its choices; did you mean "),
        ({"on_time": "at"}, "on_time: 'at' is not one of its choices; "),
        ({"recurrence": "twice"}, "recurrence: 'twice' is not one of its choices; "),
        ({"on_calendar_change": "first"}, "on_calendar_change: 'first' is not one of its choices; "),
        ({"measure": "periodic_update", "start": None, "recurrence": "once"}, "reset: a clock that recurs 'once' "),
    ],
)
def test_a_promise_that_contradicts_itself_is_told_in_its_place(body: dict[str, Any], told: str) -> None:
    """Settings without what they need, names that lead nowhere, goals that a calendar does not hold."""
    (found,) = wrong(**body)
    assert found.startswith(told)


def test_a_promise_is_told_by_its_name_whatever_that_is() -> None:
    """What the policy finds out by number is told by id, also where the id must be quoted; the first of them."""
    definitions = {"a": BODY, "never mind": {**BODY, "calendar": "attic"}, "z": {**BODY, "calendar": "attic"}}
    assert problems_of(definitions=definitions) == [
        "$.definitions['never mind'].calendar: no calendar 'attic'; declare it under `calendars`"
    ]
    assert problems_of(definitions={"a": BODY, "b.c": {**BODY, "goals": [{"duration": "1h", "calendar": "x"}]}}) == [
        "$.definitions['b.c'].goals[0].calendar: no calendar 'x'; declare it under `calendars`"
    ]
