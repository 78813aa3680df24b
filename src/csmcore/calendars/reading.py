"""Checks on plain documents that name the place of what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from difflib import get_close_matches

from csmcore.errors import InvalidValue, LimitExceeded, UnknownKey, shown

__all__ = ["only_keys", "read_boolean", "read_choice", "read_date", "read_list", "read_mapping", "read_text"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TEXT = 10_000  # characters
_YEARS = (1970, 2199)


def read_mapping(value: object, path: str) -> Mapping[str, object]:
    """The value, if it is a mapping whose keys are text."""
    if not isinstance(value, Mapping):
        raise InvalidValue(path, f"{shown(value)} is no mapping", "write keys and values")
    for key in value:
        if not isinstance(key, str):
            raise InvalidValue(path, f"the key {shown(key)} is not text", "write keys as text")
    return value


def only_keys(document: Mapping[str, object], known: Iterable[str], path: str) -> None:
    """Refuse a key that nothing reads, so that a typing error cannot change a rule unseen. Raises UnknownKey."""
    names = tuple(known)
    for key in document:
        if key not in names:
            close = get_close_matches(key[:100], names, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(names)}"
            raise UnknownKey(path, f"unknown key {shown(key)}", hint)


def read_list(value: object, path: str, limit: int) -> Sequence[object]:
    """The value, if it is a list of at most ``limit`` items. Raises InvalidValue, LimitExceeded."""
    if not isinstance(value, list | tuple):
        raise InvalidValue(path, f"{shown(value)} is no list", "write a list")
    if len(value) > limit:
        raise LimitExceeded(path, "items", limit)
    return value


def read_text(value: object, path: str) -> str:
    """The value, if it is text of at most 10,000 characters."""
    if not isinstance(value, str):
        raise InvalidValue(path, f"{shown(value)} is not text", "write text")
    if len(value) > _TEXT:
        raise LimitExceeded(path, "characters", _TEXT)
    return value


def read_boolean(value: object, path: str) -> bool:
    """The value, if it is true or false."""
    if not isinstance(value, bool):
        raise InvalidValue(path, f"{shown(value)} is neither true nor false", "write true or false")
    return value


def read_choice(value: object, choices: tuple[str, ...], path: str) -> str:
    """The value, if it is one of the choices."""
    if not isinstance(value, str) or value not in choices:
        raise InvalidValue(path, f"{shown(value)} is not one of {', '.join(choices)}", f"write '{choices[0]}'")
    return value


def read_date(value: object, path: str) -> date:
    """A calendar date, native or as ISO text, between 1970 and 2199."""
    day = value if isinstance(value, date) and not isinstance(value, datetime) else _parse_date(value, path)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise InvalidValue(path, f"{day} is outside 1970 to 2199", "write a date in that range")
    return day


def _parse_date(value: object, path: str) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise InvalidValue(path, f"{shown(value)} is no date", "write 'YYYY-MM-DD'")
