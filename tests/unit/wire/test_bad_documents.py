"""What the author of a bad document is told: every problem, where it is and what to do."""

import pickle
from textwrap import dedent
from typing import Any

import pytest

from csmcore.errors import CsmError, DocumentError, InvalidValue, LimitExceeded, NaiveDatetime, UnknownKey
from csmcore.model import Actor, AgreementBook, Case, Event
from csmcore.wire import COMMAND, from_plain, load_agreements, load_policy

OPERATORS = (
    "known are `changes`, `changes_from`, `changes_to`, `contains`, `contains_any`, `eq`, `ge`, `gt`, `in`, "
    "`is_empty`, `is_not_empty`, `le`, ..."
)
WINDOWS = "write 'HH:MM-HH:MM', such as '09:00-17:00', '22:00-06:00' (overnight) or '18:00-24:00'"
WHOLE = "write a whole number: no value is a fraction"
DECLARE = "declare it under `definitions` of the policy"
HEAD = 'format = 1\nname = "acme"\nversion = "1"\n'


def told(load: object, *arguments: object) -> list[str]:
    """The lines of the error that a document gives."""
    with pytest.raises(DocumentError) as caught:
        load(*arguments)  # type: ignore[operator]
    return str(caught.value).splitlines()


def test_a_typing_error_in_a_promise() -> None:
    """1: every misspelt key and word is told at once, with what was probably meant."""
    text = """
        [definitions.resolution]
        goal = [{ duration = "8h" }]
        kind = "slo"
        goals = [{ duration = "8 hours", wehn = {} }]
        start = { field = "state", op = "equals", value = "new" }
    """
    assert told(load_policy, HEAD + dedent(text)) == [
        "5 problems",
        "  $.definitions.resolution: unknown key 'goal'; did you mean 'goals'?",
        "  $.definitions.resolution.kind: 'slo' is not one of its choices; did you mean 'sla'?",
        "  $.definitions.resolution.goals[0].duration: '8 hours' is no duration; write '30m', '8h' or '90s'",
        "  $.definitions.resolution.goals[0]: unknown key 'wehn'; did you mean 'when'?",
        f"  $.definitions.resolution.start.op: 'equals' is no operator; {OPERATORS}",
    ]


def test_values_that_would_be_coerced_elsewhere() -> None:
    """2: text is no number and no flag, a number is no text and no flag, and nothing is nothing."""
    text = """
        { "format": 1, "name": 7, "version": null, "reopen_window_days": "5", "allows_account_with_consumer": "false",
          "entitlements": { "require_covered_asset": 1, "inherit_from_parent_accounts": 0.0 } }
    """
    (fraction,) = told(load_policy, text)
    assert fraction == f"$.entitlements.inherit_from_parent_accounts: 0.0 is no whole number; {WHOLE}"
    assert told(load_policy, text.replace("0.0", "[]")) == [
        "6 problems",
        "  $.name: 7 is not text; write text, in quotes",
        "  $.version: null is not text; write text, in quotes",
        "  $.reopen_window_days: '5' is no whole number; write a whole number, without quotes",
        "  $.allows_account_with_consumer: 'false' is neither true nor false; write true or false, without quotes",
        "  $.entitlements.require_covered_asset: 1 is neither true nor false; write true or false, without quotes",
        "  ... and 1 more",
    ]


def test_a_promise_about_fields_that_there_are_not() -> None:
    """3: conditions are held against what revisions have."""
    text = """
        [definitions."first response"]
        goals = [{ duration = "1h", when = { field = "priority", op = "eq", value = "1" } }]
        start = { any = [{ field = "stat", op = "eq", value = "new" }, { field = "state", op = "eq", value = "opne" }] }
    """
    assert told(load_policy, HEAD + dedent(text)) == [
        "3 problems",
        "  $.definitions['first response'].start.any[0].field: unknown field 'stat'; did you mean `state`?",
        "  $.definitions['first response'].start.any[1].value: 'opne' is no value of state; did you mean `open`?",
        "  $.definitions['first response'].goals[0].when.value: '1' is text, priority is an integer; write an integer",
    ]


