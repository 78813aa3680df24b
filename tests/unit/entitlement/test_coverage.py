"""Contracts and things from either side: what covers this, who is covered, what is left out."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from csmcore.errors import InvalidValue
from csmcore.model import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CaseFacts,
    Consumer,
    ConsumerId,
    ContractLine,
    CoveredInstallBaseItem,
    CoveredSoldProduct,
    Household,
    HouseholdMember,
    InstallBaseItem,
    ServiceContract,
    SoldProduct,
)
from csmcore.rules import Cover, Thing, coverage_gaps, what_covers, who_is_covered
from tests.unit.entitlement.desk import ACME, ASKED_AT, HOLDING, contract, cover, entitlement, policy

PUMP = Asset(id=AssetId("sn-1"), product_model="pump", account=AccountId("acme"))  # type: ignore[arg-type]
HOSE = Asset(id=AssetId("sn-2"), product_model="hose", account=AccountId("acme"))  # type: ignore[arg-type]


def made(kind: Any, **fields: Any) -> Any:
    """A noun whose fields are texts."""
    return kind(**fields)


def found(thing: Thing, *contracts: ServiceContract, at: datetime = ASKED_AT, **rules: Any) -> list[tuple[str, ...]]:
    """The contract of each cover, and the codes of what speaks against it."""
    above: Any = rules.pop("above", ())
    covers = what_covers(thing, contracts, policy(**rules), at, above)
    return [(cover.contract.id, *(reason.code for reason in cover.reasons)) for cover in covers]


def test_a_contract_covers_an_asset_by_name_and_by_model() -> None:
    """Both entries are told, by contract."""
    both = contract(covered_assets=(cover(asset="sn-1"),))
    assert found(PUMP, both) == [("c1",), ("c1",)]
    assert found(HOSE, both) == []


def test_what_was_sold_and_what_is_installed_are_covered_like_assets() -> None:
    """By name, and by the model if it is known."""
    sold = made(SoldProduct, id="o1", product="hose", account="acme")
    installed = made(InstallBaseItem, id="b1", account="acme")
    agreed = contract(
        covered_products=(),
        covered_sold_products=(made(CoveredSoldProduct, sold_product="o1"),),
        covered_install_base_items=(made(CoveredInstallBaseItem, install_base_item="b1"),),
    )
    assert found(sold, agreed) == [("c1",)]
    assert found(installed, agreed) == [("c1",)]
    assert found(made(InstallBaseItem, id="b2", product="pump", account="acme"), contract()) == [("c1",)]


def test_every_reason_is_told_and_what_holds_comes_first() -> None:
    """Fewest reasons first, then by number."""
    lines = (
        made(ContractLine, id="l1", state="suspended", starts_on=date(2027, 4, 1)),
        made(ContractLine, id="l2", parent="l1", ends_on=date(2027, 5, 1)),
    )
    on_line = contract("c2", lines=lines, covered_products=(cover(product="pump", line="l2"),))
    over = contract(
        "c3",
        state="cancelled",
        account="rival",
        ends_on=date(2027, 2, 1),
        covered_products=(cover(product="pump", date_removed=date(2027, 1, 1)),),
    )
    ahead = contract(
        "c4",
        state="draft",
        starts_on=date(2028, 1, 1),
        covered_products=(cover(product="pump", date_added=date(2028, 2, 1)),),
    )
    assert found(PUMP, over, ahead, on_line, contract()) == [
        ("c1",),
        ("c2", "contract_line_not_active", "contract_line_not_started"),
        ("c4", "contract_not_active", "contract_not_started", "cover_not_started"),
        ("c3", "contract_not_active", "contract_ended", "cover_ended", "contract_of_another"),
    ]


def test_a_contract_of_an_account_above_counts_where_it_is_passed_down() -> None:
    """Inheritance is the policy's to grant."""
    of_holding = contract(account="holding")
    assert found(PUMP, of_holding) == [("c1", "contract_of_another")]
    assert found(PUMP, of_holding, above=(HOLDING,)) == [("c1", "contract_of_another")]
    assert found(PUMP, of_holding, above=(HOLDING,), inherit_from_parent_accounts=True) == [("c1",)]


def test_a_consumers_contract_is_the_consumers() -> None:
    """Theirs by their id."""
    phone = made(Asset, id="p", product_model="pump", consumer="kay")
    assert found(phone, contract(consumer=ConsumerId("kay"))) == [("c1",)]
    assert found(phone, contract(consumer=ConsumerId("lee"))) == [("c1", "contract_of_another")]


