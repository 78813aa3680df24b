"""What of the rules a cycle exercised, by name, so that a generator that no longer draws something is seen."""

from tests.oracle.hours import MINUTE, SECOND
from tests.oracle.measures import MEASURES, measured
from tests.oracle.sla_cycle import Cycle

__all__ = ["FEATURES", "features"]

RECURRENCES = ("cycles", "sequential", "independent", "once")
STAGES = ("in_progress", "paused", "completed", "cancelled")
MODES = ("carry", "keep", "keep_first", "restart")
FEATURES = (
    *(f"recurrence: {recurrence}" for recurrence in RECURRENCES),
    *(f"stage: {stage}" for stage in STAGES),
    *(f"measure: {measure}" for measure in MEASURES),
    *(f"on goal change: {mode}" for mode in MODES),
    *("goal changed: carry", "goal changed: restart", "calendar changed: segments", "calendar changed: last"),
    *("goal by duration", "goal by days", "goal by due field", "goal with a calendar", "due field that stands"),
    "counts elapsed",
    *("at: same_time", "at: close", "at: a time", "cut-off", "target a second after the start"),
    *("calendar of the record", "zone of the record", "contractual", "several at once"),
    *("started earlier", "started later", "started within a minute", "later cycle from the field", "retroactive pause"),
    *("threshold: percent", "threshold: before due", "threshold: after due", "closed pauses"),
    *("breached", "breached at a change", "breached by a microsecond", "ended on the dot"),
)
"""Each must be met by some cycle of a run."""


def features(definition: dict, cycle: Cycle) -> list[str]:
    """Those of them that one cycle has."""
    found = {
        f"measure: {definition.get('measure')}": "measure" in definition,
        f"recurrence: {measured(definition).get('recurrence', 'cycles')}": True,
        f"stage: {cycle.stage}": True,
        f"on goal change: {definition.get('on_goal_change', 'carry')}": True,
        "contractual": definition.get("contractual", False),
        "counts elapsed": any("counts" in goal for goal in definition["goals"]),
        "closed pauses": bool(cycle.pauses),
        **dict.fromkeys(cycle.notes, True),
        **goal_features(cycle.promise),
        **time_features(definition, cycle),
        **happened(definition, cycle),
    }
    return [name for name, is_met in found.items() if is_met]


def goal_features(promise: dict) -> dict[str, bool]:
    """What kind of goal is in force."""
    at = promise.get("at", "same_time") if "days" in promise else ""
    return {
        "goal by duration": "minutes" in promise,
        "goal by days": "days" in promise,
        "goal by due field": "due_field" in promise,
        "due field that stands": not promise.get("moved_by_pauses", True),
        "goal with a calendar": "calendar" in promise,
        "cut-off": "cutoff" in promise,
        f"at: {at}": at in {"same_time", "close"},
        "at: a time": ":" in at,
    }


def time_features(definition: dict, cycle: Cycle) -> dict[str, bool]:
    """When it started, and under which hours it counts."""
    is_own = cycle.hours.name == cycle.promise.get("calendar", definition["calendar"])
    return {
        "started earlier": cycle.started_at < cycle.attached_at,
        "started later": cycle.started_at > cycle.attached_at,
        "started within a minute": bool(cycle.started_at % MINUTE),
        "later cycle from the field": cycle.number > 1 and cycle.started_at < cycle.attached_at,
        "target a second after the start": cycle.target == cycle.started_at + SECOND,
        "calendar of the record": not is_own,
        "zone of the record": cycle.hours.asked_zone is not None,
    }


def happened(definition: dict, cycle: Cycle) -> dict[str, bool]:
    """What fell due."""
    due, breached_at, is_by = cycle.due_when_breached, cycle.breached_at, definition.get("on_time") == "by"
    is_late = breached_at is not None and due is not None and breached_at > due
    return {
        "threshold: percent": any(label.endswith("%") for label in cycle.fired),
        "threshold: before due": any(label.startswith("due-") for label in cycle.fired),
        "threshold: after due": any(label.startswith("due+") for label in cycle.fired),
        "breached": breached_at is not None,
        "breached at a change": is_late and not is_by,
        "breached by a microsecond": is_late and is_by and breached_at == (due or 0) + 1,
        "ended on the dot": is_by and not is_late and cycle.stopped_at is not None and cycle.stopped_at == cycle.due(),
    }