def test_a_calendar_that_is_wrong_and_one_that_names_it() -> None:
    """4: a calendar's problem is told once, where it is; one that names the next is told so."""
    text = """
        [calendars.office]
        timezone = "Europe/Berlin"
        hours.mon = ["9-17"]
        [calendars.both]
        union = ["office", "later"]
        [calendars.later]
        timezone = "Mars"
        hours = {}
    """
    assert told(load_policy, HEAD + dedent(text)) == [
        "3 problems",
        f"  $.calendars.office.hours.mon[0]: '9-17' is no window; {WINDOWS}",
        "  $.calendars.both.union[1]: no calendar 'later'; name one that is declared before",
        "  $.calendars.later.timezone: no time zone 'Mars'; write an IANA name such as 'Europe/Berlin'",
    ]


def test_a_promise_under_a_calendar_that_there_is_not() -> None:
    """5: what the policy as a whole refuses is told by the names of the document."""
    text = """
        [definitions.response]
        goals = [{ duration = "1h" }]
        start = { field = "state", op = "eq", value = "new" }
        [definitions.resolution]
        calendar = "ofice"
        goals = [{ duration = "1h" }]
        start = { field = "state", op = "eq", value = "new" }
    """
    assert told(load_policy, HEAD + dedent(text)) == [
        "$.definitions.resolution.calendar: no calendar 'ofice'; declare it under `calendars`"
    ]


def test_text_that_is_no_toml_and_no_json() -> None:
    """6: a parser's complaint comes with its line and column."""
    assert told(load_policy, HEAD + "timezone = UTC\n") == ["line 4, column 12: this is no TOML: invalid value"]
    assert told(load_policy, '{\n  "format": 1\n  "name": "acme"\n}') == [
        "line 3, column 3: this is no JSON: expecting ',' delimiter"
    ]
    assert told(load_policy, b'name = "Z\xfcrich"') == ["line 1, column 10: it is not UTF-8; save the text as UTF-8"]
    assert told(load_policy, '{"format": 1, "name": "a", "name": "b"}') == [
        "$: the key 'name' is given twice; keep one of them"
    ]
    assert told(load_policy, HEAD + 'a = """') == ["end of document: this is no TOML: unterminated string"]


def test_agreements_with_ids_that_lead_nowhere() -> None:
    """7: an id must be that of an entry, a calendar or a promise that there is."""
    policy = load_policy(HEAD + "[calendars.office]\ntimezone = 'UTC'\nhours = {}\n")
    text = """
        format = 1
        [accounts.acme]
        name = "Acme"
        primary_contact = "jo"
        calendar = "offices"
        [accounts.north]
        name = "Acme North"
        parent = "south"
        [accounts.south]
        name = "Acme South"
        parent = "north"
        [contracts.c1]
        number = "C1"
        account = "acme"
        covered_assets = [{ asset = "sn-1" }]
        sla_definitions = ["gold"]
    """
    assert told(load_agreements, dedent(text), policy) == [
        "5 problems",
        "  $.accounts.acme.primary_contact: no contact 'jo'; add the contact, or correct the id",
        "  $.accounts.acme.calendar: the policy has no calendar 'offices'; did you mean 'office'?",
        "  $.contracts.c1.covered_assets[0].asset: no asset 'sn-1'; add the asset, or correct the id",
        f"  $.contracts.c1.sla_definitions[0]: the policy has no definition 'gold'; {DECLARE}",
        "  $.accounts.north.parent: account 'north' is above itself; let one of the circle have none",
    ]


