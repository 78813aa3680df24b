"""Which entitlement applies: the specification's worked examples, weights and ties, and what is set by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from csmcore.model import Asset, AssetId, Case, EntitlementQuestion, PolicyRef, ProductModelId
from tests.unit.entitlement.desk import (
    ABOVE,
    ACME,
    codes,
    contract,
    contract_by_hand,
    derive,
    entitlement,
    order,
    policy,
)

ON_ASSET = entitlement("on-asset", asset="sn-1")
ON_CONTRACT = entitlement("on-contract", contract="c1")
ON_CONTRACT_AND_ASSET = entitlement("on-contract-and-asset", contract="c1", asset="sn-1")
ON_PRODUCT_AND_ASSET = entitlement("on-product-and-asset", product="pump", asset="sn-1")
ON_ACCOUNT_AND_PRODUCT = entitlement("on-account-and-product", account="acme", product="pump")


# --- the specification's worked examples -----------------------------------------------------------------------------


def test_an_asset_alone_loses_to_contract_and_asset() -> None:
    """3 loses to 4 + 3."""
    found = derive(ON_ASSET, ON_CONTRACT_AND_ASSET, contracts=(contract(),))
    assert found.chosen == ON_CONTRACT_AND_ASSET
    assert [candidate.score for candidate in found.candidates] == [7, 3]


def test_an_asset_wins_the_tie_with_account_and_product() -> None:
    """1 + 2 ties with 3, and the heavier single match wins."""
    found = derive(ON_ACCOUNT_AND_PRODUCT, ON_ASSET)
    assert [candidate.score for candidate in found.candidates] == [3, 3]
    assert found.chosen == ON_ASSET
    assert codes(found, "on-account-and-product") == ["less_specific"]


def test_product_and_asset_beat_a_contract_by_their_sum_alone() -> None:
    """2 + 3 beats 4 where weights add up, and loses to it under precedence."""
    for strategy, winner in (("additive", ON_PRODUCT_AND_ASSET), ("precedence", ON_CONTRACT)):
        found = derive(ON_PRODUCT_AND_ASSET, ON_CONTRACT, contracts=(contract(),), rules=policy(strategy=strategy))
        assert found.chosen == winner
        assert found.strategy == strategy


def test_precedence_looks_at_the_next_weight_where_the_highest_are_equal() -> None:
    """4 + 1 comes before 4 alone, and 4 + 2 before both."""
    with_account = entitlement("a", contract="c1", account="acme")
    with_product = entitlement("b", contract="c1", product="pump")
    rules = policy(strategy="precedence")
    assert order(derive(ON_CONTRACT, with_account, with_product, contracts=(contract(),), rules=rules)) == [
        "b",
        "a",
        "on-contract",
    ]


# --- weights and ties ------------------------------------------------------------------------------------------------


def test_account_and_consumer_weigh_as_one() -> None:
    """Both matched count 1, so that they lose to a product."""
    both = entitlement("both", account="acme", consumer="carl")
    found = derive(both, entitlement("product", product="pump"), consumer="carl")
    assert found.candidates[1].weights == (1,)
    assert found.candidates[1].matched == ("account", "consumer")
    assert order(found) == ["product", "both"]


@pytest.mark.parametrize(
    ("better", "worse", "code"),
    [
        ({"account": "acme"}, {"account": "holding"}, "farther_account"),
        ({"account": "holding"}, {"account": "group"}, "farther_account"),
        ({"consumer": "carl"}, {"account": "holding"}, "farther_account"),
        ({"account": "acme"}, {"account": "acme", "per_unit": True, "total_units": 0}, "no_units_left"),
        ({"account": "acme", "ends_on": date(2028, 1, 1)}, {"account": "acme", "ends_on": None}, "ends_later"),
        ({"account": "acme", "ends_on": date(2028, 1, 1)}, {"account": "acme", "ends_on": date.max}, "ends_later"),
        ({"account": "acme", "ends_on": date.max}, {"account": "acme", "ends_on": None}, "ends_later"),
    ],
)
def test_ties_are_broken_in_the_settled_order(better: dict[str, Any], worse: dict[str, Any], code: str) -> None:
    """Of equal weights: the nearer account, units left, the earlier end; the number cannot help the worse one."""
    rules = policy(inherit_from_parent_accounts=True)
    found = derive(entitlement("a", **worse), entitlement("b", **better), rules=rules, facts=ABOVE, consumer="carl")
    assert order(found) == ["b", "a"]
    assert codes(found, "a") == [code]


def test_numbers_are_compared_by_code_point() -> None:
    """Last of all the number decides, capitals before small letters and 10 before 2; then the id."""
    numbers = ("b2", "B10", "b10", "B2")
    assert order(derive(*(entitlement(number, account="acme") for number in numbers))) == ["B10", "B2", "b10", "b2"]


# --- what an entitlement is for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"account": "other"}, "account_differs"),
        ({"consumer": "carl"}, "consumer_differs"),
        ({"product": "compressor"}, "product_differs"),
        ({"asset": "sn-2"}, "asset_differs"),
        ({"account": "holding"}, "not_inherited"),
        ({"contract": "c9"}, "contract_unknown"),
        ({}, "names_nothing"),
        ({"channels": frozenset({"email"})}, "names_nothing"),
    ],
)
def test_an_entitlement_for_another_case_is_incompatible(fields: dict[str, Any], code: str) -> None:
    """All that it names the case must have, and it must name something."""
    found = derive(entitlement("e", **fields), facts=ABOVE)
    assert found.chosen is None
    assert [candidate.standing for candidate in found.candidates] == ["incompatible"]
    assert codes(found, "e") == [code]


def test_both_products_of_a_case_count() -> None:
    """The case's product and that of its asset are its products, both when they differ."""
    found = derive(entitlement("a", product="pump"), entitlement("b", product="hose"), product="hose")
    assert [candidate.standing for candidate in found.candidates] == ["chosen", "outranked"]


