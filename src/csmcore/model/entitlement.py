"""Entitlements: what support a customer may ask for, by which channels, and how much of it."""

from datetime import date
from typing import Any, Literal, Self, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.case import CHANNELS, Channel
from csmcore.model.consumption import CONSUMPTION_MILESTONES, ConsumptionMilestone, LedgerEntry
from csmcore.model.contract import CONTRACT_STATES, ContractState
from csmcore.model.fields import is_id, is_ids, is_text, one_of, optional, within
from csmcore.model.ids import (
    AccountId,
    AssetId,
    ConsumerId,
    ContractId,
    ContractLineId,
    DefinitionId,
    EntitlementId,
    HouseholdId,
    InstallBaseItemId,
    ProductModelId,
    SoldProductId,
)
from csmcore.model.periods import in_order, is_day, is_zone

__all__ = ["Entitlement", "EntitlementUnit"]

EntitlementUnit: TypeAlias = Literal["cases", "hours"]

_SECONDS_PER_HOUR = 3600
_MOST = 1 << 53


@attrs.frozen(kw_only=True)
class Entitlement:
    """Support that was promised. It applies to a case that has all it names: customer, product, asset, contract.

    What it leaves blank may be anything; no ``channels`` are all channels. One that ``is_default`` applies where no
    other does, and may name nothing. ``plan`` is its level (gold). ``starts_on`` and ``ends_on`` are its first and last
    day in ``timezone`` (None: its contract's, else the policy's); ``calendar`` names one of the policy's. ``state``
    follows its contract, ``active`` is a switch of its own. Where the policy goes by explicit
    order, the lowest ``order`` comes first. ``inherits`` says whether accounts below have it too (None: as the policy
    says).

    A ``per_unit`` one grants ``total_units`` cases or hours, which cases take when they are opened, resolved or closed,
    as ``consume_on`` says; beyond the total only with ``allow_overdraft``. ``used`` is the sum of its ledger of
    ``ledger_entries`` entries: cases, or seconds where the unit is hours. Raises InvalidValue, UnknownTimeZone.
    """

    id: EntitlementId = attrs.field(validator=is_id)
    number: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    household: HouseholdId | None = attrs.field(default=None, validator=optional(is_id))
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    sold_product: SoldProductId | None = attrs.field(default=None, validator=optional(is_id))
    install_base_item: InstallBaseItemId | None = attrs.field(default=None, validator=optional(is_id))
    contract: ContractId | None = attrs.field(default=None, validator=optional(is_id))
    contract_line: ContractLineId | None = attrs.field(default=None, validator=optional(is_id))
    channels: frozenset[Channel] = attrs.field(default=frozenset())
    state: ContractState = attrs.field(default="active", validator=one_of(CONTRACT_STATES))
    active: bool = True
    is_default: bool = False
    order: int | None = attrs.field(default=None, validator=optional(within(0, _MOST)))
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
    consume_on: ConsumptionMilestone = attrs.field(default="close", validator=one_of(CONSUMPTION_MILESTONES))
    used: int = attrs.field(default=0, validator=within(0, _MOST))
    ledger_entries: int = attrs.field(default=0, validator=within(0, _MOST))
    restrict_when_exhausted: bool = False
    allow_overdraft: bool = False

    @channels.validator
    def _known_channels(self, _: "attrs.Attribute[Any]", channels: frozenset[Channel]) -> None:
        unknown = sorted(channels - set(CHANNELS))
        if unknown:
            raise InvalidValue("channels", f"unknown {', '.join(unknown)}", f"known are {', '.join(CHANNELS)}")

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order, a line of no contract, and hours that are taken before any was worked."""
        in_order(self, "starts_on", "ends_on")
        if self.contract_line is not None and self.contract is None:
            raise InvalidValue("contract_line", "it names no contract", "name the contract that the line is of")
        if self.per_unit and self.unit == "hours" and self.consume_on == "creation":
            raise InvalidValue("consume_on", "no hours are worked at creation", "use resolution or close for hours")

    @property
    def remaining(self) -> int | None:
        """What is left, in cases or seconds, negative when overdrawn; None where nothing is counted."""
        if not self.per_unit or self.total_units is None:
            return None
        return self.total_units * (_SECONDS_PER_HOUR if self.unit == "hours" else 1) - self.used

    def counting(self, entry: LedgerEntry) -> Self:
        """The entitlement after the next entry of its ledger. Raises InvalidValue for another, and for less than 0."""
        if (entry.entitlement, entry.sequence) != (self.id, self.ledger_entries + 1):
            problem = f"entry {entry.sequence} of {shown(entry.entitlement)} does not follow {self.ledger_entries}"
            raise InvalidValue("ledger_entries", problem, "count the entries of its own ledger, in order, each once")
        return attrs.evolve(self, used=self.used + entry.units, ledger_entries=entry.sequence)
