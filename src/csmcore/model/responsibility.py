"""Who is responsible for a customer, and for what: definitions, account teams, contacts who act for an account."""

from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import is_id, is_text, is_written, one_of, optional, within
from csmcore.model.ids import (
    AccountId,
    ConsumerId,
    ContactId,
    ContactRelationshipId,
    HouseholdId,
    ResponsibilityId,
    TeamMemberId,
    UserId,
)

__all__ = ["ContactRelationship", "ResponsibilityDefinition", "ResponsibilityHolder", "TeamMember"]

ResponsibilityHolder: TypeAlias = Literal["user", "contact", "consumer", "account", "none"]


@attrs.frozen(kw_only=True)
class ResponsibilityDefinition:
    """A responsibility by its name (Account Manager), and what kind of party may have it.

    A unique one has one holder for each account, consumer or household; who holds it may do so for many. Raises
    InvalidValue.
    """

    id: ResponsibilityId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    held_by: ResponsibilityHolder = attrs.field(default="user", validator=one_of(get_args(ResponsibilityHolder)))
    is_unique: bool = False
    description: str = attrs.field(default="", validator=is_text)


@attrs.frozen(kw_only=True)
class TeamMember:
    """A user of the vendor's who has a responsibility for one account, consumer or household. Raises InvalidValue."""

    id: TeamMemberId = attrs.field(validator=is_id)
    user: UserId = attrs.field(validator=is_id)
    responsibility: ResponsibilityId = attrs.field(validator=is_id)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    household: HouseholdId | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse a member of no team, or of several."""
        named = sum(customer is not None for customer in (self.account, self.consumer, self.household))
        if named != 1:
            problem = "it names no customer" if named == 0 else "it names several customers"
            raise InvalidValue("account", problem, "name one account, consumer or household")


@attrs.frozen(kw_only=True)
class ContactRelationship:
    """A contact who acts for an account, their own or another. Lower ``order`` comes first. Raises InvalidValue."""

    id: ContactRelationshipId = attrs.field(validator=is_id)
    account: AccountId = attrs.field(validator=is_id)
    contact: ContactId = attrs.field(validator=is_id)
    responsibility: ResponsibilityId | None = attrs.field(default=None, validator=optional(is_id))
    order: int = attrs.field(default=100, validator=within(0, 1_000_000))
