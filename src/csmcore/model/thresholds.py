"""Thresholds: when, on the way to a breach or after it, somebody is to be told."""

from datetime import timedelta
from typing import Any

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model.durations import write_duration
from csmcore.model.fields import is_whole, within

__all__ = ["Threshold", "thresholds"]

_MOST_PERCENT = 1_000
_LONGEST = timedelta(days=36_525)


@attrs.frozen
class Threshold:
    """A part of the goal in ``percent``, or so much open time ``before_due`` or ``after_due``. Each fires once a cycle.

    ``level`` is the escalation level that it stands for (0: none). Pauses move it with the due date. ``label`` names it
    on clocks and events: ``75%``, ``due-30m``, ``due+1h``. Raises InvalidValue.
    """

    percent: int | None = attrs.field(default=None)
    before_due: timedelta | None = attrs.field(default=None, kw_only=True)
    after_due: timedelta | None = attrs.field(default=None, kw_only=True)
    level: int = attrs.field(default=0, validator=within(0, 100), kw_only=True)

    @percent.validator
    def _some_percent(self, _: "attrs.Attribute[Any]", percent: int | None) -> None:
        if percent is not None and not (is_whole(percent) and 0 < percent <= _MOST_PERCENT):
            problem = f"{shown(percent)} is not within 1 to {_MOST_PERCENT:,}"
            raise InvalidValue("percent", problem, "give whole percents")

    @before_due.validator
    @after_due.validator
    def _some_time(self, field: "attrs.Attribute[Any]", offset: timedelta | None) -> None:
        if offset is None:
            return
        if not isinstance(offset, timedelta):
            raise InvalidValue(field.name, f"{shown(offset)} is no timedelta", "write timedelta(minutes=30), say")
        if not timedelta(0) < offset <= _LONGEST:
            raise InvalidValue(field.name, f"{offset} is no offset", "give more than nothing, and at most 100 years")

    def __attrs_post_init__(self) -> None:
        """Refuse one that says nothing, or two things."""
        if [self.percent, self.before_due, self.after_due].count(None) != 2:  # noqa: PLR2004 - all but one
            raise InvalidValue("percent", "it must say one thing", "give percent, before_due or after_due")

    @property
    def label(self) -> str:
        """Its name on clocks and events."""
        if self.before_due is not None:
            return f"due-{write_duration(self.before_due)}"
        return f"{self.percent}%" if self.after_due is None else f"due+{write_duration(self.after_due)}"


def thresholds(given: "tuple[int | Threshold, ...]") -> tuple[Threshold, ...]:
    """Thresholds, of which a bare number is a percent."""
    return tuple(each if isinstance(each, Threshold) else Threshold(each) for each in given)
