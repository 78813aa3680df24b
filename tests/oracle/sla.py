"""SLA clocks counted minute by minute: slow, plain, and without a line of csmcore.

It walks through a history, asks of every minute whether it is open, and counts. The rules are those of ServiceNow as
the project settled them, for one definition at a time, since clocks do not know of each other.

A definition and its conditions are plain dicts, a record is a dict of fields. A revision's ``at`` and the lengths of
goals and thresholds are whole minutes; instants in the fields of a record, and all answers, are microseconds since the
start of the grid.
"""

from collections.abc import Callable
from operator import eq, ge, le
from typing import Any, NamedTuple, TypeAlias

from tests.oracle.hours import MINUTE, Hours
from tests.oracle.measures import measured
from tests.oracle.sla_cycle import Cycle

__all__ = ["HoursOf", "holds", "simulate"]

HoursOf: TypeAlias = Callable[[str | None, str | None], Hours | None]
"""The hours of a calendar by its name (None: around the clock), in a zone where it has none; None: there is none."""


# --- conditions ------------------------------------------------------------------------------------------------------


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


class Moment(NamedTuple):
    """A revision: when, its record, and the record before it ({} before the first)."""

    at: int
    now: dict
    before: dict


# --- a definition's way through a history ----------------------------------------------------------------------------


def simulate(definition: dict, revisions: list[dict], hours_of: HoursOf, as_of: int) -> list[Cycle]:
    """The cycles of one definition as of a minute, from revisions in order that have all their fields."""
    course, before = Course(measured(definition), hours_of), dict[str, Any]()
    for revision in revisions:
        if revision["at"] <= as_of:
            course.see(Moment(revision["at"] * MINUTE, revision["fields"], before))
            before = revision["fields"]
    for cycle in course.active():
        cycle.live(as_of * MINUTE)
    return course.cycles


class Shadow:
    """A clock before there is one: it only remembers when it would have been paused."""

    def __init__(self) -> None:
        """Begin in progress."""
        self.stage = "in_progress"
        self.begun = 0
        self.pauses: list[tuple[int, int]] = []

    def pause(self, at: int) -> None:
        """Stand still."""
        self.stage, self.begun = "paused", at

    def resume(self, at: int) -> None:
        """Go on."""
        self.stage = "in_progress"
        self.pauses.append((self.begun, at))


