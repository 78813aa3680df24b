"""A field as an axis: its finitely many cases, where each test of it holds, and the values that stand for a case.

A case is a pair of values, now and before, and stands for all pairs on which the tests say the same. What a list
contains is on axes of its own, one for each element that is looked for: a list may have any of them.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import attrs

from csmcore.conditions.boxes import Box, Budget, Cut, Every, Formula, Some, denied
from csmcore.conditions.compiling import compile_condition
from csmcore.conditions.domains import LIST_OPERATORS, Domain, constants_of, domain_of
from csmcore.conditions.nodes import Atom
from csmcore.conditions.schema import FieldType
from csmcore.conditions.values import token

__all__ = ["FieldAxis", "field_axis"]

_PRESENT: Final = 0b10  # of an element's two points, absent and present
_EITHER: Final = 0b11
_READING: Final = 8  # steps for each constant: what it costs to find the values between them


@attrs.frozen
class FieldAxis:
    """The cases of a field are ``pairs``; ``points``, as bits, where a test holds, ``lists`` where it has elements."""

    name: str
    domain: Domain
    pairs: tuple[tuple[object, object], ...]
    points: Mapping[Atom, int]
    lists: int
    places: Mapping[Hashable, int]  # the axis of each element, by token

    def where(self, atom: Atom) -> Formula:
        """Where a test holds."""
        if atom.op not in LIST_OPERATORS:
            return self._cut(self.points[atom])
        wanted = (self.places.get(token(each)) for each in constants_of(atom))
        return Every((self._cut(self.lists), self._has_any(place for place in wanted if place is not None)))

    def law(self) -> Formula:
        """A list that is not empty has an element: where it can have no other, one of those that are looked for."""
        if self.domain.spare is not None or not self.lists:
            return Every(())
        return Some((denied(self._cut(self.lists)), self._has_any(self.places.values())))

    def values(self, box: Box) -> tuple[object, object]:
        """The values, now and before, of a box's simplest point."""
        left = box.get((self.name, 0), -1)
        now, before = self.pairs[(left & -left).bit_length() - 1]
        if now is None or now is not self.domain.a_list:
            return now, before
        places = enumerate(self.domain.elements, 1)
        found = tuple(each for place, each in places if box.get((self.name, place)) == _PRESENT) or now
        return found, found if before is now else before

    def _cut(self, points: int) -> Cut:
        return Cut((self.name, 0), points, (1 << len(self.pairs)) - 1)

    def _has_any(self, places: Iterable[int]) -> Some:
        return Some(tuple(Cut((self.name, place), _PRESENT, _EITHER) for place in places))


def field_axis(name: str, atoms: Sequence[Atom], type_: FieldType | None, budget: Budget, *, first: bool) -> FieldAxis:
    """The axis of a field on which all these tests can be told apart; on a first revision, or on a later one."""
    budget.spend(_READING * sum(len(constants_of(atom)) for atom in atoms))
    domain = domain_of(atoms, type_)
    tests = [atom for atom in atoms if atom.op not in LIST_OPERATORS]
    compiled = [compile_condition(atom) for atom in tests]
    pairs: dict[tuple[bool, ...], tuple[object, object]] = {}
    for now, before in _pairs(tests, domain, first=first):
        budget.spend(1 + len(tests))
        answers = [test({name: now}, {name: before}) for test in compiled]
        pairs.setdefault((*answers, now is not None and now is domain.a_list), (now, before))
    *points, lists = (_bits(column) for column in zip(*pairs, strict=True))
    places = {token(each): place for place, each in enumerate(domain.elements, 1)}
    return FieldAxis(name, domain, tuple(pairs.values()), dict(zip(tests, points, strict=True)), lists, places)


def _pairs(tests: Sequence[Atom], domain: Domain, *, first: bool) -> Iterator[tuple[object, object]]:
    """Values now and before: of the latter, tests see whether it is the same, and if not whether they ask for it."""
    asked = {token(atom.value) for atom in tests if atom.op == "changes_from"}
    origins = [each for each in domain.values if token(each) in asked]
    others = [each for each in domain.values if token(each) not in asked]
    may_change = any(atom.op.startswith("changes") for atom in tests)
    for now in domain.values:
        yield now, None if first else now
        if may_change and not first:
            yield from ((now, each) for each in origins if each is not now)
            yield from islice(((now, each) for each in others if each is not now), 1)


def _bits(column: Iterable[bool]) -> int:
    return sum(1 << place for place, holds in enumerate(column) if holds)
