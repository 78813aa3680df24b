"""Conditions as data: what can be built, what is refused, and how large it may be."""

import pickle
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from csmcore.conditions import (
    AllOf,
    AnyOf,
    Atom,
    Condition,
    Extent,
    Not,
    condition_from_mapping,
    field,
    fields_of,
    kind_of,
)
from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime, OutOfRange


class Colour(StrEnum):
    """An enumeration of texts, whose members are no plain texts."""

    RED = "red"


class Nowhere(tzinfo):
    """A time zone whose offset is unknown."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002
        """Nothing."""
        return None

    dst = tzname = utcoffset  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("built", "atom"),
    [
        (field("a") == "x", Atom("a", "eq", "x")),
        (field("a") != 1, Atom("a", "ne", 1)),
        (field("a") < 1, Atom("a", "lt", 1)),
        (field("a") <= 1, Atom("a", "le", 1)),
        (field("a") > 1, Atom("a", "gt", 1)),
        (field("a") >= 1, Atom("a", "ge", 1)),
        ("x" == field("a"), Atom("a", "eq", "x")),  # noqa: SIM300  # as some people write
        (1 < field("a"), Atom("a", "gt", 1)),  # noqa: SIM300
        (field("a") == field("b.c"), Atom("a", "eq", other="b.c")),
        (field("a") >= field("b"), Atom("a", "ge", other="b")),
        (field("a").is_in("x", "y"), Atom("a", "in", ("x", "y"))),
        (field("a").is_in(["x", "y"]), Atom("a", "in", ("x", "y"))),
        (field("a").is_in("xy"), Atom("a", "in", ("xy",))),
        (field("a").not_in(("x", "y")), Atom("a", "not_in", ("x", "y"))),
        (field("a").is_empty(), Atom("a", "is_empty")),
        (field("a").is_not_empty(), Atom("a", "is_not_empty")),
        (field("a").contains("x"), Atom("a", "contains", "x")),
        (field("a").contains_any("x", "y"), Atom("a", "contains_any", ("x", "y"))),
        (field("a").changes(), Atom("a", "changes")),
        (field("a").changes_from(None), Atom("a", "changes_from", None)),
        (field("a").changes_to("x"), Atom("a", "changes_to", "x")),
    ],
)
def test_the_builder_builds_plain_data(built: Condition, atom: Atom) -> None:
    """Each way of writing a test gives the node that says it, and nothing of the builder stays."""
    assert built == atom
    assert pickle.loads(pickle.dumps(built)) == deepcopy(atom) == atom  # noqa: S301  # our own bytes


def test_joins_are_flat() -> None:
    """A chain of & or of | is one join, however it is grouped; & and | do not mix."""
    a, b, c = (field(name).is_empty() for name in "abc")
    assert (a & b) & c == a & (b & c) == AllOf([a, b, c])
    assert (a | b) | c == a | (b | c) == AnyOf((a, b, c))
    assert (a & b) | c == AnyOf((AllOf((a, b)), c))
    assert ~a == Not(a)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, Decimal(1)), ("1", 1), (date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC))],
)
def test_constants_of_different_types_are_different(one: Any, other: Any) -> None:
    """A condition on True is not the condition on 1, in a set neither."""
    a, b = Atom("a", "eq", one), Atom("a", "eq", other)
    assert a != b
    assert len({a, b}) == 2
    assert Atom("a", "in", (one,)) != Atom("a", "in", (other,))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (Decimal("1.50"), Decimal("1.5")),
        (Decimal("1E+2"), Decimal(100)),
        (Decimal("-0.0"), Decimal(0)),
        (datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_constant_is_kept_in_one_spelling(written: Any, kept: Any) -> None:
    """Equal constants are written alike, so that equal conditions have equal documents."""
    value = Atom("a", "eq", written).value
    assert (str(value), type(value)) == (str(kept), type(kept))


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: field("a") == None, InvalidValue, "ask is_empty"),  # noqa: E711
        (lambda: field("a").is_in(), InvalidValue, "an empty list"),
        (lambda: field("a").is_in("x", 1), InvalidValue, r"\$\.value\[1\]: text and an integer in one list"),
        (lambda: field("a").is_in([1, True]), InvalidValue, "an integer and a boolean"),
        (lambda: Atom("a", "in", ("x", None)), InvalidValue, r"\$\.value\[1\]: None is no constant.*ask is_empty"),  # type: ignore[arg-type]
        (lambda: field("a").is_in({"x"}), InvalidValue, "is no constant"),  # type: ignore[arg-type]
        (lambda: field("a") == ["x"], InvalidValue, "`eq` takes one value, and is given a list; use in"),
        (lambda: field("a") == 1.5, InvalidValue, "Decimal"),
        (lambda: field("a") == Colour.RED, InvalidValue, "of an enumeration, the value"),
        (lambda: field("a") == "\ud800", InvalidValue, "surrogate"),
        (lambda: field("a") == "x" * 1001, LimitExceeded, "more than 1,000 characters"),
        (lambda: field("a") == 2**63, InvalidValue, "64 bits"),
        (lambda: field("a") == 10**5000, InvalidValue, "64 bits"),
        (lambda: field("a") == Decimal("NaN"), InvalidValue, "no decimal of 38 digits"),
        (lambda: field("a") == Decimal("sNaN"), InvalidValue, "no decimal of 38 digits"),
        (lambda: field("a") == Decimal("1E+38"), InvalidValue, "no decimal of 38 digits"),
        (lambda: field("a") == Decimal("1E-39"), InvalidValue, "no decimal of 38 digits"),
        (lambda: field("a") == Decimal("1E+999999"), InvalidValue, "no decimal of 38 digits"),
        (lambda: field("a") == datetime(2026, 1, 1), NaiveDatetime, "has no offset"),
        (lambda: field("a") == datetime(2026, 1, 1, tzinfo=Nowhere()), NaiveDatetime, "has no offset"),
        (lambda: field("a") < datetime(1969, 12, 31, tzinfo=UTC), OutOfRange, "1970-01-01 to 2199-12-31"),
        (lambda: field("a") < datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), OutOfRange, "outside"),
        (lambda: field("a") < True, InvalidValue, "no order"),
        (lambda: field("a").contains(None), InvalidValue, "`contains` takes one value"),  # type: ignore[arg-type]
        (lambda: field("a").changes_to(["x"]), InvalidValue, "one value or null"),  # type: ignore[arg-type]
        (lambda: Atom("a", "in", "x"), InvalidValue, r"write \[value\]"),
        (lambda: Atom("a", "changes", "x"), InvalidValue, "leave it out"),
        (lambda: Atom("a", "is_empty", ["x"]), InvalidValue, "leave it out"),
        (lambda: Atom("a", "equals", "x"), InvalidValue, "'equals' is no operator; known are"),  # type: ignore[arg-type]
        (lambda: Atom("a", "not-in", ["x"]), InvalidValue, "did you mean `not_in`"),  # type: ignore[arg-type]
        (lambda: Atom("a", ["eq"], "x"), InvalidValue, "is no operator"),  # type: ignore[arg-type]
        (lambda: Atom("a", "in", other="b"), InvalidValue, "`in` compares no fields"),
        (lambda: Atom("a", "eq", "x", other="b"), InvalidValue, "beside a value"),
        (lambda: Atom("a", "eq", other=""), InvalidValue, r"\$\.other: '' is no field's name"),
        (lambda: field("a b"), InvalidValue, "'a b' is no field's name"),
        (lambda: field("a..b"), InvalidValue, "is no field's name"),
        (lambda: field("a\n"), InvalidValue, "is no field's name"),
        (lambda: field("é"), InvalidValue, "is no field's name"),
        (lambda: field("a" * 121), InvalidValue, "is no field's name"),
        (lambda: field(1), InvalidValue, "is no field's name"),  # type: ignore[arg-type]
        (lambda: AllOf([]), InvalidValue, "nothing is joined"),
        (lambda: AnyOf([field("a")]), InvalidValue, r"\$\[0\]: field\('a'\) is no condition"),  # type: ignore[list-item]
        (lambda: field("a").is_empty() & "x", InvalidValue, "'x' is no condition"),  # type: ignore[operator]
        (lambda: Not(None), InvalidValue, "None is no condition"),  # type: ignore[arg-type]
    ],
)
def test_what_no_record_could_answer_is_refused(build: Any, error: type[InvalidValue], words: str) -> None:
    """A condition that means nothing is refused where it is written, in words that say what to write."""
    with pytest.raises(error, match=words) as caught:
        build()
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: bool(field("a") == 1),
        lambda: (field("a") == 1) and (field("b") == 2),
        lambda: not (field("a") == 1),  # noqa: SIM201  # the mistake itself
        lambda: 1 < field("a") < 5,
        lambda: field("a") == field("b") == field("c"),
        lambda: bool(field("a")),
        lambda: not field("a"),
    ],
)
def test_a_condition_is_neither_true_nor_false(misuse: Any) -> None:
    """`and`, `or`, `not` and chained comparisons would silently lose half of a condition, and are refused."""
    with pytest.raises(InvalidValue, match=r"\$: it is"):
        misuse()


def test_the_builder_is_no_noun() -> None:
    """A field about to be tested is neither a key nor a container, and says what it is."""
    assert repr(field("a.b")) == "field('a.b')"
    with pytest.raises(TypeError, match="unhashable"):
        hash(field("a"))
    with pytest.raises(TypeError):
        assert "x" in field("a")  # type: ignore[operator]


def test_the_extent_of_a_condition_is_counted() -> None:
    """Depth, nodes and constants add up."""
    condition = (field("a").is_in(1, 2, 3) | field("b").changes()) & ~(field("c") == "x")
    assert condition.extent == Extent(depth=3, nodes=6, constants=5)
    assert field("a").is_empty().extent == Extent(1, 1, 1)


def test_no_condition_grows_beyond_its_bounds() -> None:
    """Whatever joins conditions, a level, a node or a constant too many is refused when it is added."""
    atom = field("a") == 1
    deep: Condition = atom
    for _ in range(31):
        deep = ~deep
    assert deep.extent.depth == 32
    with pytest.raises(LimitExceeded, match="more than 32 levels"):
        _ = ~deep
    wide = AllOf([atom] * 999)
    assert wide.extent.nodes == 1000
    with pytest.raises(LimitExceeded, match="more than 1,000 nodes"):
        _ = wide & atom
    with pytest.raises(LimitExceeded, match="more than 1,000 nodes"):
        _ = wide | wide
    with pytest.raises(LimitExceeded, match=r"\$\.value: more than 1,000 values"):
        field("a").is_in(list(range(1001)))
    longest = field("a").is_in(list(range(1000)))
    with pytest.raises(LimitExceeded, match="more than 10,000 constants"):
        AnyOf([longest] * 11)


def test_the_largest_condition_can_be_used() -> None:
    """At its bounds a condition still compares, hashes, prints, copies and reads back."""
    deep: Condition = field("a") == 1
    for _ in range(15):
        deep = AllOf([~deep])
    deep = AnyOf([deep] * 31)
    assert deepcopy(deep) == deep
    assert hash(deep) == hash(deepcopy(deep))
    assert repr(deep).count("Atom") == 31
    assert fields_of(deep) == ("a",)


def test_the_fields_of_a_condition_are_listed_once() -> None:
    """Every name that a condition reads, compared fields too, in alphabetical order."""
    condition = AnyOf([field("b") == field("a"), ~field("c").changes(), field("b").is_empty()])
    assert fields_of(condition) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("x", "text"),
        (True, "boolean"),
        (1, "integer"),
        (Decimal(1), "decimal"),
        (date(2026, 1, 1), "date"),
        (datetime(2026, 1, 1, tzinfo=UTC), "instant"),
        (datetime(2026, 1, 1), None),
        (Decimal("NaN"), None),
        (1.5, None),
        (None, None),
        (("x",), None),
        (Colour.RED, None),
    ],
)
def test_the_kind_of_a_value_is_its_exact_type(value: Any, kind: str | None) -> None:
    """What conditions can compare has a kind; everything else has none."""
    assert kind_of(value) == kind


def test_a_list_is_kept_as_it_was_written() -> None:
    """A list constant keeps its order and its repetitions, and a tuple is as good as a list."""
    atom = condition_from_mapping({"field": "a", "op": "in", "value": [2, 1, 2]})
    assert atom == Atom("a", "in", (2, 1, 2)) == Atom("a", "in", [2, 1, 2])
