"""What a revision does to a clock, rule by rule: attach, stop, reset, cancel; and cycles."""

from fractions import Fraction

import pytest

from csmcore.conditions import Condition, field, sentence
from csmcore.errors import InvalidValue
from csmcore.model import Goal
from tests.unit.sla.desk import Desk, Step, at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
ESCALATED = field("priority").changes()


def stages(case: Desk, as_of: str) -> list[tuple[int, str]]:
    """Cycles and their stages."""
    return [(reading.cycle, reading.stage) for reading in case.readings(as_of)]


# --- attach ----------------------------------------------------------------------------------------------------------


def test_a_definition_attaches_when_it_starts_and_does_not_stop() -> None:
    """Start and stop both true: nothing attaches."""
    assert desk(promise(stop=field("state") == "open"), ("12 09:00", OPEN)).readings("12 10:00") == []


def test_a_definition_may_attach_at_any_revision() -> None:
    """A clock starts at the revision at which its start first holds, not at the case's opening."""
    gold = promise(start=(field("state") == "open") & (field("category") == "gold"))
    case = desk(gold, ("12 09:00", OPEN), ("12 11:00", {"category": "gold"}))
    assert case.readings("12 10:00") == []
    assert case.reading("12 12:00").started_at == at("12 11:00")


def test_before_the_first_revision_every_field_is_empty() -> None:
    """On the first revision a field that is set has changed, and changed from nothing, but from no value."""
    never = {"when_to_cancel": "never"}
    opened = ("12 09:00", {"state": "new"})
    assert stages(desk(promise(start=field("state").changes(), **never), opened), "12 10:00") == [(1, "in_progress")]
    assert stages(desk(promise(start=field("state").changes_to("new"), **never), opened), "12 10:00") == [
        (1, "in_progress")
    ]
    assert stages(desk(promise(start=field("state").changes_from(None), **never), opened), "12 10:00") == [
        (1, "in_progress")
    ]
    assert stages(desk(promise(start=field("state").changes_from("new"), **never), opened), "12 10:00") == []
    assert stages(desk(promise(start=field("category") != "gold", **never), opened), "12 10:00") == [(1, "in_progress")]


def test_a_start_may_hold_on_what_the_first_revision_does_not_say() -> None:
    """A definition attaches at the first revision also where that sets no field that the definition reads."""
    plain = promise(start=field("category") != "gold", stop=None, pause=None)
    assert stages(desk(plain, ("12 09:00", {"state": "new"})), "12 10:00") == [(1, "in_progress")]


def test_a_field_that_is_emptied_has_changed() -> None:
    """What a revision no longer says is empty, and conditions see it."""
    held = promise(pause=field("category") == "on hold", start=field("state") == "open")
    case = desk(held, ("12 09:00", {**OPEN, "category": "on hold"}), ("12 10:00", {"category": None}))
    assert case.reading("12 09:30").stage == "paused"
    assert case.reading("12 10:30").stage == "in_progress"


def test_a_cancel_condition_keeps_from_attaching_only_where_it_is_read() -> None:
    """The cancel condition is read for attaching when when_to_cancel is cancel_met, and not otherwise."""
    spam = field("category") == "spam"
    opened = ("12 09:00", {"state": "open", "category": "spam"})
    assert desk(promise(cancel=spam, when_to_cancel="cancel_met"), opened).readings("12 10:00") == []
    assert stages(desk(promise(cancel=spam), opened), "12 10:00") == [(1, "in_progress")]
    assert stages(desk(promise(cancel=spam, when_to_cancel="never"), opened), "12 10:00") == [(1, "in_progress")]


@pytest.mark.parametrize(
    "start",
    [
        field("state").changes_to("open"),
        field("event.by") == "customer",
        (field("state") == "open") & (field("event.kind") == "comment_added"),
        (field("state") == "open") & field("priority").changes(),
    ],
    ids=sentence,
)
def test_a_start_that_cannot_last_must_say_what_ends_it(start: Condition) -> None:
    """By default the next revision would cancel such a clock, so the policy must say otherwise or is refused."""
    with pytest.raises(InvalidValue, match="when_to_cancel"):
        desk(promise(start=start))
    for mode in ("never", "cancel_met"):
        assert desk(promise(start=start, when_to_cancel=mode)).readings("12 09:00") == []


@pytest.mark.parametrize(
    "start",
    [
        (field("state") == "open") | field("priority").changes(),
        ~(field("event.by") == "customer"),
        ~field("state").changes(),
    ],
    ids=sentence,
)
def test_a_start_that_may_last_needs_to_say_nothing(start: Condition) -> None:
    """A start that can hold on a quiet record is fine under the default."""
    assert desk(promise(start=start)).readings("12 09:00") == []


# --- stop, and the next cycle ----------------------------------------------------------------------------------------


