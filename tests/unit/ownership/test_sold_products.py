"""What was sold to whom, and in which bundle."""

from typing import Any

import pytest

from csmcore.model import Contact, SupportPolicy
from csmcore.rules import record_sold_product, sold_in
from tests.unit.ownership.shop import B2B2C, BOB, EVE, POLICY, codes, keyed, policy, sid, sold

BOTH = {"account": "acme", "consumer": "ann"}


@pytest.mark.parametrize(
    ("owner", "rules", "expected"),
    [
        ({}, POLICY, []),
        ({"consumer": "ann"}, POLICY, []),
        ({"household": "h"}, POLICY, []),
        ({"organization": "us"}, policy("b2b"), []),
        (BOTH, POLICY, ["account_and_consumer"]),
        (BOTH, B2B2C, []),
        ({}, policy("b2c"), ["business_model"]),
        ({"consumer": "ann"}, policy("b2b"), ["business_model"]),
        ({"household": "h"}, policy("b2b"), ["business_model"]),
    ],
)
def test_an_owner_is_one_of_the_policys_business_models(
    owner: dict[str, Any], rules: SupportPolicy, expected: list[str]
) -> None:
    """A consumer beside an account only in B2B2C."""
    product = sold("p", **owner)
    answer = record_sold_product(product, {}, rules)
    assert codes(answer) == expected
    assert expected or answer is product


@pytest.mark.parametrize(("contact", "expected"), [(BOB, []), (None, ["foreign_contact"]), (EVE, ["foreign_contact"])])
def test_a_contact_is_of_the_account(contact: Contact | None, expected: list[str]) -> None:
    """Another account's is as unknown as nobody."""
    assert codes(record_sold_product(sold("p", contact="bob"), {}, POLICY, contact)) == expected


def test_a_contact_who_left_the_account_is_foreign() -> None:
    """Whoever they were."""
    assert codes(record_sold_product(sold("p", contact="eve"), {}, POLICY, EVE)) == ["foreign_contact"]


def test_a_bundle_is_known_and_never_within_itself() -> None:
    """At any depth."""
    known = keyed(sold("a"), sold("b", parent="a"), sold("c", parent="b"))
    assert codes(record_sold_product(sold("d", parent="c"), known, POLICY)) == []
    assert codes(record_sold_product(sold("a", parent="c"), known, POLICY)) == ["within_itself"]
    assert codes(record_sold_product(sold("a", parent="lost"), known, POLICY)) == ["unknown_parent"]


def test_every_reason_is_given() -> None:
    """About the owner and about the bundle."""
    product = sold("p", **BOTH, contact="bob", parent="lost")
    assert codes(record_sold_product(product, {}, POLICY)) == [
        "account_and_consumer",
        "foreign_contact",
        "unknown_parent",
    ]


def test_what_was_sold_in_a_bundle_is_found_at_any_depth() -> None:
    """Circles in the facts end; the bundle is none of its parts."""
    known = keyed(sold("c", parent="b"), sold("a"), sold("b", parent="a"), sold("x", parent="y"), sold("y", parent="x"))
    assert [one.id for one in sold_in(sid("a"), known)] == ["c", "b"]
    assert [one.id for one in sold_in(sid("x"), known)] == ["y"]
