"""Links to records of other systems: how many, what blocks, and how they end."""

from typing import Any, get_args

import pytest

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime
from csmcore.model import (
    RECORD_KINDS,
    SYSTEM,
    AddBlocker,
    Case,
    CaseState,
    LinkRecord,
    RecordDraft,
    RecordKind,
    RelatedRecord,
    ResolveBlocker,
    UnlinkRecord,
    WorkNote,
    accepted,
    record_key,
)
from csmcore.model.fields import MAX_TEXT
from csmcore.rules import RECORD_RULES, draft_for
from csmcore.wire import COMMAND, from_json, to_json
from tests.unit.records.desk import (
    CASE,
    EVE,
    ITSM,
    LATER,
    NOON,
    OTHER,
    POLICY,
    after,
    case_with,
    hears,
    kinds,
    links,
    notices,
    record,
    refuses,
    takes,
)

BLOCKING = {"incident", "problem", "change", "request", "work_order"}


def test_every_kind_has_its_rule() -> None:
    """The table has all kinds there are: one incident, problem and change, many of the others."""
    assert tuple(RECORD_RULES) == RECORD_KINDS
    assert {kind for kind, rule in RECORD_RULES.items() if rule.most == 1} == {"incident", "problem", "change"}
    assert {kind for kind, rule in RECORD_RULES.items() if rule.blocks} == BLOCKING


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_a_link_is_kept_under_kind_and_id(kind: RecordKind) -> None:
    """With who made it, and when; some kinds block the case, under the same key."""
    taken = takes(CASE, links(kind, "R7", state="new"))
    key = f"{kind}:R7"
    assert taken.changes["records"] == {key: record(kind, "R7", state="new", linked_at=LATER)}
    assert record_key(kind, "R7") == taken.changes["records"][key].key == key
    if kind in BLOCKING:
        blocker = taken.changes["blockers"][key]
        assert (blocker.reason, blocker.record, blocker.since, blocker.by) == ("task_resolution", key, LATER, "ann")
        assert kinds(taken) == ("record_linked", "blocker_added")
    else:
        assert kinds(taken) == ("record_linked",)
    assert taken.activity == ()


def test_a_blocked_case_says_so() -> None:
    """The link to an incident shows in the action status."""
    assert after(CASE, links("incident")).action_status == "blocked_internally"
    assert after(CASE, links("knowledge")).action_status is None


def test_a_problem_may_be_waited_for_by_its_workaround() -> None:
    """The blocker's reason says so."""
    taken = takes(CASE, links("problem", needs_workaround=True))
    assert taken.changes["blockers"]["problem:R1"].reason == "problem_workaround"


def test_what_is_waited_for_may_change() -> None:
    """An agent resolves the one blocker and adds the other, under the same key."""
    case = after(after(CASE, links("problem")), ResolveBlocker(blocker="problem:R1"))
    case = after(case, AddBlocker(reason="problem_workaround", record="problem:R1"))
    assert case.is_blocked
    assert not after(case, hears("problem:R1", "workaround", text="Restart it."), ITSM).is_blocked


def test_a_closed_record_blocks_nothing() -> None:
    """It is linked, and that is all."""
    case = after(CASE, links("incident", state="Closed", is_closed=True))
    assert (case.records["incident:R1"].is_closed, dict(case.blockers)) == (True, {})


@pytest.mark.parametrize("kind", ["incident", "problem", "change"])
def test_of_some_kinds_there_is_one(kind: RecordKind) -> None:
    """A second is refused, and takes its place once the first is unlinked."""
    case = after(CASE, links(kind))
    assert refuses(case, links(kind, "R2")) == ("record_limit",)
    freed = after(case, UnlinkRecord(record=f"{kind}:R1", reason="another one"))
    assert set(after(freed, links(kind, "R2")).records) == {f"{kind}:R2"}


def test_of_other_kinds_there_are_many_but_not_without_end() -> None:
    """The hundred and first is refused."""
    case = case_with(*(record("request", f"R{number}") for number in range(99)))
    case = after(case, links("request", "R99"))
    assert len(case.records) == 100
    assert refuses(case, links("request", "R100")) == ("record_limit",)
    assert "knowledge:R1" in after(case, links("knowledge")).records