def test_stop_comes_before_everything_else() -> None:
    """A revision that meets stop, reset and cancel at once completes the clock."""
    definition = promise(reset=ESCALATED, cancel=field("state") == "resolved", when_to_cancel="cancel_met")
    case = desk(definition, ("12 09:00", {**OPEN, "priority": 3}), ("12 10:00", {**DONE, "priority": 1}))
    assert stages(case, "12 11:00") == [(1, "completed")]


def test_a_reopened_case_starts_a_new_cycle_and_keeps_the_kept_promise() -> None:
    """Cycle 1 took one hour of four and stays kept, whatever becomes of cycle 2."""
    steps = (("12 09:00", OPEN), ("12 10:00", DONE), ("13 09:00", OPEN), ("14 16:00", DONE))
    first, second = desk(promise(), *steps).readings("15 09:00")
    assert (first.stage, first.has_breached, first.elapsed) == ("completed", False, hours(1))
    assert (second.cycle, second.started_at, second.has_breached) == (2, at("13 09:00"), True)
    assert second.elapsed == hours(15)  # Tue 8 h + Wed 7 h; the resolved time belongs to no cycle
    assert second.breached_at == at("13 13:00")


def test_completion_is_no_memory() -> None:
    """A definition attaches again at the next revision at which it starts and does not stop."""
    reply = promise(
        id="next_reply",
        start=field("event.by") == "customer",
        stop=field("event.by") == "agent",
        pause=None,
        when_to_cancel="never",
        goals=(Goal(hours(1)),),
    )
    steps: tuple[Step, ...] = (
        ("12 09:00", {"state": "new", "event.by": "customer"}),
        ("12 09:40", {"event.by": "customer"}),  # the clock runs already: no second one
        ("12 10:15", {"event.by": "agent"}),
        ("12 11:00", {}),
        ("12 13:00", {"event.by": "customer"}),
    )
    first, second = desk(reply, *steps).readings("12 14:00")
    assert (first.elapsed, first.breached_at) == (hours(1.25), at("12 10:00"))
    assert (second.started_at, second.has_breached) == (at("12 13:00"), True)  # an hour at the very instant of reading


def test_resolved_and_reopened_at_one_instant() -> None:
    """Revisions at one instant act in their sequence: one cycle ends and the next begins at it."""
    case = desk(promise(), ("12 09:00", OPEN), ("12 10:00", DONE), ("12 10:00", OPEN))
    first, second = case.readings("12 12:00")
    assert (first.stopped_at, second.started_at) == (at("12 10:00"), at("12 10:00"))
    assert (first.elapsed, second.elapsed) == (hours(1), hours(2))


def test_a_cycle_may_last_no_time_at_all() -> None:
    """Opened and resolved at one instant is a promise kept in no time."""
    reading = desk(promise(), ("12 09:00", OPEN), ("12 09:00", DONE)).reading("12 12:00")
    assert (reading.stage, reading.elapsed, reading.has_breached, reading.percent) == (
        "completed",
        hours(0),
        False,
        Fraction(0),
    )


# --- reset -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "stage"), [("complete", "completed"), ("cancel", "cancelled")])
def test_a_reset_ends_the_clock_and_starts_the_next(action: str, stage: str) -> None:
    """A reset completes or cancels the cycle, as declared, and the next one starts from nothing at that instant."""
    definition = promise(reset=ESCALATED, reset_action=action)
    case = desk(definition, ("12 09:00", {**OPEN, "priority": 3}), ("12 12:00", {"priority": 1}))
    first, second = case.readings("12 13:00")
    assert (first.stage, first.elapsed, first.stopped_at) == (stage, hours(3), at("12 12:00"))
    assert (second.stage, second.elapsed, second.due_at) == ("in_progress", hours(1), at("12 16:00"))


def test_a_clock_is_not_reset_at_the_revision_that_attached_it() -> None:
    """The first revision changes every field that it sets, and resets nothing."""
    case = desk(promise(reset=ESCALATED), ("12 09:00", {**OPEN, "priority": 3}))
    assert stages(case, "12 10:00") == [(1, "in_progress")]


def test_what_a_reset_attaches_may_pause_at_once() -> None:
    """A reset while the customer is awaited starts a clock that waits."""
    case = desk(promise(reset=ESCALATED), ("12 09:00", {**OPEN, "priority": 3}), ("12 12:00", {**WAIT, "priority": 1}))
    assert stages(case, "12 13:00") == [(1, "completed"), (2, "paused")]


def test_a_reset_while_paused_leaves_the_pause_first() -> None:
    """The pause is counted up to the reset, and is no part of the next cycle."""
    steps = (("12 09:00", {**OPEN, "priority": 3}), ("12 10:00", WAIT), ("12 12:00", {**OPEN, "priority": 1}))
    first, second = desk(promise(reset=ESCALATED), *steps).readings("12 13:00")
    assert (first.elapsed, first.paused) == (hours(1), hours(2))
    assert (second.elapsed, second.paused) == (hours(1), hours(0))


