"""What an accepted action changes, says, and asks to be done."""

from datetime import timedelta
from typing import Any

import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import (
    AcceptCase,
    AcceptSolution,
    Actor,
    AddComment,
    AddWorkNote,
    AssignCase,
    AssignToMe,
    AutoCloseCase,
    Blocker,
    CancelCase,
    Case,
    CloseCase,
    Comment,
    GroupId,
    Notification,
    OverridePriority,
    ProposeSolution,
    Refusal,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    Resolution,
    ResumeWork,
    UpdateCase,
    UserId,
    WorkNote,
)
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.steps import Step
from tests.unit.lifecycle.cast import BUSINESS, PRIVATE, START, Scene, case_in, made, policy

NOW = START + timedelta(hours=5)
EVE, ANN, BOB, MIA, SYSTEM, MONITOR, REQ = (
    BUSINESS.actors[name][0]
    for name in (
        "the contact",
        "the assignee",
        "an agent",
        "a manager",
        "the system",
        "an integration",
        "the requester",
    )
)
INES = PRIVATE.actors["the consumer"][0]


def took(case: Case, command: Any, actor: Actor, scene: Scene = BUSINESS, days: int = 0) -> Step:
    """The step of a command that is accepted."""
    taken = step(case, command, actor, scene.facts, policy(days), NOW)
    assert isinstance(taken, Step), taken
    return taken


def codes(case: Case, command: Any, actor: Actor, days: int = 0) -> tuple[str, ...]:
    """The reasons of a command that is refused."""
    refused = step(case, command, actor, BUSINESS.facts, policy(days), NOW)
    assert isinstance(refused, Refusal), refused
    return refused.codes


def kinds(taken: Step) -> tuple[str, ...]:
    """The events to be."""
    return tuple(happening.kind for happening in taken.happened)


def told(taken: Step) -> tuple[str, ...]:
    """What the host is asked to do."""
    return tuple(intent.kind for intent in taken.intents)


# --- who works on it -------------------------------------------------------------------------------------------------


def test_taking_a_case_assigns_and_opens_it() -> None:
    """The case changes hands at that instant, even from somebody else."""
    taken = took(case_in("new", BUSINESS), AssignToMe(), BOB)
    assert taken.changes == {"state": "open", "assigned_to": "bob", "assigned_at": NOW}
    assert kinds(taken) == ("case_accepted",)
    assert taken.by == "agent"


def test_taking_ones_own_case_keeps_the_stamp() -> None:
    """``assigned_at`` says when the assignee changed."""
    assert took(case_in("new", BUSINESS), AssignToMe(), ANN).changes == {"state": "open"}


def test_accepting_opens_the_case() -> None:
    """Nothing else changes."""
    taken = took(case_in("new", BUSINESS), AcceptCase(), ANN)
    assert taken.changes == {"state": "open"}
    assert kinds(taken) == ("case_accepted",)


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        (AssignCase(group=GroupId("tier-2")), {"assignment_group": "tier-2", "assigned_to": None, "assigned_at": None}),
        (AssignCase(user=UserId("bob")), {"assigned_to": "bob", "assigned_at": NOW}),
        (AssignCase(group=GroupId("tier-1")), {}),
        (AssignCase(group=GroupId("tier-1"), user=UserId("ann")), {}),
        (
            AssignCase(group=GroupId("tier-2"), user=UserId("ann")),
            {"assignment_group": "tier-2"},
        ),
    ],
)
def test_assigning_says_no_more_than_was_said(command: AssignCase, changes: dict[str, Any]) -> None:
    """A new group takes the case from the person, unless one is named; what stays is stamped by nobody."""
    taken = took(case_in("open", BUSINESS, assignment_group="tier-1"), command, MIA)
    assert taken.changes == changes
    assert kinds(taken) == ("case_assigned",)


@pytest.mark.parametrize(("user", "intents"), [("bob", ("notify_assignee",)), ("mia", ()), ("ann", ())])
def test_the_new_assignee_is_told(user: str, intents: tuple[str, ...]) -> None:
    """Except by themselves, and except where they had it before."""
    assert told(took(case_in("open", BUSINESS), made(AssignCase, user=user), MIA)) == intents


# --- what is said ----------------------------------------------------------------------------------------------------


