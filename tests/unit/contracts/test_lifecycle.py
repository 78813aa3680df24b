"""What may be done to a contract, and what goes along with it."""

from datetime import date
from typing import Any

import attrs
import pytest

from csmcore.model import (
    CONTRACT_ACTIONS,
    CONTRACT_STATES,
    AccountId,
    ActivateContract,
    AddContractLine,
    AddCovered,
    ApproveContract,
    CancelContract,
    ChangeContractDates,
    ChangeContractLine,
    ConsumerId,
    Contact,
    ContactId,
    ContractAction,
    ContractCommand,
    ContractDecision,
    ContractId,
    CoveredProduct,
    ExpireContract,
    ProductModel,
    ProductModelId,
    Refusal,
    RejectContract,
    RemoveCovered,
    RenewContract,
    ResumeContract,
    SubmitContract,
    SuspendContract,
    UserId,
)
from csmcore.rules import CONTRACT_TABLE, decide_contract
from csmcore.rules.agreements.contract_table import ENDED, follows
from tests.tally import Tally
from tests.unit.contracts.desk import (
    ACME,
    APPROVED,
    POLICY,
    accepts,
    at,
    contract,
    days,
    entitlement,
    facts,
    line,
    noon,
    refuses,
)

MIA, BOB = UserId("mia"), UserId("bob")
JUNE = noon("2027-06-01")
DRAFT: dict[str, Any] = {"state": "draft"}
SUBMITTED: dict[str, Any] = {"state": "draft", "approver": "mia", "approval": "requested"}
PUMP = ProductModelId("pump")
ANY: dict[ContractAction, ContractCommand] = {
    command.action: command
    for command in (
        SubmitContract(),
        ApproveContract(by=MIA),
        RejectContract(by=MIA, comment="too dear"),
        ActivateContract(),
        SuspendContract(),
        ResumeContract(),
        ExpireContract(),
        CancelContract(reason="moved"),
        RenewContract(id=ContractId("c2"), number="C2"),
        ChangeContractDates(starts_on=date(2027, 1, 1), ends_on=None),
        AddContractLine(line("new")),
        ChangeContractLine(line("old", name="Old")),
        AddCovered(CoveredProduct(product=PUMP)),
        RemoveCovered(kind="product", item="fan", last_day=date(2027, 3, 1)),
    )
}
"""One sound command for each action."""


@pytest.mark.parametrize("state", CONTRACT_STATES)
@pytest.mark.parametrize("action", CONTRACT_ACTIONS)
def test_what_the_table_has_can_be_done_and_nothing_else(state: Any, action: ContractAction, tally: Tally) -> None:
    """A sound command is accepted where the table has it, and leads where it says; else the state refuses it."""
    fan = CoveredProduct(product=ProductModelId("fan"))
    kept = contract(state=state, lines=(line("old", state="active"),), covered_products=(fan,))
    if action in {"approve", "reject"}:
        kept = attrs.evolve(kept, approval="requested")
    now = noon("2028-01-01") if action == "expire" else JUNE
    known = facts(item=ProductModel(id=PUMP, name="Pump"))
    answer = decide_contract(kept, ANY[action], known, POLICY, now)
    row = CONTRACT_TABLE[state].get(action)
    if row is None:
        assert isinstance(answer, Refusal)
        assert answer.codes == ("wrong_state",)
    else:
        assert isinstance(answer, ContractDecision)
        assert answer.contract.state == (row.to or state)
        assert [step.action for step in answer.steps] == [action]
    tally("contracts: cells of the table", 1)


def test_every_action_has_its_command() -> None:
    """And the table has every state."""
    assert tuple(ANY) == CONTRACT_ACTIONS
    assert tuple(CONTRACT_TABLE) == CONTRACT_STATES
    assert {"expired", "cancelled"} == ENDED


def test_a_review_keeps_the_draft() -> None:
    """Submitted, rejected with a comment, submitted again, approved."""
    draft = contract(state="draft", approver="mia")
    asked = accepts(draft, SubmitContract(), JUNE).contract
    back = accepts(asked, RejectContract(by=MIA, comment="too dear"), JUNE).contract
    assert (back.state, back.approval, back.reason) == ("draft", "rejected", "too dear")
    agreed = accepts(accepts(back, SubmitContract(), JUNE).contract, ApproveContract(by=MIA), JUNE).contract
    assert (asked.approval, agreed.approval, agreed.state) == ("requested", "approved", "draft")


