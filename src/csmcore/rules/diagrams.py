"""The lifecycle as a diagram and a table, drawn from the table that the rules read."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from csmcore.rules.transitions import OPENING, TABLE, Guard, Row

__all__ = ["lifecycle_diagram", "lifecycle_table"]

_CONDITIONS: Mapping[Guard | None, str] = MappingProxyType(
    {
        None: "",
        "within_reopen_window": "within the reopen window",
        "outside_reopen_window": "after the reopen window",
        "auto_close": "it is set to close by itself",
    }
)


def lifecycle_diagram() -> str:
    """The states and what leads from one to another, as a Mermaid state diagram."""
    arrows = [f"    [*] --> {OPENING.to}: open case", *(f"    {arrow}" for arrow in _arrows())]
    ends = [f"    {state} --> [*]" for state in TABLE if state in {"closed", "cancelled"}]
    return "\n".join(["stateDiagram-v2", *arrows, *ends]) + "\n"


def lifecycle_table() -> str:
    """Every action that some state allows, as a table in Markdown."""
    head = ["| state | action | who may | leads to | must hold | only if |", "| --- | --- | --- | --- | --- | --- |"]
    rows = [("", "open_case", OPENING), *((state, action, row) for state, action, row in _rows())]
    return "\n".join([*head, *(_line(*row) for row in rows)]) + "\n"


def _rows() -> Iterator[tuple[str, str, Row]]:
    return ((state, action, row) for state, cells in TABLE.items() for action, rows in cells.items() for row in rows)


def _arrows() -> Iterator[str]:
    for state, action, row in _rows():
        if row.to is not None:
            condition = f", {_CONDITIONS[row.only_if]}" if row.only_if else ""
            yield f"{state} --> {row.to}: {_words(action)} ({' or '.join(row.by)}{condition})"


def _line(state: str, action: str, row: Row) -> str:
    cells = (state, action, row.by, row.to or "", row.requires, _CONDITIONS[row.only_if])
    return "| " + " | ".join(", ".join(cell) if isinstance(cell, tuple) else cell for cell in cells) + " |"


def _words(name: str) -> str:
    return name.replace("_", " ")
