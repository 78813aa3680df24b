"""The rules: pure functions of facts and ``now``, which answer with reasons."""

from csmcore.rules.actions import Available, actions_for
from csmcore.rules.casework import decide_apply, decide_open, decide_tick
from csmcore.rules.compiled import CompiledDefinition
from csmcore.rules.difference import difference
from csmcore.rules.entitlement import derive_entitlement
from csmcore.rules.intake import follow_up, for_themselves
from csmcore.rules.lifecycle import replay_events
from csmcore.rules.plan import Plan, compile_policy
from csmcore.rules.priority import priority_of
from csmcore.rules.reading import explain, read
from csmcore.rules.revisions import facts_record
from csmcore.rules.sla import advance, evaluate, next_deadline, tick
from csmcore.rules.transitions import TABLE, Row
from csmcore.rules.warnings import PromiseWarning, promise_warnings

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
