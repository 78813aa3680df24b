"""What a clock says at an instant, and why."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from csmcore.calendars import Calendar, Span, as_utc, time_zone_database
from csmcore.conditions import fields_of, sentence
from csmcore.errors import InvalidValue
from csmcore.model import EventId, Explanation, Goal, Reason, Segment, Side, SlaClock, SlaReading, made, write_duration
from csmcore.rules.clocks.clock import WorkingClock
from csmcore.rules.clocks.compiled import CompiledDefinition
from csmcore.rules.clocks.plan import Plan

__all__ = ["explain", "read"]

_ZERO = timedelta(0)


def read(plan: Plan, clock: SlaClock, now: datetime) -> SlaReading:
    """Every figure of one clock at an instant; of one that has ended, as of its end. Needs no tick before it.

    Raises InvalidValue for an instant before something that an active clock has seen (a pause, a threshold, the breach,
    other hours): `evaluate` its history as of then.
    """
    return _reading(*_at(plan, clock, now))


def explain(plan: Plan, clock: SlaClock, now: datetime) -> Explanation:
    """The reading with its stretches of time: running ones sum to its elapsed, paused ones to its paused time."""
    working, until = _at(plan, clock, now)
    return Explanation(
        reading=_reading(working, until),
        calendar=working.calendar,
        segments=tuple(_segments(working, until)),
        goal_reason=_why_goal(working.compiled, working.goal_index),
        calendar_reason=_why_hours(working),
        policy=plan.policy.ref,
        time_zone_database=time_zone_database(),
    )


def _at(plan: Plan, clock: SlaClock, now: datetime) -> tuple[WorkingClock, datetime]:
    """The clock brought up to an instant, and up to when it is read."""
    now = as_utc(now)
    if clock.stopped_at is None and now < _seen(clock):
        problem = f"{now:%Y-%m-%d %H:%M:%S}Z is before what the clock has seen"
        raise InvalidValue("now", problem, "evaluate the history as of that instant")
    working = WorkingClock(plan.definition(clock), clock)
    working.catch_up(now)
    return working, max(working.stopped_at or now, working.started_at)


def _seen(clock: SlaClock) -> datetime:
    """When the clock last paused or went on, ran by other hours, reached a threshold or was breached."""
    at = clock.paused_at or (clock.pauses[-1].end if clock.pauses else clock.attached_at)
    if clock.stretches:
        at = max(at, clock.stretches[-1].end)
    if clock.fired:
        at = max(at, clock.fired[-1][1])
    return at if clock.breached_at is None else max(at, clock.breached_at)


def _reading(clock: WorkingClock, until: datetime) -> SlaReading:
    line, end = clock.line, clock.due()
    ran_until = clock.pause_begun or until
    stood = clock.stood(until)
    closed = sum((pause.end - pause.start for pause in clock.pauses), _ZERO)
    wall_paused = closed + max(_ZERO, until - ran_until)
    figures = {
        "definition": clock.definition,
        "cycle": clock.cycle,
        "stage": clock.stage,
        "calendar": clock.calendar,
        "timezone": clock.timezone,
        "goal": clock.goal,
        "started_at": clock.started_at,
        "stopped_at": clock.stopped_at,
        "due_at": clock.due_at,
        "original_due_at": clock.original_due_at,
        "derived_end_at": end,
        "due_if_resumed_now": clock.due(stood) if clock.paused_at is not None else None,
        "next_at": clock.next_at,
        "elapsed": line.at(ran_until) - clock.business_paused,
        "paused": clock.business_paused + stood,
        "wall_elapsed": until - clock.started_at - wall_paused,
        "wall_paused": wall_paused,
        "wall_goal": None if end is None else _wall_goal(clock, end - clock.started_at, closed),
        "wall_remaining": None if end is None else end - ran_until,
        "has_breached": clock.has_breached,
        "breached_at": clock.breached_at,
        "fired": clock.fired,
        "reasons": tuple(_reasons(clock, end)),
    }
    return made(SlaReading, figures)


def _wall_goal(clock: WorkingClock, total: timedelta, closed: timedelta) -> timedelta:
    """The real time up to the due date but for the pauses; where those take all of it, but for their open time."""
    return total - closed if total > closed else total - clock.business_paused


def _reasons(clock: WorkingClock, end: datetime | None) -> Iterator[Reason]:
    if end is None:
        calendar = f"calendar '{clock.calendar}'" if clock.calendar else "the calendar"
        text = f"{calendar} ends before the goal is used up, so there is no due date"
        yield Reason("calendar_ends", text, ("calendar",))
    due_field = clock.compiled.definition.goals[clock.goal_index].due_field
    if due_field is not None and clock.agreed_at is None:
        text = f"the case had no instant in {due_field} to be due at, so it was due a second after its start"
        yield Reason("no_date", text, (due_field,))
    for name in clock.unresolved:
        text = f"there is no calendar or time zone '{name}', so the definition's own counts"
        yield Reason("unknown_calendar", text, ("calendar_source",))


# --- why -------------------------------------------------------------------------------------------------------------


def _why_goal(compiled: CompiledDefinition, index: int) -> Reason:
    goals = compiled.definition.goals
    when = goals[index].when
    fields: tuple[str, ...] = ()
    if when is not None:
        text, fields = f"because {sentence(when)}", fields_of(when)
    elif index:
        text = "because no goal before it is for this case"
    else:
        text = "for every case"
    return Reason("goal", f"goal {index + 1} of {len(goals)}: {_promised(goals[index])}, {text}", fields)


def _promised(goal: Goal) -> str:
    if goal.due_field is not None:
        return f"by the date in {goal.due_field}" + ("" if goal.moved_by_pauses else ", whatever pauses")
    if goal.days is None:
        return f"{write_duration(goal.duration or _ZERO)} of open time"
    ends = {"same_time": "the same local time", "close": "the close"}.get(goal.at, goal.at)
    late = f" (one more if it starts after {goal.cutoff})" if goal.cutoff else ""
    return f"{ends} of business day {goal.days}{late}"


def _why_hours(clock: WorkingClock) -> Reason:
    definition = clock.compiled.definition
    named = _named(clock.calendar, clock.timezone)
    if clock.stretches:
        earlier = [_named(stretch.calendar, stretch.timezone) for stretch in clock.stretches]
        text = f"each stretch counts under the calendar then in force: {', '.join([*earlier, named])}"
        if clock.target_at is not None:
            text += " (the due date is that of the last)"
        return Reason("calendar_segments", text, definition.calendar_source)
    if definition.on_calendar_change == "last" and (definition.calendar_source or definition.timezone_source):
        return Reason("calendar_last", f"all of it counts under the last calendar: {named}", definition.calendar_source)
    return Reason("calendar", named, definition.calendar_source)


def _named(calendar: str | None, timezone: str | None) -> str:
    named = f"open time of '{calendar}'" if calendar else "time around the clock"
    return named if timezone is None else f"{named} in {timezone}"


# --- the stretches ---------------------------------------------------------------------------------------------------


def _segments(clock: WorkingClock, end: datetime) -> Iterator[Segment]:
    """Everything from the start to the end, cut where it pauses, goes on or runs by other hours."""
    at = clock.started_at
    for start, until, by, side in _pauses(clock, end):
        yield from _running(clock, at, start)
        yield from _standing(clock, start, until, by, side)
        at = until
    yield from _running(clock, at, end)


def _pauses(clock: WorkingClock, end: datetime) -> Iterator[tuple[datetime, datetime, EventId | None, Side | None]]:
    for pause in clock.pauses:
        yield pause.start, pause.end, pause.event_id, pause.by
    begun = clock.pause_begun
    if begun is not None and begun < end:
        yield begun, end, clock.paused_by, clock.paused_side


def _by_hours(
    clock: WorkingClock, start: datetime, end: datetime
) -> Iterator[tuple[Calendar, str | None, datetime, datetime]]:
    """The calendars in force between two instants, each with the part in which it was."""
    for stretch in clock.stretches:
        begun, until = max(start, stretch.start), min(end, stretch.end)
        if begun < until:
            yield clock.compiled.hours.calendar(stretch.calendar, stretch.timezone), stretch.calendar, begun, until
    begun = max(start, clock.line.since)
    if begun < end:
        yield clock.hours, clock.calendar, begun, end


def _running(clock: WorkingClock, start: datetime, end: datetime) -> Iterator[Segment]:
    for calendar, name, begun, until in _by_hours(clock, start, end):
        yield from (_spanned(span, name) for span in calendar.spans(begun, until))


def _spanned(span: Span, calendar: str | None) -> Segment:
    if span.is_open:
        return Segment(span.start, span.end, "running", span.duration, calendar=calendar)
    return Segment(span.start, span.end, "closed", _ZERO, span.holidays, calendar=calendar)


def _standing(
    clock: WorkingClock, start: datetime, end: datetime, by: EventId | None, side: Side | None
) -> Iterator[Segment]:
    for calendar, name, begun, until in _by_hours(clock, start, end):
        holidays = dict.fromkeys(day for span in calendar.spans(begun, until) for day in span.holidays)
        business = calendar.elapsed(begun, until)
        yield Segment(begun, until, "paused", business, tuple(holidays), by, side, name)
