"""What may be done, as a user interface asks."""

from datetime import timedelta

import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import Account, CaseFacts
from csmcore.rules.cases.actions import Available, actions_for
from csmcore.rules.clocks.plan import compile_policy
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
        "resolve_blocker": ("blocker",),
        "add_task": ("subject",),
        "update_task": ("task", "changes"),
        "close_task": ("task", "notes"),
        "cancel_task": ("task", "reason"),
        "log_time": ("seconds",),
        "link_record": ("kind", "record"),
        "unlink_record": ("record", "reason"),
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
