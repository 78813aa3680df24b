"""Who is given cases, what machines report, what is to be heeded, and what happened, through services."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.errors import NotFound
from csmcore.model import (
    AcceptMajorCase,
    AddComment,
    AddTask,
    AddWorkNote,
    Alert,
    AssignmentFacts,
    AssignmentPolicy,
    AssignmentRule,
    AssignToMe,
    CancelCase,
    CaseId,
    Comment,
    Criterion,
    Decision,
    Group,
    Household,
    HouseholdMember,
    InstallBaseItem,
    MajorCasePolicy,
    MatchingRule,
    OpenCase,
    ProactivePolicy,
    ProductModel,
    Refusal,
    Refused,
    RejectMajorCase,
    SkillLevel,
    SpecialHandlingNote,
    SupportPolicy,
    UpdateCase,
    User,
    UserId,
)
from csmcore.rules import Roster
from csmcore.services import AlertDesk, AssignmentDesk, CaseService
from tests.unit.services.desk import ANN, BOOK, JO, MIA, POLICY, WANTED, at, check_whole, made, opened

ASSIGNMENT = AssignmentPolicy(
    rules=(made(AssignmentRule, id="all", matching="idle"),),
    matching=(
        made(
            MatchingRule, id="idle", groups=("tier-1",), requires={"capacity"}, criteria=(Criterion(kind="workload"),)
        ),
    ),
)


def a_desk(**policy: Any) -> tuple[MemoryHost, SettableClock, CaseService]:
    """A desk whose policy has these fields besides."""
    fields: Any = {name: getattr(POLICY, name) for name in ("calendars", "definitions", "reopen_window_days")}
    clock = SettableClock(at("12 10:00"))
    host = MemoryHost(SupportPolicy(name="desk", version="2", **fields, **policy), BOOK, clock=clock)
    return host, clock, CaseService(host)


# --- assignment ------------------------------------------------------------------------------------------------------

STAFF = [made(User, id=name, name=name, groups=("tier-1",), capacity=2) for name in ("ann", "bob")]
TIER = made(Group, id="tier-1")


def test_cases_are_given_in_turn_until_nobody_has_room() -> None:
    """The desk counts what it gives; the last case waits, with the reason why each agent was left out."""
    host, clock, cases = a_desk(assignment=ASSIGNMENT)
    desk = AssignmentDesk(host, cases, Roster.of(STAFF, [TIER]))
    given = []
    for _ in range(5):
        clock.advance(timedelta(minutes=1))
        case_id = cases.open(WANTED, JO).case.id
        given.append(desk.assign(case_id))
    assert [each.assignment.user for each in given] == ["ann", "bob", "ann", "bob", None]
    assert given[-1].decision is None
    first = given[0].decision
    assert first is not None
    assert (first.case.assigned_to, first.events[0].by.kind) == ("ann", "system")
    agent = desk.roster.agent(UserId("ann"))
    assert agent is not None
    assert agent.load.assigned == 2
    check_whole(host)


def test_a_case_that_somebody_has_stays_with_them() -> None:
    """And one that is over is given to nobody."""
    host, _, cases = a_desk(assignment=ASSIGNMENT)
    desk = AssignmentDesk(host, cases, Roster.of(STAFF, [TIER]))
    case_id = opened(cases)
    cases.apply(case_id, AssignToMe(), MIA)
    kept = desk.assign(case_id)
    assert (kept.assignment.user, kept.decision) == ("mia", None)
    over = cases.open(WANTED, JO).case.id
    cases.apply(over, CancelCase("by mistake"), ANN)
    with pytest.raises(Refused):
        desk.assign(over)
    with pytest.raises(NotFound):
        desk.assign(CaseId("nowhere"))


def test_a_product_asks_for_its_skills() -> None:
    """Where the host does not say what the case asks for; without a product, nothing does."""
    rule = made(MatchingRule, id="idle", groups=("tier-1",), requires={"skills"}, criteria=(Criterion(kind="skills"),))
    policy = AssignmentPolicy(rules=(made(AssignmentRule, id="all", matching="idle"),), matching=(rule,))
    host, _, cases = a_desk(assignment=policy)
    host.add(made(ProductModel, id="press", name="Press", skills=("presses",)))
    skilled = made(User, id="cem", name="Cem", groups=("tier-1",), skills=(made(SkillLevel, skill="presses"),))
    desk = AssignmentDesk(host, cases, Roster.of([*STAFF, skilled], [TIER]))
    assert desk.assign(opened(cases)).assignment.user == "cem"
    wants = AssignmentFacts(skills=(made(SkillLevel, skill="presses", level=5),))
    assert desk.assign(cases.open(WANTED, JO).case.id, wants).assignment.user is None
    bare = cases.open(made(OpenCase, account="acme", short_description="Hello"), ANN).case.id
    desk.roster = Roster.of(STAFF, [TIER])
    assert desk.assign(bare).assignment.user == "ann"


def test_a_desk_whose_policy_is_lost_says_so() -> None:
    """The case pins a policy that the host no longer has."""
    host, _, cases = a_desk(assignment=ASSIGNMENT)
    case_id = opened(cases)
    desk = AssignmentDesk(host, cases, Roster.of(STAFF, [TIER]))
    host._policies.clear()
    with pytest.raises(NotFound, match="policy"):
        desk.assign(case_id)


# --- alerts ----------------------------------------------------------------------------------------------------------

ALERT: Any = made(
    Alert,
    id="a-1",
    source="monitor",
    severity="major",
    configuration_items=("ci-1", "ci-2"),
    short_description="No current",
    raised_at=at("12 09:00"),
)


CUSTOMERS = {("acme", None), ("rival", None), (None, "kay")}


def watched(**proactive: Any) -> tuple[MemoryHost, SettableClock, CaseService, AlertDesk]:
    """A desk with two customers behind two machines, and a household."""
    host, clock, cases = a_desk(proactive=ProactivePolicy(opens_cases=True, **proactive))
    host.add(
        made(InstallBaseItem, id="i-1", product="press", account="acme", configuration_item="ci-1"),
        made(InstallBaseItem, id="i-2", product="press", account="rival", configuration_item="ci-2"),
        made(InstallBaseItem, id="i-3", product="phone", household="home", configuration_item="ci-2"),
        made(InstallBaseItem, id="i-4", product="phone", consumer="kay", configuration_item="ci-2"),
        made(Household, id="home", name="Home", head="kay", members=(made(HouseholdMember, consumer="kay"),)),
    )
    return host, clock, cases, AlertDesk(host, cases)


def test_an_alert_opens_a_case_for_each_customer_once() -> None:
    """However often it comes; raised again it is a work note on each."""
    host, clock, _, desk = watched()
    first = desk.receive(ALERT)
    assert [type(answer) for answer in first.answers] == [Decision] * 3
    assert {(case.account, case.consumer) for case in host._cases.values()} == CUSTOMERS
    assert {(case.alert, case.channel) for case in host._cases.values()} == {("a-1", "machine")}
    assert desk.receive(ALERT).answers == ()
    clock.advance(timedelta(hours=1))
    again = desk.receive(made(Alert, **{**fields_of(ALERT), "raised_at": at("12 10:30")}))
    assert [answer.events[0].kind for answer in again.answers if isinstance(answer, Decision)] == [
        "work_note_added"
    ] * 3
    assert len(host._cases) == 3
    check_whole(host)


def fields_of(alert: Alert) -> dict[str, Any]:
    """An alert's fields."""
    names = ("id", "source", "severity", "configuration_items", "short_description", "raised_at")
    return {name: getattr(alert, name) for name in names}


