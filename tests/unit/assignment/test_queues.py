"""Queues: where cases wait, who may take them by now, and who gets which."""

from datetime import datetime, timedelta

import pytest

from csmcore.conditions import Record, field
from csmcore.errors import NaiveDatetime
from csmcore.model import AssignmentFacts, AssignmentPolicy, Queue, SpillOver, UserId, WaitingCase
from csmcore.rules import AssignmentPlan, assign_waiting, compile_assignment, next_case_for, queue_of
from tests.unit.assignment.team import CALENDARS, NO_FACTS, NOW, load, matching, roster, skill
from tests.unit.lifecycle.cast import made

HOUR = timedelta(hours=1)
ANN, BOB, CEM, DOT = map(UserId, ("ann", "bob", "cem", "dot"))


def queue(**more: object) -> Queue:
    """A queue of those who know pumps well, which spills over to valves, then to lesser skills, then to none."""
    spills = (
        made(SpillOver, after=HOUR, groups=("valves",)),
        made(SpillOver, after=2 * HOUR, levels=2),
        made(SpillOver, after=3 * HOUR, drops=("pumps",)),
    )
    usual = {"id": "q", "groups": ("pumps",), "skills": (skill("pumps", 3),), "spills": spills}
    return made(Queue, **usual | more)


def plan_of(*queues: Queue, **more: object) -> AssignmentPlan:
    """A policy of these queues."""
    policy = made(AssignmentPolicy, queues=queues, **more)
    assert isinstance(policy, AssignmentPolicy)
    return compile_assignment(policy, CALENDARS)


def case(name: str = "c", since: datetime = NOW, facts: AssignmentFacts = NO_FACTS, **record: object) -> WaitingCase:
    """A case that waits."""
    return made(WaitingCase, id=name, record=record, since=since, facts=facts)


def fitting(plan: AssignmentPlan, waits: timedelta) -> list[str]:
    """Who may take a case that has waited so long."""
    found = assign_waiting(case(since=NOW - waits), roster(), plan, NOW)
    return [agent.user for agent in found.ranking.agents]


def test_a_case_is_in_the_first_queue_that_takes_it() -> None:
    """By order, then id; both conditions hold where the queue names a matching rule."""
    plan = plan_of(
        queue(id="rest", order=900),
        queue(id="phone", order=1, matching="match"),
        queue(id="a", order=5, when=field("priority") == 1),
        queue(id="b", order=5, when=field("priority") < 3),
        matching=(matching(when=field("channel") == "phone"),),
    )
    records: list[Record] = [{"channel": "phone"}, {"priority": 1}, {"priority": 2}, {}]
    found = [queue_of(record, plan) for record in records]
    assert [one and one.id for one in found] == ["phone", "a", "b", "rest"]
    assert queue_of({}, plan_of()) is None


def test_a_queue_widens_the_longer_a_case_waits() -> None:
    """At each spill-over exactly, all of those that are due together."""
    moments = (timedelta(0), HOUR - timedelta(seconds=1), HOUR, 2 * HOUR, 3 * HOUR)
    assert [fitting(plan_of(queue()), waits) for waits in moments] == [
        ["ann"],
        ["ann"],
        ["ann"],
        ["ann", "bob"],
        ["ann", "bob", "cem"],
    ]


def test_a_queue_with_a_calendar_counts_open_time() -> None:
    """Two hours since the opening at 08:00, however long before it the case came."""
    plan = plan_of(queue(calendar="days"))
    assert fitting(plan, timedelta(hours=20)) == ["ann", "bob"]
    assert fitting(plan_of(queue()), timedelta(hours=20)) == ["ann", "bob", "cem"]


def test_a_case_that_will_wait_has_not_waited() -> None:
    """An instant in the future widens nothing."""
    assert fitting(plan_of(queue()), -HOUR) == ["ann"]


def test_what_the_case_needs_is_needed_too_and_spills_with_the_rest() -> None:
    """The queue usually requires all skills of the case; so does its matching rule with its own."""
    facts = AssignmentFacts(skills=(skill("valves", 2),))
    rule = matching("skills", skills=(skill("pumps", 4),))
    plan = plan_of(queue(skills=(), matching="match"), matching=(rule,))
    waits = [assign_waiting(case(since=NOW - hours * HOUR, facts=facts), roster(), plan, NOW) for hours in (0, 2)]
    assert [one.user for one in waits] == [None, "ann"]
    lax = plan_of(queue(skills=(), requires=frozenset()))
    assert assign_waiting(case(facts=facts), roster(), lax, NOW).eligible == 2


