"""The engine's clocks beside the simulator's: plain histories put into the engine's nouns, and answers compared."""

from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from csmcore.calendars import Calendar, calendar_from_mapping
from csmcore.conditions import condition_from_mapping
from csmcore.model import DefinitionId, EventId, Goal, Revision, SlaClock, SlaDefinition, SupportPolicy, Threshold
from csmcore.rules import Plan, compile_policy, evaluate, read
from tests.oracle.hours import open_time
from tests.oracle.random_histories import INSTANTS, History, random_history
from tests.oracle.sla import simulate
from tests.oracle.sla_cycle import ENDLESS, Cycle
from tests.oracle.sla_features import features
from tests.oracle.worlds import DAYS, World, world

__all__ = [
    "Comparison",
    "calendars_of",
    "compare_history",
    "compare_random",
    "definition_of",
    "plan_of",
    "revisions_of",
]

CONDITIONS = ("start", "pause", "resume", "stop", "cancel", "reset")
MICROSECOND = timedelta(microseconds=1)
OF_THE_GOAL = {"goal", "remaining", "overdue", "time_left", "percent", "has_breached", "breached_at", "fired", "due_at"}
"""The figures that nobody knows while the instant that a goal names lies beyond the grid."""
OF_THE_END = {"wall_remaining", "wall_percent"}
"""The figures that nobody knows while the due date lies beyond the grid."""


class Comparison(NamedTuple):
    """How many cycles were compared, with which features; what differs, and how many figures lay beyond the grid."""

    cycles: int
    features: Counter[str]
    differences: list[str]
    excused: int


def compare_random(seed: str) -> Comparison:
    """One random history."""
    found = compare_history(random_history(Random(seed)))
    return found._replace(differences=[f"seed {seed}: {line}" for line in found.differences])


def compare_history(history: History) -> Comparison:
    """Every figure of every cycle of a history, as csmcore and the simulator have it."""
    here = world(history.world)
    plan, now = plan_of(history), here.minute(history.as_of)
    state = evaluate(plan, revisions_of(history), now)
    met, differences, excused, count = Counter[str](), list[str](), 0, 0
    for definition in history.definitions:
        cycles = simulate(definition, history.revisions, here.hours, history.as_of)
        clocks = [clock for clock in state.clocks if clock.definition == definition["id"]]
        count += len(cycles)
        if len(clocks) != len(cycles):
            differences.append(f"{definition['id']}: csmcore {len(clocks)} cycles, simulator {len(cycles)}")
        for clock, cycle in zip(clocks, cycles, strict=False):
            met.update(features(definition, cycle))
            got, want = engine_figures(plan, clock, now), expected_figures(here, cycle, history.as_of)
            unlike = [name for name in want if got[name] != want[name]]
            beyond = [name for name in unlike if is_beyond(here, name, got, want)]
            excused += len(beyond)
            differences += [
                f"{definition['id']}/{cycle.number} {name}: csmcore {got[name]}, simulator {want[name]}"
                for name in unlike
                if name not in beyond
            ]
    return Comparison(count, met, differences, excused)


def is_beyond(here: World, name: str, got: dict[str, Any], want: dict[str, Any]) -> bool:
    """Whether the simulator ran out of grid before the instant that the engine gives, or that the figure needs."""
    grid_end = here.minute(DAYS * 1440)
    if want["derived_end_at"] is None and want["goal"] == duration(ENDLESS) and name in OF_THE_GOAL:
        return bool(got["derived_end_at"] and got["derived_end_at"] > grid_end)
    found = got["derived_end_at"] if name in OF_THE_END else got[name]
    return want[name] is None and isinstance(found, datetime) and found > grid_end


# --- a history in the engine's nouns ---------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def calendars_of(number: int) -> dict[str, Calendar]:
    """The calendars of a world, read once."""
    return {name: calendar_from_mapping(document) for name, document in world(number).calendars.items()}


