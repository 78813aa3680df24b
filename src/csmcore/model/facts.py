"""What a service gathers about a case before a rule answers."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.account import Account
from csmcore.model.account_relationship import AccountRelationship, AccountRelationshipType
from csmcore.model.asset import Asset
from csmcore.model.case import Case
from csmcore.model.consumer import Consumer
from csmcore.model.consumption import LedgerEntry, TimeEntry
from csmcore.model.contact import Contact
from csmcore.model.contract import ServiceContract
from csmcore.model.entitlement import Entitlement
from csmcore.model.family import ChildCase
from csmcore.model.group import Group
from csmcore.model.household import Household
from csmcore.model.ids import CommandId, GroupId, UserId
from csmcore.model.install_base_item import InstallBaseItem
from csmcore.model.location import Location
from csmcore.model.policy import SupportPolicy
from csmcore.model.product import ProductModel
from csmcore.model.responsibility import ContactRelationship
from csmcore.model.sold_product import SoldProduct

__all__ = ["CaseFacts"]


def _each_once(_: object, field: "attrs.Attribute[Any]", nouns: Sequence[ServiceContract | Entitlement]) -> None:
    ids = [noun.id for noun in nouns]
    if len(set(ids)) < len(ids):
        often, _ = Counter(ids).most_common(1)[0]
        raise InvalidValue(field.name, f"{shown(often)} is given twice", "give each once")


@attrs.frozen(kw_only=True)
class CaseFacts:
    """A case's customer, what the case is about, and the agreements that may apply; what is not known is left out.

    ``ancestors`` are the accounts above the account, nearest first; ``households`` those that the consumer is in;
    ``followed`` is the ended case that a new one goes on from, ``followed_policy`` the one that it pins; ``location``
    is the asset's, ``group`` the one that the case is assigned to. ``consumption`` is what the case took from
    entitlements so far, ``consumed`` those that are not among ``entitlements``; ``time_entries`` is the time that was
    worked on it. ``account_is_escalated`` says that an escalation of the account is open, ``approvers`` who may decide
    on one of the case. ``parent`` is the case above it and ``children`` are those below, ``recipients`` those whom it
    is to have children for, accounts with their primary contacts, ``used_ids`` the ids among `child_ids` that opened
    some; ``merge_target`` is the case that it is to be merged into. ``actor_groups`` are the groups
    of whoever acts. Of a case that a contact opens for others, ``relationships`` are those of the account, with their
    types, and ``contact_relationships`` name who acts for it. ``recent_cases`` and ``recent_comments`` are what the
    consumer who acts opened, and said on this case, within 24 hours.

    Raises InvalidValue where the ancestors are no line of parents, or two agreements have one id.
    """

    account: Account | None = None
    ancestors: tuple[Account, ...] = ()
    contact: Contact | None = None
    consumer: Consumer | None = None
    households: tuple[Household, ...] = ()
    product: ProductModel | None = None
    asset: Asset | None = None
    sold_product: SoldProduct | None = None
    install_base_item: InstallBaseItem | None = None
    contracts: tuple[ServiceContract, ...] = attrs.field(default=(), validator=_each_once)
    entitlements: tuple[Entitlement, ...] = attrs.field(default=(), validator=_each_once)
    followed: Case | None = None
    followed_policy: SupportPolicy | None = None
    location: Location | None = None
    group: Group | None = None
    consumption: tuple[LedgerEntry, ...] = ()
    consumed: tuple[Entitlement, ...] = attrs.field(default=(), validator=_each_once)
    time_entries: tuple[TimeEntry, ...] = ()
    account_is_escalated: bool = False
    approvers: tuple[UserId, ...] = ()
    parent: Case | None = None
    children: tuple[ChildCase, ...] = ()
    recipients: tuple[Account | Consumer | Contact, ...] = ()
    used_ids: frozenset[CommandId] = frozenset()
    merge_target: Case | None = None
    actor_groups: tuple[GroupId, ...] = ()
    relationships: tuple[AccountRelationship, ...] = ()
    relationship_types: tuple[AccountRelationshipType, ...] = ()
    contact_relationships: tuple[ContactRelationship, ...] = ()
    recent_cases: int = 0
    recent_comments: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse ancestors that are no line of parents."""
        if not self.ancestors:
            return
        line = [*([self.account] if self.account else []), *self.ancestors]
        if len({account.id for account in line}) < len(line):
            raise InvalidValue("ancestors", "an account is above itself", "end at the account without a parent")
        if [account.parent for account in line[:-1]] != [account.id for account in self.ancestors]:
            raise InvalidValue("ancestors", "they are no line of parents", "begin with the account's own parent")
