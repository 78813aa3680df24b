"""The minute oracle: every UTC minute of three years is turned to local time and asked whether the desk is open."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from time import perf_counter
from typing import TypeAlias, TypeVar

import attrs
from desks import ZONE, Desk

__all__ = ["Minutes", "Tally", "local_minutes"]

START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
T = TypeVar("T")
U = TypeVar("U")
Ask: TypeAlias = Callable[[datetime, T], U]


def local_minutes() -> list[tuple[int, int]]:
    """Berlin's date (as an ordinal) and minute of the day for every UTC minute of the three years."""
    walls = ((START + n * MINUTE).astimezone(ZONE) for n in range((END - START) // MINUTE))
    return [(wall.toordinal(), wall.hour * 60 + wall.minute) for wall in walls]


@attrs.frozen
class Tally:
    """How many answers were compared; how many were wrong, late (the next opening instead of the closing) or raised."""

    asked: int
    wrong: int
    late: int
    raised: int

    def __str__(self) -> str:
        """The tally as a cell of a table."""
        late = f" ({self.late} late)" if self.late else ""
        raised = f" +{self.raised} err" if self.raised else ""
        return f"{self.wrong}/{self.asked}{late}{raised}"


class Minutes:
    """Worked minutes since the start of 2024 at every UTC minute, as a running total."""

    def __init__(self, desk: Desk, walls: Iterable[tuple[int, int]]) -> None:
        """Ask the desk about every local minute."""
        self.worked = array("l", accumulate(open_minutes(desk, walls), initial=0))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open minutes between two instants."""
        return (self.worked[minute(end)] - self.worked[minute(start)]) * MINUTE

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest minute by which `duration` has been worked since `start`."""
        target = self.worked[minute(start)] + duration // MINUTE
        return START + bisect_left(self.worked, target) * MINUTE

    def is_same(self, one: datetime, other: datetime) -> bool:
        """Whether nothing is worked between two instants."""
        return other < END and not self.elapsed(one, other)

    def judge_add(
        self, add: Ask[timedelta, datetime], asked: Sequence[tuple[datetime, timedelta]], seconds: float
    ) -> Tally:
        """Compare what an engine adds with the oracle's own answers, for as many questions as the seconds allow."""
        given = answers(add, asked, seconds)
        # A Berlin answer in a repeated hour equals no UTC datetime, though it is the same instant: compare in UTC.
        instants = [
            (None if a is None else a.astimezone(UTC), self.add(*q)) for a, q in zip(given, asked, strict=False)
        ]
        off = [(a, right) for a, right in instants if a is not None and a != right]
        late = sum(1 for a, right in off if right < a and self.is_same(right, a))
        return Tally(len(given), len(off) - late, late, given.count(None))

    def judge_elapsed(
        self, elapsed: Ask[datetime, timedelta], asked: Sequence[tuple[datetime, datetime]], seconds: float
    ) -> Tally:
        """Compare what an engine counts with the oracle's own answers, for as many questions as the seconds allow."""
        given = answers(elapsed, asked, seconds)
        off = sum(1 for a, question in zip(given, asked, strict=False) if a != self.elapsed(*question))
        return Tally(len(given), off - given.count(None), 0, given.count(None))


def open_minutes(desk: Desk, walls: Iterable[tuple[int, int]]) -> Iterable[bool]:
    """Say for every local minute whether a shift of the desk covers it; a shift belongs to the date it starts on."""
    opens = desk.opens.hour * 60 + desk.opens.minute
    closes = desk.closes.hour * 60 + desk.closes.minute
    holidays = {day.toordinal() for day in desk.holidays}
    for day, at in walls:
        is_morning_after = desk.is_overnight and at < closes
        shift = day - 1 if is_morning_after else day
        is_inside = is_morning_after or (opens <= at and (desk.is_overnight or at < closes))
        closed = day if desk.holiday_rule == "day" else shift
        yield is_inside and (shift - 1) % 7 in desk.days and closed not in holidays


def minute(at: datetime) -> int:
    """The number of a whole minute."""
    return (at - START) // MINUTE


def answers(ask: Ask[T, U], asked: Iterable[tuple[datetime, T]], seconds: float) -> list[U | None]:
    """An engine's answers until the seconds are up, None where it raised."""
    given: list[U | None] = []
    until = perf_counter() + seconds
    for question in asked:
        try:
            given.append(ask(*question))
        except Exception:  # noqa: BLE001 - whatever a rival raises is counted
            given.append(None)
        if perf_counter() > until:
            break
    return given
