"""The contract that follows another: its days, worked out by hand, and what is copied."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import attrs
import pytest

from csmcore.calendars import Term
from csmcore.model import (
    AssetId,
    ContractId,
    ContractLineId,
    CoveredAsset,
    CoveredProduct,
    ProductModelId,
    Refusal,
    Renewal,
    RenewContract,
    ServiceContract,
)
from csmcore.rules import renewed
from tests.tally import Tally
from tests.unit.contracts.desk import contract, days, entitlement, facts, line, renew

CHAINS = [
    ("calendar years", "2027-01-01 2027-12-31", "2028-12-31 2029-12-31 2030-12-31 2031-12-31 2032-12-31"),
    ("years from 1 March", "2027-03-01 2028-02-29", "2029-02-28 2030-02-28 2031-02-28 2032-02-29 2033-02-28"),
    ("months from the 15th", "2027-11-15 2027-12-14", "2028-01-14 2028-02-14 2028-03-14 2028-04-14 2028-05-14"),
    ("months from 31 January", "2027-01-31 2027-02-27", "2027-03-30 2027-04-29 2027-05-30 2027-06-29 2027-07-30"),
    ("the same in a leap year", "2028-01-31 2028-02-28", "2028-03-30 2028-04-29 2028-05-30 2028-06-29 2028-07-30"),
    ("months from 30 January", "2027-01-30 2027-02-27", "2027-03-29 2027-04-29 2027-05-29 2027-06-29 2027-07-29"),
    ("months from the 30th", "2027-04-30 2027-05-29", "2027-06-29 2027-07-29 2027-08-29 2027-09-29 2027-10-29"),
    ("month's end to month's end", "2027-04-30 2027-05-30", "2027-06-29 2027-07-30 2027-08-30 2027-09-29 2027-10-30"),
    ("years from 29 February", "2028-02-29 2029-02-27", "2030-02-27 2031-02-27 2032-02-28 2033-02-27 2034-02-27"),
    ("years from 28 February", "2027-02-28 2028-02-27", "2029-02-27 2030-02-27 2031-02-27 2032-02-27 2033-02-27"),
    ("years of February's end", "2027-02-28 2028-02-28", "2029-02-27 2030-02-27 2031-02-27 2032-02-28 2033-02-27"),
    ("four years from 29 February", "2028-02-29 2032-02-28", "2036-02-28 2040-02-28 2044-02-28 2048-02-28 2052-02-28"),
    ("quarters from 30 November", "2027-11-30 2028-02-28", "2028-05-30 2028-08-30 2028-11-29 2029-02-27 2029-05-30"),
    ("18 months from 31 August", "2026-08-31 2028-02-28", "2029-08-30 2031-02-27 2032-08-30 2034-02-27 2035-08-30"),
    ("30 days, never a month", "2027-01-01 2027-01-30", "2027-03-01 2027-03-31 2027-04-30 2027-05-30 2027-06-29"),
    ("365 days, not a leap year", "2027-03-01 2028-02-28", "2029-02-27 2030-02-27 2031-02-27 2032-02-27 2033-02-26"),
    ("one day", "2028-02-28 2028-02-28", "2028-02-29 2028-03-01 2028-03-02 2028-03-03 2028-03-04"),
]
"""The days of a root, and the last days of the five renewals that follow, worked out by hand."""


def followers(root: ServiceContract, count: int, after: ServiceContract | None = None) -> list[ServiceContract]:
    """A chain of renewals, of the root or of a later one."""
    found = [after or root]
    for place in range(count):
        ids = RenewContract(id=ContractId(f"r{place}"), number=f"R{place}")
        following = renewed(found[-1], ids, facts(root=root))
        assert isinstance(following, Renewal)
        found.append(following.contract)
    return found[1:]


@pytest.mark.parametrize(("name", "period", "lasts"), CHAINS, ids=[chain[0] for chain in CHAINS])
def test_a_chain_does_not_drift(name: str, period: str, lasts: str, tally: Tally) -> None:
    """Five renewals end on the days worked out by hand, and each begins on the day after the one before."""
    root = contract(**days(*period.split()))
    chain = [root, *followers(root, 5)]
    assert [str(one.ends_on) for one in chain[1:]] == lasts.split(), name
    for before, after in pairwise(chain):
        assert before.ends_on is not None
        assert after.starts_on == before.ends_on + timedelta(days=1)
        assert (after.renewed_from, after.renewal_root) == (before.id, root.id)
    tally("contracts: renewals by hand", 5)


def of(answer: Renewal | Refusal) -> Renewal:
    """A renewal that there is."""
    assert isinstance(answer, Renewal), answer
    return answer


def codes(answer: Renewal | Refusal) -> list[str]:
    """The codes for which there is none."""
    assert isinstance(answer, Refusal), answer
    return list(answer.codes)


def span(noun: Any) -> str:
    """The days of something, in short."""
    return f"{noun.starts_on or 'open'} {noun.ends_on or 'open'}"


def test_it_is_a_new_draft_with_all_the_terms() -> None:
    """State, approval, reason and suspension begin anew; the terms, the customer and the people stay."""
    old = contract(
        state="expired", approver="mia", approval="approved", reason="so", name="Gold", timezone="Asia/Tokyo"
    )
    new = of(renew(old)).contract
    assert (new.id, new.number, new.state, new.approval, new.reason) == ("c2", "C2", "draft", "not_requested", "")
    assert (new.name, new.approver, new.timezone, new.account) == ("Gold", "mia", "Asia/Tokyo", "acme")


def test_a_given_term_counts_from_its_own_first_day() -> None:
    """Three months instead of a year; a contract without a first day needs one."""
    assert span(of(renew(contract(), term=Term(months=3))).contract) == "2028-01-01 2028-03-31"
    open_start = contract(starts_on=None)
    assert span(of(renew(open_start, term=Term(days=10))).contract) == "2028-01-01 2028-01-10"
    assert codes(renew(open_start)) == ["no_length"]


def test_an_expired_contract_is_renewed_from_today() -> None:
    """For as long as before, counted from today; before its end, from the day after."""
    old = contract(state="expired")
    assert span(of(renew(old, today=date(2028, 2, 29))).contract) == "2028-02-29 2029-02-27"
    assert span(of(renew(old, today=date(2027, 6, 1))).contract) == "2028-01-01 2028-12-31"
    thirty = contract(**days("2027-01-01", "2027-01-30"))
    assert span(of(renew(thirty, today=date(2027, 5, 1))).contract) == "2027-05-01 2027-05-30"


def test_a_chain_that_was_broken_counts_from_its_own_first_day() -> None:
    """A renewal that began late, or ran for another term, is not forced back onto the days of the root."""
    root = contract(**days("2027-01-31", "2027-02-27"))
    late = contract("c9", renewed_from="c1", renewal_root="c1", **days("2027-04-10", "2027-05-09"))
    assert span(of(renew(late, facts(root=root))).contract) == "2027-05-10 2027-06-09"
    open_root = contract(**days("", "2027-02-27"))
    assert span(of(renew(late, facts(root=open_root))).contract) == "2027-05-10 2027-06-09"
    endless_root = contract(**days("2026-01-01", "9999-12-31"))
    assert span(of(renew(late, facts(root=endless_root))).contract) == "2027-05-10 2027-06-09"
    in_days = contract(**days("2027-01-01", "2027-01-10"))
    assert span(of(renew(late, facts(root=in_days))).contract) == "2027-05-10 2027-06-09"
    later_root = contract(**days("2028-01-01", "2028-01-31"))
    assert span(of(renew(late, facts(root=later_root))).contract) == "2027-05-10 2027-06-09"


BROKEN = [
    ("another term", "2027-01-31 2027-02-27", "2027-04-30 2027-06-29", "2027-08-29 2027-10-29 2027-12-29 2028-02-28"),
    ("the same, past February", "2027-01-31 2027-02-27", "2027-12-30 2028-02-28", "2028-04-29 2028-06-29 2028-08-29"),
    ("the 29th, past February", "2027-01-31 2027-02-27", "2026-12-29 2027-02-27", "2027-04-28 2027-06-28 2027-08-28"),
    ("a year, from last days", "2027-04-30 2027-05-30", "2027-05-31 2028-05-30", "2029-05-30 2030-05-30"),
    ("a month, from quarters", "2027-11-30 2028-02-28", "2028-02-29 2028-03-28", "2028-04-28 2028-05-28"),
    ("on other days of a grid", "2027-11-30 2028-02-28", "2028-03-30 2028-06-29", "2028-09-29 2028-12-29"),
    ("a month, from 20 days", "2027-01-01 2027-01-20", "2027-04-01 2027-04-30", "2027-05-31 2027-06-30"),
    ("45 days, from months", "2027-01-31 2027-02-27", "2027-03-31 2027-05-14", "2027-06-28 2027-08-12"),
    ("29 days off the year's start", "2027-01-31 2027-02-27", "2027-04-01 2027-04-29", "2027-05-28 2027-06-26"),
    ("days as the chain's own", "2027-01-01 2027-01-30", "2027-04-01 2027-04-30", "2027-05-30 2027-06-29"),
    ("days, late", "2027-01-01 2027-01-30", "2027-04-10 2027-05-09", "2027-06-08 2027-07-08"),
]
"""The days of a root and of a renewal in its chain, and the last days of those that follow it, worked out by hand."""


@pytest.mark.parametrize(("name", "root", "period", "lasts"), BROKEN, ids=[chain[0] for chain in BROKEN])
def test_after_a_break_each_counts_from_the_one_before(name: str, root: str, period: str, lasts: str) -> None:
    """For its own length, and without a drift; one that has the chain's very days, or goes on in days, is of it."""
    first = contract("c0", **days(*root.split()))
    broken = contract("c9", renewed_from="c1", renewal_root="c0", **days(*period.split()))
    chain = followers(first, len(lasts.split()), broken)
    assert [str(one.ends_on) for one in chain] == lasts.split(), name