def test_a_command_of_an_alert_that_is_refused_stops_no_other() -> None:
    """One of a household is known by nobody: the other customers have their cases all the same."""
    host, _, _, desk = watched()
    host.add(made(InstallBaseItem, id="i-1", product="press", household="gone", configuration_item="ci-1"))
    host.add(made(Household, id="gone", name="Gone", head="zoe", members=(made(HouseholdMember, consumer="zoe"),)))
    answers = desk.receive(ALERT).answers
    assert sorted(type(answer).__name__ for answer in answers) == ["Decision", "Decision", "Refusal"]
    assert [answer.codes for answer in answers if isinstance(answer, Refusal)] == [("unknown_consumer",)]
    assert len(host._cases) == 2


@pytest.mark.parametrize("contact", ["jo", "rob", "gone"])
def test_an_items_contact_keeps_no_case_from_being_opened(contact: str) -> None:
    """Whoever they are: the account's own, another's, or known by nobody."""
    host, _, _, desk = watched()
    item = {"id": "i-1", "product": "press", "account": "acme", "configuration_item": "ci-1"}
    host.add(made(InstallBaseItem, **item, contact=contact))
    assert [type(answer) for answer in desk.receive(ALERT).answers] == [Decision] * 3


def test_many_customers_are_a_major_case() -> None:
    """It is proposed to a manager; once accepted it has a child for each, and those who come later get theirs."""
    host, clock, cases, desk = watched(major_from=2)
    proposed = desk.receive(ALERT)
    (answer,) = proposed.answers
    assert isinstance(answer, Decision)
    major = answer.case
    assert (major.major_case_state, major.account, major.alert) == ("proposed", None, "a-1")
    clock.advance(timedelta(minutes=1))
    cases.apply(major.id, AcceptMajorCase(), MIA)
    clock.advance(timedelta(minutes=1))
    desk.receive(made(Alert, **{**fields_of(ALERT), "raised_at": clock.now()}))
    children = [case for case in host._cases.values() if case.parent == major.id]
    assert {(case.account, case.consumer) for case in children} == CUSTOMERS
    desk.receive(made(Alert, **{**fields_of(ALERT), "raised_at": clock.now()}))
    assert len(host._cases) == 4
    check_whole(host)


