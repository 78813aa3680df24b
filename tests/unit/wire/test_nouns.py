"""Single nouns as plain data and JSON."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csmcore.calendars import BusinessCalendar, CombinedCalendar, WeeklyHours
from csmcore.conditions import AllOf, field
from csmcore.errors import DocumentError, InvalidValue
from csmcore.model import (
    Actor,
    AddComment,
    Case,
    Comment,
    Event,
    LogEntry,
    Pause,
    Revision,
    SlaClock,
    SlaState,
    UpdateCase,
    WorkNote,
)
from csmcore.wire import ACTIVITY, COMMAND, from_json, from_plain, to_json, to_plain

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / "nouns-1.json").read_text(encoding="utf-8"))
SINGLE = "write one value, a list, or a value with its type: instant, date, decimal, duration"
TYPES = "write text, whole numbers, true, false, dates, lists and mappings"
KINDS: dict[str, Any] = {
    "case": Case,
    "comment": ACTIVITY,
    "work_note": ACTIVITY,
    "command": COMMAND,
    "event": Event,
    "sla": SlaState,
}


def problems_of(kind: Any, document: object) -> list[str]:
    """What is wrong with a document."""
    with pytest.raises(DocumentError) as caught:
        from_plain(kind, document)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", KINDS)
def test_a_document_of_format_1_is_read_and_written_the_same(name: str) -> None:
    """What csmcore wrote once it reads for ever, and writes again to the letter."""
    noun = from_plain(KINDS[name], GOLDEN[name])
    assert to_plain(noun) == GOLDEN[name]
    assert json.loads(to_json(noun)) == GOLDEN[name]
    assert from_json(KINDS[name], json.dumps(GOLDEN[name])) == noun


def test_microseconds_are_kept() -> None:
    """A pause of one and a half seconds and a microsecond is read back to the microsecond."""
    at = datetime(2026, 1, 12, 9, 0, 0, 1, tzinfo=UTC)
    pause = Pause(at, at + timedelta(microseconds=1_500_001), timedelta(microseconds=1_500_001), "1/1/0")  # type: ignore[arg-type]
    assert to_plain(pause)["business"] == "1500001us"
    assert from_plain(Pause, to_plain(pause)) == pause


def test_an_instant_keeps_no_zone() -> None:
    """Instants of any offset are the same instant in UTC, as nouns keep them."""
    document = GOLDEN["comment"]
    for text in ("2026-01-12T10:10:00+01:00", "2026-01-12T09:10Z", "2026-01-12T09:10:00.000000Z"):
        assert from_plain(ACTIVITY, {**document, "at": text}) == from_plain(ACTIVITY, document)
    native = datetime.fromisoformat("2026-01-12T04:10:00-05:00")
    assert from_plain(Comment, {**document, "at": native}) == from_plain(Comment, document)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-01-12 09:10:00Z", "is no instant"),
        ("20260112T091000Z", "is no instant"),
        ("2026-W03-1T09:10:00Z", "is no instant"),
        ("2026-02-30T09:10:00Z", "is no instant"),
        ("2026-01-12T24:30:00Z", "is no instant"),
        ("2026-01-12T09:10:00+25:00", "is no instant"),
        ("2026-01-12", "is no instant"),
        ("٢٠٢٦-01-12T09:10:00Z", "is no instant"),
        (1768208999, "is no instant"),
        (None, "null is no instant"),
        (datetime(2026, 1, 12), "has no offset"),
        ("2026-01-12T09:10:00", "has no offset"),
        ("1969-12-31T23:59:59Z", "is outside 1970 to 2199"),
        ("2200-01-01T00:00:00Z", "is outside 1970 to 2199"),
        ("0001-01-01T00:00:00+14:00", "is outside 1970 to 2199"),
    ],
)
def test_an_instant_is_written_in_one_way(at: object, told: str) -> None:
    """What names no instant of 1970 to 2199, or does so in another spelling, is refused."""
    (problem,) = problems_of(ACTIVITY, {**GOLDEN["comment"], "at": at})
    assert problem.startswith("$.at: ")
    assert told in problem


def test_a_kind_may_be_known_or_said() -> None:
    """A comment is read as a comment, or as whatever it says it is; as something else it is refused."""
    document = GOLDEN["comment"]
    comment = from_plain(Comment, document)
    assert from_plain(Comment, {key: value for key, value in document.items() if key != "kind"}) == comment
    assert from_plain(ACTIVITY, document) == comment
    assert problems_of(WorkNote, document) == ["$.kind: 'comment' is not 'work_note'; read it as what it is"]
    assert problems_of(ACTIVITY, {"id": "1"}) == ["$.kind: it is missing; known are comment, work_note"]
    assert problems_of(ACTIVITY, []) == ["$: [] is no mapping; write keys and values"]
    assert problems_of(Comment, 1) == ["$: 1 is no mapping; write keys and values"]


def test_commands_say_their_action() -> None:
    """A command is read by its action, and the same command comes of it."""
    assert to_plain(AddComment("hello")) == {"action": "add_comment", "text": "hello"}
    command = from_plain(COMMAND, {"action": "update_case", "changes": {"informed_users": ["a", "b"], "impact": None}})
    assert command == UpdateCase({"informed_users": ("a", "b"), "impact": None})
    assert from_json(COMMAND, '{"action": "resume_work"}') == from_plain(COMMAND, {"action": "resume_work"})


def test_events_say_what_changed_as_a_case_has_it() -> None:
    """The value of a change is read as the case's field is: an instant with its type or without it."""
    document = GOLDEN["event"]
    event = from_plain(Event, document)
    assert event.changes["assigned_at"] == datetime(2026, 1, 12, 12, tzinfo=UTC)
    assert event.changes["past_resolutions"][0].code == "advice"  # type: ignore[index]
    bare = {**document["changes"], "assigned_at": "2026-01-12T13:00:00+01:00"}
    assert from_plain(Event, {**document, "changes": bare}) == event