def test_a_customers_comment_asks_for_attention() -> None:
    """It is kept word for word under the next version, and its text is in no event."""
    taken = took(case_in("open", BUSINESS), AddComment("Any news?"), EVE)
    (said,) = taken.activity
    assert said == made(Comment, id="case-1/5/c0", case="case-1", at=NOW, by=EVE, text="Any news?")
    assert taken.changes == {"needs_attention": True}
    assert taken.happened == (("comment_added", {"needs_attention": True}, {"activity": "case-1/5/c0"}),)
    assert told(taken) == ("notify_assignee",)
    assert taken.by == "customer"


def test_an_agents_first_comment_is_the_first_response() -> None:
    """Once and for all; the owner's own words ask nobody's attention."""
    case = case_in("open", BUSINESS)
    assert took(case, AddComment("On it."), ANN).changes == {"first_response_at": NOW}
    answered = case_in("open", BUSINESS, first_response_at=START)
    assert took(answered, AddComment("On it."), ANN).changes == {}
    assert took(answered, AddComment("Me too."), BOB).changes == {"needs_attention": True}


@pytest.mark.parametrize("actor", [SYSTEM, MONITOR])
def test_a_machines_comment_answers_nobody(actor: Actor) -> None:
    """It is no response and asks for no attention; the customer and the assignee are told."""
    taken = took(case_in("open", BUSINESS), AddComment("Restarted."), actor)
    assert taken.changes == {}
    assert told(taken) == ("notify_customer", "notify_assignee")
    assert taken.by == "system"


def test_with_no_owner_every_comment_asks_for_attention() -> None:
    """An agent's too."""
    case = case_in("open", BUSINESS, assigned_to=None, first_response_at=START)
    assert took(case, AddComment("Looking."), ANN).changes == {"needs_attention": True}


def test_what_was_asked_for_opens_the_case() -> None:
    """The comment is the primary event; that the case goes on follows from it, and says why."""
    taken = took(case_in("awaiting_info", BUSINESS), AddComment("Model 7."), EVE)
    assert kinds(taken) == ("comment_added", "info_provided")
    assert taken.changes == {"needs_attention": True, "state": "open"}
    assert [reason.code for reason in taken.reasons] == ["info_provided"]


def test_an_agents_comment_leaves_the_question_open() -> None:
    """Only the customer's side answers."""
    taken = took(case_in("awaiting_info", BUSINESS), AddComment("Still there?"), ANN)
    assert "state" not in taken.changes


def test_asking_the_customer_waits_for_them() -> None:
    """It is a response, and takes the attention off the case, whoever asks."""
    case = case_in("open", BUSINESS, needs_attention=True)
    for actor in (ANN, BOB):
        taken = took(case, RequestInfo("Which model?"), actor)
        waits = {"customer": Blocker(reason="customer_information", since=NOW, by=actor.id)}
        stamps = {"first_response_at": NOW, "needs_attention": False, "blockers": waits}
        assert taken.changes == {"state": "awaiting_info", **stamps}
        assert kinds(taken) == ("info_requested", "blocker_added")
        assert [said.text for said in taken.activity] == ["Which model?"]
    again = took(case_in("open", BUSINESS, first_response_at=START), RequestInfo("Hm?"), ANN)
    assert again.happened[0].changes == {"state": "awaiting_info"}


def test_work_goes_on_without_the_answer() -> None:
    """Nothing but the state changes."""
    taken = took(case_in("awaiting_info", BUSINESS), ResumeWork(), BOB)
    assert (taken.changes, kinds(taken)) == ({"state": "open"}, ("work_resumed",))


def test_a_work_note_is_told_nobody() -> None:
    """It is another type than a comment, changes nothing of the case, and no one outside hears of it."""
    case = case_in("open", BUSINESS, informed_users=("carl",), assigned_to="bob")
    taken = took(case, AddWorkNote("Smells of oil."), ANN)
    (note,) = taken.activity
    assert isinstance(note, WorkNote)
    assert note.text == "Smells of oil."
    assert (taken.changes, taken.intents) == ({}, ())
    assert taken.happened == (("work_note_added", {}, {"work_note": "case-1/5/c0"}),)


# --- the form --------------------------------------------------------------------------------------------------------


def test_an_update_changes_what_differs() -> None:
    """Fields that hold the value already are no change; an update of nothing new is still a version."""
    case = case_in("open", BUSINESS, category="machines", impact=2)
    taken = took(case, UpdateCase({"category": "presses", "impact": 2, "informed_users": ("carl",)}), SYSTEM)
    assert taken.changes == {"category": "presses", "informed_users": ("carl",)}
    assert kinds(taken) == ("case_updated",)
    assert took(case, UpdateCase({"impact": 2}), ANN).changes == {}


