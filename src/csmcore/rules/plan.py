"""A policy made ready to run: conditions as closures, calendars at hand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import attrs

from csmcore.conditions import Condition, Predicate, Record, atoms_of, compile_condition, field, fields_of, satisfiable
from csmcore.errors import InvalidValue, shown
from csmcore.model import CLOCK_CONDITIONS, DefinitionId, SlaClock, SlaDefinition, SupportPolicy
from csmcore.rules.candidates import Candidates
from csmcore.rules.hours import Hours

__all__ = ["CompiledDefinition", "Plan", "compile_policy", "quiet"]

_CONTRACT = frozenset(
    {"contract", "contract.sla_definitions", "contract.runs_non_contractual", "entitlement.sla_definitions"}
)
"""What decides whether a contract lets a definition run."""


def _never(_now: Record, _before: Record | None) -> bool:
    """A definition without a condition for something never does it."""
    return False


def _always(_now: Record, _before: Record | None) -> bool:
    """A goal without a condition is for every case that no goal before it was for."""
    return True


def quiet(record: Record) -> Record:
    """The record as it stands when nothing happens: without what was true of its own revision alone."""
    return {name: value for name, value in record.items() if not name.startswith("event.")}


@attrs.frozen(eq=False)
class CompiledDefinition:
    """One promise with its conditions as functions of the record now and before; ``number`` is its place in the policy.

    ``reads`` are the fields that it depends on. Where none of them has changed, a revision does nothing to it that the
    one before has not done. It is None where that is not so: some condition asks about a change or an event, or resets,
    or pauses are counted retroactively. ``promises`` has for each goal the first that promises the same; ``chooses``
    says whether goal or hours can be others at another revision.
    """

    definition: SlaDefinition
    number: int
    hours: Hours
    start: Predicate
    pause: Predicate
    resume: Predicate
    stop: Predicate
    cancel: Predicate
    reset: Predicate
    fits: tuple[Predicate, ...]
    reads: frozenset[str] | None
    promises: tuple[int, ...]
    chooses: bool

    @property
    def has_goal_for_all(self) -> bool:
        """Whether every case has a goal."""
        return self.fits[-1] is _always

    def goal(self, now: Record, before: Record | None) -> int | None:
        """The number of the first goal that the record fits."""
        for index, fits in enumerate(self.fits):
            if fits(now, before):
                return index
        return None

    def starts(self, now: Record, before: Record | None) -> bool:
        """Whether a clock may attach, as far as its conditions go."""
        return self.start(now, before) and not self.stop(now, before) and not self.cancel(now, before)

    def rises(self, before: Record | None) -> bool:
        """Whether a start that holds has only now come to hold; at a change or event it does each time."""
        if before is None:
            return True
        was = quiet(before)
        return not self.start(was, was)

    def pauses(self, now: Record, before: Record | None, *, is_paused: bool) -> bool:
        """Whether a clock stands still after a revision. Pause and resume at once leave it as it was."""
        pauses = self.pause(now, before)
        resumes = self.resume(now, before) if self.definition.when_to_resume == "resume_met" else not pauses
        return is_paused if pauses == resumes else pauses


@attrs.frozen(eq=False, slots=False)
class Plan:
    """A compiled policy. It pickles as the policy, and is compiled anew where it is needed.

    ``reads`` are the fields whose change may matter to a definition that does not look at every revision.
    """

    policy: SupportPolicy
    definitions: Mapping[DefinitionId, CompiledDefinition]
    hours: Hours
    candidates: Candidates
    reads: frozenset[str]

    def definition(self, clock: SlaClock) -> CompiledDefinition:
        """The definition that a clock measures. Raises InvalidValue if the policy has none of that id."""
        found = self.definitions.get(clock.definition)
        if found is None:
            problem = f"{self.policy.name} {self.policy.version} has no definition {shown(clock.definition)}"
            raise InvalidValue("clock", problem, "use the policy that the clock was computed with")
        return found

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

    @cached_property
    def readers(self) -> Mapping[str, int]:
        """For each field the definitions that its change may matter to, as bits."""
        pairs = [(name, each.number) for each in self.numbered for name in each.reads or ()]
        return {name: sum(1 << number for other, number in pairs if other == name) for name in sorted(self.reads)}

    def __reduce__(self) -> tuple[Callable[[SupportPolicy], "Plan"], tuple[SupportPolicy]]:
        """Closures do not pickle; the policy does."""
        return (compile_policy, (self.policy,))


def compile_policy(policy: SupportPolicy) -> Plan:
    """The policy as a plan, which every rule about its promises takes. Compile once and share it.

    Raises InvalidValue for a start condition that holds only at the moment of a change, unless ``when_to_cancel`` says
    what ends its clock.
    """
    hours = Hours.of(policy)
    compiled = {
        definition.id: _compiled(definition, number, hours) for number, definition in enumerate(policy.definitions)
    }
    reads = frozenset[str]().union(*(each.reads or () for each in compiled.values()))
    return Plan(policy, MappingProxyType(compiled), hours, Candidates.of(policy.definitions), reads)


def _compiled(definition: SlaDefinition, number: int, hours: Hours) -> CompiledDefinition:
    if (
        definition.start is not None
        and definition.when_to_cancel == "start_not_met"
        and not _may_last(definition.start)
    ):
        raise InvalidValue(
            f"$.definitions.{definition.id}.when_to_cancel",
            "`start` holds only at a change or event, so the next revision would cancel the clock",
            "write when_to_cancel = 'never' or 'cancel_met'",
        )
    goals = definition.goals
    targets = [goal.target for goal in goals]
    sources = (*definition.calendar_source, *definition.timezone_source)
    return CompiledDefinition(
        definition=definition,
        number=number,
        hours=hours,
        start=_predicate(definition.start),
        pause=_predicate(definition.pause),
        resume=_predicate(definition.resume),
        stop=_predicate(definition.stop),
        cancel=_predicate(definition.cancel if definition.when_to_cancel == "cancel_met" else None),
        reset=_predicate(definition.reset),
        fits=tuple(_always if goal.when is None else compile_condition(goal.when) for goal in goals),
        reads=_reads(definition),
        promises=tuple(targets.index(target) for target in targets),
        chooses=len(goals) > 1 or goals[0].due_field is not None or bool(sources),
    )


def _reads(definition: SlaDefinition) -> frozenset[str] | None:
    named = [getattr(definition, name) for name in CLOCK_CONDITIONS]
    conditions = [each for each in (*named, *(goal.when for goal in definition.goals)) if each is not None]
    changing = any(atom.op.startswith("changes") for condition in conditions for atom in atoms_of(condition))
    fields = _CONTRACT.union(definition.calendar_source, definition.timezone_source, *map(fields_of, conditions))
    fields |= {goal.due_field for goal in definition.goals if goal.due_field is not None}
    remembers = definition.reset is not None or definition.retroactive_pause
    return None if changing or remembers or any(name.startswith("event.") for name in fields) else fields


def _predicate(condition: Condition | None) -> Predicate:
    return _never if condition is None else compile_condition(condition)


def _may_last(start: Condition) -> bool:
    """Whether a start condition can hold where nothing changes and nothing happens, or cannot hold at all."""
    names = fields_of(start)
    still = [~field(name).changes() for name in names]
    quiet_ones = [field(name).is_empty() for name in names if name.startswith("event.")]
    try:
        return satisfiable(start, *still, *quiet_ones, first=False) is not None or satisfiable(start) is None
    except InvalidValue:  # it compares fields, or is too large to decide: believed
        return True
