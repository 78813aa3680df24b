"""What conditions mean together, on questions that a person can answer; and where the work ends."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csmcore.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FieldType,
    Kind,
    Not,
    Schema,
    Verdict,
    Witness,
    disjoint,
    equivalent,
    field,
    implies,
    satisfiable,
)
from csmcore.errors import InvalidValue, LimitExceeded

it = field("a")
PLANS = ("bronze", "silver", "gold", "none")
DAWN, DUSK = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("conditions", "now"),
    [
        ([it == "x"], "x"),
        ([it > 1, it < 3], 2),
        ([it > 1, it < 4, it != 2], 3),
        ([it > 2**63 - 1], 2**63),
        ([it < -(2**63 - 1)], -(2**63)),
        ([it > Decimal(1), it < Decimal("1.1")], Decimal("1.05")),
        ([it > date(2026, 2, 28), it < date(2026, 3, 2)], date(2026, 3, 1)),
        ([it < date(1, 1, 2)], date.min),
        ([it > DAWN, it < DAWN.replace(microsecond=2)], DAWN.replace(microsecond=1)),
        ([it >= DUSK], DUSK),
        ([it > "a", it < "a\0\0"], "a\0"),
        ([it > "", it < "\0\0"], "\0"),
        ([it.is_not_empty(), it < "a", it > "\0\0"], "\0\0m"),
        ([it == True, it != False], True),  # noqa: E712
        ([it.contains("x"), ~it.contains("y")], ("x",)),
        ([it.contains("x"), it.contains("y")], ("x", "y")),
        ([it.contains_any("x", "y"), ~it.contains("x")], ("y",)),
        ([it.contains(1), it.contains_any([True]), it.contains("1")], (1, True, "1")),
        ([it.is_empty(), it != "", it.changes_to("")], None),
    ],
)
def test_what_can_be_is_shown(conditions: list[Condition], now: Any) -> None:
    """A question that has an answer gets it as a record, exact to the smallest step of each type."""
    found = satisfiable(*conditions)
    if now is None:
        assert found is None
    else:
        assert found is not None
        assert (found.now["a"], type(found.now["a"])) == (now, type(now))


@pytest.mark.parametrize(
    "conditions",
    [
        [it == "x", it == "y"],
        [it == 1, it == True],  # noqa: E712
        [it > 1, it < 2],
        [it > 1, it < Decimal(2)],
        [it > date(2026, 2, 28), it < date(2026, 3, 1)],
        [it < date.min],
        [it > date.max],
        [it < DAWN],
        [it > DUSK],
        [it > DAWN, it < DAWN.replace(microsecond=1)],
        [it < ""],
        [it > "a", it < "a\0"],
        [it.is_empty(), it.is_not_empty()],
        [it.is_in(1, 2), it.not_in(2, 1)],
        [it.contains("x"), ~it.contains_any("x", "y")],
        [it.contains("x"), it == "x"],
        [it.contains("x"), it.is_empty()],
        [it.changes_from("x"), it == "x"],
        [it.changes_to("x"), it != "x"],
        [it.changes_from("x"), it.changes_from("y")],
        [it.changes_to("x"), ~it.changes()],
        [(it == 1) | (it == 2), ~(it == 1) & ~(it == 2)],
    ],
)
def test_what_cannot_be_is_known(conditions: list[Condition]) -> None:
    """A question that has no answer is decided, not given up."""
    assert satisfiable(*conditions) is None
    assert satisfiable(AllOf(conditions)) is None
    assert implies(conditions[0], Not(AllOf(conditions)))


def test_a_witness_names_what_was_too() -> None:
    """Where a change is asked for, the record before shows what it was."""
    assert satisfiable(it.changes_from("x"), it.changes_to("y")) == Witness({"a": "y"}, {"a": "x"})
    assert satisfiable(it.changes_from("x"), field("b").changes_to(1)) == Witness({"b": 1}, {"a": "x"})
    assert satisfiable(it.contains("x"), ~it.changes()) == Witness({"a": ("x",)}, {"a": ("x",)})
    assert satisfiable(it.contains("x"), it.changes_from("y")) == Witness({"a": ("x",)}, {"a": "y"})
    assert satisfiable(it.changes_to("y"), ~it.changes_from("x"), ~it.changes_from(None)) == Witness(
        {"a": "y"}, {"a": ""}
    )


@pytest.mark.parametrize(
    ("kind", "constant", "below", "above"),
    [
        ("integer", 1, True, True),
        ("text", "other", True, True),
        ("decimal", Decimal(1), True, True),
        ("date", date.min, False, True),
        ("date", date.max, True, False),
        ("instant", DAWN, False, True),
        ("instant", DUSK, True, False),
    ],
)
def test_a_field_changes_between_values_that_nobody_names(kind: Kind, constant: Any, below: bool, above: bool) -> None:  # noqa: FBT001
    """A field that is never null changes, neither from nor to what is asked for, up to the ends of its line."""
    schema = Schema({"a": FieldType(kind, nullable=False)})
    asked: list[Condition] = [it.changes(), ~it.changes_from(constant), ~it.changes_from(""), it.is_not_empty()]
    assert satisfiable(*asked, it != constant, schema=schema, first=False) is not None
    assert (satisfiable(*asked, it < constant, schema=schema, first=False) is not None) is below
    assert (satisfiable(*asked, it > constant, schema=schema, first=False) is not None) is above


def test_nothing_asked_holds_of_anything() -> None:
    """No condition at all holds of empty records."""
    assert satisfiable() == Witness({}, {})


def test_first_and_later_revisions_can_be_told_apart() -> None:
    """Before the first revision every field is null; later, a field that is not nullable never was."""
    schema = Schema({"a": FieldType("text", nullable=False)})
    rises = it.changes_from(None)
    assert satisfiable(rises, first=True) == Witness({"a": ""}, None)
    assert satisfiable(rises, first=False) == Witness({"a": ""}, {})
    assert satisfiable(rises, schema=schema) == Witness({"a": ""}, None)
    assert satisfiable(rises, schema=schema, first=False) is None
    assert satisfiable(it.changes_from("x"), first=True) is None
    assert implies(it.changes(), it.is_not_empty() | (it == ""), schema=schema, first=True)
    assert implies(it.is_not_empty(), it.changes(), first=True)


def test_a_field_that_does_not_change_is_asked_about_by_saying_so() -> None:
    """A start that needs a change cannot hold on a record without changes."""
    start = it.changes_to("open") & (field("b") == 1)
    assert satisfiable(start) is not None
    assert satisfiable(start, ~it.changes(), ~field("b").changes()) is None


def test_without_a_schema_a_field_can_be_anything() -> None:
    """Two halves of a line leave out what is not on the line; a schema rules that out."""
    halves = (it < 5) | (it >= 5)
    answer = implies(it.is_not_empty(), halves)
    assert answer.counterexample == Witness({"a": "other"}, {"a": "other"})
    assert not answer
    assert implies(it.is_not_empty(), halves, schema=Schema({"a": FieldType("integer")})).holds
    assert implies(it.is_not_empty(), halves, schema=Schema({"b": FieldType("integer")})).holds is False


def test_an_enumeration_has_only_its_values() -> None:
    """What covers every value covers the field, and a value outside never occurs."""
    schema = Schema({"a": FieldType("text", values=("x", "y"), nullable=False)})
    assert implies(it != "x", it == "y", schema=schema)
    assert satisfiable(it == "z", schema=schema) is None
    assert implies(it.changes_to("x"), it.changes_from("y"), schema=schema, first=False)
    assert satisfiable(it.contains("x"), schema=schema) is None
    assert satisfiable(it == 1, schema=schema) is None


def test_a_list_of_an_enumeration_has_only_its_elements() -> None:
    """A list that is not empty has one of the elements that there are."""
    schema = Schema({"a": FieldType("text", many=True, values=("x", "y"))})
    neither = [~it.contains("x"), ~it.contains("y")]
    assert satisfiable(it.is_not_empty(), *neither, schema=schema) is None
    assert satisfiable(it.is_not_empty(), neither[0], schema=schema) == Witness({"a": ("y",)}, {"a": ("y",)})
    assert satisfiable(it.contains("z"), schema=schema) is None
    assert satisfiable(it == "x", schema=schema) is None
    booleans = Schema({"a": FieldType("boolean", many=True)})
    assert satisfiable(it.is_not_empty(), ~it.contains_any([True, False]), schema=booleans) is None
    assert satisfiable(it.is_not_empty(), ~it.contains_any([False]), schema=booleans) == Witness(
        {"a": (True,)}, {"a": (True,)}
    )
    anything = Schema({"a": FieldType("any", many=True)})
    found = satisfiable(it.is_not_empty(), ~it.contains("other"), schema=anything)
    assert found == Witness({"a": ("another",)}, {"a": ("another",)})


def test_the_verdicts() -> None:
    """Implication, disjointness and equivalence hold, or show records on which they fail."""
    narrow, wide = it == "x", it.is_in("x", "y")
    assert implies(narrow, wide) == Verdict(None)
    assert implies(wide, narrow).counterexample == Witness({"a": "y"}, {"a": "y"})
    assert disjoint(narrow, it == "y").holds
    assert disjoint(narrow, wide).counterexample == Witness({"a": "x"}, {"a": "x"})
    assert equivalent(it != "x", ~narrow)
    apart = Witness({"a": "y"}, {"a": "y"})
    assert equivalent(narrow, wide).counterexample == equivalent(wide, narrow).counterexample == apart
    assert equivalent(it.changes(), it.changes_from(None) | (it.changes() & ~it.changes_from(None)))


def test_a_comparison_of_two_fields_is_refused() -> None:
    """What one field says of another has no finite abstraction here, and is refused by type."""
    with pytest.raises(InvalidValue, match="compares two fields, a and b"):
        satisfiable(it == "x", ~(it == field("b")))


def hole(i: int, j: int) -> Condition:
    """Pigeon i sits in hole j."""
    return field(f"pigeon_{i}") == j


def pigeons(count: int) -> list[Condition]:
    """So many pigeons in one hole less, no two in one: impossible, and hard to see."""
    homes: list[Condition] = [AnyOf([hole(i, j) for j in range(count - 1)]) for i in range(count)]
    alone = [~(hole(i, j) & hole(k, j)) for j in range(count - 1) for i in range(count) for k in range(i)]
    return [*homes, *alone]


def test_work_is_bounded() -> None:
    """A puzzle is solved while it is small, and given up with a typed error when it is not."""
    assert satisfiable(*pigeons(6)) is None
    began = time.process_time()
    with pytest.raises(LimitExceeded, match="more than 4,000,000 steps of reasoning"):
        satisfiable(*pigeons(12))
    with pytest.raises(LimitExceeded, match="steps of reasoning"):
        satisfiable(*[it.is_in([1_000 * i + j for j in range(1_000)]) for i in range(999)])
    assert time.process_time() - began < 20


def test_many_rules_are_reasoned_about_together() -> None:
    """A hundred and twenty rules cover every case of a small world; without one of them, its case is the witness."""
    schema = Schema(
        {
            "priority": FieldType("integer", values=(1, 2, 3, 4, 5), nullable=False),
            "state": FieldType("text", values=tuple("abcdef"), nullable=False),
            "plan": FieldType("text", values=PLANS, nullable=False),
        }
    )
    cases = [(p, s, plan) for p in (1, 2, 3, 4, 5) for s in "abcdef" for plan in PLANS]
    rules = [(field("priority") == p) & (field("state") == s) & (field("plan") == plan) for p, s, plan in cases]
    uncovered = [Not(rule) for rule in rules]
    assert satisfiable(*uncovered, schema=schema) is None
    found = satisfiable(*uncovered[:77], *uncovered[78:], schema=schema)
    assert found is not None
    assert found.now == dict(zip(("priority", "state", "plan"), cases[77], strict=True))
