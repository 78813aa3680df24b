"""What the benchmarks of clocks are about: four promises on two calendars, histories of cases, larger policies."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from desks import OFFICE, Desk
from engines import business_calendar
from help_desk import DONE, LIVE, WAITS, made

from csmcore.conditions import Condition, field
from csmcore.model import Goal, Revision, SlaDefinition, SupportPolicy
from csmcore.rules import Plan, compile_policy, evaluate

__all__ = [
    "EXTENDED",
    "OPENED_AT",
    "PAIRS",
    "History",
    "contractual",
    "desk_plan",
    "keep_states",
    "many",
    "seconds",
    "six_events",
    "stories",
    "told",
]

HOUR = timedelta(hours=1)
OPENED_AT = datetime(2026, 5, 21, 11, tzinfo=UTC)
EXTENDED = Desk("extended", tuple(range(6)), time(8), time(20))
URGENT = field("priority") == 1
USUAL = (75, 100)
CALENDARS = {"office": business_calendar(OFFICE), "extended": business_calendar(EXTENDED)}
PAIRS = (("gold", 2), *((f"plan {number // 4}", number % 4 + 1) for number in range(249)))
"""The plans and priorities that promises are made to in a large policy."""
STATES = ("new", "open", "awaiting_info", "resolved", "closed", "cancelled")


# --- policies --------------------------------------------------------------------------------------------------------


def plan_of(definitions: Sequence[SlaDefinition]) -> Plan:
    """A desk with these promises."""
    name = f"desk of {len(definitions)}"
    return compile_policy(
        SupportPolicy(
            name=name, version="1", timezone="Europe/Berlin", calendars=CALENDARS, definitions=tuple(definitions)
        )
    )


def desk_plan() -> Plan:
    """First response, resolution, agent work, and an agreement with a team that works longer hours."""
    urgent = {"response": Goal(2 * HOUR, URGENT), "resolution": Goal(8 * HOUR, URGENT)}
    return plan_of(
        [
            made(
                SlaDefinition,
                id="response",
                measure="first_response",
                calendar="office",
                goals=(urgent["response"], Goal(4 * HOUR)),
                thresholds=USUAL,
            ),
            made(
                SlaDefinition,
                id="resolution",
                measure="resolution",
                calendar="office",
                goals=(urgent["resolution"], Goal(16 * HOUR)),
                thresholds=USUAL,
            ),
            made(SlaDefinition, id="work", measure="agent_work", calendar="office", goals=(Goal(12 * HOUR),)),
            made(
                SlaDefinition,
                id="team",
                kind="ola",
                calendar="extended",
                goals=(Goal(30 * HOUR),),
                start=LIVE,
                stop=DONE,
            ),
        ]
    )


def four(prefix: str, start: Condition, *, is_contractual: bool = False) -> list[SlaDefinition]:
    """Four promises to whom the start describes: two that pause and have thresholds, two that do not."""
    return [
        made(
            SlaDefinition,
            id=f"{prefix}-{number}",
            calendar="extended" if number == 3 else "office",
            goals=(Goal((number + 2) * 4 * HOUR),),
            start=start,
            pause=WAITS if number < 2 else None,
            stop=DONE,
            thresholds=USUAL if number < 2 else (),
            contractual=is_contractual,
        )
        for number in range(4)
    ]


def many(count: int) -> Plan:
    """So many promises, at most 1,000, four to each plan and priority; those to gold at priority 2 are the first."""
    starts = (LIVE & (field("entitlement.plan") == plan) & (field("priority") == grade) for plan, grade in PAIRS)
    definitions = [each for index, start in enumerate(starts) for each in four(f"d{index}", start)]
    return plan_of(definitions[:count])


def contractual(count: int) -> Plan:
    """So many promises, each for the contracts that name it; the first four are those of `told` with a contract."""
    return plan_of([each for index in range(count // 4) for each in four(f"c{index}", LIVE, is_contractual=True)])


# --- histories -------------------------------------------------------------------------------------------------------


class History(NamedTuple):
    """A case's revisions, and the same as seconds since 1970 and plain dicts; as of when they are looked at."""

    revisions: tuple[Revision, ...]
    plain: tuple[tuple[int, dict[str, object]], ...]
    as_of: datetime


def seconds(instant: datetime | None) -> int | None:
    """An instant as a whole number of seconds since 1970."""
    return None if instant is None else int(instant.timestamp())


