"""The table of escalations, cell by cell, beside one written by hand; and what may be done now."""

import itertools

import attrs
import pytest

from csmcore.model import (
    ESCALATION_ACTIONS,
    ESCALATION_STATES,
    Escalation,
    EscalationDecision,
    EscalationPolicy,
    RequestEscalation,
)
from csmcore.rules import ESCALATION_TABLE, account_escalation_actions, escalation_actions
from tests.oracle.escalation import ALLOWED
from tests.unit.escalation.desk import (
    ACCOUNT,
    ADA,
    ANN,
    BOB,
    CASE,
    CIM,
    COMMANDS,
    DEE,
    EVE,
    MIA,
    NOON,
    POLICY,
    STRANGER,
    SYSTEM,
    WHO,
    ended,
    escalated,
    requested,
    tries,
)

STATES: dict[str, Escalation | None] = {
    "": None,
    "requested": attrs.evolve(requested, requested_by="pia"),
    "escalated": escalated,
    "declined": ended("declined"),
    "closed": ended("closed"),
}
PARTS = {
    ANN: {"agent"},
    BOB: {"approver"},
    EVE: {"approver", "agent"},
    MIA: {"agent"},
    ADA: {"agent"},
    DEE: {"deescalator"},
    CIM: {"customer"},
    STRANGER: set[str](),
    SYSTEM: {"system"},
}


def test_the_table_is_the_one_written_by_hand() -> None:
    """Every state, every action, every party."""
    found = {
        (state or "", action, party)
        for state, cells in ESCALATION_TABLE.items()
        for action, rows in cells.items()
        for row in rows
        for party in row.by
    }
    assert found == ALLOWED
    assert set(ESCALATION_TABLE) == {None, *ESCALATION_STATES}
    assert all(tuple(cells) == ESCALATION_ACTIONS for cells in ESCALATION_TABLE.values())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("actor", PARTS, ids=lambda actor: actor.id)
def test_a_command_is_accepted_where_the_table_allows_it(state: str, actor: object) -> None:
    """By whoever is one of its parties; and the actions that may be done say the same."""
    [who] = [one for one in PARTS if one == actor]
    options = escalation_actions(STATES[state], WHO[who], who, CASE, POLICY, NOON)
    for command, option in zip(COMMANDS, options, strict=True):
        expected = any((state, command.action, part) in ALLOWED for part in PARTS[who])
        is_customers = isinstance(command, RequestEscalation) and who is CIM
        said = RequestEscalation(justification="We wait.") if is_customers else command
        assert isinstance(tries(STATES[state], said, who), EscalationDecision) == expected
        assert (option.action, option.is_allowed) == (command.action, expected)
        assert option.is_allowed != bool(option.reasons)


def test_ended_escalations_absorb() -> None:
    """Nothing but a new request is possible, and that leaves the old one as it is."""
    for state, who, command in itertools.product(("declined", "closed"), WHO, COMMANDS):
        before = STATES[state]
        answer = tries(before, command, who)
        if isinstance(answer, EscalationDecision):
            assert answer.escalation.id == "e2"


def test_what_is_required_is_listed() -> None:
    """With what the policy already says left out."""
    options = {who: escalation_actions(None, WHO[who], who, CASE, POLICY, NOON)[0] for who in (ANN, CIM, STRANGER)}
    assert options[ANN].required == ("template", "reason", "justification")
    assert options[CIM].required == ("justification",)
    assert options[STRANGER].required == ()
    later = escalation_actions(requested, WHO[BOB], BOB, CASE, POLICY, NOON)
    assert [option.required for option in later[1:3]] == [(), ("reason",)]
    assert later[4].required[0].startswith("severity or trend or")


def test_accounts_are_escalated_from_inside() -> None:
    """By agents, managers, admins and the system."""
    allowed = {who.id for who in WHO if account_escalation_actions(None, who, ACCOUNT, POLICY, NOON)[0].is_allowed}
    assert allowed == {"ann", "eve", "mia", "ada", "dee", "system"}


def test_without_templates_nothing_can_be_asked() -> None:
    """The actions say why."""
    options = [escalation_actions(None, WHO[who], who, CASE, EscalationPolicy(), NOON)[0] for who in (ANN, CIM)]
    assert [option.reasons[0].code for option in options] == ["no_template", "customers_cannot_ask"]
