"""What may be done, as a user interface asks."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import (
    Account,
    Blocker,
    CaseFacts,
    CaseTask,
    ChildCase,
    EscalationPolicy,
    EscalationTemplate,
    MajorCasePolicy,
    RelatedRecord,
    revised,
)
from csmcore.rules.cases.actions import Available, actions_for
from csmcore.rules.clocks.plan import compile_policy
from csmcore.rules.records.record_updates import RECORD_RULES
from tests.unit.lifecycle.cast import BUSINESS, START, case_in, made, policy

LATER = START + timedelta(days=1)


def available(state: str, name: str, days: int = 0) -> dict[str, Available]:
    """The actions by name, for one of the cast."""
    case = case_in(state, BUSINESS)  # type: ignore[arg-type]
    actor = BUSINESS.actors[name][0]
    return {one.action: one for one in actions_for(case, actor, BUSINESS.facts, compile_policy(policy(days)), LATER)}


def test_the_buttons_of_an_agent_on_a_new_case() -> None:
    """Each action that is open to them, with what it must hold; the rest say why not."""
    found = available("new", "an agent")
    allowed = {name: one.required for name, one in found.items() if one.is_allowed}
    assert allowed == {
        "assign_to_me": (),
        "assign_case": ("group or user",),
        "add_comment": ("text",),
        "add_work_note": ("text",),
        "update_case": ("changes",),
        "override_priority": ("priority", "reason"),
        "close_case": ("code", "notes"),
        "cancel_case": ("reason",),
        "add_blocker": ("reason",),
        "add_task": ("subject",),
        "log_time": ("seconds",),
        "link_record": ("kind", "record"),
        "propose_major_case": ("business_impact", "note"),
        "merge_case": ("into",),
    }
    assert str(found["accept_case"].reasons[0]) == "accept case is for the assignee"
    assert str(found["propose_solution"].reasons[0]) == "the case is new: propose solution is not possible"
    assert [reason.code for reason in found["accept_solution"].reasons] == ["wrong_state", "not_permitted"]


def test_what_is_required_is_told_in_any_state() -> None:
    """Also where the action cannot be done: what every row asks that might be the actor's."""
    found = available("new", "an agent")
    assert found["propose_solution"].required == ("code", "notes")
    assert found["reject_solution"].required == ("reason",)
    assert available("closed", "an agent")["close_case"].required == ("code", "notes")
    assert available("closed", "the contact")["close_case"].required == ()
    assert available("new", "an employee")["close_case"].required == ()


@pytest.mark.parametrize("days", [0, 2])
def test_a_closed_case_is_reopened_or_followed(days: int) -> None:
    """Never both."""
    found = available("closed", "the contact", days)
    assert {name for name, one in found.items() if one.is_allowed} == (
        {"add_comment", "reopen_case"} if days else {"follow_up"}
    )


def test_a_stranger_sees_the_same_of_every_case() -> None:
    """Nothing tells them its state, not even what an action would need."""
    shown = available("new", "a colleague")
    assert shown == available("closed", "a colleague", 2)
    assert {(one.is_allowed, one.required) for one in shown.values()} == {(False, ())}


def test_another_accounts_ancestors_give_nobody_a_say() -> None:
    """Facts that are not the case's make no one its customer."""
    rival = made(Account, id="rival", name="Rival", parent="hq")
    holding = made(Account, id="hq", name="Holding")
    admin = BUSINESS.actors["the holding's admin"][0]
    for facts in (CaseFacts(account=rival, ancestors=(holding,)), CaseFacts()):
        found = actions_for(BUSINESS.case, admin, facts, compile_policy(policy()), LATER)
        assert {reason.code for one in found for reason in one.reasons} == {"not_involved"}


def test_a_naive_instant_is_an_error() -> None:
    """It names no instant."""
    agent = BUSINESS.actors["an agent"][0]
    with pytest.raises(NaiveDatetime):
        actions_for(BUSINESS.case, agent, BUSINESS.facts, compile_policy(policy()), START.replace(tzinfo=None))


# --- what stands in the way, whatever a command says -----------------------------------------------------------------

TASK = made(CaseTask, number="T1", subject="x", assignment_group="floor", opened_at=START, opened_by="ann")
RECORD = made(RelatedRecord, kind="incident", record="R1", linked_at=START, linked_by="ann")
WAITS = Blocker(reason="other", text="parts", since=START, by="ann")
ASKED = Blocker(reason="customer_information", since=START, by="ann")
OVER: dict[str, Any] = {"ended_at": START, "ended_by": "ann", "notes": "Done."}
NOBODYS = dict.fromkeys(("account", "contact", "consumer", "requested_by"))
CHILD = made(ChildCase, id="case-9", state="new")
MANY = {
    f"T{number}": made(CaseTask, number=f"T{number}", subject="x", opened_at=START, opened_by="ann")
    for number in range(200)
}
FULL: dict[str, Any] = {
    f"{kind}:R{number}": made(RelatedRecord, kind=kind, record=f"R{number}", linked_at=START, linked_by="ann")
    for kind, rule in RECORD_RULES.items()
    for number in range(rule.most)
}


