"""A case that is linked to records elsewhere, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from csmcore.model import (
    Actor,
    Blocker,
    Case,
    CaseCommand,
    CaseFacts,
    HearOfRecord,
    LinkRecord,
    Refusal,
    RelatedRecord,
    Role,
    SupportPolicy,
    revised,
)
from csmcore.rules.cases.changing import changed
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step

__all__ = [
    "ANN",
    "CASE",
    "EVE",
    "ITSM",
    "LATER",
    "MIA",
    "NOON",
    "OTHER",
    "POLICY",
    "after",
    "case_with",
    "hears",
    "kinds",
    "links",
    "notices",
    "record",
    "refuses",
    "takes",
]

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
POLICY = SupportPolicy(name="test", version="1")


def inside(name: str, *roles: Role) -> Actor:
    """Somebody who works for the vendor."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


ANN = inside("ann", "agent")
MIA = inside("mia", "manager")
EVE: Actor = Actor(kind="contact", id="eve")
ITSM = Actor(kind="integration", id="itsm")
"""The system whose records these are."""
OTHER = Actor(kind="integration", id="monitor")


def _made(**fields: Any) -> Case:
    return Case(**fields)


CASE = _made(
    id="c1",
    number="CS1",
    policy=POLICY.ref,
    state="open",
    short_description="The press stands still",
    description="Since this morning.",
    account="acme",
    contact="eve",
    assigned_to="ann",
    opened_at=NOON,
    opened_by="eve",
    updated_at=NOON,
    work_notes_list=("wes",),
)


def record(kind: str, name: str = "R1", **more: Any) -> RelatedRecord:
    """A record that the case was linked to at noon."""
    whole: dict[str, Any] = {"kind": kind, "record": name, "linked_at": NOON, "linked_by": "ann"}
    return RelatedRecord(**{**whole, **more})


def case_with(*records: RelatedRecord, reason: str | None = "task_resolution", **fields: Any) -> Case:
    """The case linked to these records, waiting for each for this reason."""
    waits: dict[str, Any] = {"since": NOON, "by": "ann", "reason": reason}
    blockers = {each.key: Blocker(record=each.key, **waits) for each in records if reason is not None}
    return revised(CASE, {"records": {each.key: each for each in records}, "blockers": blockers, **fields})


def takes(case: Case, command: CaseCommand, actor: Actor = ANN, now: datetime = LATER) -> Step:
    """The step of a command that is accepted."""
    taken = step(case, command, actor, CaseFacts(), POLICY, now)
    assert isinstance(taken, Step), taken
    return taken


def after(case: Case, command: CaseCommand, actor: Actor = ANN, now: datetime = LATER) -> Case:
    """The case after a command that is accepted."""
    return changed(case, takes(case, command, actor, now).changes, version=case.version + 1, updated_at=now)


def refuses(case: Case, command: CaseCommand, actor: Actor = ANN, now: datetime = LATER) -> tuple[str, ...]:
    """The codes of every reason why a command is refused."""
    refused = step(case, command, actor, CaseFacts(), POLICY, now)
    assert isinstance(refused, Refusal), refused
    return refused.codes


def hears(key: str, change: str, **told: Any) -> HearOfRecord:
    """What happened to a record."""
    content: dict[str, Any] = {"record": key, "change": change, **told}
    return HearOfRecord(**content)


def links(kind: str, name: str = "R1", **more: Any) -> LinkRecord:
    """A link to a record."""
    content: dict[str, Any] = {"kind": kind, "record": name, **more}
    return LinkRecord(**content)


def kinds(taken: Step) -> tuple[str, ...]:
    """The events to be."""
    return tuple(happening.kind for happening in taken.happened)


def notices(taken: Step) -> dict[str, dict[str, object]]:
    """What goes out to records: the details, by the record's key."""
    return {intent.to[0]: dict(intent.details) for intent in taken.intents if intent.kind == "update_record"}
