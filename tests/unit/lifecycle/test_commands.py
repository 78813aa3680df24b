"""Commands check types and form; what an action requires is no business of theirs."""

import pickle
from typing import Any

import attrs
import pytest

from csmcore.errors import InvalidValue, LimitExceeded, UnknownKey
from csmcore.model import (
    ACTIONS,
    COMMANDS,
    UPDATABLE_FIELDS,
    AddComment,
    AssignCase,
    Case,
    CloseCase,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    UpdateCase,
    frozen,
)
from tests.tally import Tally
from tests.unit.lifecycle.cast import CONTENT, START, made, policy

MAX_TEXT = 100_000
VALUES: dict[str, Any] = {
    **dict.fromkeys(("short_description", "description", "category"), "words"),
    **dict.fromkeys(("impact", "urgency"), 3),
    "channel": "phone",
    **dict.fromkeys(("informed_users", "work_notes_list"), ("ann", "bob")),
    **dict.fromkeys(("share_resolution_notes", "needs_attention", "contract_is_manual", "entitlement_is_manual"), True),
    "auto_close": False,
    "extra": frozen({"line": "A7"}),
}
WRONG: tuple[tuple[type, dict[str, Any], str], ...] = (
    (OpenCase, {"impact": 0}, "impact"),
    (OpenCase, {"urgency": 4}, "urgency"),
    (OpenCase, {"channel": "fax"}, "channel"),
    (OpenCase, {"account": ""}, "account"),
    (OpenCase, {"contact": " eve"}, "contact"),
    (OpenCase, {"consumer": "a\nb"}, "consumer"),
    (OpenCase, {"informed_users": ("ann", "ann")}, "informed_users"),
    (OpenCase, {"work_notes_list": ("",)}, "work_notes_list"),
    (OpenCase, {"short_description": "\ud800"}, "short_description"),
    (AddComment, {"text": "x" * (MAX_TEXT + 1)}, "text"),
    (AssignCase, {"user": "x" * 201}, "user"),
    (OverridePriority, {"priority": 6, "reason": "why"}, "priority"),
    (ProposeSolution, {"notes": "x" * (MAX_TEXT + 1)}, "notes"),
    (CloseCase, {"code": "\udfff"}, "code"),
    (UpdateCase, {"changes": {"state": "closed"}}, "changes"),
    (UpdateCase, {"changes": {"Category": "x"}}, "changes"),
    (UpdateCase, {"changes": {7: "x"}}, "changes"),
    (UpdateCase, {"changes": {"version": 9}}, "changes"),
    (UpdateCase, {"changes": {"assigned_to": "ann"}}, "changes"),
    (UpdateCase, {"changes": {"priority": 1}}, "changes"),
    (UpdateCase, {"changes": {"category": 7}}, "category"),
    (UpdateCase, {"changes": {"category": None}}, "category"),
    (UpdateCase, {"changes": {"short_description": "  "}}, "short_description"),
    (UpdateCase, {"changes": {"impact": True}}, "impact"),
    (UpdateCase, {"changes": {"impact": "1"}}, "impact"),
    (UpdateCase, {"changes": {"impact": 4}}, "impact"),
    (UpdateCase, {"changes": {"channel": "fax"}}, "channel"),
    (UpdateCase, {"changes": {"channel": None}}, "channel"),
    (UpdateCase, {"changes": {"contact": ""}}, "contact"),
    (UpdateCase, {"changes": {"contact": ["eve"]}}, "contact"),
    (UpdateCase, {"changes": {"needs_attention": "false"}}, "needs_attention"),
    (UpdateCase, {"changes": {"needs_attention": 0}}, "needs_attention"),
    (UpdateCase, {"changes": {"informed_users": ["ann"]}}, "informed_users"),
    (UpdateCase, {"changes": {"informed_users": ("ann", 7)}}, "informed_users"),
    (UpdateCase, {"changes": {"informed_users": ("ann", "ann")}}, "informed_users"),
    (UpdateCase, {"changes": {"informed_users": tuple(map(str, range(1001)))}}, "informed_users"),
    (UpdateCase, {"changes": {"description": "x" * (MAX_TEXT + 1)}}, "description"),
)


def test_every_action_but_a_follow_up_has_its_command() -> None:
    """The registry finds each command by its action."""
    assert {*COMMANDS, "follow_up"} == set(ACTIONS)
    assert all(kind.action == action for action, kind in COMMANDS.items())


