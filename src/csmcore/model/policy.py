"""All that a vendor decides, as one versioned value."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.calendars import Calendar
from csmcore.errors import CalendarExhausted, InvalidValue, shown
from csmcore.model.alert import ProactivePolicy
from csmcore.model.assignment import AssignmentPolicy
from csmcore.model.case_policy import CasePolicy
from csmcore.model.case_type import BASE_TYPE, CaseType
from csmcore.model.escalation import EscalationPolicy
from csmcore.model.fields import is_id, within
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.goals import Goal
from csmcore.model.major_policy import MajorCasePolicy
from csmcore.model.measures import MEASURES, Measure
from csmcore.model.periods import is_zone
from csmcore.model.plain_form import digest_of
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.reaction import Reaction
from csmcore.model.sla import CUSTOM, SlaDefinition

__all__ = [
    "BUSINESS_MODELS",
    "DEFAULT_MATRIX",
    "ENTITLEMENT_STRATEGIES",
    "BusinessModel",
    "EntitlementPolicy",
    "PriorityMatrix",
    "SupportPolicy",
]

ENTITLEMENT_STRATEGIES = ("additive", "precedence", "explicit_order")
BusinessModel: TypeAlias = Literal["b2b", "b2c", "b2b2c"]
BUSINESS_MODELS: tuple[BusinessModel, ...] = get_args(BusinessModel)
PriorityMatrix: TypeAlias = Mapping[str, int]

DEFAULT_MATRIX: PriorityMatrix = FrozenMapping(
    {"1/1": 1, "1/2": 2, "2/1": 2, "1/3": 3, "2/2": 3, "3/1": 3, "2/3": 4, "3/2": 4, "3/3": 4}
)
"""Priority by ``impact/urgency``: ServiceNow's sample matrix, with low and low as 4 for cases."""

_ACCOUNTS_OR_CONSUMERS: frozenset[BusinessModel] = frozenset({"b2b", "b2c"})
_NO_MEASURES: Mapping[str, Measure] = FrozenMapping()
_NO_TYPES: Mapping[str, CaseType] = FrozenMapping()
_USUAL = CasePolicy()
_NO_ESCALATION = EscalationPolicy()
_NO_ASSIGNMENT = AssignmentPolicy()
_NOT_PROACTIVE = ProactivePolicy()
_USUAL_MAJOR = MajorCasePolicy()
_OF_HOST = "host:"
_LOWEST = 5  # of priorities
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
"""The years in which every calendar must hold the goals that are measured by it."""
_GRADES = frozenset(f"{impact}/{urgency}" for impact in (1, 2, 3) for urgency in (1, 2, 3))


def _is_matrix(_: object, field: "attrs.Attribute[Any]", matrix: PriorityMatrix) -> None:
    """Priorities 1 to 5 by ``impact/urgency``, each 1 to 3; some may be left out."""
    for grades, priority in matrix.items():
        place = f"{field.name}.{grades}"
        if grades not in _GRADES:
            raise InvalidValue(place, f"{shown(grades)} is no impact and urgency", "write '1/1' to '3/3'")
        if not 1 <= priority <= _LOWEST:
            raise InvalidValue(place, f"{shown(priority)} is no priority", "write 1 to 5")


