"""Two example policies ready to run, who acts, and cases of their types."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from csmcore.conditions import field
from csmcore.model import (
    SYSTEM,
    Account,
    Actor,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    CaseType,
    Consumer,
    Contact,
    Decision,
    ExtraField,
    FlowOverlay,
    OpenCase,
    ProductModel,
    Refusal,
    Role,
    Substates,
    SupportPolicy,
    accepted,
)
from csmcore.presets import preset
from csmcore.rules import Plan, compile_policy, decide_apply, decide_open
from csmcore.wire import load_policy

__all__ = [
    "ANN",
    "BOSS",
    "EVE",
    "FACTS",
    "LATER",
    "MACHINE",
    "START",
    "SYSTEM",
    "Desk",
    "a_type",
    "equipment",
    "inside",
    "made",
    "plan_of",
    "telecom",
]

Noun = TypeVar("Noun")

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = START + timedelta(hours=1)


def made(kind: Callable[..., Noun], /, **fields: Any) -> Noun:
    """A noun from words: the tests' ids are plain text."""
    return kind(**fields)


def inside(name: str, *roles: Role) -> Actor:
    """An internal user."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


ANN = inside("ann", "agent")
BOSS = inside("mia", "manager")
EVE = made(Actor, kind="contact", id="eve", account="acme", roles=frozenset({"customer"}))
MACHINE = Actor(kind="integration", id="probe")
FACTS = CaseFacts(
    account=made(Account, id="acme", name="Acme"),
    contact=made(Contact, id="eve", account="acme", name="Eve"),
    consumer=made(Consumer, id="kay", name="Kay"),
    product=made(ProductModel, id="press", name="Press"),
)


def telecom() -> Plan:
    """The telecommunication example."""
    return compile_policy(load_policy(preset("telecommunication-policy.toml")))


def equipment() -> Plan:
    """The equipment example."""
    return compile_policy(load_policy(preset("equipment-service-policy.toml")))


def plan_of(**types: CaseType) -> Plan:
    """A policy that has these case types and nothing else."""
    return compile_policy(SupportPolicy(name="types", version="1", case_types=types))


def a_type(*, flow: FlowOverlay | None = None, **more: Any) -> CaseType:
    """A case type with a field of each kind, and substates of two states."""
    fields: Mapping[str, ExtraField] = {
        "note": ExtraField(customer_may_set=True),
        "count": ExtraField(kind="integer", default=1),
        "price": ExtraField(kind="decimal", customer_may_see=False),
        "safe": ExtraField(kind="boolean"),
        "on": ExtraField(kind="date"),
        "at": ExtraField(kind="instant"),
        "colour": ExtraField(kind="choice", choices=("red", "blue")),
        "codes": ExtraField(kind="texts"),
        "proof": ExtraField(required_at=("propose_solution",), required_when=field("extra.colour") == "red"),
    }
    divided = {"new": Substates(names=("first", "second")), "open": Substates(names=("look", "mend", "test"))}
    given = {"fields": fields, "substates": divided, **more}
    return CaseType(flow=flow or FlowOverlay(), **given)


class Desk:
    """One case of a plan, moved on by commands an hour apart."""

    def __init__(self, plan: Plan, case_type: str | None = None, actor: Actor = ANN, **more: Any) -> None:
        """Open it."""
        self.plan = plan
        self.now = START
        asked = made(OpenCase, **{"short_description": "x", "contact": "eve", "case_type": case_type, **more})
        self.take(accepted(decide_open(asked, actor, FACTS, plan, START, CaseId("c1"), "CS1")))

    def take(self, decision: Decision) -> Decision:
        """Go on from what was decided."""
        self.decision, self.case, self.sla = decision, decision.case, decision.sla
        return decision

    def decide(self, command: CaseCommand, actor: Actor = ANN) -> Decision | Refusal:
        """What would be decided an hour later."""
        return decide_apply(self.case, self.sla, command, actor, FACTS, self.plan, self.now + timedelta(hours=1))

    def do(self, command: CaseCommand, actor: Actor = ANN) -> Case:
        """Do it."""
        decision = accepted(self.decide(command, actor))
        self.now += timedelta(hours=1)
        return self.take(decision).case

    def refused(self, command: CaseCommand, actor: Actor = ANN) -> tuple[str, ...]:
        """The codes of every reason why it may not be done."""
        answer = self.decide(command, actor)
        assert isinstance(answer, Refusal)
        return answer.codes

    def why(self, command: CaseCommand, actor: Actor = ANN) -> str:
        """All reasons in words."""
        answer = self.decide(command, actor)
        assert isinstance(answer, Refusal)
        return str(answer)
