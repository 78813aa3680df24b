"""What each operator says, written out by hand; and that nothing in a record can break a compiled condition."""

from collections import ChainMap
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csmcore.conditions import Atom, Condition, Operator, compile_condition, field

T, F = True, False
BERLIN = ZoneInfo("Europe/Berlin")

# The operators on a field that is null, empty text, an empty list, the constant, and another value of its type.
TABLE: list[tuple[Operator, Any, tuple[bool, bool, bool, bool, bool]]] = [
    ("eq", "m", (F, F, F, T, F)),
    ("ne", "m", (T, T, T, F, T)),
    ("lt", "m", (F, T, F, F, F)),
    ("le", "m", (F, T, F, T, F)),
    ("gt", "m", (F, F, F, F, T)),
    ("ge", "m", (F, F, F, T, T)),
    ("in", ["l", "m"], (F, F, F, T, F)),
    ("not_in", ["l", "m"], (T, T, T, F, T)),
    ("is_empty", None, (T, T, T, F, F)),
    ("is_not_empty", None, (F, F, F, T, T)),
    ("contains", "m", (F, F, F, F, F)),
    ("contains_any", ["m"], (F, F, F, F, F)),
]


@pytest.mark.parametrize(("op", "value", "answers"), TABLE)
def test_an_operator_on_null_empty_same_and_other(op: Operator, value: Any, answers: tuple[bool, ...]) -> None:
    """On null every test is false but ne, not_in and is_empty, and empty is null, "" or ()."""
    test = compile_condition(Atom("a", op, value))
    assert tuple(test({"a": now}, None) for now in (None, "", (), "m", "n")) == answers
    assert test({}, {}) is answers[0]
    assert test({"a": []}, {}) is answers[2]


# A field before (... is: no revision before) and now.
STEPS: list[tuple[Any, Any]] = [(..., "m"), (None, "m"), ("m", "n"), ("n", "m"), ("m", None), ("m", "m"), (None, None)]
CHANGES: list[tuple[Operator, Any, tuple[bool, ...]]] = [
    ("changes", None, (T, T, T, T, T, F, F)),
    ("changes_from", "m", (F, F, T, F, T, F, F)),
    ("changes_from", None, (T, T, F, F, F, F, F)),
    ("changes_to", "m", (T, T, F, T, F, F, F)),
    ("changes_to", None, (F, F, F, F, T, F, F)),
]


@pytest.mark.parametrize(("op", "value", "answers"), CHANGES)
def test_a_test_of_change_at_each_step(op: Operator, value: Any, answers: tuple[bool, ...]) -> None:
    """Before the first revision every field is empty; a field that keeps its value does not change."""
    test = compile_condition(Atom("a", op, value))
    found = tuple(test({"a": now}, None if before is ... else {"a": before}) for before, now in STEPS)
    assert found == answers


@pytest.mark.parametrize(
    ("condition", "now", "holds"),
    [
        (field("a").contains("x"), ("x", "y"), T),
        (field("a").contains("x"), ["y"], F),
        (field("a").contains("x"), "x", F),
        (field("a").contains(1), (True, Decimal(1), "1"), F),
        (field("a").contains(Decimal("1.50")), (Decimal("1.5"),), T),
        (field("a").contains_any("x", "z"), ("y", "z"), T),
        (field("a").contains_any("x", "z"), ("y", None), F),
        (field("a").is_empty(), ("",), F),
        (field("a") == 1, True, F),
        (field("a") == True, 1, F),  # noqa: E712
        (field("a") == 1, Decimal(1), F),
        (field("a") == 1, 1.0, F),
        (field("a").is_in(0, 1), False, F),
        (field("a") < 2, True, F),
        (field("a") < 2, "1", F),
        (field("a") != 1, True, T),
        (field("a") < datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1).date(), F),
        (field("a") > Decimal("1.5"), Decimal("1E+400"), T),
    ],
)
def test_types_are_told_apart(condition: Condition, now: Any, holds: bool) -> None:  # noqa: FBT001
    """A value of another type is another value, in a list too, and has no order with the constant."""
    assert compile_condition(condition)({"a": now}, None) is holds


@pytest.mark.parametrize(
    ("old", "new", "is_change"),
    [
        (("x",), ("y",), T),
        (["x"], ["x", "y"], T),
        (("x", "y"), ("y", "x"), T),
        (("x", Decimal("1.0")), ["x", Decimal(1)], F),
        (("x", 1), ("x", True), T),
        ((), [], F),
        ((), None, T),
        ("", (), T),
        ("x", ("x",), T),
        (Decimal("1.0"), Decimal(1), F),
        (1, True, T),
        (1, Decimal(1), T),
    ],
)
def test_a_change_is_another_value_of_any_type(old: Any, new: Any, is_change: bool) -> None:  # noqa: FBT001
    """Lists change by their elements and their order, and one empty value is a change from another."""
    assert compile_condition(field("a").changes())({"a": new}, {"a": old}) is is_change


