"""Two worlds that differ only in what Eve of Acme and the consumer Kay may not see: one has a rival, one has not."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.calendars import BusinessCalendar
from csmcore.conditions import field
from csmcore.model import (
    Account,
    Actor,
    Asset,
    Case,
    CaseFacts,
    CaseType,
    Consumer,
    Contact,
    Entitlement,
    ExtraField,
    InstallBaseItem,
    Location,
    Notification,
    OpenCase,
    ProductModel,
    Refused,
    Role,
    ServiceContract,
    SoldProduct,
    SupportPolicy,
)
from csmcore.services import CaseService

__all__ = [
    "ANN",
    "EVE",
    "FACTS",
    "KAY",
    "NOON",
    "POLICY",
    "answer",
    "case_of",
    "contact",
    "inside",
    "made",
    "nobody",
    "told",
    "with_rival",
]

Noun = TypeVar("Noun")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def made(kind: Callable[..., Noun], /, **fields: Any) -> Noun:
    """A noun from words: the tests' ids are plain text."""
    return kind(**fields)


def inside(name: str, *roles: Role) -> Actor:
    """An internal user."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


def contact(name: str, account: str | None, *roles: Role) -> Actor:
    """A contact of an account."""
    return made(Actor, kind="contact", id=name, account=account, roles=frozenset(roles))


ANN = inside("ann", "agent")
EVE = contact("eve", "acme", "customer")
KAY = Actor(kind="consumer", id="kay")

POLICY = SupportPolicy(
    name="leaks",
    version="1",
    calendars={"office": BusinessCalendar.always("UTC")},
    case_types={
        "scan": CaseType(visible_if=field("product") == "scanner"),
        "site": CaseType(visible_if=field("location.calendar") == "office"),
        "served": CaseType(visible_if=field("account.calendar") == "office"),
        "inner": CaseType(
            visible_to=frozenset({"agent"}),
            fields={"score": ExtraField(kind="integer", required_at=("update_case",))},
        ),
        "plain": CaseType(fields={"risk": ExtraField(customer_may_see=False), "seen": ExtraField()}),
    },
)

_OURS = (
    made(Account, id="acme", name="Acme"),
    made(Contact, id="eve", account="acme", name="Eve"),
    made(Contact, id="bob", account="acme", name="Bob"),
    made(Consumer, id="kay", name="Kay"),
    made(ProductModel, id="press", name="Press"),
    made(ProductModel, id="scanner", name="Scanner"),
    made(Asset, id="a1", product_model="press", account="acme"),
)
_RIVALS = (
    made(Account, id="rival", name="Rival", calendar="office"),
    made(Contact, id="ivy", account="rival", name="Ivy"),
    made(Consumer, id="lou", name="Lou"),
    made(Location, id="hall", name="Hall", calendar="office"),
    made(Asset, id="r1", product_model="scanner", account="rival", location="hall"),
    made(Asset, id="l1", product_model="scanner", consumer="lou", location="hall"),
    made(SoldProduct, id="s1", product="scanner", account="rival"),
    made(InstallBaseItem, id="i1", product="scanner", account="rival", contact="ivy", asset="r1"),
    made(ServiceContract, id="k1", number="K1", account="rival"),
    made(Entitlement, id="e1", number="E1", account="rival"),
)


def with_rival() -> MemoryHost:
    """A rival has one of everything, and the first case."""
    host = MemoryHost(POLICY, clock=SettableClock(NOON))
    host.add(*_OURS, *_RIVALS)
    stranger = made(
        OpenCase,
        short_description="x",
        account="rival",
        contact="ivy",
        assigned_to="ann",
        work_notes_list=("ann",),
        priority=2,
        case_type="plain",
        extra={"risk": "high"},
    )
    CaseService(host).open(stranger, ANN)
    return host


def nobody() -> MemoryHost:
    """There is none; the first case is one of somebody inside, so that numbers are alike."""
    host = MemoryHost(POLICY, clock=SettableClock(NOON))
    host.add(*_OURS)
    CaseService(host).open(made(OpenCase, short_description="x", requested_by="rob"), ANN)
    return host


def answer(act: Callable[[], Any]) -> Any:
    """What somebody is told: the decision, or every reason."""
    try:
        return act()
    except Refused as refused:
        return refused.refusal


FACTS = CaseFacts(
    account=made(Account, id="acme", name="Acme"),
    contact=made(Contact, id="eve", account="acme", name="Eve"),
    consumer=made(Consumer, id="kay", name="Kay"),
)


def case_of(**fields: Any) -> Case:
    """Eve's case, as it stands at noon."""
    stamps: Mapping[str, Any] = {"opened_at": NOON, "opened_by": "ann", "updated_at": NOON}
    whose = {"account": "acme", "contact": "eve", "short_description": "x"}
    return made(Case, **{"id": "c1", "number": "CS1", "policy": POLICY.ref, **stamps, **whose, **fields})


def told(intents: Iterable[Notification]) -> dict[str, tuple[str, ...]]:
    """Who is told, by the kind of what they are told."""
    return {intent.kind: intent.to for intent in intents}
