"""Nouns of customers, of what they have and of what was agreed check themselves: what cannot be names its field."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime
from csmcore.model import (
    Account,
    AccountRelationship,
    AccountRelationshipType,
    Address,
    Asset,
    Component,
    Consumer,
    Contact,
    ContractLine,
    ContractRelationship,
    CoveredAsset,
    CoveredProduct,
    Entitlement,
    Household,
    HouseholdMember,
    InstallBaseItem,
    LedgerEntry,
    Location,
    ModelCategory,
    ProductModel,
    Registration,
    Rota,
    RotaSwap,
    ServiceContract,
    SkillLevel,
    SocialProfile,
    SoldProduct,
    SupportPolicy,
    TeamMember,
    TimeEntry,
    User,
)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOME, WORK = Address(id="h", is_primary=True), Address(id="w", is_primary=True)  # type: ignore[arg-type]
STAY: Any = {"consumer": "kay", "starts_on": date(2026, 1, 1)}


def stay(**days: Any) -> HouseholdMember:
    """Kay's stay in a household."""
    return HouseholdMember(**{**STAY, **days})


def line(name: str, **fields: Any) -> ContractLine:
    """A line of a contract."""
    return ContractLine(id=name, **fields)  # type: ignore[arg-type]


def asset(**fields: Any) -> CoveredAsset:
    """A covered asset."""
    return CoveredAsset(asset="a", **fields)  # type: ignore[arg-type]


CONTRACT: dict[str, Any] = {"id": "c", "number": "C", "account": "a"}
LEDGER: dict[str, Any] = {
    "entitlement": "e",
    "sequence": 2,
    "case": "CS1",
    "case_version": 1,
    "channel": "web",
    "units": 1,
    "milestone": "close",
    "at": NOON,
}
REGISTRATION: dict[str, Any] = {"id": "r", "name": "Jo", "email": "jo@acme.com", "requested_at": NOON}
ROTA: dict[str, Any] = {"id": "r", "group": "g", "users": ("ann",), "starts_on": date(2027, 1, 1)}
YEAR = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}

