"""What commands make of escalations, and every reason why they do not."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.errors import InvalidValue, NaiveDatetime
from csmcore.model import (
    Actor,
    ApproveEscalation,
    CaseId,
    DeclineEscalation,
    Deescalate,
    EscalationCommand,
    EscalationFacts,
    EscalationId,
    EscalationPolicy,
    EscalationTemplate,
    GroupId,
    Refusal,
    RequestEscalation,
    UpdateEscalation,
    UserId,
)
from csmcore.rules import approval_group_for
from tests.unit.escalation.desk import (
    ACCOUNT,
    ADA,
    ANN,
    BOB,
    CASE,
    CIM,
    DEE,
    EVE,
    MIA,
    NOON,
    POLICY,
    STRANGER,
    SYSTEM,
    about,
    accepts,
    asks,
    ended,
    escalated,
    inside,
    people,
    refuses,
    requested,
    tries,
)

ONLY_ANN = attrs.evolve(CASE, approvers=people("ann"), group_manager=None)
OWN = attrs.evolve(POLICY, requester_may_approve=True)
LATER = NOON + timedelta(hours=1)
account = about(case=None, account="acme", template="accounts", assignment_group="board", assigned_to="pat")


# --- asking ----------------------------------------------------------------------------------------------------------


def test_a_request_waits_for_its_approvers() -> None:
    """It has what the command says, and what the template says where the command does not."""
    answer = accepts(None, asks(watch_list=("uma",)), ANN)
    escalation = answer.escalation
    assert (escalation.state, escalation.id, escalation.case, escalation.account) == ("requested", "e2", "c1", None)
    assert (escalation.reason, escalation.severity, escalation.template) == ("inactivity", "high", "reviewed")
    assert (escalation.requested_by, escalation.requester_kind, escalation.request_source) == (
        "ann",
        "internal",
        "internal",
    )
    assert escalation.requested_at == escalation.updated_at == LATER
    assert escalation.watch_list == ("uma", "wes")
    assert answer.events == ("escalation_requested",)
    assert answer.reasons == ()


@pytest.mark.parametrize(
    ("template", "facts", "code"),
    [
        ("at once", CASE, "approval_skipped"),
        ("by nobody", CASE, "no_approvers"),
        ("reviewed", attrs.evolve(CASE, approvers=(), group_manager=None), "no_approvers"),
    ],
)
def test_what_nobody_has_to_approve_is_escalated_at_once(template: str, facts: EscalationFacts, code: str) -> None:
    """And the reason says which it was."""
    answer = accepts(None, asks(template=template), ANN, facts)
    escalation = answer.escalation
    assert (escalation.state, escalation.approved_by, escalation.approved_at) == ("escalated", "system", LATER)
    assert answer.events == ("escalation_requested", "escalation_approved")
    assert [reason.code for reason in answer.reasons] == [code]


def test_the_two_ways_of_having_no_approver_read_differently() -> None:
    """Either there is no group, or nobody is in it."""
    empty = attrs.evolve(CASE, approvers=(), group_manager=None)
    texts = {accepts(None, asks(template=name), ANN, empty).reasons[0].text for name in ("by nobody", "reviewed")}
    assert texts == {
        "template 'by nobody' names no approver",
        "template 'reviewed' has no active member in its approval group",
    }


def test_a_manager_of_the_group_is_an_approver_where_the_template_says_so() -> None:
    """ServiceNow's 'add case assignment group manager to approvers', also without an approval group."""
    facts = attrs.evolve(CASE, approvers=())
    assert accepts(None, asks(), ANN, facts).escalation.state == "requested"
    policy = EscalationPolicy(templates={"reviewed": EscalationTemplate(add_assignment_group_manager=True)})
    assert accepts(None, asks(), ANN, CASE, policy).escalation.state == "requested"
    assert refuses(requested, ApproveEscalation(), BOB, CASE, policy, parties=("agent",)) == ("not_permitted",)
    assert accepts(requested, ApproveEscalation(), inside("max"), parties=()).escalation.approved_by == "max"


