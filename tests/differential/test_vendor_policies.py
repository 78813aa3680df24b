"""Real vendors' plans: customers on them get the plan that they have, and its promises, to the second.

Which plan it is follows from how the customer was made. When a promise is due is read from the vendor's own figures: by
plain addition around the clock, else minute by minute.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

import attrs
import pytest

from csmcore.model import (
    Actor,
    AddComment,
    AssetId,
    AssignToMe,
    CaseFacts,
    CaseId,
    Contact,
    ContactId,
    Decision,
    DefinitionId,
    EntitlementQuestion,
    OpenCase,
    SlaClock,
    accepted,
)
from csmcore.rules import (
    EntitlementIndex,
    Plan,
    compile_policy,
    decide_apply,
    decide_open,
    derive_entitlement,
    evaluate,
    read,
)
from tests.differential.vendor_worlds import (
    CUSTOMER_ZONES,
    FILE,
    METRICS,
    REQUESTED,
    ROUND_THE_CLOCK,
    WAYS,
    WISH,
    Customer,
    Vendor,
    customers_of,
    document_of,
    is_local,
    vendors,
)
from tests.oracle.hours import Hours, instant_after, open_time
from tests.real_data import data_folder
from tests.tally import Tally

PLANS, CASES = "vendor plans as policies", "vendor plans: cases of customers"
PROMISES, WHOLE = "vendor plans: promises compared", "vendor plans: cases asked of all agreements"
CALENDARS = "vendor plans: stretches of business time"
CUSTOMERS = 430  # of each vendor
EVERY = 90  # of so many cases one is also judged against all entitlements of its vendor
STRETCHES = 100  # of each plan's calendar
START, DAYS = datetime(2027, 3, 1, tzinfo=UTC), 122  # with two changes of the clock, and a holiday by a weekday
FIRST, OPENED_WITHIN = START + timedelta(days=7), timedelta(days=60)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
AGENT = Actor(kind="internal", id="ann", roles=frozenset({"agent"}))
LEVELS = {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (2, 3), 5: (3, 3)}
"""Impact and urgency for each priority."""

UNSAID = {
    "named users": "how many people of a customer may ask; units are cases or hours, so a host counts its contacts",
    "named customer contact": "a promise that holds while the customer names somebody to call; no field says so",
    "requires the customer to work 24x7": "a duty of the customer; an agent lowers the priority by hand instead",
    "must be requested explicitly": "a wish for this case; fields of a host's own are not filled yet: a category here",
    "amounts not in the excerpt": "hours without promises: the calendar is compared, no case has a clock",
    "severity A only in the stored excerpt": "nothing is known of other severities: their cases have no clock",
}
"""What notes of the file say that our policies do not, or that the file leaves out; and what becomes of it."""
IMPRECISE = {
    "standard business hours": "from when to when is not said: nine to five here",
    "8x5": "likewise",
    "9x5": "likewise: nine to six",
    "best effort": "a figure without a duty: measured like any other",
}
"""Words for hours that are no hours, and how they are read."""


class Asked(NamedTuple):
    """A case: whose, about what, how urgent, when, and whether its customer wants help around the clock."""

    customer: Customer
    asset: AssetId
    severity: str
    opened_at: datetime
    wish: str


# --- the vendors' own figures ----------------------------------------------------------------------------------------


def promised(plan: dict | None, severity: str, wish: str) -> dict[str, dict]:
    """The figures of a plan for a severity, by measure."""
    targets = [target for target in (plan or {"targets": ()})["targets"] if target["severity"] == severity]
    found = {measure: target for target in targets for measure in METRICS[target["metric"]]}
    return {
        measure: {**target, "clock": "24x7" if wish else "business"} if target["clock"] == REQUESTED else target
        for measure, target in found.items()
    }


def due(target: dict, hours: Hours, started_at: datetime) -> datetime:
    """When a figure is due for work that starts then."""
    amount, unit = target["amount"], target["unit"]
    if target["clock"] in ROUND_THE_CLOCK:
        assert unit == "minutes"
        return started_at + timedelta(minutes=amount)
    start = (started_at - START) // MICROSECOND
    if unit == "business_days":
        end = hours.target({"days": amount}, start)
    else:
        minutes = amount * (60 if unit == "business_hours" else 1)
        end = instant_after(hours.opens, start, minutes * 60_000_000)
    assert end is not None
    return START + end * MICROSECOND


@lru_cache(maxsize=200)
def opening(opens: str, zone: str, holidays: tuple[str, ...], asked_zone: str | None) -> Hours:
    """The hours of a plan on the grid, once for all that share them."""
    document = {"timezone": zone, "hours": {}, "holidays": [{"recurrence": rule} for rule in holidays]}
    document["hours"] = {day: [opens] for day in ("mon", "tue", "wed", "thu", "fri")}
    return Hours(document, START, DAYS * 1440, asked_zone=asked_zone)


def hours_of(plan: dict, zone: str | None) -> Hours:
    """The hours of a plan, on the customer's clocks where it says so."""
    document = document_of(plan)
    rules = tuple(each["recurrence"] for each in document["holidays"])
    return opening(document["hours"]["mon"][0], document["timezone"], rules, zone if is_local(plan) else None)