def test_every_reason_for_no_renewal_is_given() -> None:
    """Cancelled, without an end, renewed already, of an unknown chain, too long: all at once, or each."""
    chain: dict[str, Any] = {"renewed_from": "c0", "renewal_root": "c0"}
    old = contract(state="cancelled", starts_on=None, ends_on=None, **chain)
    after = contract("c5", renewed_from="c1", renewal_root="c1")
    known = facts(renewals=(after,), root=contract("other"))
    assert codes(renew(old, known)) == ["cancelled", "no_end", "already_renewed", "unknown_root", "no_length"]
    assert codes(renew(contract(ends_on=date(9999, 12, 31)))) == ["no_end"]
    assert codes(renew(contract(**days("2100-01-01", "2180-12-31")))) == ["not_renewable"]


def test_a_cancelled_renewal_is_no_renewal() -> None:
    """Nor is one of another contract."""
    gone = contract("c5", state="cancelled", renewed_from="c1", renewal_root="c1")
    other = contract("c6", renewed_from="c7", renewal_root="c7")
    assert isinstance(renew(contract(), facts(renewals=(gone, other))), Renewal)


def test_lines_move_with_the_contract() -> None:
    """By as many months, ends to ends; open ones stay open, cancelled ones stay behind with what is part of them."""
    old = contract(
        lines=(
            line("part", parent="whole", **days("2027-03-31", "2027-12-31")),
            line("whole", state="expired", **days("2027-01-01", "2027-12-31")),
            line("winter", **days("2027-01-15", "2027-02-28")),
            line("open"),
            line("gone", state="cancelled"),
            line("part of gone", parent="gone"),
        )
    )
    new = of(renew(old)).contract
    assert [(one.id, one.parent, one.state, span(one)) for one in new.lines] == [
        ("c2/line-1", "c2/line-2", "draft", "2028-03-31 2028-12-31"),
        ("c2/line-2", None, "draft", "2028-01-01 2028-12-31"),
        ("c2/line-3", None, "draft", "2028-01-15 2028-02-29"),
        ("c2/line-4", None, "draft", "open open"),
    ]


