"""What a customer has beside what is on offer: newer models, what goes with theirs, what has run out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from csmcore.errors import shown
from csmcore.model import (
    Asset,
    AssetId,
    AssetState,
    InstallBaseItem,
    InstallBaseItemId,
    ProductModel,
    ProductModelId,
    Reason,
    SoldProduct,
    SoldProductId,
    SoldProductState,
)
from csmcore.rules.ownership.trees import line_up, reachable

__all__ = ["Evidence", "Gap", "GapKind", "portfolio_gaps"]

GapKind: TypeAlias = Literal["expired", "retired", "unlisted", "upgrade", "cross_sell"]
_KINDS: tuple[GapKind, ...] = get_args(GapKind)


class Evidence(NamedTuple):
    """A record by which a customer has a model."""

    kind: Literal["asset", "install_base_item", "sold_product"]
    id: AssetId | InstallBaseItemId | SoldProductId


class Gap(NamedTuple):
    """One thing to talk about with a customer: what about which of their models, why, and by which records.

    ``offer`` is the model to offer, if any; ``path`` are the models from theirs to the offer, both included, by the
    fewest upgrades.
    """

    kind: GapKind
    product_model: ProductModelId
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    offer: ProductModelId | None = None
    path: tuple[ProductModelId, ...] = ()


_When: TypeAlias = Literal["used", "awaited", "expired", "gone"]
_SOLD: Mapping[SoldProductState, _When] = MappingProxyType(
    {"in_preparation": "awaited", "active": "used", "expired": "expired"}
)
_ASSETS: Mapping[AssetState, _When] = MappingProxyType({"on_order": "awaited", "retired": "gone", "missing": "gone"})
"""How a customer has what was sold to them, and an asset; one in any other state is used."""

_Record: TypeAlias = tuple[_When, ProductModelId | None, Evidence]
_Records: TypeAlias = dict[ProductModelId, list[Evidence]]


class _Portfolio(NamedTuple):
    """What a customer has on a day, by model."""

    catalogue: Mapping[ProductModelId, ProductModel]
    used: _Records
    expired: _Records
    sold: frozenset[ProductModelId]  # of which a sale runs, or is to begin
    had: frozenset[ProductModelId]  # what nobody need offer: used or awaited, or a part of such a model


def portfolio_gaps(
    catalogue: Mapping[ProductModelId, ProductModel],
    day: date,
    *,
    sold_products: Iterable[SoldProduct] = (),
    install_base: Iterable[InstallBaseItem] = (),
    assets: Iterable[Asset] = (),
) -> tuple[Gap, ...]:
    """Where what one customer has on that day falls short of the catalogue, in an order that the facts' order is not.

    In this order: sold products that ran out and were not sold again (``expired``), models in use that are no longer
    made (``retired``) or that the catalogue lacks (``unlisted``), models that theirs can be upgraded to, the nearest
    first (``upgrade``), and models that go with theirs (``cross_sell``). Only models that are active and in production
    are offered, and only such as the customer neither has nor awaits, nor has as a part of another; on the way to a
    newer one it does not matter.
    """
    records = (*_of_sales(sold_products, day), *_of_assets(assets := tuple(assets), day))
    portfolio = _portfolio(catalogue, (*records, *_of_items(install_base, assets, day)))
    found = [*_expired(portfolio), *_in_use(portfolio), *_upgrades(portfolio), *_cross_sales(portfolio)]
    return tuple(sorted(found, key=_place))


def _place(gap: Gap) -> tuple[int, ProductModelId, int, str]:
    return _KINDS.index(gap.kind), gap.product_model, len(gap.path), gap.offer or ""


def _of_sales(sold_products: Iterable[SoldProduct], day: date) -> Iterator[_Record]:
    for sold in sold_products:
        yield _SOLD[sold.state_on(day)], sold.product, Evidence("sold_product", sold.id)


def _of_assets(assets: Iterable[Asset], day: date) -> Iterator[_Record]:
    for asset in assets:
        is_early = asset.installed_on is not None and asset.installed_on > day
        when = _ASSETS.get(asset.state, "awaited" if is_early else "used")
        yield when, asset.product_model, Evidence("asset", asset.id)


def _of_items(items: Iterable[InstallBaseItem], assets: Iterable[Asset], day: date) -> Iterator[_Record]:
    """An item that names no model is of its asset's."""
    models = {asset.id: asset.product_model for asset in assets}
    for item in items:
        is_out = item.uninstalled_on is not None and item.uninstalled_on <= day
        when: _When = "used" if item.is_there_on(day) else "gone" if is_out else "awaited"
        model = item.product or (models.get(item.asset) if item.asset is not None else None)
        yield when, model, Evidence("install_base_item", item.id)


