"""Install base items: what stands where, in whose use, and what it replaced."""

from datetime import date

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, is_text, optional
from csmcore.model.ids import (
    AccountId,
    AssetId,
    ConfigurationItemId,
    ConsumerId,
    ContactId,
    HouseholdId,
    InstallBaseItemId,
    LocationId,
    ProductModelId,
    SoldProductId,
)
from csmcore.model.ownership import one_owner
from csmcore.model.periods import in_order, is_day

__all__ = ["InstallBaseItem"]


@attrs.frozen(kw_only=True)
class InstallBaseItem:
    """Something that is in use at a customer's, from ``installed_on`` until it is taken out on ``uninstalled_on``.

    On the day on which it is taken out it is no longer there, so that what ``replaces`` it may come on that very day.
    ``parent`` is what it is a part of. Raises InvalidValue.
    """

    id: InstallBaseItemId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    configuration_item: ConfigurationItemId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    sold_product: SoldProductId | None = attrs.field(default=None, validator=optional(is_id))
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    household: HouseholdId | None = attrs.field(default=None, validator=optional(is_id))
    organization: str | None = attrs.field(default=None, validator=optional(is_id))
    location: LocationId | None = attrs.field(default=None, validator=optional(is_id))
    parent: InstallBaseItemId | None = attrs.field(default=None, validator=optional(is_id))
    replaces: InstallBaseItemId | None = attrs.field(default=None, validator=optional(is_id))
    installed_on: date | None = attrs.field(default=None, validator=optional(is_day))
    uninstalled_on: date | None = attrs.field(default=None, validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse no owner or two, days in the wrong order, and a part of itself or its own successor."""
        one_owner(self)
        in_order(self, "installed_on", "uninstalled_on")
        for name in ("parent", "replaces"):
            if getattr(self, name) == self.id:
                raise InvalidValue(name, f"{shown(self.id)} names itself", "name another item, or none")

    @property
    def active(self) -> bool:
        """Whether it has not been taken out."""
        return self.uninstalled_on is None

    def is_there_on(self, day: date) -> bool:
        """Whether it is installed on a day."""
        return (self.installed_on or day) <= day and (self.uninstalled_on is None or day < self.uninstalled_on)
