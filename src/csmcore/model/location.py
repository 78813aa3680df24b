"""Locations: where customers have what they have."""

import attrs

from csmcore.model.fields import is_id, is_text, optional
from csmcore.model.ids import LocationId
from csmcore.model.periods import is_zone

__all__ = ["Location"]


@attrs.frozen(kw_only=True)
class Location:
    """A place with working hours of its own: ``calendar`` names one of the policy's, ``timezone`` is where it lies.

    Raises InvalidValue, UnknownTimeZone.
    """

    id: LocationId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
