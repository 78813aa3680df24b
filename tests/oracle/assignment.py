"""Assignment as a person does it with the rules at hand: every agent on a sheet of their own, calendars by the minute.

It reads the nouns by their fields and shares no code with csmcore. Calendars come as tables of weekly hours.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["Desk", "Result", "answer"]

WEEK = Mapping[int, tuple[tuple[int, int], ...]]
"""By weekday, Monday as 0, the hours from and to which it is open."""

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TIMED = ("hours_today", "hours_ahead", "last_assigned")


class Desk(NamedTuple):
    """Everything that there is to know."""

    users: tuple[Any, ...]
    groups: tuple[Any, ...]
    loads: tuple[Any, ...]
    locations: tuple[Any, ...]
    rotas: tuple[Any, ...]
    hours: Mapping[str, WEEK]
    rule: Any
    pools: tuple[tuple[str, ...], ...]
    facts: Any
    now: datetime


class Result(NamedTuple):
    """Who is chosen; all who fit with their scores, best first; the codes of what is against each of the others."""

    chosen: str | None
    ranked: tuple[tuple[str, Fraction], ...]
    dropped: Mapping[str, frozenset[str]]


class Sheet:
    """One agent's sheet of notes."""

    def __init__(self, user: Any, desk: Desk) -> None:
        self.user, self.desk = user, desk
        found = [load for load in desk.loads if load.user == user.id]
        self.cases = found[0].assigned if found else 0
        self.last = found[0].last_assigned_at if found else None
        groups = {group.id: group for group in desk.groups}
        self.groups = [groups[name] for name in user.groups if name in groups and groups[name].active]
        places = {place.id: place for place in desk.locations}
        self.place = places.get(user.location)
        self.skills = {skill: 1 for group in self.groups for skill in group.skills}
        for each in user.skills:
            self.skills[each.skill] = each.level
        self.zone = self.find_zone()
        self.calendar = user.calendar
        if self.calendar is None:
            self.calendar = next((group.calendar for group in self.groups if group.calendar), None)

    def find_zone(self) -> str | None:
        """The agent's own zone, their place's, or their first group's that has one."""
        zones = [self.user.timezone, self.place.timezone if self.place else None]
        zones += [group.timezone for group in self.groups]
        return next((zone for zone in zones if zone), None)

    @property
    def has_no_calendar(self) -> bool:
        """Whether the calendar that they name is not there."""
        return self.calendar is not None and self.calendar not in self.desk.hours

    def is_open(self, at: datetime) -> bool:
        """Whether their calendar is open; all are floating, in UTC where no zone is known."""
        if self.has_no_calendar:
            return False
        if self.calendar is None:
            return True
        local = at.astimezone(ZoneInfo(self.zone or "UTC"))
        hour = local.hour + local.minute / 60
        return any(start <= hour < end for start, end in self.desk.hours[self.calendar].get(local.weekday(), ()))

    def open_minutes(self, until: datetime) -> int:
        """How many minutes from now to then are open."""
        count, at = 0, self.desk.now
        while at < until:
            count += self.is_open(at)
            at += MINUTE
        return count

    def midnight(self) -> datetime:
        """The end of their day."""
        local = self.desk.now.astimezone(ZoneInfo(self.zone or "UTC"))
        tomorrow = (local + DAY).date()
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=local.tzinfo).astimezone(UTC)

    def measure(self, criterion: Any) -> Any:
        """What a criterion measures; None for any number."""
        return getattr(self, f"measure_{criterion.kind}")(criterion.within or DAY)

    def measure_skills(self, _: timedelta) -> int:
        """How many of the case's skills they have well enough."""
        needed = needs(self.desk.facts)
        return len([skill for skill in needed if self.skills.get(skill, 0) >= needed[skill]])

    def measure_skill_levels(self, _: timedelta) -> int:
        """Their levels in the case's skills."""
        return sum(self.skills[skill] for skill in needs(self.desk.facts) if skill in self.skills)

    def measure_on_schedule(self, _: timedelta) -> int:
        """Whether they work now."""
        return 1 if self.is_open(self.desk.now) else 0

    def measure_hours_today(self, _: timedelta) -> timedelta:
        """How long they work until midnight."""
        return self.open_minutes(self.midnight()) * MINUTE

    def measure_hours_ahead(self, ahead: timedelta) -> timedelta:
        """How long they work from now on."""
        return self.open_minutes(self.desk.now + ahead) * MINUTE

    def measure_workload(self, _: timedelta) -> int:
        """How many cases they have."""
        return self.cases

    def measure_capacity(self, _: timedelta) -> int | None:
        """How many more they can take."""
        return None if self.user.capacity is None else max(self.user.capacity - self.cases, 0)

    def measure_last_assigned(self, longest: timedelta) -> timedelta:
        """How long they have been spared."""
        return longest if self.last is None else sorted([timedelta(0), self.desk.now - self.last, longest])[1]

    def measure_language(self, _: timedelta) -> int:
        """Whether they speak the case's."""
        return int(self.desk.facts.language in self.user.languages)

    def measure_location(self, _: timedelta) -> int:
        """Whether they are at the case's."""
        asked = self.desk.facts.location
        return int(asked is not None and self.user.location == asked)

    def measure_country(self, _: timedelta) -> int:
        """Whether they are in the case's."""
        address, asked = self.place.address if self.place else None, self.desk.facts.country
        return int(address is not None and asked is not None and address.country == asked)

    def measure_timezone(self, _: timedelta) -> int:
        """Whether their clocks read what the case's do."""
        return int(self.same_clocks(self.desk.facts.timezone))

    def same_clocks(self, zone: str | None) -> bool:
        """Whether clocks there read what theirs do."""
        if zone is None or self.zone is None:
            return False
        here, there = (self.desk.now.astimezone(ZoneInfo(name)).replace(tzinfo=None) for name in (zone, self.zone))
        return here == there

    def lacks(self, needed: Mapping[str, int]) -> set[str]:
        """What is to say of skills that are needed."""
        held = {skill: self.skills.get(skill, 0) for skill in needed}
        return {"lacks_skill" for skill in needed if not held[skill]} | {
            "skill_too_low" for skill in needed if 0 < held[skill] < needed[skill]
        }

    def against(self) -> frozenset[str]:
        """The codes of all that is against the agent."""
        rule, user, own = self.desk.rule, self.user, {group.id for group in self.groups}
        codes = set() if user.active else {"inactive_user"}
        pools = [*self.desk.pools, *([rule.groups] if rule.groups else [])]
        if any(not own.intersection(pool) for pool in pools):
            codes.add("not_in_group")
        if rule.users and user.id not in rule.users:
            codes.add("not_listed")
        if "on_duty" in rule.requires:
            rotas = [rota for rota in self.desk.rotas if all(rota.group in pool for pool in pools)]
            if user.id not in {on_duty(rota, self.desk.now) for rota in rotas}:
                codes.add("not_on_duty")
        codes |= self.lacks({one.skill: one.level for one in rule.skills})
        codes |= self.unmet(rule.requires)
        for criterion in rule.criteria:
            codes |= self.beyond(criterion)
        return frozenset(codes)

    def unmet(self, requires: Iterable[str]) -> set[str]:
        """The codes of requirements that are not met."""
        codes: set[str] = set()
        if "skills" in requires:
            codes |= self.lacks(needs(self.desk.facts))
        if "on_schedule" in requires and not self.is_open(self.desk.now):
            codes.add("unknown_calendar" if self.has_no_calendar else "off_schedule")
        if "capacity" in requires and self.user.capacity is not None and self.cases >= self.user.capacity:
            codes.add("no_capacity_left")
        for kind in ("language", "location", "country", "timezone"):
            if kind in requires and not self.measure(Kind(kind)):
                codes.add(f"other_{kind}")
        return codes

    def beyond(self, criterion: Any) -> set[str]:
        """The code of a threshold that drops the agent."""
        bound = criterion.threshold_time if criterion.kind in TIMED else criterion.threshold
        if bound is None:
            return set()
        measured, less = self.measure(criterion), is_less(criterion)
        if measured is None:
            return {"above_threshold"} if less else set()
        if less:
            return {"above_threshold"} if measured > bound else set()
        return {"below_threshold"} if measured < bound else set()


