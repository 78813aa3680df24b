"""When an entitlement is eligible: its contract, its days, its channels and units; each reason against one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from csmcore.errors import NaiveDatetime, OutOfRange
from tests.unit.entitlement.desk import ABOVE, codes, contract, contract_by_hand, cover, derive, entitlement, policy

ON_ASSET = entitlement("on-asset", asset="sn-1")
ON_CONTRACT = entitlement("on-contract", contract="c1")
AN_HOUR = {"per_unit": True, "unit": "hours", "total_units": 1, "restrict_when_exhausted": True}


# --- contracts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "is_covered"),
    [
        ({"covered_products": (cover(product="pump"),)}, True),
        ({"covered_products": (), "covered_assets": (cover(asset="sn-1"),)}, True),
        ({"covered_products": (), "covered_assets": ()}, False),
        ({"covered_products": (cover(product="hose"),), "covered_assets": (cover(asset="sn-2"),)}, False),
        ({"covered_products": (cover(product="pump", date_removed=date(2027, 2, 28)),)}, False),
        ({"covered_products": (cover(product="pump", date_removed=date(2027, 3, 1)),)}, True),
        ({"covered_products": (cover(product="pump", date_added=date(2027, 3, 1)),)}, True),
        ({"covered_products": (cover(product="pump", date_added=date(2027, 3, 2)),)}, False),
        (
            {
                "covered_products": (
                    cover(product="pump", date_removed=date(2026, 12, 31)),
                    cover(product="pump", date_added=date(2027, 2, 1)),
                )
            },
            True,
        ),
    ],
)
def test_a_blank_contract_is_filled_by_one_that_covers_the_case(*, lines: dict[str, Any], is_covered: bool) -> None:
    """A product's line covers its assets, the removal date is the last covered day, an empty list covers nothing."""
    found = derive(ON_CONTRACT, contracts=(contract(**lines),))
    covered, bare = ({"entitlement": "on-contract", "contract": "c1"}, {"entitlement": None, "contract": None})
    assert found.case_fields == (covered if is_covered else bare)
    assert codes(found, "on-contract") == ([] if is_covered else ["not_covered"])


def test_a_contract_covers_no_case_without_asset_and_product() -> None:
    """Nothing named is nothing covered."""
    assert codes(derive(ON_CONTRACT, contracts=(contract(),), asset=None), "on-contract") == ["not_covered"]


def test_a_contract_set_by_hand_need_not_cover_the_case() -> None:
    """Coverage is asked only where the case's contract is blank, unless the policy asks always."""
    bare, asked = contract(covered_products=()), contract_by_hand("c1")
    assert derive(ON_CONTRACT, contracts=(bare,), **asked).chosen == ON_CONTRACT
    strict = derive(ON_CONTRACT, contracts=(bare,), rules=policy(require_covered_asset=True), **asked)
    assert codes(strict, "on-contract") == ["not_covered"]
    assert strict.case_fields == {"entitlement": None, "contract": "c1"}


def test_a_contract_set_by_hand_excludes_the_others() -> None:
    """An entitlement under another contract does not apply; one that names no contract does."""
    found = derive(ON_CONTRACT, ON_ASSET, contracts=(contract(), contract("c2")), **contract_by_hand("c2"))
    assert found.chosen == ON_ASSET
    assert found.contract == contract("c2")
    assert codes(found, "on-contract") == ["contract_differs"]


def test_a_derived_contract_is_derived_anew() -> None:
    """What derivation set before it blanks first: the entitlement and the contract that the case had do not bind it."""
    found = derive(ON_ASSET, contracts=(contract(),), contract="c1", entitlement="on-contract")
    assert found.case_fields == {"entitlement": "on-asset", "contract": None}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "draft"}, ["contract_not_active"]),
        ({"state": "suspended"}, ["contract_not_active"]),
        ({"state": "expired", "ends_on": date(2027, 2, 28)}, ["contract_not_active", "contract_ended"]),
        ({"ends_on": date(2027, 3, 1)}, []),
        ({"starts_on": date(2027, 3, 2)}, ["contract_not_started"]),
        ({"starts_on": date(2027, 3, 1)}, []),
        ({"account": "other"}, ["contract_of_another"]),
        ({"account": "holding"}, ["contract_of_another"]),
        ({"consumer": "carl"}, ["contract_of_another"]),
    ],
)
def test_a_contract_must_be_in_force_and_the_customers(fields: dict[str, Any], expected: list[str]) -> None:
    """Active, in its period, of the case's customer; else the entitlement is ineligible, for each reason."""
    found = derive(ON_CONTRACT, contracts=(contract(**fields),), facts=ABOVE)
    assert codes(found, "on-contract") == expected
    assert bool(found.chosen) is not bool(expected)


def test_a_consumers_contract_is_the_consumers() -> None:
    """A contract of the case's consumer belongs to the customer, with or without an account beside."""
    of_carl = contract(consumer="carl")
    assert derive(ON_CONTRACT, contracts=(of_carl,), consumer="carl").chosen == ON_CONTRACT
    assert derive(ON_CONTRACT, contracts=(of_carl,), consumer="carl", account=None).chosen == ON_CONTRACT


