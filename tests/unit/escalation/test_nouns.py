"""The form of escalations, templates, commands and facts."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime
from csmcore.model import (
    ESCALATION_ACTIONS,
    ESCALATION_SEVERITIES,
    SEVERITY_COLOURS,
    DeclineEscalation,
    Deescalate,
    EscalationFacts,
    EscalationPolicy,
    EscalationTemplate,
    RequestEscalation,
    UpdateEscalation,
)
from tests.unit.escalation.desk import COMMANDS, NOON, POLICY, about

LATER = NOON + timedelta(hours=1)
APPROVED = {"state": "escalated", "approved_by": "bob", "approved_at": LATER, "updated_at": LATER}
DECLINED = {
    "state": "declined",
    "declined_by": "bob",
    "declined_at": LATER,
    "declined_reason": "No.",
    "updated_at": LATER,
}
CLOSED = {**APPROVED, "state": "closed", "closed_by": "dee", "closed_at": LATER, "closed_justification": "Done."}


@pytest.mark.parametrize("fields", [{}, APPROVED, DECLINED, CLOSED])
def test_every_state_has_its_stamps(fields: dict[str, Any]) -> None:
    """Only requested and escalated ones are open."""
    escalation = about(**fields)
    assert escalation.is_open == (escalation.state in {"requested", "escalated"})


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"case": None}, "case"),
        ({"account": "acme"}, "case"),
        ({"assigned_to": "ann"}, "assigned_to"),
        ({"assignment_group": "board"}, "assignment_group"),
        ({"related_cases": ("c2",)}, "related_cases"),
        ({"state": "escalated"}, "approved_at"),
        ({"approved_by": "bob"}, "approved_by"),
        ({**DECLINED, "declined_reason": None}, "declined_reason"),
        ({**DECLINED, "declined_reason": " "}, "declined_reason"),
        ({**CLOSED, "approved_by": None}, "approved_by"),
        ({**CLOSED, "closed_at": NOON}, "updated_at"),
        ({"updated_at": NOON - timedelta(seconds=1)}, "updated_at"),
        ({"justification": "\n"}, "justification"),
        ({"justification": "x" * 10_001}, "justification"),
        ({"justification": "\ud800"}, "justification"),
        ({"severity": "low"}, "severity"),
        ({"reason": "anger"}, "reason"),
        ({"trend": "up"}, "trend"),
        ({"state": "open"}, "state"),
        ({"request_source": "alert"}, "request_source"),
        ({"requester_kind": "robot"}, "requester_kind"),
        ({"watch_list": ("wes", "wes")}, "watch_list"),
        ({"id": ""}, "id"),
        ({"requested_at": datetime(2027, 1, 1), "updated_at": NOON}, "requested_at"),
    ],
)
def test_what_contradicts_itself_is_no_escalation(fields: dict[str, Any], path: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValue) as caught:
        about(**fields)
    assert caught.value.path == path
    assert caught.value.hint or isinstance(caught.value, LimitExceeded | NaiveDatetime)


def test_an_escalation_is_of_a_case_or_of_an_account() -> None:
    """An account's has people who work on it, and cases that it is about."""
    assert about().source == "case"
    escalation = about(case=None, account="acme", assignment_group="board", assigned_to="ann", related_cases=("c1",))
    assert escalation.source == "account"


def test_instants_are_kept_in_utc() -> None:
    """Whatever their offset was."""
    instant = datetime(2027, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    assert about(requested_at=instant).requested_at.tzinfo is UTC


def test_what_people_wrote_is_not_printed() -> None:
    """Logs do not have it."""
    told = repr(about(**{**CLOSED, "justification": "secret", "closed_justification": "secret"}))
    assert "secret" not in told


def test_every_severity_has_a_colour() -> None:
    """As ServiceNow shows them."""
    assert tuple(SEVERITY_COLOURS) == ESCALATION_SEVERITIES
    assert dict(SEVERITY_COLOURS) == {"high": "red", "medium": "orange"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"type": "contract"}, "type"),
        ({"type": "account", "add_assignment_group_manager": True}, "add_assignment_group_manager"),
        ({"type": "case", "add_account_team": True}, "add_account_team"),
        ({"approval_group": " "}, "approval_group"),
        ({"severity": "low"}, "severity"),
    ],
)
def test_what_contradicts_itself_is_no_template(fields: dict[str, Any], path: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidValue) as caught:
        EscalationTemplate(**fields)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"templates": {"": EscalationTemplate()}}, "templates"),
        ({"templates": {" x": EscalationTemplate()}}, "templates"),
        ({"customer_template": "gone"}, "customer_template"),
        ({"templates": POLICY.templates, "customer_template": "accounts"}, "customer_template"),
    ],
)
def test_a_policy_names_templates_that_there_are(fields: dict[str, Any], path: str) -> None:
    """And customers ask for their cases."""
    with pytest.raises(InvalidValue) as caught:
        EscalationPolicy(**fields)
    assert caught.value.path == path


@pytest.mark.parametrize("fields", [{}, {"case": "c1", "account": "acme"}])
def test_facts_are_about_one_thing(fields: dict[str, Any]) -> None:
    """A case or an account."""
    with pytest.raises(InvalidValue):
        EscalationFacts(**fields)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RequestEscalation, {"severity": "low"}),
        (RequestEscalation, {"justification": "x" * 10_001}),
        (RequestEscalation, {"template": ""}),
        (RequestEscalation, {"watch_list": ("wes", "wes")}),
        (DeclineEscalation, {"reason": "\ud800"}),
        (Deescalate, {"justification": "x" * 10_001}),
        (UpdateEscalation, {"trend": "up"}),
        (UpdateEscalation, {"watch_list": tuple(map(str, range(1_001)))}),
    ],
)
def test_commands_check_their_form(kind: Any, fields: dict[str, Any]) -> None:
    """What is no value of a field is no command; what is lacking is refused later."""
    with pytest.raises(InvalidValue):
        kind(**fields)
    kind()


def test_there_is_a_command_for_each_action() -> None:
    """In the order of the actions."""
    assert tuple(command.action for command in COMMANDS) == ESCALATION_ACTIONS
