"""Who is on duty: turn by turn, and whoever stands in."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from csmcore.calendars import WallClock
from csmcore.errors import OutOfRange
from csmcore.model import Reason, Rota, UserId

__all__ = ["Duty", "on_duty"]


class Duty(NamedTuple):
    """Who is on duty and why. ``turn`` counts from 1 at the rota's start, whoever stands in."""

    user: UserId
    turn: int
    reason: Reason


def on_duty(rota: Rota, at: datetime) -> Duty | None:
    """Who of the rota is on duty at the instant; None before its start. Raises NaiveDatetime, OutOfRange.

    Turns change when clocks in its zone read the handover time: where that is skipped, as much later as the clocks go
    forward; where it comes twice, the first time.
    """
    clock = WallClock(rota.timezone)
    today = clock.reading(at).replace(tzinfo=None)
    latest = ((today.date() - rota.starts_on).days + 1) // rota.days
    turn = next((turn for turn in range(latest, -1, -1) if _has_begun(rota, turn, clock, at)), None)
    if turn is None:
        return None
    for swap in reversed(rota.swaps):
        if swap.starts_at <= at < swap.ends_at:
            text = f"stands in until {swap.ends_at.isoformat()}"
            return Duty(swap.user, turn + 1, Reason("stands_in", text, ("swaps",)))
    user = rota.users[turn % len(rota.users)]
    return Duty(user, turn + 1, Reason("own_turn", f"it is turn {turn + 1} of the rota", ("users",)))


def _has_begun(rota: Rota, turn: int, clock: WallClock, at: datetime) -> bool:
    handover = datetime.combine(rota.starts_on + timedelta(days=turn * rota.days), time.fromisoformat(rota.handover))
    try:
        return clock.instant(handover) <= at
    except OutOfRange:  # a turn that began before 1970, or will after 2199
        return handover < clock.reading(at).replace(tzinfo=None)
