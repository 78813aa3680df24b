"""Duplicates: who goes on in whose case, and what each keeps."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from csmcore.model import (
    SYSTEM,
    AddComment,
    AssignToMe,
    CancelCase,
    CaseId,
    CaseType,
    CloseCase,
    Event,
    LogEntry,
    MergeCase,
    ProposeSolution,
    Refusal,
    UpdateCase,
)
from csmcore.rules import merged_histories, replay_events
from csmcore.rules.cases.flows import compile_flows
from csmcore.rules.cases.lifecycle import step
from tests.unit.major.desk import ANN, ANNA, MIA, START, Desk, policy


def into(case_id: str) -> MergeCase:
    """Merge into that case."""
    return MergeCase(into=CaseId(case_id))


def test_a_duplicate_ends_and_the_other_goes_on() -> None:
    """Its people are informed there, each once; both keep what was said on them."""
    desk = Desk()
    kept = desk.opens(contact="anna", informed_users=("una",))
    gone = desk.opens(requested_by="req", informed_users=("una", "uri"))
    desk.do(gone, AddComment("It smokes."))
    desk.do(gone, into(kept), ANN)
    ended, other = desk.cases[gone], desk.cases[kept]
    assert (ended.state, ended.merged_into, ended.cancelled_by, ended.cancelled_reason) == (
        "cancelled",
        kept,
        "ann",
        "merged into C1",
    )
    assert (other.state, other.informed_users) == ("new", ("una", "uri", "req"))
    assert desk.texts(kept) == [("WorkNote", "system", "c2 was merged into this case.")]
    assert desk.texts(gone) == [("Comment", "mia", "It smokes.")]
    assert [event.kind for event in desk.events[kept]][-1] == "case_merged"
    assert all(replay_events(desk.events[case.id]) == case for case in (ended, other))


def test_whose_case_it_is_hears_of_it_anyway() -> None:
    """The customer of both is no informed user; where nobody is new, only the note is."""
    desk = Desk()
    kept, gone = desk.opens(contact="anna"), desk.opens(contact="anna")
    desk.do(gone, into(kept))
    assert desk.cases[kept].informed_users == ()
    assert len(desk.texts(kept)) == 1


def test_writing_on_a_duplicate_leads_to_the_other_case() -> None:
    """The refusal names it to those who work on it; its customer is told how to go on."""
    desk = Desk()
    kept, gone = desk.opens(contact="anna"), desk.opens(contact="anna")
    desk.do(gone, into(kept))
    for actor, way in ((ANN, "it goes on in 'c1'"), (ANNA, "open a follow-up")):
        refused = desk.apply(gone, AddComment("Hello?"), actor)
        assert isinstance(refused, Refusal)
        assert refused.reasons[0].text == f"the case is cancelled: add comment is not possible; {way}"


def test_only_live_cases_of_one_customer_are_merged() -> None:
    """Not into itself, into nothing, into what has ended or was merged, into another's."""
    desk = Desk()
    case, other, ended = desk.opens(), desk.opens(account="bolt"), desk.opens()
    desk.do(ended, CancelCase("spam"))
    assert desk.denied(case, into(case)) == ("own_duplicate",)
    assert desk.denied(case, into("c9")) == ("unknown_case",)
    assert desk.denied(case, into(other)) == ("other_customer",)
    assert desk.denied(case, into(ended)) == ("target_not_live",)
    assert desk.denied(case, MergeCase()) == ("missing",)
    assert desk.denied(ended, into(case)) == ("wrong_state",)
    merged = desk.opens()
    desk.do(merged, into(case))
    assert desk.denied(desk.opens(), into(merged)) == ("target_merged",)
    assert desk.denied(other, into(merged)) == ("target_merged", "other_customer")
    assert desk.denied(desk.opens(contact="anna"), into(case), ANNA) == ("not_permitted",)


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ({"account": "acme", "contact": "anna"}, {"account": "acme"}, True),
        ({"account": None, "consumer": "ivan"}, {"account": None, "consumer": "ivan"}, True),
        ({"account": None, "requested_by": "a"}, {"account": None, "requested_by": "a"}, True),
        ({"account": None, "requested_by": "a"}, {"account": None, "requested_by": "b"}, False),
        ({"account": "acme"}, {"account": None, "consumer": "ivan"}, False),
    ],
)
def test_whose_a_case_is(one: dict[str, Any], other: dict[str, Any], *, fits: bool) -> None:
    """The account's or the consumer's; else the one person's."""
    desk = Desk()
    first, second = desk.opens(**one), desk.opens(**other)
    assert isinstance(desk.apply(second, into(first), MIA), Refusal) is not fits


