"""Everything that is known of a vendor's customers, and of what was agreed with them, in one value."""

from collections.abc import Mapping
from typing import Any, Self, TypeAlias, get_args

import attrs

from csmcore.model.account import Account
from csmcore.model.account_relationship import AccountRelationship, AccountRelationshipType
from csmcore.model.asset import Asset
from csmcore.model.configuration_item import ConfigurationItem
from csmcore.model.consumer import Consumer
from csmcore.model.contact import Contact
from csmcore.model.contract import ServiceContract
from csmcore.model.contract_relationship import ContractRelationship
from csmcore.model.entitlement import Entitlement
from csmcore.model.frozen_mapping import frozen
from csmcore.model.group import Group
from csmcore.model.household import Household
from csmcore.model.ids import (
    AccountId,
    AccountRelationshipId,
    AssetId,
    ConfigurationItemId,
    ConsumerId,
    ContactId,
    ContactRelationshipId,
    ContractId,
    ContractRelationshipId,
    EntitlementId,
    GroupId,
    HouseholdId,
    InstallBaseItemId,
    LocationId,
    ModelCategoryId,
    ProductId,
    ProductModelId,
    RelationshipTypeId,
    ResponsibilityId,
    RotaId,
    SkillId,
    SoldProductId,
    SpecialHandlingNoteId,
    TeamMemberId,
    UserId,
)
from csmcore.model.install_base_item import InstallBaseItem
from csmcore.model.location import Location
from csmcore.model.model_category import ModelCategory
from csmcore.model.product import Product, ProductModel
from csmcore.model.responsibility import ContactRelationship, ResponsibilityDefinition, TeamMember
from csmcore.model.rota import Rota
from csmcore.model.sold_product import SoldProduct
from csmcore.model.special_handling import SpecialHandlingNote
from csmcore.model.user import Skill, User

__all__ = ["AgreementBook", "BookEntry"]

BookEntry: TypeAlias = (
    Account
    | Contact
    | Consumer
    | Household
    | Product
    | ModelCategory
    | ProductModel
    | Location
    | ConfigurationItem
    | Asset
    | SoldProduct
    | InstallBaseItem
    | ServiceContract
    | ContractRelationship
    | Entitlement
    | Skill
    | Group
    | User
    | Rota
    | ResponsibilityDefinition
    | TeamMember
    | AccountRelationshipType
    | AccountRelationship
    | ContactRelationship
    | SpecialHandlingNote
)
"""Everything that a book holds."""


@attrs.frozen(kw_only=True)
class AgreementBook:
    """Customers, what they have and what they were promised, and the people that work on it, each kind by id.

    ``products`` are product models, which cases, assets and agreements name; ``offered_products`` what they are models
    of. It checks nothing. `csmcore.wire.load_agreements` reads one, and refuses ids that lead nowhere.
    """

    accounts: Mapping[AccountId, Account] = attrs.field(factory=dict, converter=frozen)
    contacts: Mapping[ContactId, Contact] = attrs.field(factory=dict, converter=frozen)
    consumers: Mapping[ConsumerId, Consumer] = attrs.field(factory=dict, converter=frozen)
    households: Mapping[HouseholdId, Household] = attrs.field(factory=dict, converter=frozen)
    offered_products: Mapping[ProductId, Product] = attrs.field(factory=dict, converter=frozen)
    model_categories: Mapping[ModelCategoryId, ModelCategory] = attrs.field(factory=dict, converter=frozen)
    products: Mapping[ProductModelId, ProductModel] = attrs.field(factory=dict, converter=frozen)
    locations: Mapping[LocationId, Location] = attrs.field(factory=dict, converter=frozen)
    configuration_items: Mapping[ConfigurationItemId, ConfigurationItem] = attrs.field(factory=dict, converter=frozen)
    assets: Mapping[AssetId, Asset] = attrs.field(factory=dict, converter=frozen)
    sold_products: Mapping[SoldProductId, SoldProduct] = attrs.field(factory=dict, converter=frozen)
    install_base_items: Mapping[InstallBaseItemId, InstallBaseItem] = attrs.field(factory=dict, converter=frozen)
    contracts: Mapping[ContractId, ServiceContract] = attrs.field(factory=dict, converter=frozen)
    contract_relationships: Mapping[ContractRelationshipId, ContractRelationship] = attrs.field(
        factory=dict, converter=frozen
    )
    entitlements: Mapping[EntitlementId, Entitlement] = attrs.field(factory=dict, converter=frozen)
    skills: Mapping[SkillId, Skill] = attrs.field(factory=dict, converter=frozen)
    groups: Mapping[GroupId, Group] = attrs.field(factory=dict, converter=frozen)
    users: Mapping[UserId, User] = attrs.field(factory=dict, converter=frozen)
    rotas: Mapping[RotaId, Rota] = attrs.field(factory=dict, converter=frozen)
    responsibilities: Mapping[ResponsibilityId, ResponsibilityDefinition] = attrs.field(factory=dict, converter=frozen)
    team_members: Mapping[TeamMemberId, TeamMember] = attrs.field(factory=dict, converter=frozen)
    relationship_types: Mapping[RelationshipTypeId, AccountRelationshipType] = attrs.field(
        factory=dict, converter=frozen
    )
    account_relationships: Mapping[AccountRelationshipId, AccountRelationship] = attrs.field(
        factory=dict, converter=frozen
    )
    contact_relationships: Mapping[ContactRelationshipId, ContactRelationship] = attrs.field(
        factory=dict, converter=frozen
    )
    handling_notes: Mapping[SpecialHandlingNoteId, SpecialHandlingNote] = attrs.field(factory=dict, converter=frozen)

    @classmethod
    def of(cls, *entries: "BookEntry") -> Self:
        """The book of these entries, in any order; of two of a kind with one id the last counts.

        >>> list(AgreementBook.of(Account(id="acme", name="Acme"), Account(id="north", name="North")).accounts)
        ['acme', 'north']
        """
        sections = {get_args(field.type)[1]: field.name for field in attrs.fields(cls)}
        found: dict[str, dict[str, Any]] = {}
        for entry in entries:
            found.setdefault(sections[type(entry)], {})[entry.id] = entry
        return cls(**found)
