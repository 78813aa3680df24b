"""The laws of assignment, for every roster and all rules; and the answers of an oracle that shares no code."""

from datetime import timedelta
from random import Random
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from csmcore.model import (
    AgentLoad,
    Assignment,
    AssignmentFacts,
    AssignmentPolicy,
    AssignmentRule,
    CaseId,
    Criterion,
    MatchingRule,
    Queue,
    SpillOver,
    User,
    UserId,
    WaitingCase,
)
from csmcore.rules import Roster, assign, assign_waiting, compile_assignment, next_case_for
from tests.oracle.assignment import Desk, Result, answer
from tests.property.assignment_worlds import CALENDARS, NOW, plan_of, random_desk, roster_of
from tests.unit.lifecycle.cast import made

WORLDS = 1_000

desks = st.randoms(use_true_random=False).map(random_desk)


def assigned(desk: Desk, roster: Roster | None = None) -> Assignment:
    """The rule's answer."""
    return assign({}, desk.facts, roster_of(desk) if roster is None else roster, plan_of(desk), desk.now)


def summary(found: Assignment) -> Result:
    """An answer in the oracle's terms."""
    ranked = tuple((agent.user, agent.total) for agent in found.ranking.agents)
    dropped: dict[str, frozenset[str]] = {
        one.user: frozenset(reason.code for reason in one.reasons) for one in found.ranking.dropped
    }
    return Result(found.user, ranked, dropped)


def fitting(found: Assignment) -> set[str]:
    """Who fits."""
    return {agent.user for agent in found.ranking.agents}


def test_the_rule_agrees_with_the_oracle() -> None:
    """On random desks the choice, all scores to the last digit, the order and all reasons are the oracle's."""
    mismatches, codes, choices, ties = [], set[str](), 0, 0
    for seed in range(WORLDS):
        desk = random_desk(Random(seed))
        found = assigned(desk)
        ours, theirs = summary(found), answer(desk)
        choices += ours.chosen is not None
        ties += len({score for _, score in ours.ranked}) < len(ours.ranked)
        codes |= {code for each in ours.dropped.values() for code in each}
        if ours != theirs or found.eligible != len(ours.ranked):
            mismatches.append((seed, ours, theirs))
    assert mismatches[:3] == []
    assert WORLDS / 4 < choices < WORLDS
    assert ties > WORLDS / 10
    assert len(codes) == 15


@given(desks, st.randoms(use_true_random=False))
def test_the_order_of_lists_changes_nothing(desk: Desk, rng: Random) -> None:
    """Law of order: shuffled users, groups, loads, criteria and skills give the same choice and ranking."""
    lists: dict[str, Any] = {
        name: list(getattr(desk, name)) for name in ("users", "groups", "loads", "locations", "rotas")
    }
    for values in lists.values():
        rng.shuffle(values)
    for name, values in lists.items():
        lists[name] = tuple(values)
    shuffled = desk._replace(**lists)
    assert assigned(shuffled) == assigned(desk)
    assert assigned(shuffled).ranking == assigned(desk).ranking


@given(desks)
def test_the_first_of_the_ranking_is_chosen(desk: Desk) -> None:
    """The choice by piles is the first of the ranking by agents, and every agent is ranked or dropped with reasons."""
    found = assigned(desk)
    first = found.ranking.agents[0].user if found.ranking.agents else None
    assert found.user == first
    assert len(found.ranking.agents) == found.eligible
    assert found.eligible + len(found.ranking.dropped) == found.considered == len(desk.users)
    assert all(agent.reasons for agent in found.ranking.agents[1:])
    assert all(one.reasons for one in found.ranking.dropped)


def without(desk: Desk, user: UserId) -> Desk:
    """The same desk, one agent fewer."""
    left = tuple(one for one in desk.users if one.id != user)
    return desk._replace(users=left, loads=tuple(load for load in desk.loads if load.user != user))


