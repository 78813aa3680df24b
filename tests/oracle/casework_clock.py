"""One promise of a case, worked out by hand: it runs while the case is worked on, and waits for its customer.

It counts around the clock. A clock is a dict of its cycles; the last one may be active.
"""

from datetime import datetime, timedelta
from typing import Any, TypeAlias

__all__ = ["GOAL", "HALF", "Clock", "new_clock", "pass_time", "stage", "turn"]

Clock: TypeAlias = dict[str, Any]

GOAL, HALF = timedelta(hours=30), timedelta(hours=15)


def new_clock(now: datetime) -> Clock:
    """The clock of a new case."""
    return {"active": True, "since": now, "elapsed": timedelta(0), "half": False, "breached": False, "cycles": 1}


def pass_time(clock: Clock, now: datetime) -> list[str]:
    """What the clock says by itself, up to an instant: that half of the time is used up, or all of it; each once."""
    if not clock["active"] or clock["since"] is None:
        return []
    clock["elapsed"] += now - clock["since"]
    clock["since"] = now
    said = []
    for name, after in (("half", HALF), ("breached", GOAL)):
        if clock["elapsed"] >= after and not clock[name]:
            clock[name] = True
            said.append(name)
    return said


def turn(clock: Clock, state: str, now: datetime) -> list[str]:
    """What it says up to a change of its case, which then runs it, pauses it, stops it or starts it anew."""
    said = pass_time(clock, now)
    if clock["active"]:
        if state not in {"new", "open", "awaiting_info"}:
            clock.update(active=False, since=None)
        else:
            clock["since"] = None if state == "awaiting_info" else now
    elif state in {"new", "open", "awaiting_info"}:
        clock.update({**new_clock(now), "cycles": clock["cycles"] + 1})
        clock["since"] = None if state == "awaiting_info" else now
    return said


def stage(clock: Clock) -> str | None:
    """How it stands: None, where it is over."""
    if not clock["active"]:
        return None
    return "paused" if clock["since"] is None else "in_progress"
