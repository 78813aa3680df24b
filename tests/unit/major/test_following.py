"""What children do when their major case does something, and what it hears of them."""

from typing import Any

import attrs
import pytest

from csmcore.model import (
    SYSTEM,
    AcceptSolution,
    AddChildren,
    AddComment,
    AddWorkNote,
    AssignCase,
    AssignToMe,
    CancelCase,
    Case,
    CaseFacts,
    CaseId,
    CaseType,
    CloseCase,
    FollowParent,
    HearOfChild,
    OverridePriority,
    ProposeSolution,
    RequestInfo,
    ResumeWork,
    UpdateCase,
    UserId,
)
from csmcore.rules import replay_events
from csmcore.rules.cases.flows import compile_flows
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from csmcore.rules.relatives.propagating import propagated
from tests.unit.major.desk import ANN, ANNA, IVAN, MIA, Desk, policy

ALL = ("acme", "bolt")
SOLUTION = ProposeSolution(code="fixed", notes="A new switch.", cause="old switch")


def family(**choices: Any) -> tuple[Desk, str]:
    """A major case in work with three children: of Acme, of Bolt, of Ivan."""
    desk = Desk(policy(**choices))
    major = desk.major()
    recipients: dict[str, Any] = {"accounts": ALL, "consumers": ("ivan",)}
    desk.do(major, AddChildren(**recipients))
    desk.do(major, AssignToMe())
    return desk, major


def children(desk: Desk) -> list[Case]:
    """The three."""
    return [desk.cases[name] for name in ("c2", "c3", "c4")]


def states(desk: Desk) -> list[str]:
    """How they stand."""
    return [case.state for case in children(desk)]


# --- without sync ----------------------------------------------------------------------------------------------------


def test_without_sync_children_go_their_own_way() -> None:
    """Whatever the major case does, but close."""
    desk, major = family()
    desk.do(major, OverridePriority(priority=1, reason="many"))
    desk.do(major, AddComment("We are at it."))
    desk.do(major, SOLUTION)
    assert states(desk) == ["new", "new", "new"]
    assert {case.priority for case in children(desk)} == {4}
    assert all(not desk.texts(case.id) for case in children(desk))


def test_children_close_with_their_major_case() -> None:
    """Live ones, with its code and notes, by the system; nobody is asked how it went."""
    desk, major = family()
    desk.do("c2", AssignToMe(), ANN)
    desk.do("c3", CancelCase("spam"))
    desk.do(major, CloseCase(code="fixed", notes="A new switch."))
    assert states(desk) == ["closed", "cancelled", "closed"]
    first = desk.cases["c2"]
    assert (first.closed_by, first.closed_code, first.closed_notes) == ("system", "fixed", "A new switch.")
    assert (first.closed_at, first.resolution, first.survey_requested) == (desk.now, None, False)
    assert desk.cases[major].survey_requested is False
    assert not any(intent.kind == "send_survey" for intent in desk.told)
    assert all(replay_events(desk.events[case.id]) == case for case in desk.cases.values())


def test_the_manager_accepts_the_solution_of_a_major_case() -> None:
    """Then its children close with what it was resolved with."""
    desk, major = family()
    desk.do(major, SOLUTION)
    assert desk.denied(major, AcceptSolution(), ANN) == ("not_permitted",)
    desk.do(major, AcceptSolution())
    assert states(desk) == ["closed"] * 3
    assert {(case.closed_code, case.closed_notes) for case in children(desk)} == {("fixed", "A new switch.")}


def test_a_policy_may_ask_each_customer_how_it_went() -> None:
    """Once, and nobody where no person is named."""
    desk, major = family(survey_children=True)
    taken = desk.do(major, CloseCase(code="fixed", notes="A new switch."))
    assert len(taken.orders) == 3
    assert [case.survey_requested for case in children(desk)] == [True, False, True]
    assert [intent.to for intent in desk.told if intent.kind == "send_survey"] == [("anna",), ("ivan",)]


def test_who_was_asked_once_is_not_asked_again() -> None:
    """A child that was closed and reopened before."""
    desk, major = family(survey_children=True)
    desk.cases["c2"] = attrs.evolve(desk.cases["c2"], survey_requested=True, share_resolution_notes=True)
    desk.do(major, CloseCase(code="fixed", notes="A new switch."))
    assert [intent.to for intent in desk.told if intent.kind == "send_survey"] == [("ivan",)]
    assert desk.texts("c2") == []


# --- with sync -------------------------------------------------------------------------------------------------------


def test_each_change_follows_once() -> None:
    """Priority, state, comments and work notes, on live children."""
    desk, major = family(sync_children=True)
    assert states(desk) == ["open"] * 3
    desk.do(major, OverridePriority(priority=1, reason="many"))
    desk.do(major, AddComment("We are at it."))
    desk.do(major, AddWorkNote("Switch 7."))
    assert [case.priority for case in children(desk)] == [1] * 3
    assert desk.texts("c3") == [("Comment", "system", "We are at it."), ("WorkNote", "system", "Switch 7.")]
    assert [case.version for case in children(desk)] == [5] * 3
    assert [event.kind for event in desk.events["c3"]] == ["case_opened", *["parent_followed"] * 4]


