"""Which rule decides, and what it gives."""

import pickle
from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest

from csmcore.conditions import Record, field
from csmcore.errors import InvalidValue, NaiveDatetime
from csmcore.model import AssignmentPolicy, AssignmentRule, MatchingRule, Queue, RankedAgent, UserId
from csmcore.rules import assign, compile_assignment
from tests.unit.assignment.team import NO_FACTS, NOW, asked, load, matching, plan_by, roster
from tests.unit.lifecycle.cast import made


def rule(**more: object) -> AssignmentRule:
    """An assignment rule."""
    return made(AssignmentRule, **{"id": "one"} | more)


def codes(reasons: Sequence[object]) -> list[str]:
    """The codes of reasons."""
    return [getattr(reason, "code", "") for reason in reasons]


def test_the_rule_of_lowest_order_that_applies_decides() -> None:
    """By order, then by id, whatever their places in the policy; a rule whose condition fails is passed over."""
    rules = (
        rule(id="z", order=10, when=field("priority") == 1, user="ann"),
        rule(id="last", order=300, group="valves"),
        rule(id="b", order=20, user="cem"),
        rule(id="a", order=20, user="bob"),
    )
    plan = plan_by(*rules)
    found = [assign({"priority": priority}, NO_FACTS, roster(), plan, NOW) for priority in (1, 2)]
    assert [(one.rule, one.user) for one in found] == [("z", "ann"), ("a", "bob")]


def test_a_matching_rule_that_does_not_apply_lets_the_next_rule_decide() -> None:
    """Both conditions must hold, the rule's and that of the rule that it names."""
    plan = plan_by(matching(when=field("channel") == "phone"), rule(id="two", order=500, group="valves"))
    found = [assign({"channel": channel}, NO_FACTS, roster(), plan, NOW) for channel in ("phone", "web")]
    assert [(one.rule, one.matching, one.group) for one in found] == [("one", "match", None), ("two", None, "valves")]


def test_no_rule_assigns_nobody() -> None:
    """A case that no rule is for stays as it is, and the answer says so."""
    found = assign({"priority": 4}, NO_FACTS, roster(), plan_by(rule(when=field("priority") == 1, user="ann")), NOW)
    assert (found.user, found.group, codes(found.reasons)) == (None, None, ["no_rule"])
    assert found.ranking.agents == ()
    assert str(found).startswith("nobody, at 2026-05-20 10:00Z\n  - no assignment rule")


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ({"assigned_to": "cem"}, {"assigned_to": "cem", "assignment_group": None}),
        ({"assignment_group": "valves"}, {"assigned_to": None, "assignment_group": "valves"}),
    ],
)
def test_a_case_that_somebody_has_stays_with_them(record: Record, fields: dict[str, str | None]) -> None:
    """A user or a group is enough; blanks are none."""
    found = assign(record, NO_FACTS, roster(), plan_by(rule(user="ann")), NOW)
    assert (found.case_fields, codes(found.reasons)) == (fields, ["already_assigned"])
    blank = {"assigned_to": "", "assignment_group": None}
    assert assign(blank, NO_FACTS, roster(), plan_by(rule(user="ann")), NOW).user == "ann"


@pytest.mark.parametrize(
    ("given", "user", "group", "against"),
    [
        ({"group": "pumps"}, None, "pumps", []),
        ({"user": "bob", "group": "pumps"}, "bob", "pumps", []),
        ({"user": "cem", "group": "pumps"}, None, "pumps", ["not_in_group"]),
        ({"user": "dot", "group": "valves"}, None, "valves", ["inactive_user", "not_in_group"]),
        ({"user": "eve", "group": "valves"}, None, "valves", ["unknown_user"]),
        ({"user": "bob", "group": "closed"}, None, None, ["inactive_group"]),
        ({"group": "nowhere"}, None, None, ["unknown_group"]),
    ],
)
def test_what_a_rule_names_must_be_there(
    given: dict[str, str], user: str | None, group: str | None, against: list[str]
) -> None:
    """A user who cannot be given the case leaves it with the group; without a usable group it goes to nobody."""
    found = asked(rule(**given))
    assert (found.user, found.group, codes(found.reasons)) == (user, group, ["by_rule", *against])


def test_a_rule_with_a_group_looks_among_its_members() -> None:
    """The group is given even where nobody of it fits."""
    policy = AssignmentPolicy(rules=(rule(group="valves", matching="match"),), matching=(matching(groups=("pumps",)),))
    found = assign({}, NO_FACTS, roster(), compile_assignment(policy), NOW)
    assert (found.user, found.group, found.eligible) == ("bob", "valves", 1)
    nobody = attrs.evolve(policy, matching=(matching(users=("ann",)),))
    found = assign({}, NO_FACTS, roster(), compile_assignment(nobody), NOW)
    assert (found.user, found.group, codes(found.reasons)) == (None, "valves", ["by_rule", "nobody_fits"])


