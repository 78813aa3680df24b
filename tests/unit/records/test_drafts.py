"""New records that are made from a case, and the grades that its priority stands for."""

from itertools import product
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmcore.errors import InvalidValue
from csmcore.model import RECORD_KINDS, Case, CaseState, RecordDraft, RecordKind, Refusal, SupportPolicy, accepted
from csmcore.rules import draft_for, grades_for, priority_of
from tests.unit.records.desk import CASE, POLICY, case_with, record

GRADES = tuple(f"{impact}/{urgency}" for impact, urgency in product((1, 2, 3), repeat=2))


def drafted(case: Case, kind: RecordKind = "incident", policy: SupportPolicy = POLICY) -> RecordDraft:
    """The draft, where there must be one."""
    return accepted(draft_for(kind, case, policy))


def graded(case: Case, policy: SupportPolicy = POLICY) -> tuple[int, int, int]:
    """Its priority, impact and urgency."""
    draft = drafted(case, policy=policy)
    return draft.priority, draft.impact, draft.urgency


def test_a_draft_has_what_the_case_says() -> None:
    """Who asked, for whom, about what; and that the new record is to leave writing to the case."""
    case = case_with(asset="press-1", product="press", priority=2)
    assert drafted(case) == RecordDraft(
        kind="incident",
        case=case.id,
        case_number="CS1",
        short_description="The press stands still",
        description="Since this morning.",
        caller="eve",
        caller_is_external=True,
        suppress_requester_notifications=True,
        account=case.account,
        product=case.product,
        asset=case.asset,
        priority=2,
        impact=1,
        urgency=2,
    )


def test_somebody_inside_is_written_to_by_whoever_likes() -> None:
    """The requester is no outsider; a consumer is."""
    inner = drafted(case_with(contact=None, account=None, requested_by="req"))
    assert (inner.caller, inner.caller_is_external, inner.suppress_requester_notifications) == ("req", False, False)
    private = drafted(case_with(contact=None, account=None, consumer="ines"))
    assert (private.caller, private.caller_is_external, private.suppress_requester_notifications) == (
        "ines",
        True,
        True,
    )
    nobody = drafted(case_with(contact=None))
    assert (nobody.caller, nobody.caller_is_external) == (None, False)


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_every_kind_can_be_drafted(kind: RecordKind) -> None:
    """A draft is only data; only what has a requester mentions them."""
    draft = drafted(CASE, kind)
    assert draft.kind == kind
    assert draft.suppress_requester_notifications == (kind in {"incident", "request", "workplace_request"})


@pytest.mark.parametrize("kind", ["incident", "problem", "change"])
def test_there_is_no_second_of_its_kind(kind: RecordKind) -> None:
    """As with links."""
    refused = draft_for(kind, case_with(record(kind)), POLICY)
    assert isinstance(refused, Refusal)
    assert refused.codes == ("record_limit",)
    assert drafted(case_with(record("request")), "request").kind == "request"


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_nothing_is_made_from_an_ended_case(state: CaseState) -> None:
    """With every reason."""
    refused = draft_for("incident", case_with(record("incident"), state=state), POLICY)
    assert isinstance(refused, Refusal)
    assert refused.codes == ("wrong_state", "record_limit")


def test_there_are_no_other_kinds() -> None:
    """The error lists those there are."""
    kind: Any = "ticket"
    with pytest.raises(InvalidValue):
        draft_for(kind, CASE, POLICY)


# --- grades ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "grades"), [(1, (1, 1, 1)), (2, (2, 1, 2)), (3, (3, 2, 2)), (4, (4, 3, 3)), (5, (5, 3, 3))]
)
def test_the_priority_is_looked_up_the_other_way(priority: int, grades: tuple[int, int, int]) -> None:
    """In the sample matrix: the most even pair, then the higher impact; 5 is in no cell."""
    assert graded(case_with(priority=priority)) == grades


def test_a_priority_that_is_nowhere_is_planning() -> None:
    """Then the new record begins as low as can be."""
    policy = SupportPolicy(name="test", version="1", priority_matrix={"1/1": 2})
    assert graded(case_with(priority=1), policy) == (5, 3, 3)
    assert graded(case_with(priority=2), policy) == (2, 1, 1)


def test_the_cases_own_grades_come_first() -> None:
    """If they give its priority, and nobody has overridden it."""
    assert graded(case_with(priority=3, impact=1, urgency=3)) == (3, 1, 3)
    assert graded(case_with(priority=1, impact=1, urgency=3)) == (1, 1, 1)
    assert graded(case_with(priority=3, impact=1)) == (3, 2, 2)


def test_without_both_grades_there_is_no_priority() -> None:
    """Blank impact or urgency says nothing."""
    assert priority_of(1, None, POLICY) is priority_of(None, 1, POLICY) is None
    assert priority_of(1, 1, POLICY) == 1


@given(st.dictionaries(st.sampled_from(GRADES), st.integers(1, 5)), st.integers(1, 5), st.randoms())
def test_the_way_back_leads_back(matrix: dict[str, int], priority: int, shuffle: Any) -> None:
    """Whatever the matrix: its priority is that priority, no pair is more even, and the matrix's order is no matter."""
    grades = grades_for(priority, SupportPolicy(name="test", version="1", priority_matrix=matrix))
    pairs = [(int(cell[0]), int(cell[2])) for cell in matrix if matrix[cell] == priority]
    assert (grades is None) == (not pairs)
    if grades is not None:
        assert priority_of(*grades, SupportPolicy(name="test", version="1", priority_matrix=matrix)) == priority
        assert all(abs(grades[0] - grades[1]) <= abs(impact - urgency) for impact, urgency in pairs)
        assert not any(pair < grades and abs(pair[0] - pair[1]) == abs(grades[0] - grades[1]) for pair in pairs)
    cells = list(matrix.items())
    shuffle.shuffle(cells)
    assert grades_for(priority, SupportPolicy(name="test", version="1", priority_matrix=dict(cells))) == grades


def test_a_draft_is_checked() -> None:
    """Like every noun."""
    with pytest.raises(InvalidValue):
        attrs.evolve(drafted(CASE), impact=4)
