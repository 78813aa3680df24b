"""What became of the resolved cases of a history under a rule that closes cases by itself, for people and programs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from csmcore.model.case_policy import AutoClose
from csmcore.model.ids import CaseId
from csmcore.model.plain_form import plain
from csmcore.model.reasons import Reason
from csmcore.model.rendering import escaped, html_table, printable

__all__ = ["CLOSING_OUTCOMES", "Closing", "ClosingOutcome", "ClosingReport", "CountsFrom"]

CountsFrom: TypeAlias = Literal["resolution", "comment", "change"]
ClosingOutcome: TypeAlias = Literal["on_time", "early", "late", "waiting", "never", "left", "not_resolved"]
CLOSING_OUTCOMES: tuple[ClosingOutcome, ...] = get_args(ClosingOutcome)

_ALL: Final = 1000  # tenths of a percent
_TITLES: Final = ("outcome", "cases", "% of resolved", "with")
_MEANS: Final[Mapping[ClosingOutcome, str]] = MappingProxyType(
    {
        "on_time": "closed when the rule says",
        "early": "closed before",
        "late": "closed after",
        "waiting": "resolved, and not due yet",
        "never": "resolved, due, and not closed",
        "left": "resolved, then taken up again or ended otherwise",
        "not_resolved": "never resolved",
    }
)


@attrs.frozen(kw_only=True)
class Closing:
    """What became of one case after its last resolution, and what the rule says of it.

    Outcomes: ``on_time``, ``early`` and ``late`` are closed, ``waiting`` and ``never`` (it was due) still resolved,
    ``left`` went on from its resolution otherwise, ``not_resolved`` had none. ``counts_from`` is where its days began,
    ``due_at`` when they were over (None: the calendar ends before), ``restarts`` how often they began again since the
    last of its ``resolutions``. Codes of ``reasons``: ``opens_resolved``, ``reopened``, ``restarted``, ``left``,
    ``closed_by_hand``, ``numbers_missing`` (the order of its rows skips some before the close, so that a change may
    have begun the count again unseen), ``late_together`` (with two others or more).
    """

    case: CaseId
    outcome: ClosingOutcome
    resolved_at: datetime | None
    counts_from: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    resolutions: int
    restarts: int
    reasons: tuple[Reason, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The codes of its reasons."""
        return frozenset(reason.code for reason in self.reasons)

    @property
    def took(self) -> timedelta | None:
        """From where its days began to its close."""
        if self.closed_at is None or self.counts_from is None:
            return None
        return self.closed_at - self.counts_from

    def to_mapping(self) -> dict[str, Any]:
        """The case as plain data: instants are text in UTC."""
        fields = ((field.name, getattr(self, field.name)) for field in attrs.fields(type(self)))
        told = {name: plain(value) if isinstance(value, datetime) else value for name, value in fields}
        return {**told, "reasons": [attrs.asdict(reason) for reason in self.reasons]}


@attrs.frozen(kw_only=True, slots=False)
class ClosingReport:
    """Every case of a history beside a rule that closes resolved cases by itself. Printed it is a table.

    ``as_of`` is None where there was no row at all. The outcomes divide the cases; the reasons do not: a case may have
    several, and one that is early or late may have none.
    """

    rule: AutoClose
    tolerance: timedelta
    counts_from: CountsFrom
    as_of: datetime | None
    closings: tuple[Closing, ...]

    @cached_property
    def counts(self) -> Mapping[ClosingOutcome, int]:
        """How many cases there are of each outcome, in the order of `CLOSING_OUTCOMES`."""
        counts = Counter(each.outcome for each in self.closings)
        return MappingProxyType({outcome: counts[outcome] for outcome in CLOSING_OUTCOMES if counts[outcome]})

    @property
    def resolved(self) -> int:
        """How many cases were resolved at least once."""
        return len(self.closings) - self.counts.get("not_resolved", 0)

    @cached_property
    def reasons(self) -> Mapping[tuple[ClosingOutcome, str], int]:
        """How many cases of an outcome have a reason of a code, most frequent first."""
        found: Counter[tuple[ClosingOutcome, str]] = Counter()
        for each in self.closings:
            found.update((each.outcome, code) for code in each.codes)
        ordered = sorted(found, key=lambda key: (-found[key], key))
        return MappingProxyType({key: found[key] for key in ordered})

    @cached_property
    def closers(self) -> Mapping[str | None, Mapping[ClosingOutcome, int]]:
        """Who closed how many, by outcome; whoever closed most comes first, and None is nobody known."""
        by: dict[str | None, Counter[ClosingOutcome]] = {}
        for each in self.closings:
            if each.closed_at is not None:
                by.setdefault(each.closed_by, Counter())[each.outcome] += 1
        ordered = sorted(by.items(), key=lambda item: (-item[1].total(), item[0] or ""))
        return MappingProxyType({name: MappingProxyType(dict(counts)) for name, counts in ordered})

    @property
    def unexplained(self) -> tuple[Closing, ...]:
        """The closed cases that were early or late, and have no reason."""
        return tuple(each for each in self.closings if each.outcome in {"early", "late"} and not each.reasons)

    def percent(self, outcome: ClosingOutcome) -> str:
        """Of the resolved cases, how many in a hundred have the outcome: to a tenth, half of one rounded up."""
        if not self.resolved:
            return ""
        tenths = (2 * _ALL * self.counts.get(outcome, 0) + self.resolved) // (2 * self.resolved)
        return f"{tenths // 10}.{tenths % 10}"

    def case(self, case_id: CaseId) -> Closing | None:
        """The case with that id, or None."""
        return next((each for each in self.closings if each.case == case_id), None)

    def to_mapping(self) -> dict[str, Any]:
        """The report as plain data, ready for JSON; durations are whole seconds."""
        return {
            "rule": attrs.asdict(self.rule),
            "tolerance_seconds": self.tolerance // timedelta(seconds=1),
            "counts_from": self.counts_from,
            "as_of": plain(self.as_of),
            "counts": dict(self.counts),
            "cases": [each.to_mapping() for each in self.closings],
        }

    def __str__(self) -> str:
        """What was asked, then the outcomes as a table of text."""
        rows = [_TITLES, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join(map(printable, (self._headline, *lines)))

    def _repr_html_(self) -> str:
        return f"<p><b>{escaped(self._headline)}</b></p>{html_table(_TITLES, self._rows())}"

    @property
    def _headline(self) -> str:
        days = f"{self.rule.after_days} {self.rule.counts} days after the last {self.counts_from}"
        return f"closed by themselves {days}, up to {self.tolerance} late: {self.resolved:,} resolved cases"

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        for outcome, count in self.counts.items():
            codes = [f"{code} {number:,}" for (of, code), number in self.reasons.items() if of == outcome]
            percent = "" if outcome == "not_resolved" else self.percent(outcome)
            yield f"{outcome}: {_MEANS[outcome]}", f"{count:,}", percent, ", ".join(codes)
