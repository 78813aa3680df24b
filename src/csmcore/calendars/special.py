"""The dates of a calendar that are not like other weeks: holidays and exceptions, year by year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs

from csmcore.calendars.holidays import Holiday, Recurrence
from csmcore.calendars.hours import Window
from csmcore.calendars.zones import day_number

__all__ = ["SpecialDays"]

_BLOCK = 32  # years


@attrs.frozen(eq=False)
class SpecialDays:
    """What `BusinessCalendar` looks up by day number; what it has worked out of a year it keeps."""

    _dated: Mapping[int, Sequence[Holiday]]
    _recurring: Sequence[Recurrence]
    _exceptions: Mapping[int, Mapping[int, Sequence[Window]]]
    _names: dict[int, dict[int, str]] = attrs.field(factory=dict, init=False)
    _blocks: dict[int, dict[int, list[tuple[date, str]]]] = attrs.field(factory=dict, init=False)

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
        dated = [(holiday.day, holiday.name) for holiday in self._dated.get(year, ())]
        names: dict[int, list[str]] = defaultdict(list)
        for day, name in (*dated, *self._recurring_in(year)):
            names[day_number(day)].append(name or day.isoformat())
        exceptions = self._exceptions.get(year, ())
        return {day: ", ".join(found) for day, found in names.items() if day not in exceptions}

    def _recurring_in(self, year: int) -> Sequence[tuple[date, str]]:
        """The dates of recurrences in a year, worked out for many at once: a rule is walked from hit to hit."""
        block = year // _BLOCK
        known = self._blocks.get(block)
        if known is None:
            known = defaultdict(list)
            first, last = date(block * _BLOCK, 1, 1), date(block * _BLOCK + _BLOCK - 1, 12, 31)
            for recurrence in self._recurring:
                for day in recurrence.between(first, last):
                    known[day.year].append((day, recurrence.name))
            self._blocks[block] = known
        return known.get(year, ())
