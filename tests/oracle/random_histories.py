"""Case histories drawn at random, with the definitions whose clocks they move: plain data, on whole minutes.

They lie in one of ten worlds (`tests.oracle.worlds`). Instants are drawn where something can go wrong: at the edges of
windows, in the very minute in which a goal is used up, several at once.
"""

from random import Random
from typing import NamedTuple

from tests.oracle.hours import MINUTE, instant_after
from tests.oracle.random_definitions import FIELDS, OPEN, random_definition
from tests.oracle.worlds import OTHER_ZONES, WORLDS, World, world

__all__ = ["INSTANTS", "History", "random_history"]

FIRST, LAST = 3 * 1440, 25 * 1440  # where histories lie; the rest is for due dates
EARLIEST = 2 * 1440  # and for starts in the past
NAMES = ("response", "resolution", "third")
INSTANTS = ("opened_at", "first_response_at", "extra.began", "extra.due")
"""The fields that hold instants, in microseconds of the world. Those of a host's own may hold something else."""

CALENDARS = ("account.calendar", "extra.calendar")
ZONES = ("account.timezone", "extra.zone")


class History(NamedTuple):
    """A case's revisions, with all their fields, under some definitions, as of a minute of a world."""

    world: int
    definitions: list[dict]
    revisions: list[dict]
    as_of: int


def random_history(rng: Random, *, is_plain: bool = False) -> History:
    """Any history: one to three definitions, one to fourteen revisions, read at any minute of it or after it."""
    number = rng.randrange(WORLDS)
    here = world(number)
    names = rng.sample(NAMES, rng.choice((1, 1, 2, 3)))
    definitions = [random_definition(rng, name, here, is_plain=is_plain) for name in names]
    revisions = random_revisions(rng, here, definitions)
    ends = [revision["at"] for revision in revisions]
    as_of = rng.choice(ends) if rng.random() < 0.25 else later(rng, here, definitions, ends)
    return History(number, definitions, revisions, as_of)


def random_revisions(rng: Random, here: World, definitions: list[dict]) -> list[dict]:
    """A walk through a case's life, each revision with every field that is set."""
    at = later(rng, here, definitions, [rng.randrange(FIRST, FIRST + 5 * 1440)])
    record: dict = {"state": rng.choice(("new", "new", "open")), "priority": rng.randint(1, 4)}
    for _ in range(6):
        record |= random_field(rng, here, at)
    if any(definition["contractual"] for definition in definitions) and rng.random() < 0.8:
        record |= random_contract(rng, definitions)
    revisions: list[dict] = []
    for _ in range(rng.choice((1, 2, 4, 6, 8, 10, 14))):
        revisions.append({"at": at, "fields": {name: value for name, value in record.items() if value is not None}})
        at = later(rng, here, definitions, [revision["at"] for revision in revisions])
        record = changed(rng, here, record, definitions, at)
    return revisions


def changed(rng: Random, here: World, record: dict, definitions: list[dict], at: int) -> dict:
    """The record after something happened: a step of the case, a change of a field, an event that changes nothing."""
    record = {name: value for name, value in record.items() if not name.startswith("event.")}
    if rng.random() < 0.7:
        record["state"] = rng.choice((*OPEN, "open", "awaiting_info", "awaiting_info", *FIELDS["state"]))
    if rng.random() < 0.4:
        name = rng.choice(["priority", "priority", *(name for name in FIELDS if not name.startswith("event."))])
        record[name] = rng.choice(FIELDS[name])
    if rng.random() < 0.05:
        record["is_blocked"] = not record.get("is_blocked", False)
    if rng.random() < 0.5:
        record |= {name: rng.choice(values) for name, values in FIELDS.items() if name.startswith("event.")}
        record |= {"event.kind": "comment_added", "event.is_public": True} if rng.random() < 0.3 else {}
    if rng.random() < 0.3:
        record |= random_field(rng, here, at)
    if rng.random() < 0.1:
        record |= random_contract(rng, definitions)
    if rng.random() < 0.05:
        record["entitlement.sla_definitions"] = rng.choice(([definitions[0]["id"]], None))
    return record


def later(rng: Random, here: World, definitions: list[dict], past: list[int]) -> int:
    """A minute not before the past: the same, soon, any time, at an edge of a window, or when a goal is used up."""
    at, definition, kind = past[-1], rng.choice(definitions), rng.random()
    opens = here.opens(definition["calendar"])
    if kind < 0.12:
        return at
    if kind < 0.3:
        found = edge(rng, opens, at)
    elif kind < 0.6:
        minutes = rng.choice(definition["goals"]).get("minutes", rng.randint(1, 960))
        used_up = instant_after(opens, rng.choice(past) * MINUTE, minutes * MINUTE)
        found = (LAST if used_up is None else used_up // MINUTE) + rng.choice((0, 0, 0, 1))
    else:
        found = at + rng.randint(1, rng.choice((5, 120, 1440, 4320)))
    return max(at, min(LAST, found))


def edge(rng: Random, opens: bytes, at: int) -> int:
    """Where the calendar next opens or closes, or a minute beside it."""
    found = opens.find(1 - opens[at], at)
    return at if found < 0 else found + rng.choice((-1, 0, 0, 1))


# --- fields that clocks read, and conditions do not ------------------------------------------------------------------


def random_field(rng: Random, here: World, at: int) -> dict:
    """Another value for one of those fields: an instant, a calendar or a zone; unknown or none now and then."""
    name = rng.choice((*INSTANTS, "extra.due", *CALENDARS, *ZONES))
    if name in INSTANTS:
        nothing = (None, "soon") if name.startswith("extra.") else (None,)
        return {name: rng.choice(nothing) if rng.random() < 0.15 else random_instant(rng, here, name, at)}
    known = list(here.calendars) if name in CALENDARS else [here.zone, *OTHER_ZONES, *OTHER_ZONES]
    return {name: rng.choice((None, "", "unknown")) if rng.random() < 0.25 else rng.choice(known)}


def random_instant(rng: Random, here: World, name: str, at: int) -> int:
    """An instant near a minute: a start mostly before it, a due date mostly after it; one in eight within a minute."""
    after = rng.random() < (0.85 if name == "extra.due" else 0.15)
    found = at + rng.randint(0, 6 * 1440) if after else at - rng.randint(0, 2 * 1440)
    if rng.random() < 0.4:
        found = edge(rng, here.opens(rng.choice([*here.calendars, None])), found)
    found = at if rng.random() < 0.05 else found
    return max(found, EARLIEST) * MINUTE + (rng.randrange(MINUTE) if rng.random() < 0.125 else 0)


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
