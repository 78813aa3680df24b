"""Random desks: a few agents of few kinds, so that equals, ties, dropped ones and empty rosters all come up."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, get_args

from csmcore.calendars import BusinessCalendar
from csmcore.model import (
    Address,
    AgentLoad,
    AssignmentFacts,
    AssignmentPolicy,
    AssignmentRule,
    Criterion,
    CriterionKind,
    Group,
    Location,
    MatchingRule,
    Requirement,
    Rota,
    SkillLevel,
    User,
)
from csmcore.rules import AssignmentPlan, Roster, compile_assignment
from tests.oracle.assignment import Desk
from tests.unit.lifecycle.cast import made

__all__ = ["CALENDARS", "NOW", "plan_of", "random_desk", "roster_of"]

NOW = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
HOURS: dict[str, dict[int, tuple[tuple[int, int], ...]]] = {
    "days": dict.fromkeys(range(5), ((8, 17),)),
    "nights": dict.fromkeys(range(7), ((0, 6), (20, 24))),
    "split": dict.fromkeys(range(5), ((8, 10), (13, 18))),
    "never": {6: ((3, 4),)},
}
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GROUPS, SKILLS, ZONES = (
    ("tier-1", "tier-2", "field"),
    ("pumps", "valves", "phones"),
    ("UTC", "Europe/Berlin", "Asia/Tokyo"),
)
TIMED = ("hours_today", "hours_ahead", "last_assigned")


def calendars() -> dict[str, BusinessCalendar]:
    """The tables of weekly hours as calendars that float."""
    return {
        name: BusinessCalendar.from_mapping(
            {
                "timezone": "UTC",
                "floating": True,
                "hours": {NAMES[day]: [f"{a:02}:00-{b:02}:00" for a, b in spans] for day, spans in week.items()},
            }
        )
        for name, week in HOURS.items()
    }


CALENDARS = calendars()


def some(rng: Random, values: tuple[Any, ...], most: int = 3) -> tuple[Any, ...]:
    """A few of the values, each once."""
    return tuple(rng.sample(values, rng.randint(0, min(most, len(values)))))


def random_user(rng: Random, number: int) -> User:
    """An agent of few kinds."""
    return made(
        User,
        id=f"u{number}",
        name=f"U {number}",
        active=rng.random() < 0.9,
        groups=some(rng, (*GROUPS, "asleep", "unknown")),
        skills=tuple(made(SkillLevel, skill=skill, level=rng.randint(1, 3)) for skill in some(rng, SKILLS)),
        languages=some(rng, ("de", "en")),
        location=rng.choice((None, "berlin", "tokyo", "nowhere")),
        calendar=rng.choice((None, None, "days", "nights", "split", "never", "lost")),
        timezone=rng.choice((None, *ZONES)),
        capacity=rng.choice((None, 0, 2, 3)),
    )


def random_load(rng: Random, user: User, now: datetime) -> AgentLoad:
    """How busy somebody is; many at the same instants, some in the future."""
    last = rng.choice((None, now, now - timedelta(hours=1), now - timedelta(hours=1), now - timedelta(hours=30)))
    last = rng.choice((last, last, now + timedelta(hours=2), datetime(1970, 1, 1, tzinfo=UTC)))
    return made(AgentLoad, user=user.id, assigned=rng.randint(0, 3), last_assigned_at=last)


def random_criterion(rng: Random, kind: str) -> Criterion:
    """A criterion of a kind, most without a threshold."""
    hours = timedelta(hours=rng.choice((0, 1, 2, 8, 24, 30)))
    with_bound = rng.random() < 0.3
    return made(
        Criterion,
        kind=kind,
        weight=rng.choice((0, 1, 5, 10, 10)),
        less_is_better=rng.choice((None, None, None, True, False)),
        threshold=rng.randint(0, 2) if with_bound and kind not in TIMED else None,
        threshold_time=hours if with_bound and kind in TIMED else None,
        within=timedelta(hours=rng.choice((1, 8, 48))) if kind in TIMED[1:] and rng.random() < 0.5 else None,
    )


def random_rule(rng: Random) -> MatchingRule:
    """A matching rule of up to four criteria."""
    return made(
        MatchingRule,
        id="match",
        users=some(rng, tuple(f"u{number}" for number in range(9)), 9) if rng.random() < 0.2 else (),
        groups=some(rng, GROUPS) if rng.random() < 0.4 else (),
        requires=frozenset(some(rng, get_args(Requirement), 2)) if rng.random() < 0.5 else frozenset(),
        skills=tuple(made(SkillLevel, skill=skill, level=rng.randint(1, 2)) for skill in some(rng, SKILLS, 1)),
        criteria=tuple(random_criterion(rng, kind) for kind in some(rng, get_args(CriterionKind), 4)),
    )


def random_facts(rng: Random) -> AssignmentFacts:
    """What a case asks."""
    return made(
        AssignmentFacts,
        skills=tuple(made(SkillLevel, skill=skill, level=rng.randint(1, 3)) for skill in some(rng, SKILLS, 2)),
        model_skills=some(rng, (*SKILLS, "rockets"), 2),
        language=rng.choice((None, "de", "fr")),
        location=rng.choice((None, "berlin")),
        country=rng.choice((None, "DE", "JP")),
        timezone=rng.choice((None, "Europe/Paris", "UTC")),
    )


def random_desk(rng: Random, most: int = 9) -> Desk:
    """A desk of up to so many agents."""
    now = NOW + timedelta(hours=rng.randint(0, 168))
    users = [random_user(rng, number) for number in range(rng.randint(0, most))]
    for twin in range(1, len(users)):
        if rng.random() < 0.4:
            users[twin] = made(User, **{**fields(users[twin - 1]), "id": f"u{twin}"})
    rng.shuffle(users)
    groups = (
        made(Group, id="tier-1", skills=("phones",), calendar="days", timezone="Europe/Berlin"),
        made(Group, id="tier-2"),
        made(Group, id="field", skills=("pumps", "valves")),
        made(Group, id="asleep", skills=SKILLS, calendar="nights", active=False),
    )
    places = (
        made(Location, id="berlin", address=made(Address, id="a", country="DE"), timezone="Europe/Berlin"),
        made(Location, id="tokyo", address=made(Address, id="a", country="JP")),
    )
    ids = tuple(user.id for user in users)
    turns = (some(rng, ids, 3), some(rng, ids, 2))
    rotas = tuple(
        made(Rota, id=f"r{number}", group=rng.choice(GROUPS), users=turn, starts_on=date(2026, 3, 1), days=2)
        for number, turn in enumerate(turns)
        if turn
    )
    loads = tuple(random_load(rng, user, now) for user in users if rng.random() < 0.8)
    pools = (("tier-1",),) if rng.random() < 0.2 else ()
    return Desk(tuple(users), groups, loads, places, rotas, HOURS, random_rule(rng), pools, random_facts(rng), now)


def fields(user: User) -> dict[str, Any]:
    """The fields of a user."""
    names = ("id", "name", "active", "groups", "skills", "languages", "location", "calendar", "timezone", "capacity")
    return {name: getattr(user, name) for name in names}


def roster_of(desk: Desk) -> Roster:
    """The desk's agents as a roster."""
    return Roster.of(
        desk.users, desk.groups, desk.loads, calendars=CALENDARS, locations=desk.locations, rotas=desk.rotas
    )


def plan_of(desk: Desk) -> AssignmentPlan:
    """A policy of one rule, which gives the case to the group that the desk names and to whom its rule finds."""
    group = desk.pools[0][0] if desk.pools else None
    rule = made(AssignmentRule, id="one", group=group, matching=desk.rule.id)
    return compile_assignment(AssignmentPolicy(rules=(rule,), matching=(desk.rule,)))
