"""One entitlement beside one case: whether it fits, and what stands in its way.

It *fits* a case that has everything it names; it is *eligible* if it is active, in its period, for the case's channel,
not used up, and its contract is in force and the customer's.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from csmcore.calendars import as_utc, covered
from csmcore.model import (
    AccountId,
    CaseFacts,
    ContractId,
    CoveredKind,
    Dimension,
    Entitlement,
    EntitlementQuestion,
    ProductModelId,
    Reason,
    ServiceContract,
    SupportPolicy,
)

__all__ = ["DIMENSIONS", "Asked", "is_used_up", "obstacles", "resolve"]

_FAR = 2  # days: no zone's midnight is that far from UTC's


class Asked(NamedTuple):
    """The question with what the facts say about it, resolved once for all entitlements."""

    question: EntitlementQuestion
    policy: SupportPolicy
    at: datetime
    today: int  # the UTC date of ``at``, as an ordinal
    contract: ContractId | None  # the one that was set by hand
    contracts: Mapping[ContractId, ServiceContract]
    distances: Mapping[AccountId, int]  # of the account (0) and of those above it
    products: tuple[ProductModelId, ...]
    items: tuple[tuple[CoveredKind, str], ...]  # what a contract may cover


def resolve(question: EntitlementQuestion, facts: CaseFacts, policy: SupportPolicy, at: datetime) -> Asked:
    """The question in the light of the facts. Facts about what the case does not name count for nothing."""
    at = as_utc(at)
    account, asset = question.account, facts.asset
    above = facts.ancestors if facts.account and facts.account.id == account else ()
    model = asset.product_model if asset and asset.id == question.asset else None
    products = tuple(dict.fromkeys(product for product in (question.product, model) if product))
    return Asked(
        question=question,
        policy=policy,
        at=at,
        today=at.toordinal(),
        contract=question.contract if question.contract_is_manual else None,
        contracts={contract.id: contract for contract in facts.contracts},
        distances={account: 0, **{found.id: index for index, found in enumerate(above, 1)}} if account else {},
        products=products,
        items=tuple(_items(question, products)),
    )


def _items(question: EntitlementQuestion, products: tuple[ProductModelId, ...]) -> Iterator[tuple[CoveredKind, str]]:
    if question.asset:
        yield "asset", question.asset
    if question.sold_product:
        yield "sold_product", question.sold_product
    if question.install_base_item:
        yield "install_base_item", question.install_base_item
    for product in products:
        yield "product", product


# --- does it fit: has the case all that it names? --------------------------------------------------------------------


def _differs(dimension: Dimension, own: str | None, *of_case: str | None) -> Reason | None:
    if own in of_case:
        return None
    named = " and ".join(name for name in of_case if name)
    text = f"it is for {dimension} {own}; the case names {named or 'none'}"
    return Reason(f"{dimension}_differs", text, (dimension,))


def _account(entitlement: Entitlement, asked: Asked) -> Reason | None:
    own = entitlement.account
    if own in asked.distances and own != asked.question.account:
        text = f"it is for account {own}, above the case's, and not inherited"
        return None if _inherits(entitlement, asked) else Reason("not_inherited", text, ("account",))
    return _differs("account", own, asked.question.account)


def _consumer(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("consumer", entitlement.consumer, asked.question.consumer)


def _product(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("product", entitlement.product, *asked.products)


def _asset(entitlement: Entitlement, asked: Asked) -> Reason | None:
    return _differs("asset", entitlement.asset, asked.question.asset)


def _contract(entitlement: Entitlement, asked: Asked) -> Reason | None:
    contract = _contract_of(entitlement, asked)
    if contract is None:
        return Reason("contract_unknown", f"nothing is known of its contract {entitlement.contract}", ("contract",))
    if asked.contract is not None and asked.contract != contract.id:
        return _differs("contract", contract.id, asked.contract)
    if (asked.contract is None or asked.policy.entitlements.require_covered_asset) and not _covers(contract, asked):
        named = " or ".join(name for name in (asked.question.asset, *asked.products) if name)
        text = f"contract {contract.number} does not cover {named or 'a case without asset or product'} on that day"
        return Reason("not_covered", text, ("asset", "product", "contract"))
    return None


def _covers(contract: ServiceContract, asked: Asked) -> bool:
    zone = contract.timezone or asked.policy.timezone
    return any(
        _has_begun(line.date_added, zone, asked) and not _is_over(line.date_removed, zone, asked)
        for line in contract.coverage(asked.items)
    )


DIMENSIONS: tuple[tuple[Dimension, int, Callable[[Entitlement, Asked], Reason | None]], ...] = (
    ("contract", 4, _contract),
    ("asset", 3, _asset),
    ("product", 2, _product),
    ("account", 1, _account),
    ("consumer", 1, _consumer),
)
"""What an entitlement may name, what a match weighs (ServiceNow's weights), what speaks against it; heaviest first."""


# --- does anything stand in its way? ---------------------------------------------------------------------------------


def obstacles(entitlement: Entitlement, asked: Asked) -> Iterator[Reason]:
    """Why it does not apply to this case at this instant, although it may be for such cases."""
    contract = _contract_of(entitlement, asked)
    zone = entitlement.timezone or (contract and contract.timezone) or asked.policy.timezone
    channel, channels = asked.question.channel, entitlement.channels
    if not entitlement.active:
        yield Reason("not_active", "it is not active")
    if not _has_begun(entitlement.starts_on, zone, asked):
        yield Reason("not_started", f"it starts on {entitlement.starts_on}")
    if _is_over(entitlement.ends_on, zone, asked):
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
    if not _has_begun(contract.starts_on, zone, asked):
        yield Reason("contract_not_started", f"{its} starts on {contract.starts_on}", ("contract",))
    if _is_over(contract.ends_on, zone, asked):
        yield Reason("contract_ended", f"{its} ended on {contract.ends_on}", ("contract",))
    if not _belongs(contract, entitlement, asked):
        whose = f"account {contract.account}" if contract.account else f"consumer {contract.consumer}"
        yield Reason("contract_of_another", f"{its} is that of {whose}", ("contract", "account", "consumer"))


def _belongs(contract: ServiceContract, entitlement: Entitlement, asked: Asked) -> bool:
    if contract.account is None:
        return contract.consumer == asked.question.consumer
    distance = asked.distances.get(contract.account)
    return distance == 0 or (distance is not None and _inherits(entitlement, asked))


def _contract_of(entitlement: Entitlement, asked: Asked) -> ServiceContract | None:
    return asked.contracts.get(entitlement.contract) if entitlement.contract else None


def _inherits(entitlement: Entitlement, asked: Asked) -> bool:
    own = entitlement.inherits
    return asked.policy.entitlements.inherit_from_parent_accounts if own is None else own


def _has_begun(day: date | None, zone: str, asked: Asked) -> bool:
    """Whether local 00:00 of the day has been; the zone matters only near it."""
    ahead = day.toordinal() - asked.today if day else -_FAR
    return ahead < 0 if abs(ahead) >= _FAR else covered(day, None, zone)[0] <= asked.at


def _is_over(day: date | None, zone: str, asked: Asked) -> bool:
    """Whether local 00:00 after the day has been."""
    ahead = day.toordinal() - asked.today if day else _FAR
    return ahead < 0 if abs(ahead) >= _FAR else covered(None, day, zone)[1] <= asked.at
