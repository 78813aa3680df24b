"""Cases of a history beside a rule that closes them: what is on time, what is not, and why."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmcore.analysis import judge_closings
from csmcore.calendars import BusinessCalendar
from csmcore.errors import InvalidValue, OutOfRange
from csmcore.model import (
    CLOSING_OUTCOMES,
    AutoClose,
    Case,
    CaseId,
    CasePolicy,
    Closing,
    ClosingReport,
    EventId,
    Finding,
    HistoryRow,
    PolicyRef,
    SupportPolicy,
)
from csmcore.rules import auto_close_at, auto_close_due

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = AutoClose(after_days=5, reminders=())
OFFICE = BusinessCalendar.from_mapping(
    {"timezone": "UTC", "hours": {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}
)


def row(case: str, hours: float, state: str | None = None, by: str | None = None, **more: Any) -> HistoryRow:
    """A row so many hours after the start; ``event_kind`` is ``event.kind``, ``state_`` a state that may be none."""
    order = more.pop("order", None)
    fields = {name.replace("_", ".", 1).removesuffix("."): value for name, value in more.items()}
    told = {name: value for name, value in (("state", state), ("event.by", by)) if value is not None}
    identity = CaseId(case)
    return HistoryRow(identity, START + timedelta(hours=hours), {**told, **fields}, 1, EventId("e"), order)


def judged(*rows: HistoryRow | Finding, rule: AutoClose = RULE, **asked: Any) -> ClosingReport:
    """The rows beside the rule, which may be an hour late."""
    return judge_closings(rows, rule, **{"tolerance": HOUR, **asked})


def one(*rows: HistoryRow, **asked: Any) -> Closing:
    """What is said of the only case."""
    [closing] = judged(*rows, **asked).closings
    return closing


@pytest.mark.parametrize(
    ("hours", "outcome"), [(119.9, "early"), (120, "on_time"), (121, "on_time"), (121.1, "late"), (1_000, "late")]
)
def test_a_close_is_on_time_from_when_it_is_due_until_the_tolerance_is_over(hours: float, outcome: str) -> None:
    """Both ends belong to it."""
    closing = one(row("c", -1, "open"), row("c", 0, "resolved"), row("c", hours, "closed", "system"))
    assert (closing.outcome, closing.due_at, closing.closed_by) == (outcome, START + 5 * DAY, "system")
    assert closing.took == timedelta(hours=hours)
    assert closing.reasons == ()


@pytest.mark.parametrize(("hours", "outcome"), [(119, "waiting"), (121, "waiting"), (121.1, "never")])
def test_a_case_that_is_still_resolved_waits_until_it_should_have_been_closed(hours: float, outcome: str) -> None:
    """As of the last instant of the history, or of one that is given."""
    rows = [row("c", 0, "resolved"), row("other", hours, "new")]
    report = judged(*rows)
    assert report.counts == {outcome: 1, "not_resolved": 1}
    assert judged(rows[0], as_of=START + timedelta(hours=hours)).closings[0].outcome == outcome
    assert report.closings[0].took is None


def test_rows_after_the_instant_are_not_seen() -> None:
    """They might as well not be there."""
    rows = [row("c", 0, "resolved"), row("c", 3, "closed"), row("d", 4, "new")]
    report = judged(*rows, as_of=START + HOUR)
    assert (report.as_of, report.counts) == (START + HOUR, {"waiting": 1})


def test_the_last_resolution_counts() -> None:
    """A case that came back is judged anew, also when it came back after its close."""
    back = [row("c", 0, "resolved"), row("c", 1, "open"), row("c", 2, "resolved"), row("c", 122, "closed")]
    closing = one(*back)
    assert (closing.outcome, closing.resolutions, closing.codes) == ("on_time", 2, frozenset({"reopened"}))
    again = [*back, row("c", 130, "open"), row("c", 131, "resolved"), row("c", 132, "closed")]
    closing = one(*again)
    assert (closing.outcome, closing.resolutions, closing.resolved_at) == ("early", 3, START + 131 * HOUR)


@pytest.mark.parametrize("states", [["open"], ["cancelled"], ["open", "closed"], ["closed", "open", "closed"], [None]])
def test_what_went_on_otherwise_is_not_judged(states: list[str | None]) -> None:
    """It was taken up again, cancelled, closed out of work, or emptied."""
    rows = [row("c", hours + 1, state_=state) for hours, state in enumerate(states)]
    closing = one(row("c", -1, "open"), row("c", 0, "resolved"), *rows)
    assert (closing.outcome, closing.closed_at, closing.closed_by) == ("left", None, None)
    told = [reason.text for reason in closing.reasons]
    assert told == [f"after its solution it became {states[-1] or 'nothing'} otherwise"]


def test_a_case_that_was_never_resolved_has_nothing_to_judge() -> None:
    """However it ended."""
    report = judged(row("c", 0, "new"), row("c", 1, "closed", "agent"), row("d", 2), Finding("unreadable_row", "x"))
    assert report.counts == {"not_resolved": 2}
    assert (report.resolved, report.percent("on_time"), report.reasons, report.closers) == (0, "", {}, {})


def test_edits_of_a_closed_case_are_no_closes() -> None:
    """It was closed when it became so."""
    closing = one(row("c", 0, "resolved"), row("c", 120, "closed", "system"), row("c", 300, "closed", "agent"))
    assert (closing.outcome, closing.closed_at, closing.closed_by) == ("on_time", START + 5 * DAY, "system")


@pytest.mark.parametrize(
    ("counts_from", "begins", "restarts"), [("resolution", 0, 0), ("comment", 30, 1), ("change", 50, 4)]
)
def test_days_begin_where_they_are_said_to(counts_from: str, begins: int, restarts: int) -> None:
    """With the solution, its customer's last comment, or the last change of any kind."""
    closing = one(
        row("c", 0, "resolved"),
        row("c", 20, None, "agent", event_kind="comment_added"),
        row("c", 30, None, "customer", event_kind="comment_added"),
        row("c", 40, None, "customer", event_kind="case_updated"),
        row("c", 50, "resolved"),
        row("c", 150, "closed"),
        counts_from=counts_from,
    )
    assert (closing.counts_from, closing.resolved_at) == (START + timedelta(hours=begins), START)
    assert closing.restarts == restarts
    assert ("restarted" in closing.codes) == bool(restarts)
    assert closing.outcome == {"resolution": "late", "comment": "on_time", "change": "early"}[counts_from]


