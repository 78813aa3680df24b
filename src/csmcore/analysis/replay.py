"""Replay: any case history under any policy, as of any instant, without side effects."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import Final

import attrs

from csmcore.analysis.agreed import Agreed
from csmcore.analysis.folding import NO_AGREEMENTS, CaseFold
from csmcore.analysis.promises import CaseReplay, attainment
from csmcore.analysis.report import ReplayReport
from csmcore.calendars import as_utc, time_zone_database
from csmcore.errors import InvalidValue, shown
from csmcore.model import AgreementBook, CaseId, Finding, HistoryRow, Layout, Revision
from csmcore.rules import Plan, read, tick

__all__ = ["replay_history"]

_NOBODY: Final[frozenset[CaseId]] = frozenset()
_NAMED_IN_VAIN: Final = frozenset({"unknown_calendar", "no_date"})


def replay_history(  # noqa: PLR0913 - each is a question of its own, and named
    plan: Plan,
    rows: Iterable[HistoryRow | Finding],
    *,
    agreements: AgreementBook | None = None,
    as_of: datetime | None = None,
    layout: Layout = "by_time",
    strict: bool = False,
    keep: Container[CaseId] = _NOBODY,
) -> ReplayReport:
    """What the policy promised to every case of a history, and what became of it, as of an instant.

    The history is the truth: clocks follow it, and what the rules would have refused is only found. Without agreements
    nobody is entitled, and the promises apply that need no contract. ``as_of`` is the last instant of the history if
    not given; rows after it are not seen. ``rows`` are as `csmcore.wire.read_history` gives them: ``grouped`` by case,
    or ``by_time``. With ``strict`` the first finding is an error. The revisions of the cases to ``keep`` are kept.
    Raises InvalidValue where a case of a grouped history comes again, and what ``rows`` raise.
    """
    agreed = None if agreements is None else Agreed(agreements, plan)
    replaying = _Replaying(plan, agreed, None if as_of is None else as_utc(as_of), keep, is_strict=strict)
    feed = replaying.grouped if layout == "grouped" else replaying.by_time
    for row in feed(rows):
        replaying.add(row)
    return replaying.report()


@attrs.define
class _Replaying:
    """The cases of a history as far as it has been read."""

    plan: Plan
    agreed: Agreed | None
    as_of: datetime | None
    keep: Container[CaseId]
    is_strict: bool
    folds: dict[CaseId, CaseFold] = attrs.field(factory=dict)
    kept: dict[CaseId, list[Revision]] = attrs.field(factory=dict)
    findings: list[Finding] = attrs.field(factory=list)
    last: datetime | None = None
    rows: int = 0

    def note(self, finding: Finding) -> None:
        """Keep a finding; in a strict replay it is an error."""
        if self.is_strict:
            place = f"case {finding.case}" if finding.line is None else f"line {finding.line}"
            raise InvalidValue(place, f"{finding.text} ({finding.code})", "correct it, or be less strict")
        self.findings.append(finding)

    def grouped(self, rows: Iterable[HistoryRow | Finding]) -> Iterator[HistoryRow]:
        """The rows of one case after another, each case's in their order."""
        group: list[HistoryRow] = []
        for row in rows:
            if isinstance(row, Finding):
                self.note(row)
                continue
            if group and row.case != group[0].case:
                yield from _in_order(group)
                group = []
            if not group and row.case in self.folds:
                problem = f"case {shown(row.case)} comes again after other cases"
                raise InvalidValue(f"line {row.line}", problem, "say layout = 'by_time', or sort the file by case")
            group.append(row)
        yield from _in_order(group)

    def by_time(self, rows: Iterable[HistoryRow | Finding]) -> Iterator[HistoryRow]:
        """The rows as they come, whichever case they are of."""
        for row in rows:
            if isinstance(row, Finding):
                self.note(row)
                continue
            fold = self.folds.get(row.case)
            last = None if fold is None else fold.last_order
            if row.order is not None and last is not None and row.order <= last:
                self.note(Finding("out_of_order", f"{row.order} comes after {last}", row.line, row.case))
            yield row

    def add(self, row: HistoryRow) -> None:
        """Fold one more row, unless it is later than anyone wants to know."""
        if self.as_of is not None and row.at > self.as_of:
            return
        fold = self.folds.get(row.case)
        if fold is None:
            fold = self.folds[row.case] = CaseFold(self.plan, self.agreed, row.case)
        revision = fold.add(row, self.note)
        self.rows += 1
        if self.last is None or revision.at > self.last:
            self.last = revision.at
        if row.case in self.keep:
            self.kept.setdefault(row.case, []).append(revision)

    def report(self) -> ReplayReport:
        """What it all comes to."""
        as_of = self.as_of or self.last
        cases = tuple(self._case(fold, as_of) for fold in self.folds.values() if as_of is not None)
        return ReplayReport(
            policy=self.plan.policy.ref,
            time_zone_database=time_zone_database(),
            as_of=as_of,
            rows=self.rows,
            cases=cases,
            promises=attainment(cases, tuple(self.plan.definitions)),
            findings=tuple(self.findings),
            graded=sum(fold.graded for fold in self.folds.values()),
        )

    def _case(self, fold: CaseFold, as_of: datetime) -> CaseReplay:
        state = tick(self.plan, fold.state, as_of)
        priority = fold.priority
        derivation = fold.derivation
        readings = tuple(read(self.plan, clock, as_of) for clock in state.clocks)
        told = {f"{each.definition}: {reason.text}": reason.code for each in readings for reason in each.reasons}
        for text, code in told.items():
            if code in _NAMED_IN_VAIN:
                self.note(Finding(code, text, None, fold.id))
        return CaseReplay(
            id=fold.id,
            entitlement=fold.entitlement,
            reason=NO_AGREEMENTS if derivation is None else derivation.reason,
            derivation=derivation,
            priority=priority,
            state=state,
            readings=readings,
            priorities=tuple(fold.priorities.get((clock.definition, clock.cycle), priority) for clock in state.clocks),
            revisions=tuple(self.kept.get(fold.id, ())),
        )


def _in_order(rows: list[HistoryRow]) -> list[HistoryRow]:
    """The rows of one case as they happened; one without an order follows the one before it."""
    keyed: list[tuple[int, HistoryRow]] = []
    order = min((row.order for row in rows if row.order is not None), default=0)
    for row in rows:
        order = order if row.order is None else row.order
        keyed.append((order, row))
    keyed.sort(key=itemgetter(0))
    return [row for _, row in keyed]
