"""Which cases of a history closed by themselves: when a rule would have closed each, and when it was closed."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import attrs

from csmcore.calendars import Calendar, as_utc
from csmcore.errors import InvalidValue, OutOfRange, shown
from csmcore.model import (
    AutoClose,
    CaseId,
    Closing,
    ClosingOutcome,
    ClosingReport,
    CountsFrom,
    Finding,
    HistoryRow,
    Reason,
)
from csmcore.rules import auto_close_due

__all__ = ["judge_closings"]

_Calendars: TypeAlias = Mapping[str, Calendar]

_NO_CALENDARS: Final[_Calendars] = MappingProxyType({})
_SYSTEM: Final = frozenset({"system"})
_AT_ONCE: Final = timedelta(0)
_LONGEST: Final = timedelta(days=36_525)
_TOGETHER: Final = 3
"""So many late closes of one instant are no chance: whatever closes cases caught up."""


def judge_closings(  # noqa: PLR0913 - each is a question of its own, and named
    rows: Iterable[HistoryRow | Finding],
    rule: AutoClose,
    *,
    calendars: _Calendars = _NO_CALENDARS,
    tolerance: timedelta = _AT_ONCE,
    counts_from: CountsFrom = "comment",
    by: str = "event.by",
    machines: Collection[str] = _SYSTEM,
    as_of: datetime | None = None,
) -> ClosingReport:
    """Whether each resolved case of a history was closed when the rule says, earlier, later or not at all; and why.

    A case is judged by its last resolution. Its days count from there (``resolution``), from the last ``comment`` of
    its customer since, which is what the rule itself says, or from the last ``change`` of whatever kind. A close within
    ``tolerance`` after it was due is on time: what closes cases once an hour is up to an hour late. ``by`` is the field
    that says who made a row, ``machines`` who among them is no person; a history that does not say it is judged by
    instants alone. ``as_of`` is the last instant of the history if not given; later rows are not seen.

    Rows are as `csmcore.wire.read_history` gives them, cases in whatever order. Those of one case are taken in their
    ``order``, else as they come; an instant before the one before it is raised to it. Findings are passed over:
    `replay_history` tells them. Raises InvalidValue, OutOfRange, NaiveDatetime, and what ``rows`` raise.
    """
    if not _AT_ONCE <= tolerance <= _LONGEST:
        raise OutOfRange("tolerance", f"{tolerance} is below 0, or over 100 years", "give a duration in between")
    calendar = _calendar_of(rule, calendars)
    end = None if as_of is None else as_utc(as_of)
    seen = [row for row in rows if isinstance(row, HistoryRow) and (end is None or row.at <= end)]
    end = max((row.at for row in seen), default=end) if end is None else end
    by_case: dict[CaseId, list[HistoryRow]] = {}
    for row in seen:
        by_case.setdefault(row.case, []).append(row)
    stories = [_told(case, own, counts_from, by) for case, own in by_case.items()]
    judged = [_judged(story, rule, calendar, tolerance, machines, end) for story in stories if end is not None]
    return ClosingReport(
        rule=rule, tolerance=tolerance, counts_from=counts_from, as_of=end, closings=tuple(_caught_up(judged))
    )


def _calendar_of(rule: AutoClose, calendars: _Calendars) -> Calendar | None:
    if rule.calendar is None:
        return None
    if rule.calendar not in calendars:
        problem = f"there is no calendar {shown(rule.calendar)}, by which the rule counts"
        raise InvalidValue("calendars", problem, "give those of the rule's policy")
    return calendars[rule.calendar]


# --- what a case's rows tell -----------------------------------------------------------------------------------------


class _Close(NamedTuple):
    """A close that followed a resolution: when, by whom, and how many numbers of the order lie before it."""

    at: datetime
    by: str | None
    skipped: int


@attrs.define
class _Story:
    """A case as far as its rows have been read. ``close`` is there while nothing has come after it."""

    case: CaseId
    state: object = None
    at: datetime | None = None
    order: int | None = None
    by: str | None = None
    opens_resolved: bool = False
    resolutions: int = 0
    restarts: int = 0
    resolved_at: datetime | None = None
    counts_from: datetime | None = None
    close: _Close | None = None

    def add(self, row: HistoryRow, counts_from: CountsFrom, by: str) -> None:
        """The story after one more row."""
        at = row.at if self.at is None else max(row.at, self.at)
        was, state = self.state, row.fields.get("state", self.state)
        if by in row.fields or by.startswith("event."):
            told = row.fields.get(by)
            self.by = None if told is None else str(told)
        if state != was:
            self.close = None
        if state == "resolved" and was != "resolved":
            self.opens_resolved = self.at is None
            self.resolutions, self.restarts = self.resolutions + 1, 0
            self.resolved_at = self.counts_from = at
        elif state == "resolved" and _restarts(row, counts_from):
            self.restarts, self.counts_from = self.restarts + 1, at
        elif (was, state) == ("resolved", "closed"):
            self.close = _Close(at, self.by, _skipped(self.order, row.order))
        self.state, self.at = state, at
        self.order = self.order if row.order is None else row.order


def _told(case: CaseId, rows: list[HistoryRow], counts_from: CountsFrom, by: str) -> _Story:
    story = _Story(case)
    for row in _in_order(rows):
        story.add(row, counts_from, by)
    return story


def _in_order(rows: list[HistoryRow]) -> Iterator[HistoryRow]:
    """The rows of one case as they happened; one without an order follows the one before it."""
    keyed: list[tuple[int, HistoryRow]] = []
    order = min((row.order for row in rows if row.order is not None), default=0)
    for row in rows:
        order = order if row.order is None else row.order
        keyed.append((order, row))
    return (row for _, row in sorted(keyed, key=itemgetter(0)))


def _restarts(row: HistoryRow, counts_from: CountsFrom) -> bool:
    """Whether a row of a resolved case begins its count again."""
    if counts_from == "comment":
        return row.fields.get("event.kind") == "comment_added" and row.fields.get("event.by") == "customer"
    return counts_from == "change"


def _skipped(order: int | None, later: int | None) -> int:
    return 0 if order is None or later is None else max(later - order - 1, 0)


# --- what the rule says of it ----------------------------------------------------------------------------------------


def _judged(  # noqa: PLR0913, PLR0917 - a story beside all that it is judged by
    story: _Story,
    rule: AutoClose,
    calendar: Calendar | None,
    tolerance: timedelta,
    machines: Collection[str],
    as_of: datetime,
) -> Closing:
    begins, close = story.counts_from, story.close
    due = None if begins is None else auto_close_due(begins, rule.after_days, calendar)
    return Closing(
        case=story.case,
        outcome=_outcome(story, due, tolerance, as_of),
        resolved_at=story.resolved_at,
        counts_from=begins,
        due_at=due,
        closed_at=None if close is None else close.at,
        closed_by=None if close is None else close.by,
        resolutions=story.resolutions,
        restarts=story.restarts,
        reasons=tuple(_reasons(story, machines)),
    )


def _outcome(story: _Story, due: datetime | None, tolerance: timedelta, as_of: datetime) -> ClosingOutcome:
    if not story.resolutions:
        return "not_resolved"
    if story.close is None and story.state != "resolved":
        return "left"
    at = as_of if story.close is None else story.close.at
    if due is None or at < due:
        return "waiting" if story.close is None else "early"
    if story.close is None:
        return "waiting" if at <= due + tolerance else "never"
    return "on_time" if at <= due + tolerance else "late"


def _reasons(story: _Story, machines: Collection[str]) -> Iterator[Reason]:
    """What a reader needs to know to understand the outcome."""
    close = story.close
    if story.opens_resolved:
        yield Reason("opens_resolved", "its first row has it resolved already", ("state",))
    if story.resolutions > 1:
        yield Reason("reopened", f"it was resolved {story.resolutions} times: the last one counts", ("state",))
    if story.restarts:
        yield Reason("restarted", f"its count began again {story.restarts} times", ("counts_from",))
    if story.resolutions and close is None and story.state != "resolved":
        yield Reason("left", f"after its solution it became {story.state or 'nothing'} otherwise", ("state",))
    if close is not None and close.by is not None and close.by not in machines:
        yield Reason("closed_by_hand", f"{close.by} closed it", ("closed_by",))
    if close is not None and close.skipped:
        yield Reason("numbers_missing", f"{close.skipped} changes before its close are not in the history", ("order",))


def _caught_up(closings: list[Closing]) -> Iterator[Closing]:
    """The closings, with those named that were late together."""
    late = Counter(each.closed_at for each in closings if each.outcome == "late")
    for each in closings:
        count = late[each.closed_at] if each.outcome == "late" else 0
        if count < _TOGETHER:
            yield each
        else:
            text = f"{count} that were late were closed at the same instant"
            yield attrs.evolve(each, reasons=(*each.reasons, Reason("late_together", text, ("closed_at",))))
