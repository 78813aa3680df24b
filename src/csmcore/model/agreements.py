"""Everything that is known of a vendor's customers, and of what was agreed with them, in one value."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.model.account import Account
from csmcore.model.asset import Asset
from csmcore.model.consumer import Consumer
from csmcore.model.contact import Contact
from csmcore.model.contract import ServiceContract
from csmcore.model.entitlement import Entitlement
from csmcore.model.ids import (
    AccountId,
    AssetId,
    ConsumerId,
    ContactId,
    ContractId,
    EntitlementId,
    ProductModelId,
)
from csmcore.model.product import ProductModel

__all__ = ["AgreementBook"]


def _frozen(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(dict(mapping))


@attrs.frozen(kw_only=True)
class AgreementBook:
    """Customers, what they have and what they were promised, each kind by id. It looks nothing up by itself and checks nothing.

    `csmcore.wire.load_agreements` reads one, and refuses ids that lead nowhere.
    """

    accounts: Mapping[AccountId, Account] = attrs.field(factory=dict, converter=_frozen)
    contacts: Mapping[ContactId, Contact] = attrs.field(factory=dict, converter=_frozen)
    consumers: Mapping[ConsumerId, Consumer] = attrs.field(factory=dict, converter=_frozen)
    products: Mapping[ProductModelId, ProductModel] = attrs.field(factory=dict, converter=_frozen)
    assets: Mapping[AssetId, Asset] = attrs.field(factory=dict, converter=_frozen)
    contracts: Mapping[ContractId, ServiceContract] = attrs.field(factory=dict, converter=_frozen)
    entitlements: Mapping[EntitlementId, Entitlement] = attrs.field(factory=dict, converter=_frozen)
