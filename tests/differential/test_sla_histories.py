"""Case histories and the clocks they must give, simulated and worked by hand: each is met, or needs what csmcore has not yet.

The histories lie outside the project, in a form of their own: a revision lists what changed, ``@kind`` and ``@by`` are what
is true of it alone. Exactly the figures that a history gives are compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from csmcore.calendars import calendar_from_mapping
from csmcore.conditions import Condition, condition_from_mapping
from csmcore.model import DefinitionId, EventId, Goal, Revision, SlaClock, SlaDefinition, SlaReading, SupportPolicy
from csmcore.rules import compile_policy, evaluate, read
from tests.real_data import data_folder, rows
from tests.tally import Tally

FILES = {
    "SLA histories: simulated": ("sla-histories/histories.jsonl", 166),
    "SLA histories: worked by hand": ("sla-histories/worked_by_hand.jsonl", 13),
}
CONDITIONS = ("start", "pause", "resume", "stop", "cancel", "reset")
MODES = ("when_to_cancel", "when_to_resume", "reset_action")
NAMES = {"@kind": "event.kind", "@by": "event.by", "group": "assignment_group"}
VALUES = {"canceled": "cancelled", "create": "case_opened", "comment": "comment_added", "work_note": "work_note_added"}
OURS = {"state", "priority", "assigned_to", "first_response_at"}


@pytest.mark.parametrize("name", FILES)
def test_every_history_gives_the_clocks_it_must(name: str, tally: Tally) -> None:
    """Every figure that a history expects is the engine's; a history that needs more than there is says what it needs."""
    path, known = FILES[name]
    found = rows(path)
    if found is None:
        tally.excuse(name, f"no {path} in {data_folder()}")
        pytest.skip(f"no {path} in {data_folder()}")
    figures, wrong = 0, []
    needs = {row["id"]: wanted for row in found if (wanted := needed(row["input"]))}
    for row in found:
        if row["id"] not in needs:
            compared, differences = judge(row)
            figures += compared
            wrong += differences
    met = len(found) - len(needs)
    tally(name, met, planned=max(known, len(found)) - len(needs), mismatches=len(wrong))
    reasons = Counter(needs.values())
    tally.detail(f"{name}: {met} compared in {figures:,} figures, {len(needs)} need more" + "".join(f"\n    {count} {reason}" for reason, count in sorted(reasons.items())))
    assert wrong == []


def needed(given: dict) -> str:
    """What a history needs that csmcore does not have; nothing if it has all."""
    wanted = set()
    for definition in given["definitions"]:
        wanted |= {name for name in ("retroactive_start", "retroactive_pause") if definition.get(name)}
        wanted |= {"hold_time wall"} & {f"hold_time {definition.get('hold_time', 'business')}"}
        for goal in goals_of(definition):
            wanted |= {"due_field goal"} & {f"{key} goal" for key in goal}
            if "elapsed_seconds" in goal and definition["calendar"] is not None:
                wanted.add("a goal in real time beside a calendar")
    return ", ".join(sorted(wanted))


def judge(row: dict) -> tuple[int, list[str]]:
    """How many figures of a history were compared, and those that differ."""
    policy, now = policy_of(row["input"]), at(row["input"]["as_of"])
    plan = compile_policy(policy)
    state = evaluate(plan, revisions_of(row["input"]), now)
    order = [definition.id for definition in policy.definitions]
    clocks = sorted(state.clocks, key=lambda clock: (order.index(clock.definition), clock.cycle))
    expected = row["expected"]["cycles"]
    if len(clocks) != len(expected):
        return len(expected), [f"{row['id']}: csmcore {len(clocks)} cycles, expected {len(expected)}"]
    compared, wrong = 0, []
    for clock, cycle in zip(clocks, expected, strict=True):
        reading = read(plan, clock, now)
        for key, want in [*cycle.items(), *cycle.get("while_paused", {}).items()]:
            if key != "while_paused":
                got, compared = FIGURES[key](clock, reading), compared + 1
                wrong += [f"{row['id']} {clock.definition}/{clock.cycle} {key}: csmcore {got}, expected {want}"] if got != want else []
    return compared, wrong


# --- a history in the engine's nouns ---------------------------------------------------------------------------------


def policy_of(given: dict) -> SupportPolicy:
    """The calendars and definitions of a history."""
    calendars = {name: calendar_from_mapping(joined(document)) for name, document in given["calendars"].items()}
    return SupportPolicy(name="history", version="1", calendars=calendars, definitions=tuple(map(definition_of, given["definitions"])))


def joined(document: dict) -> dict:
    """A calendar whose windows of a day, where they overlap, are one: csmcore refuses what the histories unite."""
    return {**document, "hours": {day: list(united(sorted(windows))) for day, windows in document["hours"].items()}}


def united(windows: list[str]) -> Iterator[str]:
    """Windows in order, those that overlap joined; one that runs overnight ends the day."""
    while windows:
        first, *windows = windows
        while windows and windows[0][:5] < first[6:]:
            first = f"{first[:5]}-{max(first[6:], windows.pop(0)[6:])}"
        yield first


