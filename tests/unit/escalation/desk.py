"""A desk that escalates: its people, its policy, a case and an account."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from csmcore.model import (
    SYSTEM,
    AccountId,
    Actor,
    ApproveEscalation,
    CaseId,
    DeclineEscalation,
    Deescalate,
    Escalation,
    EscalationCommand,
    EscalationDecision,
    EscalationFacts,
    EscalationId,
    EscalationPolicy,
    EscalationTemplate,
    GroupId,
    Party,
    Refusal,
    RequestEscalation,
    Role,
    UpdateEscalation,
    UserId,
)
from csmcore.rules import decide_account_escalation, decide_escalation

__all__ = [
    "ACCOUNT",
    "ADA",
    "ANN",
    "BOB",
    "CASE",
    "CIM",
    "COMMANDS",
    "DEE",
    "EVE",
    "MIA",
    "NOON",
    "POLICY",
    "STRANGER",
    "SYSTEM",
    "WHO",
    "about",
    "accepts",
    "asks",
    "ended",
    "escalated",
    "inside",
    "people",
    "refuses",
    "requested",
    "tries",
]

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def inside(name: str, *roles: Role) -> Actor:
    """Somebody who works for the vendor."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


def people(*names: str) -> tuple[UserId, ...]:
    """Users by their ids."""
    return tuple(map(UserId, names))


ANN = inside("ann", "agent")
BOB = inside("bob")
"""A member of the approval group, in no other role."""
EVE = inside("eve", "agent")
"""Another member, who is also an agent."""
MIA = inside("mia", "manager")
ADA = inside("ada", "admin")
DEE = inside("dee", "deescalation_requester")
CIM = Actor(kind="contact", id="cim", account=AccountId("acme"))
STRANGER = Actor(kind="contact", id="kim", account=AccountId("other"))

WHO: dict[Actor, tuple[Party, ...]] = {
    ANN: ("agent", "internal"),
    BOB: ("internal",),
    EVE: ("assignee", "agent", "internal"),
    MIA: ("agent", "internal"),
    ADA: ("agent", "internal"),
    DEE: ("internal",),
    CIM: ("customer",),
    STRANGER: (),
    SYSTEM: ("system",),
}
"""What each is to the case."""

BOARD = GroupId("board")
POLICY = EscalationPolicy(
    templates={
        "reviewed": EscalationTemplate(
            approval_group=BOARD, add_assignment_group_manager=True, watch_list=people("wes"), severity="high"
        ),
        "at once": EscalationTemplate(skip_approval=True, approval_group=BOARD),
        "by nobody": EscalationTemplate(),
        "for customers": EscalationTemplate(approval_group=BOARD, reason="lack_of_progress"),
        "accounts": EscalationTemplate(
            type="account", approval_group=BOARD, add_account_team=True, watch_list=people("wes", "tim")
        ),
    },
    customer_template="for customers",
)
CASE = EscalationFacts(
    case=CaseId("c1"), approvers=people("bob", "eve"), group_manager=UserId("max"), assignee=UserId("eve")
)
ACCOUNT = EscalationFacts(account=AccountId("acme"), approvers=people("bob", "eve"), account_team=people("tim", "tom"))


def asks(**fields: Any) -> RequestEscalation:
    """A request that holds all it needs."""
    whole = {"template": "reviewed", "reason": "inactivity", "justification": "Nobody answers."}
    return RequestEscalation(**{**whole, **fields})


def about(**fields: Any) -> Escalation:
    """An escalation of the case, asked for by Ann."""
    whole: dict[str, Any] = {
        "id": "e1",
        "case": "c1",
        "template": "reviewed",
        "reason": "inactivity",
        "severity": "high",
        "justification": "Nobody answers.",
        "requested_by": "ann",
        "requested_at": NOON,
        "updated_at": NOON,
    }
    return Escalation(**{**whole, **fields})


requested = about()
escalated = about(state="escalated", approved_by="bob", approved_at=NOON)


def tries(  # noqa: PLR0913 - as the rule that it asks
    current: Escalation | None,
    command: EscalationCommand,
    actor: Actor,
    facts: EscalationFacts = CASE,
    policy: EscalationPolicy = POLICY,
    *,
    parties: Iterable[Party] | None = None,
    now: datetime = NOON + timedelta(hours=1),
) -> EscalationDecision | Refusal:
    """What comes of it, for the case or the account that the facts are about."""
    new = EscalationId("e2")
    if facts.account is not None and parties is None:
        return decide_account_escalation(current, command, actor, facts, policy, now, new)
    parts = WHO[actor] if parties is None else parties
    return decide_escalation(current, command, parts, actor, facts, policy, now, new)


def accepts(*args: Any, **kwargs: Any) -> EscalationDecision:
    """The decision, where there must be one."""
    answer = tries(*args, **kwargs)
    assert isinstance(answer, EscalationDecision), str(answer)
    return answer


def refuses(*args: Any, **kwargs: Any) -> tuple[str, ...]:
    """The codes of the refusal, where there must be one."""
    answer = tries(*args, **kwargs)
    assert isinstance(answer, Refusal)
    return answer.codes


def ended(state: str) -> Escalation:
    """The escalation after it was declined or closed."""
    if state == "declined":
        return attrs.evolve(requested, state="declined", declined_by="bob", declined_at=NOON, declined_reason="No.")
    return attrs.evolve(escalated, state="closed", closed_by="dee", closed_at=NOON, closed_justification="Done.")


COMMANDS: tuple[EscalationCommand, ...] = (
    asks(),
    ApproveEscalation(),
    DeclineEscalation("No."),
    Deescalate("Done."),
    UpdateEscalation(trend="improving"),
)
"""One of each kind, right in itself."""
