"""What clocks on a wall read, as instants: histories and forms of people come without an offset."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal, Self, TypeAlias

import attrs

from csmcore.calendars.instants import as_utc
from csmcore.calendars.zones import load_zone
from csmcore.errors import InvalidValue, shown

__all__ = ["FoldRule", "GapRule", "WallClock"]

GapRule: TypeAlias = Literal["later", "refuse"]
FoldRule: TypeAlias = Literal["first", "second", "refuse"]

_ZERO = timedelta(0)


@attrs.frozen
class WallClock:
    """The clock of a time zone, with a rule for what it never reads and for what it reads twice.

    A reading that a change of clocks skips is as much later as the change (``gap = "later"``): 02:30 means 03:30 where
    02:00 to 03:00 is missing. One that comes twice is the ``first``, or the ``second``. Either may be refused instead.
    Raises UnknownTimeZone.

    >>> berlin = WallClock("Europe/Berlin")
    >>> berlin.instant(datetime(2026, 3, 29, 2, 30)).isoformat()
    '2026-03-29T01:30:00+00:00'
    >>> berlin.reading(berlin.instant(datetime(2026, 3, 29, 2, 30))).isoformat()
    '2026-03-29T03:30:00+02:00'
    """

    timezone: str
    gap: GapRule = "later"
    fold: FoldRule = "first"
    _zone: tzinfo = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Find the zone once."""
        object.__setattr__(self, "_zone", load_zone(self.timezone).tzinfo)

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, str]]:
        """Pickle as what it was made from: zones do not pickle."""
        return (type(self), (self.timezone, self.gap, self.fold))

    def instant(self, reading: datetime) -> datetime:
        """The instant, in UTC, at which the clock reads that (without an offset). Raises InvalidValue, OutOfRange."""
        local = reading.replace(tzinfo=self._zone, fold=0)
        first, second = (_offset(local), _offset(local.replace(fold=1)))
        if first < second and self.gap == "refuse":
            raise InvalidValue("reading", f"{shown(reading)} is skipped in {self.timezone}", "correct it, or set `gap`")
        if first > second and self.fold == "refuse":
            raise InvalidValue(
                "reading", f"{shown(reading)} comes twice in {self.timezone}", "say which, or set `fold`"
            )
        return as_utc(local.replace(fold=1) if first > second and self.fold == "second" else local)

    def reading(self, instant: datetime) -> datetime:
        """What the clock reads at an instant, with its offset. Raises NaiveDatetime, OutOfRange."""
        return as_utc(instant).astimezone(self._zone)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or _ZERO
