"""Every figure of a reading, its explanation in words, and clocks and plans that do not belong together."""

import pickle
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest

from csmcore.calendars import BusinessCalendar, Holiday, WeeklyHours
from csmcore.conditions import field
from csmcore.errors import InvalidValue, NaiveDatetime, OutOfRange, UnknownTimeZone
from csmcore.model import CalendarStretch, DefinitionId, EventId, Goal, Pause, SlaClock, SlaReading
from csmcore.rules import evaluate, explain, read, tick
from tests.unit.sla.desk import OFFICE, Desk, Step, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
ZERO = hours(0)


def figures(reading: SlaReading, *names: str) -> list[Any]:
    """Some of its figures."""
    return [getattr(reading, name) for name in names]


# --- by the clock on the wall ----------------------------------------------------------------------------------------


def test_the_wall_s_figures_are_real_time() -> None:
    """Four office hours from Mon 15:00 end on Tue 11:00, twenty hours later; at Tue 09:00 eighteen of them are over."""
    reading = desk(promise(), ("12 15:00", OPEN)).reading("13 09:00")
    assert figures(reading, "elapsed", "wall_elapsed", "wall_goal") == [hours(2), hours(18), hours(20)]
    assert figures(reading, "wall_remaining", "wall_time_left", "wall_overdue") == [hours(2), hours(2), ZERO]
    assert (reading.percent, reading.wall_percent) == (Fraction(50), Fraction(90))


def test_over_due_the_wall_counts_on() -> None:
    """An hour of open time after it, an hour of real time; then the night is real time alone."""
    case = desk(promise(), ("12 13:00", OPEN))
    reading = case.reading("13 09:00")
    assert figures(reading, "remaining", "overdue", "time_left") == [ZERO, ZERO, ZERO]
    assert figures(reading, "wall_remaining", "wall_time_left", "wall_overdue") == [hours(-16), ZERO, hours(16)]
    later = case.reading("13 10:00")
    assert figures(later, "remaining", "overdue", "time_left", "wall_overdue") == [
        hours(-1),
        hours(1),
        ZERO,
        hours(17),
    ]


def test_pauses_count_by_the_wall_too() -> None:
    """A pause over a night: due from Mon 15:00 to Wed 10:00 but for eighteen real hours of pause is 25 hours."""
    steps = (("12 15:00", OPEN), ("12 16:00", WAIT), ("13 15:00", OPEN))
    reading = desk(promise(), *steps).reading("13 16:00")
    assert figures(reading, "paused", "wall_paused") == [hours(7), hours(23)]  # 16-17, 9-15
    assert reading.due_at == at("14 10:00")  # 15:00 + 4 h + 7 h: Mon 2, Tue 8, Wed 1
    assert figures(reading, "wall_goal", "wall_elapsed") == [hours(20), hours(2)]  # 43 h less 23
    assert reading.wall_percent == Fraction(10)


def test_while_paused_the_wall_s_figures_stand_but_for_the_pause() -> None:
    """What is left is seen from where the pause began; the open pause is in no denominator."""
    case = desk(promise(), ("12 09:00", OPEN), ("12 10:00", WAIT))
    for when, paused in (("12 11:00", 1), ("12 15:00", 5)):
        reading = case.reading(when)
        assert figures(reading, "wall_elapsed", "wall_paused", "wall_remaining", "wall_goal") == [
            hours(1),
            hours(paused),
            hours(3),
            hours(4),
        ]
        assert reading.wall_percent == Fraction(25)


def test_an_ended_clock_s_wall_stands_still() -> None:
    """What was left when it ended is left."""
    reading = desk(promise(), ("12 09:00", OPEN), ("12 12:00", DONE)).reading("20 09:00")
    assert figures(reading, "wall_elapsed", "wall_remaining", "wall_percent") == [hours(3), hours(1), Fraction(75)]


