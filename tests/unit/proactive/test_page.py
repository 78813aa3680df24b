"""The pages on notes and on alerts list every code that their rules can give."""

import ast
import re
from pathlib import Path

import pytest

import csmcore.rules.proactive

PAGES = Path(__file__).parents[3] / "docs" / "how-to"
ROOM = Path(csmcore.rules.proactive.__file__).parent


def codes_in(source: str) -> list[str]:
    """The codes of all reasons that are written in a module. Each is a literal: none is put together."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Reason"]
    return [ast.literal_eval(code) for code in made]


@pytest.mark.parametrize(
    ("page", "modules"),
    [("show-handling-notes.md", ["special_handling"]), ("open-cases-from-alerts.md", ["affected", "alerts"])],
)
def test_a_page_lists_every_code_once_and_no_other(page: str, modules: list[str]) -> None:
    """Read from the source of the rules."""
    listed = re.findall(r"^\| `(\w+)` \|", (PAGES / page).read_text(encoding="utf-8"), re.MULTILINE)
    written = [code for name in modules for code in codes_in((ROOM / f"{name}.py").read_text(encoding="utf-8"))]
    assert len(written) > 10
    assert sorted(listed) == sorted(set(written))
