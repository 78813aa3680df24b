"""What a vendor's major cases do to the cases below them."""

from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.errors import InvalidValue
from csmcore.model.fields import one_of, within

__all__ = ["SYNCED_FIELDS", "MajorCasePolicy", "SyncedField"]

SyncedField: TypeAlias = Literal["priority", "state", "comments", "work_notes", "close_notes", "resolution_code"]
SYNCED_FIELDS: tuple[SyncedField, ...] = get_args(SyncedField)
"""What can follow from a major case to its children: ServiceNow's list."""

_WITH_STATE = frozenset({"close_notes", "resolution_code"})
_MOST_CHILDREN = 100_000
_is_synced = one_of(SYNCED_FIELDS)


def _are_synced(_: object, field: "attrs.Attribute[Any]", names: tuple[SyncedField, ...]) -> None:
    """Names of the list, each once; with the state goes what a case needs to end."""
    for name in names:
        _is_synced(None, field, name)
    if len(set(names)) < len(names):
        raise InvalidValue(field.name, "a field is listed twice", "list each once")
    lacking = sorted(_WITH_STATE.difference(names))
    if "state" in names and lacking:
        raise InvalidValue(field.name, f"the state is synced without {' and '.join(lacking)}", "list them, too")


@attrs.frozen(kw_only=True)
class MajorCasePolicy:
    """Choices about major cases and their children (ServiceNow's defaults).

    With ``sync_children`` the ``synced_fields`` follow the major case on children that are new, open or awaiting info:
    what changes from then on, nothing of before. Without it only closing does, with its code and notes.
    ``survey_children``: whether the customer of a child that closed with its major case is asked how it went.
    ``max_children`` is how many live ones a major case may be given. Raises InvalidValue.
    """

    sync_children: bool = False
    synced_fields: tuple[SyncedField, ...] = attrs.field(default=SYNCED_FIELDS, validator=_are_synced)
    survey_children: bool = False
    max_children: int = attrs.field(default=10_000, validator=within(1, _MOST_CHILDREN))
