"""The same four promises by hand: what a programmer would write for one desk, on whole seconds, without the library.

A clock is a dict of numbers. Goals, pauses and ends are branches of one loop; business time is a list of UTC seconds at
which the desk opens or closes, with running totals, bisected. Nothing is checked, and no other policy will do.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, TypeAlias

from desks import OFFICE, ZONE, Desk
from promises import EXTENDED

__all__ = ["Clock", "advance", "evaluate", "explain", "next_deadline", "read"]

Clock: TypeAlias = dict[str, Any]
Record: TypeAlias = Mapping[str, object]

RESPONSE, RESOLUTION, WORK, OLA = range(4)
LIVE, DONE = frozenset({"new", "open", "awaiting_info"}), frozenset({"resolved", "closed"})
HOUR = 3600


class Hours:
    """A desk's working hours from 2024 to 2028: open after an odd number of bounds, closed after an even one."""

    def __init__(self, desk: Desk) -> None:
        """Go through the dates of the years."""
        worked = 0
        self.bounds: list[int] = []
        self.offsets, self.totals, self.origins = [0], [], []
        self.closings: list[tuple[int, int, str]] = []
        for number in range(date(2024, 1, 1).toordinal(), date(2029, 1, 1).toordinal()):
            day = date.fromordinal(number)
            if day.weekday() not in desk.days:
                continue
            opens, closes = (
                int(datetime.combine(day, at, ZONE).astimezone(UTC).timestamp()) for at in (desk.opens, desk.closes)
            )
            if day in desk.holidays:
                self.closings.append((opens, closes, day.isoformat()))
                continue
            self.bounds += (opens, closes)
            self.offsets.append(opens - worked)
            self.origins.append(opens - worked)
            worked += closes - opens
            self.offsets.append(worked)
            self.totals.append(worked)

    def position(self, at: int) -> int:
        """The open seconds up to an instant."""
        index = bisect_right(self.bounds, at)
        return at - self.offsets[index] if index & 1 else self.offsets[index]

    def instant(self, position: int) -> int:
        """The earliest instant at which there were so many."""
        return self.origins[bisect_left(self.totals, position)] + position

    def holidays(self, start: int, end: int) -> tuple[str, ...]:
        """Those that closed the desk between two instants."""
        closings = self.closings
        near = closings[bisect_left(closings, (start - 86_400,)) : bisect_left(closings, (end,))]
        return tuple([name for _, closes, name in near if start < closes])


OFFICE_HOURS, EXTENDED_HOURS = Hours(OFFICE), Hours(EXTENDED)


# --- one clock -------------------------------------------------------------------------------------------------------


