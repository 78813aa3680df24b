"""Self-registration: somebody asks to be a contact of an account, or a consumer. The record is apart from either."""

from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import in_utc, is_id, is_text, is_written, one_of, optional
from csmcore.model.ids import AccountId, ConsumerId, ContactId, RegistrationId, UserId

__all__ = ["REGISTRATION_STATES", "Registration", "RegistrationKind", "RegistrationState", "RequestRegistration"]

RegistrationKind: TypeAlias = Literal["contact", "consumer"]
RegistrationState: TypeAlias = Literal["requested", "approved", "rejected", "withdrawn"]
REGISTRATION_STATES: tuple[RegistrationState, ...] = get_args(RegistrationState)


@attrs.frozen(kw_only=True)
class Registration:
    """What somebody said who wants to be known. A contact's gives the registration code of an account.

    ``account`` is the one that the code led to; ``contact`` or ``consumer`` is who came of it, once approved. Raises
    InvalidValue, NaiveDatetime.
    """

    id: RegistrationId = attrs.field(validator=is_id)
    kind: RegistrationKind = attrs.field(validator=one_of(get_args(RegistrationKind)))
    name: str = attrs.field(validator=is_written)
    email: str = attrs.field(validator=is_written)
    phone: str = attrs.field(default="", validator=is_text)
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    state: RegistrationState = attrs.field(default="requested", validator=one_of(REGISTRATION_STATES))
    requested_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = attrs.field(default=None, validator=optional(is_id))
    reason: str = attrs.field(default="", validator=is_text)
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC. Refuse a contact's without an account, and a consumer's with one."""
        in_utc(self, "requested_at", "decided_at")
        if (self.kind == "contact") != (self.account is not None):
            has = "a contact's has none" if self.account is None else "a consumer's has one"
            raise InvalidValue("account", has, "a contact registers with an account, a consumer without")


@attrs.frozen(kw_only=True)
class RequestRegistration:
    """What somebody gives who wants to become a contact, with an account's registration code, or a consumer.

    ``id`` is the new registration's; ``user`` is their login, where they have one. Raises InvalidValue.
    """

    id: RegistrationId = attrs.field(validator=is_id)
    kind: RegistrationKind = attrs.field(validator=one_of(get_args(RegistrationKind)))
    name: str = attrs.field(validator=is_written)
    email: str = attrs.field(validator=is_text)
    phone: str = attrs.field(default="", validator=is_text)
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    registration_code: str = attrs.field(default="", validator=is_text)
