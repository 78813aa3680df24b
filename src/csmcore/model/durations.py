"""Durations as documents write them: ``30m``, ``8h``, ``90s``."""

import re
from datetime import timedelta

from csmcore.errors import InvalidValue, OutOfRange, shown

__all__ = ["parse_duration", "write_duration"]

_DURATION = re.compile(r"(\d{1,10})([smh])", re.ASCII)
_LONGEST = timedelta(days=36_525)
_SECONDS = {"h": 3600, "m": 60, "s": 1}.items()


def parse_duration(text: str, path: str = "duration") -> timedelta:
    """The duration that the text says, in hours, minutes or seconds; up to 100 years. Raises InvalidValue, OutOfRange.

    >>> parse_duration("90m")
    datetime.timedelta(seconds=5400)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        hint = "write '24h': a 'day' is 24 hours to some and a working day to others" if text.endswith("d") else "write '30m', '8h' or '90s'"
        raise InvalidValue(path, f"{shown(text)} is no duration", hint)
    seconds = int(match[1]) * dict(_SECONDS)[match[2]]
    if seconds > _LONGEST.total_seconds():
        raise OutOfRange(path, f"{shown(text)} is over 100 years", "use a shorter duration")
    return timedelta(seconds=seconds)


def write_duration(duration: timedelta) -> str:
    """The text that `parse_duration` reads, in the largest unit that fits. Whole seconds only.

    >>> write_duration(timedelta(minutes=90))
    '90m'
    """
    seconds = duration.days * 86_400 + duration.seconds
    unit, size = next((unit, size) for unit, size in _SECONDS if seconds % size == 0)
    return f"{seconds // size}{unit}"
