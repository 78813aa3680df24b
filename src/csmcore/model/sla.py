"""Promises about time: their definition, and the clocks that measure one case against them."""

from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition
from csmcore.errors import InvalidValue, OutOfRange
from csmcore.model.fields import in_utc, is_id, is_text, one_of, optional, within
from csmcore.model.ids import DefinitionId, EventId
from csmcore.model.revision import Revision

__all__ = [
    "CancelMode",
    "DefinitionKind",
    "Goal",
    "GoalChange",
    "Measure",
    "Pause",
    "ResetAction",
    "ResumeMode",
    "SlaClock",
    "SlaDefinition",
    "SlaState",
    "Stage",
]

DefinitionKind: TypeAlias = Literal["sla", "ola", "underpinning"]
Measure: TypeAlias = Literal["response", "resolution", "other"]
ResumeMode: TypeAlias = Literal["pause_not_met", "resume_met"]
CancelMode: TypeAlias = Literal["start_not_met", "cancel_met", "never"]
ResetAction: TypeAlias = Literal["complete", "cancel"]
GoalChange: TypeAlias = Literal["carry", "keep", "restart"]
Stage: TypeAlias = Literal["in_progress", "paused", "completed", "cancelled"]

_LONGEST = timedelta(days=36_525)
_MOST_PERCENT = 1_000


@attrs.frozen
class Goal:
    """How long a promise is, in open time of its calendar, for the cases that ``when`` describes (None: all others)."""

    duration: timedelta = attrs.field()
    when: Condition | None = None

    @duration.validator
    def _positive(self, _: "attrs.Attribute[Any]", duration: timedelta) -> None:
        if duration <= timedelta(0) or duration.microseconds:
            raise InvalidValue("duration", f"{duration} is no goal", "give one second or more, in whole seconds")
        if duration > _LONGEST:
            raise OutOfRange("duration", f"{duration} is over 100 years", "use a shorter one")


@attrs.frozen(kw_only=True)
class SlaDefinition:
    """One promise: when its clock starts, pauses and stops, and how long it may run. A condition not given never holds.

    The rules are ServiceNow's: see `csmcore.rules.evaluate`. ``calendar`` names one of the policy's (None: all the
    time counts); ``goals`` are tried in order; ``thresholds`` are percents of the goal. A ``contractual`` definition
    runs only for cases whose contract or entitlement names it.
    """

    id: DefinitionId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    kind: DefinitionKind = attrs.field(default="sla", validator=one_of(get_args(DefinitionKind)))
    measure: Measure = attrs.field(default="other", validator=one_of(get_args(Measure)))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    goals: tuple[Goal, ...] = attrs.field()
    start: Condition
    pause: Condition | None = None
    resume: Condition | None = None
    stop: Condition | None = None
    cancel: Condition | None = None
    reset: Condition | None = None
    when_to_resume: ResumeMode = attrs.field(default="pause_not_met", validator=one_of(get_args(ResumeMode)))
    when_to_cancel: CancelMode = attrs.field(default="start_not_met", validator=one_of(get_args(CancelMode)))
    reset_action: ResetAction = attrs.field(default="complete", validator=one_of(get_args(ResetAction)))
    on_goal_change: GoalChange = attrs.field(default="carry", validator=one_of(get_args(GoalChange)))
    thresholds: tuple[int, ...] = attrs.field(default=())
    contractual: bool = False

    @goals.validator
    def _some_goal(self, _: "attrs.Attribute[Any]", goals: tuple[Goal, ...]) -> None:
        if not goals:
            raise InvalidValue("goals", "it has none", "give it a goal")

    @thresholds.validator
    def _rising(self, _: "attrs.Attribute[Any]", thresholds: tuple[int, ...]) -> None:
        if list(thresholds) != sorted(set(thresholds)) or any(
            not 0 < percent <= _MOST_PERCENT for percent in thresholds
        ):
            raise InvalidValue("thresholds", "they do not rise from 1 to 1,000", "list percents in rising order")


@attrs.frozen
class Pause:
    """A stretch in which a clock stood, half-open. ``business`` is the open time in it, ``event_id`` what began it."""

    start: datetime
    end: datetime
    business: timedelta
    event_id: EventId

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "start", "end")


@attrs.frozen(kw_only=True, slots=False)
class SlaClock:
    """One cycle of one promise on one case, as it stands after what it has seen.

    ``goal`` is the one in force; ``due_at`` the instant at which it is used up (None while paused, unless breached
    before; not moved once breached); ``next_at`` the next instant at which something happens by itself (a threshold,
    the breach), ``fired`` the percents that have, each with its instant. ``paused_at`` begins the open pause, if
    there is one, and ``pauses`` are the closed ones.
    """

    definition: DefinitionId = attrs.field(validator=is_id)
    cycle: int = attrs.field(validator=within(1, 1 << 53))
    stage: Stage = attrs.field(default="in_progress", validator=one_of(get_args(Stage)))
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    goal: timedelta
    attached_at: datetime
    attached_by: EventId = attrs.field(validator=is_id)
    started_at: datetime
    original_due_at: datetime | None
    due_at: datetime | None
    next_at: datetime | None
    fired: tuple[tuple[int, datetime], ...] = ()
    paused_at: datetime | None = None
    paused_by: EventId | None = None
    pauses: tuple[Pause, ...] = ()
    business_paused: timedelta = timedelta(0)
    stopped_at: datetime | None = None
    stopped_by: EventId | None = None
    has_breached: bool = False
    breached_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, "attached_at", "started_at", "original_due_at", "due_at", "next_at")
        in_utc(self, "paused_at", "stopped_at", "breached_at")

    @property
    def is_active(self) -> bool:
        """Whether it has not come to an end."""
        return self.stopped_at is None


@attrs.frozen(slots=False)
class SlaState:
    """Every clock of one case, ended ones too, in the order in which they attached; and the last revision they saw."""

    clocks: tuple[SlaClock, ...] = ()
    last: Revision | None = None

    @property
    def active(self) -> tuple[SlaClock, ...]:
        """The clocks that have not ended."""
        return tuple(clock for clock in self.clocks if clock.is_active)
