"""Relationships of accounts, from either end."""

from typing import Any

import pytest

from csmcore.model import Account, AccountId, AccountRelationship, AccountRelationshipType, Refusal
from csmcore.rules import relate_accounts, relationships_of_type, seen_from
from tests.unit.lifecycle.cast import made

SELLS = made(AccountRelationshipType, id="sells", from_role="partner", label="resells to", reverse_label="buys from")
SERVES = made(AccountRelationshipType, id="sells", to_role="partner", label="is served by", reverse_label="serves")
RIVALS = made(AccountRelationshipType, id="rivals", label="competes with", reverse_label="competes with")
DEALER = made(Account, id="dealer", name="Dealer", is_partner=True)
ACME = made(Account, id="acme", name="Acme")


def related(name: str, kind: str, *ends: str) -> AccountRelationship:
    """A relationship of that type."""
    return made(AccountRelationship, id=name, type=kind, from_account=ends[0], to_account=ends[1])


RESALE = related("r", "sells", "dealer", "acme")


def codes(*given: Any) -> tuple[str, ...]:
    """The codes of a refusal; none where it is no refusal."""
    answer = relate_accounts(*given)
    return answer.codes if isinstance(answer, Refusal) else ()


def test_a_partner_resells_to_a_customer() -> None:
    """The record comes back as it was given."""
    assert relate_accounts(RESALE, SELLS, DEALER, ACME, []) is RESALE


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((RESALE, None, None, None, []), ("unknown_type", "unknown_account", "unknown_account")),
        ((RESALE, RIVALS, ACME, DEALER, []), ("unknown_type", "unknown_account", "unknown_account")),
        ((RESALE, SERVES, DEALER, ACME, []), ("no_partner",)),
        (
            (related("r", "sells", "acme", "dealer"), SELLS, ACME, DEALER, [RESALE]),
            ("no_partner", "fixed_ends"),
        ),
        (
            (
                RESALE,
                made(AccountRelationshipType, id="sells", label="a", reverse_label="b", active=False),
                made(Account, id="dealer", name="Dealer", active=False),
                ACME,
                [],
            ),
            ("inactive_type", "inactive_account"),
        ),
    ],
)
def test_a_relationship_is_what_its_type_allows(given: Any, expected: tuple[str, ...]) -> None:
    """Active type, active accounts, partners at the ends that are for partners, and the same accounts for ever."""
    assert codes(*given) == expected


def test_no_relationship_is_made_twice() -> None:
    """The same one under its own id is no second one."""
    twice = (related("other", "sells", "dealer", "acme"), SELLS, DEALER, ACME)
    assert codes(*twice, [RESALE]) == ("duplicate_relationship",)
    assert codes(RESALE, SELLS, DEALER, ACME, [RESALE]) == ()


def test_what_reads_the_same_from_both_ends_is_not_made_the_other_way_round() -> None:
    """A type with two labels may hold both ways: two partners who resell to each other."""
    rivals = related("r", "rivals", "acme", "dealer")
    assert codes(related("s", "rivals", "dealer", "acme"), RIVALS, DEALER, ACME, [rivals]) == (
        "duplicate_relationship",
    )
    other = made(Account, id="acme", name="Acme", is_partner=True)
    assert codes(related("s", "sells", "acme", "dealer"), SELLS, other, DEALER, [RESALE]) == ()


def test_a_relationship_may_change_its_type() -> None:
    """Its accounts stay; what the other type has already is a duplicate."""
    changed = related("r", "rivals", "dealer", "acme")
    assert codes(changed, RIVALS, DEALER, ACME, [RESALE]) == ()
    assert codes(changed, RIVALS, DEALER, ACME, [RESALE, related("s", "rivals", "acme", "dealer")]) == (
        "duplicate_relationship",
    )


def test_a_relationship_is_seen_from_either_end() -> None:
    """Each end sees the other, under its own label; nobody else sees anything."""
    assert seen_from(RESALE, SELLS, DEALER.id) == ("resells to", "acme")
    assert seen_from(RESALE, SELLS, ACME.id) == ("buys from", "dealer")
    assert seen_from(RESALE, SELLS, AccountId("other")) is None


def test_a_type_takes_its_relationships_along() -> None:
    """Whoever deletes it is told which."""
    rivals = related("s", "rivals", "dealer", "acme")
    assert relationships_of_type(SELLS, [RESALE, rivals]) == (RESALE,)
