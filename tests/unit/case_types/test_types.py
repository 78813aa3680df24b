"""Who chooses and sees a type, how a case changes it, and its substates."""

from typing import Any

import attrs

from csmcore.conditions import field
from csmcore.model import (
    AddComment,
    AssignToMe,
    CancelCase,
    CaseFacts,
    CaseId,
    CaseType,
    ExtraField,
    OpenCase,
    ProposeSolution,
    Refusal,
    RejectSolution,
    RequestInfo,
    ResumeWork,
    Substates,
    UpdateCase,
    revised,
)
from csmcore.rules import actions_for, case_types_for, decide_apply, decide_open, follow_up, replay_events
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

TYPES = plan_of(
    kind=a_type(),
    other=CaseType(
        fields={
            "note": ExtraField(),
            "count": ExtraField(),
            "mark": ExtraField(default="new"),
            "colour": ExtraField(kind="choice", choices=("blue", "grey")),
        },
        substates={"open": Substates(names=("a", "b"))},
    ),
    strict=CaseType(
        fields={"serial": ExtraField(required_at=("open_case",)), "owner": ExtraField(required_at=("update_case",))}
    ),
    never=CaseType(may_be_major=False),
    secret=CaseType(opened_by=frozenset({"manager"})),
    hidden=CaseType(visible_to=frozenset({"manager", "customer"})),
    loud=CaseType(visible_if=field("channel") == "phone"),
)


def offered(actor: Any, **more: Any) -> tuple[str, ...]:
    """The types that somebody may choose."""
    command = made(OpenCase, **{"short_description": "x", "contact": "eve", **more})
    return case_types_for(command, actor, FACTS, TYPES, START)


# --- who chooses it, who sees it -------------------------------------------------------------------------------------


def test_who_may_choose_which_type() -> None:
    """By what they are to the case, by role, and by what the case is."""
    assert offered(ANN) == ("kind", "other", "strict", "never")
    assert offered(BOSS) == ("kind", "other", "strict", "never", "secret", "hidden")
    assert offered(EVE) == ("kind", "other", "strict", "never", "hidden")
    assert offered(EVE, contact=None, channel="phone") == ("kind", "other", "strict", "never", "hidden", "loud")
    assert offered(MACHINE) == ("kind", "other", "strict", "never", "hidden")
    assert offered(made(type(EVE), kind="contact", id="bob", account="b")) == ()


def test_a_type_that_is_not_offered_is_as_unknown_as_none() -> None:
    """The reasons are the same but for the name, whatever else is wrong."""
    for actor, name in ((ANN, "secret"), (ANN, "hidden"), (EVE, "loud"), (EVE, "lost")):
        command = made(OpenCase, short_description="x", contact="eve", case_type=name, extra={"note": 1})
        answer = decide_open(command, actor, FACTS, TYPES, START, CaseId("c1"), "CS1")
        assert isinstance(answer, Refusal)
        assert str(answer) == f"'{name}': no such case type"


def test_whoever_may_not_see_a_type_has_no_part_in_its_cases() -> None:
    """They are strangers to it in every respect; machines never are."""
    desk = Desk(TYPES, "hidden", BOSS)
    assert desk.refused(AssignToMe()) == ("not_involved",)
    assert {each.reasons[0].code for each in actions_for(desk.case, ANN, FACTS, TYPES, LATER)} == {"not_involved"}
    desk.do(AddComment("?"), EVE)
    assert desk.do(UpdateCase({"category": "x"}), MACHINE).category == "x"
    ended = desk.do(CancelCase(reason="x"), BOSS) if desk.refused(CancelCase(reason="x"), ANN) else None
    assert ended is not None
    answer = follow_up(ended, ANN, FACTS, TYPES.policy, desk.now, TYPES.flows)
    assert isinstance(answer, Refusal)
    assert answer.codes == ("not_involved",)
    facts = attrs.evolve(FACTS, followed=ended)
    asked = made(OpenCase, short_description="x", contact="eve", follow_up_of="c1")
    opened = decide_open(asked, ANN, facts, TYPES, desk.now, CaseId("c2"), "CS2")
    assert isinstance(opened, Refusal)
    assert opened.codes == ("unknown_follow_up_of",)


