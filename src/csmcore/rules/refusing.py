"""Whether the table allows an action, and every reason why it does not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from csmcore.model import ACTIONS, Action, Case, Command, Reason, SupportPolicy
from csmcore.rules.transitions import ALTERNATIVES, GUARDS, PARTIES, ROWS, TABLE, Guard, Party, Row

__all__ = ["NOT_INVOLVED", "missing", "requirements", "row_of", "why_not"]

NOT_INVOLVED = Reason("not_involved", "you have no part in this case")
"""The only answer to a stranger, whatever the case is like: a refusal must not tell them."""

_CALLED: Mapping[Party, str] = MappingProxyType(
    {
        "customer": "the customer",
        "assignee": "the assignee",
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


def row_of(case: Case, action: Action, parties: Iterable[Party]) -> tuple[Row, Party] | None:
    """The row by which the actor may do this in the case's state, and the party as whom; its condition is not asked yet."""
    rows = ROWS[case.state, action]
    for party in parties:
        row = rows.get(party)
        if row is not None:
            return row, party
    return None


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


def why_not(
    case: Case, action: Action, parties: tuple[Party, ...], policy: SupportPolicy, now: datetime
) -> list[Reason]:
    """Every reason why the actor may not do this now, whatever the command says; none: they may."""
    if not parties:
        return [NOT_INVOLVED]
    reasons = [] if now >= case.updated_at else [_too_early(case)]
    found = row_of(case, action, parties)
    if found is not None:
        guard = found[0].only_if
        return reasons if guard is None else reasons + _unmet(guard, case, policy, now)
    here, anywhere = TABLE[case.state][action], _ANYWHERE[action]
    is_theirs = any(_is_for(row, parties) for row in anywhere)
    if is_theirs or not here:
        reasons.append(_wrong_state(case, action, policy, now))
    if not is_theirs:
        reasons.append(_not_permitted(action, here or anywhere))
    return reasons


def requirements(case: Case, action: Action, parties: tuple[Party, ...]) -> tuple[str, ...]:
    """What the command must hold for this actor: where the action cannot be done, what every row that might be theirs asks."""
    if not parties:
        return ()
    found = row_of(case, action, parties)
    if found is not None:
        return found[0].requires
    rows = TABLE[case.state][action] or _ANYWHERE[action]
    first, *others = [row for row in rows if _is_for(row, parties)] or rows
    return tuple(need for need in first.requires if all(need in row.requires for row in others))


def _is_for(row: Row, parties: tuple[Party, ...]) -> bool:
    return not set(row.by).isdisjoint(parties)


def _unmet(guard: Guard, case: Case, policy: SupportPolicy, now: datetime) -> list[Reason]:
    reason = GUARDS[guard](case, policy, now)
    return [] if reason is None else [reason]


def _too_early(case: Case) -> Reason:
    text = f"the case was last changed later than that, at {case.updated_at.isoformat()}"
    return Reason("too_early", text, ("updated_at",))


def _wrong_state(case: Case, action: Action, policy: SupportPolicy, now: datetime) -> Reason:
    text = f"the case is {_words(case.state)}: {_words(action)} is not possible"
    if case.is_terminal:
        can_follow = not _unmet("outside_reopen_window", case, policy, now) or case.state == "cancelled"
        text += "; open a follow-up" if can_follow else "; reopen it"
    return Reason("wrong_state", text, ("state",))


def _not_permitted(action: Action, rows: tuple[Row, ...]) -> Reason:
    called = [_CALLED[party] for party in PARTIES if any(party in row.by for row in rows)]
    return Reason("not_permitted", f"{_words(action)} is for {' or '.join(called)}")


def _words(name: str) -> str:
    return name.replace("_", " ")
