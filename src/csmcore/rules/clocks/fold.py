"""Every clock of a case as a fold over its history: replay, audit, what-if and live operation are one piece of code.

At each revision, in ServiceNow's order: the clocks are first brought up to its instant (thresholds and breaches up to
and including it). Then each definition attaches a clock if *start* and not *stop* (nor *cancel*) holds, its
``recurrence`` admits another and the case's contract lets it run. Then each clock that was active has its goal and its
hours chosen again, and does the first of these that applies: it completes (*stop*); is *reset*, which ends it and
attaches the next; is cancelled (as ``when_to_cancel`` says, or because the contract no longer lets it run); pauses or
goes on. One that has just attached may pause at once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from csmcore.calendars import as_utc
from csmcore.conditions import Record
from csmcore.errors import InvalidValue
from csmcore.model import Pause, Reason, Revision, SlaClock, SlaState, Standstill, made
from csmcore.rules.clocks.clock import WorkingClock, side_of
from csmcore.rules.clocks.compiled import CompiledDefinition, Verdict
from csmcore.rules.clocks.due import instant_in
from csmcore.rules.clocks.judging import Judgement
from csmcore.rules.clocks.plan import Plan

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

    revision: Revision
    before: Record | None

    def __init__(self, plan: Plan, state: SlaState) -> None:
        self.plan = plan
        self.clocks: list[SlaClock | WorkingClock] = list(state.clocks)
        self.last = state.last
        self.judgement: Judgement | None = None
        self.standstills = {each.definition: each for each in state.standstills}
        self.cycles: dict[int, int] = {}
        self.active: dict[int, list[int]] = {}
        self.having = 0  # the definitions with a clock that has not ended, as bits
        self.ticked: datetime | None = None  # when something last happened by itself
        for place, clock in enumerate(state.clocks):
            number = plan.definition(clock).number
            self.cycles[number] = clock.cycle
            if clock.stopped_at is None:
                self.active.setdefault(number, []).append(place)
                self.having |= 1 << number
                for at in (clock.breached_at, clock.fired[-1][1] if clock.fired else None):
                    if at is not None and (self.ticked is None or at > self.ticked):
                        self.ticked = at

    def state(self) -> SlaState:
        """What there is to keep."""
        clocks = tuple([clock.kept() if isinstance(clock, WorkingClock) else clock for clock in self.clocks])
        standstills = self.standstills
        if len(standstills) > 1:
            standstills = {name: standstills[name] for name in self.plan.definitions if name in standstills}
        return made(SlaState, {"clocks": clocks, "last": self.last, "standstills": tuple(standstills.values())})

    def catch_up(self, until: datetime) -> None:
        """Let what is due by then happen."""
        for place, clock in enumerate(self.clocks):
            at = clock.next_at
            if at is not None and at <= until:
                self.working(place).catch_up(until)

    def step(self, revision: Revision) -> None:
        """Let one more revision act."""
        last, plan, now, at = self.last, self.plan, revision.fields, revision.at
        if last is not None and (at < last.at or revision.sequence <= last.sequence):
            mine, its = (
                f"{each.event_id} (sequence {each.sequence}, {each.at:%Y-%m-%d %H:%M:%S}Z)" for each in (revision, last)
            )
            raise InvalidValue("revision", f"{mine} is not later than {its}", "give revisions in order")
        if self.ticked is not None and at < self.ticked:
            problem = f"{revision.event_id} is before {self.ticked:%Y-%m-%d %H:%M:%S}Z, to which its clocks were ticked"
            raise InvalidValue("revision", problem, "evaluate the whole history")
        before = None if last is None else last.fields
        self.catch_up(at)
        judgement = plan.judge.judgement(now)
        awake = plan.candidates.everyone
        if before is not None:
            was = self.judgement or plan.judge.judgement(before)
            awake = plan.watchful | plan.judge.woken(now, before, judgement, was)
        awake &= (judgement.starting & judgement.running) | plan.retroactive | self.having
        if awake:
            self.revision, self.before = revision, before
            for compiled in plan.some(awake):
                verdict = judgement.verdict(compiled, now, before)
                self._take(compiled, verdict, is_run=bool(judgement.running >> compiled.number & 1))
        self.judgement = judgement
        self.last = revision

    def working(self, place: int) -> WorkingClock:
        """The clock at a place, ready to change."""
        clock = self.clocks[place]
        if isinstance(clock, WorkingClock):
            return clock
        working = self.clocks[place] = WorkingClock(self.plan.definition(clock), clock)
        return working

    def _take(self, compiled: CompiledDefinition, verdict: Verdict, *, is_run: bool) -> None:
        """Attach, then let each active clock do the first thing that applies; ``is_run``: the contract allows it."""
        known = self.active.get(compiled.number)
        places = () if known is None else tuple(known)
        if verdict.starts and is_run and self._admits(compiled, places):
            goal = self._goal(compiled, verdict)
            if goal is not None:
                self._attach(compiled, verdict, goal)
        for place in places:
            self._act(compiled, verdict, place, is_run=is_run)
        if compiled.definition.retroactive_pause:
            self._remember(compiled, verdict, had_clock=bool(places))

    # --- attaching

    def _admits(self, compiled: CompiledDefinition, places: tuple[int, ...]) -> bool:
        """Whether the recurrence admits another clock now."""
        recurrence = compiled.definition.recurrence
        if recurrence == "cycles":
            return not places
        if recurrence == "once":
            return compiled.number not in self.cycles
        return (recurrence == "independent" or not places) and compiled.rises(self.before)

    def _goal(self, compiled: CompiledDefinition, verdict: Verdict) -> int | None:
        """The goal of the clock that the definition would attach now; None where no goal is for the case."""
        definition = compiled.definition
        if definition.on_goal_change == "keep_first" and compiled.number in self.cycles:
            return next(clock.goal_index for clock in self.clocks if clock.definition == definition.id)
        return verdict.goal

    def _attach(self, compiled: CompiledDefinition, verdict: Verdict, goal_index: int) -> None:
        definition, number, revision, at = compiled.definition, compiled.number, self.revision, self.revision.at
        cycle = self.cycles.get(number, 0) + 1
        started_at = at
        if definition.retroactive_start is not None and (cycle == 1 or definition.reattach_start == "field"):
            started_at = instant_in(revision.fields, definition.retroactive_start) or at
        clock = WorkingClock.attached(compiled, cycle, goal_index, revision, started_at)
        standstill = self.standstills.pop(definition.id, None)
        if standstill is not None:
            clock.replay(standstill)
        clock.catch_up(at)
        self.cycles[number] = cycle
        self.active.setdefault(number, []).append(len(self.clocks))
        self.having |= 1 << number
        self.clocks.append(clock)
        self._pause_or_resume(clock, verdict)

    # --- an active clock

    def _act(self, compiled: CompiledDefinition, verdict: Verdict, place: int, *, is_run: bool) -> None:
        clock = self.working(place)
        if not compiled.is_simple:
            self._choose(compiled, verdict, clock)
        definition = compiled.definition
        if verdict.stops:
            self._end(compiled, place, "completed")
        elif verdict.resets and verdict.starts and is_run and (goal := self._goal(compiled, verdict)) is not None:
            self._end(compiled, place, "completed" if definition.reset_action == "complete" else "cancelled")
            self._attach(compiled, verdict, goal)
        elif verdict.cancels or not (is_run or definition.when_to_cancel == "never"):
            self._end(compiled, place, "cancelled")
        else:
            self._pause_or_resume(clock, verdict)

    def _choose(self, compiled: CompiledDefinition, verdict: Verdict, clock: WorkingClock) -> None:
        """Choose goal and hours again."""
        index, is_new, definition, now = clock.goal_index, False, compiled.definition, self.revision.fields
        if definition.on_goal_change in {"carry", "restart"}:
            index = clock.goal_index if verdict.goal is None else verdict.goal
            is_other = compiled.promises[index] != compiled.promises[clock.goal_index]
            is_new = is_other or self._is_agreed_anew(definition.goals[index].due_field)
        if compiled.fixed is not None and not is_new and index == clock.goal_index:
            return
        hours = compiled.fixed or compiled.hours.resolved(definition, definition.goals[index], now)
        clock.choose(index, hours, now, self.revision.at, is_new=is_new)

    def _is_agreed_anew(self, name: str | None) -> bool:
        """Whether the goal is a date that was agreed on, in this field, and now another was."""
        return name is not None and instant_in(self.revision.fields, name) != instant_in(self.before or {}, name)

    def _end(self, compiled: CompiledDefinition, place: int, stage: Literal["completed", "cancelled"]) -> None:
        self.working(place).end(stage, self.revision.at, self.revision.event_id)
        self.active[compiled.number].remove(place)
        if not self.active[compiled.number]:
            del self.active[compiled.number]
            self.having &= ~(1 << compiled.number)

    def _pause_or_resume(self, clock: WorkingClock, verdict: Verdict) -> None:
        was = clock.paused_at is not None
        stands = verdict.stands(was=was)
        if stands and not was:
            clock.pause(self.revision.at, self.revision.event_id, side_of(self.revision.fields))
        elif was and not stands:
            clock.resume(self.revision.at)

    # --- pauses that may count later

    def _remember(self, compiled: CompiledDefinition, verdict: Verdict, *, had_clock: bool) -> None:
        """Note the pauses of a definition without a clock, which its next clock may count."""
        definition, revision = compiled.definition, self.revision
        has_clock = had_clock or compiled.number in self.active
        is_over = compiled.number in self.cycles and definition.reattach_start != "field"
        if has_clock or is_over:
            return
        known = self.standstills.get(definition.id, Standstill(definition.id))
        stands = verdict.stands(was=known.paused_at is not None)
        if stands and known.paused_at is None:
            side = side_of(revision.fields)
            known = Standstill(definition.id, revision.at, revision.event_id, side, known.pauses)
        elif not stands and known.paused_at is not None and known.paused_by is not None:
            ended = Pause(known.paused_at, revision.at, _ZERO, known.paused_by, known.paused_side)
            known = Standstill(definition.id, pauses=(*known.pauses, ended))
        if known.pauses or known.paused_at is not None:
            self.standstills[definition.id] = known


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
    starting = plan.some(plan.candidates.starting(now))
    found = (
        _why_not(each, now, was, is_run=bool(running >> each.number & 1))
        for each in starting
        if each.definition.id not in having
    )
    return tuple(reason for reason in found if reason is not None)


def _why_not(compiled: CompiledDefinition, now: Record, before: Record | None, *, is_run: bool) -> Reason | None:
    identity = compiled.definition.id
    if not is_run:
        if compiled.definition.contractual or not compiled.verdict(now, before).starts:
            return None
        text = f"{identity} does not run: the case's contract runs contractual promises only, and this is none"
        return Reason("not_run_by_contract", text, ("contract",))
    if compiled.has_goal_for_all:
        return None
    verdict = compiled.verdict(now, before)
    if not verdict.starts or verdict.goal is not None:
        return None
    return Reason("no_goal", f"{identity} does not run: none of its goals is for this case")
