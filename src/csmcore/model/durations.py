"""Durations as documents write them: ``30m``, ``8h``, ``90s``."""

import re
from datetime import timedelta
from types import MappingProxyType

from csmcore.errors import InvalidValue, OutOfRange, shown

__all__ = ["parse_duration", "write_duration"]

_DURATION = re.compile(r"(-?)(\d{1,16})(h|m|s|us)", re.ASCII)
_LONGEST = timedelta(days=36_525)
_UNITS = MappingProxyType(
    {
        "h": timedelta(hours=1),
        "m": timedelta(minutes=1),
        "s": timedelta(seconds=1),
        "us": timedelta(microseconds=1),
    }
)
_NO_DAY = "write '24h': a 'day' is 24 hours to some and a working day to others"


def parse_duration(text: str, path: str = "duration") -> timedelta:
    """The duration that the text says, in hours, minutes, seconds or microseconds (``us``); up to 100 years either way.

    Raises InvalidValue, OutOfRange.

    >>> parse_duration("90m")
    datetime.timedelta(seconds=5400)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        hint = _NO_DAY if text.endswith("d") else "write '30m', '8h' or '90s'"
        raise InvalidValue(path, f"{shown(text)} is no duration", hint)
    count, unit = int(match[2]), _UNITS[match[3]]
    if count > _LONGEST // unit:
        raise OutOfRange(path, f"{shown(text)} is over 100 years", "use a shorter duration")
    return -count * unit if match[1] else count * unit


def write_duration(duration: timedelta) -> str:
    """The text that `parse_duration` reads, in the largest unit that fits.

    >>> write_duration(timedelta(minutes=90))
    '90m'
    """
    unit, size = next((unit, size) for unit, size in _UNITS.items() if not duration % size)
    return f"{duration // size}{unit}"