def test_a_case_that_its_type_does_not_show_is_none_of_its_customers() -> None:
    """Those who work on it go on; an employee is no customer, and no agent either."""
    desk = Desk(TYPES, "loud", channel="phone")
    desk.do(AddComment("Hello"), EVE)
    desk.do(UpdateCase({"channel": "web"}))
    assert desk.refused(AddComment("Hello"), EVE) == ("not_involved",)
    assert desk.refused(AddComment("Hello"), inside("ian")) == ("not_involved",)
    desk.do(AddComment("Hello"), ANN)
    desk.do(AddComment("Hello"), SYSTEM)


# --- another type ----------------------------------------------------------------------------------------------------


def test_another_type_keeps_the_fields_that_it_has_too() -> None:
    """Those of another kind or without the choice are cleared, with the reason; its defaults fill in."""
    desk = Desk(TYPES, "kind", extra={"note": "a", "count": 2, "colour": "red", "safe": True})
    desk.do(AssignToMe())
    case = desk.do(UpdateCase({"case_type": "other"}))
    assert (case.case_type, case.substate) == ("other", "a")
    assert case.extra == {"note": "a", "mark": "new"}
    [reason] = desk.decision.reasons
    assert reason.code == "cleared"
    assert set(reason.fields) == {"extra.count", "extra.colour", "extra.safe"}
    back = desk.do(UpdateCase({"case_type": None}))
    assert (back.case_type, back.substate, back.extra) == (None, None, {})


def test_another_type_may_come_with_its_fields_and_substate() -> None:
    """What is given for the new type stands; moves of the old one mean nothing."""
    desk = Desk(TYPES, "kind", extra={"colour": "blue"})
    desk.do(AssignToMe())
    change = {"case_type": "other", "substate": "b", "extra": {"count": "two", "mark": None}}
    case = desk.do(UpdateCase(change))
    assert (case.substate, case.extra) == ("b", {"colour": "blue", "count": "two"})
    assert desk.decision.reasons == ()
    assert desk.refused(UpdateCase({"case_type": "kind", "substate": "b"})) == ("unknown_substate",)


def test_the_events_of_another_type_replay() -> None:
    """Cleared fields are told as None."""
    desk = Desk(TYPES, "kind", extra={"safe": True})
    events = list(desk.decision.events)
    desk.do(UpdateCase({"case_type": "other"}))
    assert replay_events([*events, *desk.decision.events]) == desk.case
    assert desk.decision.events[0].changes["extra"] == {"safe": None, "count": None, "mark": "new"}


def test_a_new_type_gets_what_it_asks_for() -> None:
    """At opening and at updates, all together."""
    desk = Desk(TYPES, "kind")
    assert desk.why(UpdateCase({"case_type": "strict"})).split("\n") == [
        "extra.serial is missing",
        "extra.owner is missing",
    ]
    assert desk.do(UpdateCase({"case_type": "strict", "extra": {"serial": "7", "owner": "me"}})).case_type == "strict"


def test_only_agents_change_the_type_and_only_early() -> None:
    """Not to one that they may not choose, nor one that a major case cannot have."""
    desk = Desk(TYPES, "kind")
    assert desk.refused(UpdateCase({"case_type": "other"}), MACHINE) == ("not_yours_to_set",)
    assert desk.refused(UpdateCase({"case_type": "lost"})) == ("unknown_case_type",)
    assert desk.refused(UpdateCase({"case_type": "secret"})) == ("unknown_case_type",)
    assert desk.refused(UpdateCase({"case_type": "loud"})) == ("unknown_case_type",)
    assert desk.do(UpdateCase({"case_type": "kind", "category": "x"})).case_type == "kind"
    desk.do(AssignToMe())
    major = revised(desk.case, {"major_case_state": "proposed"})
    answer = decide_apply(major, desk.sla, UpdateCase({"case_type": "never"}), ANN, FACTS, TYPES, desk.now)
    assert isinstance(answer, Refusal)
    assert answer.codes == ("never_major",)
    desk.do(RequestInfo(comment="?"))
    assert desk.refused(UpdateCase({"case_type": "other"})) == ("type_settled",)


