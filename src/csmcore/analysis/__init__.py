"""Questions about policies and histories, answered without touching anything."""

from csmcore.analysis.promises import CaseReplay, Outcome, PromiseAttainment, attainment, outcome
from csmcore.analysis.replay import replay_history
from csmcore.analysis.report import ReplayReport

__all__ = ["CaseReplay", "Outcome", "PromiseAttainment", "ReplayReport", "attainment", "outcome", "replay_history"]