def test_who_is_covered_are_the_things_with_their_owners() -> None:
    """Those that the contract has entries about, covered or not, in their order."""
    theirs = made(Asset, id="sn-3", product_model="pump", account="below")
    below = Account(id=AccountId("below"), name="Below", parent=ACME.id)
    rules = policy(inherit_from_parent_accounts=True)
    seen = who_is_covered(contract(), [HOSE, theirs, PUMP], rules, ASKED_AT, {below.id: (ACME,)})
    assert [(each.thing.id, each.thing.account, each.is_covered) for each in seen] == [
        ("sn-3", "below", True),
        ("sn-1", "acme", True),
    ]
    strict = who_is_covered(contract(), [theirs], policy(), ASKED_AT, {below.id: (ACME,)})
    assert [each.is_covered for each in strict] == [False]


def test_gaps_are_what_is_not_covered_or_not_served_by_every_channel() -> None:
    """The covers that do not hold are told with them."""
    phone_only = entitlement("e1", account="acme", product="pump", channels=frozenset({"phone"}))
    facts = CaseFacts(account=ACME, contracts=(contract(),), entitlements=(phone_only,))
    (pump, hose) = coverage_gaps([PUMP, HOSE], facts, policy(), ASKED_AT)
    assert (pump.thing.id, pump.is_covered, "phone" in pump.unserved, "web" in pump.unserved) == (
        "sn-1",
        True,
        False,
        True,
    )
    assert (hose.is_covered, hose.covers, len(hose.unserved)) == (False, (), 7)
    served = entitlement("e2", account="acme")
    whole = CaseFacts(account=ACME, contracts=(contract(),), entitlements=(served,))
    assert coverage_gaps([PUMP], whole, policy(), ASKED_AT) == ()
    late = datetime(2028, 1, 1, tzinfo=UTC)
    ended = CaseFacts(account=ACME, contracts=(contract(ends_on=date(2027, 12, 31)),), entitlements=(served,))
    (gap,) = coverage_gaps([PUMP], ended, policy(), late)
    assert [type(each) for each in gap.covers] == [Cover]
    assert not gap.covers[0].is_in_force


def test_what_a_household_has_is_covered_by_its_members_contracts() -> None:
    """While they are members; and the consumer would open cases about it."""
    stay = made(HouseholdMember, consumer="kay", ends_on=date(2027, 6, 30))
    home = made(Household, id="h", name="Home", members=(stay,))
    boiler = made(SoldProduct, id="o", product="pump", household="h")
    kays = contract(consumer=ConsumerId("kay"))
    when = {True: ASKED_AT, False: datetime(2027, 7, 1, tzinfo=UTC)}
    for is_member, at in when.items():
        (cover,) = what_covers(boiler, [kays], policy(), at, households=(home,))
        assert (cover.is_in_force, [reason.code for reason in cover.reasons]) == (
            is_member,
            [] if is_member else ["contract_of_another"],
        )
    (seen,) = who_is_covered(kays, [boiler], policy(), ASKED_AT, households=(home,))
    assert seen.is_covered
    facts = CaseFacts(
        consumer=made(Consumer, id="kay", name="Kay"),
        households=(home,),
        contracts=(kays,),
        entitlements=(entitlement("e", household="h"),),
    )
    assert coverage_gaps([boiler], facts, policy(), ASKED_AT) == ()


def test_gaps_are_found_under_a_hosts_strategy_too() -> None:
    """It must be brought."""
    facts = CaseFacts(account=ACME, contracts=(contract(),), entitlements=(entitlement("e", account="acme"),))
    rules = policy(strategy="host:own")
    nothing: Any = {"own": lambda *_: None}
    (gap,) = coverage_gaps([PUMP], facts, rules, ASKED_AT, nothing)
    assert (gap.is_covered, len(gap.unserved)) == (True, 7)
    with pytest.raises(InvalidValue, match="the host has no strategy"):
        coverage_gaps([PUMP], facts, rules, ASKED_AT)


def test_what_is_gone_leaves_no_gap() -> None:
    """Neither what was taken out by that day, nor what is retired or missing."""
    item: dict[str, Any] = {"product": "hose", "account": "acme"}
    things = [
        made(InstallBaseItem, id="gone", uninstalled_on=date(2027, 3, 1), **item),
        made(InstallBaseItem, id="still", uninstalled_on=date(2027, 3, 2), **item),
        made(Asset, id="old", product_model="hose", account="acme", state="retired"),
        made(Asset, id="lost", product_model="hose", account="acme", state="missing"),
    ]
    gaps = coverage_gaps(things, CaseFacts(account=ACME), policy(), ASKED_AT)
    assert [gap.thing.id for gap in gaps] == ["still"]