def test_waiting_and_going_on_follow() -> None:
    """With the blocker that waits for the customer; who has written is no longer attended to."""
    desk, major = family(sync_children=True)
    desk.do("c2", AddComment("Any news?"), ANNA)
    assert desk.cases["c2"].needs_attention
    desk.do(major, RequestInfo("Since when?"))
    assert states(desk) == ["awaiting_info"] * 3
    first = desk.cases["c2"]
    assert (first.needs_attention, first.action_status) == (False, "blocked_by_customer")
    assert desk.texts("c4") == [("Comment", "system", "Since when?")]
    desk.do("c4", AddComment("Since nine."), IVAN)
    desk.do(major, ResumeWork())
    assert states(desk) == ["open"] * 3
    assert not any(blocker.is_active for case in children(desk) for blocker in case.blockers.values())
    assert {order.case for order, _ in desk.refused} == {"c4"}


def test_a_solution_follows_and_is_the_assignees() -> None:
    """Else the system's; those who were resolved already are left alone, and nobody has to accept it."""
    desk, major = family(sync_children=True)
    desk.do("c2", AssignCase(user=UserId("bob")))
    desk.do("c3", ProposeSolution(code="other", notes="Restarted."), ANN)
    desk.do("c4", UpdateCase({"share_resolution_notes": True}))
    desk.do(major, SOLUTION)
    solved = [case.resolution for case in children(desk)]
    assert [(each.code, each.by, each.cause) for each in solved if each] == [
        ("fixed", "bob", "old switch"),
        ("other", "ann", ""),
        ("fixed", "system", "old switch"),
    ]
    assert [case.auto_close for case in children(desk)] == [True] * 3
    assert desk.texts("c4") == [("Comment", "system", "A new switch.")]
    assert desk.texts("c2") == []
    desk.do(major, AcceptSolution())
    assert states(desk) == ["resolved"] * 3


def test_shared_notes_are_told_once() -> None:
    """Where the major case shares its own, that is the comment."""
    desk, major = family(sync_children=True)
    desk.do("c4", UpdateCase({"share_resolution_notes": True}))
    desk.do(major, ProposeSolution(code="fixed", notes="A new switch.", share=True))
    assert [desk.texts(name) for name in ("c2", "c4")] == [[("Comment", "system", "A new switch.")]] * 2


def test_cancelling_follows_with_its_reason() -> None:
    """Only where the state does."""
    desk, major = family(sync_children=True)
    desk.do(major, CancelCase("false alarm"))
    assert {(case.state, case.cancelled_by, case.cancelled_reason) for case in children(desk)} == {
        ("cancelled", "system", "false alarm")
    }
    desk, major = family(sync_children=True, synced_fields=("priority",))
    desk.do(major, CancelCase("false alarm"))
    assert states(desk) == ["new"] * 3


def test_what_is_not_listed_does_not_follow() -> None:
    """Only the fields that the policy names."""
    desk, major = family(sync_children=True, synced_fields=("work_notes",))
    desk.do(major, AddComment("We are at it."))
    desk.do(major, AddWorkNote("Switch 7."))
    desk.do(major, OverridePriority(priority=1, reason="many"))
    assert desk.texts("c2") == [("WorkNote", "system", "Switch 7.")]
    assert (desk.cases["c2"].priority, desk.cases["c2"].version) == (4, 2)


def test_what_was_before_a_child_does_not_follow() -> None:
    """Nor does what is noted of the family itself."""
    desk, major = family(sync_children=True)
    desk.do(major, AddComment("We are at it."))
    late = desk.opens(account="cord", parent=major)
    desk.do(major, AddWorkNote("x"))
    assert desk.texts(late) == [("WorkNote", "system", "x")]
    assert desk.texts(major)[-2:] == [
        ("WorkNote", "system", "C5 is now a child of this case."),
        ("WorkNote", "mia", "x"),
    ]


def test_one_level_follows() -> None:
    """A case that follows leads nobody."""
    desk, major = family(sync_children=True)
    taken = desk.apply("c2", FollowParent(parent=desk.cases[major].id, priority=2), SYSTEM)
    assert isinstance(taken, Step)
    assert (taken.orders, desk.cases["c2"].priority) == ((), 2)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, ("missing",)),
        ({"parent": "c9", "priority": 1}, ("not_its_parent",)),
        ({"parent": "c1"}, ("followed_already",)),
        ({"parent": "c1", "priority": 4, "state": "open"}, ("followed_already",)),
        ({"parent": "c9", "state": "resolved"}, ("missing", "missing", "not_its_parent")),
        ({"parent": "c1", "state": "resolved", "notes": "x"}, ("missing",)),
        ({"parent": "c1", "state": "cancelled"}, ("missing",)),
    ],
)
def test_what_is_no_news_is_refused(fields: dict[str, Any], codes: tuple[str, ...]) -> None:
    """With every reason."""
    desk, _ = family(sync_children=True)
    assert desk.denied("c2", FollowParent(**fields), SYSTEM) == codes