def test_pauses_that_take_all_the_real_time_count_by_their_open_time() -> None:
    """Missed at 10:00, then held over the night: an hour less sixteen is none, so the night's open time is subtracted.

    An agreed date that stands may leave nothing even so: then it is all used up.
    """
    late: tuple[Step, ...] = (("12 09:00", OPEN), ("12 17:00", WAIT), ("13 09:00", OPEN))
    reading = desk(promise(goals=(Goal(hours(1)),)), *late).reading("13 10:00")
    assert (reading.derived_end_at, reading.wall_paused, reading.paused) == (at("12 10:00"), hours(16), ZERO)
    assert figures(reading, "wall_goal", "wall_elapsed", "wall_percent") == [hours(1), hours(9), Fraction(900)]
    agreed = promise(goals=(Goal(due_field="extra.due", moved_by_pauses=False),))
    held: tuple[Step, ...] = (
        ("12 09:00", {**OPEN, "extra.due": at("12 12:00")}),
        ("12 10:00", WAIT),
        ("12 13:00", OPEN),
    )
    reading = desk(agreed, *held).reading("12 14:00")
    assert figures(reading, "wall_goal", "wall_elapsed") == [ZERO, hours(2)]  # 3 h less 3 h, open as real
    assert reading.wall_percent == Fraction(100)


def test_where_no_real_time_was_promised_it_is_none_or_all() -> None:
    """100 percent as soon as some real time has passed, none before."""
    agreed = promise(goals=(Goal(due_field="extra.due", moved_by_pauses=False),))
    case = desk(agreed, ("12 09:00", {**WAIT, "extra.due": at("12 12:00")}), ("12 13:00", OPEN))
    assert (case.reading("12 13:00").wall_goal, case.reading("12 13:00").wall_percent) == (hours(-1), Fraction(0))
    assert case.reading("12 13:01").wall_percent == Fraction(100)


def test_without_a_due_date_the_wall_has_no_figures() -> None:
    """Where the calendar ends before the goal is used up there is nothing to count up to."""
    ends = BusinessCalendar(timezone="UTC", hours=OFFICE.hours, valid_until=date(2026, 1, 13))
    definition = promise(calendar=None, calendar_source=("account.calendar",), goals=(Goal(hours(20)),))
    case = desk(definition, ("12 09:00", {**OPEN, "account.calendar": "office"}), calendars={"office": ends})
    names = ("wall_goal", "wall_remaining", "wall_time_left", "wall_overdue", "wall_percent", "derived_end_at")
    assert figures(case.reading("12 10:00"), *names) == [None] * 6
    assert "without a due date now" in str(explain(case.plan, case.clocks("12 10:00")[0], at("12 10:00")))


def test_a_percent_of_the_wall_is_exact() -> None:
    """A microsecond of three hours."""
    micro = timedelta(microseconds=1)
    case = desk(promise(goals=(Goal(hours(3)),)), ("12 09:00", OPEN))
    (clock,) = case.clocks("12 09:00")
    reading = read(case.plan, clock, at("12 09:00") + micro)
    assert reading.percent == reading.wall_percent == Fraction(100, 3 * 3600 * 10**6)


# --- in words --------------------------------------------------------------------------------------------------------


def explained(case: Desk, as_of: str) -> str:
    """The one clock's explanation."""
    (clock,) = case.clocks(as_of)
    return str(explain(case.plan, clock, at(as_of)))


def test_an_explanation_in_words() -> None:
    """Once running with a breach and a pause, its cause and whose doing; once paused, with what would be."""
    holidays = (Holiday(date(2026, 1, 13), "Plough Tuesday"),)
    week = BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon-Fri 09:00-17:00"), holidays=holidays)
    steps = (("12 14:00", OPEN), ("12 15:00", {**WAIT, "event.by": "agent"}), ("12 16:00", OPEN))
    case = desk(promise(), *steps, calendars={"office": week})
    told = explained(case, "14 12:00").splitlines()
    assert told[0].startswith(
        "resolution, cycle 1: in_progress, due 2026-01-14 11:00Z; breached at 2026-01-14 11:00Z. "
        "5:00:00 of 4:00:00 used since 2026-01-12 14:00Z, 1:00:00 paused (1:00:00 by the clock on the wall); goal 1"
    )
    assert "open time of 'office' [policy desk 1, " in told[0]
    assert [line.strip() for line in told[1:]] == [
        "2026-01-12 14:00Z to 2026-01-12 15:00Z  running 1:00:00",
        "2026-01-12 15:00Z to 2026-01-12 16:00Z  paused  1:00:00  (C/2/0 by agent)",
        "2026-01-12 16:00Z to 2026-01-12 17:00Z  running 1:00:00",
        "2026-01-12 17:00Z to 2026-01-14 09:00Z  closed  0:00:00  (Plough Tuesday)",
        "2026-01-14 09:00Z to 2026-01-14 12:00Z  running 3:00:00",
    ]
    paused = explained(case, "12 15:30")
    assert "without a due date now (if it went on now: 2026-01-14 10:30Z)" in paused
    assert "(C/2/0 by agent)" in paused


