"""What a schema says of fields, and what it contradicts in a condition."""

import copy
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csmcore.conditions import AllOf, Condition, FieldType, Finding, Schema, check, field
from csmcore.errors import InvalidValue

SCHEMA = Schema(
    {
        "state": FieldType("text", values=("new", "open", "closed"), nullable=False),
        "priority": FieldType("integer", values=(1, 2, 3, 4)),
        "due_at": FieldType("instant"),
        "opened_at": FieldType("instant"),
        "ends_on": FieldType("date"),
        "is_public": FieldType("boolean"),
        "is_major": FieldType("boolean"),
        "credit": FieldType("decimal"),
        "tags": FieldType("text", many=True, values=("vip", "eu")),
        "watchers": FieldType("text", many=True),
        "followers": FieldType("text", many=True),
        "extra.*": FieldType("any"),
        "extra.asset.*": FieldType("text"),
    }
)


@pytest.mark.parametrize(
    "condition",
    [
        (field("state") == "open") & field("priority").is_in(1, 2) & (field("priority") <= 3),
        (field("due_at") < datetime(2026, 1, 1, tzinfo=UTC)) | (field("ends_on") >= date(2026, 1, 1)),
        (field("opened_at") < field("due_at")) & (field("is_public") != field("is_major")),
        field("tags").contains("vip")
        & field("watchers").contains_any("a", "b")
        & (field("watchers") == field("followers")),
        field("tags").is_empty() & field("tags").changes() & field("tags").changes_from(None),
        field("state").changes_to(None)
        & (field("is_public") == field("is_major"))
        & (field("credit") > Decimal("1.5")),
        (field("extra.serial") == "x") & (field("extra.serial") < 3) & field("extra.serial").contains("x"),
        (field("extra.serial") == field("state")) & (field("extra.asset.tag") == "x"),
    ],
)
def test_a_condition_within_its_schema_has_no_findings(condition: Condition) -> None:
    """Names, types and values that the schema has pass, and a field of any type may be asked anything."""
    assert check(condition, SCHEMA) == ()


@pytest.mark.parametrize(
    ("condition", "path", "code", "words"),
    [
        (field("stat") == "open", "$.field", "unknown_field", ("unknown field 'stat'", "did you mean `state`?")),
        (field("zzz") == "open", "$.field", "unknown_field", ("unknown field 'zzz'", "known are `credit`, `due_at`")),
        (field("state") == field("stat"), "$.other", "unknown_field", ("'stat'", "did you mean")),
        (
            ~(field("priority") == "1"),
            "$.not.value",
            "type_clash",
            ("'1' is text, priority is an integer", "an integer"),
        ),
        (field("priority") == True, "$.value", "type_clash", ("True is a boolean", "write an integer")),  # noqa: E712
        (field("credit") > 1, "$.value", "type_clash", ("1 is an integer, credit is a decimal", "{'decimal': '1.5'}")),
        (field("ends_on") == "2026-01-01", "$.value", "type_clash", ("ends_on is a date", "{'date': '2026-12-25'}")),
        (field("due_at") < date(2026, 1, 1), "$.value", "type_clash", ("2026-01-01 is a date", "{'instant':")),
        (field("is_public") == "false", "$.value", "type_clash", ("'false' is text", "write true or false")),
        (field("extra.asset.tag") == 1, "$.value", "type_clash", ("1 is an integer", "write text")),
        (
            field("state").is_in("open", "opne"),
            "$.value[1]",
            "unknown_value",
            ("'opne' is no value of state", "`open`"),
        ),
        (field("priority") < 9, "$.value", "unknown_value", ("9 is no value of priority", "known are `1`, `2`")),
        (field("state").changes_to("shut"), "$.value", "unknown_value", ("'shut'", "known are")),
        (field("tags").contains("eur"), "$.value", "unknown_value", ("'eur' is no value of tags", "`eu`")),
        (field("state").contains("open"), "$.op", "no_list", ("state is text", "use eq or in")),
        (field("watchers") == "a", "$.op", "list_field", ("watchers is a list, each element text", "use contains")),
        (field("watchers").changes_to("a"), "$.op", "list_field", ("is a list", "use contains")),
        (field("state") == field("tags"), "$.other", "type_clash", ("state is text, tags is a list", "same type")),
        (field("due_at") < field("ends_on"), "$.other", "type_clash", ("an instant, ends_on is a date", "same type")),
        (field("is_public") < field("is_major"), "$.op", "no_order", ("a boolean, which has no order", "use eq")),
        (field("watchers") < field("followers"), "$.op", "no_order", ("has no order", "use eq")),
    ],
)
def test_a_contradiction_is_found_with_its_place(
    condition: Condition, path: str, code: str, words: tuple[str, str]
) -> None:
    """A finding names the place in the document, its kind, the problem, and what to write."""
    (found,) = check(condition, SCHEMA)
    assert (found.path, found.code) == (path, code)
    assert words[0] in found.problem
    assert words[1] in found.hint


