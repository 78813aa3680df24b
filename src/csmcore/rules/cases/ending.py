"""What ends with a case, however it ends: its open tasks, where the policy says so, and an escalation that is open."""

from csmcore.model import TERMINAL_STATES
from csmcore.rules.cases.escalating import ended_escalation
from csmcore.rules.cases.moments import Moment, together
from csmcore.rules.cases.steps import Step
from csmcore.rules.tasks.tasks import ended_with_case

__all__ = ["with_its_end"]


def with_its_end(moment: Moment, step: Step) -> Step:
    """The step, with what ends in it besides the case, if it ends."""
    if step.changes.get("state") not in TERMINAL_STATES or moment.case.is_terminal:
        return step
    tasks, told = ended_with_case(moment)
    happened = (*step.happened, *tasks, *ended_escalation(moment))
    if len(happened) == len(step.happened):
        return step
    return step._replace(changes=together(happened), happened=happened, intents=step.intents + told)
