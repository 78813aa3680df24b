"""Groups: the teams that cases are assigned to."""

import attrs

from csmcore.model.fields import is_id, is_text, optional
from csmcore.model.ids import GroupId
from csmcore.model.periods import is_zone

__all__ = ["Group"]


@attrs.frozen(kw_only=True)
class Group:
    """A team with working hours of its own: ``calendar`` names one of the policy's, ``timezone`` is where it sits.

    Raises InvalidValue, UnknownTimeZone.
    """

    id: GroupId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
