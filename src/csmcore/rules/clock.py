"""What can happen to one clock: it starts, is brought up to an instant, pauses, goes on, gets another goal, ends.

A clock is arithmetic on its calendar's number line. Its goal is used up at ``add(started_at, goal + pauses)``, where
only the open time in a pause counts; a threshold is the same with a part of the goal.
"""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from csmcore.calendars import Calendar
from csmcore.errors import CalendarExhausted
from csmcore.model import EventId, Pause, SlaClock, made
from csmcore.model import revised as changed
from csmcore.rules.plan import CompiledDefinition

__all__ = ["attached", "caught_up", "ended", "paused", "resumed", "used_up_at", "with_goal"]

_ZERO = timedelta(0)
_UNTOUCHED = MappingProxyType(
    {
        "stage": "in_progress",
        **dict.fromkeys(("original_due_at", "due_at", "next_at", "paused_at", "paused_by", "stopped_at", "stopped_by")),
        "fired": (),
        "pauses": (),
        "business_paused": _ZERO,
        "has_breached": False,
        "breached_at": None,
    }
)
"""A clock to which nothing has happened yet."""
_ALL = 100  # percent


def used_up_at(calendar: Calendar, clock: SlaClock, amount: timedelta) -> datetime | None:
    """The instant at which the clock has run for the amount, as far as is known; None if the calendar ends before."""
    try:
        return calendar.instant(calendar.position(clock.started_at) + amount + clock.business_paused)
    except CalendarExhausted:
        return None


def attached(compiled: CompiledDefinition, goal: timedelta, at: datetime, event_id: EventId, cycle: int) -> SlaClock:
    """A new clock that starts where it is attached."""
    clock = made(
        SlaClock,
        {
            **_UNTOUCHED,
            "definition": compiled.definition.id,
            "cycle": cycle,
            "calendar": compiled.definition.calendar,
            "goal": goal,
            "attached_at": at,
            "attached_by": event_id,
            "started_at": at,
        },
    )
    due = used_up_at(compiled.calendar, clock, goal)
    return _scheduled(compiled, changed(clock, {"due_at": due, "original_due_at": due}))


def caught_up(compiled: CompiledDefinition, clock: SlaClock, now: datetime) -> SlaClock:
    """The clock after the thresholds and the breach up to and including the instant, each at its own."""
    while (at := clock.next_at) is not None and at <= now:
        percent = _next_percent(compiled, clock)
        changes: dict[str, Any] = {}
        if percent in compiled.definition.thresholds:
            changes["fired"] = (*clock.fired, (percent, at))
        if percent == _ALL and not clock.has_breached:
            changes |= {"has_breached": True, "breached_at": at}
        clock = _scheduled(compiled, changed(clock, changes))
    return clock


def paused(clock: SlaClock, at: datetime, event_id: EventId) -> SlaClock:
    """The clock as it stands still: no due date (unless it was missed before), nothing that happens by itself."""
    due = clock.due_at if clock.has_breached else None
    return changed(clock, {"stage": "paused", "paused_at": at, "paused_by": event_id, "due_at": due, "next_at": None})


def resumed(compiled: CompiledDefinition, clock: SlaClock, at: datetime) -> SlaClock:
    """The clock as it goes on: the open time of the pause moves what is ahead. A pause of no length leaves no trace."""
    changes: dict[str, Any] = {"stage": "in_progress", "paused_at": None, "paused_by": None}
    begun, by = clock.paused_at, clock.paused_by
    if begun is not None and by is not None and begun < at:
        pause = Pause(begun, at, compiled.calendar.elapsed(begun, at), by)
        changes |= {"pauses": (*clock.pauses, pause), "business_paused": clock.business_paused + pause.business}
    return _rescheduled(compiled, changed(clock, changes), at)


def with_goal(compiled: CompiledDefinition, clock: SlaClock, goal: timedelta, at: datetime) -> SlaClock:
    """The clock under another goal, which is carried into or counted afresh as its definition says."""
    changes: dict[str, Any] = {"goal": goal}
    if compiled.definition.on_goal_change == "restart":
        begun = None if clock.paused_at is None else at
        changes |= {"started_at": at, "pauses": (), "business_paused": _ZERO, "paused_at": begun}
    clock = changed(clock, changes)
    return clock if clock.paused_at is not None else _rescheduled(compiled, clock, at)


def ended(
    compiled: CompiledDefinition,
    clock: SlaClock,
    stage: Literal["completed", "cancelled"],
    at: datetime,
    event_id: EventId,
) -> SlaClock:
    """The clock at its end; an open pause ends with it."""
    if clock.paused_at is not None:
        clock = resumed(compiled, clock, at)
    return changed(clock, {"stage": stage, "stopped_at": at, "stopped_by": event_id, "next_at": None})


def _rescheduled(compiled: CompiledDefinition, clock: SlaClock, at: datetime) -> SlaClock:
    """The clock with its due date computed anew, unless it was missed before; a goal used up already is missed here."""
    changes: dict[str, Any] = {}
    if not clock.has_breached:
        due = used_up_at(compiled.calendar, clock, clock.goal)
        changes = {"due_at": due}
        if due is not None and due <= at:
            changes |= {"has_breached": True, "breached_at": at}
    clock = _scheduled(compiled, changed(clock, changes))
    while clock.next_at is not None and clock.next_at <= at:
        fired = (*clock.fired, (_next_percent(compiled, clock), at))
        clock = _scheduled(compiled, changed(clock, {"fired": fired}))
    return clock


def _scheduled(compiled: CompiledDefinition, clock: SlaClock) -> SlaClock:
    percent = _next_percent(compiled, clock)
    if percent is None:
        return clock if clock.next_at is None else changed(clock, {"next_at": None})
    if percent == _ALL:
        at = clock.due_at if not clock.has_breached else used_up_at(compiled.calendar, clock, clock.goal)
    else:
        at = used_up_at(compiled.calendar, clock, clock.goal * percent // _ALL)
    return changed(clock, {"next_at": at})


def _next_percent(compiled: CompiledDefinition, clock: SlaClock) -> int | None:
    """The part of the goal at which something happens next: a threshold that has not fired, or the breach."""
    fired = {percent for percent, _ in clock.fired}
    ahead = [percent for percent in compiled.definition.thresholds if percent not in fired]
    if not clock.has_breached:
        ahead.append(_ALL)
    return min(ahead, default=None)
