"""Case histories and the clocks they must give: each is met.

Some were counted by a simulator, some worked by hand. They lie outside the project, in a form of their own: a revision
lists what changed, ``@kind`` and ``@by`` are true of it alone. Exactly the figures that a history gives are compared.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

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
"""Each file, and how many of its histories csmcore has all for."""
CONDITIONS = ("start", "pause", "resume", "stop", "cancel", "reset")
MODES = ("when_to_cancel", "when_to_resume", "reset_action")
HAS = {"id", "goal", "calendar", "retroactive_start", "retroactive_pause", *CONDITIONS, *MODES}
NAMES = {"@kind": "event.kind", "@by": "event.by", "group": "assignment_group"}
VALUES = {"canceled": "cancelled", "create": "case_opened", "comment": "comment_added", "work_note": "work_note_added"}
OURS = {"state", "priority", "assigned_to", "first_response_at", "opened_at"}


@pytest.mark.parametrize("name", FILES)
def test_every_history_gives_the_clocks_it_must(name: str, tally: Tally) -> None:
    """Every figure that a history expects is the engine's; one that needs more than there is says what it needs."""
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
    tally(name, met, planned=known, mismatches=len(wrong))
    reasons = Counter(needs.values())
    tally.detail(
        f"{name}: {met} compared in {figures:,} figures, {len(needs)} need more"
        + "".join(f"\n    {count} {reason}" for reason, count in sorted(reasons.items()))
    )
    assert wrong == []


def needed(given: dict) -> str:
    """What a history needs that csmcore does not have; nothing if it has all."""
    wanted = set()
    for definition in given["definitions"]:
        wanted |= {
            name for name, value in definition.items() if name not in HAS and value not in {None, False, "business"}
        }
        goals = {key for goal in goals_of(definition) for key in goal} - {"business_seconds", "due_field", "when"}
        if definition["calendar"] is None:
            goals.discard("elapsed_seconds")  # without a calendar real time is business time
        wanted |= {f"a goal by {key}" for key in goals}
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
        found = figures_of(clock, read(plan, clock, now))
        asked = {**cycle, **cycle.get("while_paused", {})}
        asked.pop("while_paused", None)
        compared += len(asked)
        wrong += [
            f"{row['id']} {clock.definition}/{clock.cycle} {name}: csmcore {found[name]}, expected {want}"
            for name, want in asked.items()
            if found[name] != want
        ]
    return compared, wrong


# --- a history in the engine's nouns ---------------------------------------------------------------------------------


def policy_of(given: dict) -> SupportPolicy:
    """The calendars and definitions of a history."""
    calendars = {name: calendar_from_mapping(joined(document)) for name, document in given["calendars"].items()}
    return SupportPolicy(
        name="history", version="1", calendars=calendars, definitions=tuple(map(definition_of, given["definitions"]))
    )


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
    conditions: dict[str, Any] = {name: condition(plain[name]) for name in CONDITIONS if name in plain}
    modes = {name: plain[name] for name in MODES if name in plain}
    goals = tuple(map(goal_of, goals_of(plain)))
    started_by = plain.get("retroactive_start")
    return SlaDefinition(
        id=DefinitionId(plain["id"]),
        calendar=plain["calendar"],
        goals=goals,
        retroactive_start=field_name(started_by) if started_by else None,
        retroactive_pause=plain.get("retroactive_pause", False),
        **conditions,
        **modes,
    )


def goal_of(plain: dict) -> Goal:
    """One goal; without a calendar real time is business time."""
    when = condition(plain["when"]) if "when" in plain else None
    if "due_field" in plain:
        return Goal(when=when, due_field=field_name(plain["due_field"]))
    duration = timedelta(seconds=plain["business_seconds" if "business_seconds" in plain else "elapsed_seconds"])
    return Goal(duration, when)


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
    constants = (
        {
            "value": [ours(value) for value in plain["value"]]
            if isinstance(plain["value"], list)
            else ours(plain["value"])
        }
        if "value" in plain
        else {}
    )
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
        fields |= {
            field_name(name): at(value) if name.endswith("_at") or name == "due" else ours(value)
            for name, value in plain["fields"].items()
        }
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


def pauses(clock: SlaClock) -> list[list[str | None]]:
    """The pauses, the open one with no end; those that touch are one."""
    found = [(text(pause.start), text(pause.end)) for pause in clock.pauses]
    merged: list[list[str | None]] = []
    for start, end in [*found, *([(text(clock.paused_at), None)] if clock.paused_at else [])]:
        if merged and merged[-1][1] == start:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return merged


def figures_of(clock: SlaClock, reading: SlaReading) -> dict[str, object]:
    """Every figure that a history may expect."""
    closed = sum((pause.end - pause.start for pause in clock.pauses), timedelta(0))
    return {
        "definition": reading.definition,
        "cycle": reading.cycle,
        "stage": reading.stage,
        "attached_at": text(clock.attached_at),
        "started_at": text(reading.started_at),
        "stopped_at": text(reading.stopped_at),
        "goal_seconds": seconds(reading.goal),
        "paused": pauses(clock),
        "business_elapsed_seconds": seconds(reading.elapsed),
        "business_paused_seconds": seconds(reading.paused),
        "wall_elapsed_seconds": seconds(reading.wall_elapsed),
        "wall_paused_seconds": seconds(reading.wall_paused),
        "original_due_at": text(reading.original_due_at),
        "due_at": text(reading.due_at),
        "derived_end_at": text(reading.derived_end_at),
        "breached": reading.has_breached,
        "breached_at": text(reading.breached_at),
        "percent": float(round(reading.percent, 6)),
        "percent_exact": str(reading.percent),
        "remaining_seconds": seconds(reading.remaining),
        "time_left_seconds": seconds(reading.time_left),
        "business_paused_seconds_closed": seconds(clock.business_paused),
        "business_paused_seconds_with_open": seconds(reading.paused),
        "wall_paused_seconds_closed": seconds(closed),
        "wall_paused_seconds_with_open": seconds(reading.wall_paused),
        "due_at_before_pause": text(reading.due_at if reading.has_breached else reading.derived_end_at),
        "due_at_if_resumed_now": text(reading.due_if_resumed_now),
    }
