"""What is told of closes, to people and to programs; and how many days fit them best."""

import json
from datetime import timedelta
from typing import Any

import pytest

from csmcore.analysis import fit_auto_close
from csmcore.errors import InvalidValue
from csmcore.model import AutoCloseFit, CaseId
from tests.unit.closings.test_judging import DAY, HOUR, OFFICE, judged, row

ROWS = (
    *(row("a", 0, "resolved"), row("a", 120.5, "closed", "system")),
    *(row("b", -1, "open"), row("b", 0, "resolved"), row("b", 48, "closed", "agent")),
    *(row("c", -1, "open"), row("c", 1, "resolved"), row("c", 400, "closed", "system")),
    row("d", 0, "new"),
)
REPORT = judged(*ROWS)


def test_a_report_is_a_table() -> None:
    """An outcome in each line, those that there are."""
    assert str(REPORT).splitlines() == [
        "closed by themselves 5 calendar days after the last comment, up to 1:00:00 late: 3 resolved cases",
        "outcome                             cases  % of resolved  with",
        "on_time: closed when the rule says  1      33.3           opens_resolved 1",
        "early: closed before                1      33.3           closed_by_hand 1",
        "late: closed after                  1      33.3",
        "not_resolved: never resolved        1",
    ]
    html = REPORT._repr_html_()
    assert html.startswith("<p><b>closed by themselves 5 calendar days")
    assert "<td>early: closed before</td><td>1</td><td>33.3</td><td>closed_by_hand 1</td>" in html


def test_a_report_is_plain_data() -> None:
    """JSON takes it as it is."""
    told = json.loads(json.dumps(REPORT.to_mapping()))
    assert (told["counts"], told["tolerance_seconds"], told["as_of"]) == (
        dict(REPORT.counts),
        3_600,
        "2026-03-19T01:00:00Z",
    )
    assert told["cases"][1]["reasons"] == [
        {"code": "closed_by_hand", "text": "agent closed it", "fields": ["closed_by"]}
    ]
    assert (told["cases"][0]["due_at"], told["cases"][3]["due_at"]) == ("2026-03-07T09:00:00Z", None)


def test_a_report_says_who_closed() -> None:
    """Whoever closed most comes first."""
    assert [(name, dict(counts)) for name, counts in REPORT.closers.items()] == [
        ("system", {"on_time": 1, "late": 1}),
        ("agent", {"early": 1}),
    ]
    assert (REPORT.case(CaseId("b")), REPORT.case(CaseId("z"))) == (REPORT.closings[1], None)


def test_the_days_that_fit_best_are_found() -> None:
    """With the evidence: how many closed on which day, and how many within the tolerance."""
    fitted = fit_auto_close(REPORT)
    assert (fitted.best, fitted.closed, dict(fitted.histogram)) == (2, 3, {2: 1, 5: 1, 16: 1})
    assert {day: hits for day, hits in fitted.hits.items() if hits} == {2: 1, 5: 1}
    assert str(fitted).splitlines() == [
        "2 days of 3 closed cases, up to 1:00:00 late",
        "days  closed on that day  within tolerance  % of closed",
        "   2                   1                 1         33.3",
        "   5                   1                 1         33.3",
        "  16                   1                 0          0.0",
    ]
    html = fit_auto_close(REPORT, days=(5,))._repr_html_()
    assert "<tr><td>more</td><td>1</td><td></td><td></td></tr>" in html


def test_days_may_be_those_that_are_worked() -> None:
    """From Monday to Monday are five of them; a weekend makes two of four days."""
    rows = [row("c", 0, "resolved"), row("c", 7 * 24, "closed")]
    assert fit_auto_close(judged(*rows), calendar=OFFICE).best == 5
    assert fit_auto_close(judged(*rows)).best == 7


def test_a_tolerance_of_its_own_may_be_given() -> None:
    """Else it is the report's."""
    assert fit_auto_close(REPORT, tolerance=timedelta(0)).hits[5] == 0
    assert fit_auto_close(REPORT, days=[16], tolerance=DAY).best == 16


def test_no_days_fit_where_nothing_closed() -> None:
    """And that is said."""
    fitted = fit_auto_close(judged(row("c", 0, "resolved")))
    assert (fitted.best, fitted.closed) == (None, 0)
    assert str(fitted).splitlines()[0] == "no number of days of 0 closed cases, up to 1:00:00 late"
    assert AutoCloseFit(closed=0, tolerance=HOUR).best is None


@pytest.mark.parametrize("days", [(), (-1, 5)])
def test_numbers_of_days_are_asked_for(days: Any) -> None:
    """At least one, none below nothing."""
    with pytest.raises(InvalidValue, match="days"):
        fit_auto_close(REPORT, days=days)
