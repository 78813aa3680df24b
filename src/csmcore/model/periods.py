"""The days of an agreement: dates that go together, in a time zone that exists."""

from datetime import date, datetime
from typing import Any

import attrs

from csmcore.calendars import covered
from csmcore.errors import InvalidValue, shown

__all__ = ["in_order", "is_day", "is_zone", "within_days"]


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


def within_days(noun: Any, place: str, parent: Any, first: str, last: str) -> None:
    """Refuse a part with a day before its parent's first, or after its last. What is open is as long as the parent."""
    begins, ends = getattr(noun, first), getattr(noun, last)
    for day in (begins, ends):
        if day is not None and not (parent.starts_on or day) <= day <= (parent.ends_on or day):
            span = f"{parent.starts_on or 'ever'} to {parent.ends_on or 'ever'}"
            raise InvalidValue(place, f"{day} is outside {span}", "keep the days of a part within those of the whole")
