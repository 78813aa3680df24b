"""Acme's agreements: short ways to write nouns, for a case about its pump ``sn-1``, asked on 1 March 2027."""

from datetime import UTC, datetime
from typing import Any

from csmcore.model import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CaseFacts,
    ContractId,
    CoveredAsset,
    CoveredProduct,
    Entitlement,
    EntitlementDecision,
    EntitlementId,
    EntitlementPolicy,
    EntitlementQuestion,
    ProductModelId,
    ServiceContract,
    SupportPolicy,
)
from csmcore.rules import derive_entitlement

__all__ = [
    "ABOVE",
    "ACME",
    "ASKED_AT",
    "PUMP",
    "codes",
    "contract",
    "contract_by_hand",
    "cover",
    "derive",
    "entitlement",
    "order",
    "policy",
]

ASKED_AT = datetime(2027, 3, 1, 9, tzinfo=UTC)
ACME = Account(id=AccountId("acme"), name="Acme Ltd", parent=AccountId("holding"))
HOLDING = Account(id=AccountId("holding"), name="Holding", parent=AccountId("group"))
GROUP = Account(id=AccountId("group"), name="Group")
ABOVE = {"ancestors": (HOLDING, GROUP)}
PUMP = Asset(id=AssetId("sn-1"), product_model=ProductModelId("pump"))


def policy(timezone: str = "UTC", **rules: Any) -> SupportPolicy:
    """A policy with these rules for entitlements."""
    return SupportPolicy(name="support", version="1", timezone=timezone, entitlements=EntitlementPolicy(**rules))


def entitlement(number: str, **fields: Any) -> Entitlement:
    """An entitlement whose number is its id."""
    return Entitlement(id=EntitlementId(number), number=number, **fields)


def contract(number: str = "c1", **fields: Any) -> ServiceContract:
    """An active contract of Acme's that covers pumps, unless said otherwise."""
    whose = {} if "consumer" in fields else {"account": "acme"}
    given: dict[str, Any] = {**whose, "state": "active", "covered_products": (cover(product="pump"),), **fields}
    return ServiceContract(id=ContractId(number), number=number.upper(), **given)


def cover(**fields: Any) -> Any:
    """A line of a contract: an asset or a product that it covers."""
    return CoveredAsset(**fields) if "asset" in fields else CoveredProduct(**fields)


def contract_by_hand(name: str | None) -> dict[str, Any]:
    """What a case says whose contract was set by hand."""
    return {"contract": name, "contract_is_manual": True}


def derive(
    *entitlements: Entitlement,
    contracts: tuple[ServiceContract, ...] = (),
    rules: SupportPolicy | None = None,
    at: datetime = ASKED_AT,
    facts: dict[str, Any] | None = None,
    **asked: Any,
) -> EntitlementDecision:
    """The answer for Acme's case about its pump; what is asked may be changed by field."""
    question = EntitlementQuestion(**{"account": "acme", "asset": "sn-1", "channel": "email", **asked})
    known = {"account": ACME, "asset": PUMP, **(facts or {})}
    gathered = CaseFacts(entitlements=entitlements, contracts=contracts, **known)
    return derive_entitlement(question, gathered, rules or policy(), at)


def order(found: EntitlementDecision) -> list[str]:
    """The candidates' numbers, by rank."""
    return [candidate.entitlement.number for candidate in found.candidates]


def codes(found: EntitlementDecision, number: str) -> list[str]:
    """The codes of the reasons of one candidate."""
    return [
        reason.code
        for candidate in found.candidates
        if candidate.entitlement.number == number
        for reason in candidate.reasons
    ]
