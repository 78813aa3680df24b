"""What a case hears of its records: one work note each, the record's state, and what it waits for no longer."""

from datetime import timedelta, timezone
from typing import Any

import pytest

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime
from csmcore.model import (
    RECORD_CHANGES,
    RECORD_TEXTS,
    SYSTEM,
    CaseState,
    HearOfRecord,
    RecordChange,
    RecordKind,
    WorkNote,
)
from csmcore.model.fields import MAX_TEXT
from csmcore.rules import RECORD_UPDATES
from csmcore.rules.cases.steps import Step
from tests.oracle.records import UPDATES
from tests.unit.records.desk import (
    ANN,
    CASE,
    EVE,
    ITSM,
    LATER,
    MIA,
    NOON,
    OTHER,
    after,
    case_with,
    hears,
    kinds,
    record,
    refuses,
    takes,
)

CELLS = [(kind, change) for kind, updates in RECORD_UPDATES.items() for change in updates]
HOUR = timedelta(hours=1)


def told_of(kind: str, change: str) -> dict[str, str]:
    """Something for each thing that an update tells."""
    return {name: f"the {name}" for name in UPDATES[kind, change].labels}


def heard(kind: str, change: str, reason: str = "task_resolution", **told: Any) -> Step:
    """What becomes of an update, told whole unless it says what."""
    case = case_with(record(kind), reason=reason)
    return takes(case, hears(f"{kind}:R1", change, **(told or told_of(kind, change))), ITSM)


def note_of(taken: Step) -> str:
    """The text of the one work note."""
    [note] = taken.activity
    assert isinstance(note, WorkNote)
    return note.text


def test_the_updates_are_those_of_the_table_by_hand() -> None:
    """Every kind, every change, and no other."""
    assert set(CELLS) == set(UPDATES)
    assert {change for _, change in CELLS} == set(RECORD_CHANGES)


@pytest.mark.parametrize(("kind", "change"), CELLS)
def test_an_update_becomes_one_work_note(kind: RecordKind, change: RecordChange) -> None:
    """It says what happened and each thing that was told, in the words of the table; an event names it."""
    taken, cell = heard(kind, change), UPDATES[kind, change]
    title = f"{kind.replace('_', ' ').capitalize()} R1 {cell.says}"
    assert note_of(taken).splitlines() == [title, *(f"{label}: the {name}" for name, label in cell.labels.items())]
    [note] = taken.activity
    assert (note.by, note.at) == (ITSM, LATER)
    assert taken.happened[0].kind == "record_updated"
    assert taken.happened[0].details == {"record": f"{kind}:R1", "change": change, "work_note": note.id}
    assert "state" not in taken.changes
    assert [intent.kind for intent in taken.intents] == ["notify_work_notes_list"]


@pytest.mark.parametrize(("kind", "change"), CELLS)
def test_an_update_says_where_the_record_stands(kind: RecordKind, change: RecordChange) -> None:
    """Those about the state do; the others leave it, and say at most whose record it is."""
    cell = UPDATES[kind, change]
    before = record(kind, state="before", system="itsm")
    case = after(case_with(before), hears(f"{kind}:R1", change, **told_of(kind, change)), ITSM)
    known = case.records[f"{kind}:R1"]
    if cell.state is None:
        assert known == before
    else:
        assert known.state == ("the state" if "state" in cell.labels else cell.state)
        assert (known.is_closed, known.state_at) == (cell.closes, LATER)


@pytest.mark.parametrize(("kind", "change"), CELLS)
@pytest.mark.parametrize("reason", ["task_resolution", "problem_workaround", "other"])
def test_an_update_may_end_the_waiting(kind: RecordKind, change: RecordChange, reason: str) -> None:
    """If it is what was waited for; the case then asks for attention, and the blocker says by whom and when."""
    taken = heard(kind, change, reason)
    if reason in UPDATES[kind, change].unblocks:
        blocker = taken.changes["blockers"][f"{kind}:R1"]
        assert (blocker.resolved_at, blocker.resolved_by, taken.changes["needs_attention"]) == (LATER, "itsm", True)
        assert kinds(taken) == ("record_updated", "blocker_resolved")
    else:
        assert kinds(taken) == ("record_updated",)
        assert not {"blockers", "needs_attention"} & taken.changes.keys()


@pytest.mark.parametrize(("kind", "change"), CELLS)
def test_an_update_that_lacks_something_is_refused(kind: RecordKind, change: RecordChange) -> None:
    """What must be told is in the table; the rest may be left out, and is then not in the note."""
    cell, case = UPDATES[kind, change], case_with(record(kind))
    bare = hears(f"{kind}:R1", change)
    if cell.needs:
        assert refuses(case, bare, ITSM) == ("missing",) * len(cell.needs)
    least = dict.fromkeys(cell.needs, "said")
    note = note_of(takes(case, hears(f"{kind}:R1", change, **least), ITSM))
    assert len(note.splitlines()) == 1 + len(cell.needs)


