"""Every agent's part in an answer: the scores of those who fit, and all reasons against the others.

It goes through the agents one by one, so it is asked for only by those who want to read it. Who comes first is whom
`csmcore.rules.assignment.choosing` finds.
"""

from collections.abc import Callable, Sequence
from functools import cache

from csmcore.model import Criterion, DroppedAgent, RankedAgent, Ranking, Reason, Score
from csmcore.rules.assignment.choosing import Scale
from csmcore.rules.assignment.measuring import Obstacle, reason_of
from csmcore.rules.assignment.roster import Agent
from csmcore.rules.assignment.search import NO_BOUND, Search

__all__ = ["ranking_of"]


def ranking_of(search: Search) -> Ranking:
    """The ranking of all agents of a search's roster."""
    fitting: list[tuple[Agent, list[int]]] = []
    dropped: list[DroppedAgent] = []
    told = cache(reason_of)
    against = _remembering(search)
    for agent in search.roster.agents():
        obstacles = against(agent)
        if obstacles:
            dropped.append(DroppedAgent(agent.user.id, tuple(map(told, obstacles))))
        else:
            fitting.append((agent, _measured(search, agent)))
    return Ranking(_ranked(search.criteria, fitting), tuple(sorted(dropped, key=lambda one: one.user)))


def _remembering(search: Search) -> Callable[[Agent], tuple[Obstacle, ...]]:
    """What is against an agent; what they share with others is found out once."""
    profiles = search.roster.profiles
    shared = cache(
        lambda number: (*search.against_desk(profiles[number].desk), *search.against_skills(profiles[number]))
    )
    busy = cache(lambda number, load: tuple(search.against_load(profiles[number], load)))

    def against(agent: Agent) -> tuple[Obstacle, ...]:
        last, user = agent.entry
        found = (*shared(agent.number), *busy(agent.number, agent.load.assigned), *search.against_agent(user, last))
        return tuple(dict.fromkeys(found))

    return against


def _measured(search: Search, agent: Agent) -> list[int]:
    profile = search.roster.profiles[agent.number]
    of_profile = search.of_profile(search.of_desk(profile.desk), profile)
    measured = search.loaded(of_profile, profile, agent.load.assigned)
    oldest = search.place.get("last_assigned")
    if oldest is not None:
        measured[oldest] = search.age(agent.entry[0])
    return measured


def _ranked(criteria: Sequence[Criterion], fitting: Sequence[tuple[Agent, list[int]]]) -> tuple[RankedAgent, ...]:
    """Those who fit with their scores, the best first, and what puts each of the others after the best."""
    most = [_most(sizes) for sizes in zip(*(measured for _, measured in fitting), strict=True)]
    scale = Scale.of(criteria, most or [0] * len(criteria))
    scored = cache(lambda place, size: _score(criteria[place], size, scale.axes[place].most))
    rows = []
    for agent, measured in fitting:
        sizes = scale.settled(measured)
        rows.append(((-scale.score(sizes), *agent.entry), agent, tuple(map(scored, range(len(sizes)), sizes))))
    rows.sort(key=lambda row: row[0])
    ranked: list[RankedAgent] = []
    for key, agent, scores in rows:
        one = RankedAgent(
            user=agent.user.id,
            scores=scores,
            assigned=agent.load.assigned,
            last_assigned_at=agent.load.last_assigned_at,
        )
        ranked.append(_after(one, ranked[0], key, rows[0][0]) if ranked else one)
    return tuple(ranked)


def _most(sizes: Sequence[int]) -> int:
    return max(*sizes, 1) if NO_BOUND in sizes else max(sizes)


def _score(criterion: Criterion, size: int, most: int) -> Score:
    return Score(criterion=criterion, measured=size, most=most)


def _after(one: RankedAgent, first: RankedAgent, key: Sequence[object], best: Sequence[object]) -> RankedAgent:
    """The agent with what puts them after the best: the first place in which their keys differ."""
    place = next(place for place, own in enumerate(key) if own != best[place])
    code, field, text = _TIES[place]
    figures = {"best": f"{float(first.total):.3f}", "own": f"{float(one.total):.3f}", "first": first.user}
    return RankedAgent(
        user=one.user,
        scores=one.scores,
        assigned=one.assigned,
        last_assigned_at=one.last_assigned_at,
        reasons=(Reason(code, text.format(**figures), (field,)),),
    )


_TIES = (
    ("lower_score", "criteria", "{first} has the higher score: {best} against {own}"),
    ("assigned_later", "last_assigned_at", "{first} has the same score, and was not given a case for longer"),
    ("later_id", "id", "{first} has the same score, was given a case at the same time, and has the lower id"),
)
"""What each place of a key stands for: the code, the field and the words for whoever comes later by it."""
