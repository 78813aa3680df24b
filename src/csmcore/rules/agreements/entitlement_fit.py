"""One entitlement beside one case: whether it fits, and what stands in its way.

It *fits* a case that has everything it names; it is *eligible* if it is active, in its period, for the case's channel,
not used up, and its contract is in force and the customer's.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeAlias

from csmcore.calendars import as_utc, covered
from csmcore.model import (
    AccountId,
    CaseFacts,
    ContractId,
    ContractLineId,
    Covered,
    CoveredKind,
    Dimension,
    Entitlement,
    EntitlementQuestion,
    HouseholdId,
    HouseholdMember,
    ProductModelId,
    Reason,
    ServiceContract,
    SupportPolicy,
)

__all__ = [
    "DIMENSIONS",
    "FAR",
    "Asked",
    "Check",
    "KnownContracts",
    "has_begun",
    "is_during",
    "is_over",
    "is_used_up",
    "obstacles",
    "resolve",
]

FAR = 2
"""Days: no zone's midnight is that far from UTC's."""

_NO_HOUSEHOLDS: Mapping[HouseholdId, tuple[HouseholdMember, ...]] = MappingProxyType({})


class KnownContracts(Protocol):
    """Contracts by id, as a mapping has them."""

    def get(self, key: ContractId, /) -> ServiceContract | None:
        """The contract by that id."""


class Asked(NamedTuple):
    """The question with what the facts say about it, resolved once for all entitlements."""

    question: EntitlementQuestion
    policy: SupportPolicy
    at: datetime
    today: int  # the UTC date of ``at``, as an ordinal
    contract: ContractId | None  # the one that was set by hand
    contracts: KnownContracts
    distances: Mapping[AccountId, int]  # of the account (0) and of those above it
    memberships: Mapping[HouseholdId, tuple[HouseholdMember, ...]]  # of the consumer
    products: tuple[ProductModelId, ...]
    items: tuple[tuple[CoveredKind, str], ...]  # what a contract may cover


def resolve(
    question: EntitlementQuestion, facts: CaseFacts, policy: SupportPolicy, at: datetime, contracts: KnownContracts
) -> Asked:
    """The question in the light of the facts. Facts about what the case does not name count for nothing."""
    at = as_utc(at)
    account, asset, product = question.account, facts.asset, question.product
    distances = {account: 0} if account else {}
    if facts.ancestors and facts.account and facts.account.id == account:
        distances |= {found.id: index for index, found in enumerate(facts.ancestors, 1)}
    model = asset.product_model if asset and asset.id == question.asset else None
    found = product or model
    if found is None:
        products: tuple[ProductModelId, ...] = ()
    else:
        products = (found,) if model is None or model == found else (found, model)
    return Asked(
        question,
        policy,
        at,
        at.toordinal(),
        question.contract if question.contract_is_manual else None,
        contracts,
        distances,
        _memberships(question, facts) if facts.households else _NO_HOUSEHOLDS,
        products,
        _items(question, products),
    )


def _memberships(question: EntitlementQuestion, facts: CaseFacts) -> Mapping[HouseholdId, tuple[HouseholdMember, ...]]:
    """The stays of the consumer in each household that they were ever in."""
    stays = {
        household.id: tuple(member for member in household.members if member.consumer == question.consumer)
        for household in facts.households
    }
    return {household: members for household, members in stays.items() if members}


def _items(question: EntitlementQuestion, products: tuple[ProductModelId, ...]) -> tuple[tuple[CoveredKind, str], ...]:
    items: list[tuple[CoveredKind, str]] = [("product", product) for product in products]
    if question.asset:
        items.append(("asset", question.asset))
    if question.sold_product:
        items.append(("sold_product", question.sold_product))
    if question.install_base_item:
        items.append(("install_base_item", question.install_base_item))
    return tuple(items)


# --- does it fit: has the case all that it names? --------------------------------------------------------------------


def _differs(dimension: Dimension, own: str | None, *of_case: str | None) -> Reason | None:
    if own in of_case:
        return None
    named = " and ".join(name for name in of_case if name)
    text = f"it is for {dimension.replace('_', ' ')} {own}; the case names {named or 'none'}"
    return Reason(f"{dimension}_differs", text, (dimension,))


def _account(entitlement: Entitlement, asked: Asked) -> Reason | None:
    own = entitlement.account
    if own == asked.question.account:
        return None
    if own in asked.distances:
        text = f"it is for account {own}, above the case's, and not inherited"
        return None if _inherits(entitlement, asked) else Reason("not_inherited", text, ("account",))
    return _differs("account", own, asked.question.account)


def _consumer(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("consumer", entitlement.consumer, asked.question.consumer)


def _household(entitlement: Entitlement, asked: Asked) -> Reason | None:
    own = entitlement.household
    zone = _zone(entitlement, _contract_of(entitlement, asked), asked)
    if own and any(is_during(stay.starts_on, stay.ends_on, zone, asked) for stay in asked.memberships.get(own, ())):
        return None
    who = f"consumer {asked.question.consumer} is" if asked.question.consumer else "the case's customer is"
    return Reason("not_of_household", f"it is for household {own}, of which {who} no member on that day", ("consumer",))


def _product(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("product", entitlement.product, *asked.products)


def _asset(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("asset", entitlement.asset, asked.question.asset)


def _sold_product(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("sold_product", entitlement.sold_product, asked.question.sold_product)


def _install_base_item(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("install_base_item", entitlement.install_base_item, asked.question.install_base_item)


def _contract(entitlement: Entitlement, asked: Asked) -> Reason | None:
    contract, line = _contract_of(entitlement, asked), entitlement.contract_line
    if contract is None:
        return Reason("contract_unknown", f"nothing is known of its contract {entitlement.contract}", ("contract",))
    if line is not None and not contract.has_line(line):
        return Reason("contract_line_unknown", f"contract {contract.number} has no line {line}", ("contract",))
    if asked.contract is not None and asked.contract != contract.id:
        return _differs("contract", contract.id, asked.contract)
    asks = asked.contract is None or asked.policy.entitlements.require_covered_asset
    if asks and not _covers(contract, line, asked):
        named = " or ".join(name for _, name in asked.items)
        its = f"contract {contract.number}" if line is None else f"line {line} of contract {contract.number}"
        text = f"{its} does not cover {named or 'a case without asset or product'} on that day"
        return Reason("not_covered", text, ("asset", "product", "contract"))
    return None


def _covers(contract: ServiceContract, line: ContractLineId | None, asked: Asked) -> bool:
    """Whether something of the case is covered now; for an entitlement of a line, on that line or below it."""
    zone = contract.timezone or asked.policy.timezone
    return any(
        is_during(entry.date_added, entry.date_removed, zone, asked) and _counts(entry, contract, line, zone, asked)
        for entry in contract.coverage(asked.items)
    )


def _counts(entry: Covered, contract: ServiceContract, line: ContractLineId | None, zone: str, asked: Asked) -> bool:
    """Whether what is covered is on the line, or below it, and its own line and all above it are in force."""
    above = contract.lines_from(entry.line)
    if line is not None and all(found.id != line for found in above):
        return False
    return all(found.state == "active" and is_during(found.starts_on, found.ends_on, zone, asked) for found in above)


Check: TypeAlias = Callable[[Entitlement, Asked], Reason | None]
"""What speaks against one thing that an entitlement names, if anything does."""

DIMENSIONS: tuple[tuple[Dimension, int, Check], ...] = (
    ("contract", 4, _contract),
    ("asset", 3, _asset),
    ("sold_product", 3, _sold_product),
    ("install_base_item", 3, _install_base_item),
    ("product", 2, _product),
    ("account", 1, _account),
    ("consumer", 1, _consumer),
    ("household", 1, _household),
)
"""What an entitlement may name, what a match weighs (ServiceNow's weights), what speaks against it; heaviest first."""


# --- does anything stand in its way? ---------------------------------------------------------------------------------


def obstacles(entitlement: Entitlement, asked: Asked) -> Iterator[Reason]:
    """Why it does not apply to this case at this instant, although it may be for such cases."""
    contract = _contract_of(entitlement, asked)
    zone = _zone(entitlement, contract, asked)
    channel, channels = asked.question.channel, entitlement.channels
    if not entitlement.active:
        yield Reason("not_active", "it is not active")
    if entitlement.state != "active":
        yield Reason("not_in_force", f"it is {entitlement.state}")
    if not has_begun(entitlement.starts_on, zone, asked):
        yield Reason("not_started", f"it starts on {entitlement.starts_on}")
    if is_over(entitlement.ends_on, zone, asked):
        yield Reason("ended", f"it ended on {entitlement.ends_on}")
    if channels and channel not in channels:
        yield Reason("channel_not_offered", f"it is for {', '.join(sorted(channels))}, not {channel}", ("channel",))
    if entitlement.restrict_when_exhausted and is_used_up(entitlement):
        yield Reason("used_up", f"its {entitlement.total_units} {entitlement.unit} are used up")
    if contract:
        yield from _contract_obstacles(contract, entitlement, asked)


def is_used_up(entitlement: Entitlement) -> bool:
    """Whether it is counted, and nothing is left."""
    remaining = entitlement.remaining
    return remaining is not None and remaining <= 0


def _contract_obstacles(contract: ServiceContract, entitlement: Entitlement, asked: Asked) -> Iterator[Reason]:
    zone = contract.timezone or asked.policy.timezone
    its = f"its contract {contract.number}"
    if contract.state != "active":
        yield Reason("contract_not_active", f"{its} is {contract.state}", ("contract",))
    if not has_begun(contract.starts_on, zone, asked):
        yield Reason("contract_not_started", f"{its} starts on {contract.starts_on}", ("contract",))
    if is_over(contract.ends_on, zone, asked):
        yield Reason("contract_ended", f"{its} ended on {contract.ends_on}", ("contract",))
    if not _belongs(contract, entitlement, asked):
        whose = f"account {contract.account}" if contract.account else f"consumer {contract.consumer}"
        yield Reason("contract_of_another", f"{its} is that of {whose}", ("contract", "account", "consumer"))
    for line in contract.lines_from(entitlement.contract_line):
        if line.state != "active" or not is_during(line.starts_on, line.ends_on, zone, asked):
            is_how = line.state if line.state != "active" else "not in force on that day"
            yield Reason("contract_line_not_active", f"line {line.id} of {its} is {is_how}", ("contract",))


def _belongs(contract: ServiceContract, entitlement: Entitlement, asked: Asked) -> bool:
    if contract.account is None:
        return contract.consumer == asked.question.consumer
    distance = asked.distances.get(contract.account)
    return distance is not None and (distance == 0 or _inherits(entitlement, asked))


def _contract_of(entitlement: Entitlement, asked: Asked) -> ServiceContract | None:
    return asked.contracts.get(entitlement.contract) if entitlement.contract else None


def _inherits(entitlement: Entitlement, asked: Asked) -> bool:
    own = entitlement.inherits
    return asked.policy.entitlements.inherit_from_parent_accounts if own is None else own


def _zone(entitlement: Entitlement, contract: ServiceContract | None, asked: Asked) -> str:
    """Where the days of an entitlement begin and end."""
    return entitlement.timezone or (contract and contract.timezone) or asked.policy.timezone


def is_during(first: date | None, last: date | None, zone: str, asked: Asked) -> bool:
    """Whether the instant lies on one of the days from the first to the last, both included."""
    return has_begun(first, zone, asked) and not is_over(last, zone, asked)


def has_begun(day: date | None, zone: str, asked: Asked) -> bool:
    """Whether local 00:00 of the day has been; the zone matters only near it."""
    ahead = day.toordinal() - asked.today if day else -FAR
    return ahead < 0 if abs(ahead) >= FAR else covered(day, None, zone)[0] <= asked.at


def is_over(day: date | None, zone: str, asked: Asked) -> bool:
    """Whether local 00:00 after the day has been."""
    ahead = day.toordinal() - asked.today if day else FAR
    return ahead < 0 if abs(ahead) >= FAR else covered(None, day, zone)[1] <= asked.at
