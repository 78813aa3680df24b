"""Engine beside oracle: the same questions to both, every difference kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import attrs

from csmcore.calendars import Calendar
from csmcore.errors import CalendarExhausted
from tests.oracle.calendar import Grid

__all__ = ["Comparison", "interesting_instants"]

MICROSECOND = timedelta(microseconds=1)
QUESTIONS = ("is_open", "next_open", "next_close", "previous_close")


@attrs.define
class Comparison:
    """How many answers were compared, and each that differed, as a line that says how to repeat it."""

    done: int = 0
    mismatches: list[str] = attrs.field(factory=list)

    def equal(self, found: object, expected: object, *question: object) -> None:
        """Count one answer."""
        self.done += 1
        if found != expected:
            self.mismatches.append(f"{' '.join(map(str, question))}: csmcore {found}, oracle {expected}")

    def pair(self, calendar: Calendar, grid: Grid, a: datetime, b: datetime, jitter: timedelta = timedelta(0)) -> None:
        """Compare the open time from ``a`` to ``b``, and where that much (and a little more) ends, both ways."""
        expected = grid.elapsed(a, b)
        self.equal(calendar.elapsed(a, b), expected, "elapsed", a, b)
        duration, method = (expected, "add") if b >= a else (-expected, "subtract")
        until = getattr(grid, method)(a, duration + jitter)
        if until is None:
            until, jitter = getattr(grid, method)(a, duration), timedelta(0)
        self.equal(getattr(calendar, method)(a, duration + jitter), until, method, a, duration + jitter)

    def point(self, calendar: Calendar, grid: Grid, t: datetime) -> None:
        """Compare what there is to ask about one instant; an answer beyond the grid is not compared."""
        for question in QUESTIONS:
            expected = getattr(grid, question)(t)
            if expected is not None:
                self.equal(getattr(calendar, question)(t), expected, question, t)

    def exhausted(self, calendar: Calendar, a: datetime, b: datetime) -> None:
        """Compare a calendar that is never open: nothing elapses, and a search ends in a typed error."""
        self.equal(calendar.elapsed(a, b), timedelta(0), "elapsed", a, b)
        try:
            found: object = calendar.add(a, abs(b - a) + MICROSECOND)
        except CalendarExhausted as error:
            found = type(error).__name__
        self.equal(found, "NoBusinessTime", "add", a, abs(b - a) + MICROSECOND)

    def whole(self, calendar: Calendar, grid: Grid) -> None:
        """Compare every opening and closing of the grid's stretch of time."""
        stretches = grid.stretches()
        found: list[list[object]] = []
        for span in calendar.spans(stretches[0][0], stretches[-1][1]):
            if found and found[-1][2] == span.is_open:  # closed spans are cut where a holiday's name changes
                found[-1][1] = span.end
            else:
                found.append([span.start, span.end, span.is_open])
        self.equal([tuple(span) for span in found], stretches, "spans", stretches[0][0], stretches[-1][1])


def interesting_instants(rng: Random, grid: Grid, *more: datetime) -> Iterator[datetime]:
    """Instants of the grid without end: edges of windows, those given, a microsecond beside them, and any others."""
    last = len(grid.slots) * grid.step
    edges = [start for start, _, _ in grid.stretches()[1:]] + list(more)
    while True:
        kind = rng.random()
        if kind < 0.6 and edges:
            yield rng.choice(edges) + rng.choice((-MICROSECOND, timedelta(0), timedelta(0), MICROSECOND))
        else:
            yield grid.start + timedelta(
                microseconds=rng.randrange(last) if kind < 0.8 else rng.randrange(last // grid.step) * grid.step
            )


def utc(seconds: int) -> datetime:
    """The instant so many seconds after 1970 began."""
    return datetime.fromtimestamp(seconds, UTC)
