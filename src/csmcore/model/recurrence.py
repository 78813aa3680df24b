"""Cases that recur: the groups that were found, the evidence, and the problem that is proposed for each."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, Self, TypeAlias, get_args

import attrs

from csmcore.model.case import Case
from csmcore.model.fields import in_utc, is_id, is_short_id, is_text, optional
from csmcore.model.ids import AccountId, AssetId, CaseId, ConsumerId, ProductModelId
from csmcore.model.rendering import escaped, hours_text, html_table, instant_text, printable

__all__ = [
    "RECURRENCE_FIELDS",
    "CaseSummary",
    "ProblemProposal",
    "RecurrenceField",
    "RecurrenceReport",
    "RecurringCases",
]

RecurrenceField: TypeAlias = Literal["product", "category", "cause", "account", "consumer", "asset"]
RECURRENCE_FIELDS: tuple[RecurrenceField, ...] = get_args(RecurrenceField)

_DAY = timedelta(days=1)
_TITLES = ("by", "cases", "most in a window", "first", "last", "a day", "proposed")
_CASE_TITLES = ("case", "opened", "in a window", "problem")


@attrs.frozen(kw_only=True)
class CaseSummary:
    """What of a case tells whether it is one of many: when it was opened, what it is about, and its problem.

    ``problem`` is the id of the problem that it is linked to already. Raises InvalidValue, NaiveDatetime.
    """

    id: CaseId = attrs.field(validator=is_short_id)
    opened_at: datetime
    product: ProductModelId | None = attrs.field(default=None, validator=optional(is_id))
    category: str = attrs.field(default="", validator=is_text)
    cause: str = attrs.field(default="", validator=is_text)
    account: AccountId | None = attrs.field(default=None, validator=optional(is_id))
    consumer: ConsumerId | None = attrs.field(default=None, validator=optional(is_id))
    asset: AssetId | None = attrs.field(default=None, validator=optional(is_id))
    problem: str | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "opened_at")

    @classmethod
    def of(cls, case: Case) -> Self:
        """What a case says of itself: its cause is that of the solution that stands."""
        problems = (record.record for record in case.records.values() if record.kind == "problem")
        return cls(
            id=case.id,
            opened_at=case.opened_at,
            product=case.product,
            category=case.category,
            cause=case.resolution.cause if case.resolution else "",
            account=case.account,
            consumer=case.consumer,
            asset=case.asset,
            problem=next(problems, None),
        )


@attrs.frozen(kw_only=True)
class ProblemProposal:
    """A problem to look into, and the cases to link to it: those that are linked to none.

    ``problems`` are those that others of the cases are linked to: one of them may be the one.
    """

    short_description: str
    cases: tuple[CaseId, ...]
    problems: tuple[str, ...]


@attrs.frozen(kw_only=True)
class RecurringCases:
    """Cases with the same values of the fields ``by``, so many within one window that they can hardly be chance.

    ``cases`` are all that lie in some window with enough of them, ``densest`` those of the window with the most, the
    first of several; both in the order in which they were opened. Printed it is a table of the evidence.
    """

    by: tuple[RecurrenceField, ...]
    values: tuple[str, ...]
    window: timedelta
    cases: tuple[CaseSummary, ...]
    densest: tuple[CaseSummary, ...]

    @property
    def first_at(self) -> datetime:
        """When the first of them was opened."""
        return self.cases[0].opened_at

    @property
    def last_at(self) -> datetime:
        """When the last of them was opened."""
        return self.cases[-1].opened_at

    @property
    def per_day(self) -> float:
        """How many were opened in 24 hours on average, from the first to the last, or in the window if that is longer.

        For display: it is no exact figure.
        """
        return len(self.cases) / (max(self.last_at - self.first_at, self.window) / _DAY)

    @property
    def proposal(self) -> ProblemProposal | None:
        """The problem that it may be; None where every case is linked to one already."""
        unlinked = tuple(case.id for case in self.cases if case.problem is None)
        if not unlinked:
            return None
        known = tuple(sorted({case.problem for case in self.cases if case.problem is not None}))
        text = f"{self.named}: {len(self.cases)} cases, {len(self.densest)} of them within {hours_text(self.window)}"
        return ProblemProposal(short_description=text, cases=unlinked, problems=known)

    @property
    def named(self) -> str:
        """The fields and their values, for people."""
        return ", ".join(f"{name} {value}" for name, value in zip(self.by, self.values, strict=True))

    def __str__(self) -> str:
        """The group, then each case."""
        lines = [f"  {'  '.join(filter(None, row))}" for row in self._rows()]
        return "\n".join(map(printable, (self.named, *lines)))

    def _repr_html_(self) -> str:
        return f"<p><b>{escaped(self.named)}</b></p>{html_table(_CASE_TITLES, self._rows())}"

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        dense = {case.id for case in self.densest}
        for case in self.cases:
            among = "densest" if case.id in dense else ""
            yield case.id, instant_text(case.opened_at), among, case.problem or ""


@attrs.frozen(kw_only=True)
class RecurrenceReport:
    """The groups of cases that recur, those with the densest window first, and what was asked.

    Printed it is a table; a notebook shows one.
    """

    window: timedelta
    at_least: int
    considered: int
    found: tuple[RecurringCases, ...]

    @property
    def proposals(self) -> tuple[ProblemProposal, ...]:
        """The problems that are proposed, in the order of the groups."""
        proposals = (group.proposal for group in self.found)
        return tuple(proposal for proposal in proposals if proposal is not None)

    def __str__(self) -> str:
        """What was asked, then a line for each group."""
        rows = [_TITLES, *map(_cells, self.found)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join(map(printable, (self._headline(), *lines)))

    def _repr_html_(self) -> str:
        return f"<p><b>{escaped(self._headline())}</b></p>{html_table(_TITLES, map(_cells, self.found))}"

    def _headline(self) -> str:
        asked = f"at least {self.at_least} within {hours_text(self.window)}"
        return f"recurring groups: {len(self.found):,}, among {self.considered:,} cases, {asked}"


def _cells(group: RecurringCases) -> tuple[str, ...]:
    proposal = group.proposal
    counts = (str(len(group.cases)), str(len(group.densest)))
    times = (instant_text(group.first_at), instant_text(group.last_at), f"{group.per_day:.1f}")
    return group.named, *counts, *times, f"{len(proposal.cases)} to link" if proposal else "all linked"
