"""Whether a formula over independent axes has a point: exact search, by cutting a box.

A *box* says, for each axis, which of its finitely many points are still possible: a set as the bits of an integer. A
*cut* asks for a point of one axis to be in such a set. Because the axes are independent, a box with no empty axis
has a point, and so:

- what must hold narrows the box, and of alternatives only those remain that the box still allows;
- when nothing is left to hold, every point of the box is an answer;
- else one alternative is tried, and after it its denial. The two boxes share no point, so no point is visited twice and
  the search ends.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

import attrs

from csmcore.errors import LimitExceeded

__all__ = ["MAX_STEPS", "Axis", "Box", "Budget", "Cut", "Every", "Formula", "Some", "denied", "search"]

Axis: TypeAlias = tuple[str, int]
Box: TypeAlias = dict[Axis, int]

MAX_STEPS: Final = 4_000_000


@attrs.frozen
class Cut:
    """The point of an axis is one of ``points``, a part of the axis's ``whole``."""

    axis: Axis
    points: int
    whole: int


@attrs.frozen
class Every:
    """All parts hold."""

    parts: tuple["Formula", ...]


@attrs.frozen
class Some:
    """At least one part holds."""

    parts: tuple["Formula", ...]


Formula: TypeAlias = Cut | Every | Some


@attrs.define
class Budget:
    """The steps that a question may still take."""

    left: int = MAX_STEPS

    def spend(self, steps: int = 1) -> None:
        """Take steps. Raises LimitExceeded when there are no more."""
        self.left -= steps
        if self.left < 0:
            raise LimitExceeded("$", "steps of reasoning", MAX_STEPS, "ask about fewer conditions at once")


def denied(formula: Formula) -> Formula:
    """The formula that holds where this one does not."""
    if isinstance(formula, Cut):
        return Cut(formula.axis, formula.whole & ~formula.points, formula.whole)
    parts = tuple(denied(each) for each in formula.parts)
    return Some(parts) if isinstance(formula, Every) else Every(parts)


def search(goals: Sequence[Formula], budget: Budget) -> Box | None:
    """A box of which every point meets all goals; an axis that it does not name is free. None if no point does."""
    waiting: list[tuple[Box, list[Formula]]] = [({}, list(goals))]
    while waiting:
        box, pending = waiting.pop()
        choices = _narrow(box, pending, budget)
        if choices is None:
            continue
        if not choices:
            return box
        choice = min(choices, key=lambda each: len(each.parts))
        others: list[Formula] = [each for each in choices if each is not choice]
        first, rest = choice.parts[0], Some(choice.parts[1:])
        waiting.append((dict(box), [denied(first), rest, *others]))
        waiting.append((box, [first, *others]))
    return None


def _narrow(box: Box, goals: list[Formula], budget: Budget) -> list[Some] | None:
    """Cut the box to what the goals demand until it stays as it is; the choices left open, or None when it is empty."""
    while True:
        earlier = dict(box)
        choices = _cut(box, goals, budget)
        if choices is None or box == earlier:
            return choices
        goals = list[Formula](choices)


def _cut(box: Box, goals: list[Formula], budget: Budget) -> list[Some] | None:
    choices: list[Some] = []
    while goals:
        budget.spend()
        goal = goals.pop()
        if isinstance(goal, Cut):
            box[goal.axis] = box.get(goal.axis, goal.whole) & goal.points
            if not box[goal.axis]:
                return None
        elif isinstance(goal, Every):
            goals.extend(goal.parts)
        elif (left := _alternatives(goal, box, budget)) is not None:
            if not left:
                return None
            if len(left) == 1:
                goals.append(left[0])
            else:
                choices.append(Some(left))
    return choices


def _alternatives(goal: Some, box: Box, budget: Budget) -> tuple[Formula, ...] | None:
    """The parts that the box still allows; None when one of them holds in all of it."""
    left: list[Formula] = []
    for each in goal.parts:
        standing = _standing(each, box, budget)
        if standing:
            return None
        if standing is None:
            left.append(each)
    return tuple(left)


def _standing(formula: Formula, box: Box, budget: Budget) -> bool | None:
    """Whether a formula holds in all of a box (True), in none of it (False), or in some of it, for all that is seen."""
    budget.spend()
    if isinstance(formula, Cut):
        whole = box.get(formula.axis, formula.whole)
        left = whole & formula.points
        return (True if left == whole else None) if left else False
    decisive = isinstance(formula, Some)  # one part that holds decides a Some, one that does not an Every
    is_open = False
    for each in formula.parts:
        standing = _standing(each, box, budget)
        if standing is decisive:
            return decisive
        is_open = is_open or standing is None
    return None if is_open else not decisive
