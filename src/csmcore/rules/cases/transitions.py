"""The flow of a case: everything that decides which action may be done in which state, by whom, with what.

**Rule 1: everything that affects transitions is in this file.** `TABLE` says it literally, cell by cell; what its
conditions ask is in `csmcore.rules.cases.guards`. The code that reads it (`csmcore.rules.cases.lifecycle`), the answers
about what may be done (`csmcore.rules.cases.actions`) and the diagram and the table of the documentation are all taken
from it.

A case is in one of six states. It is *new* until an agent takes it, *open* while it is worked on, *awaiting info* while
the customer is asked for something, *resolved* while they may accept or reject a solution, and then *closed*; or it is
*cancelled*. Every state lists every action, so that an empty cell is a decision and no oversight. A cell is a tuple of
rows, one for each kind of party that may act; a row says where the action leads (nowhere else, if it says nothing),
what the command must hold, and at most one condition on the case.

The parties are what an actor is to this one case, and an actor may be several of them:

- ``customer``: the case's contact, consumer or internal requester; whoever manages the cases of its account or of one
  above it; the partner who opened it;
- ``assignee``: the agent to whom it is assigned;
- ``manager``: any manager or admin;
- ``agent``: any agent, manager or admin;
- ``internal``: anybody inside;
- ``system`` and ``integration``: time, and other machines.

Whoever is none of them has no part in the case. Where an actor is several, the first of them, in this order, that has a
row in the cell is the one who acts: an agent who reports a fault of their own closes it as a customer does. So a cell
needs no priorities.

Three things are decided here that the sources leave open or contradict. A solution is proposed from Open and from
Awaiting Info, never from New. Agents do not close a resolved case: that is for its customer, or for time; and for the
customer, closing a resolved case *is* accepting its solution. Closed and Cancelled absorb, but for the reopening of
a closed case within the policy's window; what comes later is a follow-up, a case of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from csmcore.model import CASE_STATES, PARTIES, Action, CaseState, Party, Role

__all__ = ["ALTERNATIVES", "OPENING", "PARTIES", "ROWS", "TABLE", "Guard", "Party", "Row"]

Guard: TypeAlias = Literal[
    "within_reopen_window",
    "outside_reopen_window",
    "auto_close",
    "reminder_due",
    "survey_open",
    "no_open_blockers",
    "is_major_case",
    "is_proposed_major_case",
]


class Row(NamedTuple):
    """Who may act, the state that follows (None: the same), what must be given, and what must be true of the case.

    A requirement is the name of a field of the command; ``group or user`` asks for either. Rows of case types may
    also ask for one of some roles, and for fields that the case must hold.
    """

    by: tuple[Party, ...]
    to: CaseState | None = None
    requires: tuple[str, ...] = ()
    only_if: Guard | None = None
    roles: frozenset[Role] = frozenset()
    holds: tuple[str, ...] = ()


_CUSTOMER: tuple[Party, ...] = ("customer",)
_AGENT: tuple[Party, ...] = ("agent",)
_STAFF: tuple[Party, ...] = ("agent", "system", "integration")
_ANYONE: tuple[Party, ...] = ("customer", "agent", "system", "integration")

_ACCEPT = (Row(("customer",), to="closed"), Row(("manager",), to="closed", only_if="is_major_case"))

OPENING: Row = Row(
    ("customer", "internal", "system", "integration"),
    to="new",
    requires=("short_description", "account or contact or consumer or requested_by"),
)
"""Every case begins here: `open_case` has no state to start from."""

_COMMENT = Row(_ANYONE, requires=("text",))
_NOTE = Row(_STAFF, requires=("text",))
_ASSIGN = Row(("agent", "system"), requires=("group or user",))
_UPDATE = Row(_STAFF, requires=("changes",))
_PRIORITY = Row(_AGENT, requires=("priority", "reason"))
_CLOSE = (Row(_CUSTOMER, to="closed"), Row(_AGENT, to="closed", requires=("code", "notes"), only_if="no_open_blockers"))
_CANCEL = Row(_AGENT, to="cancelled", requires=("reason",))
_PROPOSE = Row(_AGENT, to="resolved", requires=("code", "notes"), only_if="no_open_blockers")

_FLOW: Mapping[CaseState, Mapping[Action, tuple[Row, ...]]] = MappingProxyType(
    {
        "new": MappingProxyType(
            {
                "assign_to_me": (Row(_AGENT, to="open"),),
                "accept_case": (Row(("assignee",), to="open"),),
                "assign_case": (_ASSIGN,),
                "request_info": (),
                "resume_work": (),
                "add_comment": (_COMMENT,),
                "add_work_note": (_NOTE,),
                "update_case": (_UPDATE,),
                "override_priority": (_PRIORITY,),
                "propose_solution": (),
                "accept_solution": (),
                "reject_solution": (),
                "close_case": _CLOSE,
                "auto_close_case": (),
                "cancel_case": (_CANCEL,),
                "reopen_case": (),
                "follow_up": (),
            }
        ),
        "open": MappingProxyType(
            {
                "assign_to_me": (),
                "accept_case": (),
                "assign_case": (_ASSIGN,),
                "request_info": (Row(_AGENT, to="awaiting_info", requires=("comment",)),),
                "resume_work": (),
                "add_comment": (_COMMENT,),
                "add_work_note": (_NOTE,),
                "update_case": (_UPDATE,),
                "override_priority": (_PRIORITY,),
                "propose_solution": (_PROPOSE,),
                "accept_solution": (),
                "reject_solution": (),
                "close_case": _CLOSE,
                "auto_close_case": (),
                "cancel_case": (_CANCEL,),
                "reopen_case": (),
                "follow_up": (),
            }
        ),
        "awaiting_info": MappingProxyType(
            {
                "assign_to_me": (),
                "accept_case": (),
                "assign_case": (_ASSIGN,),
                "request_info": (),
                "resume_work": (Row(_AGENT, to="open"),),
                "add_comment": (Row(_CUSTOMER, to="open", requires=("text",)), Row(_STAFF, requires=("text",))),
                "add_work_note": (_NOTE,),
                "update_case": (_UPDATE,),
                "override_priority": (_PRIORITY,),
                "propose_solution": (_PROPOSE,),
                "accept_solution": (),
                "reject_solution": (),
                "close_case": _CLOSE,
                "auto_close_case": (),
                "cancel_case": (_CANCEL,),
                "reopen_case": (),
                "follow_up": (),
            }
        ),
        "resolved": MappingProxyType(
            {
                "assign_to_me": (),
                "accept_case": (),
                "assign_case": (_ASSIGN,),
                "request_info": (),
                "resume_work": (),
                "add_comment": (_COMMENT,),
                "add_work_note": (_NOTE,),
                "update_case": (_UPDATE,),
                "override_priority": (_PRIORITY,),
                "propose_solution": (),
                "accept_solution": _ACCEPT,
                "reject_solution": (Row(_CUSTOMER, to="open", requires=("reason",)),),
                "close_case": _ACCEPT,
                "auto_close_case": (Row(("system",), to="closed", only_if="auto_close"),),
                "cancel_case": (),
                "reopen_case": (),
                "follow_up": (),
            }
        ),
        "closed": MappingProxyType(
            {
                "assign_to_me": (),
                "accept_case": (),
                "assign_case": (),
                "request_info": (),
                "resume_work": (),
                "add_comment": (Row(_CUSTOMER, to="open", requires=("text",), only_if="within_reopen_window"),),
                "add_work_note": (),
                "update_case": (),
                "override_priority": (),
                "propose_solution": (),
                "accept_solution": (),
                "reject_solution": (),
                "close_case": (),
                "auto_close_case": (),
                "cancel_case": (),
                "reopen_case": (Row(("customer", "internal"), to="open", only_if="within_reopen_window"),),
                "follow_up": (Row(_ANYONE, only_if="outside_reopen_window"),),
            }
        ),
        "cancelled": MappingProxyType(
            {
                "assign_to_me": (),
                "accept_case": (),
                "assign_case": (),
                "request_info": (),
                "resume_work": (),
                "add_comment": (),
                "add_work_note": (),
                "update_case": (),
                "override_priority": (),
                "propose_solution": (),
                "accept_solution": (),
                "reject_solution": (),
                "close_case": (),
                "auto_close_case": (),
                "cancel_case": (),
                "reopen_case": (),
                "follow_up": (Row(_ANYONE),),
            }
        ),
    }
)
"""Every action that may move a case, in every state."""

_LIVE: tuple[CaseState, ...] = ("new", "open", "awaiting_info")
_WORKED: tuple[CaseState, ...] = (*_LIVE, "resolved")
_EVER: tuple[CaseState, ...] = CASE_STATES
_SYSTEM: tuple[Party, ...] = ("system",)
_MANAGER: tuple[Party, ...] = ("manager",)
_INSIDE: tuple[Party, ...] = ("agent", "internal")

_ESCALATE = (
    Row(("customer",), requires=("justification",)),
    Row(("agent", "internal", "system"), requires=("template", "justification")),
)
_TAKEN_IN = Row(_SYSTEM, requires=("duplicate",))
_ADD_CHILDREN = Row(("agent", "system"), requires=("accounts or consumers",), only_if="is_major_case")

_BESIDE: Mapping[Action, tuple[tuple[CaseState, ...], tuple[Row, ...]]] = MappingProxyType(
    {
        "remind_customer": (("resolved",), (Row(_SYSTEM, only_if="reminder_due"),)),
        "answer_survey": (("closed",), (Row(_CUSTOMER, requires=("score",), only_if="survey_open"),)),
        "add_blocker": (_LIVE, (Row(_STAFF, requires=("reason",)),)),
        "resolve_blocker": (_WORKED, (Row(_STAFF, requires=("blocker",)),)),
        "add_task": (_WORKED, (Row(_STAFF, requires=("subject",)),)),
        "update_task": (_WORKED, (Row(_INSIDE, requires=("task", "changes")),)),
        "close_task": (_EVER, (Row(_INSIDE, requires=("task", "notes")),)),
        "cancel_task": (_EVER, (Row(_INSIDE, requires=("task", "reason")),)),
        "log_time": ((*_WORKED, "closed"), (Row(_INSIDE, requires=("seconds",)),)),
        "link_record": (_WORKED, (Row(_STAFF, requires=("kind", "record")),)),
        "unlink_record": (_WORKED, (Row(_AGENT, requires=("record", "reason")),)),
        "hear_of_record": ((*_WORKED, "closed"), (Row(("system", "integration"), requires=("record", "change")),)),
        "request_escalation": (_LIVE, _ESCALATE),
        "approve_escalation": (_LIVE, (Row(_INSIDE),)),
        "decline_escalation": (_WORKED, (Row((*_INSIDE, "system"), requires=("reason",)),)),
        "deescalate": (_WORKED, (Row((*_INSIDE, "system"), requires=("justification",)),)),
        "update_escalation": (_WORKED, (Row(_INSIDE),)),
        "propose_major_case": (_LIVE, (Row(_AGENT, requires=("business_impact", "note")),)),
        "accept_major_case": (_LIVE, (Row(_MANAGER, only_if="is_proposed_major_case"),)),
        "reject_major_case": (_LIVE, (Row(_MANAGER, requires=("reason",), only_if="is_proposed_major_case"),)),
        "add_children": (_LIVE, (_ADD_CHILDREN,)),
        "follow_parent": (_LIVE, (Row(_SYSTEM, requires=("parent",)),)),
        "hear_of_child": (_WORKED, (Row(_SYSTEM, requires=("child",), only_if="is_major_case"),)),
        "merge_case": (
            _LIVE,
            (Row(_AGENT, to="cancelled", requires=("into",)), _TAKEN_IN),
        ),
    }
)
"""What may be done in which states beside the flow. It leads nowhere, but that a duplicate
ends, and that a parent may take its children along."""

_LATE: Mapping[CaseState, Mapping[Action, tuple[Row, ...]]] = MappingProxyType(
    dict.fromkeys(("resolved", "closed"), MappingProxyType({"merge_case": (_TAKEN_IN,)}))
)
"""What still reaches a case that went on meanwhile: word of a duplicate that ended in it while it lived."""

TABLE: Mapping[CaseState, Mapping[Action, tuple[Row, ...]]] = MappingProxyType(
    {
        state: MappingProxyType(
            {
                **_FLOW[state],
                **{action: rows if state in states else () for action, (states, rows) in _BESIDE.items()},
                **_LATE.get(state, {}),
            }
        )
        for state in CASE_STATES
    }
)
"""Every state, every action: who may, with what, and what follows."""

ROWS: Mapping[tuple[CaseState, Action], Mapping[Party, Row]] = MappingProxyType(
    {
        (state, action): MappingProxyType({party: row for row in rows for party in row.by})
        for state, cells in TABLE.items()
        for action, rows in cells.items()
    }
)
"""The same table, as it is looked up."""

ALTERNATIVES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        need: tuple(need.split(" or "))
        for row in (OPENING, *(row for cells in TABLE.values() for rows in cells.values() for row in rows))
        for need in row.requires
    }
)
"""The fields of which each requirement asks for one."""