def test_a_child_that_ended_is_not_opened_again_by_the_same_alert() -> None:
    """However often that is delivered; once it is raised again, its customer has another."""
    host, clock, cases, desk = accepted_major()
    major, child = (next(each for each in host._cases.values() if each.account == name) for name in (None, "acme"))
    clock.advance(timedelta(minutes=1))
    cases.apply(child.id, CancelCase("no trouble here"), ANN)
    for _ in range(2):
        assert desk.receive(ALERT).answers == ()
    clock.advance(timedelta(minutes=5))
    again = made(Alert, **{**fields_of(ALERT), "raised_at": clock.now()})
    for _ in range(2):
        desk.receive(again)
        found = [case for case in host._cases.values() if case.account == "acme"]
        assert [(case.parent, case.alert, case.state) for case in found] == [
            (major.id, "a-1", "cancelled"),
            (major.id, "a-1", "new"),
        ]
    check_whole(host)


def test_a_major_case_that_takes_no_more_is_told_so() -> None:
    """Before it is accepted those who are new wait; after, what is refused is among the answers."""
    host, clock, cases = a_desk(
        proactive=ProactivePolicy(opens_cases=True, major_from=2), major_cases=MajorCasePolicy(max_children=1)
    )
    for name, account in (("i-1", "acme"), ("i-2", "rival")):
        host.add(made(InstallBaseItem, id=name, product="press", account=account, configuration_item="ci-1"))
    desk = AlertDesk(host, cases)
    desk.receive(ALERT)
    assert desk.receive(ALERT).answers == ()
    clock.advance(timedelta(minutes=1))
    cases.apply(next(iter(host._cases)), AcceptMajorCase(), MIA)
    [answer] = desk.receive(ALERT).answers
    assert isinstance(answer, Refusal)
    assert answer.codes == ("too_many_children",)


def accepted_major() -> tuple[MemoryHost, SettableClock, CaseService, AlertDesk]:
    """A desk whose alert is a major case with a child for each customer."""
    host, clock, cases, desk = watched(major_from=2)
    desk.receive(ALERT)
    clock.advance(timedelta(minutes=1))
    cases.apply(next(iter(host._cases)), AcceptMajorCase(), MIA)
    desk.receive(ALERT)
    return host, clock, cases, desk


