"""The rules: pure functions of facts and ``now``, which answer with reasons."""

from csmcore.rules.entitlement import derive_entitlement
from csmcore.rules.plan import Plan, compile_policy
from csmcore.rules.reading import explain, read
from csmcore.rules.sla import advance, evaluate, next_deadline, tick

__all__ = ["Plan", "advance", "compile_policy", "derive_entitlement", "evaluate", "explain", "next_deadline", "read", "tick"]
