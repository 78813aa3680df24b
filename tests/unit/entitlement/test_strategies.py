"""How the winner is chosen: built-in strategies, defaults, and a host's own function."""

import pickle
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from csmcore.errors import InvalidValue
from csmcore.model import (
    Candidate,
    CaseFacts,
    EntitlementId,
    EntitlementPolicy,
    EntitlementQuestion,
    Household,
    HouseholdMember,
)
from csmcore.rules import EntitlementIndex, EntitlementStrategy, compile_policy, derive_entitlement
from tests.unit.entitlement.desk import ACME, ASKED_AT, codes, derive, entitlement, order, policy

ON_ACCOUNT = entitlement("e1", account="acme")
ON_ASSET = entitlement("e2", asset="sn-1")
LAST = entitlement("e9", is_default=True)
QUESTION = EntitlementQuestion(account=ACME.id)


def last_id(_: EntitlementQuestion, candidates: Sequence[Candidate]) -> EntitlementId | None:
    """A host's way: the highest id."""
    return max((one.entitlement.id for one in candidates), default=None)


def nobody(_: EntitlementQuestion, __: Sequence[Candidate]) -> None:
    """A host that never chooses."""


def chosen_by(strategy: EntitlementStrategy, *entitlements: Any) -> Any:
    """The decision under a host's strategy, and the index's."""
    rules = policy(strategy="host:own")
    facts = CaseFacts(account=ACME, entitlements=entitlements)
    found = derive_entitlement(QUESTION, facts, rules, ASKED_AT, {"own": strategy})
    index = EntitlementIndex.of(rules, entitlements, strategies={"host:own": strategy})
    assert index.derive(QUESTION, ASKED_AT, CaseFacts(account=ACME)).chosen == found.chosen
    return found


def test_a_default_applies_only_where_nothing_else_does() -> None:
    """It may name nothing, and comes last however it matches."""
    found = derive(LAST, ON_ACCOUNT)
    assert order(found) == ["e1", "e9"]
    assert codes(found, "e9") == ["default_last"]
    assert derive(LAST).chosen == LAST
    specific = entitlement("e3", is_default=True, asset="sn-1")
    assert order(derive(specific, ON_ACCOUNT, LAST)) == ["e1", "e3", "e9"]


def test_the_lowest_order_wins_where_the_policy_goes_by_order() -> None:
    """Those without an order come last; of equals the stronger match wins."""
    first, second = entitlement("e3", account="acme", order=1), entitlement("e4", asset="sn-1", order=2)
    found = derive(second, ON_ASSET, first, rules=policy(strategy="explicit_order"))
    assert order(found) == ["e3", "e4", "e2"]
    assert codes(found, "e4") == codes(found, "e2") == ["later_order"]
    assert str(found.candidates[2].reasons[0]) == "e3 has the lower order: 1 against none"
    assert order(derive(second, ON_ASSET, first)) == ["e2", "e4", "e3"]


def test_a_household_has_what_it_was_promised_while_the_consumer_lives_there() -> None:
    """First and last day included, in the policy's zone."""
    stay: Any = {"consumer": "kay", "starts_on": ASKED_AT.date(), "ends_on": ASKED_AT.date()}
    home: Any = Household(id="h", name="Home", members=(HouseholdMember(**stay),))  # type: ignore[arg-type]
    mine = entitlement("e5", household="h")
    asked: Any = {"account": None, "consumer": "kay", "asset": None}
    assert derive(mine, facts={"households": (home,)}, **asked).chosen == mine
    assert codes(derive(mine, facts={"households": (home,)}, **{**asked, "consumer": "lee"}), "e5") == [
        "not_of_household"
    ]
    assert codes(derive(mine, **{**asked, "consumer": None}), "e5") == ["not_of_household"]


def test_a_host_chooses_among_what_applies() -> None:
    """Its choice stands, and the others are told so."""
    found = chosen_by(last_id, ON_ACCOUNT, entitlement("e4", account="acme", product="pump"), LAST)
    assert found.chosen == LAST
    assert [(one.standing, one.reasons[0].code) for one in found.candidates[1:]] == [
        ("outranked", "chosen_by_host"),
        ("incompatible", "product_differs"),
    ]


def test_a_host_is_not_shown_what_does_not_apply() -> None:
    """Neither by the rule nor by the index."""
    over = entitlement("e8", account="acme", ends_on=date(2026, 1, 1))
    assert chosen_by(last_id, ON_ACCOUNT, over).chosen == ON_ACCOUNT


def test_a_host_may_choose_nothing() -> None:
    """Then the case is not entitled, and what applies says why not."""
    found = chosen_by(nobody, ON_ACCOUNT)
    assert found.chosen is None
    assert str(found.candidates[0].reasons[0]) == "host:own chose none"


def test_a_host_may_not_choose_what_does_not_apply() -> None:
    """Nor anything that there is not."""
    with pytest.raises(InvalidValue, match="host:own chose 'e7', which does not apply"):
        chosen_by(lambda *_: EntitlementId("e7"), ON_ACCOUNT)


def test_a_plan_and_an_index_demand_the_strategy_that_their_policy_names() -> None:
    """What would fail at every case fails at once."""
    for make in (compile_policy, EntitlementIndex.of):
        with pytest.raises(InvalidValue, match="the host has no strategy 'host:own'"):
            make(policy(strategy="host:own"))


def test_a_plan_pickles_with_the_hosts_strategies() -> None:
    """They are functions of a module."""
    plan = pickle.loads(pickle.dumps(compile_policy(policy(strategy="host:own"), {"own": last_id})))  # noqa: S301
    assert plan.strategies == {"own": last_id}
    assert pickle.loads(pickle.dumps(compile_policy(policy()))).strategies == {}  # noqa: S301


@pytest.mark.parametrize("name", ["weighted", "host:", ""])
def test_a_strategy_is_built_in_or_the_hosts(name: str) -> None:
    """Nothing else is one."""
    with pytest.raises(InvalidValue, match=r"strategy: .* is not one of additive, precedence, explicit_order"):
        EntitlementPolicy(strategy=name)


def test_the_older_name_of_additive_is_read() -> None:
    """Documents that say weights mean additive, with the same digest."""
    assert policy(strategy="weights") == policy()
    assert policy(strategy="weights").digest == policy().digest
