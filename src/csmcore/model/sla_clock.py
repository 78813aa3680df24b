"""The clocks that measure one case against its promises, as hosts keep them."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.fields import in_utc, is_id, one_of, optional, within
from csmcore.model.ids import DefinitionId, EventId
from csmcore.model.revision import Revision

__all__ = ["CalendarStretch", "Pause", "Side", "SlaClock", "SlaState", "Stage", "Standstill"]

Stage: TypeAlias = Literal["in_progress", "paused", "completed", "cancelled"]
Side: TypeAlias = Literal["customer", "agent", "system"]

_ZERO = timedelta(0)


@attrs.frozen(slots=False)
class Pause:
    """A stretch in which a clock stood, half-open. ``business`` is the open time in it.

    ``event_id`` is what began it, ``by`` whose doing that was.
    """

    start: datetime
    end: datetime
    business: timedelta
    event_id: EventId
    by: Side | None = None

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "start", "end")


@attrs.frozen
class CalendarStretch:
    """A stretch of a clock's life under a calendar (None: around the clock) that is no longer in force.

    ``business`` is the open time in it; ``timezone`` the zone that a floating calendar was read in.
    """

    start: datetime
    end: datetime
    business: timedelta
    calendar: str | None = None
    timezone: str | None = None

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "start", "end")


@attrs.frozen(kw_only=True, slots=False)
class SlaClock:
    """One cycle of one promise on one case, as it stands after what it has seen.

    ``goal`` is the open time in force, chosen by the definition's goal number ``goal_index``; where that goal is a due
    date, ``target_at`` is that date before any pause, and ``target_since`` the instant from which on pauses move it
    (None: all do); ``agreed_at`` is what the case said of it.
    ``due_at`` is the instant at which the goal is used up (None while paused, unless breached before; not moved once
    breached); ``next_at`` the next instant at which something happens by itself (a threshold, the breach), ``fired``
    the labels of the thresholds that have, each with its instant. ``paused_at`` begins the open pause, if there is
    one, and ``pauses`` are the closed ones. ``calendar`` and ``timezone`` are those in force, ``stretches`` what went
    before under others, ``unresolved`` the names of calendars or zones that the case gave and nobody has.
    """

    definition: DefinitionId = attrs.field(validator=is_id)
    cycle: int = attrs.field(validator=within(1, 1 << 53))
    stage: Stage = attrs.field(default="in_progress", validator=one_of(get_args(Stage)))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    timezone: str | None = None
    goal: timedelta
    goal_index: int = attrs.field(default=0, validator=within(0, 1 << 53))
    target_at: datetime | None = None
    target_since: datetime | None = None
    agreed_at: datetime | None = None
    attached_at: datetime
    attached_by: EventId = attrs.field(validator=is_id)
    started_at: datetime
    original_due_at: datetime | None
    due_at: datetime | None
    next_at: datetime | None
    fired: tuple[tuple[str, datetime], ...] = ()
    paused_at: datetime | None = None
    paused_by: EventId | None = None
    paused_side: Side | None = attrs.field(default=None, validator=optional(one_of(get_args(Side))))
    pauses: tuple[Pause, ...] = ()
    business_paused: timedelta = _ZERO
    stretches: tuple[CalendarStretch, ...] = ()
    unresolved: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    stopped_by: EventId | None = None
    has_breached: bool = False
    breached_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "attached_at", "started_at", "original_due_at", "due_at", "next_at", "target_at", "target_since")
        in_utc(self, "agreed_at")
        in_utc(self, "paused_at", "stopped_at", "breached_at")

    @property
    def is_active(self) -> bool:
        """Whether it has not come to an end."""
        return self.stopped_at is None


@attrs.frozen
class Standstill:
    """The pauses so far of a definition that counts them retroactively, while none of its clocks runs.

    ``paused_at`` begins the pause that is still open.
    """

    definition: DefinitionId = attrs.field(validator=is_id)
    paused_at: datetime | None = None
    paused_by: EventId | None = None
    paused_side: Side | None = attrs.field(default=None, validator=optional(one_of(get_args(Side))))
    pauses: tuple[Pause, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "paused_at")


@attrs.frozen(slots=False)
class SlaState:
    """Every clock of one case, ended ones too, in the order in which they attached; and the last revision they saw.

    ``standstills`` are the pauses so far of definitions that may yet attach retroactively.
    """

    clocks: tuple[SlaClock, ...] = ()
    last: Revision | None = None
    standstills: tuple[Standstill, ...] = ()

    @property
    def active(self) -> tuple[SlaClock, ...]:
        """The clocks that have not ended."""
        return tuple(clock for clock in self.clocks if clock.is_active)
