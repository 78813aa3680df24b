"""The dates of a calendar that are not like other weeks: holidays and exceptions, year by year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs

from csmcore.calendars.holidays import Holiday, Recurrence
from csmcore.calendars.hours import Window
from csmcore.calendars.zones import day_number

__all__ = ["SpecialDays"]


@attrs.frozen(eq=False)
class SpecialDays:
    """What `BusinessCalendar` looks up by day number; what it has worked out of a year it keeps."""

    _dated: Mapping[int, Sequence[Holiday]]
    _recurring: Sequence[Recurrence]
    _exceptions: Mapping[int, Mapping[int, Sequence[Window]]]
    _names: dict[int, dict[int, str]] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(
        cls, holidays: Iterable[Holiday | Recurrence], exceptions: Iterable[tuple[date, Sequence[Window]]]
    ) -> "SpecialDays":
        """The special days that a calendar declares."""
        dated: dict[int, list[Holiday]] = defaultdict(list)
        recurring = []
        for holiday in holidays:
            if isinstance(holiday, Holiday):
                dated[holiday.day.year].append(holiday)
            else:
                recurring.append(holiday)
        own: dict[int, dict[int, Sequence[Window]]] = defaultdict(dict)
        for day, windows in exceptions:
            own[day.year][day_number(day)] = windows
        return cls(dict(dated), recurring, dict(own))

    def holidays(self, first: int, last: int) -> dict[int, str]:
        """The names of the holidays in these years, by day number; an exception outranks a holiday of its date."""
        return {day: name for year in range(first, last + 1) for day, name in self._of_year(year).items()}

    def hours(self, first: int, last: int) -> dict[int, Sequence[Window]]:
        """The windows that start on the special days of these years: none on a holiday, its own on an exception."""
        special: dict[int, Sequence[Window]] = {}
        for year in range(first, last + 1):
            special.update(dict.fromkeys(self._of_year(year), ()))
            special.update(self._exceptions.get(year, ()))
        return special

    def _of_year(self, year: int) -> dict[int, str]:
        known = self._names.get(year)
        if known is None:
            known = self._names[year] = self._worked_out(year)
        return known

    def _worked_out(self, year: int) -> dict[int, str]:
        first, last = date(year, 1, 1), date(year, 12, 31)
        names: dict[int, list[str]] = defaultdict(list)
        holidays: Iterable[Holiday | Recurrence] = (*self._dated.get(year, ()), *self._recurring)
        for holiday in holidays:
            for day in holiday.between(first, last):
                names[day_number(day)].append(holiday.name or day.isoformat())
        exceptions = self._exceptions.get(year, ())
        return {day: ", ".join(found) for day, found in names.items() if day not in exceptions}
