"""Accounts: the companies that are supported, and those that support with us."""

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.address import Address, SocialProfile, one_primary
from csmcore.model.fields import is_id, is_text, is_written, optional
from csmcore.model.ids import AccountId, ContactId
from csmcore.model.periods import is_zone

__all__ = ["Account"]


@attrs.frozen(kw_only=True)
class Account:
    """A company: a customer, a partner, or both. ``parent`` is the account above it.

    ``account_code`` is its part of the path of codes from the root account (``ACME/NORTH``); ``registration_code`` is
    what its people give to register themselves. ``duns`` is Dun & Bradstreet's number. ``calendar`` names one of the
    policy's, ``timezone`` is where it works. Raises InvalidValue, UnknownTimeZone.
    """

    id: AccountId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    number: str = attrs.field(default="", validator=is_text)
    is_customer: bool = True
    is_partner: bool = False
    active: bool = True
    parent: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    account_code: str | None = attrs.field(default=None, validator=optional(is_id))
    primary_contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    phone: str = attrs.field(default="", validator=is_text)
    website: str = attrs.field(default="", validator=is_text)
    duns: str = attrs.field(default="", validator=is_text)
    notes: str = attrs.field(default="", validator=is_text, repr=False)
    addresses: tuple[Address, ...] = attrs.field(default=(), validator=one_primary)
    social_profiles: tuple[SocialProfile, ...] = ()
    registration_code: str | None = attrs.field(default=None, validator=optional(is_id))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))

    def __attrs_post_init__(self) -> None:
        """Refuse an account that is nobody's, is its own parent, or has a code that would split its path."""
        if not (self.is_customer or self.is_partner):
            raise InvalidValue("is_customer", "it is neither customer nor partner", "make it one of them, or both")
        if self.parent == self.id:
            raise InvalidValue("parent", f"account {shown(self.id)} is its own parent", "name another account, or none")
        if self.account_code is not None and "/" in self.account_code:
            raise InvalidValue("account_code", f"{shown(self.account_code)} has a '/'", "'/' joins the codes of a path")
