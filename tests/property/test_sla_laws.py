"""The laws of clocks: what holds for every history, and needs no second implementation."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmcore.conditions import field
from csmcore.errors import InvalidValue
from csmcore.model import SlaClock, SlaReading, SlaState, Threshold
from csmcore.rules import advance, compile_policy, evaluate, explain, next_deadline, read, tick
from csmcore.wire import from_json, to_json
from tests.property.sla_scenes import DATES, Interrupted, Scene, Shift, interruptions, scenes, shifts
from tests.tally import TALLY

ZERO, MICRO = timedelta(0), timedelta(microseconds=1)
GOLD = field("category") == "gold"
COUNT = "laws of SLA clocks, examples"
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def law(check: Callable[[Any], None], about: st.SearchStrategy[Any] | None = None) -> Callable[..., None]:
    """A law about every scene, counted for the run's report."""

    @wraps(check)
    def counted(scene: Any) -> None:
        check(scene)
        TALLY(COUNT, 1)

    return given(scene=scenes() if about is None else about)(SLOW(counted))


def law_of(about: st.SearchStrategy[Any]) -> Callable[[Callable[[Any], None]], Callable[..., None]]:
    """A law about other scenes."""
    return lambda check: law(check, about)


# --- the fold --------------------------------------------------------------------------------------------------------


@law
def test_stepping_equals_replay(scene: Scene) -> None:
    """Law of the fold: however a history is split, its beginning, evaluated, advanced by the rest gives the whole."""
    whole = scene.state
    for instant in [instant for instant in scene.instants if instant <= scene.as_of]:
        state = evaluate(scene.plan, scene.seen, instant)
        for revision in [revision for revision in scene.seen if revision.at > instant]:
            state = advance(scene.plan, state, revision)
        assert tick(scene.plan, state, scene.as_of) == whole


@law
def test_ticking_changes_nothing_that_is_read_later(scene: Scene) -> None:
    """Law of ticks: ticking early, late, often or never between the revisions gives the same clocks in the end."""
    state = SlaState()
    for revision in scene.seen:
        for instant in scene.instants:
            if state.last is not None and state.last.at <= instant <= revision.at:
                state = tick(scene.plan, state, instant)
        state = advance(scene.plan, state, revision)
    unticked = state.clocks
    for instant in scene.instants:
        if instant <= scene.as_of and (state.last is None or state.last.at <= instant):
            state = tick(scene.plan, state, instant)
    assert tick(scene.plan, state, scene.as_of) == scene.state
    assert [read(scene.plan, clock, scene.as_of) for clock in unticked] == [reading for _, reading in scene.readings]
    assert tick(scene.plan, scene.state, scene.as_of) == scene.state


@law
def test_a_clock_never_depends_on_what_comes_after(scene: Scene) -> None:
    """Law of causality: revisions later than as_of are not seen."""
    for instant in scene.instants:
        assert evaluate(scene.plan, scene.revisions, instant) == evaluate(
            scene.plan, [r for r in scene.revisions if r.at <= instant], instant
        )


@law_of(scenes(more=3))
def test_clocks_do_not_know_of_each_other(scene: Scene) -> None:
    """Law of independence: among others that may match, each definition gives the clocks that it gives alone."""
    policy, together = scene.plan.policy, scene.state
    for definition in policy.definitions:
        alone = evaluate(
            compile_policy(attrs.evolve(policy, name="alone", definitions=(definition,))), scene.revisions, scene.as_of
        )
        assert alone.clocks == tuple(clock for clock in together.clocks if clock.definition == definition.id)
        assert alone.standstills == tuple(each for each in together.standstills if each.definition == definition.id)


@law
def test_what_has_happened_stays(scene: Scene) -> None:
    """Law of memory: has_breached never falls, its instant never moves, and an ended cycle never changes."""
    for early, late in pairwise(sorted({*scene.instants, scene.as_of})):
        then = evaluate(scene.plan, scene.revisions, early).clocks
        later = evaluate(scene.plan, scene.revisions, late).clocks
        for clock, after in zip(then, later, strict=False):
            assert (clock.definition, clock.cycle) == (after.definition, after.cycle)
            assert not clock.has_breached or (after.has_breached and after.breached_at == clock.breached_at)
            assert after.fired[: len(clock.fired)] == clock.fired
            assert clock.is_active or after == clock
        assert len(then) <= len(later)