def test_facts_about_what_the_case_does_not_name_count_for_nothing() -> None:
    """Another asset's product and another account's ancestors are not the case's."""
    other = Asset(id=AssetId("sn-2"), product_model=ProductModelId("pump"))
    found = derive(entitlement("e", product="pump"), facts={"asset": other})
    assert codes(found, "e") == ["product_differs"]
    rules = policy(inherit_from_parent_accounts=True)
    found = derive(entitlement("e", account="holding"), facts=ABOVE, rules=rules, account="other")
    assert codes(found, "e") == ["account_differs"]


@pytest.mark.parametrize(
    ("default", "own", "is_passed_down"),
    [(False, None, False), (True, None, True), (False, True, True), (True, False, False)],
)
def test_an_entitlement_may_override_the_policy_on_inheritance(
    *, default: bool, own: bool | None, is_passed_down: bool
) -> None:
    """It passes down, or not, as it says; if it says nothing, as the policy does. Its contract goes the same way."""
    rules = policy(inherit_from_parent_accounts=default)
    on_account = entitlement("e", account="holding", inherits=own)
    on_contract = entitlement("e", contract="c1", inherits=own)
    of_holding = contract(account="holding")
    assert bool(derive(on_account, rules=rules, facts=ABOVE).chosen) is is_passed_down
    assert bool(derive(on_contract, contracts=(of_holding,), rules=rules, facts=ABOVE).chosen) is is_passed_down


# --- not entitled ----------------------------------------------------------------------------------------------------


def test_without_entitlements_nobody_is_entitled() -> None:
    """The answer says that there was nothing to choose from."""
    found = derive()
    assert (found.chosen, found.contract, found.candidates, found.would_have_helped) == (None, None, (), ())
    assert found.reason.code == "not_entitled"
    assert str(found.reason) == "not entitled: there is no entitlement to choose from"


