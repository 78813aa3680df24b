"""The lifecycle a second time: the case flow as the specification tells it, written down by hand, cell by cell.

Who acts: ``C`` the customer's side, ``O`` the owner (the agent to whom the case is assigned), ``W`` those who work on
cases (agents, managers, admins), ``I`` anybody inside, ``S`` the system, ``X`` another system. ``W>open`` leads to
Open, ``W=`` stays. ``?in`` asks that the reopen window is open, ``?out`` that it is not, ``?flag`` that the case may
close by itself. Who is several letters acts as the first of C, O, W, I that the cell names.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

__all__ = ["ACTIONS", "NEEDED", "SIDES", "STATES", "TABLE", "Guards", "Outcome", "acting", "may", "outcome"]

GRID = """
action            | new               | open              | awaiting_info     | resolved      | closed    | cancelled
assign_to_me      | W>open            |                   |                   |               |           |
accept_case       | O>open            |                   |                   |               |           |
assign_case       | W=                | W=                | W=                | W=            |           |
request_info      |                   | W>awaiting_info   |                   |               |           |
resume_work       |                   |                   | W>open            |               |           |
add_comment       | C= W= S= X=       | C= W= S= X=       | C>open W= S= X=   | C= W= S= X=   | C>open?in |
add_work_note     | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=      |           |
update_case       | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=      |           |
override_priority | W=                | W=                | W=                | W=            |           |
propose_solution  |                   | W>resolved        | W>resolved        |               |           |
accept_solution   |                   |                   |                   | C>closed      |           |
reject_solution   |                   |                   |                   | C>open        |           |
close_case        | C>closed W>closed | C>closed W>closed | C>closed W>closed | C>closed      |           |
auto_close_case   |                   |                   |                   | S>closed?flag |           |
cancel_case       | W>cancelled       | W>cancelled       | W>cancelled       |               |           |
reopen_case       |       |  |  |  | C>open?in I>open?in              |
follow_up         |       |  |  |  | C=?out W=?out S=?out X=?out      | C= W= S= X=
"""

NEEDED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("assign_case", "W"): ("group/user",),
    ("request_info", "W"): ("comment",),
    ("override_priority", "W"): ("priority", "reason"),
    ("propose_solution", "W"): ("code", "notes"),
    ("reject_solution", "C"): ("reason",),
    ("close_case", "W"): ("code", "notes"),
    ("cancel_case", "W"): ("reason",),
    **{("add_comment", letter): ("text",) for letter in "CWSX"},
    **{("add_work_note", letter): ("text",) for letter in "WSX"},
    **{("update_case", letter): ("changes",) for letter in "WSX"},
}
"""What each must give, by the action and who acts; a slash means either."""

SIDES = {"C": "customer", "O": "agent", "W": "agent", "I": "agent", "S": "system", "X": "system"}


class Guards(NamedTuple):
    """What is true of the case beyond its state: whether its reopen window is open, whether it may close by itself."""

    window: bool = False
    flag: bool = False


class Cell(NamedTuple):
    """One letter's part of a cell."""

    to: str
    guard: str


class Outcome(NamedTuple):
    """What an accepted command leads to: the state after it, and the side that acted."""

    state: str
    side: str


def _read(grid: str) -> dict[tuple[str, str], dict[str, Cell]]:
    lines = [[part.strip() for part in line.split("|")] for line in grid.strip().splitlines()]
    states = lines[0][1:]
    table: dict[tuple[str, str], dict[str, Cell]] = {}
    for action, *cells in lines[1:]:
        for state, text in zip(states, cells, strict=True):
            table[state, action] = dict(_entry(entry, state) for entry in text.split())
    return table


def _entry(entry: str, state: str) -> tuple[str, Cell]:
    head, _, guard = entry.partition("?")
    return head[0], Cell(state if head[1] == "=" else head[2:], guard)


TABLE = _read(GRID)
STATES = tuple(dict.fromkeys(state for state, _ in TABLE))
ACTIONS = tuple(dict.fromkeys(action for _, action in TABLE))


def acting(state: str, action: str, letters: str) -> str | None:
    """The letter as which an actor who is all these letters acts, if the cell has any of them."""
    return next((letter for letter in "COWISX" if letter in letters and letter in TABLE[state, action]), None)


def may(state: str, action: str, letters: str, guards: Guards) -> bool:
    """Whether the action is open to the actor, if the command holds what it must."""
    letter = acting(state, action, letters)
    if letter is None:
        return False
    holds = {"": True, "in": guards.window, "out": not guards.window, "flag": guards.flag}
    return holds[TABLE[state, action][letter].guard]


def outcome(state: str, action: str, letters: str, guards: Guards, given: Iterable[str]) -> Outcome | None:
    """Where a command that holds the ``given`` fields leads; None: it is refused."""
    letter = acting(state, action, letters)
    needed = NEEDED.get((action, letter or ""), ())
    held = set(given)
    if letter is None or not may(state, action, letters, guards) or any(held.isdisjoint(n.split("/")) for n in needed):
        return None
    return Outcome(TABLE[state, action][letter].to, SIDES[letter])
