"""What can be read of the cases of a host: how they stand, why, what may be done, what happened."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import attrs

from csmcore.calendars import as_utc
from csmcore.conditions import Record
from csmcore.errors import InvalidValue, NotFound, StaleVersion, shown
from csmcore.model import (
    Actor,
    Case,
    CaseId,
    Explanation,
    PolicyRef,
    Side,
    SlaReading,
    SlaState,
    StreamItem,
    Surfaced,
)
from csmcore.ports import Host
from csmcore.rules import (
    Available,
    EntitlementStrategy,
    Plan,
    actions_for,
    activity_stream,
    compile_policy,
    explain,
    handling_notes,
    next_auto_close_step,
    next_deadline,
    read,
)
from csmcore.services.gathering import facts_of_case

__all__ = ["CaseReading", "CaseReads", "Standing", "persist"]

_Answer = TypeVar("_Answer")

_PLANS = 16  # compiled policies that a service keeps


@attrs.frozen(kw_only=True)
class CaseReading:
    """A case and its clocks, ended ones too, as they read at an instant.

    ``next_at`` is when something next happens by itself: tick the case then. It hides nothing: it is for insiders.
    """

    at: datetime
    case: Case
    clocks: tuple[SlaReading, ...]
    next_at: datetime | None


@attrs.frozen(kw_only=True)
class Standing:
    """A case, and its fields as its latest revision has them."""

    case: Case
    record: Record = attrs.field(repr=False)


class CaseReads:
    """Reads the cases of a host. While other commands come between, it tries ``attempts`` times, then StaleVersion.

    It hides nothing: it is for insiders, but for `stream`, which shows what its side may read. Raises InvalidValue for
    attempts below 1.
    """

    def __init__(
        self, host: Host, *, attempts: int = 20, strategies: Mapping[str, EntitlementStrategy] | None = None
    ) -> None:
        if attempts < 1:
            raise InvalidValue("attempts", f"{shown(attempts)} is too few", "give 1 or more")
        self._host = host
        self._attempts = attempts
        self._strategies = dict(strategies or {})
        self._plan: Callable[[PolicyRef], Plan] = lru_cache(_PLANS)(self._compiled)

    def read(self, case_id: CaseId) -> CaseReading:
        """The case and what its clocks read now. Raises NotFound, StaleVersion."""
        case, sla = persist(lambda: self._loaded(case_id), self._attempts)
        plan, now = self._plan(case.policy), as_utc(self._host.now())
        clocks = tuple(read(plan, clock, now) for clock in sla.clocks)
        ahead = [
            at for at in (next_deadline(plan, sla, now), next_auto_close_step(case, plan.policy)) if at is not None
        ]
        return CaseReading(at=now, case=case, clocks=clocks, next_at=min(ahead, default=None))

    def explain(self, case_id: CaseId) -> tuple[Explanation, ...]:
        """Why each of the case's clocks reads what it reads now, clock by clock. Raises NotFound, StaleVersion."""
        case, sla = persist(lambda: self._loaded(case_id), self._attempts)
        plan, now = self._plan(case.policy), self._host.now()
        return tuple(explain(plan, clock, now) for clock in sla.clocks)

    def actions(self, case_id: CaseId, actor: Actor) -> tuple[Available, ...]:
        """What the actor may do to the case now and, for the rest, why not: what a screen draws its buttons from.

        Raises NotFound, StaleVersion.
        """
        case, _ = persist(lambda: self._loaded(case_id), self._attempts)
        plan, now = self._plan(case.policy), self._host.now()
        facts = facts_of_case(self._host, case, plan.policy, now, None, actor)
        return actions_for(case, actor, facts, plan, now)

    def standing(self, case_id: CaseId) -> Standing:
        """The case with its fields as conditions see them. Raises NotFound, StaleVersion."""
        case, sla = persist(lambda: self._loaded(case_id), self._attempts)
        return Standing(case=case, record={} if sla.last is None else sla.last.fields)

    def stream(self, case_id: CaseId, side: Side) -> tuple[StreamItem, ...]:
        """Everything that happened on the case, in order, as that side may read it. Raises NotFound."""
        entries = self._host.entries(case_id)
        if not entries:
            raise NotFound("case", case_id)
        return activity_stream(entries, self._host.activity(case_id), side)

    def handling_notes(self, case_id: CaseId) -> Surfaced:
        """What whoever works the case is to heed, and why the host's other notes do not show. Raises NotFound."""
        case, sla = persist(lambda: self._loaded(case_id), self._attempts)
        plan, now = self._plan(case.policy), self._host.now()
        facts = facts_of_case(self._host, case, plan.policy, now)
        record = {} if sla.last is None else sla.last.fields
        model = None if facts.asset is None else facts.asset.product_model
        notes = self._host.handling_notes(case, model)
        return handling_notes(case, record, facts, notes, plan.policy, now)

    def _loaded(self, case_id: CaseId) -> tuple[Case, SlaState]:
        """A case with its clocks of the same moment."""
        case = self._host.case(case_id)
        if case is None:
            raise NotFound("case", case_id)
        sla = self._host.clocks(case_id, case.version)
        if sla is None:
            raise StaleVersion(case_id, case.version)
        return case, sla

    def _compiled(self, ref: PolicyRef) -> Plan:
        policy = self._host.policy(ref)
        if policy is None or policy.ref != ref:
            raise NotFound("policy", f"{ref.name} {ref.version}, digest {ref.digest}")
        return compile_policy(policy, self._strategies)


def persist(attempt: Callable[[], _Answer], attempts: int) -> _Answer:
    """What an attempt comes to, made anew while other commands come between."""
    for _ in range(attempts - 1):
        try:
            return attempt()
        except StaleVersion:
            continue
    return attempt()
