"""Questions about policies and histories, answered without touching anything."""

from csmcore.analysis.attainment import CaseReplay, Outcome, PromiseAttainment, attainment, outcome
from csmcore.analysis.replay import replay
from csmcore.analysis.report import ReplayReport

__all__ = ["CaseReplay", "Outcome", "PromiseAttainment", "ReplayReport", "attainment", "outcome", "replay"]
