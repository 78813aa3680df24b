"""Whether the table allows an action, and every reason why it does not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from csmcore.model import ACTIONS, Action, Case, Command, Reason, Side, SupportPolicy
from csmcore.rules.cases.guards import GUARDS
from csmcore.rules.cases.parties import SIDES
from csmcore.rules.cases.transitions import ALTERNATIVES, PARTIES, ROWS, TABLE, Guard, Party, Row

__all__ = ["NOT_INVOLVED", "Verdict", "missing", "verdict"]

NOT_INVOLVED = Reason("not_involved", "you have no part in this case")
"""The only answer to a stranger, whatever the case is like: a refusal must not tell them."""

_CALLED: Mapping[Party, str] = MappingProxyType(
    {
        "customer": "the customer",
        "assignee": "the assignee",
        "manager": "a manager",
        "agent": "an agent",
        "internal": "an internal user",
        "system": "the system",
        "integration": "an integration",
    }
)
_ANYWHERE: Mapping[Action, tuple[Row, ...]] = MappingProxyType(
    {
        action: tuple(dict.fromkeys(row for cells in TABLE.values() for row in cells.get(action, ())))
        for action in ACTIONS
    }
)
"""Each action's rows in all states."""


class Verdict(NamedTuple):
    """What the table says of an action: the row it is done by and for which side, or the reasons why it is not.

    ``requires`` is what the command must hold; where the action cannot be done, what every row that might be the
    actor's asks.
    """

    row: Row | None
    by: Side
    requires: tuple[str, ...]
    reasons: tuple[Reason, ...]


def verdict(case: Case, action: Action, parties: tuple[Party, ...], policy: SupportPolicy, now: datetime) -> Verdict:
    """Whether these parties may do this now, whatever the command says, and else every reason why not."""
    rows = ROWS[case.state, action]
    for party in parties:
        if party in rows:
            row = rows[party]
            reasons = _timely(case, now)
            if row.only_if is not None:
                reasons += _unmet(row.only_if, case, policy, now)
            return Verdict(row, SIDES[party], row.requires, reasons)
    return _denied(case, action, parties, policy, now)


def missing(requires: Iterable[str], command: Command) -> list[Reason]:
    """A reason for each requirement that the command does not meet; blank text is none."""
    reasons = []
    for need in requires:
        names = ALTERNATIVES[need]
        for name in names:
            value = getattr(command, name)
            if value and not (type(value) is str and value.isspace()):
                break
        else:
            reasons.append(Reason("missing", f"{need} is missing", names))
    return reasons


def _denied(case: Case, action: Action, parties: tuple[Party, ...], policy: SupportPolicy, now: datetime) -> Verdict:
    if not parties:
        return Verdict(None, "system", (), (NOT_INVOLVED,))
    here, anywhere = TABLE[case.state][action], _ANYWHERE[action]
    theirs = [row for row in anywhere if _is_for(row, parties)]
    reasons = _timely(case, now)
    if theirs or not here:
        reasons += (_wrong_state(case, action, policy, now),)
    if not theirs:
        reasons += (_not_permitted(action, here or anywhere),)
    first, *others = theirs or here or anywhere
    requires = tuple(need for need in first.requires if all(need in row.requires for row in others))
    return Verdict(None, SIDES[parties[0]], requires, reasons)


def _is_for(row: Row, parties: tuple[Party, ...]) -> bool:
    return not set(row.by).isdisjoint(parties)


def _unmet(guard: Guard, case: Case, policy: SupportPolicy, now: datetime) -> tuple[Reason, ...]:
    reason = GUARDS[guard](case, policy, now)
    return () if reason is None else (reason,)


def _timely(case: Case, now: datetime) -> tuple[Reason, ...]:
    if now >= case.updated_at:
        return ()
    return (Reason("too_early", f"the case was last changed later, at {case.updated_at.isoformat()}", ("updated_at",)),)


def _wrong_state(case: Case, action: Action, policy: SupportPolicy, now: datetime) -> Reason:
    text = f"the case is {_words(case.state)}: {_words(action)} is not possible"
    if case.is_terminal:
        text += "; reopen it" if _unmet("outside_reopen_window", case, policy, now) else "; open a follow-up"
    return Reason("wrong_state", text, ("state",))


def _not_permitted(action: Action, rows: tuple[Row, ...]) -> Reason:
    called = [_CALLED[party] for party in PARTIES if any(party in row.by for row in rows)]
    return Reason("not_permitted", f"{_words(action)} is for {' or '.join(called)}")


def _words(name: str) -> str:
    return name.replace("_", " ")
