"""Households: members over time, the head, the main household."""

from datetime import date
from typing import Any

import pytest

from csmcore.errors import InvalidValue
from csmcore.model import Consumer, ConsumerId, Household, HouseholdId, HouseholdMember, Refusal, accepted
from csmcore.rules import (
    add_household_member,
    end_membership,
    head_on,
    is_member,
    make_head,
    make_primary_household,
    primary_household,
)
from tests.unit.lifecycle.cast import made

CARL, DORA, EMIL = (ConsumerId(name) for name in ("carl", "dora", "emil"))
DAY, NEXT, LATER = date(2026, 3, 1), date(2026, 3, 2), date(2026, 6, 1)


def consumer(name: str, **more: Any) -> Consumer:
    """A consumer of that id."""
    return made(Consumer, id=name, name=name, **more)


def stay(who: str, first: date | None = None, last: date | None = None, **more: Any) -> HouseholdMember:
    """A stay of somebody."""
    return made(HouseholdMember, consumer=who, starts_on=first, ends_on=last, **more)


def home(*members: HouseholdMember, head: str | None = None, name: str = "home") -> Household:
    """A household of these members."""
    return made(Household, id=name, name="Home", members=members, head=head)


def codes(answer: Any) -> tuple[str, ...]:
    """The codes of a refusal."""
    assert isinstance(answer, Refusal)
    return answer.codes


def test_somebody_comes_leaves_and_comes_again() -> None:
    """Each stay is a member of its own; both its days belong to it."""
    gone = accepted(end_membership(accepted(add_household_member(home(), consumer("carl"), DAY)), CARL, NEXT))
    again = accepted(add_household_member(gone, consumer("carl"), LATER))
    assert again == home(stay("carl", DAY, NEXT), stay("carl", LATER))
    assert [is_member(again, CARL, day) for day in (DAY, NEXT, date(2026, 3, 3), LATER)] == [True, True, False, True]


def test_one_stay_ends_and_the_others_stay_as_they_were() -> None:
    """The one that the last day lies in."""
    house = home(stay("carl", None, DAY), stay("carl", LATER), stay("dora", LATER))
    assert accepted(end_membership(house, CARL, LATER)) == home(
        stay("carl", None, DAY), stay("carl", LATER, LATER), stay("dora", LATER)
    )


@pytest.mark.parametrize(
    ("first", "last", "is_free"),
    [
        (None, None, False),
        (LATER, None, False),
        (NEXT, NEXT, False),
        (None, DAY, False),
        (None, date(2026, 2, 28), True),
        (date(2026, 3, 3), date(2026, 5, 31), True),
    ],
)
def test_nobody_is_a_member_twice_at_once(first: date | None, last: date | None, *, is_free: bool) -> None:
    """Days count, both ends included."""
    taken = home(stay("carl", DAY, NEXT), stay("carl", LATER), stay("dora"))
    answer = add_household_member(taken, consumer("carl"), first, last)
    assert isinstance(answer, Household) if is_free else codes(answer) == ("member_already",)


def test_a_member_is_a_known_active_consumer() -> None:
    """Everything that is wrong is said."""
    assert codes(add_household_member(home(), None, DAY)) == ("unknown_consumer",)
    wrong = consumer("carl", is_unknown=True, active=False)
    assert codes(add_household_member(home(stay("carl")), wrong, DAY)) == (
        "unidentified_consumer",
        "inactive_consumer",
        "member_already",
    )


def test_a_stay_does_not_end_before_it_begins() -> None:
    """The noun says so."""
    with pytest.raises(InvalidValue, match="ends_on"):
        add_household_member(home(), consumer("carl"), NEXT, DAY)


def test_the_head_belongs_to_the_household() -> None:
    """On the day on which they become it; later their stay may have run out."""
    house = home(stay("carl", DAY, NEXT), stay("dora", LATER))
    assert codes(make_head(house, DORA, DAY)) == ("no_member",)
    headed = accepted(make_head(house, CARL, DAY))
    assert [head_on(one, day) for one, day in ((headed, DAY), (headed, LATER), (house, DAY))] == ["carl", None, None]


def test_a_head_who_leaves_others_behind_names_a_new_one() -> None:
    """One of those who are there the day after."""
    house = home(stay("carl"), stay("dora", NEXT), stay("emil", None, DAY), head="carl")
    assert codes(end_membership(house, CARL, DAY)) == ("new_head_needed",)
    assert codes(end_membership(house, CARL, DAY, CARL)) == ("no_member",)
    assert codes(end_membership(house, CARL, DAY, EMIL)) == ("no_member",)
    left = accepted(end_membership(house, CARL, DAY, DORA))
    assert left == home(stay("carl", None, DAY), stay("dora", NEXT), stay("emil", None, DAY), head="dora")


def test_the_last_one_leaves_a_household_without_a_head() -> None:
    """Nobody is there to follow."""
    assert accepted(end_membership(home(stay("carl"), head="carl"), CARL, DAY)).head is None


def test_others_leave_the_head_alone() -> None:
    """Unless another head is named with it; who is not there does not leave."""
    house = home(stay("carl"), stay("dora"), stay("emil"), head="carl")
    assert accepted(end_membership(house, DORA, DAY)).head == "carl"
    assert accepted(end_membership(house, DORA, DAY, EMIL)).head == "emil"
    assert codes(end_membership(home(stay("dora", NEXT)), DORA, DAY, CARL)) == ("no_member", "no_member")


def test_a_consumer_has_one_main_household() -> None:
    """The one before is it no longer; days gone by stay as they were."""
    one = home(stay("carl", None, DAY, is_primary=True), stay("carl", LATER, is_primary=True), name="one")
    two = home(stay("carl", DAY), stay("dora", is_primary=True), name="two")
    three = home(stay("carl"), name="three")
    changed = make_primary_household(CARL, HouseholdId("two"), [one, two, three], NEXT)
    assert changed == (
        home(stay("carl", None, DAY, is_primary=True), stay("carl", LATER), name="one"),
        home(stay("carl", DAY, is_primary=True), stay("dora", is_primary=True), name="two"),
    )
    assert isinstance(changed, tuple)
    assert primary_household(CARL, changed, NEXT) == changed[1]
    assert primary_household(CARL, [two, three], NEXT) is None


def test_one_stay_is_the_main_one() -> None:
    """A later one in the same household is not: whoever comes again says so again."""
    house = home(stay("carl", None, DAY), stay("carl", LATER))
    changed = make_primary_household(CARL, HouseholdId("home"), [house], DAY)
    assert changed == (home(stay("carl", None, DAY, is_primary=True), stay("carl", LATER)),)


def test_a_main_household_is_one_that_the_consumer_is_in() -> None:
    """On that day."""
    one = home(stay("carl", LATER))
    assert codes(make_primary_household(CARL, HouseholdId("home"), [one], DAY)) == ("no_member",)
    assert codes(make_primary_household(CARL, HouseholdId("other"), [one], LATER)) == ("no_member",)


def test_a_stay_may_be_said_to_end_on_the_last_day_there_is() -> None:
    """Agreements are said to end on 9999-12-31; nobody's day comes after it."""
    ended = end_membership(Household(id="h", name="H", members=(HouseholdMember(consumer="kay"),)), "kay", date.max)  # type: ignore[arg-type]
    assert isinstance(ended, Household)
    assert ended.members[0].ends_on == date.max
