"""Conditions as data: tests of a field, joined by *all of*, *any of* and *not*.

What a test says, on a record as it is now and as it was before (a missing field is null; *empty* is null, ``""`` or
``()``; before the first revision every field is null):

================ ======================================================== =========================
operator         holds when                                               on null
================ ======================================================== =========================
eq               the field is the value, of the same type                 false (so null eq null is)
ne               not eq                                                   true
lt le gt ge      the field is of the value's type, and so ordered         false
in               the field is one of the values                           false
not_in           not in                                                   true
is_empty         the field is null, ``""`` or ``()``                      true
is_not_empty     not is_empty                                             false
contains         the field is a list and has the value among its elements false
contains_any     the field is a list and has one of the values or more    false
changes          the field is not what it was before                      true if it was something
changes_from     the field changes, and was the value                     true if it was the value
changes_to       the field changes, and is the value                      true if null is the value
================ ======================================================== =========================

The value may be null for ``changes_from`` and ``changes_to`` only: ``changes_from(None)`` holds when a field is set
that was null, on the first revision too. Nobody can write ``eq`` null: ask ``is_empty``. The first six may compare the
field with an *other* field. Text is ordered by code point; booleans and lists have no order. Each test is true or
false, whatever stands in a record: ``csmcore.conditions.values`` says how values compare.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NoReturn, Self, TypeAlias, get_args

import attrs

from csmcore.conditions.names import field_name, nearest
from csmcore.conditions.values import Constant, Scalar, constant, token
from csmcore.errors import InvalidValue, LimitExceeded, shown

__all__ = [
    "COMPARISONS",
    "MAX_CONSTANTS",
    "MAX_DEPTH",
    "MAX_NODES",
    "OPERATORS",
    "ORDERS",
    "TAKES",
    "AllOf",
    "AnyOf",
    "Atom",
    "Condition",
    "Extent",
    "Not",
    "Operator",
    "atoms_of",
    "fields_of",
]

Operator: TypeAlias = Literal[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "is_empty",
    "is_not_empty",
    "contains",
    "contains_any",
    "changes",
    "changes_from",
    "changes_to",
]
Takes: TypeAlias = Literal["one", "many", "none", "one or null"]

OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)
ORDERS: Final = frozenset({"lt", "le", "gt", "ge"})
COMPARISONS: Final = ORDERS | {"eq", "ne"}
TAKES: Final[Mapping[str, Takes]] = MappingProxyType(
    {
        "eq": "one",
        "ne": "one",
        "lt": "one",
        "le": "one",
        "gt": "one",
        "ge": "one",
        "in": "many",
        "not_in": "many",
        "is_empty": "none",
        "is_not_empty": "none",
        "contains": "one",
        "contains_any": "many",
        "changes": "none",
        "changes_from": "one or null",
        "changes_to": "one or null",
    }
)
"""How many constants an operator takes."""

MAX_DEPTH: Final = 32
MAX_NODES: Final = 1_000
MAX_CONSTANTS: Final = 10_000


@attrs.frozen
class Extent:
    """How large a condition is. However it was built, it stays within 32 levels, 1,000 nodes and 10,000 constants.

    Larger ones are refused before they exist (LimitExceeded), so that no walk over a condition can be deep or long.
    """

    depth: int
    nodes: int
    constants: int

    def __attrs_post_init__(self) -> None:
        """Refuse what is too large."""
        if self.depth > MAX_DEPTH:
            raise LimitExceeded("$", "levels in a condition", MAX_DEPTH, "join conditions side by side")
        if self.nodes > MAX_NODES:
            raise LimitExceeded("$", "nodes in a condition", MAX_NODES, "ask for many values of a field by `in`")
        if self.constants > MAX_CONSTANTS:
            raise LimitExceeded("$", "constants in a condition", MAX_CONSTANTS, "keep long lists in the records")

    @classmethod
    def over(cls, parts: Iterable["Extent"]) -> Self:
        """The extent of a node over its parts."""
        depth = nodes = constants = 0
        for each in parts:
            depth = max(depth, each.depth)
            nodes += each.nodes
            constants += each.constants
        return cls(1 + depth, 1 + nodes, constants)


class _Joinable:
    """What every condition can do: be joined by ``&`` and ``|``, and be denied by ``~``."""

    __slots__ = ()

    def __and__(self, other: "Condition") -> "AllOf":
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: "Condition") -> "AnyOf":
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __invert__(self) -> "Not":
        return Not(_condition(self))

    def __bool__(self) -> NoReturn:
        """Refuse: ``a and b`` and ``1 < field("x") < 5`` would silently drop half of what they say."""
        hint = "join conditions with &, | and ~ (not `and`, `or`, `not`), and write 1 < x < 5 as (x > 1) & (x < 5)"
        raise InvalidValue("$", "it is true or false of a record, not by itself", hint)


def _constant(value: Scalar | Sequence[Scalar] | None) -> Constant:
    return constant(value)


@attrs.frozen
class Atom(_Joinable):
    """One test of one field; the module's table says what each operator means. Raises InvalidValue, LimitExceeded.

    >>> Atom("state", "eq", "open") == Atom(field="state", op="eq", value="open")
    True
    >>> Atom("started_at", "lt", other="due_at").other
    'due_at'
    """

    field: str
    op: Operator
    value: Constant = attrs.field(default=None, converter=_constant, eq=token)
    other: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what no record could ever answer."""
        field_name(self.field, "$.field")
        if self.op not in OPERATORS:
            raise InvalidValue("$.op", f"{shown(self.op)} is no operator", nearest(self.op, OPERATORS))
        if self.other is not None:
            self._check_other(self.other)
        elif TAKES[self.op] != self._given():
            self._refuse_value()
        if self.op in ORDERS and isinstance(self.value, bool):
            raise InvalidValue("$.value", "booleans have no order", "use eq or ne")

    def _check_other(self, other: str) -> None:
        field_name(other, "$.other")
        if self.op not in COMPARISONS:
            raise InvalidValue("$.other", f"`{self.op}` compares no fields", "eq, ne, lt, le, gt and ge do")
        if self.value is not None:
            raise InvalidValue("$.other", "beside a value", "compare the field with the one or with the other")

    def _given(self) -> Takes:
        if isinstance(self.value, tuple):
            return "many"
        if self.op in {"changes_from", "changes_to"}:
            return "one or null"
        return "none" if self.value is None else "one"

    def _refuse_value(self) -> None:
        takes, given = TAKES[self.op], self._given()
        problem = f"`{self.op}` takes {_AMOUNTS[takes]}, and is given {_AMOUNTS[given]}"
        hint = {"many": "write [value]", "none": "leave it out"}.get(takes, "")
        if given == "none":
            hint = "ask is_empty or is_not_empty about nothing"
        elif given == "many" and takes != "none":
            hint = "use in, not_in or contains_any for several"
        raise InvalidValue("$.value", problem, hint)

    @property
    def extent(self) -> Extent:
        """An atom is one node, with as many constants as it lists."""
        return Extent(1, 1, len(self.value) if isinstance(self.value, tuple) else 1)


