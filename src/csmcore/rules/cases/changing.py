"""The fields of a case as events set them."""

from collections.abc import Mapping
from typing import Any

from csmcore.model import KEYED_FIELDS, Case, frozen, revised

__all__ = ["changed", "merged"]


def merged(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The changes with every mapping whole: what it held in the fields, and what was set in it; None takes away."""
    if KEYED_FIELDS.isdisjoint(changes):
        return changes
    whole = dict(changes)
    for name in KEYED_FIELDS:
        if name in changes:
            entries = {**fields.get(name, {}), **changes[name]}
            whole[name] = frozen({key: value for key, value in entries.items() if value is not None})
    return whole


def changed(case: Case, changes: Mapping[str, Any], **stamps: Any) -> Case:
    """The case with these changes, and with stamps that no event tells."""
    return revised(case, {**merged(case.__dict__, changes), **stamps})
