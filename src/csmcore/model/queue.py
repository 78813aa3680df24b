"""Queues: where cases wait for an agent, and who may take them the longer they wait."""

from datetime import timedelta
from typing import Any

import attrs

from csmcore.conditions import Condition
from csmcore.errors import InvalidValue, LimitExceeded, OutOfRange, shown
from csmcore.model.fields import is_id, is_ids, is_text, optional, within
from csmcore.model.ids import GroupId, SkillId
from csmcore.model.matching import Requirement, known_requirements, skills_once
from csmcore.model.user import SkillLevel

__all__ = ["Queue", "SpillOver"]

_LONGEST = timedelta(days=36_525)
_MOST = 100  # spill-overs


def _some_groups(_: object, field: "attrs.Attribute[Any]", groups: tuple[GroupId, ...]) -> None:
    is_ids(_, field, groups)
    if not groups:
        raise InvalidValue(field.name, "nobody would take its cases", "name at least one group")


@attrs.frozen(kw_only=True)
class SpillOver:
    """What changes once a case has waited so long: further ``groups`` may take it, with lesser skills.

    All skills may be so many ``levels`` lower (1 stays the lowest), and those in ``drops`` are no longer needed. Raises
    InvalidValue, OutOfRange.
    """

    after: timedelta = attrs.field()
    groups: tuple[GroupId, ...] = attrs.field(default=(), validator=is_ids)
    levels: int = attrs.field(default=0, validator=within(0, 4))
    drops: tuple[SkillId, ...] = attrs.field(default=(), validator=is_ids)

    @after.validator
    def _is_positive(self, _: "attrs.Attribute[Any]", after: timedelta) -> None:
        if not isinstance(after, timedelta):
            raise InvalidValue("after", f"{shown(after)} is no timedelta", "write timedelta(minutes=30), say")
        if not timedelta(0) < after <= _LONGEST:
            raise OutOfRange("after", f"{after} is no wait", "give more than nothing, and at most 100 years")

    def __attrs_post_init__(self) -> None:
        """Refuse one that changes nothing."""
        if not (self.groups or self.levels or self.drops):
            raise InvalidValue("groups", "it changes nothing", "give it groups, levels or drops")


@attrs.frozen(kw_only=True)
class Queue:
    """A line of cases: those that ``when`` describes (None: all) and no queue of lower ``order`` (then id) takes.

    Its agents are the members of its ``groups`` who have its ``skills`` and meet what it ``requires``, usually all
    skills of the case. ``matching`` names the rule that ranks them further. The ``spills`` that are due widen it, all
    of them together. How long a case has waited is open time of the ``calendar``, or real time without one. Raises
    InvalidValue, LimitExceeded.
    """

    id: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    order: int = attrs.field(default=100, validator=within(0, 1_000_000))
    when: Condition | None = None
    groups: tuple[GroupId, ...] = attrs.field(validator=_some_groups)
    skills: tuple[SkillLevel, ...] = attrs.field(default=(), validator=skills_once)
    requires: frozenset[Requirement] = attrs.field(
        default=frozenset[Requirement]({"skills"}), validator=known_requirements
    )
    matching: str | None = attrs.field(default=None, validator=optional(is_id))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    spills: tuple[SpillOver, ...] = attrs.field(default=())

    @spills.validator
    def _in_order(self, _: "attrs.Attribute[Any]", spills: tuple[SpillOver, ...]) -> None:
        if len(spills) > _MOST:
            raise LimitExceeded("spills", "spill-overs in a queue", _MOST)
        for index in range(1, len(spills)):
            if spills[index].after <= spills[index - 1].after:
                raise InvalidValue(f"spills[{index}].after", "it is not after the one before", "list them in order")
