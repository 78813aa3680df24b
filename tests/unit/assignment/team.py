"""A team of three, and short ways to ask about it."""

from datetime import UTC, datetime
from typing import Any

from csmcore.calendars import BusinessCalendar
from csmcore.model import (
    AgentLoad,
    Assignment,
    AssignmentFacts,
    AssignmentPolicy,
    AssignmentRule,
    Criterion,
    Group,
    MatchingRule,
    SkillLevel,
    User,
)
from csmcore.rules import AssignmentPlan, Roster, assign, compile_assignment
from tests.unit.lifecycle.cast import made

__all__ = ["CALENDARS", "GROUPS", "NOW", "NO_FACTS", "USERS", "asked", "load", "matching", "plan_by", "roster", "skill"]

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
NO_FACTS = AssignmentFacts()
EARLY = ["08:00-16:00"]
CALENDARS = {
    "days": BusinessCalendar.from_mapping({"timezone": "UTC", "hours": {"wed": EARLY, "thu": EARLY}}),
    "late": BusinessCalendar.from_mapping({"timezone": "UTC", "hours": {"wed": ["14:00-22:00"]}}),
}
GROUPS = (
    made(Group, id="pumps", calendar="days"),
    made(Group, id="valves"),
    made(Group, id="closed", active=False),
)


def skill(name: str, level: int = 1) -> SkillLevel:
    """A skill with its level."""
    return made(SkillLevel, skill=name, level=level)


USERS = (
    made(User, id="ann", name="Ann", groups=("pumps",), skills=(skill("pumps", 4), skill("valves", 1)), capacity=5),
    made(User, id="bob", name="Bob", groups=("pumps", "valves"), skills=(skill("pumps", 2),), calendar="late"),
    made(User, id="cem", name="Cem", groups=("valves",), languages=("de", "tr"), capacity=2),
    made(User, id="dot", name="Dot", groups=("pumps",), active=False),
)


def load(user: str, assigned: int = 0, last: datetime | None = None) -> AgentLoad:
    """How busy somebody is."""
    return made(AgentLoad, user=user, assigned=assigned, last_assigned_at=last)


def roster(*loads: AgentLoad, users: tuple[User, ...] = USERS) -> Roster:
    """The team, so busy."""
    return Roster.of(users, GROUPS, loads, calendars=CALENDARS)


def matching(*kinds: str, **more: Any) -> MatchingRule:
    """A matching rule with these criteria."""
    criteria = tuple(made(Criterion, kind=kind) for kind in kinds)
    return made(MatchingRule, **{"id": "match", "criteria": criteria} | more)


def plan_by(rule: MatchingRule | AssignmentRule, *rules: AssignmentRule, **more: Any) -> AssignmentPlan:
    """A policy of one matching rule, or of assignment rules that name users and groups."""
    if isinstance(rule, AssignmentRule):
        return compile_assignment(AssignmentPolicy(rules=(rule, *rules)), **more)
    first = made(AssignmentRule, id="one", matching=rule.id)
    return compile_assignment(AssignmentPolicy(rules=(first, *rules), matching=(rule,)), **more)


def asked(rule: MatchingRule | AssignmentRule, *loads: AgentLoad, facts: AssignmentFacts = NO_FACTS) -> Assignment:
    """Whom a rule finds in the team."""
    return assign({}, facts, roster(*loads), plan_by(rule), NOW)