def test_a_case_that_they_may_not_see_is_as_unknown_as_none() -> None:
    """Whatever it is like: its type hides it from agents, and a manager merges into it."""
    hidden = CaseType(visible_to=frozenset({"manager", "customer"}))
    desk = Desk(attrs.evolve(policy(), case_types={"hidden": hidden}))
    case, other, ended = desk.opens(), desk.opens(account="bolt"), desk.opens()
    desk.do(ended, CancelCase("spam"))
    desk.cases |= {name: attrs.evolve(desk.cases[name], case_type="hidden") for name in (other, ended)}
    flows, facts = compile_flows({"hidden": hidden}), desk.facts(into(other))
    for name in (other, ended):
        told = attrs.evolve(facts, merge_target=desk.cases[name])
        for actor, codes in ((ANN, {"unknown_case"}), (MIA, {"other_customer", "target_not_live"})):
            refused = step(desk.cases[case], into(name), actor, told, desk.policy, desk.now, flows)
            assert isinstance(refused, Refusal)
            assert codes.issuperset(refused.codes)


def test_a_merge_relies_on_the_case_that_it_goes_into() -> None:
    """As it was when that was looked at; nothing else relies on other cases."""
    desk = Desk()
    kept, gone = desk.opens(), desk.opens()
    desk.do(kept, AddComment("It smokes."))
    assert desk.do(gone, into(kept)).relies_on == {kept: 2}
    assert desk.do(kept, AddComment("Still.")).relies_on == {}


@pytest.mark.parametrize("code", ["", "fixed"])
def test_a_case_that_ended_meanwhile_still_hears_of_its_duplicate(code: str) -> None:
    """It notes it, and stays as it is: resolved, or closed."""
    desk = Desk()
    kept = desk.opens()
    desk.do(kept, AssignToMe())
    desk.do(kept, CloseCase(code=code, notes="Done.") if code else ProposeSolution(code="fixed", notes="Done."))
    state = desk.cases[kept].state
    desk.do(kept, MergeCase(duplicate=CaseId("c9"), informed_users=("una",)), SYSTEM)
    assert (desk.cases[kept].state, desk.cases[kept].informed_users) == (state, ("una",))
    assert desk.texts(kept)[-1] == ("WorkNote", "system", "c9 was merged into this case.")
    assert replay_events(desk.events[kept]) == desk.cases[kept]


def test_what_has_children_is_not_merged() -> None:
    """A major case least of all; one without children goes into another."""
    desk = Desk()
    major, again, regular = desk.major(), desk.major(), desk.opens()
    desk.do(regular, UpdateCase({"parent": major}))
    assert desk.denied(major, into(again)) == ("has_children",)
    assert desk.denied(major, into(regular)) == ("other_customer", "has_children")
    desk.do(again, into(major))
    desk.do(desk.opens(), into(regular))


def test_nobody_informs_more_than_a_thousand() -> None:
    """Refused before anything ends, and where it came to that meanwhile."""
    desk = Desk()
    many = tuple(f"u{index}" for index in range(999))
    kept, gone = desk.opens(informed_users=many), desk.opens(informed_users=("una", "uri"))
    assert desk.denied(gone, into(kept)) == ("too_many_informed",)
    told = MergeCase(duplicate=CaseId("c9"), informed_users=("una", "uri"))
    assert desk.denied(kept, told, SYSTEM) == ("too_many_informed",)
    desk.do(kept, MergeCase(duplicate=CaseId("c9"), informed_users=("una",)), SYSTEM)


def test_a_duplicate_leaves_its_family() -> None:
    """Or stays below its parent, ended; the other case may be the parent itself."""
    desk = Desk()
    above, below = desk.opens(), desk.opens()
    desk.do(below, UpdateCase({"parent": above}))
    desk.do(below, into(above))
    assert (desk.cases[below].parent, desk.cases[below].merged_into) == (above, above)


def entry(case: str, version: int, minutes: int) -> LogEntry:
    """What a log has of one command."""
    identity = CaseId(case)
    happened = Event(
        kind="comment_added",
        case=identity,
        version=version,
        index=0,
        at=START + timedelta(minutes=minutes),
        by=ANN,
    )
    return LogEntry(case=identity, version=version, receipt=None, revision=None, events=(happened,))


def test_two_histories_read_as_one() -> None:
    """In the order of time; of one instant, the first case's come first."""
    one = [entry("a", 1, 0), entry("a", 2, 5), entry("a", 3, 5)]
    two = [entry("b", 1, 3), entry("b", 2, 5)]
    assert [(each.case, each.version) for each in merged_histories(one, two)] == [
        ("a", 1),
        ("b", 1),
        ("a", 2),
        ("a", 3),
        ("b", 2),
    ]
    assert merged_histories([], two) == tuple(two)
