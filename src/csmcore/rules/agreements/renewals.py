"""The contract that follows another: a new draft, as long as the one before, in a chain that does not drift.

The months of a chain are counted from its root's first day, so that a contract which began on 31 January is renewed on
28 February, 31 March, 30 April and not on the 28th for ever. Where the root's period begins and ends on a month's last
day (half-open: the day after its last), the whole chain stays on last days. A period that is no number of whole months
is counted in days. A chain is broken by a renewal that begins later than the day after, or runs for another term: what
comes after counts from its own first day. Only the root and the contract before are known, so a contract is one of the
root's chain where it has the very days, and every later one of a broken chain is counted from the one before: from its
first day, or from its end where a short month has cut the first (28 February to 29 April: the 29th).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias, TypeVar

import attrs

from csmcore.calendars import Term
from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    ContractFacts,
    ContractId,
    ContractLine,
    ContractLineId,
    Covered,
    Entitlement,
    EntitlementId,
    Reason,
    Refusal,
    Renewal,
    RenewContract,
    ServiceContract,
)
from csmcore.rules.agreements.contract_days import LAST_YEAR, downwards, outside

__all__ = ["next_in_chain", "renewal_obstacles", "renewed"]

_DAY = timedelta(days=1)
_Bounds: TypeAlias = tuple[date, date]
_Move: TypeAlias = Callable[[date], date]
_Entry = TypeVar("_Entry", bound=Covered)


class _Grid(NamedTuple):
    """A period as whole months of a chain: from ``begins`` months after ``anchor`` to ``ends`` months after it."""

    anchor: date
    on_last_days: bool
    begins: int
    ends: int

    @property
    def months(self) -> int:
        """How many months it lasts."""
        return self.ends - self.begins


class _Period(NamedTuple):
    """The days of a renewal, and where a day of the contract before is moved to, if no further than its ends."""

    first: date
    last: date
    move: _Move


def renewal_obstacles(contract: ServiceContract, facts: ContractFacts) -> Iterator[Reason]:
    """Every reason why a contract is not renewed: it is cancelled, without an end, renewed already."""
    if contract.state == "cancelled":
        yield Reason("cancelled", "it is cancelled, which is final", ("state",))
    if contract.ends_on is None or contract.ends_on.year > LAST_YEAR:
        yield Reason("no_end", f"it has no last day up to {LAST_YEAR}", ("ends_on",))
    live = (one for one in facts.renewals if one.renewed_from == contract.id and one.state != "cancelled")
    for renewal in live:
        yield Reason("already_renewed", f"{shown(renewal.number)} renews it", ("renewed_from",))
    root = contract.renewal_root
    if root is not None and (facts.root is None or facts.root.id != root):
        yield Reason("unknown_root", f"{shown(root)}: the first contract of the chain is not known", ("renewal_root",))


def renewed(
    contract: ServiceContract, ids: RenewContract, facts: ContractFacts, today: date | None = None
) -> Renewal | Refusal:
    """The renewal of a contract under the ids and for the term that are given, or every reason why there is none.

    It begins on the day after the last, or ``today`` if that is later (Dynamics 365 renews the expired from today), and
    is as long: as many whole months, else as many days; a term that is given is counted from its own first day. Lines,
    and entitlements with nothing used, are moved along and cut at the ends; what is cancelled stays behind. What was
    covered to the end is covered from the first day. It is part of the old one's parent if its days are within.
    """
    reasons = tuple(renewal_obstacles(contract, facts))
    if contract.starts_on is None and ids.term is None:
        reasons += (Reason("no_length", "it has no first day, so no length: give a term", ("starts_on", "term")),)
    if reasons or contract.ends_on is None:
        return Refusal(reasons)
    try:
        period = _period(contract, contract.ends_on, ids.term, facts.root, today)
        return _follower(contract, ids, facts, period)
    except InvalidValue as error:
        return Refusal((Reason("not_renewable", str(error), ("term", "id")),))


def next_in_chain(contract: ServiceContract, facts: ContractFacts) -> Renewal | Refusal:
    """The renewal that begins by itself on the day after the last; id and number are the root's with that day."""
    root = facts.root or contract
    try:
        after = "/" + (contract.ends_on + _DAY).isoformat() if contract.ends_on else ""
        ids = RenewContract(id=ContractId(root.id + after), number=root.number + after)
    except (InvalidValue, OverflowError) as error:
        return Refusal((Reason("not_renewable", str(error), ("id", "number")),))
    return renewed(contract, ids, facts)


