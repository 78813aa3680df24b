"""All that a vendor decides, as one versioned value."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.calendars import Calendar
from csmcore.errors import InvalidValue, shown
from csmcore.model.fields import is_id, one_of, within
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.periods import is_zone
from csmcore.model.plain_form import digest_of
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.sla import SlaDefinition

__all__ = ["DEFAULT_MATRIX", "EntitlementPolicy", "EntitlementStrategy", "PriorityMatrix", "SupportPolicy"]

EntitlementStrategy: TypeAlias = Literal["weights", "precedence"]
PriorityMatrix: TypeAlias = Mapping[str, int]

DEFAULT_MATRIX: PriorityMatrix = FrozenMapping(
    {"1/1": 1, "1/2": 2, "2/1": 2, "1/3": 3, "2/2": 3, "3/1": 3, "2/3": 4, "3/2": 4, "3/3": 4}
)
"""Priority by ``impact/urgency``: ServiceNow's sample matrix, with low and low as 4 for cases."""

_LOWEST = 5  # of priorities
_GRADES = frozenset(f"{impact}/{urgency}" for impact in (1, 2, 3) for urgency in (1, 2, 3))


def _is_matrix(_: object, field: "attrs.Attribute[Any]", matrix: PriorityMatrix) -> None:
    """Priorities 1 to 5 by ``impact/urgency``, each 1 to 3; some may be left out."""
    for grades, priority in matrix.items():
        place = f"{field.name}.{grades}"
        if grades not in _GRADES:
            raise InvalidValue(place, f"{shown(grades)} is no impact and urgency", "write '1/1' to '3/3'")
        if not 1 <= priority <= _LOWEST:
            raise InvalidValue(place, f"{shown(priority)} is no priority", "write 1 to 5")


@attrs.frozen(kw_only=True)
class EntitlementPolicy:
    """How entitlements are chosen: by the sum of the weights of what matched, or by the most specific match first.

    With ``inherit_from_parent_accounts`` an ancestor's entitlements and contracts count too; with
    ``require_covered_asset`` a contract must cover what the case is about even where the case names it.
    """

    strategy: EntitlementStrategy = attrs.field(default="weights", validator=one_of(get_args(EntitlementStrategy)))
    inherit_from_parent_accounts: bool = False
    require_covered_asset: bool = False


@attrs.frozen(kw_only=True, slots=False, hash=False)
class SupportPolicy:
    """What a vendor promises and how it works, immutable. Customers, assets and contracts are facts, never policy.

    ``timezone`` is the vendor's own, where nothing nearer names one. ``reopen_window_days`` is 0 where closed is final.
    Raises InvalidValue where a definition names no calendar of the policy, or two definitions have one id.
    """

    name: str = attrs.field(validator=is_id)
    version: str = attrs.field(validator=is_id)
    timezone: str = attrs.field(default="UTC", validator=is_zone)
    calendars: Mapping[str, Calendar] = attrs.field(factory=dict, converter=frozen)
    definitions: tuple[SlaDefinition, ...] = ()
    priority_matrix: PriorityMatrix = attrs.field(default=DEFAULT_MATRIX, converter=frozen, validator=_is_matrix)
    entitlements: EntitlementPolicy = EntitlementPolicy()
    reopen_window_days: int = attrs.field(default=0, validator=within(0, 36_525))
    allows_account_with_consumer: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse names that lead nowhere."""
        ids = [definition.id for definition in self.definitions]
        for index, definition in enumerate(self.definitions):
            if definition.calendar is not None and definition.calendar not in self.calendars:
                place = f"$.definitions[{index}].calendar"
                raise InvalidValue(place, f"no calendar {shown(definition.calendar)}", "declare it under `calendars`")
            if definition.id in ids[:index]:
                raise InvalidValue(f"$.definitions[{index}].id", f"{shown(definition.id)} is given twice", "rename one")

    def __hash__(self) -> int:
        """By name and version: policies that are equal have the same."""
        return hash((self.name, self.version))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical plain form."""
        return digest_of(self)

    @cached_property
    def ref(self) -> PolicyRef:
        """What cases and results name."""
        return PolicyRef(self.name, self.version, self.digest)
