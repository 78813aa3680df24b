"""Sold products: what was sold to whom, and for how long it is theirs to use."""

from datetime import date
from typing import Literal, TypeAlias

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, is_text, optional, within
from csmcore.model.ids import AccountId, ConsumerId, ContactId, HouseholdId, LocationId, ProductModelId, SoldProductId
from csmcore.model.ownership import one_owner
from csmcore.model.periods import in_order, is_day

__all__ = ["SoldProduct", "SoldProductState"]

SoldProductState: TypeAlias = Literal["in_preparation", "active", "expired"]


@attrs.frozen(kw_only=True)
class SoldProduct:
    """A model that was sold, from ``starts_on`` to ``ends_on``, both included. It has one owner.

    The owner is an account (with a contact of it), a consumer, a household or an ``organization`` of the vendor's own.
    ``parent`` is the bundle that it was sold in. Raises InvalidValue.
    """

    id: SoldProductId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    product: ProductModelId = attrs.field(validator=is_id)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    household: HouseholdId | None = attrs.field(default=None, validator=optional(is_id))
    organization: str | None = attrs.field(default=None, validator=optional(is_id))
    quantity: int = attrs.field(default=1, validator=within(1, 1 << 53))
    unit: str = attrs.field(default="", validator=is_text)
    location: LocationId | None = attrs.field(default=None, validator=optional(is_id))
    parent: SoldProductId | None = attrs.field(default=None, validator=optional(is_id))
    starts_on: date | None = attrs.field(default=None, validator=optional(is_day))
    ends_on: date | None = attrs.field(default=None, validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse no owner or two, days in the wrong order, and a bundle in itself."""
        one_owner(self)
        in_order(self, "starts_on", "ends_on")
        if self.parent == self.id:
            raise InvalidValue("parent", f"{shown(self.id)} is its own parent", "name another sold product, or none")

    def state_on(self, day: date) -> SoldProductState:
        """What it is on a day: in preparation before its first, expired after its last."""
        if self.starts_on is not None and day < self.starts_on:
            return "in_preparation"
        return "expired" if self.ends_on is not None and day > self.ends_on else "active"
