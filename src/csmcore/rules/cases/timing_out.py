"""When a resolved case that nobody answers is remembered, and when it closes by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from csmcore.calendars import Calendar
from csmcore.errors import CalendarExhausted
from csmcore.model import AutoClose, Case, SupportPolicy

__all__ = ["auto_close_at", "auto_close_due", "next_auto_close_step", "reminders_due"]


def auto_close_due(begins: datetime, days: int, calendar: Calendar | None = None) -> datetime | None:
    """So many days of 24 hours after an instant or, with a calendar, business days; None where the calendar ends.

    >>> from datetime import UTC
    >>> auto_close_due(datetime(2026, 5, 21, 13, tzinfo=UTC), 5)
    datetime.datetime(2026, 5, 26, 13, 0, tzinfo=datetime.timezone.utc)
    """
    if calendar is None:
        return begins + timedelta(days=days)
    try:
        return calendar.add_days(begins, days)
    except CalendarExhausted:
        return None


def auto_close_at(case: Case, policy: SupportPolicy) -> datetime | None:
    """When the case closes by itself. None: it does not, or the policy leaves it to the host."""
    count = _count(case, policy)
    return None if count is None else auto_close_due(count.begins, count.rule.after_days, count.calendar)


def reminders_due(case: Case, policy: SupportPolicy, now: datetime) -> int:
    """How many reminders of this count are due by now, those that were sent among them."""
    return sum(at <= now for at in _reminders(case, policy))


def next_auto_close_step(case: Case, policy: SupportPolicy) -> datetime | None:
    """When the case is next to be reminded of or closed. None: never, as it stands."""
    waiting = [*_reminders(case, policy)][case.auto_close_reminders :]
    return next(iter(waiting), None) or auto_close_at(case, policy)


class _Count(NamedTuple):
    """How long nobody has answered: since when, and by which rule and calendar that is judged."""

    begins: datetime
    rule: AutoClose
    calendar: Calendar | None


def _count(case: Case, policy: SupportPolicy) -> _Count | None:
    rule, begins = policy.cases.auto_close, case.auto_close_from
    if rule is None or begins is None or case.state != "resolved" or not case.auto_close:
        return None
    return _Count(begins, rule, None if rule.calendar is None else policy.calendars[rule.calendar])


def _reminders(case: Case, policy: SupportPolicy) -> Iterator[datetime]:
    count = _count(case, policy)
    if count is None:
        return
    for days in count.rule.reminders:
        at = auto_close_due(count.begins, days, count.calendar)
        if at is not None:
            yield at
