"""What an actor sees of a case's tasks, and what they may do to one."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from csmcore.model import Actor, Case, CaseFacts, CaseTask, Reason, TaskNumber, TaskView
from csmcore.rules.cases.actions import Available, actions_for
from csmcore.rules.cases.case_types import parties_in
from csmcore.rules.cases.flows import flow_of
from csmcore.rules.cases.transitions import Party
from csmcore.rules.clocks.plan import Plan
from csmcore.rules.tasks.task_table import TASK_ACTIONS, task_parties_of, unfit
from csmcore.rules.tasks.tasks import NO_TASK

__all__ = ["task_actions", "tasks_for"]

_MACHINES: frozenset[Party] = frozenset({"system", "integration"})


def tasks_for(case: Case, actor: Actor, facts: CaseFacts, plan: Plan) -> tuple[CaseTask | TaskView, ...]:
    """The tasks that the actor sees, in the order in which they were added.

    Agents and machines see every task whole, everybody inside those that they may work on. The customer sees of those
    that are visible to them a `TaskView`, and of the others nothing: what is hidden makes no difference to the answer.
    Whoever has no part in the case, or is merely inside, sees none. ``facts`` are those of the case, with the actor's
    groups.
    """
    parties = parties_in(flow_of(plan.flows, case.case_type), case, actor, facts)
    seen = (_seen(task, parties, actor, facts) for task in case.tasks.values()) if parties else ()
    return tuple(task for task in seen if task is not None)


def _seen(task: CaseTask, parties: tuple[Party, ...], actor: Actor, facts: CaseFacts) -> CaseTask | TaskView | None:
    if not _MACHINES.isdisjoint(parties) or task_parties_of(task, actor, facts):
        return task
    return TaskView.of(task) if "customer" in parties and task.visible_to_customer else None


def task_actions(  # noqa: PLR0913, PLR0917 - a task is one of a case
    case: Case, number: TaskNumber, actor: Actor, facts: CaseFacts, plan: Plan, now: datetime
) -> tuple[Available, ...]:
    """Every action on one task: whether the actor may do it now and, if not, why not.

    Law: an action is allowed here if and only if a command that names the task, fills what is required, and is right in
    itself, is accepted. Raises NaiveDatetime.
    """
    of_case = {each.action: each for each in actions_for(case, actor, facts, plan, now)}
    return tuple(_of_task(of_case[action], unfit(action, case, number, actor, facts)) for action in TASK_ACTIONS)


def _of_task(available: Available, unfit_for: Iterable[Reason]) -> Available:
    """What the case's table says of it comes first: whoever it refuses learns nothing of the task."""
    of_case = available.reasons if available.reasons != (NO_TASK,) else ()
    reasons = of_case or tuple(unfit_for)
    return attrs.evolve(available, is_allowed=not reasons, reasons=reasons)
