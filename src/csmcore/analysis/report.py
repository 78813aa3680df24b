"""What a replay found, for people and for programs."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import Any

import attrs

from csmcore.analysis.promises import CaseReplay, PromiseAttainment
from csmcore.model import CaseId, Finding, PolicyRef

__all__ = ["ReplayReport"]

_COUNTED = ("definition", "priority", "kept", "breached", "running", "cancelled", "never_attached")
_TIMES = ("p50", "p90", "p95")
_TITLES = ("promise", *_COUNTED[1:-1], "never attached", "% kept", *_TIMES)


@attrs.frozen(kw_only=True, slots=False)
class ReplayReport:
    """Every case of a history under one policy, as of an instant, and what in the history is not right.

    ``rows`` counts the rows that were replayed, ``graded`` those whose priority the matrix gives (each that differs is
    a finding). ``as_of`` is None where there was no row at all.
    """

    policy: PolicyRef
    time_zone_database: str
    as_of: datetime | None
    rows: int
    cases: tuple[CaseReplay, ...]
    promises: tuple[PromiseAttainment, ...]
    findings: tuple[Finding, ...]
    graded: int

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each code."""
        return MappingProxyType(dict(Counter(finding.code for finding in self.findings).most_common()))

    @cached_property
    def refused(self) -> Mapping[str, int]:
        """How many steps of each kind the lifecycle would have refused, most frequent first."""
        steps = Counter(finding.text for finding in self.findings if finding.code == "refused_step")
        return MappingProxyType(dict(steps.most_common()))

    def case(self, case_id: CaseId) -> CaseReplay | None:
        """The case with that id, or None."""
        return next((case for case in self.cases if case.id == case_id), None)

    def to_mapping(self) -> dict[str, Any]:
        """The report as plain data, ready for JSON."""
        policy = {**attrs.asdict(self.policy), "time_zone_database": self.time_zone_database}
        return {
            "policy": policy,
            "cases": [case.to_mapping() for case in self.cases],
            "promises": [promise.to_mapping() for promise in self.promises],
            "findings": [attrs.asdict(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        """The promises as a table of text, then how many findings there are of each kind."""
        rows = [_TITLES, *map(_cells, self.promises)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        found = [f"{code}: {count:,}" for code, count in self.counts.items()]
        return "\n".join([self._headline, *lines, *found])

    @property
    def _headline(self) -> str:
        return f"policy {self.policy.name} {self.policy.version}: {len(self.cases):,} cases, {self.rows:,} rows"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{title}</th>" for title in _TITLES)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(promise))}</tr>" for promise in self.promises
        )
        found = "".join(f"<li>{escape(code)}: {count:,}</li>" for code, count in self.counts.items())
        below = f"<p>found in the history:</p><ul>{found}</ul>" if found else ""
        return f"<p>{escape(self._headline)}</p><table><tr>{head}</tr>{body}</table>{below}"


def _cells(promise: PromiseAttainment) -> tuple[str, ...]:
    """The figures of a promise; its percentiles in open hours and minutes, rounded down."""
    told = promise.to_mapping()
    figures = [*(told[name] for name in _COUNTED), promise.percent_kept]
    times = (told[name] for name in _TIMES)
    return (
        *("" if figure is None else str(figure) for figure in figures),
        *("" if time is None else f"{time // 3600:,}:{time // 60 % 60:02}" for time in times),
    )
