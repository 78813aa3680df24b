"""The agents there are and how busy they are, filed so that one decision looks at few of them.

Agents of one profile and one load differ only in when they were last given a case. So they lie in one pile, the next
one on top, and a decision looks at the top of each pile. The roster never changes; another one with one agent changed
shares all other piles with it.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, TypeVar

import attrs

from csmcore.calendars import Calendar
from csmcore.errors import InvalidValue, NotFound, shown
from csmcore.model import AgentLoad, Group, GroupId, Location, Rota, SkillId, User, UserId, frozen
from csmcore.rules.agreements.persistent_map import PersistentMap
from csmcore.rules.assignment.profiles import Profile, Surroundings

__all__ = ["NEVER", "Agent", "Pile", "Piles", "Roster", "microseconds"]

Pile: TypeAlias = tuple[tuple[int, UserId], ...]
"""When each was last given a case, in microseconds since 1970, and who: the one to be given the next first."""

Piles: TypeAlias = Mapping[int, Pile]
"""The agents of one profile by how many cases they have."""

NEVER = -1  # before all instants there are

_Key = TypeVar("_Key")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_PILES: Piles = frozen({})
_NO_CALENDARS: Mapping[str, Calendar] = MappingProxyType({})


def microseconds(instant: datetime | None) -> int:
    """An instant as piles have it."""
    return NEVER if instant is None else (instant - _EPOCH) // _MICROSECOND


class Agent(NamedTuple):
    """A user of a roster, the number of their profile, and how busy they are."""

    user: User
    number: int
    load: AgentLoad

    @property
    def entry(self) -> tuple[int, UserId]:
        """What lies in a pile for them."""
        return microseconds(self.load.last_assigned_at), self.user.id


@attrs.frozen(eq=False)
class Roster:
    """Users, how busy they are, and what they name: made once by `of`, and kept up by `with_load` and `with_user`."""

    profiles: tuple[Profile, ...]
    piles: tuple[Piles, ...]
    by_group: Mapping[GroupId, frozenset[int]] = attrs.field(repr=False)
    by_skill: Mapping[SkillId, frozenset[int]] = attrs.field(repr=False)
    rotas: tuple[Rota, ...]
    _surroundings: Surroundings = attrs.field(repr=False)
    _numbers: PersistentMap[Profile, int] = attrs.field(repr=False)
    _agents: PersistentMap[UserId, Agent] = attrs.field(repr=False)

    @classmethod
    def of(  # noqa: PLR0913 - each is a kind of fact, and most may be left out
        cls,
        users: Iterable[User],
        groups: Iterable[Group] = (),
        loads: Iterable[AgentLoad] = (),
        *,
        calendars: Mapping[str, Calendar] = _NO_CALENDARS,
        locations: Iterable[Location] = (),
        rotas: Iterable[Rota] = (),
    ) -> "Roster":
        """A roster of these users; who has no load has no cases. ``calendars`` are the policy's.

        What a user names and is not given counts for nothing: groups, locations; a calendar that is missing is never
        open. Raises InvalidValue where two have one id, NotFound for the load of nobody.
        """
        surroundings = Surroundings.of(groups, locations, calendars)
        known = _loads(loads)
        numbers: dict[Profile, int] = {}
        files: list[defaultdict[int, list[tuple[int, UserId]]]] = []
        agents: dict[UserId, Agent] = {}
        for user in users:
            if user.id in agents:
                raise InvalidValue("users", f"{shown(user.id)} is given twice", "give each once")
            number = numbers.setdefault(surroundings.profile(user), len(numbers))
            if number == len(files):
                files.append(defaultdict(list))
            load = known.pop(user.id, None)
            agent = agents[user.id] = Agent(user, number, load or AgentLoad(user=user.id))
            files[number][agent.load.assigned].append(agent.entry)
        if known:
            raise NotFound("user", next(iter(known)))
        return cls(
            tuple(numbers),
            tuple({load: tuple(sorted(pile)) for load, pile in file.items()} for file in files),
            _numbered((group, number) for profile, number in numbers.items() for group in profile.desk.groups),
            _numbered((skill, number) for profile, number in numbers.items() for skill in profile.levels),
            tuple(rotas),
            surroundings,
            PersistentMap(numbers),
            PersistentMap(agents),
        )

    def __len__(self) -> int:
        """How many users there are, active or not."""
        return len(self._agents)

    def agent(self, user: UserId) -> Agent | None:
        """The user as the roster has them."""
        return self._agents.get(user)

    def agents(self) -> Iterator[Agent]:
        """All of them, in no order that means anything."""
        return self._agents.values()

    def group(self, group: GroupId) -> Group | None:
        """The group of that id."""
        return self._surroundings.groups.get(group)

    def with_load(self, load: AgentLoad) -> "Roster":
        """The roster after the load of one of its users changed. Raises NotFound."""
        agent = self._agents.get(load.user)
        if agent is None:
            raise NotFound("user", load.user)
        changed = agent._replace(load=load)
        piles = list(self.piles)
        piles[agent.number] = _put(_taken(piles[agent.number], agent), changed)
        return attrs.evolve(self, piles=tuple(piles), agents=self._agents.changed({load.user: changed}))

    def with_user(self, user: User) -> "Roster":
        """The roster with a user in the place of the one with their id, whose load they have; or with one more."""
        before = self._agents.get(user.id)
        profile = self._surroundings.profile(user)
        found = self._numbers.get(profile)
        number = len(self.profiles) if found is None else found
        agent = Agent(user, number, before.load if before else AgentLoad(user=user.id))
        piles = [*self.piles, *([_NO_PILES] if found is None else [])]
        if before is not None:
            piles[before.number] = _taken(piles[before.number], before)
        piles[number] = _put(piles[number], agent)
        roster = attrs.evolve(self, piles=tuple(piles), agents=self._agents.changed({user.id: agent}))
        if found is not None:
            return roster
        return attrs.evolve(
            roster,
            profiles=(*self.profiles, profile),
            by_group=_more(self.by_group, profile.desk.groups, number),
            by_skill=_more(self.by_skill, profile.levels, number),
            numbers=self._numbers.changed({profile: number}),
        )


def _loads(loads: Iterable[AgentLoad]) -> dict[UserId, AgentLoad]:
    known: dict[UserId, AgentLoad] = {}
    for load in loads:
        if known.setdefault(load.user, load) is not load:
            raise InvalidValue("loads", f"{shown(load.user)} is given twice", "give each once")
    return known


def _numbered(pairs: Iterable[tuple[_Key, int]]) -> Mapping[_Key, frozenset[int]]:
    """The numbers of the profiles that have something, by what they have."""
    found: defaultdict[_Key, set[int]] = defaultdict(set)
    for key, number in pairs:
        found[key].add(number)
    return frozen({key: frozenset(numbers) for key, numbers in found.items()})


def _more(numbers: Mapping[_Key, frozenset[int]], keys: Iterable[_Key], number: int) -> Mapping[_Key, frozenset[int]]:
    """The same with a profile more that has these."""
    return frozen({**numbers, **{key: numbers.get(key, frozenset()) | {number} for key in keys}})


def _taken(piles: Piles, agent: Agent) -> Piles:
    """The piles without an agent who is in them."""
    pile = piles[agent.load.assigned]
    index = bisect_left(pile, agent.entry)
    left = pile[:index] + pile[index + 1 :]
    kept = {load: pile for load, pile in piles.items() if load != agent.load.assigned}
    return {**kept, agent.load.assigned: left} if left else kept


def _put(piles: Piles, agent: Agent) -> Piles:
    """The piles with an agent more."""
    pile = list(piles.get(agent.load.assigned, ()))
    insort(pile, agent.entry)
    return {**piles, agent.load.assigned: tuple(pile)}
