"""Questions about policies and histories, answered without touching anything."""

from csmcore.analysis.promises import CaseReplay, Outcome, PromiseAttainment, attainment, outcome
from csmcore.analysis.replay import replay_history
from csmcore.analysis.report import ReplayReport
from csmcore.analysis.worked import WorkedFigure, check_worked

__all__ = [
    "CaseReplay",
    "Outcome",
    "PromiseAttainment",
    "ReplayReport",
    "WorkedFigure",
    "attainment",
    "check_worked",
    "outcome",
    "replay_history",
]
