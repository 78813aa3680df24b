"""Promises that load but cannot do what they say: found by reasoning about their conditions, each shown or proved.

A warning carries a *witness*, a pair of records on which it can be seen, or a *conflict*, a smallest set of conditions
that cannot hold together. Conditions that compare two fields are beyond the reasoning: what needs them is not asked.
"""

from collections.abc import Iterator, Sequence

import attrs

from csmcore.calendars import Calendar
from csmcore.conditions import AllOf, AnyOf, Condition, Not, Witness, atoms_of, field, fields_of, satisfiable, sentence
from csmcore.errors import InvalidValue
from csmcore.model import REVISION_SCHEMA, DefinitionId, SlaDefinition, SupportPolicy

__all__ = ["PromiseWarning", "promise_warnings"]


@attrs.frozen
class PromiseWarning:
    """Something about a promise that is probably not meant.

    With a conflict: ``never_starts``, ``never_stops`` (its stop cannot hold), ``always_paused``, ``never_pauses``,
    ``never_resumes``, ``never_resets``, ``unreachable_goal``. With a witness: ``never_stops`` (it has no stop),
    ``no_goal`` (a case that starts without one), ``no_date`` (one without the date of a ``due_field``),
    ``resets_always`` (nothing changes, and it is reset), ``stays_active`` (a closed or cancelled case whose clock no
    rule ends). Plain to see: ``unused_cancel`` and ``unused_resume`` (a condition that its mode does not read),
    ``missing_cancel`` and ``missing_resume`` (a mode that asks for none there is), ``reset_by_goal`` (what resets it
    may give it the next cycle's goal first), ``early_threshold`` (it fires at the start), ``unused_timezone_source``.
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
    return tuple(warning for definition in policy.definitions for warning in _Reasoning(policy, definition).warnings())


@attrs.frozen
class _Reasoning:
    """About one definition."""

    policy: SupportPolicy
    definition: SlaDefinition

    def warnings(self) -> Iterator[PromiseWarning]:
        """All that is odd about it."""
        yield from self._modes()
        yield from self._settings()
        whens = [goal.when for goal in self.definition.goals if goal.when is not None]
        every = len(whens) < len(self.definition.goals)
        starting = (*self._starting(), *([] if every else [_any(whens)]))
        if self._found(*starting) is None:
            yield self._proved("never_starts", "it can never start", starting)
            return
        yield from self._ends()
        yield from self._pauses()
        yield from self._goals()
        yield from self._dates()
        if self.definition.reset is not None:
            yield from self._resets(self.definition.reset)

    def _modes(self) -> Iterator[PromiseWarning]:
        definition = self.definition
        for name, mode, wanted in (
            ("cancel", definition.when_to_cancel, "cancel_met"),
            ("resume", definition.when_to_resume, "resume_met"),
        ):
            is_given = getattr(definition, name) is not None
            if is_given and mode != wanted:
                text = f"its {name} condition is never read; write when_to_{name} = '{wanted}', or leave it out"
                yield PromiseWarning(definition.id, f"unused_{name}", text)
            elif mode == wanted and not is_given:
                text = f"when_to_{name} = '{wanted}' asks for a {name} condition; write {name} = ..."
                yield PromiseWarning(definition.id, f"missing_{name}", text)

    def _settings(self) -> Iterator[PromiseWarning]:
        """What can be seen without reasoning."""
        definition, goals = self.definition, self.definition.goals
        chosen_by = {name for goal in goals if goal.when is not None for name in fields_of(goal.when)}
        chosen_by |= {goal.due_field for goal in goals if goal.due_field is not None}
        is_carried = definition.on_goal_change in {"carry", "restart"}
        if definition.reset is not None and is_carried and chosen_by.intersection(fields_of(definition.reset)):
            text = "its goal is chosen again before it is reset, so that a cycle may end by the goal of the next"
            yield PromiseWarning(definition.id, "reset_by_goal", f"{text}; write on_goal_change = 'keep'")
        longest = max((goal.duration for goal in goals if goal.duration is not None), default=None)
        for threshold in definition.thresholds:
            before = threshold.before_due
            if before is not None and longest is not None and before >= longest and len(goals) == self._durations:
                text = f"its threshold {threshold.label} fires at the start: no goal is longer"
                yield PromiseWarning(definition.id, "early_threshold", text)
        own = {name for _, name in definition.calendars}
        floats = any(_floats(self.policy.calendars[name]) for name in own) or definition.calendar is None
        if definition.timezone_source and not floats and not definition.calendar_source:
            text = "its timezone_source is never asked: no calendar of it is floating"
            yield PromiseWarning(definition.id, "unused_timezone_source", f"{text}; write floating = true in one")

    @property
    def _durations(self) -> int:
        return sum(goal.duration is not None for goal in self.definition.goals)

    def _ends(self) -> Iterator[PromiseWarning]:
        stop = self.definition.stop
        if stop is None:
            yield from self._shown("never_stops", "it has no stop, so it is never completed", *self._starting())
        elif self._found(stop, first=False) is None:
            yield self._proved("never_stops", "its stop can never hold once it runs", (stop,), first=False)
        ends = (stop, self._cancel, self.definition.start)
        if all(_is_still(condition) for condition in ends if condition is not None):
            over = field("state").is_in("closed", "cancelled")
            text = "its clock can stay active on a case that is closed or cancelled"
            yield from self._shown("stays_active", text, over, *self._going_on(), *self._quiet())

    def _pauses(self) -> Iterator[PromiseWarning]:
        definition = self.definition
        if definition.pause is None:
            return
        resume = definition.resume if definition.when_to_resume == "resume_met" else None
        running = Not(definition.pause) if resume is None else AnyOf((Not(definition.pause), resume))
        if self._found(*self._starting(), running) is None:
            yield self._proved("always_paused", "whenever it starts it is paused", (*self._starting(), running))
        if self._found(*self._going_on(), definition.pause) is None:
            text = "it is never paused: what would pause it ends it"
            yield self._proved("never_pauses", text, (*self._going_on(), definition.pause))
        if resume is not None:
            goes_on = (*self._going_on(), resume, Not(definition.pause))
            if self._found(*goes_on, first=False) is None:
                text = "once paused it never goes on: its resume cannot hold while it is active and not to be paused"
                yield self._proved("never_resumes", text, goes_on, first=False)

    def _goals(self) -> Iterator[PromiseWarning]:
        """Cases without a goal, and goals without a case."""
        earlier: list[Condition] = []
        for index, goal in enumerate(self.definition.goals):
            reached = (*earlier, *([goal.when] if goal.when is not None else []))
            if len(earlier) < index:
                text = f"goal {index + 1} is for no case: a goal before it is for every one"
                yield PromiseWarning(self.definition.id, "unreachable_goal", text)
            elif reached and self._found(*reached, *self._going_on()) is None:
                text = f"goal {index + 1} is for no case: those before it leave it none"
                yield self._proved("unreachable_goal", text, (*reached, *self._going_on()))
            earlier += [Not(goal.when)] if goal.when is not None else []
        if len(earlier) == len(self.definition.goals):
            yield from self._shown("no_goal", "no goal is for some cases that start it", *self._starting(), *earlier)

    def _resets(self, reset: Condition) -> Iterator[PromiseWarning]:
        again = (reset, *self._starting())
        if self._found(*again, first=False) is None:
            yield self._proved("never_resets", "its reset can never hold where it could begin anew", again, first=False)
        text = "its reset can hold although nothing changes: it is reset at every revision"
        yield from self._shown("resets_always", text, *self._starting(), reset, *self._quiet())

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

    def _proved(
        self, code: str, text: str, conditions: Sequence[Condition], *, first: bool | None = None
    ) -> PromiseWarning:
        """With the smallest part of the conditions that cannot hold: none of it can be left out."""
        kept = list(conditions)
        for condition in conditions:
            without = [each for each in kept if each is not condition]
            if without and self._found(*without, first=first) is None:
                kept = without
        return PromiseWarning(self.definition.id, code, text, conflict=tuple(kept))

    def _found(self, *conditions: Condition, first: bool | None = None) -> Witness | bool | None:
        """Records on which all hold; None if there are none, True if that is beyond the reasoning."""
        try:
            return satisfiable(*conditions, schema=REVISION_SCHEMA, first=first)
        except InvalidValue:  # it compares fields, or is too large to decide
            return True


def _any(conditions: Sequence[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))


def _is_still(condition: Condition) -> bool:
    """Whether a condition asks about no change and no event."""
    return not any(atom.op.startswith("changes") or atom.field.startswith("event.") for atom in atoms_of(condition))


def _floats(calendar: Calendar) -> bool:
    """Whether a calendar is another one in some zone."""
    return any(calendar.in_zone(timezone) is not calendar for timezone in ("UTC", "Asia/Tokyo"))


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