_AMOUNTS: Final[Mapping[Takes, str]] = MappingProxyType(
    {"one": "one value", "many": "a list", "none": "no value", "one or null": "one value or null"}
)


def _joined(conditions: Iterable["Condition"]) -> tuple["Condition", ...]:
    parts = tuple(_condition(each, f"$[{i}]") for i, each in enumerate(conditions))
    if not parts:
        hint = "leave the condition out: what has no condition never happens"
        raise InvalidValue("$", "nothing is joined", hint)
    return parts


def _extent(join: "_Join") -> Extent:
    return Extent.over(each.extent for each in join.conditions)


@attrs.frozen
class _Join(_Joinable):
    conditions: tuple["Condition", ...] = attrs.field(converter=_joined)
    extent: Extent = attrs.field(init=False, eq=False, repr=False, default=attrs.Factory(_extent, takes_self=True))


@attrs.frozen
class AllOf(_Join):
    """Every one of some conditions holds. None at all is refused: it would always hold. Raises LimitExceeded."""


@attrs.frozen
class AnyOf(_Join):
    """At least one of some conditions holds. None at all is refused: it would never hold. Raises LimitExceeded."""


def _checked(condition: "Condition") -> "Condition":
    return _condition(condition)


def _extent_of_denial(denial: "Not") -> Extent:
    return Extent.over([denial.condition.extent])


@attrs.frozen
class Not(_Joinable):
    """A condition does not hold. Raises LimitExceeded."""

    condition: "Condition" = attrs.field(converter=_checked)
    extent: Extent = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_extent_of_denial, takes_self=True)
    )


Condition: TypeAlias = Atom | AllOf | AnyOf | Not


def _condition(value: object, path: str = "$") -> Condition:
    if isinstance(value, Condition):
        return value
    raise InvalidValue(path, f"{shown(value)} is no condition", "such as field('state') == 'open'")


def _parts(value: object, join: type[AllOf] | type[AnyOf]) -> tuple[Condition, ...]:
    return value.conditions if isinstance(value, join) else (_condition(value),)


def atoms_of(condition: Condition) -> Iterator[Atom]:
    """The tests of a condition, from left to right."""
    if isinstance(condition, Atom):
        yield condition
    elif isinstance(condition, Not):
        yield from atoms_of(condition.condition)
    else:
        for each in condition.conditions:
            yield from atoms_of(each)


def fields_of(condition: Condition) -> tuple[str, ...]:
    """The names of the fields that a condition reads, in alphabetical order.

    >>> fields_of(Atom("state", "eq", "open") & Atom("started_at", "lt", other="due_at"))
    ('due_at', 'started_at', 'state')
    """
    named = ((atom.field, atom.other) for atom in atoms_of(condition))
    return tuple(sorted({name for pair in named for name in pair if name is not None}))
