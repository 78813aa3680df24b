"""Lines and what is covered: whose it is, on which line, on which days."""

from datetime import date
from typing import Any

import attrs
import pytest

from csmcore.model import (
    Account,
    AccountId,
    AddContractLine,
    AddCovered,
    Asset,
    AssetId,
    ChangeContractDates,
    ChangeContractLine,
    ConsumerId,
    ContractDecision,
    ContractLineId,
    CoverableItem,
    CoveredAsset,
    CoveredInstallBaseItem,
    CoveredProduct,
    CoveredSoldProduct,
    Household,
    HouseholdId,
    HouseholdMember,
    InstallBaseItem,
    InstallBaseItemId,
    ProductModel,
    ProductModelId,
    RemoveCovered,
    Renewal,
    SoldProduct,
    SoldProductId,
)
from csmcore.rules import decide_contract
from tests.unit.contracts.desk import POLICY, accepts, contract, days, entitlement, facts, line, noon, refuses, renew

JUNE = noon("2027-06-01")
PUMP = Asset(id=AssetId("sn-1"), product_model=ProductModelId("pump"), account=AccountId("acme"))
BELOW = Account(id=AccountId("below"), name="Below", parent=AccountId("acme"))
KIM = ConsumerId("kim")
HOME = Household(id=HouseholdId("home"), name="Home", members=(HouseholdMember(consumer=KIM),))
MODEL = ProductModelId("pump")


def covers(name: str, **fields: Any) -> CoveredAsset:
    """An asset that is covered."""
    return CoveredAsset(asset=AssetId(name), **fields)


def spell(first: str, last: str = "") -> dict[str, Any]:
    """From when to when something is covered."""
    found = days(first, last)
    return {"date_added": found["starts_on"], "date_removed": found["ends_on"]}


# --- whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "entry"),
    [
        (PUMP, covers("sn-1")),
        (ProductModel(id=MODEL, name="Pump"), CoveredProduct(product=MODEL)),
        (
            SoldProduct(id=SoldProductId("s"), product=MODEL, account=AccountId("below")),
            CoveredSoldProduct(sold_product=SoldProductId("s")),
        ),
        (
            InstallBaseItem(id=InstallBaseItemId("i"), account=AccountId("acme")),
            CoveredInstallBaseItem(install_base_item=InstallBaseItemId("i")),
        ),
    ],
)
def test_what_the_account_or_its_family_has_can_be_covered(item: CoverableItem, entry: Any) -> None:
    """Each of the four kinds, in its own list."""
    answer = accepts(contract(), AddCovered(entry), JUNE, facts(item=item, family=(BELOW,)))
    assert list(answer.contract.covered) == [entry]


def test_what_a_consumer_or_their_household_has_can_be_covered() -> None:
    """Not what another household has."""
    kims = contract(consumer=KIM)
    own = Asset(id=AssetId("sn-1"), product_model=MODEL, consumer=ConsumerId("kim"))
    assert accepts(kims, AddCovered(covers("sn-1")), JUNE, facts(item=own)).contract.covered_assets
    homes = SoldProduct(id=SoldProductId("s"), product=MODEL, household=HOME.id)
    entry = CoveredSoldProduct(sold_product=homes.id)
    assert accepts(kims, AddCovered(entry), JUNE, facts(item=homes, households=(HOME,))).contract.covered_sold_products
    assert refuses(kims, AddCovered(entry), JUNE, facts(item=homes)) == ["unknown_sold_product"]
    assert refuses(contract(), AddCovered(entry), JUNE, facts(item=homes, households=(HOME,))) == [
        "unknown_sold_product"
    ]


@pytest.mark.parametrize(
    ("stay", "zone", "is_theirs"),
    [
        (("2020-01-01", "2020-12-31"), None, False),
        (("", "2027-05-31"), None, False),
        (("", "2027-06-01"), None, True),
        (("2027-06-01", ""), None, True),
        (("2027-06-02", ""), None, False),
        (("2027-06-02", ""), "Pacific/Kiritimati", True),
    ],
)
def test_what_a_household_has_is_theirs_while_they_live_there(
    stay: tuple[str, str], zone: str | None, is_theirs: Any
) -> None:
    """The day is today in the contract's zone; who left may not have covered what stayed there."""
    kims = contract(consumer=KIM, timezone=zone)
    home = attrs.evolve(HOME, members=(HouseholdMember(consumer=KIM, **days(*stay)),))
    known = facts(item=SoldProduct(id=SoldProductId("s"), product=MODEL, household=HOME.id), households=(home,))
    answer = decide_contract(kims, AddCovered(CoveredSoldProduct(sold_product=SoldProductId("s"))), known, POLICY, JUNE)
    assert isinstance(answer, ContractDecision) == is_theirs


