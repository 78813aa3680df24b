"""Short ways to write a plant's alerts, what it runs, its customers and their cases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from csmcore.model import (
    Actor,
    Alert,
    AlertDecision,
    AlertFacts,
    Case,
    InstallBaseItem,
    ProactivePolicy,
    Refusal,
    Role,
    SpecialHandlingNote,
    SupportPolicy,
)
from csmcore.rules import cases_for_alert

__all__ = [
    "DAY",
    "NOON",
    "ON",
    "actor",
    "alert",
    "case",
    "codes",
    "decided",
    "ended",
    "facts",
    "item",
    "note",
    "policy",
]

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = date(2027, 3, 1)
HOUR = timedelta(hours=1)
ON = ProactivePolicy(opens_cases=True)


def policy(**more: Any) -> SupportPolicy:
    """The vendor's policy."""
    return SupportPolicy(**{"name": "plant", "version": "1", **more})


def actor(name: str, *roles: Role) -> Actor:
    """Somebody inside."""
    return Actor(kind="internal", id=name, roles=frozenset(roles))


def note(**fields: Any) -> SpecialHandlingNote:
    """A note, on acme where nothing else is said."""
    on = {"account", "contact", "consumer", "product", "asset", "case", "when"}
    home = {} if on & fields.keys() else {"account": "acme"}
    return SpecialHandlingNote(**{"id": "n1", "title": "Call first", **home, **fields})


def alert(**fields: Any) -> Alert:
    """An alert about pump 1, raised at noon."""
    usual = {"id": "A1", "source": "scada", "severity": "major", "configuration_items": ("pump-1",)}
    return Alert(**{**usual, "short_description": "No pressure", "raised_at": NOON, **fields})


def item(name: str, account: str | None = "acme", **fields: Any) -> InstallBaseItem:
    """Something that is in use."""
    given: dict[str, Any] = {"id": name, "account": account, **fields}
    return InstallBaseItem(**given)


def facts(*items: InstallBaseItem, **more: Any) -> AlertFacts:
    """Pump 1 is these items, unless something else is said."""
    given: dict[str, Any] = {"items": {"pump-1": items}, **more}
    return AlertFacts(**given)


def case(name: str, account: str | None = "acme", *, hours: float = 1, **fields: Any) -> Case:
    """A case that was opened so many hours after noon."""
    at = NOON + hours * HOUR
    given: dict[str, Any] = {"id": name, "number": name, "policy": policy().ref, "short_description": "No pressure"}
    return Case(**{**given, "account": account, "opened_at": at, "opened_by": "system", "updated_at": at, **fields})


def ended(name: str, account: str | None = "acme", *, hours: float = 1, after: float = 2) -> Case:
    """A case that was opened and closed so many hours after noon."""
    return case(name, account, hours=hours, state="closed", closed_at=NOON + after * HOUR)


def decided(
    given: Alert, known: AlertFacts, proactive: ProactivePolicy = ON, rules: SupportPolicy | None = None
) -> AlertDecision:
    """What follows from an alert, a day later."""
    return cases_for_alert(given, known, proactive, rules or policy(), NOON + 24 * HOUR)


def codes(answer: object) -> tuple[str, ...]:
    """The codes of a refusal; none of anything else."""
    return answer.codes if isinstance(answer, Refusal) else ()
