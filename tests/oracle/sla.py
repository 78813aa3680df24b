"""SLA clocks counted minute by minute: slow, plain, and without a line of csmcore.

It walks through a history, asks of every minute whether it is open, and counts. It never adds a duration to an
instant: that a goal is used up is seen when the count gets there, also for what lies ahead. The rules are those of
ServiceNow as the project settled them, for one definition at a time, since clocks do not know of each other.

A definition and its conditions are plain dicts, a record is a dict of fields, an instant is a whole minute counted from
the start of ``opens``, which holds 1 for each open minute and 0 for each closed one. A threshold may fall within a
minute, on a hundredth of it, so the instants of thresholds are counted in hundredths of minutes.
"""

from collections.abc import Callable
from operator import eq, ge, le
from typing import Any

__all__ = ["Cycle", "holds", "simulate"]


def holds(condition: dict | None, now: dict, before: dict) -> bool:
    """Whether a condition is true of a record and the one before it; no condition never is."""
    if condition is None:
        return False
    if "all" in condition:
        return all(holds(part, now, before) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, now, before) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], now, before)
    name = condition["field"]
    return answer(condition["op"], now.get(name), before.get(name), condition.get("value"))


def answer(op: str, value: Any, was: Any, wanted: Any) -> bool:
    """What an operator says of a field's value now and before, and the condition's constant; None is null."""
    if op.startswith("changes"):
        is_meant = {"changes": True, "changes_to": value == wanted, "changes_from": was == wanted}[op]
        return value != was and is_meant
    if op in {"ne", "not_in", "is_not_empty"}:
        return not answer({"ne": "eq", "not_in": "in", "is_not_empty": "is_empty"}[op], value, was, wanted)
    if op == "is_empty" or value is None:
        return op == "is_empty" and value in {None, ""}
    return bool({"eq": eq, "le": le, "ge": ge, "in": is_in}[op](value, wanted))


def is_in(value: object, values: list) -> bool:
    """Whether a value is listed."""
    return value in values


def simulate(definition: dict, revisions: list[dict], opens: bytes, as_of: int) -> list["Cycle"]:
    """The cycles of one definition as of an instant, from revisions in order that have all their fields."""
    cycles: list[Cycle] = []
    before: dict = {}
    clock = 0
    for revision in revisions:
        if revision["at"] <= as_of:
            for cycle in cycles:
                cycle.pass_time(clock, revision["at"])
            clock = revision["at"]
            act(definition, cycles, opens, revision, before)
            before = revision["fields"]
    for cycle in cycles:
        cycle.pass_time(clock, as_of)
    return cycles


def act(definition: dict, cycles: list["Cycle"], opens: bytes, revision: dict, before: dict) -> None:
    """What a revision does: attach where nothing is active, then the first rule that applies to the active cycle."""
    now, at = revision["fields"], revision["at"]

    def is_so(condition: str) -> bool:
        return holds(definition.get(condition), now, before)

    mode = definition.get("when_to_cancel", "start_not_met")
    goal = chosen_goal(definition, now, before)
    may_run = is_let_run(definition, now)
    is_attachable = (
        is_so("start")
        and not is_so("stop")
        and not (mode == "cancel_met" and is_so("cancel"))
        and may_run
        and goal is not None
    )

    is_new = False
    if is_attachable and not (cycles and cycles[-1].is_active):
        cycles.append(Cycle(len(cycles) + 1, goal, at, definition.get("thresholds", ()), opens))
        is_new = True
    if not (cycles and cycles[-1].is_active):
        return
    cycle = cycles[-1]
    if goal is not None and goal != cycle.goal:
        cycle.change_goal(goal, at, definition.get("on_goal_change", "carry"))

    is_cancelled = {
        "never": False,
        "cancel_met": is_so("cancel") or not may_run,
        "start_not_met": not (is_so("start") and not is_so("stop")) or not may_run,
    }[mode]
    if is_so("stop"):
        cycle.end("completed", at)
    elif is_so("reset") and is_attachable and not is_new:
        cycle.end("cancelled" if definition.get("reset_action") == "cancel" else "completed", at)
        cycles.append(Cycle(len(cycles) + 1, goal, at, definition.get("thresholds", ()), opens))
        pause_or_resume(definition, cycles[-1], is_so, at)
    elif is_cancelled:
        cycle.end("cancelled", at)
    else:
        pause_or_resume(definition, cycle, is_so, at)


def pause_or_resume(definition: dict, cycle: "Cycle", is_so: Callable[[str], bool], at: int) -> None:
    """Rule 4: pause and resume both true change nothing."""
    pauses = is_so("pause")
    resumes = is_so("resume") if definition.get("when_to_resume") == "resume_met" else not pauses
    if cycle.stage == "in_progress" and pauses and not resumes:
        cycle.pause(at)
    elif cycle.stage == "paused" and resumes and not pauses:
        cycle.resume(at)


def chosen_goal(definition: dict, now: dict, before: dict) -> int | None:
    """The minutes of the first goal that is for this record; a goal without a condition is for all."""
    for goal in definition["goals"]:
        if goal.get("when") is None or holds(goal["when"], now, before):
            return goal["minutes"]
    return None


