"""Holidays: by date, or by a recurrence that is refused unless it is sure to end soon.

``dateutil.rrule`` knows the calendar but trusts its input: ``INTERVAL=0`` never returns, an impossible date is
sought until year 9999, rules by the minute take hours. `Recurrence` admits what holidays need and bounds the rest.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from types import MappingProxyType

import attrs

from csmcore.calendars.reading import only_keys, read_date, read_mapping, read_text
from csmcore.errors import InvalidValue, shown

__all__ = ["Holiday", "Recurrence", "read_holiday", "write_holiday"]

_FIRST, _LAST = date(1970, 1, 1), date(2199, 12, 31)
_HINT = "write a rule such as 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25'"
_RULE = re.compile(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+){0,9}", re.ASCII)
_RULE_TEXT = 500  # characters
_NEEDS: Mapping[str, tuple[frozenset[str], ...]] = MappingProxyType(
    {
        "YEARLY": (frozenset({"BYMONTH", "BYMONTHDAY"}), frozenset({"BYMONTH", "BYDAY"}), frozenset({"BYYEARDAY"})),
        "MONTHLY": (frozenset({"BYMONTHDAY"}), frozenset({"BYDAY"})),
        "WEEKLY": (frozenset({"BYDAY"}),),
        "DAILY": (frozenset(),),
    }
)
_ADMITS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "YEARLY": frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYDAY", "BYSETPOS"}),
        "MONTHLY": frozenset({"BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"}),
        "WEEKLY": frozenset({"BYDAY"}),
        "DAILY": frozenset(),
    }
)
"""What each kind of rule may say beside how often: rules that pick from days or weeks would be walked in vain."""
_LONGEST_MONTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BOUNDS = MappingProxyType(
    {
        "INTERVAL": (1, 1000),
        "COUNT": (1, 10_000),
        "BYMONTH": (1, 12),
        "BYMONTHDAY": (-31, 31),
        "BYYEARDAY": (-366, 366),
        "BYSETPOS": (-366, 366),
    }
)
_DAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(rf"([+-]?[1-5])?({'|'.join(_DAY_NAMES)})", re.ASCII)


@attrs.frozen
class Holiday:
    """One closed date. The name explains gaps in `spans`; without one the date stands for it."""

    day: date
    name: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse what no document could say."""
        read_date(self.day, "day")
        read_text(self.name, "name")

    def between(self, first: date, last: date) -> Iterator[date]:
        """The date, if it lies in the range (both ends included)."""
        return iter((self.day,) if first <= self.day <= last else ())


@attrs.frozen
class Recurrence:
    """A holiday that recurs, as an RFC 5545 rule of days: ``FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO``.

    Admitted are YEARLY, MONTHLY, WEEKLY and DAILY with INTERVAL, COUNT or UNTIL and WKST; a yearly rule with BYMONTH,
    BYMONTHDAY, BYYEARDAY, BYDAY and BYSETPOS, a monthly one with these but BYYEARDAY, a weekly one with BYDAY. The
    rule says which days it means (a yearly one its months, a weekly one its weekdays), so ``start`` only sets where
    counting begins; a rule with COUNT, or with an INTERVAL over 1, needs one. Raises InvalidValue, also for a rule
    that no date from 1970 to 2199 fits.
    """

    rule: str
    name: str = ""
    start: date | None = None
    _parts: dict[str, str] = attrs.field(init=False, repr=False, eq=False)
    _until: date = attrs.field(init=False, repr=False, eq=False, default=_LAST)

    def __attrs_post_init__(self) -> None:
        """Refuse a rule that is malformed, would not end or names no date; turn its COUNT into a last date."""
        parts = _parse(self.rule)
        read_text(self.name, "name")
        if self.start is not None:
            read_date(self.start, "start")
        if self.start is None and ("COUNT" in parts or parts.get("INTERVAL", "1") != "1"):
            raise InvalidValue("recurrence", f"{shown(self.rule)} counts from a date", "give its `start`")
        count, until = parts.pop("COUNT", None), _compact(parts.pop("UNTIL", ""))
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_until", until or _LAST)
        dates = islice(self.between(_FIRST, _LAST), int(count) if count else 1)
        last = max(dates, default=None)
        if last is None:
            raise InvalidValue("recurrence", f"{shown(self.rule)} names no date from 1970 to 2199", _HINT)
        if count:
            object.__setattr__(self, "_until", last)

    def between(self, first: date, last: date) -> Iterator[date]:
        """The dates of the recurrence in the range (both ends included), in order."""
        from dateutil.rrule import rrulestr  # noqa: PLC0415 - a heavy import, only for those who use it

        start = self.start or _FIRST
        first, last = max(first, start), min(last, self._until)
        anchor = _anchor(self._parts["FREQ"], int(self._parts.get("INTERVAL", "1")), start, first)
        if self._parts["FREQ"] == "DAILY":
            step = int(self._parts.get("INTERVAL", "1"))
            days = range(anchor.toordinal(), last.toordinal() + 1, step)
            return (date.fromordinal(day) for day in days if day >= first.toordinal())
        text = ";".join(f"{key}={value}" for key, value in self._parts.items())
        rule = rrulestr(f"{text};UNTIL={last:%Y%m%d}T000000", dtstart=datetime.combine(anchor, time.min))
        return (found.date() for found in rule if found.date() >= first)


