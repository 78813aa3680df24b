"""Customers, their things and their agreements: what these nouns accept, and what they refuse at which field."""

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from csmcore.errors import InvalidValue, UnknownTimeZone
from csmcore.model import (
    Account,
    Asset,
    CaseFacts,
    Consumer,
    Contact,
    CoveredAsset,
    CoveredProduct,
    Entitlement,
    EntitlementQuestion,
    ProductModel,
    ServiceContract,
)

NOUNS: dict[type, dict[str, Any]] = {
    Account: {"id": "a", "name": "Acme"},
    Contact: {"id": "c", "account": "a", "name": "Ann"},
    Consumer: {"id": "k", "name": "Carl"},
    ProductModel: {"id": "m", "name": "Pump"},
    Asset: {"id": "s", "product_model": "m"},
    CoveredAsset: {"asset": "s"},
    CoveredProduct: {"product": "m"},
    ServiceContract: {"id": "c1", "number": "C1", "account": "a"},
    Entitlement: {"id": "e1", "number": "E1"},
}
JANUARY, MAY = date(2027, 1, 1), date(2027, 5, 1)


def make(kind: Callable[..., Any], **fields: Any) -> Any:
    """A noun of that kind with little more than it must have."""
    return kind(**{**NOUNS.get(kind, {}), **fields})  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_a_noun_is_a_value(kind: type) -> None:
    """Equal fields make equal nouns, with one hash, unchanged by pickling; fields do not change."""
    noun = make(kind)
    assert noun == make(kind) == pickle.loads(pickle.dumps(noun))  # noqa: S301
    assert hash(noun) == hash(make(kind))
    with pytest.raises(AttributeError):
        noun.id = "b"


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_an_id_is_written(kind: type) -> None:
    """Each noun's id is 1 to 200 printable characters."""
    name = next(iter(NOUNS[kind]))
    for wrong in ("", " a", "a\n", "a" * 201):
        with pytest.raises(InvalidValue) as refused:
            make(kind, **{name: wrong})
        assert refused.value.path == name


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        (Account, {"name": " "}, "name"),
        (Account, {"is_customer": False}, "is_customer"),
        (Account, {"parent": "a"}, "parent"),
        (Account, {"account_code": "EU/NORTH"}, "account_code"),
        (Contact, {"account": ""}, "account"),
        (Contact, {"user": ""}, "user"),
        (Consumer, {"email": "\ud800"}, "email"),
        (ProductModel, {"name": ""}, "name"),
        (Asset, {"tag": ""}, "tag"),
        (CoveredAsset, {"date_added": MAY, "date_removed": JANUARY}, "date_removed"),
        (CoveredProduct, {"date_added": MAY, "date_removed": JANUARY}, "date_removed"),
        (CoveredProduct, {"date_added": datetime(2027, 1, 1, tzinfo=UTC)}, "date_added"),
        (ServiceContract, {"account": None}, "account"),
        (ServiceContract, {"consumer": "k"}, "account"),
        (ServiceContract, {"state": "canceled"}, "state"),
        (ServiceContract, {"starts_on": MAY, "ends_on": JANUARY}, "ends_on"),
        (ServiceContract, {"sla_definitions": ("p1", "p1")}, "sla_definitions"),
        (Entitlement, {"number": ""}, "number"),
        (Entitlement, {"starts_on": MAY, "ends_on": JANUARY}, "ends_on"),
        (Entitlement, {"starts_on": "2027-01-01"}, "starts_on"),
        (Entitlement, {"ends_on": datetime(2027, 1, 1, tzinfo=UTC)}, "ends_on"),
        (Entitlement, {"channels": frozenset({"fax", "email"})}, "channels"),
        (Entitlement, {"unit": "days"}, "unit"),
        (Entitlement, {"total_units": -1}, "total_units"),
        (Entitlement, {"used": -1}, "used"),
        (EntitlementQuestion, {"channel": "fax"}, "channel"),
    ],
)
def test_a_noun_refuses_what_cannot_be(kind: type, fields: dict[str, Any], path: str) -> None:
    """The error names the field and what to do."""
    with pytest.raises(InvalidValue) as refused:
        make(kind, **fields)
    assert refused.value.path == path
    assert refused.value.hint