@given(desks)
def test_without_a_loser_the_same_one_wins(desk: Desk) -> None:
    """Law of losers: it holds where of each measure somebody else who fits has the most too."""
    found = assigned(desk)
    for loser in found.ranking.agents[1:]:
        others = [agent for agent in found.ranking.agents if agent is not loser]
        if all(score.most == max(one.scores[at].measured for one in others) for at, score in enumerate(loser.scores)):
            assert assigned(without(desk, loser.user)).user == found.user


@given(desks)
def test_those_who_are_dropped_do_not_count(desk: Desk) -> None:
    """Without an agent who is dropped all others have the same scores."""
    found = assigned(desk)
    for gone in found.ranking.dropped:
        assert assigned(without(desk, gone.user)).ranking.agents == found.ranking.agents


@given(desks, st.randoms(use_true_random=False))
def test_asking_for_more_never_finds_more(desk: Desk, rng: Random) -> None:
    """Law of bounds: a further requirement, skill, level or group, or a stricter threshold only drops agents."""
    rule = desk.rule
    kind = rng.choice(("language", "skills", "capacity", "on_schedule"))
    stricter = [
        attrs.evolve(rule, requires=rule.requires | {kind}),
        attrs.evolve(rule, skills=tuple(attrs.evolve(one, level=one.level + 1) for one in rule.skills)),
        attrs.evolve(rule, criteria=tuple(map(raised, rule.criteria))),
    ]
    before = fitting(assigned(desk))
    for each in stricter:
        assert fitting(assigned(desk._replace(rule=each))) <= before
    assert fitting(assigned(desk._replace(pools=(("tier-1",),)))) <= before


def raised(criterion: Criterion) -> Criterion:
    """The criterion with a stricter threshold, where it has one that can be."""
    step = -1 if criterion.is_less_better else 1
    if criterion.threshold is not None:
        return attrs.evolve(criterion, threshold=max(criterion.threshold + step, 0))
    if criterion.threshold_time is not None:
        time = criterion.threshold_time + step * timedelta(hours=1)
        return attrs.evolve(criterion, threshold_time=max(time, timedelta(0)))
    return criterion


