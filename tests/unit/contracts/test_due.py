"""What becomes of a contract by itself, at local midnight."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from csmcore.model import ContractDecision, Renewal, ServiceContract
from csmcore.rules import contract_due, next_contract_instant, tick_contract
from tests.unit.contracts.desk import APPROVED, POLICY, at, contract, days, entitlement, facts, line, noon, tick

APPROVED_DRAFT: dict[str, Any] = {"state": "draft", **APPROVED}
MICROSECOND_BEFORE = "23:59:59.999999"


def quiet(subject: ServiceContract, now: datetime) -> bool:
    """Whether nothing has become of it."""
    return tick_contract(subject, facts(), POLICY, now) is None and not contract_due(subject, POLICY, now)


def follower(decision: ContractDecision) -> Renewal:
    """The renewal that there is."""
    assert decision.renewal is not None
    return decision.renewal


def codes(decision: ContractDecision) -> list[str]:
    """The codes of its reasons."""
    return [reason.code for reason in decision.reasons]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Kathmandu", "Europe/Berlin", "Etc/GMT+12"])
def test_a_day_begins_and_ends_at_its_own_midnight(zone: str) -> None:
    """A microsecond before nothing has happened; at midnight it has."""
    draft = contract(timezone=zone, **APPROVED_DRAFT)
    assert quiet(draft, at(f"2026-12-31T{MICROSECOND_BEFORE}", zone))
    begun = tick(draft, at("2027-01-01T00:00", zone)).contract
    assert begun.state == "active"
    assert quiet(begun, at(f"2027-12-31T{MICROSECOND_BEFORE}", zone))
    assert tick(begun, at("2028-01-01T00:00", zone)).contract.state == "expired"


def test_only_what_was_approved_begins_by_itself() -> None:
    """A draft without approval waits for somebody, whether it has an approver or not; without a first day, for none."""
    assert quiet(contract(state="draft"), noon("2027-06-01"))
    assert quiet(contract(state="draft", approver="mia", approval="requested"), noon("2027-06-01"))
    begun = tick(contract(starts_on=None, **APPROVED_DRAFT), noon("2020-06-01"))
    assert (begun.contract.state, codes(begun)) == ("active", ["first_day_came"])


def test_a_suspension_ends_on_its_day() -> None:
    """With what it took along."""
    stopped = contract(state="suspended", resumes_on=date(2027, 6, 1), lines=(line("a", state="suspended"),))
    assert quiet(stopped, at(f"2027-05-31T{MICROSECOND_BEFORE}"))
    known = facts(entitlement("e1", state="suspended"))
    again = tick(stopped, at("2027-06-01T00:00"), known)
    assert (again.contract.state, again.contract.resumes_on) == ("active", None)
    assert again.contract.lines[0].state == again.entitlements[0].state == "active"


def test_a_suspended_contract_expires() -> None:
    """Whether its suspension has an end or not."""
    known = facts(entitlement("e1", state="suspended"))
    over = tick(contract(state="suspended"), at("2028-01-01T00:00"), known)
    assert over.contract.state == over.entitlements[0].state == "expired"
    stopped = contract(state="suspended", resumes_on=date(2027, 12, 31))
    late = tick(stopped, noon("2029-01-01"))
    assert [step.action for step in late.steps] == ["resume", "expire"]
    assert [step.at for step in late.steps] == [at("2027-12-31T00:00"), at("2028-01-01T00:00")]


def test_a_day_that_a_zone_left_out_has_no_length() -> None:
    """Apia had no 30 December 2011: a suspension up to it ends at the instant at which the contract does, and first."""
    stopped = contract(
        state="suspended",
        timezone="Pacific/Apia",
        resumes_on=date(2011, 12, 30),
        **days("2011-01-01", "2011-12-30"),
    )
    over = tick(stopped, datetime(2011, 12, 30, 10, tzinfo=UTC))
    assert [step.action for step in over.steps] == ["resume", "expire"]
    assert len({step.at for step in over.steps}) == 1


def test_a_midnight_that_comes_twice_counts_once() -> None:
    """In St John's clocks went back from 00:01 to 23:01: what began at the first midnight has begun."""
    draft = contract(timezone="America/St_Johns", **APPROVED_DRAFT, **days("2006-10-29", "2006-12-31"))
    assert next_contract_instant(draft, POLICY) == datetime(2006, 10, 29, 2, 30, tzinfo=UTC)
    assert tick(draft, datetime(2006, 10, 29, 2, 45, tzinfo=UTC)).contract.state == "active"


