"""What a clock says at an instant, and which stretches of time make it up."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from csmcore.model.ids import DefinitionId, EventId
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.reasons import Reason
from csmcore.model.rendering import HtmlCell, escaped, hours_text, html_table, instant_text, printable
from csmcore.model.sla import Stage

__all__ = ["Explanation", "Segment", "SegmentKind", "SlaReading"]

SegmentKind: TypeAlias = Literal["running", "paused", "closed"]

_MICROSECOND = timedelta(microseconds=1)
_TITLES = ("from", "to", "", "open time", "because of")


@attrs.frozen(kw_only=True)
class SlaReading:
    """Every figure of one clock at one instant, from one computation, so that they cannot disagree.

    ``elapsed``, ``paused`` and ``remaining`` are open time of the clock's calendar; ``wall_elapsed`` and
    ``wall_paused`` real time. The open pause counts as paused. ``remaining`` is negative when over, ``time_left``
    never. ``due_at`` is None while paused (unless breached before), and where the calendar ends before the goal is
    used up: then ``reasons`` says so.
    """

    definition: DefinitionId
    cycle: int
    stage: Stage
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
    has_breached: bool
    breached_at: datetime | None
    reasons: tuple[Reason, ...] = ()

    @property
    def remaining(self) -> timedelta:
        """What is left of the goal; negative when over."""
        return self.goal - self.elapsed

    @property
    def time_left(self) -> timedelta:
        """What is left of the goal, or nothing."""
        return max(timedelta(0), self.remaining)

    @property
    def percent(self) -> Fraction:
        """How much of the goal is used up, exact: 100 is the breach."""
        return Fraction(100 * (self.elapsed // _MICROSECOND), self.goal // _MICROSECOND)


@attrs.frozen
class Segment:
    """One stretch of a clock's life: ``business`` is the open time in it, which counts if it is running.

    ``holidays`` closed it, or part of it; ``event_id`` began the pause.
    """

    start: datetime
    end: datetime
    kind: SegmentKind
    business: timedelta
    holidays: tuple[str, ...] = ()
    event_id: EventId | None = None


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a clock reads what it reads: its segments sum exactly to the elapsed and the paused time.

    ``policy`` and ``time_zone_database`` say what it was computed with.
    """

    reading: SlaReading
    calendar: str | None
    segments: tuple[Segment, ...]
    policy: PolicyRef
    time_zone_database: str

    def __str__(self) -> str:
        """The explanation in one paragraph and one line for each segment; instants in UTC."""
        return "\n".join(map(printable, (self._headline(), *(f"  {line}" for line in map(_line, self.segments)))))

    def _repr_html_(self) -> str:
        return f"<p>{escaped(self._headline())}</p>{html_table(_TITLES, map(_cells, self.segments))}"

    def _headline(self) -> str:
        reading = self.reading
        calendar = f"open time of '{self.calendar}'" if self.calendar else "time around the clock"
        used = f"{hours_text(reading.elapsed)} of {hours_text(reading.goal)} used"
        due = f"due {instant_text(reading.due_at)}" if reading.due_at else "without a due date now"
        breach = f"; breached at {instant_text(reading.breached_at)}" if reading.breached_at else ""
        reasons = "".join(f"; {reason.text}" for reason in reading.reasons)
        return (
            f"{reading.definition}, cycle {reading.cycle}: {reading.stage}, {due}{breach}. "
            f"{used} ({calendar}) since {instant_text(reading.started_at)}, "
            f"{hours_text(reading.paused)} paused{reasons} "
            f"[policy {self.policy.name} {self.policy.version}, {self.policy.digest[:12]}; "
            f"tz {self.time_zone_database}]"
        )


def _because(segment: Segment) -> str:
    return ", ".join([*segment.holidays, *([segment.event_id] if segment.event_id else [])])


def _cells(segment: Segment) -> tuple[HtmlCell, ...]:
    start, end = instant_text(segment.start), instant_text(segment.end)
    return start, end, segment.kind, hours_text(segment.business), _because(segment)


def _line(segment: Segment) -> str:
    start, end, kind, business, because = _cells(segment)
    line = f"{start} to {end}  {kind:<8}{business}"
    return f"{line}  ({because})" if because else line
