"""Sold products, install base items and households on a case, and whom the business model lets a case be for."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.model import (
    Account,
    CaseFacts,
    Consumer,
    Contact,
    Entitlement,
    Household,
    HouseholdId,
    HouseholdMember,
    InstallBaseItem,
    ServiceContract,
    SoldProduct,
    SupportPolicy,
)
from csmcore.rules.intake.relating import Related, relate
from tests.unit.lifecycle.cast import made

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
POLICY = SupportPolicy(name="test", version="1")
BERLIN = SupportPolicy(name="test", version="1", timezone="Europe/Berlin")


def home(**stay: Any) -> Household:
    """A household that Ines is in, for as long as is said."""
    return made(Household, id="home", name="Home", members=(made(HouseholdMember, consumer="ines", **stay),))


def sold(**owner: Any) -> SoldProduct:
    """A pump that was sold."""
    return made(SoldProduct, id="s1", product="pump", **(owner or {"account": "acme"}))


def item(**fields: Any) -> InstallBaseItem:
    """A valve that is installed."""
    return made(InstallBaseItem, id="i1", **{"product": "valve", "account": "acme", **fields})


FACTS = CaseFacts(
    account=made(Account, id="acme", name="Acme"),
    contact=made(Contact, id="eve", account="acme", name="Eve"),
    consumer=made(Consumer, id="ines", name="Ines"),
    sold_product=sold(),
    install_base_item=item(),
)
ACMES = {"account": "acme", "product": None, "contact": None, "asset": None}


def related(
    given: Mapping[str, Any],
    present: Mapping[str, Any] = ACMES,
    facts: CaseFacts = FACTS,
    policy: SupportPolicy = POLICY,
    now: datetime = NOW,
) -> Related:
    """What follows from the fields."""
    return relate(given, present, facts, policy, now)


def refused(*args: Any, **more: Any) -> list[tuple[str, tuple[str, ...]]]:
    """The codes and fields of what is wrong."""
    return [(reason.code, reason.fields) for reason in related(*args, **more).refusals]


# --- what they bring -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "product", "reason"),
    [
        ({"sold_product": "s1"}, "pump", "product_from_sold_product"),
        ({"install_base_item": "i1"}, "valve", "product_from_install_base_item"),
        ({"sold_product": "s1", "install_base_item": "i1"}, "pump", "product_from_sold_product"),
    ],
)
def test_a_thing_fills_a_blank_product(given: dict[str, Any], product: str, reason: str) -> None:
    """What was sold comes before what was installed, and each says why."""
    changes, reasons, refusals = related(given)
    assert (changes["product"], [each.code for each in reasons], refusals) == (product, [reason], [])


@pytest.mark.parametrize("given", [{"product": "fan"}, {"product": None}])
def test_a_product_that_was_said_is_not_filled_over(given: dict[str, Any]) -> None:
    """Neither is a blank that was just made."""
    facts = attrs.evolve(FACTS, product=None)
    changes, reasons, _ = related({**given, "sold_product": "s1"}, ACMES, facts)
    assert (changes["product"], reasons) == (given["product"], [])


def test_a_product_that_is_there_stays() -> None:
    """Unlike an asset, they only fill a blank."""
    changes, reasons, refusals = related({"sold_product": "s1", "install_base_item": "i1"}, {**ACMES, "product": "fan"})
    assert ("product" in changes, reasons, refusals) == (False, [], [])


def test_an_item_of_no_product_brings_none() -> None:
    """Not everything that is installed is of a model."""
    changes, _, refusals = related(
        {"install_base_item": "i1"}, ACMES, attrs.evolve(FACTS, install_base_item=item(product=None))
    )
    assert ("product" in changes, refusals) == (False, [])


# --- whose they are --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sold_product", "install_base_item"])
@pytest.mark.parametrize("other", [None, "another id", "another account", "a consumer", "a household"])
def test_what_is_unknown_or_anothers_is_refused(name: str, other: str | None) -> None:
    """A refusal does not tell which of them it is."""
    owners: dict[str, dict[str, Any]] = {
        "another account": {"account": "rival"},
        "a consumer": {"account": None, "consumer": "ines"},
        "a household": {"account": None, "household": "home"},
    }
    noun: Any = {"sold_product": sold(), "install_base_item": item()}[name]
    found = {None: None, "another id": attrs.evolve(noun, id="x")}
    thing: Any = found[other] if other in found else attrs.evolve(noun, **owners[other or ""])
    assert refused({name: noun.id}, ACMES, attrs.evolve(FACTS, **{name: thing})) == [(f"unknown_{name}", (name,))]


INES = {"consumer": "ines", "product": None, "asset": None}


@pytest.mark.parametrize(
    ("stay", "policy", "is_theirs"),
    [
        ({}, POLICY, True),
        ({"starts_on": date(2026, 6, 10)}, POLICY, True),
        ({"ends_on": date(2026, 6, 10)}, POLICY, True),
        ({"ends_on": date(2026, 6, 9)}, POLICY, False),
        ({"starts_on": date(2026, 6, 11)}, POLICY, False),
        ({"starts_on": date(2026, 6, 11)}, BERLIN, True),
        ({"ends_on": date(2026, 6, 10)}, BERLIN, False),
    ],
)
def test_a_households_things_are_its_members(stay: dict[str, Any], policy: SupportPolicy, is_theirs: bool) -> None:  # noqa: FBT001 - a case
    """While they are members, by days of the policy's zone; so it is with its entitlements."""
    of_home = attrs.evolve(
        FACTS,
        households=(home(**stay), attrs.evolve(home(), id=HouseholdId("other"))),
        sold_product=sold(household="home"),
        entitlements=(made(Entitlement, id="e", number="E", household="home"),),
    )
    given = {"sold_product": "s1", "entitlement": "e"}
    expected = (
        [] if is_theirs else [("unknown_sold_product", ("sold_product",)), ("unknown_entitlement", ("entitlement",))]
    )
    late = datetime(2026, 6, 10, 22, 30, tzinfo=UTC)  # half past midnight of the 11th in Berlin
    assert refused(given, INES, of_home, policy, late) == expected