def _portfolio(catalogue: Mapping[ProductModelId, ProductModel], records: Iterable[_Record]) -> _Portfolio:
    had: dict[_When, _Records] = {"used": {}, "awaited": {}, "expired": {}, "gone": {}}
    for when, model, evidence in records:
        if model is not None:
            had[when].setdefault(model, []).append(evidence)
    running = (*had["used"].items(), *had["awaited"].items())
    return _Portfolio(
        catalogue=catalogue,
        used=had["used"],
        expired=had["expired"],
        sold=frozenset(model for model, found in running if any(one.kind == "sold_product" for one in found)),
        had=frozenset(part for model, _ in running for part in reachable(model, partial(_components, catalogue))),
    )


def _expired(portfolio: _Portfolio) -> Iterator[Gap]:
    for model, evidence in portfolio.expired.items():
        if model not in portfolio.sold:
            in_use = portfolio.used.get(model, [])
            reasons = [Reason("sale_expired", f"what was sold of {shown(model)} has run out", ("ends_on",))]
            if in_use:
                reasons.append(Reason("used_after_expiry", f"{shown(model)} is still in use"))
            yield Gap("expired", model, tuple(reasons), _sorted([*evidence, *in_use]))


def _in_use(portfolio: _Portfolio) -> Iterator[Gap]:
    for model, evidence in portfolio.used.items():
        known = portfolio.catalogue.get(model)
        if known is None:
            why = Reason("not_in_catalogue", f"the catalogue has no {shown(model)}", ("product_model",))
            yield Gap("unlisted", model, (why,), _sorted(evidence))
        elif known.status == "retired":
            why = Reason("model_retired", f"{shown(model)} is no longer made", ("status",))
            yield Gap("retired", model, (why,), _sorted(evidence))


def _upgrades(portfolio: _Portfolio) -> Iterator[Gap]:
    is_followed: dict[ProductModelId, bool] = {}
    newer = cache(partial(_newer, portfolio.catalogue))
    for model, evidence in portfolio.used.items():
        older = _older(model, newer)
        for offer in older:
            if offer != model and _is_offered(offer, portfolio):
                if offer not in is_followed:
                    further = (one for one in reachable(offer, newer) if one != offer)
                    is_followed[offer] = any(_is_offered(one, portfolio) for one in further)
                if is_followed[offer]:
                    why = Reason("upgrade", f"{shown(model)} can be upgraded to {shown(offer)}", ("upgrades_to",))
                else:
                    why = Reason(
                        "newest_upgrade", f"{shown(offer)} is the newest after {shown(model)}", ("upgrades_to",)
                    )
                yield Gap("upgrade", model, (why,), _sorted(evidence), offer, _path(offer, older))


def _cross_sales(portfolio: _Portfolio) -> Iterator[Gap]:
    for model, evidence in portfolio.used.items():
        known = portfolio.catalogue.get(model)
        for offer in known.goes_with if known is not None else ():
            if _is_offered(offer, portfolio):
                why = Reason("goes_with", f"{shown(offer)} goes with {shown(model)}", ("goes_with",))
                yield Gap("cross_sell", model, (why,), _sorted(evidence), offer)


def _is_offered(model: ProductModelId, portfolio: _Portfolio) -> bool:
    known = portfolio.catalogue.get(model)
    return known is not None and known.active and known.status == "in_production" and model not in portfolio.had


def _older(
    model: ProductModelId, newer: Callable[[ProductModelId], Iterable[ProductModelId]]
) -> dict[ProductModelId, ProductModelId | None]:
    """Each model that this one can become, itself included, with the one before it on the shortest way.

    Of equals it is the first by its ids.
    """
    older: dict[ProductModelId, ProductModelId | None] = {model: None}
    for current in reachable(model, newer):
        for one in newer(current):
            older.setdefault(one, current)
    return older


def _path(offer: ProductModelId, older: Mapping[ProductModelId, ProductModelId | None]) -> tuple[ProductModelId, ...]:
    return tuple(line_up(offer, older.get))[::-1]


def _newer(catalogue: Mapping[ProductModelId, ProductModel], model: ProductModelId) -> list[ProductModelId]:
    known = catalogue.get(model)
    return sorted(known.upgrades_to) if known is not None else []


def _components(catalogue: Mapping[ProductModelId, ProductModel], model: ProductModelId) -> Iterator[ProductModelId]:
    known = catalogue.get(model)
    return (part.product_model for part in (known.components if known is not None else ()))


def _sorted(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence))
