"""The lifecycle a second time: the case flow as the specification tells it, written down by hand, cell by cell.

Who acts: ``C`` the customer's side, ``O`` the owner (the agent to whom the case is assigned), ``M`` those who lead
(managers, admins, major issue managers), ``W`` those who work on cases (agents, managers, admins), ``I`` anybody
inside, ``S`` the system, ``X`` another system. ``W>open`` leads to Open, ``W=`` stays. What is asked of the case comes
after a question mark: a field of `Guards`, or its opposite after a minus. Who is several letters acts as the first of
C, O, M, W, I that the cell names.

Who may do what with an escalation is a second grid, by its own state: there ``E`` decides on it, ``D`` may end it.
Both must allow it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

__all__ = [
    "ABOUT",
    "ACTIONS",
    "ESCALATIONS",
    "ESCALATION_NEEDED",
    "NEEDED",
    "SIDES",
    "STATES",
    "TABLE",
    "Guards",
    "Outcome",
    "acting",
    "may",
    "may_escalate",
    "outcome",
]

GRID = """
action             | new               | open              | awaiting_info     | resolved          | closed | cancelled
assign_to_me       | W>open            |                   |                   |                   |        |
accept_case        | O>open            |                   |                   |                   |        |
assign_case        | W= S=             | W= S=             | W= S=             | W= S=             |        |
request_info       |                   | W>awaiting_info   |                   |                   |        |
resume_work        |                   |                   | W>open            |                   |        |
add_comment        | C= W= S= X=       | C= W= S= X=       | C>open W= S= X=   | C= W= S= X=       | C>open?window |
add_work_note      | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=          |        |
update_case        | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=          |        |
override_priority  | W=                | W=                | W=                | W=                |        |
propose_solution   |                   | W>resolved?free   | W>resolved?free   |                   |        |
accept_solution    |                   |                   |                   | C>closed M>closed?major |  |
reject_solution    |                   |                   |                   | C>open            |        |
close_case | C>closed W>closed?free | C>closed W>closed?free | C>closed W>closed?free | C>closed M>closed?major | |
auto_close_case    |                   |                   |                   | S>closed?flag     |        |
cancel_case        | W>cancelled       | W>cancelled       | W>cancelled       |                   |        |
reopen_case        |                   |                   |                   |       | C>open?window I>open?window |
follow_up          |                   |          |  |  | C=?-window W=?-window S=?-window X=?-window | C= W= S= X=
remind_customer    |                   |                   |                   | S=?remind         |        |
answer_survey      |                   |                   |                   |                   | C=?survey |
add_blocker        | W= S= X=          | W= S= X=          | W= S= X=          |                   |        |
resolve_blocker    | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=          |        |
add_task           | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=          |        |
update_task        | I=                | I=                | I=                | I=                |        |
close_task         | I=                | I=                | I=                | I=                | I=     | I=
cancel_task        | I=                | I=                | I=                | I=                | I=     | I=
log_time           | I=                | I=                | I=                | I=                | I=     |
link_record        | W= S= X=          | W= S= X=          | W= S= X=          | W= S= X=          |        |
unlink_record      | W=                | W=                | W=                | W=                |        |
hear_of_record     | S= X=             | S= X=             | S= X=             | S= X=             | S= X=  |
request_escalation | C= I= S=          | C= I= S=          | C= I= S=          |                   |        |
approve_escalation | I=                | I=                | I=                |                   |        |
decline_escalation | I= S=             | I= S=             | I= S=             | I= S=             |        |
deescalate         | I= S=             | I= S=             | I= S=             | I= S=             |        |
update_escalation  | I=                | I=                | I=                | I=                |        |
propose_major_case | W=                | W=                | W=                |                   |        |
accept_major_case  | M=?proposed       | M=?proposed       | M=?proposed       |                   |        |
reject_major_case  | M=?proposed       | M=?proposed       | M=?proposed       |                   |        |
add_children       | W=?major S=?major | W=?major S=?major | W=?major S=?major |                   |        |
follow_parent      | S=                | S=                | S=                |                   |        |
hear_of_child      | S=?major          | S=?major          | S=?major          | S=?major          |        |
merge_case         | W>cancelled S=    | W>cancelled S=    | W>cancelled S=    | S=                | S=     |
"""

NEEDED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("request_info", "W"): ("comment",),
    ("override_priority", "W"): ("priority", "reason"),
    ("propose_solution", "W"): ("code", "notes"),
    ("reject_solution", "C"): ("reason",),
    ("close_case", "W"): ("code", "notes"),
    ("cancel_case", "W"): ("reason",),
    ("answer_survey", "C"): ("score",),
    ("update_task", "I"): ("task", "changes"),
    ("close_task", "I"): ("task", "notes"),
    ("cancel_task", "I"): ("task", "reason"),
    ("log_time", "I"): ("seconds",),
    ("unlink_record", "W"): ("record", "reason"),
    ("propose_major_case", "W"): ("business_impact", "note"),
    ("reject_major_case", "M"): ("reason",),
    **{("add_children", letter): ("accounts/consumers",) for letter in "WS"},
    ("follow_parent", "S"): ("parent",),
    ("hear_of_child", "S"): ("child",),
    ("merge_case", "W"): ("into",),
    ("merge_case", "S"): ("duplicate",),
    **{("assign_case", letter): ("group/user",) for letter in "WS"},
    **{("add_comment", letter): ("text",) for letter in "CWSX"},
    **{("add_work_note", letter): ("text",) for letter in "WSX"},
    **{("update_case", letter): ("changes",) for letter in "WSX"},
    **{("add_blocker", letter): ("reason",) for letter in "WSX"},
    **{("resolve_blocker", letter): ("blocker",) for letter in "WSX"},
    **{("add_task", letter): ("subject",) for letter in "WSX"},
    **{("link_record", letter): ("kind", "record") for letter in "WSX"},
    **{("hear_of_record", letter): ("record", "change") for letter in "SX"},
    ("request_escalation", "C"): ("justification",),
    **{("request_escalation", letter): ("template", "justification") for letter in "IS"},
    **{("decline_escalation", letter): ("reason",) for letter in "IS"},
    **{("deescalate", letter): ("justification",) for letter in "IS"},
}
"""What each must give, by the action and who acts; a slash means either."""

ESCALATION_NEEDED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("request_escalation", letter): ("reason",) for letter in "CIS"
}
"""What they must give besides, where the template has none."""

ABOUT: Mapping[str, str] = {
    **dict.fromkeys(("update_task", "close_task", "cancel_task"), "tasks"),
    **dict.fromkeys(("unlink_record", "hear_of_record"), "records"),
    "resolve_blocker": "blockers",
    "follow_parent": "parent",
}
"""What a case must have for something to be done about it."""

ESCALATION_GRID = """
action             | none | requested | escalated | declined | closed
request_escalation | CDMWS |          |           | CDMWS    | CDMWS
approve_escalation |      | E         |           |          |
decline_escalation |      | ES        |           |          |
deescalate         |      |           | DS        |          |
update_escalation  |      | EDMWS     | EDMWS     |          |
"""

SIDES = {"C": "customer", "O": "agent", "M": "agent", "W": "agent", "I": "agent", "S": "system", "X": "system"}


class Guards(NamedTuple):
    """What is true of the case beyond its state.

    ``window``: it can still be reopened. ``flag``: it may close by itself now; ``remind``: its customer is to be
    reminded. ``survey``: they were asked how it went, and have not answered. ``free``: nothing keeps agents from ending
    it. ``proposed``, ``major``: what it is among major cases.
    """

    window: bool = False
    flag: bool = False
    remind: bool = False
    survey: bool = False
    free: bool = True
    proposed: bool = False
    major: bool = False

    def hold(self, asked: str) -> bool:
        """Whether what a cell asks is so."""
        return not asked or getattr(self, asked.lstrip("-")) != asked.startswith("-")


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


def _read_escalations(grid: str) -> dict[tuple[str, str], str]:
    lines = [[part.strip() for part in line.split("|")] for line in grid.strip().splitlines()]
    return {(state, row[0]): cell for row in lines[1:] for state, cell in zip(lines[0][1:], row[1:], strict=True)}


TABLE = _read(GRID)
ESCALATIONS = _read_escalations(ESCALATION_GRID)
STATES = tuple(dict.fromkeys(state for state, _ in TABLE))
ACTIONS = tuple(dict.fromkeys(action for _, action in TABLE))


def acting(state: str, action: str, letters: str) -> str | None:
    """The letter as which an actor who is all these letters acts, if the cell has any of them."""
    return next((letter for letter in "COMWISX" if letter in letters and letter in TABLE[state, action]), None)


def may(state: str, action: str, letters: str, guards: Guards) -> bool:
    """Whether the action is open to the actor, if the command holds what it must."""
    letter = acting(state, action, letters)
    if letter is None:
        return False
    return guards.hold(TABLE[state, action][letter].guard)


def may_escalate(escalation: str, action: str, letters: str) -> bool:
    """Whether an escalation in that state (``none``: there is none) allows the action to somebody with these letters.

    To all else that may be done with a case, its escalation is of no matter.
    """
    cell = ESCALATIONS.get((escalation, action))
    return cell is None or not set(cell).isdisjoint(letters)


def outcome(state: str, action: str, letters: str, guards: Guards, given: Iterable[str]) -> Outcome | None:
    """Where a command that holds the ``given`` fields leads; None: it is refused."""
    letter = acting(state, action, letters)
    needed = NEEDED.get((action, letter or ""), ())
    held = set(given)
    if letter is None or not may(state, action, letters, guards) or any(held.isdisjoint(n.split("/")) for n in needed):
        return None
    return Outcome(TABLE[state, action][letter].to, SIDES[letter])
