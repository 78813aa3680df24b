"""The plain form of values: what documents and digests are made of."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.calendars import Calendar, as_utc
from csmcore.conditions import AllOf, AnyOf, Atom, Not, condition_to_mapping
from csmcore.errors import InvalidValue, shown
from csmcore.model.durations import write_duration

__all__ = ["canonical", "digest_of", "plain"]

_NOTHING: Mapping[str, object] = MappingProxyType({})


def plain(value: object) -> object:
    """A value as dicts, lists, text, whole numbers and booleans: instants in UTC with ``Z``, durations as ``8h``.

    Sets are sorted. Fields that are None, or have their default, are left out of a noun, so that a field added later
    changes no digest. In a mapping, where no field gives a value its type, an instant, date, decimal or duration says
    its own, as in ``{"date": "2026-12-24"}``. Raises InvalidValue for what has no plain form, such as a fraction.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Calendar():
            return value.to_mapping()
        case AllOf() | AnyOf() | Atom() | Not():
            return condition_to_mapping(value)
        case Mapping():
            return {str(key): _with_type(item) for key, item in value.items()}
        case frozenset() | set() | tuple() | list():
            return [plain(item) for item in (sorted(value, key=_rank) if isinstance(value, frozenset | set) else value)]
        case _:
            kind, text = _spelled(value)
            return text if kind else _noun(value)


def canonical(value: object) -> bytes:
    """The one spelling of a value's plain form: JSON in UTF-8 with sorted keys and no spaces."""
    try:
        return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:
        raise InvalidValue("value", "it is nested too deep", "use fewer levels") from None


def digest_of(value: object) -> str:
    """The SHA-256 of the canonical plain form, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def _rank(item: object) -> tuple[str, str]:
    """An order of a set's items that does not depend on their hashes."""
    return type(item).__name__, str(item)


def _spelled(value: object) -> tuple[str, str]:
    """The type, as conditions call it, and the text of a value that JSON has no type for."""
    match value:
        case datetime():
            return "instant", as_utc(value).isoformat().replace("+00:00", "Z")
        case date():
            return "date", value.isoformat()
        case timedelta():
            return "duration", write_duration(value)
        case Decimal() if value.is_finite():
            return "decimal", format(value, "f")
        case _:
            return "", ""


def _with_type(value: object) -> object:
    """A value of a mapping."""
    if isinstance(value, tuple | list):
        return [_with_type(item) for item in value]
    kind, text = _spelled(value)
    return {kind: text} if kind else plain(value)


def _noun(value: object) -> dict[str, object]:
    kind: type[Any] = type(value)
    if not attrs.has(kind):
        raise InvalidValue("value", f"{shown(value)} has no plain form", "use nouns, mappings, lists and scalars")
    usual: Mapping[str, object] = getattr(kind, "__usual__", _NOTHING)  # what fields come to that nobody states
    given = ((field, getattr(value, field.name)) for field in attrs.fields(kind) if field.init)
    return {
        field.name: plain(item)
        for field, item in given
        if not (_is_default(item, field.default) or (field.name in usual and item == usual[field.name]))
    }


def _is_default(value: object, default: object) -> bool:
    return value is None or (type(value) is type(default) and value == default)
