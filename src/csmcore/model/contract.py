"""Service contracts: what was agreed with a customer, for how long, and for which things."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, is_ids, is_text, one_of, optional
from csmcore.model.ids import (
    AccountId,
    AssetId,
    ConsumerId,
    ContactId,
    ContractId,
    ContractLineId,
    DefinitionId,
    InstallBaseItemId,
    ProductModelId,
    SoldProductId,
    UserId,
)
from csmcore.model.periods import in_order, is_day, is_zone, within_days

__all__ = [
    "CONTRACT_STATES",
    "ContractApproval",
    "ContractLine",
    "ContractState",
    "Covered",
    "CoveredAsset",
    "CoveredInstallBaseItem",
    "CoveredKind",
    "CoveredProduct",
    "CoveredSoldProduct",
    "ServiceContract",
]

ContractState: TypeAlias = Literal["draft", "active", "suspended", "expired", "cancelled"]
CONTRACT_STATES: tuple[ContractState, ...] = get_args(ContractState)
ContractApproval: TypeAlias = Literal["not_requested", "requested", "approved", "rejected"]
CoveredKind: TypeAlias = Literal["asset", "product", "sold_product", "install_base_item"]

_STATE: Any = one_of(CONTRACT_STATES)


@attrs.frozen(kw_only=True)
class _CoveredDays:
    """What all that is covered has: its days, both included and either open, and the contract's line that it is on."""

    date_added: date | None = attrs.field(default=None, validator=optional(is_day))
    date_removed: date | None = attrs.field(default=None, validator=optional(is_day))
    line: ContractLineId | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "date_added", "date_removed")


@attrs.frozen(kw_only=True)
class CoveredAsset(_CoveredDays):
    """A contract covers this asset from ``date_added`` to ``date_removed``, its last covered day; both may be open."""

    kind: ClassVar[CoveredKind] = "asset"
    asset: AssetId = attrs.field(validator=is_id)


@attrs.frozen(kw_only=True)
class CoveredProduct(_CoveredDays):
    """A contract covers this model and all its assets from ``date_added`` to ``date_removed``, the last covered day."""

    kind: ClassVar[CoveredKind] = "product"
    product: ProductModelId = attrs.field(validator=is_id)


@attrs.frozen(kw_only=True)
class CoveredSoldProduct(_CoveredDays):
    """A contract covers what was sold from ``date_added`` to ``date_removed``, the last covered day."""

    kind: ClassVar[CoveredKind] = "sold_product"
    sold_product: SoldProductId = attrs.field(validator=is_id)


@attrs.frozen(kw_only=True)
class CoveredInstallBaseItem(_CoveredDays):
    """A contract covers what is installed from ``date_added`` to ``date_removed``, the last covered day."""

    kind: ClassVar[CoveredKind] = "install_base_item"
    install_base_item: InstallBaseItemId = attrs.field(validator=is_id)


Covered: TypeAlias = CoveredAsset | CoveredProduct | CoveredSoldProduct | CoveredInstallBaseItem


