"""The page on escalations says what the code does: ``python -m tests.unit.escalation.test_page`` redraws its table."""

import ast
import re
from pathlib import Path

from csmcore.rules import ESCALATION_TABLE, escalation_table

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "escalate.md"
ROOM = ROOT / "src" / "csmcore" / "rules" / "escalation"


def drawn(page: str) -> str:
    """The page with its table of actions drawn anew."""
    return re.sub(r"(?<=\n\n)\| state \|.*?\n(?=\n)", lambda _: escalation_table(), page, count=1, flags=re.DOTALL)


def codes_in_the_source() -> set[str]:
    """Every code of a reason that the rules of escalations give: each is written out where it is made."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    first = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Reason"]
    return {str(ast.literal_eval(code)) for code in first}


def test_the_page_has_the_table_of_the_code() -> None:
    """Every row, and no other."""
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page
    assert escalation_table() in page
    rows = sum(len(rows) for cells in ESCALATION_TABLE.values() for rows in cells.values())
    assert len(escalation_table().splitlines()) == 2 + rows


def test_the_page_has_every_code_and_no_other() -> None:
    """Those of refusals in the table, those of what is accepted below it."""
    section = PAGE.read_text(encoding="utf-8").split("## Why not")[1]
    named = re.findall(r"`(\w+)`", section)
    assert sorted(named) == sorted(codes_in_the_source())


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
