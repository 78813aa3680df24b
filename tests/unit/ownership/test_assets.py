"""Whose an asset is, its contacts, and its states."""

from typing import Any, get_args

import attrs
import pytest

from csmcore.errors import InvalidValue
from csmcore.model import (
    AccountId,
    Asset,
    AssetState,
    Contact,
    ContactId,
    ContactRelationship,
    ContactRelationshipId,
    accepted,
)
from csmcore.rules import (
    ASSET_MOVES,
    add_asset_contact,
    allocate_asset,
    change_asset_state,
    remove_asset_contact,
    set_asset_primary_contact,
)
from tests.unit.ownership.shop import ACME, ANN, B2B2C, BOB, EVE, POLICY, asset, codes

CAT = Contact(id=ContactId("cat"), account=AccountId("acme"), name="Cat")
GONE = attrs.evolve(CAT, active=False)
OURS = asset(account="acme", contacts=("bob", "cat"), primary_contact="bob")


def test_another_account_takes_the_contacts_off() -> None:
    """The primary one too, and the one it was allocated to."""
    other = attrs.evolve(ACME, id=AccountId("dealer"))
    moved = accepted(allocate_asset(attrs.evolve(OURS, contact=ContactId("bob")), POLICY, account=other))
    assert moved == asset(account="dealer")


def test_the_same_account_keeps_the_contacts() -> None:
    """Whoever of them it is allocated to."""
    assert allocate_asset(OURS, POLICY, account=ACME, contact=CAT) == attrs.evolve(OURS, contact=ContactId("cat"))


def test_a_contact_brings_their_account() -> None:
    """It need not be named."""
    assert allocate_asset(asset(), POLICY, contact=EVE) == asset(account="dealer", contact="eve")


def test_an_asset_may_be_a_consumers_or_nobodys() -> None:
    """Then it has no contacts."""
    assert allocate_asset(OURS, POLICY, consumer=ANN) == asset(consumer="ann")
    assert allocate_asset(OURS, POLICY) == asset()


def test_account_and_consumer_own_together_only_in_b2b2c() -> None:
    """The policy says so."""
    assert codes(allocate_asset(asset(), POLICY, account=ACME, consumer=ANN)) == ["account_and_consumer"]
    assert codes(allocate_asset(asset(), B2B2C, account=ACME, consumer=ANN)) == []


def test_all_that_speaks_against_an_allocation_is_told() -> None:
    """Another account's contact, and everybody who is not active."""
    answer = allocate_asset(
        asset(),
        POLICY,
        account=attrs.evolve(ACME, active=False),
        contact=attrs.evolve(EVE, active=False),
        consumer=attrs.evolve(ANN, active=False),
    )
    assert codes(answer) == [
        "account_and_consumer",
        "foreign_contact",
        "inactive_account",
        "inactive_contact",
        "inactive_consumer",
    ]


def test_the_primary_contact_joins_the_contacts_once() -> None:
    """Who was it before stays a contact."""
    first = accepted(set_asset_primary_contact(asset(account="acme"), BOB))
    assert (first.contacts, first.primary_contact) == (("bob",), "bob")
    second = accepted(set_asset_primary_contact(accepted(set_asset_primary_contact(first, CAT)), CAT))
    assert (second.contacts, second.primary_contact) == (("bob", "cat"), "cat")


def test_an_asset_may_be_without_a_primary_contact() -> None:
    """Its contacts stay."""
    assert set_asset_primary_contact(OURS, None) == attrs.evolve(OURS, primary_contact=None)


@pytest.mark.parametrize(
    ("whose", "contact", "expected"),
    [
        (OURS, EVE, ["foreign_contact"]),
        (OURS, GONE, ["inactive_contact"]),
        (asset(consumer="ann"), GONE, ["no_account", "inactive_contact"]),
    ],
)
def test_the_primary_contact_is_an_active_one_of_the_account(
    whose: Asset, contact: Contact, expected: list[str]
) -> None:
    """And there is an account."""
    assert codes(set_asset_primary_contact(whose, contact)) == expected
    assert codes(add_asset_contact(whose, contact)) == expected


def test_contacts_come_from_the_account_its_partners_and_relationships() -> None:
    """From nowhere else; once each."""
    relationship = ContactRelationship(
        id=ContactRelationshipId("r"), account=AccountId("acme"), contact=ContactId("eve")
    )
    elsewhere = attrs.evolve(relationship, account=AccountId("other"))
    more = attrs.evolve(OURS, contacts=(*OURS.contacts, EVE.id))
    assert add_asset_contact(OURS, EVE, [AccountId("dealer")]) == more
    assert add_asset_contact(OURS, EVE, relationships=[relationship]) == more
    assert codes(add_asset_contact(OURS, EVE, relationships=[elsewhere])) == ["foreign_contact"]
    assert add_asset_contact(OURS, BOB) == OURS


def test_the_primary_contact_is_replaced_before_it_is_removed() -> None:
    """So that no asset has a primary contact who is none of its contacts."""
    assert codes(remove_asset_contact(OURS, BOB.id)) == ["is_primary_contact"]
    assert codes(remove_asset_contact(OURS, EVE.id)) == ["no_asset_contact"]
    assert remove_asset_contact(OURS, CAT.id) == attrs.evolve(OURS, contacts=(BOB.id,))


@pytest.mark.parametrize("state", get_args(AssetState))
def test_every_state_says_where_it_leads(state: AssetState) -> None:
    """It may always stay; only retired and missing are restricted."""
    assert state in ASSET_MOVES[state]
    assert (len(ASSET_MOVES[state]) == len(get_args(AssetState))) == (state not in {"retired", "missing"})


@pytest.mark.parametrize(
    ("fields", "state", "substate", "expected"),
    [
        ({}, "retired", "disposed", []),
        ({}, "in_stock", None, []),
        ({"state": "missing", "substate": "lost"}, "in_use", None, []),
        ({"state": "missing"}, "on_order", None, ["no_such_move"]),
        ({"state": "retired"}, "in_stock", "available", []),
        ({"state": "retired", "substate": "pending_disposal"}, "retired", "sold", []),
        ({"state": "retired"}, "in_use", "lost", ["no_such_move", "no_such_substate"]),
        ({"state": "retired", "substate": "sold"}, "in_stock", None, ["has_left"]),
        ({"state": "retired", "substate": "sold"}, "retired", "disposed", []),
        ({}, "in_stock", "lost", ["no_such_substate"]),
    ],
)
def test_states_follow_the_table(
    fields: dict[str, Any], state: AssetState, substate: str | None, expected: list[str]
) -> None:
    """A state that follows is taken with its substate; what does not is refused with every reason."""
    answer = change_asset_state(asset(**fields), state, substate)
    assert codes(answer) == expected
    if not expected:
        assert answer == asset(state=state, substate=substate)


def test_a_state_that_there_is_not_is_an_error() -> None:
    """It names the field."""
    with pytest.raises(InvalidValue, match="state: 'broken' is not one of"):
        change_asset_state(asset(), "broken")  # type: ignore[arg-type]
