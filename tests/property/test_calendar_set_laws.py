"""The laws of sets of calendars: what holds for unions, intersections and differences of any two."""

from csmcore.calendars import BusinessCalendar, Calendar
from tests.oracle.calendar import WEEKDAYS
from tests.property.scenes import Scene, add_or_none, law, same_answers


@law
def test_wider_hours_are_never_due_later(scene: Scene) -> None:
    """Law of widening: a calendar united with any other is due no later, and one cut down is due no earlier."""
    calendar, t, d = scene.calendar, scene.instants[0], scene.durations[0]
    other = BusinessCalendar.from_mapping(
        {"timezone": "Asia/Tokyo", "hours": {day: ["03:00-04:00"] for day in WEEKDAYS}}
    )
    due, sooner, later = (add_or_none(each, t, d) for each in (calendar, calendar.union(other), calendar.minus(other)))
    assert due is None or (sooner is not None and sooner <= due)
    assert later is None or (due is not None and due <= later)


@law
def test_sets_of_calendars_are_sets_of_instants(scene: Scene) -> None:
    """Law of sets: union is open where either is, intersection where both are, minus where only the first is."""
    one, other = scene.calendar, partner()
    union, common, rest = one.union(other), one.intersection(other), one.minus(other)
    for t in scene.instants:
        here, there = one.is_open(t), other.is_open(t)
        assert union.is_open(t) == (here or there)
        assert common.is_open(t) == (here and there)
        assert rest.is_open(t) == (here and not there)


@law
def test_sets_of_calendars_lose_no_time(scene: Scene) -> None:
    """Law of inclusion and exclusion: union + intersection == one + other, and minus + intersection == one."""
    one, other, (a, b) = scene.calendar, partner(), (scene.instants[0], scene.instants[3])
    union, common, rest = (each.elapsed(a, b) for each in (one.union(other), one.intersection(other), one.minus(other)))
    assert union + common == one.elapsed(a, b) + other.elapsed(a, b)
    assert rest + common == one.elapsed(a, b)
    assert one.union(one).elapsed(a, b) == one.elapsed(a, b)


@law
def test_the_order_of_a_union_says_nothing(scene: Scene) -> None:
    """Law of commuting: a union or an intersection answers alike whichever calendar is named first."""
    one, other = scene.calendar, partner()
    same_answers(one.union(other), other.union(one), scene)
    same_answers(one.intersection(other), other.intersection(one), scene)


def partner() -> Calendar:
    """Another calendar to combine the scene's with: split shifts half a world away."""
    return BusinessCalendar.from_mapping(
        {"timezone": "Pacific/Chatham", "hours": {day: ["01:30-09:00", "20:00-23:45"] for day in WEEKDAYS}}
    )