def test_a_household_of_others_has_nothing_for_them() -> None:
    """To be a member of one is not to be one of another."""
    facts = attrs.evolve(FACTS, households=(home(),), sold_product=sold(household="villa"))
    assert refused({"sold_product": "s1"}, INES, facts) == [("unknown_sold_product", ("sold_product",))]
    stranger = {**INES, "consumer": "ivan"}
    facts = attrs.evolve(FACTS, households=(home(),), sold_product=sold(household="home"))
    assert refused({"sold_product": "s1"}, stranger, facts) == [("unknown_sold_product", ("sold_product",))]


def test_the_vendors_own_is_for_anybody() -> None:
    """An organization is no customer's."""
    facts = attrs.evolve(FACTS, sold_product=sold(organization="lab"))
    assert refused({"sold_product": "s1"}, ACMES, facts) == []


@pytest.mark.parametrize(
    ("out_on", "policy", "expected"),
    [
        (date(2026, 6, 9), POLICY, ["install_base_item_inactive"]),
        (date(2026, 6, 10), POLICY, ["install_base_item_inactive"]),
        (date(2026, 6, 11), POLICY, []),
        (date(2026, 6, 11), BERLIN, ["install_base_item_inactive"]),
        (None, POLICY, []),
    ],
)
def test_an_item_that_was_taken_out_is_refused(out_on: date | None, policy: SupportPolicy, expected: list[str]) -> None:
    """From the first instant of the day on which it was, in the policy's zone."""
    facts = attrs.evolve(FACTS, install_base_item=item(uninstalled_on=out_on))
    late = datetime(2026, 6, 10, 22, tzinfo=UTC)
    assert [code for code, _ in refused({"install_base_item": "i1"}, ACMES, facts, policy, late)] == expected
    assert refused({"category": "noise"}, {**ACMES, "install_base_item": "i1"}, facts, policy, late) == []


