"""A business calendar: weekly hours in a time zone, with holidays, exceptions and a period of validity."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from heapq import merge
from types import MappingProxyType
from typing import Any, Literal, Self, TypeAlias

import attrs

from csmcore.calendars.calendar import Calendar
from csmcore.calendars.holidays import Holiday, Recurrence, read_holiday, write_holiday
from csmcore.calendars.hours import WeeklyHours, Window, in_order, read_windows, write_windows
from csmcore.calendars.intervals import Interval, clip, subtract, unite
from csmcore.calendars.reading import (
    only_keys,
    read_boolean,
    read_choice,
    read_date,
    read_list,
    read_mapping,
    read_text,
)
from csmcore.calendars.spans import Closing
from csmcore.calendars.special import SpecialDays
from csmcore.calendars.zones import DAY, day_at, day_number, instant_at, load_zone, to_utc
from csmcore.errors import InvalidValue, LimitExceeded, UnknownTimeZone

__all__ = ["BusinessCalendar", "HolidayRule"]

_THURSDAY = 3  # the weekday of 1970-01-01
_MOST_HOLIDAYS = 10_000
_MOST_EXCEPTIONS = 2_000
_MOST_RECURRENCES = 50
_KEY = re.compile(r"[\w -]{1,40}", re.ASCII)  # of a document, as a place may repeat it

HolidayRule: TypeAlias = Literal["shift", "day"]
DatedHours: TypeAlias = tuple[tuple[date, tuple[Window, ...]], ...]


def _listed(holidays: Iterable[Holiday | Recurrence]) -> tuple[Holiday | Recurrence, ...]:
    return tuple(holidays)


def _dated(hours: Mapping[date, Iterable[Window]] | Iterable[tuple[date, Iterable[Window]]]) -> DatedHours:
    pairs = list(hours.items() if isinstance(hours, Mapping) else hours)
    dated = {read_date(day, "$.exceptions"): tuple(windows) for day, windows in pairs}
    if len(dated) < len(pairs):
        raise InvalidValue("$.exceptions", "a date is given twice", "give all its windows at once")
    return tuple((day, in_order(dated[day], f"$.exceptions.{day}")) for day in sorted(dated))


@attrs.frozen(kw_only=True)
class BusinessCalendar(Calendar):
    """Weekly hours on the wall clock of a time zone.

    A window is a predicate on the wall clock: the calendar is open when local clocks read a time inside one. So a
    repeated hour counts twice and a skipped one not at all. An overnight window belongs to the date it starts on.

    ``exceptions`` are dates with hours of their own (none: closed) and outrank holidays. Under ``holiday_rule =
    "shift"`` a holiday or exception replaces the windows that start on its date: the shift of the evening before runs
    on, and the one that would start is gone with its tail. Under ``"day"`` (ServiceNow's) it takes away local 00:00
    to 24:00. Outside ``valid_from`` to ``valid_until`` (both included) no window starts. Raises InvalidValue,
    UnknownTimeZone. The hours of a ``floating`` calendar are those of whoever asks (`in_zone`): ``timezone`` is for who
    names none.

    >>> from datetime import datetime, timedelta, timezone
    >>> office = BusinessCalendar(timezone="Europe/Berlin", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"))
    >>> friday = datetime(2026, 3, 27, 15, tzinfo=timezone.utc)  # 16:00 in Berlin
    >>> office.add(friday, timedelta(hours=1, minutes=30)).isoformat()
    '2026-03-30T07:30:00+00:00'
    """

    timezone: str
    hours: WeeklyHours
    holidays: tuple[Holiday | Recurrence, ...] = attrs.field(default=(), converter=_listed)
    exceptions: DatedHours = attrs.field(default=(), converter=_dated)
    valid_from: date | None = None
    valid_until: date | None = None
    holiday_rule: HolidayRule = "shift"
    floating: bool = False
    _special: SpecialDays = attrs.field(init=False, repr=False, eq=False)
    _is_always: bool = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse an unknown zone, a period that ends before it begins, and lists without end."""
        load_zone(self.timezone)
        read_choice(self.holiday_rule, ("shift", "day"), "$.holiday_rule")
        read_list(self.holidays, "$.holidays", _MOST_HOLIDAYS)
        read_list(self.exceptions, "$.exceptions", _MOST_EXCEPTIONS)
        read_text(self.name, "$.name")
        for key in ("valid_from", "valid_until"):
            if getattr(self, key) is not None:
                read_date(getattr(self, key), f"$.{key}")
        if sum(isinstance(holiday, Recurrence) for holiday in self.holidays) > _MOST_RECURRENCES:
            raise LimitExceeded("$.holidays", "recurrences", _MOST_RECURRENCES)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise InvalidValue("$.valid_until", f"{self.valid_until} is before {self.valid_from}", "swap them")
        object.__setattr__(self, "_special", SpecialDays.of(self.holidays, self.exceptions))
        ordinary = not (self.holidays or self.exceptions or self.valid_from or self.valid_until)
        object.__setattr__(self, "_is_always", ordinary and self.hours == WeeklyHours.always())

    @classmethod
    def always(cls, timezone: str = "UTC", *, floating: bool = False) -> Self:
        """Open all the time: business time is elapsed time."""
        return cls(timezone=timezone, hours=WeeklyHours.always(), floating=floating)

    @classmethod
    def from_mapping(cls, document: Mapping[str, object]) -> Self:
        """A calendar from plain data, as `to_mapping` writes it. Raises InvalidValue with the place of what is wrong.

        >>> BusinessCalendar.from_mapping({"timezone": "Europe/Berlin", "hours": {"mon": ["9-17"]}})
        Traceback (most recent call last):
            ...
        csmcore.errors.InvalidValue: $.hours.mon[0]: '9-17' is no window; write 'HH:MM-HH:MM', ...
        """
        given = read_mapping(document, "$")
        only_keys(given, _READ, "$")
        for key in ("timezone", "hours"):
            if key not in given:
                raise InvalidValue(f"$.{key}", "it is missing", f"give the calendar its `{key}`")
        return cls(**{key: _READ[key](given[key], f"$.{key}") for key in given})

    def in_zone(self, timezone: str) -> Self:
        """The same hours on the clocks of that zone, where the calendar is floating; else itself."""
        key = load_zone(timezone).key
        return attrs.evolve(self, timezone=key) if self.floating and key != self.timezone else self

    def to_mapping(self) -> dict[str, object]:
        """The plain form that `from_mapping` reads; what is empty is left out."""
        plain: dict[str, object] = {
            "name": self.name,
            "timezone": self.timezone,
            "hours": self.hours.to_mapping(),
            "holidays": [write_holiday(holiday) for holiday in self.holidays],
            "exceptions": {day.isoformat(): write_windows(windows) for day, windows in self.exceptions},
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_until": self.valid_until and self.valid_until.isoformat(),
            "holiday_rule": self.holiday_rule if self.holiday_rule != "shift" else None,
            "floating": self.floating,
        }
        return {key: value for key, value in plain.items() if value or key in {"timezone", "hours"}}

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[object, ...]]:
        """Pickle as the plain form: what is compiled is made anew where it is needed."""
        return (type(self).from_mapping, (self.to_mapping(),))

    @property
    def _windows_a_week(self) -> int:
        return sum(map(len, self.hours.days))

    def _open(self, first: int, last: int) -> list[Interval]:
        if self._is_always and first <= last:
            return [(day_number(date(first, 1, 1)) * DAY, day_number(date(last + 1, 1, 1)) * DAY)]
        days = range(day_number(date(first, 1, 1)) - 2, day_number(date(last, 12, 31)) + 3)
        return to_utc(self._local(days), load_zone(self.timezone).stretches(first, last))

    def _hours_of(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        number = day_number(day)
        local = self._local(range(number, number + 1))
        stretches = load_zone(self.timezone).stretches_around(day)
        return [(instant_at(start), instant_at(end)) for start, end in to_utc(local, stretches)]

    def _closings(self, first: date, last: date) -> list[Closing]:
        zone = load_zone(self.timezone)
        stretches = zone.stretches(first.year - 1, last.year + 1)
        low, high = day_number(first), day_number(last)
        found = []
        for day, name in sorted(self._special.holidays(first.year, last.year).items()):
            if low <= day <= high:
                gone = self._taken_away(day)
                found += [(instant_at(start), instant_at(end), name) for start, end in to_utc(gone, stretches)]
        return found

    def _taken_away(self, holiday: int) -> list[Interval]:
        """The ordinary hours, in local seconds, that the holiday on this day closes."""
        if self.holiday_rule == "shift":
            return self._starting(range(holiday, holiday + 1), {})
        return clip(self._starting(range(holiday - 1, holiday + 1), {}), holiday * DAY, holiday * DAY + DAY)

    def _local(self, days: range) -> list[Interval]:
        """The windows that start on these days (day numbers), in local seconds, after holidays and exceptions."""
        first, last = day_at(days.start).year, day_at(days.stop).year
        special = self._special.hours(first, last)
        skipped: dict[int, Sequence[Window]] = dict.fromkeys(load_zone(self.timezone).skipped_days(first, last), ())
        if self.holiday_rule == "shift":
            return self._starting(days, special | skipped)
        gone = unite((day * DAY, day * DAY + DAY) for day in sorted(special))
        kept = subtract(self._starting(days, skipped), gone)
        own = self._starting(sorted(special.keys() & set(days)), special | skipped)
        return unite(merge(kept, own))

    def _starting(self, days: Iterable[int], special: Mapping[int, Sequence[Window]]) -> list[Interval]:
        """The windows that start on these days: a special day's own, else those of its weekday."""
        week = [[window.span for window in windows] for windows in self.hours.days]
        first = day_number(self.valid_from or date.min)
        last = day_number(self.valid_until or date.max)
        local: list[Interval] = []
        for day in days:
            if first <= day <= last:
                own = special.get(day)
                spans = week[(day + _THURSDAY) % 7] if own is None else [window.span for window in own]
                local += [(day * DAY + opens, day * DAY + closes) for opens, closes in spans]
        return unite(local)


def _read_zone(value: object, path: str) -> str:
    key = read_text(value, path)
    try:
        return load_zone(key).key
    except UnknownTimeZone as error:
        raise error.under(path) from None


def _read_hours(value: object, path: str) -> WeeklyHours:
    days = read_mapping(value, path)
    try:
        return WeeklyHours.from_mapping(days)
    except InvalidValue as error:
        raise error.under(path) from None


def _read_holidays(value: object, path: str) -> tuple[Holiday | Recurrence, ...]:
    days = read_list(value, path, _MOST_HOLIDAYS)
    if sum(isinstance(day, Mapping) and "recurrence" in day for day in days) > _MOST_RECURRENCES:
        raise LimitExceeded(path, "recurrences", _MOST_RECURRENCES)
    return tuple(read_holiday(day, f"{path}[{index}]") for index, day in enumerate(days))


def _read_exceptions(value: object, path: str) -> dict[date, tuple[Window, ...]]:
    dated = read_mapping(value, path)
    if len(dated) > _MOST_EXCEPTIONS:
        raise LimitExceeded(path, "dates", _MOST_EXCEPTIONS)
    days = {day: read_date(day, f"{path}.{day}" if _KEY.fullmatch(day) else path) for day in dated}
    return {days[day]: read_windows(windows, f"{path}.{day}") for day, windows in dated.items()}


def _read_rule(value: object, path: str) -> str:
    return read_choice(value, ("shift", "day"), path)


_READ: Mapping[str, Callable[[object, str], Any]] = MappingProxyType(
    {
        "name": read_text,
        "timezone": _read_zone,
        "hours": _read_hours,
        "holidays": _read_holidays,
        "exceptions": _read_exceptions,
        "valid_from": read_date,
        "valid_until": read_date,
        "holiday_rule": _read_rule,
        "floating": read_boolean,
    }
)