def test_all_findings_come_in_the_order_of_the_document() -> None:
    """A second mistake is not hidden by the first, whatever joins them."""
    condition = AllOf([(field("a") == field("b")) | ~field("state").is_in("x", "open", "y"), field("tags") == 1])
    assert [(found.path, found.code) for found in check(condition, SCHEMA)] == [
        ("$.all[0].any[0].field", "unknown_field"),
        ("$.all[0].any[0].other", "unknown_field"),
        ("$.all[0].any[1].not.value[0]", "unknown_value"),
        ("$.all[0].any[1].not.value[2]", "unknown_value"),
        ("$.all[1].op", "list_field"),
        ("$.all[1].value", "type_clash"),
    ]


def test_a_finding_is_data() -> None:
    """A finding compares and prints as what it holds."""
    (found,) = check(field("stat") == "open", Schema({"state": FieldType("text")}))
    assert found == Finding("$.field", "unknown_field", "unknown field 'stat'", "did you mean `state`?")


def test_a_family_names_every_field_that_begins_so() -> None:
    """The nearest family decides, the family's own name is no member, and an exact name comes first."""
    schema = Schema({"a.*": FieldType("text"), "a.b.*": FieldType("date"), "a.c": FieldType("integer")})
    kinds = {name: schema.type_of(name) for name in ("a.x", "a.x.y", "a.b", "a.b.c.d", "a.c", "a", "b.a")}
    assert {name: None if of is None else of.kind for name, of in kinds.items()} == {
        "a.x": "text",
        "a.x.y": "text",
        "a.b": "text",
        "a.b.c.d": "date",
        "a.c": "integer",
        "a": None,
        "b.a": None,
    }


def test_a_schema_keeps_what_it_was_given() -> None:
    """Changing the mapping that a schema was made of does not change it, and copies are equal."""
    fields = {"a": FieldType("text")}
    schema = Schema(fields)
    fields["b"] = FieldType("text")
    assert schema.type_of("b") is None
    assert pickle.loads(pickle.dumps(schema)) == copy.deepcopy(schema) == schema  # noqa: S301  # our own bytes


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: FieldType("text", values=()), "an empty list"),
        (lambda: FieldType("text", values=(1, 2)), "not of the type text"),
        (lambda: FieldType("integer", values=(True,)), "not of the type integer"),
        (lambda: FieldType("any", values=("x",)), "not of the type any"),
        (lambda: FieldType("text", values=("x", 1)), "in one list"),
        (lambda: FieldType("words"), "'words' is no kind"),  # type: ignore[arg-type]
        (lambda: Schema({"a b": FieldType("text")}), "no field's name"),
        (lambda: Schema({".*": FieldType("text")}), "no field's name"),
    ],
)
def test_a_schema_that_means_nothing_is_refused(build: Any, words: str) -> None:
    """A field has a type that exists and values of that type, and a name that conditions can write."""
    with pytest.raises(InvalidValue, match=words):
        build()
