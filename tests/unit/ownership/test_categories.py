"""What one side of a thing brings along of the other."""

from typing import Any

import pytest

from csmcore.model import AssetId, ConfigurationItemId, ModelCategory, ModelCategoryId, ProductModel, accepted
from csmcore.rules import Brought, asset_for, change_category, install_base_item_for, item_for
from tests.unit.ownership.shop import DAY, asset, category, ci, codes, iid, item, model

PUMP = model("x2", categories=("pumps",))
NEW_ASSET, NEW_CI = AssetId("a-1"), ConfigurationItemId("ci-9")


def tracked(how: Any) -> ProductModel:
    """The pump, tracked by assets like this."""
    return model("x2", categories=("pumps",), asset_tracking=how)


def why(brought: Brought) -> list[str]:
    """The codes of the reasons."""
    return [reason.code for reason in brought.reasons]


def test_an_item_brings_its_asset() -> None:
    """Of the category's class, linked both ways."""
    brought = asset_for(ci(), PUMP, category(), NEW_ASSET)
    assert (brought.created, why(brought)) == ("asset", ["asset_created"])
    assert brought.asset == asset("a-1", asset_class="pump", configuration_item="ci-1")
    assert brought.configuration_item == ci(asset="a-1")


def test_an_asset_brings_its_item() -> None:
    """Of the category's class, linked both ways, and called as the asset is."""
    brought = item_for(asset(tag="P-7"), PUMP, category(), NEW_CI)
    assert (brought.created, why(brought)) == ("configuration_item", ["item_created"])
    assert brought.asset == asset(tag="P-7", asset_class="pump", configuration_item="ci-9")
    assert brought.configuration_item is not None
    assert brought.configuration_item.name == "P-7"
    assert (brought.configuration_item.asset, brought.configuration_item.ci_class) == ("sn-1", "ci_pump")


def test_an_asset_keeps_the_class_it_has() -> None:
    """In a category without an asset class too."""
    brought = item_for(asset(asset_class="own"), PUMP, category(asset_class=None), NEW_CI)
    assert brought.asset == asset(asset_class="own", configuration_item="ci-9")


def test_neither_side_answers_the_other() -> None:
    """What came from one side brings nothing back."""
    made = asset_for(ci(), PUMP, category(), NEW_ASSET)
    assert made.asset is not None
    assert why(item_for(made.asset, PUMP, category(), NEW_CI)) == ["already_linked"]
    back = item_for(asset(), PUMP, category(), NEW_CI)
    assert back.configuration_item is not None
    assert why(asset_for(back.configuration_item, PUMP, category(), NEW_ASSET)) == ["already_linked"]


@pytest.mark.parametrize(
    ("of_model", "of_category", "expected"),
    [
        (tracked("dont_create"), category(), ["not_tracked"]),
        (PUMP, category(asset_class=None), ["no_class"]),
        (tracked("dont_create"), category(asset_class=None), ["not_tracked", "no_class"]),
        (model("x2"), category(), ["not_in_category"]),
        (model("x3", categories=("pumps",)), category(), ["another_model"]),
        (PUMP, category(ci_class="ci_fan"), ["another_class"]),
    ],
)
def test_an_item_says_why_it_brings_no_asset(
    of_model: ProductModel, of_category: ModelCategory, expected: list[str]
) -> None:
    """Every reason; the item stays as it is."""
    brought = asset_for(ci(), of_model, of_category, NEW_ASSET)
    assert why(brought) == expected
    assert brought == Brought(brought.reasons, configuration_item=ci())


