"""Everything that is known of a vendor's customers, and of what was agreed with them, in one value."""

from collections.abc import Mapping

import attrs

from csmcore.model.account import Account
from csmcore.model.asset import Asset
from csmcore.model.consumer import Consumer
from csmcore.model.contact import Contact
from csmcore.model.contract import ServiceContract
from csmcore.model.entitlement import Entitlement
from csmcore.model.frozen_mapping import frozen
from csmcore.model.group import Group
from csmcore.model.ids import (
    AccountId,
    AssetId,
    ConsumerId,
    ContactId,
    ContractId,
    EntitlementId,
    GroupId,
    LocationId,
    ProductModelId,
)
from csmcore.model.location import Location
from csmcore.model.product import ProductModel

__all__ = ["AgreementBook"]


@attrs.frozen(kw_only=True)
class AgreementBook:
    """Customers, what they have and what they were promised, and the groups that work on it, each kind by id.

    It checks nothing. `csmcore.wire.load_agreements` reads one, and refuses ids that lead nowhere.
    """

    accounts: Mapping[AccountId, Account] = attrs.field(factory=dict, converter=frozen)
    contacts: Mapping[ContactId, Contact] = attrs.field(factory=dict, converter=frozen)
    consumers: Mapping[ConsumerId, Consumer] = attrs.field(factory=dict, converter=frozen)
    products: Mapping[ProductModelId, ProductModel] = attrs.field(factory=dict, converter=frozen)
    assets: Mapping[AssetId, Asset] = attrs.field(factory=dict, converter=frozen)
    contracts: Mapping[ContractId, ServiceContract] = attrs.field(factory=dict, converter=frozen)
    entitlements: Mapping[EntitlementId, Entitlement] = attrs.field(factory=dict, converter=frozen)
    locations: Mapping[LocationId, Location] = attrs.field(factory=dict, converter=frozen)
    groups: Mapping[GroupId, Group] = attrs.field(factory=dict, converter=frozen)
