"""Who has part in a case, what a merged one tells, and how much is said in a day."""

from typing import Any

import pytest

from csmcore.model import (
    Actor,
    AddComment,
    CaseFacts,
    CaseId,
    CasePolicy,
    OpenCase,
    Refusal,
    RejectSolution,
    ReopenCase,
    SupportPolicy,
)
from csmcore.rules import actions_for, compile_policy
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.parties import parties_of
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import opening
from csmcore.services import CaseService
from tests.unit.leaks.worlds import ANN, EVE, FACTS, KAY, NOON, POLICY, case_of, contact, inside, made, with_rival

PAT = contact("pat", "dealer", "partner")
LIMITED = SupportPolicy(name="leaks", version="1", cases=CasePolicy(comments_a_day=2), reopen_window_days=7)


@pytest.mark.parametrize(
    ("kind", "parties"),
    [("contact", ("customer",)), (None, ("customer",)), ("internal", ()), ("consumer", ()), ("system", ())],
)
def test_the_partner_who_opened_a_case_is_known_by_what_they_are_too(kind: Any, parties: Any) -> None:
    """An opener of another kind may have the same id; of old cases only the id is known."""
    case = case_of(partner="dealer", partner_contact="pat", opened_by="pat", opened_by_kind=kind)
    assert parties_of(case, PAT, FACTS) == parties


@pytest.mark.parametrize("actor", [ANN, EVE, Actor(kind="integration", id="probe")])
def test_a_new_case_tells_what_its_opener_is(actor: Actor) -> None:
    """With their id; the stream shows it to nobody as a change."""
    command = made(OpenCase, short_description="x", contact="eve")
    begins = opening(command, actor, FACTS, POLICY, NOON, CaseId("c2"), "CS2")
    assert isinstance(begins, Step)
    assert (begins.changes["opened_by"], begins.changes["opened_by_kind"]) == (actor.id, actor.kind)
    service = CaseService(with_rival())
    case = service.open(made(OpenCase, short_description="x", account="acme", contact="eve"), actor).case
    [first] = service.stream(case.id, "agent")[:1]
    assert not first.changes.keys() & {"opened_by", "opened_by_kind"}


@pytest.mark.parametrize(
    ("actor", "way"),
    [
        (EVE, "open a follow-up"),
        (inside("req"), "open a follow-up"),
        (ANN, "it goes on in 'c7'"),
        (Actor(kind="integration", id="probe"), "it goes on in 'c7'"),
    ],
)
def test_where_a_merged_case_goes_on_is_told_to_those_who_work_on_it(actor: Actor, way: str) -> None:
    """The other case may be one that its customer does not see."""
    case = case_of(state="cancelled", merged_into="c7", requested_by="req")
    refused = step(case, AddComment("x"), actor, FACTS, POLICY, NOON)
    assert isinstance(refused, Refusal)
    assert refused.reasons[0].text.endswith(f"; {way}")


@pytest.mark.parametrize(
    ("state", "command", "field"),
    [
        ("open", AddComment("x"), "text"),
        ("resolved", RejectSolution("x"), "reason"),
        ("closed", ReopenCase(comment="x"), "comment"),
    ],
)
def test_a_comment_too_many_is_refused_by_whichever_way_it_is_made(state: Any, command: Any, field: str) -> None:
    """The last that is allowed is taken; the reason names what was said."""
    case = case_of(account=None, contact=None, consumer="kay", state=state, closed_at=NOON)
    full = CaseFacts(consumer=FACTS.consumer, recent_comments=2)
    refused = step(case, command, KAY, full, LIMITED, NOON)
    assert isinstance(refused, Refusal)
    assert [(reason.code, reason.fields) for reason in refused.reasons] == [("limit_reached", (field,))]
    room = CaseFacts(consumer=FACTS.consumer, recent_comments=1)
    assert isinstance(step(case, command, KAY, room, LIMITED, NOON), Step)


def test_a_case_is_reopened_without_a_word_at_any_time() -> None:
    """The limit is on what is said: the button stays, while those that need a word go."""
    case = case_of(account=None, contact=None, consumer="kay", state="closed", closed_at=NOON)
    full = CaseFacts(consumer=FACTS.consumer, recent_comments=2)
    assert isinstance(step(case, ReopenCase(), KAY, full, LIMITED, NOON), Step)
    plan = compile_policy(LIMITED)
    may = {answer.action: answer.is_allowed for answer in actions_for(case, KAY, full, plan, NOON)}
    assert (may["reopen_case"], may["add_comment"]) == (True, False)
    solved = case_of(account=None, contact=None, consumer="kay", state="resolved")
    may = {answer.action: answer.is_allowed for answer in actions_for(solved, KAY, full, plan, NOON)}
    assert (may["accept_solution"], may["reject_solution"]) == (True, False)