WRONG: list[tuple[type, dict[str, Any], str]] = [
    (Address, {"id": "h", "country": "Germany"}, "country"),
    (Address, {"id": "h", "country": "de"}, "country"),
    (Address, {"id": "h", "kind": "castle"}, "kind"),
    (SocialProfile, {"network": " ", "handle": "x"}, "network"),
    (Account, {"id": "a", "name": "\u200b \u202e"}, "name"),
    (Account, {"id": "a", "name": "\x00\x1b"}, "name"),
    (Account, {"id": "a", "name": "A", "addresses": (HOME, WORK)}, "addresses"),
    (Account, {"id": "a", "name": "A", "addresses": (HOME, HOME)}, "addresses"),
    (Contact, {"id": "c", "name": "C", "account": "a", "addresses": (Address(id="x"),)}, "addresses"),  # type: ignore[arg-type]
    (Contact, {"id": "c", "name": "C", "account": "a", "roles": frozenset({"king"})}, "roles"),
    (Consumer, {"id": "c", "name": "C", "merged_into": "d"}, "merged_into"),
    (Consumer, {"id": "c", "name": "C", "merged_into": "c", "active": False}, "merged_into"),
    (AccountRelationship, {"id": "r", "type": "t", "from_account": "a", "to_account": "a"}, "to_account"),
    (AccountRelationshipType, {"id": "t", "label": "", "reverse_label": "x"}, "label"),
    (TeamMember, {"id": "m", "user": "u", "responsibility": "r"}, "account"),
    (TeamMember, {"id": "m", "user": "u", "responsibility": "r", "account": "a", "consumer": "c"}, "account"),
    (ContractRelationship, {"id": "r", "contract": "c", "role": "bill to"}, "account"),
    (ContractRelationship, {"id": "r", "contract": "c", "role": "x", "account": "a", "user": "u"}, "account"),
    (Household, {"id": "h", "name": "H", "members": (stay(), stay(starts_on=date(2027, 1, 1)))}, "members"),
    (Household, {"id": "h", "name": "H", "members": (stay(starts_on=None), stay(starts_on=None))}, "members"),
    (Household, {"id": "h", "name": "H", "head": "kay"}, "head"),
    (HouseholdMember, {**STAY, "ends_on": date(2025, 1, 1)}, "ends_on"),
    (Registration, {**REGISTRATION, "kind": "contact"}, "account"),
    (Registration, {**REGISTRATION, "kind": "consumer", "account": "a"}, "account"),
    (Registration, {**REGISTRATION, "kind": "consumer", "email": ""}, "email"),
    (User, {"id": "u", "name": "U", "roles": frozenset({"proxy_contact", "contributor"})}, "roles"),
    (User, {"id": "u", "name": "U", "skills": (SkillLevel(skill="s"), SkillLevel(skill="s"))}, "skills"),  # type: ignore[arg-type]
    (User, {"id": "u", "name": "U", "capacity": -1}, "capacity"),
    (SkillLevel, {"skill": "s", "level": 6}, "level"),
    (Rota, {**ROTA, "users": ()}, "users"),
    (Rota, {**ROTA, "handover": "9:00"}, "handover"),
    (Rota, {**ROTA, "days": 0}, "days"),
    (RotaSwap, {"user": "u", "starts_at": NOON, "ends_at": NOON}, "ends_at"),
    (Location, {"id": "l", "parent": "l"}, "parent"),
    (ModelCategory, {"id": "m", "name": "M", "ci_class": "computer", "asset_class": "consumable"}, "ci_class"),
    (ProductModel, {"id": "m", "name": "M", "components": (Component(product_model="m"),)}, "components"),  # type: ignore[arg-type]
    (ProductModel, {"id": "m", "name": "M", "components": (Component(product_model="n"),) * 2}, "components"),  # type: ignore[arg-type]
    (ProductModel, {"id": "m", "name": "M", "upgrades_to": ("m",)}, "upgrades_to"),
    (Component, {"product_model": "m", "quantity": 0}, "quantity"),
    (Asset, {"id": "a", "product_model": "m", "state": "in_use", "substate": "lost"}, "substate"),
    (Asset, {"id": "a", "product_model": "m", "state": "missing", "substate": "sold"}, "substate"),
    (Asset, {"id": "a", "product_model": "m", "contacts": ("jo",)}, "contacts"),
    (Asset, {"id": "a", "product_model": "m", "contact": "jo"}, "contact"),
    (Asset, {"id": "a", "product_model": "m", "account": "x", "primary_contact": "jo"}, "primary_contact"),
    (SoldProduct, {"id": "s", "product": "m"}, "account"),
    (SoldProduct, {"id": "s", "product": "m", "account": "a", "household": "h"}, "household"),
    (SoldProduct, {"id": "s", "product": "m", "consumer": "k", "contact": "jo"}, "contact"),
    (SoldProduct, {"id": "s", "product": "m", "account": "a", "parent": "s"}, "parent"),
    (InstallBaseItem, {"id": "i", "organization": "o", "consumer": "k"}, "organization"),
    (InstallBaseItem, {"id": "i", "account": "a", "replaces": "i"}, "replaces"),
    (
        InstallBaseItem,
        {"id": "i", "account": "a", "installed_on": date(2027, 1, 2), "uninstalled_on": date(2027, 1, 1)},
        "uninstalled_on",
    ),
    (ServiceContract, {"id": "c", "number": "C", "consumer": "k", "contact": "jo"}, "contact"),
    (ServiceContract, {**CONTRACT, "parent": "c"}, "parent"),
    (ServiceContract, {**CONTRACT, "renewed_from": "b"}, "renewed_from"),
    (ServiceContract, {**CONTRACT, "renewed_from": "b", "renewal_root": "c"}, "renewed_from"),
    (ServiceContract, {**CONTRACT, "state": "active", "resumes_on": date(2027, 1, 1)}, "resumes_on"),
    (ServiceContract, {**CONTRACT, "lines": (line("l"), line("l"))}, "lines"),
    (ServiceContract, {**CONTRACT, "lines": (line("l", parent="x"),)}, "lines"),
    (ServiceContract, {**CONTRACT, "lines": (line("l", parent="m"), line("m", parent="l"))}, "lines"),
    (ServiceContract, {**CONTRACT, **YEAR, "lines": (line("l", ends_on=date(2028, 1, 1)),)}, "lines"),
    (
        ServiceContract,
        {**CONTRACT, **YEAR, "lines": (line("l"), line("m", parent="l", starts_on=date(2026, 12, 31)))},
        "lines",
    ),
    (ServiceContract, {**CONTRACT, "covered_assets": (asset(line="l"),)}, "covered_assets"),
    (ServiceContract, {**CONTRACT, **YEAR, "covered_assets": (asset(date_added=date(2026, 1, 1)),)}, "covered_assets"),
    (
        ServiceContract,
        {
            **CONTRACT,
            "lines": (line("l", **YEAR),),
            "covered_products": (CoveredProduct(product="p", line="l", date_removed=date(2028, 1, 1)),),  # type: ignore[arg-type]
        },
        "covered_products",
    ),
    (Entitlement, {"id": "e", "number": "E", "contract_line": "l"}, "contract_line"),
    (
        Entitlement,
        {"id": "e", "number": "E", "per_unit": True, "unit": "hours", "consume_on": "creation"},
        "consume_on",
    ),
    (Entitlement, {"id": "e", "number": "E", "total_units": -1}, "total_units"),
    (Entitlement, {"id": "e", "number": "E", "total_units": float("nan")}, "total_units"),
    (Entitlement, {"id": "e", "number": "E", "used": 1.5}, "used"),
    (Entitlement, {"id": "e", "number": "E", "order": True}, "order"),
    (LedgerEntry, {**LEDGER, "units": -1}, "units"),
    (LedgerEntry, {**LEDGER, "reverses": 1}, "units"),
    (LedgerEntry, {**LEDGER, "units": -1, "reverses": 2}, "reverses"),
    (LedgerEntry, {**LEDGER, "shortfall": -1}, "shortfall"),
    (TimeEntry, {"id": "t", "case": "CS1", "by": "ann", "seconds": 0, "at": NOON}, "seconds"),
    (SupportPolicy, {"name": "p", "version": "1", "business_models": frozenset()}, "business_models"),
    (SupportPolicy, {"name": "p", "version": "1", "business_models": frozenset({"b2x"})}, "business_models"),
]