class Kind(NamedTuple):
    """A criterion that has nothing but a kind."""

    kind: str
    within: None = None


def needs(facts: Any) -> dict[str, int]:
    """The skills that the case needs."""
    needed = {one.skill: one.level for one in facts.skills}
    for skill in facts.model_skills:
        needed.setdefault(skill, 1)
    return needed


def is_less(criterion: Any) -> bool:
    """Which way a criterion is read."""
    if criterion.less_is_better is not None:
        return bool(criterion.less_is_better)
    return bool(criterion.kind == "workload")


def on_duty(rota: Any, now: datetime) -> str | None:
    """Who is on duty: turns begin at the handover, here always in UTC."""
    hour, minute = map(int, rota.handover.split(":"))
    begins = datetime(rota.starts_on.year, rota.starts_on.month, rota.starts_on.day, hour, minute, tzinfo=UTC)
    if now < begins:
        return None
    user = rota.users[((now - begins) // timedelta(days=rota.days)) % len(rota.users)]
    return str(user)


def answer(desk: Desk) -> Result:
    """The answer by the rules as written."""
    sheets = [Sheet(user, desk) for user in desk.users]
    against = {sheet.user.id: sheet.against() for sheet in sheets}
    fitting = [sheet for sheet in sheets if not against[sheet.user.id]]
    scores = {sheet.user.id: score(sheet, fitting, desk.rule.criteria) for sheet in fitting}
    never = datetime(1, 1, 1, tzinfo=UTC)
    order = sorted(fitting, key=lambda sheet: (-scores[sheet.user.id], sheet.last or never, sheet.user.id))
    ranked = tuple((sheet.user.id, scores[sheet.user.id]) for sheet in order)
    dropped = {user: codes for user, codes in against.items() if codes}
    return Result(ranked[0][0] if ranked else None, ranked, dropped)


def score(sheet: Sheet, fitting: Iterable[Sheet], criteria: Iterable[Any]) -> Fraction:
    """The weighted mean of what the criteria say of an agent among those who fit."""
    total, weights = Fraction(0), 0
    for criterion in criteria:
        sizes = [other.measure(criterion) for other in fitting]
        most = most_of(sizes)
        own = sheet.measure(criterion)
        part = Fraction(0) if not most else Fraction(in_units(most if own is None else own), in_units(most))
        total += criterion.weight * (1 - part if is_less(criterion) else part)
        weights += criterion.weight
    return total / weights if weights else Fraction(0)


def most_of(sizes: list[Any]) -> Any:
    """The most that anybody has; where somebody has any number, at least one."""
    known = [size for size in sizes if size is not None]
    return max(known) if len(known) == len(sizes) else max([1, *known])


def in_units(size: Any) -> int:
    """A count, or microseconds."""
    return int(size / timedelta(microseconds=1)) if isinstance(size, timedelta) else int(size)
