"""How much one consumer may send in a day, where the policy bounds it: cases, and comments on one case."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from csmcore.calendars import as_utc
from csmcore.model import Action, Actor, CaseFacts, Reason, SupportPolicy

__all__ = ["COMMENTING", "too_many_cases", "too_many_comments", "within_a_day"]

COMMENTING: Mapping[Action, str] = MappingProxyType(
    {"add_comment": "text", "reject_solution": "reason", "reopen_case": "comment"}
)
"""The actions by which customers comment on a case, each with the field that holds what they say."""

_DAY = timedelta(hours=24)


def within_a_day(instants: Iterable[datetime], now: datetime) -> int:
    """How many of the instants are in the 24 hours up to ``now``, which count, while their beginning does not.

    That is what `CaseFacts.recent_cases` and `CaseFacts.recent_comments` count. Raises NaiveDatetime.
    """
    now = as_utc(now)
    return sum(now - _DAY < as_utc(instant) <= now for instant in instants)


def too_many_cases(actor: Actor, facts: CaseFacts, policy: SupportPolicy) -> tuple[Reason, ...]:
    """Why a consumer may open no more cases today; () where they may. Nobody else is bounded."""
    most = policy.cases.cases_a_day
    if most is None or actor.kind != "consumer" or facts.recent_cases < most:
        return ()
    opened = f"you have opened {facts.recent_cases} cases in 24 hours"
    return (Reason("limit_reached", f"{opened}; {most} are the most"),)


def too_many_comments(actor: Actor, facts: CaseFacts, policy: SupportPolicy, field: str = "text") -> tuple[Reason, ...]:
    """Why a consumer may say no more on this case today, by that ``field``; () where they may. No other is bounded."""
    most = policy.cases.comments_a_day
    if most is None or actor.kind != "consumer" or facts.recent_comments < most:
        return ()
    said = f"you have said {facts.recent_comments} things on this case in 24 hours"
    return (Reason("limit_reached", f"{said}; {most} are the most", (field,)),)
