"""Product models: what is sold and supported, in one version or configuration."""

import attrs

from csmcore.model.fields import is_id, is_text, is_written
from csmcore.model.ids import ProductModelId

__all__ = ["ProductModel"]


@attrs.frozen(kw_only=True)
class ProductModel:
    """One version or configuration of a product. ``model_number`` is the maker's. Raises InvalidValue."""

    id: ProductModelId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    model_number: str = attrs.field(default="", validator=is_text)
    version: str = attrs.field(default="", validator=is_text)
    active: bool = True
