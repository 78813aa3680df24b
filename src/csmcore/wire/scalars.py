"""Single values, read without coercion: text is no number, 1 is not true, true is not 1, null is not ``"None"``."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from csmcore.errors import InvalidValue, NaiveDatetime, OutOfRange, shown
from csmcore.model import parse_duration
from csmcore.wire.problems import Problems, at_key

__all__ = ["SCALARS", "Reader", "nearest", "read_choice", "read_free_values", "read_mapping", "said", "untyped"]

Reader: TypeAlias = Callable[[Any], Any]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,100}(\.\d{1,100})?", re.ASCII)
_FIRST, _LAST = 1970, 2199
_FEW = 8  # choices that a hint lists


def read_text(value: object) -> str:
    """Text."""
    if type(value) is not str:
        raise InvalidValue("$", f"{said(value)} is not text", "write text, in quotes")
    return value


def read_integer(value: object) -> int:
    """A whole number, which true and false are not."""
    if type(value) is not int:
        raise InvalidValue("$", f"{said(value)} is no whole number", "write a whole number, without quotes")
    return value


def read_boolean(value: object) -> bool:
    """True or false, which 1, 0 and texts are not."""
    if type(value) is not bool:
        raise InvalidValue("$", f"{said(value)} is neither true nor false", "write true or false, without quotes")
    return value


def read_date(value: object) -> date:
    """A calendar date, as TOML has it or as text."""
    if type(value) is date:
        return value
    if type(value) is str and _DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise InvalidValue("$", f"{said(value)} is no date", "write it as '2026-12-24'")


def read_instant(value: object) -> datetime:
    """An instant of 1970 to 2199 in UTC, from TOML's date and time or from text; both must have an offset."""
    found = value if type(value) is datetime else _parsed(value)
    if found.utcoffset() is None:
        problem = f"{said(value)} has no offset, so it names no instant"
        raise NaiveDatetime("$", problem, "add one, such as 'Z' or '+01:00'")
    with suppress(OverflowError):
        instant = found.astimezone(UTC)
        if _FIRST <= instant.year <= _LAST:
            return instant
    raise OutOfRange("$", f"{said(value)} is outside {_FIRST} to {_LAST}", "use an instant in that range")


def _parsed(value: object) -> datetime:
    if type(value) is str and _INSTANT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    raise InvalidValue("$", f"{said(value)} is no instant", "write it as '2026-12-24T09:00:00+01:00'")


def read_duration(value: object) -> timedelta:
    """A duration, as text with its unit."""
    if type(value) is not str:
        raise InvalidValue("$", f"{said(value)} is no duration", "write it with its unit, such as '30m' or '8h'")
    return parse_duration(value, "$")


def read_decimal(value: object) -> Decimal:
    """A decimal number, as text, so that no digit is lost."""
    if type(value) is str and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise InvalidValue("$", f"{said(value)} is no decimal", "write it as text, such as '1.5'")


def read_choice(value: object, choices: tuple[str, ...]) -> str:
    """One of the given words."""
    if type(value) is not str or value not in choices:
        raise InvalidValue("$", f"{said(value)} is not one of its choices", nearest(value, choices))
    return value


def read_mapping(value: object) -> dict[str, Any]:
    """A mapping; its keys are text, as `check_content` has seen to."""
    if type(value) is not dict:
        raise InvalidValue("$", f"{said(value)} is no mapping", "write keys and values")
    return value


def read_free(value: object) -> object:
    """A value whose type no field says: as it is, or with its type, as in ``{"instant": "2026-12-24T09:00:00Z"}``."""
    if type(value) is list or type(value) is tuple:
        problems = Problems()
        made = tuple(problems.attempt(read_free, item, f"$[{index}]") for index, item in enumerate(value))
        problems.report()
        return made
    found = untyped(value)
    if type(found) is dict:
        hint = f"write one value, a list, or a value with its type: {', '.join(_TYPES)}"
        raise InvalidValue("$", f"{shown(value)} is no single value", hint)
    return _NATIVE[type(found)](found) if type(found) in _NATIVE else found


def read_free_values(value: object) -> dict[str, object]:
    """A mapping of values whose types no field says."""
    problems = Problems()
    made = {key: problems.attempt(read_free, item, at_key(key)) for key, item in read_mapping(value).items()}
    problems.report()
    return made


def nearest(name: object, known: tuple[str, ...]) -> str:
    """What a wrong word was probably meant to be, else the words there are."""
    close = get_close_matches(name[:100], known, n=1) if isinstance(name, str) else []
    if close:
        return f"did you mean '{close[0]}'?"
    listed = ", ".join(known[:_FEW])
    return f"known are {listed}{', ...' if len(known) > _FEW else ''}"


def untyped(value: object) -> object:
    """The value that is written with its type, or what was given."""
    if type(value) is dict and len(value) == 1:
        ((key, text),) = value.items()
        if key in _TYPES:
            try:
                return _TYPES[key](text)
            except InvalidValue as error:
                raise error.under(f"$.{key}") from None
    return value


def said(value: object) -> str:
    """A value as documents write it, which for three of them is not Python's way."""
    return str(value).lower().replace("none", "null") if value is None or type(value) is bool else shown(value)


SCALARS: Final[Mapping[type, Reader]] = MappingProxyType(
    {
        str: read_text,
        int: read_integer,
        bool: read_boolean,
        date: read_date,
        datetime: read_instant,
        timedelta: read_duration,
        Decimal: read_decimal,
    }
)
_NATIVE: Final[Mapping[type, Reader]] = MappingProxyType({date: read_date, datetime: read_instant})
_TYPES: Final[Mapping[str, Reader]] = MappingProxyType(
    {"instant": read_instant, "date": read_date, "decimal": read_decimal, "duration": read_duration}
)
