"""Whatever a port does at whatever call, a case is as it was or as it was to become, and what leaves is typed.

Every port call of every use case fails once: before it did anything, after it did everything, and with an answer that is
out of date.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple, TypeAlias, cast

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
    CaseState,
    CloseCase,
    CommandId,
    OpenCase,
    OverridePriority,
    ProposeSolution,
    Refused,
    RejectSolution,
    ReopenCase,
    RequestInfo,
    ResumeWork,
    UpdateCase,
)
from csmcore.ports import Host
from csmcore.services import CaseService
from tests.tally import Tally
from tests.unit.services.desk import ANN, JO, KAY, WANTED, desk, made, opened, snapshot, walk

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
    """What is asked, of a case that got so far; it is asked under a command id, but for readings and ticks."""

    state: CaseState | None
    ask: Ask


def opening(command: OpenCase, actor: Actor) -> UseCase:
    """A case is opened."""
    return UseCase(None, lambda service, sent: service.open(command, actor, sent))


def applying(state: CaseState, command: CaseCommand, actor: Actor) -> UseCase:
    """Something is done with the one case."""
    return UseCase(state, lambda service, sent: service.apply(made(str, object="CS0000001"), command, actor, sent))


USE_CASES: Mapping[str, UseCase] = {
    "a contact opens": opening(WANTED, JO),
    "a consumer opens": opening(made(OpenCase, short_description="No tone", asset="phone-1"), KAY),
    "assign to me": applying("new", AssignToMe(), ANN),
    "accept": applying("assigned", AcceptCase(), ANN),  # type: ignore[arg-type]
    "assign": applying("open", made(AssignCase, group="tier-2"), ANN),
    "request info": applying("open", RequestInfo("Which one?"), ANN),
    "give info": applying("awaiting_info", AddComment("The small one"), JO),
    "resume": applying("awaiting_info", ResumeWork(), ANN),
    "note": applying("open", AddWorkNote("Smells of oil"), ANN),
    "update": applying("open", UpdateCase({"contact": "rob", "asset": None}), ANN),
    "override": applying("open", OverridePriority(priority=1, reason="The plant stands still"), ANN),
    "propose": applying("open", ProposeSolution(code="fixed", notes="A new fuse.", share=True), ANN),
    "accept solution": applying("resolved", AcceptSolution(), JO),
    "reject solution": applying("resolved", RejectSolution("It stopped again."), JO),
    "close": applying("open", CloseCase(code="duplicate", notes="See another."), ANN),
    "auto close": applying("resolved", AutoCloseCase(), SYSTEM),
    "cancel": applying("open", CancelCase("opened by mistake"), ANN),
    "reopen": applying("closed", ReopenCase("It is back."), JO),
    "tick": UseCase("open", lambda service, _: service.tick(made(str, object="CS0000001"))),  # type: ignore[arg-type]
    "read": UseCase("open", lambda service, _: service.read(made(str, object="CS0000001"))),  # type: ignore[arg-type]
}
