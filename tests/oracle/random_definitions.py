"""Definitions drawn at random, with everything that a definition can say, combined as freely as loading allows."""

from itertools import product
from random import Random

from tests.oracle.measures import MEASURES
from tests.oracle.sla import holds
from tests.oracle.worlds import DAYS, World

__all__ = ["DONE", "FIELDS", "OPEN", "may_last", "random_condition", "random_definition"]

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
OFFSETS = (1, 15, 30, 60, 90, 240, 1440, 3000)
TIMES = ("00:00", "02:30", "08:00", "12:00", "16:00", "17:00", "23:59")
SOURCES = {
    "calendar_source": ("account.calendar", "extra.calendar"),
    "timezone_source": ("account.timezone", "extra.zone"),
}


def random_definition(rng: Random, name: str, here: World, *, is_plain: bool = False) -> dict:
    """A promise: mostly of a usual form, now and then with conditions of any kind.

    A plain one has goals by duration, under one calendar, from its revision on, and percents as thresholds.
    """
    calendars = [name for name in here.calendars if not is_plain or 1 in here.opens(name)]
    definition: dict = {"id": name, "calendar": rng.choice([*calendars, None]), "contractual": rng.random() < 0.15}
    is_measured = not is_plain and rng.random() < 0.15
    definition |= random_measure(rng) if is_measured else random_conditions(rng)
    definition["thresholds"] = sorted(rng.sample(PERCENTS, rng.randint(0, 3)))
    definition["on_goal_change"] = rng.choice(("carry", "carry", "keep", "restart"))
    if not is_plain:
        definition |= {} if is_measured else random_recurrence(rng, definition)
        definition |= random_reading(rng) | random_past(rng, definition)
        if rng.random() < 0.15:
            definition["on_goal_change"] = "keep_first"
    definition["goals"] = random_goals(rng, here, definition, is_plain=is_plain)
    return definition


# --- when the clock moves --------------------------------------------------------------------------------------------


def random_conditions(rng: Random) -> dict:
    """What starts the clock, stops it and so on, and how that is to be read."""
    found: dict = {"start": {"field": "state", "op": "in", "value": OPEN}}
    usual = {
        "stop": {"field": "state", "op": "in", "value": DONE},
        "pause": {"field": "state", "op": "eq", "value": "awaiting_info"},
        "resume": {"field": "needs_attention", "op": "eq", "value": True},
        "cancel": {"field": "priority", "op": "eq", "value": 4},
        "reset": {"field": "priority", "op": "changes"},
    }
    for part, chance in (("stop", 0.95), ("pause", 0.8), ("resume", 0.3), ("cancel", 0.3), ("reset", 0.3)):
        if rng.random() < chance:
            found[part] = random_condition(rng) if rng.random() < 0.25 else usual[part]
    found["when_to_resume"] = "resume_met" if "resume" in found and rng.random() < 0.7 else "pause_not_met"
    found["when_to_cancel"] = rng.choice(
        ("start_not_met", "start_not_met", "cancel_met" if "cancel" in found else "never", "never")
    )
    found["reset_action"] = rng.choice(("complete", "cancel"))
    if rng.random() < 0.3:
        found["start"] = random_condition(rng)
        if found["when_to_cancel"] == "start_not_met" and not may_last(found["start"]):
            found["when_to_cancel"] = "never"
    return found


def random_measure(rng: Random) -> dict:
    """A built-in measure, and one time in three a pause of its own."""
    name = rng.choice(list(MEASURES))
    return {"measure": name} | ({"pause": random_condition(rng)} if rng.random() < 0.3 else {})


def random_recurrence(rng: Random, definition: dict) -> dict:
    """How often it starts; a clock that is reset starts as often as that says.

    One in two of those that start at each rise does so at an event or a change, so that several run at once.
    """
    recurrence = rng.choice(("cycles", "cycles", "sequential", "independent", "independent", "once"))
    if recurrence in {"cycles", "sequential"}:
        return {"recurrence": recurrence}
    definition.pop("reset", None)
    if recurrence == "once" or rng.random() < 0.5:
        return {"recurrence": recurrence}
    start = rng.choice(({"field": "event.by", "op": "eq", "value": "customer"}, {"field": "priority", "op": "changes"}))
    mode = "cancel_met" if "cancel" in definition and rng.random() < 0.3 else "never"
    return {"recurrence": recurrence, "start": start, "when_to_cancel": mode}