def test_a_case_without_customer_has_no_contract() -> None:
    """Neither an account's nor a consumer's contract belongs to nobody."""
    of_account = derive(ON_CONTRACT, contracts=(contract(),), account=None)
    of_consumer = derive(ON_CONTRACT, contracts=(contract(consumer="carl"),), account=None)
    assert codes(of_account, "on-contract") == codes(of_consumer, "on-contract") == ["contract_of_another"]


# --- what stands in the way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"active": False}, ["not_active"]),
        ({"channels": frozenset({"email", "web"})}, []),
        ({"channels": frozenset({"phone", "web"})}, ["channel_not_offered"]),
        ({"per_unit": True, "total_units": 5, "used": 4, "restrict_when_exhausted": True}, []),
        ({"per_unit": True, "total_units": 5, "used": 5, "restrict_when_exhausted": True}, ["used_up"]),
        ({"per_unit": True, "total_units": 5, "used": 6, "restrict_when_exhausted": True}, ["used_up"]),
        ({"per_unit": True, "total_units": 5, "used": 5}, []),
        ({"per_unit": True, "used": 5, "restrict_when_exhausted": True}, []),
        ({"total_units": 5, "used": 5, "restrict_when_exhausted": True}, []),
        ({**AN_HOUR, "used": 3599}, []),
        ({**AN_HOUR, "used": 3600}, ["used_up"]),
        ({"active": False, "ends_on": date(2026, 1, 1)}, ["not_active", "ended"]),
    ],
)
def test_an_eligible_entitlement_has_nothing_in_its_way(fields: dict[str, Any], expected: list[str]) -> None:
    """Active, for the channel, and not used up where it is restricted then; every reason is given, not the first."""
    found = derive(entitlement("e", account="acme", **fields))
    assert codes(found, "e") == expected
    assert bool(found.chosen) is not bool(expected)


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("UTC", "2027-03-01T00:00Z"),
        ("Europe/Berlin", "2027-02-28T23:00Z"),
        ("Pacific/Kiritimati", "2027-02-28T10:00Z"),
        ("Etc/GMT+12", "2027-03-01T12:00Z"),
    ],
)
@pytest.mark.parametrize("holder", ["entitlement", "contract", "policy"])
def test_days_begin_and_end_at_local_midnight(zone: str, begins: str, holder: str) -> None:
    """Both days are included, in the entitlement's zone, else its contract's, else the policy's."""
    inner, middle, outer = (zone if holder == name else None for name in ("entitlement", "contract", "policy"))
    far = {"entitlement": ("America/Lima", "America/Lima"), "contract": (None, "America/Lima"), "policy": (None, None)}
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 1)}
    one_day = entitlement("e", contract="c1", timezone=inner, **days)
    under = contract(timezone=middle or far[holder][0])
    rules = policy(outer or far[holder][1] or "UTC")
    first = datetime.fromisoformat(begins)
    moment = timedelta(microseconds=1)
    instants = (first - moment, first, first + timedelta(days=1) - moment, first + timedelta(days=1))
    found = [derive(one_day, contracts=(under,), rules=rules, at=at) for at in instants]
    assert [codes(answer, "e") for answer in found] == [["not_started"], [], [], ["ended"]]


def test_a_contracts_days_are_in_its_own_zone() -> None:
    """Its term and what it covers go by its own zone, whatever the entitlement's."""
    at = datetime(2027, 3, 1, 8, tzinfo=UTC)  # still 28 February in Honolulu, already 1 March in Tokyo
    tokyo, lines = "Asia/Tokyo", (cover(product="pump", date_added=date(2027, 3, 1)),)
    here = entitlement("e", contract="c1", timezone="Pacific/Honolulu")
    assert derive(here, contracts=(contract(timezone=tokyo, covered_products=lines),), at=at).chosen == here
    ended = contract(timezone=tokyo, ends_on=date(2027, 2, 28))
    assert codes(derive(here, contracts=(ended,), at=at), "e") == ["contract_ended"]


def test_days_beyond_the_horizon_are_days() -> None:
    """Agreements from year 1 to year 9999 apply from 1970 to 2199, to the edges."""
    always = entitlement("e", account="acme", starts_on=date.min, ends_on=date.max)
    edges = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, tzinfo=UTC))
    last_days = {"starts_on": date(1969, 12, 31), "ends_on": date(2200, 1, 1), "timezone": "Pacific/Kiritimati"}
    assert [derive(always, at=at).chosen for at in edges] == [always, always]
    assert [bool(derive(entitlement("e", account="acme", **last_days), at=at).chosen) for at in edges] == [True, True]
    over = entitlement("e", account="acme", ends_on=date(1969, 12, 31), timezone="Etc/GMT+12")
    assert derive(over, at=edges[0]).chosen == over
    assert derive(over, at=edges[0] + timedelta(hours=12)).chosen is None


def test_an_instant_is_aware_and_in_range() -> None:
    """A naive datetime and one beyond 2199 are refused; any offset names the same instant."""
    with pytest.raises(NaiveDatetime):
        derive(at=datetime(2027, 3, 1))
    with pytest.raises(OutOfRange):
        derive(at=datetime(2200, 1, 1, tzinfo=UTC))
    assert derive(at=datetime.fromisoformat("2027-03-01T10:00+01:00")) == derive()