@pytest.mark.parametrize(
    ("action", "who", "fields", "facts", "code"),
    [
        ("resolve_blocker", "an agent", {}, {}, "no_blocker"),
        ("resolve_blocker", "an agent", {"blockers": {"other-2": WAITS}}, {}, None),
        ("add_task", "an agent", {"tasks": MANY}, {}, "too_many_tasks"),
        ("update_task", "an agent", {}, {}, "no_task"),
        ("update_task", "an agent", {"tasks": {"T1": TASK}}, {}, None),
        ("close_task", "an employee", {"tasks": {"T1": TASK}}, {}, "no_task"),
        ("close_task", "an employee", {"tasks": {"T1": TASK}}, {"actor_groups": ("floor",)}, None),
        ("cancel_task", "an agent", {"tasks": {"T1": attrs.evolve(TASK, state="closed", **OVER)}}, {}, "no_task"),
        ("link_record", "an agent", {"records": FULL}, {}, "record_limit"),
        ("unlink_record", "an agent", {}, {}, "no_records"),
        ("unlink_record", "an agent", {"records": {RECORD.key: RECORD}}, {}, None),
        ("hear_of_record", "the system", {}, {}, "no_records"),
        ("propose_major_case", "an agent", {"major_case_state": "proposed"}, {}, "already_proposed"),
        ("propose_major_case", "an agent", {"parent": "case-0"}, {}, "is_child"),
        ("propose_major_case", "an agent", {}, {"children": (CHILD,)}, "has_children"),
        ("accept_major_case", "a manager", {"major_case_state": "proposed"}, {"children": (CHILD,)}, "has_children"),
        ("accept_major_case", "a manager", {"major_case_state": "proposed", **NOBODYS}, {"children": (CHILD,)}, None),
        ("reject_major_case", "a manager", {"major_case_state": "proposed", **NOBODYS}, {}, "customer_missing"),
        ("reject_major_case", "a manager", {"major_case_state": "proposed"}, {}, None),
        ("add_children", "an agent", {"major_case_state": "accepted"}, {"children": (CHILD,)}, "too_many_children"),
        ("add_children", "an agent", {"major_case_state": "accepted"}, {}, None),
        ("follow_parent", "the system", {}, {}, "not_its_parent"),
        ("follow_parent", "the system", {"parent": "case-0"}, {}, None),
        ("merge_case", "an agent", {}, {"children": (CHILD,)}, "has_children"),
        ("merge_case", "the system", {}, {"children": (CHILD,)}, None),
    ],
)
def test_what_no_command_can_do_is_not_allowed(
    action: str, who: str, fields: dict[str, Any], facts: dict[str, Any], code: str | None
) -> None:
    """The answer says what is in the way of all of them."""
    case, actor = revised(case_in("new", BUSINESS), fields), BUSINESS.actors[who][0]
    rules = policy(major_cases=MajorCasePolicy(max_children=1))
    found = actions_for(case, actor, attrs.evolve(BUSINESS.facts, **facts), compile_policy(rules), LATER)
    [one] = [each for each in found if each.action == action]
    assert [reason.code for reason in one.reasons][:1] == ([] if code is None else [code])
    assert one.is_allowed is (code is None)


def test_a_customer_who_is_waited_for_is_no_blocker_to_resolve() -> None:
    """While the case awaits info; what else it waits for is."""
    actor, plan = BUSINESS.actors["an agent"][0], compile_policy(policy())
    asked = revised(case_in("awaiting_info", BUSINESS), {"blockers": {"customer": ASKED}})
    also = revised(asked, {"blockers": {"customer": ASKED, "other-2": WAITS}})
    codes = []
    for case in (asked, also):
        [one] = [
            each for each in actions_for(case, actor, BUSINESS.facts, plan, LATER) if each.action == "resolve_blocker"
        ]
        codes.append([reason.code for reason in one.reasons])
    assert codes == [["still_awaited"], []]


def test_an_escalation_says_all_that_it_needs() -> None:
    """Its template's reason, where that has none; and some change, of one that is there."""
    templates = {"bare": EscalationTemplate(), "full": EscalationTemplate(reason="inactivity", skip_approval=True)}
    for customers, needs in (("bare", ("justification", "reason")), ("full", ("justification",))):
        rules = policy(escalation=EscalationPolicy(templates=templates, customer_template=customers))
        found = actions_for(
            BUSINESS.case, BUSINESS.actors["the contact"][0], BUSINESS.facts, compile_policy(rules), LATER
        )
        [one] = [each for each in found if each.action == "request_escalation"]
        assert (one.is_allowed, one.required) == (True, needs)
