"""Groups: the teams that cases are assigned to."""

import attrs

from csmcore.model.fields import is_id, is_ids, is_text, optional
from csmcore.model.ids import GroupId, SkillId, UserId
from csmcore.model.periods import is_zone

__all__ = ["Group"]


@attrs.frozen(kw_only=True)
class Group:
    """A team with working hours of its own: ``calendar`` names one of the policy's, ``timezone`` is where it sits.

    Who is in it is said by its users; ``skills`` are those that all of them have. Raises InvalidValue, UnknownTimeZone.
    """

    id: GroupId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    manager: UserId | None = attrs.field(default=None, validator=optional(is_id))
    skills: tuple[SkillId, ...] = attrs.field(default=(), validator=is_ids)
    active: bool = True
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
