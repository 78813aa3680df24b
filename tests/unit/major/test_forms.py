"""The form of the commands, of the policy's choices and of a child: what a constructor refuses, by its field."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from csmcore.errors import InvalidValue, LimitExceeded
from csmcore.model import (
    SYNCED_FIELDS,
    AddChildren,
    ChildCase,
    FollowParent,
    HearOfChild,
    MajorCasePolicy,
    MergeCase,
    OpenCase,
    ProposeMajorCase,
    RejectMajorCase,
    SupportPolicy,
)
from csmcore.wire import load_policy
from tests.unit.major.desk import Desk

BAD: Mapping[str, tuple[Callable[..., Any], dict[str, Any], str]] = {
    "an impact of a megabyte": (ProposeMajorCase, {"business_impact": "x" * 1_000_000}, "business_impact"),
    "an impact that nobody sees": (ProposeMajorCase, {"business_impact": "\u200b"}, "business_impact"),
    "half a letter": (RejectMajorCase, {"reason": "\ud800"}, "reason"),
    "an account twice": (AddChildren, {"accounts": ("a", "a")}, "accounts"),
    "a consumer with a bell": (AddChildren, {"consumers": ("a\a",)}, "consumers"),
    "a new state to follow": (FollowParent, {"state": "new"}, "state"),
    "a priority of six": (FollowParent, {"priority": 6}, "priority"),
    "two things said": (FollowParent, {"comment": "x", "note": "y"}, "note"),
    "a child without a name": (HearOfChild, {"child": ""}, "child"),
    "both ways": (MergeCase, {"into": "a", "duplicate": "b"}, "duplicate"),
    "a rejected beginning": (OpenCase, {"major_case_state": "rejected"}, "major_case_state"),
    "an impact of nothing": (OpenCase, {"business_impact": " "}, "business_impact"),
    "an unknown field to sync": (MajorCasePolicy, {"synced_fields": ("priority", "mood")}, "synced_fields"),
    "a field twice": (MajorCasePolicy, {"synced_fields": ("priority", "priority")}, "synced_fields"),
    "a state alone": (MajorCasePolicy, {"synced_fields": ("state",)}, "synced_fields"),
    "a state without its code": (MajorCasePolicy, {"synced_fields": ("state", "close_notes")}, "synced_fields"),
    "no children at all": (MajorCasePolicy, {"max_children": 0}, "max_children"),
    "a child in no state": (ChildCase, {"id": "a", "state": "gone"}, "state"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_form_is_told_by_its_field(name: str) -> None:
    """Each with its path."""
    kind, fields, path = BAD[name]
    with pytest.raises(InvalidValue) as told:
        kind(**fields)
    assert told.value.path == path


def test_ten_thousand_are_enough_for_one_command() -> None:
    """One more is too many."""
    many = tuple(f"a{index}" for index in range(10_001))
    assert len(AddChildren(accounts=many[1:]).accounts) == 10_000  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded):
        AddChildren(accounts=many)  # type: ignore[arg-type]


def test_nothing_is_synced_unless_the_policy_says_so() -> None:
    """ServiceNow's property is off; its list is there."""
    usual = SupportPolicy(name="test", version="1").major_cases
    assert usual == MajorCasePolicy(sync_children=False, synced_fields=SYNCED_FIELDS, survey_children=False)
    assert MajorCasePolicy(synced_fields=("priority", "comments")).synced_fields == ("priority", "comments")


def test_a_document_says_it_too() -> None:
    """With the names of the fields."""
    policy = load_policy(
        """
        format = 1
        name = "support"
        version = "1"
        [major_cases]
        sync_children = true
        synced_fields = ["priority", "comments"]
        max_children = 50
        """
    )
    wanted = MajorCasePolicy(sync_children=True, synced_fields=("priority", "comments"), max_children=50)
    assert policy.major_cases == wanted


def test_a_child_is_known_by_little() -> None:
    """Whose it is, and its state."""
    desk = Desk()
    known = ChildCase.of(desk.cases[desk.opens()])
    assert (known.id, known.state, known.account, known.consumer) == ("c1", "new", "acme", None)
