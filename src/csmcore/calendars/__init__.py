"""Business time: calendars with holidays, exceptions and time zones, exact to the microsecond; and contract terms."""

from csmcore.calendars.business import BusinessCalendar
from csmcore.calendars.calendar import Calendar, CombinedCalendar
from csmcore.calendars.documents import calendar_from_mapping
from csmcore.calendars.holidays import Holiday, Recurrence
from csmcore.calendars.hours import WeeklyHours, Window
from csmcore.calendars.instants import as_utc
from csmcore.calendars.spans import Span
from csmcore.calendars.terms import Term, covered
from csmcore.calendars.wall_clock import FoldRule, GapRule, WallClock
from csmcore.calendars.zones import time_zone_database

__all__ = [
    "BusinessCalendar",
    "Calendar",
    "CombinedCalendar",
    "FoldRule",
    "GapRule",
    "Holiday",
    "Recurrence",
    "Span",
    "Term",
    "WallClock",
    "WeeklyHours",
    "Window",
    "as_utc",
    "calendar_from_mapping",
    "covered",
    "time_zone_database",
]
