"""How often a promise starts on one case: again and again, one after another, all at once, or once."""

import pytest

from csmcore.conditions import Condition, field
from csmcore.model import Goal, SlaDefinition
from csmcore.rules import evaluate, next_deadline
from tests.unit.sla.desk import Desk, Step, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
ASKED, ANSWERED = {"event.by": "customer"}, {"event.by": "agent"}
GOLD = {"category": "gold"}


def reply(recurrence: str, **changes: object) -> SlaDefinition:
    """An answer within four office hours to what a customer says."""
    usual = {
        "start": field("event.by") == "customer",
        "stop": field("event.by") == "agent",
        "when_to_cancel": "never",
        "recurrence": recurrence,
    }
    return promise(**usual | changes)


def cycles(case: Desk, as_of: str) -> list[tuple[int, str, str]]:
    """The number, stage and start of each cycle."""
    return [(each.cycle, each.stage, f"{each.started_at:%d %H:%M}") for each in case.readings(as_of)]


TALK: tuple[Step, ...] = (
    ("12 09:00", OPEN | ASKED),
    ("12 10:00", ASKED),
    ("12 11:00", {}),
    ("12 12:00", ANSWERED),
    ("12 13:00", ASKED),
)


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        ("cycles", [(1, "completed", "12 09:00"), (2, "in_progress", "12 13:00")]),
        ("sequential", [(1, "completed", "12 09:00"), (2, "in_progress", "12 13:00")]),
        (
            "independent",
            [(1, "completed", "12 09:00"), (2, "completed", "12 10:00"), (3, "in_progress", "12 13:00")],
        ),
        ("once", [(1, "completed", "12 09:00")]),
    ],
)
def test_each_word_of_the_customer(recurrence: str, expected: list[tuple[int, str, str]]) -> None:
    """Two words, one answer, another word: an event is a rise of its own each time it holds."""
    assert cycles(desk(reply(recurrence), *TALK), "12 14:00") == expected


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        ("cycles", [(1, "completed", "12 09:00"), (2, "in_progress", "12 11:00")]),
        ("sequential", [(1, "completed", "12 09:00"), (2, "in_progress", "12 13:00")]),
        ("independent", [(1, "completed", "12 09:00"), (2, "in_progress", "12 13:00")]),
        ("once", [(1, "completed", "12 09:00")]),
    ],
)
def test_a_condition_that_stays_true_rises_once(recurrence: str, expected: list[tuple[int, str, str]]) -> None:
    """Stopped while its start still holds, it starts again at once under cycles; a rise must be waited for."""
    definition = promise(
        start=field("category") == "gold",
        stop=field("state") == "resolved",
        pause=None,
        when_to_cancel="never",
        recurrence=recurrence,
    )
    steps = (
        ("12 09:00", OPEN | GOLD),
        ("12 10:00", DONE),
        ("12 11:00", OPEN),
        ("12 12:00", {"category": "silver"}),
        ("12 13:00", GOLD),
    )
    assert cycles(desk(definition, *steps), "12 14:00") == expected


@pytest.mark.parametrize("recurrence", ["sequential", "independent"])
def test_a_start_that_rises_while_it_may_not_attach_has_risen_for_nothing(recurrence: str) -> None:
    """What stops it at the rise keeps it from attaching, and later its start is no rise any more."""
    definition = promise(start=field("category") == "gold", pause=None, recurrence=recurrence)
    steps = (("12 09:00", {**DONE, **GOLD}), ("12 10:00", OPEN), ("12 11:00", {"category": None}), ("12 12:00", GOLD))
    assert cycles(desk(definition, *steps), "12 13:00") == [(1, "in_progress", "12 12:00")]


@pytest.mark.parametrize(
    "start",
    [
        field("priority").changes(),
        field("priority").changes_to(1),
        (field("priority") == 1) & field("priority").changes(),
    ],
    ids=["changes", "changes_to", "level and change"],
)
def test_each_change_is_a_rise(start: Condition) -> None:
    """A change is asked of a record that stands still, where nothing changes: it always rises."""
    definition = promise(start=start, stop=None, pause=None, when_to_cancel="never", recurrence="independent")
    steps = (("12 09:00", {**OPEN, "priority": 1}), ("12 10:00", {"priority": 2}), ("12 11:00", {"priority": 1}))
    started = [when for _, _, when in cycles(desk(definition, *steps), "12 12:00")]
    assert started[0] == "12 09:00"
    assert started[-1] == "12 11:00"


def test_clocks_that_run_at_once_pause_and_end_together() -> None:
    """Each has its own time: both stand still, both stop at the answer, each breaks at its own instant."""
    definition = reply("independent", pause=field("state") == "awaiting_info", thresholds=(50,))
    steps = (
        ("12 09:00", OPEN | ASKED),
        ("12 10:30", ASKED),
        ("12 11:30", WAIT),
        ("12 12:00", OPEN),
        ("12 16:00", ANSWERED),
    )
    case = desk(definition, *steps)
    state = evaluate(case.plan, case.revisions, at("12 12:30"))
    assert [clock.due_at for clock in state.clocks] == [at("12 13:30"), at("12 15:00")]  # 4.5 h after each
    assert next_deadline(case.plan, state, at("12 12:30")) == at("12 13:00")  # the second's 50 %: 10:30 + 2 + 0.5 h
    first, second = case.readings("12 17:00")
    assert (first.elapsed, second.elapsed) == (hours(6.5), hours(5))
    assert (first.breached_at, second.breached_at) == (at("12 13:30"), at("12 15:00"))
    assert {reading.stopped_at for reading in (first, second)} == {at("12 16:00")}


