"""Rosters: who is in them, and what changes."""

import pickle

import pytest

from csmcore.errors import InvalidValue, NotFound
from csmcore.model import AgentLoad, Group, Location, User, UserId
from csmcore.rules import Roster, assign
from tests.unit.assignment.team import GROUPS, NO_FACTS, NOW, USERS, load, matching, plan_by, roster
from tests.unit.lifecycle.cast import made

EVE = made(User, id="eve", name="Eve", groups=("valves",), languages=("fr",))


def chosen(team: Roster, **more: object) -> str | None:
    """Whom the least busy rule chooses."""
    return assign({}, NO_FACTS, team, plan_by(matching("workload", **more)), NOW).user


def test_a_load_changes_the_next_choice() -> None:
    """The changed roster knows it; the first one does not."""
    team = roster(load("ann", 1), load("bob", 2), load("cem", 2))
    busy = team.with_load(load("ann", 3))
    assert (chosen(team), chosen(busy), len(busy)) == ("ann", "bob", 4)


def test_a_user_may_come_change_and_be_switched_off() -> None:
    """With a profile that is new or one that others have; their load stays."""
    team = roster(load("ann", 1), load("bob", 1), load("cem", 1)).with_user(EVE)
    assert (chosen(team), len(team)) == ("eve", 5)
    assert chosen(team, groups=("valves",)) == "eve"
    off = team.with_user(made(User, id="eve", name="Eve", active=False))
    assert (chosen(off), len(off)) == ("ann", 5)
    twin = made(User, id="eva", name="Eva", groups=EVE.groups, languages=EVE.languages)
    assert len(team.with_user(twin).profiles) == len(team.profiles)
    agent = team.with_load(load("eve", 4)).with_user(EVE).agent(UserId("eve"))
    assert agent is not None
    assert agent.load.assigned == 4


def test_a_roster_travels() -> None:
    """A worker in another process chooses the same, and goes on from there."""
    team = roster(load("ann", 1)).with_user(EVE).with_load(load("bob", 2))
    again = pickle.loads(pickle.dumps(team))  # noqa: S301 - our own
    assert (chosen(again), len(again)) == (chosen(team), 5)
    assert chosen(again.with_load(load("cem", 9))) == chosen(team.with_load(load("cem", 9))) == "eve"


def test_nobody_has_no_load() -> None:
    """A load for somebody who is not there is refused, at first and later."""
    with pytest.raises(NotFound):
        roster(load("eve"))
    with pytest.raises(NotFound):
        roster().with_load(load("eve"))


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"users": (*USERS, USERS[0])}, "users"),
        ({"users": USERS, "groups": (*GROUPS, GROUPS[0])}, "groups"),
        ({"users": USERS, "loads": (load("ann"), load("ann", 2))}, "loads"),
        ({"users": USERS, "locations": (made(Location, id="x"), made(Location, id="x"))}, "locations"),
    ],
)
def test_two_with_one_id_are_refused(parts: dict[str, object], path: str) -> None:
    """With the list that has them."""
    with pytest.raises(InvalidValue) as caught:
        Roster.of(**parts)  # type: ignore[arg-type]
    assert caught.value.path == path


def test_what_users_name_in_vain_counts_for_nothing() -> None:
    """Groups and places that are not known."""
    lost = made(User, id="lou", name="Lou", groups=("gone",), location="gone")
    team = Roster.of([lost], [made(Group, id="pumps")])
    assert chosen(team) == "lou"
    assert chosen(team, groups=("gone",)) is None
    assert chosen(team, groups=("pumps",)) is None


def test_listed_users_who_are_not_there_are_passed_over() -> None:
    """A rule may name more than there are."""
    assert chosen(roster(), users=("zoe", "cem")) == "cem"


def test_ten_thousand_of_one_kind_are_one_profile() -> None:
    """However many there are, a decision looks at the tops of their piles."""
    users = [made(User, id=f"u{number}", name="U") for number in range(10_000)]
    loads = [AgentLoad(user=user.id, assigned=number % 3) for number, user in enumerate(users)]
    team = Roster.of(users, (), loads)
    assert (len(team.profiles), sorted(map(len, team.piles[0].values()))) == (1, [3_333, 3_333, 3_334])
    assert chosen(team) == "u0"
