"""The index where many change at once, or only what was used."""

import attrs

from csmcore.model import EntitlementQuestion
from csmcore.rules import EntitlementIndex
from tests.unit.entitlement.desk import ASKED_AT, contract, cover, entitlement, policy

ASKED = EntitlementQuestion(account="acme", asset="s1")  # type: ignore[arg-type]
COUNTED = entitlement("e1", contract="c1", per_unit=True, total_units=2, restrict_when_exhausted=True)


def test_what_was_used_counts_at_once() -> None:
    """While something is left, and when nothing is."""
    index = EntitlementIndex.of(policy(), [COUNTED], [contract(covered_assets=(cover(asset="s1"),))])
    for used, applies in ((1, True), (2, False), (1, True), (0, True)):
        index = index.updated(entitlements=[attrs.evolve(COUNTED, used=used, ledger_entries=used)])
        found = index.derive(ASKED, ASKED_AT).chosen
        assert (found is not None and found.used == used) == applies


def test_what_was_used_counts_with_a_contract_that_changes_too() -> None:
    """The contract's new coverage and the entitlement's new sum are there together."""
    index = EntitlementIndex.of(policy(), [COUNTED], [contract(covered_products=())])
    assert index.derive(ASKED, ASKED_AT).chosen is None
    covering = contract(covered_products=(), covered_assets=(cover(asset="s1"),))
    index = index.updated(entitlements=[attrs.evolve(COUNTED, used=1)], contracts=[covering])
    found = index.derive(ASKED, ASKED_AT).chosen
    assert found is not None
    assert found.used == 1


def test_many_of_one_file_come_and_go_at_once() -> None:
    """The best of those that are left applies."""
    many = [entitlement(f"e{number:03}", account="acme") for number in range(100)]
    index = EntitlementIndex.of(policy(), many)
    fewer = index.updated(without_entitlements=[one.id for one in many[:99]])
    assert (fewer.derive(ASKED, ASKED_AT).chosen, len(fewer)) == (many[99], 1)
    nothing = fewer.updated(without_entitlements=[many[99].id])
    assert (nothing.derive(ASKED, ASKED_AT).chosen, len(nothing)) == (None, 0)
    assert index.derive(ASKED, ASKED_AT).chosen == many[0]
