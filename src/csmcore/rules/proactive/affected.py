"""Whom an alert affects: from its configuration items to install base items, and to those whose they are."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, TypeAlias

import attrs

from csmcore.model import (
    AccountId,
    AffectedCustomer,
    Alert,
    AlertFacts,
    Case,
    ConfigurationItemId,
    ConsumerId,
    HouseholdId,
    InstallBaseItem,
    InstallBaseItemId,
    LeftOut,
    Reason,
    Refusal,
    SupportPolicy,
)
from csmcore.rules.ownership.install_base import may_have_cases
from csmcore.rules.ownership.owners import disowned

__all__ = ["Standing", "affected_by"]

_Whose: TypeAlias = tuple[AccountId | None, ConsumerId | None]
_Theirs: TypeAlias = tuple[InstallBaseItem, ConfigurationItemId]

_NO_ITEM = Reason("alert_item_unknown", "no install base item is this configuration item", ("configuration_items",))
_VENDORS_OWN = Reason("alert_no_customer", "it is the vendor's own, no customer's", ("organization",))
_NO_HEAD = Reason("alert_household_without_head", "its household has no head today to open a case for", ("household",))
_INACTIVE = Reason("alert_customer_inactive", "the customer is inactive", ("active",))


class Standing(NamedTuple):
    """A customer whom the alert affects, the first of their items, and the case for the alert that they have."""

    customer: AffectedCustomer
    item: InstallBaseItem
    case: Case | None


class _Owners(NamedTuple):
    """Who owns what: the policy, the day, heads of households who belong to them then, customers who are inactive."""

    policy: SupportPolicy
    day: date
    heads: Mapping[HouseholdId, ConsumerId | None]
    inactive: frozenset[tuple[str, str | None]]


def affected_by(
    alert: Alert, facts: AlertFacts, policy: SupportPolicy, day: date
) -> tuple[list[Standing], list[LeftOut]]:
    """The customers, by account and consumer; and what of the alert leads to none of them, with every reason."""
    owned: dict[_Whose, list[_Theirs]] = {}
    found, strays = _items(alert, facts)
    owners = _owners(facts, policy, day)
    for identity in sorted(found):
        whose, reasons = _whose(found[identity][0], owners)
        if reasons:
            strays.append(LeftOut(kind="install_base_item", id=identity, reasons=reasons))
        else:
            owned.setdefault(whose, []).append(found[identity])
    cases = _cases(facts)
    ranked = sorted(owned, key=lambda whose: (whose[0] or "", whose[1] or ""))
    standings = [Standing(_customer(each, owned[each]), owned[each][0][0], _case(each, cases)) for each in ranked]
    return standings, strays


def _items(alert: Alert, facts: AlertFacts) -> tuple[dict[InstallBaseItemId, _Theirs], list[LeftOut]]:
    """The items that the alert is about, each with the first configuration item that it is."""
    found: dict[InstallBaseItemId, _Theirs] = {}
    strays: list[LeftOut] = []
    for name in sorted(alert.configuration_items):
        items = facts.items.get(name, ())
        if not items:
            strays.append(LeftOut(kind="configuration_item", id=name, reasons=(_NO_ITEM,)))
        for item in items:
            found.setdefault(item.id, (item, name))
    return found, strays


def _owners(facts: AlertFacts, policy: SupportPolicy, day: date) -> _Owners:
    heads = {home.id: home.head for home in facts.households if home.head in home.members_on(day)}
    customers: dict[tuple[str, str | None], bool] = {
        **{("account", account.id): account.active for account in facts.accounts},
        **{("consumer", consumer.id): consumer.active for consumer in facts.consumers},
    }
    return _Owners(policy, day, heads, frozenset(who for who, active in customers.items() if not active))


def _whose(item: InstallBaseItem, owners: _Owners) -> tuple[_Whose, tuple[Reason, ...]]:
    """Whose the cases about an item are, or every reason why there are none."""
    there = may_have_cases(item, owners.day)
    reasons = [*there.reasons] if isinstance(there, Refusal) else []
    reasons += disowned(attrs.evolve(item, contact=None), owners.policy, None)
    if item.organization is not None:
        reasons.append(_VENDORS_OWN)
    consumer = item.consumer if item.household is None else owners.heads.get(item.household)
    if item.household is not None and consumer is None:
        reasons.append(_NO_HEAD)
    if not owners.inactive.isdisjoint({("account", item.account), ("consumer", consumer)}):
        reasons.append(_INACTIVE)
    return (item.account, consumer), tuple(reasons)


def _customer(whose: _Whose, theirs: list[_Theirs]) -> AffectedCustomer:
    return AffectedCustomer(
        account=whose[0],
        consumer=whose[1],
        items=tuple(item.id for item, _ in theirs),
        configuration_items=tuple(sorted({name for _, name in theirs})),
    )


def _case(whose: _Whose, cases: Mapping[_Whose, Case]) -> Case | None:
    """The case of a customer. A major case has one child for an account, whichever of its consumers it is about."""
    known, of_account = cases.get(whose), cases.get((whose[0], None))
    is_child = of_account is not None and of_account.parent is not None
    return of_account if known is None and is_child else known


def _cases(facts: AlertFacts) -> dict[_Whose, Case]:
    """The case for the alert that each customer has: one that lives before those that have ended, then the latest."""
    ranked = sorted(facts.cases, key=lambda case: (not case.is_terminal, case.opened_at, case.id))
    return {(case.account, case.consumer): case for case in ranked}