def _is_strategy(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """One of the built-in strategies, or ``host:`` and the name of one that the host brings."""
    if value not in ENTITLEMENT_STRATEGIES and not (value.startswith(_OF_HOST) and value.removeprefix(_OF_HOST)):
        known = ", ".join(ENTITLEMENT_STRATEGIES)
        raise InvalidValue(field.name, f"{shown(value)} is not one of {known}", "choose one, or write host:<name>")


def _today(strategy: str) -> str:
    """The strategy by the name that it has today: ``additive`` was once called ``weights``."""
    return "additive" if strategy == "weights" else strategy


@attrs.frozen(kw_only=True)
class EntitlementPolicy:
    """How entitlements are chosen.

    ``additive``: by the sum of the weights of what matched; ``precedence``: by the heaviest match, then the next;
    ``explicit_order``: by their own ``order``, then as additive; ``host:<name>``: by a function that the host gives to
    `csmcore.rules.compile_policy`. With ``inherit_from_parent_accounts`` an ancestor's entitlements and contracts count
    too; with ``require_covered_asset`` a contract must cover what the case is about even where the case names it.
    """

    strategy: str = attrs.field(default="additive", converter=_today, validator=_is_strategy)
    inherit_from_parent_accounts: bool = False
    require_covered_asset: bool = False


@attrs.frozen(kw_only=True, slots=False, hash=False)
class SupportPolicy:
    """What a vendor promises and how it works, immutable. Customers, assets and contracts are facts, never policy.

    ``timezone`` is the vendor's own, where nothing nearer names one. ``reopen_window_days`` is 0 where closed is final.
    ``business_models`` say whom a case may be for: an account (``b2b``), a consumer (``b2c``), or a consumer who came
    by an account, which the case names too (``b2b2c``, for which ``allows_account_with_consumer`` is an older word).
    ``case_types`` are the kinds of case beside the base one. ``cases`` says how cases are worked, ``assignment`` who
    is given them, ``major_cases`` what major ones do to their children, ``escalation`` who escalates how, ``reactions``
    what is done when clocks speak, ``proactive`` what when machines do. ``measures`` are its own, beside the built-in
    ones; its ``definitions`` have what their measures say. Raises InvalidValue where a definition names no calendar or
    measure there is, or has a goal that its calendar does not hold in the ten years from 2020, where a rule names what
    there is not, and where two have one id.
    """

    name: str = attrs.field(validator=is_id)
    version: str = attrs.field(validator=is_id)
    timezone: str = attrs.field(default="UTC", validator=is_zone)
    calendars: Mapping[str, Calendar] = attrs.field(factory=dict, converter=frozen)
    measures: Mapping[str, Measure] = attrs.field(default=_NO_MEASURES, converter=frozen)
    definitions: tuple[SlaDefinition, ...] = ()
    priority_matrix: PriorityMatrix = attrs.field(default=DEFAULT_MATRIX, converter=frozen, validator=_is_matrix)
    entitlements: EntitlementPolicy = EntitlementPolicy()
    reopen_window_days: int = attrs.field(default=0, validator=within(0, 36_525))
    business_models: frozenset[BusinessModel] = attrs.field(default=_ACCOUNTS_OR_CONSUMERS)
    allows_account_with_consumer: bool = False
    cases: CasePolicy = attrs.field(default=_USUAL)
    escalation: EscalationPolicy = attrs.field(default=_NO_ESCALATION)
    reactions: tuple[Reaction, ...] = ()
    major_cases: MajorCasePolicy = attrs.field(default=_USUAL_MAJOR)
    case_types: Mapping[str, CaseType] = attrs.field(default=_NO_TYPES, converter=frozen)
    assignment: AssignmentPolicy = attrs.field(default=_NO_ASSIGNMENT)
    proactive: ProactivePolicy = attrs.field(default=_NOT_PROACTIVE)

    @case_types.validator
    def _are_named(self, field: "attrs.Attribute[Any]", types: Mapping[str, CaseType]) -> None:
        for name in types:
            is_id(self, field, name)

    @business_models.validator
    def _known_models(self, _: "attrs.Attribute[Any]", models: frozenset[BusinessModel]) -> None:
        unknown = sorted(models - set(BUSINESS_MODELS))
        if unknown or not models:
            problem = f"unknown {', '.join(unknown)}" if unknown else "there is none"
            raise InvalidValue("business_models", problem, f"known are {', '.join(BUSINESS_MODELS)}")

    @measures.validator
    def _are_new(self, _: "attrs.Attribute[Any]", measures: Mapping[str, Measure]) -> None:
        for name in measures:
            if name in MEASURES or name == CUSTOM:
                raise InvalidValue(f"measures.{name}", f"{shown(name)} is built in", "give it another name")

    def __attrs_post_init__(self) -> None:
        """Complete the definitions by their measures. Refuse names that lead nowhere, and goals that nothing holds."""
        complete = []
        ids: set[str] = set()
        for index, definition in enumerate(self.definitions):
            try:
                complete.append(self._complete(definition))
                self._check(complete[-1])
            except InvalidValue as error:
                raise error.under(f"$.definitions[{index}].{error.path}") from None
            if definition.id in ids:
                raise InvalidValue(f"$.definitions[{index}].id", f"{shown(definition.id)} is given twice", "rename one")
            ids.add(definition.id)
        object.__setattr__(self, "definitions", tuple(complete))
        self._check_reactions(ids)
        for place, name in self.assignment.calendars:
            if name not in self.calendars:
                problem = f"no calendar {shown(name)}"
                raise InvalidValue(f"$.assignment.{place}", problem, "declare it under `calendars`")
        auto_close = self.cases.auto_close
        if auto_close is not None and auto_close.calendar not in {None, *self.calendars}:
            problem = f"no calendar {shown(auto_close.calendar)}"
            raise InvalidValue("$.cases.auto_close.calendar", problem, "declare it under `calendars`")

    def _check_reactions(self, definitions: set[str]) -> None:
        names: set[str] = set()
        for index, reaction in enumerate(self.reactions):
            place = f"$.reactions[{index}]"
            if reaction.id in names:
                raise InvalidValue(f"{place}.id", f"{shown(reaction.id)} is given twice", "rename one")
            names.add(reaction.id)
            if reaction.definition is not None and reaction.definition not in definitions:
                problem = f"no definition {shown(reaction.definition)}"
                raise InvalidValue(f"{place}.definition", problem, "declare it under `definitions`")
            self._check_threshold(reaction, place)
            template = self.escalation.templates.get(reaction.escalate or "")
            if reaction.escalate is not None and (template is None or template.type != "case"):
                problem = f"no template {shown(reaction.escalate)} of cases"
                raise InvalidValue(f"{place}.escalate", problem, "declare it under `escalation.templates`")

    def _check_threshold(self, reaction: Reaction, place: str) -> None:
        heard = (each for each in self.definitions if reaction.definition in {None, each.id})
        known = list(dict.fromkeys(threshold.label for each in heard for threshold in each.thresholds))
        if reaction.threshold is not None and reaction.threshold not in known:
            hint = f"known are {', '.join(known)}" if known else "the promises it hears have none"
            raise InvalidValue(f"{place}.threshold", f"no threshold {shown(reaction.threshold)}", hint)

    def _complete(self, definition: SlaDefinition) -> SlaDefinition:
        known = {**MEASURES, **self.measures}
        measure = known.get(definition.measure)
        if measure is not None:
            return definition.measured_by(measure)
        if definition.measure != CUSTOM:
            hint = f"known are {', '.join(known)}, {CUSTOM}"
            raise InvalidValue("measure", f"no measure {shown(definition.measure)}", hint)
        return definition

    def _check(self, definition: SlaDefinition) -> None:
        for place, name in definition.calendars:
            if name not in self.calendars:
                raise InvalidValue(place, f"no calendar {shown(name)}", "declare it under `calendars`")
        for place, goal, name in _goals_with_calendars(definition):
            if not _holds(self.calendars[name], goal):
                problem = f"calendar {shown(name)} does not hold it in the ten years from 2020"
                raise InvalidValue(place, problem, "use a shorter goal, or a calendar with more hours")

    def __hash__(self) -> int:
        """By name and version: policies that are equal have the same."""
        return hash((self.name, self.version))

    @property
    def allows_consumers_of_accounts(self) -> bool:
        """Whether a case may name an account and a consumer at once (B2B2C)."""
        return self.allows_account_with_consumer or "b2b2c" in self.business_models

    def type_of(self, case_type: str | None) -> CaseType:
        """The case type of that name; the base type for a case without one, or with one that the policy lacks."""
        return BASE_TYPE if case_type is None else self.case_types.get(case_type, BASE_TYPE)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical plain form."""
        return digest_of(self)

    @cached_property
    def ref(self) -> PolicyRef:
        """What cases and results name."""
        return PolicyRef(self.name, self.version, self.digest)


def _goals_with_calendars(definition: SlaDefinition) -> Iterator[tuple[str, Goal, str]]:
    """The goals that have a calendar of their own or of the definition, each with its place."""
    for index, goal in enumerate(definition.goals):
        name = goal.calendar or definition.calendar
        if name is not None:
            yield f"goals[{index}]", goal, name


def _holds(calendar: Calendar, goal: Goal) -> bool:
    """Whether the calendar has as much open time, or as many business days, as the goal asks for."""
    try:
        if goal.days is not None:
            return calendar.add_days(_FROM, goal.days, "close") <= _UNTIL
        return goal.duration is None or calendar.elapsed(_FROM, _UNTIL) >= goal.duration
    except CalendarExhausted:
        return False
