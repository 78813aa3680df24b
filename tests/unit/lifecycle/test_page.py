"""The page's diagram and table are those of the code: ``python -m tests.unit.lifecycle.test_page`` redraws them."""

import re
from pathlib import Path

from csmcore.rules.cases.diagrams import lifecycle_diagram, lifecycle_table
from csmcore.rules.cases.transitions import TABLE

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "lifecycle.md"


def drawn(page: str) -> str:
    """The page with its diagram and its table drawn anew."""
    page = re.sub(r"(?<=```mermaid\n).*?(?=```)", lifecycle_diagram(), page, count=1, flags=re.DOTALL)
    return re.sub(r"(?<=\n\n)\| state \|.*?\n(?=\n|$)", lifecycle_table(), page, count=1, flags=re.DOTALL)


def test_the_page_shows_what_the_code_does() -> None:
    """Every arrow and every row of the page is the table's, and none is missing."""
    page = PAGE.read_text(encoding="utf-8")
    assert lifecycle_diagram() in page
    assert lifecycle_table() in page
    assert drawn(page) == page


def test_the_diagram_has_every_change_of_state() -> None:
    """One arrow for each row that leads elsewhere, with its condition; both ends end."""
    arrows = [line.strip() for line in lifecycle_diagram().splitlines() if "-->" in line]
    moves = {
        (state, action, row.to, row.only_if)
        for state, cells in TABLE.items()
        for action, rows in cells.items()
        for row in rows
        if row.to is not None
    }
    assert len(arrows) == len(moves) + 3
    assert "new --> closed: close case (customer)" in arrows
    assert "new --> cancelled: merge case (agent)" in arrows
    assert "closed --> open: reopen case (customer or internal, within the reopen window)" in arrows
    assert arrows[0] == "[*] --> new: open case"


def test_the_table_has_every_row() -> None:
    """One line for each, in the order of the states."""
    lines = lifecycle_table().splitlines()
    assert len(lines) == 3 + sum(len(rows) for cells in TABLE.values() for rows in cells.values())
    assert "| new | cancel_case | agent | cancelled | reason |  |" in lines
    assert "| resolved | accept_solution | manager | closed |  | of a major case |" in lines
    assert "| closed | reopen_case | customer, internal | open |  | within the reopen window |" in lines


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
