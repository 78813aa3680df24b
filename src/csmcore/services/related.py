"""An account with everything that belongs to it: one question to the host for each list that is read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar

import attrs

from csmcore.errors import NotFound
from csmcore.model import (
    Account,
    AccountId,
    AccountRelationship,
    Address,
    Asset,
    Case,
    Contact,
    ContactRelationship,
    ContractRelationship,
    Entitlement,
    InstallBaseItem,
    ServiceContract,
    SocialProfile,
    SoldProduct,
    TeamMember,
)
from csmcore.ports import AccountRecords, CustomerDirectory
from csmcore.rules import SeenRelationship, account_path, seen_from

__all__ = ["Related", "RelatedHost", "related"]

_Noun = TypeVar("_Noun")


class RelatedHost(CustomerDirectory, AccountRecords, Protocol):
    """What related lists are asked of."""


@attrs.frozen(repr=False)
class Related:
    """The related lists of an account (ServiceNow's), each asked of the host when it is read, and each time anew.

    It hides nothing: it is for insiders. Printed it counts all lists.
    """

    account: Account
    above: tuple[Account, ...]
    _host: RelatedHost

    @property
    def path(self) -> str | None:
        """The codes from the root account down to this one; None where one is missing."""
        return account_path((self.account, *self.above))

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The account's addresses, one of them primary."""
        return self.account.addresses

    @property
    def social_profiles(self) -> tuple[SocialProfile, ...]:
        """Where else the account is to be found."""
        return self.account.social_profiles

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The people of the account."""
        return self._of(Contact)

    @property
    def child_accounts(self) -> tuple[Account, ...]:
        """The accounts right below it."""
        return self._of(Account)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The account's cases."""
        return self._of(Case)

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What the account has."""
        return self._of(Asset)

    @property
    def sold_products(self) -> tuple[SoldProduct, ...]:
        """What was sold to the account."""
        return self._of(SoldProduct)

    @property
    def install_base_items(self) -> tuple[InstallBaseItem, ...]:
        """What is, or was, installed at the account."""
        return self._of(InstallBaseItem)

    @property
    def contracts(self) -> tuple[ServiceContract, ...]:
        """The account's own contracts."""
        return self._of(ServiceContract)

    @property
    def entitlements(self) -> tuple[Entitlement, ...]:
        """The entitlements that name the account, or one of its contracts."""
        return self._of(Entitlement)

    @property
    def team_members(self) -> tuple[TeamMember, ...]:
        """The vendor's people who are responsible for the account."""
        return self._of(TeamMember)

    @property
    def account_relationships(self) -> tuple[SeenRelationship, ...]:
        """The accounts that it is related to, by what they are to it. One whose type is not known is left out."""
        kinds = ((each, self._host.relationship_type(each.type)) for each in self._of(AccountRelationship))
        seen = (seen_from(each, kind, self.account.id) for each, kind in kinds if kind is not None)
        return tuple(each for each in seen if each is not None)

    @property
    def contact_relationships(self) -> tuple[ContactRelationship, ...]:
        """The contacts who act for the account, by their order."""
        return tuple(sorted(self._of(ContactRelationship), key=lambda each: (each.order, each.id)))

    @property
    def contract_relationships(self) -> tuple[ContractRelationship, ...]:
        """Who has a part in its contracts, and in which contracts of others it has one."""
        return self._of(ContractRelationship)

    @property
    def counts(self) -> Mapping[str, int]:
        """How long each list is. It asks for all of them."""
        return MappingProxyType({name: len(getattr(self, name)) for name in _LISTS})

    def _of(self, kind: type[_Noun]) -> tuple[_Noun, ...]:
        return tuple(self._host.records_of(self.account.id, kind))

    def __str__(self) -> str:
        """The account, and the length of each list."""
        counted = "\n".join(f"  {name.replace('_', ' '):<23}{count:>7,}" for name, count in self.counts.items())
        return f"{self.account.name} ({self.account.id})\n{counted}"


_LISTS = (
    *("contacts", "addresses", "cases", "assets", "sold_products", "install_base_items", "contracts", "entitlements"),
    *("child_accounts", "team_members", "account_relationships", "contact_relationships", "contract_relationships"),
    "social_profiles",
)


def related(host: RelatedHost, account_id: AccountId) -> Related:
    """The related lists of an account. Raises NotFound; what the host raises passes through as it is."""
    line = tuple(host.accounts(account_id))
    if not line:
        raise NotFound("account", account_id)
    return Related(line[0], line[1:], host)
