"""Scenes for the laws of clocks: a history under a plan, with other instants; and a clock that is interrupted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from hypothesis import reject
from hypothesis import strategies as st

from csmcore.calendars import BusinessCalendar, Calendar, calendar_from_mapping
from csmcore.conditions import field
from csmcore.errors import InvalidValue
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
    Threshold,
)
from csmcore.rules import Plan, compile_policy, evaluate, read
from tests.differential.sla_engine import calendars_of, definition_of, plan_of, revisions_of
from tests.oracle.random_definitions import random_definition
from tests.oracle.random_histories import CALENDARS, ZONES, History, random_history
from tests.oracle.worlds import OTHER_ZONES, WORLDS, world

__all__ = ["DATES", "DURATIONS", "Fired", "Interrupted", "Scene", "Shift", "interruptions", "scenes", "shifts"]

ZERO, WEEK = timedelta(0), timedelta(weeks=1)
FOREVER = datetime(2199, 12, 31, tzinfo=UTC)


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
    def seen(self) -> list[Revision]:
        """The revisions up to the instant."""
        return [revision for revision in self.revisions if revision.at <= self.as_of]

    @property
    def readings(self) -> list[tuple[SlaClock, SlaReading]]:
        """Every clock and what it reads."""
        return [(clock, read(self.plan, clock, self.as_of)) for clock in self.state.clocks]

    @property
    def views(self) -> list["Scene"]:
        """The same, read at each of the instants."""
        return [self._replace(as_of=instant) for instant in (*self.instants, self.as_of)]

    def until(self, instant: datetime) -> list[Revision]:
        """The revisions before an instant."""
        return [revision for revision in self.revisions if revision.at < instant]

    def definition(self, clock: SlaClock) -> SlaDefinition:
        """What a clock measures."""
        return self.plan.definitions[clock.definition].definition

    def goal(self, clock: SlaClock) -> Goal:
        """The goal that it has."""
        return self.definition(clock).goals[clock.goal_index]

    def end(self, clock: SlaClock) -> datetime:
        """Up to when it is read: its end, or the instant; its start, if that is still to come."""
        return max(clock.stopped_at or self.as_of, clock.started_at)

    def open_time(self, clock: SlaClock, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants of a clock's life, by the calendars that were in force."""
        return sum(
            (
                calendar.elapsed(max(start, begun), min(end, until))
                for calendar, begun, until in self.hours(clock)
                if max(start, begun) < min(end, until)
            ),
            ZERO,
        )

    def hours(self, clock: SlaClock) -> Iterator[tuple[Calendar, datetime, datetime]]:
        """The calendars that were in force, each with when that was."""
        since, calendar = clock.started_at, self.plan.hours.calendar
        for stretch in clock.stretches:
            yield calendar(stretch.calendar, stretch.timezone), since, stretch.end
            since = stretch.end
        yield calendar(clock.calendar, clock.timezone), since, FOREVER

    def is_steady(self, clock: SlaClock) -> bool:
        """Whether its goal is so much time and can be no other, and no time is ever counted anew."""
        definition = self.definition(clock)
        has_sources = bool(definition.calendar_source or definition.timezone_source)
        return (
            len(definition.goals) == 1
            and definition.goals[0].duration is not None
            and not (has_sources and definition.on_calendar_change == "last")
        )


@st.composite
def scenes(draw: st.DrawFn, *, more: int = 0, is_plain: bool = False) -> Scene:
    """Any random history, on whole minutes or a little beside them; under so many more definitions than it has."""
    rng = Random(draw(st.integers(0, 2**32)))
    history = random_history(rng, is_plain=is_plain)
    here = world(history.world)
    others = [random_definition(rng, f"other {number}", here) for number in range(more)]
    history = history._replace(definitions=[*others, *history.definitions])
    if not is_plain and rng.random() < 0.5:
        history = restless(rng, history)
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


