"""What documents may write shorter than nouns have it: a threshold as a bare percent, business days as ``2bd``."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from csmcore.errors import InvalidValue
from csmcore.model import ExtraField, Goal, Threshold
from csmcore.wire.scalars import SCALARS, Reader, read_mapping, said

__all__ = ["SHORT"]

_DAYS = re.compile(r"(\d{1,5})bd(_end)?", re.ASCII)


def _threshold(document: object) -> dict[str, Any]:
    """``75`` is ``{percent = 75}``."""
    if type(document) is int:
        return {"percent": document}
    if type(document) is not dict:
        raise InvalidValue("$", f"{said(document)} is no threshold", "write percents without quotes, or a mapping")
    return document


def _goal(document: object) -> dict[str, Any]:
    """A duration of ``2bd`` is two days at the same local time, ``2bd_end`` the close of the second."""
    given = read_mapping(document)
    duration = given.get("duration")
    match = _DAYS.fullmatch(duration) if type(duration) is str else None
    if match is None:
        return given
    if "days" in given:
        raise InvalidValue("$.days", f"{duration!r} says them already", "write one of them")
    if match[2] and "at" in given:
        raise InvalidValue("$.at", f"{duration!r} ends at the close", "leave `at` out, or write the days without _end")
    rest = {name: value for name, value in given.items() if name != "duration"}
    at = {"at": "close"} if match[2] else {}
    return {"days": int(match[1]), **at, **rest}


def _extra_field(document: object) -> dict[str, Any]:
    """A default is written as the field's kind is: dates, instants and decimals as text."""
    given = read_mapping(document)
    kind, default = given.get("kind", "text"), given.get("default")
    read = _WRITTEN.get(kind) if type(kind) is str else None
    if read is None or default is None:
        return given
    try:
        return {**given, "default": read(default)}
    except InvalidValue as error:
        raise error.under("$.default") from None


_WRITTEN: Final[Mapping[str, Reader]] = MappingProxyType(
    {"date": SCALARS[date], "instant": SCALARS[datetime], "decimal": SCALARS[Decimal]}
)
SHORT: Final[Mapping[type, Callable[[object], dict[str, Any]]]] = MappingProxyType(
    {Threshold: _threshold, Goal: _goal, ExtraField: _extra_field}
)
"""How to write a noun's document out in full."""
