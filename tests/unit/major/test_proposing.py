"""Proposed, accepted, rejected: how a major case comes to be."""

from typing import Any

import attrs
import pytest

from csmcore.model import (
    SYSTEM,
    AcceptMajorCase,
    AccountId,
    Actor,
    AddWorkNote,
    CancelCase,
    CaseCommand,
    CaseFacts,
    CaseId,
    CaseType,
    CloseCase,
    OpenCase,
    OverridePriority,
    ProposeMajorCase,
    Refusal,
    RejectMajorCase,
    UpdateCase,
)
from csmcore.rules import replay_events
from csmcore.rules.cases.flows import compile_flows
from csmcore.rules.relatives.major import major_opening_denied, seen_parent
from tests.unit.major.desk import ANN, ANNA, MIA, Desk, inside, policy

PROPOSAL = ProposeMajorCase(business_impact="Nobody can pay.", note="Third call this morning.")


def proposed(**fields: Any) -> tuple[Desk, str]:
    """A desk with one case of Acme's that is proposed."""
    desk = Desk()
    case = desk.opens(**fields)
    desk.do(case, PROPOSAL, ANN)
    return desk, case


def test_a_proposal_keeps_its_impact_and_notes_why() -> None:
    """The customer hears nothing of it."""
    desk, case = proposed()
    stands = desk.cases[case]
    assert (stands.major_case_state, stands.business_impact) == ("proposed", "Nobody can pay.")
    assert desk.texts(case) == [("WorkNote", "ann", "Third call this morning.")]
    assert replay_events(desk.events[case]) == stands


def test_what_is_missing_is_told_all_at_once() -> None:
    """Impact and note."""
    desk = Desk()
    case = desk.opens()
    assert desk.denied(case, ProposeMajorCase(note=" ")) == ("missing", "missing")
    assert desk.denied(case, PROPOSAL, ANNA) == ("not_involved",)
    assert desk.denied(case, RejectMajorCase()) == ("not_proposed", "missing")
    assert desk.denied(case, AcceptMajorCase(), ANN) == ("not_permitted",)


def test_accepting_a_customers_case_opens_a_major_case_above_it() -> None:
    """The new one has no customer; the case is its first child, and both are told by notes."""
    desk, case = proposed(category="network", impact=1, urgency=1)
    desk.do(case, AcceptMajorCase())
    major, child = desk.cases["c2"], desk.cases[case]
    assert (major.major_case_state, major.account, major.contact, major.consumer) == ("accepted", None, None, None)
    assert (major.short_description, major.category, major.business_impact) == (
        "No network",
        "network",
        "Nobody can pay.",
    )
    assert (major.impact, major.urgency, major.priority, major.opened_by) == (1, 1, 4, "system")
    assert (child.parent, child.major_case_state) == (major.id, None)
    assert desk.texts("c2") == [("WorkNote", "system", "C1 is now a child of this case.")]
    assert not desk.refused


def test_a_priority_set_by_hand_goes_with_it_without_its_grades() -> None:
    """Else the matrix would overrule it."""
    desk, case = proposed(impact=3, urgency=3)
    desk.do(case, OverridePriority(priority=1, reason="the press calls"))
    desk.do(case, AcceptMajorCase())
    assert (desk.cases["c2"].impact, desk.cases["c2"].priority) == (None, 1)


def test_a_candidate_without_a_customer_is_the_major_case() -> None:
    """Nothing is opened for it."""
    desk = Desk()
    case = desk.opens(account=None, major_case_state="proposed", business_impact="All are down.")
    desk.do(case, AcceptMajorCase(), inside("max", "major_issue_manager"))
    assert [(each.id, each.major_case_state) for each in desk.cases.values()] == [(case, "accepted")]


def test_a_rejected_case_is_like_any_other() -> None:
    """The reason is a work note; it may be proposed again."""
    desk, case = proposed()
    desk.do(case, RejectMajorCase("Only one customer."))
    assert desk.cases[case].major_case_state == "rejected"
    assert desk.texts(case)[1] == ("WorkNote", "mia", "Only one customer.")
    desk.do(case, PROPOSAL)


def test_rejecting_what_has_no_customer_asks_for_one() -> None:
    """A case like any other has one."""
    desk = Desk()
    case = desk.opens(account=None, major_case_state="proposed", business_impact="All are down.")
    assert desk.denied(case, RejectMajorCase("No.")) == ("customer_missing",)
    desk.do(case, UpdateCase({"account": "acme"}))
    desk.do(case, RejectMajorCase("No."))


