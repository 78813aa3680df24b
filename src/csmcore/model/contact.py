"""Contacts: the people of an account."""

import attrs

from csmcore.model.actor import Role, known_roles
from csmcore.model.address import Address, SocialProfile, one_primary
from csmcore.model.fields import is_id, is_text, is_written, optional
from csmcore.model.ids import AccountId, ContactId, UserId

__all__ = ["Contact"]


@attrs.frozen(kw_only=True)
class Contact:
    """A person of exactly one account. ``user`` is their login, where they have one; ``roles`` are what they are there.

    Raises InvalidValue.
    """

    id: ContactId = attrs.field(validator=is_id)
    account: AccountId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    email: str = attrs.field(default="", validator=is_text)
    phone: str = attrs.field(default="", validator=is_text)
    addresses: tuple[Address, ...] = attrs.field(default=(), validator=one_primary)
    social_profiles: tuple[SocialProfile, ...] = ()
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    roles: frozenset[Role] = attrs.field(default=frozenset[Role](), validator=known_roles)
    active: bool = True