@given(desks, st.randoms(use_true_random=False))
def test_a_roster_that_was_kept_up_is_one_that_is_made_anew(desk: Desk, rng: Random) -> None:
    """Law of change: whatever loads and users change, and in whatever order, the answers are those of a new roster."""
    roster = roster_of(desk._replace(loads=(), users=desk.users[: len(desk.users) // 2]))
    steps = [*desk.users, *desk.users]
    rng.shuffle(steps)
    other = {user.id: attrs.evolve(user, capacity=rng.choice((1, None)), groups=()) for user in desk.users}
    for user in steps:
        roster = roster.with_user(rng.choice((user, other[user.id])))
        load = made(AgentLoad, user=user.id, assigned=rng.randint(0, 3), last_assigned_at=desk.now)
        roster = roster.with_load(load)
    for user in desk.users:
        roster = roster.with_user(user)
        load = next((load for load in desk.loads if load.user == user.id), AgentLoad(user=user.id))
        roster = roster.with_load(load)
    assert len(roster) == len(desk.users)
    assert assigned(desk, roster) == assigned(desk)
    assert assigned(desk, roster).ranking == assigned(desk).ranking


@given(desks)
def test_another_roster_leaves_the_first_as_it_was(desk: Desk) -> None:
    """A changed roster is another one."""
    roster = roster_of(desk)
    before = assigned(desk, roster).ranking
    for user in desk.users:
        roster.with_load(made(AgentLoad, user=user.id, assigned=99, last_assigned_at=desk.now))
        roster.with_user(attrs.evolve(user, active=not user.active))
    assert assigned(desk, roster).ranking == before


criteria = st.lists(
    st.sampled_from(("skills", "workload", "capacity", "last_assigned", "on_schedule")), unique=True, max_size=3
)


@given(st.integers(1, 8), criteria, st.integers(1, 4))
def test_equal_agents_are_given_cases_in_turn(count: int, kinds: list[str], rounds: int) -> None:
    """Law of fairness: of equal agents nobody gets a second case before all have one, round after round."""
    rule = made(MatchingRule, id="match", criteria=tuple(made(Criterion, kind=kind) for kind in kinds))
    plan = compile_assignment(AssignmentPolicy(rules=(AssignmentRule(id="one", matching="match"),), matching=(rule,)))
    roster = Roster.of([made(User, id=f"u{number}", name="U", capacity=100) for number in range(count)])
    turns = []
    for case in range(count * rounds):
        now = NOW + timedelta(minutes=case)
        chosen = assign({}, AssignmentFacts(), roster, plan, now).user
        assert chosen is not None
        turns.append(chosen)
        agent = roster.agent(chosen)
        assert agent is not None
        roster = roster.with_load(AgentLoad(user=chosen, assigned=agent.load.assigned + 1, last_assigned_at=now))
    first = turns[:count]
    assert sorted(first) == sorted(f"u{number}" for number in range(count))
    assert turns == first * rounds


def queue_plan(rng: Random) -> tuple[Queue, WaitingCase]:
    """A queue with spill-overs, and a case that waits in it."""
    spills = tuple(
        made(
            SpillOver,
            after=timedelta(hours=hours),
            groups=("tier-2",) if rng.random() < 0.5 else (),
            levels=rng.randint(1, 2),
            drops=("pumps",) if rng.random() < 0.3 else (),
        )
        for hours in (1, 3)
    )
    queue = made(Queue, id="q", groups=("tier-1",), calendar=rng.choice((None, "days")), spills=spills)
    desk = random_desk(rng)
    return queue, WaitingCase(id=CaseId("c"), record={}, since=NOW, facts=desk.facts)


@given(desks, st.randoms(use_true_random=False), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=200)
def test_waiting_never_loses_an_agent(desk: Desk, rng: Random, hours: int, more: int) -> None:
    """Law of waiting: whoever may take a case may take it however much longer it has waited."""
    queue, case = queue_plan(rng)
    plan = compile_assignment(AssignmentPolicy(queues=(queue,)), CALENDARS)
    roster = roster_of(desk)
    at = NOW + timedelta(days=3)
    short, long = (
        fitting(assign_waiting(attrs.evolve(case, since=at - timedelta(hours=wait)), roster, plan, at))
        for wait in (hours, hours + more)
    )
    assert short <= long


@given(desks, st.randoms(use_true_random=False))
def test_an_agent_is_offered_what_they_could_be_given(desk: Desk, rng: Random) -> None:
    """Pulling agrees with pushing: the next case is the first, by urgency, of those whose ranking has the agent."""
    queue, case = queue_plan(rng)
    plan = compile_assignment(AssignmentPolicy(queues=(queue,)), CALENDARS)
    roster = roster_of(desk)
    waiting = [
        attrs.evolve(
            case,
            id=CaseId(f"c{number}"),
            record={"priority": rng.randint(1, 3)} if rng.random() < 0.8 else {},
            since=desk.now - timedelta(hours=rng.randint(0, 5)),
            facts=made(AssignmentFacts, model_skills=rng.choice(((), ("pumps",), ("rockets",)))),
        )
        for number in range(5)
    ]
    rng.shuffle(waiting)
    by_urgency = sorted(waiting, key=lambda one: (one.record.get("priority", 9), one.since, one.id))
    for user in desk.users:
        found = next_case_for(user.id, waiting, roster, plan, desk.now)
        fits = [one.id for one in by_urgency if user.id in fitting(assign_waiting(one, roster, plan, desk.now))]
        assert found.case == (fits[0] if fits else None)
        assert all(skipped.reasons for skipped in found.skipped)
    assert next_case_for(UserId("nobody"), waiting, roster, plan, desk.now).case is None
