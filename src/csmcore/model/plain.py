"""The plain form of values: what documents and digests are made of."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import attrs

from csmcore.calendars import Calendar
from csmcore.conditions import AllOf, AnyOf, Atom, Not, condition_to_mapping
from csmcore.errors import InvalidValue, shown
from csmcore.model.durations import write_duration

__all__ = ["canonical", "digest_of", "plain"]


def plain(value: object) -> object:
    """A value as dicts, lists, text, whole numbers and booleans: instants in UTC with ``Z``, durations as ``8h``, sets sorted.

    Fields that are None, or have their default, are left out of a noun, so that a field added later changes no digest.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Calendar():
            return value.to_mapping()
        case AllOf() | AnyOf() | Atom() | Not():
            return condition_to_mapping(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | Decimal():
            return str(value)
        case timedelta():
            return write_duration(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case frozenset() | set():
            return sorted(str(item) for item in value)
        case tuple() | list():
            return [plain(item) for item in value]
        case _:
            return _noun(value)


def canonical(value: object) -> bytes:
    """The one spelling of a value's plain form: JSON in UTF-8 with sorted keys and no spaces."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(value: object) -> str:
    """The SHA-256 of the canonical plain form, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def _noun(value: object) -> dict[str, object]:
    kind: type[Any] = type(value)
    if not attrs.has(kind):
        raise InvalidValue("value", f"{shown(value)} has no plain form", "use nouns, mappings, lists and scalars")
    given = ((field, getattr(value, field.name)) for field in attrs.fields(kind) if field.init)
    return {field.name: plain(item) for field, item in given if not _is_default(item, field.default)}


def _is_default(value: object, default: object) -> bool:
    return value is None or (type(value) is type(default) and value == default)
