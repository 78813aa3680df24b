"""Unknown consumers, and how they are merged."""

from typing import Any

import attrs
import pytest

from csmcore.model import Address, Asset, Consumer, ConsumerId, Entitlement, Refusal, SocialProfile, UserId
from csmcore.rules import ConsumerMerge, merge_consumers, repointed
from tests.unit.lifecycle.cast import made

CALLER = made(Consumer, id="u1", name="Caller", is_unknown=True)
CARL = made(Consumer, id="carl", name="Carl")


def merged(unknown: Consumer, known: Consumer) -> ConsumerMerge:
    """A merge that is not refused."""
    answer = merge_consumers(unknown, known)
    assert isinstance(answer, ConsumerMerge)
    return answer


def address(name: str, **more: Any) -> Address:
    """An address of that id."""
    return made(Address, id=name, **more)


def test_the_merged_record_stays_inactive_and_says_where_it_went() -> None:
    """With nothing to take over, there is nothing to say."""
    assert merged(CALLER, CARL) == (
        made(Consumer, id="u1", name="Caller", is_unknown=True, active=False, merged_into="carl"),
        CARL,
        (),
    )


def test_blank_fields_are_taken_over() -> None:
    """E-mail, phone, login, addresses with their primary one, social profiles; never the name."""
    profile = SocialProfile(network="chirp", handle="@carl")
    caller = attrs.evolve(CALLER, email="c@x.example", phone="1", social_profiles=(profile,))
    caller = attrs.evolve(caller, addresses=(address("a", is_primary=True),))
    _, known, reasons = merged(caller, CARL)
    assert (known.name, known.email, known.phone) == ("Carl", "c@x.example", "1")
    assert (known.addresses, known.social_profiles) == (caller.addresses, (profile,))
    assert [(reason.code, reason.fields) for reason in reasons] == [
        ("filled", ("email", "phone", "addresses", "social_profiles"))
    ]


def test_no_second_primary_address_comes_along() -> None:
    """The known one's primary address stays primary."""
    caller = attrs.evolve(CALLER, addresses=(address("b", is_primary=True),))
    known = merged(caller, attrs.evolve(CARL, addresses=(address("a", is_primary=True),))).known
    assert known.addresses == (address("a", is_primary=True), address("b"))


def test_what_differs_stays_and_is_said() -> None:
    """Spelling apart; an address that both have counts once."""
    caller = attrs.evolve(CALLER, email="C@X.example ", phone="1", user=UserId("u"))
    caller = attrs.evolve(caller, addresses=(address("a", city="Kiel", is_primary=True), address("b")))
    carl = attrs.evolve(CARL, email="c@x.example", phone="2", user=UserId("v"))
    carl = attrs.evolve(carl, addresses=(address("a", is_primary=True), address("b"), address("c")))
    _, known, reasons = merged(caller, carl)
    assert known == carl
    assert [(reason.code, *reason.fields) for reason in reasons] == [
        ("kept", "phone"),
        ("kept", "user"),
        ("kept", "addresses"),
    ]


@pytest.mark.parametrize(
    ("unknown", "known", "expected"),
    [
        (CARL, CARL, ("into_itself", "not_unknown")),
        (CARL, CALLER, ("not_unknown", "still_unknown")),
        (merged(CALLER, CARL).unknown, CARL, ("already_merged",)),
        (CALLER, made(Consumer, id="dora", name="Dora", active=False), ("inactive_consumer",)),
    ],
)
def test_only_an_unknown_consumer_is_merged_into_a_known_one(
    unknown: Consumer, known: Consumer, expected: tuple[str, ...]
) -> None:
    """Once."""
    answer = merge_consumers(unknown, known)
    assert isinstance(answer, Refusal)
    assert answer.codes == expected


def test_records_of_the_merged_one_move() -> None:
    """Whatever they are; others stay."""
    gone = merged(CALLER, CARL).unknown
    theirs = [made(Asset, id="1", product_model="m", consumer="u1"), made(Asset, id="2", product_model="m")]
    promised = made(Entitlement, id="e", number="E", name="E", consumer="u1")
    assert repointed(theirs, gone) == (made(Asset, id="1", product_model="m", consumer="carl"),)
    assert [one.consumer for one in repointed([promised], gone)] == [ConsumerId("carl")]
    assert repointed(theirs, CALLER) == ()