def test_a_contract_may_renew_itself() -> None:
    """On the day after, approved as it was, under the root's id and number with that day."""
    known = facts(entitlement("e1", plan="gold"))
    over = tick(contract(renews_by_itself=True, **APPROVED), at("2028-01-01T00:00"), known)
    new = follower(over)
    assert (new.contract.id, new.contract.number) == ("c1/2028-01-01", "C1/2028-01-01")
    assert (new.contract.state, new.contract.approval) == ("draft", "approved")
    assert [one.plan for one in new.entitlements] == ["gold"]
    assert codes(over) == ["last_day_over", "renewed_by_itself"]
    begun = tick(new.contract, at("2028-01-01T00:00"), facts(*new.entitlements, root=over.contract))
    assert begun.contract.state == begun.entitlements[0].state == "active"
    after = tick(begun.contract, at("2029-01-01T00:00"), facts(root=over.contract))
    assert follower(after).contract.id == "c1/2029-01-01"


def test_a_suspension_is_not_lifted_by_a_renewal() -> None:
    """Somebody has to approve it."""
    over = tick(contract(state="suspended", renews_by_itself=True), at("2028-01-01T00:00"))
    assert follower(over).contract.approval == "not_requested"


def test_a_contract_that_somebody_renewed_does_not_renew_itself() -> None:
    """Not even if that renewal was cancelled: the customer wants none."""
    done = contract("c2", state="cancelled", renewed_from="c1", renewal_root="c1")
    over = tick(contract(renews_by_itself=True), noon("2028-01-01"), facts(renewals=(done,)))
    assert (over.renewal, codes(over)) == (None, ["last_day_over"])


def test_a_contract_that_cannot_renew_itself_ends_all_the_same() -> None:
    """And says why: its chain is unknown, it has no length, or its id is too long to go on."""
    chained = contract("c2", renews_by_itself=True, renewed_from="c1", renewal_root="c1")
    over = tick(chained, noon("2028-01-01"))
    assert (over.contract.state, over.renewal) == ("expired", None)
    assert codes(over) == ["last_day_over", "unknown_root"]
    assert codes(tick(contract(starts_on=None, renews_by_itself=True), noon("2028-01-01")))[1:] == ["no_length"]
    assert codes(tick(contract("c" * 160, renews_by_itself=True), noon("2028-01-01")))[1:] == ["not_renewable"]


def test_the_next_instant_is_known() -> None:
    """The first day of what was approved, the end of a suspension, the end; None where nothing will happen."""
    midnights = {
        at("2027-01-01T00:00"): contract(**APPROVED_DRAFT),
        at("2028-01-01T00:00"): contract(),
        at("2027-06-01T00:00"): contract(state="suspended", resumes_on=date(2027, 6, 1)),
    }
    for instant, subject in midnights.items():
        assert next_contract_instant(subject, POLICY) == instant
    nothing: tuple[dict[str, Any], ...] = (
        {"state": "draft"},
        {"ends_on": None},
        {"ends_on": date(9999, 12, 31)},
        {"state": "suspended", "ends_on": None},
        {"state": "expired"},
        {"state": "cancelled"},
    )
    assert all(next_contract_instant(contract(**fields), POLICY) is None for fields in nothing)


def test_what_is_due_is_told_in_order() -> None:
    """Each at the instant at which it became due."""
    late = contract_due(contract(**APPROVED_DRAFT), POLICY, noon("2030-01-01"))
    assert [(step.action, step.at) for step in late] == [
        ("activate", at("2027-01-01T00:00")),
        ("expire", at("2028-01-01T00:00")),
    ]
