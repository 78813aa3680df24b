"""A policy made ready to run: conditions as closures, calendars at hand."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

import attrs

from csmcore.calendars import BusinessCalendar, Calendar
from csmcore.conditions import Condition, Predicate, Record, compile_condition
from csmcore.model import DefinitionId, Goal, SlaDefinition, SupportPolicy

__all__ = ["CompiledDefinition", "Plan", "compile_policy"]


def _never(_now: Record, _before: Record | None) -> bool:
    """A definition without a condition for something never does it."""
    return False


def _always(_now: Record, _before: Record | None) -> bool:
    """A goal without a condition is for every case that no goal before it was for."""
    return True


@attrs.frozen(eq=False)
class CompiledDefinition:
    """One promise with its conditions as functions of the record now and before."""

    definition: SlaDefinition
    calendar: Calendar
    start: Predicate
    pause: Predicate
    resume: Predicate
    stop: Predicate
    cancel: Predicate
    reset: Predicate
    goals: tuple[tuple[Predicate, timedelta], ...]

    def goal(self, now: Record, before: Record | None) -> timedelta | None:
        """The first goal that the record fits."""
        return next((duration for fits, duration in self.goals if fits(now, before)), None)

    def is_run_by(self, record: Record) -> bool:
        """Whether the case's contract lets this definition run.

        A contractual one runs iff the contract or the entitlement names it; another iff the case has no contract, or its
        contract runs those too (ServiceNow's *process non-contractual SLAs*).
        """
        if self.definition.contractual:
            named = (record.get("contract.sla_definitions"), record.get("entitlement.sla_definitions"))
            return any(isinstance(ids, tuple | list) and self.definition.id in ids for ids in named)
        return record.get("contract") is None or record.get("contract.runs_non_contractual") is True


@attrs.frozen(eq=False)
class Plan:
    """A compiled policy. It pickles as the policy, and is compiled anew where it is needed."""

    policy: SupportPolicy
    definitions: Mapping[DefinitionId, CompiledDefinition]

    def __reduce__(self) -> tuple[Callable[[SupportPolicy], "Plan"], tuple[SupportPolicy]]:
        """Closures do not pickle; the policy does."""
        return (compile_policy, (self.policy,))


def compile_policy(policy: SupportPolicy) -> Plan:
    """The policy as a plan, which every rule about its promises takes. Compile once and share it."""
    around_the_clock = BusinessCalendar.always(policy.timezone)
    compiled = {
        definition.id: _compiled(definition, policy.calendars.get(definition.calendar or "", around_the_clock))
        for definition in policy.definitions
    }
    return Plan(policy, MappingProxyType(compiled))


def _compiled(definition: SlaDefinition, calendar: Calendar) -> CompiledDefinition:
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
    )


def _predicate(condition: Condition | None) -> Predicate:
    return _never if condition is None else compile_condition(condition)


def _goal(goal: Goal) -> tuple[Predicate, timedelta]:
    return (_always if goal.when is None else compile_condition(goal.when)), goal.duration
