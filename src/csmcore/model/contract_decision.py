"""What a rule about a contract is told, and what it answers when it says yes."""

from datetime import datetime
from typing import TypeAlias, get_args

import attrs

from csmcore.model.account import Account
from csmcore.model.asset import Asset
from csmcore.model.consumer import Consumer
from csmcore.model.contact import Contact
from csmcore.model.contract import ServiceContract
from csmcore.model.contract_commands import ContractAction
from csmcore.model.entitlement import Entitlement
from csmcore.model.fields import in_utc, one_of
from csmcore.model.household import Household
from csmcore.model.install_base_item import InstallBaseItem
from csmcore.model.product import ProductModel
from csmcore.model.reasons import Reason
from csmcore.model.sold_product import SoldProduct

__all__ = ["ContractDecision", "ContractFacts", "ContractStep", "CoverableItem", "Renewal"]

CoverableItem: TypeAlias = Asset | ProductModel | SoldProduct | InstallBaseItem


@attrs.frozen(kw_only=True)
class ContractFacts:
    """What a service gathers about a contract; what is not known, or not needed, is left out.

    ``entitlements`` are the contract's own; others among them count for nothing. ``root`` is the first of its chain of
    renewals, ``renewals`` are those that renew this one. ``parent`` is the contract that it is a part of, ``children``
    are its parts. ``account``, ``contact`` and ``consumer`` are its own; ``family`` are the accounts above and below,
    ``households`` those that the consumer is in. ``item`` is what a command wants to have covered.
    """

    entitlements: tuple[Entitlement, ...] = ()
    root: ServiceContract | None = None
    renewals: tuple[ServiceContract, ...] = ()
    parent: ServiceContract | None = None
    children: tuple[ServiceContract, ...] = ()
    account: Account | None = None
    family: tuple[Account, ...] = ()
    contact: Contact | None = None
    consumer: Consumer | None = None
    households: tuple[Household, ...] = ()
    item: CoverableItem | None = None


@attrs.frozen(kw_only=True)
class Renewal:
    """A contract that follows another, still a draft, and the entitlements under it, nothing of them used."""

    contract: ServiceContract
    entitlements: tuple[Entitlement, ...] = ()


@attrs.frozen(kw_only=True)
class ContractStep:
    """Something that was done to a contract, or became due by itself, and when. It keeps the instant in UTC."""

    action: ContractAction = attrs.field(validator=one_of(get_args(ContractAction)))
    at: datetime

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")


@attrs.frozen(kw_only=True)
class ContractDecision:
    """A contract as it then is, the ``entitlements`` that change with it, and the ``renewal`` to begin, if any.

    ``steps`` are what happened, in order: what had become due by itself, then the command. A service saves all of it
    in one unit of work, or none.
    """

    contract: ServiceContract
    entitlements: tuple[Entitlement, ...] = ()
    renewal: Renewal | None = None
    steps: tuple[ContractStep, ...] = ()
    reasons: tuple[Reason, ...] = ()
