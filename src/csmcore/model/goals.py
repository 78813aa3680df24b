"""How long a promise is: so much time, or a due date by a rule, or one that was agreed for the case."""

import re
from datetime import time, timedelta
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition
from csmcore.errors import InvalidValue, OutOfRange, shown
from csmcore.model.fields import is_id, is_whole, one_of, optional
from csmcore.model.schema import check_field

__all__ = ["Counts", "Goal", "GoalChange", "read_time"]

Counts: TypeAlias = Literal["business", "elapsed"]
GoalChange: TypeAlias = Literal["carry", "keep", "keep_first", "restart"]

_LONGEST = timedelta(days=36_525)
_MOST_DAYS = 1_095  # of business days: ServiceNow's bound
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_WORDS = ("same_time", "close")
_KINDS = ("duration", "days", "due_field")


def read_time(text: object, path: str) -> time:
    """A local time, as in ``16:00``. Raises InvalidValue."""
    if not (isinstance(text, str) and _TIME.fullmatch(text)):
        raise InvalidValue(path, f"{shown(text)} is no time of day", "write 'HH:MM', such as '16:00'")
    return time.fromisoformat(text)


def _is_end(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if value not in _WORDS:
        read_time(value, field.name)


def _is_time(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    read_time(value, field.name)


def _is_instant_field(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    check_field(value, "instant", field.name)


@attrs.frozen
class Goal:
    """How long a promise is, for the cases that ``when`` describes (None: all others). It is one of three things.

    - ``duration``: so much open time of the clock's calendar. ``counts = "elapsed"`` says that real time is meant, and
      is refused where there is a calendar.
    - ``days``: a due date so many business days later, at the same local time, at the ``close``, or ``at`` a time such
      as ``16:00``, moved into that day's hours (`csmcore.calendars.Calendar.add_days`). A start after the ``cutoff``
      counts as of the next business day.
    - ``due_field``: the date that was agreed on, as the case has it in this field; ``moved_by_pauses = False`` if it
      stands whatever happens.

    Unlike elsewhere, due dates of the last two kinds can pause: they move by the open time of the pause. ``calendar``
    is for this goal alone. Raises InvalidValue, OutOfRange.
    """

    duration: timedelta | None = attrs.field(default=None)
    when: Condition | None = None
    days: int | None = attrs.field(default=None, kw_only=True)
    at: str = attrs.field(default="same_time", validator=_is_end, kw_only=True)
    cutoff: str | None = attrs.field(default=None, validator=optional(_is_time), kw_only=True)
    due_field: str | None = attrs.field(default=None, validator=optional(_is_instant_field), kw_only=True)
    moved_by_pauses: bool = attrs.field(default=True, kw_only=True)
    counts: Counts = attrs.field(default="business", validator=one_of(get_args(Counts)), kw_only=True)
    calendar: str | None = attrs.field(default=None, validator=optional(is_id), kw_only=True)

    @duration.validator
    def _positive(self, _: "attrs.Attribute[Any]", duration: timedelta | None) -> None:
        if duration is None:
            return
        if not isinstance(duration, timedelta):
            raise InvalidValue("duration", f"{shown(duration)} is no timedelta", "write timedelta(hours=8), say")
        if duration <= timedelta(0) or duration.microseconds:
            raise InvalidValue("duration", f"{duration} is no goal", "give one second or more, in whole seconds")
        if duration > _LONGEST:
            raise OutOfRange("duration", f"{duration} is over 100 years", "use a shorter one")

    @days.validator
    def _some_days(self, _: "attrs.Attribute[Any]", days: int | None) -> None:
        if days is not None and not (is_whole(days) and 0 <= days <= _MOST_DAYS):
            raise InvalidValue("days", f"{shown(days)} is no count of days", f"give 0 to {_MOST_DAYS:,}")

    def __attrs_post_init__(self) -> None:
        """Refuse a goal of no kind or of two, and words that its kind does not have."""
        given = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            problem = f"it has {' and '.join(given) or 'no length'}"
            raise InvalidValue("duration", problem, f"give it exactly one of {', '.join(_KINDS)}")
        stray = {
            "at": self.at != "same_time" and self.days is None,
            "cutoff": self.cutoff is not None and self.days is None,
            "moved_by_pauses": not self.moved_by_pauses and self.due_field is None,
            "counts": self.counts == "elapsed" and (self.duration is None or self.calendar is not None),
        }
        for name, is_stray in stray.items():
            if is_stray:
                raise InvalidValue(name, f"a goal by {given[0]} has no `{name}`", "leave it out")

    @property
    def target(self) -> tuple[object, ...]:
        """What is promised, whoever it is for: two goals with the same target are one promise."""
        return (self.duration, self.days, self.at, self.cutoff, self.due_field, self.moved_by_pauses, self.calendar)
