"""Who else has a part in a contract."""

from typing import Any

import attrs
import pytest

from csmcore.model import (
    Account,
    AccountId,
    Contact,
    ContactId,
    ContractId,
    ContractRelationship,
    ContractRelationshipId,
    Refusal,
    User,
    UserId,
)
from csmcore.rules import relate_contract
from tests.unit.contracts.desk import ACME, contract

DEALER = Account(id=AccountId("dealer"), name="Dealer")
RESELLER = ContractRelationship(
    id=ContractRelationshipId("r1"), contract=ContractId("c1"), role="reseller", account=DEALER.id
)


def codes(part: ContractRelationship, *known: ContractRelationship, party: Any = DEALER, named: Any = None) -> Any:
    """The codes for which somebody gets no part."""
    answer = relate_contract(part, named or contract(), party, known)
    assert isinstance(answer, Refusal)
    return answer.codes


@pytest.mark.parametrize(
    ("field", "party"),
    [
        ("account", DEALER),
        ("contact", Contact(id=ContactId("eve"), name="Eve", account=AccountId("acme"))),
        ("user", User(id=UserId("mia"), name="Mia")),
    ],
)
def test_an_account_a_contact_or_a_user_has_a_part(field: str, party: Any) -> None:
    """Several roles, each once."""
    part = attrs.evolve(RESELLER, id=ContractRelationshipId("r2"), **{"account": None, field: party.id})
    other = attrs.evolve(part, id=ContractRelationshipId("r3"), role="signatory")
    assert relate_contract(part, contract(), party, (other,)) == part


def test_the_contract_and_the_party_must_be_known() -> None:
    """Both are said."""
    answer = relate_contract(RESELLER, None, None, ())
    assert isinstance(answer, Refusal)
    assert answer.codes == ("unknown_contract", "unknown_account")
    assert codes(RESELLER, named=contract("c2")) == ("unknown_contract",)
    assert codes(RESELLER, party=ACME) == ("unknown_account",)


def test_nobody_has_a_part_twice() -> None:
    """Whatever the case of the role's letters; nor do two parts have one id."""
    again = attrs.evolve(RESELLER, id=ContractRelationshipId("r2"), role="Reseller")
    assert codes(RESELLER, again) == ("duplicate",)
    assert codes(RESELLER, attrs.evolve(RESELLER, role="signatory")) == ("id_taken",)
