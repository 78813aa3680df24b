"""Cases that recur: the same product, category, cause or whatever is asked for, often within one window of time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TypeAlias

from csmcore.errors import InvalidValue, OutOfRange, shown
from csmcore.model import (
    RECURRENCE_FIELDS,
    Case,
    CaseSummary,
    RecurrenceField,
    RecurrenceReport,
    RecurringCases,
    says_something,
)

__all__ = ["find_recurring"]

_By: TypeAlias = tuple[RecurrenceField, ...]

_LONGEST = timedelta(days=36_525)
_FEWEST = 2  # cases of which one can say that they recur


def find_recurring(
    cases: Iterable[CaseSummary | Case],
    *,
    by: Sequence[RecurrenceField | _By] = ("product", "category", "cause"),
    window: timedelta = timedelta(days=7),
    at_least: int = 3,
) -> RecurrenceReport:
    """The groups of cases of which at least so many were opened within one window, each with its evidence.

    Each of ``by`` is a field, or fields that must agree together: ``("product", "account")`` finds a product that fails
    one account again and again. A case whose field is blank is in no group of it. A window slides and is half-open:
    of cases 7 days apart no two are within 7 days. Groups come with the densest window first, then by their fields and
    values. Cases that are linked to a problem already are evidence, and not proposed again. Which cases count,
    cancelled and merged ones for example, is the caller's to say. The time it takes is that of sorting them.

    Law: the order of the cases is of no matter. Raises InvalidValue, OutOfRange.

    >>> from datetime import UTC, datetime
    >>> hours = [datetime(2026, 5, 21, hour, tzinfo=UTC) for hour in (8, 9, 17)]
    >>> told = [CaseSummary(id=f"CS{at.hour}", opened_at=at, product="router") for at in hours]
    >>> [group.values for group in find_recurring(told, window=timedelta(hours=2), at_least=2).found]
    [('router',)]
    """
    if not timedelta(0) < window <= _LONGEST:
        raise OutOfRange("window", f"{window} is not above 0, or over 100 years", "give a duration in between")
    if at_least < _FEWEST:
        raise InvalidValue("at_least", f"{shown(at_least)} case does not recur", "ask for at least 2")
    keys = _keys(by)
    summaries = [case if isinstance(case, CaseSummary) else CaseSummary.of(case) for case in cases]
    ordered = sorted(summaries, key=lambda case: (case.opened_at, case.id))
    _each_once(ordered)
    groups = (
        _recurring(key, values, group, window, at_least) for key in keys for values, group in _grouped(ordered, key)
    )
    found = sorted(filter(None, groups), key=lambda group: (-len(group.densest), keys.index(group.by), group.values))
    return RecurrenceReport(window=window, at_least=at_least, considered=len(ordered), found=tuple(found))


def _keys(by: Sequence[RecurrenceField | _By]) -> list[_By]:
    """What to group by, each as a tuple of fields."""
    keys: list[_By] = [(each,) if isinstance(each, str) else tuple(each) for each in by]
    if not keys or not all(keys):
        raise InvalidValue("by", "it names no field", f"name some of {', '.join(RECURRENCE_FIELDS)}")
    for name in (name for key in keys for name in key):
        if name not in RECURRENCE_FIELDS:
            raise InvalidValue("by", f"{shown(name)} is no field to group by", f"name {', '.join(RECURRENCE_FIELDS)}")
    if len({frozenset(key) for key in keys}) < len(keys) or any(len(set(key)) < len(key) for key in keys):
        raise InvalidValue("by", "something is asked for twice", "name each once")
    return keys


def _each_once(ordered: list[CaseSummary]) -> None:
    ids = sorted(case.id for case in ordered)
    for one, other in pairwise(ids):
        if one == other:
            raise InvalidValue("cases", f"case {shown(one)} is given twice", "give each once")


def _grouped(ordered: list[CaseSummary], key: _By) -> Iterator[tuple[tuple[str, ...], list[CaseSummary]]]:
    """The cases by their values, in the order in which they were opened; none of the values is blank."""
    groups: dict[tuple[str, ...], list[CaseSummary]] = {}
    for case in ordered:
        values = tuple(getattr(case, name) for name in key)
        if all(value and says_something(value) for value in values):
            groups.setdefault(values, []).append(case)
    yield from groups.items()


def _recurring(
    by: _By, values: tuple[str, ...], group: list[CaseSummary], window: timedelta, at_least: int
) -> RecurringCases | None:
    """The cases that lie in some window with enough of them, and the window with the most; None if there is none.

    One window for each case, that which ends with it: its first case moves on and never back.
    """
    first, taken = 0, 0
    evidence: list[CaseSummary] = []
    densest = range(0)
    for last, case in enumerate(group):
        while case.opened_at - group[first].opened_at >= window:
            first += 1
        here = range(first, last + 1)
        if len(here) >= at_least:
            evidence += group[max(first, taken) : last + 1]
            taken = last + 1
            densest = max(densest, here, key=len)
    if not evidence:
        return None
    most = group[densest.start : densest.stop]
    return RecurringCases(by=by, values=values, window=window, cases=tuple(evidence), densest=tuple(most))
