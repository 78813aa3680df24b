"""A decision as it is shown: as text, as a table, and without what people wrote."""

from datetime import timedelta

import attrs
import pytest

from csmcore.model import (
    AddComment,
    AddWorkNote,
    AssignToMe,
    CancelCase,
    Decision,
    OpenCase,
    ProposeSolution,
    Reason,
    RequestInfo,
)
from tests.unit.entitlement.test_shown import HOSTILE, Table
from tests.unit.services.desk import ANN, JO, at, desk, made, opened, walk

WRITTEN = "grandmother's maiden name"


def waiting() -> Decision:
    """Jo's case after an hour in which nobody took it and one in which Ann worked on it."""
    _, clock, service = desk()
    case_id = opened(service)
    clock.advance(timedelta(hours=1))
    service.apply(case_id, AssignToMe(), ANN)
    clock.advance(timedelta(hours=1))
    return service.apply(case_id, RequestInfo("Which one?"), ANN)


def test_a_decision_as_text() -> None:
    """The case, the reasons, the events, each clock with its due date, and what is to do."""
    _, _, service = desk()
    decision = service.open(made(OpenCase, consumer="kay", product="phone", short_description="Mute"), ANN)
    assert str(decision).splitlines() == [
        "CS0000001 is new, version 1",
        "  because  E4 applies",
        "  events   case_opened",
        "           entitlement_derived",
        "           clock_attached response",
        "           clock_attached resolution",
        "           clock_attached tier",
        "  clocks   response 1: in_progress, goal 1:00:00, due 2026-01-12 11:00Z",
        "           resolution 1: in_progress, goal 16:00:00, due 2026-01-14 10:00Z",
        "           tier 1: in_progress, goal 30:00:00, due 2026-01-13 16:00Z",
        "  to do    notify_customer",
    ]


def test_a_decision_tells_pauses_breaches_and_ends() -> None:
    """A paused clock has no due date now; a broken promise says when it broke, a kept one when it ended."""
    lines = str(waiting()).splitlines()
    assert lines[0] == "CS0000001 is awaiting_info, version 3"
    assert "           clock_paused resolution" in lines
    due = "2026-01-12 11:00Z"
    found = [line[11:] for line in lines if ": " in line]
    assert found == [
        f"response 1: completed, goal 1:00:00, due {due}, breached {due}, ended 2026-01-12 12:00Z",
        "resolution 1: paused, goal 16:00:00, no due date now",
        "tier 1: in_progress, goal 30:00:00, due 2026-01-13 16:00Z",
        "gold 1: paused, goal 4:00:00, no due date now",
    ]
    assert lines[-1] == "  to do    notify_customer"


def test_a_decision_as_a_table() -> None:
    """A notebook shows the clocks in columns, well formed and without attributes."""
    table = Table(waiting()._repr_html_())
    assert table.open == []
    assert table.rows[:3] == [
        ["promise", "cycle", "stage", "goal", "due", "ended", "breached"],
        ["response", "1", "completed", "1:00:00", "2026-01-12 11:00Z", "2026-01-12 12:00Z", "2026-01-12 11:00Z"],
        ["resolution", "1", "paused", "16:00:00", "", "", ""],
    ]


def test_a_decision_tells_how_far_a_clock_has_come() -> None:
    """A threshold is told with its percent."""
    _, clock, service = desk()
    case_id = opened(service)
    clock.set(at("13 10:30"))
    told = str(service.tick(case_id))
    assert "  events   clock_breached response\n" in told
    assert "threshold_reached resolution 50%" in told


def test_what_is_in_a_decision_stays_text() -> None:
    """Markup and control characters are escaped in the table and harmless on a terminal."""
    decision = waiting()
    case = attrs.evolve(decision.case, number="<i>1</i>")
    hostile = attrs.evolve(decision, case=case, reasons=(Reason("made_up", HOSTILE),))
    table = Table(hostile._repr_html_())
    assert set(table.tags) == {"p", "b", "br", "table", "tr", "th", "td"}
    assert "\x1b" not in str(hostile) + hostile._repr_html_()
    assert len(str(hostile).splitlines()) == len(str(decision).splitlines()) + 1


@pytest.mark.parametrize(
    "command",
    [
        AddComment(WRITTEN),
        AddWorkNote(WRITTEN),
        RequestInfo(WRITTEN),
        ProposeSolution(code="fixed", notes=WRITTEN, share=True),
        CancelCase(WRITTEN),
    ],
    ids=lambda command: command.action,
)
def test_nothing_that_people_wrote_is_shown(command: AddComment) -> None:
    """No description, comment, note or reason is in a decision's text, table or repr."""
    _, clock, service = desk()
    asked = made(OpenCase, contact="jo", short_description=WRITTEN, description=WRITTEN)
    first = service.open(asked, JO)
    walk(service, clock, first.case.id, "open")
    for decision in (first, service.apply(first.case.id, command, ANN)):
        assert WRITTEN not in str(decision) + decision._repr_html_() + repr(decision)
        assert "maiden" not in repr(decision)
