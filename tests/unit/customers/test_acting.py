"""Who may open cases in an account's name, and by what right."""

import attrs
import pytest

from csmcore.model import (
    SYSTEM,
    Account,
    AccountRelationship,
    AccountRelationshipType,
    Actor,
    ContactRelationship,
    Reason,
    Refusal,
    Role,
)
from csmcore.rules import Neighbourhood, can_create_on_behalf
from tests.unit.lifecycle.cast import contact, inside, made

SELLS = made(AccountRelationshipType, id="sells", from_role="partner", label="resells to", reverse_label="buys from")
SERVED = made(AccountRelationshipType, id="served", to_role="partner", label="is served by", reverse_label="serves")
KNOWS = made(AccountRelationshipType, id="knows", label="knows", reverse_label="knows")


def tie(kind: str, *ends: str) -> AccountRelationship:
    """A relationship of two accounts."""
    return made(AccountRelationship, id="-".join((kind, *ends)), type=kind, from_account=ends[0], to_account=ends[1])


AROUND = made(
    Neighbourhood,
    account=made(Account, id="acme", name="Acme", parent="hq"),
    above=(made(Account, id="hq", name="HQ"),),
    relationships=(tie("sells", "dealer", "acme"), tie("served", "acme", "fixer"), tie("knows", "friend", "acme")),
    relationship_types=(SELLS, SERVED, KNOWS),
    contact_relationships=(
        made(ContactRelationship, id="1", account="acme", contact="carl"),
        made(ContactRelationship, id="2", account="zeta", contact="zoe"),
    ),
)
CASES: list[tuple[Actor, str]] = [
    (inside("ann", "agent"), "is_agent"),
    (inside("mia", "contributor"), "is_contributor"),
    (inside("ned"), "no_relation"),
    (SYSTEM, "is_machine"),
    (contact("eve", "acme", "customer"), "no_relation"),
    (contact("eva", "acme", "customer_case_manager"), "own_account"),
    (contact("pia", "acme", "partner"), "own_account"),
    (contact("hugo", "hq", "customer_admin"), "account_above"),
    (contact("hans", "hq", "customer"), "no_relation"),
    (contact("carl", "other", "customer"), "contact_relationship"),
    (contact("carl", "other"), "no_relation"),
    (contact("zoe", "other", "customer"), "no_relation"),
    (contact("pat", "dealer", "partner"), "partner_relationship"),
    (contact("fay", "fixer", "partner_admin"), "partner_relationship"),
    (contact("pat", "dealer", "customer"), "no_relation"),
    (contact("fred", "friend", "partner"), "no_relation"),
    (made(Actor, kind="consumer", id="carl", roles=frozenset({"consumer"})), "no_relation"),
]


@pytest.mark.parametrize(("actor", "expected"), CASES)
def test_a_right_to_act_for_an_account_has_a_name(actor: Actor, expected: str) -> None:
    """The first right that there is; strangers are told that they have none."""
    answer = can_create_on_behalf(actor, AROUND)
    found = answer.codes if isinstance(answer, Refusal) else (answer.code,)
    assert found == (expected,)


@pytest.mark.parametrize("role", ["contributor", "stakeholder", "proxy_contact"])
def test_employees_who_help_customers_act_for_them(role: Role) -> None:
    """ServiceNow's contributors, business stakeholders and proxy contacts."""
    assert isinstance(can_create_on_behalf(inside("emil", role), AROUND), Reason)


def test_a_partnership_counts_while_its_type_is_active() -> None:
    """An inactive type is no relation."""
    around = attrs.evolve(AROUND, relationship_types=(attrs.evolve(SELLS, active=False),))
    assert isinstance(can_create_on_behalf(contact("pat", "dealer", "partner"), around), Refusal)


def test_nobody_acts_for_an_inactive_account() -> None:
    """Only those who could act otherwise are told why."""
    around = attrs.evolve(AROUND, account=made(Account, id="acme", name="Acme", active=False))
    insider, stranger = (can_create_on_behalf(actor, around) for actor in (inside("ann", "agent"), inside("ned")))
    assert isinstance(insider, Refusal)
    assert isinstance(stranger, Refusal)
    assert (insider.codes, stranger.codes) == (("inactive_account",), ("no_relation",))
