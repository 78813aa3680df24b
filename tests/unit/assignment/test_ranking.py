"""What is measured of agents, how it adds up, and how it is shown."""

import pickle
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from csmcore.model import (
    Address,
    Assignment,
    AssignmentFacts,
    Criterion,
    Group,
    Location,
    Rota,
    RotaSwap,
    User,
    plain,
)
from csmcore.rules import Roster, assign
from tests.unit.assignment.team import CALENDARS, GROUPS, NO_FACTS, NOW, USERS, asked, load, matching, plan_by, skill
from tests.unit.lifecycle.cast import made

NEEDS = made(AssignmentFacts, skills=(skill("pumps", 3),), model_skills=("pumps", "valves"))


def criterion(kind: str, **more: object) -> Criterion:
    """A criterion."""
    return made(Criterion, **{"kind": kind} | more)


def measured(found: Assignment, place: int = 0) -> dict[str, int]:
    """What a criterion measured of those who fit."""
    return {agent.user: agent.scores[place].measured for agent in found.ranking.agents}


def reasons(found: Assignment) -> dict[str, list[str]]:
    """What is against those who are dropped."""
    return {one.user: [reason.text for reason in one.reasons] for one in found.ranking.dropped}


def test_skills_are_those_of_the_case_and_of_its_product() -> None:
    """A level that the case asks for counts above that of the model; each skill once."""
    found = asked(matching("skills", "skill_levels"), facts=NEEDS)
    assert measured(found) == {"ann": 2, "bob": 0, "cem": 0}
    assert measured(found, 1) == {"ann": 5, "bob": 2, "cem": 0}
    assert found.user == "ann"


def test_the_score_is_the_weighted_mean_of_parts_of_the_most() -> None:
    """Half of the most cases is half a point: 3 of 3 and 5 of 5 against it, with their weights."""
    rule = matching(criteria=(criterion("skill_levels"), criterion("workload", weight=5)))
    found = asked(rule, load("ann", 4), load("bob", 2), facts=NEEDS)
    totals = {agent.user: agent.total for agent in found.ranking.agents}
    assert totals == {"ann": Fraction(10, 15), "bob": Fraction(4 * 10 + 25, 10 * 15), "cem": Fraction(5, 15)}


def test_where_nobody_has_any_all_have_nothing_or_everything() -> None:
    """The most is 0: worth 0, and 1 where less is better."""
    found = asked(matching("skills", "workload"))
    assert [[score.value for score in agent.scores] for agent in found.ranking.agents] == [[0, 1]] * 3


def test_weights_of_nothing_leave_the_choice_to_turns() -> None:
    """A criterion of weight 0 is shown, and counts for nothing."""
    rule = matching(criteria=(criterion("skills", weight=0),))
    found = asked(rule, load("ann", 1, NOW), facts=NEEDS)
    assert (found.user, found.ranking.agents[-1].total) == ("bob", Fraction(0))


def test_open_time_is_that_of_their_own_calendar() -> None:
    """Ann has her group's until 16:00, Bob his own from 14:00, and Cem is around the clock."""
    hour = 3_600_000_000
    found = asked(matching("on_schedule", "hours_today", "hours_ahead"))
    assert measured(found) == {"ann": 1, "bob": 0, "cem": 1}
    assert measured(found, 1) == {"ann": 6 * hour, "bob": 8 * hour, "cem": 14 * hour}
    assert measured(found, 2) == {"ann": 8 * hour, "bob": 8 * hour, "cem": 24 * hour}
    assert measured(asked(matching(criteria=(criterion("hours_ahead", within=timedelta(hours=5)),)))) == {
        "ann": 5 * hour,
        "bob": hour,
        "cem": 5 * hour,
    }


def test_capacity_without_a_bound_is_the_most_that_another_has() -> None:
    """And at least one, where nobody has any."""
    assert measured(asked(matching("capacity"), load("ann", 2))) == {"ann": 3, "bob": 3, "cem": 2}
    assert measured(asked(matching("capacity"), load("ann", 5), load("cem", 7))) == {"bob": 1, "ann": 0, "cem": 0}