def test_json_lines_are_told_by_their_numbers() -> None:
    """8: each line's problems are told with its number, an id that is given twice with both lines."""
    lines = [
        '{"format": 1}',
        '{"kind": "account", "id": "acme", "name": "Acme"}',
        "",
        '{"kind": "acount", "id": "beta", "name": "Beta"}',
        '{"kind": "account", "id": "acme", "name": "Acme again"}',
        '{"kind": "contact", "id": "jo", "name": "Jo", "account" "acme"}',
        '{"kind": "contact", "id": "jo", "account": "acme"}',
    ]
    assert told(load_agreements, "\n".join(lines)) == [
        "4 problems",
        "  line 4, $.kind: 'acount' is not known; did you mean 'account'?",
        "  line 5, $.id: 'acme' is given twice; the first is on line 2",
        "  line 6, column 57: this is no JSON: expecting ':' delimiter",
        "  line 7, $.name: it is missing; give it its `name`",
    ]
    assert told(
        load_agreements, "\n".join([lines[0], '{"kind": "contact", "id": "jo", "name": "Jo", "account": "acme"}'])
    ) == ["line 2, $.account: no account 'acme'; add the account, or correct the id"]


def test_a_case_that_refuses_itself() -> None:
    """9: what a noun refuses is told all at once, at its fields."""
    document = {
        "id": " 1",
        "number": "CS1",
        "policy": {"name": "acme", "version": "1", "digest": ""},
        "short_description": " ",
        "opened_at": "2026-01-12T09:00:00Z",
        "opened_by": "jo",
        "updated_at": "2026-01-12T09:00:00Z",
        "impact": 4,
        "informed_users": ["a", "a"],
    }
    assert told(from_plain, Case, document) == ["$.policy.digest: '' is no id; use 1 to 200 printable characters"]
    assert told(from_plain, Case, {**document, "policy": {"name": "acme", "version": "1", "digest": "5a"}}) == [
        "4 problems",
        "  $.id: ' 1' is no id; use 1 to 200 printable characters",
        "  $.short_description: it is empty; write something",
        "  $.impact: 4 is outside 1 to 3; use a number in that range",
        "  $.informed_users: an id is listed twice; list each once",
    ]
    assert told(
        from_plain,
        Case,
        {**document, "opened_at": "2026-01-12T09:00:00", "updated_at": "12 Jan", "closed_at": "1066-10-14T09:00:00Z"},
    )[:4] == [
        "4 problems",
        "  $.policy.digest: '' is no id; use 1 to 200 printable characters",
        "  $.opened_at: '2026-01-12T09:00:00' has no offset, so it names no instant; add one, such as 'Z' or '+01:00'",
        "  $.updated_at: '12 Jan' is no instant; write it as '2026-12-24T09:00:00+01:00'",
    ]


def test_a_command_and_an_event_about_what_a_case_does_not_have() -> None:
    """10: changes are those of a case's fields, with their types and bounds."""
    (unknown,) = told(from_plain, COMMAND, {"action": "fix"})
    assert unknown.startswith("$.action: 'fix' is not known; known are open_case, assign_to_me, accept_case, ")
    assert told(
        from_plain,
        COMMAND,
        {"action": "update_case", "changes": {"impact": 9, "catgory": "x", "short_description": None}},
    ) == [
        "3 problems",
        "  $.changes.impact: 9 is outside 1 to 3; use a number in that range",
        "  $.changes.catgory: a case has no field 'catgory'; did you mean 'category'?",
        "  $.changes.short_description: null is not text; write text, in quotes",
    ]
    assert told(from_plain, COMMAND, {"action": "update_case", "changes": {"state": "closed"}})[0].startswith(
        "$.changes: 'state' is no field to update; "
    )
    event = {
        "kind": "case_closed",
        "case": "1",
        "version": 2,
        "index": 0,
        "at": "2026-01-12T09:00:00Z",
        "by": {"kind": "system", "id": "system"},
    }
    changes = {"closed_at": {"instant": "noon"}, "auto_close": 1, "resolution": {"code": "x"}}
    assert told(
        from_plain, Event, {**event, "changes": changes, "details": {"what": {"then": 1}, "of": [{"date": "today"}]}}
    ) == [
        "7 problems",
        "  $.changes.closed_at.instant: 'noon' is no instant; write it as '2026-12-24T09:00:00+01:00'",
        "  $.changes.auto_close: 1 is neither true nor false; write true or false, without quotes",
        "  $.changes.resolution.notes: it is missing; give it its `notes`",
        "  $.changes.resolution.by: it is missing; give it its `by`",
        "  $.changes.resolution.at: it is missing; give it its `at`",
        "  ... and 2 more",
    ]


