"""Identities as distinct types: a type checker refuses an account's id where a contact's belongs."""

from typing import NewType

__all__ = [
    "AccountId",
    "ActivityId",
    "AssetId",
    "CaseId",
    "CommandId",
    "ConsumerId",
    "ContactId",
    "ContractId",
    "DefinitionId",
    "EntitlementId",
    "EventId",
    "GroupId",
    "HouseholdId",
    "InstallBaseItemId",
    "LocationId",
    "ProductModelId",
    "SoldProductId",
    "UserId",
]

AccountId = NewType("AccountId", str)
ActivityId = NewType("ActivityId", str)
AssetId = NewType("AssetId", str)
CaseId = NewType("CaseId", str)
CommandId = NewType("CommandId", str)
ConsumerId = NewType("ConsumerId", str)
ContactId = NewType("ContactId", str)
ContractId = NewType("ContractId", str)
DefinitionId = NewType("DefinitionId", str)
EntitlementId = NewType("EntitlementId", str)
EventId = NewType("EventId", str)
GroupId = NewType("GroupId", str)
HouseholdId = NewType("HouseholdId", str)
InstallBaseItemId = NewType("InstallBaseItemId", str)
LocationId = NewType("LocationId", str)
ProductModelId = NewType("ProductModelId", str)
SoldProductId = NewType("SoldProductId", str)
UserId = NewType("UserId", str)
