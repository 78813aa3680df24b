"""csmcore's own events as a history: what was lived is what is replayed."""

from datetime import timedelta
from io import BytesIO

import attrs
import pytest

from csmcore.adapters import MemoryHost
from csmcore.analysis import ReplayReport, replay_history
from csmcore.errors import DocumentError
from csmcore.model import (
    SYSTEM,
    AcceptSolution,
    AddComment,
    AddWorkNote,
    AssignToMe,
    CancelCase,
    CaseId,
    Event,
    Finding,
    HistoryRow,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    RejectSolution,
    RequestInfo,
    SlaState,
    UpdateCase,
)
from csmcore.rules import compile_policy, tick
from csmcore.wire import read_history, to_json
from tests.unit.services.desk import ANN, BOOK, JO, KAY, POLICY, WANTED, desk, made


def lived() -> tuple[MemoryHost, list[Event]]:
    """A desk after some days, and its log: two cases side by side, one reopened, one cancelled; clocks that ran out."""
    host, clock, service = desk()
    first = service.open(WANTED, JO).case.id
    second = service.open(made(OpenCase, consumer="kay", asset="phone-1", short_description="Dark"), KAY).case.id
    asked = made(OpenCase, requested_by="ann", account="acme", short_description="Ann's own")
    third = service.open(asked, ANN).case.id
    steps = (
        (first, ANN, AssignToMe()),
        (second, ANN, AssignToMe()),
        (first, ANN, RequestInfo("Which one?")),
        (second, ANN, AddWorkNote("No idea.")),
        (third, ANN, AddComment("Hello?")),
        (first, JO, AddComment("That one.")),
        (second, ANN, CancelCase(reason="Sold.")),
        (first, ANN, OverridePriority(priority=1, reason="It is loud.")),
        (first, ANN, UpdateCase({"category": "noise"})),
        (first, ANN, ProposeSolution(code="fixed", notes="A new fuse.", share=True)),
        (first, JO, RejectSolution("No.")),
        (first, ANN, ProposeSolution(code="fixed", notes="Another one.")),
        (first, JO, AcceptSolution()),
    )
    for case_id, actor, command in steps:
        clock.advance(timedelta(hours=3))
        service.tick(case_id)
        clock.advance(timedelta(minutes=7))
        service.apply(case_id, command, actor)
    entries = sorted((entry for own in host._entries.values() for entry in own), key=lambda entry: entry.events[0].at)
    return host, [event for entry in entries for event in entry.events]


def lines(events: list[Event]) -> bytes:
    """Events as a file of JSON lines."""
    return "".join(to_json(event) + "\n" for event in events).encode()


def replayed(content: bytes) -> ReplayReport:
    """What comes of a file of events."""
    return replay_history(compile_policy(POLICY), read_history(BytesIO(content)), agreements=BOOK)


def plain(state: SlaState) -> list[dict]:
    """Clocks without the ids of revisions that only a live case has."""
    return [dict(clock.__dict__) for clock in state.clocks]


def test_a_replayed_log_gives_the_clocks_that_were_lived() -> None:
    """Law: replaying a desk's events gives each case the clocks, the entitlement and the fields that it has."""
    host, events = lived()
    report = replayed(lines(events))
    assert report.findings == ()
    assert len(report.cases) == 3
    for case in report.cases:
        alive = host.case(case.id)
        assert alive is not None
        state = host._clocks[case.id]
        assert report.as_of is not None
        assert plain(case.state) == plain(tick(compile_policy(POLICY), state, report.as_of))
        assert case.entitlement == alive.entitlement
        assert case.state.last is not None
        assert state.last is not None
        told = {name: value for name, value in case.state.last.fields.items() if name in state.last.fields}
        assert told == state.last.fields


def test_what_clocks_did_by_themselves_is_no_row() -> None:
    """A tick makes no revision, live or replayed."""
    _, events = lived()
    rows = [row for row in read_history(BytesIO(lines(events))) if isinstance(row, HistoryRow)]
    first = {(event.case, event.version): event.kind for event in reversed(events)}
    ticks = {key for key, kind in first.items() if kind in {"clock_breached", "threshold_reached"}}
    assert ticks
    assert {(row.case, row.order) for row in rows} == first.keys() - ticks


def test_an_event_that_is_there_twice_is_found() -> None:
    """It is left out; a command that comes again is found by its version."""
    _, events = lived()
    twice = read_history(BytesIO(lines([events[0], *events])))
    assert [row.code for row in twice if isinstance(row, Finding)] == ["duplicate_event"]
    last = [event for event in events if (event.case, event.version) == (events[-1].case, events[-1].version)]
    again = replayed(lines([*events, events[0], *last]))
    assert "out_of_order" in again.counts


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "line 2, column"),
        (b"[]", r"line 2, \$: .* is no mapping"),
        (b'{"kind": "case_opened"}', r"line 2, \$\.case: it is missing"),
        (b"[" * 100_000, "line 2.*levels|more than"),
    ],
)
def test_a_line_that_is_no_event_is_refused(line: bytes, problem: str) -> None:
    """The error names the line."""
    with pytest.raises(DocumentError, match=problem):
        list(read_history(BytesIO(b"\n" + line + b"\n")))


def test_whose_side_acted() -> None:
    """Machines act for the system, those inside for the desk, but for a case of their own as its customer."""
    _, events = lived()
    machine = attrs.evolve(events[0], by=SYSTEM)
    (row,) = (each for each in read_history(BytesIO(lines([machine]))) if isinstance(each, HistoryRow))
    assert row.fields["event.by"] == "system"
    own = [each for each in read_history(BytesIO(lines(events))) if each.case == CaseId("CS0000003")]
    assert {each.fields["event.by"] for each in own if isinstance(each, HistoryRow)} == {"customer"}


def test_an_empty_log_is_an_empty_history() -> None:
    """Without a row there is no instant that the report could be of."""
    report = replayed(b"")
    assert (report.as_of, report.cases, report.promises, report.rows) == (None, (), (), 0)
