"""Every clock of a case as a fold over its history: replay, audit, what-if and live operation are one piece of code.

At each revision, in ServiceNow's order: the clocks are first brought up to its instant (thresholds and breaches up to
and including it). Then each definition attaches a clock if *start* and not *stop* (nor *cancel*) holds, its
``recurrence`` admits another and the case's contract lets it run. Then each active clock, one just attached too, has
its goal and its hours chosen again, and does the first of these that applies: it completes (*stop*); is *reset*, which
ends it and attaches the next; is cancelled (as ``when_to_cancel`` says, or because the contract no longer lets it run);
pauses or goes on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from csmcore.calendars import as_utc
from csmcore.conditions import Record, same
from csmcore.errors import InvalidValue
from csmcore.model import Pause, Reason, Revision, SlaClock, SlaState, Standstill
from csmcore.rules.candidates import bits
from csmcore.rules.clock import WorkingClock, side_of
from csmcore.rules.due import instant_in
from csmcore.rules.plan import CompiledDefinition, Plan

__all__ = ["advance", "evaluate", "next_deadline", "not_running", "tick"]

_ZERO = timedelta(0)


def evaluate(plan: Plan, revisions: Iterable[Revision], as_of: datetime) -> SlaState:
    """The clocks of a case with this history, as of an instant: what happens then is included, what comes later unseen.

    Law: stepping equals replay. ``evaluate(plan, [*history, revision], as_of)`` is ``tick(plan, advance(plan,
    evaluate(plan, history, t), revision), as_of)``, for any ``t`` up to the revision. Raises InvalidValue for revisions
    that are out of order.
    """
    fold, until = _Fold(plan, SlaState()), as_utc(as_of)
    for revision in revisions:
        if revision.at > until:
            break
        fold.step(revision)
    fold.catch_up(until)
    return fold.state()


def advance(plan: Plan, state: SlaState, revision: Revision) -> SlaState:
    """The clocks after one more revision. Raises InvalidValue if it is not later than the last."""
    fold = _Fold(plan, state)
    fold.step(revision)
    return fold.state()


def tick(plan: Plan, state: SlaState, now: datetime) -> SlaState:
    """The clocks brought up to an instant: what was due by then has happened. The same state where nothing has."""
    until = as_utc(now)
    for clock in state.clocks:
        plan.definition(clock)
    if all(clock.next_at is None or clock.next_at > until for clock in state.clocks):
        return state
    fold = _Fold(plan, state)
    fold.catch_up(until)
    return fold.state()


def next_deadline(plan: Plan, state: SlaState, now: datetime) -> datetime | None:
    """The next instant after ``now`` at which something happens by itself, so that a host sets one timer.

    None: nothing will. Nothing happens by itself to a clock that is paused or has ended.
    """
    return min((clock.next_at for clock in tick(plan, state, now).clocks if clock.next_at is not None), default=None)


class _Fold:
    """The clocks of a case while revisions pass: those that nothing has touched are still as they were kept."""

    def __init__(self, plan: Plan, state: SlaState) -> None:
        self.plan = plan
        self.clocks: list[SlaClock | WorkingClock] = list(state.clocks)
        self.last = state.last
        self.standstills = {each.definition: each for each in state.standstills}
        self.cycles: dict[int, int] = {}
        self.active: dict[int, list[int]] = {}
        for place, clock in enumerate(state.clocks):
            number = plan.definition(clock).number
            self.cycles[number] = clock.cycle
            if clock.stopped_at is None:
                self.active.setdefault(number, []).append(place)

    def state(self) -> SlaState:
        """What there is to keep."""
        clocks = tuple(clock.kept() if isinstance(clock, WorkingClock) else clock for clock in self.clocks)
        standstills = self.standstills
        if len(standstills) > 1:
            standstills = {name: standstills[name] for name in self.plan.definitions if name in standstills}
        return SlaState(clocks, self.last, tuple(standstills.values()))

    def catch_up(self, until: datetime) -> None:
        """Let what is due by then happen."""
        for place, clock in enumerate(self.clocks):
            if clock.next_at is not None and clock.next_at <= until:
                self.working(place).catch_up(until)

    def step(self, revision: Revision) -> None:
        """Let one more revision act."""
        last, plan, now = self.last, self.plan, revision.fields
        if last is not None and (revision.at < last.at or revision.sequence <= last.sequence):
            problem = f"{revision.event_id} is not later than {last.event_id}"
            raise InvalidValue("revision", problem, "give revisions in order")
        before = None if last is None else last.fields
        self.catch_up(revision.at)
        awake = plan.candidates.everyone if before is None else plan.watchful | _readers(plan, now, before)
        running = plan.candidates.running(now) if awake else 0
        may_start = plan.candidates.starting(now) & running if awake else 0
        has_clock = 0
        for number in self.active:
            has_clock |= 1 << number
        for number in bits(awake & (has_clock | may_start | plan.retroactive)):
            _Step(self, plan.numbered[number], revision, before, is_run=bool(running >> number & 1)).take()
        self.last = revision

    def working(self, place: int) -> WorkingClock:
        """The clock at a place, ready to change."""
        clock = self.clocks[place]
        if not isinstance(clock, WorkingClock):
            clock = self.clocks[place] = WorkingClock(self.plan.definition(clock), clock)
        return clock


def _readers(plan: Plan, now: Record, before: Record) -> int:
    """The definitions to which a change of fields, as `changes` has it, may matter."""
    mask = 0
    for name, readers in plan.readers.items():
        value, was = now.get(name), before.get(name)
        if value is not was and not same(value, was):
            mask |= readers
    return mask


class _Step:
    """What one revision does to the clocks of one definition."""

    __slots__ = ("at", "before", "by", "compiled", "fold", "is_run", "now", "number", "revision")

    def __init__(
        self, fold: _Fold, compiled: CompiledDefinition, revision: Revision, before: Record | None, *, is_run: bool
    ) -> None:
        self.fold, self.compiled, self.number, self.revision = fold, compiled, compiled.number, revision
        self.now, self.before, self.at, self.by = revision.fields, before, revision.at, revision.event_id
        self.is_run = is_run

    def take(self) -> None:
        """Attach, then let each active clock do the first thing that applies."""
        places = list(self.fold.active.get(self.number, ()))
        if self._may_attach(places):
            goal = self._goal_to_attach()
            if goal is not None:
                self._attach(goal)
        for place in places:
            self._act(place)
        if self.compiled.definition.retroactive_pause:
            self._remember(had_clock=bool(places))

    # --- attaching

    def _may_attach(self, places: list[int]) -> bool:
        """Whether the recurrence admits another clock now."""
        recurrence = self.compiled.definition.recurrence
        if recurrence == "cycles":
            return not places
        if recurrence == "once":
            return self.number not in self.fold.cycles
        return (recurrence == "independent" or not places) and self.compiled.rises(self.before)

    def _goal_to_attach(self) -> int | None:
        """The goal of the clock that the definition would attach now; None where it would attach none."""
        compiled = self.compiled
        if not (self.is_run and compiled.starts(self.now, self.before)):
            return None
        if compiled.definition.on_goal_change == "keep_first" and self.number in self.fold.cycles:
            return next(each.goal_index for each in self.fold.clocks if each.definition == compiled.definition.id)
        return compiled.goal(self.now, self.before)

    def _attach(self, goal_index: int) -> None:
        fold, definition, revision = self.fold, self.compiled.definition, self.revision
        cycle = fold.cycles.get(self.number, 0) + 1
        started_at = self.at
        if definition.retroactive_start and (cycle == 1 or definition.reattach_start == "field"):
            started_at = instant_in(self.now, definition.retroactive_start) or self.at
        clock = WorkingClock.attached(self.compiled, cycle, goal_index, revision, started_at)
        standstill = fold.standstills.pop(definition.id, None)
        if standstill is not None:
            clock.replay(standstill)
        clock.catch_up(self.at)
        fold.cycles[self.number] = cycle
        fold.active.setdefault(self.number, []).append(len(fold.clocks))
        fold.clocks.append(clock)
        self._pause_or_resume(clock)

    # --- an active clock

    def _act(self, place: int) -> None:
        compiled = self.compiled
        if compiled.chooses:
            self._choose(place)
        if compiled.stop(self.now, self.before):
            self._end(place, "completed")
        elif compiled.reset(self.now, self.before) and (goal := self._goal_to_attach()) is not None:
            self._end(place, "completed" if compiled.definition.reset_action == "complete" else "cancelled")
            self._attach(goal)
        elif self._is_cancelled():
            self._end(place, "cancelled")
        else:
            self._pause_or_resume(self.fold.working(place))

    def _choose(self, place: int) -> None:
        """Choose goal and hours again."""
        compiled, definition = self.compiled, self.compiled.definition
        clock = self.fold.working(place)
        index = clock.goal_index
        is_new = False
        if definition.on_goal_change in {"carry", "restart"}:
            found = compiled.goal(self.now, self.before)
            index = clock.goal_index if found is None else found
            is_new = compiled.promises[index] != compiled.promises[clock.goal_index] or self._is_agreed_anew(index)
        hours = compiled.hours.resolved(definition, definition.goals[index], self.now)
        clock.choose(index, hours, self.now, self.at, is_new=is_new)

    def _is_agreed_anew(self, goal_index: int) -> bool:
        """Whether the goal is a date that was agreed on, and now another was."""
        name = self.compiled.definition.goals[goal_index].due_field
        return name is not None and instant_in(self.now, name) != instant_in(self.before or {}, name)

    def _is_cancelled(self) -> bool:
        mode = self.compiled.definition.when_to_cancel
        if mode == "never":
            return False
        condition = self.compiled.cancel if mode == "cancel_met" else self.compiled.start
        return condition(self.now, self.before) == (mode == "cancel_met") or not self.is_run

    def _end(self, place: int, stage: Literal["completed", "cancelled"]) -> None:
        self.fold.working(place).end(stage, self.at, self.by)
        places = self.fold.active[self.number]
        places.remove(place)
        if not places:
            del self.fold.active[self.number]

    def _pause_or_resume(self, clock: WorkingClock) -> None:
        was = clock.paused_at is not None
        stands = self.compiled.pauses(self.now, self.before, is_paused=was)
        if stands and not was:
            clock.pause(self.at, self.by, side_of(self.now))
        elif was and not stands:
            clock.resume(self.at)

    # --- pauses that may count later

    def _remember(self, *, had_clock: bool) -> None:
        """Note the pauses of a definition without a clock, which its next clock may count."""
        fold, definition = self.fold, self.compiled.definition
        ends_here = had_clock or self.number in fold.active
        is_over = self.number in fold.cycles and definition.reattach_start != "field"
        if ends_here or is_over:
            return
        known = fold.standstills.get(definition.id, Standstill(definition.id))
        stands = self.compiled.pauses(self.now, self.before, is_paused=known.paused_at is not None)
        if stands and known.paused_at is None:
            known = Standstill(definition.id, self.at, self.by, side_of(self.now), known.pauses)
        elif not stands and known.paused_at is not None and known.paused_by is not None:
            ended = Pause(known.paused_at, self.at, _ZERO, known.paused_by, known.paused_side)
            known = Standstill(definition.id, pauses=(*known.pauses, ended))
        if known.pauses or known.paused_at is not None:
            fold.standstills[definition.id] = known


# --- why there is no clock -------------------------------------------------------------------------------------------


def not_running(plan: Plan, state: SlaState, before: SlaState) -> tuple[Reason, ...]:
    """Why definitions that start at the last revision have no clock all the same.

    Either none of their goals is for the case, or its contract runs only what it names. Contractual definitions that
    it does not name are other contracts' promises, and no news.
    """
    if state.last is None:
        return ()
    now, was = state.last.fields, None if before.last is None else before.last.fields
    having = {clock.definition for clock in state.active}
    running = plan.candidates.running(now)
    starting = [plan.numbered[number] for number in bits(plan.candidates.starting(now))]
    found = (
        _why_not(each, now, was, is_run=bool(running >> each.number & 1))
        for each in starting
        if each.definition.id not in having
    )
    return tuple(reason for reason in found if reason is not None)


def _why_not(compiled: CompiledDefinition, now: Record, before: Record | None, *, is_run: bool) -> Reason | None:
    identity = compiled.definition.id
    if not is_run:
        if compiled.definition.contractual or not compiled.starts(now, before):
            return None
        text = f"{identity} does not run: the case's contract runs contractual promises only, and this is none"
        return Reason("not_run_by_contract", text, ("contract",))
    if compiled.has_goal_for_all or not compiled.starts(now, before) or compiled.goal(now, before) is not None:
        return None
    return Reason("no_goal", f"{identity} does not run: none of its goals is for this case")
