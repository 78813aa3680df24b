"""What a clock says at an instant, and why."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from csmcore.calendars import Calendar, Span, as_utc, time_zone_database
from csmcore.errors import InvalidValue
from csmcore.model import EventId, Explanation, Reason, Segment, SlaClock, SlaReading
from csmcore.rules.clock import caught_up, used_up_at
from csmcore.rules.plan import Plan

__all__ = ["explain", "read"]

_ZERO = timedelta(0)


def read(plan: Plan, clock: SlaClock, now: datetime) -> SlaReading:
    """Every figure of one clock at an instant; of one that has ended, as of its end. Needs no tick before it.

    Raises InvalidValue for an instant before the last pause that an active clock has seen: `evaluate` its history then.
    """
    compiled = plan.definition(clock)
    calendar = compiled.calendar
    now = as_utc(now)
    if clock.stopped_at is None and now < _seen(clock):
        problem = f"{now:%Y-%m-%d %H:%M:%S}Z is before what the clock has seen"
        raise InvalidValue("now", problem, "evaluate the history as of that instant")
    clock = caught_up(compiled, clock, now)
    until = max(clock.stopped_at or now, clock.started_at)
    ran_until = clock.paused_at or until
    stands = calendar.elapsed(clock.paused_at, until) if clock.paused_at and clock.paused_at < until else _ZERO
    wall_paused = sum((pause.end - pause.start for pause in clock.pauses), until - ran_until)
    end = used_up_at(calendar, clock, clock.goal)
    return SlaReading(
        definition=clock.definition,
        cycle=clock.cycle,
        stage=clock.stage,
        goal=clock.goal,
        started_at=clock.started_at,
        stopped_at=clock.stopped_at,
        due_at=clock.due_at,
        original_due_at=clock.original_due_at,
        derived_end_at=end,
        due_if_resumed_now=used_up_at(calendar, clock, clock.goal + stands) if clock.paused_at else None,
        next_at=clock.next_at,
        elapsed=calendar.elapsed(clock.started_at, ran_until) - clock.business_paused,
        paused=clock.business_paused + stands,
        wall_elapsed=until - clock.started_at - wall_paused,
        wall_paused=wall_paused,
        has_breached=clock.has_breached,
        breached_at=clock.breached_at,
        reasons=() if end is not None else (_endless(clock),),
    )


def explain(plan: Plan, clock: SlaClock, now: datetime) -> Explanation:
    """The reading with its stretches of time: running ones sum to its elapsed, paused ones to its paused time."""
    reading = read(plan, clock, now)
    calendar = plan.definition(clock).calendar
    end = max(clock.stopped_at or as_utc(now), clock.started_at)
    return Explanation(
        reading=reading,
        calendar=clock.calendar,
        segments=tuple(_segments(calendar, clock, end)),
        policy=plan.policy.ref,
        time_zone_database=time_zone_database(),
    )


def _seen(clock: SlaClock) -> datetime:
    """When the clock last paused or went on."""
    return clock.paused_at or (clock.pauses[-1].end if clock.pauses else clock.attached_at)


def _segments(calendar: Calendar, clock: SlaClock, end: datetime) -> Iterator[Segment]:
    at = clock.started_at
    for start, until, by in _pauses(clock, end):
        yield from map(_running, calendar.spans(at, start))
        holidays = (name for span in calendar.spans(start, until) for name in span.holidays)
        yield Segment(start, until, "paused", calendar.elapsed(start, until), tuple(dict.fromkeys(holidays)), by)
        at = until
    yield from map(_running, calendar.spans(at, end))


def _pauses(clock: SlaClock, end: datetime) -> Iterator[tuple[datetime, datetime, EventId | None]]:
    for pause in clock.pauses:
        yield pause.start, pause.end, pause.event_id
    if clock.paused_at is not None and clock.paused_at < end:
        yield clock.paused_at, end, clock.paused_by


def _running(span: Span) -> Segment:
    if span.is_open:
        return Segment(span.start, span.end, "running", span.duration)
    return Segment(span.start, span.end, "closed", _ZERO, span.holidays)


def _endless(clock: SlaClock) -> Reason:
    calendar = f"calendar '{clock.calendar}'" if clock.calendar else "the calendar"
    return Reason(
        "calendar_ends", f"{calendar} ends before the goal is used up, so there is no due date", ("calendar",)
    )