def test_a_reset_needs_a_start() -> None:
    """A reset where the definition cannot attach is none: the next rule is asked, here the default cancel."""
    case = desk(
        promise(reset=ESCALATED),
        ("12 09:00", {**OPEN, "priority": 3}),
        ("12 12:00", {"state": "cancelled", "priority": 1}),
    )
    assert stages(case, "12 13:00") == [(1, "cancelled")]
    case = desk(
        promise(reset=ESCALATED, when_to_cancel="never"),
        ("12 09:00", {**OPEN, "priority": 3}),
        ("12 12:00", {"state": "cancelled", "priority": 1}),
    )
    assert stages(case, "12 13:00") == [(1, "in_progress")]


def test_a_reset_needs_a_goal() -> None:
    """Where no goal is for the case nothing can attach, so nothing is reset: the clock goes on with the goal it has."""
    urgent = promise(reset=ESCALATED, goals=(Goal(hours(4), field("priority") == 1),))
    case = desk(urgent, ("12 09:00", {**OPEN, "priority": 1}), ("12 10:00", {"priority": 3}))
    assert stages(case, "12 11:00") == [(1, "in_progress")]


# --- cancel ----------------------------------------------------------------------------------------------------------


def test_by_default_a_clock_is_cancelled_when_its_start_no_longer_holds() -> None:
    """start_not_met: the start condition is asked again at each revision."""
    gold = promise(start=(field("state") == "open") & (field("category") == "gold"))
    case = desk(gold, ("12 09:00", {**OPEN, "category": "gold"}), ("12 11:00", {"category": "silver"}))
    reading = case.reading("12 16:00")
    assert (reading.stage, reading.stopped_at, reading.elapsed) == ("cancelled", at("12 11:00"), hours(2))


def test_a_start_and_a_pause_that_exclude_each_other_cancel() -> None:
    """Under the default a pause state that the start does not list ends the clock instead of pausing it."""
    case = desk(promise(start=field("state") == "open"), ("12 09:00", OPEN), ("12 10:00", WAIT))
    assert stages(case, "12 11:00") == [(1, "cancelled")]


def test_cancel_met_reads_the_cancel_condition_alone() -> None:
    """cancel_met: a start that no longer holds cancels nothing, the cancel condition does."""
    definition = promise(
        start=field("state") == "open", cancel=field("category") == "spam", when_to_cancel="cancel_met"
    )
    case = desk(definition, ("12 09:00", OPEN), ("12 10:00", {"state": "new"}), ("12 11:00", {"category": "spam"}))
    assert stages(case, "12 10:30") == [(1, "in_progress")]
    assert stages(case, "12 11:00") == [(1, "cancelled")]


def test_never_cancels_nothing() -> None:
    """never: the clock runs on though its start is gone, until it is stopped."""
    definition = promise(cancel=field("category") == "spam", when_to_cancel="never")
    case = desk(
        definition, ("12 09:00", OPEN), ("12 10:00", {"state": "cancelled", "category": "spam"}), ("12 11:00", DONE)
    )
    assert stages(case, "12 10:30") == [(1, "in_progress")]
    assert stages(case, "12 11:00") == [(1, "completed")]


def test_a_cancelled_definition_may_attach_again() -> None:
    """Cancellation is no memory either: the next revision that starts it begins another cycle."""
    gold = promise(start=(field("state") == "open") & (field("category") == "gold"))
    steps = (
        ("12 09:00", {**OPEN, "category": "gold"}),
        ("12 11:00", {"category": "silver"}),
        ("12 12:00", {"category": "gold"}),
    )
    assert stages(desk(gold, *steps), "12 13:00") == [(1, "cancelled"), (2, "in_progress")]


def test_a_change_of_priority_moves_the_promise_to_another_definition() -> None:
    """The clock of priority 3 is cancelled, and the clock of priority 1 starts at that instant."""
    three = promise(id="three", start=field("priority") == 3, goals=(Goal(hours(8)),))
    one = promise(id="one", start=field("priority") == 1)
    case = desk((three, one), ("12 09:00", {**OPEN, "priority": 3}), ("12 11:00", {"priority": 1}))
    first, second = case.readings("12 12:00")
    assert (first.definition, first.stage, first.elapsed) == ("three", "cancelled", hours(2))
    assert (second.definition, second.started_at, second.due_at) == ("one", at("12 11:00"), at("12 15:00"))


# --- pass 2 sees what pass 1 attached --------------------------------------------------------------------------------


def test_a_clock_may_attach_and_end_in_no_one_revision() -> None:
    """What attaches can neither be stopped nor cancelled by the same revision: these keep it from attaching."""
    definition = promise(cancel=field("category") == "spam", when_to_cancel="cancel_met")
    assert desk(definition, ("12 09:00", {"state": "resolved"})).readings("12 10:00") == []
    assert desk(definition, ("12 09:00", {**OPEN, "category": "spam"})).readings("12 10:00") == []
