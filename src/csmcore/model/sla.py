"""Promises about time: what starts, stops and pauses a clock, by which hours it runs, and how long it may."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition, fields_of, satisfiable
from csmcore.conditions import field as of
from csmcore.errors import InvalidValue, LimitExceeded
from csmcore.model.fields import is_id, is_text, one_of, optional
from csmcore.model.goals import Goal, GoalChange
from csmcore.model.ids import DefinitionId
from csmcore.model.measures import (
    CLOCK_CONDITIONS,
    USUAL_MODES,
    CancelMode,
    Measure,
    Recurrence,
    ResetAction,
    ResumeMode,
    check_reset,
)
from csmcore.model.schema import check_field
from csmcore.model.thresholds import Threshold, thresholds

__all__ = ["CUSTOM", "CalendarChange", "DefinitionKind", "OnTime", "Reattach", "SlaDefinition"]

DefinitionKind: TypeAlias = Literal["sla", "ola", "underpinning"]
CalendarChange: TypeAlias = Literal["segments", "last"]
OnTime: TypeAlias = Literal["before", "by"]
Reattach: TypeAlias = Literal["revision", "field"]

CUSTOM = "custom"
"""The measure of a definition that states its conditions itself and has no name for what they measure."""

_MOST = 100  # goals, thresholds, sources


def _few(_: object, field: "attrs.Attribute[Any]", values: tuple[object, ...]) -> None:
    if len(values) > _MOST:
        raise LimitExceeded(field.name, f"{field.name.replace('_', ' ')} in a definition", _MOST)


def _are_text_fields(noun: object, field: "attrs.Attribute[Any]", names: tuple[str, ...]) -> None:
    _few(noun, field, names)
    for index, name in enumerate(names):
        check_field(name, "text", f"{field.name}[{index}]")


def _is_instant_field(_: object, field: "attrs.Attribute[Any]", name: str) -> None:
    check_field(name, "instant", field.name)


@attrs.frozen(kw_only=True)
class SlaDefinition:
    """One promise: when its clock starts, pauses and stops, and how long it may run. A condition not given never holds.

    The rules are ServiceNow's: see `csmcore.rules.evaluate`. A definition without a ``start`` has what its ``measure``
    says, wherever it says nothing itself: one of `MEASURES`, or one of the policy's own. A mode that nobody states
    (None) is the usual one: ``pause_not_met``, ``start_not_met``, ``complete``, ``cycles``.

    Hours: ``calendar`` names one of the policy's (None: all the time counts). The fields in ``calendar_source`` are
    asked before it, in order, and those in ``timezone_source`` for the zone of a floating calendar. When they change
    while the clock runs, each stretch counts under the calendar then in force (``segments``), or all of it under the
    ``last``.

    Goals are tried in order. What a change of goal does: the clock goes on under the new one (``carry``) or counts
    afresh (``restart``); or the goal stays that of the cycle's beginning (``keep``), or of the first cycle's
    (``keep_first``). Done exactly when the goal is used up is late (``on_time = "before"``), or is not (``"by"``).

    ``retroactive_start`` names the field that has the first cycle's start (of every cycle's, with ``reattach_start =
    "field"``); ``retroactive_pause`` counts the pauses since then. ``contractual`` ones run only for cases whose
    contract or entitlement names them. Raises InvalidValue, LimitExceeded.
    """

    __usual__: ClassVar[Mapping[str, object]] = USUAL_MODES

    id: DefinitionId = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    kind: DefinitionKind = attrs.field(default="sla", validator=one_of(get_args(DefinitionKind)))
    measure: str = attrs.field(default=CUSTOM, validator=is_id)
    calendar: str | None = attrs.field(default=None, validator=optional(is_id))
    calendar_source: tuple[str, ...] = attrs.field(default=(), validator=_are_text_fields)
    timezone_source: tuple[str, ...] = attrs.field(default=(), validator=_are_text_fields)
    on_calendar_change: CalendarChange = attrs.field(default="segments", validator=one_of(get_args(CalendarChange)))
    goals: tuple[Goal, ...] = attrs.field(validator=_few)
    start: Condition | None = None
    pause: Condition | None = None
    resume: Condition | None = None
    stop: Condition | None = None
    cancel: Condition | None = None
    reset: Condition | None = None
    when_to_resume: ResumeMode | None = attrs.field(default=None, validator=optional(one_of(get_args(ResumeMode))))
    when_to_cancel: CancelMode | None = attrs.field(default=None, validator=optional(one_of(get_args(CancelMode))))
    reset_action: ResetAction | None = attrs.field(default=None, validator=optional(one_of(get_args(ResetAction))))
    recurrence: Recurrence | None = attrs.field(default=None, validator=optional(one_of(get_args(Recurrence))))
    retroactive_start: str | None = attrs.field(default=None, validator=optional(_is_instant_field))
    reattach_start: Reattach = attrs.field(default="revision", validator=one_of(get_args(Reattach)))
    retroactive_pause: bool = False
    on_goal_change: GoalChange = attrs.field(default="carry", validator=one_of(get_args(GoalChange)))
    on_time: OnTime = attrs.field(default="before", validator=one_of(get_args(OnTime)))
    thresholds: tuple[Threshold, ...] = attrs.field(default=(), converter=thresholds, validator=_few)
    contractual: bool = False

    @goals.validator
    def _some_goal(self, _: "attrs.Attribute[Any]", goals: tuple[Goal, ...]) -> None:
        if not goals:
            raise InvalidValue("goals", "it has none", "give it a goal")
        has_hours = self.calendar is not None or bool(self.calendar_source)
        for index, goal in enumerate(goals):
            if goal.counts == "elapsed" and has_hours:
                hint = "leave the calendar out, or count business time"
                raise InvalidValue(f"goals[{index}].counts", "elapsed time knows no calendar", hint)

    @thresholds.validator
    def _each_once(self, _: "attrs.Attribute[Any]", given: tuple[Threshold, ...]) -> None:
        labels = [threshold.label for threshold in given]
        for index, label in enumerate(labels):
            if label in labels[:index]:
                raise InvalidValue(f"thresholds[{index}]", f"{label} is listed twice", "list each once")

    def __attrs_post_init__(self) -> None:
        """Refuse settings that contradict each other, in a definition that states its conditions itself."""
        if self.measure == CUSTOM and self.start is None:
            raise InvalidValue("start", "it has none", "give it a condition, or name a measure")
        if self.start is not None:
            for mode, usual in USUAL_MODES.items():
                if getattr(self, mode) is None:
                    object.__setattr__(self, mode, usual)
            self._check_settings()

    def _check_settings(self) -> None:
        check_reset(self.reset, self.recurrence)
        if self.start is not None and self.when_to_cancel == "start_not_met" and not _may_last(self.start):
            problem = "`start` holds only at a change or event, so the next revision would cancel the clock"
            raise InvalidValue("when_to_cancel", problem, "write when_to_cancel = 'never' or 'cancel_met'")
        if self.retroactive_pause and (self.retroactive_start is None or self.pause is None):
            missing = "pause" if self.retroactive_start is not None else "retroactive_start"
            raise InvalidValue(missing, "retroactive_pause asks for it", f"give `{missing}`, or leave both out")
        if self.reattach_start == "field" and self.retroactive_start is None:
            raise InvalidValue("retroactive_start", "reattach_start = 'field' asks for it", "name the field")

    def measured_by(self, measure: Measure) -> "SlaDefinition":
        """The definition with what the measure says, wherever it says nothing itself; itself if it has a start."""
        if self.start is not None:
            return self
        blank = [name for name in (*CLOCK_CONDITIONS, *USUAL_MODES) if getattr(self, name) is None]
        return attrs.evolve(self, **{name: getattr(measure, name) for name in blank})

    @property
    def conditions(self) -> tuple[tuple[str, Condition], ...]:
        """Its conditions, each after its place."""
        named = [(name, getattr(self, name)) for name in CLOCK_CONDITIONS]
        named += [(f"goals[{index}].when", goal.when) for index, goal in enumerate(self.goals)]
        return tuple((place, condition) for place, condition in named if condition is not None)

    @property
    def calendars(self) -> tuple[tuple[str, str], ...]:
        """The calendars that it names itself, each after its place."""
        named = [("calendar", self.calendar)]
        named += [(f"goals[{index}].calendar", goal.calendar) for index, goal in enumerate(self.goals)]
        return tuple((place, name) for place, name in named if name is not None)


def _may_last(start: Condition) -> bool:
    """Whether a start condition can hold where nothing changes and nothing happens, or cannot hold at all."""
    names = fields_of(start)
    quiet = [~of(name).changes() for name in names]
    events = [of(name).is_empty() for name in names if name.startswith("event.")]
    try:
        return satisfiable(start, *quiet, *events, first=False) is not None or satisfiable(start) is None
    except InvalidValue:  # it compares fields, or is too large to decide: believed
        return True