@pytest.mark.parametrize(("kind", "fields", "path"), WRONG)
def test_what_cannot_be_names_its_field(kind: type, fields: dict[str, Any], path: str) -> None:
    """And says what to do."""
    with pytest.raises(InvalidValue) as caught:
        kind(**fields)
    assert (caught.value.path, bool(caught.value.hint)) == (path, True)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RotaSwap, {"user": "u", "starts_at": datetime(2027, 1, 1), "ends_at": NOON}),
        (Registration, {**REGISTRATION, "kind": "consumer", "requested_at": datetime(2027, 1, 1)}),
        (LedgerEntry, {**LEDGER, "at": datetime(2027, 1, 1)}),
        (TimeEntry, {"id": "t", "case": "CS1", "by": "ann", "seconds": 1, "at": datetime(2027, 1, 1)}),
    ],
)
def test_instants_have_offsets(kind: type, fields: dict[str, Any]) -> None:
    """A wall clock's reading is no instant."""
    with pytest.raises(NaiveDatetime):
        kind(**fields)


def test_lists_are_bounded() -> None:
    """A thousand addresses and members, and no more."""
    addresses = tuple(Address(id=str(place), is_primary=not place) for place in range(1_001))  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded):
        Account(id="a", name="A", addresses=addresses)  # type: ignore[arg-type]
    members = tuple(HouseholdMember(consumer=str(place)) for place in range(1_001))  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded):
        Household(id="h", name="H", members=members)  # type: ignore[arg-type]


def test_a_stay_may_follow_another() -> None:
    """Who left may come again, on the next day."""
    left = stay(ends_on=date(2026, 6, 30))
    again = stay(starts_on=date(2026, 7, 1))
    household = Household(id="h", name="H", members=(again, left), head="kay")  # type: ignore[arg-type]
    assert household.members_on(date(2026, 6, 30)) == household.members_on(date(2026, 7, 1)) == ("kay",)
    assert household.members_on(date(2025, 12, 31)) == ()


def test_a_sold_product_is_prepared_then_active_then_expired() -> None:
    """By its days, both included."""
    sold = SoldProduct(id="s", product="m", account="a", **YEAR)  # type: ignore[arg-type]
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    assert [sold.state_on(day) for day in days] == ["in_preparation", "active", "active", "expired"]


def test_a_line_is_found_with_all_that_it_is_part_of() -> None:
    """Nearest first; no line for what there is not."""
    contract = ServiceContract(**CONTRACT, lines=(line("l"), line("m", parent="l")))
    assert [each.id for each in contract.lines_from("m")] == ["m", "l"]  # type: ignore[arg-type]
    assert contract.lines_from(None) == contract.lines_from("x") == []  # type: ignore[arg-type]


def test_b2b2c_allows_an_account_with_a_consumer() -> None:
    """So does the older flag."""
    models: Any = frozenset({"b2b2c"})
    assert SupportPolicy(name="p", version="1", business_models=models).allows_consumers_of_accounts
    assert SupportPolicy(name="p", version="1", allows_account_with_consumer=True).allows_consumers_of_accounts
    assert not SupportPolicy(name="p", version="1").allows_consumers_of_accounts
