"""Conditions as closures: what is asked at every revision of every case is looked up once."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from csmcore.conditions.nodes import AllOf, Atom, Condition, Not, atoms_of
from csmcore.conditions.values import DELICATE, KINDS, LISTS, Record, same, settled

__all__ = ["Predicate", "compile_condition"]

Predicate: TypeAlias = Callable[[Record, Record | None], bool]
_Test: TypeAlias = Callable[[Record, Any], bool]  # a test of change needs the record before, others ignore it
_Check: TypeAlias = Callable[[Any], bool]  # of one value

_EMPTY: Final[Record] = MappingProxyType({})
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = MappingProxyType(  # called with the constant first
    {
        "eq": operator.eq,
        "in": operator.contains,
        "lt": operator.gt,
        "le": operator.ge,
        "gt": operator.lt,
        "ge": operator.le,
    }
)
_OPPOSITE: Final[Mapping[str, str]] = MappingProxyType({"ne": "eq", "not_in": "in", "is_not_empty": "is_empty"})
_ORDERED: Final = frozenset(KINDS) - {bool}
_HOLLOW: Final = LISTS | {str, type(None)}  # the types that have an empty value


def compile_condition(condition: Condition) -> Predicate:
    """A function of a record as it is now and as it was before (None before the first revision).

    It raises nothing, whatever the records hold, and agrees with itself in every process.

    >>> from csmcore.conditions import field
    >>> rises = compile_condition(field("priority").changes() & (field("priority") < 3))
    >>> rises({"priority": 1}, {"priority": 4}), rises({"priority": 1}, {"priority": 1}), rises({"priority": 1}, None)
    (True, False, True)
    """
    test = _compiled(condition)
    if not any(atom.op.startswith("changes") for atom in atoms_of(condition)):
        return test  # it never looks at the record before

    def holds(now: Record, before: Record | None) -> bool:
        return test(now, _EMPTY if before is None else before)

    return holds


def _compiled(condition: Condition) -> _Test:
    if isinstance(condition, Atom):
        return _atom(condition)
    if isinstance(condition, Not):
        return _denied(_compiled(condition.condition))
    tests = tuple(_compiled(each) for each in condition.conditions)
    return _every(tests) if isinstance(condition, AllOf) else _some(tests)


def _denied(test: _Test) -> _Test:
    def holds(now: Record, before: Any) -> bool:
        return not test(now, before)

    return holds


def _every(tests: tuple[_Test, ...]) -> _Test:
    def holds(now: Record, before: Any) -> bool:
        for test in tests:  # noqa: SIM110  # a generator costs more than the tests
            if not test(now, before):
                return False
        return True

    return holds


def _some(tests: tuple[_Test, ...]) -> _Test:
    def holds(now: Record, before: Any) -> bool:
        for test in tests:  # noqa: SIM110  # as in `_every`
            if test(now, before):
                return True
        return False

    return holds


# --- tests of one field ----------------------------------------------------------------------------------------------


def _atom(atom: Atom) -> _Test:
    name, value = atom.field, atom.value
    if atom.other is not None:
        return _two_fields(name, atom.op, atom.other)
    if atom.op == "changes":
        return _changes(name)
    if atom.op == "changes_from":
        return _leaves(name, _matches("eq", value))
    if atom.op == "changes_to":
        return _reaches(name, _matches("eq", value))
    if atom.op in _COMPARE and _comparison(atom.op, value)[0] not in DELICATE:
        return _field_matches(name, atom.op, value)
    check = _check(atom.op, value)

    def holds(now: Record, before: Any) -> bool:  # noqa: ARG001  # every test has the same signature
        return check(now.get(name))

    return holds


def _field_matches(name: str, op: str, constant: Any) -> _Test:
    """``_matches`` of a field's value in one call instead of two: most tests of most conditions are this one."""
    kind, compare, operand = _comparison(op, constant)

    def holds(now: Record, before: Any) -> bool:  # noqa: ARG001  # every test has the same signature
        value = now.get(name)
        return type(value) is kind and compare(operand, value)

    return holds


def _changes(name: str) -> _Test:
    def holds(now: Record, before: Any) -> bool:
        new, old = now.get(name), before.get(name)
        return new is not old and not same(new, old)

    return holds


def _leaves(name: str, check: _Check) -> _Test:
    """A change from a value: the field was the value, and is it no longer."""

    def holds(now: Record, before: Any) -> bool:
        return check(before.get(name)) and not check(now.get(name))

    return holds


def _reaches(name: str, check: _Check) -> _Test:
    """A change to a value: the field is the value, and was not before."""

    def holds(now: Record, before: Any) -> bool:
        return check(now.get(name)) and not check(before.get(name))

    return holds


def _two_fields(name: str, op: str, other: str) -> _Test:
    if op == "ne":
        return _denied(_two_fields(name, "eq", other))
    compare = _equal if op == "eq" else _orderly(_COMPARE[op])

    def holds(now: Record, before: Any) -> bool:  # noqa: ARG001  # every test has the same signature
        return compare(now.get(name), now.get(other))

    return holds


def _equal(a: object, b: object) -> bool:
    return a is not None and same(a, b)


def _orderly(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(a: Any, b: Any) -> bool:
        a, b = settled(a), settled(b)
        return type(a) is type(b) and type(a) in _ORDERED and compare(b, a)

    return holds


# --- checks of one value ---------------------------------------------------------------------------------------------


def _check(op: str, constant: Any) -> _Check:
    if op in _OPPOSITE:
        return _opposite(_check(_OPPOSITE[op], constant))
    if op == "is_empty":
        return _is_empty
    if op == "contains":
        return _has(_matches("eq", constant))
    return _has(_matches("in", constant)) if op == "contains_any" else _matches(op, constant)


def _opposite(check: _Check) -> _Check:
    def opposite(value: Any) -> bool:
        return not check(value)

    return opposite


def _is_empty(value: Any) -> bool:
    return type(value) in _HOLLOW and not value


def _has(check: _Check) -> _Check:
    def has(value: Any) -> bool:
        return type(value) in LISTS and any(map(check, value))

    return has


def _matches(op: str, constant: Any) -> _Check:
    """A comparison with constants of one type, which values of other types fail."""
    kind, compare, operand = _comparison(op, constant)

    def check(value: Any) -> bool:
        return type(value) is kind and compare(operand, value)

    def check_settled(value: Any) -> bool:
        value = settled(value)
        return type(value) is kind and compare(operand, value)

    return check_settled if kind in DELICATE else check


def _comparison(op: str, constant: Any) -> tuple[type, Callable[[Any, Any], bool], Any]:
    """The type that a value must have, and what it is then compared by and with."""
    if op == "in":
        return type(constant[0]), _COMPARE[op], frozenset(constant)
    return type(constant), _COMPARE[op], constant
