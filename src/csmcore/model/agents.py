"""What assignment needs to know at a moment: how busy agents are, and what a case asks of them."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from csmcore.conditions import Record
from csmcore.model.fields import in_utc, is_id, is_ids, optional, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import CaseId, LocationId, SkillId, UserId
from csmcore.model.matching import skills_once
from csmcore.model.periods import is_zone
from csmcore.model.rendering import names_alone
from csmcore.model.user import SkillLevel

__all__ = ["AgentLoad", "AssignmentFacts", "WaitingCase"]


@attrs.frozen(kw_only=True)
class AgentLoad:
    """How many live cases a user has, and when they were last given one (None: never). Raises InvalidValue.

    Raises NaiveDatetime, OutOfRange.
    """

    user: UserId = attrs.field(validator=is_id)
    assigned: int = attrs.field(default=0, validator=within(0, 1_000_000))
    last_assigned_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "last_assigned_at")


def _in_order(skills: Iterable[SkillId]) -> tuple[SkillId, ...]:
    return tuple(skills)


@attrs.frozen(kw_only=True)
class AssignmentFacts:
    """What a case asks of agents beside what its record says; what is not known is left out.

    ``skills`` are the case's own, ``model_skills`` those of its product model (`csmcore.rules.required_skills`), of
    which any level will do; both are needed. ``country`` is ISO 3166's two letters. Raises InvalidValue,
    UnknownTimeZone.
    """

    skills: tuple[SkillLevel, ...] = attrs.field(default=(), validator=skills_once)
    model_skills: tuple[SkillId, ...] = attrs.field(default=(), converter=_in_order, validator=is_ids)
    language: str | None = attrs.field(default=None, validator=optional(is_id))
    location: LocationId | None = attrs.field(default=None, validator=optional(is_id))
    country: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))

    @property
    def needed(self) -> dict[SkillId, int]:
        """The skills that the case needs, each with the lowest level that will do."""
        return dict.fromkeys(self.model_skills, 1) | {one.skill: one.level for one in self.skills}


@attrs.frozen(kw_only=True)
class WaitingCase:
    """A case that waits for an agent ``since`` an instant: its fields as in a revision, and what it asks of agents.

    Raises InvalidValue, NaiveDatetime, OutOfRange.
    """

    id: CaseId = attrs.field(validator=is_id)
    record: Record = attrs.field(converter=frozen, repr=names_alone)
    since: datetime
    facts: AssignmentFacts = AssignmentFacts()

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "since")
