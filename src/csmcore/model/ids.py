"""Identities as distinct types: a type checker refuses an account's id where a contact's belongs."""

from typing import NewType

__all__ = [
    "AccountId",
    "AccountRelationshipId",
    "ActivityId",
    "AddressId",
    "AlertId",
    "AssetId",
    "CaseId",
    "CommandId",
    "ConfigurationItemId",
    "ConsumerId",
    "ContactId",
    "ContactRelationshipId",
    "ContractId",
    "ContractLineId",
    "ContractRelationshipId",
    "DefinitionId",
    "EntitlementId",
    "EventId",
    "GroupId",
    "HouseholdId",
    "InstallBaseItemId",
    "LocationId",
    "ModelCategoryId",
    "ProductId",
    "ProductModelId",
    "RegistrationId",
    "RelationshipTypeId",
    "ResponsibilityId",
    "RotaId",
    "SkillId",
    "SoldProductId",
    "SpecialHandlingNoteId",
    "TaskNumber",
    "TeamMemberId",
    "TimeEntryId",
    "UserId",
]

AccountId = NewType("AccountId", str)
AccountRelationshipId = NewType("AccountRelationshipId", str)
ActivityId = NewType("ActivityId", str)
AddressId = NewType("AddressId", str)
AlertId = NewType("AlertId", str)
AssetId = NewType("AssetId", str)
CaseId = NewType("CaseId", str)
CommandId = NewType("CommandId", str)
ConfigurationItemId = NewType("ConfigurationItemId", str)
ConsumerId = NewType("ConsumerId", str)
ContactId = NewType("ContactId", str)
ContactRelationshipId = NewType("ContactRelationshipId", str)
ContractId = NewType("ContractId", str)
ContractLineId = NewType("ContractLineId", str)
ContractRelationshipId = NewType("ContractRelationshipId", str)
DefinitionId = NewType("DefinitionId", str)
EntitlementId = NewType("EntitlementId", str)
EventId = NewType("EventId", str)
GroupId = NewType("GroupId", str)
HouseholdId = NewType("HouseholdId", str)
InstallBaseItemId = NewType("InstallBaseItemId", str)
LocationId = NewType("LocationId", str)
ModelCategoryId = NewType("ModelCategoryId", str)
ProductId = NewType("ProductId", str)
ProductModelId = NewType("ProductModelId", str)
RegistrationId = NewType("RegistrationId", str)
RelationshipTypeId = NewType("RelationshipTypeId", str)
ResponsibilityId = NewType("ResponsibilityId", str)
RotaId = NewType("RotaId", str)
SkillId = NewType("SkillId", str)
SoldProductId = NewType("SoldProductId", str)
SpecialHandlingNoteId = NewType("SpecialHandlingNoteId", str)
TeamMemberId = NewType("TeamMemberId", str)
TaskNumber = NewType("TaskNumber", str)
TimeEntryId = NewType("TimeEntryId", str)
UserId = NewType("UserId", str)