def test_what_is_in_a_family_is_not_proposed() -> None:
    """Neither a child, nor what has children; a case is proposed once, and a major case not at all."""
    desk = Desk()
    above, below = desk.opens(), desk.opens()
    desk.do(below, UpdateCase({"parent": above}))
    assert desk.denied(below, PROPOSAL) == ("is_child",)
    assert desk.denied(above, PROPOSAL) == ("has_children",)
    single, major = desk.opens(), desk.major()
    desk.do(single, PROPOSAL)
    assert desk.denied(single, PROPOSAL) == ("already_proposed",)
    assert desk.denied(major, PROPOSAL) == ("already_major",)
    assert desk.denied(single, UpdateCase({"parent": above})) == ("major_is_no_child",)
    desk.do(below, UpdateCase({"parent": single}))
    assert desk.denied(single, AcceptMajorCase()) == ("has_children",)


@pytest.mark.parametrize("state", ["resolved", "closed", "cancelled"])
def test_only_live_cases_are_proposed(state: Any) -> None:
    """New, open or awaiting info."""
    desk = Desk()
    case = desk.opens()
    desk.cases[case] = attrs.evolve(desk.cases[case], state=state)
    assert desk.denied(case, PROPOSAL) == ("wrong_state",)


# --- opened as a major case ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "fields", "codes"),
    [
        (ANN, {"major_case_state": "accepted"}, ("not_permitted",)),
        (ANN, {"major_case_state": "accepted", "account": "acme"}, ("major_has_customer", "not_permitted")),
        (MIA, {"major_case_state": "accepted", "major_case_of": "c9"}, ("not_permitted",)),
        (SYSTEM, {"major_case_of": "c9", "account": "acme"}, ("no_major_case",)),
        (MIA, {"major_case_state": "accepted", "consumer": "ivan"}, ("major_has_customer",)),
        (MIA, {"major_case_state": "accepted", "requested_by": "req"}, ("major_has_customer",)),
        (MIA, {"major_case_state": "proposed"}, ("missing",)),
        (MIA, {"major_case_state": "accepted", "parent": "c1"}, ("major_is_no_child",)),
        (
            Actor(kind="integration", id="monitor"),
            {"major_case_state": "accepted", "short_description": ""},
            ("missing", "not_permitted"),
        ),
        (
            inside("emil"),
            {"account": "acme", "major_case_state": "proposed", "business_impact": "x", "comment": "x", "priority": 1},
            ("not_yours_to_set",) * 4,
        ),
        (ANNA, {"contact": "anna", "account": "acme", "parent": "c1"}, ("not_yours_to_set",)),
        (ANNA, {"contact": "anna", "account": "acme", "parent": "c9"}, ("not_yours_to_set",)),
    ],
)
def test_who_may_not_open_what_as_a_major_case(actor: Actor, fields: dict[str, Any], codes: tuple[str, ...]) -> None:
    """With every reason; and a customer does not learn which other cases there are."""
    desk = Desk()
    desk.opens()
    refused = desk.open(OpenCase(**{"short_description": "No network", **fields}), actor)
    assert isinstance(refused, Refusal)
    assert refused.codes == codes
    assert len(desk.cases) == 1


def test_a_major_case_stays_without_a_customer() -> None:
    """None is written in its form later."""
    desk = Desk()
    major = desk.major()
    assert desk.denied(major, UpdateCase({"account": "acme"})) == ("major_has_customer",)
    desk.do(major, UpdateCase({"product": None, "account": None, "category": "network"}))


def test_a_comment_at_the_opening_is_the_first_response_if_an_agent_wrote_it() -> None:
    """It is told to the customer with the opening."""
    desk = Desk()
    case = desk.opens(contact="anna", comment="We are at it.", assigned_to="bob")
    assert desk.texts(case) == [("Comment", "ann", "We are at it.")]
    assert desk.cases[case].first_response_at == desk.now
    assert [(intent.kind, intent.activity) for intent in desk.told] == [
        ("notify_customer", "c1/1/c0"),
        ("notify_assignee", "c1/1/c0"),
    ]
    assert replay_events(desk.events[case]) == desk.cases[case]
    assert desk.cases[desk.opens(SYSTEM, comment="We are at it.")].first_response_at is None


def test_a_candidate_that_ended_meanwhile_stays_as_it_is() -> None:
    """What is ordered and refused is no failure: the major case is there."""
    desk = Desk()
    case = desk.opens()
    desk.do(case, CancelCase("spam"))
    desk.opens(SYSTEM, account=None, major_case_state="accepted", major_case_of=CaseId(case))
    assert [refusal.codes for _, refusal in desk.refused] == [("wrong_state",)]
    assert desk.cases["c2"].major_case_state == "accepted"


# --- parents ---------------------------------------------------------------------------------------------------------


