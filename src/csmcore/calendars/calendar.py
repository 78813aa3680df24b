"""Business time is a number line: `Calendar` maps instants to open time and back; all its answers come from that."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial, reduce
from heapq import merge
from itertools import zip_longest
from threading import Lock
from typing import Literal, NoReturn, TypeAlias

import attrs

from csmcore.calendars.instants import LONGEST, as_utc, out_of_range, since_epoch, too_long
from csmcore.calendars.intervals import Interval, intersect, subtract, unite
from csmcore.calendars.reading import read_choice, read_text
from csmcore.calendars.spans import Closing, Span, spans_between
from csmcore.calendars.table import ANCHOR, BEGIN, END, EPOCH, Table, bounds_of, joined, year_start
from csmcore.calendars.zones import load_zone
from csmcore.errors import CalendarExhausted, InvalidValue, LimitExceeded, NoBusinessTime, OutOfRange, shown

__all__ = ["Calendar", "Combination", "CombinedCalendar"]

_ZERO = timedelta(0)
_MOST_LEVELS = 9
_MOST_PARTS = 100
_MOST_WEEKLY = 1_000
_MOST_WINDOWS = 200_000  # about 60 MiB
_YEARS_AT_A_TIME = 5
_HORIZON = year_start(END)
_MICROSECOND = timedelta(microseconds=1)
_TWO_DAYS = timedelta(days=2)
_LONG_IDLE = 31  # days without hours, after which it is worth a look how far the next ones are

Combination: TypeAlias = Literal["union", "intersection", "minus"]


@attrs.frozen(kw_only=True, eq=False)
class Calendar(ABC):
    """When work is done. Immutable; what it has compiled of its number line it keeps.

    Instants are aware datetimes of 1970 to 2199 in any zone (else NaiveDatetime, OutOfRange); answers are in UTC.
    Durations are real time inside open hours, exact to the microsecond, up to 100 years (else OutOfRange).
    A search that no open time answers raises CalendarExhausted, or NoBusinessTime if the calendar is never open; one
    that would take over 200,000 windows (centuries of many a day) raises LimitExceeded.

    Laws: ``elapsed(a, c) == elapsed(a, b) + elapsed(b, c)``; ``elapsed(t, add(t, d)) == d``; ``add(t, 0) == t``;
    `add` and `elapsed` are monotone.
    """

    name: str = ""
    _table: Table = attrs.field(init=False, repr=False, eq=False, default=Table.of(ANCHOR, ANCHOR, ()))
    _growing: Lock = attrs.field(init=False, repr=False, eq=False, factory=Lock)

    # The number line: what follows from the two maps between instants and positions.

    def position(self, instant: datetime) -> timedelta:
        """Open time from 2020-01-01 00:00 UTC to the instant; negative before it."""
        at = since_epoch(instant)
        table = self._table
        index = bisect_right(table.bounds, at)
        if not 0 < index < len(table.bounds):  # it may lie outside of what is compiled
            table = self._covering(at, instant)
            index = bisect_right(table.bounds, at)
        return at - table.shifts[index >> 1] if index & 1 else table.closed[index >> 1]

    def instant(self, position: timedelta) -> datetime:
        """The earliest instant at that position: the close of a window rather than the opening of the next."""
        table = self._table
        index = bisect_left(table.closed, position)
        while index == len(table.closed):
            table = self._later(table)
            index = bisect_left(table.closed, position)
        while index == 0:
            table = self._earlier(table)
            index = bisect_left(table.closed, position)
        return self._known(table.origins[index - 1] + position)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time from ``start`` to ``end``; negative if ``end`` is earlier."""
        return self.position(end) - self.position(start)

    def add(self, instant: datetime, duration: timedelta) -> datetime:
        """The earliest instant by which so much open time has passed: 17:00 on Friday, not 09:00 on Monday.

        A negative duration subtracts.
        """
        if _ZERO < duration <= LONGEST:
            return self.instant(self.position(instant) + duration)
        if not -LONGEST <= duration <= LONGEST:
            raise too_long(duration)
        return self._latest(self.position(instant) + duration) if duration else as_utc(instant)

    def subtract(self, instant: datetime, duration: timedelta) -> datetime:
        """The latest instant from which so much open time has passed. A negative duration adds."""
        if not -LONGEST <= duration <= LONGEST:
            raise too_long(duration)
        return self.add(instant, -duration)

    # Openings and closings.

    def is_open(self, instant: datetime) -> bool:
        """Whether the instant lies in a window; windows are half-open, so at its close a calendar is closed."""
        at = since_epoch(instant)
        return bisect_right(self._around(at, instant).bounds, at) % 2 == 1

    def next_open(self, instant: datetime) -> datetime:
        """The earliest open instant that is not before this one: itself, when the calendar is open."""
        at = since_epoch(instant)
        table = self._around(at, instant)
        while (index := bisect_right(table.bounds, at)) == len(table.bounds):
            table = self._later(table)
        return EPOCH + (at if index & 1 else table.bounds[index])

    def next_close(self, instant: datetime) -> datetime:
        """The next instant at which a window ends: the current one, when the calendar is open."""
        at = since_epoch(instant)
        table = self._around(at, instant)
        while (index := bisect_right(table.bounds, at) | 1) >= len(table.bounds) or table.bounds[index] == table.high:
            table = self._later(table)
        return EPOCH + table.bounds[index]

    def previous_close(self, instant: datetime) -> datetime:
        """The latest instant, not after this one, at which a window ended."""
        at = since_epoch(instant)
        table = self._around(at, instant)
        while (index := (bisect_right(table.bounds, at) & ~1) - 1) < 0:
            table = self._earlier(table)
        return EPOCH + table.bounds[index]

    def spans(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The stretches from ``start`` to ``end``, open and closed in turn. Raises InvalidValue if it is earlier."""
        begun, ended = as_utc(start), as_utc(end)
        if ended < begun:
            raise InvalidValue("end", "it is before `start`", "give the earlier instant first")
        closings = self._closings(begun.date() - _TWO_DAYS, ended.date() + _TWO_DAYS)
        return tuple(spans_between(begun, ended, self._bounds_between(begun, ended), closings))

    # Business days.

    def add_days(
        self, instant: datetime, days: int, at: Literal["same_time", "close"] | time = "same_time"
    ) -> datetime:
        """So many business days later: at the same local time, at another, or at the close of that day.

        Day 0 is the first working date on or after the instant's local date; day N is the Nth working date after it.
        A local time is moved into that day's hours: not before its first opening, not after its last close.
        Negative ``days`` go back, from the last working date on or before. At most 36,525 days (else OutOfRange).
        """
        if abs(days) > LONGEST.days:
            raise OutOfRange("days", f"{shown(days)} is over 100 years", f"stay within {LONGEST.days:,}")
        local = load_zone(self.timezone).local(as_utc(instant))
        day, hours = self._working_day(local.date(), days)
        opens, closes = hours[0][0], hours[-1][1]
        if not isinstance(at, time) and read_choice(at, ("same_time", "close"), "at") == "close":
            return self._known(closes)
        clock = at.replace(tzinfo=local.tzinfo) if isinstance(at, time) else local.timetz()
        return self._known(min(max(datetime.combine(day, clock).astimezone(UTC), opens), closes))

    def _working_day(self, day: date, count: int) -> tuple[date, Sequence[tuple[datetime, datetime]]]:
        step = timedelta(days=-1 if count < 0 else 1)
        left, idle = abs(count), 0
        while BEGIN - 1 <= day.year <= END:  # local dates of the first and the last instant
            hours = self._hours_of(day)
            if day.year not in range(BEGIN + 1, END - 1):
                hours = _known_hours(hours)
            if hours and not left:
                return day, hours
            left -= bool(hours)
            day += step
            idle = 0 if hours else idle + 1
            if idle > _LONG_IDLE:
                day, idle = self._near_hours(day, step), 0
        return self._refuse("before" if count < 0 else "after")

    def _near_hours(self, day: date, step: timedelta) -> date:
        """A date on the way to the next working date, and near it. Raises CalendarExhausted where there is none."""
        zone = load_zone(self.timezone)
        midnight = zone.midnight(day)
        if not EPOCH <= midnight < EPOCH + _HORIZON:
            return day
        if step < timedelta(0):
            return min(day, zone.local(self.previous_close(midnight)).date() + _TWO_DAYS)
        return max(day, zone.local(self.next_open(midnight)).date() - _TWO_DAYS)

    # Sets of open time.

    def union(self, *others: "Calendar") -> "CombinedCalendar":
        """Open when any of them is: follow the sun."""
        return CombinedCalendar(kind="union", parts=(self, *others))

    def intersection(self, *others: "Calendar") -> "CombinedCalendar":
        """Open when all of them are."""
        return CombinedCalendar(kind="intersection", parts=(self, *others))

    def minus(self, *others: "Calendar") -> "CombinedCalendar":
        """Open when this one is and none of the others: maintenance windows, shared closures."""
        return CombinedCalendar(kind="minus", parts=(self, *others))

    # Time zones.

    @abstractmethod
    def in_zone(self, timezone: str) -> "Calendar":
        """The same hours on the clocks of another zone, where the calendar is floating; else itself.

        Raises UnknownTimeZone.
        """

    # What a kind of calendar says of itself.

    @property
    @abstractmethod
    def timezone(self) -> str:
        """The IANA name of the zone whose dates are the calendar's days."""

    @abstractmethod
    def to_mapping(self) -> dict[str, object]:
        """The plain form that `calendar_from_mapping` reads."""

    @property
    @abstractmethod
    def _windows_a_week(self) -> int:
        """How many windows its weekly hours have, all parts together."""

    @abstractmethod
    def _open(self, first: int, last: int) -> list[Interval]:
        """Open time in UTC seconds from the UTC start of year ``first`` to the UTC end of year ``last``."""

    @abstractmethod
    def _closings(self, first: date, last: date) -> list[Closing]:
        """What the holidays from ``first`` to ``last`` took away."""

    @abstractmethod
    def _hours_of(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        """The open windows that belong to a local date, in UTC."""

    # The table, compiled as far as it was asked for.

    def _covering(self, at: timedelta, instant: datetime) -> Table:
        """The table, grown until it knows the position of the instant. Raises OutOfRange."""
        table = self._table
        return table if table.low <= at <= table.high and at < _HORIZON else self._around(at, instant)

    def _around(self, at: timedelta, instant: datetime) -> Table:
        """The table, grown until it knows whether the calendar is open at the instant. Raises OutOfRange."""
        table = self._table
        if table.low <= at < table.high:
            return table
        if not _ZERO <= at < _HORIZON:
            raise out_of_range(instant)
        year = (EPOCH + at).year
        reach = table.end - table.first
        first = min(year, table.first - reach) if at < table.low else table.first
        end = max(year + 1, table.end + reach) if at >= table.high else table.end
        return self._grown(first, end)

    def _later(self, table: Table) -> Table:
        if table.end == END:
            self._refuse("after")
        return self._grown(table.first, table.end + max(table.end - table.first, 1))

    def _earlier(self, table: Table) -> Table:
        if table.first == BEGIN:
            self._refuse("before")
        return self._grown(table.first - max(table.end - table.first, 1), table.end)

    def _grown(self, first: int, end: int) -> Table:
        """The table over these years and all that were compiled before; one thread grows it at a time."""
        with self._growing:
            table = self._table
            first, end = min(max(first, BEGIN), table.first), max(min(end, END), table.end)
            if (first, end) == (table.first, table.end):
                return table
            before = self._compiled(first, table.first - 1, len(table.bounds))
            after = self._compiled(table.end, end - 1, len(table.bounds) + len(before))
            grown = table.grown(first, end, before, after)
            object.__setattr__(self, "_table", grown)
        return grown

    def _compiled(self, first: int, last: int, known: int) -> Sequence[timedelta]:
        """The bounds of these years, some at a time, so that too many are found out before they are made."""
        found: Sequence[timedelta] = ()
        for year in range(first, last + 1, _YEARS_AT_A_TIME):
            found = joined(found, bounds_of(self._open(year, min(year + _YEARS_AT_A_TIME - 1, last))))
            if known + len(found) > 2 * _MOST_WINDOWS:
                hint = "ask about years that lie closer together, or use fewer windows a day"
                raise LimitExceeded("calendar", "windows at once", _MOST_WINDOWS, hint)
        return found

    def _latest(self, position: timedelta) -> datetime:
        """The latest instant at a position that lies before one already looked up."""
        table = self._table
        while position < table.closed[0]:
            table = self._earlier(table)
        return table.origins[bisect_right(table.closed, position) - 1] + position

    def _known(self, instant: datetime) -> datetime:
        return instant if instant.year < END else self._refuse("after")

    def _bounds_between(self, begun: datetime, ended: datetime) -> list[datetime]:
        """The openings and closings in ``[begun, ended)``, an opening first: ``begun`` itself, if it is open."""
        low, high = begun - EPOCH, ended - EPOCH
        self._around(low, begun)
        bounds = self._around(max(low, high - _MICROSECOND), ended).bounds  # half-open: the horizon may be its end
        first = bisect_right(bounds, low)
        within = bounds[first : bisect_left(bounds, high)]
        return [begun] * (first & 1) + [EPOCH + bound for bound in within]

    def _refuse(self, side: Literal["after", "before"]) -> NoReturn:
        name = f"calendar {shown(self.name)}" if self.name else "the calendar"
        bounds = self._grown(BEGIN, END).bounds
        if not bounds:
            raise NoBusinessTime(f"{name} is never open", "give it hours")
        limit = EPOCH + (bounds[-1] if side == "after" else bounds[0])
        raise CalendarExhausted(f"{name} has no more open time {side} {limit}", "look at its hours and validity")


@attrs.frozen(kw_only=True)
class CombinedCalendar(Calendar):
    """Calendars joined as sets of open time. Its days are those of the first one's zone, from midnight to midnight.

    `spans` names the holidays of all parts (of the first, in a difference), whichever of them had been open then.

    Raises InvalidValue for a combination of fewer than two, LimitExceeded for one of over 100 calendars.
    """

    kind: Combination
    parts: tuple[Calendar, ...]
    _size: int = attrs.field(init=False, repr=False, eq=False)
    _depth: int = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no combination, or too large a one."""
        if len(self.parts) < 2:  # noqa: PLR2004 - a combination is of two or more
            raise InvalidValue(f"$.{self.kind}", "it needs two calendars or more", "add another")
        depth = 1 + max(part._depth if isinstance(part, CombinedCalendar) else 0 for part in self.parts)  # noqa: SLF001
        if depth > _MOST_LEVELS:
            raise LimitExceeded(f"$.{self.kind}", "levels of combinations", _MOST_LEVELS)
        size = sum(part._size if isinstance(part, CombinedCalendar) else 1 for part in self.parts)  # noqa: SLF001 - its own kind
        if size > _MOST_PARTS:
            raise LimitExceeded(f"$.{self.kind}", "calendars", _MOST_PARTS)
        if self._windows_a_week > _MOST_WEEKLY:
            raise LimitExceeded(f"$.{self.kind}", "windows a week", _MOST_WEEKLY)
        object.__setattr__(self, "_size", size)
        object.__setattr__(self, "_depth", depth)
        read_text(self.name, "$.name")

    @property
    def timezone(self) -> str:
        """The zone of the first calendar."""
        return self.parts[0].timezone

    def in_zone(self, timezone: str) -> Calendar:
        """The combination of its parts there."""
        parts = tuple(part.in_zone(timezone) for part in self.parts)
        return self if parts == self.parts else CombinedCalendar(kind=self.kind, parts=parts, name=self.name)

    def to_mapping(self) -> dict[str, object]:
        """The plain form that `calendar_from_mapping` reads."""
        return {**({"name": self.name} if self.name else {}), self.kind: [part.to_mapping() for part in self.parts]}

    def __reduce__(self) -> tuple[Callable[[], "CombinedCalendar"], tuple[()]]:
        """Pickle as the parts: what is compiled is made anew where it is needed."""
        return (partial(CombinedCalendar, kind=self.kind, parts=self.parts, name=self.name), ())

    @property
    def _windows_a_week(self) -> int:
        return sum(part._windows_a_week for part in self.parts)  # noqa: SLF001

    def _open(self, first: int, last: int) -> list[Interval]:
        parts = [part._open(first, last) for part in self.parts]  # noqa: SLF001
        if self.kind == "union":
            return unite(merge(*parts))
        if self.kind == "minus":
            return subtract(parts[0], unite(merge(*parts[1:])))
        return reduce(intersect, parts)

    def _closings(self, first: date, last: date) -> list[Closing]:
        parts = self.parts[:1] if self.kind == "minus" else self.parts
        return sorted(closing for part in parts for closing in part._closings(first, last))  # noqa: SLF001

    def _hours_of(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        zone = load_zone(self.timezone)
        midnight, next_midnight = zone.midnight(day), zone.midnight(day + timedelta(days=1))
        begun, ended = max(midnight, EPOCH), min(next_midnight, EPOCH + _HORIZON)
        bounds = self._bounds_between(begun, ended) if begun < ended else []
        return list(zip_longest(bounds[::2], bounds[1::2], fillvalue=ended))


def _known_hours(hours: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The part of a day's windows that lies in the years that calendars know."""
    clipped = ((max(opens, EPOCH), min(closes, EPOCH + _HORIZON)) for opens, closes in hours)
    return [(opens, closes) for opens, closes in clipped if opens < closes]