def restless(rng: Random, history: History) -> History:
    """The same history of a case that moves house: its calendars and zones are others at every other revision."""
    definitions = [
        {"calendar_source": list(CALENDARS), "timezone_source": list(ZONES), **plain}
        for plain in history.definitions
        if not any("counts" in goal for goal in plain["goals"])
    ]
    here, moved, revisions = world(history.world), dict[str, object](), []
    for plain in history.revisions:
        if rng.random() < 0.5:
            known = ((CALENDARS, [*here.calendars, None]), (ZONES, [here.zone, *OTHER_ZONES, None]))
            names, values = rng.choice(known)
            moved[rng.choice(names)] = rng.choice(values)
        fields = {name: value for name, value in (plain["fields"] | moved).items() if value is not None}
        revisions.append({**plain, "fields": fields})
    return history._replace(definitions=definitions or history.definitions, revisions=revisions)


# --- the same, some weeks later --------------------------------------------------------------------------------------


class Shift(NamedTuple):
    """A history where clocks never change and no date is special; and the same so many weeks later."""

    plan: Plan
    revisions: list[Revision]
    as_of: datetime
    by: timedelta

    @property
    def later(self) -> list[Revision]:
        """The revisions, with every instant that they have, later."""
        return [
            Revision(each.at + self.by, each.sequence, each.event_id, self.moved(each.fields))
            for each in self.revisions
        ]

    def moved(self, value: Any) -> Any:
        """The same value with every instant in it moved."""
        match value:
            case datetime():
                return value + self.by
            case dict():
                return {name: self.moved(item) for name, item in value.items()}
            case tuple():
                return tuple(map(self.moved, value))
            case _:
                return value


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    """Any random history in a zone whose clocks never change, and any number of weeks in four years."""
    rng = Random(draw(st.integers(0, 2**32)))
    zone = draw(st.sampled_from(("UTC", "Etc/GMT+5")))
    history = random_history(rng)
    history = restless(rng, history) if rng.random() < 0.3 else history
    try:
        policy = SupportPolicy(
            name="p",
            version="1",
            timezone=zone,
            calendars=ordinary_calendars(history.world, zone),
            definitions=tuple(map(definition_of, history.definitions)),
        )
    except InvalidValue:  # of some difference nothing is left to hold the goal
        reject()
    revisions = [
        Revision(each.at, each.sequence, each.event_id, in_zone(each.fields, zone)) for each in revisions_of(history)
    ]
    weeks = draw(st.integers(-104, 104).filter(bool))
    return Shift(compile_policy(policy), revisions, world(history.world).minute(history.as_of), weeks * WEEK)


@lru_cache(maxsize=2 * WORLDS)
def ordinary_calendars(number: int, zone: str) -> dict[str, Calendar]:
    """The calendars of a world, as they are in ordinary weeks."""
    documents = world(number).calendars
    return {name: calendar_from_mapping(ordinary(document, zone)) for name, document in documents.items()}


def ordinary(document: dict, zone: str) -> dict:
    """A calendar as it is in ordinary weeks, on the clocks of a zone."""
    for kind in ("union", "intersection", "minus"):
        if kind in document:
            return {kind: [ordinary(part, zone) for part in document[kind]]}
    return {name: value for name, value in document.items() if name in {"hours", "floating"}} | {"timezone": zone}


def in_zone(fields: Any, zone: str) -> dict[str, object]:
    """A record that names no zone whose clocks change."""
    return {
        name: {"Pacific/Auckland": "Etc/GMT-12"}.get(value, zone) if name in ZONES and "/" in value else value
        for name, value in fields.items()
    }


# --- a clock that is interrupted -------------------------------------------------------------------------------------

WAITS = (field("state") == "awaiting_info") | (field("needs_attention") == True)  # noqa: E712 - it builds a condition


BEGIN, END = 4_000, 13_000  # the minutes of a world between which such a clock is looked at
Fired = tuple[tuple[str, datetime], ...]
Stretches = list[tuple[int, int]]


