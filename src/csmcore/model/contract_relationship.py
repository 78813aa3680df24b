"""Who has a part in a contract besides its customer."""

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import is_id, is_written, optional
from csmcore.model.ids import AccountId, ContactId, ContractId, ContractRelationshipId, UserId

__all__ = ["ContractRelationship"]


@attrs.frozen(kw_only=True)
class ContractRelationship:
    """An account, a contact or a user of the vendor's who has a ``role`` in a contract: bill to, signatory, reseller.

    Raises InvalidValue.
    """

    id: ContractRelationshipId = attrs.field(validator=is_id)
    contract: ContractId = attrs.field(validator=is_id)
    role: str = attrs.field(validator=is_written)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse a part that nobody has, or several."""
        if sum(party is not None for party in (self.account, self.contact, self.user)) != 1:
            raise InvalidValue("account", "it does not name one party", "name one account, contact or user")