@attrs.frozen(kw_only=True)
class ContractLine:
    """A part of a contract with days and a state of its own; ``parent`` is the line that it is a part of.

    Raises InvalidValue.
    """

    id: ContractLineId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    parent: ContractLineId | None = attrs.field(default=None, validator=optional(is_id))
    state: ContractState = attrs.field(default="active", validator=_STATE)
    starts_on: date | None = attrs.field(default=None, validator=optional(is_day))
    ends_on: date | None = attrs.field(default=None, validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse days in the wrong order."""
        in_order(self, "starts_on", "ends_on")


@attrs.frozen(kw_only=True, slots=False)
class ServiceContract:
    """The terms for one customer: an account or a consumer. ``starts_on`` and ``ends_on`` are its first and last day.

    It covers what its lists name; empty lists cover nothing. What is on a line is covered while the line is active.
    ``sla_definitions`` are promises that it makes; ``runs_non_contractual`` lets those run too that no contract needs
    to name. ``timezone`` says where its days begin and end (None: the policy's), ``calendar`` names one of the
    policy's. ``resumes_on`` ends a suspension; ``renewed_from`` is the contract before it, ``renewal_root`` the first
    of the chain. Raises InvalidValue, UnknownTimeZone.
    """

    id: ContractId = attrs.field(validator=is_id)
    number: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    external_number: str = attrs.field(default="", validator=is_text)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    administrator: UserId | None = attrs.field(default=None, validator=optional(is_id))
    approver: UserId | None = attrs.field(default=None, validator=optional(is_id))
    approval: ContractApproval = attrs.field(default="not_requested", validator=one_of(get_args(ContractApproval)))
    state: ContractState = attrs.field(default="draft", validator=_STATE)
    reason: str = attrs.field(default="", validator=is_text, repr=False)
    starts_on: date | None = attrs.field(default=None, validator=optional(is_day))
    ends_on: date | None = attrs.field(default=None, validator=optional(is_day))
    resumes_on: date | None = attrs.field(default=None, validator=optional(is_day))
    parent: ContractId | None = attrs.field(default=None, validator=optional(is_id))
    renewed_from: ContractId | None = attrs.field(default=None, validator=optional(is_id))
    renewal_root: ContractId | None = attrs.field(default=None, validator=optional(is_id))
    renews_by_itself: bool = False
    lines: tuple[ContractLine, ...] = attrs.field(default=(), repr=False)
    covered_assets: tuple[CoveredAsset, ...] = attrs.field(default=(), repr=False)
    covered_products: tuple[CoveredProduct, ...] = attrs.field(default=(), repr=False)
    covered_sold_products: tuple[CoveredSoldProduct, ...] = attrs.field(default=(), repr=False)
    covered_install_base_items: tuple[CoveredInstallBaseItem, ...] = attrs.field(default=(), repr=False)
    sla_definitions: tuple[DefinitionId, ...] = attrs.field(default=(), validator=is_ids)
    runs_non_contractual: bool = False
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))

    def __attrs_post_init__(self) -> None:
        """Refuse no customer or two, a contact of no account, and days or lines that do not fit into one another."""
        if (self.account is None) == (self.consumer is None):
            has = "neither account nor consumer" if self.account is None else "both account and consumer"
            raise InvalidValue("account", f"it has {has}", "name exactly one of them")
        if self.contact is not None and self.account is None:
            raise InvalidValue("contact", "it is a consumer's", "leave the contact out")
        in_order(self, "starts_on", "ends_on")
        if self.parent == self.id:
            raise InvalidValue("parent", f"contract {shown(self.id)} is its own parent", "name another, or none")
        before = {self.renewed_from, self.renewal_root}
        if self.id in before or (None in before and before != {None}):
            raise InvalidValue("renewed_from", "it goes with renewal_root, and both are earlier contracts", "name both")
        if self.resumes_on is not None and self.state != "suspended":
            raise InvalidValue("resumes_on", f"the contract is {self.state}", "only a suspension has an end")
        _fit_lines(self)

    @property
    def covered(self) -> Iterator[Covered]:
        """Everything that it covers, whatever the day."""
        for lines in (self.covered_assets, self.covered_products):
            yield from lines
        for more in (self.covered_sold_products, self.covered_install_base_items):
            yield from more

    def coverage(self, items: Iterable[tuple[CoveredKind, str]]) -> list[Covered]:
        """Every entry about one of those things, whatever its days; found by name, however many there are."""
        index = self._by_item
        return [entry for item in items for entry in index.get(item, ())]

    def has_line(self, line: ContractLineId) -> bool:
        """Whether it has a line of that id."""
        return line in self._lines

    def lines_from(self, line: ContractLineId | None) -> list[ContractLine]:
        """A line and those that it is a part of, nearest first; none for None, and for a line that there is not."""
        found: list[ContractLine] = []
        while line is not None and line in self._lines:
            found.append(self._lines[line])
            line = found[-1].parent
        return found

    @cached_property
    def _lines(self) -> Mapping[ContractLineId, ContractLine]:
        return {line.id: line for line in self.lines}

    @cached_property
    def _by_item(self) -> Mapping[tuple[CoveredKind, str], list[Covered]]:
        found: dict[tuple[CoveredKind, str], list[Covered]] = {}
        for entry in self.covered:
            found.setdefault((entry.kind, getattr(entry, entry.kind)), []).append(entry)
        return found


class _Days(NamedTuple):
    """From when to when something on a line may be: an open day is that of what the line is a part of."""

    starts_on: date | None
    ends_on: date | None


def _fit_lines(contract: ServiceContract) -> None:
    """Refuse lines with one id, in a circle or outside their parents' days; and what is covered outside its line's."""
    lines = {line.id: line for line in contract.lines}
    if len(lines) < len(contract.lines):
        raise InvalidValue("lines", "two lines have one id", "give each its own")
    days: dict[ContractLineId | None, _Days] = {None: _Days(contract.starts_on, contract.ends_on)}
    for name in lines:
        for line in reversed(_upwards(name, lines, days)):
            whole = days[line.parent]
            within_days(line, "lines", whole, "starts_on", "ends_on")
            days[line.id] = _Days(line.starts_on or whole.starts_on, line.ends_on or whole.ends_on)
    for entry in contract.covered:
        place = f"covered_{entry.kind}s"
        if entry.line not in days:
            raise InvalidValue(place, f"there is no line {shown(entry.line)}", "name one of the lines, or none")
        within_days(entry, place, days[entry.line], "date_added", "date_removed")


def _upwards(
    name: ContractLineId | None,
    lines: Mapping[ContractLineId, ContractLine],
    known: Mapping[ContractLineId | None, _Days],
) -> list[ContractLine]:
    """A line and those that it is a part of, nearest first, as far as their days are not known."""
    found: dict[ContractLineId, ContractLine] = {}
    while name not in known:
        if name is None or name not in lines:
            raise InvalidValue("lines", f"there is no line {shown(name)} to be part of", "name one, or none")
        if name in found:
            raise InvalidValue("lines", f"line {shown(name)} is part of itself", "let one line have no parent")
        found[name] = lines[name]
        name = found[name].parent
    return list(found.values())
