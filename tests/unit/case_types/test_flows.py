"""Flows of case types: what overlays do to the base table, what they cannot, and how refusals tell it."""

from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.errors import InvalidValue
from csmcore.model import (
    AcceptSolution,
    AssignToMe,
    CancelCase,
    CaseType,
    CloseCase,
    ExtraField,
    FlowCut,
    FlowDemand,
    FlowOverlay,
    FlowRow,
    ProposeMajorCase,
    ProposeSolution,
    RejectSolution,
    RequestInfo,
    UpdateCase,
)
from csmcore.rules.cases.flows import BASE_FLOW, BASE_FLOWS, compile_flows, flow_of
from csmcore.rules.cases.transitions import ROWS, TABLE
from tests.unit.case_types.desk import ANN, BOSS, EVE, MACHINE, SYSTEM, Desk, a_type, inside, plan_of

SOLVED = ProposeSolution(code="done", notes="Done.")


def desk_of(actor: Any = ANN, *, fields: Any = (), **flow: Any) -> Desk:
    """A case of a type with this overlay."""
    return Desk(plan_of(kind=CaseType(fields=dict(fields), flow=FlowOverlay(**flow))), "kind", actor)


def test_a_policy_without_types_has_the_base_flow() -> None:
    """It is the very table, and is not made anew."""
    assert compile_flows({}) is BASE_FLOWS
    assert BASE_FLOW.table is TABLE
    assert BASE_FLOW.rows is ROWS
    assert flow_of(BASE_FLOWS, "lost") is BASE_FLOW


def test_a_type_that_changes_nothing_flows_as_the_base() -> None:
    """Row by row, and it is neither major nor synced otherwise."""
    flow = compile_flows({"bare": CaseType()})["bare"]
    assert flow.name == "bare"
    assert {key: {party: row.to for party, row in rows.items()} for key, rows in flow.rows.items()} == {
        key: {party: row.to for party, row in rows.items()} for key, rows in ROWS.items()
    }
    assert flow.opening == BASE_FLOW.opening


def test_an_added_row_lets_somebody_else_act() -> None:
    """A customer cancels, with the reason that every cancelling needs; elsewhere they still cannot."""
    row = FlowRow(states=("new",), action="cancel_case", by=("customer",), to="cancelled")
    desk = desk_of(EVE, add=(row,))
    assert desk.refused(CancelCase(), EVE) == ("missing",)
    assert desk.do(CancelCase(reason="sorry"), EVE).state == "cancelled"
    desk = desk_of(EVE, add=(row,))
    desk.do(AssignToMe())
    assert desk.refused(CancelCase(reason="sorry"), EVE) == ("wrong_state",)


def test_a_row_for_agents_is_one_for_managers_and_the_assignee() -> None:
    """A narrower row of theirs does not stand in its way: a manager closes a resolved case that is no major one."""
    row = FlowRow(states=("resolved",), action="close_case", by=("agent",), to="closed")
    for actor in (ANN, BOSS):
        desk = desk_of(add=(row,))
        desk.do(AssignToMe())
        desk.do(SOLVED)
        assert desk.do(CloseCase(), actor).state == "closed"


def test_an_added_row_keeps_the_condition_of_its_action() -> None:
    """What blocks a case keeps those inside from ending it, and not its customer."""
    rows = (FlowRow(states=("new",), action="close_case", by=("customer", "internal", "system"), to="closed"),)
    flow = plan_of(kind=CaseType(flow=FlowOverlay(add=rows))).flows["kind"]
    cell = flow.rows["new", "close_case"]
    assert {party: row.only_if for party, row in cell.items()} == {
        "customer": None,
        "internal": "no_open_blockers",
        "agent": "no_open_blockers",
        "system": "no_open_blockers",
    }


