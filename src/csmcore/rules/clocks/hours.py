"""By which hours a clock runs: the calendars of a policy, in the zones that cases ask for."""

from collections.abc import Mapping
from typing import NamedTuple

import attrs

from csmcore.calendars import BusinessCalendar, Calendar, WallClock
from csmcore.conditions import Record
from csmcore.errors import InvalidValue, UnknownTimeZone, shown
from csmcore.model import Goal, SlaDefinition, SupportPolicy

__all__ = ["Hours", "Resolved"]

_MOST_ELSEWHERE = 128  # calendars in other zones that a plan keeps, each with what it has compiled

_MOST_ZONES = 4_096  # names that a plan knows to be zones, or not to be


class Resolved(NamedTuple):
    """The calendar and the zone of a clock, by name, and the names that the case gave in vain."""

    calendar: str | None
    timezone: str | None
    unresolved: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Hours:
    """The calendars of a policy; what they are in another zone it keeps."""

    calendars: Mapping[str, Calendar]
    around_the_clock: Calendar
    _elsewhere: dict[tuple[str | None, str], Calendar] = attrs.field(factory=dict, init=False, repr=False)
    _zones: dict[str, bool] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, policy: SupportPolicy) -> "Hours":
        """Those of the policy; what has no calendar is around the clock, on the policy's dates."""
        return cls(policy.calendars, BusinessCalendar.always(policy.timezone, floating=True))

    def calendar(self, name: str | None, timezone: str | None) -> Calendar:
        """The calendar of that name (None: around the clock), read in a zone if it is floating and one is given.

        Raises InvalidValue where the policy has no such calendar.
        """
        plain = self.around_the_clock if name is None else self.calendars.get(name)
        if plain is None:
            raise InvalidValue("clock", f"the policy has no calendar {shown(name)}", "use the policy that it ran under")
        if timezone is None:
            return plain
        found = self._elsewhere.get((name, timezone))
        if found is None:
            for oldest in tuple(self._elsewhere)[: len(self._elsewhere) - _MOST_ELSEWHERE + 1]:
                self._elsewhere.pop(oldest, None)
            found = self._elsewhere[name, timezone] = plain.in_zone(timezone)
        return found

    def resolved(self, definition: SlaDefinition, goal: Goal, record: Record) -> Resolved:
        """The hours that a definition's goal asks for: its own, those that the record names, the definition's.

        A name that leads nowhere gives way to the definition's own.
        """
        unresolved: list[str] = []
        calendar = goal.calendar
        if calendar is None:
            named = _first(record, definition.calendar_source)
            if named is not None and named not in self.calendars:
                unresolved.append(named)
                named = None
            calendar = named or definition.calendar
        timezone = _first(record, definition.timezone_source)
        if timezone is not None and not self._is_zone(timezone):
            unresolved.append(timezone)
            timezone = None
        return Resolved(calendar, timezone, tuple(unresolved))

    def _is_zone(self, timezone: str) -> bool:
        found = self._zones.get(timezone)
        if found is None:
            try:
                WallClock(timezone)
                found = True
            except UnknownTimeZone:
                found = False
            if len(self._zones) < _MOST_ZONES:
                self._zones[timezone] = found
        return found


def _first(record: Record, names: tuple[str, ...]) -> str | None:
    """The first of some fields that has a text in it; as for conditions, one of a subclass of str is none."""
    for name in names:
        value = record.get(name)
        if type(value) is str and value:
            return value
    return None
