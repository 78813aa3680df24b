"""What a type checker says of hosts and services: read by mypy, and never run."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_type

from csmcore.adapters import MemoryHost, SettableClock, SystemClock
from csmcore.model import Activity, Actor, AssignToMe, CaseId, CommandId, Decision, OpenCase, SupportPolicy
from csmcore.ports import Clock, Host, Numbering
from csmcore.services import CaseReading, CaseService


def whoever_plays_every_role_is_a_host(policy: SupportPolicy) -> Host:
    """A host inherits from nothing."""
    return MemoryHost(policy, clock=SettableClock(datetime(2026, 1, 12)))


def a_clock_is_whatever_tells_the_time(clocks: list[Clock]) -> None:
    """A role is a role on its own."""
    clocks.append(SystemClock())


class Part(SystemClock):
    """A host that lacks nearly everything, and says other things of a case than cases are."""

    def activity(self, case_id: int) -> Sequence[Activity]:
        """No case has a number for an id."""
        raise NotImplementedError


def a_part_is_no_host(numberings: list[Numbering]) -> None:
    """A missing method is found before anything runs."""
    CaseService(Part())  # type: ignore[arg-type]
    numberings.append(Part())  # type: ignore[arg-type]


def a_service_answers_in_types(service: CaseService, case_id: CaseId, actor: Actor) -> None:
    """Commands that open go to `open`, all others to `apply`; ids are no texts."""
    assert_type(service.open(OpenCase(), actor), Decision)
    assert_type(service.apply(case_id, AssignToMe(), actor, CommandId("a"), expected_version=1), Decision)
    assert_type(service.read(case_id), CaseReading)
    assert_type(service.tick(case_id), Decision | None)
    service.apply(case_id, OpenCase(), actor)  # type: ignore[arg-type]
    service.open(AssignToMe(), actor)  # type: ignore[arg-type]
    service.read("CS1")  # type: ignore[arg-type]
