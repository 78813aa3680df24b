"""How agents are matched with a case: whom to look at, what they must have, and what counts for how much."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition
from csmcore.errors import InvalidValue, OutOfRange, shown
from csmcore.model.fields import is_id, is_ids, is_text, is_whole, one_of, within
from csmcore.model.ids import GroupId, UserId
from csmcore.model.rendering import hours_text
from csmcore.model.user import SkillLevel

__all__ = [
    "Criterion",
    "CriterionKind",
    "MatchingRule",
    "Requirement",
    "_is_strategy",
    "known_requirements",
    "skills_once",
]

CriterionKind: TypeAlias = Literal[
    "skills",
    "skill_levels",
    "on_schedule",
    "hours_today",
    "hours_ahead",
    "workload",
    "capacity",
    "last_assigned",
    "language",
    "location",
    "country",
    "timezone",
]
Requirement: TypeAlias = Literal[
    "skills", "language", "on_schedule", "on_duty", "capacity", "location", "country", "timezone"
]

WEIGHTED = "weighted"

_TIMES = frozenset({"hours_today", "hours_ahead", "last_assigned"})  # measured in time, not counted
_WITHIN = frozenset({"hours_ahead", "last_assigned"})
_USUALLY_LESS = MappingProxyType({"workload": True})
_MOST_WEIGHT = 1_000_000
_MOST = 1_000_000_000  # of what is counted
_LONGEST = timedelta(days=366)
_NOTHING = timedelta(0)
_REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)


def known_requirements(_: object, field: "attrs.Attribute[Any]", values: frozenset[str]) -> None:
    """Requirements by the names that they have."""
    unknown = sorted(set(values) - set(_REQUIREMENTS))
    if unknown:
        problem = f"unknown {', '.join(map(shown, unknown))}"
        raise InvalidValue(field.name, problem, f"known are {', '.join(_REQUIREMENTS)}")


def skills_once(_: object, field: "attrs.Attribute[Any]", skills: tuple[SkillLevel, ...]) -> None:
    """Skills with their levels, none twice."""
    is_ids(_, field, [one.skill for one in skills])


def _is_time(_: object, field: "attrs.Attribute[Any]", value: timedelta | None) -> None:
    if value is None:
        return
    if not isinstance(value, timedelta):
        raise InvalidValue(field.name, f"{shown(value)} is no timedelta", "write timedelta(hours=8), say")
    if not _NOTHING <= value <= _LONGEST:
        raise OutOfRange(field.name, f"{value} is outside 0 to {_LONGEST.days} days", "use a duration in that range")


@attrs.frozen(kw_only=True)
class Criterion:
    """One thing that makes an agent more or less suitable, and what it counts beside the others.

    What is measured, and then divided by the most that any of the agents has:

    - ``skills``: how many of the case's skills they have at the level it asks for; ``skill_levels``: their levels in
      the case's skills, added up;
    - ``on_schedule``: whether their own calendar is open now; ``hours_today``: its open time until midnight in its
      zone; ``hours_ahead``: its open time in the time ``within`` (usually 24 hours) from now;
    - ``workload``: how many cases they have; ``capacity``: how many more they can take (without a bound as many as any
      other, and at least one);
    - ``last_assigned``: how long ago they were given a case, as far back as ``within`` (usually 24 hours), which is
      also what counts for those who never were;
    - ``language``, ``location``, ``country``, ``timezone``: whether theirs is the case's; zones are the same where
      clocks read the same now.

    ``less_is_better`` is what it says (None: of workload only). A ``threshold`` drops agents with less (with more,
    where less is better): a count, or a ``threshold_time`` for what is measured in time. With weight 0 a criterion is
    shown, and its threshold counts. Raises InvalidValue, OutOfRange.
    """

    kind: CriterionKind = attrs.field(validator=one_of(get_args(CriterionKind)))
    weight: int = attrs.field(default=10, validator=within(0, _MOST_WEIGHT))
    less_is_better: bool | None = None
    threshold: int | None = attrs.field(default=None)
    threshold_time: timedelta | None = attrs.field(default=None, validator=_is_time)
    within: timedelta | None = attrs.field(default=None, validator=_is_time)

    @threshold.validator
    def _is_count(self, _: "attrs.Attribute[Any]", value: int | None) -> None:
        if value is not None and not (is_whole(value) and 0 <= value <= _MOST):
            raise InvalidValue("threshold", f"{shown(value)} is outside 0 to {_MOST:,}", "use a number in that range")

    def __attrs_post_init__(self) -> None:
        """Refuse words that its kind does not have."""
        stray = {
            "threshold": self.threshold is not None and self.kind in _TIMES,
            "threshold_time": self.threshold_time is not None and self.kind not in _TIMES,
            "within": self.within is not None and self.kind not in _WITHIN,
        }
        for name, is_stray in stray.items():
            if is_stray:
                raise InvalidValue(name, f"a criterion of kind {self.kind} has no `{name}`", "leave it out")
        if self.within == _NOTHING:
            raise InvalidValue("within", "it is no time at all", "give more than nothing")

    @property
    def is_less_better(self) -> bool:
        """Which way it is read."""
        return _USUALLY_LESS.get(self.kind, False) if self.less_is_better is None else self.less_is_better

    @property
    def bound(self) -> int | None:
        """The threshold as it is measured."""
        time = self.threshold_time
        return self.threshold if time is None else time // timedelta(microseconds=1)

    def spelled(self, measured: int) -> str:
        """What is measured, as people read it: microseconds in hours."""
        return hours_text(timedelta(microseconds=measured)) if self.kind in _TIMES else f"{measured:,}"


def _each_once(_: object, __: "attrs.Attribute[Any]", criteria: tuple[Criterion, ...]) -> None:
    kinds = [criterion.kind for criterion in criteria]
    for index, kind in enumerate(kinds):
        if kind in kinds[:index]:
            raise InvalidValue(f"criteria[{index}].kind", f"{kind} is there already", "give each kind once")


def _is_strategy(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """``weighted``, or ``host:`` and the name of a way that the host brings."""
    if value != WEIGHTED and not (value.startswith("host:") and value.removeprefix("host:")):
        raise InvalidValue(field.name, f"{shown(value)} is not {WEIGHTED}", f"write {WEIGHTED}, or host:<name>")


@attrs.frozen(kw_only=True)
class MatchingRule:
    """Whom to look at for the cases that ``when`` describes (None: all), and whom of them to prefer.

    Looked at are the ``users``, or the members of the ``groups``, or of the users those in the groups; with neither,
    everybody. They must have the ``skills``, and meet what the rule ``requires``: all ``skills`` of the case at their
    levels, its ``language``, ``location``, ``country``, ``timezone``; to be ``on_schedule`` by their calendar or
    ``on_duty`` by a rota now; to have ``capacity`` left. The ``criteria`` rank them; without any, whoever was not given
    a case for longest is next. ServiceNow's *simple* resources are users, its *advanced* ones groups with
    ``on_schedule``, its *selection criteria* the criteria; a script is a ``strategy`` of the host's, ``host:<name>``
    (see `csmcore.rules.compile_assignment`). Raises InvalidValue.
    """

    id: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    when: Condition | None = None
    users: tuple[UserId, ...] = attrs.field(default=(), validator=is_ids)
    groups: tuple[GroupId, ...] = attrs.field(default=(), validator=is_ids)
    requires: frozenset[Requirement] = attrs.field(default=frozenset[Requirement](), validator=known_requirements)
    skills: tuple[SkillLevel, ...] = attrs.field(default=(), validator=skills_once)
    criteria: tuple[Criterion, ...] = attrs.field(default=(), validator=_each_once)
    strategy: str = attrs.field(default=WEIGHTED, validator=_is_strategy)
