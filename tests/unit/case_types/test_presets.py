"""The two examples: complete policies, read from documents, and played."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csmcore.errors import DocumentError
from csmcore.model import (
    AcceptSolution,
    AssignToMe,
    CancelCase,
    CloseCase,
    ProposeSolution,
    RejectSolution,
    UpdateCase,
)
from csmcore.presets import preset
from csmcore.rules import Plan, read
from csmcore.wire import dump_policy, load_policy
from tests.unit.case_types.desk import BOSS, EVE, MACHINE, SYSTEM, Desk, equipment, telecom

NAMES = ("telecommunication-policy.toml", "equipment-service-policy.toml")
SOLVED = ProposeSolution(code="done", notes="Done.")


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_whole_policy(name: str) -> None:
    """It reads as it is written, in JSON too; it warns of nothing."""
    policy = load_policy(preset(name))
    again = load_policy(dump_policy(policy))
    assert (again, again.digest) == (policy, policy.digest)
    assert len(policy.case_types) == 3
    assert policy.definitions


@pytest.mark.parametrize("plan", [telecom(), equipment()], ids=NAMES)
def test_no_promise_of_an_example_is_odd(plan: Plan) -> None:
    """Nothing in it can never start or never end."""
    assert plan.warnings == ()


def test_a_fault_goes_through_its_steps() -> None:
    """It is measured, worked in substates that pause its clock, solved by a machine, and fails again."""
    desk = Desk(telecom(), "fault", EVE, extra={"service_id": "DSL-7", "began_at": datetime(2026, 3, 2, 8, tzinfo=UTC)})
    assert desk.case.extra["affected_lines"] == 1
    assert desk.refused(CloseCase(code="a", notes="b")) == ("wrong_state",)
    desk.do(AssignToMe())
    assert desk.refused(UpdateCase({"substate": "observation"})) == ("substate_move",)
    desk.do(UpdateCase({"substate": "remote", "extra": {"access": "copper"}}))
    desk.do(UpdateCase({"substate": "observation"}))
    [clock] = [read(desk.plan, clock, desk.now) for clock in desk.sla.clocks]
    assert clock.stage == "paused"
    assert desk.why(SOLVED) == "extra.attenuation_db is missing"
    desk.do(UpdateCase({"extra": {"attenuation_db": Decimal("31.5")}}))
    assert desk.do(SOLVED).state == "resolved"
    assert desk.do(RejectSolution(reason="down again"), SYSTEM).substate == "triage"
    other = Desk(telecom(), "fault", MACHINE, extra={"service_id": "F-1", "access": "fibre"})
    assert other.do(SOLVED, MACHINE).state == "resolved"


def test_an_order_is_the_customers_to_cancel() -> None:
    """And a move asks for the new address."""
    with pytest.raises(Exception, match=r"extra\.new_address is missing"):
        Desk(telecom(), "order", EVE, extra={"order_kind": "move"})
    desk = Desk(telecom(), "order", EVE, extra={"order_kind": "cease", "wanted_on": date(2026, 4, 1)})
    assert desk.do(CancelCase(reason="stays"), EVE).state == "cancelled"


def test_a_dispute_is_decided_by_managers() -> None:
    """Agents have no part in it."""
    given: dict[str, Any] = {"invoice": "R-1", "amount": Decimal(12)}
    desk = Desk(telecom(), "billing_dispute", EVE, extra=given)
    assert desk.refused(AssignToMe()) == ("not_involved",)


def test_a_dangerous_breakdown_needs_a_report() -> None:
    """And a manager closes it for a customer who does not answer."""
    desk = Desk(equipment(), "breakdown", EVE, product="press", extra={"serial": "7", "safety": True})
    desk.do(AssignToMe())
    assert desk.why(SOLVED) == "extra.safety_report is missing"
    desk.do(UpdateCase({"extra": {"safety_report": "guarded"}}))
    desk.do(SOLVED)
    assert desk.refused(CloseCase(code="a", notes="b")) == ("wrong_state",)
    assert desk.why(CloseCase(), BOSS) == "notes is missing"
    assert desk.do(CloseCase(notes="no answer"), BOSS).state == "closed"


def test_maintenance_is_not_solved() -> None:
    """It is closed with its protocol."""
    desk = Desk(equipment(), "maintenance", SYSTEM, extra={"due_on": date(2026, 5, 1)})
    assert desk.case.substate == "planned"
    desk.do(AssignToMe())
    assert desk.refused(SOLVED) == ("not_of_type",)
    assert desk.why(CloseCase(code="a", notes="b")) == "extra.protocol is missing"
    desk.do(UpdateCase({"extra": {"protocol": "P-1"}}))
    assert desk.do(CloseCase(code="a", notes="b")).state == "closed"


def test_the_customer_of_a_claim_adds_to_it() -> None:
    """Managers grant it."""
    desk = Desk(equipment(), "warranty_claim", EVE, extra={"bought_on": date(2025, 1, 1)})
    desk.do(UpdateCase({"extra": {"evidence": ["photo"]}}), EVE)
    desk.do(AssignToMe(), BOSS)
    desk.do(UpdateCase({"extra": {"verdict": "goodwill", "paid": Decimal(100)}}))
    assert desk.why(SOLVED) == "propose solution takes the role admin or manager"
    desk.do(SOLVED, BOSS)
    assert desk.do(AcceptSolution(), EVE).state == "closed"


HEAD = "format = 1\nname = 'p'\nversion = '1'\n"
ONE = "{ field = 'extra.n', op = 'eq', value = 1 }"
BAD = [
    ("[case_types.a]\ncolour = 1", "$.case_types.a: unknown key 'colour'"),
    ("[case_types.a.fields.n]\nkind = 'float'", "$.case_types.a.fields.n.kind: 'float' is not one of its choices"),
    ("[case_types.a.fields.n]\nkind = 'date'\ndefault = 'soon'", "$.case_types.a.fields.n.default: 'soon' is no date"),
    ("[case_types.a.fields.n]\nkind = 7", "$.case_types.a.fields.n.kind: 7 is not one of its choices"),
    ("[case_types.a.fields.n]\nkind = 'integer'\ndefault = 'x'", "$.case_types.a.fields.n.default: 'x' is not a whole"),
    ("[case_types.a.substates.closed]\nnames = ['x']", "$.case_types.a.substates.closed: 'closed' is no state"),
    (
        "[[case_types.a.flow.add]]\nstates = ['closed']\naction = 'cancel_case'\nby = ['agent']\nto = 'cancelled'",
        "$.case_types.a.flow.add[0].states[0]: closed is an end",
    ),
    (
        "[[case_types.a.flow.demand]]\naction = 'close_case'\nrequires = ['extra.x']",
        "$.case_types.a.flow.demand[0].requires[0]: the type has no field 'x'",
    ),
    (
        "[case_types.a]\nvisible_if = { field = 'extra.x', op = 'eq', value = 'y' }",
        "$.case_types.a.visible_if.field: unknown field 'extra.x'",
    ),
    (
        f"[case_types.'a b'.fields.n]\nrequired_at = ['close_case']\nrequired_when = {ONE}",
        "$.case_types['a b'].fields.n.required_when.value: 1 is an integer",
    ),
]


@pytest.mark.parametrize(("body", "told"), BAD, ids=[told for _, told in BAD])
def test_what_is_wrong_with_a_document_is_told_in_its_place(body: str, told: str) -> None:
    """Before any case is opened under it."""
    with pytest.raises(DocumentError) as caught:
        load_policy(f"{HEAD}{body}")
    assert str(caught.value.problems[0]).startswith(told)


def test_a_default_is_written_as_its_kind() -> None:
    """Dates, instants and decimals as text; so they are read again."""
    body = """
[case_types.a.fields]
day = { kind = "date", default = "2026-12-24" }
native = { kind = "date", default = 2026-12-24 }
moment = { kind = "instant", default = "2026-12-24T10:00:00+01:00" }
price = { kind = "decimal", default = "1.50" }
codes = { kind = "texts", default = ["a", "b"] }
"""
    policy = load_policy(f"{HEAD}{body}")
    assert [field.default for field in policy.case_types["a"].fields.values()] == [
        date(2026, 12, 24),
        date(2026, 12, 24),
        datetime(2026, 12, 24, 9, tzinfo=UTC),
        Decimal("1.5"),
        ("a", "b"),
    ]
    assert load_policy(dump_policy(policy)) == policy
