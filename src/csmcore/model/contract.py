"""Service contracts: what was agreed with a customer, for how long, and for which things."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import is_id, is_ids, is_text, one_of, optional
from csmcore.model.ids import AccountId, AssetId, ConsumerId, ContractId, DefinitionId, ProductModelId
from csmcore.model.periods import in_order, is_day, is_zone

__all__ = ["CONTRACT_STATES", "ContractState", "CoveredAsset", "CoveredProduct", "ServiceContract"]

ContractState: TypeAlias = Literal["draft", "active", "suspended", "expired", "cancelled"]
CONTRACT_STATES: tuple[ContractState, ...] = get_args(ContractState)


@attrs.frozen(kw_only=True)
class CoveredAsset:
    """A contract covers this asset from ``date_added`` to ``date_removed``, its last covered day; both may be open."""

    asset: AssetId = attrs.field(validator=is_id)
    date_added: date | None = attrs.field(default=None, validator=optional(is_day))
    date_removed: date | None = attrs.field(default=None, validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "date_added", "date_removed")


@attrs.frozen(kw_only=True)
class CoveredProduct:
    """A contract covers this model and all its assets from ``date_added`` to ``date_removed``, the last covered day."""

    product: ProductModelId = attrs.field(validator=is_id)
    date_added: date | None = attrs.field(default=None, validator=optional(is_day))
    date_removed: date | None = attrs.field(default=None, validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "date_added", "date_removed")


@attrs.frozen(kw_only=True, slots=False)
class ServiceContract:
    """The terms for one customer: an account or a consumer. ``starts_on`` and ``ends_on`` are its first and last day.

    It covers what its two lists name; empty lists cover nothing. ``sla_definitions`` are promises that it makes;
    ``runs_non_contractual`` lets those run too that no contract needs to name. ``timezone`` says where its days begin
    and end (None: the policy's), ``calendar`` names one of the policy's. Raises InvalidValue, UnknownTimeZone.
    """

    id: ContractId = attrs.field(validator=is_id)
    number: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    state: ContractState = attrs.field(default="draft", validator=one_of(CONTRACT_STATES))
    starts_on: date | None = attrs.field(default=None, validator=optional(is_day))
    ends_on: date | None = attrs.field(default=None, validator=optional(is_day))
    covered_assets: tuple[CoveredAsset, ...] = attrs.field(default=(), repr=False)
    covered_products: tuple[CoveredProduct, ...] = attrs.field(default=(), repr=False)
    sla_definitions: tuple[DefinitionId, ...] = attrs.field(default=(), validator=is_ids)
    runs_non_contractual: bool = False
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))

    def __attrs_post_init__(self) -> None:
        """Refuse a contract with no customer or with two, or with its days in the wrong order."""
        if (self.account is None) == (self.consumer is None):
            has = "neither account nor consumer" if self.account is None else "both account and consumer"
            raise InvalidValue("account", f"it has {has}", "name exactly one of them")
        in_order(self, "starts_on", "ends_on")

    def coverage(
        self, asset: AssetId | None, products: tuple[ProductModelId, ...]
    ) -> list[CoveredAsset | CoveredProduct]:
        """Every line about that asset or those models, whatever its days; found by name, however many there are."""
        found: list[CoveredAsset | CoveredProduct] = []
        if asset is not None:
            found += self._by_asset.get(asset, ())
        for product in products:
            found += self._by_product.get(product, ())
        return found

    @cached_property
    def _by_asset(self) -> Mapping[AssetId, list[CoveredAsset]]:
        lines: dict[AssetId, list[CoveredAsset]] = {}
        for line in self.covered_assets:
            lines.setdefault(line.asset, []).append(line)
        return lines

    @cached_property
    def _by_product(self) -> Mapping[ProductModelId, list[CoveredProduct]]:
        lines: dict[ProductModelId, list[CoveredProduct]] = {}
        for line in self.covered_products:
            lines.setdefault(line.product, []).append(line)
        return lines
