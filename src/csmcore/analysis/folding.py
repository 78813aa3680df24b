"""One case of a history, folded row by row: the record is the truth, and what the rules would have refused is noted."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from csmcore.analysis.agreed import ASKED, Agreed
from csmcore.conditions import Record
from csmcore.model import (
    CaseId,
    DefinitionId,
    EntitlementDecision,
    EntitlementId,
    Finding,
    HistoryRow,
    Reason,
    Revision,
    SlaState,
)
from csmcore.rules import TABLE, Plan, advance, priority_of

__all__ = ["NO_AGREEMENTS", "CaseFold"]

Note: TypeAlias = Callable[[Finding], None]

NO_AGREEMENTS: Final = Reason("no_agreements", "not entitled: no agreements given", ("entitlement",))

_NOTHING: Final[Record] = MappingProxyType({})
_NONE: Final = frozenset[str | None]()
_REOPENS: Final = frozenset({"within_reopen_window"})
_RUNS_ALL: Final[Record] = MappingProxyType({"contract.runs_non_contractual": True})

LEADS: Final[Mapping[str, Mapping[str, frozenset[str | None]]]] = MappingProxyType(
    {
        state: MappingProxyType(
            {
                to: frozenset(row.only_if for rows in cells.values() for row in rows if row.to == to)
                for to in {row.to for rows in cells.values() for row in rows if row.to is not None}
            }
        )
        for state, cells in TABLE.items()
    }
)
"""The states that a state leads to, where a case has no type, each with the conditions of the rows that lead there."""


@attrs.define
class CaseFold:
    """A case as far as its history has been read. It changes with every row."""

    plan: Plan
    agreed: Agreed | None
    id: CaseId
    told: dict[str, Any] = attrs.field(factory=dict)
    asked: tuple[Any, ...] | None = None
    facts: Record = _NOTHING
    derivation: EntitlementDecision | None = None
    state: SlaState = attrs.field(factory=SlaState)
    rows: int = 0
    last_at: datetime | None = None
    last_order: int | None = None
    closed_at: datetime | None = None
    priorities: dict[tuple[DefinitionId, int], int | None] = attrs.field(factory=dict)
    priority: int | None = None
    graded: int = 0
    noted: set[str] = attrs.field(factory=set)

    def add(self, row: HistoryRow, note: Note) -> Revision:
        """The case after one more row, as a revision. What is not right about the row is noted."""
        at = self._instant(row, note)
        before = self.told
        record = {name: value for name, value in {**before, **row.fields}.items() if value is not None}
        self.told = {name: value for name, value in record.items() if not name.startswith("event.")}
        self._check(before, row, at, note)
        self.priority = self._graded(row, note)
        if self.priority is not None:
            record["priority"] = self.priority
        if self.agreed is not None:
            self._ask(self.agreed, row, at, note)
        elif "contract" in record:
            self.facts = _RUNS_ALL
        self.rows += 1
        self.last_order = row.order
        revision = Revision(at, self.rows, row.event_id, {**record, **self.facts} if self.facts else record)
        self.state = advance(self.plan, self.state, revision)
        for clock in self.state.clocks:
            if clock.stopped_by == row.event_id:
                self.priorities[clock.definition, clock.cycle] = self.priority
        return revision

    @property
    def entitlement(self) -> EntitlementId | None:
        """The one that applies now, chosen or set by hand."""
        if self.derivation is None:
            return None
        identity = self.derivation.case_fields["entitlement"]
        return None if identity is None else EntitlementId(identity)

    def _instant(self, row: HistoryRow, note: Note) -> datetime:
        """When the row counts: at its instant, or at that of the row before it, if that is later."""
        at, last = row.at, self.last_at
        if last is not None and at < last:
            text = f"{at:%Y-%m-%d %H:%M:%S}Z is before {last:%Y-%m-%d %H:%M:%S}Z, and is raised to it"
            note(Finding("raised_instant", text, row.line, self.id))
            at = last
        self.last_at = at
        return at

    def _check(self, before: Record, row: HistoryRow, at: datetime, note: Note) -> None:
        """Note what the flow of a case would not have let happen."""
        was, state = before.get("state"), self.told.get("state")
        if was != state and was is not None and state is not None and not self._leads(was, state, at):
            note(Finding("refused_step", f"{was} -> {state}", row.line, self.id))
        elif was is not None and state is None:
            note(Finding("emptied_state", f"{was} -> nothing: a row is a whole snapshot", row.line, self.id))
        elif not self.rows and state not in {None, "new"}:
            note(Finding("opens_as", f"opens as {state}", row.line, self.id))
        if state == "closed" and was != state:
            self.closed_at = at

    def _graded(self, row: HistoryRow, note: Note) -> Any:
        """The priority that the history tells or, where it tells none, the matrix's; where they differ is noted."""
        told = self.told.get("priority")
        matrix = priority_of(self.told.get("impact"), self.told.get("urgency"), self.plan.policy)
        if matrix is None or self.told.get("priority_override") is not None:
            return told
        self.graded += 1
        if told is not None and told != matrix:
            note(Finding("priority_differs", f"priority {told}, where the matrix has {matrix}", row.line, self.id))
        return matrix if told is None else told

    def _leads(self, was: Any, state: Any, at: datetime) -> bool:
        """Whether some row of its type's table leads there, and lets a case through that was closed when it was."""
        conditions = self._conditions(was, state)
        if conditions == _REOPENS:
            days = self.plan.policy.reopen_window_days
            return days > 0 and self.closed_at is not None and at <= self.closed_at + timedelta(days=days)
        return bool(conditions)

    def _conditions(self, was: Any, state: Any) -> frozenset[str | None]:
        """Those of the rows that lead from one state to another, by the type that the case has now."""
        flow = self.plan.flows.get(self.told.get("case_type"))
        if flow is None or flow.name is None:
            return LEADS.get(was, {}).get(state, _NONE)
        cells = flow.table.get(was, {})
        return frozenset(row.only_if for rows in cells.values() for row in rows if row.to == state)

    def _ask(self, agreed: Agreed, row: HistoryRow, at: datetime, note: Note) -> None:
        """Derive the entitlement anew, if the row changes what it depends on."""
        asked = tuple(map(self.told.get, ASKED))
        if asked == self.asked:
            return
        self.asked = asked
        answer = agreed.answer(self.told, at)
        self.derivation, self.facts = answer.derivation, answer.fields
        for reason in answer.unknown:
            if reason.text not in self.noted:
                self.noted.add(reason.text)
                note(Finding(reason.code, reason.text, row.line, self.id))
