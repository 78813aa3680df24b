"""Date and time as tables have them: spelled in many ways, mostly without a zone.

The spelling is given by the directives of ``strptime``, less those that depend on the machine's locale.
"""

import re
from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Final

from csmcore.calendars import WallClock, as_utc
from csmcore.errors import InvalidValue, NaiveDatetime, shown
from csmcore.model import TimeColumn

__all__ = ["instant_reader"]

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIRECTIVES: Final = MappingProxyType(
    {
        "Y": r"(?P<Y>\d{4})",
        "m": r"(?P<m>\d{1,2})",
        "b": rf"(?P<b>{'|'.join(_MONTHS)})",
        "d": r"(?P<d>\d{1,2})",
        "H": r"(?P<H>\d{1,2})",
        "I": r"(?P<I>\d{1,2})",
        "p": r"(?P<p>[ap]m)",
        "M": r"(?P<M>\d{1,2})",
        "S": r"(?P<S>\d{1,2})",
        "f": r"(?P<f>\d{1,6})",
        "z": r"(?P<z>z|[+-]\d{2}:?\d{2})",
        "%": "%",
    }
)
_PART: Final = re.compile(r"%(.?)|([^%]+)", re.DOTALL)
_KNOWN: Final = "use %Y %m %b %d %H %I %p %M %S %f %z and %%"
_NOON: Final = 12


def instant_reader(column: TimeColumn, place: str = "$.at") -> Callable[[str], datetime]:
    """A function from a cell to its instant in UTC, which raises InvalidValue where there is none.

    Raises InvalidValue for a format that does not say all, or without a zone where one is needed.
    """
    clock = column.clock
    parse = datetime.fromisoformat if column.format == "iso" else _parser(column, place)
    if clock is None and column.format != "iso" and "%z" not in column.format:
        problem = "the cells have no offset, so they name no instant"
        raise InvalidValue(f"{place}.timezone", problem, "name their zone, such as 'Europe/Berlin'")

    def read(cell: str) -> datetime:
        try:
            reading = parse(cell)
        except ValueError:
            reading = None
        if reading is None:
            hint = "" if column.format == "iso" else f"like {column.format}"
            raise InvalidValue("$", f"{shown(cell)} is no date and time {hint}".rstrip())
        return _in_utc(reading, clock)

    return read


def _in_utc(reading: datetime, clock: WallClock | None) -> datetime:
    if reading.utcoffset() is not None:
        return as_utc(reading)
    if clock is None:
        raise NaiveDatetime("$", f"{reading.isoformat()} has no offset, so it names no instant", "set `timezone`")
    return clock.instant(reading)


def _parser(column: TimeColumn, place: str) -> Callable[[str], datetime | None]:
    pattern = _pattern(column.format, f"{place}.format")
    names = frozenset(pattern.groupindex)

    def number(match: re.Match[str], name: str) -> int:
        return int(match[name]) if name in names else 0

    def parse(cell: str) -> datetime | None:
        match = pattern.fullmatch(cell)
        if match is None:
            return None
        month = number(match, "m") if "m" in names else _MONTHS.index(match["b"].lower()) + 1
        micros = int(match["f"].ljust(6, "0")) if "f" in names else 0
        time = (_hour(match, names), number(match, "M"), number(match, "S"), micros)
        reading = datetime(int(match["Y"]), month, int(match["d"]), *time)  # noqa: DTZ001 - the zone comes after
        return reading if "z" not in names else datetime.fromisoformat(reading.isoformat() + match["z"].upper())

    return parse


def _hour(match: re.Match[str], names: frozenset[str]) -> int:
    if "H" in names:
        return int(match["H"])
    if "I" not in names:
        return 0
    hour = int(match["I"])
    if not 1 <= hour <= _NOON:
        raise ValueError(hour)
    return hour % _NOON + (_NOON if match["p"].lower() == "pm" else 0)


def _pattern(text: str, place: str) -> re.Pattern[str]:
    parts = []
    seen: set[str] = set()
    for directive, literal in _PART.findall(text):
        if literal:
            parts.append(re.escape(literal))
            continue
        if directive not in _DIRECTIVES:
            raise InvalidValue(place, f"'%{directive}' is no part of a date or time", _KNOWN)
        if directive in seen and directive != "%":
            raise InvalidValue(place, f"'%{directive}' is there twice", "write each once")
        seen.add(directive)
        parts.append(_DIRECTIVES[directive])
    _check_whole(seen, place)
    return re.compile("".join(parts), re.ASCII | re.IGNORECASE)


def _check_whole(seen: set[str], place: str) -> None:
    """Refuse a format that leaves open which day or which half of it, or says something in two ways."""
    if not {"Y", "d"} <= seen or len(seen & {"m", "b"}) != 1:
        raise InvalidValue(place, "it does not spell a date", "write %Y, %d and one of %m and %b, or 'iso'")
    if ("I" in seen) != ("p" in seen) or {"H", "I"} <= seen:
        raise InvalidValue(place, "it does not spell a time of day", "write %H, or %I with %p")