def attached(of: int, goal: int, at: int) -> Clock:
    """A new clock. Its level is 0 until 75 % (where that is of interest), 1 until the breach, then 2."""
    hours = EXTENDED_HOURS if of == OLA else OFFICE_HOURS
    origin = hours.position(at)
    due = hours.instant(origin + goal)
    level = 0 if of <= RESOLUTION else 1
    return {
        "of": of,
        "stage": "in_progress",
        "hours": hours,
        "started": at,
        "origin": origin,
        "goal": goal,
        "level": level,
        "due": due,
        "first_due": due,
        "next": due if level else hours.instant(origin + goal * 3 // 4),
        "fired": (),
        "paused_at": None,
        "paused": 0,
        "pauses": (),
        "stopped": None,
        "breached": None,
    }


def happen(clock: Clock, at: int) -> None:
    """What is next happens: the threshold of 75 %, or that of 100 % and the breach."""
    if clock["level"] == 0:
        clock["fired"] = (("75%", at),)
        clock["level"], clock["next"] = 1, clock["due"]
        return
    if clock["of"] <= RESOLUTION:
        clock["fired"] = (*clock["fired"], ("100%", at))
    clock["level"], clock["next"], clock["breached"] = 2, None, at


def look_again(clock: Clock, at: int) -> None:
    """Find what is ahead anew; what is used up already happens now."""
    level = clock["level"]
    if level == 2:
        return
    hours, used = clock["hours"], clock["origin"] + clock["paused"]
    clock["due"] = hours.instant(used + clock["goal"])
    clock["next"] = clock["due"] if level else hours.instant(used + clock["goal"] * 3 // 4)
    while clock["next"] is not None and clock["next"] <= at:
        happen(clock, at)


def resume(clock: Clock, at: int) -> None:
    """Go on after a pause."""
    begun = clock["paused_at"]
    if begun < at:
        position = clock["hours"].position
        stood = position(at) - position(begun)
        clock["pauses"] = (*clock["pauses"], (begun, at, stood))
        clock["paused"] += stood
    clock["stage"], clock["paused_at"] = "in_progress", None
    look_again(clock, at)


def pause(clock: Clock, at: int) -> None:
    """Stand still."""
    clock["stage"], clock["paused_at"], clock["next"] = "paused", at, None
    if clock["level"] < 2:
        clock["due"] = None


def act(clock: Clock, at: int, goal: int, stage: str | None, *, stands: bool) -> None:
    """What a revision does to a clock that has not ended; ``stage`` is how it ends, if it does."""
    if goal != clock["goal"]:
        clock["goal"] = goal
        if clock["paused_at"] is None:
            look_again(clock, at)
    if stage is not None:
        if clock["paused_at"] is not None:
            resume(clock, at)
        clock["stage"], clock["stopped"], clock["next"] = stage, at, None
    elif stands:
        if clock["paused_at"] is None:
            pause(clock, at)
    elif clock["paused_at"] is not None:
        resume(clock, at)


# --- all four --------------------------------------------------------------------------------------------------------


def catch_up(clocks: Iterable[Clock], until: int) -> None:
    """What is due by then happens, each at its own instant."""
    for clock in clocks:
        while clock["next"] is not None and clock["next"] <= until:
            happen(clock, clock["next"])


def step(clocks: list[Clock], at: int, fields: Record) -> None:  # noqa: C901, PLR0912 - branches are its point
    """One more revision acts on the clocks, in place."""
    catch_up(clocks, at)
    get = fields.get
    state, is_urgent = get("state"), get("priority") == 1
    is_live, is_answered = state in LIVE, get("first_response_at") is not None
    is_replied = is_answered or (get("event.by") == "agent" and get("event.is_public") is True)
    waits = state == "awaiting_info"
    stands = waits or get("is_blocked") is True
    stage = "completed" if state in DONE else None if is_live else "cancelled"
    seen = [False] * 4
    for clock in clocks:
        of = clock["of"]
        if clock["stopped"] is not None:
            seen[RESPONSE] |= of == RESPONSE
            continue
        seen[of] = True
        if of == RESPONSE:
            goal = (2 if is_urgent else 4) * HOUR
            act(clock, at, goal, "completed" if is_replied else None if is_live else "cancelled", stands=False)
        elif of == RESOLUTION:
            act(clock, at, (8 if is_urgent else 16) * HOUR, stage, stands=waits)
        elif of == WORK:
            act(clock, at, 12 * HOUR, stage, stands=stands)
        else:
            act(clock, at, 30 * HOUR, stage, stands=False)
    if is_live:
        if not seen[RESPONSE] and not is_replied:
            clocks.append(attached(RESPONSE, (2 if is_urgent else 4) * HOUR, at))
        if not seen[RESOLUTION]:
            clocks.append(attached(RESOLUTION, (8 if is_urgent else 16) * HOUR, at))
            if waits:
                pause(clocks[-1], at)
        if not seen[WORK]:
            clocks.append(attached(WORK, 12 * HOUR, at))
            if stands:
                pause(clocks[-1], at)
        if not seen[OLA]:
            clocks.append(attached(OLA, 30 * HOUR, at))


def advance(clocks: Sequence[Clock], at: int, fields: Record) -> list[Clock]:
    """The clocks after one more revision; those that were given stay as they are."""
    copies = [clock if clock["stopped"] is not None else clock.copy() for clock in clocks]
    step(copies, at, fields)
    return copies


def evaluate(history: Iterable[tuple[int, Record]], as_of: int) -> list[Clock]:
    """The clocks of a case with this history, as of an instant."""
    clocks: list[Clock] = []
    for at, fields in history:
        if at > as_of:
            break
        step(clocks, at, fields)
    catch_up(clocks, as_of)
    return clocks


def next_deadline(clocks: Iterable[Clock], now: int) -> int | None:
    """The next instant after now at which something happens by itself."""
    found = None
    for each in clocks:
        clock, at = each, each["next"]
        if at is not None and at <= now:
            clock = clock.copy()
            catch_up((clock,), now)
            at = clock["next"]
        if at is not None and (found is None or at < found):
            found = at
    return found


# --- what a clock says -----------------------------------------------------------------------------------------------


def read(clock: Clock, now: int) -> dict[str, Any]:
    """Every figure of a clock at an instant."""
    if clock["next"] is not None and clock["next"] <= now:
        clock = clock.copy()
        catch_up((clock,), now)
    hours, started, begun, closed = clock["hours"], clock["started"], clock["paused_at"], clock["paused"]
    until = now if clock["stopped"] is None else clock["stopped"]
    ran_until = until if begun is None else begun
    stood = 0 if begun is None else hours.position(until) - hours.position(begun)
    wall_closed = 0
    for start, end, _ in clock["pauses"]:
        wall_closed += end - start
    wall_paused = wall_closed + until - ran_until
    end = hours.instant(clock["origin"] + clock["goal"] + closed)
    elapsed = hours.position(ran_until) - clock["origin"] - closed
    total = end - started
    return {
        "of": clock["of"],
        "stage": clock["stage"],
        "goal": clock["goal"],
        "started": started,
        "stopped": clock["stopped"],
        "due": clock["due"],
        "first_due": clock["first_due"],
        "end": end,
        "due_if_resumed": None if begun is None else hours.instant(clock["origin"] + clock["goal"] + closed + stood),
        "next": clock["next"],
        "elapsed": elapsed,
        "paused": closed + stood,
        "wall_elapsed": until - started - wall_paused,
        "wall_paused": wall_paused,
        "wall_goal": total - wall_closed if total > wall_closed else total - closed,
        "wall_remaining": end - ran_until,
        "breached": clock["breached"],
    }


def explain(clock: Clock, now: int) -> dict[str, Any]:
    """The figures, with the stretches of time that they come from, and why this goal and these hours."""
    figures = read(clock, now)
    of = clock["of"]
    by_priority = "because priority is 1" if figures["goal"] in {2 * HOUR, 8 * HOUR} else "no goal before it fits"
    return figures | {
        "segments": list(segments(clock, now if clock["stopped"] is None else clock["stopped"])),
        "goal_reason": f"goal of {figures['goal']} s, {by_priority if of <= RESOLUTION else 'for every case'}",
        "hours_reason": f"open time of '{'extended' if of == OLA else 'office'}'",
    }


def segments(clock: Clock, until: int) -> Iterator[tuple[int, int, str, int, tuple[str, ...]]]:
    """Everything from the start to the end: when it begins and ends, what it is, its open seconds and holidays."""
    hours, at = clock["hours"], clock["started"]
    pauses = clock["pauses"]
    if clock["paused_at"] is not None and clock["paused_at"] < until:
        begun = clock["paused_at"]
        pauses = (*pauses, (begun, until, hours.position(until) - hours.position(begun)))
    for start, end, stood in pauses:
        yield from running(hours, at, start)
        yield start, end, "paused", stood, hours.holidays(start, end)
        at = end
    yield from running(hours, at, until)


def running(hours: Hours, start: int, end: int) -> Iterator[tuple[int, int, str, int, tuple[str, ...]]]:
    """A stretch that is no pause, cut where the desk opens and closes."""
    if start >= end:
        return
    first = bisect_right(hours.bounds, start)
    edges = [start, *hours.bounds[first : bisect_left(hours.bounds, end)], end]
    is_open = bool(first & 1)
    for begun, until in pairwise(edges):
        if is_open:
            yield begun, until, "running", until - begun, ()
        else:
            yield begun, until, "closed", 0, hours.holidays(begun, until)
        is_open = not is_open