def test_what_would_have_helped_has_the_fewest_obstacles_first() -> None:
    """Of those that are for such a case: one obstacle before two, then by rank. The incompatible would not have."""
    two = entitlement("two", asset="sn-1", active=False, channels=frozenset({"phone"}))
    light = entitlement("light", account="acme", active=False)
    heavy = entitlement("heavy", asset="sn-1", ends_on=date(2027, 1, 1))
    other = entitlement("other", asset="sn-2")
    found = derive(two, light, other, heavy)
    assert [candidate.entitlement.number for candidate in found.would_have_helped] == ["heavy", "light", "two"]
    assert found.reason.code == "not_entitled"
    assert derive(two, light, other, heavy, ON_ASSET).would_have_helped == ()


def test_an_exhausted_entitlement_gives_way_to_the_next() -> None:
    """Restricted when used up, it is ineligible; the case takes the next best."""
    spent = entitlement("spent", asset="sn-1", per_unit=True, total_units=1, used=1, restrict_when_exhausted=True)
    found = derive(spent, entitlement("next", account="acme"))
    assert order(found) == ["next", "spent"]


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_entitlement_chosen_by_hand_stays() -> None:
    """It applies whatever speaks against it, and brings its contract; the others were passed over by hand."""
    idle = entitlement("e", contract="c1", active=False)
    found = derive(idle, ON_ASSET, contracts=(contract(),), entitlement="e", entitlement_is_manual=True)
    assert found.chosen == idle
    assert found.case_fields == {"entitlement": "e", "contract": "c1"}
    assert codes(found, "e") == ["not_active"]
    assert codes(found, "on-asset") == ["set_by_hand"]
    assert found.reason.code == "entitled_by_hand"


def test_an_unknown_entitlement_chosen_by_hand_stays() -> None:
    """The facts need not know it."""
    found = derive(ON_ASSET, entitlement="elsewhere", entitlement_is_manual=True)
    assert (found.chosen, found.contract) == (None, None)
    assert found.case_fields == {"entitlement": "elsewhere", "contract": None}
    assert str(found.reason) == "elsewhere applies, set by hand"
    assert str(found.candidates[0].reasons[0]) == "elsewhere was chosen by hand"


def test_a_blank_set_by_hand_stays_blank() -> None:
    """No entitlement, and no contract, are choices too."""
    idle = entitlement("idle", account="acme", active=False)
    found = derive(ON_ASSET, idle, entitlement_is_manual=True)
    assert found.case_fields == {"entitlement": None, "contract": None}
    assert (found.reason.code, str(found.reason)) == ("not_entitled_by_hand", "not entitled, set by hand")
    assert str(found.candidates[0].reasons[0]) == "none was chosen by hand"
    assert found.would_have_helped == ()
    found = derive(ON_CONTRACT, contracts=(contract(),), **contract_by_hand(None))
    assert found.case_fields == {"entitlement": "on-contract", "contract": None}


def test_a_contract_set_by_hand_may_be_unknown() -> None:
    """It stays the case's; the facts know nothing of it."""
    found = derive(ON_ASSET, **contract_by_hand("c9"))
    assert found.contract is None
    assert found.case_fields == {"entitlement": "on-asset", "contract": "c9"}


# --- the question ----------------------------------------------------------------------------------------------------


def test_an_open_case_asks_with_its_fields() -> None:
    """The question of a case is made of the case's fields of the same names."""
    fields: dict[str, Any] = {
        "account": ACME.id,
        "consumer": "carl",
        "product": "pump",
        "asset": "sn-1",
        "channel": "phone",
        "contract": "c1",
        "contract_is_manual": True,
        "entitlement": "e1",
        "entitlement_is_manual": True,
    }
    at = datetime(2027, 3, 1, tzinfo=UTC)
    rest: dict[str, Any] = {"id": "1", "number": "CS1", "short_description": "It leaks", "opened_by": "ann"}
    case = Case(policy=PolicyRef("p", "1", "d"), opened_at=at, updated_at=at, **rest, **fields)
    assert EntitlementQuestion.asked_by(case) == EntitlementQuestion(**fields)
