"""Promises that load but cannot do what they say: found by reasoning about their conditions, each shown or proved.

A warning carries a *witness*, a pair of records on which it can be seen, or a *conflict*, a smallest set of conditions
that cannot hold together. Conditions that compare two fields are beyond the reasoning: what needs them is not asked.
"""

from collections.abc import Iterator, Sequence

import attrs

from csmcore.conditions import AllOf, AnyOf, Condition, Not, Witness, field, fields_of, satisfiable, sentence
from csmcore.errors import InvalidValue
from csmcore.model import REVISION_SCHEMA, DefinitionId, SlaDefinition, SupportPolicy

__all__ = ["PromiseWarning", "promise_warnings"]


@attrs.frozen
class PromiseWarning:
    """Something about a promise that is probably not meant.

    Codes: ``never_starts`` (conflict), ``never_stops`` (witness: it starts; or the conflict in its stop),
    ``always_paused`` (conflict: it starts and does not stand still), ``never_pauses`` (conflict), ``no_goal`` (witness:
    a case that starts without one), ``no_date`` (witness: one without the date of a ``due_field``), ``resets_always``
    (witness: nothing changes, and it is reset), ``stays_active`` (witness: a closed or cancelled case whose clock no
    rule ends), ``unused_cancel`` and ``unused_resume`` (a condition that its mode does not read), ``missing_cancel``
    and ``missing_resume`` (a mode that asks for none there is).
    """

    definition: DefinitionId
    code: str
    text: str
    witness: Witness | None = None
    conflict: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        """The promise, what is odd about it, and what shows it."""
        told = f"{self.definition}: {self.text}"
        if self.conflict:
            return f"{told} ({' / '.join(map(sentence, self.conflict))})"
        if self.witness is None:
            return told
        return (
            f"{told} (such as {', '.join(f'{name} {value}' for name, value in self.witness.now.items()) or 'any case'})"
        )


def promise_warnings(policy: SupportPolicy) -> tuple[PromiseWarning, ...]:
    """What is odd about the policy's promises. A policy with warnings runs all the same."""
    return tuple(warning for definition in policy.definitions for warning in _Reasoning(definition).warnings())