@law
def test_cycles_follow_their_recurrence(scene: Scene) -> None:
    """Law of cycles: numbered from 1; once is one, and only independent ones run at the same time."""
    for identity, compiled in scene.plan.definitions.items():
        cycles = [clock for clock in scene.state.clocks if clock.definition == identity]
        assert [clock.cycle for clock in cycles] == list(range(1, len(cycles) + 1))
        recurrence = compiled.definition.recurrence
        assert recurrence != "once" or len(cycles) <= 1
        for one, two in pairwise(cycles):
            assert one.attached_at <= two.attached_at
            if recurrence != "independent":
                assert one.stopped_at is not None
                assert one.stopped_at <= two.attached_at


@law
def test_a_kept_state_goes_on_as_if_it_had_stayed(scene: Scene) -> None:
    """Law of keeping: written as JSON or pickled at any instant and read again, a state is equal and goes on alike."""
    instant = scene.instants[0]
    state = evaluate(scene.plan, scene.seen, instant)
    rest = [revision for revision in scene.seen if revision.at > instant]
    for kept in (from_json(SlaState, to_json(state)), pickle.loads(pickle.dumps(state))):  # noqa: S301 - its own
        assert kept == state
        for revision in rest:
            kept = advance(scene.plan, kept, revision)  # noqa: PLW2901 - it is what is kept
        assert instant > scene.as_of or tick(scene.plan, kept, scene.as_of) == scene.state


@law
def test_what_is_refused_changes_nothing(scene: Scene) -> None:
    """Law of order: a revision that is not later than the last is refused, and the state is what it was."""
    state = scene.state
    for revision in scene.seen[-3:]:
        with pytest.raises(InvalidValue, match="not later"):
            advance(scene.plan, state, revision)
    assert state == scene.state


# --- one reading -----------------------------------------------------------------------------------------------------


def looked_at(scene: Scene) -> Iterator[tuple[Scene, SlaClock, SlaReading]]:
    """Every clock and what it reads, at each of the scene's instants."""
    for view in scene.views:
        for clock, reading in view.readings:
            yield view, clock, reading


@law
def test_due_is_where_the_goal_and_the_pauses_end(scene: Scene) -> None:
    """Law of the due date: there the open time since the start is the goal and the pauses; a microsecond before, less.

    A date that stands is where it stands; where the hours end before, there is none, and the reading says so.
    """
    for view, clock, reading in looked_at(scene):
        goal, due, since = view.goal(clock), reading.derived_end_at, clock.target_since
        if since is not None and clock.target_at is not None and clock.target_at < since:
            continue  # agreed on when it was over
        assert ("calendar_ends" in [reason.code for reason in reading.reasons]) == (due is None)
        if due is not None and goal.moved_by_pauses:
            wanted = clock.goal + clock.business_paused
            assert view.open_time(clock, clock.started_at, due) == wanted
            is_moved = clock.target_at is None or due != clock.target_at
            assert not is_moved or view.open_time(clock, clock.started_at, due - MICRO) < wanted
        elif due is not None:
            assert due == clock.target_at
        if clock.stage == "paused":
            assert reading.has_breached or reading.due_at is None
            stood = reading.due_if_resumed_now
            assert stood is None or due is None or stood >= due
            if stood is not None and goal.moved_by_pauses:
                assert view.open_time(clock, clock.started_at, stood) == clock.goal + reading.paused
        else:
            assert reading.due_if_resumed_now is None
            assert clock.has_breached or reading.due_at == due


@law_of(scenes(is_plain=True))
def test_due_is_the_calendar_s_own_sum(scene: Scene) -> None:
    """Law of one calendar: due == add(start, goal + business pauses)."""
    for view, clock, reading in looked_at(scene):
        calendar = view.plan.hours.calendar(clock.calendar, clock.timezone)
        if reading.derived_end_at is not None:
            assert reading.derived_end_at == calendar.add(clock.started_at, clock.goal + clock.business_paused)