def test_a_review_is_refused_with_every_reason() -> None:
    """Twice submitted, not submitted, by another, without a comment, when all is over."""
    assert refuses(contract(**SUBMITTED), SubmitContract(), JUNE) == ["already_requested"]
    approved = contract(state="draft", starts_on=date(2027, 9, 1), **APPROVED)
    assert refuses(approved, SubmitContract(), JUNE) == ["already_approved"]
    assert refuses(contract(approver="mia", **DRAFT), ApproveContract(by=BOB), noon("2028-01-01")) == [
        "not_submitted",
        "not_the_approver",
        "already_over",
    ]
    assert refuses(contract(**SUBMITTED), RejectContract(by=BOB, comment=" "), JUNE) == ["missing", "not_the_approver"]
    assert refuses(contract(), RejectContract(by=BOB), JUNE) == ["wrong_state", "missing"]


def test_a_draft_is_activated_on_its_first_day() -> None:
    """Not before local 00:00, not without its approval, not after its last day."""
    draft = contract(approver="mia", **DRAFT)
    assert refuses(draft, ActivateContract(), at("2026-12-31T23:59:59")) == ["not_approved", "not_begun"]
    assert refuses(contract(**DRAFT), ActivateContract(), at("2028-01-01T00:00")) == ["already_over"]
    parts = (line("a", state="draft"), line("b", state="cancelled"))
    known = facts(entitlement("e1", state="draft"), entitlement("e2", contract="c9", state="draft"))
    answer = accepts(contract(lines=parts, **DRAFT), ActivateContract(), at("2027-01-01T00:00"), known)
    assert answer.contract.state == "active"
    assert [one.state for one in answer.contract.lines] == ["active", "cancelled"]
    assert [(one.id, one.state) for one in answer.entitlements] == [("e1", "active")]


def test_an_approved_draft_may_be_activated_by_hand_too() -> None:
    """The command does what was due by itself."""
    answer = accepts(contract(state="draft", **APPROVED), ActivateContract(), JUNE)
    assert [(step.action, step.at) for step in answer.steps] == [("activate", JUNE)]
    assert answer.reasons == ()


def test_its_customer_must_be_known() -> None:
    """The account and a contact of that account, or the consumer; and its parent, whose days hold its own."""
    eve = Contact(id=ContactId("eve"), name="Eve", account=ACME.id)
    whole = contract(contact="eve", parent="frame", **DRAFT)
    everybody = facts(contact=eve, parent=contract("frame"))
    assert accepts(whole, SubmitContract(), JUNE, everybody).contract.approval == "requested"
    nobody = facts(account=None)
    assert refuses(whole, SubmitContract(), JUNE, nobody) == ["unknown_account", "unknown_contact", "unknown_parent"]
    assert refuses(contract(consumer=ConsumerId("kim"), **DRAFT), ActivateContract(), JUNE) == ["unknown_consumer"]
    foreign = facts(
        contact=attrs.evolve(eve, account=AccountId("other")), parent=contract("frame", **days("", "2027-06-30"))
    )
    assert refuses(whole, ActivateContract(), JUNE, foreign) == ["unknown_contact", "outside_days"]


def test_a_suspension_takes_all_along_and_gives_back_what_it_took() -> None:
    """A line or an entitlement that was cancelled by itself stays so."""
    parts = (line("a"), line("b", state="cancelled"))
    known = facts(entitlement("e1"), entitlement("e2", state="cancelled"))
    stopped = accepts(contract(lines=parts), SuspendContract(reason="unpaid"), JUNE, known)
    assert (stopped.contract.state, stopped.contract.reason) == ("suspended", "unpaid")
    assert [one.state for one in stopped.contract.lines] == ["suspended", "cancelled"]
    assert [(one.id, one.state) for one in stopped.entitlements] == [("e1", "suspended")]
    going = accepts(stopped.contract, ResumeContract(), JUNE, facts(*stopped.entitlements, known.entitlements[1]))
    assert [one.state for one in going.contract.lines] == ["active", "cancelled"]
    assert [(one.id, one.state) for one in going.entitlements] == [("e1", "active")]


def test_a_suspension_ends_after_today_and_within_the_contract() -> None:
    """Tomorrow is the earliest, the last day the latest."""
    for day in ("2027-06-02", "2027-12-31"):
        stopped = accepts(contract(), SuspendContract(resumes_on=date.fromisoformat(day)), JUNE).contract
        assert str(stopped.resumes_on) == day
        assert accepts(stopped, ResumeContract(), JUNE).contract.resumes_on is None
    assert refuses(contract(), SuspendContract(resumes_on=date(2027, 6, 1)), JUNE) == ["resumes_too_early"]
    assert refuses(contract(), SuspendContract(resumes_on=date(2028, 1, 1)), JUNE) == ["outside_days"]
    assert refuses(contract(), SuspendContract(resumes_on=date(2026, 1, 1)), JUNE) == [
        "resumes_too_early",
        "outside_days",
    ]


