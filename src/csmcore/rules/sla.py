"""Every clock of a case as a fold over its history: replay, audit, what-if and live operation are one piece of code.

At each revision, in ServiceNow's order: the clocks are first brought up to its instant (thresholds and breaches up to
and including it). Then each definition without an active clock attaches one if *start* and not *stop* (nor *cancel*)
holds and the case's contract lets it run. Then each active clock, one just attached too, has its goal chosen again,
and does the first of these that applies: it completes (*stop*); is *reset*, which ends it and attaches the next; is
cancelled (as ``when_to_cancel`` says, or because the contract no longer lets it run); pauses or goes on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import is_not

from csmcore.calendars import as_utc
from csmcore.conditions import Record, same
from csmcore.errors import InvalidValue
from csmcore.model import Reason, Revision, SlaClock, SlaState
from csmcore.rules.clock import attached, caught_up, ended, paused, resumed, with_goal
from csmcore.rules.plan import CompiledDefinition, Plan

__all__ = ["advance", "evaluate", "next_deadline", "not_running", "tick"]


def evaluate(plan: Plan, revisions: Iterable[Revision], as_of: datetime) -> SlaState:
    """The clocks of a case with this history, as of an instant: what happens then is included, what comes later unseen.

    Law: stepping equals replay. ``evaluate(plan, [*history, revision], as_of)`` is ``tick(plan, advance(plan,
    evaluate(plan, history, t), revision), as_of)``, for any ``t`` up to the revision. Raises InvalidValue for revisions
    that are out of order.
    """
    state, until = SlaState(), as_utc(as_of)
    for revision in revisions:
        if revision.at > until:
            break
        state = advance(plan, state, revision)
    return tick(plan, state, until)


def advance(plan: Plan, state: SlaState, revision: Revision) -> SlaState:
    """The clocks after one more revision. Raises InvalidValue if it is not later than the last."""
    last = state.last
    if last is not None and (revision.at < last.at or revision.sequence <= last.sequence):
        raise InvalidValue(
            "revision", f"{revision.event_id} is not later than {last.event_id}", "give revisions in order"
        )
    before = None if last is None else last.fields
    changed = None if before is None else _changed(plan.reads, revision.fields, before)
    clocks = list(state.clocks)
    newest = {clock.definition: index for index, clock in enumerate(clocks)}
    for identity, compiled in plan.definitions.items():
        index = newest.get(identity)
        clock = None if index is None else clocks[index]
        is_idle = changed is not None and compiled.reads is not None and compiled.reads.isdisjoint(changed)
        if clock is not None and index is not None and clock.stopped_at is None:
            clock = caught_up(compiled, clock, revision.at)
            clocks[index], *more = (clock,) if is_idle else _stepped(compiled, clock, revision, before)
            clocks += more
        elif not is_idle:
            clocks += _started(compiled, clock, revision, before)
    return SlaState(tuple(clocks), revision)


def tick(plan: Plan, state: SlaState, now: datetime) -> SlaState:
    """The clocks brought up to an instant: what was due by then has happened. The same state where nothing has."""
    until = as_utc(now)
    clocks = tuple(caught_up(plan.definition(clock), clock, until) for clock in state.clocks)
    return SlaState(clocks, state.last) if any(map(is_not, clocks, state.clocks)) else state


def next_deadline(plan: Plan, state: SlaState, now: datetime) -> datetime | None:
    """The next instant after ``now`` at which something happens by itself, so that a host sets one timer.

    None: nothing will. Nothing happens by itself to a clock that is paused or has ended.
    """
    return min((clock.next_at for clock in tick(plan, state, now).clocks if clock.next_at is not None), default=None)


def _changed(names: frozenset[str], now: Record, before: Record) -> list[str]:
    """Those of the fields that are not what they were, as `changes` has it."""
    pairs = ((name, now.get(name), before.get(name)) for name in names)
    return [name for name, value, was in pairs if value is not was and not same(value, was)]


def not_running(plan: Plan, state: SlaState, before: SlaState) -> tuple[Reason, ...]:
    """Why definitions that start at the last revision have no clock all the same.

    Either none of their goals is for the case, or its contract runs only what it names. Contractual definitions that
    it does not name are other contracts' promises, and no news.
    """
    if state.last is None:
        return ()
    now, was = state.last.fields, None if before.last is None else before.last.fields
    running = {clock.definition for clock in state.active}
    idle = (compiled for identity, compiled in plan.definitions.items() if identity not in running)
    return tuple(reason for compiled in idle if (reason := _why_not(compiled, now, was)) is not None)


def _why_not(compiled: CompiledDefinition, now: Record, before: Record | None) -> Reason | None:
    identity = compiled.definition.id
    if not compiled.is_run_by(now):
        if compiled.definition.contractual or not _starts(compiled, now, before):
            return None
        text = f"{identity} does not run: the case's contract runs contractual promises only, and this is none"
        return Reason("not_run_by_contract", text, ("contract",))
    if compiled.has_goal_for_all or not _starts(compiled, now, before) or compiled.goal(now, before) is not None:
        return None
    return Reason("no_goal", f"{identity} does not run: none of its goals is for this case")


def _starts(compiled: CompiledDefinition, now: Record, before: Record | None) -> bool:
    return compiled.start(now, before) and not compiled.stop(now, before) and not compiled.cancel(now, before)


def _goal_to_attach(compiled: CompiledDefinition, now: Record, before: Record | None) -> timedelta | None:
    """The goal of the clock that the definition would attach now; None where it would attach none."""
    return compiled.goal(now, before) if _starts(compiled, now, before) and compiled.is_run_by(now) else None


def _started(
    compiled: CompiledDefinition, ended_clock: SlaClock | None, revision: Revision, before: Record | None
) -> list[SlaClock]:
    """The next cycle, if the definition attaches at this revision."""
    goal = _goal_to_attach(compiled, revision.fields, before)
    if goal is None:
        return []
    cycle = 1 if ended_clock is None else ended_clock.cycle + 1
    clock = attached(compiled, goal, revision.at, revision.event_id, cycle)
    return [_paused_or_resumed(compiled, clock, revision, before)]


def _stepped(
    compiled: CompiledDefinition, clock: SlaClock, revision: Revision, before: Record | None
) -> list[SlaClock]:
    """The active clock after the revision, and the one that replaces it after a reset."""
    now, at, by = revision.fields, revision.at, revision.event_id
    definition = compiled.definition
    goal = compiled.goal(now, before) if definition.on_goal_change != "keep" else None
    if goal is not None and goal != clock.goal:
        clock = with_goal(compiled, clock, goal, at)
    if compiled.stop(now, before):
        return [ended(compiled, clock, "completed", at, by)]
    if compiled.reset(now, before) and _goal_to_attach(compiled, now, before) is not None:
        old = ended(compiled, clock, "completed" if definition.reset_action == "complete" else "cancelled", at, by)
        return [old, *_started(compiled, old, revision, before)]
    if _is_cancelled(compiled, now, before):
        return [ended(compiled, clock, "cancelled", at, by)]
    return [_paused_or_resumed(compiled, clock, revision, before)]


def _is_cancelled(compiled: CompiledDefinition, now: Record, before: Record | None) -> bool:
    mode = compiled.definition.when_to_cancel
    if mode == "never":
        return False
    met = compiled.cancel(now, before) if mode == "cancel_met" else not compiled.start(now, before)
    return met or not compiled.is_run_by(now)


def _paused_or_resumed(
    compiled: CompiledDefinition, clock: SlaClock, revision: Revision, before: Record | None
) -> SlaClock:
    pauses = compiled.pause(revision.fields, before)
    if compiled.definition.when_to_resume == "resume_met":
        resumes = compiled.resume(revision.fields, before)
    else:
        resumes = not pauses
    if clock.paused_at is None and pauses and not resumes:
        return paused(clock, revision.at, revision.event_id)
    if clock.paused_at is not None and resumes and not pauses:
        return resumed(compiled, clock, revision.at)
    return clock
