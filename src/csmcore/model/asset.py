"""Assets: single things that customers have."""

import attrs

from csmcore.model.fields import is_id, optional
from csmcore.model.ids import AccountId, AssetId, ConsumerId, LocationId, ProductModelId

__all__ = ["Asset"]


@attrs.frozen(kw_only=True)
class Asset:
    """One thing of a product model, known by its tag or serial number, whose it is, and where. Raises InvalidValue."""

    id: AssetId = attrs.field(validator=is_id)
    product_model: ProductModelId = attrs.field(validator=is_id)
    tag: str | None = attrs.field(default=None, validator=optional(is_id))
    serial_number: str | None = attrs.field(default=None, validator=optional(is_id))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    location: LocationId | None = attrs.field(default=None, validator=optional(is_id))

    @property
    def display_name(self) -> str:
        """What people call it: the tag, else the serial number, else the id."""
        return self.tag or self.serial_number or self.id