def read_holiday(document: object, path: str) -> Holiday | Recurrence:
    """A holiday from a date, ``{"date", "name"}`` or ``{"recurrence", "name", "start"}``. Raises InvalidValue."""
    if not isinstance(document, Mapping):
        return Holiday(read_date(document, path))
    entry = read_mapping(document, path)
    only_keys(entry, ("date", "name") if "date" in entry else ("recurrence", "name", "start"), path)
    name = read_text(entry.get("name", ""), f"{path}.name")
    if "date" in entry:
        return Holiday(read_date(entry["date"], f"{path}.date"), name)
    if "recurrence" not in entry:
        raise InvalidValue(path, "neither `date` nor `recurrence`", "give one of them")
    start = read_date(entry["start"], f"{path}.start") if "start" in entry else None
    rule = read_text(entry["recurrence"], f"{path}.recurrence")
    try:
        return Recurrence(rule, name, start)
    except InvalidValue as error:
        raise error.under(f"{path}.recurrence") from None


def write_holiday(holiday: Holiday | Recurrence) -> object:
    """The plain form that `read_holiday` reads."""
    if isinstance(holiday, Holiday):
        day = holiday.day.isoformat()
        return {"date": day, "name": holiday.name} if holiday.name else day
    entry = {"recurrence": holiday.rule, "name": holiday.name, "start": holiday.start and holiday.start.isoformat()}
    return {key: value for key, value in entry.items() if value}


def _parse(rule: str) -> dict[str, str]:
    """The rule's parts, each known and within its bounds."""
    if len(rule) > _RULE_TEXT or not _RULE.fullmatch(rule):
        raise _refused(rule, "is no recurrence rule")
    pairs = [part.split("=") for part in rule.split(";")]
    parts = dict(pairs)
    if len(parts) < len(pairs) or {"COUNT", "UNTIL"} <= parts.keys():
        raise _refused(rule, "says something twice")
    for key, value in parts.items():
        if not _is_sound(key, value):
            raise _refused(rule, f"has an unfit {key}")
    if "FREQ" not in parts:
        raise _refused(rule, "needs a FREQ of YEARLY, MONTHLY, WEEKLY or DAILY")
    if not any(needed <= parts.keys() for needed in _NEEDS[parts["FREQ"]]):
        raise _refused(rule, "does not say which days it means")
    if not parts.keys() <= _ADMITS[parts["FREQ"]] | {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}:
        raise _refused(rule, f"says more than a {parts['FREQ']} rule may")
    if parts["FREQ"] == "WEEKLY" and re.search(r"\d", parts["BYDAY"]):
        raise _refused(rule, "numbers days within a week")
    if not _has_dates(parts):
        raise _refused(rule, "names days that no month has")
    return parts


def _has_dates(parts: Mapping[str, str]) -> bool:
    """Whether some month of the rule has some day of it."""
    if not {"BYMONTH", "BYMONTHDAY"} <= parts.keys():
        return True
    days = [abs(int(day)) for day in parts["BYMONTHDAY"].split(",")]
    return any(day <= _LONGEST_MONTHS[int(month)] for month in parts["BYMONTH"].split(",") for day in days)


def _is_sound(key: str, value: str) -> bool:
    match key:
        case "FREQ":
            return value in _NEEDS
        case "WKST":
            return value in _DAY_NAMES
        case "UNTIL":
            return _compact(value) is not None
        case "BYDAY":
            return all(_BYDAY.fullmatch(item) for item in value.split(","))
        case "INTERVAL" | "COUNT":
            return _in_bounds(key, value)
        case _:
            return key in _BOUNDS and all(_in_bounds(key, item) for item in value.split(","))


def _in_bounds(key: str, item: str) -> bool:
    low, high = _BOUNDS[key]
    return re.fullmatch(r"[+-]?\d{1,5}", item, re.ASCII) is not None and int(item) != 0 and low <= int(item) <= high


def _compact(text: str | None) -> date | None:
    """A date as RFC 5545 writes it, ``20261225``; None if it is none."""
    if text is None or not re.fullmatch(r"\d{8}", text, re.ASCII):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _anchor(frequency: str, interval: int, start: date, first: date) -> date:
    """The latest begin of a counted period up to ``first``: the same dates, without walking there from ``start``.

    For a rule that names its days, only the period (year, month, week, day) that it starts in matters.
    """
    if frequency == "YEARLY":
        return date(first.year - (first.year - start.year) % interval, 1, 1)
    if frequency == "MONTHLY":
        months = first.year * 12 + first.month - 1
        months -= (months - (start.year * 12 + start.month - 1)) % interval
        return date(months // 12, months % 12 + 1, 1)
    step = interval * (7 if frequency == "WEEKLY" else 1)
    return first - timedelta(days=(first - start).days % step)


def _refused(rule: str, problem: str) -> InvalidValue:
    return InvalidValue("recurrence", f"{shown(rule)} {problem}", _HINT)