@law
def test_one_reading_agrees_with_itself(scene: Scene) -> None:
    """Law of consistency: percent >= 100 iff nothing remains iff it is breached, while the goal is what it was."""
    for view, clock, reading in looked_at(scene):
        if reading.goal > ZERO:
            assert (reading.percent >= 100) == (reading.remaining <= ZERO) == (reading.time_left == ZERO)
        assert reading.remaining == reading.goal - reading.elapsed == reading.time_left - reading.overdue
        assert (reading.breached_at is not None) == reading.has_breached
        if view.is_steady(clock):
            is_before = view.definition(clock).on_time == "before"
            assert reading.has_breached == (reading.remaining <= ZERO if is_before else reading.remaining < ZERO)
            assert not (reading.has_breached and is_before) or reading.due_at == reading.breached_at


@law
def test_all_time_is_running_or_paused(scene: Scene) -> None:
    """Law of conservation: elapsed and paused sum to the open time since the start, wall figures to the real time."""
    for view, clock, reading in looked_at(scene):
        until = view.end(clock)
        assert reading.elapsed + reading.paused == view.open_time(clock, clock.started_at, until)
        assert reading.wall_elapsed + reading.wall_paused == until - clock.started_at
        assert ZERO <= reading.elapsed <= reading.wall_elapsed
        assert ZERO <= reading.paused <= reading.wall_paused
        assert clock.business_paused == sum((pause.business for pause in clock.pauses), ZERO)
        for pause in clock.pauses:
            assert clock.started_at <= pause.start < pause.end <= until
            assert pause.business == view.open_time(clock, pause.start, pause.end)
        assert all(one.end <= two.start for one, two in pairwise(clock.pauses))


@law
def test_the_segments_sum_to_the_reading(scene: Scene) -> None:
    """Law of explanation: segments join from start to reading; running ones sum to elapsed, paused ones to paused."""
    for view, clock, reading in looked_at(scene):
        explanation = explain(view.plan, clock, view.as_of)
        segments = explanation.segments
        assert explanation.reading == reading
        edges = [clock.started_at, *(segment.end for segment in segments)]
        assert [segment.start for segment in segments] == edges[: len(segments)]
        assert edges[-1] == view.end(clock)
        total = {
            kind: [segment for segment in segments if segment.kind == kind] for kind in ("running", "paused", "closed")
        }
        assert sum((segment.business for segment in total["running"]), ZERO) == reading.elapsed
        assert sum((segment.business for segment in total["paused"]), ZERO) == reading.paused
        assert sum((segment.end - segment.start for segment in total["paused"]), ZERO) == reading.wall_paused
        assert all(segment.business == segment.end - segment.start for segment in total["running"])
        assert all(segment.business == ZERO for segment in total["closed"])
        assert all(segment.start < segment.end for segment in segments)
        assert all((segment.event_id is None) == (segment.kind != "paused") for segment in segments)
        stretches = [
            *((stretch.end, stretch.calendar) for stretch in clock.stretches),
            (view.end(clock), clock.calendar),
        ]
        for segment in segments:
            assert segment.calendar == next(name for end, name in stretches if segment.end <= end)


# --- what happens by itself ------------------------------------------------------------------------------------------


@law
def test_a_breach_and_a_threshold_are_where_the_reading_crosses_them(scene: Scene) -> None:
    """Law of thresholds: at its instant the reading is exactly that, a microsecond before it is less."""
    for clock in filter(scene.is_steady, scene.state.clocks):
        definition = scene.definition(clock)
        by_label = {threshold.label: used_at(threshold, clock.goal) for threshold in definition.thresholds}
        marks = [(by_label[label], instant) for label, instant in clock.fired]
        if clock.breached_at is not None:
            marks.append((clock.goal + MICRO * (definition.on_time == "by"), clock.breached_at))
        for used, instant in marks:
            assert instant >= clock.started_at
            if instant > clock.attached_at:
                assert elapsed_at(scene, clock, instant) == max(ZERO, used)
                assert used <= ZERO or elapsed_at(scene, clock, instant - MICRO) < used