def test_what_is_resumed_before_its_first_day_is_a_draft() -> None:
    """With its parts."""
    early = contract(state="suspended", lines=(line("a", state="suspended"),))
    answer = accepts(early, ResumeContract(), noon("2026-12-01"), facts(entitlement("e1", state="suspended")))
    assert answer.contract.state == answer.contract.lines[0].state == answer.entitlements[0].state == "draft"


@pytest.mark.parametrize("state", ["draft", "active", "suspended"])
def test_cancelling_is_final_and_takes_all_along(state: Any) -> None:
    """It needs a reason; what has expired by itself stays expired."""
    parts = (line("a", state=state), line("b", state="expired"))
    known = facts(entitlement("e1", state=state), entitlement("e2", state="draft"))
    kept = contract(state=state, lines=parts, resumes_on=date(2027, 8, 1) if state == "suspended" else None)
    assert refuses(kept, CancelContract(reason="\t"), JUNE) == ["missing"]
    gone = accepts(kept, CancelContract(reason="moved"), JUNE, known)
    assert (gone.contract.state, gone.contract.reason, gone.contract.resumes_on) == ("cancelled", "moved", None)
    assert [one.state for one in gone.contract.lines] == ["cancelled", "expired"]
    assert [one.state for one in gone.entitlements] == ["cancelled", "cancelled"]


def test_the_system_ends_it_after_its_last_day() -> None:
    """Not a second before."""
    assert refuses(contract(), ExpireContract(), at("2027-12-31T23:59:59")) == ["not_over"]
    assert refuses(contract(ends_on=None), ExpireContract(), JUNE) == ["not_over"]
    over = accepts(contract(state="suspended"), ExpireContract(), at("2028-01-01T00:00"), facts(entitlement("e1")))
    assert over.contract.state == over.entitlements[0].state == "expired"


def test_a_contract_that_ends_by_command_renews_itself_too() -> None:
    """As if it had ended by itself."""
    over = accepts(contract(renews_by_itself=True), ExpireContract(), noon("2028-05-05"))
    assert over.renewal is not None
    assert str(over.renewal.contract.starts_on) == "2028-01-01"


def test_a_renewal_leaves_the_old_one_as_it_is() -> None:
    """Before its end and after; the cancelled has none."""
    ids = RenewContract(id=ContractId("c2"), number="C2")
    now = accepts(contract(), ids, JUNE)
    assert now.contract == contract()
    assert now.renewal is not None
    assert str(now.renewal.contract.starts_on) == "2028-01-01"
    late = accepts(contract(), ids, noon("2028-03-01"))
    assert late.contract.state == "expired"
    assert late.renewal is not None
    assert str(late.renewal.contract.starts_on) == "2028-03-01"
    assert refuses(contract(state="cancelled"), ids, JUNE) == ["wrong_state"]
    assert refuses(contract(ends_on=None), ids, JUNE) == ["no_end"]
    assert refuses(contract(starts_on=None), ids, JUNE) == ["no_length"]


def test_what_renews_itself_is_not_renewed_twice() -> None:
    """A command that comes late finds the contract renewed."""
    late = noon("2028-03-01")
    ids = RenewContract(id=ContractId("c2"), number="C2")
    assert refuses(contract(renews_by_itself=True), ids, late) == ["already_renewed"]


def test_a_command_finds_what_has_become_of_the_contract() -> None:
    """A suspension that should have ended has ended; the steps and reasons tell of both."""
    stopped = contract(state="suspended", resumes_on=date(2027, 5, 1))
    again = accepts(stopped, SuspendContract(reason="again"), JUNE)
    assert [(step.action, step.at) for step in again.steps] == [("resume", at("2027-05-01T00:00")), ("suspend", JUNE)]
    assert [reason.code for reason in again.reasons] == ["suspension_ended"]
    assert (again.contract.state, again.contract.resumes_on) == ("suspended", None)
    assert refuses(contract(), SuspendContract(), noon("2028-01-01")) == ["wrong_state"]


def test_an_approval_is_for_what_was_reviewed() -> None:
    """A draft that is changed is to be submitted again, if it has an approver."""
    draft = contract(state="draft", starts_on=date(2027, 9, 1), **APPROVED)
    changed = accepts(draft, AddContractLine(line("new")), JUNE)
    assert changed.contract.approval == "not_requested"
    assert [reason.code for reason in changed.reasons] == ["approval_withdrawn"]
    nobodys = attrs.evolve(draft, approver=None)
    assert accepts(nobodys, AddContractLine(line("new")), JUNE).contract.approval == "approved"
    assert accepts(contract(**APPROVED), AddContractLine(line("new")), JUNE).contract.approval == "approved"


def test_nothing_goes_along_where_nothing_changes() -> None:
    """A part has its own end; else it follows from the state that it shares."""
    assert follows("active", "expired", "expired") == "active"
    assert follows("draft", "active", "suspended") == "draft"
    assert follows("draft", "active", "expired") == "expired"
