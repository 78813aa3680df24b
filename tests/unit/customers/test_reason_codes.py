"""The page on customers lists every code that their rules can give."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "keep-customers.md"
ROOM = ROOT / "src" / "csmcore" / "rules" / "customers"
CONCEPTS = (
    *("account_relationships", "accounts", "acting", "addresses", "consumers", "households"),
    *("registration", "responsibilities", "rotas"),
)


def codes_in(source: str) -> set[str]:
    """The codes of all reasons that a module can make: each is written out where it is made."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    first = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Reason"]
    assert all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in first)
    return {str(one.value) for one in first if isinstance(one, ast.Constant)}


def test_the_page_lists_every_code() -> None:
    """No code is missing, none is made up, none is listed twice."""
    given = set().union(*(codes_in((ROOM / f"{name}.py").read_text(encoding="utf-8")) for name in CONCEPTS))
    table = PAGE.read_text(encoding="utf-8").partition("## Every reason")[2]
    listed = re.findall(r"^\| `(\w+)` ", table, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == given
