"""The best of all who fit: two walks over the piles of a roster, in whole numbers.

The first walk finds who fits, and the most that any of them has of everything that is measured; the second the highest
score, of which all parts have one denominator. Of a pile only one can be the best, and of a profile that cannot reach
the best so far none, so no others are looked at.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import lcm
from typing import NamedTuple, TypeAlias

from csmcore.model import Criterion, CriterionKind, UserId
from csmcore.rules.assignment.profiles import Desk, Profile
from csmcore.rules.assignment.roster import Pile, Piles
from csmcore.rules.assignment.search import NO_BOUND, Search, left_of

__all__ = ["Best", "Scale", "best"]


class Best(NamedTuple):
    """The one to choose, if there is one, and how many fit."""

    user: UserId | None
    fitting: int


_Stack: TypeAlias = tuple[int, int, Pile, int, int]
"""What fits of a pile: how many cases its agents have, how many more they can take, it itself, from where, to where."""


class _File(NamedTuple):
    """What fits of one profile's piles, and what is measured of all who share it."""

    common: list[int]
    stacks: list[_Stack]


class Axis(NamedTuple):
    """What one of a measure counts, the most there is of it, and the highest that it can come to."""

    factor: int
    most: int
    highest: int


class Scale(NamedTuple):
    """How scores are computed: an axis for each criterion, and what everybody has to begin with.

    Scores are whole numbers: what they come to, times one denominator.
    """

    axes: tuple[Axis, ...]
    begin: int

    @classmethod
    def of(cls, criteria: Sequence[Criterion], most: Sequence[int]) -> "Scale":
        """What is better counts its part of the most, what is worse takes as much from a full score."""
        whole = lcm(*(size or 1 for size in most))
        signed = [-one.weight if one.is_less_better else one.weight for one in criteria]
        factors = [weight * (whole // (size or 1)) for weight, size in zip(signed, most, strict=True)]
        axes = (Axis(factor, size, max(factor * size, 0)) for factor, size in zip(factors, most, strict=True))
        return cls(tuple(axes), -whole * sum(weight for weight in signed if weight < 0))

    def settled(self, measured: Sequence[int]) -> list[int]:
        """What is measured, with the most where there is no bound."""
        return [axis.most if size == NO_BOUND else size for size, axis in zip(measured, self.axes, strict=True)]

    def score(self, measured: Iterable[int]) -> int:
        """The score of what is measured."""
        score = self.begin
        for axis, size in zip(self.axes, measured, strict=True):
            score += axis.factor * size
        return score


_NO_AXIS = Axis(0, 0, 0)


def best(search: Search) -> Best:
    """The best of those who fit; of equals the one who was not given a case for longest, then the lower id."""
    files = list(_fitting(search))
    if not files:
        return Best(None, 0)
    scale = Scale.of(search.criteria, _most(search, files))
    kinds: tuple[CriterionKind, ...] = ("workload", "capacity", "last_assigned")
    busy, free, oldest = (scale.axes[search.place[kind]] if kind in search.place else _NO_AXIS for kind in kinds)
    reachable = busy.highest + free.highest + oldest.highest
    winner: tuple[int, int, UserId] = (1, 0, UserId(""))  # no score is below 0
    for common, stacks in files:
        begin = scale.score(common)
        if begin + reachable < -winner[0]:
            continue
        for load, left, pile, start, stop in stacks:
            last, user = pile[_top(search, pile, start, stop) if oldest.factor < 0 else start]
            score = begin + busy.factor * load + free.factor * (free.most if left == NO_BOUND else left)
            if oldest.factor:
                score += oldest.factor * search.age(last)
            winner = min(winner, (-score, last, user))
    return Best(winner[2], sum([stop - start for file in files for _, _, _, start, stop in file.stacks]))


def _fitting(search: Search) -> Iterator[_File]:
    """What fits of every profile's piles."""
    bound = None if search.last is None else search.last.bound
    rooms: dict[int | None, dict[int, int | None]] = {}
    desks: dict[int, list[int] | None] = {}
    for profile, piles in _files(search):
        of_desk = _of_desk(search, profile.desk, desks)
        if of_desk is not None and not (search.limits_skills and any(search.against_skills(profile))):
            stacks: list[_Stack] = []
            known = rooms.setdefault(profile.capacity, {})
            for load, pile in piles.items():
                if load not in known:
                    fits = not any(search.against_load(profile, load))
                    known[load] = left_of(profile.capacity, load) if fits else None
                left = known[load]
                if left is not None:
                    start, stop = (0, len(pile)) if bound is None else _span(search, pile, bound)
                    if start < stop:
                        stacks.append((load, left, pile, start, stop))
            if stacks:
                yield _File(search.of_profile(of_desk, profile), stacks)


def _of_desk(search: Search, desk: Desk, known: dict[int, list[int] | None]) -> list[int] | None:
    """What is measured of a desk, found out once; None where something stands in its way."""
    key = id(desk)
    if key not in known:
        known[key] = None if any(search.against_desk(desk)) else search.of_desk(desk)
    return known[key]


def _files(search: Search) -> Iterable[tuple[Profile, Piles]]:
    """The profiles that may fit, with their piles."""
    roster = search.roster
    if search.listed is not None:
        return _handful(search, search.listed)
    found = [frozenset[int]().union(*(roster.by_group.get(group, ()) for group in pool)) for pool in search.pools]
    found += [roster.by_skill.get(skill, frozenset()) for skill in search.mandatory]
    if not found:
        return zip(roster.profiles, roster.piles, strict=True)
    first, *others = sorted(found, key=len)
    return ((roster.profiles[number], roster.piles[number]) for number in first.intersection(*others))


def _handful(search: Search, users: frozenset[UserId]) -> Iterator[tuple[Profile, Piles]]:
    """These users alone, piled anew."""
    files: defaultdict[int, defaultdict[int, list[tuple[int, UserId]]]] = defaultdict(lambda: defaultdict(list))
    for user in users:
        agent = search.roster.agent(user)
        if agent is not None:
            files[agent.number][agent.load.assigned].append(agent.entry)
    for number, piles in files.items():
        yield search.roster.profiles[number], {load: tuple(sorted(pile)) for load, pile in piles.items()}


def _span(search: Search, pile: Pile, bound: int) -> tuple[int, int]:
    """The part of a pile that a threshold of the last assignment leaves: its bottom if less is better, else its top."""
    if search.last is not None and search.last.is_less_better:
        return (0 if bound >= search.reach else bisect_left(pile, (max(search.now - bound, 0),))), len(pile)
    if bound > search.reach:
        return 0, 0
    return 0, bisect_left(pile, (max(search.now - bound + 1, 0),)) if bound else len(pile)


def _top(search: Search, pile: Pile, start: int, stop: int) -> int:
    """The place of the first of those in a pile who were given a case most recently, where that is better."""
    age = search.age(pile[stop - 1][0])
    return start if age == search.reach else bisect_left(pile, (search.now - age,), start, stop)


def _most(search: Search, files: Sequence[_File]) -> list[int]:
    """The most of each measure that any who fits has; of room at least one where somebody has no bound."""
    most = [max(sizes) for sizes in zip(*(file.common for file in files), strict=True)]
    place = search.place
    if "workload" in place:
        most[place["workload"]] = max([load for file in files for load, _, _, _, _ in file.stacks])
    if "capacity" in place:
        lefts = {left for file in files for _, left, _, _, _ in file.stacks}
        most[place["capacity"]] = max(*lefts, 1) if NO_BOUND in lefts else max(lefts)
    if "last_assigned" in place:
        oldest = min([pile[start][0] for file in files for _, _, pile, start, _ in file.stacks])
        most[place["last_assigned"]] = search.age(oldest)
    return most
