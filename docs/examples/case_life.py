"""A case from its opening to its end: what is decided at each step, why, and when its promises are due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.calendars import BusinessCalendar
from csmcore.conditions import field
from csmcore.model import (
    AcceptSolution,
    Account,
    AccountId,
    Actor,
    AddComment,
    Asset,
    AssetId,
    AssignToMe,
    CloseCase,
    Contact,
    ContactId,
    ContractId,
    CoveredAsset,
    Decision,
    DefinitionId,
    Entitlement,
    EntitlementId,
    Goal,
    OpenCase,
    ProductModel,
    ProductModelId,
    ProposeSolution,
    Refused,
    RejectSolution,
    RequestInfo,
    ServiceContract,
    SlaDefinition,
    SlaReading,
    SupportPolicy,
)
from csmcore.services import CaseService

BERLIN = ZoneInfo("Europe/Berlin")
ACME, JO, PRINTER, CONTRACT = AccountId("acme"), ContactId("jo"), AssetId("printer-7"), ContractId("contract-1")
PRESS_10 = ProductModelId("press-10")

# --- what the vendor promises ----------------------------------------------------------------------------------------

office = BusinessCalendar.from_mapping(
    {
        "timezone": "Europe/Berlin",
        "hours": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": [{"date": "2026-05-25", "name": "Whit Monday"}],
    }
)
is_live = field("state").is_in("new", "open", "awaiting_info")
policy = SupportPolicy(
    name="help desk",
    version="1",
    timezone="Europe/Berlin",
    calendars={"office": office},
    definitions=(
        SlaDefinition(
            id=DefinitionId("response"),
            calendar="office",
            goals=(Goal(timedelta(hours=2)),),
            start=is_live,
            stop=~field("first_response_at").is_empty(),
        ),
        SlaDefinition(
            id=DefinitionId("resolution"),
            calendar="office",
            goals=(Goal(timedelta(hours=8), when=field("entitlement.plan") == "gold"), Goal(timedelta(hours=16))),
            start=is_live,
            pause=field("state") == "awaiting_info",
            stop=field("state").is_in("resolved", "closed"),
        ),
    ),
)

# --- whom it promised it to ------------------------------------------------------------------------------------------

clock = SettableClock(datetime(2026, 5, 21, 15, tzinfo=BERLIN))
host = MemoryHost(policy, clock=clock)
host.add(
    Account(id=ACME, name="Acme"),
    Contact(id=JO, account=ACME, name="Jo"),
    ProductModel(id=PRESS_10, name="Press 10"),
    Asset(id=PRINTER, product_model=PRESS_10, account=ACME),
    ServiceContract(
        id=CONTRACT,
        number="CT-1",
        account=ACME,
        state="active",
        covered_assets=(CoveredAsset(asset=PRINTER),),
        runs_non_contractual=True,
    ),
    Entitlement(id=EntitlementId("gold-1"), number="ENT-1", account=ACME, contract=CONTRACT, plan="gold"),
    Entitlement(id=EntitlementId("basic"), number="ENT-2", account=ACME, plan="basic"),
)
service = CaseService(host)
jo = Actor(kind="contact", id="jo", account=ACME)
ann = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))

# --- how to tell it --------------------------------------------------------------------------------------------------


def local(instant: datetime | None) -> str:
    """An instant as the office's clock shows it."""
    return "not now" if instant is None else instant.astimezone(BERLIN).strftime("%a %d %b %H:%M")


def told(reading: SlaReading) -> str:
    """What one clock reads."""
    name = f"{reading.definition} {reading.cycle}"
    return f"{name:<13}{reading.stage:<12} {reading.elapsed} of {reading.goal} used, due {local(reading.due_at)}"


def tell(what: str, decision: Decision) -> None:
    """A step: the decision, its reasons, its events, the clocks, and what the host is left to do."""
    case = decision.case
    events = [f"{event.kind} {event.details.get('definition', '')}".rstrip() for event in decision.events]
    clocks = [told(reading) for reading in service.read(case.id).clocks]
    to_do = [intent.kind for intent in decision.intents]
    print(f"{local(clock.now())}: {what}")
    print(f"    {case.number} is {case.state}, version {case.version}")
    titled = {"because": decision.reasons, "events": events, "clocks": clocks, "to do": to_do}
    for title, lines in titled.items():
        for index, line in enumerate(lines):
            print(f"    {'' if index else title:<9}{line}")
    print()


# --- the case --------------------------------------------------------------------------------------------------------

decision = service.open(OpenCase(contact=JO, asset=PRINTER, short_description="Paper jams"), jo)
case_id = decision.case.id
tell("Jo opens a case", decision)

clock.advance(timedelta(minutes=30))
tell("Ann takes it", service.apply(case_id, AssignToMe(), ann))

clock.advance(timedelta(minutes=30))
tell("Ann asks", service.apply(case_id, RequestInfo("In which tray?"), ann))

clock.set(datetime(2026, 5, 22, 10, tzinfo=BERLIN))
tell("Jo answers", service.apply(case_id, AddComment("In tray 2."), jo))

clock.set(datetime(2026, 5, 22, 14, tzinfo=BERLIN))
tell("Ann proposes a solution", service.apply(case_id, ProposeSolution(code="fixed", notes="A new roller."), ann))

try:
    service.apply(case_id, CloseCase(code="fixed", notes="A new roller."), ann)
except Refused as refused:
    print(f"{local(clock.now())}: Ann would close it, but is refused: {refused}")
    print()

clock.set(datetime(2026, 5, 22, 16, tzinfo=BERLIN))
tell("Jo rejects it", service.apply(case_id, RejectSolution("It jams again."), jo))

clock.set(datetime(2026, 5, 26, 11, tzinfo=BERLIN))
tell("Ann proposes another", service.apply(case_id, ProposeSolution(code="replaced", notes="A new tray."), ann))

clock.advance(timedelta(hours=1))
tell("Jo accepts it", service.apply(case_id, AcceptSolution(), jo))