def test_each_problem_has_its_place_and_keeps_its_kind() -> None:
    """The problems of an error are errors in turn, each of the class that says what kind of problem it is."""
    with pytest.raises(DocumentError) as caught:
        from_plain(AgreementBook, {"format": 1, "accounts": {"a": {"id": "b", "name": "A"}, "b": 1}, "colours": {}})
    error = caught.value
    assert [(type(problem), problem.path, problem.problem) for problem in error.problems] == [
        (UnknownKey, "$.accounts.a", "unknown key 'id'"),
        (InvalidValue, "$.accounts.b", "1 is no mapping"),
        (UnknownKey, "$", "unknown key 'colours'"),
    ]
    assert error.code == "invalid_document"
    assert isinstance(error, CsmError)
    assert isinstance(error, ValueError)
    with pytest.raises(DocumentError) as naive:
        from_plain(Event, {"at": "2026-01-12T09:00"})
    assert NaiveDatetime in {type(problem) for problem in naive.value.problems}


def test_an_error_crosses_processes_whole() -> None:
    """Pickled and back, an error has its text and its problems."""
    with pytest.raises(DocumentError) as caught:
        from_plain(Actor, {"kind": "me"})
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert str(again) == str(caught.value)
    assert [str(problem) for problem in again.problems] == [str(problem) for problem in caught.value.problems]


def test_problems_are_counted_up_to_a_hundred() -> None:
    """A document that is wrong throughout is not read to its end: a hundred problems are told."""
    documents: tuple[dict[Any, Any], ...] = (
        {"roles": ["x"] * 5_000},
        {f"k{number}": 1 for number in range(5_000)},
        {f"k{number}": 1.5 for number in range(5_000)},
        dict.fromkeys(range(5_000)),
    )
    for document in documents:
        with pytest.raises(DocumentError) as caught:
            from_plain(Actor, {"kind": "internal", "id": "a", **document})
        assert len(caught.value.problems) == 100
        assert str(caught.value).endswith("... and 95 more")
    accounts = {
        "format": 1,
        "accounts": {f"a{number}": {"name": "x", "parent": f"b{number}"} for number in range(5_000)},
    }
    with pytest.raises(DocumentError) as nowhere:
        from_plain(AgreementBook, accounts)
    assert len(nowhere.value.problems) == 100
    lines = "\n".join(['{"format": 1}'] + ['{"kind": "x"}'] * 5_000)
    with pytest.raises(DocumentError) as many:
        load_agreements(lines)
    assert len(many.value.problems) == 100


def test_a_place_is_short_whatever_the_key() -> None:
    """A key of any length and letters is quoted in a place, and cut."""
    (line,) = told(from_plain, AgreementBook, {"format": 1, "accounts": {"x" * 100_000: 1}})
    assert line == f"$.accounts['{'x' * 80}'...]: 1 is no mapping; write keys and values"
    (odd,) = told(from_plain, AgreementBook, {"format": 1, "accounts": {"a\nb]": 1}})
    assert odd == "$.accounts['a\\nb]']: 1 is no mapping; write keys and values"


def test_depth_is_a_limit_with_its_place() -> None:
    """What nests too deep is refused where it does, and cycles with it."""
    deep: object = 1
    for _ in range(90):
        deep = [deep]
    with pytest.raises(DocumentError) as caught:
        from_plain(Case, {"a": {"b": deep}})
    (problem,) = caught.value.problems
    assert isinstance(problem, LimitExceeded)
    assert (problem.allowed, problem.counted) == (80, "levels")
    assert problem.path == "$.a.b" + "[0]" * 78
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(DocumentError, match="more than 80 levels"):
        from_plain(Case, circle)
    wide: object = [1]
    for _ in range(70):
        wide = [wide] * 10
    with pytest.raises(DocumentError, match="more than 1,600,000 values"):
        from_plain(Case, wide)
