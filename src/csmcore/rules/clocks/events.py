"""What clocks have done between two states, as events to be."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from csmcore.model import EventKind, SlaClock, SlaState
from csmcore.rules.cases.steps import Happening
from csmcore.rules.clocks.plan import Plan

__all__ = ["clock_happenings"]


class _Turn(NamedTuple):
    """One thing that a clock did; a threshold says which."""

    at: datetime
    kind: EventKind
    threshold: str | None = None


def clock_happenings(plan: Plan, before: SlaState, after: SlaState, now: datetime) -> list[Happening]:
    """Everything that happened to the clocks from one state to the next, in the order of its instants.

    ``details`` name the definition and cycle, and ``at``: when it happened, which a late tick notices only ``now``; of
    a threshold also its label, its percent if it has one, and its escalation ``level``.
    """
    turns: list[tuple[_Turn, SlaClock]] = []
    known = len(before.clocks)
    for index, clock in enumerate(after.clocks):
        old = before.clocks[index] if index < known else None
        if clock is not old:
            turns += [(turn, clock) for turn in _turns(old, clock, now)]
    turns.sort(key=lambda turn: turn[0].at)
    return [Happening(turn.kind, {}, _details(plan, turn, clock)) for turn, clock in turns]


def _turns(old: SlaClock | None, new: SlaClock, now: datetime) -> Iterator[_Turn]:
    if old is None:
        yield _Turn(new.attached_at, "clock_attached")
    elif old.target_at != new.target_at or (new.target_at is None and old.goal != new.goal):
        yield _Turn(now, "goal_changed")
    for label, at in new.fired:
        if old is None or (label, at) not in old.fired:
            yield _Turn(at, "threshold_reached", label)
    if new.breached_at is not None and (old is None or old.breached_at is None):
        yield _Turn(new.breached_at, "clock_breached")
    was_paused = old is not None and old.stage == "paused"
    if new.stopped_at is not None:
        yield _Turn(new.stopped_at, "clock_completed" if new.stage == "completed" else "clock_cancelled")
    elif new.paused_at is not None and not was_paused:
        yield _Turn(new.paused_at, "clock_paused")
    elif was_paused and new.paused_at is None:
        yield _Turn(now, "clock_resumed")


def _details(plan: Plan, turn: _Turn, clock: SlaClock) -> dict[str, object]:
    details: dict[str, object] = {
        "definition": clock.definition,
        "cycle": clock.cycle,
        "at": turn.at,
        "due_at": clock.due_at,
    }
    if turn.threshold is None:
        return details
    (threshold,) = (each for each in plan.definition(clock).definition.thresholds if each.label == turn.threshold)
    percent = {} if threshold.percent is None else {"percent": threshold.percent}
    return {**details, "threshold": threshold.label, "level": threshold.level, **percent}
