"""Vendors' support plans as policies, and customers on them.

The plans lie outside the project, in a form of their own: a row is one plan of a vendor, with its hours in words and
what is promised to cases of each severity. A vendor becomes a policy that has the promises of all its plans, each for
those whose entitlement names it. Customers have plans in six ways, so that each case has one answer.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import NamedTuple

from csmcore.calendars import Calendar, calendar_from_mapping
from csmcore.conditions import field
from csmcore.model import (
    Account,
    AccountId,
    Asset,
    AssetId,
    ContractId,
    CoveredProduct,
    DefinitionId,
    Entitlement,
    EntitlementId,
    Goal,
    ProductModelId,
    ServiceContract,
    SlaDefinition,
    SupportPolicy,
)
from tests.oracle.calendar import WEEKDAYS
from tests.real_data import data_folder

__all__ = [
    "CUSTOMER_ZONES",
    "FILE",
    "METRICS",
    "REQUESTED",
    "ROUND_THE_CLOCK",
    "WAYS",
    "WISH",
    "Customer",
    "Vendor",
    "customers_of",
    "document_of",
    "is_local",
    "vendors",
]

FILE = "policies/vendor_support_policies.json"
METRICS = {
    "first_response": ("first_response",),
    "ongoing_response": ("next_reply",),
    "initial_and_ongoing_response": ("first_response", "next_reply"),
    "resolution": ("resolution",),
}
"""Which of our measures a vendor's word means."""
ROUND_THE_CLOCK = {"24x7", "elapsed"}
REQUESTED = "24x7 if requested"
WISH = "round the clock"
"""The category of a case whose customer requests it: a word of our own."""
VENDOR_ZONE = "America/New_York"
CUSTOMER_ZONES = ("America/New_York", "Europe/Berlin", "Asia/Tokyo")
LAST_DAY = date(2027, 12, 31)
MATRIX = {"1/1": 1, "1/2": 2, "2/1": 2, "1/3": 3, "2/2": 3, "3/1": 3, "2/3": 4, "3/2": 4, "3/3": 5}
"""With 3/3 as 5, so that vendors with five severities have a priority for each."""
HOLIDAYS = {
    "Memorial Day": "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
    "Labor Day": "FREQ=YEARLY;BYMONTH=9;BYDAY=1MO",
    "Thanksgiving": "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
}


class Vendor(NamedTuple):
    """A vendor's plans as they were read, and the policy that was made of them."""

    name: str
    plans: Sequence[dict]
    severities: Sequence[str]
    policy: SupportPolicy

    def priority(self, severity: str) -> int:
        """The priority of cases of that severity: 1 for the first."""
        return self.severities.index(severity) + 1


# --- a vendor as a policy --------------------------------------------------------------------------------------------


def vendors() -> list[Vendor] | None:
    """Every vendor of the file; None where it is missing."""
    file = data_folder() / FILE
    if not file.is_file():
        return None
    rows: dict[str, list[dict]] = {}
    for row in json.loads(file.read_text(encoding="utf-8"))["policies"]:
        rows.setdefault(row["vendor"], []).append(row)
    return [vendor_of(name, plans) for name, plans in rows.items()]


def vendor_of(name: str, plans: Sequence[dict]) -> Vendor:
    """One vendor: a calendar for each plan, a definition for each plan and measure, a goal for each severity."""
    severities = sorted({target["severity"] for plan in plans for target in plan["targets"]})
    calendars: dict[str, Calendar] = {
        plan["plan"]: calendar_from_mapping(document_of(plan) | {"floating": is_local(plan)}) for plan in plans
    }
    definitions = tuple(each for plan in plans for each in definitions_of(plan, severities))
    policy = SupportPolicy(
        name=name,
        version="1",
        timezone=VENDOR_ZONE,
        calendars=calendars,
        definitions=definitions,
        priority_matrix=MATRIX,
    )
    return Vendor(name, plans, severities, policy)


def document_of(plan: dict) -> dict:
    """The hours of a plan, from the words for them; where they say no more than "business hours", nine to five."""
    words = plan["coverage"].get("weekly", "")
    exact = re.search(r"Mon-Fri (\d\d:\d\d-\d\d:\d\d)", words)
    hours = re.search(r"\b(\d)x5", words)
    window = exact[1] if exact else f"09:00-{9 + int(hours[1] if hours else 8):02}:00"
    zone = plan["coverage"].get("tz", "")
    holidays = plan["coverage"].get("holidays")
    return {
        "timezone": zone if "/" in zone else VENDOR_ZONE,
        "hours": {day: [window] for day in WEEKDAYS[:5]},
        "holidays": [holiday(text) for text in holidays] if isinstance(holidays, list) else [],
    }


def holiday(text: str) -> dict:
    """A holiday by its name, or by its month and day."""
    if text in HOLIDAYS:
        return {"recurrence": HOLIDAYS[text]}
    month, day = map(int, text.split("-"))
    return {"recurrence": f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}"}


def is_local(plan: dict) -> bool:
    """Whether the hours are those of the customer's own clocks."""
    return "local" in plan["coverage"].get("weekly", "") + plan["coverage"].get("tz", "")


def definitions_of(plan: dict, severities: Sequence[str]) -> Iterator[SlaDefinition]:
    """A plan's promises."""
    goals: dict[str, list[Goal]] = {}
    for target in plan["targets"]:
        for measure in METRICS[target["metric"]]:
            goals.setdefault(measure, []).extend(goals_of(target, plan, severities.index(target["severity"]) + 1))
    for measure, found in goals.items():
        yield SlaDefinition(
            id=DefinitionId(f"{plan['plan']}/{measure}"),
            measure=measure,
            goals=tuple(found),
            timezone_source=("account.timezone",) if is_local(plan) else (),
            contractual=True,
        )


