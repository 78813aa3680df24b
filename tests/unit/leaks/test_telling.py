"""Who is told, and who is not: customers of what they see, people inside of notes, nobody of what they did."""

from typing import Any

import attrs
import pytest

from csmcore.conditions import field
from csmcore.model import (
    SYSTEM,
    AcceptSolution,
    AddComment,
    AddWorkNote,
    Case,
    CaseCommand,
    CaseFacts,
    CaseType,
    CloseCase,
    FollowParent,
    OpenCase,
    ProposeSolution,
    Refusal,
    RequestInfo,
    SupportPolicy,
    UpdateCase,
)
from csmcore.rules import compile_policy
from csmcore.rules.cases.lifecycle import step
from csmcore.rules.cases.showing import is_shown_to_customer
from csmcore.rules.cases.steps import Step
from csmcore.rules.intake.intake import opening
from tests.unit.leaks.worlds import ANN, EVE, FACTS, KAY, NOON, case_of, contact, inside, made, told

TYPES = {
    "inner": CaseType(visible_to=frozenset({"agent"})),
    "late": CaseType(visible_if=field("state") == "resolved"),
    "early": CaseType(visible_if=field("state") != "closed"),
    "clients": CaseType(visible_to=frozenset({"consumer"})),
    "ours": CaseType(visible_to=frozenset({"customer", "agent"})),
    "led": CaseType(visible_to=frozenset({"customer_admin", "agent"})),
}
RULES = SupportPolicy(name="telling", version="1", case_types=TYPES)
FLOWS = compile_policy(RULES).flows
CLOSING = CloseCase(code="done", notes="Done.")


def took(case: Case, command: CaseCommand, actor: Any = ANN, facts: CaseFacts = FACTS) -> Step:
    """The step of a command that is accepted."""
    taken = step(case, command, actor, facts, RULES, NOON, FLOWS)
    assert isinstance(taken, Step), taken
    return taken


def refused(case: Case, changes: dict[str, Any]) -> tuple[str, ...]:
    """Why Ann's update is not accepted."""
    answer = step(case, UpdateCase(changes), ANN, FACTS, RULES, NOON, FLOWS)
    return answer.codes if isinstance(answer, Refusal) else ()


def begun(actor: Any = ANN, **fields: Any) -> Step | Refusal:
    """What becomes of a case that is opened."""
    command = made(OpenCase, **{"short_description": "x", "account": "acme", "contact": "eve", **fields})
    return opening(command, actor, FACTS, RULES, NOON, made(str, object="c2"), "CS2", FLOWS)  # type: ignore[arg-type]


# --- what a type hides -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["inner", "early", "led"])
def test_a_customer_is_told_nothing_of_a_case_that_its_type_hides(kind: str) -> None:
    """Neither that it closed nor how they found it, even where they are informed; the rest is."""
    case = case_of(state="open", case_type=kind, assigned_to="ann", informed_users=("eve", "una"))
    taken = took(case, CLOSING, inside("mia", "manager", "agent"))
    assert told(taken.intents) == {"notify_assignee": ("ann",), "notify_informed_users": ("una",)}
    assert "survey_requested" not in taken.changes
    assert [happening.kind for happening in taken.happened] == ["case_closed"]


def test_a_survey_that_was_asked_for_anyhow_is_not_sent() -> None:
    """Where the parent closed it, say."""
    policy = attrs.evolve(RULES, major_cases=attrs.evolve(RULES.major_cases, survey_children=True))
    kinds = {"inner": attrs.evolve(TYPES["inner"], is_synced=True)}
    flows = compile_policy(attrs.evolve(policy, case_types=kinds)).flows
    case = case_of(state="open", case_type="inner", parent="c0")
    command = made(FollowParent, parent="c0", state="closed", note="Over.")
    taken = step(case, command, SYSTEM, FACTS, policy, NOON, flows)
    assert isinstance(taken, Step)
    assert told(taken.intents) == {}


@pytest.mark.parametrize("kind", [None, "ours", "unknown"])
def test_a_customer_is_told_of_what_they_see(kind: str | None) -> None:
    """Of a type for customers, of one that the policy does not know, and without one."""
    taken = took(case_of(state="open", case_type=kind), CLOSING)
    assert told(taken.intents) == {"notify_customer": ("eve",), "send_survey": ("eve",)}


def test_it_is_the_case_after_the_step_that_they_see() -> None:
    """A condition on the state holds, or holds no more, as the step leaves it."""
    solved = took(case_of(state="open", case_type="late"), ProposeSolution(code="fixed", notes="On again."))
    assert told(solved.intents) == {"notify_customer": ("eve",)}
    assert told(took(case_of(state="open", case_type="late"), AddComment("x")).intents) == {}
    assert told(took(case_of(state="open", case_type="early"), RequestInfo("x")).intents) == {
        "notify_customer": ("eve",)
    }