def test_customers_ask_by_their_template() -> None:
    """For their own case, with a reason that the template may give."""
    answer = accepts(None, RequestEscalation(justification="We wait."), CIM)
    escalation = answer.escalation
    assert (escalation.template, escalation.reason, escalation.severity) == (
        "for customers",
        "lack_of_progress",
        "medium",
    )
    assert (escalation.request_source, escalation.requested_by, escalation.requester_kind) == (
        "customer",
        "cim",
        "contact",
    )
    asked = RequestEscalation(justification="We wait.", reason="customer_deadline")
    assert accepts(None, asked, CIM).escalation.reason == "customer_deadline"


@pytest.mark.parametrize(
    "fields",
    [
        {"template": "at once"},
        {"severity": "high"},
        {"request_source": "internal"},
        {"watch_list": ("wes",)},
    ],
)
def test_customers_give_a_reason_and_a_justification_only(fields: dict[str, Any]) -> None:
    """Above all they do not choose a template that skips approval."""
    answer = tries(None, RequestEscalation(justification="We wait.", **fields), CIM)
    assert isinstance(answer, Refusal)
    assert (answer.codes, answer.reasons[0].fields) == (("not_for_customers",), tuple(fields))


def test_customers_cannot_ask_where_the_policy_has_no_template_for_them() -> None:
    """All reasons are told at once."""
    policy = attrs.evolve(POLICY, customer_template=None)
    assert refuses(None, RequestEscalation(), CIM, CASE, policy) == (
        "customers_cannot_ask",
        "missing",
        "missing",
    )


def test_an_agent_takes_down_what_a_customer_asked_for() -> None:
    """And says so; the agent is still who asked."""
    escalation = accepts(None, asks(request_source="customer"), ANN).escalation
    assert (escalation.request_source, escalation.requested_by) == ("customer", "ann")


def test_whoever_reports_a_fault_of_their_own_asks_as_a_customer() -> None:
    """As in the table of cases: an agent who is its requester."""
    answer = accepts(None, RequestEscalation(justification="We wait."), ANN, parties=("customer", "agent"))
    assert answer.escalation.request_source == "customer"
    assert answer.escalation.requester_kind == "internal"


def test_the_system_asks_by_a_declared_rule() -> None:
    """With a template, a reason and a justification like anybody."""
    assert accepts(None, asks(), SYSTEM).escalation.requested_by == "system"
    assert refuses(None, RequestEscalation(), SYSTEM) == ("missing", "missing", "missing")


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (RequestEscalation(), ("missing", "missing", "missing")),
        (asks(justification=" \n"), ("missing",)),
        (asks(template="gone"), ("unknown_template",)),
        (asks(template="accounts"), ("template_of_other_type",)),
        (asks(assigned_to="ann", related_cases=("c1",)), ("only_for_accounts",)),
        (
            asks(template="gone", assignment_group="board", justification=""),
            ("missing", "only_for_accounts", "unknown_template"),
        ),
        (asks(watch_list=tuple(map(str, range(1_000)))), ("too_many_watchers",)),
    ],
)
def test_a_request_is_refused_with_every_reason(command: RequestEscalation, codes: tuple[str, ...]) -> None:
    """What is missing, unknown, or for something else."""
    assert refuses(None, command, ANN) == codes


def test_a_request_outranks_its_template() -> None:
    """The template says only what the request does not; a thousand may watch."""
    command = asks(template="for customers", severity="high", watch_list=tuple(map(str, range(1_000))))
    escalation = accepts(None, command, ANN).escalation
    assert (escalation.reason, escalation.severity, len(escalation.watch_list)) == ("inactivity", "high", 1_000)


@pytest.mark.parametrize("current", [requested, escalated])
def test_one_is_open_at_a_time(current: Any) -> None:
    """A customer is not told whether it was only asked for."""
    assert refuses(current, asks(), ANN) == ("already_escalated",)
    answer = tries(current, RequestEscalation(justification="We wait."), CIM)
    assert str(answer) == "it is escalated, or was asked to be, already"


