"""A case's links to other systems' records a second time: as plain dicts, from a table that was written by hand.

The grid is read from the sources' sentences: what a work note says and tells (``*`` must be told), the state that the
record has then (``-``: the update is not about it, ``?``: only what is told), ``!`` where it is closed by that, and
for which reasons nobody waits for it any longer: ``R`` for its resolution, ``W`` for a workaround, ``O`` for another.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

__all__ = ["BLOCKS", "MOST", "NEWS", "UPDATES", "Cell", "Links", "hear", "link", "unlink"]

Links: TypeAlias = dict[str, Any]

GRID = """
incident          | state         | has a new state           | State* Reason     | ?         |
incident          | on_hold       | was put on hold           | State Reason*     | on_hold   |
incident          | comment       | was commented on          | Comment*          | -         |
incident          | resolved      | was resolved              | State Code Notes  | resolved  |
problem           | state         | has a new state           | State* Reason     | ?         |
problem           | workaround    | has a workaround          | Workaround*       | -         | W
problem           | fix           | has a fix                 | Fix*              | -         | R W
problem           | known_error   | has a known error article | Article*          | -         |
problem           | resolved      | was resolved              | State Code Cause Fix | resolved |
problem           | risk_accepted | was closed, since its risk is accepted | State Cause Reason* Fix | closed! | R W O
problem           | closed        | was closed                | State Code Cause Fix | closed! | R W O
problem           | cancelled     | was cancelled             | State Reason*     | cancelled! | R W O
change            | state         | has a new state           | State* Reason     | ?         |
change            | type          | has a new type            | Type*             | -         |
change            | on_hold       | was put on hold           | Reason*           | -         |
change            | hold_removed  | is on hold no longer      | Notes             | -         |
change            | comment       | was commented on          | Comment*          | -         |
knowledge         | state         | has a new state           | State* Reason     | ?         |
knowledge         | updated       | was updated               | Change            | -         |
knowledge         | closed        | was retired               | State Notes       | retired!  | R W O
appointment       | state         | has a new state           | State* Reason     | ?         |
appointment       | updated       | was updated               | Details*          | -         |
"""
USUAL = """
state     | has a new state  | State* Reason    | ?          |
comment   | was commented on | Comment*         | -          |
closed    | was closed       | State Code Notes | closed!    | R W O
cancelled | was cancelled    | State Reason     | cancelled! | R W O
"""
WHICH: Mapping[str, str] = {
    "incident": "closed cancelled",
    "change": "closed cancelled",
    "appointment": "closed cancelled",
    **dict.fromkeys(
        ("request", "work_order", "project", "workplace_request", "improvement"), "state comment closed cancelled"
    ),
}
FIELDS = {"State": "state", "Code": "code", "Cause": "cause", "Reason": "reason"}
REASONS = {"R": "task_resolution", "W": "problem_workaround", "O": "other"}

MOST: Mapping[str, int] = {
    **dict.fromkeys(("incident", "problem", "change"), 1),
    **dict.fromkeys(("request", "work_order", "knowledge", "appointment"), 100),
    **dict.fromkeys(("project", "workplace_request", "improvement"), 100),
}
BLOCKS = frozenset({"incident", "problem", "change", "request", "work_order"})
NEWS: Mapping[str, str] = {
    "incident": "comment priority state",
    "problem": "priority state",
    "change": "state",
    "request": "comment state",
    "work_order": "comment priority state",
    "knowledge": "",
    "appointment": "state",
    "project": "state",
    "workplace_request": "state",
    "improvement": "state",
}
"""What of a case each kind hears."""


class Cell(NamedTuple):
    """One update of one kind: the words of the note, labels by field, what must be told, the state, the waiting."""

    says: str
    labels: Mapping[str, str]
    needs: frozenset[str]
    state: str | None
    closes: bool
    unblocks: frozenset[str]


def _read(says: str, told: str, state: str, unblocks: str) -> Cell:
    names = {label.rstrip("*"): FIELDS.get(label.rstrip("*"), "text") for label in told.split()}
    return Cell(
        says,
        {field: label for label, field in names.items()},
        frozenset(names[label.rstrip("*")] for label in told.split() if label.endswith("*")),
        None if state == "-" else state.rstrip("?!"),
        state.endswith("!"),
        frozenset(REASONS[letter] for letter in unblocks.split()),
    )


def _cells() -> dict[tuple[str, str], Cell]:
    cells = {}
    for line in GRID.strip().splitlines():
        kind, change, *rest = (part.strip() for part in line.split("|"))
        cells[kind, change] = _read(*rest)
    for line in USUAL.strip().splitlines():
        change, *rest = (part.strip() for part in line.split("|"))
        for kind, changes in WHICH.items():
            if change in changes.split():
                cells[kind, change] = _read(*rest)
    return cells


UPDATES: Mapping[tuple[str, str], Cell] = _cells()
"""Every update by the record's kind and what happened to it."""


def link(links: Links, kind: str, name: str, content: Mapping[str, Any], actor: tuple[str, str]) -> set[str]:
    """Link it; the codes of a refusal, or none."""
    key, wrong = f"{kind}:{name}", set()
    if content.get("needs_workaround") and kind != "problem":
        wrong.add("no_problem")
    if key in links:
        wrong.add("already_linked")
    elif sum(other["kind"] == kind for other in links.values()) == MOST[kind]:
        wrong.add("record_limit")
    if not wrong:
        waits = "problem_workaround" if content.get("needs_workaround") else "task_resolution"
        links[key] = {
            "kind": kind,
            "system": content.get("system") or (actor[1] if actor[0] == "integration" else None),
            "state": content.get("state", ""),
            "closed": content.get("is_closed", False),
            "waits": waits if kind in BLOCKS and not content.get("is_closed") else None,
            "newest": None,
        }
    return wrong


def unlink(links: Links, key: str) -> set[str]:
    """Take it off; the codes of a refusal, or none."""
    return set() if links.pop(key, None) else {"unknown_record"}


def _is_older(one: tuple[int, datetime], other: tuple[int, datetime]) -> bool:
    """By what the record counts itself, where both were counted, and not alike; else by the instant."""
    return one[0] < other[0] if one[0] and other[0] and one[0] != other[0] else one[1] < other[1]


def hear(links: Links, key: str, content: Mapping[str, Any], actor: tuple[str, str], now: datetime) -> set[str]:
    """Hear of it; the codes of a refusal, or none."""
    record = links.get(key)
    if record is None:
        return {"unknown_record"}
    cell = UPDATES.get((record["kind"], content["change"]))
    if cell is None:
        return {"change_not_of_kind"}
    given = {name for name in ("state", "code", "cause", "reason", "text") if content.get(name)}
    wrong = ({"missing"} if cell.needs - given else set()) | ({"not_told"} if given - cell.labels.keys() else set())
    if wrong:
        return wrong
    when = (content.get("sequence", 0), content.get("at") or now)
    if cell.state is not None:
        if record["newest"] is not None and _is_older(when, record["newest"]):
            return set()
        record |= {"newest": when, "state": content.get("state") or cell.state, "closed": cell.closes}
    if record["system"] is None and actor[0] == "integration":
        record["system"] = actor[1]
    if record["waits"] in cell.unblocks:
        record["waits"] = None
    return set()
