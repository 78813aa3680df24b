"""The desk of random lives: who works there, for whom, under which policies; and a case as the plain dicts have it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from csmcore.conditions import field
from csmcore.model import (
    Account,
    Actor,
    AutoClose,
    Case,
    CasePolicy,
    Consumer,
    Contact,
    Entitlement,
    Escalation,
    EscalationPolicy,
    EscalationTemplate,
    Goal,
    Group,
    MajorCasePolicy,
    Reaction,
    SlaDefinition,
    SupportPolicy,
    User,
)
from tests.oracle.casework_clock import GOAL
from tests.oracle.casework_effects import Person
from tests.oracle.lifecycle_model import Model
from tests.unit.services.desk import made

__all__ = [
    "ACTORS",
    "NOUNS",
    "OPENINGS",
    "OUTSIDE",
    "PEOPLE",
    "PLAIN_TEMPLATES",
    "POLICIES",
    "START",
    "account_escalation",
    "as_model",
    "entitlement",
    "policy_of",
    "reduced",
]

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
AT_WORK = ("new", "open", "awaiting_info")

# --- the people ------------------------------------------------------------------------------------------------------

PEOPLE: Mapping[str, Person] = {
    "eve": Person("contact"),
    "cora": Person("contact", roles=("customer_case_manager",), manages="acme"),
    "bo": Person("contact"),
    "rob": Person("contact"),
    "ines": Person("consumer"),
    "req": Person("internal", "I"),
    "emil": Person("internal", "I"),
    "tom": Person("internal", "I", groups=("floor",)),
    "ann": Person("internal", "WI", ("agent",)),
    "bob": Person("internal", "WI", ("agent",), ("floor",)),
    "amy": Person("internal", "WI", ("agent",), ("board",)),
    "dan": Person("internal", "WI", ("agent", "deescalation_requester")),
    "mia": Person("internal", "MWI", ("manager",)),
    "max": Person("internal", "MI", ("major_issue_manager",)),
    "abe": Person("internal", "I", groups=("board",)),
    "dora": Person("internal", "I", ("deescalation_requester",)),
    "monitor": Person("integration", "X"),
    "system": Person("system", "S"),
}
ACCOUNT = {"eve": "acme", "cora": "acme", "bo": "bolt", "rob": "rival"}
OUTSIDE = {"eve", "cora", "bo", "rob", "carl", "ines"}
ACTORS = {
    name: made(Actor, kind=each.kind, id=name, roles=frozenset(each.roles), account=ACCOUNT.get(name))
    for name, each in PEOPLE.items()
}
NOUNS: tuple[Any, ...] = (
    *(
        made(Account, id=name, name=name, primary_contact=contact)
        for name, contact in (("acme", "eve"), ("cord", "carl"))
    ),
    *(made(Account, id=name, name=name) for name in ("bolt", "rival")),
    *(made(Contact, id=name, name=name, account=account) for name, account in {**ACCOUNT, "carl": "cord"}.items()),
    made(Consumer, id="ines", name="Ines"),
    *(made(User, id=name, name=name, groups=one.groups) for name, one in PEOPLE.items() if one.kind == "internal"),
    *(made(Group, id=name, name=name) for name in ("floor", "board", "tier-2")),
)

# --- the policies ----------------------------------------------------------------------------------------------------

ALL = ("priority", "state", "comments", "work_notes", "close_notes", "resolution_code")
TEMPLATES = {
    "up": made(EscalationTemplate, approval_group="board", watch_list=("dora",)),
    "now": made(EscalationTemplate, skip_approval=True, severity="high", reason="inactivity"),
}
PLAIN_TEMPLATE = {"type": "case", "skip": False, "group": False, "manager": False, "team": False, "watch": ()}
PLAIN_TEMPLATES = {
    "up": {**PLAIN_TEMPLATE, "group": True, "watch": ("dora",), "severity": "medium", "reason": None},
    "now": {**PLAIN_TEMPLATE, "skip": True, "severity": "high", "reason": "inactivity"},
}
POLICIES: tuple[Mapping[str, Any], ...] = (
    {
        "days": 3,
        "auto_close": (10, (5, 7)),
        "on_open_blockers": "forbid",
        "takes": True,
        "survey_children": True,
        "sync": ALL,
        "fields": ALL,
        "most": 3,
        "customer_template": "up",
        "consume_on": "resolution",
        "reacts": True,
    },
    {
        "days": 0,
        "auto_close": None,
        "on_open_blockers": "warn",
        "takes": False,
        "survey_children": False,
        "sync": (),
        "fields": ALL,
        "most": 10,
        "customer_template": None,
        "consume_on": "creation",
        "reacts": False,
    },
    {
        "days": 1,
        "auto_close": (2, ()),
        "on_open_blockers": "allow",
        "takes": True,
        "survey_children": False,
        "sync": ("comments", "priority"),
        "fields": ("comments", "priority"),
        "most": 2,
        "customer_template": "now",
        "consume_on": "close",
        "reacts": True,
    },
)
PROMISE = made(
    SlaDefinition,
    id="resolution",
    goals=(Goal(GOAL),),
    start=field("state").is_in(*AT_WORK),
    pause=field("state") == "awaiting_info",
    stop=field("state").is_in("resolved", "closed"),
    thresholds=(50,),
)
REACTIONS = (
    made(Reaction, id="late", on="clock_breached", escalate="now", assign_group="tier-2"),
    made(Reaction, id="half", on="threshold_reached", notify=("mia",)),
)


def policy_of(plain: Mapping[str, Any]) -> SupportPolicy:
    """The policy that the plain words say."""
    closes = plain["auto_close"]
    rule = None if closes is None else AutoClose(after_days=closes[0], reminders=closes[1])
    cases = CasePolicy(auto_close=rule, on_open_blockers=plain["on_open_blockers"], cancel_open_tasks=plain["takes"])
    majors: dict[str, Any] = {"sync_children": bool(plain["sync"]), "synced_fields": plain["fields"]}
    return SupportPolicy(
        name="desk",
        version="1",
        definitions=(PROMISE,),
        reopen_window_days=plain["days"],
        cases=cases,
        escalation=EscalationPolicy(templates=TEMPLATES, customer_template=plain["customer_template"]),
        major_cases=MajorCasePolicy(**majors, survey_children=plain["survey_children"], max_children=plain["most"]),
        reactions=REACTIONS if plain["reacts"] else (),
    )


OPENINGS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("eve", {"contact": "eve"}),
    ("eve", {"contact": "eve", "share_resolution_notes": True}),
    ("cora", {"contact": "eve", "informed_users": ("cora",)}),
    ("ann", {"account": "bolt", "contact": "bo", "assigned_to": "ann", "work_notes_list": ("bob", "mia")}),
    ("ines", {"consumer": "ines"}),
    ("req", {"requested_by": "req"}),
    ("bob", {"requested_by": "bob", "informed_users": ("eve", "bob")}),
    ("mia", {"major_case_state": "accepted", "work_notes_list": ("mia", "ann")}),
    ("ann", {"major_case_state": "proposed", "business_impact": "all of them"}),
)

# --- nouns, and cases as plain dicts ---------------------------------------------------------------------------------


def entitlement(consume_on: str) -> Entitlement:
    """What Acme has: cases without end, counted at a milestone."""
    units: dict[str, Any] = {"per_unit": True, "unit": "cases", "total_units": 9999, "consume_on": consume_on}
    return made(Entitlement, id="e", number="E1", account="acme", **units)


def account_escalation(now: datetime, *, up: bool) -> Escalation:
    """An escalation of the account: escalated, or over."""
    fields: dict[str, Any] = {"state": "escalated", "approved_by": "mia", "approved_at": now, "template": "up"}
    fields |= {"requested_by": "mia", "requested_at": now, "updated_at": now, "reason": "inactivity"}
    if not up:
        fields |= {"state": "closed", "closed_by": "mia", "closed_at": now, "closed_justification": "over"}
    return made(Escalation, id="x", account="acme", justification="why", **fields)


PLAIN = (
    *("state", "account", "contact", "consumer", "requested_by", "parent", "major_case_state", "business_impact"),
    *("merged_into", "follow_up_of", "assigned_to", "assigned_at", "assignment_group", "informed_users", "category"),
    *("impact", "urgency", "priority", "priority_override", "opened_at", "opened_by", "updated_at", "needs_attention"),
    *("first_response_at", "share_resolution_notes", "closed_at", "closed_by", "closed_code", "closed_notes"),
    *("cancelled_at", "cancelled_by", "cancelled_reason", "reopen_count", "auto_close", "auto_close_from"),
    *("is_auto_close_exempt", "auto_close_reminders", "survey_requested", "contributor_users", "contributor_groups"),
)
OF_TASK = (
    *("number", "subject", "priority", "state", "assignment_group", "assigned_to", "visible_to_customer", "depends_on"),
    *("work_notes_list", "opened_at", "opened_by", "ended_at", "ended_by", "notes"),
)
OF_ESCALATION = ("state", "template", "reason", "severity", "trend")


def as_model(case: Case) -> Model:
    """The case as the plain dict has it."""
    fields: Model = {name: getattr(case, name) for name in PLAIN}
    solutions = [*case.past_resolutions, *([case.resolution] if case.resolution else [])]
    told = tuple((one.code, one.notes, one.cause, one.by, one.at) for one in solutions)
    fields["past_resolutions"] = told[: len(case.past_resolutions)]
    fields["resolution"] = told[-1] if case.resolution else None
    fields["blockers"] = {key: (each.reason, each.is_active) for key, each in case.blockers.items()}
    answer = case.satisfaction
    fields["satisfaction"] = None if answer is None else (answer.score, answer.by, answer.at)
    fields["tasks"] = {key: {name: getattr(task, name) for name in OF_TASK} for key, task in case.tasks.items()}
    fields["records"] = {
        key: {"kind": one.kind, "system": one.system, "state": one.state, "closed": one.is_closed}
        for key, one in case.records.items()
    }
    found = case.escalation
    fields["escalation"] = None
    if found is not None:
        by = {"approved": found.approved_by, "declined": found.declined_by, "closed": found.closed_by}
        said = {name: getattr(found, name) for name in OF_ESCALATION}
        whose = {"by": (found.requester_kind, found.requested_by), "source": found.request_source}
        fields["escalation"] = {**said, **by, **whose, "watch_list": list(found.watch_list)}
    return fields


def reduced(model: Model) -> Model:
    """The plain dict without what csmcore does not say in the same words."""
    fields = {name: model[name] for name in (*PLAIN, "past_resolutions", "resolution", "blockers", "satisfaction")}
    fields["tasks"] = {key: {name: task[name] for name in OF_TASK} for key, task in model["tasks"].items()}
    links = model["records"].items()
    fields["records"] = {key: {name: one[name] for name in ("kind", "system", "state", "closed")} for key, one in links}
    found = model["escalation"]
    names = (*OF_ESCALATION, "approved", "declined", "closed", "by", "source", "watch_list")
    fields["escalation"] = found and {name: found[name] for name in names}
    return fields