@pytest.mark.parametrize("kind", [ServiceContract, Entitlement], ids=lambda kind: kind.__name__)
def test_a_time_zone_exists(kind: type) -> None:
    """An agreement's zone is one of the IANA database."""
    with pytest.raises(UnknownTimeZone) as refused:
        make(kind, timezone="Europe/Atlantis")
    assert refused.value.path == "timezone"
    assert make(kind, timezone="Europe/Kyiv").timezone == "Europe/Kyiv"


def test_an_account_may_be_a_partner_and_a_customer() -> None:
    """Either, or both."""
    assert make(Account, is_customer=False, is_partner=True).is_partner
    assert make(Account, is_partner=True).is_customer


def test_a_period_may_be_one_day_and_open() -> None:
    """First and last day may be the same, and either may be missing."""
    for first, last in ((MAY, MAY), (None, MAY), (MAY, None), (date.min, date.max)):
        assert make(Entitlement, starts_on=first, ends_on=last).ends_on == last


def test_an_asset_is_called_by_its_tag_or_serial_number() -> None:
    """The tag goes before the serial number, and that before the id."""
    assert make(Asset).display_name == "s"
    assert make(Asset, serial_number="4711").display_name == "4711"
    assert make(Asset, serial_number="4711", tag="P-7").display_name == "P-7"


def test_a_contract_finds_its_lines_by_asset_and_product() -> None:
    """All lines about them, in the order of assets, products and the contract's own lists."""
    first, again = CoveredAsset(asset="s", date_removed=JANUARY), CoveredAsset(asset="s", date_added=MAY)  # type: ignore[arg-type]
    pump, hose = make(CoveredProduct), make(CoveredProduct, product="h")
    found = make(
        ServiceContract, covered_assets=(first, make(CoveredAsset, asset="t"), again), covered_products=(hose, pump)
    )
    assert found.coverage([("asset", "s"), ("product", "m")]) == [first, again, pump]
    assert found.coverage([("product", "m"), ("product", "h")]) == [pump, hose]
    assert found.coverage([("asset", "u"), ("product", "x")]) == []
    assert found == pickle.loads(pickle.dumps(found))  # noqa: S301


@pytest.mark.parametrize(
    ("fields", "remaining"),
    [
        ({}, None),
        ({"per_unit": True}, None),
        ({"total_units": 5}, None),
        ({"per_unit": True, "total_units": 5, "used": 2}, 3),
        ({"per_unit": True, "total_units": 5, "used": 7}, -2),
        ({"per_unit": True, "total_units": 2, "used": 1800, "unit": "hours"}, 5400),
    ],
)
def test_what_remains_is_counted_as_the_ledger_does(fields: dict[str, Any], remaining: int | None) -> None:
    """Whole cases, or seconds where the unit is hours; nothing where nothing is counted."""
    assert make(Entitlement, **fields).remaining == remaining


# --- facts -----------------------------------------------------------------------------------------------------------


def line_of(*ids: str) -> tuple[Account, ...]:
    """Accounts, each below the next."""
    above = (*ids[1:], None)
    return tuple(make(Account, id=name, parent=parent) for name, parent in zip(ids, above, strict=True))


def test_ancestors_are_a_line_of_parents() -> None:
    """They begin with the account's own parent; a gap, a wrong order, a circle or no account is refused."""
    a, b, c = line_of("a", "b", "c")
    assert CaseFacts(account=a, ancestors=(b, c)).ancestors == (b, c)
    assert CaseFacts(account=a, ancestors=(b,)).ancestors == (b,)
    circle = make(Account, id="b", parent="a")
    for wrong in ({"ancestors": (c,)}, {"ancestors": (c, b)}, {"ancestors": (circle, a)}):
        with pytest.raises(InvalidValue) as refused:
            CaseFacts(account=a, **wrong)
        assert refused.value.path == "ancestors"
    with pytest.raises(InvalidValue):
        CaseFacts(ancestors=(b, c))


@pytest.mark.parametrize(("name", "kind"), [("entitlements", Entitlement), ("contracts", ServiceContract)])
def test_agreements_are_given_once(name: str, kind: type) -> None:
    """Two of one id, though they differ, leave open which holds."""
    facts: dict[str, Any] = {name: (make(kind), make(kind, number="other"))}
    with pytest.raises(InvalidValue) as refused:
        CaseFacts(**facts)
    assert refused.value.path == name
