"""The page about contracts says what the code does: ``python -m tests.unit.contracts.test_page`` redraws its table."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from csmcore.rules import CONTRACT_TABLE, contract_table

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "run-contracts.md"
RULES = ROOT / "src" / "csmcore" / "rules" / "agreements"
MODULES = ("contracts", "contract_checks", "contract_coverage", "contract_days", "contract_parties", "renewals")
FILLED = {
    "approval": ("requested", "approved"),
    "name": ("account", "contact", "consumer", "parent", "user"),
    "entry.kind": ("asset", "product", "sold_product", "install_base_item"),
}
"""What stands in the codes that are put together."""


def drawn(page: str) -> str:
    """The page with its table of actions drawn anew."""
    return re.sub(r"(?<=\n\n)\| state \|.*?\n(?=\n)", lambda _: contract_table(), page, count=1, flags=re.DOTALL)


def codes_of(code: ast.expr) -> Iterator[str]:
    """The codes that an expression of the source can be."""
    match code:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from codes_of(one)
            yield from codes_of(other)
        case ast.JoinedStr(values=parts):
            choices = [
                FILLED[ast.unparse(part.value)] if isinstance(part, ast.FormattedValue) else tuple(codes_of(part))
                for part in parts
            ]
            yield from map("".join, product(*choices))
        case _:
            raise AssertionError(ast.unparse(code))


def codes_in_the_source() -> set[str]:
    """Every code of a reason that the rules of contracts give."""
    trees = [ast.parse((RULES / f"{name}.py").read_text(encoding="utf-8")) for name in MODULES]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    reasons = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Reason"]
    return {code for call in reasons for code in codes_of(call.args[0])}


def test_the_page_has_the_table_of_the_code() -> None:
    """Every row, and no other."""
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page
    assert contract_table() in page
    assert len(contract_table().splitlines()) == 2 + sum(map(len, CONTRACT_TABLE.values()))


def test_the_page_has_every_code_and_no_other() -> None:
    """Those of refusals in the table, those of what happens by itself below it."""
    section = PAGE.read_text(encoding="utf-8").split("## Why not")[1]
    named = re.findall(r"`(\w+)`", section)
    named = [name for name in named if name != "relate_contract"]
    assert sorted(named) == sorted(codes_in_the_source())


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