@pytest.mark.parametrize("state", ["declined", "closed"])
def test_what_has_ended_can_be_asked_for_anew(state: str) -> None:
    """As a new escalation, with an id of its own."""
    assert accepts(ended(state), asks(), ANN).escalation.id == "e2"
    with pytest.raises(InvalidValue) as caught:
        tries(attrs.evolve(ended(state), id=EscalationId("e2")), asks(), ANN)
    assert caught.value.path == "identity"


def test_an_account_is_escalated_with_its_team_watching() -> None:
    """It has somebody who works on it, and cases that it is about; no case hears of it."""
    command = asks(template="accounts", assignment_group="board", assigned_to="pat", related_cases=("c1", "c2"))
    answer = accepts(None, command, ANN, ACCOUNT)
    escalation = answer.escalation
    assert (escalation.account, escalation.case, escalation.source) == ("acme", None, "account")
    assert escalation.watch_list == ("wes", "tim", "tom")
    assert (escalation.assigned_to, escalation.assignment_group, escalation.related_cases) == (
        "pat",
        "board",
        ("c1", "c2"),
    )
    assert answer.work_note is None


# --- deciding --------------------------------------------------------------------------------------------------------


def test_an_approver_approves() -> None:
    """A member of the group needs no other role."""
    answer = accepts(requested, ApproveEscalation(), BOB)
    escalation = answer.escalation
    assert (escalation.state, escalation.approved_by, escalation.approved_at) == ("escalated", "bob", LATER)
    assert (escalation.updated_at, answer.events) == (LATER, ("escalation_approved",))
    assert attrs.evolve(requested) == requested


def test_an_approver_declines_and_says_why() -> None:
    """A reason is required."""
    escalation = accepts(requested, DeclineEscalation("Not urgent."), EVE).escalation
    assert (escalation.state, escalation.declined_by, escalation.declined_reason) == ("declined", "eve", "Not urgent.")
    assert refuses(requested, DeclineEscalation(" "), EVE) == ("missing",)


def test_managers_are_agents_too() -> None:
    """As the table of cases has them."""
    assert accepts(None, asks(), MIA, parties=("manager",)).escalation.requested_by == "mia"


def test_nobody_else_decides() -> None:
    """Not agents, nor managers and admins while there is an approver."""
    for actor in (ANN, MIA, ADA, DEE):
        assert refuses(requested, ApproveEscalation(), actor) == ("not_permitted",)
        assert refuses(requested, DeclineEscalation("No."), actor) == ("not_permitted",)


def test_an_approver_is_somebody_inside() -> None:
    """A contact who has the same id is not."""
    assert refuses(requested, ApproveEscalation(), Actor(kind="contact", id="bob"), parties=()) == ("not_involved",)


def test_managers_and_admins_decide_where_no_approver_is_left() -> None:
    """A request does not hang when the group is emptied, nor when the policy's template names none any more."""
    alone = attrs.evolve(CASE, approvers=(), group_manager=None)
    for actor in (MIA, ADA):
        assert accepts(requested, ApproveEscalation(), actor, alone).escalation.approved_by == actor.id
    assert refuses(requested, ApproveEscalation(), ANN, alone) == ("not_permitted",)
    assert (
        accepts(attrs.evolve(requested, template="by nobody"), ApproveEscalation(), MIA).escalation.state == "escalated"
    )


def test_a_template_that_is_gone_leaves_the_approvers_of_the_facts() -> None:
    """The policy may have changed since the request."""
    gone = attrs.evolve(requested, template="gone")
    assert accepts(gone, ApproveEscalation(), BOB).escalation.state == "escalated"
    assert refuses(gone, ApproveEscalation(), MIA) == ("not_permitted",)


