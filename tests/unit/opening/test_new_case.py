"""A new case is what its constructor would make of the same fields, made faster."""

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from csmcore.errors import CsmError
from csmcore.model import Case, PolicyRef
from csmcore.rules.intake.intake import new_case

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
LEAST: dict[str, Any] = {
    "id": "c1",
    "number": "CS1",
    "policy": PolicyRef("desk", "1", "0" * 64),
    "short_description": "It stands still",
    "opened_at": NOON,
    "opened_by": "jo",
    "updated_at": NOON,
}
MORE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "its form": {"description": "Since noon", "category": "press", "impact": 1, "urgency": 2, "channel": "phone"},
    "its customer": {"account": "acme", "contact": "jo", "asset": "press-1", "informed_users": ("ann", "bob")},
    "its type": {"case_type": "repair", "substate": "triage", "extra": {"line": 4}},
    "its owner": {"assigned_to": "ann", "assigned_at": NOON, "first_response_at": NOON},
}
BAD: dict[str, Any] = {
    "id": "c" * 161,
    "number": " ",
    "short_description": "\u200b",
    "impact": 4,
    "channel": "pigeon",
    "opened_by": "",
    "contact": "a\nb",
    "informed_users": ("ann", "ann"),
    "opened_at": datetime(2026, 5, 20, 12),
    "updated_at": datetime(2200, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("more", MORE)
def test_a_new_case_is_what_its_constructor_makes(more: str) -> None:
    """Field by field, with every default; what a mapping holds stays as it is."""
    fields = LEAST | MORE[more]
    case = new_case(fields)
    assert case == Case(**fields)
    assert vars(case).keys() == {field.name for field in attrs.fields(Case)}
    assert type(case.extra) is type(Case(**fields).extra)


@pytest.mark.parametrize("name", BAD)
def test_a_new_case_refuses_what_its_constructor_refuses(name: str) -> None:
    """With the same error."""
    fields = LEAST | {name: BAD[name]}
    with pytest.raises(CsmError) as refused:
        new_case(fields)
    with pytest.raises(CsmError) as constructed:
        Case(**fields)
    assert (type(refused.value), str(refused.value)) == (type(constructed.value), str(constructed.value))
