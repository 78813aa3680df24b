"""Groups of cases that recur, small enough to count by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csmcore.analysis import find_recurring
from csmcore.errors import InvalidValue, NaiveDatetime, OutOfRange
from csmcore.model import Case, CaseSummary, PolicyRef, RecurrenceReport, RelatedRecord, Resolution

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(name: str, hours: float, **fields: Any) -> CaseSummary:
    """A case that was opened so many hours after noon, about a router where nothing else is said."""
    given: dict[str, Any] = {"id": name, "opened_at": NOON + hours * HOUR, "product": "router", **fields}
    return CaseSummary(**given)


def found(*cases: CaseSummary | Case, hours: float = 2, at_least: int = 2, **asked: Any) -> RecurrenceReport:
    """What recurs within so many hours."""
    return find_recurring(cases, window=hours * HOUR, at_least=at_least, **asked)


def ids(cases: tuple[CaseSummary, ...]) -> list[str]:
    """The ids of cases."""
    return [case.id for case in cases]


def test_cases_that_are_near_one_another_recur() -> None:
    """The evidence is all that lie in a window with enough of them; the one far off is no part of it."""
    [group] = found(told("a", 0), told("b", 1), told("c", 9)).found
    assert (group.by, group.values, ids(group.cases)) == (("product",), ("router",), ["a", "b"])
    assert (group.first_at, group.last_at) == (NOON, NOON + HOUR)


def test_a_window_is_half_open() -> None:
    """Of cases as far apart as the window is long no two are within it."""
    assert not found(told("a", 0), told("b", 2), told("c", 4)).found
    assert found(told("a", 0), told("b", 1.999)).found


def test_the_densest_window_is_told() -> None:
    """The first, where two hold as many; cases of other windows with enough are evidence too."""
    [group] = found(told("a", 0), told("b", 1), told("c", 9), told("d", 10), told("e", 20)).found
    assert (ids(group.cases), ids(group.densest)) == (["a", "b", "c", "d"], ["a", "b"])
    [group] = found(told("a", 0), told("b", 1), told("c", 9), told("d", 10), told("e", 10.5)).found
    assert ids(group.densest) == ["c", "d", "e"]


def test_windows_that_overlap_tell_each_case_once() -> None:
    """A chain in which each is near the next."""
    [group] = found(*(told(f"c{hour}", hour) for hour in range(6))).found
    assert (len(group.cases), len(group.densest)) == (6, 2)


def test_a_blank_field_groups_nothing() -> None:
    """Cases of no known cause have no cause in common; nor have those whose category shows nothing."""
    assert not found(told("a", 0, product=None), told("b", 0, product=None)).found
    for blank in ("", " ", "\u200b"):
        assert not found(told("a", 0, category=blank), told("b", 0, category=blank), by=("category",)).found


def test_fields_are_asked_one_by_one_or_together() -> None:
    """A product over all, and a product at one account."""
    cases = (told("a", 0, account="acme"), told("b", 0, account="north"), told("c", 0, account="acme"))
    report = found(*cases, by=("product", ("product", "account")), at_least=2)
    assert [(group.values, ids(group.cases)) for group in report.found] == [
        (("router",), ["a", "b", "c"]),
        (("router", "acme"), ["a", "c"]),
    ]


def test_groups_come_by_their_densest_window_then_by_field_and_value() -> None:
    """The same in every run."""
    cases = [told(f"{product}{n}", n / 9, product=product, category="x") for product in "ba" for n in range(3)]
    report = found(*cases, by=("category", "product"))
    assert [group.values for group in report.found] == [("x",), ("a",), ("b",)]
    assert found(*cases[::-1], by=("category", "product")) == report


def test_a_problem_is_proposed_for_cases_that_have_none() -> None:
    """Those that are linked are evidence, and their problems may be the one."""
    [proposal] = found(told("a", 0), told("b", 1, problem="P2"), told("c", 1, problem="P1")).proposals
    assert (proposal.cases, proposal.problems) == (("a",), ("P1", "P2"))
    assert proposal.short_description == "product router: 3 cases, 3 of them within 2:00:00"


def test_where_all_are_linked_nothing_is_proposed() -> None:
    """The group is told all the same."""
    report = found(told("a", 0, problem="P1"), told("b", 1, problem="P1"))
    assert (len(report.found), report.proposals) == (1, ())


def test_a_rate_is_by_the_day() -> None:
    """From the first to the last, or over the window where that is longer."""
    [group] = found(told("a", 0), told("b", 0), hours=12).found
    assert group.per_day == 4
    [group] = found(*(told(f"c{day}", 24 * day) for day in range(5)), hours=48, at_least=2).found
    assert group.per_day == 1.25


def test_a_case_tells_its_own_summary() -> None:
    """The cause is that of its solution, the problem the one that it is linked to."""
    links = {
        "incident/I1": RelatedRecord(kind="incident", record="I1", linked_at=NOON, linked_by="ann"),
        "problem/P1": RelatedRecord(kind="problem", record="P1", linked_at=NOON, linked_by="ann"),
    }
    given: dict[str, Any] = {"id": "a", "number": "a", "policy": PolicyRef("p", "1", "0" * 64), "product": "router"}
    stamps: dict[str, Any] = {"opened_at": NOON, "updated_at": NOON, "opened_by": "ann", "short_description": "Dead"}
    case = Case(**given, **stamps)
    solved = Resolution(code="fixed", notes="Done.", cause="heat", by="ann", at=NOON)
    assert CaseSummary.of(case) == told("a", 0)
    about: dict[str, Any] = {"category": "hardware", "asset": "r1", "account": "acme"}
    full = Case(**given, **stamps, **about, records=links, resolution=solved)
    expected = told("a", 0, problem="P1", cause="heat", **about)
    assert CaseSummary.of(full) == expected
    assert ids(found(full, told("b", 1)).found[0].cases) == ["a", "b"]


def test_it_prints_a_table() -> None:
    """Of the groups, and of the evidence of each; a notebook shows text and no markup."""
    report = found(told("a", 0, product="<r>"), told("b", 1, product="<r>", problem="P1"), told("c", 9))
    assert str(report).splitlines() == [
        "recurring groups: 1, among 3 cases, at least 2 within 2:00:00",
        "by           cases  most in a window  first              last               a day  proposed",
        "product <r>  2      2                 2027-03-01 12:00Z  2027-03-01 13:00Z  24.0   1 to link",
    ]
    [group] = report.found
    assert str(group).splitlines() == [
        "product <r>",
        "  a  2027-03-01 12:00Z  densest",
        "  b  2027-03-01 13:00Z  densest  P1",
    ]
    assert "&lt;r&gt;" in report._repr_html_()
    assert "&lt;r&gt;" in group._repr_html_()
    linked = found(told("a", 0, problem="P1"), told("b", 1, problem="P1"), told("c", 5), told("d", 5), told("e", 5.5))
    assert str(linked).endswith("3 to link")
    assert str(linked.found[0]).splitlines()[1] == "  a  2027-03-01 12:00Z  P1"
    assert str(found(told("a", 0, problem="P1"), told("b", 1, problem="P1"))).endswith("all linked")


def test_nothing_recurs_among_no_cases() -> None:
    """An empty report is no error."""
    assert (found().found, found().considered) == ((), 0)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"hours": 0}, "window"),
        ({"hours": -1}, "window"),
        ({"hours": 24 * 36_526}, "window"),
        ({"at_least": 1}, "at_least"),
        ({"by": ()}, "by"),
        ({"by": ((),)}, "by"),
        ({"by": ("colour",)}, "by"),
        ({"by": ("product", "product")}, "by"),
        ({"by": (("product", "account"), ("account", "product"))}, "by"),
        ({"by": (("product", "product"),)}, "by"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any], where: str) -> None:
    """The error names what is wrong."""
    with pytest.raises(InvalidValue) as caught:
        found(told("a", 0), **asked)
    assert caught.value.path == where


def test_bad_cases_are_refused() -> None:
    """A case that is given twice, and one without an instant."""
    with pytest.raises(InvalidValue, match="given twice"):
        found(told("a", 0), told("a", 1))
    with pytest.raises(NaiveDatetime):
        CaseSummary(id="a", opened_at=datetime(2027, 3, 1))  # type: ignore[arg-type]
    with pytest.raises(OutOfRange):
        found(hours=0)