# --- days ------------------------------------------------------------------------------------------------------------


def _period(
    contract: ServiceContract, last: date, term: Term | None, root: ServiceContract | None, today: date | None
) -> _Period:
    after = last + _DAY
    first = max(after, today or after)
    grid = _grid(contract, root)
    if term is not None:
        end = term.end(first)
    elif grid is None:
        end = first + (after - (contract.starts_on or after))
    elif first == after:
        end = _month(grid.anchor, grid.ends + grid.months, on_last_days=grid.on_last_days)
    else:
        end = Term(months=grid.months).end(first)
    until = end - _DAY
    by_months = grid.months if grid is not None and first == after else None
    days = first - (contract.starts_on or first)

    def move(day: date) -> date:
        if day == contract.starts_on:
            return first
        return day + days if by_months is None else Term(months=by_months).end(day)

    return _Period(first, until, move)


def _grid(contract: ServiceContract, root: ServiceContract | None) -> _Grid | None:
    """The contract's period in whole months of the root's chain if it is one of its periods, else its own months.

    None if it is not in such. A chain that was begun in days goes on in days, although 30 days are sometimes a month.
    """
    own, chain = _bounds(contract), _bounds(root or contract)
    if own is None:
        return None
    if chain is not None:
        root_grid, found = _grid_from(chain, chain), _grid_from(chain, own)
        if root_grid is None and chain[1] - chain[0] == own[1] - own[0]:
            return None
        if root_grid and found and found.months == root_grid.months and found.begins % found.months == 0:
            return found
    return _grid_alone(*own)


def _grid_alone(first: date, after: date) -> _Grid | None:
    """The whole months of a period after a break, from its first day; from its end if a short month has cut that."""
    months = _months_to(first, after, on_last_days=False)
    if months is not None:
        return _Grid(first, on_last_days=False, begins=0, ends=months)
    if _is_last(first) and first.day < after.day:
        return _Grid(after, on_last_days=False, begins=-_months_between(first, after), ends=0)
    return None


def _grid_from(base: _Bounds, own: _Bounds) -> _Grid | None:
    """A period in whole months from the first day of another, which is in whole months itself."""
    on_last_days = all(map(_is_last, base))
    begins, ends, whole = (_months_to(base[0], day, on_last_days=on_last_days) for day in (*own, base[1]))
    return None if begins is None or ends is None or whole is None else _Grid(base[0], on_last_days, begins, ends)


def _bounds(contract: ServiceContract) -> _Bounds | None:
    """The first day of a contract, and the day after its last; None where one of them is open."""
    first, last = contract.starts_on, contract.ends_on
    return (first, last + _DAY) if first is not None and last is not None and last.year <= LAST_YEAR else None


def _months_to(anchor: date, day: date, *, on_last_days: bool) -> int | None:
    months = _months_between(anchor, day)
    return months if months >= 0 and _month(anchor, months, on_last_days=on_last_days) == day else None


def _months_between(one: date, other: date) -> int:
    return (other.year - one.year) * 12 + other.month - one.month


def _month(anchor: date, months: int, *, on_last_days: bool) -> date:
    return Term(months=1, end_of_month=on_last_days).end(anchor, months) if months else anchor


def _is_last(day: date) -> bool:
    return (day + _DAY).day == 1


# --- what is copied --------------------------------------------------------------------------------------------------


