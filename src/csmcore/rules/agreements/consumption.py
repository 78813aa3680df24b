"""What a case takes from its entitlement, and what it gives back: the next entries of the ledger.

One idea: an entitlement's milestone (creation, resolution, close) has been reached in some states and not in others.
A case takes when it comes to a state in which it has been reached, or to an entitlement whose milestone it is past
already; what it took stands as long as the milestone that took it and the entitlement do, and is given back when they
do not. So cancelling undoes a creation, rejecting and reopening a resolution, reopening a close, and none of them
twice.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

import attrs

from csmcore.model import (
    CASE_STATES,
    Case,
    CaseFacts,
    CaseState,
    ConsumptionMilestone,
    Entitlement,
    EntitlementId,
    EventKind,
    LedgerEntry,
    Reason,
)
from csmcore.rules.cases.steps import Happening

__all__ = ["Use", "consume", "unspent"]

_REACHED: Mapping[ConsumptionMilestone, frozenset[CaseState]] = MappingProxyType(
    {
        "creation": frozenset({"new", "open", "awaiting_info", "resolved", "closed"}),
        "resolution": frozenset({"resolved", "closed"}),
        "close": frozenset({"closed"}),
    }
)
"""The states in which each milestone has been reached. Closed without a solution, a case is past its resolution too."""

_NEWLY: Mapping[tuple[CaseState | None, CaseState], tuple[ConsumptionMilestone, ...]] = MappingProxyType(
    {
        (past, state): tuple(name for name, states in _REACHED.items() if state in states and past not in states)
        for past in (None, *CASE_STATES)
        for state in CASE_STATES
    }
)
"""The milestones that a case comes to by a step from one state to another; from None, all that it is past."""

_SIXTY = 60


class Use(NamedTuple):
    """What is to be added to ledgers with one command, the events of it, and the reasons."""

    ledger: tuple[LedgerEntry, ...] = ()
    happened: tuple[Happening, ...] = ()
    reasons: tuple[Reason, ...] = ()


_NOTHING = Use()


def consume(before: Case | None, case: Case, facts: CaseFacts, now: datetime) -> Use:
    """What the step from ``before`` (None: the case is new) takes from entitlements, and what it gives back.

    Laws: of one entitlement a case has taken at most once, net of what it gave back, whatever was retried, reopened or
    changed in between; a step is never refused for lack of units. Where less is left than the case needs and the
    entitlement allows no overdraft, it takes what is left, and the entry says by how much it was short. Hours are the
    whole time that was worked on the case so far. ``facts`` are those of the case, with its consumption. ServiceNow
    counts cases on close; Dynamics 365 on creation or resolution, and gives back as here.
    """
    past = before.state if before is not None and before.entitlement == case.entitlement else None
    if past == case.state:
        return _NOTHING
    reached = _NEWLY[past, case.state]
    if not facts.consumption and (case.entitlement is None or not reached):
        return _NOTHING
    changes = _Changes(case, facts, now)
    stands = False
    for taken in _standing(case, facts):
        if taken.entitlement == case.entitlement and case.state in _REACHED[taken.milestone]:
            stands = True
        else:
            changes.give_back(taken)
    if case.entitlement is not None and not stands:
        changes.take_at(case.entitlement, reached)
    return Use(tuple(changes.ledger), tuple(changes.happened), tuple(changes.reasons))


def unspent(case: Case, facts: CaseFacts) -> CaseFacts:
    """The facts as if the case had taken nothing: what it uses itself does not keep it from an entitlement."""
    if not facts.consumption:
        return facts
    own = {taken.entitlement: taken.units for taken in _standing(case, facts)}
    entitlements = (
        attrs.evolve(noun, used=max(0, noun.used - own[noun.id])) if own.get(noun.id) else noun
        for noun in facts.entitlements
    )
    return attrs.evolve(facts, entitlements=tuple(entitlements))


def _standing(case: Case, facts: CaseFacts) -> Iterator[LedgerEntry]:
    """What the case took and has not given back."""
    own = [entry for entry in facts.consumption if entry.case == case.id]
    reversed_ones = {(entry.entitlement, entry.reverses) for entry in own}
    for entry in own:
        if entry.reverses is None and (entry.entitlement, entry.sequence) not in reversed_ones:
            yield entry


@attrs.define
class _Changes:
    """The entries of one step as they come, on top of the ledgers that the facts know."""

    case: Case
    facts: CaseFacts
    now: datetime
    rows: dict[EntitlementId, Entitlement] = attrs.field(factory=dict)
    ledger: list[LedgerEntry] = attrs.field(factory=list)
    happened: list[Happening] = attrs.field(factory=list)
    reasons: list[Reason] = attrs.field(factory=list)

    def take_at(self, name: EntitlementId, reached: tuple[ConsumptionMilestone, ...]) -> None:
        """Take what the case needs, if the entitlement counts at one of these milestones."""
        row = self.row(name)
        if row is None:
            if reached:
                self.because("entitlement_unknown", f"nothing is known of entitlement {name}: nothing is counted")
        elif row.per_unit and row.consume_on in reached:
            need = self.needed(row)
            if need:
                self.take(row, need)
            else:
                self.because("no_time_worked", f"{row.number}: no time was worked, no hours are taken")

    def needed(self, row: Entitlement) -> int:
        """One case, or the seconds that were worked on it."""
        if row.unit == "cases":
            return 1
        return sum(entry.seconds for entry in self.facts.time_entries if entry.case == self.case.id)

    def take(self, row: Entitlement, need: int) -> None:
        """Take what is needed, as far as there is something left or the entitlement may be overdrawn."""
        left = row.remaining
        units = need if left is None or row.allow_overdraft else max(0, min(need, left))
        entry = LedgerEntry(
            entitlement=row.id,
            sequence=row.ledger_entries + 1,
            case=self.case.id,
            case_version=self.case.version,
            channel=self.case.channel,
            milestone=row.consume_on,
            units=units,
            shortfall=need - units,
            at=self.now,
        )
        self.add("units_consumed", row, entry)
        of_need = f"{row.number}: {_amount(units, row)} of {_amount(need, row)} taken"
        if units == need:
            self.because("units_taken", f"{row.number}: {_amount(units, row)} taken, {_left(self.rows[row.id])}")
        elif units:
            self.because("units_short", f"{of_need}: no more was left")
        else:
            self.because("no_units_left", f"{of_need}: nothing was left")

    def give_back(self, taken: LedgerEntry) -> None:
        """Undo an entry by one of the opposite sign, if its ledger is the one that the facts know."""
        row = self.row(taken.entitlement)
        if row is None or row.ledger_entries < taken.sequence or row.used < taken.units:
            known = "nothing is known of it" if row is None else f"its ledger has no entry {taken.sequence} to undo"
            self.because("units_not_returned", f"entitlement {taken.entitlement} is given nothing back: {known}")
            return
        entry = attrs.evolve(
            taken,
            sequence=row.ledger_entries + 1,
            case_version=self.case.version,
            units=-taken.units,
            shortfall=0,
            at=self.now,
            reverses=taken.sequence,
        )
        self.add("units_returned", row, entry)
        returned = _amount(taken.units, row)
        self.because("units_returned", f"{row.number}: {returned} given back, {_left(self.rows[row.id])}")

    def row(self, name: EntitlementId) -> Entitlement | None:
        """The entitlement after the entries so far."""
        known = chain(self.facts.entitlements, self.facts.consumed)
        return self.rows.get(name) or next((noun for noun in known if noun.id == name), None)

    def add(self, kind: EventKind, row: Entitlement, entry: LedgerEntry) -> None:
        """One more entry, with its event."""
        self.rows[row.id] = row.counting(entry)
        self.ledger.append(entry)
        details = {"entitlement": row.id, "sequence": entry.sequence}
        figures = {"units": abs(entry.units), "shortfall": entry.shortfall}
        self.happened.append(Happening(kind, {}, {**details, **figures}))

    def because(self, code: str, text: str) -> None:
        """One more reason."""
        self.reasons.append(Reason(code, text, ("entitlement",)))


def _left(row: Entitlement) -> str:
    remaining = row.remaining
    if remaining is None:
        return "without limit"
    return f"overdrawn by {_amount(-remaining, row)}" if remaining < 0 else f"{_amount(remaining, row)} left"


def _amount(units: int, row: Entitlement) -> str:
    """Cases, or hours with their minutes and seconds."""
    if row.unit == "cases":
        return "1 case" if units == 1 else f"{units:,} cases"
    minutes, seconds = divmod(units, _SIXTY)
    hours, minutes = divmod(minutes, _SIXTY)
    return f"{hours:,}:{minutes:02}:{seconds:02} hours"
