"""One clock of the simulator: what it has counted, what has happened to it, and what it reads.

Instants and durations are whole microseconds, counted on a grid of minutes (`tests.oracle.hours`). Revisions lie on
whole minutes; what happens by itself may fall within one.
"""

from fractions import Fraction
from typing import NamedTuple

from tests.oracle.hours import MINUTE, Hours, instant_after, open_time

__all__ = ["ENDLESS", "Cycle", "Mark", "marks_of"]


ENDLESS = 36_525 * 1440 * MINUTE
"""The goal that names an instant which never comes, because the calendar ends."""


class Mark(NamedTuple):
    """Something that happens once, when the elapsed time is a part of the goal, or so much before or after it."""

    label: str
    percent: int = 100
    shift: int = 0

    def amount(self, goal: int) -> int:
        """The elapsed time at which it happens; a part of a microsecond counts as a whole one."""
        return -(-goal * self.percent // 100) + self.shift


def marks_of(definition: dict) -> list[Mark]:
    """The thresholds of a definition, and the breach: when the goal is used up, or a microsecond later."""
    marks = [Mark("breach", shift=1 if definition.get("on_time") == "by" else 0)]
    for threshold in definition.get("thresholds", ()):
        if isinstance(threshold, int):
            marks.append(Mark(f"{threshold}%", percent=threshold))
        elif "before_due" in threshold:
            minutes = threshold["before_due"]
            marks.append(Mark(f"due-{written(minutes)}", shift=-minutes * MINUTE))
        else:
            minutes = threshold["after_due"]
            marks.append(Mark(f"due+{written(minutes)}", shift=minutes * MINUTE))
    return marks


def written(minutes: int) -> str:
    """So many minutes as documents write them."""
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


class Cycle:
    """One clock. ``opens`` are the open minutes as they count for it, whichever calendar each lay under."""

    number = 1
    goal_index = 0

    def __init__(self, definition: dict, promise: dict, hours: Hours, at: int, started_at: int) -> None:
        """Start counting."""
        self.all_marks, self.hours, self.opens = marks_of(definition), hours, hours.opens
        self.attached_at, self.started_at, self.now = at, started_at, started_at
        self.stage = "in_progress"
        self.paused_at: int | None = None
        self.stopped_at: int | None = None
        self.pauses: list[tuple[int, int]] = []
        self.fired: dict[str, int] = {}
        self.breached_at: int | None = None
        self.due_when_breached: int | None = None
        self.goal = ENDLESS
        self.target: int | None = None
        self.notes: set[str] = set()  # what it lived through, to be counted by
        self.take(promise, started_at)
        self.original_due = self.due()

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.stopped_at is None

    # --- counting ----------------------------------------------------------------------------------------------------

    def stretches(self, now: int | None) -> list[tuple[int, int]]:
        """The pauses since the start, from and until when; the open one until ``now``, or left out."""
        pauses = list(self.pauses)
        if self.paused_at is not None and now is not None:
            pauses.append((self.paused_at, now))
        clipped = ((max(begun, self.started_at), until) for begun, until in pauses)
        return [(begun, until) for begun, until in clipped if begun < until]

    def rested(self, since: int, now: int | None) -> int:
        """The open time in the pauses, as far as they lie after an instant."""
        return sum(open_time(self.opens, max(begun, since), until) for begun, until in self.stretches(now))

    def elapsed(self, now: int) -> int:
        """The open time since the start that lay in no pause."""
        return open_time(self.opens, self.started_at, now) - self.rested(self.started_at, now)

    def wall_paused(self, now: int | None) -> int:
        """The real time in the pauses."""
        return sum(until - begun for begun, until in self.stretches(now))

    def due(self, now: int | None = None) -> int | None:
        """When the goal is used up if there is no pause but those so far: the closed ones, or the open one too.

        A target is moved by the open time of the pauses since it was set. None beyond the grid.
        """
        if "minutes" in self.promise:
            return instant_after(self.opens, self.started_at, self.goal + self.rested(self.started_at, now))
        if self.target is None:
            return None
        return instant_after(self.opens, self.target, self.rested(self.set_at, now) if self.is_moved else 0)

    # --- the goal ----------------------------------------------------------------------------------------------------

    def take(self, promise: dict, since: int) -> None:
        """Take a goal, whose target, if it names one, is moved by pauses from an instant on."""
        self.promise, self.set_at = promise, since
        self.is_moved = promise.get("moved_by_pauses", True)
        self.aim()

    def aim(self) -> None:
        """Reckon the instant that the goal names, if it names one, and the elapsed time there will be then."""
        if "minutes" in self.promise:
            self.target, self.goal = None, self.promise["minutes"] * MINUTE
            return
        self.target, self.goal = self.hours.target(self.promise, self.started_at), ENDLESS
        if self.target is not None:
            if self.is_moved:  # by the pauses since it was set; those before take from the time there is
                rested = self.rested(self.started_at, self.now) - self.rested(self.set_at, self.now)
            else:  # all that are over take from it, as far as they lay before the target
                rested = self.rested(self.started_at, None) - self.rested(self.target, None)
            self.goal = max(0, open_time(self.opens, self.started_at, self.target) - rested)

    def change_hours(self, hours: Hours, at: int, mode: str) -> None:
        """Count under another calendar: from now on, or all there was since the start too."""
        minute = at // MINUTE
        self.opens = hours.opens if mode == "last" else self.opens[:minute] + hours.opens[minute:]
        self.hours = hours
        self.notes.add(f"calendar changed: {mode}")
        self.aim()

    def change_promise(self, promise: dict, at: int, mode: str) -> None:
        """Another goal: carry what has been counted, or count afresh."""
        self.notes.add(f"goal changed: {mode}")
        if mode == "restart":
            self.started_at, self.now, self.pauses = at, at, []
            self.paused_at = None if self.paused_at is None else at
        self.take(promise, at if "due_field" in promise else self.started_at)

    # --- what happens ------------------------------------------------------------------------------------------------

    def marks(self) -> list[Mark]:
        """What is still to happen."""
        return [
            mark
            for mark in self.all_marks
            if (self.breached_at is None if mark.label == "breach" else mark.label not in self.fired)
        ]

    def instant(self, mark: Mark) -> int | None:
        """When it happens if the clock goes on as it does: now, if it should have happened already.

        Up to a target it is when so much time has elapsed; from there on, so much open time after the due date.
        """
        amount, now = mark.amount(self.goal), max(self.now, self.started_at)
        if self.target is None or amount < self.goal:
            return instant_after(self.opens, now, amount - self.elapsed(now))
        due = self.due()
        found = None if due is None else instant_after(self.opens, due, amount - self.goal)
        return None if found is None else max(found, now)

    def live(self, until: int) -> None:
        """Live until an instant: what falls due up to it happens, each at its own instant."""
        if self.stage == "in_progress":
            for mark in self.marks():
                at = self.instant(mark)
                if at is not None and at <= until:
                    self.happen(mark, at)
        self.now = max(self.now, until)

    def happen(self, mark: Mark, at: int) -> None:
        """Note a threshold, or the breach."""
        if mark.label == "breach":
            self.breached_at, self.due_when_breached = at, self.due()
        else:
            self.fired[mark.label] = at

    def pause(self, at: int) -> None:
        """Stand still."""
        self.stage, self.paused_at = "paused", at

    def resume(self, at: int) -> None:
        """Go on; a pause without length leaves no trace. What should have happened meanwhile happens now."""
        self.pauses = self.stretches(at)
        self.stage, self.paused_at = "in_progress", None
        if not self.is_moved:
            self.aim()
        self.live(at)

    def end(self, stage: str, at: int) -> None:
        """Come to an end, leaving the pause first."""
        if self.stage == "paused":
            self.resume(at)
        self.stage, self.stopped_at = stage, at

    # --- what it reads -----------------------------------------------------------------------------------------------

    def next_at(self) -> int | None:
        """When something happens by itself; None if nothing does, on the grid."""
        if self.stage != "in_progress":
            return None
        return min((at for mark in self.marks() if (at := self.instant(mark)) is not None), default=None)

    def instants(self, now: int) -> dict[str, int | None]:
        """The instants that a reading has; of a clock that has ended, as of its end."""
        now = now if self.stopped_at is None else self.stopped_at
        is_paused, has_breached = self.paused_at is not None, self.breached_at is not None
        return {
            "attached_at": self.attached_at,
            "started_at": self.started_at,
            "stopped_at": self.stopped_at,
            "paused_at": self.paused_at,
            "breached_at": self.breached_at,
            "original_due_at": self.original_due,
            "due_at": self.due_when_breached if has_breached else None if is_paused else self.due(),
            "derived_end_at": self.due(),
            "due_if_resumed_now": self.due(now) if is_paused else None,
            "next_at": self.next_at(),
        }

    def durations(self, now: int) -> dict[str, int | None]:
        """The durations that a reading has."""
        now = now if self.stopped_at is None else self.stopped_at
        elapsed, wall_paused, end = self.elapsed(now), self.wall_paused(now), self.due()
        left = self.goal - elapsed
        ran_until = max(now if self.paused_at is None else self.paused_at, self.started_at)
        return {
            "goal": self.goal,
            "elapsed": elapsed,
            "paused": self.rested(self.started_at, now),
            "remaining": left,
            "overdue": max(0, -left),
            "time_left": max(0, left),
            "wall_elapsed": max(0, now - self.started_at) - wall_paused,
            "wall_paused": wall_paused,
            "wall_remaining": None if end is None else end - ran_until,
        }

    def percent(self, now: int) -> Fraction:
        """The part of the goal that has elapsed; without a goal to divide by, all or nothing."""
        if self.goal > 0:
            return Fraction(100 * self.elapsed(now if self.stopped_at is None else self.stopped_at), self.goal)
        return Fraction(0 if self.breached_at is None else 100)

    def wall_percent(self, now: int) -> Fraction | None:
        """The real time that has elapsed, as a part of that from the start to the due date less the closed pauses.

        Where that is nothing, less their open time; where that is nothing too, all or nothing.
        """
        elapsed, end = self.durations(now)["wall_elapsed"], self.due()
        if end is None or elapsed is None:
            return None
        for pauses in (self.wall_paused(None), self.rested(self.started_at, None)):
            if end - self.started_at > pauses:
                return Fraction(100 * elapsed, end - self.started_at - pauses)
        return Fraction(100 if elapsed > 0 else 0)
