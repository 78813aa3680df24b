"""What is measured of agents for a case, and what they lack: the one source of choice and explanation.

All of it is a whole number. What an agent's profile says is measured once for all who share it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from csmcore.calendars import Calendar, WallClock, as_utc
from csmcore.model import (
    AssignmentFacts,
    Criterion,
    CriterionKind,
    LocationId,
    Reason,
    Requirement,
    SkillId,
)
from csmcore.rules.assignment.profiles import Desk, Profile

__all__ = [
    "BY_DESK",
    "BY_SKILLS",
    "REQUIRED",
    "Asked",
    "Obstacle",
    "missing_skills",
    "over_threshold",
    "reason_of",
]

Obstacle: TypeAlias = tuple[str, str, str]
"""The code of a reason, and what its text names. Most are never told, so no text is made."""

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_ANY: Mapping[SkillId, int] = MappingProxyType({})


@attrs.frozen(eq=False)
class Asked:
    """What a case asks of agents at an instant; what was measured of calendars and zones is kept while it is asked.

    ``needed`` are the skills that the case needs, each with the lowest level that will do.
    """

    now: datetime = attrs.field(converter=as_utc)
    needed: Mapping[SkillId, int] = _ANY
    language: str | None = None
    location: LocationId | None = None
    country: str | None = None
    timezone: str | None = None
    _hours: dict[tuple[int, str], int] = attrs.field(factory=dict, init=False, repr=False)
    _offsets: dict[str, timedelta | None] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def about(cls, facts: AssignmentFacts, now: datetime) -> "Asked":
        """What the facts of a case ask."""
        return cls(now, facts.needed, facts.language, facts.location, facts.country, facts.timezone)

    def hours(self, calendar: Calendar | None, kind: str, ahead: timedelta = _DAY) -> int:
        """What is measured of a calendar; of one that leads nowhere nothing is open."""
        if calendar is None:
            return 0
        key = (id(calendar), kind)
        found = self._hours.get(key)
        if found is None:
            found = self._hours[key] = _OPEN[kind](calendar, self.now, ahead)
        return found

    def offset(self, zone: str) -> timedelta | None:
        """How far its clocks are from UTC now."""
        if zone not in self._offsets:
            self._offsets[zone] = WallClock(zone).reading(self.now).utcoffset()
        return self._offsets[zone]


def _is_open(calendar: Calendar, now: datetime, _: timedelta) -> int:
    return int(calendar.is_open(now))


def _until_midnight(calendar: Calendar, now: datetime, _: timedelta) -> int:
    clock = WallClock(calendar.timezone)
    tomorrow = clock.reading(now).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0, fold=0) + _DAY
    return max(calendar.elapsed(now, clock.instant(tomorrow)) // _MICROSECOND, 0)


def _ahead(calendar: Calendar, now: datetime, ahead: timedelta) -> int:
    return calendar.elapsed(now, now + ahead) // _MICROSECOND


_OPEN: Mapping[str, Callable[[Calendar, datetime, timedelta], int]] = MappingProxyType(
    {"on_schedule": _is_open, "hours_today": _until_midnight, "hours_ahead": _ahead}
)


# --- what a profile says ---------------------------------------------------------------------------------------------


def _skills(profile: Profile, asked: Asked, _: Criterion) -> int:
    levels = profile.levels
    return sum([levels.get(skill, 0) >= level for skill, level in asked.needed.items()])


def _skill_levels(profile: Profile, asked: Asked, _: Criterion) -> int:
    levels = profile.levels
    return sum([levels.get(skill, 0) for skill in asked.needed])


def _open_time(desk: Desk, asked: Asked, criterion: Criterion) -> int:
    return asked.hours(desk.calendar, criterion.kind, criterion.within or _DAY)


def _speaks(desk: Desk, asked: Asked) -> bool:
    return asked.language in desk.languages


def _is_there(desk: Desk, asked: Asked) -> bool:
    return asked.location is not None and desk.location == asked.location


def _same_country(desk: Desk, asked: Asked) -> bool:
    return asked.country is not None and desk.country == asked.country


def _same_clocks(desk: Desk, asked: Asked) -> bool:
    here, there = desk.timezone, asked.timezone
    return here is not None and there is not None and asked.offset(here) == asked.offset(there)


def _whether(holds: Callable[[Desk, Asked], bool]) -> Callable[[Desk, Asked, Criterion], int]:
    def measure(desk: Desk, asked: Asked, _: Criterion) -> int:
        return int(holds(desk, asked))

    return measure


BY_SKILLS: Final[Mapping[CriterionKind, Callable[[Profile, Asked, Criterion], int]]] = MappingProxyType(
    {"skills": _skills, "skill_levels": _skill_levels}
)
"""How to measure the skills that all who share a profile have."""

BY_DESK: Final[Mapping[CriterionKind, Callable[[Desk, Asked, Criterion], int]]] = MappingProxyType(
    {
        "on_schedule": _open_time,
        "hours_today": _open_time,
        "hours_ahead": _open_time,
        "language": _whether(_speaks),
        "location": _whether(_is_there),
        "country": _whether(_same_country),
        "timezone": _whether(_same_clocks),
    }
)
"""How to measure what all who share a desk have in common."""


# --- what is lacking -------------------------------------------------------------------------------------------------


def missing_skills(profile: Profile, needed: Mapping[SkillId, int]) -> Iterator[Obstacle]:
    """Each skill that is needed and not there, or not well enough."""
    levels = profile.levels
    for skill, level in needed.items():
        held = levels.get(skill, 0)
        if held < level:
            yield ("lacks_skill", skill, "") if held == 0 else ("skill_too_low", skill, f"{held} of {level}")


def over_threshold(criterion: Criterion, measured: int) -> Iterator[Obstacle]:
    """The threshold of a criterion, where it drops those of whom so much is measured."""
    bound = criterion.bound
    if bound is not None and (measured > bound if criterion.is_less_better else measured < bound):
        code = "above_threshold" if criterion.is_less_better else "below_threshold"
        yield code, criterion.kind, f"{criterion.spelled(measured)} against {criterion.spelled(bound)}"


def _is_off(desk: Desk, asked: Asked) -> Iterator[Obstacle]:
    if desk.calendar is None:
        yield "unknown_calendar", desk.hours[0] or "", ""
    elif not asked.hours(desk.calendar, "on_schedule"):
        yield "off_schedule", desk.hours[0] or "", ""


def _unless(holds: Callable[[Desk, Asked], bool], kind: str) -> Callable[[Desk, Asked], Iterator[Obstacle]]:
    def obstacles(desk: Desk, asked: Asked) -> Iterator[Obstacle]:
        if not holds(desk, asked):
            yield f"other_{kind}", getattr(asked, kind) or "none is known", ""

    return obstacles


REQUIRED: Final[Mapping[Requirement, Callable[[Desk, Asked], Iterator[Obstacle]]]] = MappingProxyType(
    {
        "on_schedule": _is_off,
        "language": _unless(_speaks, "language"),
        "location": _unless(_is_there, "location"),
        "country": _unless(_same_country, "country"),
        "timezone": _unless(_same_clocks, "timezone"),
    }
)
"""What a desk lacks of a requirement; skills, being on duty and having capacity left are no matter of desks."""

_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "inactive_user": ("active", "they are inactive"),
        "not_in_group": ("groups", "they are not in {0}"),
        "not_listed": ("users", "the rule does not name them"),
        "not_on_duty": ("rotas", "no rota has them on duty"),
        "lacks_skill": ("skills", "they do not have the skill {0}"),
        "skill_too_low": ("skills", "their level in {0} is {1}"),
        "unknown_calendar": ("calendar", "there is no calendar {0}, so they are never on schedule"),
        "off_schedule": ("calendar", "their calendar is closed now"),
        "other_language": ("languages", "they do not speak the case's language: {0}"),
        "other_location": ("location", "they are not at the case's location: {0}"),
        "other_country": ("location", "they are not in the case's country: {0}"),
        "other_timezone": ("timezone", "their clocks are not those of the case's zone: {0}"),
        "no_capacity_left": ("capacity", "they have {0} cases and take {1}"),
        "below_threshold": ("criteria", "{0} is below the threshold: {1}"),
        "above_threshold": ("criteria", "{0} is above the threshold: {1}"),
    }
)
"""The field and the text of each reason to drop an agent."""


def reason_of(obstacle: Obstacle) -> Reason:
    """The obstacle as people are told it."""
    code, *named = obstacle
    field, text = _TEXTS[code]
    return Reason(code, text.format(*named), (field,))
