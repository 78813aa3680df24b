"""Who hears of an escalation, and what the case's work notes say."""

import attrs

from csmcore.model import (
    Actor,
    ApproveEscalation,
    DeclineEscalation,
    Deescalate,
    EscalationDecision,
    RequestEscalation,
    UpdateEscalation,
    WorkNote,
)
from tests.unit.escalation.desk import (
    ACCOUNT,
    ANN,
    BOB,
    CASE,
    CIM,
    DEE,
    EVE,
    NOON,
    SYSTEM,
    about,
    accepts,
    asks,
    escalated,
    people,
    requested,
)

WATCHED = attrs.evolve(escalated, watch_list=people("wes", "eve"))


def heard(decision: EscalationDecision) -> list[tuple[str, tuple[str, ...]]]:
    """Who hears, and as what."""
    return [(one.kind, one.to) for one in decision.notifications]


# --- who hears -------------------------------------------------------------------------------------------------------


def test_a_request_goes_to_its_approvers_and_watchers() -> None:
    """The manager of the group is an approver here; each hears once."""
    decision = accepts(None, asks(watch_list=("bob", "uma")), ANN)
    assert heard(decision) == [("notify_approvers", ("bob", "eve", "max")), ("notify_users", ("uma", "wes"))]
    first = decision.notifications[0]
    assert (first.about, first.details["escalation"]) == ("escalation_requested", "e2")


def test_an_approval_goes_to_the_assignee_the_requester_and_the_watchers() -> None:
    """Also one that nobody had to give, but not to who asked then: they are its author."""
    watched = attrs.evolve(requested, watch_list=people("wes"))
    approved = accepts(watched, ApproveEscalation(), BOB)
    assert heard(approved) == [
        ("notify_assignee", ("eve",)),
        ("notify_users", ("ann",)),
        ("notify_users", ("wes",)),
    ]
    at_once = accepts(None, asks(template="at once", watch_list=("wes",)), ANN)
    assert heard(at_once) == [("notify_assignee", ("eve",)), ("notify_users", ("wes",))]
    assert {one.about for one in at_once.notifications} == {"escalation_approved"}


def test_a_decline_goes_to_the_requester_and_the_watchers() -> None:
    """The assignee never had to do with it."""
    watched = attrs.evolve(requested, watch_list=people("wes"))
    assert heard(accepts(watched, DeclineEscalation("No."), BOB)) == [
        ("notify_users", ("ann",)),
        ("notify_users", ("wes",)),
    ]


def test_an_end_and_an_update_go_to_assignee_and_watchers() -> None:
    """Each once: the assignee watches too."""
    assert heard(accepts(WATCHED, Deescalate("Done."), DEE)) == [
        ("notify_assignee", ("eve",)),
        ("notify_users", ("ann",)),
        ("notify_users", ("wes",)),
    ]
    assert heard(accepts(WATCHED, UpdateEscalation(trend="same"), ANN)) == [
        ("notify_assignee", ("eve",)),
        ("notify_users", ("wes",)),
    ]


def test_an_update_is_told_to_those_who_watch_from_now_on() -> None:
    """Not to those who do not any more."""
    assert heard(accepts(WATCHED, UpdateEscalation(watch_list=people("uma")), ANN))[1:] == [("notify_users", ("uma",))]


def test_the_author_does_not_hear() -> None:
    """A user of the same id as a customer who acts is somebody else."""
    assert heard(accepts(WATCHED, UpdateEscalation(trend="same"), EVE)) == [("notify_users", ("wes",))]
    cim = attrs.evolve(CASE, approvers=people("cim"))
    asked = accepts(None, RequestEscalation(justification="We wait."), CIM, cim)
    assert heard(asked) == [("notify_approvers", ("cim",))]


def test_a_customer_who_asked_does_not_hear() -> None:
    """Escalations are matters of the inside."""
    asked = attrs.evolve(requested, requested_by="cim", requester_kind="contact")
    assert heard(accepts(asked, ApproveEscalation(), BOB)) == [("notify_assignee", ("eve",))]


def test_where_nobody_is_left_nobody_hears() -> None:
    """There is no empty notification."""
    alone = attrs.evolve(CASE, assignee=None)
    assert accepts(escalated, UpdateEscalation(trend="same"), SYSTEM, alone).notifications == ()


def test_who_works_on_an_accounts_escalation_hears() -> None:
    """It has an assignee of its own."""
    account = about(case=None, account="acme", template="accounts", assigned_to="pat")
    assert heard(accepts(account, UpdateEscalation(trend="same"), ANN, ACCOUNT)) == [("notify_assignee", ("pat",))]


# --- work notes ------------------------------------------------------------------------------------------------------


def test_a_case_receives_a_work_note_of_all_that_happens() -> None:
    """In words, with what people wrote."""
    assert accepts(None, asks(), ANN).work_note == ("Escalation requested: inactivity, high severity. Nobody answers.")
    assert accepts(None, RequestEscalation(justification=" We wait.\n"), CIM).work_note == (
        "Escalation requested, as the customer asked: lack of progress, medium severity. We wait."
    )
    assert accepts(None, asks(template="at once"), ANN).work_note == (
        "Escalated at once: inactivity, medium severity. Nobody answers. (template 'at once' skips approval)"
    )
    assert accepts(requested, ApproveEscalation(), BOB).work_note == "Escalation approved, high severity."
    assert accepts(requested, DeclineEscalation("Not now. "), BOB).work_note == "Escalation declined: Not now."
    assert accepts(escalated, Deescalate("All is well."), DEE).work_note == "De-escalated: All is well."


def test_an_update_says_what_has_changed() -> None:
    """From what to what; of watchers only how many."""
    command = UpdateEscalation(
        severity="medium", trend="declining", reason="customer_deadline", watch_list=people("wes", "uma", "pia")
    )
    assert accepts(WATCHED, command, ANN).work_note == (
        "Escalation updated: severity from high to medium; trend declining; "
        "reason from inactivity to customer deadline; watch list: 2 added, 1 removed."
    )
    before = attrs.evolve(escalated, trend="improving")
    assert accepts(before, UpdateEscalation(trend="same"), ANN).work_note == (
        "Escalation updated: trend from improving to same."
    )


def test_a_work_note_holds_the_longest_remark() -> None:
    """With all that stands around it."""
    text = accepts(None, asks(justification="x" * 10_000), ANN).work_note
    assert text
    assert WorkNote(id="a", case="c1", at=NOON, by=Actor(kind="internal", id="ann"), text=text).text == text  # type: ignore[arg-type]


def test_what_happens_to_an_account_is_not_copied() -> None:
    """It has no one case."""
    account = about(case=None, account="acme", template="accounts")
    assert accepts(account, ApproveEscalation(), BOB, ACCOUNT).work_note is None
