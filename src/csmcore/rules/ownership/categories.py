"""What the category of a model brings along: an asset its configuration item, an item its asset.

The rules are ServiceNow's. They are asked when something is created, on either side; what they make is linked both
ways, and what is linked brings nothing more: they never answer each other's echo.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import attrs

from csmcore.errors import shown
from csmcore.model import (
    WITHOUT_CI,
    Asset,
    AssetId,
    ConfigurationItem,
    ConfigurationItemId,
    InstallBaseItem,
    InstallBaseItemId,
    ModelCategory,
    ProductModel,
    ProductModelId,
    Reason,
    Refusal,
)

__all__ = ["Brought", "asset_for", "change_category", "install_base_item_for", "item_for"]

_CONSUMABLE = "consumable"

_LINKED = Reason("already_linked", "it has its other side already", ("asset", "configuration_item"))
_DONT_CREATE = Reason("not_tracked", "its model is not to be tracked by assets", ("asset_tracking",))
_UNVERIFIED = Reason("verification_first", "its category wants it verified first", ("requires_verification",))
_NO_CI = Reason("has_no_items", "consumables and software licences have no configuration items", ("asset_class",))
_OWNERLESS = Reason("no_owner", "what is installed has an owner; the asset has none", ("account", "consumer"))


class Brought(NamedTuple):
    """What came of something new: each side as it is then, None where there is none, and why (`created`, or why not).

    ``created`` tells which side is new, and None where nothing was made.
    """

    reasons: tuple[Reason, ...]
    created: Literal["asset", "configuration_item", "install_base_item"] | None = None
    asset: Asset | None = None
    configuration_item: ConfigurationItem | None = None
    install_base_item: InstallBaseItem | None = None


def asset_for(
    item: ConfigurationItem, model: ProductModel, category: ModelCategory, new_id: AssetId, *, is_verified: bool = False
) -> Brought:
    """The asset that a configuration item brings in a category with an asset class, or every reason why it has none.

    A model that is not tracked has no assets; one that creates consumables has assets of that class, which the item
    names but which name no item, since consumables have none. Where the category enforces verification, the item is
    marked instead, and brings its asset once ``is_verified``.
    """
    reasons = (*_mismatches(item.product_model, item.ci_class, "ci_class", model, category),)
    if item.asset is not None:
        reasons += (_LINKED,)
    asset_class = _CONSUMABLE if model.asset_tracking == "create_consumable" else category.asset_class
    reasons += tuple(_without_asset(model, category))
    if reasons:
        return Brought(reasons, configuration_item=item)
    if category.enforce_ci_verification and not is_verified:
        return Brought((_UNVERIFIED,), configuration_item=attrs.evolve(item, requires_verification=True))
    linked = attrs.evolve(item, asset=new_id, requires_verification=False)
    its_item = None if asset_class in WITHOUT_CI else item.id
    asset = Asset(id=new_id, product_model=model.id, asset_class=asset_class, configuration_item=its_item)
    why = Reason("asset_created", f"{shown(category.name)} brings assets of class {asset_class}", ("asset",))
    return Brought((why,), "asset", asset, linked)


def item_for(asset: Asset, model: ProductModel, category: ModelCategory, new_id: ConfigurationItemId) -> Brought:
    """The configuration item that an asset brings in a category with a CI class, or every reason why it has none.

    An asset without a class takes the category's. The item comes from what is owned, so it needs no verification.
    """
    reasons = (*_mismatches(asset.product_model, asset.asset_class, "asset_class", model, category),)
    if asset.configuration_item is not None:
        reasons += (_LINKED,)
    reasons += tuple(_without_item(asset, model, category))
    if reasons or category.ci_class is None:
        return Brought(reasons, asset=asset)
    linked = attrs.evolve(asset, configuration_item=new_id, asset_class=asset.asset_class or category.asset_class)
    name = asset.tag or asset.serial_number or ""
    item = ConfigurationItem(id=new_id, name=name, ci_class=category.ci_class, product_model=model.id, asset=asset.id)
    why = Reason("item_created", f"{shown(category.name)} brings items of class {item.ci_class}", ("ci_class",))
    return Brought((why,), "configuration_item", linked, item)


def install_base_item_for(
    asset: Asset,
    model: ProductModel,
    category: ModelCategory,
    new_id: InstallBaseItemId,
    items: Iterable[InstallBaseItem] = (),
) -> Brought:
    """The install base item that an owned asset brings in a category with an install base class, or why it has none.

    It is the asset as its customer uses it: owner, location and day of installation are the asset's. ``items`` are
    those that are known of the asset; one that is in use is enough.
    """
    reasons = (*_mismatches(asset.product_model, None, "asset_class", model, category),)
    if category.install_base_class is None:
        reasons += (_no_class("install_base_class", category),)
    if asset.account is None and asset.consumer is None:
        reasons += (_OWNERLESS,)
    if any(one.asset == asset.id and one.active for one in items):
        reasons += (Reason("already_installed", f"{shown(asset.id)} is in use as an item", ("asset",)),)
    if reasons:
        return Brought(reasons, asset=asset)
    item = InstallBaseItem(
        id=new_id,
        name=asset.tag or asset.serial_number or "",
        product=asset.product_model,
        asset=asset.id,
        configuration_item=asset.configuration_item,
        account=asset.account,
        contact=asset.contact,
        consumer=asset.consumer,
        location=asset.location,
        installed_on=asset.installed_on,
    )
    why = Reason(
        "install_base_item_created",
        f"{shown(category.name)} brings items of class {category.install_base_class}",
        ("asset",),
    )
    return Brought((why,), "install_base_item", asset, install_base_item=item)


def change_category(category: ModelCategory, changed: ModelCategory) -> ModelCategory | Refusal:
    """The category as it is to be, or every reason why not.

    Its CI class is set when it is created and never after; an asset class may be added later, and then stays
    (ServiceNow's rule: what was created under a class would not fit another).
    """
    reasons = []
    if changed.id != category.id:
        reasons.append(Reason("another_category", f"{shown(changed.id)} is another category", ("id",)))
    if changed.ci_class != category.ci_class:
        reasons.append(Reason("ci_class_fixed", "the CI class is set at creation only", ("ci_class",)))
    if category.asset_class not in {None, changed.asset_class}:
        reasons.append(Reason("asset_class_fixed", "the asset class stays once it is set", ("asset_class",)))
    return Refusal(tuple(reasons)) if reasons else changed


def _mismatches(
    of_model: ProductModelId | None, of_class: str | None, side: str, model: ProductModel, category: ModelCategory
) -> Iterator[Reason]:
    """What the thing, its model and the category say differently: then the rule is asked about something else."""
    if of_model not in {None, model.id}:
        yield Reason("another_model", f"it is of model {shown(of_model)}, not {shown(model.id)}", ("product_model",))
    if category.id not in model.categories:
        yield Reason("not_in_category", f"{shown(model.id)} is not in {shown(category.name)}", ("categories",))
    expected = getattr(category, side)
    if None not in {of_class, expected} and of_class != expected:
        yield Reason("another_class", f"it is of class {shown(of_class)}, the category's is {expected}", (side,))


def _without_asset(model: ProductModel, category: ModelCategory) -> Iterator[Reason]:
    if model.asset_tracking == "dont_create":
        yield _DONT_CREATE
    if category.asset_class is None:
        yield _no_class("asset_class", category)


def _without_item(asset: Asset, model: ProductModel, category: ModelCategory) -> Iterator[Reason]:
    if model.asset_tracking == "dont_create":
        yield _DONT_CREATE
    is_forced = model.asset_tracking == "create_consumable"
    if is_forced or (asset.asset_class or category.asset_class) in WITHOUT_CI:
        yield _NO_CI
    if category.ci_class is None:
        yield _no_class("ci_class", category)


def _no_class(side: str, category: ModelCategory) -> Reason:
    return Reason("no_class", f"{shown(category.name)} has no {side}", (side,))