def test_only_the_system_propagates() -> None:
    """Nobody else follows or hears."""
    desk, major = family()
    assert desk.denied("c2", FollowParent(parent=desk.cases[major].id, priority=1)) == ("not_permitted",)
    assert desk.denied(major, HearOfChild(desk.cases["c2"].id)) == ("not_permitted",)
    assert desk.denied("c2", HearOfChild(), SYSTEM) == ("no_major_case", "missing")


def test_a_child_that_closes_without_words_has_none() -> None:
    """A host may close without code and notes."""
    desk, major = family()
    desk.apply("c2", FollowParent(parent=desk.cases[major].id, state="closed"), SYSTEM)
    assert (desk.cases["c2"].state, desk.cases["c2"].closed_code) == ("closed", None)


# --- from below ------------------------------------------------------------------------------------------------------


def test_a_major_case_hears_of_its_children() -> None:
    """What a child's customer says and an agent notes; its assignee is told once, its history which child it was."""
    desk, major = family()
    desk.told.clear()
    desk.do("c2", AddComment("Any news?"), ANNA)
    assert desk.cases[major].needs_attention
    desk.do("c4", AddWorkNote("Called Ivan."), ANN)
    heard = [event for event in desk.events[major] if event.kind == "child_heard"]
    assert [(event.details["child"], dict(event.changes)) for event in heard] == [
        ("c2", {"needs_attention": True}),
        ("c4", {}),
    ]
    assert [intent.to for intent in desk.told if intent.about == "child_heard"] == [("mia",)]


def test_what_agents_tell_customers_and_the_system_says_is_not_heard() -> None:
    """No loops: what followed from above does not come back."""
    desk, major = family(sync_children=True)
    desk.do("c2", AddComment("We are at it."), ANN)
    desk.do("c2", AddWorkNote("Probed."), SYSTEM)
    desk.do(major, AddComment("We are at it."))
    assert not desk.cases[major].needs_attention


def test_only_the_case_above_hears() -> None:
    """Facts of another case make nobody listen."""
    desk, major = family()
    case, other = desk.cases["c2"], attrs.evolve(desk.cases[major], id=CaseId("c9"))
    note, facts = AddWorkNote("Called Anna."), CaseFacts(parent=other)
    taken = step(case, note, ANN, facts, desk.policy, desk.now)
    assert isinstance(taken, Step)
    assert propagated(case, case, taken, facts, desk.policy) == ()


def test_nobody_is_told_where_nobody_has_it() -> None:
    """A major case without an assignee only asks for attention."""
    desk = Desk()
    major = desk.major()
    desk.do(major, AddChildren(accounts=(desk.accounts["acme"].id,)))
    desk.told.clear()
    desk.do("c2", AddComment("Any news?"), ANNA)
    assert desk.cases[major].needs_attention
    assert [intent.about for intent in desk.told if intent.about == "child_heard"] == []
    desk.do(major, AssignToMe(), MIA)


def test_children_of_other_types_follow_only_the_close() -> None:
    """Unless their type says that they do."""
    types = {"order": CaseType(), "fault": CaseType(is_synced=True)}
    desk, major = family(sync_children=True)
    desk.policy = attrs.evolve(desk.policy, case_types=types)
    desk.cases["c2"] = attrs.evolve(desk.cases["c2"], case_type="order")
    desk.cases["c3"] = attrs.evolve(desk.cases["c3"], case_type="fault")
    desk.do(major, OverridePriority(priority=1, reason="many"))
    assert [case.priority for case in children(desk)] == [4, 1, 1]
    assert [refusal.codes for _, refusal in desk.refused] == [("type_not_synced",)]
    desk.do(major, CloseCase(code="fixed", notes="A new switch."))
    assert states(desk) == ["closed"] * 3


@pytest.mark.parametrize(("words", "asks"), [(set(), True), ({"agent"}, False)])
def test_nobody_is_asked_about_a_case_that_they_may_not_see(words: set[Any], *, asks: bool) -> None:
    """Its type hides it from its customer."""
    kind = CaseType(visible_to=frozenset(words))
    desk = Desk(attrs.evolve(policy(survey_children=True), case_types={"kind": kind}))
    major, child = desk.major(), desk.opens(contact="anna")
    desk.do(child, UpdateCase({"parent": major}))
    case, command = (
        attrs.evolve(desk.cases[child], case_type="kind"),
        FollowParent(parent=CaseId(major), state="closed"),
    )
    taken = step(case, command, SYSTEM, desk.facts(command, case), desk.policy, desk.now, compile_flows({"kind": kind}))
    assert isinstance(taken, Step)
    assert taken.changes["state"] == "closed"
    assert taken.changes.get("survey_requested", False) is asks
