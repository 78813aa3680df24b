"""When a clock stands still and when it goes on."""

from csmcore.conditions import field
from csmcore.model import Pause
from tests.unit.sla.desk import at, desk, hours, promise

OPEN, WAIT, DONE = {"state": "open"}, {"state": "awaiting_info"}, {"state": "resolved"}
ANSWERED = field("category") == "answered"


def test_a_pause_remembers_what_began_it() -> None:
    """A closed pause keeps its two instants, the open time in it, and the event that began it."""
    (clock,) = desk(promise(), ("12 09:00", OPEN), ("12 16:00", WAIT), ("13 10:00", OPEN)).clocks("13 12:00")
    assert clock.pauses == (Pause(at("12 16:00"), at("13 10:00"), hours(2), clock.pauses[0].event_id),)  # 16-17, 9-10
    assert clock.pauses[0].event_id == "C/2/0"
    assert (clock.business_paused, clock.paused_at, clock.paused_by) == (hours(2), None, None)


def test_a_pause_of_no_length_is_not_recorded() -> None:
    """Asked and answered at one instant leaves no trace."""
    (clock,) = desk(promise(), ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 10:00", OPEN)).clocks("12 12:00")
    assert (clock.stage, clock.pauses, clock.due_at) == ("in_progress", (), at("12 13:00"))


def test_a_pause_in_closed_time_moves_nothing() -> None:
    """Only the open time in a pause moves the due date: one from 17:00 to 09:00 holds none."""
    case = desk(promise(), ("12 16:00", OPEN), ("12 17:00", WAIT), ("13 09:00", OPEN))
    reading = case.reading("13 10:00")
    assert (reading.elapsed, reading.paused, reading.wall_paused) == (hours(2), hours(0), hours(16))
    assert reading.due_at == reading.original_due_at == at("13 12:00")  # Mon 1 h + Tue 3 h


def test_a_clock_that_starts_paused_has_run_for_nothing() -> None:
    """A definition may attach and pause at one revision: the due date at attach is kept as the original."""
    case = desk(promise(), ("12 09:00", WAIT), ("12 11:00", OPEN))
    paused, resumed = case.reading("12 10:00"), case.reading("12 12:00")
    assert (paused.stage, paused.elapsed, paused.due_at, paused.original_due_at) == (
        "paused",
        hours(0),
        None,
        at("12 13:00"),
    )
    assert (resumed.elapsed, resumed.due_at) == (hours(1), at("12 15:00"))  # 09:00 + 4 h + 2 h


def test_paused_to_resolved_directly() -> None:
    """Resolved while paused: the pause is counted up to then, and the clock ends with what it had run."""
    reading = desk(promise(), ("13 09:00", OPEN), ("13 10:00", WAIT), ("13 15:00", DONE)).reading("14 09:00")
    assert (reading.stage, reading.stopped_at) == ("completed", at("13 15:00"))
    assert (reading.elapsed, reading.paused) == (hours(1), hours(5))
    assert reading.due_at == at("14 10:00")  # 09:00 + 4 h + 5 h: Tue 8 h, Wed 1 h
    assert reading.remaining == hours(3)


def test_paused_to_cancelled_directly() -> None:
    """A clock that is cancelled while paused leaves its pause first, as one that completes does."""
    reading = desk(promise(), ("13 09:00", OPEN), ("13 10:00", WAIT), ("13 12:00", {"state": "cancelled"})).reading(
        "14 09:00"
    )
    assert (reading.stage, reading.elapsed, reading.paused) == ("cancelled", hours(1), hours(2))


def test_a_clock_without_a_pause_condition_never_pauses() -> None:
    """A condition that is not given never holds."""
    reading = desk(promise(pause=None), ("12 09:00", OPEN), ("12 10:00", WAIT)).reading("12 12:00")
    assert (reading.stage, reading.elapsed) == ("in_progress", hours(3))


def test_pause_not_met_resumes_when_the_pause_is_over() -> None:
    """By default a clock goes on as soon as its pause condition no longer holds; the resume condition is not read."""
    definition = promise(resume=ANSWERED)
    steps = (("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", {"category": "answered"}), ("12 12:00", OPEN))
    case = desk(definition, *steps)
    assert case.reading("12 11:30").stage == "paused"
    assert case.reading("12 12:00").stage == "in_progress"


def test_resume_met_waits_for_the_resume_condition() -> None:
    """With resume_met a clock whose pause is over stands still until the resume condition holds."""
    definition = promise(resume=ANSWERED, when_to_resume="resume_met")
    case = desk(
        definition, ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", OPEN), ("12 12:00", {"category": "answered"})
    )
    assert case.reading("12 11:30").stage == "paused"
    reading = case.reading("12 13:00")
    assert (reading.stage, reading.paused, reading.elapsed) == ("in_progress", hours(2), hours(2))  # 9-10, 12-13


def test_pause_and_resume_both_true_change_nothing() -> None:
    """With both conditions true a running clock runs on, and a paused one stays paused."""
    definition = promise(resume=ANSWERED, when_to_resume="resume_met")
    running = desk(definition, ("12 09:00", {**OPEN, "category": "answered"}), ("12 10:00", WAIT))
    assert running.reading("12 11:00").stage == "in_progress"
    paused = desk(definition, ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", {"category": "answered"}))
    assert paused.reading("12 12:00").stage == "paused"


def test_resume_met_without_a_resume_condition_never_resumes() -> None:
    """A clock that may go on only by a condition that is not given stays paused until it ends."""
    definition = promise(when_to_resume="resume_met")
    case = desk(definition, ("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", OPEN), ("12 12:00", DONE))
    assert case.reading("12 11:30").stage == "paused"
    assert case.reading("12 12:00").elapsed == hours(1)


def test_two_pauses_count_once_each() -> None:
    """Ran 9-10, 11-13 and 13:30-14; held an hour and half an hour: due at 14:30."""
    steps = (("12 09:00", OPEN), ("12 10:00", WAIT), ("12 11:00", OPEN), ("12 13:00", WAIT), ("12 13:30", OPEN))
    reading = desk(promise(), *steps).reading("12 14:00")
    assert (reading.elapsed, reading.paused) == (hours(3.5), hours(1.5))
    assert (reading.due_at, float(reading.percent)) == (at("12 14:30"), 87.5)  # 9 + 4 + 1.5; 3.5 / 4


def test_while_paused_elapsed_and_paused_are_all_the_open_time() -> None:
    """The open pause counts up to the reading; what the due date would be moves with it."""
    case = desk(promise(), ("12 09:00", OPEN), ("12 10:00", WAIT))
    reading = case.reading("13 09:30")
    assert (reading.elapsed, reading.paused) == (hours(1), hours(7.5))  # 10-17 and 09:00-09:30
    assert (reading.wall_elapsed, reading.wall_paused) == (hours(1), hours(23.5))
    assert reading.due_if_resumed_now == at("13 12:30")  # three hours are left
    assert reading.derived_end_at == at("12 13:00")  # as it stood when the pause began