@pytest.mark.parametrize("state", ["open", "resolved"])
def test_clearing_attention_lets_a_resolved_case_close_by_itself(state: Any) -> None:
    """The conditions of auto-close become true with it, while the case is resolved."""
    case = case_in(state, BUSINESS, needs_attention=True)
    cleared = {"needs_attention": False, **({"auto_close": True} if state == "resolved" else {})}
    for actor in (ANN, MIA):
        assert took(case, UpdateCase({"needs_attention": False}), actor).changes == cleared
    flagged = case_in(state, BUSINESS, needs_attention=True, auto_close=True)
    assert took(flagged, UpdateCase({"needs_attention": False}), ANN).changes == {"needs_attention": False}


@pytest.mark.parametrize("actor", [BOB, SYSTEM, MONITOR])
def test_attention_is_not_everybodys_to_clear(actor: Actor) -> None:
    """Only the assignee, a manager or an admin clears it; anybody who updates may set it."""
    case = case_in("open", BUSINESS, needs_attention=True)
    assert codes(case, UpdateCase({"needs_attention": False}), actor) == ("not_yours_to_clear",)
    calm = case_in("open", BUSINESS)
    assert took(calm, UpdateCase({"needs_attention": False}), actor).changes == {}
    assert took(calm, UpdateCase({"needs_attention": True}), actor).changes == {"needs_attention": True}


def test_a_priority_is_overridden_with_its_reason() -> None:
    """Both are kept on the case."""
    taken = took(case_in("open", BUSINESS), OverridePriority(priority=1, reason="plant"), MIA)
    assert taken.changes == {"priority": 1, "priority_override": "plant"}
    assert kinds(taken) == ("priority_overridden",)


# --- how it ends -----------------------------------------------------------------------------------------------------


def test_a_solution_is_the_assignees() -> None:
    """It is dated, counts as a response, and lets the case close by itself if nobody waits for attention."""
    taken = took(case_in("open", BUSINESS), ProposeSolution(code="fixed", notes="New fuse.", cause="age"), BOB)
    solution = Resolution(code="fixed", notes="New fuse.", by="ann", at=NOW, cause="age")
    assert taken.changes == {
        "state": "resolved",
        "resolution": solution,
        "auto_close": True,
        "auto_close_from": NOW,
        "first_response_at": NOW,
    }
    assert (kinds(taken), taken.activity, taken.reasons) == (("solution_proposed",), (), ())
    assert told(taken) == ("notify_customer", "notify_assignee")


def test_a_solution_of_nobodys_case_is_the_actors() -> None:
    """Resolved by the assignee, else by whoever did it; and a case that needs attention does not close by itself."""
    case = case_in("awaiting_info", BUSINESS, assigned_to=None, needs_attention=True, first_response_at=START)
    taken = took(case, ProposeSolution(code="fixed", notes="New fuse."), BOB)
    assert taken.changes["resolution"].by == "bob"
    assert taken.changes["auto_close"] is False
    assert "first_response_at" not in taken.changes


@pytest.mark.parametrize(("flag", "share", "shared"), [(True, None, True), (True, False, False), (False, True, True)])
def test_resolution_notes_are_shared_once(flag: bool, share: bool | None, shared: bool) -> None:  # noqa: FBT001
    """As the case says, unless the command says otherwise, which the case then keeps; at resolution only."""
    case = case_in("open", BUSINESS, share_resolution_notes=flag, first_response_at=START)
    taken = took(case, ProposeSolution(code="fixed", notes="New fuse.", share=share), ANN)
    assert [said.text for said in taken.activity] == (["New fuse."] if shared else [])
    assert [reason.code for reason in taken.reasons] == (["notes_shared"] if shared else [])
    assert taken.changes.get("share_resolution_notes", flag) is shared
    assert "needs_attention" not in taken.changes
    resolved = case_in("resolved", BUSINESS, share_resolution_notes=False)
    assert took(resolved, UpdateCase({"share_resolution_notes": True}), ANN).activity == ()


def test_accepting_closes_and_asks_how_it_was() -> None:
    """The survey goes to the contact."""
    taken = took(case_in("resolved", BUSINESS), AcceptSolution(), EVE)
    assert kinds(taken) == ("solution_accepted", "survey_requested")
    assert taken.changes == {"state": "closed", "closed_at": NOW, "closed_by": "eve", "survey_requested": True}
    assert [(each.kind, each.to) for each in taken.intents] == [
        ("notify_assignee", ("ann",)),
        ("send_survey", ("eve",)),
    ]