def test_an_explanation_on_the_clocks_of_a_zone() -> None:
    """16:00 in Berlin is 15:00 UTC; what is no zone is refused."""
    case = desk(promise(), ("12 15:00", OPEN))
    (clock,) = case.clocks("12 16:00")
    explanation = explain(case.plan, clock, at("12 16:00"))
    there = explanation.in_zone("Europe/Berlin")
    assert "due Tue 2026-01-13 12:00 CET" in str(there)
    assert "  Mon 2026-01-12 16:00 CET to Mon 2026-01-12 17:00 CET  running 1:00:00" in str(there)
    assert there._repr_html_() != explanation._repr_html_()
    assert attrs.evolve(there, timezone=None) == explanation
    with pytest.raises(UnknownTimeZone):
        explanation.in_zone("Mars/Olympus")


def test_an_explanation_as_html_is_text_alone() -> None:
    """What stands in ids and names is escaped."""
    steps = (("12 09:00", OPEN), ("12 10:00", WAIT))
    case = desk(promise(id=DefinitionId("<b>resolution</b>")), *steps)
    (clock,) = case.clocks("12 11:00")
    page = explain(case.plan, clock, at("12 11:00"))._repr_html_()
    assert "&lt;b&gt;resolution&lt;/b&gt;, cycle 1: paused" in page
    assert page.count("<tr>") == 3  # the titles, running, paused
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("goals", "said", "fields"),
    [
        ((Goal(hours(4)),), ("goal 1 of 1", "for every case"), ()),
        ((Goal(hours(4), field("category") == "gold"),), ("goal 1 of 1", "because category is gold"), ("category",)),
        (
            (Goal(hours(1), field("category") == "lead"), Goal(hours(4))),
            ("goal 2 of 2", "because no goal before it is for this case"),
            (),
        ),
        ((Goal(days=2),), ("goal 1 of 1",), ()),
        ((Goal(days=2, at="close", cutoff="16:00"),), ("goal 1 of 1",), ()),
        ((Goal(days=2, at="12:00"),), ("goal 1 of 1",), ()),
        ((Goal(due_field="extra.due"),), ("goal 1 of 1",), ()),
        ((Goal(due_field="extra.due", moved_by_pauses=False),), ("goal 1 of 1",), ()),
    ],
)
def test_the_goal_is_explained(goals: tuple[Goal, ...], said: tuple[str, ...], fields: tuple[str, ...]) -> None:
    """Which of how many, and why this one; what it promises is in the words."""
    case = desk(promise(goals=goals), ("12 09:00", {**OPEN, "category": "gold", "extra.due": at("13 12:00")}))
    (clock,) = case.clocks("12 10:00")
    reason = explain(case.plan, clock, at("12 10:00")).goal_reason
    assert (reason.code, reason.fields) == ("goal", fields)
    assert all(part in reason.text for part in said)
    assert reason.text in str(explain(case.plan, clock, at("12 10:00")))


# --- clocks and plans ------------------------------------------------------------------------------------------------


def test_a_clock_is_read_by_the_policy_that_made_it() -> None:
    """A plan that has no such definition takes neither the clock nor its state."""
    case, other = desk(promise(), ("12 09:00", OPEN)), desk(promise(id="another"))
    state = evaluate(case.plan, case.revisions, at("12 09:00"))
    for ask in (
        lambda: read(other.plan, state.clocks[0], at("12 10:00")),
        lambda: explain(other.plan, state.clocks[0], at("12 10:00")),
        lambda: tick(other.plan, state, at("12 10:00")),
    ):
        with pytest.raises(InvalidValue, match="desk 1 has no definition 'resolution'"):
            ask()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"goal_index": 1}, "resolution has no goal number 2"),
        ({"calendar": "attic"}, "the policy has no calendar 'attic'"),
        ({"stretches": (CalendarStretch(at("12 09:00"), at("12 10:00"), hours(1), "attic"),)}, "no calendar 'attic'"),
    ],
)
def test_a_clock_of_another_version_is_not_taken(changes: dict[str, Any], problem: str) -> None:
    """A goal or a calendar that the policy no longer has."""
    case = desk(promise(), ("12 09:00", OPEN))
    other = changed(case.clocks("12 10:00")[0], **changes)
    with pytest.raises(InvalidValue, match=problem):
        explain(case.plan, other, at("12 10:00"))


