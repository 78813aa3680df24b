"""What of a case goes out to the records that it is linked to."""

from collections.abc import Mapping
from typing import Any

import pytest

from csmcore.model import (
    RECORD_KINDS,
    SYSTEM,
    Activity,
    ActivityId,
    Actor,
    Case,
    Comment,
    Notification,
    RecordKind,
    WorkNote,
)
from csmcore.rules.records.record_news import outgoing
from tests.oracle.records import NEWS
from tests.unit.records.desk import ANN, CASE, EVE, ITSM, LATER, OTHER, case_with, record

ALL = tuple(record(kind, system="itsm") for kind in RECORD_KINDS)
LINKED = case_with(*ALL)
SAID = ActivityId("c1/2/c0")


def said(by: Actor, kind: type[Activity] = Comment) -> tuple[Activity, ...]:
    """Something that was written with the step."""
    return (kind(id=SAID, case=CASE.id, at=LATER, by=by, text="Any news?"),)


def told(
    changes: Mapping[str, Any], activity: tuple[Activity, ...] = (), by: Actor = ANN, case: Case = LINKED
) -> dict[str, Notification]:
    """What goes out, by the record's key."""
    return {notice.to[0]: notice for notice in outgoing(case, changes, activity, "case_updated", by)}


def who_hears(news: str) -> set[str]:
    """The keys of the records that hear of a kind of news, by the table by hand."""
    return {f"{kind}:R1" for kind, theirs in NEWS.items() if news in theirs.split()}


@pytest.mark.parametrize("author", [ANN, EVE, OTHER])
def test_a_comment_goes_out_to_those_who_work_on_it(author: Actor) -> None:
    """It is named, and its text stays where it is."""
    notices = told({}, said(author), author)
    assert set(notices) == who_hears("comment") == {"incident:R1", "request:R1", "work_order:R1"}
    assert {notice.activity for notice in notices.values()} == {SAID}
    assert {notice.kind for notice in notices.values()} == {"update_record"}
    assert {notice.about for notice in notices.values()} == {"case_updated"}


def test_work_notes_go_out_to_none() -> None:
    """So that what is heard of one record is not told to the next."""
    assert told({}, said(ANN, WorkNote)) == {}


def test_what_time_says_is_no_news() -> None:
    """A reminder to the customer is for the customer."""
    assert told({}, said(SYSTEM), SYSTEM) == {}


def test_a_new_priority_goes_out() -> None:
    """As a figure."""
    notices = told({"priority": 1})
    assert set(notices) == who_hears("priority")
    assert {notice.details["priority"] for notice in notices.values()} == {1}
    assert {notice.activity for notice in notices.values()} == {None}


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("open", "resolved"),
        ("new", "closed"),
        ("resolved", "closed"),
        ("open", "cancelled"),
        ("resolved", "open"),
        ("closed", "open"),
    ],
)
def test_how_a_case_ends_goes_out_and_that_it_does_not(before: str, then: str) -> None:
    """Resolved, closed, cancelled; and taken up again."""
    notices = told({"state": then}, case=case_with(*ALL, state=before))
    assert set(notices) == who_hears("state")
    assert {notice.details["state"] for notice in notices.values()} == {then}


@pytest.mark.parametrize(("before", "then"), [("new", "open"), ("open", "awaiting_info"), ("awaiting_info", "open")])
def test_how_a_case_is_worked_on_does_not(before: str, then: str) -> None:
    """It is of no use to others."""
    assert told({"state": then}, case=case_with(*ALL, state=before)) == {}


def test_other_changes_are_no_news() -> None:
    """A record hears only what its kind has in the table."""
    assert told({"category": "machines", "needs_attention": True, "records": {}}) == {}


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_each_kind_hears_what_is_its_own(kind: RecordKind) -> None:
    """All at once is one notice, with what interests that kind and no more."""
    case = case_with(record(kind), requested_by="req", contact=None)
    notices = told({"priority": 2, "state": "resolved"}, said(ANN), case=case)
    theirs = NEWS[kind].split()
    if not theirs:
        assert notices == {}
        return
    [notice] = notices.values()
    assert notice.details == {
        name: value for name, value in {"priority": 2, "state": "resolved"}.items() if name in theirs
    }
    assert notice.activity == (SAID if "comment" in theirs else None)


def test_nothing_goes_back_to_where_it_came_from() -> None:
    """Of two systems each hears what the other says, and not itself."""
    case = case_with(record("incident", system="itsm"), record("work_order", system="monitor"), record("request"))
    assert set(told({}, said(ITSM), ITSM, case)) == {"work_order:R1", "request:R1"}
    assert set(told({}, said(OTHER), OTHER, case)) == {"incident:R1", "request:R1"}
    namesake = Actor(kind="internal", id="itsm", roles=frozenset({"agent"}))
    assert set(told({}, said(namesake), namesake, case)) == {"incident:R1", "work_order:R1", "request:R1"}


def test_a_closed_record_hears_nothing_more() -> None:
    """Nobody works on it."""
    assert told({"state": "closed"}, case=case_with(record("incident", is_closed=True))) == {}


def test_a_case_without_records_has_nobody_to_tell() -> None:
    """Most cases are like that."""
    assert told({"priority": 1}, said(ANN), case=CASE) == {}


def test_the_requester_is_not_written_to_twice() -> None:
    """Where an outsider asked; a record that nobody requested has no such word."""
    notices = told({"state": "resolved"})
    muted = {key for key, notice in notices.items() if notice.details.get("suppress_requester_notifications") is True}
    assert muted == {"incident:R1", "request:R1", "workplace_request:R1"}
    inner = told({"state": "resolved"}, case=case_with(*ALL, contact=None, requested_by="req"))
    assert not any("suppress_requester_notifications" in notice.details for notice in inner.values())
