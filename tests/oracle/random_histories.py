"""Case histories drawn at random, with the definitions whose clocks they move: plain data, on whole minutes.

They are drawn from a hundred calendars in ten worlds. A world is sixty days around a change of some zone's clock, so
that all calendars of one history share a grid of minutes. Instants are drawn where something can go wrong: at the edges
of windows, in the very minute in which a goal is used up, several at once.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from random import Random
from typing import NamedTuple

from tests.oracle.calendar import WEEKDAYS, open_slots
from tests.oracle.random_calendars import random_document
from tests.oracle.sla import holds
from tests.oracle.transitions import zone_transitions

__all__ = ["WORLDS", "History", "World", "random_history", "world"]

DAYS = 60
FIRST, LAST = 3 * 1440, 25 * 1440  # where histories lie; the rest is for due dates
CALENDARS = 10
ZONES = (
    *("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca"),
    *("Asia/Kathmandu", "Pacific/Chatham", "Europe/Dublin", "Antarctica/Troll", "America/Havana"),
)
WORLDS = len(ZONES)

OPEN, DONE = ["new", "open", "awaiting_info"], ["resolved", "closed"]
FIELDS: dict[str, tuple] = {
    "state": (*OPEN, *DONE, "cancelled"),
    "priority": (1, 2, 3, 4),
    "category": ("gold", "silver", "", None),
    "assigned_to": ("ada", "ben", None),
    "needs_attention": (True, False),
    "event.kind": ("comment_added", "work_note_added", "case_updated"),
    "event.by": ("customer", "agent", "system"),
    "event.is_public": (True, False),
}
ANOTHER: dict[type, object] = {int: 9, str: "another", bool: None}
PERCENTS = (1, 10, 33, 50, 75, 90, 99, 100, 101, 125, 200, 500)
NAMES = ("response", "resolution", "third")


class World(NamedTuple):
    """Calendars as documents by name, and for each (None: around the clock) 1 for each open minute since ``start``."""

    start: datetime
    calendars: dict[str, dict]
    opens: dict[str | None, bytes]

    def instant(self, hundredths: int) -> datetime:
        """The instant so many hundredths of minutes after the start."""
        return self.start + timedelta(milliseconds=600 * hundredths)


class History(NamedTuple):
    """A case's revisions, with all their fields, under some definitions, as of a minute of a world."""

    world: int
    definitions: list[dict]
    revisions: list[dict]
    as_of: int


@lru_cache(maxsize=WORLDS)
def world(number: int) -> World:
    """One of the ten worlds."""
    zone, rng = ZONES[number], Random(number)
    changes = zone_transitions(zone, 2024, 2026)
    middle = datetime.fromtimestamp(rng.choice(changes).at, UTC) if changes else datetime(2024, 3, 1, tzinfo=UTC)
    start = (middle - timedelta(days=10)).replace(hour=0, minute=0)
    usual = (["09:00-17:00"], ["08:00-12:00", "13:00-18:00"], ["22:00-06:00"])
    calendars = {
        f"usual {windows[0]}": {"timezone": zone, "hours": dict.fromkeys(WEEKDAYS[:5], windows)} for windows in usual
    }
    while len(calendars) < CALENDARS:
        calendars[f"random {len(calendars)}"] = random_document(
            rng, (zone, "UTC"), (start + timedelta(days=rng.randint(4, 20))).date()
        )
    opens: dict[str | None, bytes] = {
        name: open_slots(document, start, DAYS * 1440) for name, document in calendars.items()
    }
    return World(start, calendars, {**opens, None: b"\1" * (DAYS * 1440)})


def random_history(rng: Random) -> History:
    """Any history: one to three definitions, one to fourteen revisions, read at any minute of it or after it."""
    number = rng.randrange(WORLDS)
    names = rng.sample(NAMES, rng.choice((1, 1, 2, 3)))
    definitions = [random_definition(rng, name, [*world(number).calendars, None]) for name in names]
    revisions = random_revisions(rng, world(number), definitions)
    ends = [revision["at"] for revision in revisions]
    as_of = rng.choice(ends) if rng.random() < 0.25 else later(rng, world(number), definitions, ends)
    return History(number, definitions, revisions, as_of)


