"""The rules: pure functions of facts and ``now``, which answer with reasons."""

from csmcore.rules.actions import Available, actions_for
from csmcore.rules.agreements.entitlement import derive_entitlement
from csmcore.rules.casework import decide_apply, decide_open, decide_tick
from csmcore.rules.clocks.compiled import CompiledDefinition
from csmcore.rules.clocks.difference import difference
from csmcore.rules.clocks.fold import advance, evaluate, next_deadline, tick
from csmcore.rules.clocks.plan import Plan, compile_policy
from csmcore.rules.clocks.reading import explain, read
from csmcore.rules.clocks.warnings import PromiseWarning, promise_warnings
from csmcore.rules.intake import follow_up, for_themselves
from csmcore.rules.lifecycle import replay_events
from csmcore.rules.priority import priority_of
from csmcore.rules.revisions import facts_record
from csmcore.rules.transitions import TABLE, Row

__all__ = [
    "TABLE",
    "Available",
    "CompiledDefinition",
    "Plan",
    "PromiseWarning",
    "Row",
    "actions_for",
    "advance",
    "compile_policy",
    "decide_apply",
    "decide_open",
    "decide_tick",
    "derive_entitlement",
    "difference",
    "evaluate",
    "explain",
    "facts_record",
    "follow_up",
    "for_themselves",
    "next_deadline",
    "priority_of",
    "promise_warnings",
    "read",
    "replay_events",
    "tick",
]