def test_a_case_of_a_type_that_its_policy_lacks_flows_as_the_base() -> None:
    """As one that was brought in from elsewhere."""
    desk = Desk(TYPES)
    strange = revised(desk.case, {"case_type": "lost", "substate": "x", "extra": {"a": 1}})
    answer = decide_apply(strange, desk.sla, UpdateCase({"category": "x"}), ANN, CaseFacts(), TYPES, LATER)
    assert not isinstance(answer, Refusal)
    assert (answer.case.extra, answer.case.substate) == ({"a": 1}, "x")
    answer = decide_apply(strange, desk.sla, AssignToMe(), ANN, CaseFacts(), TYPES, LATER)
    assert not isinstance(answer, Refusal)
    assert answer.case.substate is None


# --- substates -------------------------------------------------------------------------------------------------------


def test_a_state_is_entered_by_its_first_substate() -> None:
    """Again each time, and a state without any has none; the event of the state tells it."""
    desk = Desk(TYPES, "kind")
    assert desk.case.substate == "first"
    assert desk.do(AssignToMe()).substate == "look"
    assert desk.decision.events[0].changes["substate"] == "look"
    desk.do(UpdateCase({"substate": "test"}))
    assert desk.do(RequestInfo(comment="?")).substate is None
    assert desk.do(AddComment("this"), EVE).substate == "look"
    assert [event.kind for event in desk.decision.events if "substate" in event.changes] == ["info_provided"]
    desk.do(UpdateCase({"substate": "mend"}))
    desk.do(ProposeSolution(code="a", notes="b"))
    assert desk.do(RejectSolution(reason="no"), EVE).substate == "look"
    desk.do(RequestInfo(comment="?"))
    assert desk.do(ResumeWork()).substate == "look"


def test_an_update_sets_another_substate_of_the_same_state() -> None:
    """None of another state, none at all where there are some, and none where there are none."""
    desk = Desk(TYPES, "kind")
    assert desk.do(UpdateCase({"substate": "second"})).substate == "second"
    for wrong in ("look", "lost", None):
        assert desk.refused(UpdateCase({"substate": wrong})) == ("unknown_substate",)
    assert Desk(TYPES).why(UpdateCase({"substate": "first"})) == "'first' is no substate here; known are none"
    assert Desk(TYPES).do(UpdateCase({"substate": None, "category": "x"})).substate is None


def test_moves_say_what_may_follow_what() -> None:
    """Nothing else may; what has no moves of its own is the last."""
    divided = Substates(names=("a", "b", "c"), moves={"a": ("b",), "b": ("a", "c")})
    desk = Desk(plan_of(kind=CaseType(substates={"new": divided})), "kind")
    assert desk.why(UpdateCase({"substate": "c"})) == "'c' cannot follow 'a'"
    desk.do(UpdateCase({"substate": "b"}))
    desk.do(UpdateCase({"substate": "c"}))
    assert desk.refused(UpdateCase({"substate": "a"})) == ("substate_move",)


def test_a_case_that_has_no_substate_yet_takes_any() -> None:
    """As one from before its type had some."""
    divided = Substates(names=("a", "b"), moves={"a": ("b",)})
    plan = plan_of(kind=CaseType(substates={"new": divided}))
    desk = Desk(plan, "kind")
    bare = revised(desk.case, {"substate": None})
    answer = decide_apply(bare, desk.sla, UpdateCase({"substate": "b"}), ANN, FACTS, plan, LATER)
    assert not isinstance(answer, Refusal)
    assert answer.case.substate == "b"
