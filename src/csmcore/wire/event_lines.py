"""Histories in csmcore's own events: a line of JSON for each, in the order in which they were committed."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, cast

import attrs

from csmcore.errors import DocumentError
from csmcore.model import CASE_FIELDS, Blocker, Case, CaseId, Escalation, Event, Finding, HistoryRow, Resolution
from csmcore.wire.lines import texts_of
from csmcore.wire.nouns import from_json
from csmcore.wire.problems import Problems

__all__ = ["read_events"]

_BESIDE: Final = ("contract_is_manual", "entitlement_is_manual", "priority_override")
_FIELDS: Final = frozenset((*CASE_FIELDS, *_BESIDE))
_DEFAULTS: Final = (
    *(
        (field.name, field.default)
        for field in attrs.fields(Case)
        if field.name in _FIELDS and field.default is not attrs.NOTHING
    ),
    ("is_blocked", False),
    ("is_escalated", False),
)
_OF_CLOCKS: Final = frozenset({"threshold_reached", "clock_breached"})
_CUSTOMERS: Final = frozenset({"contact", "consumer"})
_MACHINES: Final = frozenset({"system", "integration"})


def read_events(source: BinaryIO) -> Iterator[HistoryRow | Finding]:
    """The revisions that the events of a file tell, one by one; what clocks did by themselves is none.

    Events of one command are consecutive, as a log has them. Raises DocumentError, which names the line, for what is no
    event.
    """
    log = _Log()
    for number, line in enumerate(texts_of(source, "utf-8"), 1):
        if line.strip():
            event = _event(line, number)
            if log.is_same_command(event):
                yield from log.add(event, number)
            else:
                yield from log.rows()
                log.begin(event, number)
    yield from log.rows()


def _event(line: str, number: int) -> Event:
    try:
        return from_json(Event, line)
    except DocumentError as error:
        problems = Problems()
        problems.add(error, f"line {number}, $")
        raise DocumentError(problems.found) from None


@attrs.define
class _Log:
    """The command whose events are being read; who asked for which case, and what each waits for."""

    events: list[Event] = attrs.field(factory=list)
    line: int = 0
    requesters: dict[CaseId, object] = attrs.field(factory=dict)
    blockers: dict[CaseId, dict[str, Blocker | None]] = attrs.field(factory=dict)

    def is_same_command(self, event: Event) -> bool:
        return bool(self.events) and (self.events[0].case, self.events[0].version) == (event.case, event.version)

    def begin(self, event: Event, line: int) -> None:
        self.events, self.line = [event], line

    def add(self, event: Event, line: int) -> Iterator[Finding]:
        """The next event of the command; one that is there already is found, and left out."""
        if event.index <= self.events[-1].index:
            yield Finding("duplicate_event", f"left out: {event.id} is there already", line, event.case)
        else:
            self.events.append(event)

    def rows(self) -> Iterator[HistoryRow]:
        """The revision that the command made, if it made one."""
        if not self.events or self.events[0].kind in _OF_CLOCKS:
            return
        first = self.events[0]
        changes = {name: value for event in self.events for name, value in event.changes.items()}
        if "requested_by" in changes:
            self.requesters[first.case] = changes["requested_by"]
        fields = {**(dict(_DEFAULTS) if first.kind == "case_opened" else {}), **_told(changes), **self._event_fields()}
        if "blockers" in changes:
            fields["is_blocked"] = self._is_blocked()
        yield HistoryRow(first.case, first.at, fields, self.line, first.id, first.version)

    def _is_blocked(self) -> bool:
        """Whether the case waits for something inside, after all that its events said of its blockers so far."""
        blockers = self.blockers.setdefault(self.events[0].case, {})
        for event in self.events:
            blockers.update(cast(Mapping[str, Blocker | None], event.changes.get("blockers", {})))
        held = (blocker for blocker in blockers.values() if blocker is not None)
        return any(blocker.is_active and not blocker.is_customers for blocker in held)

    def _event_fields(self) -> dict[str, object]:
        first = self.events[0]
        is_public = any("activity" in event.details and event.kind != "work_note_added" for event in self.events)
        return {"event.kind": first.kind, "event.by": self._side(first), "event.is_public": is_public}

    def _side(self, event: Event) -> object:
        """The side of the case that acted: someone inside who asked for it is its customer, unless the event knows."""
        if "side" in event.details:
            return event.details["side"]
        kind = event.by.kind
        if kind in _MACHINES:
            return "system"
        is_customer = kind in _CUSTOMERS or event.by.id == self.requesters.get(event.case)
        return "customer" if is_customer else "agent"


def _told(changes: Mapping[str, Any]) -> dict[str, object]:
    """The fields of a revision that changes of a case set."""
    fields = {name: value for name, value in changes.items() if name in _FIELDS}
    if "resolution" in changes:
        resolution: Resolution | None = changes["resolution"]
        fields["resolution.code"] = None if resolution is None else resolution.code
        fields["resolved_at"] = None if resolution is None else resolution.at
    if "escalation" in changes:
        escalation: Escalation | None = changes["escalation"]
        fields["is_escalated"] = escalation is not None and escalation.is_open
    fields |= {f"extra.{name}": value for name, value in changes.get("extra", {}).items()}
    return fields
