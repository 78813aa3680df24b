"""Who plays in the tests of the lifecycle: two customers, everybody around them, and their cases in every state.

Each actor has the letters of ``tests/oracle/lifecycle_table.py`` that a reader gives them, written by hand. To its
escalation, ``E`` is who decides on one that is asked for, ``D`` who may end it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import attrs

from csmcore.model import (
    SYSTEM,
    Account,
    AccountRelationship,
    AccountRelationshipType,
    Actor,
    Asset,
    Case,
    CaseFacts,
    CaseState,
    Consumer,
    Contact,
    Resolution,
    Role,
    SupportPolicy,
    UserId,
    revised,
)

__all__ = [
    "BUSINESS",
    "CONTENT",
    "LED",
    "PRIVATE",
    "RESALE",
    "RESOLD",
    "START",
    "Scene",
    "case_in",
    "contact",
    "inside",
    "made",
    "planned",
    "policy",
]

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)

Noun = TypeVar("Noun")


def policy(days: int = 0, **more: Any) -> SupportPolicy:
    """A policy with that many days to reopen a closed case."""
    return SupportPolicy(name="test", version="1", reopen_window_days=days, **more)


def planned(rules: SupportPolicy) -> SupportPolicy:
    """The policy as the rules of one case take it."""
    return rules


def made(kind: Callable[..., Noun], /, **fields: Any) -> Noun:
    """A noun from words: the tests' ids are plain text."""
    return kind(**fields)