class Interrupted(NamedTuple):
    """A clock that two causes stop, each for some stretches of minutes, and where those may be cut in two."""

    number: int
    calendar: str | None
    goal: Goal
    on_time: Any
    waits: Stretches
    holds: Stretches
    cuts: list[int]

    @property
    def hours(self) -> Calendar:
        """The calendar itself."""
        return BusinessCalendar.always() if self.calendar is None else calendars_of(self.number)[self.calendar]

    @property
    def over(self) -> Stretches:
        """The first cause's stretches that are over in the end."""
        return [stretch for stretch in self.waits if stretch[1] <= END - BEGIN]

    def instant(self, minute: int) -> datetime:
        """The instant so many minutes after the clock's start."""
        return world(self.number).minute(BEGIN + minute)

    def open_time(self, stretch: tuple[int, int]) -> timedelta:
        """The open time in a stretch of minutes."""
        return self.hours.elapsed(self.instant(stretch[0]), self.instant(stretch[1]))

    def history(self, waits: Stretches, holds: Stretches, cuts: list[int], *, gold_at: int = 0) -> list[Revision]:
        """The case, which these two causes stop, and which is golden from some minute on.

        At a cut it goes on and is stopped again, all at one instant.
        """
        edges = sorted({0, gold_at, *cuts, *(edge for stretch in waits + holds for edge in stretch)})
        revisions: list[Revision] = []
        for edge in edges:
            state = "awaiting_info" if is_in(waits, edge) else "open"
            records: list[dict[str, object]] = [{"state": state, "needs_attention": is_in(holds, edge)}]
            if edge in cuts:
                records.insert(0, {"state": "open", "needs_attention": False})
            for record in records:
                number = len(revisions) + 1
                known = {
                    "extra.calendar": self.calendar,
                    "extra.began": self.instant(0),
                    "extra.due": self.instant(4_000),
                    "category": "gold" if edge >= gold_at else "lead",
                }
                revisions.append(Revision(self.instant(edge), number, EventId(f"C/{number}/0"), {**known, **record}))
        return revisions

    def clock(self, revisions: list[Revision], **changes: Any) -> tuple[SlaReading, SlaClock]:
        """The one clock of the promise, which waits for either cause, and what it reads in the end."""
        usual: dict[str, Any] = {
            "id": DefinitionId("resolution"),
            "calendar_source": ("extra.calendar",),
            "goals": (self.goal,),
            "on_time": self.on_time,
            "thresholds": (50, 75, 150, Threshold(before_due=QUARTER), Threshold(after_due=QUARTER)),
            "start": field("state").is_not_empty(),
            "pause": WAITS,
        }
        calendars = calendars_of(self.number)
        definition = SlaDefinition(**usual | changes)
        plan = compile_policy(SupportPolicy(name="p", version="1", calendars=calendars, definitions=(definition,)))
        now = self.instant(END - BEGIN)
        (clock,) = evaluate(plan, revisions, now).clocks
        return read(plan, clock, now), clock

    def read(self, waits: Stretches, holds: Stretches, cuts: list[int]) -> tuple[SlaReading, Fired]:
        """What the clock reads in the end, with the thresholds that fired, when these two causes stop it."""
        reading, clock = self.clock(self.history(waits, holds, cuts))
        return reading, clock.fired


QUARTER = timedelta(minutes=15)


def is_in(stretches: Stretches, minute: int) -> bool:
    """Whether the minute lies in one of the half-open stretches."""
    return any(start <= minute < end for start, end in stretches)


DURATIONS = st.integers(1, 4_000).map(lambda minutes: Goal(timedelta(minutes=minutes)))
DATES = st.one_of(
    st.builds(
        Goal,
        days=st.integers(0, 3),
        at=st.sampled_from(("same_time", "close", "12:00")),
        cutoff=st.sampled_from((None, "12:00")),
    ),
    st.builds(Goal, due_field=st.just("extra.due"), moved_by_pauses=st.booleans()),
)


@st.composite
def interruptions(draw: st.DrawFn, goals: st.SearchStrategy[Goal] = DURATIONS) -> Interrupted:
    """Any such clock over six days."""
    number = draw(st.integers(0, WORLDS - 1))
    stretches = st.lists(
        st.tuples(st.integers(1, 8000), st.integers(1, 2000)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=4
    )
    return Interrupted(
        number,
        draw(st.sampled_from([None, *world(number).calendars])),
        draw(goals),
        draw(st.sampled_from(("before", "by"))),
        draw(stretches),
        draw(stretches),
        draw(st.lists(st.integers(1, 8900), max_size=4)),
    )
