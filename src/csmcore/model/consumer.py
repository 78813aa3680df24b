"""Consumers: people who are customers themselves."""

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.address import Address, SocialProfile, one_primary
from csmcore.model.fields import is_id, is_text, is_written, optional
from csmcore.model.ids import ConsumerId, UserId

__all__ = ["Consumer"]


@attrs.frozen(kw_only=True)
class Consumer:
    """A person who is a customer without an account. ``user`` is their login, if they have one.

    ``is_unknown``: all that is known is that they called. Once it is clear who they are, such a record is
    ``merged_into`` the one that is theirs, and is no longer active. Raises InvalidValue.
    """

    id: ConsumerId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    number: str = attrs.field(default="", validator=is_text)
    email: str = attrs.field(default="", validator=is_text)
    phone: str = attrs.field(default="", validator=is_text)
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    addresses: tuple[Address, ...] = attrs.field(default=(), validator=one_primary)
    social_profiles: tuple[SocialProfile, ...] = ()
    is_unknown: bool = False
    merged_into: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    active: bool = True

    def __attrs_post_init__(self) -> None:
        """Refuse one who is merged and active, or merged into themselves."""
        if self.merged_into is not None and (self.active or self.merged_into == self.id):
            problem = "it is merged, and active" if self.active else "it is merged into itself"
            raise InvalidValue("merged_into", problem, "a merged record is inactive, and names another")