def test_free_values_say_their_type() -> None:
    """A value that no field types comes back as it was: text that looks like a date is text."""
    fields = {"extra.a": "2026-01-12", "extra.b": datetime(2026, 1, 12, tzinfo=UTC), "extra.c": ("x", 1, True, None)}
    revision = Revision(datetime(2026, 1, 12, tzinfo=UTC), 1, "1/1/0", fields)  # type: ignore[arg-type]
    assert to_plain(revision)["fields"] == {
        "extra.a": "2026-01-12",
        "extra.b": {"instant": "2026-01-12T00:00:00Z"},
        "extra.c": ["x", 1, True, None],
    }
    assert from_plain(Revision, to_plain(revision)) == revision
    given = {"at": "2026-01-12T00:00:00Z", "sequence": 1, "event_id": "1/1/0"}
    native = from_plain(
        Revision,
        {**given, "fields": {"a": datetime(2026, 1, 12, tzinfo=UTC), "b": datetime(2026, 1, 12, tzinfo=UTC).date()}},
    )
    assert native.fields == {"a": datetime(2026, 1, 12, tzinfo=UTC), "b": datetime(2026, 1, 12, tzinfo=UTC).date()}
    assert problems_of(
        Revision,
        {**given, "fields": {"a": {"decimal": "1e5"}, "b": {"date": "x", "instant": "y"}, "c": [[{"duration": 5}]]}},
    ) == [
        "$.fields.a.decimal: '1e5' is no decimal; write it as text, such as '1.5'",
        f"$.fields.b: {{'date': 'x', 'instant': 'y'}} is no single value; {SINGLE}",
        "$.fields.c[0][0].duration: 5 is no duration; write it with its unit, such as '30m' or '8h'",
    ]


def test_a_pair_has_two_items() -> None:
    """A threshold that fired is a label and an instant, each of its type."""
    clock = GOLDEN["sla"]["clocks"][0]
    assert problems_of(SlaClock, {**clock, "fired": [["50%"], ["50%", "noon"], 50]}) == [
        "$.fired[0]: 1 items where 2 belong; list 2",
        "$.fired[1][1]: 'noon' is no instant; write it as '2026-12-24T09:00:00+01:00'",
        "$.fired[2]: 50 is no list; write a list",
    ]


def test_what_may_be_none_may_be_left_out() -> None:
    """A clock's due date is none while it is paused: it is not in the document, and null is as good."""
    clock = GOLDEN["sla"]["clocks"][0]
    assert "due_at" not in clock
    read = from_plain(SlaClock, clock)
    assert read.due_at is None
    assert from_plain(SlaClock, {**clock, "due_at": None}) == read
    assert problems_of(SlaClock, {**clock, "goal": None}) == [
        "$.goal: null is no duration; write it with its unit, such as '30m' or '8h'"
    ]


def test_a_set_lists_each_once() -> None:
    """A role that is given twice is a typing error."""
    assert problems_of(Actor, {"kind": "internal", "id": "a", "roles": ["agent", "manager", "agent"]}) == [
        "$.roles[2]: 'agent' is listed twice; list each once"
    ]
    assert problems_of(Actor, {"kind": "contact", "id": "a", "roles": ["agent"]}) == [
        "$.roles: a contact is no agent, manager or admin; make the actor `internal`"
    ]


def test_plain_data_is_checked_like_text() -> None:
    """What no document could hold is refused in plain data too."""
    assert problems_of(Actor, {"kind": "internal", "id": b"a", 5: 1, "roles": {"agent"}}) == [
        "$: the key 5 is not text; write keys as text",
        f"$.id: b'a' is of a type that documents do not have; {TYPES}",
        f"$.roles: {{'agent'}} is of a type that documents do not have; {TYPES}",
    ]
    assert from_plain(Actor, {"kind": "internal", "id": "a", "roles": ("agent",)}).roles == {"agent"}


def test_only_nouns_are_written() -> None:
    """A single value is no document, and what has no plain form is refused."""
    for value in (1, "x", [1], None):
        with pytest.raises(InvalidValue):
            to_plain(value)
    with pytest.raises(InvalidValue):
        to_plain(Revision(datetime(2026, 1, 12, tzinfo=UTC), 1, "1/1/0", {"a": 1.5}))  # type: ignore[arg-type]


def test_a_log_entry_is_read_whole() -> None:
    """What a host keeps of a command comes back with its revision, events and reasons."""
    document = {
        "case": "1f0c",
        "version": 7,
        "receipt": {"command_id": "k-1", "digest": "ab"},
        "revision": GOLDEN["sla"]["last"],
        "events": [GOLDEN["event"]],
        "activity": ["1f0c/7/c0"],
        "intents": [{"kind": "notify_assignee", "details": {"case": "1f0c"}}],
        "reasons": [{"code": "reopened", "text": "it was rejected", "fields": ["state"]}],
    }
    entry = from_plain(LogEntry, document)
    assert to_plain(entry) == document
    assert entry.derivation is None


def test_calendars_and_conditions_are_read_too() -> None:
    """What has a document form of its own is read by it."""
    office = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"))
    both = office.union(office)
    start = (field("state") == "new") & ~field("assigned_to").is_empty()
    assert from_plain(BusinessCalendar, to_plain(office)) == office
    assert from_plain(CombinedCalendar, to_plain(both)) == both
    assert from_plain(AllOf, to_plain(start)) == start
    assert problems_of(BusinessCalendar, {"timezone": 1, "hours": {}}) == ["$.timezone: 1 is not text; write text"]