# --- the same cases here ---------------------------------------------------------------------------------------------


def cases_of(vendor: Vendor, customers: Sequence[Customer]) -> Iterator[Asked]:
    """A case about each asset, of any severity that the vendor knows."""
    rng = Random(f"cases {vendor.name}")
    for customer in customers:
        for asset in customer.assets:
            opened_at = FIRST + rng.randrange(OPENED_WITHIN // SECOND) * SECOND
            yield Asked(customer, asset.id, rng.choice(vendor.severities), opened_at, rng.choice(("", WISH)))


def facts_of(asked: Asked) -> CaseFacts:
    """What a host gathers: the customer, the asset, and what the customer was promised."""
    customer = asked.customer
    return CaseFacts(
        account=customer.account,
        contact=contact_of(customer),
        asset=next(asset for asset in customer.assets if asset.id == asked.asset),
        entitlements=customer.entitlements,
        contracts=customer.contracts,
    )


def contact_of(customer: Customer) -> Contact:
    """Who asks."""
    return Contact(id=ContactId(f"{customer.account.id}/jo"), account=customer.account.id, name="Jo")


def opened(asked: Asked, vendor: Vendor, plan: Plan, facts: CaseFacts) -> Decision:
    """The case as its customer opens it."""
    impact, urgency = LEVELS[vendor.priority(asked.severity)]
    contact = contact_of(asked.customer)
    command = OpenCase(
        short_description="It stands still",
        contact=contact.id,
        asset=asked.asset,
        impact=impact,
        urgency=urgency,
        category=asked.wish,
    )
    return accepted(decide_open(command, customer_of(asked), facts, plan, asked.opened_at, CaseId("C"), "C"))


def customer_of(asked: Asked) -> Actor:
    """The contact as an actor."""
    contact = contact_of(asked.customer)
    return Actor(kind="contact", id=contact.id, account=contact.account)


def lived(asked: Asked, vendor: Vendor, plan: Plan, facts: CaseFacts) -> list[Decision]:
    """The case as it is opened, taken up and answered, and as its customer asks again a day and a bit later."""
    steps = (
        (AssignToMe(), AGENT, timedelta(minutes=1)),
        (AddComment("Have you tried again?"), AGENT, timedelta(minutes=2)),
        (AddComment("I have"), customer_of(asked), QUESTION_AFTER),
    )
    decisions = [opened(asked, vendor, plan, facts)]
    for command, actor, later in steps:
        before, at = decisions[-1], asked.opened_at + later
        decisions.append(accepted(decide_apply(before.case, before.sla, command, actor, facts, plan, at)))
    return decisions


QUESTION_AFTER = timedelta(hours=27, seconds=5)


def differences(asked: Asked, vendor: Vendor, plan: Plan, index: EntitlementIndex) -> tuple[int, list[str]]:
    """How many promises of a case were compared, and in what it differs from what its customer has."""
    facts, mine = facts_of(asked), asked.customer.plans[asked.asset]
    first, *_, last = decisions = lived(asked, vendor, plan, facts)
    found = [*plan_differences(asked, first, facts, index)]
    now = asked.opened_at + QUESTION_AFTER
    if evaluate(plan, [each.revision for each in decisions if each.revision], now) != last.sla:
        found.append("is evaluated otherwise")
    wanted = promised(mine, asked.severity, asked.wish)
    clocks = {clock.definition: clock for clock in last.sla.clocks}
    names = {measure: f"{mine and mine['plan']}/{measure}" for measure in wanted}
    if set(clocks) != set(names.values()):
        found.append(f"has clocks {sorted(clocks)}, not {sorted(wanted)}")
    elif mine is not None:
        hours = hours_of(mine, asked.customer.account.timezone)
        for measure, target in wanted.items():
            started_at, clock = (
                now if measure == "next_reply" else asked.opened_at,
                clocks[DefinitionId(names[measure])],
            )
            found += clock_differences(clock, target, started_at, due(target, hours, started_at))
            if clock.is_active and read(plan, clock, now).due_at != clock.original_due_at:
                found.append(f"{clock.definition} reads otherwise")
    told = f"{asked.customer.account.id}, {asked.customer.way}, {asked.severity}, {asked.opened_at}"
    return len(wanted), [f"{told}: {each}" for each in found]


def plan_differences(asked: Asked, first: Decision, facts: CaseFacts, index: EntitlementIndex) -> Iterator[str]:
    """In what the choice differs from the plan that the customer has, by the rule or by the index."""
    mine, derived = asked.customer.plans[asked.asset], first.derivation
    assert derived is not None
    bare = attrs.evolve(facts, entitlements=(), contracts=())
    quick = index.derive(EntitlementQuestion.asked_by(first.case), asked.opened_at, bare)
    if (derived.chosen and derived.chosen.plan) != (mine and mine["plan"]):
        yield f"has plan {derived.chosen and derived.chosen.plan}, not {mine and mine['plan']}"
    if (quick.chosen, quick.contract) != (derived.chosen, derived.contract):
        yield f"has by index {quick.reason.text}, not {derived.reason.text}"


def clock_differences(clock: SlaClock, target: dict, started_at: datetime, end: datetime) -> Iterator[str]:
    """In what a clock differs from a figure of its vendor, which is due at the end."""
    if (clock.started_at, clock.original_due_at) != (started_at, end):
        yield f"{clock.definition} {clock.started_at} to {clock.original_due_at}, not {started_at} to {end}"
    length = {"minutes": 60, "business_hours": 3_600}.get(target["unit"])
    if length and clock.goal != target["amount"] * length * SECOND:
        yield f"{clock.definition} has goal {clock.goal}, not {target['amount']} {target['unit']}"


# --- what is compared ------------------------------------------------------------------------------------------------


def known(tally: Tally, *names: str) -> list[Vendor]:
    """The vendors; where their file is missing the counts are excused, and the test is skipped."""
    found = vendors()
    if found is None:
        for name in names:
            tally.excuse(name, f"no {FILE} in {data_folder()}")
        pytest.skip(f"no {FILE} in {data_folder()}")
    return found


def test_every_plan_becomes_promises_of_its_vendors_policy(tally: Tally) -> None:
    """Each figure is a goal of a definition that only an entitlement to the plan attaches; all hours are told apart."""
    found = known(tally, PLANS)
    for vendor in found:
        definitions = {definition.id: definition for definition in vendor.policy.definitions}
        assert len({plan["plan"] for plan in vendor.plans}) == len(vendor.plans)
        assert all(definition.contractual for definition in definitions.values())
        for plan in vendor.plans:
            wanted = {measure for target in plan["targets"] for measure in METRICS[target["metric"]]}
            assert {name for name in definitions if name.startswith(f"{plan['plan']}/")} == {
                f"{plan['plan']}/{measure}" for measure in wanted
            }
    tally(PLANS, sum(len(vendor.plans) for vendor in found), planned=24)


def test_what_plans_say_beyond_a_policy_is_listed(tally: Tally) -> None:
    """Each entry is said by some plan; each plan whose hours are no hours is among the imprecise."""
    plans = [plan for vendor in known(tally, PLANS) for plan in vendor.plans]
    for phrase in UNSAID:
        assert any(phrase in plan["notes"] for plan in plans), phrase
    for phrase in IMPRECISE:
        assert any(phrase in plan["coverage"].get("weekly", "") for plan in plans), phrase
    assert {target["metric"] for plan in plans for target in plan["targets"]} == set(METRICS)
    assert {target["unit"] for plan in plans for target in plan["targets"]} == UNITS
    assert {target["clock"] for plan in plans for target in plan["targets"]} == {
        *ROUND_THE_CLOCK,
        REQUESTED,
        "business",
    }


UNITS = {"minutes", "business_hours", "business_days"}


def test_business_time_of_every_plan_is_the_oracles(tally: Tally) -> None:
    """Open time between random instants, on the clocks of the vendor or of a customer."""
    wrong, done = [], 0
    for vendor in known(tally, CALENDARS):
        for plan in vendor.plans:
            rng = Random(f"stretches {vendor.name} {plan['plan']}")
            for zone in CUSTOMER_ZONES:
                hours, calendar = hours_of(plan, zone), vendor.policy.calendars[plan["plan"]].in_zone(zone)
                for _ in range(STRETCHES):
                    start, end = sorted(rng.randrange(DAYS * 86_400) * 1_000_000 for _ in range(2))
                    elapsed = calendar.elapsed(START + start * MICROSECOND, START + end * MICROSECOND)
                    done += 1
                    if elapsed != open_time(hours.opens, start, end) * MICROSECOND:
                        wrong.append(f"{vendor.name} {plan['plan']} {zone}: {start} to {end}")
    tally(CALENDARS, done, planned=24 * len(CUSTOMER_ZONES) * STRETCHES, mismatches=len(wrong))
    assert wrong[:3] == []


def test_cases_of_customers_have_the_promises_of_their_plans(tally: Tally) -> None:
    """The plan is the one that the customer has; by index it is the same; its clocks are due by the figures."""
    cases = compared = 0
    wrong: list[str] = []
    ways: Counter[str] = Counter()
    for vendor in known(tally, CASES, PROMISES):
        customers, plan = customers_of(vendor, CUSTOMERS, "cases"), compile_policy(vendor.policy)
        index = index_of(vendor, customers)
        for asked in cases_of(vendor, customers):
            promises, found = differences(asked, vendor, plan, index)
            cases, compared, wrong = cases + 1, compared + promises, wrong + found
            ways[asked.customer.way] += 1
    tally(CASES, cases, planned=7 * 2 * CUSTOMERS, mismatches=len(wrong))
    tally(PROMISES, compared, planned=PLANNED_PROMISES, mismatches=len(wrong))
    tally.detail(f"vendor plans: {', '.join(f'{count} cases {way}' for way, count in sorted(ways.items()))}")
    assert wrong[:3] == []
    assert set(ways) == {way.__name__ for way in WAYS}


PLANNED_PROMISES = 6_200


def index_of(vendor: Vendor, customers: Sequence[Customer]) -> EntitlementIndex:
    """All that a vendor has promised to anybody."""
    return EntitlementIndex.of(
        vendor.policy,
        [each for customer in customers for each in customer.entitlements],
        [each for customer in customers for each in customer.contracts],
    )


def test_all_agreements_of_a_vendor_change_no_answer(tally: Tally) -> None:
    """Beside those of all other customers the same one is chosen, and the index explains it as the rule does."""
    asked_of_all, wrong = 0, []
    for vendor in known(tally, WHOLE):
        customers = customers_of(vendor, CUSTOMERS, "cases")
        index = index_of(vendor, customers)
        for asked in [*cases_of(vendor, customers)][::EVERY]:
            facts = facts_of(asked)
            question = EntitlementQuestion(account=asked.customer.account.id, asset=asked.asset)
            everything = attrs.evolve(
                facts,
                entitlements=tuple(each for customer in customers for each in customer.entitlements),
                contracts=tuple(each for customer in customers for each in customer.contracts),
            )
            bare = attrs.evolve(facts, entitlements=(), contracts=())
            full = derive_entitlement(question, everything, vendor.policy, asked.opened_at)
            mine = asked.customer.plans[asked.asset]
            quick = index.derive(question, asked.opened_at, bare)
            asked_of_all += 1
            if (quick.chosen, quick.contract) != (full.chosen, full.contract):
                wrong.append(f"{question}: {quick.reason.text}, not {full.reason.text}")
            if (full.chosen and full.chosen.plan) != (mine and mine["plan"]):
                wrong.append(f"{question}: {full.reason.text}, not {mine and mine['plan']}")
            if index.derive(question, asked.opened_at, bare, explain=True) != full:
                wrong.append(f"{question} is explained otherwise")
    tally(WHOLE, asked_of_all, planned=7 * (2 * CUSTOMERS // EVERY), mismatches=len(wrong))
    assert wrong[:3] == []