def test_days_may_be_those_that_are_worked() -> None:
    """A week's five days end on the Monday after; a calendar that ends has no instant for it, so it is not due."""
    rule = AutoClose(after_days=5, reminders=(), counts="business", calendar="office")
    asked: dict[str, Any] = {"rule": rule, "calendars": {"office": OFFICE}}
    rows = [row("c", 0, "resolved"), row("c", 7 * 24 + 0.5, "closed")]
    assert (one(*rows, **asked).outcome, one(*rows, **asked).due_at) == ("on_time", START + 7 * DAY)
    last = datetime(2199, 12, 31, 12, tzinfo=UTC)
    ends = HistoryRow(CaseId("c"), last, {"state": "resolved"}, 1, EventId("e"))
    assert (one(ends, **asked).due_at, one(ends, **asked).outcome) == (None, "waiting")
    with pytest.raises(InvalidValue, match="there is no calendar 'office'"):
        judged(*rows, rule=rule)


@pytest.mark.parametrize("tolerance", [timedelta(-1), timedelta(days=36_526)])
def test_a_tolerance_is_a_duration(tolerance: timedelta) -> None:
    """Not below nothing, not above 100 years."""
    with pytest.raises(OutOfRange, match="tolerance"):
        judged(row("c", 0, "new"), tolerance=tolerance)


def test_who_closed_a_case_is_told() -> None:
    """By the field that says so: people are told from machines, and nothing is said where nobody is known."""
    known = one(row("c", 0, "resolved", extra_by="ann"), row("c", 1, "closed"), by="extra.by", machines={"job"})
    assert (known.closed_by, [reason.text for reason in known.reasons if reason.code == "closed_by_hand"]) == (
        "ann",
        ["ann closed it"],
    )
    job = one(
        row("c", 0, "resolved", extra_by="ann"), row("c", 1, "closed", extra_by="job"), by="extra.by", machines={"job"}
    )
    assert (job.closed_by, job.codes) == ("job", frozenset({"opens_resolved"}))
    unknown = one(row("c", 0, "resolved", "agent"), row("c", 1, "closed"))
    assert (unknown.closed_by, unknown.codes) == (None, frozenset({"opens_resolved"}))
    blank = one(row("c", 0, "resolved", extra_by="ann"), row("c", 1, "closed", extra_by=None), by="extra.by")
    assert blank.closed_by is None


