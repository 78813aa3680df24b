"""The laws of clocks: what holds for every history, and needs no second implementation."""

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from functools import wraps
from itertools import pairwise

from hypothesis import HealthCheck, given, settings

from csmcore.calendars import Calendar
from csmcore.errors import CalendarExhausted
from csmcore.model import SlaClock, SlaState, SupportPolicy
from csmcore.rules import advance, compile_policy, evaluate, explain, next_deadline, read, tick
from tests.property.sla_scenes import Interrupted, Scene, interruptions, scenes
from tests.tally import TALLY

ZERO, MICRO = timedelta(0), timedelta(microseconds=1)
COUNT = "laws of SLA clocks, examples"


def law(check: Callable[[Scene], None]) -> Callable[..., None]:
    """A law about every scene, counted for the run's report."""

    @wraps(check)
    def counted(scene: Scene) -> None:
        check(scene)
        TALLY(COUNT, 1)

    return given(scene=scenes())(settings(suppress_health_check=[HealthCheck.too_slow])(counted))


# --- the fold --------------------------------------------------------------------------------------------------------


@law
def test_stepping_equals_replay(scene: Scene) -> None:
    """Law of the fold: however a history is split, its beginning, evaluated, advanced by the rest gives the whole."""
    seen, whole = [revision for revision in scene.revisions if revision.at <= scene.as_of], scene.state
    for instant in [instant for instant in scene.instants if instant <= scene.as_of]:
        state = evaluate(scene.plan, seen, instant)
        for revision in [revision for revision in seen if revision.at > instant]:
            state = advance(scene.plan, state, revision)
        assert tick(scene.plan, state, scene.as_of) == whole


@law
def test_ticking_changes_nothing_that_is_read_later(scene: Scene) -> None:
    """Law of ticks: ticking early, late, often or never between the revisions gives the same clocks in the end."""
    state = SlaState()
    for revision in [revision for revision in scene.revisions if revision.at <= scene.as_of]:
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


@law
def test_clocks_do_not_know_of_each_other(scene: Scene) -> None:
    """Law of independence: each definition alone gives the clocks that it gives among the others."""
    policy = scene.plan.policy
    for definition in policy.definitions:
        alone = compile_policy(
            SupportPolicy(name="alone", version="1", calendars=policy.calendars, definitions=(definition,))
        )
        among = tuple(clock for clock in scene.state.clocks if clock.definition == definition.id)
        assert evaluate(alone, scene.revisions, scene.as_of).clocks == among


@law
def test_what_has_happened_stays(scene: Scene) -> None:
    """Law of memory: has_breached never falls, its instant never moves, and an ended cycle never changes."""
    for early, late in pairwise(sorted({*scene.instants, scene.as_of})):
        then = evaluate(scene.plan, scene.revisions, early).clocks
        later = evaluate(scene.plan, scene.revisions, late).clocks
        for clock, after in zip(then, later, strict=False):
            assert (clock.definition, clock.cycle) == (after.definition, after.cycle)
            assert not clock.has_breached or (after.has_breached and after.breached_at == clock.breached_at)
            assert clock.is_active or after == clock
        assert len(then) <= len(later)


@law
def test_a_definition_has_one_active_clock(scene: Scene) -> None:
    """Law of cycles: numbered from 1, each starts no earlier than the one before ended, and only the last is active."""
    for identity in scene.plan.definitions:
        cycles = [clock for clock in scene.state.clocks if clock.definition == identity]
        assert [clock.cycle for clock in cycles] == list(range(1, len(cycles) + 1))
        for one, two in pairwise(cycles):
            assert one.stopped_at is not None
            assert one.stopped_at <= two.attached_at


# --- one reading -----------------------------------------------------------------------------------------------------


@law
def test_due_is_where_the_goal_and_the_pauses_end(scene: Scene) -> None:
    """Law of the due date: due == add(start, goal + business pauses); where the calendar ends before, a reason."""
    for clock, reading in scene.readings:
        try:
            end: datetime | None = scene.calendar(clock).add(clock.started_at, clock.goal + clock.business_paused)
        except CalendarExhausted:
            end = None
        assert reading.derived_end_at == end
        assert [reason.code for reason in reading.reasons] == ([] if end else ["calendar_ends"])
        if clock.stage == "paused":
            assert reading.has_breached or reading.due_at is None
            assert reading.due_if_resumed_now == add_or_none(
                scene.calendar(clock), clock.started_at, clock.goal + reading.paused
            )
        elif not clock.has_breached:
            assert reading.due_at == end
            assert reading.due_if_resumed_now is None


