"""The assignment part of a policy made ready to run: conditions as closures, rules and queues in their order."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import attrs

from csmcore.calendars import Calendar
from csmcore.conditions import Condition, Predicate, Record, check, compile_condition
from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    REVISION_SCHEMA,
    AssignmentPolicy,
    AssignmentRule,
    MatchingRule,
    Queue,
    RankedAgent,
    UserId,
)

__all__ = ["AssignmentPlan", "AssignmentStrategy", "compile_assignment"]

AssignmentStrategy: TypeAlias = Callable[[Record, Sequence[RankedAgent]], UserId | None]
"""A host's own way to choose: of the agents that fit, best first by the criteria, the id of one, or None."""

_NO_CALENDARS: Mapping[str, Calendar] = MappingProxyType({})
_NO_STRATEGIES: Mapping[str, AssignmentStrategy] = MappingProxyType({})


class PlannedRule(NamedTuple):
    """A rule, what says that it applies, and the rule by which it finds an agent."""

    rule: AssignmentRule
    tests: tuple[Predicate, ...]
    matching: MatchingRule | None


class PlannedQueue(NamedTuple):
    """A queue, what says that a case belongs there, and the rule that ranks its agents."""

    queue: Queue
    tests: tuple[Predicate, ...]
    matching: MatchingRule


@attrs.frozen(eq=False)
class AssignmentPlan:
    """A compiled assignment policy. It pickles as the policy, and is compiled anew where it is needed."""

    policy: AssignmentPolicy
    calendars: Mapping[str, Calendar]
    strategies: Mapping[str, AssignmentStrategy]
    rules: tuple[PlannedRule, ...]
    queues: tuple[PlannedQueue, ...]

    def rule_for(self, record: Record) -> PlannedRule | None:
        """The first rule that applies to a case."""
        return next((one for one in self.rules if all(test(record, None) for test in one.tests)), None)

    def queue_for(self, record: Record) -> PlannedQueue | None:
        """The first queue that a case belongs to."""
        return next((one for one in self.queues if all(test(record, None) for test in one.tests)), None)

    def strategy(self, rule: MatchingRule) -> AssignmentStrategy | None:
        """The host's way that a matching rule goes by; None where it goes by its criteria."""
        return _strategy_of(rule, self.strategies)

    def __reduce__(self) -> tuple[Callable[..., "AssignmentPlan"], tuple[object, ...]]:
        """Closures do not pickle; the policy does, and so do a host's strategies that are functions of a module."""
        return (compile_assignment, (self.policy, dict(self.calendars), dict(self.strategies)))


def compile_assignment(
    policy: AssignmentPolicy,
    calendars: Mapping[str, Calendar] = _NO_CALENDARS,
    strategies: Mapping[str, AssignmentStrategy] = _NO_STRATEGIES,
) -> AssignmentPlan:
    """The policy as a plan, which `assign` and the rules of queues take. Compile once and share it.

    ``calendars`` are the support policy's; ``strategies`` are the host's own ways to choose an agent, by the names that
    matching rules have for them (``host:nearest``, or ``nearest``). A condition of change is asked as of a first
    revision. Raises InvalidValue for a condition about what no revision has, for a queue's calendar that is not there,
    and for a strategy that the host does not bring.
    """
    for place, condition in policy.conditions:
        for found in check(condition, REVISION_SCHEMA):
            raise InvalidValue(f"$.{place}{found.path[1:]}", found.problem, found.hint)
    for place, name in policy.calendars:
        if name not in calendars:
            raise InvalidValue(f"$.{place}", f"no calendar {shown(name)}", "give it among `calendars`")
    matching = {rule.id: rule for rule in policy.matching}
    for rule in policy.matching:
        _strategy_of(rule, strategies)
    planned = []
    for each in sorted(policy.rules, key=_place):
        by = matching[each.matching] if each.matching is not None else None
        planned.append(PlannedRule(each, _tests(each.when, by.when if by else None), by))
    lines = []
    for queue in sorted(policy.queues, key=_place):
        by = matching[queue.matching] if queue.matching is not None else None
        tests = _tests(queue.when, by.when if by else None)
        lines.append(PlannedQueue(queue, tests, MatchingRule(id=queue.id) if by is None else by))
    return AssignmentPlan(
        policy,
        MappingProxyType(dict(calendars)),
        MappingProxyType(dict(strategies)),
        tuple(planned),
        tuple(lines),
    )


def _place(noun: AssignmentRule | Queue) -> tuple[int, str]:
    return noun.order, noun.id


def _tests(*conditions: Condition | None) -> tuple[Predicate, ...]:
    return tuple(compile_condition(condition) for condition in conditions if condition is not None)


def _strategy_of(rule: MatchingRule, strategies: Mapping[str, AssignmentStrategy]) -> AssignmentStrategy | None:
    name = rule.strategy
    if not name.startswith("host:"):
        return None
    found = strategies.get(name) or strategies.get(name.removeprefix("host:"))
    if found is None:
        hint = "give it to compile_assignment(..., strategies={...})"
        raise InvalidValue("strategies", f"the host has no strategy {shown(name)}", hint)
    return found