def test_a_survey_is_sent_once() -> None:
    """A case that was closed before is not asked about again; without a person there is nobody to ask."""
    asked = case_in("resolved", BUSINESS, survey_requested=True)
    assert kinds(took(asked, AcceptSolution(), EVE)) == ("solution_accepted",)
    nobody = case_in("open", BUSINESS, contact=None, requested_by=None)
    assert kinds(took(nobody, CloseCase(code="spam", notes="No answer."), ANN)) == ("case_closed",)


@pytest.mark.parametrize(
    ("blank", "to"), [({}, "eve"), ({"contact": None, "consumer": "ines"}, "ines"), ({"contact": None}, "req")]
)
def test_a_survey_goes_to_the_person(blank: dict[str, Any], to: str) -> None:
    """To the contact or consumer, else to the requester."""
    taken = took(case_in("resolved", BUSINESS, auto_close=True, **blank), AutoCloseCase(), SYSTEM)
    assert taken.intents[-1] == Notification(kind="send_survey", to=(to,), about="case_closed")


def test_closing_a_resolved_case_is_accepting() -> None:
    """The customer's words about it are kept."""
    taken = took(case_in("resolved", BUSINESS), CloseCase(notes="Thanks."), EVE)
    assert kinds(taken)[0] == "solution_accepted"
    assert taken.changes["closed_notes"] == "Thanks."
    assert "closed_code" not in taken.changes


def test_a_direct_close_is_no_resolution() -> None:
    """It stamps the closing alone: no resolution, no first response, no shared notes."""
    case = case_in("open", BUSINESS, share_resolution_notes=True)
    taken = took(case, CloseCase(code="duplicate", notes="See CS0."), ANN)
    closing = {"closed_at": NOW, "closed_by": "ann", "closed_code": "duplicate", "closed_notes": "See CS0."}
    assert taken.changes == {"state": "closed", **closing, "survey_requested": True}
    assert (kinds(taken), taken.activity) == (("case_closed", "survey_requested"), ())


def test_time_closes_a_resolved_case() -> None:
    """By the system, and the customer and the assignee are told."""
    taken = took(case_in("resolved", BUSINESS, auto_close=True, survey_requested=True), AutoCloseCase(), SYSTEM)
    assert taken.changes == {"state": "closed", "closed_at": NOW, "closed_by": "system"}
    assert (kinds(taken), told(taken)) == (("case_closed",), ("notify_customer", "notify_assignee"))


def test_rejecting_makes_the_solution_history() -> None:
    """The reason is the customer's comment; the case is open once more, and does not close by itself."""
    case = case_in("resolved", BUSINESS, auto_close=True)
    taken = took(case, RejectSolution("It stopped again."), EVE)
    assert taken.changes == {
        "state": "open",
        "resolution": None,
        "past_resolutions": (case.resolution,),
        "reopen_count": 1,
        "auto_close": False,
        "needs_attention": True,
    }
    assert [said.text for said in taken.activity] == ["It stopped again."]
    assert kinds(taken) == ("solution_rejected",)


REOPENED = {
    "state": "open",
    "reopen_count": 3,
    "auto_close": False,
    "resolution": None,
    "closed_at": None,
    "closed_by": None,
    "closed_code": None,
    "closed_notes": None,
}


@pytest.mark.parametrize(
    ("command", "events"),
    [
        (ReopenCase(), ("case_reopened",)),
        (ReopenCase(" "), ("case_reopened",)),
        (ReopenCase("Again."), ("case_reopened",)),
        (AddComment("Again."), ("comment_added", "case_reopened")),
    ],
)
def test_reopening_takes_the_closing_back(command: ReopenCase | AddComment, events: tuple[str, ...]) -> None:
    """By command or by comment, within the window: the stamps are cleared, the solution is history."""
    case = case_in("closed", BUSINESS, reopen_count=2)
    taken = took(case, command, EVE, days=1)
    said = {"needs_attention": True} if taken.activity else {}
    assert taken.changes == {**REOPENED, **said, "past_resolutions": (case.resolution,)}
    assert kinds(taken) == events


def test_a_case_closed_without_solution_has_none_to_keep() -> None:
    """Its history of solutions stays as it is; an agent's words are a response."""
    case = case_in("closed", BUSINESS, resolution=None, reopen_count=2)
    taken = took(case, ReopenCase("Not yet."), ANN, days=1)
    assert "past_resolutions" not in taken.changes
    assert taken.changes["first_response_at"] == NOW