def test_rows_are_taken_in_their_order_and_gaps_of_it_are_told() -> None:
    """One without a number follows the one before it; an instant that goes back is raised."""
    rows = [
        row("c", 2, None),
        row("c", 120, "closed", order=9),
        row("c", 0, "resolved", order=5),
        row("c", -3, None, order=6),
    ]
    closing = one(*rows)
    assert closing.counts_from == START + 2 * HOUR
    assert [reason.text for reason in closing.reasons if reason.code == "numbers_missing"] == [
        "2 changes before its close are not in the history"
    ]
    assert one(row("c", 0, "resolved"), row("c", 1, "closed", order=9)).codes == {"opens_resolved"}


def test_what_was_late_together_is_told() -> None:
    """Three that were late at one instant are no chance, two may be."""

    def late(count: int, hours: int) -> Iterable[HistoryRow]:
        for number in range(count):
            yield from (row(f"{hours}/{number}", number, "resolved"), row(f"{hours}/{number}", hours, "closed"))

    report = judged(*late(3, 200), *late(2, 300))
    assert report.reasons["late", "late_together"] == 3
    together = report.case(CaseId("200/1"))
    assert together is not None
    assert together.reasons[-1].text == "3 that were late were closed at the same instant"


def test_what_nothing_explains_is_told() -> None:
    """Early and late ones without a reason."""
    rows = [row("c", -1, "open"), row("c", 0, "resolved"), row("c", 200, "closed")]
    byhand = [row("d", -1, "open"), row("d", 0, "resolved"), row("d", 1, "closed", "agent")]
    assert [each.case for each in judged(*rows, *byhand).unexplained] == ["c"]


def test_without_rows_there_is_nothing_to_say() -> None:
    """No instant, no case."""
    report = judged()
    assert (report.as_of, report.closings, report.counts, report.case(CaseId("c"))) == (None, (), {}, None)


@pytest.mark.parametrize("calendar", [None, OFFICE], ids=["calendar days", "business days"])
@given(begins=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), days=st.integers(1, 60))
def test_it_is_due_when_a_case_would_close_by_itself(
    calendar: BusinessCalendar | None, begins: datetime, days: int
) -> None:
    """Law: the analysis of a history and the rule of a live case say the same instant."""
    at = begins.replace(tzinfo=UTC)
    kind: dict[str, Any] = {"counts": "business", "calendar": "office"} if calendar else {}
    rule = AutoClose(after_days=days, reminders=(), **kind)
    policy = SupportPolicy(name="p", version="1", cases=CasePolicy(auto_close=rule), calendars={"office": OFFICE})
    case = Case(
        id=CaseId("c"),
        number="C",
        policy=PolicyRef(name="p", version="1", digest="0" * 64),
        state="resolved",
        short_description="x",
        opened_at=at,
        opened_by="eve",
        updated_at=at,
        auto_close=True,
        auto_close_from=at,
    )
    assert auto_close_due(at, days, calendar) == auto_close_at(case, policy)


STATES = ("new", "open", "resolved", "closed", "cancelled")
ROWS = st.lists(
    st.builds(
        row, st.sampled_from("abc"), st.integers(0, 300), st.sampled_from(STATES), st.sampled_from(["system", "agent"])
    ),
    max_size=20,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_outcomes_divide_the_cases_whatever_their_order(rows: list[HistoryRow], random: Any) -> None:
    """Law: every case has one outcome, and it is of no matter in which order cases come."""
    report = judged(*rows)
    assert sum(report.counts.values()) == len({each.case for each in rows})
    assert set(report.counts) <= set(CLOSING_OUTCOMES)
    cases = sorted({each.case for each in rows})
    random.shuffle(cases)
    shuffled = judged(*(each for case in cases for each in rows if each.case == case))
    found, other = ({each.case: each for each in its.closings} for its in (report, shuffled))
    assert {case: each.outcome for case, each in found.items()} == {case: each.outcome for case, each in other.items()}
    for closing in report.closings:
        if closing.outcome in {"on_time", "early", "late"}:
            due, closed = cast("datetime", closing.due_at), cast("datetime", closing.closed_at)
            assert (closed < due) == (closing.outcome == "early")
            assert (closed > due + HOUR) == (closing.outcome == "late")
