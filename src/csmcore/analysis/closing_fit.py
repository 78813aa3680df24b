"""After how many days the cases of a history close by themselves, as far as their closes tell."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from csmcore.calendars import Calendar
from csmcore.errors import InvalidValue
from csmcore.model import AutoCloseFit, Closing, ClosingReport
from csmcore.rules import auto_close_due

__all__ = ["fit_auto_close"]

_DAY: Final = timedelta(days=1)
_MONTH: Final = range(1, 31)


def fit_auto_close(
    report: ClosingReport,
    *,
    days: Sequence[int] = _MONTH,
    calendar: Calendar | None = None,
    tolerance: timedelta | None = None,
) -> AutoCloseFit:
    """How many of the closed cases each number of days meets: days of 24 hours or, with a calendar, business days.

    The report says where the days of each case begin and, unless another is given, the tolerance; its own rule is of no
    matter. Raises InvalidValue.
    """
    if not days or min(days) < 0:
        raise InvalidValue("days", "there is none, or one below 0", "give numbers of days")
    late = report.tolerance if tolerance is None else tolerance
    hits = Counter(number for each in report.closings for number in _met(each, sorted(set(days)), calendar, late))
    took = [each.took // _DAY for each in report.closings if each.took is not None]
    return AutoCloseFit(
        closed=len(took),
        tolerance=late,
        hits={number: hits[number] for number in sorted(set(days))},
        histogram=dict(sorted(Counter(took).items())),
    )


def _met(closing: Closing, days: Sequence[int], calendar: Calendar | None, tolerance: timedelta) -> Iterator[int]:
    """The numbers of days that say when it was closed."""
    begins, at = closing.counts_from, closing.closed_at
    if begins is None or at is None:
        return
    for number in days:
        due = auto_close_due(begins, number, calendar)
        if due is None or due > at:
            return
        if at <= due + tolerance:
            yield number