def test_thresholds_drop_those_with_less_or_with_more() -> None:
    """As the criterion is read; time has a threshold in time."""
    criteria = (
        criterion("skills", threshold=1, weight=0),
        criterion("workload", threshold=2),
        criterion("last_assigned", threshold_time=timedelta(hours=2)),
        criterion("capacity", threshold=1),
    )
    found = asked(
        matching(criteria=criteria), load("ann", 3, NOW), load("cem", 9, NOW - timedelta(hours=1)), facts=NEEDS
    )
    assert reasons(found) == {
        "ann": [
            "workload is above the threshold: 3 against 2",
            "last_assigned is below the threshold: 0:00:00 against 2:00:00",
        ],
        "bob": ["skills is below the threshold: 0 against 1"],
        "cem": [
            "skills is below the threshold: 0 against 1",
            "workload is above the threshold: 9 against 2",
            "capacity is below the threshold: 0 against 1",
            "last_assigned is below the threshold: 1:00:00 against 2:00:00",
        ],
        "dot": ["they are inactive", "skills is below the threshold: 0 against 1"],
    }


def test_what_a_rule_requires_is_told_of_each_who_lacks_it() -> None:
    """All reasons, never the first only."""
    facts = made(
        AssignmentFacts, skills=(skill("pumps", 3),), language="tr", country="DE", location="here", timezone="UTC"
    )
    requires = {"skills", "language", "on_schedule", "on_duty", "capacity", "location", "country", "timezone"}
    found = asked(matching(requires=frozenset(requires), skills=(skill("valves", 2),)), load("ann", 5), facts=facts)
    assert reasons(found)["ann"] == [
        "they do not speak the case's language: tr",
        "they are not at the case's location: here",
        "they are not in the case's country: DE",
        "their clocks are not those of the case's zone: UTC",
        "their level in valves is 1 of 2",
        "they have 5 cases and take 5",
        "no rota has them on duty",
    ]
    assert reasons(found)["bob"] == [
        "their calendar is closed now",
        *reasons(found)["ann"][:4],
        "they do not have the skill valves",
        "their level in pumps is 2 of 3",
        "no rota has them on duty",
    ]


def test_all_thresholds_and_requirements_bind_together() -> None:
    """Of two at one desk the one fits whose skills do; hours have a threshold, and a name must be on the list."""
    users = (
        made(User, id="able", name="U", skills=(skill("pumps", 3),)),
        made(User, id="best", name="U", skills=(skill("pumps", 4),)),
        made(User, id="lost", name="U", calendar="lost", skills=(skill("pumps", 5),)),
    )
    criteria = (
        criterion("skill_levels", threshold=4),
        criterion("hours_ahead", threshold_time=timedelta(hours=1)),
        criterion("workload", threshold=0),
    )
    rule = matching(criteria=criteria, users=("able", "best", "lost", "zoe"))
    found = assign({}, NEEDS, Roster.of(users), plan_by(rule), NOW)
    assert (found.user, reasons(found)) == (
        "best",
        {
            "able": ["skill_levels is below the threshold: 3 against 4"],
            "lost": ["hours_ahead is below the threshold: 0:00:00 against 1:00:00"],
        },
    )
    assert reasons(asked(matching(users=("ann",))))["bob"] == ["the rule does not name them"]


