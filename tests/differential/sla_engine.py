"""The engine's clocks beside the simulator's: plain histories put into the engine's nouns, and answers compared."""

from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from csmcore.calendars import Calendar, calendar_from_mapping
from csmcore.conditions import condition_from_mapping
from csmcore.model import DefinitionId, EventId, Goal, Revision, SlaClock, SlaDefinition, SupportPolicy
from csmcore.rules import Plan, compile_policy, evaluate, read
from tests.oracle.random_histories import History, World, random_history, world
from tests.oracle.sla import Cycle, simulate

__all__ = ["compare_history", "compare_random", "definition_of", "plan_of", "revisions_of"]

CONDITIONS = ("start", "pause", "resume", "stop", "cancel", "reset")


def compare_random(seed: str) -> tuple[int, list[str]]:
    """The cycles of one random history, and what differs."""
    history = random_history(Random(seed))
    cycles, differences = compare_history(history)
    return cycles, [f"seed {seed}: {line}" for line in differences]


def compare_history(history: History) -> tuple[int, list[str]]:
    """How many cycles the history has, and each figure in which engine and simulator differ."""
    here = world(history.world)
    plan, now = plan_of(history), here.instant(100 * history.as_of)
    state = evaluate(plan, revisions_of(history), now)
    count, differences = 0, []
    for definition in history.definitions:
        cycles = simulate(definition, history.revisions, here.opens[definition["calendar"]], history.as_of)
        clocks = [clock for clock in state.clocks if clock.definition == definition["id"]]
        count += len(cycles)
        found, expected = (
            [engine_figures(plan, clock, now) for clock in clocks],
            [expected_figures(here, cycle, history.as_of) for cycle in cycles],
        )
        if len(found) != len(expected):
            differences.append(f"{definition['id']}: csmcore {len(found)} cycles, simulator {len(expected)}")
        differences += [
            f"{definition['id']}/{want['cycle']} {name}: csmcore {got[name]}, simulator {want[name]}"
            for got, want in zip(found, expected, strict=False)
            for name in want
            if got[name] != want[name] and not is_beyond(here, got[name], want[name])
        ]
    return count, differences


def is_beyond(here: World, found: object, expected: object) -> bool:
    """Whether the simulator ran out of grid before the instant that the engine gives."""
    return expected is None and isinstance(found, datetime) and found > here.instant(100 * len(here.opens[None]))


# --- a history in the engine's nouns ---------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def calendars_of(number: int) -> dict[str, Calendar]:
    """The calendars of a world, read once."""
    return {name: calendar_from_mapping(document) for name, document in world(number).calendars.items()}


def plan_of(history: History) -> Plan:
    """The policy that makes the history's promises, compiled."""
    definitions = tuple(map(definition_of, history.definitions))
    return compile_policy(
        SupportPolicy(name="random", version="1", calendars=calendars_of(history.world), definitions=definitions)
    )


def definition_of(plain: dict) -> SlaDefinition:
    """A definition from its plain form."""
    conditions: dict[str, Any] = {name: condition_from_mapping(plain[name]) for name in CONDITIONS if name in plain}
    goals = tuple(
        Goal(timedelta(minutes=goal["minutes"]), condition_from_mapping(goal["when"]) if "when" in goal else None)
        for goal in plain["goals"]
    )
    rest = {name: value for name, value in plain.items() if name not in {*CONDITIONS, "goals", "id", "thresholds"}}
    return SlaDefinition(
        id=DefinitionId(plain["id"]), goals=goals, thresholds=tuple(plain["thresholds"]), **conditions, **rest
    )


def revisions_of(history: History) -> list[Revision]:
    """The revisions, with lists as the engine's records hold them."""
    here = world(history.world)
    return [
        Revision(
            here.instant(100 * revision["at"]),
            number,
            EventId(f"C/{number}/0"),
            {name: tuple(value) if isinstance(value, list) else value for name, value in revision["fields"].items()},
        )
        for number, revision in enumerate(history.revisions, 1)
    ]


# --- one cycle, as each sees it --------------------------------------------------------------------------------------


def engine_figures(plan: Plan, clock: SlaClock, now: datetime) -> dict[str, object]:
    """What the engine says of a clock."""
    reading = read(plan, clock, now)
    names = (
        "cycle",
        "stage",
        "goal",
        "started_at",
        "stopped_at",
        "due_at",
        "original_due_at",
        "derived_end_at",
        "due_if_resumed_now",
        "next_at",
    )
    more = ("elapsed", "paused", "remaining", "wall_elapsed", "wall_paused", "has_breached", "breached_at")
    return {name: getattr(reading, name) for name in (*names, *more)} | {
        "attached_at": clock.attached_at,
        "paused_at": clock.paused_at,
        "pauses": [(pause.start, pause.end, pause.business) for pause in clock.pauses],
        "fired": sorted(clock.fired),
    }


def expected_figures(here: World, cycle: Cycle, now: int) -> dict[str, object]:
    """What the simulator says of a cycle, in the engine's words."""

    def at(minute: int | None) -> datetime | None:
        return None if minute is None else here.instant(100 * minute)

    def hundredth(count: int | None) -> datetime | None:
        return None if count is None else here.instant(count)

    is_paused = cycle.stage == "paused"
    end = hundredth(
        cycle.used_up(cycle.started_at, 100 * (cycle.goal + (cycle.rested_before_pause if is_paused else cycle.rested)))
    )
    has_breached = cycle.breached_at is not None
    return {
        "cycle": cycle.number,
        "stage": cycle.stage,
        "goal": minutes(cycle.goal),
        "attached_at": at(cycle.attached_at),
        "started_at": at(cycle.started_at),
        "stopped_at": at(cycle.stopped_at),
        "due_at": at(cycle.due_when_breached) if has_breached else None if is_paused else end,
        "original_due_at": hundredth(cycle.original_due),
        "derived_end_at": end,
        "due_if_resumed_now": hundredth(cycle.used_up(cycle.started_at, 100 * (cycle.goal + cycle.rested)))
        if is_paused
        else None,
        "next_at": hundredth(cycle.ahead(now)),
        "elapsed": minutes(cycle.elapsed),
        "paused": minutes(cycle.rested),
        "remaining": minutes(cycle.goal - cycle.elapsed),
        "wall_elapsed": minutes(cycle.wall_elapsed),
        "wall_paused": minutes(cycle.wall_rested),
        "has_breached": has_breached,
        "breached_at": at(cycle.breached_at),
        "paused_at": at(cycle.paused_at),
        "pauses": [(at(start), at(end), minutes(rested)) for start, end, rested in cycle.pauses],
        "fired": sorted((percent, here.instant(count)) for percent, count in cycle.fired.items()),
    }


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
