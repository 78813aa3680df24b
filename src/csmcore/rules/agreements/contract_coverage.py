"""What is on a contract: lines, the things they cover, and the days, each within those of what it is a part of."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import attrs

from csmcore.errors import shown
from csmcore.model import (
    AddContractLine,
    AddCovered,
    Asset,
    ChangeContractDates,
    ChangeContractLine,
    ContractAction,
    ContractFacts,
    ContractLine,
    ContractLineId,
    Covered,
    CoveredKind,
    Entitlement,
    InstallBaseItem,
    ProductModel,
    Reason,
    RemoveCovered,
    ServiceContract,
    SoldProduct,
)
from csmcore.rules.agreements.contract_days import downwards, outside, overlaps
from csmcore.rules.agreements.contract_table import ENDED

__all__ = ["EDITS", "Edit"]

_Days: TypeAlias = tuple[date | None, date | None]
_Lines: TypeAlias = Mapping[ContractLineId, ContractLine]


class Edit(NamedTuple):
    """The fields of a contract that a command changes, the lines that it cancels, and what is wrong with it."""

    changes: dict[str, Any]
    reasons: tuple[Reason, ...] = ()
    cancelled: frozenset[ContractLineId] = frozenset()


def _change_dates(contract: ServiceContract, command: ChangeContractDates, facts: ContractFacts, _: date) -> Edit:
    days = (command.starts_on, command.ends_on)
    lines = {line.id: line for line in contract.lines}
    reasons = [*_misfits(contract, lines, days, tuple(contract.covered), facts)]
    for child in facts.children:
        if child.parent == contract.id:
            own = (child.starts_on, child.ends_on)
            reasons += outside(f"contract {child.number}", own, "the contract", days)
    if facts.parent is not None and facts.parent.id == contract.parent:
        above = (facts.parent.starts_on, facts.parent.ends_on)
        reasons += outside("the contract", days, "its parent", above)
    return Edit({"starts_on": command.starts_on, "ends_on": command.ends_on}, tuple(reasons))


def _add_line(contract: ServiceContract, command: AddContractLine, _: ContractFacts, __: date) -> Edit:
    line = attrs.evolve(command.line, state=contract.state)
    lines = {one.id: one for one in contract.lines}
    reasons = list(_unknown_line(line.parent, lines, "parent"))
    if line.id in lines:
        reasons.append(Reason("line_exists", f"there is a line {shown(line.id)} already", ("line",)))
    if not reasons:
        reasons += _outside_above(contract, line, lines, _own_days(contract))
    return Edit({"lines": (*contract.lines, line)}, tuple(reasons))


def _change_line(contract: ServiceContract, command: ChangeContractLine, facts: ContractFacts, _: date) -> Edit:
    line, before = command.line, {one.id: one for one in contract.lines}
    reasons = list(_unknown_line(line.id, before, "line"))
    if line.parent is not None and line.parent != (before[line.id].parent if line.id in before else None):
        reasons += _unknown_line(line.parent, before, "parent")
    if not reasons:
        line = line if line.state == "cancelled" else attrs.evolve(line, state=before[line.id].state)
        after = {**before, line.id: line}
        if _is_circle(line, after):
            reasons.append(Reason("part_of_itself", f"line {shown(line.id)} would be part of itself", ("parent",)))
        else:
            days, covered = _own_days(contract), tuple(contract.covered)
            known = set(_misfits(contract, before, days, covered, facts))
            reasons += (one for one in _misfits(contract, after, days, covered, facts) if one not in known)
    if reasons:
        return Edit({}, tuple(reasons))
    gone = _with_parts(line.id, contract) if line.state == "cancelled" else frozenset()
    lines = (line if one.id == line.id else one for one in contract.lines)
    kept = (attrs.evolve(one, state="cancelled") if one.id in gone and one.state not in ENDED else one for one in lines)
    return Edit({"lines": tuple(kept)}, (), gone)


def _add_covered(contract: ServiceContract, command: AddCovered, facts: ContractFacts, day: date) -> Edit:
    entry, lines = command.item, {line.id: line for line in contract.lines}
    reasons = list(_not_theirs(contract, entry, facts, day))
    misplaced = tuple(_unknown_line(entry.line, lines, "line"))
    reasons += misplaced or _outside_above(contract, entry, lines, _own_days(contract))
    if any(overlaps(_days_of(entry), _days_of(one)) for one in _same(contract, entry.kind, _named(entry), entry.line)):
        reasons.append(Reason("covered_twice", f"{_called(entry)} is covered there on such days", ("item",)))
    place = f"covered_{entry.kind}s"
    return Edit({place: (*getattr(contract, place), entry)}, tuple(reasons))


def _remove_covered(contract: ServiceContract, command: RemoveCovered, _: ContractFacts, __: date) -> Edit:
    last, lines = command.last_day, {line.id: line for line in contract.lines}
    there = _same(contract, command.kind, command.item, command.line)
    covered = [one for one in there if overlaps(_days_of(one), (last, last))]
    whose = f"{command.kind.replace('_', ' ')} {shown(command.item)}"
    if not covered:
        text = f"{whose} is not covered on {last}" if there else f"{whose} is not covered there"
        return Edit({}, (Reason("not_covered_then" if there else "not_covered", text, ("item", "last_day")),))
    cut = {id(one): attrs.evolve(one, date_removed=last) for one in covered}
    reasons = [reason for one in cut.values() for reason in _outside_above(contract, one, lines, _own_days(contract))]
    place = f"covered_{command.kind}s"
    return Edit({place: tuple(cut.get(id(one), one) for one in getattr(contract, place))}, tuple(reasons))


EDITS: Mapping[ContractAction, Callable[[ServiceContract, Any, ContractFacts, date], Edit]] = MappingProxyType(
    {
        "change_dates": _change_dates,
        "add_line": _add_line,
        "change_line": _change_line,
        "add_covered": _add_covered,
        "remove_covered": _remove_covered,
    }
)
"""What each action that changes what is on a contract does to it, on a day."""


# --- days ------------------------------------------------------------------------------------------------------------


def _misfits(
    contract: ServiceContract, lines: _Lines, days: _Days, covered: tuple[Covered, ...], facts: ContractFacts
) -> Iterator[Reason]:
    """Every part with a day outside what it is a part of, if the contract had these lines and days."""
    within = _narrowed(lines, days)
    for part in (*lines.values(), *covered, *_own_entitlements(contract, facts)):
        whole = within.get(_part(part)[1], within[None])
        if any(outside("", _days_of(part), "", whole)):
            yield from _outside_above(contract, part, lines, days)


def _narrowed(lines: _Lines, days: _Days) -> Mapping[ContractLineId | None, tuple[date, date]]:
    """The days that each line has together with all lines above it and the contract, which is None."""
    found: dict[ContractLineId | None, tuple[date, date]] = {None: (days[0] or date.min, days[1] or date.max)}
    for line in downwards(lines.values()):
        first, last = found[line.parent]
        found[line.id] = max(first, line.starts_on or first), min(last, line.ends_on or last)
    return found


def _outside_above(
    contract: ServiceContract, part: ContractLine | Covered | Entitlement, lines: _Lines, days: _Days
) -> Iterator[Reason]:
    """Where a part is outside the lines that it is on, upwards, and the contract."""
    what, above = _part(part)
    while above is not None and above in lines:
        line = lines[above]
        yield from outside(what, _days_of(part), f"line {shown(above)}", (line.starts_on, line.ends_on))
        above = line.parent
    yield from outside(what, _days_of(part), f"contract {contract.number}", days)


def _part(part: ContractLine | Covered | Entitlement) -> tuple[str, ContractLineId | None]:
    """What a part is called, and the line that it is on."""
    if isinstance(part, ContractLine):
        return f"line {shown(part.id)}", part.parent
    if isinstance(part, Entitlement):
        return f"entitlement {part.number}", part.contract_line
    return _called(part), part.line


def _days_of(part: ContractLine | Covered | Entitlement) -> _Days:
    if isinstance(part, ContractLine | Entitlement):
        return part.starts_on, part.ends_on
    return part.date_added, part.date_removed


def _own_days(contract: ServiceContract) -> _Days:
    return contract.starts_on, contract.ends_on


# --- lines -----------------------------------------------------------------------------------------------------------


def _unknown_line(name: ContractLineId | None, lines: _Lines, field: str) -> Iterator[Reason]:
    """Why nothing can be put on a line: there is none, or it has ended."""
    if name is not None and name not in lines:
        yield Reason("unknown_line", f"there is no line {shown(name)}", (field,))
    elif name is not None and lines[name].state in ENDED:
        yield Reason("line_ended", f"line {shown(name)} is {lines[name].state}", (field,))


def _is_circle(line: ContractLine, lines: _Lines) -> bool:
    above = line.parent
    while above is not None and above != line.id:
        above = lines[above].parent
    return above is not None


def _with_parts(name: ContractLineId, contract: ServiceContract) -> frozenset[ContractLineId]:
    """A line, and all lines that are parts of it."""
    return frozenset({name, *(line.id for line in downwards(contract.lines, name))})


def _own_entitlements(contract: ServiceContract, facts: ContractFacts) -> Iterator[Entitlement]:
    return (one for one in facts.entitlements if one.contract == contract.id)


# --- what is covered -------------------------------------------------------------------------------------------------


def _named(entry: Covered) -> str:
    return str(getattr(entry, entry.kind))


def _called(entry: Covered) -> str:
    return f"{entry.kind.replace('_', ' ')} {shown(_named(entry))}"


def _same(contract: ServiceContract, kind: CoveredKind, name: str, line: ContractLineId | None) -> list[Covered]:
    return [entry for entry in contract.coverage([(kind, name)]) if entry.line == line]


_KINDS: Mapping[CoveredKind, type[Asset | ProductModel | SoldProduct | InstallBaseItem]] = MappingProxyType(
    {
        "asset": Asset,
        "product": ProductModel,
        "sold_product": SoldProduct,
        "install_base_item": InstallBaseItem,
    }
)


def _not_theirs(contract: ServiceContract, entry: Covered, facts: ContractFacts, day: date) -> Iterator[Reason]:
    """What belongs to others is as unknown as what does not exist: a refusal tells nobody which of the two it is."""
    item = facts.item
    is_it = isinstance(item, _KINDS[entry.kind]) and item.id == _named(entry) and _is_theirs(contract, item, facts, day)
    if not is_it:
        yield Reason(f"unknown_{entry.kind}", f"the customer has no {_called(entry)}", ("item",))


def _is_theirs(
    contract: ServiceContract,
    item: Asset | ProductModel | SoldProduct | InstallBaseItem,
    facts: ContractFacts,
    day: date,
) -> bool:
    """Whether a thing is that of the contract's account or its family, its consumer or their household that day.

    Models are everybody's.
    """
    if isinstance(item, ProductModel):
        return True
    accounts = {contract.account, *(account.id for account in facts.family)} if contract.account else set()
    household = None if isinstance(item, Asset) else item.household
    return (
        item.account in accounts
        or (item.consumer is not None and item.consumer == contract.consumer)
        or any(one.id == household and contract.consumer in one.members_on(day) for one in facts.households)
    )
