"""Attainment: how many promises were kept, by promise and priority, and how long they took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, cast

import attrs

from csmcore.model import (
    CaseId,
    DefinitionId,
    EntitlementDecision,
    EntitlementId,
    Reason,
    Revision,
    SlaReading,
    SlaState,
    plain,
)

__all__ = ["CaseReplay", "Outcome", "PromiseAttainment", "attainment", "outcome", "percentile"]

Outcome: TypeAlias = Literal["kept", "breached", "running", "cancelled", "never_attached"]

_SECOND: Final = timedelta(seconds=1)
_ALL: Final = 100  # percent


@attrs.frozen(kw_only=True)
class CaseReplay:
    """What became of one case: its entitlement and why, and its clocks as they read.

    ``readings`` are those of ``state.clocks``, in the same order; ``priorities`` the case's at the end of each, or as
    it is now; ``priority`` is the last. ``revisions`` are kept only for cases that were asked for.
    """

    id: CaseId
    entitlement: EntitlementId | None
    reason: Reason
    derivation: EntitlementDecision | None
    priority: int | None
    state: SlaState
    readings: tuple[SlaReading, ...]
    priorities: tuple[int | None, ...]
    revisions: tuple[Revision, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """The case as plain data: seconds are whole, instants text in UTC."""
        by_definition: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for reading in self.readings:
            by_definition[reading.definition].append(_cycle(reading))
        clocks = [{"definition": definition, "cycles": cycles} for definition, cycles in by_definition.items()]
        return {"id": self.id, "entitlement": self.entitlement, "clocks": clocks}


@attrs.frozen(kw_only=True)
class PromiseAttainment:
    """One promise at one priority: cycles by outcome, and cases that it never applied to.

    A cycle counts under the priority that the case had at its end, or has now. ``p50``, ``p90`` and ``p95`` are of the
    open time, in seconds, of cycles that were completed (nearest rank: so many percent of them took no longer).
    """

    definition: DefinitionId
    priority: int | None
    kept: int
    breached: int
    running: int
    cancelled: int
    never_attached: int
    p50: int | None
    p90: int | None
    p95: int | None

    @property
    def percent_kept(self) -> int | None:
        """Of the promises that were decided, how many in a hundred were kept, rounded down; None where none was."""
        decided = self.kept + self.breached
        return self.kept * _ALL // decided if decided else None

    def to_mapping(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}


def outcome(reading: SlaReading) -> Outcome:
    """What became of one cycle. A breach stays one, however the clock ended."""
    if reading.has_breached:
        return "breached"
    if reading.stopped_at is None:
        return "running"
    return "kept" if reading.stage == "completed" else "cancelled"


def attainment(cases: Iterable[CaseReplay], definitions: Sequence[DefinitionId]) -> tuple[PromiseAttainment, ...]:
    """The attainment of each of the promises, in their order, by priority: 1 first, those without one last."""
    counts: defaultdict[tuple[DefinitionId, int | None], Counter[Outcome]] = defaultdict(Counter)
    times: defaultdict[tuple[DefinitionId, int | None], list[int]] = defaultdict(list)
    for case in cases:
        for reading, priority in zip(case.readings, case.priorities, strict=True):
            key = reading.definition, priority
            counts[key][outcome(reading)] += 1
            if reading.stage == "completed":
                times[key].append(reading.elapsed // _SECOND)
        for definition in set(definitions).difference(reading.definition for reading in case.readings):
            counts[definition, case.priority]["never_attached"] += 1
    places = {definition: place for place, definition in enumerate(definitions)}
    keys = sorted(counts, key=lambda key: (places[key[0]], key[1] is None, key[1] or 0))
    return tuple(_attained(key, counts[key], sorted(times[key])) for key in keys)


def _attained(
    key: tuple[DefinitionId, int | None], counts: Mapping[Outcome, int], times: Sequence[int]
) -> PromiseAttainment:
    return PromiseAttainment(
        definition=key[0],
        priority=key[1],
        kept=counts["kept"],
        breached=counts["breached"],
        running=counts["running"],
        cancelled=counts["cancelled"],
        never_attached=counts["never_attached"],
        p50=percentile(times, 50),
        p90=percentile(times, 90),
        p95=percentile(times, 95),
    )


def percentile(times: Sequence[int], percent: int) -> int | None:
    """The nearest rank: the first of the sorted times that so many percent of them do not exceed."""
    return times[-(-len(times) * percent // _ALL) - 1] if times else None


def _cycle(reading: SlaReading) -> dict[str, Any]:
    return {
        "cycle": reading.cycle,
        "stage": reading.stage,
        "started_at": _written(reading.started_at),
        "due_at": _written(reading.due_at),
        "stopped_at": _written(reading.stopped_at),
        "elapsed_seconds": reading.elapsed // _SECOND,
        "has_breached": reading.has_breached,
        "breached_at": _written(reading.breached_at),
    }


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else cast(str, plain(instant))