def test_what_attaches_beside_others_is_not_touched_by_the_revision_that_ends_them() -> None:
    """A word that is both question and answer ends the clocks that run; stop keeps a new one from attaching."""
    definition = reply("independent", stop=field("state") == "resolved", cancel=field("category") == "spam")
    both = {**ASKED, **DONE}
    case = desk(definition, ("12 09:00", OPEN | ASKED), ("12 10:00", both), ("12 11:00", {**OPEN, **ASKED}))
    assert cycles(case, "12 12:00") == [(1, "completed", "12 09:00"), (2, "in_progress", "12 11:00")]


def test_independent_clocks_are_cancelled_each() -> None:
    """A condition that cancels, cancels all of them."""
    definition = reply("independent", cancel=field("category") == "spam", when_to_cancel="cancel_met")
    steps = (("12 09:00", OPEN | ASKED), ("12 10:00", ASKED), ("12 11:00", {"category": "spam"}))
    assert [stage for _, stage, _ in cycles(desk(definition, *steps), "12 12:00")] == ["cancelled", "cancelled"]


def test_once_is_once_also_when_it_was_cancelled() -> None:
    """A promise that is made once is not made again, however its clock ended."""
    definition = promise(start=field("category") == "gold", recurrence="once")
    steps = (("12 09:00", OPEN | GOLD), ("12 10:00", {"category": None}), ("12 11:00", GOLD))
    assert cycles(desk(definition, *steps), "12 12:00") == [(1, "cancelled", "12 09:00")]


def test_once_waits_for_a_goal() -> None:
    """Where no goal fits nothing attaches, and the once is still to come."""
    definition = promise(goals=(Goal(hours(4), field("priority") == 1),), recurrence="once")
    case = desk(definition, ("12 09:00", {**OPEN, "priority": 3}), ("12 10:00", {"priority": 1}))
    assert cycles(case, "12 11:00") == [(1, "in_progress", "12 10:00")]


def test_a_sequential_clock_is_reset_without_a_rise() -> None:
    """A reset attaches the next cycle whatever the recurrence says."""
    definition = promise(start=field("category") == "gold", reset=field("priority").changes(), recurrence="sequential")
    steps = (("12 09:00", {**OPEN, **GOLD, "priority": 3}), ("12 10:00", {"priority": 1}))
    assert cycles(desk(definition, *steps), "12 11:00") == [
        (1, "completed", "12 09:00"),
        (2, "in_progress", "12 10:00"),
    ]


def test_a_first_revision_is_a_rise() -> None:
    """Before the first revision there is nothing, so a start that holds there has risen."""
    for recurrence in ("sequential", "independent"):
        definition = promise(start=field("category").is_empty(), pause=None, recurrence=recurrence)
        assert len(cycles(desk(definition, ("12 09:00", OPEN)), "12 10:00")) == 1


def test_the_event_before_is_gone_when_a_rise_is_asked_for() -> None:
    """A level joined with an event: that the last revision was the customer's too makes this one no less a rise."""
    definition = reply("independent", start=(field("state") == "open") & (field("event.by") == "customer"), stop=None)
    case = desk(definition, ("12 09:00", OPEN | ASKED), ("12 10:00", ASKED), ("12 11:00", ASKED))
    assert [number for number, _, _ in cycles(case, "12 12:00")] == [1, 2, 3]


# --- the goal of the first cycle -------------------------------------------------------------------------------------

BY_PRIORITY = (Goal(hours(2), field("priority") == 1), Goal(hours(6), field("priority") == 3))


def test_keep_first_keeps_the_goal_of_the_first_cycle() -> None:
    """Reopened and urgent, the case is still measured by what was promised at the start."""
    definition = promise(goals=BY_PRIORITY, on_goal_change="keep_first")
    steps = (
        ("12 09:00", {**OPEN, "priority": 3}),
        ("12 10:00", {"priority": 1}),
        ("12 11:00", DONE),
        ("12 12:00", {**OPEN, "priority": 5}),  # no goal is for it, and none is asked
    )
    first, second = desk(definition, *steps).readings("12 13:00")
    assert (first.goal, second.goal, second.due_at) == (hours(6), hours(6), at("13 10:00"))  # 12-17, 9-10


@pytest.mark.parametrize(("mode", "goal"), [("carry", 2), ("keep", 2), ("keep_first", 6)])
def test_a_reset_takes_the_goal_that_its_mode_says(mode: str, goal: int) -> None:
    """The cycle that a reset attaches has the goal of the moment, but where the first one's is kept."""
    definition = promise(goals=BY_PRIORITY, on_goal_change=mode, reset=field("priority").changes())
    case = desk(definition, ("12 09:00", {**OPEN, "priority": 3}), ("12 10:00", {"priority": 1}))
    assert case.readings("12 11:00")[1].goal == hours(goal)
