"""The own fields of a case: set at opening and later, asked for, cleared by another type, seen by some."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csmcore.conditions import field
from csmcore.model import (
    AssignToMe,
    CancelCase,
    CaseFacts,
    CaseId,
    CaseType,
    CloseCase,
    ExtraField,
    FlowDemand,
    FlowOverlay,
    FlowRow,
    OpenCase,
    ProposeSolution,
    Refusal,
    UpdateCase,
    accepted,
)
from csmcore.rules import Plan, actions_for, decide_open, extra_for, follow_up, replay_events
from tests.unit.case_types.desk import (
    ANN,
    BOSS,
    EVE,
    FACTS,
    LATER,
    MACHINE,
    START,
    SYSTEM,
    Desk,
    a_type,
    inside,
    made,
    plan_of,
)

PLAN = plan_of(kind=a_type())
SOLVED = ProposeSolution(code="done", notes="Done.")


def refused(plan: Plan, actor: Any = ANN, facts: CaseFacts = FACTS, **more: Any) -> list[tuple[str, tuple[str, ...]]]:
    """The codes and the fields of every reason why a case is not opened."""
    asked = made(OpenCase, **{"short_description": "x", "contact": "eve", "case_type": "kind", **more})
    answer = decide_open(asked, actor, facts, plan, START, CaseId("c1"), "CS1")
    assert isinstance(answer, Refusal)
    return [(reason.code, reason.fields) for reason in answer.reasons]


# --- at opening ------------------------------------------------------------------------------------------------------


def test_a_new_case_has_what_was_given_and_the_defaults() -> None:
    """As the fields keep it; what is blank is not there. The events tell the same."""
    given = {
        "note": "a",
        "price": Decimal("1.50"),
        "at": datetime.fromisoformat("2026-05-04T14:00:00+02:00"),
        "codes": ["E1"],
        "safe": None,
        "proof": " ",
    }
    desk = Desk(PLAN, "kind", extra=given)
    assert desk.case.extra == {
        "count": 1,
        "note": "a",
        "price": Decimal("1.5"),
        "at": datetime(2026, 5, 4, 12, tzinfo=UTC),
        "codes": ("E1",),
    }
    assert (desk.case.case_type, desk.case.substate) == ("kind", "first")
    assert replay_events(desk.decision.events) == desk.case
    assert desk.decision.revision is not None
    assert desk.decision.revision.fields["extra.note"] == "a"
    assert desk.decision.revision.fields["substate"] == "first"


def test_a_given_value_outranks_the_default() -> None:
    """Also where it is given as blank."""
    assert Desk(PLAN, "kind", extra={"count": 5}).case.extra == {"count": 5}
    assert Desk(PLAN, "kind", extra={"count": None}).case.extra == {}


def test_every_wrong_value_is_told() -> None:
    """An unknown field, one of another kind, no choice."""
    given = {"strange": 1, "count": "1", "colour": "green", "on": START, "note": "fine"}
    assert refused(PLAN, extra=given) == [
        ("unknown_field", ("extra.strange",)),
        ("wrong_value", ("extra.count",)),
        ("wrong_value", ("extra.colour",)),
        ("wrong_value", ("extra.on",)),
    ]


def test_a_case_without_a_type_has_no_own_fields() -> None:
    """Whatever the policy declares."""
    assert refused(PLAN, case_type=None, extra={"note": "a"}) == [("unknown_field", ("extra.note",))]
    assert Desk(PLAN).case.extra == {}


def test_an_unknown_type_is_refused() -> None:
    """And nothing is said of its fields."""
    assert refused(PLAN, case_type="lost", extra={"note": 1}) == [("unknown_case_type", ("case_type",))]
    assert refused(plan_of(), extra={"note": 1}) == [("unknown_case_type", ("case_type",))]


def test_customers_set_what_they_may() -> None:
    """Agents and machines set everything."""
    assert Desk(PLAN, "kind", EVE, extra={"note": "a"}).case.extra == {"count": 1, "note": "a"}
    assert refused(PLAN, EVE, extra={"note": "a", "count": 2}) == [("not_yours_to_set", ("extra.count",))]
    for actor in (ANN, MACHINE, SYSTEM):
        assert Desk(PLAN, "kind", actor, extra={"count": 2}).case.extra == {"count": 2}
    assert refused(PLAN, inside("ian"), requested_by="ian", contact=None, extra={"count": 2}) == [
        ("not_yours_to_set", ("extra.count",))
    ]


def test_what_an_opening_asks_for() -> None:
    """Own fields where their condition holds of the new case, fields of the form, all at once."""
    kind = CaseType(
        fields={
            "serial": ExtraField(required_at=("open_case",)),
            "address": ExtraField(required_at=("open_case",), required_when=field("extra.moves") == True),  # noqa: E712
            "moves": ExtraField(kind="boolean", default=False),
            "reach": ExtraField(required_at=("open_case",), required_when=field("account") == "acme"),
        },
        flow=FlowOverlay(demand=(FlowDemand(action="open_case", requires=("product", "category")),)),
    )
    plan = plan_of(kind=kind)
    missing = ["product", "category", "extra.serial", "extra.reach"]
    assert refused(plan) == [("missing", (need,)) for need in missing]
    more: dict[str, Any] = {"product": "press", "category": "x"}
    extra = {"serial": "7", "reach": "far", "moves": True}
    assert refused(plan, **more, extra=extra) == [("missing", ("extra.address",))]
    assert Desk(plan, "kind", **more, extra=extra | {"moves": False}).case.extra["serial"] == "7"


# --- later -----------------------------------------------------------------------------------------------------------


def test_an_update_sets_and_empties_own_fields() -> None:
    """The event tells what changed, and None for what went; what stays as it was is no change."""
    desk = Desk(PLAN, "kind", extra={"note": "a", "on": date(2026, 1, 1)})
    desk.do(UpdateCase({"extra": {"note": "", "on": date(2026, 1, 1), "safe": False, "codes": ()}}))
    assert desk.case.extra == {"count": 1, "on": date(2026, 1, 1), "safe": False}
    assert desk.decision.events[0].changes == {"extra": {"note": None, "safe": False}}
    desk.do(UpdateCase({"extra": {"safe": False}, "category": "x"}))
    assert desk.decision.events[0].changes == {"category": "x"}


def test_an_update_tells_everything_that_is_wrong() -> None:
    """Own fields with the others."""
    desk = Desk(PLAN, "kind")
    wrong = UpdateCase({"extra": {"strange": 1, "safe": 1}, "substate": "lost", "account": "nobody"})
    assert set(desk.refused(wrong)) >= {"unknown_field", "wrong_value", "unknown_substate", "unknown_account"}
    assert Desk(PLAN).refused(UpdateCase({"extra": {"note": "a"}})) == ("unknown_field",)


def test_what_an_action_asks_for_stands_in_the_case() -> None:
    """Where the condition holds, and the buttons know it."""
    desk = Desk(PLAN, "kind")
    desk.do(AssignToMe())
    desk.do(UpdateCase({"extra": {"colour": "red"}}))
    assert desk.why(SOLVED) == "extra.proof is missing"
    [button] = [
        each for each in actions_for(desk.case, ANN, FACTS, PLAN, desk.now) if each.action == "propose_solution"
    ]
    assert (button.is_allowed, button.required) == (False, ("code", "notes"))
    assert button.reasons[0].fields == ("extra.proof",)
    desk.do(UpdateCase({"extra": {"colour": "blue"}}))
    assert desk.do(SOLVED).state == "resolved"


def test_what_updates_keep_cannot_be_emptied() -> None:
    """Whoever updates a case that lacks it must fill it; the button says so."""
    plan = plan_of(kind=CaseType(fields={"serial": ExtraField(required_at=("update_case",))}))
    desk = Desk(plan, "kind")
    assert desk.why(UpdateCase({"category": "x"})) == "extra.serial is missing"
    [button] = [each for each in actions_for(desk.case, ANN, FACTS, plan, desk.now) if each.action == "update_case"]
    assert (button.is_allowed, button.required) == (True, ("changes", "extra.serial"))
    desk.do(UpdateCase({"extra": {"serial": "7"}}))
    assert desk.why(UpdateCase({"extra": {"serial": None}})) == "extra.serial is missing"
    assert desk.do(UpdateCase({"category": "x"})).category == "x"


def test_a_customer_whom_the_type_lets_update_sets_own_fields_alone() -> None:
    """Those that customers may set."""
    row = FlowRow(states=("new",), action="update_case", by=("customer",))
    desk = Desk(plan_of(kind=a_type(flow=FlowOverlay(add=(row,)))), "kind", EVE)
    assert desk.do(UpdateCase({"extra": {"note": "b"}}), EVE).extra["note"] == "b"
    wrong = UpdateCase({"extra": {"count": 9}, "category": "x", "substate": "second"})
    assert desk.refused(wrong, EVE) == ("not_yours_to_set",) * 3
    assert desk.refused(UpdateCase({"case_type": None}), EVE) == ("not_yours_to_set",)


def test_who_sees_own_fields() -> None:
    """Customers what they may, agents and machines all, strangers nothing."""
    desk = Desk(PLAN, "kind", extra={"price": Decimal(1)})
    whole = {"price": Decimal(1), "count": 1}
    for actor in (ANN, BOSS, MACHINE, SYSTEM):
        assert extra_for(desk.case, actor, FACTS, PLAN) == whole
    assert extra_for(desk.case, EVE, FACTS, PLAN) == {"count": 1}
    assert extra_for(desk.case, inside("ian"), FACTS, PLAN) == {"count": 1}
    assert extra_for(desk.case, made(type(EVE), kind="contact", id="bob", account="b"), FACTS, PLAN) == {}
    assert extra_for(desk.case, ANN, FACTS, plan_of()) == {}


# --- a follow-up -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("actor", "copied"), [(ANN, {"count": 3, "price": Decimal(2)}), (EVE, {"count": 3})])
def test_a_follow_up_has_the_type_and_the_fields_that_the_actor_sees(actor: Any, copied: dict[str, Any]) -> None:
    """Copied ones are opened even where a customer could not set them."""
    desk = Desk(PLAN, "kind", extra={"count": 3, "price": Decimal(2)})
    ended = desk.do(CancelCase(reason="x"))
    command = accepted(follow_up(ended, actor, FACTS, PLAN.policy, desk.now, PLAN.flows))
    assert (command.case_type, command.extra) == ("kind", copied)
    facts = made(CaseFacts, account=FACTS.account, contact=FACTS.contact, followed=ended)
    decided = accepted(decide_open(command, actor, facts, PLAN, LATER + (desk.now - START), CaseId("c2"), "CS2"))
    assert decided.case.extra == copied


def test_a_follow_up_without_the_flows_is_a_base_case() -> None:
    """So is one of a type that its opener may not choose, or of none."""
    desk = Desk(PLAN, "kind")
    ended = desk.do(CloseCase(code="a", notes="b"))
    command = accepted(follow_up(ended, EVE, FACTS, PLAN.policy, desk.now))
    assert (command.case_type, command.extra) == (None, {})
    plan = plan_of(kind=CaseType(opened_by=frozenset({"agent"})))
    desk = Desk(plan, "kind")
    ended = desk.do(CloseCase(code="a", notes="b"))
    assert accepted(follow_up(ended, EVE, FACTS, plan.policy, desk.now, plan.flows)).case_type is None
    assert accepted(follow_up(ended, ANN, FACTS, plan.policy, desk.now, plan.flows)).case_type == "kind"