def test_a_paused_clock_is_not_read_before_its_pause() -> None:
    """Nor one that went on before it did; an ended one reads as of its end whenever it is asked."""
    case = desk(promise(), ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", OPEN), ("12 12:00", DONE))
    for seen, too_early in (("12 09:30", "12 08:59"), ("12 10:30", "12 09:59"), ("12 11:30", "12 10:59")):
        (clock,) = case.clocks(seen)
        with pytest.raises(InvalidValue, match="before what the clock has seen"):
            read(case.plan, clock, at(too_early))
    (ended,) = case.clocks("12 13:00")
    assert read(case.plan, ended, at("12 08:00")) == read(case.plan, ended, at("20 08:00"))


@pytest.mark.parametrize("kind", [Pause, CalendarStretch])
def test_stretches_keep_their_instants_in_utc(kind: type[Pause] | type[CalendarStretch]) -> None:
    """As every noun does; naive ones, and those outside 1970 to 2199, are refused."""
    more: dict[str, Any] = {"event_id": EventId("C/1/0")} if kind is Pause else {}
    berlin = datetime.fromisoformat("2026-01-12T10:00:00+01:00")
    made: Any = kind(start=berlin, end=at("12 10:00"), business=hours(1), **more)
    assert (made.start, str(made.start.tzinfo)) == (at("12 09:00"), "UTC")
    with pytest.raises(NaiveDatetime):
        kind(start=datetime(2026, 1, 12), end=at("12 10:00"), business=hours(1), **more)
    with pytest.raises(OutOfRange):
        kind(start=at("12 09:00"), end=datetime.fromisoformat("2200-01-01T00:00:00Z"), business=hours(1), **more)


def changed(clock: SlaClock, **changes: Any) -> SlaClock:
    """Another clock, made by hand."""
    return attrs.evolve(clock, **changes)


def test_a_clock_made_by_hand_is_checked() -> None:
    """Hosts that build clocks get them in UTC, and errors that name the field."""
    (clock,) = desk(promise(), ("12 09:00", OPEN)).clocks("12 10:00")
    berlin = datetime.fromisoformat("2026-01-12T15:00:00+01:00")
    assert changed(clock, target_at=berlin).target_at == at("12 14:00")
    for name in ("target_at", "target_since", "agreed_at", "paused_at", "due_at", "next_at", "original_due_at"):
        with pytest.raises(NaiveDatetime) as caught:
            changed(clock, **{name: datetime(2026, 1, 12)})
        assert caught.value.path == name
    for changes in ({"cycle": 0}, {"goal_index": -1}, {"stage": "done"}, {"paused_side": "nobody"}, {"calendar": ""}):
        with pytest.raises(InvalidValue):
            changed(clock, **changes)


def test_a_state_pickles() -> None:
    """With stretches, pauses and due dates, it comes back equal and goes on alike."""
    definition = promise(goals=(Goal(due_field="extra.due"),), calendar_source=("account.calendar",), thresholds=(50,))
    case = desk(
        definition,
        ("12 09:00", {**OPEN, "extra.due": at("13 12:00")}),
        ("12 10:00", {**WAIT, "account.calendar": "late"}),
        ("12 15:00", {**OPEN, "extra.due": at("13 15:00")}),
        calendars={
            "office": OFFICE,
            "late": BusinessCalendar(timezone="UTC", hours=WeeklyHours.parse("Mon 13:00-21:00")),
        },
    )
    state = evaluate(case.plan, case.revisions, at("12 16:00"))
    again = pickle.loads(pickle.dumps(state))  # noqa: S301 - its own
    assert again == state
    assert tick(case.plan, again, at("20 09:00")) == tick(case.plan, state, at("20 09:00"))
    assert isinstance(again.clocks[0], SlaClock)


def test_a_start_that_compares_fields_is_believed_to_last() -> None:
    """Whether it can hold on a quiet record cannot be decided, so nothing more need be said of it."""
    start = field("account") == field("contact")
    case = desk(promise(start=start, pause=None), ("12 09:00", {**OPEN, "account": "a", "contact": "a"}))
    assert case.reading("12 10:00").stage == "in_progress"