def test_there_is_one_level() -> None:
    """A child has no children, a parent is no child; nothing is its own parent or that of what does not exist."""
    desk = Desk()
    above, below, other = desk.opens(), desk.opens(), desk.opens()
    desk.do(below, UpdateCase({"parent": above}))
    assert desk.denied(other, UpdateCase({"parent": below})) == ("parent_is_child",)
    assert desk.denied(above, UpdateCase({"parent": other})) == ("has_children",)
    assert desk.denied(above, UpdateCase({"parent": above})) == ("own_parent", "has_children")
    assert desk.denied(above, UpdateCase({"parent": below})) == ("parent_is_child", "has_children")
    assert desk.denied(other, UpdateCase({"parent": "c9"})) == ("unknown_parent",)
    assert desk.denied(other, UpdateCase({"parent": "c9"}), ANNA) == ("not_involved",)


def test_a_customer_learns_nothing_of_other_cases() -> None:
    """They are refused alike, whether the parent that they name exists or not."""
    desk = Desk()
    case, other = desk.opens(contact="anna"), desk.opens(account="bolt")
    assert desk.denied(case, UpdateCase({"parent": other}), ANNA) == ("not_permitted", "not_yours_to_set")
    assert desk.denied(case, UpdateCase({"parent": "c9"}), ANNA) == ("not_permitted", "not_yours_to_set")


@pytest.mark.parametrize("ends", [CancelCase("spam"), CloseCase(code="fixed", notes="Done.")])
def test_nothing_goes_on_below_a_case_that_has_ended(ends: CaseCommand) -> None:
    """It is no parent of a case that is there, nor of a new one."""
    desk = Desk()
    ended, case = desk.opens(), desk.opens()
    desk.do(ended, ends)
    assert desk.denied(case, UpdateCase({"parent": ended})) == ("parent_ended",)
    refused = desk.open(OpenCase(short_description="No network", account=AccountId("acme"), parent=CaseId(ended)), ANN)
    assert isinstance(refused, Refusal)
    assert refused.codes == ("parent_ended",)
    assert desk.texts(ended) == []


def test_a_parent_that_they_may_not_see_is_none() -> None:
    """Its type hides it; whoever may see it has it among the facts, and so does whoever asks about none."""
    hidden = CaseType(visible_to=frozenset({"manager"}))
    desk = Desk()
    parent = attrs.evolve(desk.cases[desk.opens()], case_type="hidden")
    facts, flows = CaseFacts(parent=parent), compile_flows({"hidden": hidden})
    assert seen_parent(facts, ANN, flows) == CaseFacts()
    assert seen_parent(facts, MIA, flows) is facts
    assert seen_parent(CaseFacts(), ANN, flows) == CaseFacts()


def test_a_child_that_comes_or_goes_is_noted_above() -> None:
    """On the parent before and the one after, as the system's note."""
    desk = Desk()
    first, second, below = desk.opens(), desk.opens(), desk.opens()
    desk.do(below, UpdateCase({"parent": first}))
    desk.do(below, UpdateCase({"parent": second}))
    desk.do(below, UpdateCase({"parent": None}))
    came, went = "C3 is now a child of this case.", "C3 is no longer a child of this case."
    assert [text for _, _, text in desk.texts(first)] == [came, went]
    assert [text for _, _, text in desk.texts(second)] == [came, went]
    desk.opens(parent=second)
    assert desk.texts(second)[-1] == ("WorkNote", "system", "C4 is now a child of this case.")


def test_notes_are_not_heard_where_the_case_above_is_no_major_one() -> None:
    """Only major cases look after their children."""
    desk = Desk()
    above, below = desk.opens(), desk.opens()
    desk.do(below, UpdateCase({"parent": above}))
    assert desk.do(below, AddWorkNote("Smells of oil.")).orders == ()
    assert not desk.cases[above].needs_attention


def test_some_types_of_cases_never_are_major() -> None:
    """Neither proposed nor opened as such."""
    types = {"order": CaseType(may_be_major=False), "fault": CaseType()}
    desk = Desk(attrs.evolve(policy(), case_types=types))
    order, fault = (attrs.evolve(desk.cases[desk.opens()], case_type=name) for name in types)
    desk.cases |= {"c1": order, "c2": fault}
    assert desk.denied("c1", PROPOSAL) == ("never_major",)
    desk.do("c2", PROPOSAL)
    command = OpenCase(short_description="Fibre", case_type="order", major_case_state="accepted")
    denied = major_opening_denied(command, MIA, ("manager",), desk.policy)
    assert [reason.code for reason in denied] == ["never_major"]


def test_who_only_leads_major_cases_opens_them_too() -> None:
    """They are no agents, and the case is not for them."""
    desk = Desk()
    command = OpenCase(short_description="No network", major_case_state="accepted")
    assert not isinstance(desk.open(command, inside("max", "major_issue_manager")), Refusal)
    assert desk.cases["c1"].requested_by is None
