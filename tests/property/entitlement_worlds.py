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
    ContractLine,
    ContractLineId,
    CoveredAsset,
    CoveredInstallBaseItem,
    CoveredProduct,
    CoveredSoldProduct,
    Entitlement,
    EntitlementId,
    EntitlementPolicy,
    EntitlementQuestion,
    Household,
    HouseholdId,
    HouseholdMember,
    ProductModelId,
    ServiceContract,
    SupportPolicy,
)

__all__ = ["World", "random_question", "random_world"]

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


def random_world(rng: Random, most: int = 8) -> World:
    """A case of account A (below P, below G) or consumer K, about asset S or model M; up to so many entitlements."""
    at = rng.choice(MIDDLES) + timedelta(minutes=rng.randint(-2000, 2000))
    contracts = [_contract(rng, f"C{number}", at) for number in range(1, 1 + rng.choice((0, 1, 2, 3, 3)))]
    entitlements = [_entitlement(rng, f"E{number}", at) for number in range(1, 1 + rng.randint(0, most))]
    return World(random_question(rng), _facts(rng, contracts, entitlements, at), _policy(rng), at)


def random_question(rng: Random) -> EntitlementQuestion:
    """A question of account A, or another, or of nobody's."""
    return EntitlementQuestion(
        account=_some(rng, 0.95, "A", "A", "A", "A", "A", "X"),
        consumer=_some(rng, 0.3, "K", "L"),
        product=_some(rng, 0.5, "M", "N"),
        asset=_some(rng, 0.8, "S", "S", "S", "T"),
        sold_product=_some(rng, 0.3, "O", "O", "Q"),
        install_base_item=_some(rng, 0.3, "B", "B", "D"),
        channel=rng.choice(CHANNELS),  # type: ignore[arg-type]
        contract=_some(rng, 0.5, "C1", "C2", "C9"),
        contract_is_manual=rng.random() < 0.3,
        entitlement=_some(rng, 0.5, "E1", "E2", "E9"),
        entitlement_is_manual=rng.random() < 0.1,
    )


def _facts(rng: Random, contracts: list[ServiceContract], entitlements: list[Entitlement], at: datetime) -> CaseFacts:
    knows_account = rng.random() < 0.9
    top = Account(id=AccountId("G"), name="Grandparent")
    above = (Account(id=AccountId("P"), name="Parent", parent=top.id), top)
    return CaseFacts(
        account=Account(id=AccountId("A"), name="Account", parent=AccountId("P")) if knows_account else None,
        ancestors=above[: rng.randint(0, 2)] if knows_account else (),
        households=tuple(_household(rng, name, at) for name in ("H", "I")[: rng.choice((0, 1, 1, 2))]),
        asset=_some(rng, 0.9, Asset(id=AssetId("S"), product_model=ProductModelId("M"))),
        contracts=tuple(contracts),
        entitlements=tuple(entitlements),
    )


def _household(rng: Random, name: str, at: datetime) -> Household:
    """A household that K is in, or was, or will be; and L, now and then."""
    stays = []
    for consumer in ("K", "L")[: rng.randint(1, 2)]:
        first, last = _days(rng, at, 0.6)
        stays.append(HouseholdMember(consumer=ConsumerId(consumer), starts_on=first, ends_on=last))
    return Household(id=HouseholdId(name), name="A household", members=tuple(stays))


def _policy(rng: Random) -> SupportPolicy:
    rules = EntitlementPolicy(
        strategy=rng.choice(("additive", "precedence", "explicit_order")),
        inherit_from_parent_accounts=rng.random() < 0.5,
        require_covered_asset=rng.random() < 0.3,
    )
    return SupportPolicy(name="random", version="1", timezone=rng.choice(ZONES), entitlements=rules)