@pytest.mark.parametrize(("kind", "change"), CELLS)
def test_an_update_that_tells_something_else_is_refused(kind: RecordKind, change: RecordChange) -> None:
    """Nothing is dropped in silence."""
    everything = hears(f"{kind}:R1", change, **dict.fromkeys(RECORD_TEXTS, "said"))
    strange = len(RECORD_TEXTS) - len(UPDATES[kind, change].labels)
    assert refuses(case_with(record(kind)), everything, ITSM) == ("not_told",) * strange


def test_blank_text_tells_nothing() -> None:
    """It is neither in the note nor too much, and where something must be told it is missing."""
    case = case_with(record("incident"))
    closed = takes(case, hears("incident:R1", "closed", state=" ", code="\t", cause="\n"), ITSM)
    assert note_of(closed) == "Incident R1 was closed"
    assert closed.changes["records"]["incident:R1"].state == "closed"
    assert refuses(case, hears("incident:R1", "comment", text=" "), ITSM) == ("missing",)


def test_a_state_without_a_word_has_the_tables() -> None:
    """A system that says only that it closed the incident has closed it."""
    case = after(case_with(record("incident")), hears("incident:R1", "closed"), ITSM)
    assert (case.records["incident:R1"].state, case.is_blocked) == ("closed", False)


def test_a_closed_request_resolves_nothing_but_the_blocker() -> None:
    """The case is open, as it was."""
    case = after(case_with(record("request")), hears("request:R1", "closed"), ITSM)
    assert (case.state, case.resolution, case.is_blocked, case.needs_attention) == ("open", None, False, True)


def test_another_records_blocker_stays() -> None:
    """Each is waited for by itself."""
    case = after(case_with(record("request", "R1"), record("request", "R2")), hears("request:R1", "closed"), ITSM)
    assert [key for key, blocker in case.blockers.items() if blocker.is_active] == ["request:R2"]


def test_what_does_not_block_is_closed_all_the_same() -> None:
    """A case that does not wait for its incident is not told twice."""
    taken = takes(case_with(record("incident"), reason=None), hears("incident:R1", "closed"), ITSM)
    assert kinds(taken) == ("record_updated",)
    resolved = after(case_with(record("incident")), hears("incident:R1", "closed"), ITSM)
    assert kinds(takes(resolved, hears("incident:R1", "closed"), ITSM)) == ("record_updated",)


@pytest.mark.parametrize("state", ["new", "awaiting_info", "resolved"])
def test_a_live_case_hears_and_stays_as_it_is(state: CaseState) -> None:
    """An update is no answer of the customer's."""
    case = case_with(record("incident"), state=state)
    assert after(case, hears("incident:R1", "comment", text="Parts ordered."), ITSM).state == state


def test_a_cancelled_case_hears_nothing_more() -> None:
    """It is read-only; one that is closed still hears, and stays so."""
    assert refuses(case_with(record("incident"), state="cancelled"), hears("incident:R1", "closed"), ITSM) == (
        "wrong_state",
    )
    assert after(case_with(record("incident"), state="closed"), hears("incident:R1", "closed"), ITSM).state == "closed"


@pytest.mark.parametrize("actor", [ANN, MIA, EVE])
def test_people_write_notes_instead(actor: Any) -> None:
    """Only systems say what happened in them."""
    assert refuses(case_with(record("incident")), hears("incident:R1", "closed"), actor) == ("not_permitted",)
    assert kinds(takes(case_with(record("incident"), reason=None), hears("incident:R1", "closed"), SYSTEM))


# --- order -----------------------------------------------------------------------------------------------------------


def test_a_late_update_is_noted_and_changes_nothing() -> None:
    """The newest state stays, and the case goes on waiting: the record was taken up again."""
    reopened = after(case_with(record("incident")), hears("incident:R1", "state", state="reopened", at=LATER), ITSM)
    late = takes(reopened, hears("incident:R1", "closed", at=NOON), ITSM)
    assert note_of(late) == "Incident R1 was closed (heard late: it has moved on since)"
    assert late.changes == {}
    assert [reason.code for reason in late.reasons] == ["heard_late"]
    assert after(reopened, hears("incident:R1", "closed", at=NOON), ITSM).is_blocked


def test_the_record_knows_when_its_state_was_told() -> None:
    """By the other system's clock, where it said so, and by its count."""
    case = after(case_with(record("incident")), hears("incident:R1", "closed", at=NOON, sequence=3), ITSM)
    assert (case.records["incident:R1"].state_at, case.records["incident:R1"].state_sequence) == (NOON, 3)


def test_a_count_outranks_the_instant() -> None:
    """Two updates of one second are told apart, even if clocks are not."""
    case = after(case_with(record("incident")), hears("incident:R1", "state", state="b", sequence=7, at=NOON), ITSM)
    kept = after(case, hears("incident:R1", "state", state="a", sequence=6, at=LATER), ITSM)
    assert kept.records["incident:R1"].state == "b"
    moved = after(case, hears("incident:R1", "state", state="c", sequence=8, at=NOON - HOUR), ITSM)
    assert (moved.records["incident:R1"].state, moved.records["incident:R1"].state_sequence) == ("c", 8)