def _follower(old: ServiceContract, ids: RenewContract, facts: ContractFacts, period: _Period) -> Renewal:
    lines = _lines(old, ids, period)
    contract = attrs.evolve(
        old,
        id=ids.id,
        number=ids.number,
        state="draft",
        approval="not_requested",
        reason="",
        starts_on=period.first,
        ends_on=period.last,
        resumes_on=None,
        parent=_parent(old, facts, period),
        renewed_from=old.id,
        renewal_root=old.renewal_root or old.id,
        lines=tuple(lines.values()),
        covered_assets=tuple(_covered(old, old.covered_assets, lines)),
        covered_products=tuple(_covered(old, old.covered_products, lines)),
        covered_sold_products=tuple(_covered(old, old.covered_sold_products, lines)),
        covered_install_base_items=tuple(_covered(old, old.covered_install_base_items, lines)),
    )
    return Renewal(contract=contract, entitlements=tuple(_entitlements(old, ids, facts, lines, period)))


def _parent(old: ServiceContract, facts: ContractFacts, period: _Period) -> ContractId | None:
    above = facts.parent
    if above is None or above.id != old.parent:
        return None
    fits = not any(outside("", (period.first, period.last), "", (above.starts_on, above.ends_on)))
    return above.id if fits else None


def _lines(old: ServiceContract, ids: RenewContract, period: _Period) -> dict[ContractLineId, ContractLine]:
    """The new lines by the ids of the old: those that are not cancelled and would begin in time, with all above."""
    days = {
        line.id: found
        for line in old.lines
        if line.state != "cancelled" and (found := _moved(line.starts_on, line.ends_on, old, period))
    }
    names = {line.id: ContractLineId(f"{ids.id}/line-{place}") for place, line in enumerate(old.lines, 1)}

    kept: set[ContractLineId | None] = {None}
    kept.update(line.id for line in downwards(old.lines) if line.id in days and line.parent in kept)
    return {
        line.id: attrs.evolve(
            line,
            id=names[line.id],
            parent=line.parent and names[line.parent],
            state="draft",
            starts_on=days[line.id][0],
            ends_on=days[line.id][1],
        )
        for line in old.lines
        if line.id in kept
    }


def _covered(
    old: ServiceContract, entries: Iterable[_Entry], lines: Mapping[ContractLineId, ContractLine]
) -> Iterator[_Entry]:
    """What was covered to the last day of its line, now for all days of the line."""
    ends: dict[ContractLineId | None, date | None] = {None: old.ends_on}
    for part in downwards(old.lines):
        ends[part.id] = part.ends_on or ends[part.parent]
    for entry in entries:
        last = ends[entry.line]
        if (entry.line is None or entry.line in lines) and (entry.date_removed or last) == last:
            line = lines[entry.line].id if entry.line else None
            yield attrs.evolve(entry, line=line, date_added=None, date_removed=None)


def _entitlements(
    old: ServiceContract,
    ids: RenewContract,
    facts: ContractFacts,
    lines: Mapping[ContractLineId, ContractLine],
    period: _Period,
) -> Iterator[Entitlement]:
    for place, one in enumerate(facts.entitlements, 1):
        days = _moved(one.starts_on, one.ends_on, old, period)
        is_kept = one.contract_line is None or one.contract_line in lines
        if one.contract != old.id or one.state == "cancelled" or days is None or not is_kept:
            continue
        yield attrs.evolve(
            one,
            id=EntitlementId(f"{ids.id}/entitlement-{place}"),
            number=f"{ids.number}/{place}",
            contract=ids.id,
            contract_line=lines[one.contract_line].id if one.contract_line else None,
            state="draft",
            starts_on=days[0],
            ends_on=days[1],
            used=0,
            ledger_entries=0,
        )


def _moved(
    first: date | None, last: date | None, old: ServiceContract, period: _Period
) -> tuple[date | None, date | None] | None:
    """The days of a part in the renewal, cut at its ends; None if none of them would be in it."""
    begins, ends = old.starts_on or date.min, old.ends_on or date.max
    if (first or begins) > ends or (last or ends) < begins:
        return None
    new_first = max(period.move(max(first, begins)), period.first) if first else None
    if new_first is not None and new_first > period.last:
        return None
    if last is None or last >= ends:
        return new_first, last and period.last
    return new_first, min(max(period.move(last), period.move(last + _DAY) - _DAY, period.first), period.last)
