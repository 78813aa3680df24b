"""A small policy, mapping and history that tests of the command can hold in the head."""

import gzip
import lzma
from pathlib import Path

__all__ = ["HISTORY", "MAPPING", "POLICY", "desk"]

POLICY = """
format = 1
name = "desk"
version = "1"
timezone = "Europe/Berlin"

[calendars.office]
timezone = "Europe/Berlin"
hours = { mon = ["09:00-17:00"], tue = ["09:00-17:00"] }

[definitions.solved]
calendar = "office"
start = { field = "state", op = "in", value = ["new", "open", "awaiting_info"] }
pause = { field = "state", op = "eq", value = "awaiting_info" }
stop = { field = "state", op = "in", value = ["resolved", "closed"] }
goals = [{ duration = "4h" }]
"""

MAPPING = """
format = 1
name = "desk"
case = "case"
at = { column = "at" }
fields = { state = "state", short_description = "about" }
"""

HISTORY = """case,at,state,about
1,2026-03-02T09:00+01:00,new,Printer
1,2026-03-02T10:00+01:00,open,Printer
1,2026-03-02T11:00+01:00,awaiting_info,Printer
1,2026-03-03T10:00+01:00,open,Printer
1,2026-03-03T12:30+01:00,resolved,Printer
2,2026-03-02T09:00+01:00,new,Screen
2,2026-03-02T10:00+01:00,opne,Screen
2,31 March,open,Screen
2,2026-03-02T12:00+01:00,resolved,Screen
2,2026-03-03T14:10+01:00,awaiting_info,Screen
"""
"""Case 1 is paused over a night; case 2 has a state and a date that are none, and a step that no book has."""


def desk(folder: Path) -> Path:
    """The folder with the documents in it: policy.toml, mapping.toml, and history.csv plain and packed."""
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    history = HISTORY.encode()
    (folder / "history.csv").write_bytes(history)
    (folder / "history.csv.gz").write_bytes(gzip.compress(history))
    (folder / "history.csv.xz").write_bytes(lzma.compress(history))
    return folder