@pytest.mark.parametrize("actor", [BOB, EVE, inside("sue", "manager"), inside("sam", "admin")])
def test_whoever_asked_does_not_approve(actor: Actor) -> None:
    """Whatever their role; they may decline. A setting allows it."""
    own = attrs.evolve(requested, requested_by=actor.id)
    facts = attrs.evolve(CASE, approvers=people(actor.id))
    parties = ("agent",) if actor is not BOB else ("internal",)
    assert refuses(own, ApproveEscalation(), actor, facts, parties=parties) == ("own_request",)
    assert accepts(own, ApproveEscalation(), actor, facts, OWN, parties=parties).escalation.approved_by == actor.id
    assert accepts(own, DeclineEscalation("No."), actor, facts, parties=parties).escalation.state == "declined"


def test_a_customer_of_the_same_id_is_somebody_else() -> None:
    """Contacts and users may share ids."""
    asked = attrs.evolve(requested, requested_by="bob", requester_kind="contact")
    assert accepts(asked, ApproveEscalation(), BOB).escalation.approved_by == "bob"
    only_bob = attrs.evolve(CASE, approvers=people("bob"), group_manager=None)
    assert refuses(asked, ApproveEscalation(), MIA, only_bob) == ("not_permitted",)


def test_where_only_who_asked_could_approve_a_manager_does() -> None:
    """The request says so; it is not approved by itself, for that would be approval by who asked."""
    answer = accepts(None, asks(), ANN, ONLY_ANN)
    assert answer.escalation.state == "requested"
    assert [reason.code for reason in answer.reasons] == ["managers_decide"]
    assert accepts(answer.escalation, ApproveEscalation(), MIA, ONLY_ANN).escalation.approved_by == "mia"
    assert refuses(answer.escalation, ApproveEscalation(), ANN, ONLY_ANN) == ("own_request",)
    assert accepts(None, asks(), ANN, ONLY_ANN, OWN).reasons == ()
    assert refuses(answer.escalation, ApproveEscalation(), MIA, ONLY_ANN, OWN) == ("not_permitted",)


# --- ending ----------------------------------------------------------------------------------------------------------


def test_a_deescalation_requester_ends_it_and_says_why() -> None:
    """Agents, managers and admins do not without the role."""
    escalation = accepts(escalated, Deescalate("All is well."), DEE).escalation
    assert (escalation.state, escalation.closed_by, escalation.closed_at) == ("closed", "dee", LATER)
    assert escalation.closed_justification == "All is well."
    assert escalation.approved_by == "bob"
    assert refuses(escalated, Deescalate(""), DEE) == ("missing",)
    for actor in (ANN, BOB, MIA, ADA):
        assert refuses(escalated, Deescalate("Done."), actor) == ("not_permitted",)
    assert refuses(requested, Deescalate("Done."), DEE) == ("wrong_state",)


def test_the_role_counts_inside_only() -> None:
    """A contact who somehow has it has no part."""
    outside = Actor(kind="contact", id="con", roles=frozenset({"deescalation_requester"}))
    assert refuses(escalated, Deescalate("Done."), outside, parties=()) == ("not_involved",)


def test_the_system_ends_what_ends_with_its_case() -> None:
    """A request is declined, an escalation closed."""
    assert accepts(requested, DeclineEscalation("The case is closed."), SYSTEM).escalation.declined_by == "system"
    assert accepts(escalated, Deescalate("The case is closed."), SYSTEM).escalation.closed_by == "system"


# --- updating --------------------------------------------------------------------------------------------------------


def test_an_update_sets_what_it_says() -> None:
    """And nothing else; an empty list empties."""
    before = attrs.evolve(escalated, watch_list=people("wes"))
    after = accepts(before, UpdateEscalation(trend="declining", severity="medium", watch_list=()), ANN).escalation
    assert after == attrs.evolve(before, trend="declining", severity="medium", watch_list=(), updated_at=LATER)


