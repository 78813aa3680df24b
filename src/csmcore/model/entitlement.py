"""Entitlements: what support a customer may ask for, by which channels, and how much of it."""

from datetime import date
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.case import CHANNELS, Channel
from csmcore.model.fields import is_id, is_ids, is_text, one_of, optional, within
from csmcore.model.ids import AccountId, AssetId, ConsumerId, ContractId, DefinitionId, EntitlementId, ProductModelId
from csmcore.model.periods import in_order, is_day, is_zone

__all__ = ["Entitlement", "EntitlementUnit"]

EntitlementUnit: TypeAlias = Literal["cases", "hours"]

_SECONDS_PER_HOUR = 3600
_MOST = 1 << 53


@attrs.frozen(kw_only=True)
class Entitlement:
    """Support that was promised. It applies to a case that has all it names: customer, product, asset, contract.

    What it leaves blank may be anything; no ``channels`` are all channels. ``plan`` is its level (gold).
    ``starts_on`` and ``ends_on`` are its first and last day in ``timezone`` (None: its contract's, else the
    policy's); ``calendar`` names one of the policy's. A ``per_unit`` one grants ``total_units`` cases or hours;
    ``used`` counts cases, or seconds where the unit is hours, as the consumption ledger does. ``inherits`` says
    whether accounts below have it too (None: as the policy says). Raises InvalidValue, UnknownTimeZone.
    """

    id: EntitlementId = attrs.field(validator=is_id)
    number: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    contract: ContractId | None = attrs.field(default=None, validator=optional(is_id))
    channels: frozenset[Channel] = attrs.field(default=frozenset())
    active: bool = True
    starts_on: date | None = attrs.field(default=None, validator=optional(is_day))
    ends_on: date | None = attrs.field(default=None, validator=optional(is_day))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
    plan: str | None = attrs.field(default=None, validator=optional(is_id))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    sla_definitions: tuple[DefinitionId, ...] = attrs.field(default=(), validator=is_ids)
    inherits: bool | None = None
    per_unit: bool = False
    unit: EntitlementUnit = attrs.field(default="cases", validator=one_of(get_args(EntitlementUnit)))
    total_units: int | None = attrs.field(default=None, validator=optional(within(0, _MOST)))
    used: int = attrs.field(default=0, validator=within(0, _MOST))
    restrict_when_exhausted: bool = False

    @channels.validator
    def _known_channels(self, _: "attrs.Attribute[Any]", channels: frozenset[Channel]) -> None:
        unknown = sorted(channels - set(CHANNELS))
        if unknown:
            raise InvalidValue("channels", f"unknown {', '.join(unknown)}", f"known are {', '.join(CHANNELS)}")

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "starts_on", "ends_on")

    @property
    def remaining(self) -> int | None:
        """What is left, in cases or seconds, negative when overdrawn; None where nothing is counted."""
        if not self.per_unit or self.total_units is None:
            return None
        return self.total_units * (_SECONDS_PER_HOUR if self.unit == "hours" else 1) - self.used
