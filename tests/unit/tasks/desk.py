"""A case with tasks for a warehouse: its people, its policies, and short ways to ask for a step."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from csmcore.model import (
    SYSTEM,
    Actor,
    Blocker,
    Case,
    CaseCommand,
    CaseFacts,
    CasePolicy,
    CaseTask,
    GroupId,
    Refusal,
    Role,
    SupportPolicy,
    TaskNumber,
)
from csmcore.rules import compile_policy
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step

__all__ = [
    "ANN",
    "BOB",
    "CAST",
    "EMIL",
    "EVE",
    "GROUPS",
    "KEEPS",
    "MONITOR",
    "NOON",
    "OPENED",
    "PIA",
    "PLAN",
    "SYSTEM",
    "TAKES",
    "WES",
    "a_case",
    "a_task",
    "facts_for",
    "name",
    "refused",
    "took",
    "waiting",
    "with_tasks",
]

OPENED = datetime(2027, 3, 1, 9, tzinfo=UTC)
NOON = OPENED + timedelta(hours=3)


def inside(name: str, *roles: Role) -> Actor:
    """Somebody who works for the vendor."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


ANN = inside("ann", "agent")
BOB = inside("bob", "agent")
PIA = inside("pia")
"""Somebody inside to whom tasks are assigned."""
WES = inside("wes")
"""A member of the warehouse."""
EMIL = inside("emil")
EVE = Actor(kind="contact", id="eve")
"""The customer."""
MONITOR = Actor(kind="integration", id="monitor")
CAST: Mapping[str, tuple[Actor, str]] = {
    "ann": (ANN, "WI"),
    "bob": (BOB, "WI"),
    "pia": (PIA, "I"),
    "wes": (WES, "I"),
    "emil": (EMIL, "I"),
    "eve": (EVE, "C"),
    "pia's namesake": (Actor(kind="contact", id="pia"), ""),
    "system": (SYSTEM, "S"),
    "monitor": (MONITOR, "X"),
}
"""Everybody, with the letters of ``tests/oracle/tasks.py`` that a reader gives them."""
GROUPS: Mapping[str, tuple[str, ...]] = {"wes": ("warehouse", "night shift"), "bob": ("tier-1",)}

KEEPS = SupportPolicy(name="support", version="1")
TAKES = SupportPolicy(name="support", version="2", reopen_window_days=5, cases=CasePolicy(cancel_open_tasks=True))
"""Cases that end take their open tasks with them."""
PLAN = compile_policy(KEEPS)


def name(ordinal: int) -> TaskNumber:
    """The number of the case's first task, its second."""
    return TaskNumber(f"CSTASK-CS1-{ordinal}")


def a_case(policy: SupportPolicy = KEEPS, **fields: Any) -> Case:
    """Eve's case, which ann works on."""
    given: dict[str, Any] = {"id": "case-1", "number": "CS1", "version": 3, "state": "open", "contact": "eve"}
    given |= {"short_description": "The press stands still", "assigned_to": "ann", "policy": policy.ref}
    given |= {"opened_at": OPENED, "opened_by": "eve", "updated_at": OPENED}
    return Case(**{**given, **fields})


def a_task(ordinal: int = 1, **fields: Any) -> CaseTask:
    """A task as somebody might have added it."""
    given: dict[str, Any] = {"number": name(ordinal), "subject": "Send a fuse", "opened_at": OPENED, "opened_by": "ann"}
    return CaseTask(**{**given, **fields})


def with_tasks(*tasks: CaseTask, policy: SupportPolicy = KEEPS, **fields: Any) -> Case:
    """The case with these tasks, and the contributors that they make."""
    held = [task for task in tasks if task.state == "open" and task.assigned_to]
    people: dict[str, Any] = {
        "contributor_users": tuple(sorted({task.assigned_to or "" for task in held})),
        "contributor_groups": tuple(sorted({task.assignment_group for task in held if task.assignment_group})),
    }
    return a_case(policy, tasks={task.number: task for task in tasks}, **{**people, **fields})


def waiting(case: Case, *ordinals: int) -> Case:
    """The case, blocked by some of its tasks."""
    blockers = {
        name(ordinal): Blocker(reason="task_resolution", record=name(ordinal), since=OPENED, by="ann")
        for ordinal in ordinals
    }
    return attrs.evolve(case, blockers=blockers)


def facts_for(actor: Actor) -> CaseFacts:
    """What is known when somebody acts."""
    groups = tuple(map(GroupId, GROUPS.get(actor.id, ())))
    return CaseFacts(actor_groups=groups)


def took(case: Case, command: CaseCommand, actor: Actor = ANN, policy: SupportPolicy = KEEPS) -> Step:
    """The step of a command that is accepted."""
    taken = step(case, command, actor, facts_for(actor), policy, NOON)
    assert isinstance(taken, Step), taken
    return taken


def refused(case: Case, command: CaseCommand, actor: Actor = ANN) -> tuple[str, ...]:
    """The codes of a command that is refused."""
    answer = step(case, command, actor, facts_for(actor), KEEPS, NOON)
    assert isinstance(answer, Refusal), answer
    return answer.codes
