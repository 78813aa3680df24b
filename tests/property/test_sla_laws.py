"""The laws of clocks: what holds for every history, and needs no second implementation."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from itertools import pairwise
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmcore.calendars import Calendar
from csmcore.conditions import field
from csmcore.errors import CalendarExhausted
from csmcore.model import DefinitionId, EventId, Goal, Revision, SlaClock, SlaDefinition, SlaReading, SlaState, SupportPolicy
from csmcore.rules import Plan, advance, compile_policy, evaluate, explain, next_deadline, read, tick
from tests.differential.sla_engine import calendars_of, plan_of, revisions_of
from tests.oracle.random_histories import WORLDS, random_history, world
from tests.tally import TALLY

ZERO, MICRO = timedelta(0), timedelta(microseconds=1)
COUNT = "laws of SLA clocks, examples"


class Scene(NamedTuple):
    """A plan, a history under it, the instant to read it, and a few instants anywhere from before it begins to after that."""

    plan: Plan
    revisions: list[Revision]
    as_of: datetime
    instants: list[datetime]

    @property
    def state(self) -> SlaState:
        """The clocks as of the instant."""
        return evaluate(self.plan, self.revisions, self.as_of)

    @property
    def readings(self) -> list[tuple[SlaClock, SlaReading]]:
        """Every clock and what it reads."""
        return [(clock, read(self.plan, clock, self.as_of)) for clock in self.state.clocks]

    def until(self, instant: datetime) -> list[Revision]:
        """The revisions before an instant."""
        return [revision for revision in self.revisions if revision.at < instant]

    def calendar(self, clock: SlaClock) -> Calendar:
        """The calendar of a clock."""
        return self.plan.definitions[clock.definition].calendar

    def goal_is_fixed(self, clock: SlaClock) -> bool:
        """Whether the clock's definition knows but one goal."""
        return len(self.plan.definitions[clock.definition].definition.goals) == 1


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any random history, on whole minutes or a little beside them."""
    rng = Random(draw(st.integers(0, 2**32)))
    history = random_history(rng)
    here = world(history.world)
    jitter = timedelta(microseconds=draw(st.sampled_from((0, 1, 59_999_999))))
    revisions: list[Revision] = []
    for revision in revisions_of(history):
        at = max([revision.at + jitter * rng.randint(0, 1), *(earlier.at for earlier in revisions[-1:])])
        revisions.append(Revision(at, revision.sequence, revision.event_id, revision.fields))
    as_of = here.instant(100 * history.as_of) + jitter * rng.randint(0, 1)
    reach = as_of - revisions[0].at + timedelta(days=2)
    offsets = draw(st.lists(st.timedeltas(ZERO, max(reach, timedelta(days=2))), min_size=1, max_size=4))
    known = [revision.at for revision in revisions]
    instants = [revisions[0].at - timedelta(days=1) + offset for offset in offsets] + draw(st.lists(st.sampled_from(known), max_size=2))
    return Scene(plan_of(history), revisions, as_of, sorted(instants))


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
    """Law of the fold: however a history is split, the evaluated beginning advanced by the rest gives what the whole gives."""
    seen = [revision for revision in scene.revisions if revision.at <= scene.as_of]
    for cut in range(len(seen) + 1):
        latest = seen[cut].at if cut < len(seen) else scene.as_of
        state = evaluate(scene.plan, seen[:cut], latest)
        for revision in seen[cut:]:
            state = advance(scene.plan, state, revision)
        assert tick(scene.plan, state, scene.as_of) == scene.state


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
        assert evaluate(scene.plan, scene.revisions, instant) == evaluate(scene.plan, [r for r in scene.revisions if r.at <= instant], instant)


@law
def test_clocks_do_not_know_of_each_other(scene: Scene) -> None:
    """Law of independence: each definition alone gives the clocks that it gives among the others."""
    policy = scene.plan.policy
    for definition in policy.definitions:
        alone = compile_policy(SupportPolicy(name="alone", version="1", calendars=policy.calendars, definitions=(definition,)))
        among = tuple(clock for clock in scene.state.clocks if clock.definition == definition.id)
        assert evaluate(alone, scene.revisions, scene.as_of).clocks == among


@law
def test_what_has_happened_stays(scene: Scene) -> None:
    """Law of memory: has_breached never falls, its instant never moves, an ended cycle never changes, cycles are kept in order."""
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
    """Law of cycles: they are numbered from 1, each starts no earlier than the one before ended, and only the last is active."""
    for identity in scene.plan.definitions:
        cycles = [clock for clock in scene.state.clocks if clock.definition == identity]
        assert [clock.cycle for clock in cycles] == list(range(1, len(cycles) + 1))
        for one, two in pairwise(cycles):
            assert one.stopped_at is not None
            assert one.stopped_at <= two.attached_at


# --- one reading -----------------------------------------------------------------------------------------------------


@law
def test_due_is_where_the_goal_and_the_pauses_end(scene: Scene) -> None:
    """Law of the due date: due == add(start, goal + business pauses), and None where the calendar ends before, with a reason."""
    for clock, reading in scene.readings:
        try:
            end: datetime | None = scene.calendar(clock).add(clock.started_at, clock.goal + clock.business_paused)
        except CalendarExhausted:
            end = None
        assert reading.derived_end_at == end
        assert [reason.code for reason in reading.reasons] == ([] if end else ["calendar_ends"])
        if clock.stage == "paused":
            assert reading.has_breached or reading.due_at is None
            assert reading.due_if_resumed_now == add_or_none(scene.calendar(clock), clock.started_at, clock.goal + reading.paused)
        elif not clock.has_breached:
            assert reading.due_at == end
            assert reading.due_if_resumed_now is None


@law
def test_one_reading_agrees_with_itself(scene: Scene) -> None:
    """Law of consistency: percent >= 100 iff nothing remains iff it is breached, while the goal is what it was at the start."""
    for clock, reading in scene.readings:
        assert (reading.percent >= 100) == (reading.remaining <= ZERO) == (reading.time_left == ZERO)
        assert reading.remaining == reading.goal - reading.elapsed
        assert (reading.breached_at is not None) == reading.has_breached
        if scene.goal_is_fixed(clock):
            assert reading.has_breached == (reading.remaining <= ZERO)
            assert not reading.has_breached or reading.due_at == reading.breached_at


@law
def test_all_time_is_running_or_paused(scene: Scene) -> None:
    """Law of conservation: elapsed and paused sum to the open time from the start to the reading, wall figures to the real time."""
    for clock, reading in scene.readings:
        until = clock.stopped_at or scene.as_of
        assert reading.elapsed + reading.paused == scene.calendar(clock).elapsed(clock.started_at, until)
        assert reading.wall_elapsed + reading.wall_paused == until - clock.started_at
        assert ZERO <= reading.elapsed <= reading.wall_elapsed
        assert ZERO <= reading.paused <= reading.wall_paused


@law
def test_the_segments_sum_to_the_reading(scene: Scene) -> None:
    """Law of explanation: the segments follow each other from start to reading; running ones sum to elapsed, paused ones to paused."""
    for clock, reading in scene.readings:
        segments = explain(scene.plan, clock, scene.as_of).segments
        edges = [clock.started_at, *(segment.end for segment in segments)]
        assert [segment.start for segment in segments] == edges[: len(segments)]
        assert edges[-1] == (clock.stopped_at or scene.as_of)
        total = {kind: [segment for segment in segments if segment.kind == kind] for kind in ("running", "paused", "closed")}
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
        marks = [*clock.fired, *([(100, clock.breached_at)] if clock.breached_at else [])]
        for percent, instant in marks if scene.goal_is_fixed(clock) else ():
            assert percent_at(scene, clock, instant) == percent
            assert percent_at(scene, clock, instant - MICRO) < percent


def percent_at(scene: Scene, clock: SlaClock, instant: datetime) -> object:
    """What the clock read at an instant after it was attached, as if no revision came then."""
    state = evaluate(scene.plan, scene.until(max(instant, clock.attached_at + MICRO)), instant)
    return next(read(scene.plan, each, instant).percent for each in state.clocks if (each.definition, each.cycle) == (clock.definition, clock.cycle))


@law
def test_the_next_deadline_is_when_something_happens(scene: Scene) -> None:
    """Law of the timer: until the next deadline a tick changes nothing, at it something; a paused or ended clock has none."""
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
            assert (later.elapsed, later.percent, later.has_breached, later.due_at) == (reading.elapsed, reading.percent, reading.has_breached, reading.due_at)


# --- pauses ----------------------------------------------------------------------------------------------------------

WAITS = (field("state") == "awaiting_info") | (field("needs_attention") == True)  # noqa: E712 - it builds a condition


class Interrupted(NamedTuple):
    """A clock that two causes stop, each for some stretches of time given in minutes, and how they may be cut in two."""

    number: int
    calendar: str | None
    goal: int
    waits: list[tuple[int, int]]
    holds: list[tuple[int, int]]
    cuts: list[int]

    def reading(self, waits: list[tuple[int, int]], holds: list[tuple[int, int]], cuts: list[int]) -> tuple[SlaReading, tuple[tuple[int, datetime], ...]]:
        """What the clock reads in the end, with the thresholds that fired, when it is stopped so."""
        definition = SlaDefinition(
            id=DefinitionId("resolution"),
            calendar=self.calendar,
            goals=(Goal(timedelta(minutes=self.goal)),),
            thresholds=(50, 75, 150),
            start=field("state").is_not_empty(),
            pause=WAITS,
        )
        plan = compile_policy(SupportPolicy(name="pauses", version="1", calendars=calendars_of(self.number), definitions=(definition,)))
        here = world(self.number)
        edges = sorted({0, *(edge for stretch in waits + holds for edge in stretch)} | set(cuts))
        revisions: list[Revision] = []
        for edge in edges:
            fields = {"state": "awaiting_info" if is_in(waits, edge) else "open", "needs_attention": is_in(holds, edge)}
            nothing = {"state": "open", "needs_attention": False}
            for record in (nothing, fields) if edge in cuts else (fields,):  # a cut: it goes on and is stopped again at one instant
                number = len(revisions) + 1
                revisions.append(Revision(here.instant(100 * (4000 + edge)), number, EventId(f"C/{number}/0"), record))
        now = here.instant(100 * (4000 + 9000))
        (clock,) = evaluate(plan, revisions, now).clocks
        return read(plan, clock, now), clock.fired


def is_in(stretches: list[tuple[int, int]], minute: int) -> bool:
    """Whether the minute lies in one of the half-open stretches."""
    return any(start <= minute < end for start, end in stretches)


@st.composite
def interruptions(draw: st.DrawFn) -> Interrupted:
    """Any such clock over six days."""
    number = draw(st.integers(0, WORLDS - 1))
    stretches = st.lists(st.tuples(st.integers(1, 8000), st.integers(1, 2000)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=4)
    calendar = draw(st.sampled_from([None, *world(number).calendars]))
    return Interrupted(number, calendar, draw(st.integers(1, 4000)), draw(stretches), draw(stretches), draw(st.lists(st.integers(1, 8900), max_size=4)))


@given(interruptions())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_only_the_time_that_pauses_cover_counts(scene: Interrupted) -> None:
    """Law of cover: splitting pauses, overlapping them or swapping their causes changes nothing while they cover the same time."""
    expected = scene.reading(scene.waits, scene.holds, [])
    assert scene.reading(scene.holds, scene.waits, []) == expected
    assert scene.reading([*scene.waits, *scene.holds], [], []) == expected
    assert scene.reading([], [*reversed(scene.holds), *scene.waits], scene.cuts) == expected
    TALLY(COUNT, 1)


@given(interruptions())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_pause_in_closed_time_changes_nothing_in_business_time(scene: Interrupted) -> None:
    """Law of closed time: a pause in which the calendar is closed moves neither the elapsed time nor the due date nor the breach."""
    calendar = compile_calendar(scene)
    closed = [stretch for stretch in scene.waits if open_between(calendar, scene, stretch) == ZERO]
    plain, fired = scene.reading(scene.holds, [], [])
    paused, fired_too = scene.reading([*scene.holds, *closed], [], [])
    same = ("elapsed", "paused", "remaining", "has_breached", "breached_at", "derived_end_at", "original_due_at", "next_at", "due_at")
    assert [getattr(paused, name) for name in same] == [getattr(plain, name) for name in same]
    assert fired == fired_too
    TALLY(COUNT, 1)


def compile_calendar(scene: Interrupted) -> Calendar | None:
    """The calendar of the scene; None: around the clock."""
    return None if scene.calendar is None else calendars_of(scene.number)[scene.calendar]


def open_between(calendar: Calendar | None, scene: Interrupted, stretch: tuple[int, int]) -> timedelta:
    """The open time in a stretch of minutes."""
    start, end = (world(scene.number).instant(100 * (4000 + edge)) for edge in stretch)
    return end - start if calendar is None else calendar.elapsed(start, end)


def add_or_none(calendar: Calendar, instant: datetime, duration: timedelta) -> datetime | None:
    """Where the duration ends; None where the calendar ends before."""
    try:
        return calendar.add(instant, duration)
    except CalendarExhausted:
        return None
