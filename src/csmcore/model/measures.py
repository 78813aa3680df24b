"""What a promise measures: first response, next reply, resolution and the rest, each as conditions over revisions.

A measure is data: when its clock starts, stands still and stops. Definitions name one, or state conditions of their
own; a policy may add measures of its own. The built-in ones are the metrics that help desks have in common (Zendesk's
names and meanings where it has them), in the states of a case: *pending* is ``awaiting_info``, *on hold* is
``is_blocked``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition, field
from csmcore.errors import InvalidValue
from csmcore.model.fields import is_text, one_of

__all__ = [
    "CLOCK_CONDITIONS",
    "MEASURES",
    "USUAL_MODES",
    "CancelMode",
    "Measure",
    "Recurrence",
    "ResetAction",
    "ResumeMode",
    "check_reset",
]

ResumeMode: TypeAlias = Literal["pause_not_met", "resume_met"]
CancelMode: TypeAlias = Literal["start_not_met", "cancel_met", "never"]
ResetAction: TypeAlias = Literal["complete", "cancel"]
Recurrence: TypeAlias = Literal["cycles", "sequential", "independent", "once"]

CLOCK_CONDITIONS = ("start", "pause", "resume", "stop", "cancel", "reset")
"""The conditions that move a clock."""

USUAL_MODES: Mapping[str, str] = MappingProxyType(
    {
        "when_to_resume": "pause_not_met",
        "when_to_cancel": "start_not_met",
        "reset_action": "complete",
        "recurrence": "cycles",
    }
)
"""How they are read, where nothing else is said."""


@attrs.frozen(kw_only=True)
class Measure:
    """When a clock starts, stands still, goes on, stops, is cancelled and begins anew; ``about`` says it in words."""

    about: str = attrs.field(default="", validator=is_text)
    start: Condition
    pause: Condition | None = None
    resume: Condition | None = None
    stop: Condition | None = None
    cancel: Condition | None = None
    reset: Condition | None = None
    when_to_resume: ResumeMode = attrs.field(default="pause_not_met", validator=one_of(get_args(ResumeMode)))
    when_to_cancel: CancelMode = attrs.field(default="start_not_met", validator=one_of(get_args(CancelMode)))
    reset_action: ResetAction = attrs.field(default="complete", validator=one_of(get_args(ResetAction)))
    recurrence: Recurrence = attrs.field(default="cycles", validator=one_of(get_args(Recurrence)))

    def __attrs_post_init__(self) -> None:
        """Refuse a reset where nothing could begin anew."""
        check_reset(self.reset, self.recurrence)


def check_reset(reset: Condition | None, recurrence: Recurrence | None) -> None:
    """Refuse a reset of clocks that never recur, or of which several run at once. Raises InvalidValue."""
    if reset is not None and recurrence in {"once", "independent"}:
        raise InvalidValue("reset", f"a clock that recurs '{recurrence}' cannot be reset", "leave one of them out")


_LIVE = field("state").is_in("new", "open", "awaiting_info")
_PENDING = field("state") == "awaiting_info"
_DONE = field("state").is_in("resolved", "closed")
_REPLY = (field("event.by") == "agent") & (field("event.is_public") == True)  # noqa: E712 - it builds a condition
_QUESTION = (field("event.by") == "customer") & (field("event.is_public") == True)  # noqa: E712 - likewise
_BLOCKED = field("is_blocked") == True  # noqa: E712 - likewise
_ANSWERED = field("first_response_at").is_not_empty()
_CANCELLED = field("state") == "cancelled"


def _updates(about: str, pause: Condition | None = None) -> Measure:
    """From each public reply of an agent to the next."""
    return Measure(
        about=about,
        start=_REPLY & _LIVE,
        pause=pause,
        stop=_DONE,
        reset=_REPLY,
        cancel=_CANCELLED,
        when_to_cancel="cancel_met",
    )


def _works(about: str, pause: Condition) -> Measure:
    """From the opening to the resolution."""
    return Measure(about=about, start=_LIVE, pause=pause, stop=_DONE)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "first_response": Measure(
            about="from the opening to the first response: an agent's public reply, or a solution; once a case",
            start=_LIVE & field("first_response_at").is_empty(),
            stop=_REPLY | _ANSWERED,
            recurrence="once",
        ),
        "next_reply": Measure(
            about="from the oldest unanswered public word of the customer, after the first response, to a reply",
            start=_QUESTION & _ANSWERED & _LIVE,
            stop=_REPLY,
            cancel=~_LIVE,
            when_to_cancel="cancel_met",
        ),
        "periodic_update": _updates("from each public reply of an agent to the next, or to the resolution"),
        "pausable_update": _updates("as periodic_update, but for the time that the customer takes", _PENDING),
        "requester_wait": _works(
            "the time that the customer waits: new, open and on hold, but not while the customer is asked", _PENDING
        ),
        "agent_work": _works(
            "the time in which agents can work on it: new and open, neither pending nor on hold", _PENDING | _BLOCKED
        ),
        "resolution": _works("from the opening to the resolution, but for the time that the customer takes", _PENDING),
    }
)
"""The built-in measures by name."""
