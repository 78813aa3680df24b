"""Measure how agents are found: `python benchmarks/assignment.py [--quick] [--json FILE] [PART ...]`.

It prints figures and ratios beside their goals, and asserts nothing about seconds, which depend on the machine. It
asserts that the choice is the flat loop's and the first of the ranking.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from random import Random
from typing import Any

import attrs
from engines import Effort
from report import Goal, Line, Report, Section, measure_parts
from timing import affordable, race, seconds_of

from csmcore.calendars import BusinessCalendar
from csmcore.model import (
    AgentLoad,
    AssignmentFacts,
    AssignmentPolicy,
    AssignmentRule,
    Criterion,
    Group,
    GroupId,
    MatchingRule,
    Queue,
    SkillId,
    SkillLevel,
    User,
    UserId,
    WaitingCase,
)
from csmcore.rules import AssignmentPlan, Roster, assign, compile_assignment, next_case_for

__all__ = ["PARTS"]

USUAL = Effort(questions=10_000, rounds=15, builds=3)  # here: so many agents
QUICK = Effort(questions=500, rounds=3, seconds=0.05, builds=1)
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
A_DECISION = Goal(5, at_most=True)  # milliseconds
SKILLS = [SkillId(f"skill {number}") for number in range(20)]
GROUPS = [GroupId(f"group {number}") for number in range(12)]
KINDS: dict[str, int] = {"50 kinds of agents": 50, "200 kinds": 200, "1,000 kinds": 1_000, "each of a kind": 0}
DECISIONS = 20
CHANGES = 500
WAITING = 1_000

Decide = Callable[[Any, Any], object]


@attrs.frozen
class World:
    """Agents, how busy they are, and the case that asks."""

    users: Sequence[User]
    loads: dict[UserId, AgentLoad]
    roster: Roster
    facts: AssignmentFacts


def calendars() -> dict[str, BusinessCalendar]:
    """Six shifts, from Monday to Friday."""
    days = ("mon", "tue", "wed", "thu", "fri")
    return {
        f"shift {hour}": BusinessCalendar.from_mapping(
            {"timezone": "Europe/Berlin", "hours": {day: [f"{hour:02}:00-{hour + 8:02}:00"] for day in days}}
        )
        for hour in range(5, 11)
    }


def kind_of(rng: Random, shifts: Sequence[str]) -> dict[str, Any]:
    """What agents of one kind have in common."""
    skills = (SkillLevel(skill=skill, level=rng.randint(1, 5)) for skill in rng.sample(SKILLS, 5))
    return {
        "groups": tuple(rng.sample(GROUPS, 2)),
        "skills": tuple(skills),
        "languages": tuple(rng.sample(["de", "en", "fr"], 2)),
        "calendar": rng.choice(shifts),
        "capacity": rng.choice([8, 10, 12]),
    }


def world(count: int, kinds: int) -> World:
    """So many agents of so many kinds (0: each of their own), with up to 8 cases, the last one within two days."""
    rng = Random(count + kinds)
    shifts = calendars()
    shared = [kind_of(rng, sorted(shifts)) for _ in range(kinds or count)]
    users = [
        User(id=UserId(f"u{number}"), name="U", **each)
        for number, each in zip(range(count), cycle(shared), strict=False)
    ]
    loads = {
        user.id: AgentLoad(
            user=user.id, assigned=rng.randrange(9), last_assigned_at=NOW - timedelta(seconds=rng.randrange(172_800))
        )
        for user in users
    }
    roster = Roster.of(users, [Group(id=group) for group in GROUPS], loads.values(), calendars=shifts)
    facts = AssignmentFacts(
        skills=(SkillLevel(skill=SKILLS[1], level=3), SkillLevel(skill=SKILLS[2], level=2)),
        model_skills=(SKILLS[3],),
        language="de",
    )
    return World(users, loads, roster, facts)


def rule(**more: Any) -> MatchingRule:
    """By skills, hours left today, cases, and turns; nobody who is off, or full."""
    criteria = (
        Criterion(kind="skills"),
        Criterion(kind="hours_today"),
        Criterion(kind="workload"),
        Criterion(kind="last_assigned", weight=5),
    )
    return MatchingRule(
        **{"id": "best", "requires": frozenset({"on_schedule", "capacity"}), "criteria": criteria} | more
    )


def plan_by(matching: MatchingRule) -> AssignmentPlan:
    """A policy of one matching rule."""
    rules = (AssignmentRule(id="one", matching=matching.id),)
    return compile_assignment(AssignmentPolicy(rules=rules, matching=(matching,)))


def deciding(found: World, plan: AssignmentPlan) -> Decide:
    """One decision."""
    return lambda _, __: assign({}, found.facts, found.roster, plan, NOW).user


def by_hand(found: World) -> Decide:
    """The same by `rule()` in a loop over all agents, as one writes it: calendars asked once each, no reasons."""
    shifts = calendars()
    needed = found.facts.needed
    rows = [
        (user, {one.skill: one.level for one in user.skills}, found.loads[user.id], user.capacity or 0)
        for user in found.users
    ]
    midnight = datetime(2026, 5, 20, 22, tzinfo=UTC)

    def decide(_: Any, __: Any) -> object:
        hours = {name: shift.elapsed(NOW, midnight).total_seconds() for name, shift in shifts.items()}
        is_open = {name: shift.is_open(NOW) for name, shift in shifts.items()}
        fits = [row for row in rows if is_open[row[0].calendar or ""] and row[2].assigned < row[3]]
        sizes = []
        for user, levels, load, _capacity in fits:
            skills = sum([levels.get(skill, 0) >= level for skill, level in needed.items()])
            last = load.last_assigned_at or NOW
            sizes.append(
                (skills, hours[user.calendar or ""], load.assigned, min((NOW - last).total_seconds(), 86_400.0))
            )
        tops = [max(column) or 1 for column in zip(*sizes, strict=True)]
        best = None
        for (user, _levels, load, _capacity), size in zip(fits, sizes, strict=True):
            a, b, c, d = size
            score = 10 * a / tops[0] + 10 * b / tops[1] + 10 * (1 - c / tops[2]) + 5 * d / tops[3]
            key = (-round(score, 9), load.last_assigned_at, user.id)
            if best is None or key < best:
                best = key
        return best and best[2]

    return decide


def decisions(effort: Effort, report: Report) -> None:
    """One decision over all agents by several criteria, beside a loop that is written for just these."""
    count = effort.questions
    lines = []
    for what, kinds in KINDS.items():
        report.progress(f"{count:,} agents, {what}")
        found = world(count, kinds)
        ours, theirs = deciding(found, plan_by(rule())), by_hand(found)
        assert ours(0, 0) == theirs(0, 0)
        lines += raced(what, ours, theirs, effort)
    report.add(Section(f"One decision over {count:,} agents", "by hand", "by hand over ours", lines))


def raced(what: str, ours: Decide, theirs: Decide, effort: Effort) -> list[Line]:
    """Both in turn, and the quietest round beside the goal."""
    asked = affordable(theirs, [(0, 0)] * DECISIONS, effort.seconds)
    took = race({"ours": (ours, asked), "theirs": (theirs, asked)}, effort.rounds)
    mine, hand = took["ours"], took["theirs"]
    return [
        Line(what, mine.ns / 1e9, hand.ns / 1e9, hand.over(mine)),
        Line("  in the quietest round", min(mine.rounds) / 1e6, min(hand.rounds) / 1e6, goal=A_DECISION, unit="ms"),
    ]


def narrowed(effort: Effort, report: Report) -> None:
    """Decisions that look at a part of the agents: by group, by mandatory skills, by name; and by turns alone."""
    count = effort.questions
    found = world(count, 0)
    rules = {
        "of one group": rule(groups=(GROUPS[0],)),
        "with all skills of the case": rule(requires=frozenset({"on_schedule", "capacity", "skills"})),
        "of 20 who are named": rule(users=tuple(user.id for user in found.users[:20])),
        "the longest idle, of 200 kinds": MatchingRule(id="best"),
    }
    lines = []
    for what, each in rules.items():
        report.progress(what)
        asked = world(count, 200) if each.criteria == () else found
        decide = deciding(asked, plan_by(each))
        took = race({"ours": (decide, [(0, 0)] * DECISIONS)}, effort.rounds)["ours"]
        lines.append(Line(what, min(took.rounds) / 1e6, goal=A_DECISION, unit="ms", note="quietest round"))
    report.add(Section(f"One decision over a part of {count:,} agents, each of a kind", "", "", lines))


def keeping(effort: Effort, report: Report) -> None:
    """Make a roster, change it agent by agent, rank everybody, and offer an agent the next of many cases."""
    count = effort.questions
    found = world(count, 200)
    plan = plan_by(rule())
    report.progress("rosters")
    shifts, groups = calendars(), [Group(id=group) for group in GROUPS]
    made = partial(Roster.of, found.users, groups, found.loads.values(), calendars=shifts)
    changed = [attrs.evolve(load, assigned=load.assigned + 1) for load in list(found.loads.values())[:CHANGES]]
    answer = partial(assign, {}, found.facts, found.roster, plan, NOW)
    assert answer().user == answer().ranking.agents[0].user
    lines = [
        Line("make the roster", seconds_of(made, effort.builds)),
        Line(
            "one load changed, of many in turn",
            seconds_of(partial(in_turn, found.roster, changed), effort.builds) / CHANGES,
        ),
        Line("rank all agents, with all scores and reasons", seconds_of(lambda: answer().ranking, effort.builds)),
        Line(f"the next case of {WAITING:,} for an agent", seconds_of(partial(next_of, found), effort.builds)),
    ]
    report.add(Section(f"A roster of {count:,} agents of 200 kinds", "", "", lines))


def in_turn(roster: Roster, loads: Sequence[AgentLoad]) -> Roster:
    """The roster after each change was made to the one before it."""
    for load in loads:
        roster = roster.with_load(load)
    return roster


def next_of(found: World) -> object:
    """The next case of many for the first agent; none is for them."""
    plan = compile_assignment(AssignmentPolicy(queues=(Queue(id="q", groups=(GROUPS[0],)),)))
    needs = AssignmentFacts(model_skills=(SkillId("no such skill"),))
    waiting = [
        WaitingCase(id=f"c{number}", record={"priority": number % 5 + 1}, since=NOW, facts=needs)  # type: ignore[arg-type]
        for number in range(WAITING)
    ]
    return next_case_for(found.users[0].id, waiting, found.roster, plan, NOW)


PARTS = {"decisions": decisions, "narrowed": narrowed, "keeping": keeping}


if __name__ == "__main__":
    measure_parts("Measure how agents are found, over very many of them.", PARTS, USUAL, QUICK)
