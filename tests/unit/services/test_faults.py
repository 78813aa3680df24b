"""Whatever a port does at whatever call, a case is as it was or as it was to become, and what leaves is typed.

Every port call of every use case fails once: before it did anything, after it did everything, and with an answer that
is out of date.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import attrs
import pytest

from csmcore.adapters import MemoryHost
from csmcore.errors import CsmError, StaleVersion
from csmcore.model import (
    SYSTEM,
    AcceptCase,
    AcceptSolution,
    Actor,
    AddComment,
    AddWorkNote,
    AssignCase,
    AssignToMe,
    AutoCloseCase,
    CancelCase,
    CaseCommand,
    CaseId,
    CloseCase,
    CommandId,
    EntitlementId,
    GroupId,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    Refused,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    ResumeWork,
    UpdateCase,
    UserId,
)
from csmcore.ports import Host
from csmcore.services import CaseService
from tests.tally import Tally
from tests.unit.services.desk import ANN, BOOK, JO, KAY, MIA, ROUTES, WANTED, check_whole, desk, made, opened, snapshot

Steps: TypeAlias = tuple[tuple[Actor, CaseCommand], ...]
Fault: TypeAlias = Literal["before", "after", "stale"]
Ask: TypeAlias = Callable[[CaseService, CommandId], object]

PORTS = frozenset(name for role in Host.__mro__ for name in vars(role) if not name.startswith("_"))
SENT = CommandId("sent")


class Outage(TimeoutError):
    """What a host's database might raise."""


class Faulty:
    """A host whose ports are all those of another, but for one call, by its number, counted from 0."""

    def __init__(self, host: MemoryHost, at: int, fault: Fault, stale: MemoryHost | None = None) -> None:
        self.host, self.at, self.fault, self.stale = host, at, fault, stale
        self.calls = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The port of that name, as it fails."""
        assert name in PORTS, f"no port: {name}"

        def called(*args: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number != self.at:
                return getattr(self.host, name)(*args)
            if self.fault == "stale":
                return getattr(self.stale, name)(*args)
            if self.fault == "after":
                getattr(self.host, name)(*args)
            raise Outage(name)

        return called


class UseCase(NamedTuple):
    """What is asked, after one case was opened and brought on its way by these steps."""

    steps: Steps
    ask: Ask


CASE = CaseId("CS0000001")
COUNTED = attrs.evolve(
    BOOK.entitlements[EntitlementId("e-gold")], per_unit=True, total_units=2, unit="cases", consume_on="resolution"
)


def opening(command: OpenCase, actor: Actor) -> UseCase:
    """Another case is opened."""
    return UseCase((), lambda service, sent: service.open(command, actor, sent))


def applying(steps: Steps, command: CaseCommand, actor: Actor) -> UseCase:
    """Something is done with the case."""
    return UseCase(steps, lambda service, sent: service.apply(CASE, command, actor, sent))


NEW, OPEN, WAITING, RESOLVED = (ROUTES[state] for state in ("new", "open", "awaiting_info", "resolved"))
ASSIGNED = ((MIA, AssignCase(user=UserId("ann"))),)
CLOSED = (*RESOLVED, (JO, AcceptSolution()))

USE_CASES: Mapping[str, UseCase] = {
    "a contact opens": opening(WANTED, JO),
    "a consumer opens": opening(made(OpenCase, short_description="No tone", asset="phone-1"), KAY),
    "assign to me": applying(NEW, AssignToMe(), ANN),
    "accept": applying(ASSIGNED, AcceptCase(), ANN),
    "assign": applying(OPEN, AssignCase(group=GroupId("tier-2")), ANN),
    "request info": applying(OPEN, RequestInfo("Which one?"), ANN),
    "give info": applying(WAITING, AddComment("The small one"), JO),
    "resume": applying(WAITING, ResumeWork(), ANN),
    "note": applying(OPEN, AddWorkNote("Smells of oil"), ANN),
    "update": applying(OPEN, UpdateCase({"contact": "rob", "asset": None}), ANN),
    "override": applying(OPEN, OverridePriority(priority=1, reason="The plant stands still"), ANN),
    "propose": applying(OPEN, ProposeSolution(code="fixed", notes="A new fuse.", share=True), ANN),
    "accept solution": applying(RESOLVED, AcceptSolution(), JO),
    "reject solution": applying(RESOLVED, RejectSolution("It stopped again."), JO),
    "close": applying(OPEN, CloseCase(code="duplicate", notes="See another."), ANN),
    "auto close": applying(RESOLVED, AutoCloseCase(), SYSTEM),
    "cancel": applying(OPEN, CancelCase("opened by mistake"), ANN),
    "reopen": applying(CLOSED, ReopenCase("It is back."), JO),
    "tick": UseCase(OPEN, lambda service, _: service.tick(CASE)),
    "read": UseCase(OPEN, lambda service, _: service.read(CASE)),
}


def prepared(use_case: UseCase, less: int = 0) -> MemoryHost:
    """A host at the time when it is asked, in which the last few steps never happened."""
    host, clock, service = desk()
    host.add(COUNTED)
    steps: list[Callable[[], object]] = [lambda: opened(service)]
    for actor, command in use_case.steps:
        steps.append(partial(service.apply, CASE, command, actor))
    for step in steps[: len(steps) - less]:
        step()
        clock.advance(timedelta(minutes=40))
    clock.advance(timedelta(minutes=40) * less)
    return host


def failing(use_case: UseCase, fault: Fault) -> Iterator[tuple[MemoryHost, Faulty]]:
    """The use case anew for each of its port calls, which is the one to fail."""
    for number in count():
        host = prepared(use_case)
        faulty = Faulty(host, number, fault, prepared(use_case, less=1) if fault == "stale" else None)
        yield host, faulty
        if faulty.calls <= number:
            return


def asked(host: object, use_case: UseCase) -> object:
    """What the use case comes to."""
    return use_case.ask(CaseService(cast(Host, host)), SENT)


@pytest.mark.parametrize("use_case", USE_CASES.values(), ids=list(USE_CASES))
@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_failure_leaves_all_or_nothing(use_case: UseCase, fault: Fault, tally: Tally) -> None:
    """The host's own exception leaves; nothing has changed, or everything; sent again, the command is done once."""
    healthy = prepared(use_case)
    before, answer, done = snapshot(healthy), asked(healthy, use_case), snapshot(healthy)
    failed = 0
    for host, faulty in failing(use_case, fault):
        try:
            assert asked(faulty, use_case) == answer
        except Outage as outage:
            failed += 1
            is_kept = fault == "after" and outage.args == ("commit",)
            assert snapshot(host) == (done if is_kept else before)
        again = asked(host, use_case)
        check_whole(host)
        assert len(snapshot(host)[-1]) == len(done[-1])
        if use_case.steps:
            assert snapshot(host) == done
            assert again in (answer, None)
    assert failed
    tally("port calls that failed", failed)