def test_another_group_takes_it_from_the_person() -> None:
    """Unless one is named too, or the group is the same."""
    moved = accepts(account, UpdateEscalation(assignment_group=GroupId("desk")), ANN, ACCOUNT).escalation
    assert (moved.assignment_group, moved.assigned_to) == ("desk", None)
    named = UpdateEscalation(assignment_group=GroupId("desk"), assigned_to=UserId("liz"))
    assert accepts(account, named, ANN, ACCOUNT).escalation.assigned_to == "liz"
    same = UpdateEscalation(assignment_group=GroupId("board"), trend="same")
    assert accepts(account, same, ANN, ACCOUNT).escalation.assigned_to == "pat"


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (UpdateEscalation(), ("missing",)),
        (UpdateEscalation(severity="high", reason="inactivity", watch_list=()), ("nothing_changed",)),
        (UpdateEscalation(assigned_to=UserId("ann")), ("only_for_accounts",)),
        (UpdateEscalation(severity="high", related_cases=()), ("nothing_changed",)),
    ],
)
def test_an_update_is_refused_with_every_reason(command: UpdateEscalation, codes: tuple[str, ...]) -> None:
    """It must change something that there is to change."""
    assert refuses(requested, command, ANN) == codes


def test_an_update_needs_an_escalation() -> None:
    """The refusal also says what the command lacks."""
    assert refuses(None, UpdateEscalation(), ANN) == ("wrong_state", "missing")
    assert refuses(None, UpdateEscalation(trend="same"), ANN) == ("wrong_state",)


# --- whoever it is, whenever it is -----------------------------------------------------------------------------------


def test_a_stranger_learns_nothing() -> None:
    """The answer is the same whatever there is, and whatever they ask."""
    commands: tuple[EscalationCommand, ...] = (asks(), ApproveEscalation(), Deescalate(), UpdateEscalation())
    answers = {
        str(tries(current, command, STRANGER)) for current in (None, requested, escalated) for command in commands
    }
    assert answers == {"you have no part in this escalation"}


def test_a_customer_learns_no_state() -> None:
    """What is not theirs to do is not, whatever the state is."""
    for command in (ApproveEscalation(), DeclineEscalation(), Deescalate(), UpdateEscalation()):
        answers = {str(tries(current, command, CIM)) for current in (None, requested, escalated, ended("closed"))}
        assert len(answers) == 1
        early = refuses(requested, command, CIM, now=NOON - timedelta(hours=1))
        assert early == ("not_permitted",)


def test_nothing_happens_before_what_has_happened() -> None:
    """The clock does not go back."""
    early = NOON - timedelta(microseconds=1)
    assert refuses(requested, ApproveEscalation(), BOB, now=early) == ("too_early",)
    assert refuses(ended("closed"), asks(), ANN, now=early) == ("too_early",)
    assert refuses(requested, Deescalate(), DEE, now=early) == ("too_early", "wrong_state", "missing")
    assert accepts(requested, ApproveEscalation(), BOB, now=NOON).escalation.approved_at == NOON


def test_the_escalation_is_of_what_the_facts_are_about() -> None:
    """Another case's is a mistake of the caller's; so is an instant without a zone."""
    with pytest.raises(InvalidValue) as caught:
        tries(requested, ApproveEscalation(), BOB, attrs.evolve(CASE, case=CaseId("c9")))
    assert caught.value.path == "current"
    with pytest.raises(NaiveDatetime):
        tries(requested, ApproveEscalation(), BOB, now=datetime(2027, 3, 1))


def test_the_group_whose_members_are_gathered_is_the_templates() -> None:
    """Named in the request, by the escalation, or the customers'."""
    assert approval_group_for(None, asks(), POLICY) == "board"
    assert approval_group_for(None, asks(template="by nobody"), POLICY) is None
    assert approval_group_for(None, RequestEscalation(), POLICY) == "board"
    assert approval_group_for(None, RequestEscalation(), EscalationPolicy()) is None
    assert approval_group_for(requested, ApproveEscalation(), POLICY) == "board"
    assert approval_group_for(None, ApproveEscalation(), POLICY) is None
    assert approval_group_for(attrs.evolve(requested, template="gone"), ApproveEscalation(), POLICY) is None
