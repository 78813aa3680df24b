"""The vendor's own people: what they may do, what they can do, and when they work."""

from typing import Any

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.actor import Role, known_roles
from csmcore.model.fields import is_id, is_ids, is_text, is_written, optional, within
from csmcore.model.ids import GroupId, LocationId, SkillId, UserId
from csmcore.model.periods import is_zone

__all__ = ["Skill", "SkillLevel", "User"]

_HIGHEST = 5


@attrs.frozen(kw_only=True)
class Skill:
    """Something that a case may need and a person may be able to do. Raises InvalidValue."""

    id: SkillId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)


@attrs.frozen(kw_only=True)
class SkillLevel:
    """How well somebody has a skill: from 1, a beginner, to 5, an expert. Raises InvalidValue."""

    skill: SkillId = attrs.field(validator=is_id)
    level: int = attrs.field(default=1, validator=within(1, _HIGHEST))


def _each_once(_: object, field: "attrs.Attribute[Any]", skills: tuple[SkillLevel, ...]) -> None:
    is_ids(_, field, [one.skill for one in skills])


@attrs.frozen(kw_only=True)
class User:
    """Somebody who works for the vendor. ``calendar`` names one of the policy's; None: that of their group.

    ``capacity`` is how many cases they can have at once (None: no bound). Whoever opens cases in the name of customers
    as a ``proxy_contact`` is no ``contributor``. Raises InvalidValue, UnknownTimeZone.
    """

    id: UserId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    email: str = attrs.field(default="", validator=is_text)
    active: bool = True
    roles: frozenset[Role] = attrs.field(default=frozenset[Role](), validator=known_roles)
    groups: tuple[GroupId, ...] = attrs.field(default=(), validator=is_ids)
    skills: tuple[SkillLevel, ...] = attrs.field(default=(), validator=_each_once)
    languages: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    location: LocationId | None = attrs.field(default=None, validator=optional(is_id))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
    capacity: int | None = attrs.field(default=None, validator=optional(within(0, 1_000_000)))

    def __attrs_post_init__(self) -> None:
        """Refuse roles that exclude each other (ServiceNow's rule)."""
        if {"proxy_contact", "contributor"} <= self.roles:
            raise InvalidValue("roles", "a proxy contact is no contributor", "leave one of the two roles out")
