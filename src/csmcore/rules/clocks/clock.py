"""What can happen to one clock: it starts, is brought up to an instant, pauses, goes on, gets another goal, ends.

A clock is arithmetic on its own number line, the open time since its start. Its goal is used up where that reaches the
goal and the pauses; a threshold is the same with a part of the goal. A goal that is a due date is that date, moved by
the pauses. `WorkingClock` is a clock in the making, which only the fold sees; what leaves is an `SlaClock`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from csmcore.calendars import Calendar
from csmcore.conditions import Record
from csmcore.errors import InvalidValue
from csmcore.model import (
    CalendarStretch,
    DefinitionId,
    EventId,
    Goal,
    Pause,
    Revision,
    Side,
    SlaClock,
    Stage,
    Standstill,
    made,
)
from csmcore.rules.clocks.compiled import CompiledDefinition, Mark
from csmcore.rules.clocks.due import instant_in, target_of
from csmcore.rules.clocks.hours import Resolved
from csmcore.rules.clocks.line import Line

__all__ = ["WorkingClock", "side_of"]

_ZERO = timedelta(0)
_ENDLESS = timedelta(days=36_525)


def side_of(record: Record) -> Side | None:
    """Whose doing a revision was, as far as its record says."""
    by = record.get("event.by")
    return by if by in {"customer", "agent", "system"} else None


class WorkingClock:
    """A clock as it changes. It has the fields of `SlaClock`, and beside them what they are computed with.

    They are set one by one: so all clocks share the names of their fields, which halves what each takes up.
    """

    __slots__ = ("__dict__", "_line", "compiled", "source")

    compiled: CompiledDefinition
    source: SlaClock | None
    _line: Line | None

    definition: DefinitionId
    cycle: int
    stage: Stage
    calendar: str | None
    timezone: str | None
    goal: timedelta
    goal_index: int
    target_at: datetime | None
    target_since: datetime | None
    agreed_at: datetime | None
    attached_at: datetime
    attached_by: EventId
    started_at: datetime
    original_due_at: datetime | None
    due_at: datetime | None
    next_at: datetime | None
    fired: tuple[tuple[str, datetime], ...]
    paused_at: datetime | None
    paused_by: EventId | None
    paused_side: Side | None
    pauses: tuple[Pause, ...]
    business_paused: timedelta
    stretches: tuple[CalendarStretch, ...]
    unresolved: tuple[str, ...]
    stopped_at: datetime | None
    stopped_by: EventId | None
    has_breached: bool
    breached_at: datetime | None

    def __init__(self, compiled: CompiledDefinition, clock: SlaClock) -> None:
        if clock.goal_index >= len(compiled.definition.goals):
            problem = f"{clock.definition} has no goal number {clock.goal_index + 1}"
            raise InvalidValue("clock", problem, "use the policy that the clock was computed with")
        self.compiled, self.source, self._line = compiled, clock, None
        self.__dict__ = clock.__dict__.copy()

    @classmethod
    def attached(
        cls, compiled: CompiledDefinition, cycle: int, goal_index: int, revision: Revision, started_at: datetime
    ) -> "WorkingClock":
        """A new clock, with its first due date."""
        self = cls.__new__(cls)
        self.compiled, self.source, self._line = compiled, None, None
        definition, goal = compiled.definition, compiled.definition.goals[goal_index]
        hours = compiled.fixed or compiled.hours.resolved(definition, goal, revision.fields)
        self.definition, self.cycle, self.goal_index = definition.id, cycle, goal_index
        self.attached_at, self.attached_by, self.started_at = revision.at, revision.event_id, started_at
        self.stage, self.has_breached, self.business_paused = "in_progress", False, _ZERO
        self.calendar, self.timezone, self.unresolved = hours
        self.fired = self.pauses = self.stretches = ()
        self.paused_at = self.paused_by = self.paused_side = self.target_since = None
        self.stopped_at = self.stopped_by = self.breached_at = None
        self._aim(revision.fields)
        self.due_at = self.original_due_at = self.due()
        self._schedule()
        return self

    def kept(self) -> SlaClock:
        """The clock as a noun, which takes its fields over; the one that it was made from, if nothing has happened."""
        if self.source is None:
            self.source = object.__new__(SlaClock)
            object.__setattr__(self.source, "__dict__", self.__dict__)
        return self.source

    # --- where it stands on its number line

    @property
    def hours(self) -> Calendar:
        """The calendar in force."""
        return self.line.calendar

    @property
    def line(self) -> Line:
        """The open time since the start."""
        line = self._line
        if line is None:
            hours = self.compiled.hours
            calendar = hours.calendar(self.calendar, self.timezone)
            line = self._line = Line.of(hours, calendar, self.started_at, self.stretches)
        return line

    @property
    def pause_begun(self) -> datetime | None:
        """When the open pause began to count."""
        return None if self.paused_at is None else max(self.paused_at, self.started_at)

    def stood(self, until: datetime) -> timedelta:
        """The open time of the open pause so far."""
        begun = self.pause_begun
        return self.line.between(begun, until) if begun is not None and begun < until else _ZERO

    def due(self, stood: timedelta = _ZERO) -> datetime | None:
        """When the goal is used up, breached or not, had it stood so much longer. None: the hours end before."""
        if self.target_at is None:
            return self.line.instant(self.goal + self.business_paused + stood)
        if not self._promise.moved_by_pauses:
            return self.target_at
        return self._later(self.target_at, self.business_paused + stood - self._unmoved())

    def _later(self, instant: datetime, open_time: timedelta) -> datetime | None:
        """So much open time after an instant: the instant itself, if it is none."""
        return self.line.instant(self.line.at(instant) + open_time) if open_time > _ZERO else instant

    def _unmoved(self) -> timedelta:
        """The pause time that does not move the due date: what had passed when it was agreed on; else all before it."""
        if not self._promise.moved_by_pauses:
            return self._paused_before(self.target_at)
        begun, since = self.pause_begun, self.target_since
        if begun is None or since is None or since <= begun:
            return self._paused_before(since)
        return self._paused_before(since) + self.line.between(begun, since)

    def _paused_before(self, instant: datetime | None) -> timedelta:
        """The time of closed pauses before an instant; none, if there is none."""
        if instant is None:
            return _ZERO
        pauses = ((pause.start, min(pause.end, instant)) for pause in self.pauses if pause.start < instant)
        return sum((self.line.between(start, end) for start, end in pauses), _ZERO)

    def _reached(self, elapsed: timedelta) -> datetime | None:
        """When so much of the goal is used up, if it runs on."""
        if self.target_at is None or elapsed < self.goal:
            return self.line.instant(max(_ZERO, elapsed) + self.business_paused)
        due = self.due()
        return None if due is None else self._later(due, elapsed - self.goal)

    @property
    def _promise(self) -> Goal:
        return self.compiled.definition.goals[self.goal_index]

    # --- what happens by itself

    def catch_up(self, until: datetime) -> None:
        """Let the thresholds and the breach up to and including the instant happen, each at its own."""
        while self.next_at is not None and self.next_at <= until:
            self._happen(self.next_at)

    def _happen(self, at: datetime) -> None:
        """What is next happens."""
        ahead = self._ahead()
        for used, label in ahead:
            if used > ahead[0].used:
                break
            if label is None:
                self.has_breached, self.breached_at = True, at
            else:
                self.fired = (*self.fired, (label, at))
        self._schedule()

    def _ahead(self) -> Sequence[Mark]:
        """What is still to happen, in order."""
        marks = self.compiled.marks(self.goal)
        if not (self.fired or self.has_breached):
            return marks
        done = {label for label, _ in self.fired}
        return [mark for mark in marks if (not self.has_breached if mark.label is None else mark.label not in done)]

    def _schedule(self) -> None:
        """Find the next instant at which something happens. What is beyond the end of the hours never does."""
        self.source = None
        ahead = self._ahead()
        if not ahead:
            self.next_at = None
        elif ahead[0].used == self.goal and not self.has_breached:
            self.next_at = self.due_at
        else:
            self.next_at = self._reached(ahead[0].used)

    # --- what revisions do

    def pause(self, at: datetime, by: EventId, side: Side | None) -> None:
        """Stand still: no due date (unless it was missed before), nothing that happens by itself."""
        self.source, self.stage, self.next_at = None, "paused", None
        self.paused_at, self.paused_by, self.paused_side = at, by, side
        if not self.has_breached:
            self.due_at = None

    def resume(self, at: datetime) -> None:
        """Go on: the open time of the pause moves what is ahead. A pause of no length leaves no trace."""
        begun, by = self.pause_begun, self.paused_by
        if begun is not None and by is not None and begun < at:
            business = self.line.between(begun, at)
            stood = {"start": begun, "end": at, "business": business, "event_id": by, "by": self.paused_side}
            self.pauses = (*self.pauses, made(Pause, stood))
            self.business_paused += business
        self.stage, self.paused_at, self.paused_by, self.paused_side = "in_progress", None, None, None
        if self.target_at is not None and not self._promise.moved_by_pauses:
            self._measure()
        self._look_again(at)

    def replay(self, standstill: Standstill) -> None:
        """Pause as the case did before the clock was attached; a pause that is still open stays open."""
        for pause in standstill.pauses:
            if pause.end > self.started_at:
                begun = max(pause.start, self.started_at)  # not earlier: what is due at the start happens first
                self.catch_up(begun)
                self.pause(begun, pause.event_id, pause.by)
                self.resume(pause.end)
        if standstill.paused_at is not None and standstill.paused_by is not None:
            begun = min(max(standstill.paused_at, self.started_at), self.attached_at)
            self.catch_up(begun)
            self.pause(begun, standstill.paused_by, standstill.paused_side)

    def choose(self, goal_index: int, hours: Resolved, record: Record, at: datetime, *, is_new: bool) -> None:
        """Go on under the goal and by the hours of now; ``is_new`` says whether the goal promises something else."""
        has_other_hours = (self.calendar, self.timezone) != hours[:2]
        if has_other_hours:
            self._change_hours(hours, at)
        if is_new:
            self._change_goal(goal_index, record, at)
        if (self.goal_index, self.unresolved) != (goal_index, hours.unresolved):
            self.source, self.goal_index, self.unresolved = None, goal_index, hours.unresolved
        if (is_new or has_other_hours) and self.paused_at is None:
            self._look_again(at)

    def _change_hours(self, hours: Resolved, at: datetime) -> None:
        """Run by other hours: from now on, or from the start, as the definition says."""
        is_last = self.compiled.definition.on_calendar_change == "last"
        if not is_last and at > self.line.since:
            open_time = self.line.between(self.line.since, at)
            stretch = CalendarStretch(self.line.since, at, open_time, self.calendar, self.timezone)
            self.stretches = (*self.stretches, stretch)
        self.calendar, self.timezone, _ = hours
        self.source, self._line = None, None
        if is_last:
            self._recount()
        self._find_target()

    def _recount(self) -> None:
        """Count the pauses again, under the hours of now."""
        between = self.line.between
        self.pauses = tuple(
            Pause(pause.start, pause.end, between(pause.start, pause.end), pause.event_id, pause.by)
            for pause in self.pauses
        )
        self.business_paused = sum((pause.business for pause in self.pauses), _ZERO)

    def _change_goal(self, goal_index: int, record: Record, at: datetime) -> None:
        """Promise something else: carried on from here or counted afresh, as the definition says."""
        self.source, self.goal_index, self.target_since = None, goal_index, None
        if self.compiled.definition.on_goal_change == "restart":
            self.started_at, self.pauses, self.stretches, self.business_paused = at, (), (), _ZERO
            self.paused_at = None if self.paused_at is None else at
            self._line = None
        elif self._promise.due_field is not None:
            self.target_since = at
        self._aim(record)

    def end(self, stage: Literal["completed", "cancelled"], at: datetime, by: EventId) -> None:
        """Come to an end; an open pause ends with it."""
        if self.paused_at is not None:
            self.resume(at)
        self.source, self.stage, self.stopped_at, self.stopped_by, self.next_at = None, stage, at, by, None

    def _aim(self, record: Record) -> None:
        """Find out what the goal comes to: so much time, or a due date and the open time up to it."""
        goal = self._promise
        self.agreed_at = None if goal.due_field is None else instant_in(record, goal.due_field)
        if goal.duration is not None:
            self.goal, self.target_at = goal.duration, None
        else:
            self._find_target()

    def _find_target(self) -> None:
        """The due date by the hours in force, where the goal is one; if they end before, the goal is never used up."""
        goal = self._promise
        if goal.duration is None:
            self.goal = _ENDLESS
            self.target_at = target_of(goal, self.hours, self.started_at, self.agreed_at)
            self._measure()

    def _measure(self) -> None:
        """The goal of a due date is the open time up to it, but for the pauses that do not move it."""
        if self.target_at is not None:
            self.goal = max(_ZERO, self.line.at(self.target_at) - self._unmoved())

    def _look_again(self, at: datetime) -> None:
        """Compute what is ahead anew; what is used up already happens now. A due date that was missed stays."""
        if not self.has_breached:
            self.due_at = self.due()
        self._schedule()
        while self.next_at is not None and self.next_at <= at:
            self._happen(at)