def test_an_alert_of_which_no_major_case_is_made_is_a_case_for_each() -> None:
    """The rejected one is that of the customer whom it was given."""
    host, clock, cases, desk = watched(major_from=2)
    desk.receive(ALERT)
    clock.advance(timedelta(minutes=1))
    [case_id] = host._cases
    cases.apply(case_id, UpdateCase({"account": "acme"}), ANN)
    cases.apply(case_id, RejectMajorCase("it is three machines"), MIA)
    for _ in range(2):
        desk.receive(ALERT)
        assert {(case.account, case.consumer) for case in host._cases.values()} == CUSTOMERS
        assert len(host._cases) == 3
    check_whole(host)


def test_two_consumers_of_an_account_have_one_child() -> None:
    """The account's, with whom the vendor has to do."""
    host, _, cases, desk = watched(major_from=2)
    host.publish(attrs.evolve(host.current_policy(), business_models=frozenset({"b2b2c"})))
    for name in ("i-1", "i-2"):
        theirs = {"product": "press", "configuration_item": "ci-1", "account": "acme", "consumer": f"of-{name}"}
        host.add(made(InstallBaseItem, id=name, **theirs))
    alert = made(Alert, **{**fields_of(ALERT), "configuration_items": ("ci-1",)})
    desk.receive(alert)
    cases.apply(next(iter(host._cases)), AcceptMajorCase(), MIA)
    for _ in range(2):
        desk.receive(alert)
        assert [case.account for case in host._cases.values()] == [None, "acme"]


# --- what is to be heeded, and what happened -------------------------------------------------------------------------


def test_notes_show_on_cases_of_what_they_are_on() -> None:
    """The account's, the asset's, its model's; not another's, and not one of another day."""
    host, _, cases = a_desk()
    host.add(
        made(SpecialHandlingNote, id="n1", title="Call first", account="acme", priority=2),
        made(SpecialHandlingNote, id="n2", title="Loud", product="press", priority=1),
        made(SpecialHandlingNote, id="n3", title="Not ours", account="rival"),
        made(SpecialHandlingNote, id="n4", title="Later", account="acme", effective_on=date(2026, 2, 1)),
    )
    surfaced = cases.handling_notes(opened(cases))
    assert [each.note.id for each in surfaced.notes] == ["n2", "n1"]
    assert [each.note.id for each in surfaced.hidden] == ["n4"]


def test_the_customer_reads_no_more_than_is_theirs() -> None:
    """Comments and new states; a work note, a field and a task are for those inside, who read it all in order."""
    host, _, cases = a_desk()
    case_id = opened(cases)
    for command, actor in (
        (AssignToMe(), ANN),
        (AddWorkNote("Smells of oil."), ANN),
        (AddComment("On it."), ANN),
        (UpdateCase({"category": "presses"}), ANN),
        (AddTask(subject="Send a fitter"), ANN),
    ):
        cases.apply(case_id, command, actor)
    theirs = cases.stream(case_id, "customer")
    assert [(item.kind, item.about) for item in theirs] == [
        ("field_change", "case_opened"),
        ("field_change", "case_accepted"),
        ("comment", "comment_added"),
    ]
    assert all(item.said is None or isinstance(item.said, Comment) for item in theirs)
    assert all(set(item.changes) <= {"state"} for item in theirs)
    ours = cases.stream(case_id, "agent")
    assert {"work_note", "comment", "field_change", "system"} == {item.kind for item in ours}
    assert [(item.version, item.index) for item in ours] == sorted((item.version, item.index) for item in ours)
    assert next(item for item in ours if "category" in item.changes).changes == {"category": ("", "presses")}
    before = len(ours)
    cases.apply(case_id, AddComment("Done."), ANN)
    assert cases.stream(case_id, "agent")[:before] == ours
    host._activity[case_id].clear()
    assert all(item.said is None for item in cases.stream(case_id, "agent"))
    with pytest.raises(NotFound):
        cases.stream(CaseId("nowhere"), "agent")
