"""Worked histories put to the engine: for every figure, what was expected and what it gives."""

from collections.abc import Iterator
from fractions import Fraction

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    DefinitionId,
    EventId,
    Revision,
    SlaClock,
    SlaReading,
    WorkedBook,
    WorkedClock,
    WorkedHistory,
)
from csmcore.rules import Plan, evaluate, read

__all__ = ["WorkedFigure", "check_worked"]

_MISSING = "no clock"


@attrs.frozen(kw_only=True)
class WorkedFigure:
    """One figure of one cycle of a worked history. ``cycle`` is 0 where a clock is missing or too many."""

    history: str
    definition: DefinitionId
    cycle: int
    name: str
    expected: object
    got: object

    @property
    def agrees(self) -> bool:
        """Whether it is as expected."""
        return self.expected == self.got


def check_worked(book: WorkedBook, plan: Plan) -> tuple[WorkedFigure, ...]:
    """Every figure that the histories expect under the plan, beside what the clocks read."""
    return tuple(figure for history in book.histories for figure in _checked(history, plan))


def _checked(history: WorkedHistory, plan: Plan) -> Iterator[WorkedFigure]:
    state = evaluate(plan, _revisions(history), history.as_of)
    clocks = {(clock.definition, clock.cycle): clock for clock in state.clocks}
    for index, wanted in enumerate(history.clocks):
        if wanted.definition not in plan.definitions:
            place = f"histories.{history.id}.clocks[{index}].definition"
            raise InvalidValue(place, f"the policy has no definition {shown(wanted.definition)}", "correct the name")
        clock = clocks.pop((wanted.definition, wanted.cycle), None)
        if clock is None:
            yield _figure(history, wanted, "stage", wanted.stage, _MISSING)
            continue
        reading = read(plan, clock, history.as_of)
        for name, expected in wanted.figures.items():
            yield _figure(history, wanted, name, _exact(name, expected), _got(name, reading))
    for clock in clocks.values():
        yield _figure(history, clock, "stage", _MISSING, clock.stage)


def _figure(
    history: WorkedHistory, clock: WorkedClock | SlaClock, name: str, expected: object, got: object
) -> WorkedFigure:
    return WorkedFigure(
        history=history.id, definition=clock.definition, cycle=clock.cycle, name=name, expected=expected, got=got
    )


def _revisions(history: WorkedHistory) -> Iterator[Revision]:
    """The revisions with all their fields."""
    fields: dict[str, object] = {}
    for number, row in enumerate(history.revisions, 1):
        fields = {name: value for name, value in fields.items() if not name.startswith("event.")} | dict(row.fields)
        known = {name: value for name, value in fields.items() if value is not None}
        yield Revision(row.at, number, EventId(f"{history.id}/{number}"), known)


def _exact(name: str, expected: object) -> object:
    return Fraction(expected) if name == "percent" and isinstance(expected, str) else expected


def _got(name: str, reading: SlaReading) -> object:
    return tuple(label for label, _ in reading.fired) if name == "fired" else getattr(reading, name)
