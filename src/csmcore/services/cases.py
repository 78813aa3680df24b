"""The life of cases in a host application: open, apply, read, tick.

Each use case gathers what is known through the host's ports, lets one pure rule decide, and commits what it decided in
one unit of work. What the host's ports raise passes through as it is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue, NotFound, StaleVersion, shown
from csmcore.model import (
    Actor,
    Case,
    CaseCommand,
    CaseId,
    Command,
    CommandId,
    CommandReceipt,
    Decision,
    Explanation,
    LogEntry,
    OpenCase,
    PolicyRef,
    SlaReading,
    SlaState,
    accepted,
    digest_of,
)
from csmcore.ports import Host
from csmcore.rules import (
    Available,
    EntitlementStrategy,
    Plan,
    actions_for,
    compile_policy,
    decide_apply,
    decide_open,
    decide_tick,
    explain,
    for_themselves,
    next_deadline,
    read,
)
from csmcore.services.gathering import facts_of_case, facts_of_opening
from csmcore.services.recalling import recalled

__all__ = ["CaseReading", "CaseService"]

_Answer = TypeVar("_Answer")

_PLANS = 16  # compiled policies that a service keeps
_TICK = "tick:"


@attrs.frozen(kw_only=True)
class CaseReading:
    """A case and its clocks, ended ones too, as they read at an instant.

    ``next_at`` is when something next happens by itself: tick the case then. It hides nothing: it is for insiders.
    """

    at: datetime
    case: Case
    clocks: tuple[SlaReading, ...]
    next_at: datetime | None


class CaseService:
    """Opens cases and moves them on, in any host.

    A command that is accepted is committed whole and answered with its `Decision`; one that is not raises `Refused`,
    and nothing has changed. A command may be sent again under its ``command_id``: the same, from the same actor, gets
    the first answer and changes nothing; another is refused (``command_id_reused``). A refused command has not used its
    id up. Ids that begin with ``tick:`` are the system's own.

    When another command on the same case, or on another that takes from the same entitlement, comes between, a command
    is decided anew, ``attempts`` times in all. After that, and at once where the case is not at the version that its
    sender has seen (``expected_version``), it raises `StaleVersion`. Threads may share a service. What the
    host itself raises passes through as it is; `csmcore.ports` says what has changed then.
    ``strategies`` are the host's own ways to choose an entitlement, as `csmcore.rules.compile_policy` has them.
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

    def open(self, command: OpenCase, actor: Actor, command_id: CommandId | None = None) -> Decision:
        """Open a case under the current policy. Raises Refused; InvalidValue for what is no command id.

        Whether a partner's contact may act for just this customer is the host's to ask first, of
        `csmcore.rules.can_create_on_behalf`: here any partner may open a case for any customer.
        """
        host = self._host
        receipt = _receipt(command_id, None, command, actor)
        asked = for_themselves(command, actor)

        def opened() -> Decision:
            known = self._recalled(receipt)
            if known is not None:
                return known
            plan = self._plan(host.current_policy().ref)
            facts = facts_of_opening(host, asked)
            decision = accepted(decide_open(asked, actor, facts, plan, host.now(), *host.next_case()))
            return self._committed(decision, receipt)

        return _persist(opened, self._attempts)

    def apply(
        self,
        case_id: CaseId,
        command: CaseCommand,
        actor: Actor,
        command_id: CommandId | None = None,
        expected_version: int | None = None,
    ) -> Decision:
        """Do what the command says to a case.

        Raises NotFound where there is no such case; Refused; StaleVersion; InvalidValue for what is no command id.
        """
        host = self._host
        receipt = _receipt(command_id, case_id, command, actor)

        def applied() -> Decision | StaleVersion:
            known = self._recalled(receipt)
            if known is not None:
                return known
            case, sla = self._loaded(case_id)  # before the clock is read: else whoever came between made this too early
            if expected_version is not None and case.version != expected_version:  # by this very command, perhaps
                return self._recalled(receipt) or StaleVersion(case_id, expected_version, case.version)
            facts, plan = facts_of_case(host, case, command), self._plan(case.policy)
            decision = accepted(decide_apply(case, sla, command, actor, facts, plan, host.now()))
            return self._committed(decision, receipt)

        answer = _persist(applied, self._attempts)
        if isinstance(answer, StaleVersion):
            raise answer
        return answer

    def read(self, case_id: CaseId) -> CaseReading:
        """The case and what its clocks read now. Raises NotFound, StaleVersion."""
        case, sla = _persist(lambda: self._loaded(case_id), self._attempts)
        plan, now = self._plan(case.policy), as_utc(self._host.now())
        clocks = tuple(read(plan, clock, now) for clock in sla.clocks)
        return CaseReading(at=now, case=case, clocks=clocks, next_at=next_deadline(plan, sla, now))

    def explain(self, case_id: CaseId) -> tuple[Explanation, ...]:
        """Why each of the case's clocks reads what it reads now, clock by clock. Raises NotFound, StaleVersion."""
        case, sla = _persist(lambda: self._loaded(case_id), self._attempts)
        plan, now = self._plan(case.policy), self._host.now()
        return tuple(explain(plan, clock, now) for clock in sla.clocks)

    def actions(self, case_id: CaseId, actor: Actor) -> tuple[Available, ...]:
        """What the actor may do to the case now and, for the rest, why not: what a screen draws its buttons from.

        Raises NotFound, StaleVersion.
        """
        case, _ = _persist(lambda: self._loaded(case_id), self._attempts)
        facts, plan = facts_of_case(self._host, case), self._plan(case.policy)
        return actions_for(case, actor, facts, plan.policy, self._host.now())

    def tick(self, case_id: CaseId) -> Decision | None:
        """Let what has become due by now happen: thresholds and breaches. None: nothing had.

        Each happens once, however often and late a case is ticked. Raises NotFound, StaleVersion.
        """

        def ticked() -> Decision | None:
            case, sla = self._loaded(case_id)
            decision = decide_tick(case, sla, self._plan(case.policy), self._host.now())
            return decision and self._committed(decision, _tick_receipt(decision))

        return _persist(ticked, self._attempts)

    def _loaded(self, case_id: CaseId) -> tuple[Case, SlaState]:
        """A case with its clocks of the same moment."""
        case = self._host.case(case_id)
        if case is None:
            raise NotFound("case", case_id)
        sla = self._host.clocks(case_id, case.version)
        if sla is None:
            raise StaleVersion(case_id, case.version)
        return case, sla

    def _recalled(self, receipt: CommandReceipt | None) -> Decision | None:
        return None if receipt is None else recalled(self._host, receipt, self._plan)

    def _committed(self, decision: Decision, receipt: CommandReceipt | None) -> Decision:
        self._host.commit(decision.case, decision.sla, decision.activity, LogEntry.of(decision, receipt))
        return decision

    def _compiled(self, ref: PolicyRef) -> Plan:
        policy = self._host.policy(ref)
        if policy is None or policy.ref != ref:
            raise NotFound("policy", f"{ref.name} {ref.version}, digest {ref.digest}")
        return compile_policy(policy, self._strategies)


def _persist(attempt: Callable[[], _Answer], attempts: int) -> _Answer:
    """What an attempt comes to, made anew while other commands come between."""
    for _ in range(attempts - 1):
        try:
            return attempt()
        except StaleVersion:
            continue
    return attempt()


def _receipt(
    command_id: CommandId | None, case_id: CaseId | None, command: Command, actor: Actor
) -> CommandReceipt | None:
    if command_id is None:
        return None
    if command_id.startswith(_TICK):
        hint = f"begin with something else than '{_TICK}'"
        raise InvalidValue("command_id", f"{shown(command_id)} is one of the system's own", hint)
    said = {"action": command.action, "command": command, "case": case_id, "by": [actor.kind, actor.id]}
    return CommandReceipt(command_id, digest_of(said))


def _tick_receipt(decision: Decision) -> CommandReceipt:
    case = decision.case
    said = {"action": "tick", "case": case.id, "version": case.version}
    return CommandReceipt(CommandId(f"{_TICK}{case.id}/{case.version}"), digest_of(said))
