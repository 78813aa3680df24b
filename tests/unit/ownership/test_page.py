"""The page on what customers have lists the codes that there are."""

import ast
import re
from pathlib import Path

import csmcore.rules.ownership

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "describe-what-customers-have.md"
ROOM = Path(csmcore.rules.ownership.__file__).parent


def codes_in(source: str) -> set[str]:
    """The codes of all reasons that are written in a module. Each is a literal: none is put together."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Reason"]
    return {ast.literal_eval(code) for code in made}


def test_the_page_lists_every_code_once_and_no_other() -> None:
    """Read from the source of the rules."""
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    written = set().union(*(codes_in(path.read_text(encoding="utf-8")) for path in ROOM.glob("*.py")))
    assert len(written) > 40
    assert sorted(listed) == sorted(written)
