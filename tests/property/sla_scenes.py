"""Scenes for the laws of clocks: a history under a plan, with other instants; and a clock that is interrupted."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from csmcore.calendars import BusinessCalendar, Calendar
from csmcore.conditions import field
from csmcore.model import (
    DefinitionId,
    EventId,
    Goal,
    Revision,
    SlaClock,
    SlaDefinition,
    SlaReading,
    SlaState,
    SupportPolicy,
)
from csmcore.rules import Plan, compile_policy, evaluate, read
from tests.differential.sla_engine import calendars_of, plan_of, revisions_of
from tests.oracle.random_histories import random_history
from tests.oracle.worlds import WORLDS, world

__all__ = ["Fired", "Interrupted", "Scene", "interruptions", "scenes"]

ZERO = timedelta(0)


class Scene(NamedTuple):
    """A plan, a history under it, the instant to read it, and other instants, from before it begins to after that."""

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
        return self.plan.hours.calendar(clock.calendar, clock.timezone)

    def goal_is_fixed(self, clock: SlaClock) -> bool:
        """Whether the clock's definition knows but one goal."""
        return len(self.plan.definitions[clock.definition].definition.goals) == 1


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any random history, on whole minutes or a little beside them."""
    rng = Random(draw(st.integers(0, 2**32)))
    history = random_history(rng, is_plain=True)
    here = world(history.world)
    jitter = timedelta(microseconds=draw(st.sampled_from((0, 1, 59_999_999))))
    revisions: list[Revision] = []
    for revision in revisions_of(history):
        at = max([revision.at + jitter * rng.randint(0, 1), *(earlier.at for earlier in revisions[-1:])])
        revisions.append(Revision(at, revision.sequence, revision.event_id, revision.fields))
    as_of = here.minute(history.as_of) + jitter * rng.randint(0, 1)
    reach = as_of - revisions[0].at + timedelta(days=2)
    offsets = draw(st.lists(st.timedeltas(ZERO, max(reach, timedelta(days=2))), min_size=1, max_size=4))
    known = [revision.at for revision in revisions]
    instants = [revisions[0].at - timedelta(days=1) + offset for offset in offsets] + draw(
        st.lists(st.sampled_from(known), max_size=2)
    )
    return Scene(plan_of(history), revisions, as_of, sorted(instants))


WAITS = (field("state") == "awaiting_info") | (field("needs_attention") == True)  # noqa: E712 - it builds a condition


BEGIN, END = 4_000, 13_000  # the minutes of a world between which such a clock is looked at
Fired = tuple[tuple[str, datetime], ...]


class Interrupted(NamedTuple):
    """A clock that two causes stop, each for some stretches of minutes, and where those may be cut in two."""

    number: int
    calendar: str | None
    goal: int
    waits: list[tuple[int, int]]
    holds: list[tuple[int, int]]
    cuts: list[int]

    @property
    def hours(self) -> Calendar:
        """The calendar itself."""
        return BusinessCalendar.always() if self.calendar is None else calendars_of(self.number)[self.calendar]

    def instant(self, minute: int) -> datetime:
        """The instant so many minutes after the clock's start."""
        return world(self.number).minute(BEGIN + minute)

    def open_time(self, stretch: tuple[int, int]) -> timedelta:
        """The open time in a stretch of minutes."""
        return self.hours.elapsed(self.instant(stretch[0]), self.instant(stretch[1]))

    def read(
        self, waits: list[tuple[int, int]], holds: list[tuple[int, int]], cuts: list[int]
    ) -> tuple[SlaReading, Fired]:
        """What the clock reads in the end, with the thresholds that fired, when these two causes stop it.

        At a cut it goes on and is stopped again, all at one instant.
        """
        edges = sorted({0, *cuts, *(edge for stretch in waits + holds for edge in stretch)})
        revisions: list[Revision] = []
        for edge in edges:
            state = "awaiting_info" if is_in(waits, edge) else "open"
            records = [{"state": state, "needs_attention": is_in(holds, edge)}]
            if edge in cuts:
                records.insert(0, {"state": "open", "needs_attention": False})
            for record in records:
                number = len(revisions) + 1
                revisions.append(Revision(self.instant(edge), number, EventId(f"C/{number}/0"), record))
        plan, now = self.plan(), self.instant(END - BEGIN)
        (clock,) = evaluate(plan, revisions, now).clocks
        return read(plan, clock, now), clock.fired

    def plan(self) -> Plan:
        """The one promise, which waits for either cause."""
        definition = SlaDefinition(
            id=DefinitionId("resolution"),
            calendar=self.calendar,
            goals=(Goal(timedelta(minutes=self.goal)),),
            thresholds=(50, 75, 150),
            start=field("state").is_not_empty(),
            pause=WAITS,
        )
        calendars = calendars_of(self.number)
        return compile_policy(SupportPolicy(name="p", version="1", calendars=calendars, definitions=(definition,)))


def is_in(stretches: list[tuple[int, int]], minute: int) -> bool:
    """Whether the minute lies in one of the half-open stretches."""
    return any(start <= minute < end for start, end in stretches)


@st.composite
def interruptions(draw: st.DrawFn) -> Interrupted:
    """Any such clock over six days."""
    number = draw(st.integers(0, WORLDS - 1))
    stretches = st.lists(
        st.tuples(st.integers(1, 8000), st.integers(1, 2000)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=4
    )
    calendar = draw(st.sampled_from([None, *world(number).calendars]))
    return Interrupted(
        number,
        calendar,
        draw(st.integers(1, 4000)),
        draw(stretches),
        draw(stretches),
        draw(st.lists(st.integers(1, 8900), max_size=4)),
    )