def test_a_shorter_renewal_cuts_and_leaves_out() -> None:
    """What would begin after its end is left out; what would end after it ends with it."""
    old = contract(lines=(line("all", **days("2027-02-01", "2027-11-30")), line("late", starts_on=date(2027, 6, 1))))
    new = of(renew(old, term=Term(months=3))).contract
    assert [(one.id, span(one)) for one in new.lines] == [("c2/line-1", "2028-02-01 2028-03-31")]


def test_a_late_renewal_moves_by_days() -> None:
    """What began with the contract begins with the renewal; what lies within it is as many days later."""
    late = of(renew(contract(lines=(line("spring", **days("2027-01-01", "2027-03-31")),)), today=date(2028, 1, 11)))
    assert [span(one) for one in late.contract.lines] == ["2028-01-11 2028-04-09"]


def test_what_was_covered_to_the_end_is_covered_all_along() -> None:
    """On the same line; what was taken off before stays off, and so does what was on a cancelled line."""
    pump, fan = AssetId("pump"), AssetId("fan")
    lines = (line("a", ends_on=date(2027, 6, 30)), line("b", state="cancelled"))
    old = contract(
        lines=lines,
        covered_assets=(
            CoveredAsset(asset=pump, line=ContractLineId("a"), date_added=date(2027, 3, 1)),
            CoveredAsset(asset=fan, line=ContractLineId("a"), date_removed=date(2027, 6, 30)),
            CoveredAsset(asset=fan, date_removed=date(2027, 6, 30)),
            CoveredAsset(asset=fan, line=ContractLineId("b")),
        ),
        covered_products=(CoveredProduct(product=ProductModelId("p"), date_removed=date(2027, 12, 31)),),
    )
    new = of(renew(old)).contract
    assert new.covered_assets == (
        CoveredAsset(asset=pump, line=ContractLineId("c2/line-1")),
        CoveredAsset(asset=fan, line=ContractLineId("c2/line-1")),
    )
    assert new.covered_products == (CoveredProduct(product=ProductModelId("p")),)