def plan_of(history: History) -> Plan:
    """The policy that makes the history's promises, compiled."""
    return compile_policy(
        SupportPolicy(
            name="random",
            version="1",
            timezone=world(history.world).zone,
            calendars=calendars_of(history.world),
            definitions=tuple(map(definition_of, history.definitions)),
        )
    )


def definition_of(plain: dict) -> SlaDefinition:
    """A definition from its plain form."""
    rest = dict(plain)
    parts: dict[str, Any] = {name: condition_from_mapping(rest.pop(name)) for name in CONDITIONS if name in rest}
    parts["goals"] = tuple(map(goal_of, rest.pop("goals")))
    parts["thresholds"] = tuple(map(threshold_of, rest.pop("thresholds")))
    parts |= {name: tuple(rest.pop(name)) for name in ("calendar_source", "timezone_source") if name in rest}
    return SlaDefinition(id=DefinitionId(rest.pop("id")), **parts, **rest)


def goal_of(plain: dict) -> Goal:
    """A goal from its plain form."""
    rest = dict(plain)
    when = condition_from_mapping(rest.pop("when")) if "when" in rest else None
    duration = timedelta(minutes=rest.pop("minutes")) if "minutes" in rest else None
    return Goal(duration, when, **rest)


def threshold_of(plain: int | dict) -> Threshold:
    """A threshold from its plain form: a percent, or minutes before or after the due date."""
    if isinstance(plain, int):
        return Threshold(plain)
    lengths: dict[str, Any] = {side: timedelta(minutes=minutes) for side, minutes in plain.items()}
    return Threshold(**lengths)


def revisions_of(history: History) -> list[Revision]:
    """The revisions, with lists and instants as the engine's records hold them."""
    here = world(history.world)
    return [
        Revision(here.minute(plain["at"]), number, EventId(f"C/{number}/0"), record_of(here, plain["fields"]))
        for number, plain in enumerate(history.revisions, 1)
    ]


def record_of(here: World, fields: dict) -> dict[str, object]:
    """A record with its lists and instants as the engine has them."""
    return {
        name: here.instant(value)
        if name in INSTANTS and isinstance(value, int)
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in fields.items()
    }


# --- one cycle, as each sees it --------------------------------------------------------------------------------------

READING = (
    *("cycle", "stage", "calendar", "goal", "started_at", "stopped_at", "due_at", "original_due_at", "derived_end_at"),
    *("due_if_resumed_now", "next_at", "elapsed", "paused", "remaining", "overdue", "time_left", "percent"),
    *("wall_elapsed", "wall_paused", "wall_remaining", "wall_percent", "has_breached", "breached_at"),
)


def engine_figures(plan: Plan, clock: SlaClock, now: datetime) -> dict[str, object]:
    """What the engine says of a clock."""
    reading = read(plan, clock, now)
    return {name: getattr(reading, name) for name in READING} | {
        "attached_at": clock.attached_at,
        "paused_at": clock.paused_at,
        "pauses": [(pause.start, pause.end, pause.business) for pause in clock.pauses],
        "fired": sorted(clock.fired),
    }


def expected_figures(here: World, cycle: Cycle, as_of: int) -> dict[str, Any]:
    """What the simulator says of a cycle, in the engine's words."""
    now = as_of * 60_000_000

    def at(instant: int | None) -> datetime | None:
        return None if instant is None else here.instant(instant)

    return {
        "cycle": cycle.number,
        "stage": cycle.stage,
        "calendar": cycle.hours.name,
        **{name: at(instant) for name, instant in cycle.instants(now).items()},
        **{name: duration(length) for name, length in cycle.durations(now).items()},
        "percent": cycle.percent(now),
        "wall_percent": cycle.wall_percent(now),
        "has_breached": cycle.breached_at is not None,
        "pauses": [
            (at(begun), at(until), duration(open_time(cycle.opens, begun, until))) for begun, until in cycle.pauses
        ],
        "fired": sorted((label, here.instant(instant)) for label, instant in cycle.fired.items()),
    }


def duration(microseconds: int | None) -> timedelta | None:
    """So many microseconds; None for none."""
    return None if microseconds is None else microseconds * MICROSECOND
