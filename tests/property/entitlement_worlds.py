"""Random customers, agreements and cases: small pools of names and days, so that ties and near misses are common."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from csmcore.model import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CaseFacts,
    ConsumerId,
    ContractId,
    CoveredAsset,
    CoveredProduct,
    Entitlement,
    EntitlementId,
    EntitlementPolicy,
    EntitlementQuestion,
    ProductModelId,
    ServiceContract,
    SupportPolicy,
)

__all__ = ["World", "random_world"]

MIDDLES = (
    datetime(2006, 10, 29, 3, tzinfo=UTC),  # St John's clocks read 00:00 twice: they go back at 00:01
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia has no 30 December
    datetime(2027, 3, 1, 0, tzinfo=UTC),
)
ZONES = ("UTC", "America/St_Johns", "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu")
DAYS_AWAY = (-400, -400, -2, -1, -1, 0, 0, 1, 1, 2, 400, 400)
CHANNELS = ("email", "web", "phone")


class World(NamedTuple):
    """A case's question, and all that the rule may look at."""

    question: EntitlementQuestion
    facts: CaseFacts
    policy: SupportPolicy
    at: datetime


def random_world(rng: Random) -> World:
    """A case of account A (below P, below G) or consumer K, about asset S or model M, and up to eight entitlements."""
    at = rng.choice(MIDDLES) + timedelta(minutes=rng.randint(-2000, 2000))
    contracts = [_contract(rng, f"C{number}", at) for number in range(1, 1 + rng.choice((0, 1, 2, 3, 3)))]
    entitlements = [_entitlement(rng, f"E{number}", at) for number in range(1, 1 + rng.randint(0, 8))]
    return World(_question(rng), _facts(rng, contracts, entitlements), _policy(rng), at)


def _question(rng: Random) -> EntitlementQuestion:
    return EntitlementQuestion(
        account=_some(rng, 0.95, "A", "A", "A", "A", "A", "X"),
        consumer=_some(rng, 0.3, "K", "L"),
        product=_some(rng, 0.5, "M", "N"),
        asset=_some(rng, 0.8, "S", "S", "S", "T"),
        channel=rng.choice(CHANNELS),  # type: ignore[arg-type]
        contract=_some(rng, 0.5, "C1", "C2", "C9"),
        contract_is_manual=rng.random() < 0.3,
        entitlement=_some(rng, 0.5, "E1", "E2", "E9"),
        entitlement_is_manual=rng.random() < 0.1,
    )


def _facts(rng: Random, contracts: list[ServiceContract], entitlements: list[Entitlement]) -> CaseFacts:
    knows_account = rng.random() < 0.9
    top = Account(id=AccountId("G"), name="Grandparent")
    above = (Account(id=AccountId("P"), name="Parent", parent=top.id), top)
    return CaseFacts(
        account=Account(id=AccountId("A"), name="Account", parent=AccountId("P")) if knows_account else None,
        ancestors=above[: rng.randint(0, 2)] if knows_account else (),
        asset=_some(rng, 0.9, Asset(id=AssetId("S"), product_model=ProductModelId("M"))),
        contracts=tuple(contracts),
        entitlements=tuple(entitlements),
    )


def _policy(rng: Random) -> SupportPolicy:
    rules = EntitlementPolicy(
        strategy=rng.choice(("additive", "precedence")),
        inherit_from_parent_accounts=rng.random() < 0.5,
        require_covered_asset=rng.random() < 0.3,
    )
    return SupportPolicy(name="random", version="1", timezone=rng.choice(ZONES), entitlements=rules)


def _contract(rng: Random, name: str, at: datetime) -> ServiceContract:
    first, last = _days(rng, at, 0.5)
    is_account = rng.random() < 0.8
    return ServiceContract(
        id=ContractId(name),
        number=name,
        account=AccountId(rng.choice("AAAAPX")) if is_account else None,
        consumer=None if is_account else ConsumerId(rng.choice("KL")),
        state=rng.choice(("active",) * 6 + ("draft", "suspended", "expired", "cancelled")),
        starts_on=first,
        ends_on=last,
        covered_assets=tuple(
            CoveredAsset(asset=AssetId(rng.choice("SST")), date_added=first, date_removed=last)
            for first, last in (_days(rng, at, 0.5) for _ in range(rng.randint(0, 3)))
        ),
        covered_products=tuple(
            CoveredProduct(product=ProductModelId(rng.choice("MMN")), date_added=first, date_removed=last)
            for first, last in (_days(rng, at, 0.5) for _ in range(rng.randint(0, 3)))
        ),
        timezone=_some(rng, 0.5, *ZONES),
    )


def _entitlement(rng: Random, name: str, at: datetime) -> Entitlement:
    first, last = _days(rng, at, 0.5)
    return Entitlement(
        id=EntitlementId(name),
        number=rng.choice(("N1", "N10", "N2", "n1")),
        account=_some(rng, 0.7, "A", "A", "A", "A", "P", "G", "X"),
        consumer=_some(rng, 0.05, "K", "L"),
        product=_some(rng, 0.35, "M", "M", "M", "M", "N"),
        asset=_some(rng, 0.3, "S", "S", "S", "S", "T"),
        contract=_some(rng, 0.3, "C1", "C1", "C1", "C2", "C3", "C9"),
        channels=frozenset(rng.sample(CHANNELS, rng.choice((0, 0, 0, 0, 0, 0, 1, 2)))),  # type: ignore[arg-type]
        active=rng.random() < 0.95,
        starts_on=first,
        ends_on=last,
        timezone=_some(rng, 0.5, *ZONES),
        inherits=_some(rng, 0.3, *(True, False)),
        per_unit=rng.random() < 0.5,
        unit=rng.choice(("cases", "hours")),
        total_units=_some(rng, 0.7, 0, 2),
        used=rng.choice((0, 1, 2, 3, 7199, 7200)),
        restrict_when_exhausted=rng.random() < 0.3,
    )


def _some(rng: Random, chance: float, *choices: Any) -> Any:
    return rng.choice(choices) if rng.random() < chance else None


def _days(rng: Random, at: datetime, chance: float) -> tuple[date | None, date | None]:
    """A period that the instant is often at the edge of."""
    first, last = (at.date() + timedelta(days=days) for days in sorted(rng.choices(DAYS_AWAY, k=2)))
    return _some(rng, chance, first), _some(rng, chance, last)
