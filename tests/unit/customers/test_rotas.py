"""Who is on duty, in every hour of every zone's year."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from csmcore.errors import NaiveDatetime
from csmcore.model import Rota, RotaSwap
from csmcore.rules import on_duty
from tests.unit.lifecycle.cast import made


def rota(**more: Any) -> Rota:
    """A weekly rota of three, in Berlin, from Monday 2 March 2026."""
    given = {"id": "r", "group": "g", "users": ("ann", "bob", "cy"), "starts_on": date(2026, 3, 2)}
    return made(Rota, **given | {"timezone": "Europe/Berlin"} | more)


def duty(of: Rota, at: str) -> tuple[str, int, str] | None:
    """Who is on duty, in which turn, and the code of the reason."""
    found = on_duty(of, datetime.fromisoformat(at))
    return None if found is None else (found.user, found.turn, found.reason.code)


def test_turns_follow_each_other_and_begin_again() -> None:
    """Each lasts from the handover to the next one, not included."""
    expected = {
        "2026-03-02T08:59:59.999999+01:00": None,
        "2026-03-02T09:00:00+01:00": ("ann", 1, "own_turn"),
        "2026-03-09T08:59:59.999999+01:00": ("ann", 1, "own_turn"),
        "2026-03-09T09:00:00+01:00": ("bob", 2, "own_turn"),
        "2026-03-16T12:00:00+01:00": ("cy", 3, "own_turn"),
        "2026-03-23T12:00:00+01:00": ("ann", 4, "own_turn"),
    }
    assert {at: duty(rota(), at) for at in expected} == expected


def test_the_handover_is_wall_clock_time() -> None:
    """After the clocks change it is at 09:00 still, which is 07:00 UTC."""
    assert duty(rota(), "2026-03-30T06:59:59Z") == ("ann", 4, "own_turn")
    assert duty(rota(), "2026-03-30T07:00:00Z") == ("bob", 5, "own_turn")


def test_a_skipped_handover_is_later_by_the_change() -> None:
    """02:30 is missing on 29 March 2026 in Berlin: the turn changes at 03:30."""
    nightly = rota(days=1, handover="02:30", starts_on=date(2026, 3, 28))
    assert duty(nightly, "2026-03-29T01:29:59Z") == ("ann", 1, "own_turn")
    assert duty(nightly, "2026-03-29T01:30:00Z") == ("bob", 2, "own_turn")


def test_a_repeated_handover_counts_once() -> None:
    """02:30 comes twice on 25 October 2026: whoever takes over the first time stays, also when clocks read 02:10."""
    nightly = rota(days=1, handover="02:30", starts_on=date(2026, 10, 24))
    expected = {"00:29:59": "ann", "00:30:00": "bob", "01:10:00": "bob", "01:30:00": "bob"}
    assert {at: (duty(nightly, f"2026-10-25T{at}Z") or ("",))[0] for at in expected} == expected


def test_clocks_that_go_back_over_midnight_hand_over_once() -> None:
    """In St. John's clocks went back from 00:01 to 23:01 until 2011: the new day began twice."""
    nightly = rota(days=1, handover="00:00", timezone="America/St_Johns", starts_on=date(2010, 11, 6))
    expected = {"02:29:59": "ann", "02:30:00": "bob", "02:45:00": "bob", "03:30:00": "bob"}
    assert {at: (duty(nightly, f"2010-11-07T{at}Z") or ("",))[0] for at in expected} == expected


def test_a_day_that_does_not_exist_is_nobodys_turn() -> None:
    """Apia had no 30 December 2011: its turn begins and ends at the next day's handover."""
    nightly = rota(days=1, timezone="Pacific/Apia", starts_on=date(2011, 12, 29))
    expected = {"2011-12-30T18:59:59Z": "ann", "2011-12-30T19:00:00Z": "cy"}
    assert {at: (duty(nightly, at) or ("",))[0] for at in expected} == expected


def test_somebody_stands_in() -> None:
    """From the first instant to the last, not included; of two that overlap the last counts; never before the start."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    swaps = tuple(
        made(RotaSwap, user=user, starts_at=start, ends_at=start + timedelta(days=days))
        for user, days in (("dan", 8), ("eve", 4))
    )
    swapped = rota(swaps=swaps)
    expected = {
        "2026-03-01T12:00:00Z": None,
        "2026-03-04T12:00:00Z": ("eve", 1, "stands_in"),
        "2026-03-05T00:00:00Z": ("dan", 1, "stands_in"),
        "2026-03-09T00:00:00Z": ("ann", 1, "own_turn"),
    }
    assert {at: duty(swapped, at) for at in expected} == expected


@pytest.mark.parametrize(
    ("starts_on", "at", "expected"),
    [
        (date(1969, 12, 29), "1970-01-01T12:00:00Z", "ann"),
        (date(2199, 12, 31), "2199-12-31T12:00:00Z", "ann"),
        (date(1, 1, 1), "2199-12-31T12:00:00Z", "ann"),  # 803,167 days: turn 114,739
        (date(9999, 12, 31), "2199-12-31T12:00:00Z", None),
    ],
)
def test_a_rota_may_begin_outside_the_years_of_instants(starts_on: date, at: str, expected: str | None) -> None:
    """Its turns are counted from there."""
    found = duty(rota(starts_on=starts_on, timezone="UTC"), at)
    assert (found and found[0]) == expected


def test_the_last_turn_of_all_is_not_followed() -> None:
    """The handover after it lies beyond the years of instants."""
    assert duty(rota(starts_on=date(2199, 12, 30), days=1), "2199-12-31T12:00:00Z") == ("bob", 2, "own_turn")


def test_a_naive_instant_is_refused() -> None:
    """It names no time in the rota's zone."""
    with pytest.raises(NaiveDatetime):
        on_duty(rota(), datetime(2026, 3, 2))
