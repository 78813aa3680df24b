"""Questions about policies and histories, answered without touching anything."""

from csmcore.analysis.closing_fit import fit_auto_close
from csmcore.analysis.closings import judge_closings
from csmcore.analysis.customers.story import tell_customers
from csmcore.analysis.customers.telling import CustomerKind, CustomerStory, StoryAnswer, StoryChapter, StoryStep
from csmcore.analysis.promises import CaseReplay, Outcome, PromiseAttainment, attainment, outcome
from csmcore.analysis.recurrence import find_recurring
from csmcore.analysis.replay import replay_history
from csmcore.analysis.report import ReplayReport
from csmcore.analysis.worked import WorkedFigure, check_worked

__all__ = [
    "CaseReplay",
    "CustomerKind",
    "CustomerStory",
    "Outcome",
    "PromiseAttainment",
    "ReplayReport",
    "StoryAnswer",
    "StoryChapter",
    "StoryStep",
    "WorkedFigure",
    "attainment",
    "check_worked",
    "find_recurring",
    "fit_auto_close",
    "judge_closings",
    "outcome",
    "replay_history",
    "tell_customers",
]