def told(case: int = 0, *, has_contract: bool = False, **changes: object) -> dict[str, object]:
    """The record of a case: what it is about, who has it, what was promised. Names with a dot have two underscores."""
    record: dict[str, object] = {
        "state": "new",
        "channel": "web",
        "short_description": f"It stands still ({case})",
        "category": "machines",
        "impact": 2,
        "urgency": 3,
        "priority": 2,
        "account": f"account {case % 997}",
        "contact": f"contact {case}",
        "product": "press",
        "asset": f"press {case}",
        "entitlement": f"entitlement {case % 997}",
        "entitlement.plan": "gold",
        "opened_at": OPENED_AT,
        "reopen_count": 0,
        "event.kind": "case_updated",
    }
    if has_contract:
        record |= {"contract": "contract", "contract.sla_definitions": ("c0-0", "c0-1", "c0-2", "c0-3")}
    record |= {name.replace("__", "."): value for name, value in changes.items()}
    return {name: value for name, value in record.items() if value is not None}


def history_of(rows: Iterable[tuple[datetime, dict[str, object]]], as_of: datetime) -> History:
    """The rows as revisions and as they are."""
    listed = list(rows)
    revisions = tuple(
        made(Revision, at=at, sequence=n, event_id=f"e{n}", fields=row) for n, (at, row) in enumerate(listed, 1)
    )
    return History(revisions, tuple((int(at.timestamp()), row) for at, row in listed), as_of)


def six_events(case: int = 0, *, has_contract: bool = False, **always: object) -> History:
    """Opened, taken up, asked with the first reply, answered the next day, resolved, closed; as of a week later."""
    opened = OPENED_AT + timedelta(minutes=case % 40_000)
    answered = opened + timedelta(hours=1)
    had = {"assigned_to": "ann", "first_response_at": answered}
    agent, customer = {"event__by": "agent"}, {"event__by": "customer", "event__is_public": True}
    rows: tuple[tuple[float, dict[str, object]], ...] = (
        (0, customer),
        (0.5, {"state": "open", "assigned_to": "ann"} | agent),
        (1, {"state": "awaiting_info", "event__is_public": True} | had | agent),
        (20, {"state": "open"} | had | customer),
        (26, {"state": "resolved", "event__is_public": True} | had | agent),
        (98, {"state": "closed", "event__by": "system"} | had),
    )
    dated = [
        (opened + timedelta(hours=after), told(case, has_contract=has_contract, **changes, **always))
        for after, changes in rows
    ]
    return history_of(dated, opened + timedelta(days=7))


def stories(count: int, seed: int = 7) -> Iterator[History]:
    """Random histories: 1 to 12 rows over weeks, in any order of states, priorities, replies and holds."""
    rng = random.Random(seed)
    for case in range(count):
        at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(500_000))
        rows: list[tuple[datetime, dict[str, object]]] = []
        row: dict[str, Any] = {"state": "new", "priority": 2}
        for _ in range(rng.randint(1, 12)):
            at += timedelta(seconds=rng.choice((0, rng.randrange(7200), rng.randrange(90_000), rng.randrange(400_000))))
            changes = random_changes(rng, at)
            row = {**row, **{name: changes[name] for name in changes if rng.random() < 0.4}}
            spoken = {"event__by": rng.choice(("agent", "customer", "system")), "event__is_public": rng.random() < 0.3}
            rows.append((at, told(case, **row, **spoken)))
        yield history_of(rows, at + timedelta(seconds=rng.randrange(600_000)))


def random_changes(rng: random.Random, at: datetime) -> Mapping[str, object]:
    """What a row may say anew."""
    return {
        "state": rng.choice(STATES),
        "priority": rng.choice((1, 2, 3)),
        "is_blocked": rng.choice((True, False, None)),
        "first_response_at": rng.choice((None, None, at)),
    }


# --- many cases at once ----------------------------------------------------------------------------------------------


def keep_states(cases: int) -> None:
    """Evaluate so many cases, keep all of their states, and print what that took: the work of a process of its own."""
    plan = desk_plan()
    evaluate(plan, six_events().revisions, OPENED_AT)  # what is compiled once is compiled now
    before, took, kept = peak_mb(), 0.0, []
    for case in range(cases):
        history = six_events(case)
        begun = perf_counter()
        kept.append(evaluate(plan, history.revisions, history.as_of))
        took += perf_counter() - begun
    print(json.dumps({"cases": len(kept), "before": before, "peak": peak_mb(), "seconds": took}))


def peak_mb() -> float | None:
    """The most memory that this process has had resident, in MB; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM")), None)