def inside(name: str, *roles: Role) -> Actor:
    """An internal user."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


def contact(name: str, account: str | None, *roles: Role) -> Actor:
    """A contact of an account."""
    return made(Actor, kind="contact", id=name, account=account, roles=frozenset(roles))


class Scene(NamedTuple):
    """A case as it was opened, its facts, and everybody with what they are to it."""

    case: Case
    facts: CaseFacts
    actors: Mapping[str, tuple[Actor, str]]


HQ = made(Account, id="hq", name="Acme Holding")
ACME = made(Account, id="acme", name="Acme", parent="hq")
RESALE = made(AccountRelationshipType, id="resale", from_role="partner", label="resells to", reverse_label="buys from")
RESOLD = made(AccountRelationship, id="resold", type="resale", from_account="dealer", to_account="acme")
PRESS = made(Asset, id="press-1", product_model="press", account="acme")

_BUSINESS_CASE = made(
    Case,
    id="case-1",
    number="CS1",
    policy=policy().ref,
    short_description="The press stands still",
    account="acme",
    contact="eve",
    requested_by="req",
    partner="dealer",
    partner_contact="pat",
    assigned_to="ann",
    assigned_at=START,
    opened_at=START,
    opened_by="pat",
    updated_at=START,
)

BUSINESS = Scene(
    _BUSINESS_CASE,
    CaseFacts(
        account=ACME,
        ancestors=(HQ,),
        contact=made(Contact, id="eve", account="acme", name="Eve"),
        asset=PRESS,
        relationships=(RESOLD,),
        relationship_types=(RESALE,),
    ),
    {
        "the contact": (contact("eve", "acme", "customer"), "C"),
        "a colleague": (contact("carl", "acme", "customer"), ""),
        "the account's case manager": (contact("cora", "acme", "customer_case_manager"), "C"),
        "the holding's admin": (contact("hugo", "hq", "customer_admin"), "C"),
        "another account's case manager": (contact("olga", "other", "customer_case_manager"), ""),
        "a case manager of no account": (contact("nora", None, "customer_case_manager"), ""),
        "the partner who opened it": (contact("pat", "dealer", "partner"), "C"),
        "another of the partner's people": (contact("paul", "dealer", "partner"), ""),
        "its opener, no partner now": (contact("pat", "dealer", "customer"), ""),
        "its opener, of another partner now": (contact("pat", "rival", "partner"), ""),
        "a partner of no account": (contact("pat", None, "partner"), ""),
        "a contact with the assignee's id": (contact("ann", "acme"), ""),
        "a consumer with the contact's id": (Actor(kind="consumer", id="eve"), ""),
        "an internal user with the contact's id": (inside("eve"), "I"),
        "the requester": (inside("req"), "CI"),
        "an employee": (inside("emil"), "I"),
        "the assignee": (inside("ann", "agent"), "OWI"),
        "the assignee, no agent now": (inside("ann"), "I"),
        "an agent": (inside("bob", "agent"), "WI"),
        "a manager": (inside("mia", "manager"), "MWI"),
        "an admin": (inside("adam", "admin"), "MWI"),
        "a major issue manager": (inside("max", "major_issue_manager"), "MI"),
        "an approver": (inside("abe"), "IE"),
        "an agent who approves": (inside("amy", "agent"), "WIE"),
        "a deescalation requester": (inside("dora", "deescalation_requester"), "ID"),
        "an agent who may deescalate": (inside("dan", "agent", "deescalation_requester"), "WID"),
        "a task worker": (inside("tom", "contributor"), "I"),
        "a partner's admin": (contact("pia", "dealer", "partner_admin"), ""),
        "the system": (SYSTEM, "S"),
        "an integration": (Actor(kind="integration", id="monitor"), "X"),
    },
)

PRIVATE = Scene(
    made(
        Case,
        id="case-2",
        number="CS2",
        policy=policy().ref,
        short_description="No tone",
        consumer="ines",
        requested_by="ann",
        assigned_to="ann",
        assigned_at=START,
        opened_at=START,
        opened_by="ann",
        updated_at=START,
        survey_requested=True,
        share_resolution_notes=True,
    ),
    CaseFacts(consumer=made(Consumer, id="ines", name="Ines")),
    {
        "the consumer": (Actor(kind="consumer", id="ines"), "C"),
        "another consumer": (Actor(kind="consumer", id="ivan"), ""),
        "a contact with the consumer's id": (contact("ines", "acme", "customer_admin"), ""),
        "an agent who asked and is assigned": (inside("ann", "agent"), "COWI"),
        "a manager": (inside("mia", "manager"), "MWI"),
        "the system": (SYSTEM, "S"),
    },
)

LED = Scene(
    attrs.evolve(_BUSINESS_CASE, assigned_to=UserId("mia"), requested_by=UserId("max")),
    BUSINESS.facts,
    {
        "a manager who is assigned": (inside("mia", "manager", "deescalation_requester"), "OMWID"),
        "an assigned name without a role": (inside("mia"), "I"),
        "a leader who asked": (inside("max", "major_issue_manager"), "CMI"),
        "an agent": (inside("bob", "agent"), "WI"),
        "an approver": (inside("abe", "manager"), "MWIE"),
        "the contact": (contact("eve", "acme", "customer"), "C"),
        "the system": (SYSTEM, "S"),
    },
)

CONTENT: Mapping[str, Mapping[str, Any]] = {
    "assign_to_me": {},
    "accept_case": {},
    "assign_case": {"group": "tier-2", "user": "ulf"},
    "request_info": {"comment": "Which model?"},
    "resume_work": {},
    "add_comment": {"text": "Any news?"},
    "add_work_note": {"text": "Smells of oil."},
    "update_case": {"changes": {"category": "machines"}},
    "override_priority": {"priority": 1, "reason": "the plant stands still"},
    "propose_solution": {"code": "replaced", "notes": "A new fuse."},
    "accept_solution": {},
    "reject_solution": {"reason": "It stopped again."},
    "close_case": {"code": "duplicate", "notes": "See CS0."},
    "auto_close_case": {},
    "cancel_case": {"reason": "opened by mistake"},
    "reopen_case": {"comment": "It is back."},
    "remind_customer": {},
    "answer_survey": {"score": 4, "comment": "Quick."},
    "add_blocker": {"reason": "other", "text": "waits for parts"},
    "resolve_blocker": {"blocker": "asked"},
    "add_task": {"subject": "Order a fuse"},
    "update_task": {"task": "T1", "changes": {"priority": 2}},
    "close_task": {"task": "T1", "notes": "ordered"},
    "cancel_task": {"task": "T1", "reason": "found one"},
    "log_time": {"seconds": 600, "task": "T1"},
    "link_record": {"kind": "change", "record": "CHG1"},
    "unlink_record": {"record": "incident:INC1", "reason": "another one's"},
    "hear_of_record": {"record": "incident:INC1", "change": "comment", "text": "On it."},
    "request_escalation": {"template": "up", "reason": "inactivity", "justification": "nobody looks"},
    "approve_escalation": {},
    "decline_escalation": {"reason": "too early"},
    "deescalate": {"justification": "it runs again"},
    "update_escalation": {"severity": "high"},
    "propose_major_case": {"business_impact": "all plants", "note": "the third today"},
    "accept_major_case": {},
    "reject_major_case": {"reason": "only here"},
    "add_children": {"accounts": ("acme",)},
    "follow_parent": {"parent": "case-0", "note": "hold on"},
    "hear_of_child": {"child": "case-9"},
    "merge_case": {"into": "case-7"},
}
"""A whole command for each action, as somebody inside gives it."""

_SOLVED = Resolution(code="fixed", notes="Turned it on.", by="ann", at=START + HOUR)


def case_in(state: CaseState, scene: Scene, **more: Any) -> Case:
    """The scene's case in a state, as it would have come there."""
    fields: dict[str, Any] = {"state": state, "updated_at": START + 2 * HOUR, "version": 4}
    if state in {"resolved", "closed"}:
        fields["resolution"] = _SOLVED
    if state == "closed":
        fields |= {"closed_at": START + 2 * HOUR, "closed_by": "eve"}
    if state == "cancelled":
        fields |= {"cancelled_at": START + 2 * HOUR, "cancelled_by": "ann", "cancelled_reason": "spam"}
    return revised(scene.case, fields | more)
