"""Whether the table allows an action, and every reason why it does not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from csmcore.errors import shown
from csmcore.model import Action, Case, Command, Reason, Role, Side, SupportPolicy, says_something
from csmcore.rules.cases.flows import BASE_FLOW, Flow
from csmcore.rules.cases.guards import GUARDS
from csmcore.rules.cases.parties import OUTSIDE, SIDES
from csmcore.rules.cases.transitions import ALTERNATIVES, PARTIES, Guard, Party, Row

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
_NO_ROLES: frozenset[Role] = frozenset()


class Verdict(NamedTuple):
    """What the table says of an action: the row it is done by and for which side, or the reasons why it is not.

    ``requires`` is what the command must hold; where the action cannot be done, what every row that might be the
    actor's asks.
    """

    row: Row | None
    by: Side
    requires: tuple[str, ...]
    reasons: tuple[Reason, ...]


def verdict(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    case: Case,
    action: Action,
    parties: tuple[Party, ...],
    policy: SupportPolicy,
    now: datetime,
    flow: Flow = BASE_FLOW,
    roles: frozenset[Role] = _NO_ROLES,
) -> Verdict:
    """Whether these parties may do this now, whatever the command says, and else every reason why not.

    ``flow`` is that of the case's type, ``roles`` are those of whoever acts.
    """
    rows = flow.rows[case.state, action]
    for party in parties:
        if party in rows:
            row = rows[party]
            if row.roles and row.roles.isdisjoint(roles):
                continue
            reasons = _timely(case, now)
            if row.only_if is not None:
                reasons += _unmet(row.only_if, case, policy, now)
            return Verdict(row, SIDES[party], row.requires, reasons)
    return _denied(case, action, parties, policy, now, flow)


def missing(requires: Iterable[str], command: Command) -> list[Reason]:
    """A reason for each requirement that the command does not meet; blank text is none."""
    reasons = []
    for need in requires:
        names = ALTERNATIVES.get(need) or (need,)
        for name in names:
            value = getattr(command, name)
            if value and (type(value) is not str or says_something(value)):
                break
        else:
            reasons.append(Reason("missing", f"{need} is missing", names))
    return reasons


def _denied(  # noqa: PLR0913, PLR0917 - what `verdict` sees
    case: Case, action: Action, parties: tuple[Party, ...], policy: SupportPolicy, now: datetime, flow: Flow
) -> Verdict:
    if not parties:
        return Verdict(None, "system", (), (NOT_INVOLVED,))
    here, anywhere = flow.table[case.state][action], flow.anywhere[action]
    reasons = _timely(case, now)
    if not anywhere:
        return Verdict(None, SIDES[parties[0]], (), (*reasons, _not_of_type(flow, action)))
    theirs = [row for row in anywhere if _is_for(row, parties)]
    narrowed = [row for row in here if _is_for(row, parties)]  # theirs, had they the role
    if narrowed:
        reasons += (_lacks_role(action, narrowed),)
    elif theirs or not here:
        reasons += (_wrong_state(case, action, parties, policy, now),)
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


def _wrong_state(
    case: Case, action: Action, parties: tuple[Party, ...], policy: SupportPolicy, now: datetime
) -> Reason:
    """It is wrong for everybody; in which case a merged one goes on, whoever works on cases is told."""
    text = f"the case is {_words(case.state)}: {_words(action)} is not possible"
    if case.merged_into is not None and not OUTSIDE.issuperset(parties):
        text += f"; it goes on in {shown(case.merged_into)}"
    elif case.is_terminal:
        text += "; reopen it" if _unmet("outside_reopen_window", case, policy, now) else "; open a follow-up"
    return Reason("wrong_state", text, ("state",))


def _not_permitted(action: Action, rows: tuple[Row, ...]) -> Reason:
    called = [_CALLED[party] for party in PARTIES if any(party in row.by for row in rows)]
    return Reason("not_permitted", f"{_words(action)} is for {' or '.join(called)}")


def _not_of_type(flow: Flow, action: Action) -> Reason:
    return Reason("not_of_type", f"a case of type {shown(flow.name)} has no {_words(action)}", ("case_type",))


def _lacks_role(action: Action, rows: Iterable[Row]) -> Reason:
    roles = sorted({role for row in rows for role in row.roles})
    return Reason("not_permitted", f"{_words(action)} takes the role {' or '.join(map(_words, roles))}", ("case_type",))


def _words(name: str) -> str:
    return name.replace("_", " ")
