"""What conditions mean together, decided exactly: can they hold, does one follow from another, can both hold.

The constants of the conditions cut what a field can be into finitely many cases (``csmcore.conditions.domains``); each
case is a point of the field's axis (``csmcore.conditions.axes``), and conditions are formulas over independent axes,
which are searched by cutting a box (``csmcore.conditions.boxes``). That something can be is shown by a pair of records,
on which the compiled conditions say the same.

Records are those of the schema, or any records where it says nothing: without a schema ``x < 5`` and ``x >= 5`` both
fail on text. Conditions that compare two fields are refused (InvalidValue). A search takes at most four million steps,
about a second (LimitExceeded). To ask about a field that does not change, say so:
``satisfiable(condition, ~field("state").changes())``.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from csmcore.conditions.axes import FieldAxis, field_axis
from csmcore.conditions.boxes import Box, Budget, Every, Formula, Some, denied, search
from csmcore.conditions.nodes import AllOf, Atom, Condition, Not, atoms_of
from csmcore.conditions.schema import Schema
from csmcore.conditions.values import Record
from csmcore.errors import InvalidValue

__all__ = ["Verdict", "Witness", "disjoint", "equivalent", "implies", "satisfiable"]

_Goal: TypeAlias = tuple[Condition, bool]  # a condition, and whether it is to hold


@attrs.frozen
class Witness:
    """A record as it is now and as it was before; None before the first revision. A field that is not named is null."""

    now: Record
    before: Record | None


@attrs.frozen
class Verdict:
    """The answer to a question about all records: it holds, or here is a pair of records on which it fails."""

    counterexample: Witness | None

    @property
    def holds(self) -> bool:
        """Whether no records speak against it."""
        return self.counterexample is None

    def __bool__(self) -> bool:
        return self.holds


def satisfiable(*conditions: Condition, schema: Schema | None = None, first: bool | None = None) -> Witness | None:
    """Records on which all the conditions hold; None if there are none.

    ``first=True`` asks about first revisions only, ``False`` about later ones only.

    >>> from csmcore.conditions import field
    >>> satisfiable(field("priority") > 1, field("priority") < 3)
    Witness(now={'priority': 2}, before={'priority': 2})
    >>> satisfiable(field("priority") > 1, field("priority") < 2) is None
    True
    """
    return _solve([(each, True) for each in conditions], schema, first=first)


def implies(a: Condition, b: Condition, *, schema: Schema | None = None, first: bool | None = None) -> Verdict:
    """Whether the second condition holds wherever the first does.

    >>> from csmcore.conditions import field
    >>> implies(field("state").changes_to("open"), field("state") == "open").holds
    True
    >>> implies(field("state") == "open", field("state").changes_to("open")).counterexample
    Witness(now={'state': 'open'}, before={'state': 'open'})
    """
    return Verdict(_solve([(a, True), (b, False)], schema, first=first))


def disjoint(a: Condition, b: Condition, *, schema: Schema | None = None, first: bool | None = None) -> Verdict:
    """Whether the two conditions never hold together."""
    return Verdict(_solve([(a, True), (b, True)], schema, first=first))


def equivalent(a: Condition, b: Condition, *, schema: Schema | None = None, first: bool | None = None) -> Verdict:
    """Whether the two conditions hold on the same records."""
    one_way = implies(a, b, schema=schema, first=first)
    return implies(b, a, schema=schema, first=first) if one_way else one_way


def _solve(goals: Sequence[_Goal], schema: Schema | None, *, first: bool | None) -> Witness | None:
    if first is None:
        later = _solve(goals, schema, first=False)
        return _solve(goals, schema, first=True) if later is None else later
    budget = Budget()
    axes = {
        name: field_axis(name, tests, schema.type_of(name) if schema else None, budget, first=first)
        for name, tests in _tests(goals).items()
    }
    formulas = [_formula(condition, axes, holds=holds) for condition, holds in goals]
    box = search([*formulas, *(each.law() for each in axes.values())], budget)
    return None if box is None else _witness(axes, box, first=first)


def _tests(goals: Sequence[_Goal]) -> dict[str, list[Atom]]:
    """The tests of each field, in the order of their names."""
    found: dict[str, dict[Atom, None]] = {}
    for condition, _ in goals:
        for atom in atoms_of(condition):
            if atom.other is not None:
                problem = f"it compares two fields, {atom.field} and {atom.other}"
                raise InvalidValue("$", problem, "reasoning knows comparisons with constants only")
            found.setdefault(atom.field, {})[atom] = None
    return {name: list(atoms) for name, atoms in sorted(found.items())}


def _formula(condition: Condition, axes: Mapping[str, FieldAxis], *, holds: bool) -> Formula:
    if isinstance(condition, Atom):
        formula = axes[condition.field].where(condition)
        return formula if holds else denied(formula)
    if isinstance(condition, Not):
        return _formula(condition.condition, axes, holds=not holds)
    parts = tuple(_formula(each, axes, holds=holds) for each in condition.conditions)
    return Every(parts) if isinstance(condition, AllOf) is holds else Some(parts)


def _witness(axes: Mapping[str, FieldAxis], box: Box, *, first: bool) -> Witness:
    pairs = {name: each.values(box) for name, each in axes.items()}
    now = {name: value for name, (value, _) in pairs.items() if value is not None}
    before = {name: value for name, (_, value) in pairs.items() if value is not None}
    return Witness(now, None if first else before)