@pytest.mark.parametrize("use_case", USE_CASES.values(), ids=list(USE_CASES))
def test_an_answer_out_of_date_does_no_harm(use_case: UseCase, tally: Tally) -> None:
    """A port that once answers as it would have one command earlier is found out, or makes no difference."""
    before = snapshot(prepared(use_case))
    failed = 0
    for host, faulty in failing(use_case, "stale"):
        try:
            asked(faulty, use_case)
        except CsmError:
            assert snapshot(host) == before
        check_whole(host)
        asked(host, use_case)
        check_whole(host)
        failed += 1
    tally("port calls out of date", failed - 1)
    assert failed > 1


def test_a_store_that_stays_out_of_date_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica that never catches up ends in an error, not in a lost update and not in a loop."""
    use_case = USE_CASES["propose"]
    host, replica = prepared(use_case), prepared(use_case, less=1)
    before = snapshot(host)
    monkeypatch.setattr(host, "case", replica.case)
    with pytest.raises(StaleVersion):
        asked(host, use_case)
    assert snapshot(host) == before


@pytest.mark.parametrize("name", ["a contact opens", "propose"])
def test_no_command_is_done_twice_by_a_log_out_of_date(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command id that the log cannot find yet is found by the commit."""
    use_case = USE_CASES[name]
    host = prepared(use_case)
    asked(host, use_case)
    before = snapshot(host)
    monkeypatch.setattr(host, "entry", lambda _: None)
    with pytest.raises((StaleVersion, Refused)):
        asked(host, use_case)
    assert snapshot(host) == before
