"""A policy made ready to run: conditions as closures, calendars at hand."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

import attrs

from csmcore.calendars import BusinessCalendar, Calendar
from csmcore.conditions import Condition, Predicate, Record, atoms_of, compile_condition, field, fields_of, satisfiable
from csmcore.errors import InvalidValue, shown
from csmcore.model import DefinitionId, Goal, SlaClock, SlaDefinition, SupportPolicy

__all__ = ["CompiledDefinition", "Plan", "compile_policy"]

_CONTRACT = frozenset(
    {"contract", "contract.sla_definitions", "contract.runs_non_contractual", "entitlement.sla_definitions"}
)
"""What `CompiledDefinition.is_run_by` reads."""


def _never(_now: Record, _before: Record | None) -> bool:
    """A definition without a condition for something never does it."""
    return False


def _always(_now: Record, _before: Record | None) -> bool:
    """A goal without a condition is for every case that no goal before it was for."""
    return True


@attrs.frozen(eq=False)
class CompiledDefinition:
    """One promise with its conditions as functions of the record now and before.

    ``reads`` are the fields that it depends on. Where none of them has changed, a revision does nothing to it that the
    one before has not done. It is None where that is not so: some condition asks about a change or an event, or resets.
    """

    definition: SlaDefinition
    calendar: Calendar
    start: Predicate
    pause: Predicate
    resume: Predicate
    stop: Predicate
    cancel: Predicate
    reset: Predicate
    goals: tuple[tuple[Predicate, timedelta], ...]
    reads: frozenset[str] | None

    @property
    def has_goal_for_all(self) -> bool:
        """Whether every case has a goal."""
        return self.goals[-1][0] is _always

    def goal(self, now: Record, before: Record | None) -> timedelta | None:
        """The first goal that the record fits."""
        for fits, duration in self.goals:
            if fits(now, before):
                return duration
        return None

    def is_run_by(self, record: Record) -> bool:
        """Whether the case's contract lets this definition run.

        A contractual one runs iff the contract or the entitlement names it; another iff the case has no contract, or
        its contract runs those too (ServiceNow's *process non-contractual SLAs*).
        """
        if self.definition.contractual:
            named = (record.get("contract.sla_definitions"), record.get("entitlement.sla_definitions"))
            return any(isinstance(ids, tuple | list) and self.definition.id in ids for ids in named)
        return record.get("contract") is None or record.get("contract.runs_non_contractual") is True


@attrs.frozen(eq=False)
class Plan:
    """A compiled policy. It pickles as the policy, and is compiled anew where it is needed.

    ``reads`` are the fields whose change may matter to a definition that does not look at every revision.
    """

    policy: SupportPolicy
    definitions: Mapping[DefinitionId, CompiledDefinition]
    reads: frozenset[str]

    def definition(self, clock: SlaClock) -> CompiledDefinition:
        """The definition that a clock measures. Raises InvalidValue if the policy has none of that id."""
        found = self.definitions.get(clock.definition)
        if found is None:
            problem = f"{self.policy.name} {self.policy.version} has no definition {shown(clock.definition)}"
            raise InvalidValue("clock", problem, "use the policy that the clock was computed with")
        return found

    def __reduce__(self) -> tuple[Callable[[SupportPolicy], "Plan"], tuple[SupportPolicy]]:
        """Closures do not pickle; the policy does."""
        return (compile_policy, (self.policy,))


def compile_policy(policy: SupportPolicy) -> Plan:
    """The policy as a plan, which every rule about its promises takes. Compile once and share it.

    Raises InvalidValue for a start condition that holds only at the moment of a change, unless ``when_to_cancel`` says
    what ends its clock.
    """
    around_the_clock = BusinessCalendar.always(policy.timezone)
    compiled = {
        definition.id: _compiled(definition, policy.calendars.get(definition.calendar or "", around_the_clock))
        for definition in policy.definitions
    }
    reads = frozenset[str]().union(*(each.reads or () for each in compiled.values()))
    return Plan(policy, MappingProxyType(compiled), reads)


def _compiled(definition: SlaDefinition, calendar: Calendar) -> CompiledDefinition:
    if definition.when_to_cancel == "start_not_met" and not _may_last(definition.start):
        raise InvalidValue(
            f"$.definitions.{definition.id}.when_to_cancel",
            "`start` holds only at a change or event, so the next revision would cancel the clock",
            "write when_to_cancel = 'never' or 'cancel_met'",
        )
    return CompiledDefinition(
        definition=definition,
        calendar=calendar,
        start=compile_condition(definition.start),
        pause=_predicate(definition.pause),
        resume=_predicate(definition.resume),
        stop=_predicate(definition.stop),
        cancel=_predicate(definition.cancel if definition.when_to_cancel == "cancel_met" else None),
        reset=_predicate(definition.reset),
        goals=tuple(_goal(goal) for goal in definition.goals),
        reads=_reads(definition),
    )


def _reads(definition: SlaDefinition) -> frozenset[str] | None:
    named = (definition.start, definition.pause, definition.resume, definition.stop, definition.cancel)
    conditions = [each for each in (*named, *(goal.when for goal in definition.goals)) if each is not None]
    changing = any(atom.op.startswith("changes") for condition in conditions for atom in atoms_of(condition))
    fields = _CONTRACT.union(*map(fields_of, conditions))
    if changing or definition.reset is not None or any(name.startswith("event.") for name in fields):
        return None
    return fields


def _predicate(condition: Condition | None) -> Predicate:
    return _never if condition is None else compile_condition(condition)


def _goal(goal: Goal) -> tuple[Predicate, timedelta]:
    return (_always if goal.when is None else compile_condition(goal.when)), goal.duration


def _may_last(start: Condition) -> bool:
    """Whether a start condition can hold where nothing changes and nothing happens, or cannot hold at all."""
    names = fields_of(start)
    still = [~field(name).changes() for name in names]
    quiet = [field(name).is_empty() for name in names if name.startswith("event.")]
    try:
        return satisfiable(start, *still, *quiet, first=False) is not None or satisfiable(start) is None
    except InvalidValue:  # it compares fields, or is too large to decide: believed
        return True
