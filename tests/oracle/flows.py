"""The flow of a case type a second time, from the type's document: one entry for each state, action and party.

An entry is ``(to, asks, roles, guard)``. The base table comes in as such entries; what an overlay does to them is
written down here anew, and an impossible overlay gives None. Nothing here is imported from csmcore.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

__all__ = ["DIVIDED", "Entry", "Table", "overlaid"]

Entry: TypeAlias = tuple[str | None, frozenset[str], frozenset[str], str | None]
Table: TypeAlias = dict[tuple[str, str, str], Entry]

DIVIDED = ("new", "open", "awaiting_info", "resolved")
ALWAYS: Mapping[str, tuple[str, ...]] = {
    "request_info": ("comment",),
    "add_comment": ("text",),
    "update_case": ("changes",),
    "propose_solution": ("code", "notes"),
    "reject_solution": ("reason",),
    "cancel_case": ("reason",),
}
BLOCKED = ("propose_solution", "close_case")
IS_ALSO: Mapping[str, tuple[str, ...]] = {
    "agent": ("agent", "assignee", "manager"),
    "internal": ("internal", "assignee", "manager", "agent"),
}


def overlaid(base: Table, document: Mapping[str, Any]) -> Table | None:
    """The table of a case type; None where there can be none."""
    table = dict(base)
    if document.get("may_be_major", True) is False:
        for key in list(table):
            if key[0] in DIVIDED and key[1] in {"propose_major_case", "accept_major_case", "reject_major_case"}:
                del table[key]
    flow = document.get("flow", {})
    for cut in flow.get("remove", ()):
        keys = matching(table, cut)
        if not keys:
            return None
        for key in keys:
            del table[key]
    for row in flow.get("add", ()):
        add(table, row)
    for demand in [*flow.get("demand", ()), *required(document.get("fields", {}))]:
        if demand["action"] != "open_case" and not ask(table, demand):
            return None
    return table if may_end(table) and may_fill(table) else None


def required(fields: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the own fields ask for, as demands."""
    for name, field in fields.items():
        for action in field.get("required_at", ()):
            if action not in {"open_case", "update_case"}:
                yield {"action": action, "requires": [f"extra.{name}"]}


def matching(table: Table, change: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The entries that a change is about."""
    states: Sequence[str] = change.get("states") or DIVIDED
    parties: Sequence[str] = change.get("by") or ()
    return [
        key for key in table if key[1] == change["action"] and key[0] in states and (not parties or key[2] in parties)
    ]


def add(table: Table, row: Mapping[str, Any]) -> None:
    """A row takes the place of those of everybody who is also one of its parties."""
    action = row["action"]
    asks = frozenset({*ALWAYS.get(action, ()), *row.get("requires", ())})
    for state in row["states"]:
        for party in row["by"]:
            guard = "no_open_blockers" if action in BLOCKED and party != "customer" else None
            for each in IS_ALSO.get(party, (party,)):
                if each == party or (state, action, each) in table:
                    table[state, action, each] = (row.get("to"), asks, frozenset(row.get("roles", ())), guard)


def ask(table: Table, demand: Mapping[str, Any]) -> bool:
    """Whether there is such a row, and somebody is left to act."""
    keys = matching(table, demand)
    wanted = frozenset(demand.get("roles", ()))
    for key in keys:
        to, asks, roles, guard = table[key]
        left = roles & wanted if roles and wanted else roles | wanted
        if wanted and not left:
            return False
        table[key] = (to, asks | set(demand.get("requires", ())), left, guard)
    return bool(keys)


def may_end(table: Table) -> bool:
    """Whether every state that a case can come into has a sure way to an end, by walking all ways from it."""
    sure = {(state, to) for (state, action, _), (to, _, _, guard) in table.items() if is_sure(action, guard)}
    every = {(state, to) for (state, _, _), (to, _, _, _) in table.items()}
    live = [state for state in walk("new", every) if state in DIVIDED]
    return all({"closed", "cancelled"} & walk(state, sure) for state in live)


def is_sure(action: str, guard: str | None) -> bool:
    """Whether somebody can always go this way."""
    return guard in {None, "no_open_blockers"} and action != "merge_case"


def walk(start: str, steps: set[tuple[str, str | None]]) -> set[str]:
    """Every state that can be reached, without leaving an end."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for state, to in steps:
            if state == here and here in DIVIDED and to is not None and to not in seen:
                seen.add(to)
                waiting.append(to)
    return seen


def may_fill(table: Table) -> bool:
    """Whether somebody may update a case wherever something asks for what it holds."""
    held = {state for (state, _, _), (_, asks, _, _) in table.items() if any(map(is_of_case, asks))}
    return all(any(key[:2] == (state, "update_case") for key in table) for state in held)


def is_of_case(need: str) -> bool:
    """Whether a requirement is of the case, rather than of the command."""
    return need.startswith("extra.") or need in {"category", "product", "assigned_to", "urgency"}
