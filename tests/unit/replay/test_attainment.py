"""Outcomes counted by promise and priority."""

import pytest

from csmcore.analysis import PromiseAttainment, attainment, replay_history
from csmcore.analysis.promises import percentile
from csmcore.model import DefinitionId
from csmcore.rules import compile_policy
from csmcore.wire import load_policy
from tests.unit.replay.desk import PLAN, POLICY, replayed, rows


def counted(definition: str, *lines: str) -> list[tuple[int | None, int, int, int, int, int]]:
    """What is counted of a promise: priority, kept, breached, running, cancelled, never attached."""
    return [
        (each.priority, each.kept, each.breached, each.running, each.cancelled, each.never_attached)
        for each in replayed(*lines).promises
        if each.definition == definition
    ]


def test_cycles_are_counted_by_outcome_and_priority() -> None:
    """Each cycle under the priority at its end, a running one under the last; a case that none applied to by itself."""
    lines = (
        *("T1 02 09:00 New 3", "T1 02 10:00 Open 1", "T1 02 11:00 Solved 1"),  # priority 1 at the end
        *("T2 02 09:00 New 3", "T2 02 12:00 Open 3", "T2 02 13:00 Void 3"),  # late, then cancelled
        *("T3 02 12:30 New 3",),  # running
        *("T4 02 09:00 Solved 2", "T5 02 09:00 Solved"),  # never
        *("T6 02 09:00 Solved 3", "T6 02 10:00 Open 3", "T6 02 11:00 Solved 3", "T6 02 12:00 Open 3"),
    )
    assert counted("response", *lines) == [
        (1, 1, 0, 0, 0, 0),
        (2, 0, 0, 0, 0, 1),
        (3, 0, 1, 1, 0, 1),
        (None, 0, 0, 0, 0, 1),
    ]
    assert counted("resolution", *lines) == [
        (1, 1, 0, 0, 0, 0),
        (2, 0, 0, 0, 0, 1),
        (3, 1, 0, 2, 1, 0),
        (None, 0, 0, 0, 0, 1),
    ]


def test_a_breach_stays_one_however_the_clock_ends() -> None:
    """A promise that was broken is not unbroken by cancelling."""
    lines = ("T1 02 09:00 New 1", "T1 04 09:00 Void 1")
    assert counted("resolution", *lines) == [(1, 0, 1, 0, 0, 0)]


def test_times_are_of_completed_cycles_in_whole_seconds() -> None:
    """Half of them took no longer than p50, by the nearest rank."""
    lines = [line for n in range(1, 5) for line in (f"T{n} 02 09:00 New 3", f"T{n} 02 09:{n}0 Solved 3")]
    promise = replayed(*lines, "T9 02 09:00 New 3").promises[0]
    assert (promise.p50, promise.p90, promise.p95) == (20 * 60, 40 * 60, 40 * 60)
    assert promise.percent_kept == 100
    assert replayed("T9 02 09:00 New 3").promises[0].p50 is None
    assert replayed("T9 02 09:00 New 3").promises[0].percent_kept is None


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 5), (51, 6), (90, 9), (95, 10), (100, 10)])
def test_the_nearest_rank(percent: int, expected: int) -> None:
    """The least time that at least so many percent did not exceed."""
    assert percentile(range(1, 11), percent) == expected


def test_a_promise_to_nobody_is_counted_as_nothing() -> None:
    """Without cases there is nothing to count; the figures are a document."""
    assert attainment((), (DefinitionId("response"),)) == ()
    document = replay_history(PLAN, rows("T1 02 09:00 New 1")).promises[0].to_mapping()
    assert PromiseAttainment(**document) == replay_history(PLAN, rows("T1 02 09:00 New 1")).promises[0]


def test_promises_stand_in_the_order_of_the_policy() -> None:
    """Whatever the history has first."""
    plan = compile_policy(load_policy(POLICY))
    report = replay_history(plan, rows("T1 02 09:00 Open 1", "T2 02 09:00 New 2"))
    assert [(each.definition, each.priority) for each in report.promises] == [
        ("response", 1),
        ("response", 2),
        ("resolution", 1),
        ("resolution", 2),
    ]
