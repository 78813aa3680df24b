"""The command that sets fields of a case's form, and which those are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from csmcore.errors import InvalidValue, UnknownKey, shown
from csmcore.model.case import Case
from csmcore.model.case_actions import Action
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.rendering import names_alone

__all__ = ["UPDATABLE_FIELDS", "UpdateCase", "check_value"]

_TEXT_FIELDS = ("short_description", "description", "category", "case_type", "substate")
_NUMBER_FIELDS = ("impact", "urgency")
_LIST_FIELDS = ("informed_users", "work_notes_list")
_FLAG_FIELDS = (
    "share_resolution_notes",
    "needs_attention",
    "auto_close",
    "contract_is_manual",
    "entitlement_is_manual",
)
_ID_FIELDS = (
    *("account", "contact", "consumer", "requested_by", "partner", "partner_contact"),
    *("product", "asset", "sold_product", "install_base_item", "contract", "entitlement", "parent"),
)
_KINDS: Mapping[str, type] = MappingProxyType(
    {
        **dict.fromkeys(_TEXT_FIELDS, str),
        **dict.fromkeys(_ID_FIELDS, str),
        "channel": str,
        **dict.fromkeys(_NUMBER_FIELDS, int),
        **dict.fromkeys(_LIST_FIELDS, tuple),
        **dict.fromkeys(_FLAG_FIELDS, bool),
        "extra": FrozenMapping,
    }
)
_CALLED: Mapping[type, str] = MappingProxyType(
    {str: "text", int: "a whole number", tuple: "a tuple of texts", bool: "True or False", FrozenMapping: "a mapping"}
)
_FIELDS: Mapping[str, "attrs.Attribute[Any]"] = MappingProxyType({field.name: field for field in attrs.fields(Case)})

UPDATABLE_FIELDS: tuple[str, ...] = tuple(_KINDS)
"""The fields of the form that `UpdateCase` sets; the others have commands of their own, or are stamps."""


def _frozen_throughout(changes: Mapping[str, object]) -> Mapping[str, object]:
    """The changes as they stay; those of ``extra``, too."""
    extra = changes.get("extra")
    return frozen({**changes, "extra": frozen(extra)} if isinstance(extra, Mapping) else changes)


@attrs.frozen
class UpdateCase:
    """Set fields of the form, by their names; None empties one. Raises UnknownKey, InvalidValue.

    ``extra`` is a mapping of those fields of the case's type that change, where None empties one, too.

    A contract or entitlement that is set, or emptied, is set by hand and stays; ``contract_is_manual`` and
    ``entitlement_is_manual`` give them back to derivation.

    >>> UpdateCase({"category": "printing", "impact": 2}).changes["impact"]
    2
    """

    action: ClassVar[Action] = "update_case"

    changes: Mapping[str, object] = attrs.field(factory=dict, converter=_frozen_throughout, repr=names_alone)

    @changes.validator
    def _are_fields(self, _: "attrs.Attribute[Any]", changes: Mapping[str, object]) -> None:
        for name, value in changes.items():
            if name not in _KINDS:
                hint = f"an update sets {', '.join(UPDATABLE_FIELDS)}"
                raise UnknownKey("changes", f"{shown(name)} is no field to update", hint)
            check_value(_FIELDS[name], value, _KINDS[name])


def check_value(field: "attrs.Attribute[Any]", value: object, kind: type) -> None:
    """What a typed field would have had a type checker check, then what the case itself checks."""
    if value is None and field.default is None:
        return
    listed = value if isinstance(value, tuple) else ()
    if type(value) is not kind or not all(isinstance(item, str) for item in listed):
        raise InvalidValue(field.name, f"{shown(value)} is not what it holds", f"give {_CALLED[kind]}")
    if field.validator is not None:
        field.validator(None, field, value)