def test_nothing_is_linked_twice() -> None:
    """The same record again is refused as that, and not for its number."""
    assert refuses(case_with(record("incident")), links("incident")) == ("already_linked",)
    assert refuses(case_with(record("request")), links("request")) == ("already_linked",)


def test_two_kinds_may_share_an_id() -> None:
    """Systems number their records as they like."""
    assert set(after(case_with(record("incident")), links("request")).records) == {"incident:R1", "request:R1"}


def test_every_reason_is_given() -> None:
    """A second incident cannot be waited for by a workaround."""
    wrong = links("incident", "R2", needs_workaround=True)
    assert refuses(case_with(record("incident")), wrong) == ("no_problem", "record_limit")
    assert refuses(CASE, LinkRecord()) == ("missing", "missing")


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_an_ended_case_gets_no_links(state: CaseState) -> None:
    """Nor loses any."""
    case = case_with(record("request"), state=state)
    assert refuses(case, links("incident")) == ("wrong_state",)
    assert refuses(case, UnlinkRecord(record="request:R1", reason="over")) == ("wrong_state",)


def test_customers_link_nothing() -> None:
    """Systems do, but only agents unlink."""
    assert refuses(CASE, links("incident"), EVE) == ("not_permitted",)
    assert "incident:R1" in after(CASE, links("incident"), SYSTEM).records
    unlink = UnlinkRecord(record="incident:R1", reason="gone")
    assert refuses(case_with(record("incident")), unlink, ITSM) == ("not_permitted",)


def test_who_speaks_for_a_record_is_known() -> None:
    """The system that linked it, unless another is named."""
    assert after(CASE, links("incident"), ITSM).records["incident:R1"].system == "itsm"
    assert after(CASE, links("incident", system="jira"), ITSM).records["incident:R1"].system == "jira"
    assert after(CASE, links("incident", system="jira")).records["incident:R1"].system == "jira"
    assert after(CASE, links("incident")).records["incident:R1"].system is None


# --- unlinking -------------------------------------------------------------------------------------------------------


def test_unlinking_resolves_the_blocker_and_says_why() -> None:
    """The reason is a work note, since customers must not read it; no event has it."""
    taken = takes(case_with(record("work_order", "WO7")), UnlinkRecord(record="work_order:WO7", reason="Wrong site."))
    assert taken.changes["records"] == {"work_order:WO7": None}
    blocker = taken.changes["blockers"]["work_order:WO7"]
    assert (blocker.resolved_at, blocker.resolved_by, taken.changes["needs_attention"]) == (LATER, "ann", True)
    assert kinds(taken) == ("record_unlinked", "blocker_resolved")
    [note] = taken.activity
    assert isinstance(note, WorkNote)
    assert note.text == "Work order WO7 is linked no longer\nReason: Wrong site."
    assert taken.happened[0].details == {"record": "work_order:WO7", "work_note": note.id}


def test_what_blocks_nothing_is_unlinked_quietly() -> None:
    """No attention is asked for."""
    taken = takes(case_with(record("knowledge"), reason=None), UnlinkRecord(record="knowledge:R1", reason="outdated"))
    assert kinds(taken) == ("record_unlinked",)
    assert set(taken.changes) == {"records"}


@pytest.mark.parametrize("key", ["incident:R2", "R1", "x" * 200])
def test_what_is_not_linked_is_not_unlinked(key: str) -> None:
    """A record is named by its key."""
    assert refuses(case_with(record("incident")), UnlinkRecord(record=key, reason="x")) == ("unknown_record",)


def test_unlinking_asks_for_a_reason() -> None:
    """Blank text is none."""
    assert refuses(case_with(record("incident")), UnlinkRecord(record="incident:R1", reason=" ")) == ("missing",)
    assert refuses(CASE, UnlinkRecord()) == ("missing", "missing")


