"""The lifecycle as a diagram and a table, drawn from the table that the rules read."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from csmcore.model import TERMINAL_STATES
from csmcore.rules.cases.transitions import OPENING, TABLE, Guard, Row

__all__ = ["lifecycle_diagram", "lifecycle_table"]

_CONDITIONS: Mapping[Guard | None, str] = MappingProxyType(
    {
        None: "",
        "within_reopen_window": "within the reopen window",
        "outside_reopen_window": "after the reopen window",
        "auto_close": "set to close by itself",
        "reminder_due": "when a reminder is due",
        "survey_open": "while the survey is not answered",
        "no_open_blockers": "unless the policy forbids it while something blocks",
        "is_major_case": "of a major case",
        "is_proposed_major_case": "while it is proposed as a major case",
    }
)


def lifecycle_diagram() -> str:
    """The states and what leads from one to another, as a Mermaid state diagram."""
    arrows = [f"    [*] --> {OPENING.to}: open case", *(f"    {arrow}" for arrow in _arrows())]
    ends = [f"    {state} --> [*]" for state in TABLE if state in TERMINAL_STATES]
    return "\n".join(["stateDiagram-v2", *arrows, *ends]) + "\n"


def lifecycle_table() -> str:
    """Every action that some state allows, as a table in Markdown."""
    head = ["| state | action | who may | leads to | must hold | only if |", "| --- | --- | --- | --- | --- | --- |"]
    rows = [_line("", "open_case", OPENING), *(_line(*row) for row in _rows())]
    return "\n".join([*head, *rows]) + "\n"


def _rows() -> Iterator[tuple[str, str, Row]]:
    return ((state, action, row) for state, cells in TABLE.items() for action, rows in cells.items() for row in rows)


def _arrows() -> Iterator[str]:
    """One arrow for each action that changes the state, with all who may do it in the same way."""
    arrows: dict[tuple[str, str, str, Guard | None], tuple[str, ...]] = {}
    for state, action, row in _rows():
        if row.to is not None:
            arrow = (state, row.to, action, row.only_if)
            arrows[arrow] = arrows.get(arrow, ()) + row.by
    for (state, to, action, guard), by in arrows.items():
        condition = f", {_CONDITIONS[guard]}" if guard else ""
        yield f"{state} --> {to}: {action.replace('_', ' ')} ({' or '.join(by)}{condition})"


def _line(state: str, action: str, row: Row) -> str:
    cells = (state, action, row.by, row.to or "", row.requires, _CONDITIONS[row.only_if])
    return "| " + " | ".join(", ".join(cell) if isinstance(cell, tuple) else cell for cell in cells) + " |"
