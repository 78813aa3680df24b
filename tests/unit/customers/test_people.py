"""Skills and calendars of people and their groups."""

from csmcore.model import Group, SkillId, SkillLevel, User
from csmcore.rules import calendar_of, skills_of
from tests.unit.lifecycle.cast import made

TIER_1 = made(Group, id="tier-1", skills=("phones", "pumps"))
TIER_2 = made(Group, id="tier-2", skills=("valves",), calendar="nights")
ASLEEP = made(Group, id="asleep", skills=("dreams",), calendar="never", active=False)
OTHERS = made(Group, id="others", skills=("money",), calendar="late")
GROUPS = (OTHERS, TIER_2, TIER_1, ASLEEP)


def user(**more: object) -> User:
    """Ann, of three groups."""
    return made(User, **{"id": "ann", "name": "Ann", "groups": ("asleep", "tier-1", "tier-2")} | more)


def test_a_user_has_the_skills_of_their_active_groups() -> None:
    """At level 1, unless they have them better themselves."""
    ann = user(skills=(SkillLevel(skill=SkillId("pumps"), level=4),))
    assert skills_of(ann, GROUPS) == {"phones": 1, "pumps": 4, "valves": 1}


def test_a_user_works_by_their_own_calendar_or_their_groups() -> None:
    """The first active one of their groups that has one."""
    assert [calendar_of(one, GROUPS) for one in (user(calendar="days"), user(), user(groups=("tier-1",)))] == [
        "days",
        "nights",
        None,
    ]
