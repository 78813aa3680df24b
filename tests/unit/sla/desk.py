"""A small desk: promises, a case's history told in a few words, and what the clocks read.

All happens in January 2026, whose 12th is a Monday; ``at("12 09:30")`` is that Monday at 09:30 UTC. The office is open
Monday to Friday from 09:00 to 17:00 UTC.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import attrs

from csmcore.calendars import BusinessCalendar, Calendar, WeeklyHours
from csmcore.conditions import field
from csmcore.model import DefinitionId, EventId, Goal, Revision, SlaClock, SlaDefinition, SlaReading, SupportPolicy
from csmcore.rules import Plan, compile_policy, evaluate, read

__all__ = ["OFFICE", "Desk", "Step", "at", "desk", "hours", "promise"]

Step: TypeAlias = tuple[str, Mapping[str, Any]]
"""An instant, and what changes then."""

OFFICE = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"))


def at(text: str) -> datetime:
    """An instant of January 2026 from its day and time."""
    return datetime.strptime(f"2026-01-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def promise(**changes: Any) -> SlaDefinition:
    """A resolution within four office hours, which waits while the customer is asked; or one a little different."""
    usual: dict[str, Any] = {
        "id": DefinitionId("resolution"),
        "calendar": "office",
        "goals": (Goal(hours(4)),),
        "start": field("state").is_in("new", "open", "awaiting_info"),
        "pause": field("state") == "awaiting_info",
        "stop": field("state").is_in("resolved", "closed"),
    }
    return SlaDefinition(**usual | changes)


@attrs.frozen
class Desk:
    """A plan and a case's history."""

    plan: Plan
    revisions: tuple[Revision, ...]

    def clocks(self, as_of: str) -> tuple[SlaClock, ...]:
        """Every clock, as of an instant."""
        return evaluate(self.plan, self.revisions, at(as_of)).clocks

    def readings(self, as_of: str) -> list[SlaReading]:
        """What every clock reads at an instant."""
        return [read(self.plan, clock, at(as_of)) for clock in self.clocks(as_of)]

    def reading(self, as_of: str) -> SlaReading:
        """What the one clock reads at an instant."""
        (only,) = self.readings(as_of)
        return only

    def fired(self, as_of: str) -> dict[str, datetime]:
        """The thresholds that the one clock has passed, with their instants."""
        (only,) = self.clocks(as_of)
        return dict(only.fired)


def desk(
    promises: SlaDefinition | tuple[SlaDefinition, ...],
    *steps: Step,
    calendars: Mapping[str, Calendar] | None = None,
    **more: Any,
) -> Desk:
    """A desk with one promise or several, and a history: at each step, what changes then (None: is emptied).

    What a step says of ``event.*`` is true of that step alone. ``more`` is said of the policy.
    """
    definitions = promises if isinstance(promises, tuple) else (promises,)
    known = calendars or {"office": OFFICE}
    policy = SupportPolicy(name="desk", version="1", calendars=known, definitions=definitions, **more)
    fields: dict[str, Any] = {}
    revisions = []
    for number, (when, changes) in enumerate(steps, 1):
        fields = {name: value for name, value in fields.items() if not name.startswith("event.")} | dict(changes)
        known = {name: value for name, value in fields.items() if value is not None}
        revisions.append(Revision(at(when), number, EventId(f"C/{number}/0"), known))
    return Desk(compile_policy(policy), tuple(revisions))