def test_the_best_by_the_matching_rule_is_given_the_case() -> None:
    """In the first of the queue's groups that has them, with all that the answer says."""
    plan = plan_of(queue(skills=(), matching="match"), matching=(matching("workload"),))
    found = assign_waiting(case(since=NOW - HOUR), roster(load("ann", 2), load("bob", 1)), plan, NOW)
    assert (found.user, found.group, found.queue, found.matching) == ("cem", "valves", "q", "match")
    assert [reason.code for reason in found.reasons] == ["in_queue", "best_match"]


def test_a_case_that_nobody_may_take_stays_with_the_first_group() -> None:
    """It goes on waiting there."""
    found = assign_waiting(case(), roster(), plan_of(queue(skills=(skill("rockets"),))), NOW)
    assert (found.user, found.group) == (None, "pumps")
    assert [reason.code for reason in found.reasons] == ["in_queue", "nobody_fits"]
    assert len(found.ranking.dropped) == 4


def test_a_case_that_somebody_has_waits_no_more() -> None:
    """A group alone is what waiting cases have."""
    plan = plan_of(queue())
    found = assign_waiting(case(assigned_to="cem", assignment_group="valves"), roster(), plan, NOW)
    assert (found.user, found.group, found.reasons[0].code) == ("cem", "valves", "already_assigned")
    assert assign_waiting(case(assignment_group="valves"), roster(), plan, NOW).user == "ann"


def test_a_case_that_no_queue_takes_waits_nowhere() -> None:
    """The answer says so."""
    found = assign_waiting(case(), roster(), plan_of(), NOW)
    assert (found.user, found.reasons[0].code) == (None, "no_queue")


def test_an_agent_gets_the_most_urgent_case() -> None:
    """By priority, then by waiting time, then by id; a case without a priority comes last."""
    plan = plan_of(queue(skills=()))
    early, late = NOW - HOUR, NOW
    waiting = [
        case("none", early - HOUR),
        case("low", early, priority=3),
        case("b", early, priority=1),
        case("a", early, priority=1),
        case("late", late, priority=1),
    ]
    order = []
    while waiting:
        found = next_case_for(ANN, waiting, roster(), plan, NOW)
        assert found.queue == "q"
        order.append(found.case)
        waiting = [one for one in waiting if one.id != found.case]
    assert order == ["a", "b", "late", "low", "none"]


def test_cases_that_are_passed_over_say_why() -> None:
    """Every reason of each, the most urgent first."""
    plan = plan_of(queue(when=field("priority") != 2))
    waiting = [
        case("taken", priority=1, assigned_to="bob"),
        case("pumps", NOW + HOUR, priority=1),
        case("elsewhere", priority=2),
        case("old", NOW - 3 * HOUR, priority=3),
    ]
    found = next_case_for(CEM, waiting, roster(), plan, NOW)
    assert (found.case, found.queue) == ("old", "q")
    assert [(one.case, [reason.code for reason in one.reasons]) for one in found.skipped] == [
        ("taken", ["already_assigned", "not_in_group", "lacks_skill"]),
        ("pumps", ["not_in_group", "lacks_skill"]),
        ("elsewhere", ["no_queue"]),
    ]


@pytest.mark.parametrize(("user", "code"), [(DOT, "nothing_waits"), (UserId("eve"), "unknown_user")])
def test_an_agent_may_get_nothing(user: UserId, code: str) -> None:
    """Those who are inactive, and those who are not there."""
    found = next_case_for(user, [case()], roster(), plan_of(queue()), NOW)
    assert (found.case, [reason.code for reason in found.reasons]) == (None, [code])


def test_now_must_be_an_instant() -> None:
    """A time without an offset is refused wherever waiting is measured."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(NaiveDatetime):
        assign_waiting(case(), roster(), plan_of(queue()), naive)
    with pytest.raises(NaiveDatetime):
        next_case_for(BOB, [case()], roster(), plan_of(queue()), naive)
