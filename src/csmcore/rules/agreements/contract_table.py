"""The life of a service contract as one table: what may be done in each state, what it needs, and what follows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from csmcore.model import ContractAction, ContractState

__all__ = ["CONTRACT_TABLE", "ENDED", "ContractNeed", "ContractRow", "contract_table", "follows"]

ContractNeed: TypeAlias = Literal[
    "a comment",
    "a reason",
    "not yet submitted",
    "submitted",
    "by the approver",
    "approved, if it has an approver",
    "its customer and parent fit",
    "its first day has come",
    "its last day is not over",
    "its last day is over",
    "a later day to resume on, or none",
    "a last day, and no renewal yet",
]


class ContractRow(NamedTuple):
    """What an action needs and leads to: the state ``to``, or ``early`` where its first day is yet to come.

    Where ``to`` is None the contract keeps its state.
    """

    to: ContractState | None = None
    needs: tuple[ContractNeed, ...] = ()
    early: ContractState | None = None


_STILL = ContractRow()
_PARTS: Mapping[ContractAction, ContractRow] = MappingProxyType(
    {"add_line": _STILL, "change_line": _STILL, "add_covered": _STILL, "remove_covered": _STILL}
)
_RENEW = ContractRow(needs=("a last day, and no renewal yet",))
_CANCEL = ContractRow("cancelled", ("a reason",))
_EXPIRE = ContractRow("expired", ("its last day is over",))

CONTRACT_TABLE: Mapping[ContractState, Mapping[ContractAction, ContractRow]] = MappingProxyType(
    {
        "draft": MappingProxyType(
            {
                "submit": ContractRow(
                    needs=("not yet submitted", "its last day is not over", "its customer and parent fit")
                ),
                "approve": ContractRow(needs=("submitted", "by the approver", "its last day is not over")),
                "reject": ContractRow(needs=("a comment", "submitted", "by the approver")),
                "activate": ContractRow(
                    "active",
                    (
                        "approved, if it has an approver",
                        "its first day has come",
                        "its last day is not over",
                        "its customer and parent fit",
                    ),
                ),
                "change_dates": _STILL,
                **_PARTS,
                "renew": _RENEW,
                "cancel": _CANCEL,
            }
        ),
        "active": MappingProxyType(
            {
                "suspend": ContractRow("suspended", ("a later day to resume on, or none",)),
                **_PARTS,
                "renew": _RENEW,
                "expire": _EXPIRE,
                "cancel": _CANCEL,
            }
        ),
        "suspended": MappingProxyType(
            {
                "resume": ContractRow("active", ("its last day is not over",), early="draft"),
                **_PARTS,
                "renew": _RENEW,
                "expire": _EXPIRE,
                "cancel": _CANCEL,
            }
        ),
        "expired": MappingProxyType({"renew": _RENEW}),
        "cancelled": MappingProxyType({}),
    }
)
"""ServiceNow's states and actions; what is not there cannot be done. Expired and cancelled lead nowhere."""

ENDED: frozenset[ContractState] = frozenset(
    state for state, cells in CONTRACT_TABLE.items() if not any(row.to for row in cells.values())
)
"""The states that no action leads out of."""


def follows(part: ContractState, before: ContractState, after: ContractState) -> ContractState:
    """What a line or an entitlement becomes when its contract goes from one state to another.

    It goes along from the state that they share, and to an end from any; what has ended by itself stays as it is.
    A state tells nobody who set it: resuming a contract resumes all that is suspended under it, also what somebody had
    suspended before. An entitlement has a switch of its own, ``active``, that nothing here touches.

    >>> follows("suspended", "suspended", "active"), follows("cancelled", "suspended", "active")
    ('active', 'cancelled')
    """
    goes_along = before != after and (part == before or after in ENDED)
    return after if goes_along and part not in ENDED else part


def contract_table() -> str:
    """Every action that some state allows, as a table in Markdown."""
    head = ["| state | action | leads to | needs |", "| --- | --- | --- | --- |"]
    rows = [_line(state, action, row) for state, cells in CONTRACT_TABLE.items() for action, row in cells.items()]
    return "\n".join([*head, *rows]) + "\n"


def _line(state: ContractState, action: ContractAction, row: ContractRow) -> str:
    to = (row.to or "") + (f" ({row.early} before its first day)" if row.early else "")
    return f"| {state} | {action} | {to} | {'; '.join(row.needs)} |"