@law
def test_one_reading_agrees_with_itself(scene: Scene) -> None:
    """Law of consistency: percent >= 100 iff nothing remains iff it is breached, while the goal is what it was."""
    for clock, reading in scene.readings:
        assert (reading.percent >= 100) == (reading.remaining <= ZERO) == (reading.time_left == ZERO)
        assert reading.remaining == reading.goal - reading.elapsed
        assert (reading.breached_at is not None) == reading.has_breached
        if scene.goal_is_fixed(clock):
            assert reading.has_breached == (reading.remaining <= ZERO)
            assert not reading.has_breached or reading.due_at == reading.breached_at


@law
def test_all_time_is_running_or_paused(scene: Scene) -> None:
    """Law of conservation: elapsed and paused sum to the open time since the start, wall figures to the real time."""
    for clock, reading in scene.readings:
        until = clock.stopped_at or scene.as_of
        assert reading.elapsed + reading.paused == scene.calendar(clock).elapsed(clock.started_at, until)
        assert reading.wall_elapsed + reading.wall_paused == until - clock.started_at
        assert ZERO <= reading.elapsed <= reading.wall_elapsed
        assert ZERO <= reading.paused <= reading.wall_paused


@law
def test_the_segments_sum_to_the_reading(scene: Scene) -> None:
    """Law of explanation: segments join from start to reading; running ones sum to elapsed, paused ones to paused."""
    for clock, reading in scene.readings:
        segments = explain(scene.plan, clock, scene.as_of).segments
        edges = [clock.started_at, *(segment.end for segment in segments)]
        assert [segment.start for segment in segments] == edges[: len(segments)]
        assert edges[-1] == (clock.stopped_at or scene.as_of)
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


# --- what happens by itself ------------------------------------------------------------------------------------------


@law
def test_a_breach_and_a_threshold_are_where_the_reading_crosses_them(scene: Scene) -> None:
    """Law of thresholds: at its instant the reading is exactly the percent, a microsecond before it is less."""
    for clock in scene.state.clocks:
        marks = [*percents(clock), *([(100, clock.breached_at)] if clock.breached_at else [])]
        for percent, instant in marks if scene.goal_is_fixed(clock) else ():
            assert percent_at(scene, clock, instant) == percent
            assert percent_at(scene, clock, instant - MICRO) < percent


def percents(clock: SlaClock) -> list[tuple[int, datetime]]:
    """The thresholds of a clock that are percents, with their instants."""
    return [(int(label[:-1]), instant) for label, instant in clock.fired if label.endswith("%")]


def percent_at(scene: Scene, clock: SlaClock, instant: datetime) -> Fraction:
    """What the clock read at an instant after it was attached, as if no revision came then."""
    state = evaluate(scene.plan, scene.until(max(instant, clock.attached_at + MICRO)), instant)
    return next(
        read(scene.plan, each, instant).percent
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


@given(interruptions())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_only_the_time_that_pauses_cover_counts(scene: Interrupted) -> None:
    """Law of cover: splitting pauses, overlapping them or swapping their causes changes nothing else."""
    expected = scene.read(scene.waits, scene.holds, [])
    assert scene.read(scene.holds, scene.waits, []) == expected
    assert scene.read([*scene.waits, *scene.holds], [], []) == expected
    assert scene.read([], [*reversed(scene.holds), *scene.waits], scene.cuts) == expected
    TALLY(COUNT, 1)


@given(interruptions())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_pause_in_closed_time_changes_nothing_in_business_time(scene: Interrupted) -> None:
    """Law of closed time: a pause while the calendar is closed moves neither elapsed time, due date nor breach."""
    closed = [stretch for stretch in scene.waits if scene.open_time(stretch) == ZERO]
    plain, fired = scene.read(scene.holds, [], [])
    paused, fired_too = scene.read([*scene.holds, *closed], [], [])
    same = (
        "elapsed",
        "paused",
        "remaining",
        "has_breached",
        "breached_at",
        "derived_end_at",
        "original_due_at",
        "next_at",
        "due_at",
    )
    assert [getattr(paused, name) for name in same] == [getattr(plain, name) for name in same]
    assert fired == fired_too
    TALLY(COUNT, 1)


def add_or_none(calendar: Calendar, instant: datetime, duration: timedelta) -> datetime | None:
    """Where the duration ends; None where the calendar ends before."""
    try:
        return calendar.add(instant, duration)
    except CalendarExhausted:
        return None
