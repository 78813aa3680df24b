"""The days of an agreement: dates that go together, in a time zone that exists."""

from datetime import date, datetime
from typing import Any

import attrs

from csmcore.calendars import covered
from csmcore.errors import InvalidValue, shown

__all__ = ["in_order", "is_day", "is_zone"]


def is_day(_: object, field: "attrs.Attribute[Any]", value: date) -> None:
    """A date, which is no instant. Any year: agreements are said to end on 9999-12-31."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidValue(field.name, f"{shown(value)} is no date", "give a date such as 2027-01-31, without a time")


def is_zone(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """An IANA time zone. Raises UnknownTimeZone."""
    try:
        covered(None, None, value)
    except InvalidValue as error:
        raise error.under(field.name) from None


def in_order(noun: object, first: str, last: str) -> None:
    """Refuse a noun under construction whose last day is before its first; each may be open."""
    begins, ends = getattr(noun, first), getattr(noun, last)
    if begins is not None and ends is not None and ends < begins:
        raise InvalidValue(last, f"{ends} is before {first}, {begins}", "swap them")