def test_a_record_may_come_back() -> None:
    """Linked again, it blocks again."""
    case = after(case_with(record("incident")), UnlinkRecord(record="incident:R1", reason="mistake"))
    assert not case.is_blocked
    assert after(case, links("incident")).blockers["incident:R1"].is_active


# --- what its system is told -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["incident", "request", "workplace_request"])
def test_the_requester_is_not_written_to_twice(kind: RecordKind) -> None:
    """Where an outsider asked, the record's system is told to leave writing to the case."""
    muted = {f"{kind}:R1": {"suppress_requester_notifications": True}}
    assert notices(takes(CASE, links(kind))) == muted
    inner = case_with(contact=None, account=None, requested_by="req")
    assert notices(takes(inner, links(kind))) == {f"{kind}:R1": {}}
    private = case_with(contact=None, account=None, consumer="ines")
    assert notices(takes(private, links(kind))) == muted


def test_a_record_hears_that_it_is_linked_and_unlinked() -> None:
    """But not from its own system's link."""
    assert notices(takes(CASE, links("change"))) == {"change:R1": {}}
    unlink = UnlinkRecord(record="change:R1", reason="done elsewhere")
    assert notices(takes(case_with(record("change")), unlink)) == {"change:R1": {}}
    assert notices(takes(CASE, links("change"), ITSM)) == {}
    assert notices(takes(CASE, links("change", system="itsm"), OTHER)) == {"change:R1": {}}


# --- form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"kind": "ticket"}, "kind"),
        ({"record": ""}, "record"),
        ({"record": "x" * 161}, "record"),
        ({"record": "a\nb"}, "record"),
        ({"system": " "}, "system"),
        ({"state": "x" * (MAX_TEXT + 1)}, "state"),
    ],
)
def test_what_has_no_form_is_refused_at_its_field(fields: dict[str, Any], path: str) -> None:
    """An unknown kind, too: the error lists those there are."""
    with pytest.raises(InvalidValue) as caught:
        LinkRecord(**fields)
    assert caught.value.path == path


def test_a_reason_fits_a_note() -> None:
    """With the words around it."""
    with pytest.raises(LimitExceeded):
        UnlinkRecord(record="incident:R1", reason="x" * MAX_TEXT)
    longest = record("workplace_request", "x" * 160)
    command = UnlinkRecord(record=longest.key, reason="x" * (MAX_TEXT - 1_000))
    assert kinds(takes(case_with(longest, reason=None), command)) == ("record_unlinked",)


def test_the_longest_key_can_block() -> None:
    """Keys are ids wherever they stand."""
    assert max(len(record_key(kind, "x" * 160)) for kind in get_args(RecordKind)) <= 200
    case = after(CASE, links("work_order", "x" * 160))
    assert case.is_blocked
    assert "already_blocked" in refuses(case, AddBlocker(reason="other", record=f"work_order:{'x' * 160}"))


def test_a_record_keeps_instants_in_utc() -> None:
    """Naive ones are refused."""
    with pytest.raises(NaiveDatetime):
        RelatedRecord(kind="incident", record="R1", linked_at=NOON.replace(tzinfo=None), linked_by="ann")
    with pytest.raises(NaiveDatetime):
        record("incident", state_at=NOON.replace(tzinfo=None))


def test_links_are_written_and_read() -> None:
    """Commands by their action; a case with its records."""
    for command in (
        links("problem", needs_workaround=True, system="itsm"),
        UnlinkRecord(record="incident:R1", reason="gone"),
        hears("incident:R1", "closed", code="Fixed", at=NOON, sequence=3),
    ):
        assert from_json(COMMAND, to_json(command)) == command
    case = case_with(record("incident", state="closed", is_closed=True, state_at=LATER, state_sequence=2))
    assert from_json(Case, to_json(case)) == case
    draft = accepted(draft_for("incident", CASE, POLICY))
    assert from_json(RecordDraft, to_json(draft)) == draft


def test_what_people_wrote_stays_out_of_logs() -> None:
    """The reason is not in the command's ``repr``."""
    assert "secret" not in repr(UnlinkRecord(record="incident:R1", reason="secret"))
