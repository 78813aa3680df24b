"""Time zones, as stretches of constant offset.

Zones are read from the ``tzdata`` package and from nowhere else, so that two machines agree whatever their
operating system ships, and a result can name the release it was computed with. This is the one read that
csmcore does below its services.
"""

import pkgutil
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from io import BytesIO
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

import attrs

from csmcore.calendars.intervals import Interval, unite
from csmcore.errors import InvalidValue, TimeZoneDataMissing, UnknownTimeZone, shown

__all__ = ["DAY", "Stretch", "Zone", "day_at", "day_number", "instant_at", "load_zone", "time_zone_database", "to_utc"]

DAY = 86_400  # seconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_KEY = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_PROBE = 2 * DAY  # between 1970 and 2199 no zone keeps an offset for less than 6.9 days (tzdata 2026f)

Stretch: TypeAlias = tuple[int, int, int]
"""``(start, end, offset)``: from ``start`` to ``end``, in UTC seconds since 1970, clocks are ``offset`` ahead."""


def day_number(day: date) -> int:
    """Days from 1970-01-01 to ``day``."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_at(number: int) -> date:
    """The date that is so many days after 1970-01-01."""
    return date.fromordinal(number + _EPOCH_ORDINAL)


def instant_at(seconds: int) -> datetime:
    """The instant that is so many seconds after 1970-01-01 00:00 UTC."""
    return _EPOCH + timedelta(seconds=seconds)


@attrs.frozen(eq=False)
class Zone:
    """One time zone: its offsets from UTC, year by year. Immutable to its users; what it has computed it keeps."""

    key: str
    tzinfo: tzinfo
    _years: dict[int, tuple[Stretch, ...]] = attrs.field(factory=dict, init=False, repr=False)
    _skips: dict[int, frozenset[int]] = attrs.field(factory=dict, init=False, repr=False)

    def stretches(self, first: int, last: int) -> list[Stretch]:
        """The stretches of constant offset from the UTC start of year ``first`` to the UTC end of year ``last``."""
        return [stretch for year in range(first, last + 1) for stretch in self._of_year(year)]

    def stretches_around(self, day: date) -> list[Stretch]:
        """The stretches of constant offset in the year of a local date, and in the next one near its ends."""
        reach = timedelta(days=3)
        return self.stretches((day - reach).year, (day + reach).year)

    def skipped_days(self, first: int, last: int) -> set[int]:
        """The local dates of these years, as day numbers, that a jump over a day leaves out: Apia has no 2011-12-30."""
        return {day for year in range(first, last + 1) for day in self._skips_of(year)}

    def local(self, instant: datetime) -> datetime:
        """What clocks in the zone read at the instant."""
        return instant.astimezone(self.tzinfo)

    def midnight(self, day: date) -> datetime:
        """The first instant at which the local date is ``day`` or later."""
        local = day_number(day) * DAY
        starts = (
            max(begin, local - offset)
            for begin, end, offset in self.stretches(day.year - 1, day.year + 1)
            if local < end + offset
        )
        return instant_at(next(starts))

    def _skips_of(self, year: int) -> frozenset[int]:
        known = self._skips.get(year)
        if known is None:
            stretches = self.stretches(year - 1, year + 1)
            jumps = [(one[1] + one[2], two[0] + two[2]) for one, two in pairwise(stretches)]
            known = frozenset(day for leaves, lands in jumps for day in range(-(-leaves // DAY), lands // DAY))
            self._skips[year] = known
        return known

    def _of_year(self, year: int) -> tuple[Stretch, ...]:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = tuple(self._probe(year))
        return known

    def _probe(self, year: int) -> Iterator[Stretch]:
        begin, end = (day_number(date(number, 1, 1)) * DAY for number in (year, year + 1))
        offset = self._offset(begin)
        for probed in range(begin, end, _PROBE):
            until = min(probed + _PROBE, end)
            after = self._offset(until)
            if after != offset:
                change = self._change(probed, until, offset)
                yield begin, change, offset
                begin, offset = change, after
        if begin < end:
            yield begin, end, offset

    def _change(self, before: int, after: int, offset: int) -> int:
        """The first second at which the offset is no longer ``offset``."""
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._offset(middle) == offset else (before, middle)
        return after

    def _offset(self, seconds: int) -> int:
        offset = instant_at(seconds).astimezone(self.tzinfo).utcoffset()
        return 0 if offset is None else offset.days * DAY + offset.seconds


def to_utc(local: Sequence[Interval], stretches: Iterable[Stretch]) -> list[Interval]:
    """When local clocks read a time in the intervals: a repeated hour counts twice, a skipped one not at all."""
    found: list[Interval] = []
    for begin, end, offset in stretches:
        index = max(bisect_left(local, (begin + offset,)) - 1, 0)
        while index < len(local) and local[index][0] < end + offset:
            start, stop = local[index]
            if stop > begin + offset:
                found.append((max(start - offset, begin), min(stop - offset, end)))
            index += 1
    return unite(found)


@cache
def load_zone(key: str) -> Zone:
    """The zone of that IANA name, the same object each time.

    Raises UnknownTimeZone (there is none of that name), TimeZoneDataMissing (``tzdata`` is not installed).
    """
    if not isinstance(key, str):
        raise InvalidValue("timezone", f"{shown(key)} is not text", "write an IANA name such as 'Europe/Berlin'")
    time_zone_database()
    if not _KEY.fullmatch(key):
        raise _unknown(key)
    try:
        data = pkgutil.get_data("tzdata", f"zoneinfo/{key}") or b""
        return Zone(key, ZoneInfo.from_file(BytesIO(data), key=key))
    except (OSError, ValueError) as error:
        raise _unknown(key) from error


def time_zone_database() -> str:
    """The release of the IANA database in use, such as ``2026f``. Raises TimeZoneDataMissing."""
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ImportError as error:
        raise TimeZoneDataMissing from error


def _unknown(key: str) -> UnknownTimeZone:
    known = (pkgutil.get_data("tzdata", "zones") or b"").decode().split()
    spelled = key[:100].replace(" ", "_").lower()
    alike = next((name for name in known if name.lower() == spelled), None) or next(
        iter(get_close_matches(key[:100], known, n=1, cutoff=0.8)), None
    )
    hint = f"did you mean '{alike}'?" if alike else "write an IANA name such as 'Europe/Berlin'"
    return UnknownTimeZone("timezone", f"no time zone {shown(key)}", hint)
