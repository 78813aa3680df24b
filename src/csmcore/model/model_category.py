"""Model categories: which class of configuration item, asset and install base item goes with a model."""

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import is_id, is_written, optional
from csmcore.model.ids import ModelCategoryId

__all__ = ["WITHOUT_CI", "ModelCategory"]

WITHOUT_CI: frozenset[str] = frozenset({"consumable", "software_licence"})
"""Asset classes that have no configuration items (ServiceNow's rule)."""


@attrs.frozen(kw_only=True)
class ModelCategory:
    """Classes that belong together: where there are both, a configuration item brings its asset, and an asset its item.

    With ``enforce_ci_verification`` an item brings none: it must be verified first. Raises InvalidValue.
    """

    id: ModelCategoryId = attrs.field(validator=is_id)
    name: str = attrs.field(validator=is_written)
    ci_class: str | None = attrs.field(default=None, validator=optional(is_id))
    asset_class: str | None = attrs.field(default=None, validator=optional(is_id))
    install_base_class: str | None = attrs.field(default=None, validator=optional(is_id))
    enforce_ci_verification: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse configuration items for what has none."""
        if self.asset_class in WITHOUT_CI and self.ci_class is not None:
            raise InvalidValue("ci_class", f"{self.asset_class} has no configuration items", "leave ci_class out")