def test_a_solution_is_proposed_from_new_and_rejected_by_a_machine() -> None:
    """The effects are those of the action, from another state and by somebody else."""
    rows = (
        FlowRow(states=("new",), action="propose_solution", by=("integration",), to="resolved"),
        FlowRow(states=("resolved",), action="reject_solution", by=("integration",), to="open"),
    )
    desk = desk_of(add=rows)
    assert desk.refused(SOLVED) == ("wrong_state",)
    assert desk.do(SOLVED, MACHINE).state == "resolved"
    assert desk.do(RejectSolution(reason="down again"), MACHINE).state == "open"
    assert desk.case.reopen_count == 1


def test_a_removed_row_is_gone_for_its_parties() -> None:
    """In its states; what nobody may do in any is not of the type."""
    cuts = (FlowCut(action="close_case", states=("new",), by=("agent",)), FlowCut(action="request_info"))
    desk = desk_of(remove=cuts)
    assert desk.refused(CloseCase(code="a", notes="b")) == ("wrong_state",)
    assert desk.why(RequestInfo(comment="?")) == "a case of type 'kind' has no request info"
    assert desk.decision.case.substate is None
    assert desk.do(CloseCase(), EVE).state == "closed"


def test_a_type_that_is_never_major_cannot_be_proposed() -> None:
    """Nor accepted: it has no such action."""
    desk = Desk(plan_of(kind=CaseType(may_be_major=False)), "kind")
    assert desk.refused(ProposeMajorCase(business_impact="all", note="fire")) == ("not_of_type",)


def test_a_demand_asks_for_fields_of_the_command_and_of_the_case() -> None:
    """All that is missing is told at once."""
    demand = FlowDemand(action="propose_solution", requires=("cause", "category", "extra.proof"))
    desk = desk_of(fields={"proof": ExtraField()}, demand=(demand,))
    desk.do(AssignToMe())
    assert desk.why(SOLVED).split("\n") == ["cause is missing", "category is missing", "extra.proof is missing"]
    desk.do(UpdateCase({"category": "x", "extra": {"proof": "photo"}}))
    assert desk.why(SOLVED) == "cause is missing"
    assert desk.do(ProposeSolution(code="a", notes="b", cause="rust")).state == "resolved"


def test_a_demand_of_roles_narrows_who_acts() -> None:
    """Whoever lacks the role is told which one it takes; who is somebody else, too, acts as that."""
    demand = FlowDemand(action="cancel_case", roles=frozenset({"contributor", "manager"}))
    desk = desk_of(demand=(demand,))
    assert desk.why(CancelCase(reason="x")) == "cancel case takes the role contributor or manager"
    assert desk.refused(CancelCase(reason="x"), EVE) == ("not_permitted",)
    assert desk.do(CancelCase(reason="x"), inside("cleo", "agent", "contributor")).state == "cancelled"
    demand = FlowDemand(action="close_case", by=("customer",), roles=frozenset({"customer_admin"}))
    desk = desk_of(demand=(demand,))
    assert desk.refused(CloseCase(), EVE) == ("not_permitted",)
    assert desk.do(CloseCase(code="a", notes="b"), ANN).state == "closed"


def test_roles_of_rows_and_of_demands_are_those_that_both_name() -> None:
    """A demand without roles leaves those that a row has."""
    row = FlowRow(
        states=("new",),
        action="cancel_case",
        by=("customer",),
        to="cancelled",
        roles=frozenset({"customer", "partner"}),
    )
    demands = (
        FlowDemand(action="cancel_case", by=("customer",), roles=frozenset({"customer", "manager"})),
        FlowDemand(action="cancel_case", by=("customer",), requires=("category",)),
    )
    flow = plan_of(kind=CaseType(flow=FlowOverlay(add=(row,), demand=demands))).flows["kind"]
    found = flow.rows["new", "cancel_case"]["customer"]
    assert (found.roles, found.holds, found.requires) == (frozenset({"customer"}), ("category",), ("reason",))