@pytest.mark.parametrize(
    ("given", "present"),
    [({"account": "rival"}, ACMES), ({"consumer": "ivan"}, {**INES, "account": None})],
)
def test_another_customer_takes_them_off(given: dict[str, Any], present: dict[str, Any]) -> None:
    """As assets are taken off."""
    blank = dict.fromkeys(("partner", "partner_contact", "contact", "contract", "entitlement"))
    flags = {"contract_is_manual": False, "entitlement_is_manual": False}
    there = {**blank, **flags, **present, "sold_product": "s1", "install_base_item": "i1"}
    changes, reasons, _ = related(given, there)
    assert (changes["sold_product"], changes["install_base_item"]) == (None, None)
    assert [(reason.code, reason.fields) for reason in reasons] == [("cleared", ("sold_product", "install_base_item"))]


# --- whom a case may be for ------------------------------------------------------------------------------------------

BOTH = [("account_and_consumer", ("account", "consumer"))]
NO_ACCOUNTS, NO_CONSUMERS = [("business_model", ("account",))], [("business_model", ("consumer",))]


@pytest.mark.parametrize(
    ("models", "account", "consumer", "both"),
    [
        ({"b2b", "b2c"}, [], [], BOTH),
        ({"b2b"}, [], NO_CONSUMERS, BOTH + NO_CONSUMERS),
        ({"b2c"}, NO_ACCOUNTS, [], BOTH + NO_ACCOUNTS),
        ({"b2b2c"}, [], [], []),
        ({"b2b", "b2b2c"}, [], [], []),
        ({"b2b", "b2c", "b2b2c"}, [], [], []),
    ],
)
def test_the_business_model_says_whom_a_case_is_for(
    models: set[str], account: list[Any], consumer: list[Any], both: list[Any]
) -> None:
    """An account by B2B, a consumer by B2C, both by B2B2C, and a requester inside always."""
    policy = made(SupportPolicy, name="test", version="1", business_models=frozenset(models))
    assert refused({"account": "acme"}, {}, policy=policy) == account
    assert refused({"contact": "eve"}, {}, policy=policy) == account
    assert refused({"consumer": "ines"}, {}, policy=policy) == consumer
    assert refused({"account": "acme", "consumer": "ines"}, {}, policy=policy) == both
    assert refused({"requested_by": "ann"}, {}, policy=policy) == []


def test_an_older_word_for_b2b2c_is_as_good() -> None:
    """`allows_account_with_consumer` lets a case be for both, and for either."""
    policy = SupportPolicy(
        name="test", version="1", business_models=frozenset({"b2b"}), allows_account_with_consumer=True
    )
    assert refused({"account": "acme", "consumer": "ines"}, {}, policy=policy) == []
    assert refused({"consumer": "ines"}, {}, policy=policy, now=NOW + timedelta(days=1)) == []


def test_a_case_that_is_for_the_wrong_customer_can_be_updated_otherwise() -> None:
    """Only what is said about the customer is judged."""
    policy = SupportPolicy(name="test", version="1", business_models=frozenset({"b2c"}))
    assert refused({"product": None}, ACMES, policy=policy) == []


def test_an_entitlement_of_no_customer_is_that_of_its_contracts() -> None:
    """Under another's contract, or one that is not known, it is unknown; of neither it is for anybody."""
    deal, anybodys = (made(Entitlement, id="e", number="E", contract=contract) for contract in ("c", None))
    theirs, rivals = (
        made(ServiceContract, id="c", number="C", account=account, state="active") for account in ("acme", "rival")
    )
    unknown = [("unknown_entitlement", ("entitlement",))]
    for entitlement, contracts, expected in (
        (deal, (theirs,), []),
        (deal, (rivals,), unknown),
        (deal, (), unknown),
        (anybodys, (), []),
    ):
        facts = attrs.evolve(FACTS, entitlements=(entitlement,), contracts=contracts)
        assert refused({"entitlement": "e"}, ACMES, facts) == expected
