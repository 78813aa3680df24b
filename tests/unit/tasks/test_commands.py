"""The form of tasks, of commands about them, and of time: typed errors that name the field."""

import pickle
from datetime import datetime
from typing import Any

import attrs
import pytest

from csmcore.errors import DocumentError, InvalidValue, LimitExceeded, NaiveDatetime, UnknownKey
from csmcore.model import (
    TASK_FIELDS,
    AddTask,
    CancelTask,
    CaseTask,
    CloseTask,
    LogTime,
    TaskView,
    TimeEntry,
    UpdateTask,
)
from csmcore.wire import COMMAND, from_json, from_plain, to_json, to_plain
from tests.unit.tasks.desk import NOON, OPENED, a_task, name

LONG = "x" * 1_000_001
CHANGED: dict[str, Any] = {
    "subject": "Send two fuses",
    "description": "",
    "priority": 1,
    "assignment_group": "tier-1",
    "assigned_to": None,
    "visible_to_customer": True,
    "depends_on": ("t", "u"),
    "work_notes_list": (),
}
WRONG: tuple[tuple[type, dict[str, Any], str], ...] = (
    (AddTask, {"subject": LONG}, "subject"),
    (AddTask, {"subject": "\ud800"}, "subject"),
    (AddTask, {"subject": "\u200b"}, "subject"),
    (AddTask, {"subject": "x", "description": LONG}, "description"),
    (AddTask, {"priority": 0}, "priority"),
    (AddTask, {"priority": 5}, "priority"),
    (AddTask, {"priority": True}, "priority"),
    (AddTask, {"assigned_to": "a\0b"}, "assigned_to"),
    (AddTask, {"assignment_group": " tier"}, "assignment_group"),
    (AddTask, {"depends_on": ("t", "t")}, "depends_on"),
    (AddTask, {"depends_on": ("",)}, "depends_on"),
    (AddTask, {"work_notes_list": tuple(map(str, range(1_001)))}, "work_notes_list"),
    (UpdateTask, {"task": ""}, "task"),
    (UpdateTask, {"changes": {"state": "closed"}}, "changes"),
    (UpdateTask, {"changes": {"number": "x"}}, "changes"),
    (UpdateTask, {"changes": {"notes": "x"}}, "changes"),
    (UpdateTask, {"changes": {"blocks_case": True}}, "changes"),
    (UpdateTask, {"changes": {7: "x"}}, "changes"),
    (UpdateTask, {"changes": {"subject": None}}, "subject"),
    (UpdateTask, {"changes": {"subject": " "}}, "subject"),
    (UpdateTask, {"changes": {"description": LONG}}, "description"),
    (UpdateTask, {"changes": {"priority": "1"}}, "priority"),
    (UpdateTask, {"changes": {"priority": True}}, "priority"),
    (UpdateTask, {"changes": {"priority": None}}, "priority"),
    (UpdateTask, {"changes": {"visible_to_customer": "yes"}}, "visible_to_customer"),
    (UpdateTask, {"changes": {"depends_on": ["t"]}}, "depends_on"),
    (UpdateTask, {"changes": {"depends_on": ("t", 7)}}, "depends_on"),
    (UpdateTask, {"changes": {"depends_on": None}}, "depends_on"),
    (UpdateTask, {"changes": {"work_notes_list": ("a", "a")}}, "work_notes_list"),
    (CloseTask, {"task": "x" * 201}, "task"),
    (CloseTask, {"notes": LONG}, "notes"),
    (CancelTask, {"reason": "\udfff"}, "reason"),
    (LogTime, {"seconds": 0}, "seconds"),
    (LogTime, {"seconds": -60}, "seconds"),
    (LogTime, {"seconds": 1.5}, "seconds"),
    (LogTime, {"seconds": 10**9}, "seconds"),
    (LogTime, {"user": "\n"}, "user"),
    (LogTime, {"text": LONG}, "text"),
    (LogTime, {"at": datetime(2027, 1, 1)}, "at"),
    (LogTime, {"at": OPENED.replace(year=1969)}, "at"),
)
WHOLE = (
    AddTask(subject="Send a fuse", depends_on=(name(1),), blocks_case=True),
    UpdateTask(task=name(1), changes=CHANGED),
    CloseTask(task=name(1), notes="Sent."),
    CancelTask(task=name(1), reason="Not needed."),
    LogTime(seconds=60, task=name(1), at=NOON, text="packing"),
)