def test_a_user_is_given_with_the_first_of_the_matching_groups_that_has_them() -> None:
    """Groups stand in the order of preference; a rule without groups gives none."""
    busy = (load("ann", 5), load("cem", 1))
    assert asked(matching("workload", groups=("valves", "pumps")), *busy).group == "valves"
    assert asked(matching("workload", groups=("pumps", "valves")), *busy).group == "pumps"
    assert asked(matching("workload"), *busy).case_fields == {"assigned_to": "bob", "assignment_group": None}


def pick_last(record: Record, agents: Sequence[RankedAgent]) -> UserId | None:
    """A host's way: the worst, but nobody for urgent cases."""
    return None if record.get("priority") == 1 else agents[-1].user


def pick_eve(_: Record, __: Sequence[RankedAgent]) -> UserId:
    """A host's way that forgets to look."""
    return UserId("eve")


def test_a_host_may_choose_in_a_way_of_its_own() -> None:
    """It sees those who fit, best first, and chooses one of them or nobody; the ranking stays by the criteria."""
    plan = plan_by(matching("workload", strategy="host:last"), strategies={"last": pick_last})
    team = roster(load("ann", 3), load("bob", 1))
    found = assign({}, NO_FACTS, team, plan, NOW)
    assert (found.user, [agent.user for agent in found.ranking.agents]) == ("ann", ["cem", "bob", "ann"])
    assert str(found.reasons[-1]) == "host:last chose ann of 3 who fit"
    found = assign({"priority": 1}, NO_FACTS, team, plan, NOW)
    assert (found.user, str(found.reasons[-1])) == (None, "host:last chose nobody")
    nobody = plan_by(matching(users=("dot",), strategy="host:last"), strategies={"host:last": pick_last})
    assert codes(assign({}, NO_FACTS, team, nobody, NOW).reasons) == ["by_rule", "nobody_fits"]


def test_a_host_may_not_choose_who_does_not_fit() -> None:
    """What it returns must be the id of one of them."""
    plan = plan_by(matching(strategy="host:eve"), strategies={"eve": pick_eve})
    with pytest.raises(InvalidValue, match="host:eve chose 'eve', who does not fit"):
        assign({}, NO_FACTS, roster(), plan, NOW)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (AssignmentPolicy(rules=(rule(user="a", when=field("stat") == "x"),)), r"\$.rules\[0\].when.field: unknown"),
        (AssignmentPolicy(matching=(matching(when=field("priority") == "x"),)), r"\$.matching\[0\].when"),
        (AssignmentPolicy(matching=(matching(strategy="host:x"),)), "no strategy 'host:x'"),
        (
            AssignmentPolicy(queues=(made(Queue, id="q", groups=("a",), calendar="days"),)),
            r"\$.queues\[0\].calendar: no calendar 'days'",
        ),
    ],
)
def test_a_policy_that_cannot_run_is_refused_when_it_is_compiled(policy: AssignmentPolicy, message: str) -> None:
    """Conditions about what no revision has, calendars and strategies that are not there."""
    with pytest.raises(InvalidValue, match=message):
        compile_assignment(policy)


def test_a_plan_pickles_as_its_policy() -> None:
    """With the host's strategies that are functions of a module."""
    plan = plan_by(matching(strategy="host:last"), strategies={"last": pick_last})
    again = pickle.loads(pickle.dumps(plan))  # noqa: S301 - our own
    assert again.policy == plan.policy
    assert assign({}, NO_FACTS, roster(), again, NOW) == assign({}, NO_FACTS, roster(), plan, NOW)


def test_now_must_be_an_instant() -> None:
    """A time without an offset is refused."""
    with pytest.raises(NaiveDatetime):
        assign({}, NO_FACTS, roster(), plan_by(rule(user="ann")), NOW.replace(tzinfo=None))


def test_strange_records_are_no_assignment() -> None:
    """What is no text in the fields of user and group counts as blank."""
    found = assign({"assigned_to": 7, "assignment_group": ("a",)}, NO_FACTS, roster(), plan_by(rule(user="ann")), NOW)
    assert found.user == "ann"


def test_an_empty_team_fits_nothing() -> None:
    """Nobody, with the reason."""
    found = assign({}, NO_FACTS, roster(users=()), plan_by(matching("skills", "workload")), NOW)
    assert (found.user, codes(found.reasons), found.considered) == (None, ["by_rule", "nobody_fits"], 0)


def test_the_one_who_waited_for_longest_is_next_where_nothing_ranks() -> None:
    """Never is longest; then by id."""
    ago = NOW - timedelta(hours=1)
    assert asked(MatchingRule(id="match"), load("ann", 1, NOW), load("bob", 1, ago), load("cem", 1, NOW)).user == "bob"
    assert asked(MatchingRule(id="match"), load("ann", 1, NOW), load("bob", 1, ago)).user == "cem"
    assert asked(MatchingRule(id="match")).user == "ann"
