r"""The finitely many values that stand for all values of a field, as far as some conditions can tell.

Constants cut each type's line into stretches: the constants themselves and what lies between them. No test can tell
two values of a stretch apart, so one value stands for it. Of what a field was before, tests see only whether it is
another value, and which constant it is: so two values that are no constants (or all there are) are needed as well,
wherever they lie. Integers, days and microseconds are discrete: between 1 and 2 there is none. Text is not dense
either: after ``"a"`` comes ``"a\0"`` at once. Instants are those of csmcore, 1970 to 2199.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from itertools import islice, pairwise
from types import MappingProxyType
from typing import Any, Final

import attrs

from csmcore.conditions.nodes import ORDERS, Atom
from csmcore.conditions.schema import FieldType
from csmcore.conditions.values import FIRST_INSTANT, KINDS, LAST_INSTANT, Kind, Scalar, token

__all__ = ["LIST_OPERATORS", "Domain", "domain_of"]

LIST_OPERATORS: Final = frozenset({"contains", "contains_any"})

_ENOUGH: Final = 2  # values that are no constants, so that a field can change from one to the other
_EXACT: Final = 100  # digits: two constants have at most 76 between them, and halving adds one
_MICROSECOND: Final = timedelta(microseconds=1)


@attrs.frozen
class Domain:
    """What one field can be.

    ``values`` holds null, single values, ``()`` and ``a_list``; the latter stands for every list that is not empty, and
    is None where the field has no lists. Such a list has any of the ``elements`` that conditions look for, and, unless
    ``spare`` is None, others such as ``spare``.
    """

    values: tuple[object, ...]
    a_list: tuple[Scalar, ...] | None
    elements: tuple[Scalar, ...]
    spare: Scalar | None


def domain_of(atoms: Sequence[Atom], type_: FieldType | None) -> Domain:
    """What a field of a type can be, as far as these tests of it can tell. Without a type it can be anything."""
    of = FieldType("any") if type_ is None else type_
    values: list[object] = [None] if of.nullable else []
    if not of.many:
        values += _singles(of, [atom for atom in atoms if atom.op not in LIST_OPERATORS])
        if of.kind != "any":
            return Domain(tuple(values), None, (), None)
    sought = [each for atom in atoms if atom.op in LIST_OPERATORS for each in constants_of(atom)]
    elements = tuple(_distinct(each for each in sought if _fits(each, of)))
    spare = next(_others(of, elements), None)
    a_list = elements[:1] if spare is None else (spare,)
    return Domain((*values, (), a_list), a_list, elements, spare)


def constants_of(atom: Atom) -> tuple[Scalar, ...]:
    """The constants of a test, null left out."""
    if isinstance(atom.value, tuple):
        return atom.value
    return () if atom.value is None else (atom.value,)


def _distinct(values: Iterable[Scalar]) -> Iterable[Scalar]:
    return {token(each): each for each in values}.values()


def _fits(value: Scalar, of: FieldType) -> bool:
    return of.kind == "any" or (KINDS[type(value)] == of.kind and (of.values is None or value in of.values))


def _others(of: FieldType, elements: Iterable[Scalar]) -> Iterator[Scalar]:
    """The elements that a list may have beside those that conditions look for."""
    kind: Kind = "text" if of.kind == "any" else of.kind
    known: set[Any] = {each for each in elements if KINDS[type(each)] == kind}
    if of.values is None:
        return _fresh(kind, sorted(known))
    return (each for each in of.values if each not in known)


def _singles(of: FieldType, tests: Sequence[Atom]) -> Iterator[Scalar]:
    """The single values: neither null nor a list."""
    if of.values is not None:
        yield from of.values
        return
    points: dict[Kind, set[Any]] = {}
    ordered: set[Kind] = set()
    for atom in tests:
        for each in constants_of(atom):
            points.setdefault(KINDS[type(each)], set()).add(each)
            if atom.op in ORDERS:
                ordered.add(KINDS[type(each)])
    kinds: list[Kind] = [*points, *(each for each in KINDS.values() if each not in points)]
    for kind in kinds:
        if of.kind in {kind, "any"}:
            yield from _of_kind(kind, points.get(kind, set()), None if kind in ordered else _ENOUGH)


def _of_kind(kind: Kind, constants: set[Any], enough: int | None) -> Iterator[Scalar]:
    """The constants, and others: two where only equality tells values apart, else those of every stretch."""
    points = sorted(constants | {""} if kind == "text" else constants)
    yield from points
    yield from islice(_fresh(kind, points), enough)


def _fresh(kind: Kind, points: Sequence[Any]) -> Iterator[Scalar]:
    """Values of each stretch between the points, two in all or more if there are; those that read well come first."""
    seen = set(points)
    for each in _CANDIDATES[kind](points):
        if each not in seen:
            seen.add(each)
            yield each


# --- candidates: neighbours of the points ----------------------------------------------------------------------------


def _texts(points: Sequence[str]) -> Iterator[str]:
    yield from ("other", "another")
    for point in points:
        yield from (point + "m", point + "\0")  # nothing lies between a text and itself with a null character


def _booleans(points: Sequence[bool]) -> Iterator[bool]:  # noqa: ARG001  # both, whatever the points
    yield from (False, True)


def _decimals(points: Sequence[Decimal]) -> Iterator[Decimal]:
    exact = Context(prec=_EXACT)
    last, first = (points[-1], points[0]) if points else (Decimal(0), Decimal(1))
    yield from (exact.add(last, 1), exact.subtract(first, 1))
    yield from (exact.divide(exact.add(low, high), 2) for low, high in pairwise(points))


def _integers(points: Sequence[int]) -> Iterator[int]:
    for point in points or (0,):
        yield from (point + 1, point + 2)
    yield from (point - each for point in points[:1] for each in (1, 2))


def _days(points: Sequence[date]) -> Iterator[date]:
    numbers = _integers([point.toordinal() for point in points] or [date(2000, 1, 1).toordinal()])
    return (date.fromordinal(each) for each in numbers if 1 <= each <= date.max.toordinal())


def _instants(points: Sequence[datetime]) -> Iterator[datetime]:
    numbers = _integers([(point - FIRST_INSTANT) // _MICROSECOND for point in points])
    last = (LAST_INSTANT - FIRST_INSTANT) // _MICROSECOND
    return (FIRST_INSTANT + each * _MICROSECOND for each in numbers if 0 <= each <= last)


_CANDIDATES: Final[Mapping[Kind, Callable[[Any], Iterator[Scalar]]]] = MappingProxyType(
    {
        "text": _texts,
        "boolean": _booleans,
        "integer": _integers,
        "decimal": _decimals,
        "date": _days,
        "instant": _instants,
    }
)
