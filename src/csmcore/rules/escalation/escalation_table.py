"""The life of an escalation as one table: what may be done in each state, by whom, with what, and what follows.

The parties are what an actor is to it, and an actor may be several of them:

- ``customer``: on the customer's side of the case;
- ``approver``: somebody who decides on requests by its template;
- ``deescalator``: somebody inside in the role ``deescalation_requester``, who may ask too (as in ServiceNow);
- ``agent``: any agent, manager or admin;
- ``system``: time and the policy's rules, also where an escalation ends because its case does.

Where an actor is several, the first of them, in this order, that has a row in the cell is the one who acts. The state
None is that of a case or an account that was never escalated. What has ended stays as it is: to escalate again is a new
escalation.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from csmcore.model import EscalationAction, EscalationState

__all__ = [
    "ESCALATION_PARTIES",
    "ESCALATION_TABLE",
    "EscalationGuard",
    "EscalationParty",
    "EscalationRow",
    "escalation_table",
]

EscalationParty: TypeAlias = Literal["customer", "approver", "deescalator", "agent", "system"]
EscalationGuard: TypeAlias = Literal["a template for it", "not one's own request"]

ESCALATION_PARTIES: tuple[EscalationParty, ...] = get_args(EscalationParty)
"""In the order in which an actor who is several of them acts."""


class EscalationRow(NamedTuple):
    """Who may act, the state that follows (None: the same), what must be given, and what must be true.

    A requirement names a field of the command, or asks for one of several. ``unasked`` follows where nobody has to
    approve.
    """

    by: tuple[EscalationParty, ...]
    to: EscalationState | None = None
    requires: tuple[str, ...] = ()
    only_if: EscalationGuard | None = None
    unasked: EscalationState | None = None


_WHY = ("reason", "justification")
_REQUEST = (
    EscalationRow(("customer",), "requested", _WHY, "a template for it", unasked="escalated"),
    EscalationRow(
        ("deescalator", "agent", "system"),
        "requested",
        ("template", *_WHY),
        "a template for it",
        unasked="escalated",
    ),
)
_UPDATE = (
    EscalationRow(
        ("approver", "deescalator", "agent", "system"),
        requires=("severity or trend or reason or watch_list or assignment_group or assigned_to or related_cases",),
    ),
)
_ANEW: Mapping[EscalationAction, tuple[EscalationRow, ...]] = MappingProxyType(
    {
        "request_escalation": _REQUEST,
        "approve_escalation": (),
        "decline_escalation": (),
        "deescalate": (),
        "update_escalation": (),
    }
)

ESCALATION_TABLE: Mapping[EscalationState | None, Mapping[EscalationAction, tuple[EscalationRow, ...]]] = (
    MappingProxyType(
        {
            None: _ANEW,
            "requested": MappingProxyType(
                {
                    "request_escalation": (),
                    "approve_escalation": (EscalationRow(("approver",), "escalated", only_if="not one's own request"),),
                    "decline_escalation": (EscalationRow(("approver", "system"), "declined", ("reason",)),),
                    "deescalate": (),
                    "update_escalation": _UPDATE,
                }
            ),
            "escalated": MappingProxyType(
                {
                    "request_escalation": (),
                    "approve_escalation": (),
                    "decline_escalation": (),
                    "deescalate": (EscalationRow(("deescalator", "system"), "closed", ("justification",)),),
                    "update_escalation": _UPDATE,
                }
            ),
            "declined": _ANEW,
            "closed": _ANEW,
        }
    )
)
"""Every state, every action: who may, with what, and what follows."""


def escalation_table() -> str:
    """Every action that some state allows, as a table in Markdown."""
    head = ["| state | action | by | leads to | required |", "| --- | --- | --- | --- | --- |"]
    rows = [
        _line(state, action, row)
        for state, cells in ESCALATION_TABLE.items()
        for action, rows in cells.items()
        for row in rows
    ]
    return "\n".join([*head, *rows]) + "\n"


def _line(state: EscalationState | None, action: EscalationAction, row: EscalationRow) -> str:
    to = (row.to or "") + (f" ({row.unasked} where nobody has to approve)" if row.unasked else "")
    needs = "; ".join([*row.requires, *([row.only_if] if row.only_if else [])])
    return f"| {state or ''} | {action} | {', '.join(row.by)} | {to} | {needs} |"
