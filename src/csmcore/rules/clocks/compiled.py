"""One promise made ready to run: its conditions as functions, and what they say of a record taken together."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import attrs

from csmcore.conditions import Condition, Predicate, Record, atoms_of, compile_condition, fields_of
from csmcore.model import CLOCK_CONDITIONS, SlaDefinition
from csmcore.rules.clocks.hours import Hours, Resolved

__all__ = ["CONTRACT", "CompiledDefinition", "Mark", "Verdict", "compiled_definition"]

CONTRACT = frozenset(
    {"contract", "contract.sla_definitions", "contract.runs_non_contractual", "entitlement.sla_definitions"}
)
"""What decides whether a contract lets a definition run."""

_EMPTINESS = frozenset({"is_empty", "is_not_empty"})
_MOST_MARKS = 1_000  # goals for which a definition keeps them
_ALL = 100  # percent
_MICROSECOND = timedelta(microseconds=1)


class Verdict(NamedTuple):
    """What the conditions of a definition say of a record, now and before. The contract is asked elsewhere.

    ``starts``: start and not stop (nor cancel). ``cancels``: as ``when_to_cancel`` has it. ``goal``: the number of the
    first that fits.
    """

    starts: bool
    stops: bool
    resets: bool
    cancels: bool
    pauses: bool
    resumes: bool
    goal: int | None

    def stands(self, *, was: bool) -> bool:
        """Whether a clock stands still after a revision. Pause and resume at once leave it as it was."""
        return was if self.pauses == self.resumes else self.pauses


class Mark(NamedTuple):
    """Something that happens by itself once so much of the goal is used up: a threshold by its label, or the breach."""

    used: timedelta
    label: str | None


def _quiet(record: Record) -> Record:
    """The record as it stands when nothing happens: without what was true of its own revision alone."""
    return {name: value for name, value in record.items() if not name.startswith("event.")}


@attrs.frozen(eq=False)
class CompiledDefinition:
    """A definition with its conditions compiled; ``number`` is its place in the policy.

    ``reads`` are the fields that it depends on. Where none of them has changed, a revision does nothing to it that the
    one before has not done. It is None where that is not so: some condition asks about a change or an event, or resets,
    or pauses are counted retroactively. What its conditions say depends on the record of now alone if it ``is_still``:
    then on the ``valued`` fields, and on whether the ``hollow`` ones are empty; ``dates`` are the fields of due
    dates. ``promises`` has for each goal the first that promises the same, ``fixed`` the hours where no case can have
    others; ``is_simple`` says that neither goal nor hours can ever change.
    """

    definition: SlaDefinition
    number: int
    hours: Hours
    predicates: Mapping[str, Predicate]
    fits: tuple[Predicate | None, ...]
    reads: frozenset[str] | None
    is_still: bool
    valued: frozenset[str]
    hollow: frozenset[str]
    dates: frozenset[str]
    promises: tuple[int, ...]
    fixed: Resolved | None
    is_simple: bool
    _marks: dict[timedelta, tuple[Mark, ...]] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def has_goal_for_all(self) -> bool:
        """Whether every case has a goal."""
        return self.fits[-1] is None

    def verdict(self, now: Record, before: Record | None) -> Verdict:
        """What the conditions say."""
        says = {name: holds(now, before) for name, holds in self.predicates.items()}
        start, stop, pause = says["start"], says.get("stop", False), says.get("pause", False)
        mode = self.definition.when_to_cancel
        cancel = mode == "cancel_met" and says.get("cancel", False)
        return Verdict(
            starts=start and not stop and not cancel,
            stops=stop,
            resets=says.get("reset", False),
            cancels=not start if mode == "start_not_met" else cancel,
            pauses=pause,
            resumes=says.get("resume", False) if self.definition.when_to_resume == "resume_met" else not pause,
            goal=next((index for index, fits in enumerate(self.fits) if fits is None or fits(now, before)), None),
        )

    def rises(self, before: Record | None) -> bool:
        """Whether a start that holds has only now come to hold; at a change or event it does each time."""
        if before is None:
            return True
        was = _quiet(before)
        return not self.predicates["start"](was, was)

    def marks(self, goal: timedelta) -> tuple[Mark, ...]:
        """What happens by itself under a goal, in order; a threshold before the breach of the same instant."""
        found = self._marks.get(goal)
        if found is None:
            found = self._all_marks(goal)
            if len(self._marks) < _MOST_MARKS:
                self._marks[goal] = found
        return found

    def _all_marks(self, goal: timedelta) -> tuple[Mark, ...]:
        marks = []
        for threshold in self.definition.thresholds:
            if threshold.percent is not None:
                used = -(-goal * threshold.percent // _ALL)
            elif threshold.before_due is not None:
                used = goal - threshold.before_due
            else:
                used = goal + (threshold.after_due or timedelta(0))
            marks.append(Mark(used, threshold.label))
        breach = goal if self.definition.on_time == "before" else goal + _MICROSECOND
        return tuple(sorted([*marks, Mark(breach, None)], key=lambda mark: (mark.used, mark.label is None)))


def compiled_definition(definition: SlaDefinition, number: int, hours: Hours) -> CompiledDefinition:
    """The definition, ready to run."""
    goals = definition.goals
    targets = [goal.target for goal in goals]
    conditions = {name: each for name in CLOCK_CONDITIONS if (each := getattr(definition, name)) is not None}
    asked = [*conditions.values(), *(goal.when for goal in goals if goal.when is not None)]
    atoms = [atom for condition in asked for atom in atoms_of(condition)]
    is_still = not any(atom.op.startswith("changes") for atom in atoms)
    compared = [atom for atom in atoms if atom.op not in _EMPTINESS]
    valued = frozenset(name for atom in compared for name in (atom.field, atom.other) if name is not None)
    sources = (*definition.calendar_source, *definition.timezone_source)
    own = {goal.calendar or definition.calendar for goal in goals}
    fixed = None if sources or len(own) > 1 else Resolved(own.pop(), None)
    return CompiledDefinition(
        definition=definition,
        number=number,
        hours=hours,
        predicates={name: compile_condition(condition) for name, condition in conditions.items()},
        fits=tuple(None if goal.when is None else compile_condition(goal.when) for goal in goals),
        reads=_reads(definition, asked) if is_still else None,
        is_still=is_still,
        valued=(valued | set(sources)) if is_still else frozenset(sources),
        hollow=frozenset(atom.field for atom in atoms) - valued if is_still else frozenset(),
        dates=frozenset(goal.due_field for goal in goals if goal.due_field is not None),
        promises=tuple(targets.index(target) for target in targets),
        fixed=fixed,
        is_simple=fixed is not None and len(goals) == 1 and goals[0].due_field is None,
    )


def _reads(definition: SlaDefinition, conditions: list[Condition]) -> frozenset[str] | None:
    fields = CONTRACT.union(definition.calendar_source, definition.timezone_source, *map(fields_of, conditions))
    fields |= {goal.due_field for goal in definition.goals if goal.due_field is not None}
    remembers = definition.reset is not None or definition.retroactive_pause
    return None if remembers or any(name.startswith("event.") for name in fields) else fields
