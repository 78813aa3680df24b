"""Who is given a case, in a host: asked of the roster, and done by the command that people use."""

from collections.abc import Mapping
from functools import lru_cache
from threading import RLock
from types import MappingProxyType

import attrs

from csmcore.calendars import as_utc
from csmcore.conditions import Record
from csmcore.errors import NotFound
from csmcore.model import (
    SYSTEM,
    AgentLoad,
    AssignCase,
    Assignment,
    AssignmentFacts,
    CaseId,
    Decision,
    PolicyRef,
    ProductModelId,
    UserId,
)
from csmcore.ports import Host
from csmcore.rules import AssignmentPlan, AssignmentStrategy, Roster, assign, compile_assignment
from csmcore.services.cases import CaseService

__all__ = ["Assigned", "AssignmentDesk"]

_NO_STRATEGIES: Mapping[str, AssignmentStrategy] = MappingProxyType({})
_PLANS = 16  # compiled policies that a desk keeps


@attrs.frozen(kw_only=True)
class Assigned:
    """Whom a case was given and why, and the decision that did it; None where nobody was."""

    assignment: Assignment
    decision: Decision | None


class AssignmentDesk:
    """Gives cases that nobody has to groups and users, by the rules of the policy that each case pins.

    The ``roster`` is as it was when it was made. What the desk gives away it counts itself; of everything else (a case
    that ended, an agent who went home) the host tells it by another roster: `csmcore.rules.Roster.with_load` and its
    like. Threads may share a desk. Where several processes have one each, what an agent can have is a guide, no bound.
    ``strategies`` are the host's own ways to choose an agent, as `csmcore.rules.compile_assignment` has them.
    """

    def __init__(
        self,
        host: Host,
        cases: CaseService,
        roster: Roster,
        *,
        strategies: Mapping[str, AssignmentStrategy] = _NO_STRATEGIES,
    ) -> None:
        self._host = host
        self._cases = cases
        self._lock = RLock()
        self._roster = roster
        self._strategies = dict(strategies)
        self._plan = lru_cache(_PLANS)(self._compiled)

    @property
    def roster(self) -> Roster:
        """The users as the desk knows them now."""
        with self._lock:
            return self._roster

    @roster.setter
    def roster(self, roster: Roster) -> None:
        with self._lock:
            self._roster = roster

    def assign(self, case_id: CaseId, facts: AssignmentFacts | None = None) -> Assigned:
        """Give the case to whom the first rule that applies finds; a case that somebody has stays with them.

        ``facts`` are what it asks of agents; without any, the skills of its product model. Raises NotFound; Refused
        where the case is in a state that is not assigned; StaleVersion.
        """
        with self._lock:
            standing = self._cases.standing(case_id)
            case, record = standing.case, standing.record
            known = self._known(record) if facts is None else facts
            now = as_utc(self._host.now())
            assignment = assign(record, known, self._roster, self._plan(case.policy), now)
            given = AssignCase(group=assignment.group, user=assignment.user)
            if (given.group, given.user) in {(None, None), (case.assignment_group, case.assigned_to)}:
                return Assigned(assignment=assignment, decision=None)
            try:
                decision = self._cases.apply(case_id, given, SYSTEM, expected_version=case.version)
            finally:
                self._count(case_id, assignment.user)
            return Assigned(assignment=assignment, decision=decision)

    def _known(self, record: Record) -> AssignmentFacts:
        """What the product model asks of agents, itself; what its parts do, `csmcore.rules.required_skills` says."""
        name = record.get("product")
        product = self._host.product(ProductModelId(name)) if isinstance(name, str) else None
        return AssignmentFacts() if product is None else AssignmentFacts(model_skills=product.skills)

    def _count(self, case_id: CaseId, user: UserId | None) -> None:
        """Count what was given away, even where nobody could be told of it."""
        case = self._host.case(case_id)
        agent = None if user is None or case is None or case.assigned_to != user else self._roster.agent(user)
        if agent is not None and user is not None:
            load = AgentLoad(user=user, assigned=agent.load.assigned + 1, last_assigned_at=self._host.now())
            self._roster = self._roster.with_load(load)

    def _compiled(self, ref: PolicyRef) -> AssignmentPlan:
        policy = self._host.policy(ref)
        if policy is None:
            raise NotFound("policy", f"{ref.name} {ref.version}, digest {ref.digest}")
        return compile_assignment(policy.assignment, policy.calendars, self._strategies)