@pytest.mark.parametrize("action", COMMANDS)
def test_a_command_without_content_can_be_made(action: str) -> None:
    """What is missing is the table's to refuse, with every other reason."""
    assert made(COMMANDS[action]) == made(COMMANDS[action])  # type: ignore[index]


@pytest.mark.parametrize("action", CONTENT)
def test_a_command_is_a_value(action: str) -> None:
    """Equal content makes equal commands, which do not change and outlive pickling."""
    kind: Any = COMMANDS[action]  # type: ignore[index]
    command = kind(**CONTENT[action])
    assert command == kind(**CONTENT[action]) == pickle.loads(pickle.dumps(command))  # noqa: S301
    with pytest.raises(AttributeError):
        command.action = "other"


@pytest.mark.parametrize(("kind", "content", "path"), WRONG)
def test_what_has_no_form_is_refused_at_its_field(kind: Any, content: dict[str, Any], path: str, tally: Tally) -> None:
    """A value that no case could hold raises, with the name of its field and what to do."""
    with pytest.raises(InvalidValue) as caught:
        kind(**content)
    assert caught.value.path == path
    assert caught.value.hint or isinstance(caught.value, LimitExceeded)
    tally("lifecycle: malformed commands refused", 1)


def test_an_unknown_field_is_told_what_an_update_sets() -> None:
    """The error lists the fields that there are."""
    with pytest.raises(UnknownKey, match=r"'stat' is no field to update; an update sets short_description, "):
        UpdateCase({"stat": "open"})


@pytest.mark.parametrize("name", UPDATABLE_FIELDS)
def test_an_update_takes_every_field_of_the_form(name: str) -> None:
    """Each takes a value of its own type; those that a case may leave blank take None."""
    value = VALUES.get(name, "an-id")
    assert UpdateCase({name: value}).changes == {name: value}
    nothing = made(Case, id="c", number="C", policy=policy().ref, short_description="x", **STAMPS)
    if getattr(nothing, name) is None:
        assert UpdateCase({name: None}).changes == {name: None}


STAMPS = {"opened_at": START, "opened_by": "ann", "updated_at": START}


@pytest.mark.parametrize("action", CONTENT)
def test_what_people_wrote_stays_out_of_logs(action: str) -> None:
    """Descriptions, comments, notes and reasons are not in a command's ``repr``."""
    kind: Any = COMMANDS[action]  # type: ignore[index]
    shown = repr(kind(**CONTENT[action]))
    written = {"text", "comment", "notes", "justification", "business_impact", "note", "subject"}
    if attrs.fields_dict(kind).get("reason") and attrs.fields_dict(kind)["reason"].default == "":
        written.add("reason")  # where it is no word of a list
    words = [value for name, value in CONTENT[action].items() if name in written]
    assert not any(word in shown for word in words)
    assert repr(UpdateCase({"description": "secret", "impact": 1})) == "UpdateCase(changes=description, impact)"
    assert "secret" not in repr(OpenCase(short_description="secret", description="secret"))


@pytest.mark.parametrize("grade", [1, 2, 3])
def test_grades_are_one_to_three(grade: int) -> None:
    """1 is high, 3 is low; a priority goes from 1 to 5."""
    assert OpenCase(impact=grade, urgency=grade).impact == UpdateCase({"impact": grade}).changes["impact"] == grade
    assert OverridePriority(priority=1).priority == OverridePriority(priority=5).priority - 4  # type: ignore[operator]


def test_what_an_opening_leaves_blank_is_blank_on_the_case() -> None:
    """The command's defaults are the case's own, but for what the rules fill in and what is no field of a case."""
    fields = attrs.fields_dict(Case)
    aside = {"short_description", "priority", "comment", "major_case_of"}
    shared = {field.name: field.default for field in attrs.fields(OpenCase) if field.name not in aside}
    assert shared == {name: fields[name].default for name in shared}


def test_an_update_keeps_its_own_copy() -> None:
    """Changing the mapping that was given changes no command."""
    given: dict[str, object] = {"category": "a"}
    command = UpdateCase(given)
    given["category"] = "b"
    assert command.changes["category"] == "a"
    with pytest.raises(TypeError):
        command.changes["category"] = "c"  # type: ignore[index]
