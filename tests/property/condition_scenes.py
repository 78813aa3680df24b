"""Scenes for the laws of conditions: conditions, records of anything, and worlds small enough to try whole."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from csmcore.conditions import OPERATORS, AllOf, AnyOf, Atom, Condition, FieldType, Kind, Not, Schema

__all__ = ["CONSTANTS", "World", "atoms", "conditions", "examples", "junk", "records", "values", "worlds"]

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)  # twice: at 00:30 and, with fold=1, at 01:30 UTC

CONSTANTS: Mapping[Kind, tuple[Any, ...]] = {
    "text": ("a", "b", "a\0", "", "1", "true"),
    "integer": (0, 1, 2, 4, -1, 2**63 - 1),
    "boolean": (True, False),
    "decimal": tuple(map(Decimal, ("0", "1", "1.5", "1.25", "-0.01"))),
    "date": (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4), date.min, date.max),
    "instant": (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ),
}
ORDERS = ("lt", "le", "gt", "ge")
LISTED = ("in", "not_in", "contains_any")
FIELDS = ("a", "b", "c.d")


class Hostile:
    """A value that nobody may compare, hash, count or print."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise RuntimeError


FOREIGN: tuple[Any, ...] = (
    1.5,
    float("nan"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    datetime(2026, 10, 25, 2, 30),
    b"a",
    {"a": 1},
    {1},
    Hostile(),
    timedelta(1),
)
ALIKE: tuple[Any, ...] = (
    AUTUMN,
    AUTUMN.replace(fold=1),
    AUTUMN.astimezone(timezone(timedelta(hours=-3))),
    Decimal("1.50"),
    Decimal("-0"),
    "",
    (),
    [],
    None,
)
FEW = ("a", 1, True, None)
SINGLE = (*(each for kind in CONSTANTS.values() for each in kind), *ALIKE, *FOREIGN)


def examples(times: int) -> settings:
    """Several times as many examples as the profile asks for: hundreds in the gate, and more in a campaign."""
    profile = settings.default or settings()
    return settings(max_examples=times * profile.max_examples)


@st.composite
def atoms(
    draw: st.DrawFn,
    fields: Sequence[str] = FIELDS,
    pools: Mapping[Kind, Sequence[Any]] | None = None,
    *,
    others: bool = True,
) -> Atom:
    """One test of one of the fields; ``pools`` has constants by kind."""
    pool = CONSTANTS if pools is None else pools
    name = draw(st.sampled_from(fields))
    op = draw(st.sampled_from([each for each in OPERATORS if each not in ORDERS or set(pool) != {"boolean"}]))
    if op in {"is_empty", "is_not_empty", "changes"}:
        return Atom(name, op)
    if others and op in {"eq", "ne", *ORDERS} and draw(st.integers(0, 4)) == 0:
        return Atom(name, op, other=draw(st.sampled_from(fields)))
    kind = draw(st.sampled_from([each for each in pool if each != "boolean" or op not in ORDERS]))
    constant = st.sampled_from(pool[kind])
    if op in LISTED:
        return Atom(name, op, draw(st.lists(constant, min_size=1, max_size=3)))
    if op in {"changes_from", "changes_to"} and draw(st.integers(0, 3)) == 0:
        return Atom(name, op, None)
    return Atom(name, op, draw(constant))


def conditions(leaves: st.SearchStrategy[Atom] | None = None, size: int = 6) -> st.SearchStrategy[Condition]:
    """Any condition of a few tests."""

    def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(parts, min_size=1, max_size=3)
        return several.map(AllOf) | several.map(AnyOf) | parts.map(Not)

    return st.recursive(atoms() if leaves is None else leaves, joined, max_leaves=size)


def values() -> st.SearchStrategy[Any]:
    """Anything that may stand in a record: often one of a few values, else anything at all, or a list of such."""
    single = st.sampled_from(FEW) | st.sampled_from(SINGLE)
    lists = st.lists(st.sampled_from(FEW[:2]), max_size=2) | st.lists(single, max_size=3)
    return single | lists.map(tuple) | lists


def records() -> st.SearchStrategy[dict[str, Any]]:
    """A record with some of the fields."""
    return st.dictionaries(st.sampled_from(FIELDS), values())


class World(NamedTuple):
    """A schema of two fields, with every value that each can have (null left out) as far as equality can tell."""

    schema: Schema
    values: Mapping[str, Sequence[Any]]
    nullable: tuple[str, ...]
    pools: Mapping[Kind, Sequence[Any]]  # constants to ask for, some of which no field can have


LISTS_OF_TWO = ((), ("x",), ("y",), ("x", "y"), ("y", "x", "x"))
FIELD_TYPES: tuple[tuple[FieldType, Sequence[Any]], ...] = (
    (FieldType("integer", values=(1, 2, 3)), (1, 2, 3)),
    (FieldType("integer", values=(1,)), (1,)),
    (FieldType("text", values=("", "x")), ("", "x")),
    (FieldType("text", values=("x", "y", "z")), ("x", "y", "z")),
    (FieldType("boolean"), (True, False)),
    (FieldType("text", many=True, values=("x", "y")), LISTS_OF_TWO),
    (FieldType("boolean", many=True), ((), (True,), (False,), (False, True))),
)
POOLS: Mapping[Kind, Sequence[Any]] = {"integer": (1, 2, 3, 4), "text": ("x", "y", ""), "boolean": (True, False)}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world whose records can all be tried."""
    types, tried, nullable = {}, {}, []
    for name in ("a", "b"):
        type_, found = draw(st.sampled_from(FIELD_TYPES))
        may_be_null = draw(st.booleans())
        types[name] = FieldType(type_.kind, type_.many, type_.values, nullable=may_be_null)
        tried[name] = found
        nullable += [name] * may_be_null
    return World(Schema(types), tried, tuple(nullable), POOLS)


def junk() -> st.SearchStrategy[Any]:
    """Documents that are nearly conditions."""
    keys = st.sampled_from(
        ["field", "op", "value", "other", "all", "any", "not", "date", "instant", "decimal", "al", 1]
    )
    leaf = st.sampled_from(
        ["a", "eq", "in", "changes", "changes_to", "is_empty", "2026-01-01", "1.5", None, True, 1, *FOREIGN]
    )
    return st.recursive(
        leaf, lambda part: st.lists(part, max_size=3) | st.dictionaries(keys, part, max_size=4), max_leaves=8
    )
