"""What may be done about a case now, and for the rest why not: a user interface draws its buttons from it."""

from datetime import datetime

import attrs

from csmcore.calendars import as_utc
from csmcore.model import ACTIONS, Action, Actor, Case, CaseFacts, Reason, SupportPolicy
from csmcore.rules.cases.parties import parties_of
from csmcore.rules.cases.refusing import verdict

__all__ = ["Available", "actions_for"]


@attrs.frozen
class Available:
    """One action: whether this actor may do it now, else why not; and the fields that its command must fill.

    ``required`` names fields, or asks for either of two (``group or user``).
    """

    action: Action
    is_allowed: bool
    reasons: tuple[Reason, ...]
    required: tuple[str, ...]


def actions_for(
    case: Case, actor: Actor, facts: CaseFacts, policy: SupportPolicy, now: datetime
) -> tuple[Available, ...]:
    """Every action on a case there is, in a fixed order, with a follow-up to it.

    Law: an action is allowed here if and only if a command that fills what is required, and is right in itself, is
    accepted, unless one of the case's clocks has already come further than ``now``. Raises NaiveDatetime.
    """
    now = as_utc(now)
    parties = parties_of(case, actor, facts)
    found = ((action, verdict(case, action, parties, policy, now)) for action in ACTIONS if action != "open_case")
    return tuple(Available(action, not reasons, reasons, requires) for action, (_, _, requires, reasons) in found)