class Course:
    """One definition and its cycles, as revisions come."""

    def __init__(self, definition: dict, hours_of: HoursOf) -> None:
        """Nothing has been seen yet."""
        self.definition, self.hours_of = definition, hours_of
        self.cycles: list[Cycle] = []
        self.shadow = Shadow()
        self.first_goal: int | None = None

    def active(self) -> list[Cycle]:
        """The cycles that have not ended, in order."""
        return [cycle for cycle in self.cycles if cycle.is_active]

    def is_so(self, condition: str, moment: Moment) -> bool:
        """Whether one of the definition's conditions holds."""
        return holds(self.definition.get(condition), moment.now, moment.before)

    def see(self, moment: Moment) -> None:
        """What a revision does: the active cycles are caught up, perhaps one attaches, then each acts."""
        were_active = self.active()
        for cycle in were_active:
            cycle.live(moment.at)
        if self.attaches(moment):
            self.attach(moment)
        active = self.active()
        for cycle in active:
            cycle.notes |= {"several at once"} if len(active) > 1 else set()
            self.act(cycle, moment, is_new=cycle not in were_active)
        if self.active() or were_active:
            self.shadow = Shadow()
        else:
            self.pause_or_resume(self.shadow, moment)

    # --- attaching ---------------------------------------------------------------------------------------------------

    def is_attachable(self, moment: Moment) -> bool:
        """Whether a clock may start, whatever others there are."""
        is_cancelled = self.definition.get("when_to_cancel") == "cancel_met" and self.is_so("cancel", moment)
        may_start = self.is_so("start", moment) and not self.is_so("stop", moment) and not is_cancelled
        return may_start and self.is_let_run(moment) and self.fitting_goal(moment) is not None

    def attaches(self, moment: Moment) -> bool:
        """Whether a clock starts, as far as the recurrence allows."""
        recurrence = self.definition.get("recurrence", "cycles")
        is_free = {
            "cycles": not self.active(),
            "once": not self.cycles,
            "sequential": not self.active() and self.rises(moment),
            "independent": self.rises(moment),
        }
        return is_free[recurrence] and self.is_attachable(moment)

    def rises(self, moment: Moment) -> bool:
        """Whether the start condition holds now, and did not while the record before stood still."""
        still = {name: value for name, value in moment.before.items() if not name.startswith("event.")}
        did_hold = bool(moment.before) and holds(self.definition["start"], still, still)
        return self.is_so("start", moment) and not did_hold

    def attach(self, moment: Moment) -> Cycle:
        """A new cycle; one that started earlier lives through what has been till now."""
        index = self.fitting_goal(moment)
        assert index is not None
        self.first_goal = index if self.first_goal is None else self.first_goal
        field = self.definition.get("retroactive_start")
        is_from_field = bool(field) and (not self.cycles or self.definition.get("reattach_start") == "field")
        found = moment.now.get(field) if is_from_field else None
        started_at = found if isinstance(found, int) else moment.at
        promise = self.promise(index, moment)
        hours = self.chosen_hours(promise, moment)
        cycle = Cycle(self.definition, promise, hours, moment.at, started_at)
        cycle.number, cycle.goal_index = len(self.cycles) + 1, index
        if is_from_field and self.definition.get("retroactive_pause"):
            self.replay(cycle, self.shadow)
            cycle.notes |= {"retroactive pause"} if cycle.pauses or cycle.paused_at is not None else set()
        cycle.live(moment.at)
        self.shadow = Shadow()
        self.cycles.append(cycle)
        return cycle

    def replay(self, cycle: Cycle, shadow: Shadow) -> None:
        """Let the cycle live through the pauses that were before it was attached, as far as it had started."""
        for begun, until in shadow.pauses:
            if max(begun, cycle.started_at) < until:
                cycle.live(max(begun, cycle.started_at))
                cycle.pause(max(begun, cycle.started_at))
                cycle.live(until)
                cycle.resume(until)
        if shadow.stage == "paused":  # of a start to come it is already paused
            begun = min(max(shadow.begun, cycle.started_at), cycle.attached_at)
            cycle.live(begun)
            cycle.pause(begun)

    def is_let_run(self, moment: Moment) -> bool:
        """Whether the contract lets it run: a contractual one must be named, another must not be shut out."""
        record = moment.now
        if self.definition.get("contractual"):
            named = [
                *(record.get("contract.sla_definitions") or []),
                *(record.get("entitlement.sla_definitions") or []),
            ]
            return self.definition["id"] in named
        return record.get("contract") is None or record.get("contract.runs_non_contractual") is True

    # --- goals and calendars -----------------------------------------------------------------------------------------

    def fitting_goal(self, moment: Moment) -> int | None:
        """The number of the first goal that is for this record; under keep_first always that of the first cycle."""
        if self.definition.get("on_goal_change") == "keep_first" and self.first_goal is not None:
            return self.first_goal
        for index, goal in enumerate(self.definition["goals"]):
            if goal.get("when") is None or holds(goal["when"], moment.now, moment.before):
                return index
        return None

    def promise(self, index: int, moment: Moment) -> dict:
        """What a goal promises: not for which cases it is, but the value of its field, if that is an instant.

        Where elapsed time counts there is no calendar, so that it is the same promise as open time.
        """
        goal = self.definition["goals"][index]
        promise = {name: value for name, value in goal.items() if name not in {"when", "counts"}}
        if "due_field" in promise:
            value = moment.now.get(promise["due_field"])
            promise["value"] = value if isinstance(value, int) else None
        return promise

    def chosen_hours(self, promise: dict, moment: Moment) -> Hours:
        """The hours that count: those the goal names, else those that the record does, else the definition's own."""
        named = promise.get("calendar") or first_of(self.definition.get("calendar_source", ()), moment.now)
        zone = first_of(self.definition.get("timezone_source", ()), moment.now)
        found = self.hours_of(named, zone) if named else None
        found = found or self.hours_of(self.definition.get("calendar"), zone)
        assert found is not None
        return found

    def choose_again(self, cycle: Cycle, moment: Moment) -> None:
        """Choose goal and calendar of an active cycle anew; under keep and keep_first the goal stays as it is.

        Where no goal fits the last one stays, but if it is a due date of the case that date may change.
        """
        promise, mode = cycle.promise, self.definition.get("on_goal_change", "carry")
        if mode in {"carry", "restart"}:
            index = self.fitting_goal(moment)
            cycle.goal_index = cycle.goal_index if index is None else index
            promise = self.promise(cycle.goal_index, moment)
        hours = self.chosen_hours(promise, moment)
        is_same = hours is cycle.hours and promise == cycle.promise
        if hours is not cycle.hours:
            cycle.change_hours(hours, moment.at, self.definition.get("on_calendar_change", "segments"))
        if promise != cycle.promise:
            cycle.change_promise(promise, moment.at, mode)
        if not is_same:
            cycle.live(moment.at)

    # --- the rules ---------------------------------------------------------------------------------------------------

    def act(self, cycle: Cycle, moment: Moment, *, is_new: bool) -> None:
        """The first rule that applies to an active cycle."""
        if not is_new:
            self.choose_again(cycle, moment)
        if self.is_so("stop", moment):
            cycle.end("completed", moment.at)
        elif self.is_so("reset", moment) and self.is_attachable(moment) and not is_new:
            cycle.end("cancelled" if self.definition.get("reset_action") == "cancel" else "completed", moment.at)
            self.pause_or_resume(self.attach(moment), moment)
        elif self.is_cancelled(moment):
            cycle.end("cancelled", moment.at)
        else:
            self.pause_or_resume(cycle, moment)

    def is_cancelled(self, moment: Moment) -> bool:
        """Whether an active cycle is cancelled."""
        may_run = self.is_let_run(moment)
        return {
            "never": False,
            "cancel_met": self.is_so("cancel", moment) or not may_run,
            "start_not_met": not self.is_so("start", moment) or not may_run,
        }[self.definition.get("when_to_cancel", "start_not_met")]

    def pause_or_resume(self, clock: Cycle | Shadow, moment: Moment) -> None:
        """Rule 4: pause and resume both true change nothing."""
        pauses = self.is_so("pause", moment)
        resumes = self.is_so("resume", moment) if self.definition.get("when_to_resume") == "resume_met" else not pauses
        if clock.stage == "in_progress" and pauses and not resumes:
            clock.pause(moment.at)
        elif clock.stage == "paused" and resumes and not pauses:
            clock.resume(moment.at)


def first_of(names: list[str] | tuple[str, ...], record: dict) -> Any:
    """The first value of these fields that is not empty; None if all are."""
    return next((record[name] for name in names if record.get(name) not in {None, ""}), None)