def test_of_two_alike_the_last_counts() -> None:
    """A system that gives neither counts nor instants is heard in the order in which it speaks."""
    case = after(case_with(record("incident")), hears("incident:R1", "state", state="a"), ITSM)
    assert after(case, hears("incident:R1", "state", state="b"), ITSM).records["incident:R1"].state == "b"


def test_a_comment_that_overtakes_a_closing_does_not_undo_it() -> None:
    """Only what is about the state is put in order."""
    case = after(case_with(record("incident")), hears("incident:R1", "comment", text="Thanks.", at=LATER), ITSM)
    case = after(case, hears("incident:R1", "closed", at=NOON), ITSM)
    assert (case.records["incident:R1"].is_closed, case.is_blocked) == (True, False)


def test_a_fix_that_comes_late_is_a_fix() -> None:
    """What was communicated stays communicated, whatever state came after."""
    case = after(case_with(record("problem")), hears("problem:R1", "state", state="review", at=LATER), ITSM)
    assert not after(case, hears("problem:R1", "fix", text="Patch 7.", at=NOON), ITSM).is_blocked


def test_a_reopened_record_is_open() -> None:
    """It blocks anew only if an agent says so."""
    case = after(case_with(record("incident")), hears("incident:R1", "closed"), ITSM)
    case = after(case, hears("incident:R1", "state", state="in progress"), ITSM)
    assert (case.records["incident:R1"].is_closed, case.is_blocked) == (False, False)


def test_what_lies_far_ahead_is_refused() -> None:
    """Else everything after it would be late; a day covers clocks and mistaken zones."""
    case, day = case_with(record("incident")), timedelta(days=1)
    assert after(case, hears("incident:R1", "closed", at=LATER + day), ITSM).records["incident:R1"].is_closed
    ahead = LATER + day + timedelta(microseconds=1)
    assert refuses(case, hears("incident:R1", "closed", at=ahead), ITSM) == ("at_ahead",)


def test_an_instant_is_kept_in_utc() -> None:
    """However it was written."""
    paris = timezone(timedelta(hours=2))
    assert hears("incident:R1", "closed", at=NOON.astimezone(paris)) == hears("incident:R1", "closed", at=NOON)
    with pytest.raises(NaiveDatetime):
        hears("incident:R1", "closed", at=NOON.replace(tzinfo=None))


# --- whose record it is ----------------------------------------------------------------------------------------------


def test_the_first_system_that_speaks_for_a_record_is_its_own() -> None:
    """Any update tells it; another's later word changes nothing of that."""
    case = after(case_with(record("incident")), hears("incident:R1", "comment", text="Hello."), ITSM)
    assert case.records["incident:R1"].system == "itsm"
    assert after(case, hears("incident:R1", "closed"), OTHER).records["incident:R1"].system == "itsm"
    by_time = after(case_with(record("incident")), hears("incident:R1", "closed"), SYSTEM)
    assert by_time.records["incident:R1"].system is None


# --- refusals --------------------------------------------------------------------------------------------------------


def test_every_reason_is_given() -> None:
    """What the table asks for first, then what is wrong with it."""
    case, far = case_with(record("incident")), LATER + timedelta(days=2)
    assert refuses(CASE, HearOfRecord(), ITSM) == ("missing", "missing")
    assert refuses(case, hears("incident:R2", "closed", at=far), ITSM) == ("unknown_record", "at_ahead")
    assert refuses(case, hears("incident:R1", "fix", at=far), ITSM) == ("change_not_of_kind", "at_ahead")
    wrong = hears("incident:R1", "comment", state="x", code="x", at=far)
    assert refuses(case, wrong, ITSM) == ("missing", "not_told", "not_told", "at_ahead")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"change": "explode"}, "change"),
        ({"record": ""}, "record"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": 1.5}, "sequence"),
        ({"at": NOON.replace(year=2300)}, "at"),
        ({"text": "\ud800"}, "text"),
    ],
)
def test_what_has_no_form_is_refused_at_its_field(fields: dict[str, Any], path: str) -> None:
    """With the name of the field."""
    with pytest.raises(InvalidValue) as caught:
        HearOfRecord(**fields)
    assert caught.value.path == path


def test_what_is_told_fits_one_note() -> None:
    """All texts together, with the words around them."""
    whole = {"code": "x" * 50_000, "text": "x" * 49_000}
    longest = record("workplace_request", "x" * 160)
    taken = takes(case_with(longest, reason=None), hears(longest.key, "closed", **whole), ITSM)
    assert len(note_of(taken)) <= MAX_TEXT
    with pytest.raises(LimitExceeded, match="all texts together"):
        hears("incident:R1", "closed", **{**whole, "code": "x" * 50_001})


def test_what_people_wrote_stays_out_of_logs() -> None:
    """Reasons, causes and texts are not in the command's ``repr``."""
    assert "secret" not in repr(hears("incident:R1", "closed", text="secret", cause="secret", reason="secret"))