def used_at(threshold: Threshold, goal: timedelta) -> timedelta:
    """How much of the goal is used up at a threshold."""
    if threshold.percent is not None:
        return MICRO * -(-(goal // MICRO) * threshold.percent // 100)
    return goal - (threshold.before_due or ZERO) + (threshold.after_due or ZERO)


def elapsed_at(scene: Scene, clock: SlaClock, instant: datetime) -> timedelta:
    """What the clock had used up at an instant after it was attached, as if no revision came then."""
    state = evaluate(scene.plan, scene.until(max(instant, clock.attached_at + MICRO)), instant)
    return next(
        read(scene.plan, each, instant).elapsed
        for each in state.clocks
        if (each.definition, each.cycle) == (clock.definition, clock.cycle)
    )


@law
def test_the_next_deadline_is_when_something_happens(scene: Scene) -> None:
    """Law of the timer: before the next deadline a tick changes nothing, at it something does."""
    state = scene.state
    deadline = next_deadline(scene.plan, state, scene.as_of)
    assert deadline == min((reading.next_at for _, reading in scene.readings if reading.next_at), default=None)
    assert all(reading.next_at is None for clock, reading in scene.readings if clock.stage != "in_progress")
    if deadline is None:
        assert tick(scene.plan, state, scene.as_of + timedelta(days=3000)) is state
    else:
        assert deadline > scene.as_of
        assert tick(scene.plan, state, deadline - MICRO) is state
        fired = tick(scene.plan, state, deadline)
        assert [clock for clock in fired.clocks if clock not in state.clocks]


@law
def test_while_paused_nothing_happens(scene: Scene) -> None:
    """Law of pauses: while a clock is paused its elapsed time, percent and breach stand, however long it takes."""
    for clock, reading in scene.readings:
        if clock.stage == "paused":
            later = read(scene.plan, clock, scene.as_of + timedelta(days=400))
            assert (later.elapsed, later.percent, later.has_breached, later.due_at) == (
                reading.elapsed,
                reading.percent,
                reading.has_breached,
                reading.due_at,
            )


# --- pauses ----------------------------------------------------------------------------------------------------------


@law_of(interruptions())
def test_only_the_time_that_pauses_cover_counts(scene: Interrupted) -> None:
    """Law of cover: splitting pauses, overlapping them or swapping their causes changes nothing else."""
    expected = scene.read(scene.waits, scene.holds, [])
    assert scene.read(scene.holds, scene.waits, []) == expected
    assert scene.read([*scene.waits, *scene.holds], [], []) == expected
    cut, fired = scene.read([], [*reversed(scene.holds), *scene.waits], scene.cuts)
    assert (but_for_the_open_pause(cut), fired) == (but_for_the_open_pause(expected[0]), expected[1])


def but_for_the_open_pause(reading: SlaReading) -> SlaReading:
    """What a clock reads whatever part of an open pause is closed: figures that count closed ones alone left out."""
    if reading.due_if_resumed_now is None:
        return reading
    return attrs.evolve(reading, derived_end_at=None, wall_goal=None, wall_remaining=None)


@law_of(interruptions(DATES))
def test_a_due_date_moves_by_the_time_that_pauses_cover(scene: Interrupted) -> None:
    """Law of cover for dates: it lies where it lies whatever the causes, and however they are ordered."""
    expected = scene.read(scene.waits, scene.holds, [])
    assert scene.read(scene.holds, scene.waits, []) == expected
    assert scene.read([*reversed(scene.holds), *scene.waits], [], []) == expected
    cut, _ = scene.read(scene.waits, scene.holds, scene.cuts)
    same = ("elapsed", "paused", "wall_elapsed", "wall_paused", "derived_end_at", "original_due_at")
    plain, cut = but_for_the_open_pause(expected[0]), but_for_the_open_pause(cut)
    assert [getattr(cut, name) for name in same] == [getattr(plain, name) for name in same]


@law_of(interruptions())
def test_a_pause_in_closed_time_changes_nothing_in_business_time(scene: Interrupted) -> None:
    """Law of closed time: a pause while the calendar is closed moves neither elapsed time, due date nor breach."""
    closed = [stretch for stretch in scene.over if scene.open_time(stretch) == ZERO]
    plain, fired = scene.read(scene.holds, [], [])
    paused, fired_too = scene.read([*scene.holds, *closed], [], [])
    same = (
        *("elapsed", "paused", "remaining", "has_breached", "breached_at"),
        *("derived_end_at", "original_due_at", "next_at", "due_at"),
    )
    assert [getattr(paused, name) for name in same] == [getattr(plain, name) for name in same]
    assert fired == fired_too


@given(st.one_of(interruptions(), interruptions(DATES)), st.integers(0, 8_900))
@SLOW
def test_a_clock_that_looks_back_is_one_that_was_there(scene: Interrupted, gold_at: int) -> None:
    """Law of retroaction: attached late, with its start and its pauses from before, a clock is as if it had run."""
    revisions = scene.history(scene.waits, scene.holds, scene.cuts, gold_at=gold_at)
    reading, live = scene.clock(revisions)
    looking_back = {"retroactive_start": "extra.began", "retroactive_pause": True, "when_to_cancel": "never"}
    same, late = scene.clock(revisions, start=GOLD, **looking_back)
    assert same == reading
    assert attrs.evolve(late, attached_at=live.attached_at, attached_by=live.attached_by) == live
    TALLY(COUNT, 1)


# --- what does not matter --------------------------------------------------------------------------------------------


@law_of(shifts())
def test_weeks_later_everything_is_weeks_later(scene: Shift) -> None:
    """Law of weeks: where clocks never change and no date is special, whole weeks shift instants and nothing else."""
    now = scene.as_of + scene.by
    then = evaluate(scene.plan, scene.revisions, scene.as_of)
    later = evaluate(scene.plan, scene.later, now)
    assert [attrs.astuple(clock) for clock in later.clocks] == [
        scene.moved(attrs.astuple(clock)) for clock in then.clocks
    ]
    assert later.standstills == tuple(
        attrs.evolve(
            each,
            paused_at=scene.moved(each.paused_at),
            pauses=tuple(attrs.evolve(p, start=p.start + scene.by, end=p.end + scene.by) for p in each.pauses),
        )
        for each in then.standstills
    )
    for clock, shifted in zip(then.clocks, later.clocks, strict=True):
        reading, after = explain(scene.plan, clock, scene.as_of), explain(scene.plan, shifted, now)
        assert attrs.asdict(after.reading) == scene.moved(attrs.asdict(reading.reading))
        assert [attrs.astuple(segment) for segment in after.segments] == [
            scene.moved(attrs.astuple(segment)) for segment in reading.segments
        ]


@law_of(scenes(is_plain=True))
def test_it_does_not_matter_who_names_the_calendar(scene: Scene) -> None:
    """Law of sources: named by the case at each revision, the same hours give the same clocks."""
    policy = scene.plan.policy
    for definition in [each for each in policy.definitions if each.calendar is not None]:
        asking = attrs.evolve(definition, calendar=None, calendar_source=("account.calendar", "extra.calendar"))
        named = [
            attrs.evolve(each, fields={**each.fields, "account.calendar": None, "extra.calendar": definition.calendar})
            for each in scene.revisions
        ]
        plan = compile_policy(attrs.evolve(policy, definitions=(asking,)))
        among = tuple(clock for clock in scene.state.clocks if clock.definition == definition.id)
        assert evaluate(plan, named, scene.as_of).clocks == among


def test_the_order_of_hashes_does_not_matter() -> None:
    """Law of hashes: another seed of Python's hashes gives the same clocks and explanations, letter for letter."""
    code = (
        "from random import Random\n"
        "from csmcore.rules import evaluate, explain\n"
        "from tests.differential.sla_engine import plan_of, revisions_of\n"
        "from tests.oracle.random_histories import random_history\n"
        "from tests.oracle.worlds import world\n"
        "seeds = [seed for seed in range(400) if Random(seed).randrange(10) == 3]\n"  # of one world
        "for seed in seeds:\n"
        "    history = random_history(Random(seed))\n"
        "    plan, now = plan_of(history), world(history.world).minute(history.as_of)\n"
        "    state = evaluate(plan, revisions_of(history), now)\n"
        "    print(state, *(explain(plan, clock, now) for clock in state.clocks))\n"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    ]
    assert printed[0] == printed[1]
    assert printed[0].count(b"[policy random 1, ") > 40
