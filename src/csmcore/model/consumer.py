"""Consumers: people who are customers themselves."""

import attrs

from csmcore.model.fields import is_id, is_text, is_written, optional
from csmcore.model.ids import ConsumerId, UserId

__all__ = ["Consumer"]


@attrs.frozen(kw_only=True)
class Consumer:
    """A person who is a customer without an account. ``user`` is their login, if they have one. Raises InvalidValue."""

    id: ConsumerId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    number: str = attrs.field(default="", validator=is_text)
    email: str = attrs.field(default="", validator=is_text)
    phone: str = attrs.field(default="", validator=is_text)
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    active: bool = True