def test_the_system_is_asked_like_everybody() -> None:
    """A demand of all parties is one of machines, too."""
    row = FlowRow(states=("resolved",), action="accept_solution", by=("system",), to="closed", requires=("category",))
    desk = desk_of(add=(row,))
    desk.do(AssignToMe())
    desk.do(SOLVED)
    assert desk.refused(AcceptSolution(), SYSTEM) == ("missing",)
    desk.do(UpdateCase({"category": "x"}))
    assert desk.do(AcceptSolution(), SYSTEM).state == "closed"


def no(action: Any, *states: Any) -> FlowCut:
    """A row less."""
    return FlowCut(action=action, states=states)


WRONG: list[tuple[CaseType, str]] = [
    (
        CaseType(flow=FlowOverlay(remove=(no("request_info", "new"),))),
        "$.case_types.kind.flow.remove[0]: no row there is of request_info",
    ),
    (
        CaseType(
            flow=FlowOverlay(
                remove=(no("cancel_case"),),
                demand=(FlowDemand(action="cancel_case", requires=("category",)),),
            )
        ),
        "$.case_types.kind.flow.demand[0]: no row there is of cancel_case",
    ),
    (
        CaseType(fields={"a": ExtraField(required_at=("follow_up",))}),
        "$.case_types.kind.fields.a.required_at: no row there is of follow_up",
    ),
    (
        CaseType(fields={"a": ExtraField(required_at=("reopen_case",))}),
        "$.case_types.kind.fields.a.required_at: no row there is of reopen_case",
    ),
    (
        CaseType(flow=FlowOverlay(remove=tuple(map(no, ("close_case", "accept_solution", "reject_solution"))))),
        "$.case_types.kind.flow: a case that is resolved could never end; leave it a way to an end",
    ),
    (
        CaseType(flow=FlowOverlay(remove=(no("close_case"), no("cancel_case"), no("propose_solution")))),
        "$.case_types.kind.flow: a case that is new or open or awaiting_info could never end",
    ),
    (
        CaseType(fields={"a": ExtraField(required_at=("cancel_case",))}, flow=FlowOverlay(remove=(no("update_case"),))),
        "$.case_types.kind.flow: cancel_case asks for 'extra.a' in new, where nobody may update the case",
    ),
    (
        CaseType(
            flow=FlowOverlay(
                demand=(
                    FlowDemand(action="cancel_case", roles=frozenset({"manager"})),
                    FlowDemand(action="cancel_case", roles=frozenset({"admin"})),
                )
            )
        ),
        "$.case_types.kind.flow.demand[1].roles: nobody is left",
    ),
    (
        CaseType(visible_if=field("stat") == "x"),
        "$.case_types.kind.visible_if.field: unknown field 'stat'",
    ),
]


@pytest.mark.parametrize(("case_type", "told"), WRONG, ids=[told for _, told in WRONG])
def test_a_flow_that_cannot_be_is_told_with_its_place(case_type: CaseType, told: str) -> None:
    """When the policy is compiled: nothing that cannot end, or that nobody can fill, is ever run."""
    with pytest.raises(InvalidValue, match=r".") as caught:
        plan_of(kind=case_type)
    assert str(caught.value).startswith(told)


def test_a_state_that_no_case_reaches_need_not_end() -> None:
    """Without solutions nothing is ever resolved."""
    cuts = (no("propose_solution"), no("accept_solution"), no("close_case", "resolved"))
    assert plan_of(kind=CaseType(flow=FlowOverlay(remove=cuts))).flows["kind"].anywhere["propose_solution"] == ()


def test_a_type_with_everything_compiles() -> None:
    """Its fields are asked for where their condition holds."""
    flow = plan_of(kind=a_type()).flows["kind"]
    assert flow.rows["open", "propose_solution"]["agent"].holds == ("extra.proof",)
    assert tuple(flow.needed) == ("extra.proof",)