@pytest.mark.parametrize(
    "item",
    [
        None,
        Asset(id=AssetId("sn-2"), product_model=MODEL, account=AccountId("acme")),
        Asset(id=AssetId("sn-1"), product_model=MODEL, account=AccountId("other")),
        Asset(id=AssetId("sn-1"), product_model=MODEL, consumer=ConsumerId("kim")),
        Asset(id=AssetId("sn-1"), product_model=MODEL),
        ProductModel(id=ProductModelId("sn-1"), name="Pump"),
    ],
)
def test_what_is_not_the_customers_is_unknown(item: CoverableItem | None) -> None:
    """Another's, nobody's, another thing, another kind of thing, nothing."""
    assert refuses(contract(), AddCovered(covers("sn-1")), JUNE, facts(item=item)) == ["unknown_asset"]


# --- covered items ---------------------------------------------------------------------------------------------------


def test_an_item_is_covered_within_its_line_and_the_contract() -> None:
    """Every line upwards counts; all that is wrong is said."""
    lines = (line("whole", **days("2027-02-01", "")), line("part", parent="whole", **days("", "2027-09-30")))
    kept = contract(lines=lines)
    part = ContractLineId("part")
    good = covers("sn-1", line=part, **spell("2027-02-01", "2027-09-30"))
    assert accepts(kept, AddCovered(good), JUNE, facts(item=PUMP)).contract.covered_assets == (good,)
    bad = covers("sn-1", line=part, **spell("2026-12-31", "2028-01-01"))
    assert refuses(kept, AddCovered(bad), JUNE) == ["unknown_asset", *["outside_days"] * 4]


def test_an_item_is_put_on_a_line_that_there_is() -> None:
    """And that has not ended."""
    kept = contract(lines=(line("gone", state="cancelled"),))
    for name, code in (("none", "unknown_line"), ("gone", "line_ended")):
        entry = covers("sn-1", line=ContractLineId(name))
        assert refuses(kept, AddCovered(entry), JUNE, facts(item=PUMP)) == [code]


def test_an_item_is_covered_once_at_a_time_on_one_line() -> None:
    """On another line, or on other days, it may be covered too."""
    kept = contract(lines=(line("a"),), covered_assets=(covers("sn-1", **spell("2027-02-01", "2027-03-31")),))
    known = facts(item=PUMP)
    for clash in (spell("2027-03-31"), spell("", "2027-02-01"), spell(""), spell("2027-02-10", "2027-02-11")):
        assert refuses(kept, AddCovered(covers("sn-1", **clash)), JUNE, known) == ["covered_twice"]
    for fine in (spell("2027-04-01"), spell("", "2027-01-31"), {"line": ContractLineId("a")}):
        assert len(accepts(kept, AddCovered(covers("sn-1", **fine)), JUNE, known).contract.covered_assets) == 2


def test_an_item_is_removed_with_its_last_day() -> None:
    """Of several stretches the one that holds the day; the others stay."""
    first, second = spell("2027-02-01", "2027-03-31"), spell("2027-05-01")
    kept = contract(covered_assets=(covers("sn-1", **first), covers("sn-1", **second)))
    off = RemoveCovered(kind="asset", item="sn-1", last_day=date(2027, 6, 30))
    assert accepts(kept, off, JUNE).contract.covered_assets == (
        covers("sn-1", **first),
        covers("sn-1", **spell("2027-05-01", "2027-06-30")),
    )


def test_an_item_is_not_removed_before_it_was_added() -> None:
    """Nor after it was removed, nor after the contract, nor where it is not covered."""
    kept = contract(covered_assets=(covers("sn-1", **spell("2027-02-01")),), lines=(line("a"),))

    def code(item: str = "sn-1", day: date = date(2027, 3, 1), name: str | None = None) -> list[str]:
        on = ContractLineId(name) if name else None
        return refuses(kept, RemoveCovered(kind="asset", item=item, last_day=day, line=on), JUNE)

    assert code(day=date(2027, 1, 31)) == ["not_covered_then"]
    assert code(day=date(2028, 1, 1)) == ["outside_days"]
    assert code("sn-2") == code(name="a") == ["not_covered"]


# --- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "active", "suspended"])
def test_a_new_line_has_the_state_of_its_contract(state: Any) -> None:
    """Whatever it says itself."""
    answer = accepts(contract(state=state), AddContractLine(line("new", state="expired")), JUNE)
    assert [one.state for one in answer.contract.lines] == [state]


def test_a_new_line_is_within_its_parents() -> None:
    """Its id is new, its parent there and alive."""
    kept = contract(lines=(line("a", **days("2027-02-01", "")), line("b", state="cancelled")))
    good = line("new", parent="a", **days("2027-02-01", "2027-12-31"))
    assert accepts(kept, AddContractLine(good), JUNE).contract.lines[-1] == good
    assert refuses(kept, AddContractLine(line("a", parent="x")), JUNE) == ["unknown_line", "line_exists"]
    assert refuses(kept, AddContractLine(line("new", parent="b")), JUNE) == ["line_ended"]
    early = line("new", parent="a", starts_on=date(2026, 1, 1))
    assert refuses(kept, AddContractLine(early), JUNE) == ["outside_days", "outside_days"]


