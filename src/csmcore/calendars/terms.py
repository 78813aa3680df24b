"""Contract terms: whole months and years on the calendar, and the instants that a pair of dates covers."""

import re
from datetime import date, datetime, timedelta
from typing import Self

import attrs

from csmcore.calendars.table import BEGIN, END, EPOCH, year_start
from csmcore.calendars.zones import Zone, load_zone
from csmcore.errors import InvalidValue, OutOfRange, shown

__all__ = ["Term", "covered"]

_TEXT = re.compile(r"(\d{1,5}) (year|month|week|day)s?", re.ASCII)
_HORIZON = EPOCH + year_start(END)
_MOST_DAYS = 36_525
_MOST_MONTHS = 1_200


@attrs.frozen(kw_only=True)
class Term:
    """How long an agreement runs, in calendar units: 12 months, 30 days. Raises InvalidValue unless it is positive.

    A month on from a day that the month does not have is the month's last day: 31 January and one month is
    28 or 29 February, 29 February and one year is 28 February. With ``end_of_month`` a start on a month's last day
    stays on last days: 28 February 2025 and one month is 31 March.
    """

    months: int = 0
    days: int = 0
    end_of_month: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a term that does not go forward, or goes on for over 100 years."""
        if self.months < 0 or self.days < 0 or self.months + self.days == 0:
            raise InvalidValue("term", "it does not go forward", "give months or days")
        if self.months > _MOST_MONTHS or self.days > _MOST_DAYS:
            raise OutOfRange("term", "it is over 100 years", "use a shorter term")

    @classmethod
    def parse(cls, text: str, *, end_of_month: bool = False) -> Self:
        """The term that people write.

        >>> Term.parse("1 year")
        Term(months=12, days=0, end_of_month=False)
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InvalidValue(
                "term", f"{shown(text)} is no term", "write '12 months', '1 year', '2 weeks' or '30 days'"
            )
        count, unit = int(match[1]), match[2]
        if unit in {"year", "month"}:
            return cls(months=count * (12 if unit == "year" else 1), end_of_month=end_of_month)
        return cls(days=count * (7 if unit == "week" else 1))

    def end(self, start: date, times: int = 1) -> date:
        """The first day after the term, ``times`` over; counted from ``start``, so that renewals do not drift.

        >>> [Term.parse("1 month").end(date(2027, 1, 31), times).isoformat() for times in (1, 2, 3)]
        ['2027-02-28', '2027-03-31', '2027-04-30']
        """
        from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - only for those who use it

        if not 1 <= times <= _MOST_DAYS:
            raise OutOfRange("times", f"{shown(times)} is outside 1 to {_MOST_DAYS:,}", "use a number in that range")
        try:
            step = relativedelta(months=self.months * times, days=self.days * times)
            if self.end_of_month and (start + relativedelta(days=1)).day == 1:
                step += relativedelta(day=31)
            found = start + step
        except (OverflowError, ValueError):
            found = date.max
        if found > date(END, 1, 1):
            raise OutOfRange("term", f"it ends after {END - 1}", "use a shorter term")
        return found

    def last_day(self, start: date, times: int = 1) -> date:
        """The last day of the term: the day before `end`."""
        return date.fromordinal(self.end(start, times).toordinal() - 1)


def covered(first: date | None, last: date | None, timezone: str) -> tuple[datetime, datetime]:
    """The days from ``first`` to ``last``, both included, as half-open UTC bounds; an open end is the horizon.

    A day is local 00:00 to 00:00 in the zone. Raises UnknownTimeZone, InvalidValue (last before first).
    """
    zone = load_zone(timezone)
    if first and last and last < first:
        raise InvalidValue("last", f"{last} is before {first}", "swap them")
    begin = EPOCH if first is None else _midnight(zone, first)
    return begin, _HORIZON if last is None or last.year >= END else _midnight(zone, last + timedelta(days=1))


def _midnight(zone: Zone, day: date) -> datetime:
    """The first instant of the day, as far as it lies within the years that calendars know."""
    if BEGIN <= day.year < END:
        return max(zone.midnight(day), EPOCH)
    return EPOCH if day.year < BEGIN else _HORIZON