def _contract(rng: Random, name: str, at: datetime) -> ServiceContract:
    first, last = _days(rng, at, 0.5)
    is_account = rng.random() < 0.8
    lines = _lines(rng, at, (first, last))
    entries: list[Any] = []
    for kind, item in _COVERED:
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            line = _some(rng, 0.4, *lines) if lines else None
            bounds = [(first, last), *_spans(line, lines)]
            begins, ends = _inside(rng, at, bounds)
            named = {kind.kind: rng.choice(item)}
            entries.append(kind(**named, date_added=begins, date_removed=ends, line=line))
    covered: dict[str, Any] = {
        f"covered_{kind.kind}s": tuple(each for each in entries if isinstance(each, kind)) for kind, _ in _COVERED
    }
    return ServiceContract(
        id=ContractId(name),
        number=name,
        account=AccountId(rng.choice("AAAAPX")) if is_account else None,
        consumer=None if is_account else ConsumerId(rng.choice("KL")),
        state=rng.choice(("active",) * 6 + ("draft", "suspended", "expired", "cancelled")),
        starts_on=first,
        ends_on=last,
        lines=tuple(lines.values()),
        timezone=_some(rng, 0.5, *ZONES),
        **covered,
    )


_Span = tuple[date | None, date | None]
_COVERED: tuple[tuple[Any, str], ...] = (
    (CoveredAsset, "SST"),
    (CoveredProduct, "MMN"),
    (CoveredSoldProduct, "OOQ"),
    (CoveredInstallBaseItem, "BBD"),
)


def _lines(rng: Random, at: datetime, span: _Span) -> dict[ContractLineId, ContractLine]:
    """No lines, or L1 and below it L2, each with days inside those above."""
    if rng.random() < 0.5:
        return {}
    spans, lines = [span], {}
    for name, parent in (("L1", None), ("L2", ContractLineId("L1"))):
        begins, ends = _inside(rng, at, spans)
        state: Any = rng.choice(("active",) * 8 + ("suspended", "cancelled"))
        line = ContractLine(id=ContractLineId(name), parent=parent, state=state, starts_on=begins, ends_on=ends)
        lines[line.id] = line
        spans.append((begins, ends))
    return lines


def _spans(line: ContractLineId | None, lines: dict[ContractLineId, ContractLine]) -> list[_Span]:
    """The days of a line and of those above it."""
    spans = []
    while line is not None:
        spans.append((lines[line].starts_on, lines[line].ends_on))
        line = lines[line].parent
    return spans


def _inside(rng: Random, at: datetime, spans: list[_Span]) -> _Span:
    """Days that lie inside all of these, either end open now and then."""
    low = max((first for first, _ in spans if first), default=date.min)
    high = min((last for _, last in spans if last), default=date.max)
    first, last = _days(rng, at, 0.5)
    first = first if first and low <= first <= high else None
    last = last if last and low <= last <= high else None
    return first, last


def _entitlement(rng: Random, name: str, at: datetime) -> Entitlement:
    first, last = _days(rng, at, 0.5)
    contract = _some(rng, 0.3, "C1", "C1", "C1", "C2", "C3", "C9")
    return Entitlement(
        id=EntitlementId(name),
        number=rng.choice(("N1", "N10", "N2", "n1")),
        account=_some(rng, 0.7, "A", "A", "A", "A", "P", "G", "X"),
        consumer=_some(rng, 0.05, "K", "L"),
        household=_some(rng, 0.1, "H", "H", "I"),
        product=_some(rng, 0.35, "M", "M", "M", "M", "N"),
        asset=_some(rng, 0.3, "S", "S", "S", "S", "T"),
        sold_product=_some(rng, 0.1, "O", "O", "O", "Q"),
        install_base_item=_some(rng, 0.1, "B", "B", "B", "D"),
        contract=contract,
        contract_line=_some(rng, 0.2, "L1", "L2", "L2", "L9") if contract else None,
        channels=frozenset(rng.sample(CHANNELS, rng.choice((0, 0, 0, 0, 0, 0, 1, 2)))),  # type: ignore[arg-type]
        active=rng.random() < 0.95,
        state=rng.choice(("active",) * 20 + ("draft", "suspended", "expired", "cancelled")),
        is_default=rng.random() < 0.1,
        order=_some(rng, 0.6, 1, 1, 2, 3),
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