def test_cancelling_keeps_its_reason() -> None:
    """There is no survey, and informed users hear nothing."""
    case = case_in("open", BUSINESS, informed_users=("carl",))
    taken = took(case, CancelCase("by mistake"), MIA)
    stamps = {"cancelled_at": NOW, "cancelled_by": "mia", "cancelled_reason": "by mistake"}
    assert taken.changes == {"state": "cancelled", **stamps}
    assert (kinds(taken), told(taken)) == (("case_cancelled",), ("notify_customer", "notify_assignee"))


# --- who is told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "command", "actor", "informed"),
    [
        ("open", AddComment("x"), EVE, True),
        ("open", RequestInfo("x"), ANN, True),
        ("open", ProposeSolution(code="x", notes="x"), ANN, True),
        ("open", CloseCase(code="x", notes="x"), ANN, True),
        ("resolved", AcceptSolution(), EVE, True),
        ("resolved", RejectSolution("x"), EVE, True),
        ("new", AssignToMe(), ANN, False),
        ("awaiting_info", ResumeWork(), ANN, False),
        ("open", UpdateCase({"category": "x"}), ANN, False),
        ("open", AddWorkNote("x"), ANN, False),
    ],
)
def test_informed_users_hear_of_comments_and_of_the_end(state: Any, command: Any, actor: Actor, informed: bool) -> None:  # noqa: FBT001
    """All of them but the author; nobody where the author is the only one."""
    taken = took(case_in(state, BUSINESS, informed_users=("carl", actor.id)), command, actor)
    users = [intent.to for intent in taken.intents if intent.kind == "notify_informed_users"]
    assert users == ([("carl",)] if informed else [])
    alone = took(case_in(state, BUSINESS, informed_users=(actor.id,)), command, actor)
    assert "notify_informed_users" not in told(alone)


def test_an_informed_user_with_the_system_s_id_is_not_the_system() -> None:
    """They are somebody inside, and hear of what the system says."""
    taken = took(case_in("open", BUSINESS, informed_users=("carl", SYSTEM.id)), AddComment("x"), SYSTEM)
    assert [intent.to for intent in taken.intents if intent.kind == "notify_informed_users"] == [("carl", "system")]


def test_nobody_is_told_of_what_they_did() -> None:
    """A customer's step is not told the customer, nor the assignee's own the assignee."""
    assert told(took(case_in("open", BUSINESS), AddComment("x"), ANN)) == ("notify_customer",)
    assert told(took(case_in("open", BUSINESS, assigned_to=None), AddComment("x"), EVE)) == ()
    assert told(took(case_in("resolved", PRIVATE), AcceptSolution(), INES, PRIVATE)) == ("notify_assignee",)


# --- laws ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 1])
def test_an_instant_before_the_last_change_is_refused(days: int) -> None:
    """It is one reason among the others; the very same instant is late enough."""
    late = case_in("closed", BUSINESS, updated_at=NOW + timedelta(microseconds=1))
    expected = ("too_early",) if days else ("too_early", "reopen_window_over")
    assert codes(late, AddComment("x"), EVE, days) == expected
    assert codes(late, AddComment(), ANN, days) == ("too_early", "wrong_state", "missing")
    took(case_in("open", BUSINESS, updated_at=NOW), AddComment("x"), EVE)


def test_a_naive_instant_is_an_error() -> None:
    """It names no instant."""
    with pytest.raises(NaiveDatetime):
        step(case_in("open", BUSINESS), ResumeWork(), ANN, BUSINESS.facts, policy(), NOW.replace(tzinfo=None))


def test_stamps_are_in_utc() -> None:
    """However the instant is written."""
    from zoneinfo import ZoneInfo

    local = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    taken = step(case_in("new", BUSINESS), AssignToMe(), BOB, BUSINESS.facts, policy(), local)
    assert isinstance(taken, Step)
    assert taken.changes["assigned_at"].tzinfo is NOW.tzinfo


def test_refusals_hint_at_what_can_be_done() -> None:
    """A closed case tells to reopen it or to follow it up."""
    case = case_in("closed", BUSINESS)

    def text(command: Any, actor: Actor, days: int) -> str:
        refused = step(case, command, actor, BUSINESS.facts, policy(days), NOW)
        assert isinstance(refused, Refusal)
        return str(refused.reasons[0])

    assert text(AddComment("x"), EVE, 0) == "the case is closed for good; open a follow-up"
    assert text(AddComment("x"), ANN, 0).endswith("; open a follow-up")
    assert text(AddComment("x"), ANN, 1) == "the case is closed: add comment is not possible; reopen it"
    assert text(ResumeWork(), ANN, 1).endswith("; reopen it")
    assert text(ProposeSolution(), EVE, 0).endswith("open a follow-up")