def is_let_run(definition: dict, now: dict) -> bool:
    """Whether the contract lets the definition run: a contractual one must be named, another must not be shut out."""
    if definition.get("contractual"):
        named = [*(now.get("contract.sla_definitions") or []), *(now.get("entitlement.sla_definitions") or [])]
        return definition["id"] in named
    return now.get("contract") is None or now.get("contract.runs_non_contractual") is True


class Cycle:
    """One clock, with everything counted in minutes as they pass."""

    def __init__(self, number: int, goal: int | None, at: int, thresholds: tuple[int, ...], opens: bytes) -> None:
        """Start counting."""
        assert goal is not None
        self.number, self.goal, self.thresholds, self.opens = number, goal, thresholds, opens
        self.attached_at = self.started_at = at
        self.stage, self.elapsed, self.rested, self.wall_elapsed, self.wall_rested = "in_progress", 0, 0, 0, 0
        self.paused_at: int | None = None
        self.stopped_at: int | None = None
        self.breached_at: int | None = None
        self.due_when_breached: int | None = None
        self.fired: dict[int, int] = {}
        self.pauses: list[tuple[int, int, int]] = []
        self.original_due = self.used_up(at, 100 * goal)

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.stopped_at is None

    def pass_time(self, start: int, end: int) -> None:
        """The minutes from ``start`` to ``end`` pass, one by one."""
        if self.stage == "paused":
            self.wall_rested += end - start
            self.rested += sum(self.opens[start:end])
        elif self.stage == "in_progress":
            self.wall_elapsed += end - start
            mark = self.next_mark()
            for minute in range(start, end):
                if self.opens[minute]:
                    self.elapsed += 1
                    if 100 * self.elapsed >= mark:
                        self.reach_marks(minute)
                        mark = self.next_mark()

    def marks(self) -> list[int]:
        """The percents of the goal at which something is still to happen: thresholds, and the breach at 100."""
        return [percent for percent in self.thresholds if percent not in self.fired] + (
            [100] if self.breached_at is None else []
        )

    def next_mark(self) -> float:
        """The count, in hundredths of minutes, at which something happens next."""
        return min((percent * self.goal for percent in self.marks()), default=float("inf"))

    def reach_marks(self, minute: int) -> None:
        """In this open minute, which has just been counted, thresholds or the breach fell due."""
        before = 100 * (self.elapsed - 1)
        for percent in self.marks():
            if percent * self.goal <= 100 * self.elapsed:
                self.happen(percent, 100 * minute + percent * self.goal - before, minute + 1)

    def happen(self, percent: int, hundredth: int, due: int | None) -> None:
        """Note a threshold, or the breach, or both."""
        if percent in self.thresholds and percent not in self.fired:
            self.fired[percent] = hundredth
        if percent == 100 and self.breached_at is None:
            self.breached_at, self.due_when_breached = hundredth // 100, due

    def look_again(self, at: int) -> None:
        """After a change of goal, or of the stage, what is used up already counts from now."""
        for percent in self.marks():
            if self.stage == "in_progress" and percent * self.goal <= 100 * self.elapsed:
                due = self.used_up(self.started_at, 100 * (self.goal + self.rested))
                self.happen(percent, 100 * at, None if due is None else due // 100)

    def pause(self, at: int) -> None:
        """Stand still."""
        self.stage, self.paused_at = "paused", at
        self.rested_before_pause = self.rested

    def resume(self, at: int) -> None:
        """Go on; a pause without length leaves no trace."""
        if self.paused_at is not None and self.paused_at < at:
            self.pauses.append((self.paused_at, at, self.rested - self.rested_before_pause))
        self.stage, self.paused_at = "in_progress", None
        self.look_again(at)

    def change_goal(self, goal: int, at: int, mode: str) -> None:
        """Another goal fits now: carry what has been counted, keep the old goal, or count afresh."""
        if mode == "keep":
            return
        self.goal = goal
        if mode == "restart":
            self.started_at, self.elapsed, self.rested, self.wall_elapsed, self.wall_rested = at, 0, 0, 0, 0
            self.pauses = []
            if self.stage == "paused":
                self.pause(at)
        self.look_again(at)

    def end(self, stage: str, at: int) -> None:
        """Come to an end, leaving the pause first."""
        if self.stage == "paused":
            self.resume(at)
        self.stage, self.stopped_at = stage, at

    def used_up(self, start: int, hundredths: int) -> int | None:
        """The instant, in hundredths, at which so much open time has passed since ``start``; None beyond the grid."""
        for minute in range(start, len(self.opens)):
            if self.opens[minute]:
                if hundredths <= 100:
                    return 100 * minute + hundredths
                hundredths -= 100
        return None

    def ahead(self, now: int) -> int | None:
        """The next threshold or breach, in hundredths, if nothing comes between; None if there is none on the grid."""
        if self.stage != "in_progress" or not self.marks():
            return None
        return self.used_up(now, int(self.next_mark()) - 100 * self.elapsed)
