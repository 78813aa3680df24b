"""Short ways to write what customers have: acme's pumps and ann's router."""

from datetime import date
from typing import Any

from csmcore.model import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Component,
    ConfigurationItem,
    ConfigurationItemId,
    Consumer,
    ConsumerId,
    Contact,
    ContactId,
    InstallBaseItem,
    InstallBaseItemId,
    Location,
    LocationId,
    ModelCategory,
    ModelCategoryId,
    ProductModel,
    ProductModelId,
    Refusal,
    SoldProduct,
    SoldProductId,
    SupportPolicy,
)

__all__ = [
    "ACME",
    "ANN",
    "B2B2C",
    "BOB",
    "DAY",
    "EVE",
    "POLICY",
    "asset",
    "category",
    "ci",
    "codes",
    "iid",
    "item",
    "keyed",
    "mid",
    "model",
    "place",
    "policy",
    "sid",
    "sold",
]

DAY = date(2027, 3, 1)
ACME = Account(id=AccountId("acme"), name="Acme")
BOB = Contact(id=ContactId("bob"), account=AccountId("acme"), name="Bob")
EVE = Contact(id=ContactId("eve"), account=AccountId("dealer"), name="Eve")
ANN = Consumer(id=ConsumerId("ann"), name="Ann")


def policy(*models: Any) -> SupportPolicy:
    """A policy with these business models."""
    return SupportPolicy(name="support", version="1", business_models=frozenset(models))


POLICY = policy("b2b", "b2c")
B2B2C = policy("b2b2c")


def mid(name: str) -> ProductModelId:
    """The id of a product model."""
    return ProductModelId(name)


def iid(name: str) -> InstallBaseItemId:
    """The id of an install base item."""
    return InstallBaseItemId(name)


def sid(name: str) -> SoldProductId:
    """The id of a sold product."""
    return SoldProductId(name)


def model(name: str, /, *parts: Any, **fields: Any) -> ProductModel:
    """A product model with its parts, each a name or a name and a quantity."""
    pairs = [(part, 1) if isinstance(part, str) else part for part in parts]
    components = tuple(Component(product_model=mid(part), quantity=quantity) for part, quantity in pairs)
    return ProductModel(id=mid(name), name=name, components=components, **fields)


def category(**fields: Any) -> ModelCategory:
    """The category of pumps, whose items and assets have classes unless said otherwise."""
    given = {"ci_class": "ci_pump", "asset_class": "pump", **fields}
    return ModelCategory(id=ModelCategoryId("pumps"), name="Pumps", **given)


def ci(**fields: Any) -> ConfigurationItem:
    """A pump as a configuration item."""
    given: dict[str, Any] = {"ci_class": "ci_pump", "product_model": "x2", **fields}
    return ConfigurationItem(id=ConfigurationItemId("ci-1"), **given)


def asset(name: str = "sn-1", /, **fields: Any) -> Asset:
    """An asset of model x2."""
    given: dict[str, Any] = {"product_model": "x2", **fields}
    return Asset(id=AssetId(name), **given)


def sold(name: str, /, **fields: Any) -> SoldProduct:
    """What was sold to acme, unless said otherwise."""
    whose: dict[str, Any] = {} if {"consumer", "household", "organization"} & set(fields) else {"account": "acme"}
    given: dict[str, Any] = {"product": "x2", **whose, **fields}
    return SoldProduct(id=sid(name), **given)


def item(name: str, /, **fields: Any) -> InstallBaseItem:
    """What acme has in use, unless said otherwise."""
    whose: dict[str, Any] = {} if {"consumer", "household", "organization"} & set(fields) else {"account": "acme"}
    return InstallBaseItem(id=iid(name), **{**whose, **fields})


def place(name: str, parent: str | None = None) -> Location:
    """A location, in another or not."""
    return Location(id=LocationId(name), parent=None if parent is None else LocationId(parent))


def keyed(*nouns: Any) -> dict[Any, Any]:
    """Nouns by their ids."""
    return {noun.id: noun for noun in nouns}


def codes(answer: object) -> list[str]:
    """The codes of a refusal's reasons; none where it is none."""
    return list(answer.codes) if isinstance(answer, Refusal) else []