# --- definitions -----------------------------------------------------------------------------------------------------


def random_definition(rng: Random, name: str, calendars: list[str | None]) -> dict:
    """A promise: mostly of a usual form, now and then with conditions of any kind."""
    definition: dict = {
        "id": name,
        "calendar": rng.choice(calendars),
        "goals": random_goals(rng),
        "start": {"field": "state", "op": "in", "value": OPEN},
        "thresholds": sorted(rng.sample(PERCENTS, rng.randint(0, 3))),
        "on_goal_change": rng.choice(("carry", "carry", "keep", "restart")),
        "contractual": rng.random() < 0.15,
    }
    usual = {
        "stop": {"field": "state", "op": "in", "value": DONE},
        "pause": {"field": "state", "op": "eq", "value": "awaiting_info"},
        "resume": {"field": "needs_attention", "op": "eq", "value": True},
        "cancel": {"field": "priority", "op": "eq", "value": 4},
        "reset": {"field": "priority", "op": "changes"},
    }
    for part, chance in (("stop", 0.95), ("pause", 0.8), ("resume", 0.3), ("cancel", 0.3), ("reset", 0.3)):
        if rng.random() < chance:
            definition[part] = random_condition(rng) if rng.random() < 0.25 else usual[part]
    definition["when_to_resume"] = "resume_met" if "resume" in definition and rng.random() < 0.7 else "pause_not_met"
    definition["when_to_cancel"] = rng.choice(
        ("start_not_met", "start_not_met", "cancel_met" if "cancel" in definition else "never", "never")
    )
    definition["reset_action"] = rng.choice(("complete", "cancel"))
    if rng.random() < 0.3:
        definition["start"] = random_condition(rng)
        if definition["when_to_cancel"] == "start_not_met" and not may_last(definition["start"]):
            definition["when_to_cancel"] = "never"
    return definition


def random_goals(rng: Random) -> list[dict]:
    """Goals by condition; one time in ten none is for all the rest."""
    goals = [{"minutes": random_minutes(rng), "when": random_when(rng)} for _ in range(rng.choice((0, 0, 1, 2)))]
    return goals if goals and rng.random() < 0.2 else [*goals, {"minutes": random_minutes(rng)}]


def random_when(rng: Random) -> dict:
    """For which cases a goal is: mostly those of some priority."""
    return (
        {"field": "priority", "op": "le", "value": rng.randint(1, 3)}
        if rng.random() < 0.6
        else random_condition(rng, 1)
    )


def random_minutes(rng: Random) -> int:
    """The minutes of a goal, from one to three days of a whole office."""
    return rng.choice((1, 30, 60, 240, 480, 960, 1440, rng.randint(1, 100), rng.randint(1, 3000)))


def random_condition(rng: Random, depth: int = 2) -> dict:
    """Any condition over the fields."""
    kind = rng.random()
    if depth and kind < 0.15:
        return {"not": random_condition(rng, depth - 1)}
    if depth and kind < 0.4:
        return {rng.choice(("all", "any")): [random_condition(rng, depth - 1) for _ in range(2)]}
    name = rng.choice(list(FIELDS))
    values = [value for value in FIELDS[name] if value not in (None, "")]
    ops = ["eq", "ne", "in", "not_in", "is_empty", "is_not_empty", "changes", "changes_to", "changes_from"]
    op = rng.choice([*ops, "le", "ge"] if name == "priority" else ops)
    if op in {"in", "not_in"}:
        return {"field": name, "op": op, "value": rng.sample(values, rng.randint(1, len(values)))}
    if op in {"is_empty", "is_not_empty", "changes"}:
        return {"field": name, "op": op}
    return {
        "field": name,
        "op": op,
        "value": None if op == "changes_from" and rng.random() < 0.4 else rng.choice(values),
    }


