"""An escalation, who wants something of it, and all that bears on the answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue, shown
from csmcore.model import Actor, Escalation, EscalationFacts, EscalationPolicy, EscalationSource, Party
from csmcore.rules.escalation.escalation_table import EscalationParty
from csmcore.rules.escalation.standing import standing

__all__ = ["Asked", "asked_of"]


class Asked(NamedTuple):
    """What is asked about an escalation, or where there is none yet; ``parties`` are what the actor is to it."""

    current: Escalation | None
    parties: tuple[EscalationParty, ...]
    actor: Actor
    facts: EscalationFacts
    policy: EscalationPolicy
    now: datetime

    @property
    def source(self) -> EscalationSource:
        """What it is about."""
        return "case" if self.facts.case is not None else "account"


def asked_of(  # noqa: PLR0913, PLR0917 - a rule sees only its arguments
    current: Escalation | None,
    parties: Iterable[Party],
    actor: Actor,
    facts: EscalationFacts,
    policy: EscalationPolicy,
    now: datetime,
) -> Asked:
    """All of it, at an instant in UTC; ``parties`` are what the actor is to the case or account.

    Raises InvalidValue where the facts are those of another case or account, NaiveDatetime.
    """
    if current is not None and (current.case, current.account) != (facts.case, facts.account):
        problem = f"{shown(current.id)} is of another case or account than the facts"
        raise InvalidValue("current", problem, "give the escalation that the facts are about")
    return Asked(current, standing(parties, actor, current, facts, policy), actor, facts, policy, as_utc(now))