def definition_of(plain: dict) -> SlaDefinition:
    """One definition."""
    goals = tuple(Goal(timedelta(seconds=next(goal[key] for key in ("business_seconds", "elapsed_seconds") if key in goal)), condition(goal["when"]) if "when" in goal else None) for goal in goals_of(plain))
    conditions = {name: condition(plain[name]) for name in CONDITIONS if name in plain}
    modes = {name: plain[name] for name in MODES if name in plain}
    return SlaDefinition(id=DefinitionId(plain["id"]), calendar=plain["calendar"], goals=goals, **conditions, **modes)


def goals_of(plain: dict) -> list[dict]:
    """The goals, as a list."""
    return plain["goal"] if isinstance(plain["goal"], list) else [plain["goal"]]


def condition(plain: dict) -> Condition:
    """A condition under our names."""
    return condition_from_mapping(renamed(plain))


def renamed(plain: dict) -> dict:
    """The same condition about fields as csmcore names them, with its values."""
    for join in ("all", "any"):
        if join in plain:
            return {join: [renamed(part) for part in plain[join]]}
    if "not" in plain:
        return {"not": renamed(plain["not"])}
    constants = {"value": [ours(value) for value in plain["value"]] if isinstance(plain["value"], list) else ours(plain["value"])} if "value" in plain else {}
    return {"field": field_name(plain["field"]), "op": plain["op"], **constants}


def field_name(name: str) -> str:
    """The field's name here; one that no case has is a field of its type."""
    return NAMES.get(name, name if name in OURS else f"extra.{name}")


def ours(value: object) -> object:
    """The value's spelling here."""
    return VALUES.get(value, value) if isinstance(value, str) else value


def revisions_of(given: dict) -> Iterator[Revision]:
    """The revisions, each with all the fields that have been set so far."""
    fields: dict = {}
    for number, plain in enumerate(given["revisions"], 1):
        fields |= {field_name(name): at(value) if name.endswith("_at") else ours(value) for name, value in plain["fields"].items()}
        own = {field_name(f"@{name}"): ours(plain[name]) for name in ("kind", "by") if name in plain}
        set_now = {name: value for name, value in {**fields, **own}.items() if value is not None}
        yield Revision(at(plain["at"]), number, EventId(f"C/{number}/0"), set_now)


def at(text: str) -> datetime:
    """An instant of a history."""
    return datetime.fromisoformat(text)


# --- the engine's answers in the words of the histories --------------------------------------------------------------


def text(instant: datetime | None) -> str | None:
    """An instant as histories write it."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def seconds(duration: timedelta) -> int:
    """Whole seconds; a duration that is none would differ."""
    return duration // timedelta(seconds=1) if not duration % timedelta(seconds=1) else -1


def pauses(clock: SlaClock, reading: SlaReading) -> list[list[str | None]]:
    """The pauses, the open one with no end; those that touch are one."""
    merged: list[list[str | None]] = []
    for start, end in [*((text(pause.start), text(pause.end)) for pause in clock.pauses), *([(text(clock.paused_at), None)] if clock.paused_at else [])]:
        if merged and merged[-1][1] == start:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return merged


FIGURES: dict[str, Callable[[SlaClock, SlaReading], object]] = {
    "definition": lambda clock, reading: reading.definition,
    "cycle": lambda clock, reading: reading.cycle,
    "stage": lambda clock, reading: reading.stage,
    "attached_at": lambda clock, reading: text(clock.attached_at),
    "started_at": lambda clock, reading: text(reading.started_at),
    "stopped_at": lambda clock, reading: text(reading.stopped_at),
    "goal_seconds": lambda clock, reading: seconds(reading.goal),
    "paused": pauses,
    "business_elapsed_seconds": lambda clock, reading: seconds(reading.elapsed),
    "business_paused_seconds": lambda clock, reading: seconds(reading.paused),
    "wall_elapsed_seconds": lambda clock, reading: seconds(reading.wall_elapsed),
    "wall_paused_seconds": lambda clock, reading: seconds(reading.wall_paused),
    "original_due_at": lambda clock, reading: text(reading.original_due_at),
    "due_at": lambda clock, reading: text(reading.due_at),
    "derived_end_at": lambda clock, reading: text(reading.derived_end_at),
    "breached": lambda clock, reading: reading.has_breached,
    "breached_at": lambda clock, reading: text(reading.breached_at),
    "percent": lambda clock, reading: float(round(reading.percent, 6)),
    "percent_exact": lambda clock, reading: str(Fraction(reading.percent)),
    "remaining_seconds": lambda clock, reading: seconds(reading.remaining),
    "time_left_seconds": lambda clock, reading: seconds(reading.time_left),
    "business_paused_seconds_closed": lambda clock, reading: seconds(clock.business_paused),
    "business_paused_seconds_with_open": lambda clock, reading: seconds(reading.paused),
    "wall_paused_seconds_closed": lambda clock, reading: seconds(sum((pause.end - pause.start for pause in clock.pauses), timedelta(0))),
    "wall_paused_seconds_with_open": lambda clock, reading: seconds(reading.wall_paused),
    "due_at_before_pause": lambda clock, reading: text(reading.due_at if reading.has_breached else reading.derived_end_at),
    "due_at_if_resumed_now": lambda clock, reading: text(reading.due_if_resumed_now),
}
"""Each figure that a history may expect."""
