"""What the benchmarks of cases are about: a desk with four promises, a customer with three entitlements, a case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from csmcore.adapters import MemoryHost, MemoryMailroom, SettableClock
from csmcore.calendars import BusinessCalendar, Holiday, WeeklyHours
from csmcore.conditions import field
from csmcore.model import (
    Account,
    Actor,
    Asset,
    AssignToMe,
    Case,
    CaseFacts,
    Contact,
    CoveredAsset,
    Entitlement,
    Goal,
    OpenCase,
    ProductModel,
    RequestInfo,
    ServiceContract,
    SlaDefinition,
    SlaState,
    SupportPolicy,
)
from csmcore.rules import Plan, compile_policy
from csmcore.services import CaseService
from csmcore.services.gathering import facts_of_case

__all__ = ["AGENT", "CONTACT", "DONE", "LIVE", "OPENED_AT", "WAITS", "WANTED", "Scene", "desk", "made", "scene"]

Noun = TypeVar("Noun")

BERLIN = ZoneInfo("Europe/Berlin")
OPENED_AT = datetime(2026, 5, 21, 13, tzinfo=BERLIN)
LIVE = field("state").is_in("new", "open", "awaiting_info")
WAITS = field("state") == "awaiting_info"
DONE = field("state").is_in("resolved", "closed")


def made(kind: Callable[..., Noun], /, **fields: Any) -> Noun:
    """A noun from words: the benchmarks' ids are plain text."""
    return kind(**fields)


AGENT = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
CONTACT = made(Actor, kind="contact", id="jo", account="acme")
WANTED = made(OpenCase, contact="jo", asset="press-1", short_description="It stands still", impact=2, urgency=2)

RESOLUTION = made(
    SlaDefinition,
    id="resolution",
    calendar="office",
    goals=(Goal(timedelta(hours=8), field("priority") == 1), Goal(timedelta(hours=16))),
    start=LIVE,
    pause=WAITS,
    stop=DONE,
    thresholds=(50, 75),
)
RESPONSE = made(
    SlaDefinition,
    id="response",
    calendar="office",
    goals=(Goal(timedelta(hours=2)),),
    start=LIVE,
    stop=~field("first_response_at").is_empty(),
)
TIER = made(SlaDefinition, id="tier", kind="ola", goals=(Goal(timedelta(hours=30)),), start=LIVE, stop=DONE)
GOLD = made(
    SlaDefinition,
    id="gold",
    calendar="office",
    goals=(Goal(timedelta(hours=4), field("entitlement.plan") == "gold"), Goal(timedelta(hours=6))),
    start=LIVE,
    pause=WAITS,
    stop=DONE,
    contractual=True,
)
PROMISES = (RESOLUTION, RESPONSE, TIER, GOLD)


def policy(promises: int, **more: Any) -> SupportPolicy:
    """The desk's policy, with the first so many of its promises, and more where more is wanted."""
    holidays = tuple(Holiday(date(year, month, day)) for year in range(2024, 2029) for month, day in ((5, 1), (12, 25)))
    hours = WeeklyHours.parse("Mon-Fri 09:00-17:00")
    office = BusinessCalendar(timezone="Europe/Berlin", hours=hours, holidays=holidays)
    return SupportPolicy(
        name="desk",
        version="1",
        timezone="Europe/Berlin",
        calendars={"office": office},
        definitions=PROMISES[:promises],
        **more,
    )


def desk(
    promises: int = 4, mailroom: MemoryMailroom | None = None, **more: Any
) -> tuple[MemoryHost, SettableClock, CaseService]:
    """A host that knows Acme, its clock, and a service."""
    clock = SettableClock(OPENED_AT)
    host = MemoryHost(policy(promises, **more), clock=clock)
    host.add(
        made(Account, id="acme", name="Acme"),
        made(Contact, id="jo", account="acme", name="Jo"),
        made(ProductModel, id="press", name="Press"),
        made(Asset, id="press-1", product_model="press", account="acme"),
        made(
            ServiceContract,
            id="contract",
            number="CT1",
            account="acme",
            state="active",
            covered_assets=(made(CoveredAsset, asset="press-1"),),
            sla_definitions=("gold",),
            runs_non_contractual=True,
        ),
        made(Entitlement, id="gold", number="E1", account="acme", contract="contract", plan="gold"),
        made(Entitlement, id="basic", number="E2", account="acme", plan="basic"),
        made(Entitlement, id="press", number="E3", product="press"),
    )
    return host, clock, CaseService(host, mailroom=mailroom)


class Scene(NamedTuple):
    """One case while it is worked on, and while its customer is asked, each with its clocks; its plan and its facts."""

    plan: Plan
    facts: CaseFacts
    is_open: tuple[Case, SlaState]
    is_waiting: tuple[Case, SlaState]
    now: datetime


def scene(promises: int = 4) -> Scene:
    """A case that has been answered once and is worked on again."""
    host, clock, service = desk(promises)
    case = service.open(WANTED, CONTACT).case
    stages = []
    for command in (AssignToMe(), RequestInfo("Which one?")):
        clock.advance(timedelta(minutes=10))
        decision = service.apply(case.id, command, AGENT)
        stages.append((decision.case, decision.sla))
    clock.advance(timedelta(minutes=10))
    plan = compile_policy(policy(promises))
    facts = facts_of_case(host, case, plan.policy, clock.now())
    return Scene(plan, facts, stages[0], stages[1], clock.now())