def test_a_line_is_changed_in_its_place() -> None:
    """Its name, its days, what it is part of; it keeps its state, whatever it says."""
    kept = contract(lines=(line("a"), line("b", parent="c"), line("c"), line("d", state="expired")))
    changed = line("b", name="B", parent="a", **days("2027-02-01", "2027-02-28"))
    assert accepts(kept, ChangeContractLine(changed), JUNE).contract.lines[1] == changed
    assert refuses(kept, ChangeContractLine(line("x", parent="y")), JUNE) == ["unknown_line", "unknown_line"]
    assert refuses(kept, ChangeContractLine(line("d", name="D")), JUNE) == ["line_ended"]
    assert refuses(kept, ChangeContractLine(line("c", parent="b")), JUNE) == ["part_of_itself"]
    assert accepts(kept, ChangeContractLine(line("a", state="suspended")), JUNE).contract.lines[0].state == "active"


def test_a_line_keeps_its_parts_within_its_days() -> None:
    """Lines, covered things and entitlements; what did not fit before is no reason now."""
    kept = contract(
        lines=(line("a"), line("b", parent="a", **days("2027-01-01", "2027-06-30"))),
        covered_assets=(covers("sn-1", line=ContractLineId("b"), **spell("2027-01-01")),),
    )
    known = facts(
        entitlement("e1", contract_line="b", **days("2027-01-01", "2027-03-31")),
        entitlement("e2", **days("2020-01-01", "")),
        entitlement("e3", contract_line="unknown"),
        entitlement("e4", contract="other", **days("2020-01-01", "")),
    )
    later = ChangeContractLine(line("a", starts_on=date(2027, 2, 1)))
    assert refuses(kept, later, JUNE, known) == ["outside_days"] * 3
    assert accepts(kept, ChangeContractLine(line("a", name="A")), JUNE, known).contract.lines[0].name == "A"


def test_a_line_is_cancelled_with_its_parts_and_their_entitlements() -> None:
    """For good: what has ended before stays as it is."""
    kept = contract(
        lines=(line("a"), line("b", parent="a"), line("c", parent="b", state="expired"), line("d")),
    )
    known = facts(
        entitlement("e1", contract_line="b"),
        entitlement("e2", contract_line="d"),
        entitlement("e3", contract_line="c", state="expired"),
    )
    answer = accepts(kept, ChangeContractLine(line("a", state="cancelled")), JUNE, known)
    assert [one.state for one in answer.contract.lines] == ["cancelled", "cancelled", "expired", "active"]
    assert [(one.id, one.state) for one in answer.entitlements] == [("e1", "cancelled")]
    assert answer.contract.state == "active"


def test_a_deep_pile_of_lines_is_no_deeper_than_a_flat_one() -> None:
    """Ten thousand lines, each a part of the one before: made, changed, renewed and cancelled, each in a moment."""
    count, on_last = 10_000, ContractLineId("l9999")
    own = {"parent": None} | days("2027-01-01", "")
    kept = contract(
        state="draft",
        lines=(line("l0", **own), *(line(f"l{n}", parent=f"l{n - 1}") for n in range(1, count))),
        covered_assets=tuple(covers(f"sn-{n}", line=on_last) for n in range(100)),
    )
    assert accepts(kept, ChangeContractDates(**days("2027-01-01", "2028-01-31")), JUNE).contract.ends_on
    assert accepts(kept, ChangeContractLine(line("l0", name="whole", **own)), JUNE).contract.lines[0].name == "whole"
    gone = accepts(kept, ChangeContractLine(line("l0", state="cancelled")), JUNE, facts()).contract
    assert {one.state for one in gone.lines} == {"cancelled"}
    renewal = renew(kept)
    assert isinstance(renewal, Renewal)
    assert len(renewal.contract.lines) == count
    assert len(renewal.contract.covered_assets) == 100


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_drafts_dates_hold_all_its_parts() -> None:
    """Lines, covered things, entitlements and contracts below; and its parent's hold them."""
    kept = contract(
        state="draft",
        parent="frame",
        lines=(line("a", **days("2027-02-01", "2027-11-30")),),
        covered_assets=(covers("sn-1", **spell("2027-03-01", "2027-10-31")),),
    )
    known = facts(
        entitlement("e1", **days("2027-04-01", "2027-09-30")),
        parent=contract("frame"),
        children=(
            contract("part", parent="c1", **days("2027-05-01", "2027-08-31")),
            contract("other", parent=None, **days("2020-01-01", "")),
        ),
    )
    fits = accepts(kept, ChangeContractDates(**days("2027-02-01", "2027-11-30")), JUNE, known)
    assert (str(fits.contract.starts_on), str(fits.contract.ends_on)) == ("2027-02-01", "2027-11-30")
    short = ChangeContractDates(**days("2027-06-01", "2027-06-30"))
    assert refuses(kept, short, JUNE, known) == ["outside_days"] * 8
    assert refuses(kept, ChangeContractDates(**days("2026-12-31", "")), JUNE, known) == ["outside_days"]
    assert accepts(kept, ChangeContractDates(**days("", "")), JUNE).contract.ends_on is None