@pytest.mark.parametrize(
    ("kind", "whose", "shown"),
    [
        ("clients", {"contact": "eve"}, False),
        ("clients", {"contact": None, "account": None, "consumer": "kay"}, True),
        ("ours", {"contact": None, "account": None, "consumer": "kay"}, True),
        ("ours", {"contact": None, "requested_by": "req"}, True),
        ("inner", {"contact": None, "requested_by": "req"}, False),
        ("ours", {"contact": None}, False),
    ],
)
def test_who_answers_for_the_customer_is_whom_it_is_shown_to(kind: str, whose: dict[str, Any], shown: bool) -> None:  # noqa: FBT001
    """By the role that everybody like them has; where nobody does, to nobody."""
    assert is_shown_to_customer(FLOWS[kind], case_of(case_type=kind, **whose), FACTS) is shown


def test_a_requester_inside_is_told_nothing_of_what_is_hidden_from_them() -> None:
    """Neither as the customer nor as somebody informed."""
    case = case_of(state="open", contact=None, requested_by="req", case_type="inner", informed_users=("req", "una"))
    assert told(took(case, AddComment("x")).intents) == {"notify_informed_users": ("una",)}


@pytest.mark.parametrize(("kind", "expected"), [("inner", {}), ("ours", {"notify_customer": ("eve",)})])
def test_of_a_new_case_too(kind: str, expected: dict[str, Any]) -> None:
    """Whoever opens it, the customer hears of what they see."""
    begins = begun(case_type=kind)
    assert isinstance(begins, Step)
    assert told(begins.intents) == expected


# --- who is inside ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["contact", "partner_contact", "consumer"])
def test_work_notes_are_told_to_nobody_outside(name: str) -> None:
    """An old case may list them; a new one, or one that is changed, may not."""
    whose = {"account": None, "contact": None, "partner": "acme", name: "out"}
    case = case_of(state="open", work_notes_list=("out", "una", "ann"), **whose)
    assert told(took(case, AddWorkNote("x")).intents) == {"notify_work_notes_list": ("una",)}
    assert refused(case_of(state="open", **whose), {"work_notes_list": ("una", "out")}) == ("not_inside",)
    assert refused(case_of(state="open", **whose), {"work_notes_list": ("una",)}) == ()


def test_nobody_inside_becomes_the_customer_and_still_hears_of_notes() -> None:
    """One of the two has to go first."""
    case = case_of(state="open", contact=None, work_notes_list=("eve",))
    assert refused(case, {"contact": "eve"}) == ("not_inside",)
    assert refused(case, {"contact": "eve", "work_notes_list": ()}) == ()
    opened = begun(work_notes_list=("eve", "una"))
    assert isinstance(opened, Refusal)
    [reason] = opened.reasons
    assert reason.code == "not_inside"
    assert reason.text == "'eve' is the case's contact: work notes are told inside"


def test_somebody_outside_with_the_word_for_an_informed_user_is_not_them() -> None:
    """They hear of a contact's comment though its author has the same id, as far as the case tells the two apart."""
    keeper = contact("una", "acme", "customer_case_manager")
    for named in ({"assigned_to": "una"}, {"requested_by": "una"}, {"opened_by": "una", "opened_by_kind": "internal"}):
        case = case_of(state="open", informed_users=("una",), **named)
        assert ("una",) in told(took(case, AddComment("x"), keeper).intents).values()
    case = case_of(state="open", informed_users=("una",))
    assert told(took(case, AddComment("x"), keeper).intents) == {"notify_customer": ("eve",)}
    own = told(took(case, AddComment("x"), inside("una", "agent")).intents)
    assert own == {"notify_customer": ("eve",)}
    assert told(took(case_of(state="open", informed_users=("eve",)), AddComment("x"), EVE).intents) == {}
    consumers = case_of(state="open", account=None, contact=None, consumer="kay", informed_users=("kay", "una"))
    assert told(took(consumers, AddComment("x"), KAY).intents) == {"notify_informed_users": ("una",)}


def test_a_machine_with_the_word_for_a_user_is_not_them() -> None:
    """What is noted by the system is told to whoever is called so."""
    case = case_of(state="open", work_notes_list=("system", "una"))
    assert told(took(case, AddWorkNote("x"), SYSTEM).intents) == {"notify_work_notes_list": ("system", "una")}


def test_informed_users_hear_of_the_comment_that_a_case_is_opened_with() -> None:
    """As of any other, unless they hear as the customer, or said it."""
    begins = begun(comment="On it.", informed_users=("una", "eve", "ann"), assigned_to="ann")
    assert isinstance(begins, Step)
    assert told(begins.intents) == {"notify_customer": ("eve",), "notify_informed_users": ("una",)}
    silent = begun(informed_users=("una",))
    assert isinstance(silent, Step)
    assert told(silent.intents) == {"notify_customer": ("eve",)}
    hidden = begun(comment="On it.", informed_users=("una", "eve"), case_type="inner")
    assert isinstance(hidden, Step)
    assert told(hidden.intents) == {"notify_informed_users": ("una",)}


def test_the_customer_who_closes_their_case_is_asked() -> None:
    """What was so before is so still."""
    taken = took(case_of(state="resolved"), AcceptSolution(), EVE)
    assert told(taken.intents) == {"send_survey": ("eve",)}