def test_who_is_on_duty_may_be_given_the_case() -> None:
    """By the rotas of the groups that are looked at, with whoever stands in."""
    swap = made(RotaSwap, user="cem", starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    rotas = (
        made(Rota, id="r", group="pumps", users=("bob", "ann"), starts_on=date(2026, 5, 18)),
        made(Rota, id="s", group="valves", users=("bob",), starts_on=date(2026, 5, 18), swaps=(swap,)),
        made(Rota, id="later", group="valves", users=("bob",), starts_on=date(2027, 1, 1)),
    )
    team = Roster.of(USERS, GROUPS, calendars=CALENDARS, rotas=rotas)

    def found(**more: object) -> Assignment:
        rule = matching(requires=frozenset({"on_duty"}), **more)
        return assign({}, NO_FACTS, team, plan_by(rule), NOW)

    assert [agent.user for agent in found().ranking.agents] == ["bob", "cem"]
    assert found(groups=("pumps",)).user == "bob"
    assert found(groups=("valves",)).user == "cem"
    assert found(users=("cem", "ann")).user == "cem"


def test_a_calendar_that_is_not_there_is_never_open() -> None:
    """They are off schedule, with a reason of its own, and have no hours."""
    lost = made(User, id="lou", name="Lou", calendar="lost")
    team = Roster.of((lost,))
    found = assign({}, NO_FACTS, team, plan_by(matching("hours_today")), NOW)
    assert measured(found) == {"lou": 0}
    found = assign({}, NO_FACTS, team, plan_by(matching(requires=frozenset({"on_schedule"}))), NOW)
    assert reasons(found) == {"lou": ["there is no calendar lost, so they are never on schedule"]}


@pytest.mark.parametrize("less", [True, False])
def test_the_last_assignment_looks_as_far_back_as_it_says(less: bool) -> None:  # noqa: FBT001 - a case
    """Older ones, and none, count as that old; one in the future as now."""
    rule = matching(criteria=(criterion("last_assigned", within=timedelta(hours=8), less_is_better=less),))
    loads = (load("ann", 0, NOW + timedelta(hours=1)), load("bob", 0, datetime(1999, 1, 1, tzinfo=UTC)))
    found = asked(rule, *loads)
    assert measured(found) == {"ann": 0, "bob": 8 * 3_600_000_000, "cem": 8 * 3_600_000_000}
    assert found.user == ("ann" if less else "cem")


@pytest.mark.parametrize(
    ("hours", "less", "fits"),
    [
        (0, False, "abcd"),
        (2, False, "bcd"),
        (8, False, "cd"),
        (9, False, ""),
        (0, True, "a"),
        (2, True, "ab"),
        (8, True, "abcd"),
    ],
)
def test_a_threshold_of_the_last_assignment_takes_its_part_of_a_pile(
    hours: int,
    less: bool,  # noqa: FBT001 - a case
    fits: str,
) -> None:
    """Agents of one kind who were last given a case now, 2 hours and 20 hours ago, and never; 8 hours count."""
    since = {"a": NOW, "b": NOW - timedelta(hours=2), "c": NOW - timedelta(hours=20), "d": None}
    team = Roster.of([made(User, id=user, name="U") for user in since], loads=[load(*each) for each in _loads(since)])
    eight = timedelta(hours=8)
    last = criterion("last_assigned", within=eight, less_is_better=less, threshold_time=timedelta(hours=hours))
    found = assign({}, NO_FACTS, team, plan_by(matching(criteria=(last,))), NOW)
    assert sorted(agent.user for agent in found.ranking.agents) == list(fits)
    assert (found.eligible, found.user) == (len(fits), found.ranking.agents[0].user if fits else None)


def _loads(since: dict[str, datetime | None]) -> list[tuple[str, int, datetime | None]]:
    return [(user, 0, last) for user, last in since.items()]


def test_boundless_room_is_above_every_threshold() -> None:
    """So it passes where more is better, and is dropped where less is."""
    rule = matching(criteria=(criterion("capacity", threshold=1_000),))
    assert asked(rule).user == "bob"
    assert reasons(asked(matching(criteria=(criterion("capacity", threshold=9, less_is_better=True),))))["bob"] == [
        "capacity is above the threshold: 1,000,000,000 against 9"
    ]


def test_place_counts_by_location_country_and_clocks() -> None:
    """Clocks that read the same now are the same, whatever the zone is called; unknown places are none."""
    place = made(Location, id="berlin", address=made(Address, id="a", country="DE"), timezone="Europe/Berlin")
    users = (
        made(User, id="here", name="U", location="berlin"),
        made(User, id="near", name="U", timezone="Europe/Paris"),
        made(User, id="far", name="U", groups=("tokyo",)),
        made(User, id="none", name="U"),
    )
    team = Roster.of(users, [made(Group, id="tokyo", timezone="Asia/Tokyo")], locations=[place])
    facts = made(AssignmentFacts, location="berlin", country="DE", timezone="Europe/Berlin")
    found = assign({}, facts, team, plan_by(matching("location", "country", "timezone")), NOW)
    assert {agent.user: [score.measured for score in agent.scores] for agent in found.ranking.agents} == {
        "here": [1, 1, 1],
        "near": [0, 0, 1],
        "far": [0, 0, 0],
        "none": [0, 0, 0],
    }
    blank = assign({}, NO_FACTS, team, plan_by(matching(requires=frozenset({"country"}))), NOW)
    assert reasons(blank)["here"] == ["they are not in the case's country: none is known"]


def test_ties_say_what_decides_them() -> None:
    """The higher score, then the longer wait, then the lower id."""
    found = asked(matching("workload"), load("ann", 0, NOW), load("bob", 1))
    assert [[reason.code for reason in agent.reasons] for agent in found.ranking.agents] == [
        [],
        ["assigned_later"],
        ["lower_score"],
    ]
    assert [reason.code for reason in asked(matching()).ranking.agents[1].reasons] == ["later_id"]


def test_an_answer_shows_itself() -> None:
    """As text and as a table, both with scores and reasons."""
    found = asked(matching("skills", requires=frozenset({"on_schedule"})), facts=NEEDS)
    assert str(found) == (
        "user ann, at 2026-05-20 10:00Z\n"
        "  - rule one applies\n"
        "  - ann is the best of 2 who fit by match\n"
        "  1. 1.000  ann\n"
        "             skills 2 of 2 (10 x 1.000)\n"
        "  2. 0.000  cem\n"
        "             skills 0 of 2 (10 x 0.000)\n"
        "             - ann has the higher score: 1.000 against 0.000\n"
        "  -  dropped  bob\n"
        "             - their calendar is closed now\n"
        "  -  dropped  dot\n"
        "             - they are inactive"
    )
    assert "<td>ann</td><td>1.000</td><td>skills 2 of 2 (10 x 1.000)</td>" in found._repr_html_()
    assert "<td>dropped</td><td></td><td>they are inactive</td>" in found._repr_html_()


def test_an_answer_of_many_shows_the_first() -> None:
    """Twenty of each kind, and how many more there are."""
    users = [made(User, id=f"u{number:02}", name="U", active=number % 2 == 0) for number in range(44)]
    found = assign({}, NO_FACTS, Roster.of(users), plan_by(matching()), NOW)
    assert str(found).count("\nand 2 more who") == 2
    assert "and 2 more who fit<br>and 2 more who do not" in found._repr_html_()


def test_names_show_as_text() -> None:
    """Whatever is in an id, it is neither markup nor a terminal's command."""
    found = assign({}, NO_FACTS, Roster.of([made(User, id="<b>", name="U")]), plan_by(matching()), NOW)
    assert "<b>&lt;b&gt;" not in found._repr_html_()
    assert "&lt;b&gt;" in found._repr_html_()


def test_an_answer_travels_with_its_ranking() -> None:
    """Pickled it has no roster, but all that it says; its plain form is for JSON."""
    found = asked(matching("workload"), load("ann", 2))
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
    assert (again, again.ranking) == (found, found.ranking)
    assert plain(found)["user"] == "bob"  # type: ignore[index]
    assert plain(found.ranking)["agents"][0]["user"] == "bob"  # type: ignore[index]
