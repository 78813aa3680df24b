"""A policy made ready to run: conditions as closures, calendars at hand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import attrs

from csmcore.conditions import Predicate, Record, check, compile_condition
from csmcore.errors import InvalidValue, shown
from csmcore.model import REVISION_SCHEMA, DefinitionId, Reaction, SlaClock, SlaDefinition, SupportPolicy
from csmcore.rules.agreements.entitlement import NO_STRATEGIES, EntitlementStrategy, strategy_of
from csmcore.rules.cases.flows import BASE_FLOWS, Flows, compile_flows
from csmcore.rules.clocks.candidates import Candidates, bits
from csmcore.rules.clocks.compiled import CompiledDefinition, compiled_definition
from csmcore.rules.clocks.hours import Hours
from csmcore.rules.clocks.judging import Judge
from csmcore.rules.clocks.warnings import PromiseWarning, promise_warnings

__all__ = ["Plan", "compile_policy"]

_MOST_MASKS = 4_096  # sets of definitions that a plan keeps


@attrs.frozen(eq=False, slots=False)
class Plan:
    """A compiled policy. It pickles as the policy, and is compiled anew where it is needed."""

    policy: SupportPolicy
    definitions: Mapping[DefinitionId, CompiledDefinition]
    hours: Hours
    candidates: Candidates
    judge: Judge
    strategies: Mapping[str, EntitlementStrategy] = NO_STRATEGIES
    flows: Flows = BASE_FLOWS
    _some: dict[int, Sequence[CompiledDefinition]] = attrs.field(factory=dict, init=False, repr=False)

    def definition(self, clock: SlaClock) -> CompiledDefinition:
        """The definition that a clock measures. Raises InvalidValue if the policy has none of that id."""
        found = self.definitions.get(clock.definition)
        if found is None:
            problem = f"{self.policy.name} {self.policy.version} has no definition {shown(clock.definition)}"
            raise InvalidValue("clock", problem, "use the policy that the clock was computed with")
        return found

    @cached_property
    def warnings(self) -> tuple[PromiseWarning, ...]:
        """What is odd about the promises: it is worked out when it is first asked for."""
        return promise_warnings(self.policy)

    @cached_property
    def reactions(self) -> tuple[tuple[Reaction, Predicate], ...]:
        """What the policy wants done when clocks speak, each with the cases that it is for, as a test."""
        return tuple(
            (each, _every_case if each.when is None else compile_condition(each.when)) for each in self.policy.reactions
        )

    @cached_property
    def numbered(self) -> Sequence[CompiledDefinition]:
        """The definitions in the order of the policy."""
        return tuple(self.definitions.values())

    @cached_property
    def watchful(self) -> int:
        """Those that look at every revision, as bits."""
        return sum(1 << each.number for each in self.numbered if each.reads is None)

    @cached_property
    def retroactive(self) -> int:
        """Those that may have to remember pauses before they attach, as bits."""
        return sum(1 << each.number for each in self.numbered if each.definition.retroactive_pause)

    def some(self, mask: int) -> Sequence[CompiledDefinition]:
        """The definitions of these bits, in the order of the policy."""
        found = self._some.get(mask)
        if found is None:
            found = tuple(self.numbered[number] for number in bits(mask))
            if len(self._some) < _MOST_MASKS:
                self._some[mask] = found
        return found

    def __reduce__(self) -> tuple[Callable[..., "Plan"], tuple[object, ...]]:
        """Closures do not pickle; the policy does, and so do a host's strategies that are functions of a module."""
        return (compile_policy, (self.policy, dict(self.strategies)) if self.strategies else (self.policy,))


def compile_policy(policy: SupportPolicy, strategies: Mapping[str, EntitlementStrategy] = NO_STRATEGIES) -> Plan:
    """The policy as a plan, which every rule about its promises takes. Compile once and share it.

    ``strategies`` are the host's own ways to choose an entitlement, by the names that policies have for them
    (``host:nearest``, or ``nearest``). Raises InvalidValue for a condition about what no revision has, for a case
    type with a flow that cannot be, and for a policy that goes by a strategy which the host does not bring.
    """
    strategy_of(policy, strategies)
    _check_reactions(policy)
    hours = Hours.of(policy)
    compiled = {
        definition.id: _compiled(definition, number, hours) for number, definition in enumerate(policy.definitions)
    }
    candidates = Candidates.of(policy.definitions)
    judge = Judge.of(tuple(compiled.values()), candidates)
    flows, own = compile_flows(policy.case_types), MappingProxyType(dict(strategies))
    return Plan(policy, MappingProxyType(compiled), hours, candidates, judge, own, flows)


def _check_reactions(policy: SupportPolicy) -> None:
    for index, reaction in enumerate(policy.reactions):
        for found in () if reaction.when is None else check(reaction.when, REVISION_SCHEMA):
            raise InvalidValue(f"$.reactions[{index}].when{found.path[1:]}", found.problem, found.hint)


def _every_case(_: Record, __: Record | None) -> bool:
    return True


def _compiled(definition: SlaDefinition, number: int, hours: Hours) -> CompiledDefinition:
    for place, condition in definition.conditions:
        for found in check(condition, REVISION_SCHEMA):
            path = f"$.definitions.{definition.id}.{place}{found.path[1:]}"
            raise InvalidValue(path, found.problem, found.hint)
    return compiled_definition(definition, number, hours)