def test_entitlements_begin_anew() -> None:
    """Their own terms, days moved, nothing used; not the cancelled, the foreign and those of lines left behind."""
    old = contract(lines=(line("a"), line("b", state="cancelled")))
    counted: dict[str, Any] = {"per_unit": True, "total_units": 9, "used": 4, "ledger_entries": 5}
    known = facts(
        entitlement("e1", state="expired", plan="gold", **counted, **days("2027-01-01", "9999-12-31")),
        entitlement("e2", contract_line="a", **days("2026-01-01", "2027-05-31")),
        entitlement("e3", state="cancelled"),
        entitlement("e4", contract_line="b"),
        entitlement("e5", contract="other"),
        entitlement("e6", **days("2028-01-01", "2028-12-31")),
        entitlement("e7", **days("2026-01-01", "2026-12-31")),
    )
    new = of(renew(old, known)).entitlements
    assert [(one.id, one.number, one.contract, one.contract_line, one.state, span(one)) for one in new] == [
        ("c2/entitlement-1", "C2/1", "c2", None, "draft", "2028-01-01 2028-12-31"),
        ("c2/entitlement-2", "C2/2", "c2", "c2/line-1", "draft", "2028-01-01 2028-05-31"),
    ]
    assert (new[0].plan, new[0].total_units, new[0].used, new[0].ledger_entries) == ("gold", 9, 0, 0)


def test_a_part_stays_a_part_while_its_whole_lasts() -> None:
    """The renewal is part of the old one's parent if its days are within; else of none."""
    child = contract(parent="frame")
    assert of(renew(child, facts(parent=contract("frame", ends_on=None)))).contract.parent == "frame"
    assert of(renew(child, facts(parent=contract("frame")))).contract.parent is None
    assert of(renew(child)).contract.parent is None
    assert of(renew(child, facts(parent=contract("other", ends_on=None)))).contract.parent is None


def test_the_day_after_the_shortest_month_keeps_parts_in_order() -> None:
    """The last days of January all become the last of February, and no part ends before it begins."""
    root = contract(**days("2027-01-01", "2027-01-31"), lines=(line("x", **days("2027-01-30", "2027-01-30")),))
    new = of(renew(root)).contract
    assert [span(one) for one in new.lines] == ["2027-02-28 2027-02-28"]
    assert attrs.evolve(new, name="valid") is not None
