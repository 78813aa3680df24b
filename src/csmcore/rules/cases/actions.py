"""What may be done about a case now, and for the rest why not: a user interface draws its buttons from it."""

from datetime import datetime

import attrs

from csmcore.calendars import as_utc
from csmcore.model import ACTIONS, Action, Actor, Case, CaseFacts, Reason
from csmcore.rules.cases.case_types import parties_in, unfilled
from csmcore.rules.cases.effects import STANDING
from csmcore.rules.cases.escalating import escalation_facts
from csmcore.rules.cases.flows import flow_of
from csmcore.rules.cases.moments import Moment
from csmcore.rules.cases.refusing import verdict
from csmcore.rules.clocks.plan import Plan
from csmcore.rules.escalation.actions import EscalationOption, escalation_actions
from csmcore.rules.intake.limits import COMMENTING, too_many_comments

__all__ = ["Available", "actions_for"]


@attrs.frozen
class Available:
    """One action: whether this actor may do it now, else why not; and the fields that its command must fill.

    ``required`` names fields, or asks for either of two (``group or user``).
    """

    action: Action
    is_allowed: bool
    reasons: tuple[Reason, ...]
    required: tuple[str, ...]


def actions_for(case: Case, actor: Actor, facts: CaseFacts, plan: Plan, now: datetime) -> tuple[Available, ...]:
    """Every action on a case there is, in a fixed order, with a follow-up to it.

    Law: an action is allowed here if and only if a command that fills what is required, and is right in itself, is
    accepted, unless one of the case's clocks has already come further than ``now``. Raises NaiveDatetime.
    """
    now = as_utc(now)
    flow = flow_of(plan.flows, case.case_type)
    parties = parties_in(flow, case, actor, facts)
    told = escalation_facts(case, facts)
    escalating: dict[str, EscalationOption] = {
        option.action: option
        for option in escalation_actions(case.escalation, parties, actor, told, plan.policy.escalation, now)
    }
    answers: list[Available] = []
    for action in ACTIONS:
        if action != "open_case":
            row, by, requires, reasons = verdict(case, action, parties, plan.policy, now, flow, actor.roles)
            if row is not None and row.holds:
                reasons += tuple(unfilled(flow, row.holds, case, facts))
            if action == "update_case" and row is not None:
                requires += tuple(need for reason in unfilled(flow, flow.kept, case, facts) for need in reason.fields)
            said = COMMENTING.get(action)
            if said is not None and said in requires and parties:
                reasons += too_many_comments(actor, facts, plan.policy, said)
            option = escalating.get(action)
            if option is not None:
                requires = tuple(dict.fromkeys((*requires, *option.required)))
                reasons = reasons or option.reasons
            if not reasons and action in STANDING:
                moment = Moment(case, actor, by, None if row is None else row.to, facts, plan.policy, now, plan.flows)
                reasons = tuple(STANDING[action](moment))
            answers.append(Available(action, not reasons, reasons, requires))
    return tuple(answers)