@attrs.frozen
class _Reasoning:
    """About one definition."""

    definition: SlaDefinition

    def warnings(self) -> Iterator[PromiseWarning]:
        """All that is odd about it."""
        yield from self._modes()
        if self._found(*self._starting()) is None:
            yield self._proved("never_starts", "it can never start", self._starting())
            return
        yield from self._ends()
        yield from self._pauses()
        yield from self._dates()
        unpromised = [Not(goal.when) for goal in self.definition.goals if goal.when is not None]
        if len(unpromised) == len(self.definition.goals):
            yield from self._shown("no_goal", "no goal is for some cases that start it", *self._starting(), *unpromised)
        if self.definition.reset is not None:
            text = "its reset can hold although nothing changes: it is reset at every revision"
            yield from self._shown("resets_always", text, *self._starting(), self.definition.reset, *self._quiet())

    def _modes(self) -> Iterator[PromiseWarning]:
        definition = self.definition
        for name, mode, wanted in (
            ("cancel", definition.when_to_cancel, "cancel_met"),
            ("resume", definition.when_to_resume, "resume_met"),
        ):
            if (getattr(definition, name) is not None) is not (mode == wanted):
                is_unused = mode != wanted
                text = f"its {name} condition is never read" if is_unused else f"{wanted} asks for a {name} condition"
                hint = f"; write when_to_{name} = '{wanted}', or leave it out" if is_unused else ""
                yield PromiseWarning(definition.id, f"{'unused' if is_unused else 'missing'}_{name}", text + hint)

    def _ends(self) -> Iterator[PromiseWarning]:
        stop = self.definition.stop
        if stop is None:
            yield from self._shown("never_stops", "it has no stop, so it is never completed", *self._starting())
        elif self._found(stop) is None:
            yield self._proved("never_stops", "its stop can never hold", (stop,))
        over = field("state").is_in("closed", "cancelled")
        text = "its clock can stay active on a case that is closed or cancelled"
        yield from self._shown("stays_active", text, over, *self._going_on(), *self._quiet())

    def _pauses(self) -> Iterator[PromiseWarning]:
        definition = self.definition
        if definition.pause is None:
            return
        running = Not(definition.pause)
        if self._found(*self._starting(), running) is None:
            yield self._proved("always_paused", "whenever it starts it is paused", (*self._starting(), running))
        if self._found(*self._going_on(), definition.pause) is None:
            text = "it is never paused: what would pause it ends it"
            yield self._proved("never_pauses", text, (*self._going_on(), definition.pause))

    def _dates(self) -> Iterator[PromiseWarning]:
        """Cases that start without the date that was to be agreed on: they are late after a second."""
        for index, goal in enumerate(self.definition.goals):
            if goal.due_field is not None:
                earlier = [Not(each.when) for each in self.definition.goals[:index] if each.when is not None]
                chosen = [*earlier, *([goal.when] if goal.when is not None else [])]
                if len(earlier) == index:
                    undated = field(goal.due_field).is_empty()
                    text = f"a case that starts it may have no {goal.due_field}, and is late after a second"
                    yield from self._shown("no_date", text, *self._starting(), *chosen, undated)

    def _starting(self) -> tuple[Condition, ...]:
        """What must hold where it attaches."""
        definition = self.definition
        return (*_parts(definition.start), *_denied(definition.stop), *_denied(self._cancel))

    def _going_on(self) -> tuple[Condition, ...]:
        """What must hold where an active clock neither completes nor is cancelled."""
        by_start = self.definition.when_to_cancel == "start_not_met"
        kept = _parts(self.definition.start) if by_start else _denied(self._cancel)
        return (*kept, *_denied(self.definition.stop))

    @property
    def _cancel(self) -> Condition | None:
        return self.definition.cancel if self.definition.when_to_cancel == "cancel_met" else None

    def _quiet(self) -> tuple[Condition, ...]:
        """Nothing changes and nothing happens."""
        named = [getattr(self.definition, name) for name in ("start", "stop", "cancel", "reset")]
        names = {name for condition in named if condition is not None for name in fields_of(condition)} | {"state"}
        still = [Not(field(name).changes()) for name in sorted(names)]
        return (*still, *(field(name).is_empty() for name in sorted(names) if name.startswith("event.")))

    def _shown(self, code: str, text: str, *conditions: Condition) -> Iterator[PromiseWarning]:
        found = self._found(*conditions)
        if isinstance(found, Witness):
            yield PromiseWarning(self.definition.id, code, text, found)

    def _proved(self, code: str, text: str, conditions: Sequence[Condition]) -> PromiseWarning:
        """With the smallest part of the conditions that cannot hold: none of it can be left out."""
        kept = list(conditions)
        for condition in conditions:
            without = [each for each in kept if each is not condition]
            if without and self._found(*without) is None:
                kept = without
        return PromiseWarning(self.definition.id, code, text, conflict=tuple(kept))

    def _found(self, *conditions: Condition) -> Witness | bool | None:
        """Records on which all hold; None if there are none, True if that is beyond the reasoning."""
        try:
            return satisfiable(*conditions, schema=REVISION_SCHEMA)
        except InvalidValue:  # it compares fields, or is too large to decide
            return True


def _parts(condition: Condition | None) -> tuple[Condition, ...]:
    """The conditions that one is made of, where they all must hold."""
    if condition is None:
        return ()
    return condition.conditions if isinstance(condition, AllOf) else (condition,)


def _denied(condition: Condition | None) -> tuple[Condition, ...]:
    """That a condition does not hold, in parts."""
    if condition is None:
        return ()
    if isinstance(condition, AnyOf):
        return tuple(map(Not, condition.conditions))
    return (condition.condition,) if isinstance(condition, Not) else (Not(condition),)
