"""How accounts are related: a supplier's customer, a partner's client. One record serves both ends."""

from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, is_written, one_of
from csmcore.model.ids import AccountId, AccountRelationshipId, RelationshipTypeId

__all__ = ["AccountRelationship", "AccountRelationshipType", "AccountRole"]

AccountRole: TypeAlias = Literal["account", "partner"]


@attrs.frozen(kw_only=True)
class AccountRelationshipType:
    """What a relationship is called from either end (``resells to``, ``buys from``), and who may stand there.

    A ``partner`` end is for accounts that are partners, an ``account`` end for any. Raises InvalidValue.
    """

    id: RelationshipTypeId = attrs.field(validator=is_id)
    from_role: AccountRole = attrs.field(default="account", validator=one_of(get_args(AccountRole)))
    to_role: AccountRole = attrs.field(default="account", validator=one_of(get_args(AccountRole)))
    label: str = attrs.field(validator=is_written)
    reverse_label: str = attrs.field(validator=is_written)
    active: bool = True


@attrs.frozen(kw_only=True)
class AccountRelationship:
    """One account's relationship to another; the mirror is this same record, read from its other end.

    So it is never without its mirror, and a label that changes in the type changes at both ends. Raises InvalidValue.
    """

    id: AccountRelationshipId = attrs.field(validator=is_id)
    type: RelationshipTypeId = attrs.field(validator=is_id)
    from_account: AccountId = attrs.field(validator=is_id)
    to_account: AccountId = attrs.field(validator=is_id)

    def __attrs_post_init__(self) -> None:
        """Refuse an account that is related to itself."""
        if self.from_account == self.to_account:
            problem = f"account {shown(self.from_account)} is at both ends"
            raise InvalidValue("to_account", problem, "name another account")
