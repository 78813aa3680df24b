"""Addresses of accounts, contacts and consumers."""

import pytest

from csmcore.errors import LimitExceeded
from csmcore.model import Account, Address, AddressId, Consumer, Contact, Refusal, accepted
from csmcore.rules import make_primary_address, put_address, remove_address
from tests.unit.lifecycle.cast import made

CUSTOMERS: list[Account | Contact | Consumer] = [
    made(Account, id="acme", name="Acme"),
    made(Contact, id="eve", account="acme", name="Eve"),
    made(Consumer, id="carl", name="Carl"),
]
HOME, WORK = AddressId("home"), AddressId("work")


def address(name: str, **more: object) -> Address:
    """An address of that id."""
    return made(Address, id=name, **more)


def carl(*addresses: Address) -> Consumer:
    """A consumer with these addresses."""
    return made(Consumer, id="carl", name="Carl", addresses=addresses)


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_the_first_address_is_primary(customer: Account | Contact | Consumer) -> None:
    """Whether it says so or not, whoever has it."""
    assert [one.is_primary for one in put_address(customer, address("home")).addresses] == [True]


def test_another_primary_takes_the_place_of_the_one_before() -> None:
    """By being put, or made so."""
    two = put_address(carl(address("home", is_primary=True)), address("work", is_primary=True))
    assert two == carl(address("home"), address("work", is_primary=True))
    assert make_primary_address(two, HOME) == carl(address("home", is_primary=True), address("work"))


def test_an_address_that_does_not_ask_leaves_the_primary_one() -> None:
    """A change of the primary address keeps it primary, and each keeps its place."""
    before = carl(address("home", is_primary=True), address("work"))
    after = put_address(put_address(before, address("home", city="Kiel")), address("work", city="Bonn"))
    assert after == carl(address("home", city="Kiel", is_primary=True), address("work", city="Bonn"))


def test_the_primary_address_goes_last() -> None:
    """While there are others it stays; the only one may go."""
    two = carl(address("home", is_primary=True), address("work"))
    refused = remove_address(two, HOME)
    assert isinstance(refused, Refusal)
    assert refused.codes == ("primary_address",)
    assert accepted(remove_address(accepted(remove_address(two, WORK)), HOME)) == carl()


def test_an_unknown_address_is_refused() -> None:
    """It can neither go nor lead."""
    for answer in (remove_address(carl(), HOME), make_primary_address(carl(), HOME)):
        assert isinstance(answer, Refusal)
        assert answer.codes == ("unknown_address",)


def test_a_thousand_addresses_are_the_most() -> None:
    """More is a typed error."""
    many = carl(address("0", is_primary=True), *(address(str(number)) for number in range(1, 1_000)))
    with pytest.raises(LimitExceeded):
        put_address(many, address("one more"))