def random_past(rng: Random, definition: dict) -> dict:
    """Where it starts, if not where it is attached, and whether pauses before that count.

    Those that do are often for another reason than a state, so that there are some while no clock runs.
    """
    if rng.random() < 0.6:
        return {}
    found: dict = {
        "retroactive_start": rng.choice(("opened_at", "extra.began")),
        "reattach_start": rng.choice(("revision", "field")),
    }
    has_pause = "pause" in {**MEASURES.get(definition.get("measure", ""), {}), **definition}
    if has_pause and rng.random() < 0.7:
        found["retroactive_pause"] = True
        if rng.random() < 0.5:
            found["pause"] = {"field": "needs_attention", "op": "eq", "value": True}
        if "start" in definition and rng.random() < 0.3:
            found["start"] = {"field": "priority", "op": "le", "value": 2}
    return found


def random_reading(rng: Random) -> dict:
    """Where its calendar and zone come from, what is on time, and thresholds around the due date."""
    found: dict = {
        name: rng.sample(fields, rng.choice((1, 1, 2))) for name, fields in SOURCES.items() if rng.random() < 0.4
    }
    found["on_calendar_change"] = rng.choice(("segments", "last"))
    found["on_time"] = rng.choice(("before", "before", "by"))
    percents: list = rng.sample(PERCENTS, rng.randint(0, 2))
    before, after = (
        [{side: offset} for offset in rng.sample(OFFSETS, rng.choice((0, 1, 1, 2)))]
        for side in ("before_due", "after_due")
    )
    found["thresholds"] = [*percents, *before, *after]
    return found


def may_last(condition: dict) -> bool:
    """Whether the condition can hold on a record on which nothing changes and nothing happens."""
    names = [name for name in FIELDS if f"'{name}'" in str(condition)]
    values = [
        (None,) if name.startswith("event.") else (*FIELDS[name], None, ANOTHER[type(FIELDS[name][0])])
        for name in names
    ]
    records = (dict(zip(names, chosen, strict=True)) for chosen in product(*values))
    return any(holds(condition, record, record) for record in records)


# --- goals -----------------------------------------------------------------------------------------------------------


def random_goals(rng: Random, here: World, definition: dict, *, is_plain: bool) -> list[dict]:
    """Goals by condition; one time in ten none is for all the rest."""
    goals = [
        random_goal(rng, here, definition, is_plain=is_plain) | {"when": random_when(rng)}
        for _ in range(rng.choice((0, 0, 1, 2)))
    ]
    return goals if goals and rng.random() < 0.2 else [*goals, random_goal(rng, here, definition, is_plain=is_plain)]


def random_goal(rng: Random, here: World, definition: dict, *, is_plain: bool) -> dict:
    """A goal by duration, days or a field; one in five has a calendar of its own.

    Loading refuses what a calendar cannot hold, so that goals under one with next to no hours are small, or by a field.
    """
    own = {"calendar": rng.choice(list(here.calendars))} if not is_plain and rng.random() < 0.2 else {}
    minutes = here.opens(own.get("calendar", definition["calendar"])).count(1)
    kind = "minutes" if is_plain else rng.choice(("minutes", "minutes", "minutes", "days", "due_field"))
    if minutes == 0 or kind == "due_field":
        field = "opened_at" if rng.random() < 0.1 else "extra.due"
        return {"due_field": field, "moved_by_pauses": rng.random() < 0.7, **own}
    if minutes < 10 * DAYS or kind == "minutes":
        has_hours = bool(own or definition["calendar"] or definition.get("calendar_source"))
        counts = {} if has_hours or rng.random() < 0.5 else {"counts": "elapsed"}
        return {"minutes": min(random_minutes(rng), minutes), **counts, **own}
    goal: dict = {"days": rng.randint(0, 3), "at": rng.choice(("same_time", "close", rng.choice(TIMES))), **own}
    return goal | ({"cutoff": rng.choice(TIMES)} if rng.random() < 0.5 else {})


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


# --- conditions ------------------------------------------------------------------------------------------------------


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