@pytest.mark.parametrize(
    ("fields", "of_model", "of_category", "expected"),
    [
        ({}, tracked("dont_create"), category(), ["not_tracked"]),
        ({}, tracked("create_consumable"), category(), ["has_no_items"]),
        ({"asset_class": "consumable"}, PUMP, category(asset_class=None), ["has_no_items"]),
        ({}, PUMP, category(asset_class="software_licence", ci_class=None), ["has_no_items", "no_class"]),
        ({}, PUMP, category(ci_class=None), ["no_class"]),
        ({"asset_class": "fan"}, PUMP, category(), ["another_class"]),
        ({"product_model": "x3"}, PUMP, category(), ["another_model"]),
    ],
)
def test_an_asset_says_why_it_brings_no_item(
    fields: dict[str, Any], of_model: ProductModel, of_category: ModelCategory, expected: list[str]
) -> None:
    """Every reason; the asset stays as it is."""
    brought = item_for(asset(**fields), of_model, of_category, NEW_CI)
    assert why(brought) == expected
    assert brought == Brought(brought.reasons, asset=asset(**fields))


def test_consumables_are_named_by_an_item_and_name_none() -> None:
    """Their model forces the class, whatever the category's is; a second one is not made."""
    brought = asset_for(ci(), tracked("create_consumable"), category(), NEW_ASSET)
    assert brought.asset == asset("a-1", asset_class="consumable")
    assert brought.configuration_item == ci(asset="a-1")
    again = asset_for(brought.configuration_item, tracked("create_consumable"), category(), NEW_ASSET)
    assert why(again) == ["already_linked"]


def test_a_category_without_an_asset_class_brings_no_consumables() -> None:
    """The model says of which class assets are, not whether there are any."""
    brought = asset_for(ci(), tracked("create_consumable"), category(asset_class=None), NEW_ASSET)
    assert why(brought) == ["no_class"]


def test_an_item_is_verified_before_it_brings_its_asset() -> None:
    """It is marked first; once verified it has its asset, and the mark goes."""
    strict = category(enforce_ci_verification=True)
    marked = asset_for(ci(), PUMP, strict, NEW_ASSET)
    assert (why(marked), marked.asset) == (["verification_first"], None)
    assert marked.configuration_item == ci(requires_verification=True)
    verified = asset_for(marked.configuration_item, PUMP, strict, NEW_ASSET, is_verified=True)
    assert verified.configuration_item == ci(asset="a-1")


def test_an_owned_asset_brings_its_install_base_item() -> None:
    """With the asset's owner, location and day."""
    owned = asset(account="acme", contact="bob", location="site", serial_number="7")
    brought = install_base_item_for(owned, PUMP, category(install_base_class="pumps"), iid("i-1"))
    assert (brought.created, why(brought)) == ("install_base_item", ["install_base_item_created"])
    assert brought.install_base_item == item(
        "i-1", name="7", product="x2", asset="sn-1", contact="bob", location="site"
    )


def test_an_asset_says_why_it_brings_no_install_base_item() -> None:
    """Every reason; an item that was taken out is none."""
    answer = install_base_item_for(asset(), PUMP, category(), iid("i-1"), [item("i-0", asset="sn-1")])
    assert why(answer) == ["no_class", "no_owner", "already_installed"]


def test_an_item_that_was_taken_out_is_no_installation() -> None:
    """The asset may be in use again."""
    gone = item("i-0", asset="sn-1", uninstalled_on=DAY)
    owned = asset(consumer="ann")
    brought = install_base_item_for(owned, PUMP, category(install_base_class="pumps"), iid("i-1"), [gone])
    assert brought.created == "install_base_item"


def test_a_categorys_asset_class_may_be_added_once() -> None:
    """Other names and classes change freely."""
    plain = category(asset_class=None)
    assert accepted(change_category(plain, category())) == category()
    assert codes(change_category(category(), category(asset_class="fan"))) == ["asset_class_fixed"]
    assert codes(change_category(category(), category(install_base_class="base"))) == []


def test_a_categorys_ci_class_is_set_at_creation_only() -> None:
    """It is neither added, nor changed, nor taken away; and another category is another."""
    assert codes(change_category(category(ci_class=None), category())) == ["ci_class_fixed"]
    other = ModelCategory(id=ModelCategoryId("fans"), name="Fans")
    assert codes(change_category(category(), other)) == ["another_category", "ci_class_fixed", "asset_class_fixed"]