@pytest.mark.parametrize(("kind", "fields", "path"), WRONG)
def test_what_is_wrong_is_named(kind: type, fields: dict[str, Any], path: str) -> None:
    """A typed error, whose path is the field."""
    with pytest.raises(InvalidValue) as caught:
        kind(**fields)
    assert caught.value.path == path


def test_errors_are_of_their_kinds() -> None:
    """A field that cannot be set, text that is too long, an instant without an offset."""
    refused: tuple[tuple[type, type[InvalidValue], dict[str, Any]], ...] = (
        (UpdateTask, UnknownKey, {"changes": {"assignee": "bob"}}),
        (CloseTask, LimitExceeded, {"notes": LONG}),
        (LogTime, NaiveDatetime, {"at": datetime(2027, 1, 1)}),
    )
    for kind, error, fields in refused:
        with pytest.raises(error):
            kind(**fields)


def test_every_field_can_be_set_by_itself() -> None:
    """Those that the update knows are those of the noun that are no stamps."""
    assert set(TASK_FIELDS) == set(CHANGED)
    for field, value in CHANGED.items():
        changes: dict[str, Any] = dict(UpdateTask(changes={field: value}).changes)
        assert getattr(attrs.evolve(a_task(), **changes), field) == value


@pytest.mark.parametrize("command", WHOLE)
def test_commands_are_plain_data(command: Any) -> None:
    """They come back from JSON, and from another process; what people wrote stays out of logs."""
    assert from_json(COMMAND, to_json(command)) == command
    assert pickle.loads(pickle.dumps(command)) == command  # noqa: S301  # its own bytes
    for text in ("Send", "Sent", "Not needed", "packing"):
        assert text not in repr(command)


def test_a_document_tells_the_field_that_a_task_has_not() -> None:
    """With the one that was meant."""
    document = {"action": "update_task", "task": "t", "changes": {"asigned_to": "bob", "priority": "high"}}
    with pytest.raises(DocumentError) as caught:
        from_plain(COMMAND, document)
    first, second = map(str, caught.value.problems)
    assert first == "$.changes.asigned_to: a task has no field 'asigned_to'; did you mean 'assigned_to'?"
    assert second.startswith("$.changes.priority")


def test_a_task_never_waits_for_itself() -> None:
    """However it comes about."""
    with pytest.raises(InvalidValue, match="wait for itself"):
        a_task(1, depends_on=(name(1),))


def test_a_task_comes_back_from_plain_data() -> None:
    """Instants in UTC."""
    task = a_task(1, state="closed", ended_at=NOON, ended_by="pia", notes="Sent.")
    assert from_plain(CaseTask, to_plain(task)) == task
    assert "Sent" not in repr(task)
    with pytest.raises(NaiveDatetime):
        a_task(1, ended_at=datetime(2027, 1, 1))


def test_a_view_has_four_fields() -> None:
    """And no more."""
    view = TaskView.of(a_task(1, description="secret", assigned_to="pia"))
    assert attrs.asdict(view) == {"number": name(1), "subject": "Send a fuse", "state": "open", "priority": 4}


def test_time_may_name_a_task() -> None:
    """An entry without one is of the case as a whole."""
    fields: dict[str, Any] = {"id": "t", "case": "case-1", "by": "ann", "seconds": 1, "at": NOON}
    assert TimeEntry(**fields).task is None
    with pytest.raises(InvalidValue, match="task"):
        TimeEntry(**fields, task="")  # type: ignore[arg-type]
