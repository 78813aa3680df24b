"""What a clock says at an instant, and which stretches of time make it up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from csmcore.calendars import WallClock
from csmcore.model.ids import DefinitionId, EventId
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.reasons import Reason
from csmcore.model.rendering import HtmlCell, escaped, hours_text, html_table, instant_text, printable
from csmcore.model.sla_clock import Side, Stage

__all__ = ["Explanation", "Segment", "SegmentKind", "SlaReading"]

SegmentKind: TypeAlias = Literal["running", "paused", "closed"]

_ZERO = timedelta(0)
_MICROSECOND = timedelta(microseconds=1)
_ALL = Fraction(100)
_TITLES = ("from", "to", "", "open time", "because of")


@attrs.frozen(kw_only=True, slots=False)
class SlaReading:
    """Every figure of one clock at one instant, from one computation, so that they cannot disagree.

    ``elapsed``, ``paused`` and ``remaining`` are open time of the clock's calendar; ``wall_*`` real time. The open
    pause counts as paused. ``remaining`` is negative when over, ``time_left`` never, and ``overdue`` is by how much;
    all stand still while the clock is paused. ``due_at`` is None while paused (unless breached before), and where the
    calendar ends before the goal is used up: then ``reasons`` says so. ``derived_end_at`` is the due date that follows
    from goal and pauses, breached or not; ``wall_goal`` the real time that lies between it and the start. ``fired`` are
    the thresholds that were reached, each with its instant.
    """

    definition: DefinitionId
    cycle: int
    stage: Stage
    calendar: str | None
    timezone: str | None
    goal: timedelta
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    derived_end_at: datetime | None
    due_if_resumed_now: datetime | None
    next_at: datetime | None
    elapsed: timedelta
    paused: timedelta
    wall_elapsed: timedelta
    wall_paused: timedelta
    wall_goal: timedelta | None
    wall_remaining: timedelta | None
    has_breached: bool
    breached_at: datetime | None
    fired: tuple[tuple[str, datetime], ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def remaining(self) -> timedelta:
        """What is left of the goal; negative when over."""
        return self.goal - self.elapsed

    @property
    def time_left(self) -> timedelta:
        """What is left of the goal, or nothing."""
        return max(_ZERO, self.remaining)

    @property
    def overdue(self) -> timedelta:
        """By how much open time the goal is over, or nothing."""
        return max(_ZERO, -self.remaining)

    @property
    def percent(self) -> Fraction:
        """How much of the goal is used up, exact. Where the goal is no time at all: 100 if breached, else 0."""
        if self.goal <= _ZERO:
            return _ALL if self.has_breached else Fraction(0)
        return Fraction(100 * (self.elapsed // _MICROSECOND), self.goal // _MICROSECOND)

    @property
    def wall_percent(self) -> Fraction | None:
        """How much of the real time between start and due date is used up; None where there is no due date."""
        if self.wall_goal is None:
            return None
        if self.wall_goal <= _ZERO:
            return _ALL if self.wall_elapsed > _ZERO else Fraction(0)
        return Fraction(100 * (self.wall_elapsed // _MICROSECOND), self.wall_goal // _MICROSECOND)

    @property
    def wall_time_left(self) -> timedelta | None:
        """The real time up to the due date, or nothing; None where there is no due date."""
        return None if self.wall_remaining is None else max(_ZERO, self.wall_remaining)

    @property
    def wall_overdue(self) -> timedelta | None:
        """The real time since the due date, or nothing; None where there is no due date."""
        return None if self.wall_remaining is None else max(_ZERO, -self.wall_remaining)


@attrs.frozen
class Segment:
    """One stretch of a clock's life: ``business`` is the open time in it, which counts if it is running.

    ``holidays`` closed it, or part of it; ``event_id`` began the pause, which was ``by`` customer, agent or system.
    ``calendar`` is the one in force.
    """

    start: datetime
    end: datetime
    kind: SegmentKind
    business: timedelta
    holidays: tuple[str, ...] = ()
    event_id: EventId | None = None
    by: Side | None = None
    calendar: str | None = None


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a clock reads what it reads: its segments sum exactly to the elapsed and the paused time.

    ``goal_reason`` is why this goal and no other, ``calendar_reason`` by which hours it ran. ``policy`` and
    ``time_zone_database`` say what it was computed with. Printed, instants are in ``timezone``.
    """

    reading: SlaReading
    calendar: str | None
    segments: tuple[Segment, ...]
    goal_reason: Reason
    calendar_reason: Reason
    policy: PolicyRef
    time_zone_database: str
    timezone: str | None = None

    def __str__(self) -> str:
        """The explanation in one paragraph and one line for each segment."""
        return "\n".join(map(printable, (self.paragraph(), *(f"  {line}" for line in self._lines()))))

    def _repr_html_(self) -> str:
        return f"<p>{escaped(self.paragraph())}</p>{html_table(_TITLES, map(self._cells, self.segments))}"

    def in_zone(self, timezone: str) -> "Explanation":
        """The same, printed on the clocks of a time zone. Raises UnknownTimeZone."""
        WallClock(timezone)
        return attrs.evolve(self, timezone=timezone)

    def paragraph(self) -> str:
        """What it comes to, in words."""
        reading = self.reading
        due = f"due {self._at(reading.due_at)}" if reading.due_at else "without a due date now"
        if reading.due_if_resumed_now is not None and not reading.has_breached:
            due += f" (if it went on now: {self._at(reading.due_if_resumed_now)})"
        breach = f"; breached at {self._at(reading.breached_at)}" if reading.breached_at else ""
        used = f"{hours_text(reading.elapsed)} of {hours_text(reading.goal)} used"
        paused = f"{hours_text(reading.paused)} paused ({hours_text(reading.wall_paused)} by the clock on the wall)"
        reasons = "".join(f"; {reason.text}" for reason in (self.goal_reason, self.calendar_reason, *reading.reasons))
        return (
            f"{reading.definition}, cycle {reading.cycle}: {reading.stage}, {due}{breach}. "
            f"{used} since {self._at(reading.started_at)}, {paused}{reasons} "
            f"[policy {self.policy.name} {self.policy.version}, {self.policy.digest[:12]}; "
            f"tz {self.time_zone_database}]"
        )

    def _at(self, instant: datetime) -> str:
        if self.timezone is None:
            return instant_text(instant)
        return f"{WallClock(self.timezone).reading(instant):%a %Y-%m-%d %H:%M:%S %Z}".replace(":00 ", " ")

    def _lines(self) -> Iterator[str]:
        for segment in self.segments:
            start, end, kind, business, because = self._cells(segment)
            line = f"{start} to {end}  {kind:<8}{business}"
            yield f"{line}  ({because})" if because else line

    def _cells(self, segment: Segment) -> tuple[HtmlCell, ...]:
        because = [*segment.holidays]
        if segment.event_id is not None:
            because.append(f"{segment.event_id} by {segment.by}" if segment.by else segment.event_id)
        if segment.calendar != self.calendar:
            because.append(f"calendar {segment.calendar or 'around the clock'}")
        start, end = self._at(segment.start), self._at(segment.end)
        return start, end, segment.kind, hours_text(segment.business), ", ".join(because)
