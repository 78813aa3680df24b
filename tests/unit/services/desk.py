"""A desk with customers, agreements and four promises, and cases in every state; all in January 2026.

The 12th is a Monday. The office is open Monday to Friday from 09:00 to 17:00 UTC. Jo of Acme, which belongs to a
holding, has a press under contract; Kay is a consumer; Rival is another account with everything of its own.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.calendars import BusinessCalendar, WeeklyHours
from csmcore.conditions import field
from csmcore.model import (
    Account,
    Actor,
    AgreementBook,
    Asset,
    AssignToMe,
    CaseCommand,
    CaseId,
    CaseState,
    CommandId,
    Consumer,
    Contact,
    CoveredAsset,
    Entitlement,
    Goal,
    OpenCase,
    ProductModel,
    ProposeSolution,
    RequestInfo,
    ServiceContract,
    SlaDefinition,
    SupportPolicy,
)
from csmcore.ports import Host
from csmcore.rules import replay_events
from csmcore.services import CaseService

__all__ = [
    "ANN",
    "BOOK",
    "JO",
    "KAY",
    "MIA",
    "POLICY",
    "ROUTES",
    "STRANGER",
    "WANTED",
    "at",
    "check_whole",
    "desk",
    "made",
    "opened",
    "snapshot",
    "walk",
]

Noun = TypeVar("Noun")

OFFICE = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"))
ALWAYS = BusinessCalendar.always("UTC")


def at(text: str) -> datetime:
    """An instant of January 2026 from its day and time."""
    return datetime.strptime(f"2026-01-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def made(kind: Callable[..., Noun], /, **fields: Any) -> Noun:
    """A noun from words: the tests' ids are plain text."""
    return kind(**fields)


def by_id(*nouns: Any) -> dict[Any, Any]:
    """Nouns by their ids."""
    return {noun.id: noun for noun in nouns}


# --- the policy ------------------------------------------------------------------------------------------------------

LIVE = field("state").is_in("new", "open", "awaiting_info")
WAITS = field("state") == "awaiting_info"
DONE = field("state").is_in("resolved", "closed")

POLICY = SupportPolicy(
    name="desk",
    version="1",
    calendars={"office": OFFICE, "always": ALWAYS},
    reopen_window_days=2,
    definitions=(
        made(
            SlaDefinition,
            id="response",
            calendar="office",
            goals=(Goal(timedelta(hours=1)),),
            start=LIVE,
            stop=~field("first_response_at").is_empty(),
        ),
        made(
            SlaDefinition,
            id="resolution",
            calendar="office",
            goals=(Goal(timedelta(hours=8), field("priority") == 1), Goal(timedelta(hours=16))),
            start=LIVE,
            pause=WAITS,
            stop=DONE,
            thresholds=(50,),
        ),
        made(
            SlaDefinition,
            id="tier",
            kind="ola",
            calendar="always",
            goals=(Goal(timedelta(hours=30)),),
            start=LIVE,
            stop=DONE,
        ),
        made(
            SlaDefinition,
            id="gold",
            calendar="office",
            goals=(Goal(timedelta(hours=4)),),
            start=LIVE,
            pause=WAITS,
            stop=DONE,
            contractual=True,
        ),
    ),
)

# --- the customers ---------------------------------------------------------------------------------------------------

BOOK = AgreementBook(
    accounts=by_id(
        made(Account, id="hold", name="Holding"),
        made(Account, id="acme", name="Acme", parent="hold", calendar="office"),
        made(Account, id="rival", name="Rival"),
    ),
    contacts=by_id(
        made(Contact, id="jo", account="acme", name="Jo"),
        made(Contact, id="jim", account="acme", name="Jim"),
        made(Contact, id="rob", account="rival", name="Rob"),
    ),
    consumers=by_id(made(Consumer, id="kay", name="Kay")),
    products=by_id(made(ProductModel, id="press", name="Press"), made(ProductModel, id="phone", name="Phone")),
    assets=by_id(
        made(Asset, id="press-1", product_model="press", account="acme"),
        made(Asset, id="press-2", product_model="press", account="rival"),
        made(Asset, id="phone-1", product_model="phone", consumer="kay"),
    ),
    contracts=by_id(
        made(
            ServiceContract,
            id="c-acme",
            number="CT1",
            account="acme",
            state="active",
            covered_assets=(made(CoveredAsset, asset="press-1"),),
            sla_definitions=("gold",),
            runs_non_contractual=True,
        ),
        made(ServiceContract, id="c-rival", number="CT2", account="rival", state="active"),
    ),
    entitlements=by_id(
        made(Entitlement, id="e-gold", number="E1", account="acme", contract="c-acme", plan="gold"),
        made(Entitlement, id="e-hold", number="E2", account="hold", inherits=True, plan="silver"),
        made(Entitlement, id="e-press", number="E3", product="press"),
        made(Entitlement, id="e-kay", number="E4", consumer="kay", ends_on=date(2026, 1, 31)),
        made(Entitlement, id="e-rival", number="E5", account="rival"),
    ),
)

