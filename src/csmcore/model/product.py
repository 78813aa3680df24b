"""What is sold and supported: products, and the models that each comes in."""

from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, is_ids, is_text, is_written, one_of, optional, within
from csmcore.model.ids import ModelCategoryId, ProductId, ProductModelId, SkillId

__all__ = ["AssetTracking", "Component", "Delivery", "ModelStatus", "Product", "ProductForm", "ProductModel"]

ProductForm: TypeAlias = Literal["goods", "service"]
ModelStatus: TypeAlias = Literal["in_production", "retired", "sold"]
AssetTracking: TypeAlias = Literal["leave_to_category", "create_consumable", "dont_create"]
Delivery: TypeAlias = Literal["installed", "subscription"]


@attrs.frozen(kw_only=True)
class Product:
    """Goods or a service that is sold and supported, in whatever models it comes. Raises InvalidValue."""

    id: ProductId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    form: ProductForm = attrs.field(default="goods", validator=one_of(get_args(ProductForm)))
    description: str = attrs.field(default="", validator=is_text)
    active: bool = True


@attrs.frozen(kw_only=True)
class Component:
    """A model that is part of another, so many times. Raises InvalidValue."""

    product_model: ProductModelId = attrs.field(validator=is_id)
    quantity: int = attrs.field(default=1, validator=within(1, 1_000_000))


@attrs.frozen(kw_only=True)
class ProductModel:
    """One version or configuration of a product. ``model_number`` is the maker's.

    ``skills`` are those that an agent needs for it; ``components`` the models that it is made of, whose skills count
    too. ``delivery`` says whether it stands at the customer's or is used by subscription. ``upgrades_to`` and
    ``goes_with`` are what to offer to those who have it. Raises InvalidValue.
    """

    id: ProductModelId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    product: ProductId | None = attrs.field(default=None, validator=optional(is_id))
    model_number: str = attrs.field(default="", validator=is_text)
    version: str = attrs.field(default="", validator=is_text)
    active: bool = True
    status: ModelStatus = attrs.field(default="in_production", validator=one_of(get_args(ModelStatus)))
    categories: tuple[ModelCategoryId, ...] = attrs.field(default=(), validator=is_ids)
    components: tuple[Component, ...] = ()
    skills: tuple[SkillId, ...] = attrs.field(default=(), validator=is_ids)
    asset_tracking: AssetTracking = attrs.field(default="leave_to_category", validator=one_of(get_args(AssetTracking)))
    delivery: Delivery = attrs.field(default="installed", validator=one_of(get_args(Delivery)))
    upgrades_to: tuple[ProductModelId, ...] = attrs.field(default=(), validator=is_ids)
    goes_with: tuple[ProductModelId, ...] = attrs.field(default=(), validator=is_ids)

    def __attrs_post_init__(self) -> None:
        """Refuse a model that is part of itself or listed twice as a part, or an upgrade of itself."""
        parts = [component.product_model for component in self.components]
        if len(set(parts)) < len(parts):
            raise InvalidValue("components", "a model is listed twice", "list it once, with its quantity")
        for name, others in (("components", parts), ("upgrades_to", self.upgrades_to)):
            if self.id in others:
                raise InvalidValue(name, f"model {shown(self.id)} names itself", "name other models")
