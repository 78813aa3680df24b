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

_TITLES = ("promise", "priority", "kept", "breached", "running", "cancelled", "never attached", "p50", "p90", "p95")


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

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{title}</th>" for title in _TITLES)
        rows = (
            "".join(
                f"<td>{'' if value is None else escape(str(value))}</td>" for value in promise.to_mapping().values()
            )
            for promise in self.promises
        )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        found = "".join(f"<li>{escape(code)}: {count:,}</li>" for code, count in self.counts.items())
        above = f"policy {self.policy.name} {self.policy.version}: {len(self.cases):,} cases, {self.rows:,} rows"
        return f"<p>{escape(above)}</p><table><tr>{head}</tr>{body}</table><ul>{found}</ul>"
