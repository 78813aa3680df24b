"""The incidents of the log as cases of a type of their own, lived through command by command as the log tells them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.model import (
    Account,
    AccountId,
    Actor,
    AddComment,
    AssignToMe,
    AutoClose,
    Case,
    CaseCommand,
    CaseFacts,
    CasePolicy,
    CaseType,
    CloseCase,
    Contact,
    ContactId,
    Decision,
    Event,
    FlowOverlay,
    FlowRow,
    HistoryRow,
    OpenCase,
    ProposeSolution,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    ResumeWork,
    SlaState,
    Substates,
    SupportPolicy,
    UpdateCase,
    accepted,
)
from csmcore.presets import preset
from csmcore.rules import Plan, auto_close_at, decide_apply, decide_open, decide_tick
from csmcore.wire import load_policy

__all__ = ["RULE", "Lived", "incident_policy", "lived", "typed"]

RULE = AutoClose(after_days=5, reminders=())

EVE = Actor(kind="contact", id="eve", account=AccountId("desk"))
ANN = Actor(kind="internal", id="ann", roles=frozenset({"agent", "manager"}))
FACTS = CaseFacts(
    account=Account(id=AccountId("desk"), name="Desk"),
    contact=Contact(id=ContactId("eve"), account=AccountId("desk"), name="Eve"),
)

AWAITED: Mapping[str, str] = MappingProxyType(
    {
        "Awaiting User Info": "user",
        "Awaiting Problem": "problem",
        "Awaiting Vendor": "vendor",
        "Awaiting Evidence": "evidence",
    }
)
"""What the log's states of waiting are, as substates."""

INCIDENT = CaseType(
    label="Incident",
    substates={"awaiting_info": Substates(names=tuple(AWAITED.values()))},
    flow=FlowOverlay(
        add=(
            FlowRow(states=("new",), action="propose_solution", by=("agent",), to="resolved"),
            FlowRow(states=("new",), action="request_info", by=("agent",), to="awaiting_info"),
            FlowRow(states=("resolved",), action="close_case", by=("agent",), to="closed"),
        )
    ),
)
"""Solved, or put on hold, without being taken first; closed by agents before its customer has answered."""

_SOLVE = (ProposeSolution(code="solved", notes="Solved."),)
_ASK = (RequestInfo(comment="Please wait."),)
_CLOSE = (CloseCase(code="done", notes="Done."),)
MOVES: Mapping[tuple[str, str], tuple[CaseCommand, ...]] = MappingProxyType(
    {
        ("new", "open"): (AssignToMe(),),
        ("new", "awaiting_info"): _ASK,
        ("new", "resolved"): _SOLVE,
        ("new", "closed"): _CLOSE,
        ("open", "awaiting_info"): _ASK,
        ("open", "resolved"): _SOLVE,
        ("open", "closed"): _CLOSE,
        ("awaiting_info", "open"): (ResumeWork(),),
        ("awaiting_info", "resolved"): _SOLVE,
        ("awaiting_info", "closed"): _CLOSE,
        ("resolved", "open"): (RejectSolution("It is still broken."),),
        ("resolved", "awaiting_info"): (RejectSolution("It is still broken."), *_ASK),
        ("resolved", "closed"): _CLOSE,
        ("closed", "open"): (ReopenCase("It is broken again."),),
    }
)
"""The commands that lead from one state of the log to the next."""

_BY_CUSTOMER = (RejectSolution, ReopenCase, AddComment)


def incident_policy() -> SupportPolicy:
    """The shipped policy of the log with the type, a rule that closes after five days, and a window to reopen."""
    policy = load_policy(preset("uci-policy.toml"))
    cases = CasePolicy(auto_close=RULE)
    return attrs.evolve(policy, cases=cases, case_types={"incident": INCIDENT}, reopen_window_days=60)


def typed(rows: Iterable[HistoryRow]) -> Iterator[HistoryRow]:
    """The rows with the type and the substate that the log's state stands for."""
    for row in rows:
        substate = AWAITED.get(str(row.fields.get("extra.incident_state")))
        yield attrs.evolve(row, fields={**row.fields, "case_type": "incident", "substate": substate})


@attrs.define
class Lived:
    """A case as it was lived: as it stands, its clocks, its events, and when it would have closed by itself."""

    plan: Plan
    case: Case
    sla: SlaState
    events: list[Event]
    due_at: datetime | None = None

    def does(self, command: CaseCommand, now: datetime) -> None:
        """Let somebody whose business it is do something."""
        actor = EVE if isinstance(command, _BY_CUSTOMER) else ANN
        self.take(accepted(decide_apply(self.case, self.sla, command, actor, FACTS, self.plan, now)))

    def take(self, decision: Decision) -> None:
        """The case after a decision."""
        self.case, self.sla = decision.case, decision.sla
        self.events += decision.events

    def comes_to(self, state: str, now: datetime) -> None:
        """Move on as the log does; what is due by itself is closed by time, which asks nobody."""
        if (self.case.state, state) == ("resolved", "closed"):
            self.due_at = auto_close_at(self.case, self.plan.policy)
            decision = decide_tick(self.case, self.sla, self.plan, now, FACTS)
            if decision is not None and decision.case.state == "closed":
                self.take(decision)
                return
        if state == "resolved" and self.case.needs_attention:
            self.does(UpdateCase({"needs_attention": False}), now)
        for command in MOVES[self.case.state, state]:
            self.does(command, now)


def lived(rows: list[HistoryRow], plan: Plan) -> Lived:
    """One incident, lived through from its first row to its last."""
    first, last = rows[0], rows[0].at
    fields: dict[str, Any] = dict(first.fields)
    told = {name: fields[name] for name in ("channel", "category", "impact", "urgency") if fields.get(name)}
    command = OpenCase(short_description="x", contact=ContactId("eve"), case_type="incident", **told)
    opened = accepted(decide_open(command, ANN, FACTS, plan, last, first.case, first.case))
    life = Lived(plan, opened.case, opened.sla, list(opened.events))
    if fields["state"] != "new":
        life.comes_to(fields["state"], last)
    for row in rows[1:]:
        last = max(row.at, last)
        before, fields = fields, {**fields, **row.fields}
        live_on(life, before, fields, last)
    return life


def live_on(life: Lived, before: Mapping[str, Any], fields: Mapping[str, Any], now: datetime) -> None:
    """One more row: what it changes, whereto it leads, or that somebody wrote something on what was resolved."""
    names = ("category", "impact", "urgency")
    changes = {name: fields[name] for name in names if fields.get(name) and fields[name] != before.get(name)}
    state, was = fields["state"], life.case.state
    if changes and was != "closed":
        life.does(UpdateCase(changes), now)
    if state != was:
        life.comes_to(state, now)
    elif state == "resolved":
        life.does(AddComment("Something is written."), now)
    substate = AWAITED.get(str(fields.get("extra.incident_state")))
    if state == "awaiting_info" and substate != life.case.substate:
        life.does(UpdateCase({"substate": substate}), now)
