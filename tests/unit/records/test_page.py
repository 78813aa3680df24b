"""The page about records says what the code does: ``python -m tests.unit.records.test_page`` redraws its tables."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from csmcore.model import BLOCKER_REASONS, RECORD_TEXTS
from csmcore.rules import RECORD_RULES, RECORD_UPDATES, RecordUpdate

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "link-records.md"
RULES = ROOT / "src" / "csmcore" / "rules" / "records"


def table(titles: str, rows: Iterable[tuple[str, ...]]) -> str:
    """A table as the page has it."""
    head = titles.split("|")
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines).replace("|  |", "| |").replace("|  |", "| |")


def kinds() -> str:
    """What holds for each kind."""
    return table(
        "kind|at most|blocks|hears of",
        (
            (f"`{kind}`", str(rule.most), "yes" if rule.blocks else "no", ", ".join(sorted(rule.news)))
            for kind, rule in RECORD_RULES.items()
        ),
    )


def told(update: RecordUpdate) -> str:
    """The fields that an update tells; in bold what it must."""
    names = [name for name in RECORD_TEXTS if name in update.tells]
    return ", ".join(f"**`{name}`**" if name in update.needs else f"`{name}`" for name in names)


def state(update: RecordUpdate) -> str:
    """The state that the record has then."""
    closed = " (closed)" if update.closes and update.state != "closed" else ""
    return "" if update.state is None else (update.state or "as told") + closed


def waiting(update: RecordUpdate) -> str:
    """The reasons for which a case waits no longer."""
    return "any reason" if len(update.unblocks) == len(BLOCKER_REASONS) - 1 else ", ".join(sorted(update.unblocks))


def updates() -> str:
    """Everything that may be heard. Kinds to which the same happens share their rows."""
    alike: dict[str, list[str]] = {}
    rows = {}
    for kind, changes in RECORD_UPDATES.items():
        alike.setdefault(repr(changes), []).append(f"`{kind}`")
        rows[repr(changes)] = changes
    return table(
        "kind|change|tells|state|ends the waiting for",
        (
            (", ".join(alike[same]), f"`{change}`", told(update), state(update), waiting(update))
            for same, changes in rows.items()
            for change, update in changes.items()
        ),
    )


def drawn(page: str) -> str:
    """The page with both tables drawn anew."""
    tables = {"at most": kinds(), "change": updates()}
    pattern = r"(?<=\n\n)\| kind \| (at most|change) \|.*?\n(?=\n)"
    return re.sub(pattern, lambda found: tables[found[1]], page, flags=re.DOTALL)


def test_the_page_has_the_tables_of_the_code() -> None:
    """Every kind and every update, and no other."""
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page
    assert kinds() in page
    assert updates() in page


def test_the_page_has_every_code_and_no_other() -> None:
    """Those that the rules about records give."""
    source = ast.parse((RULES / "records.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(source) if isinstance(node, ast.Call)]
    reasons = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Reason"]
    section = PAGE.read_text(encoding="utf-8").split("## Why not")[1]
    assert sorted(re.findall(r"`(\w+)`", section)) == sorted({ast.literal_eval(code) for code in reasons})


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