def test_instants_are_compared_in_utc() -> None:
    """The two readings of a repeated hour are two instants, and an instant is itself in every zone."""
    early = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    late = early.replace(fold=1)
    is_late = compile_condition(field("at") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert [is_late({"at": at}, None) for at in (early, late, late.astimezone(UTC))] == [False, True, True]
    changes = compile_condition(field("at").changes())
    assert changes({"at": late}, {"at": early})
    assert not changes({"at": late}, {"at": late.astimezone(timezone(timedelta(hours=9)))})
    before = compile_condition(field("started_at") < field("due_at"))
    assert before({"started_at": early, "due_at": late}, None)


class Nowhere(tzinfo):
    """A time zone that cannot say its offset."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Nothing at all."""
        raise NotImplementedError

    dst = tzname = utcoffset  # type: ignore[assignment]


class Hostile:
    """A value that nobody may compare, hash or count."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise RuntimeError


FOREIGN = [
    1.5,
    float("nan"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    datetime(2026, 1, 1),
    datetime(2026, 1, 1, tzinfo=Nowhere()),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
    {"a": 1},
    {1},
    b"m",
    object(),
    Hostile(),
]
CONSTANTS: list[Any] = ["m", 1, True, Decimal("1.5"), datetime(2026, 1, 1).date(), datetime(2026, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("value", FOREIGN, ids=[type(each).__name__ for each in FOREIGN])
def test_nothing_in_a_record_breaks_a_condition(value: Any) -> None:
    """A value that conditions do not know is not empty, equals no constant, has no order, and never raises."""
    empty = compile_condition(field("a").is_empty())
    for constant in CONSTANTS:
        tests = [
            field("a") == constant,
            field("a").is_in(constant),
            field("a").contains(constant),
            field("a").changes_to(constant),
            *([] if constant is True else [field("a") < constant, field("a") >= constant]),
        ]
        for test in map(compile_condition, tests):
            assert not test({"a": value}, {})
            assert not test({"a": (value, value)}, {})
    assert not empty({"a": value}, None)
    assert not empty({"a": [value]}, None)


def test_all_unknown_values_are_alike() -> None:
    """So that no float makes a change, in any process, one unknown value is no change from another; from null it is."""
    changes = compile_condition(field("a").changes())
    assert not changes({"a": 1.5}, {"a": Hostile()})
    assert not changes({"a": (1.5, "x")}, {"a": [2.5, "x"]})
    assert changes({"a": 1.5}, {})
    assert changes({"a": 1.5}, {"a": 1})


@pytest.mark.parametrize(
    ("op", "answers"),
    [
        ("eq", (F, T, F, F, F, F, T)),
        ("ne", (T, F, T, T, T, T, F)),
        ("lt", (F, F, T, F, F, F, F)),
        ("le", (F, T, T, F, F, F, F)),
        ("gt", (F, F, F, F, F, F, F)),
        ("ge", (F, T, F, F, F, F, F)),
    ],
)
def test_two_fields_compare_where_their_types_agree(op: Operator, answers: tuple[bool, ...]) -> None:
    """Null equals nothing, not even null; types are told apart; lists are equal by their elements."""
    test = compile_condition(Atom("a", op, other="b"))
    records: list[tuple[Any, Any]] = [
        (None, None),
        (1, 1),
        (1, 2),
        (1, True),
        (False, True),
        (1.5, "x"),
        (("x",), ["x"]),
    ]
    assert tuple(test({"a": a, "b": b}, None) for a, b in records) == answers


def test_joins_stop_at_the_first_answer() -> None:
    """All of, any of and not are those of logic, nested as written."""
    a, b, c = field("a") == 1, field("b") == 1, field("c").changes()
    both = compile_condition((a & b) | ~(c | a))
    records = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    for x, y, z in records:
        expected = bool((x and y) or not (z or x))
        assert both({"a": x, "b": y, "c": z}, {"c": 0}) is expected


def test_any_mapping_is_a_record() -> None:
    """A record is read by ``get`` alone."""
    test = compile_condition(field("a").changes_to("m"))
    assert test(MappingProxyType({"a": "m"}), ChainMap({}, {"a": "n"}))
