"""Time that is worked: who enters it, what the entry is, and that hours entitlements count it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from csmcore.model import (
    TASK_STATES,
    Actor,
    Case,
    CaseFacts,
    CloseCase,
    CloseTask,
    Decision,
    Entitlement,
    LogTime,
    SlaState,
    SupportPolicy,
    TaskNumber,
    TimeEntry,
    UserId,
)
from csmcore.rules import compile_policy, decide_apply
from tests.unit.tasks.desk import (
    ANN,
    EMIL,
    EVE,
    NOON,
    OPENED,
    PIA,
    SYSTEM,
    WES,
    a_case,
    a_task,
    name,
    refused,
    took,
    with_tasks,
)

HELD = a_task(1, assignment_group="warehouse", assigned_to="pia")


def test_an_entry_is_what_was_said() -> None:
    """Its id is its place in the case's history; no field of the case changes, and the text is in no event."""
    command = LogTime(seconds=900, task=name(1), at=OPENED, text="packing")
    taken = took(with_tasks(HELD), command, PIA)
    fields: dict[str, Any] = {"id": "case-1/4/t0", "case": "case-1", "by": "pia", "seconds": 900, "at": OPENED}
    entry = TimeEntry(**fields, task=name(1), text="packing")
    assert taken.time == (entry,)
    assert taken.happened == (("time_logged", {}, {"entry": "case-1/4/t0", "seconds": 900, "task": name(1)}),)
    assert taken.changes == {}
    assert not taken.intents


def test_an_entry_of_the_case_is_made_now_and_by_oneself() -> None:
    """Where nothing else is said."""
    taken = took(a_case(), LogTime(seconds=60))
    (entry,) = taken.time
    assert (entry.by, entry.at, entry.task, entry.text) == ("ann", NOON, None, "")
    assert taken.happened[0].details == {"entry": "case-1/4/t0", "seconds": 60}


def test_an_instant_is_kept_in_utc() -> None:
    """Wherever it was said."""
    local = datetime.fromisoformat("2027-03-01T10:00:00+01:00")
    (entry,) = took(a_case(), LogTime(seconds=60, at=local)).time
    assert (entry.at, entry.at.tzinfo) == (OPENED, UTC)


def test_agents_enter_the_time_of_others() -> None:
    """An agent for whoever worked; everybody else for themselves alone."""
    assert took(with_tasks(HELD), LogTime(seconds=60, task=name(1), user=UserId("wes"))).time[0].by == "wes"
    assert took(with_tasks(HELD), LogTime(seconds=60, task=name(1), user=UserId("pia")), PIA).time[0].by == "pia"
    assert refused(with_tasks(HELD), LogTime(seconds=60, task=name(1), user=UserId("wes")), PIA) == ("not_permitted",)


@pytest.mark.parametrize(
    ("command", "actor", "codes"),
    [
        (LogTime(), ANN, ("missing",)),
        (LogTime(seconds=60), PIA, ("not_permitted",)),
        (LogTime(seconds=60), EVE, ("not_permitted",)),
        (LogTime(seconds=60), SYSTEM, ("not_permitted",)),
        (LogTime(seconds=60, task=TaskNumber("t")), ANN, ("unknown_task",)),
        (LogTime(seconds=60, task=name(1)), EMIL, ("not_permitted",)),
        (LogTime(seconds=60, at=NOON + timedelta(microseconds=1)), ANN, ("in_the_future",)),
        (
            LogTime(seconds=60, task=TaskNumber("t"), user=UserId("wes"), at=NOON + timedelta(days=1)),
            PIA,
            ("unknown_task", "not_permitted", "in_the_future"),
        ),
    ],
)
def test_what_cannot_be_entered_is_refused(command: LogTime, actor: Actor, codes: tuple[str, ...]) -> None:
    """With every reason."""
    assert refused(with_tasks(HELD), command, actor) == codes


def test_time_is_entered_late_but_for_nothing_that_was_cancelled() -> None:
    """A closed task, a closed case; a cancelled one never."""
    closed, cancelled = (attrs.evolve(HELD, state=state) for state in TASK_STATES[1:])
    command = LogTime(seconds=60, task=name(1))
    assert took(with_tasks(closed, state="closed"), command, WES).time
    assert refused(with_tasks(cancelled), command) == ("task_ended",)
    assert refused(a_case(state="cancelled"), LogTime(seconds=60)) == ("wrong_state",)


# --- hours entitlements ----------------------------------------------------------------------------------------------

POLICY = SupportPolicy(name="support", version="1", reopen_window_days=5)
PLAN = compile_policy(POLICY)
HOURS: dict[str, Any] = {"id": "e1", "number": "ENT-1", "per_unit": True, "unit": "hours", "total_units": 9}


def decided(case: Case, facts: CaseFacts, command: Any) -> Decision:
    """What ann's command comes to."""
    answer = decide_apply(case, SlaState(), command, ANN, facts, PLAN, NOON)
    assert isinstance(answer, Decision), answer
    return answer


def test_time_that_was_entered_is_counted_at_the_next_consumption() -> None:
    """Whatever it was for: two entries, one of them for a task, and both are taken when the case is closed."""
    case = with_tasks(HELD, policy=POLICY, entitlement="e1")
    facts = CaseFacts(entitlements=(Entitlement(**HOURS),))
    for command in (LogTime(seconds=600, task=name(1)), LogTime(seconds=300)):
        decision = decided(case, facts, command)
        assert not decision.ledger
        assert [event.kind for event in decision.events] == ["time_logged"]
        case, facts = decision.case, attrs.evolve(facts, time_entries=(*facts.time_entries, *decision.time))
    assert [entry.id for entry in facts.time_entries] == ["case-1/4/t0", "case-1/5/t0"]
    case = decided(case, facts, CloseTask(task=name(1), notes="Sent.")).case
    (taken,) = decided(case, facts, CloseCase(code="fixed", notes="A new fuse.")).ledger
    assert taken.units == 900


def test_time_of_a_closed_case_waits_for_the_next_consumption() -> None:
    """It takes nothing by itself: the entry in the ledger stands until the case is reopened and closed again."""
    case = with_tasks(HELD, policy=POLICY, entitlement="e1", state="closed", closed_at=OPENED, closed_by="ann")
    decision = decided(case, CaseFacts(entitlements=(Entitlement(**HOURS),)), LogTime(seconds=60))
    assert len(decision.time) == 1
    assert not decision.ledger
