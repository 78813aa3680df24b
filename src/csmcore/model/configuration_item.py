"""Configuration items: things as those who run them know them."""

import attrs

from csmcore.model.fields import is_id, is_text, optional
from csmcore.model.ids import AssetId, ConfigurationItemId, ProductModelId

__all__ = ["ConfigurationItem"]


@attrs.frozen(kw_only=True)
class ConfigurationItem:
    """A thing that is run, of a class; ``asset`` is the same thing as it is owned. Raises InvalidValue."""

    id: ConfigurationItemId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    ci_class: str = attrs.field(validator=is_id)
    product_model: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    requires_verification: bool = False
