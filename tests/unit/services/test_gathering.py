"""What services ask of a host before a rule answers, and what they do not ask."""

from typing import Any

import attrs
import pytest

from csmcore.adapters import MemoryHost
from csmcore.model import (
    AccountId,
    Case,
    CaseCommand,
    CaseFacts,
    CaseId,
    Entitlement,
    Household,
    HouseholdMember,
    InstallBaseItem,
    LedgerEntry,
    OpenCase,
    ProductModelId,
    Refused,
    SoldProduct,
    TimeEntry,
    UpdateCase,
)
from csmcore.services import CaseService, gathering
from tests.unit.services.desk import ANN, BOOK, POLICY, at, desk, made

SOLD = made(SoldProduct, id="s1", product="press", account="acme")
ITEM = made(InstallBaseItem, id="i1", product="phone", account="acme")
BARE = made(InstallBaseItem, id="i2", account="acme")
HOME = made(Household, id="home", name="Home", members=(made(HouseholdMember, consumer="kay"),))
OPENING = made(OpenCase, account="acme", short_description="No tone")


class Asked(MemoryHost):
    """A host that remembers what it was asked for of a case."""

    asked: tuple[str, ...] = ()

    def consumption(self, case_id: CaseId) -> Any:
        """The ledger."""
        self.asked += ("consumption",)
        return super().consumption(case_id)

    def time_entries(self, case_id: CaseId) -> Any:
        """The time."""
        self.asked += ("time_entries",)
        return super().time_entries(case_id)


def facts_of_opening(host: MemoryHost, command: OpenCase) -> CaseFacts:
    """What is known of a case that Ann is to open."""
    return gathering.facts_of_opening(host, command, ANN, POLICY, host.now())


def facts_of_case(host: MemoryHost, case: Case, command: CaseCommand | None = None) -> CaseFacts:
    """What is known of a case as Ann would have it."""
    return gathering.facts_of_case(host, case, POLICY, host.now(), command, ANN)


def stocked() -> tuple[MemoryHost, CaseService]:
    """The desk with more things."""
    host, _, service = desk()
    host.add(SOLD, ITEM, BARE, HOME)
    return host, service


@pytest.mark.parametrize(
    ("fields", "product"),
    [
        ({"sold_product": "s1"}, "press"),
        ({"install_base_item": "i1"}, "phone"),
        ({"install_base_item": "i2"}, None),
        ({"sold_product": "s1", "install_base_item": "i1"}, "press"),
        ({"sold_product": "s1", "product": "phone"}, "phone"),
    ],
)
def test_a_case_is_opened_about_what_was_sold_or_installed(fields: dict[str, Any], product: str | None) -> None:
    """The thing and the product that it brings are among the facts, and so is it when it comes later."""
    host, service = stocked()
    case = service.open(attrs.evolve(OPENING, **fields), ANN).case
    assert {name: getattr(case, name) for name in fields} == fields
    assert case.product == product
    facts = facts_of_opening(host, attrs.evolve(OPENING, **fields))
    assert (facts.product and facts.product.id) == product
    update, plain = UpdateCase(fields), service.open(OPENING, ANN).case
    known = facts_of_case(host, plain, update)
    assert (known.product, known.sold_product, known.install_base_item) == facts_of(facts)
    assert service.apply(plain.id, update, ANN).case.product == product


def facts_of(facts: CaseFacts) -> tuple[Any, ...]:
    """What the case is about."""
    return facts.product, facts.sold_product, facts.install_base_item


def test_a_product_that_is_there_is_asked_for() -> None:
    """A sold product that comes later does not hide it."""
    host, service = stocked()
    case = service.open(attrs.evolve(OPENING, product=ProductModelId("phone")), ANN).case
    facts = facts_of_case(host, case, UpdateCase({"sold_product": "s1"}))
    assert facts.product is not None
    assert facts.product.id == "phone"


def test_what_is_anothers_is_refused_by_the_service() -> None:
    """A rival's case is not about Acme's press."""
    _, service = stocked()
    with pytest.raises(Refused) as refused:
        service.open(made(OpenCase, account="rival", short_description="Ours?", sold_product="s1"), ANN)
    assert refused.value.refusal.codes == ("unknown_sold_product",)


def test_a_consumer_comes_with_their_households() -> None:
    """Nobody else does."""
    host, _ = stocked()
    assert facts_of_opening(host, made(OpenCase, consumer="kay")).households == (HOME,)
    assert facts_of_opening(host, OPENING).households == ()


@pytest.mark.parametrize(
    ("counts", "asked"),
    [
        ({}, ("consumption",)),
        ({"unit": "hours"}, ("consumption",)),
        ({"unit": "hours", "per_unit": True}, ("consumption", "time_entries")),
    ],
)
def test_time_is_asked_for_where_it_counts(counts: dict[str, Any], asked: tuple[str, ...]) -> None:
    """And what was taken, of a case that there is."""
    host, _, _ = desk()
    other = Asked(host.current_policy())
    acme = BOOK.accounts[AccountId("acme")]
    other.add(acme, made(Entitlement, id="e", number="E", account="acme", **counts))
    other.add(made(TimeEntry, id="t", case="CS0000001", by="ann", seconds=60, at=at("12 10:00")))
    facts_of_opening(other, OPENING)
    assert other.asked == ()
    service = CaseService(host)
    facts = facts_of_case(other, service.open(OPENING, ANN).case)
    assert other.asked == asked
    assert len(facts.time_entries) == ("time_entries" in asked)


def test_what_was_taken_from_is_asked_for_where_it_is_no_longer_the_customers() -> None:
    """One that went over to another account is found by its id; one that is gone is left out."""
    host, _, service = desk()
    host.add(made(Entitlement, id="e", number="E", account="rival", used=1, ledger_entries=1))
    case = service.open(OPENING, ANN).case
    host._taken[case.id] = [taken(case.id, "e"), taken(case.id, "e"), taken(case.id, "gone")]
    facts = facts_of_case(host, case)
    assert [noun.id for noun in facts.consumed] == ["e"]
    assert len(facts.consumption) == 3
    host.add(attrs.evolve(facts.consumed[0], account=AccountId("acme")))
    assert facts_of_case(host, case).consumed == ()


def taken(case_id: CaseId, name: str) -> LedgerEntry:
    """A unit that a case took."""
    whose = {"entitlement": name, "case": case_id, "channel": "web", "at": at("12 10:00")}
    return made(LedgerEntry, sequence=1, case_version=1, milestone="creation", units=1, **whose)
