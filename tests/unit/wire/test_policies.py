"""Policies from documents, and back."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, CombinedCalendar
from csmcore.conditions import field
from csmcore.errors import DocumentError
from csmcore.model import DefinitionId, Goal, SlaDefinition, SupportPolicy
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
    assert list(policy.calendars) == ["berlin", "boston", "sun"]
    berlin, sun = policy.calendars["berlin"], policy.calendars["sun"]
    assert isinstance(berlin, BusinessCalendar)
    assert isinstance(sun, CombinedCalendar)
    assert (berlin.valid_from, berlin.valid_until) == (date(2020, 1, 1), date(2030, 12, 31))
    assert sun.parts[0] is berlin
    response, resolution, never = policy.definitions
    assert response.goals == (Goal(timedelta(minutes=30), field("priority") <= 2), Goal(timedelta(hours=8)))
    assert resolution.cancel == (field("opened_at") < datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert resolution.reset == field("extra.moved_on").changes_to(date(2026, 6, 1))
    assert (resolution.kind, resolution.contractual, resolution.when_to_cancel) == ("ola", True, "cancel_met")
    assert never.id == "never mind"
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
        ({"duration": "-1h"}, "$.definitions.r.goals[0].duration: '-1h' is no duration; write '30m', '8h' or '90s'"),
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
