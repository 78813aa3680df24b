"""One search for an agent: whom a matching rule looks at for a case, what is measured of them, what they lack."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from itertools import chain
from types import MappingProxyType

import attrs

from csmcore.model import Criterion, GroupId, MatchingRule, Requirement, SkillId, UserId
from csmcore.rules.assignment.measuring import (
    BY_DESK,
    BY_SKILLS,
    REQUIRED,
    Asked,
    Obstacle,
    missing_skills,
    over_threshold,
)
from csmcore.rules.assignment.profiles import Desk, Profile
from csmcore.rules.assignment.roster import NEVER, Agent, Roster, microseconds
from csmcore.rules.customers.rotas import on_duty

__all__ = ["NO_BOUND", "Search", "left_of"]

NO_BOUND = -1
"""How many more cases those can take who may have any number: it stands for the most that any other can."""

_BOUNDLESS = 1_000_000_000  # what thresholds take it for: there is no higher one
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_NO_SKILLS: Mapping[SkillId, int] = MappingProxyType({})


def left_of(capacity: int | None, load: int) -> int:
    """How many more cases an agent can take."""
    return NO_BOUND if capacity is None else max(capacity - load, 0)


@attrs.frozen(slots=False, eq=False)
class Search:
    """A search in a roster for what a case asks, by a matching rule, within further bounds.

    An agent must be of a group of each of the ``pools``, meet all that is ``required`` and have the ``skills``,
    whatever the case asks.
    """

    roster: Roster
    asked: Asked
    rule: MatchingRule
    pools: tuple[frozenset[GroupId], ...]
    required: frozenset[Requirement]
    skills: Mapping[SkillId, int]

    @classmethod
    def by(  # noqa: PLR0913 - what is searched, and what narrows it
        cls,
        rule: MatchingRule,
        roster: Roster,
        asked: Asked,
        *,
        pools: Iterable[frozenset[GroupId]] = (),
        required: frozenset[Requirement] = frozenset(),
        skills: Mapping[SkillId, int] = _NO_SKILLS,
    ) -> "Search":
        """A search by a rule, narrowed further."""
        own = [frozenset(rule.groups)] if rule.groups else []
        needed = {one.skill: one.level for one in rule.skills}
        for skill, level in skills.items():
            needed[skill] = max(level, needed.get(skill, 0))
        return cls(roster, asked, rule, (*pools, *own), rule.requires | required, needed)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What is measured."""
        return self.rule.criteria

    @cached_property
    def mandatory(self) -> frozenset[SkillId]:
        """The skills without which nobody fits."""
        asked = self.asked.needed if "skills" in self.required else _NO_SKILLS
        return frozenset(self.skills) | frozenset(asked)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where each kind of criterion stands among them."""
        return {criterion.kind: index for index, criterion in enumerate(self.criteria)}

    @cached_property
    def by_load(self) -> tuple[tuple[int, Criterion], ...]:
        """The criteria that look at how many cases an agent has, with their places."""
        return tuple((index, one) for index, one in enumerate(self.criteria) if one.kind in {"workload", "capacity"})

    @cached_property
    def last(self) -> Criterion | None:
        """The criterion that looks at when an agent was last given a case."""
        index = self.place.get("last_assigned")
        return None if index is None else self.criteria[index]

    @cached_property
    def reach(self) -> int:
        """How far back that looks, in microseconds."""
        within = self.last.within if self.last else None
        return (_DAY if within is None else within) // _MICROSECOND

    @cached_property
    def now(self) -> int:
        """The instant, as piles have it."""
        return microseconds(self.asked.now)

    @cached_property
    def on_duty(self) -> frozenset[UserId] | None:
        """Whom the rotas of the pools' groups have on duty now; None where that is not asked."""
        if "on_duty" not in self.required:
            return None
        rotas = [rota for rota in self.roster.rotas if all(rota.group in pool for pool in self.pools)]
        turns = (on_duty(rota, self.asked.now) for rota in rotas)
        return frozenset(turn.user for turn in turns if turn is not None)

    @cached_property
    def listed(self) -> frozenset[UserId] | None:
        """The only users that come into question, where these are known by their ids."""
        named = frozenset(self.rule.users) if self.rule.users else None
        if named is None or self.on_duty is None:
            return self.on_duty if named is None else named
        return named & self.on_duty

    # What is measured.

    @cached_property
    def by_skills(self) -> tuple[tuple[int, Criterion], ...]:
        """The criteria that look at an agent's skills, with their places."""
        return tuple((index, one) for index, one in enumerate(self.criteria) if one.kind in BY_SKILLS)

    @cached_property
    def limits_skills(self) -> bool:
        """Whether it matters to who fits what they can do."""
        return bool(self.mandatory) or any(one.bound is not None for _, one in self.by_skills)

    def of_desk(self, desk: Desk) -> list[int]:
        """What is measured of all who share a desk; 0 in the place of what differs among them."""
        measures = ((BY_DESK.get(criterion.kind), criterion) for criterion in self.criteria)
        return [measure(desk, self.asked, criterion) if measure else 0 for measure, criterion in measures]

    def of_profile(self, of_desk: list[int], profile: Profile) -> list[int]:
        """The same for those of them who share a profile."""
        measured = of_desk.copy()
        for index, criterion in self.by_skills:
            measured[index] = BY_SKILLS[criterion.kind](profile, self.asked, criterion)
        return measured

    def loaded(self, of_profile: list[int], profile: Profile, load: int) -> list[int]:
        """The same for those of them who have so many cases."""
        measured = of_profile.copy()
        for index, criterion in self.by_load:
            measured[index] = load if criterion.kind == "workload" else left_of(profile.capacity, load)
        return measured

    def age(self, last: int) -> int:
        """How long ago somebody was last given a case, as far back as that counts."""
        return self.reach if last == NEVER else min(max(self.now - last, 0), self.reach)

    # What stands in the way.

    def against_desk(self, desk: Desk) -> Iterator[Obstacle]:
        """What stands in the way of all who share a desk."""
        if not desk.active:
            yield "inactive_user", "", ""
        for pool in self.pools:
            if pool.isdisjoint(desk.groups):
                yield "not_in_group", " or ".join(sorted(pool)), ""
        for name, lacking in REQUIRED.items():
            if name in self.required:
                yield from lacking(desk, self.asked)
        for criterion in self.criteria:
            if criterion.bound is not None and criterion.kind in BY_DESK:
                yield from over_threshold(criterion, BY_DESK[criterion.kind](desk, self.asked, criterion))

    def against_skills(self, profile: Profile) -> Iterator[Obstacle]:
        """What stands in the way of those of them who can do the same."""
        yield from missing_skills(profile, self.skills)
        if "skills" in self.required:
            yield from missing_skills(profile, self.asked.needed)
        for _, criterion in self.by_skills:
            yield from over_threshold(criterion, BY_SKILLS[criterion.kind](profile, self.asked, criterion))

    def against_load(self, profile: Profile, load: int) -> Iterator[Obstacle]:
        """What stands in the way of those of them who have so many cases."""
        left = left_of(profile.capacity, load)
        if left == 0 and "capacity" in self.required:
            yield "no_capacity_left", str(load), str(profile.capacity)
        for _, criterion in self.by_load:
            room = _BOUNDLESS if left == NO_BOUND else left
            yield from over_threshold(criterion, load if criterion.kind == "workload" else room)

    def against_agent(self, user: UserId, last: int) -> Iterator[Obstacle]:
        """What stands in the way of one of these alone."""
        if self.rule.users and user not in self.rule.users:
            yield "not_listed", "", ""
        if self.on_duty is not None and user not in self.on_duty:
            yield "not_on_duty", "", ""
        if self.last is not None:
            yield from over_threshold(self.last, self.age(last))

    def against(self, agent: Agent) -> tuple[Obstacle, ...]:
        """All that stands in the way of an agent."""
        profile = self.roster.profiles[agent.number]
        last, user = agent.entry
        return tuple(
            dict.fromkeys(
                chain(
                    self.against_desk(profile.desk),
                    self.against_skills(profile),
                    self.against_load(profile, agent.load.assigned),
                    self.against_agent(user, last),
                )
            )
        )
