"""Locations: where customers have what they have."""

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.address import Address
from csmcore.model.fields import is_id, is_text, optional
from csmcore.model.ids import LocationId
from csmcore.model.periods import is_zone

__all__ = ["Location"]


@attrs.frozen(kw_only=True)
class Location:
    """A place with working hours of its own: ``calendar`` names one of the policy's, ``timezone`` is where it lies.

    ``parent`` is the place that it is in: a room's building, a building's site. Raises InvalidValue, UnknownTimeZone.
    """

    id: LocationId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    address: Address | None = None
    parent: LocationId | None = attrs.field(default=None, validator=optional(is_id))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))

    def __attrs_post_init__(self) -> None:
        """Refuse a place in itself."""
        if self.parent == self.id:
            raise InvalidValue("parent", f"location {shown(self.id)} is in itself", "name another location, or none")