def goals_of(target: dict, plan: dict, priority: int) -> Iterator[Goal]:
    """What is promised to one severity; where it must be asked for, to those who do and to the others."""
    when, amount, calendar = field("priority") == priority, target["amount"], plan["plan"]
    if target["unit"] == "business_days":
        yield Goal(when=when, days=amount, calendar=calendar)
        return
    length = timedelta(**{target["unit"].removeprefix("business_"): amount})
    if target["clock"] in ROUND_THE_CLOCK:
        yield Goal(length, when)
        return
    if target["clock"] == REQUESTED:
        yield Goal(length, when & (field("category") == WISH))
    yield Goal(length, when, calendar=calendar)


# --- customers -------------------------------------------------------------------------------------------------------


class Customer(NamedTuple):
    """An account with all that it was ever promised; which plan a case about each of its assets has, by what way."""

    account: Account
    entitlements: tuple[Entitlement, ...]
    contracts: tuple[ServiceContract, ...]
    assets: tuple[Asset, ...]
    plans: Mapping[AssetId, dict | None]
    way: str


class Terms(NamedTuple):
    """One customer while it is made: its plans by turns, its products and assets, ids for what it is promised."""

    account: AccountId
    one: dict
    other: dict
    assets: tuple[Asset, Asset]
    numbers: Iterator[int]

    def entitled(self, plan: dict, **fields: object) -> Entitlement:
        """An entitlement to a plan, with the promises that it makes."""
        number = f"{self.account}/{next(self.numbers)}"
        identity = EntitlementId(number)
        definitions = tuple(
            DefinitionId(f"{plan['plan']}/{measure}")
            for measure in dict.fromkeys(each for target in plan["targets"] for each in METRICS[target["metric"]])
        )
        about: dict = {"starts_on": date(2027, 1, 1), "ends_on": LAST_DAY, **fields}
        return Entitlement(id=identity, number=number, plan=plan["plan"], sla_definitions=definitions, **about)


Had = tuple[list[Entitlement], list[ServiceContract], dict | None, dict | None]
"""What a customer has, and the plan of a case about its first and about its second asset."""


def whole_account(terms: Terms) -> Had:
    """One plan for all that it has."""
    return [terms.entitled(terms.one, account=terms.account)], [], terms.one, terms.one


def by_product(terms: Terms) -> Had:
    """A plan for one product, another for the rest."""
    model = terms.assets[0].product_model
    special = terms.entitled(terms.one, account=terms.account, product=model)
    return [special, terms.entitled(terms.other, account=terms.account)], [], terms.one, terms.other


def by_asset(terms: Terms) -> Had:
    """A plan for one machine, another for the rest."""
    special = terms.entitled(terms.one, asset=terms.assets[0].id)
    return [terms.entitled(terms.other, account=terms.account), special], [], terms.one, terms.other


def by_contract(terms: Terms) -> Had:
    """A contract that covers one product, with its plan; a plan for the rest."""
    identity = ContractId(f"{terms.account}/contract")
    contract = ServiceContract(
        id=identity,
        number=identity,
        account=terms.account,
        state="active",
        starts_on=date(2027, 1, 1),
        ends_on=LAST_DAY,
        covered_products=(CoveredProduct(product=terms.assets[0].product_model),),
    )
    under = terms.entitled(terms.one, account=terms.account, contract=identity)
    return [under, terms.entitled(terms.other, account=terms.account)], [contract], terms.one, terms.other


def renewed(terms: Terms) -> Had:
    """A plan that is over, however specific it was, and the one that was bought after it."""
    over = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    last = terms.entitled(terms.one, account=terms.account, product=terms.assets[0].product_model, **over)
    return [last, terms.entitled(terms.other, account=terms.account)], [], terms.other, terms.other


def lapsed(terms: Terms) -> Had:
    """A plan that was not renewed, and one of a contract that was cancelled."""
    over = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    _, [contract], _, _ = by_contract(terms)
    cancelled = ServiceContract(
        id=contract.id,
        number=contract.number,
        account=contract.account,
        state="cancelled",
        covered_products=contract.covered_products,
    )
    under = terms.entitled(terms.other, contract=contract.id)
    return [terms.entitled(terms.one, account=terms.account, **over), under], [cancelled], None, None


WAYS = (whole_account, by_product, by_asset, by_contract, renewed, lapsed)


def customers_of(vendor: Vendor, number: int, seed: str) -> list[Customer]:
    """So many customers of a vendor, each with two of its plans in one of the ways; every plan and way in turn."""
    rng = Random(f"{seed} {vendor.name}")
    found = []
    for place in range(number):
        account = AccountId(f"{vendor.name}-{place}")
        models = rng.sample([ProductModelId(f"model {each}") for each in range(9)], 2)
        first, second = (
            Asset(id=AssetId(f"{account}/{each}"), product_model=model, account=account)
            for each, model in enumerate(models)
        )
        one, other = vendor.plans[place % len(vendor.plans)], rng.choice(vendor.plans)
        way = WAYS[place // len(vendor.plans) % len(WAYS)]
        entitlements, contracts, *plans = way(Terms(account, one, other, (first, second), count()))
        noun = Account(id=account, name=account, timezone=rng.choice(CUSTOMER_ZONES))
        by_asset = dict(zip((first.id, second.id), plans, strict=True))
        found.append(Customer(noun, tuple(entitlements), tuple(contracts), (first, second), by_asset, way.__name__))
    return found