def may_last(condition: dict) -> bool:
    """Whether the condition can hold on a record on which nothing changes and nothing happens."""
    names = [name for name in FIELDS if f"'{name}'" in str(condition)]
    values = [
        (None,) if name.startswith("event.") else (*FIELDS[name], None, ANOTHER[type(FIELDS[name][0])])
        for name in names
    ]
    records = (dict(zip(names, chosen, strict=True)) for chosen in product(*values))
    return any(holds(condition, record, record) for record in records)


# --- revisions -------------------------------------------------------------------------------------------------------


def random_revisions(rng: Random, here: World, definitions: list[dict]) -> list[dict]:
    """A walk through a case's life, each revision with every field that is set."""
    record: dict = {"state": rng.choice(("new", "new", "open")), "priority": rng.randint(1, 4)}
    if any(definition["contractual"] for definition in definitions) and rng.random() < 0.8:
        record |= random_contract(rng, definitions)
    revisions: list[dict] = []
    at = later(rng, here, definitions, [rng.randrange(FIRST, FIRST + 5 * 1440)])
    for _ in range(rng.choice((1, 2, 4, 6, 8, 10, 14))):
        revisions.append({"at": at, "fields": {name: value for name, value in record.items() if value is not None}})
        at = later(rng, here, definitions, [revision["at"] for revision in revisions])
        record = changed(rng, record, definitions)
    return revisions


def changed(rng: Random, record: dict, definitions: list[dict]) -> dict:
    """The record after something happened: a step of the case, a change of a field, an event that changes nothing."""
    record = {name: value for name, value in record.items() if not name.startswith("event.")}
    if rng.random() < 0.7:
        record["state"] = rng.choice((*OPEN, "open", "awaiting_info", "awaiting_info", *FIELDS["state"]))
    if rng.random() < 0.4:
        name = rng.choice(["priority", "priority", *(name for name in FIELDS if not name.startswith("event."))])
        record[name] = rng.choice(FIELDS[name])
    if rng.random() < 0.5:
        record |= {name: rng.choice(values) for name, values in FIELDS.items() if name.startswith("event.")}
    if rng.random() < 0.1:
        record |= random_contract(rng, definitions)
    if rng.random() < 0.05:
        record["entitlement.sla_definitions"] = rng.choice(([definitions[0]["id"]], None))
    return record


def random_contract(rng: Random, definitions: list[dict]) -> dict:
    """What the case's contract says of the promises; now and then there is none."""
    if rng.random() < 0.3:
        return {"contract": None, "contract.sla_definitions": None, "contract.runs_non_contractual": None}
    names = [definition["id"] for definition in definitions if rng.random() < 0.7]
    return {
        "contract": rng.choice(("C1", "C2")),
        "contract.sla_definitions": names,
        "contract.runs_non_contractual": rng.random() < 0.6,
    }


def later(rng: Random, here: World, definitions: list[dict], past: list[int]) -> int:
    """A minute not before the past: the same, soon, any time, at an edge of a window, or when a goal is used up."""
    at, definition, kind = past[-1], rng.choice(definitions), rng.random()
    opens = here.opens[definition["calendar"]]
    if kind < 0.12:
        return at
    if kind < 0.3:
        edge = opens.find(bytes([1 - opens[at]]), at)
        found = at if edge < 0 else edge + rng.choice((-1, 0, 0, 1))
    elif kind < 0.6:
        found, left = rng.choice(past), rng.choice(definition["goals"])["minutes"]
        while left and found < LAST:
            left -= opens[found]
            found += 1
        found += rng.choice((0, 0, 0, 1))
    else:
        found = at + rng.randint(1, rng.choice((5, 120, 1440, 4320)))
    return max(at, min(LAST, found))