JO = made(Actor, kind="contact", id="jo", account="acme")
KAY = made(Actor, kind="consumer", id="kay")
STRANGER = made(Actor, kind="contact", id="rob", account="rival")
ANN = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
MIA = Actor(kind="internal", id="mia", roles=frozenset({"manager"}))

WANTED = made(OpenCase, contact="jo", asset="press-1", short_description="It stands still")

ROUTES: Mapping[CaseState, tuple[tuple[Actor, CaseCommand], ...]] = {
    "new": (),
    "open": ((ANN, AssignToMe()),),
    "awaiting_info": ((ANN, AssignToMe()), (ANN, RequestInfo("Which one?"))),
    "resolved": ((ANN, AssignToMe()), (ANN, ProposeSolution(code="fixed", notes="A new fuse."))),
}
"""How a new case comes to a state; an hour passes before each command."""


def desk(when: str = "12 10:00", policy: SupportPolicy = POLICY) -> tuple[MemoryHost, SettableClock, CaseService]:
    """A host with its clock and a service."""
    clock = SettableClock(at(when))
    host = MemoryHost(policy, BOOK, clock=clock)
    return host, clock, CaseService(host)


def opened(service: CaseService) -> CaseId:
    """Jo's case."""
    return service.open(WANTED, JO, CommandId("open")).case.id


def walk(service: CaseService, clock: SettableClock, case_id: CaseId, state: CaseState) -> None:
    """Bring a new case to a state."""
    for actor, command in ROUTES[state]:
        clock.advance(timedelta(hours=1))
        service.apply(case_id, command, actor)


def snapshot(host: MemoryHost) -> tuple[Any, ...]:
    """Everything that a host keeps of cases, to compare with."""
    said = {case_id: tuple(texts) for case_id, texts in host._activity.items()}
    entries = {case_id: tuple(found) for case_id, found in host._entries.items()}
    taken = {case_id: tuple(found) for case_id, found in host._taken.items()}
    rows = {name: row for name, row in host._known[Entitlement].nouns.items() if row.ledger_entries}
    return dict(host._cases), dict(host._clocks), said, entries, taken, rows, dict(host._commands)


def check_whole(host: MemoryHost) -> None:
    """Every case, its log, texts, clocks and what it took are of one moment, and no command id stands for two."""
    cases, clocks, said, entries, taken, rows, commands = snapshot(host)
    for case_id, case in cases.items():
        own = entries[case_id]
        assert [entry.version for entry in own] == list(range(1, case.version + 1))
        assert replay_events(event for entry in own for event in entry.events) == case
        assert [text.id for text in said[case_id]] == [text for entry in own for text in entry.activity]
        assert taken.get(case_id, ()) == tuple(used for entry in own for used in entry.ledger)
        assert clocks[case_id].last == [entry.revision for entry in own if entry.revision is not None][-1]
    used = [each for own in entries.values() for entry in own for each in entry.ledger]
    for name, row in rows.items():
        ledger = [each for each in used if each.entitlement == name]
        assert sorted(each.sequence for each in ledger) == list(range(1, row.ledger_entries + 1))
        assert sum(each.units for each in ledger) == row.used
    known = [entry.receipt.command_id for own in entries.values() for entry in own if entry.receipt is not None]
    assert sorted(known) == sorted(commands)
    assert cases.keys() == clocks.keys() == said.keys() == entries.keys()


def is_a_host(host: Host) -> Host:
    """The type checker's word that a host plays every role."""
    return host


is_a_host(MemoryHost(POLICY))
