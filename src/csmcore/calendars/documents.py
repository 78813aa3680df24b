"""Calendars from plain data, of either kind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast, get_args

from csmcore.calendars.business import BusinessCalendar
from csmcore.calendars.calendar import Calendar, Combination, CombinedCalendar
from csmcore.calendars.reading import only_keys, read_list, read_mapping, read_text
from csmcore.errors import InvalidValue, LimitExceeded, shown

__all__ = ["calendar_from_mapping"]

_DEPTH = 10
_PARTS = 100
_NONE: Mapping[str, Calendar] = MappingProxyType({})


def calendar_from_mapping(document: Mapping[str, object], calendars: Mapping[str, Calendar] = _NONE) -> Calendar:
    """The calendar that a document describes: a business calendar, or a combination of others.

    A combination is ``{"union": [...]}``, ``{"intersection": [...]}`` or ``{"minus": [...]}``, with an optional name;
    its parts are documents in turn, or names of ``calendars``. Raises InvalidValue, UnknownKey, LimitExceeded with
    the place.
    """
    return _read(document, "$", calendars, _DEPTH)


def _read(document: object, path: str, calendars: Mapping[str, Calendar], depth: int) -> Calendar:
    if depth == 0:
        raise LimitExceeded(path, "levels of combinations", _DEPTH)
    given = read_mapping(document, path)
    kinds = [kind for kind in get_args(Combination) if kind in given]
    try:
        if not kinds:
            return BusinessCalendar.from_mapping(given)
        kind = cast(Combination, kinds[0])
        only_keys(given, ("name", kind), "$")
        name = read_text(given.get("name", ""), "$.name")
        parts = read_list(given[kind], f"$.{kind}", _PARTS)
        return CombinedCalendar(
            kind=kind,
            parts=tuple(_part(part, f"$.{kind}[{index}]", calendars, depth) for index, part in enumerate(parts)),
            name=name,
        )
    except InvalidValue as error:
        raise error.under(path) from None


def _part(document: object, path: str, calendars: Mapping[str, Calendar], depth: int) -> Calendar:
    if not isinstance(document, str):
        return _read(document, path, calendars, depth - 1)
    if document not in calendars:
        raise InvalidValue(path, f"no calendar {shown(document)}", "name one that is declared before")
    return calendars[document]
