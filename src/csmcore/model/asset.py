"""Assets: single things that customers have."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, is_ids, one_of, optional
from csmcore.model.ids import AccountId, AssetId, ConfigurationItemId, ConsumerId, ContactId, LocationId, ProductModelId
from csmcore.model.periods import is_day

__all__ = ["ASSET_SUBSTATES", "Asset", "AssetState"]

AssetState: TypeAlias = Literal[
    "on_order", "in_stock", "in_transit", "in_use", "in_maintenance", "retired", "missing", "build"
]

_STORED = (
    *("available", "reserved", "defective", "pending_repair", "pending_install"),
    *("pending_disposal", "pending_transfer", "pre_allocated"),
)
ASSET_SUBSTATES: Mapping[AssetState, tuple[str, ...]] = MappingProxyType(
    {
        "on_order": (),
        "in_stock": _STORED,
        "in_transit": _STORED,
        "in_use": (),
        "in_maintenance": (),
        "retired": ("disposed", "sold", "donated", "vendor_credit", "pending_disposal"),
        "missing": ("lost", "stolen"),
        "build": (),
    }
)
"""The substates that each state may have (ServiceNow's); a substate may always be blank."""


@attrs.frozen(kw_only=True)
class Asset:
    """One thing of a product model, known by its tag or serial number, whose it is, and where.

    ``contacts`` are the people of its account who have to do with it, ``primary_contact`` the first of them to ask;
    ``contact`` is the one it is allocated to, if to a person rather than the whole account. Raises InvalidValue.
    """

    id: AssetId = attrs.field(validator=is_id)
    product_model: ProductModelId = attrs.field(validator=is_id)
    tag: str | None = attrs.field(default=None, validator=optional(is_id))
    serial_number: str | None = attrs.field(default=None, validator=optional(is_id))
    asset_class: str | None = attrs.field(default=None, validator=optional(is_id))
    state: AssetState = attrs.field(default="in_use", validator=one_of(get_args(AssetState)))
    substate: str | None = None
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    contacts: tuple[ContactId, ...] = attrs.field(default=(), validator=is_ids)
    primary_contact: ContactId | None = attrs.field(default=None, validator=optional(is_id))
    location: LocationId | None = attrs.field(default=None, validator=optional(is_id))
    configuration_item: ConfigurationItemId | None = attrs.field(default=None, validator=optional(is_id))
    installed_on: date | None = attrs.field(default=None, validator=optional(is_day))

    def __attrs_post_init__(self) -> None:
        """Refuse a substate of another state, contacts of no account, and a primary contact who is none of them."""
        known = ASSET_SUBSTATES[self.state]
        if self.substate is not None and self.substate not in known:
            hint = f"{self.state} has {', '.join(known)}" if known else f"{self.state} has none: leave it out"
            raise InvalidValue("substate", f"{shown(self.substate)} is no substate of {self.state}", hint)
        for name in ("contacts", "contact"):
            if getattr(self, name) and self.account is None:
                raise InvalidValue(name, "it has contacts, but no account", "name their account too")
        if self.primary_contact is not None and self.primary_contact not in self.contacts:
            problem = f"{shown(self.primary_contact)} is none of its contacts"
            raise InvalidValue("primary_contact", problem, "list it among the contacts too")

    @property
    def display_name(self) -> str:
        """What people call it: the tag, else the serial number, else the id."""
        return self.tag or self.serial_number or self.id
