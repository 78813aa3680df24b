"""Derivation as a person does it with the rules at hand: each candidate against each other, days by looking at clocks.

It reads the nouns by their fields and shares no code with csmcore.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["Answer", "Verdict", "answer"]

WEIGHT = {
    "contract": 4,
    **dict.fromkeys(("asset", "sold_product", "install_base_item"), 3),
    "product": 2,
    **dict.fromkeys(("account", "consumer", "household"), 1),
}


class Case(NamedTuple):
    """What is asked, and what may be looked at."""

    question: Any
    facts: Any
    policy: Any
    at: datetime


class Verdict(NamedTuple):
    """What became of one candidate."""

    id: str
    standing: str
    matched: frozenset[str]
    codes: frozenset[str]


class Answer(NamedTuple):
    """The chosen entitlement, the contract that the case then has, the verdicts by rank, and what would have helped."""

    entitlement: str | None
    contract: str | None
    verdicts: tuple[Verdict, ...]
    would_have_helped: tuple[str, ...]


class _Sheet(NamedTuple):
    """One candidate's sheet of notes."""

    it: Any
    matched: frozenset[str]
    mismatches: frozenset[str]
    obstacles: frozenset[str]
    steps_up: int


def answer(question: Any, facts: Any, policy: Any, at: datetime) -> Answer:
    """The answer for a case, by the rules as written."""
    case = Case(question, facts, policy, at)
    sheets = [_sheet(it, case) for it in facts.entitlements]
    applicable = [sheet for sheet in sheets if not sheet.mismatches and not sheet.obstacles]
    best = next((one for one in applicable if all(one is two or _beats(one, two, policy) for two in applicable)), None)
    if question.entitlement_is_manual:
        best = next((sheet for sheet in sheets if sheet.it.id == question.entitlement), None)
    rest = [sheet for sheet in sheets if sheet is not best]
    helpers = []
    for count in range(1, 10):
        helpers += _ranked([one for one in rest if len(one.obstacles) == count and not one.mismatches], policy)
    verdicts = [Verdict(best.it.id, "chosen", best.matched, best.mismatches | best.obstacles)] if best else []
    outranked = _ranked([one for one in rest if one in applicable], policy)
    incompatible = _ranked([one for one in rest if one.mismatches], policy)
    verdicts += [Verdict(one.it.id, "outranked", one.matched, frozenset({_why(one, best, case)})) for one in outranked]
    verdicts += [Verdict(one.it.id, "ineligible", one.matched, one.obstacles) for one in helpers]
    verdicts += [
        Verdict(one.it.id, "incompatible", one.matched, one.mismatches | one.obstacles) for one in incompatible
    ]
    helped = () if best or question.entitlement_is_manual else tuple(one.it.id for one in helpers)
    return Answer(*_fields(best, case), tuple(verdicts), helped)


def _fields(best: _Sheet | None, case: Case) -> tuple[str | None, str | None]:
    """The entitlement and the contract that the case then has."""
    question = case.question
    entitlement = best.it.id if best else None
    contract = best.it.contract if best else None
    if contract not in [known.id for known in case.facts.contracts]:
        contract = None
    if question.entitlement_is_manual:
        entitlement = question.entitlement
    if question.contract_is_manual:
        contract = question.contract
    return entitlement, contract


def _sheet(it: Any, case: Case) -> _Sheet:
    contract = next((known for known in case.facts.contracts if known.id == it.contract), None)
    named = [dimension for dimension in WEIGHT if getattr(it, dimension)]
    against = {dimension: _mismatch(dimension, it, contract, case) for dimension in named}
    mismatches = {code for code in against.values() if code}
    if not named and not it.is_default:
        mismatches.add("names_nothing")
    matched = frozenset(dimension for dimension, code in against.items() if not code)
    line = _line(case)
    steps_up = line.index(it.account) if it.account in line else 0
    return _Sheet(it, matched, frozenset(mismatches), frozenset(_obstacles(it, contract, case)), steps_up)


def _line(case: Case) -> list[str]:
    """The case's account and those above it."""
    own, known = case.question.account, case.facts.account
    if own and known and known.id == own:
        return [own, *(account.id for account in case.facts.ancestors)]
    return [own] if own else []


def _products(case: Case) -> set[str]:
    found = {case.question.product}
    if case.facts.asset and case.facts.asset.id == case.question.asset:
        found.add(case.facts.asset.product_model)
    return found - {None}


def _mismatch(dimension: str, it: Any, contract: Any, case: Case) -> str | None:
    fits = {
        "account": _fits_account,
        "product": _fits_product,
        "contract": _fits_contract,
        "household": _fits_household,
    }.get(dimension)
    if fits:
        return fits(it, contract, case)
    return None if getattr(it, dimension) == getattr(case.question, dimension) else f"{dimension}_differs"


def _fits_account(it: Any, _: Any, case: Case) -> str | None:
    line = _line(case)
    if it.account not in line:
        return "account_differs"
    return None if it.account == line[0] or _passed_down(it, case) else "not_inherited"


def _fits_product(it: Any, _: Any, case: Case) -> str | None:
    return None if it.product in _products(case) else "product_differs"


def _fits_household(it: Any, contract: Any, case: Case) -> str | None:
    zone = it.timezone or (contract.timezone if contract else None) or case.policy.timezone
    for household in case.facts.households:
        for stay in household.members:
            lives_there = household.id == it.household and stay.consumer == case.question.consumer
            if lives_there and _day_test(stay.starts_on, stay.ends_on, zone, case.at) == "within":
                return None
    return "not_of_household"


def _fits_contract(it: Any, contract: Any, case: Case) -> str | None:
    if not contract:
        return "contract_unknown"
    if it.contract_line and it.contract_line not in [line.id for line in contract.lines]:
        return "contract_line_unknown"
    set_by_hand = case.question.contract if case.question.contract_is_manual else None
    if set_by_hand and set_by_hand != it.contract:
        return "contract_differs"
    if set_by_hand and not case.policy.entitlements.require_covered_asset:
        return None
    zone = contract.timezone or case.policy.timezone
    question = case.question
    entries = [entry for entry in contract.covered_assets if entry.asset == question.asset]
    entries += [entry for entry in contract.covered_products if entry.product in _products(case)]
    entries += [entry for entry in contract.covered_sold_products if entry.sold_product == question.sold_product]
    entries += [
        entry for entry in contract.covered_install_base_items if entry.install_base_item == question.install_base_item
    ]
    for entry in entries:
        path = _path(entry.line, contract)
        is_right = it.contract_line is None or it.contract_line in [line.id for line in path]
        days = [(entry.date_added, entry.date_removed), *((line.starts_on, line.ends_on) for line in path)]
        are_now = all(_day_test(first, last, zone, case.at) == "within" for first, last in days)
        if is_right and are_now and {line.state for line in path} <= {"active"}:
            return None
    return "not_covered"


def _path(line: str | None, contract: Any) -> list[Any]:
    """A line and those that it is part of."""
    found = [each for each in contract.lines if each.id == line]
    return found + (_path(found[0].parent, contract) if found else [])


def _passed_down(it: Any, case: Case) -> bool:
    policy: bool = case.policy.entitlements.inherit_from_parent_accounts
    return policy if it.inherits is None else bool(it.inherits)


def _obstacles(it: Any, contract: Any, case: Case) -> Iterator[str]:
    if not it.active:
        yield "not_active"
    if it.state in {"draft", "suspended", "expired", "cancelled"}:
        yield "not_in_force"
    zones = [it.timezone, contract.timezone if contract else None, case.policy.timezone]
    when = _day_test(it.starts_on, it.ends_on, next(zone for zone in zones if zone), case.at)
    if when != "within":
        yield "not_started" if when == "before" else "ended"
    if len(it.channels) > 0 and case.question.channel not in it.channels:
        yield "channel_not_offered"
    if it.restrict_when_exhausted and not _has_units(it):
        yield "used_up"
    if contract:
        yield from _contract_obstacles(it, contract, case)


def _contract_obstacles(it: Any, contract: Any, case: Case) -> Iterator[str]:
    if contract.state in {"draft", "suspended", "expired", "cancelled"}:
        yield "contract_not_active"
    when = _day_test(contract.starts_on, contract.ends_on, contract.timezone or case.policy.timezone, case.at)
    if when != "within":
        yield "contract_not_started" if when == "before" else "contract_ended"
    line = _line(case)
    customers = line if _passed_down(it, case) else line[:1]
    is_of_consumer = contract.consumer and contract.consumer == case.question.consumer
    if contract.account not in customers and not is_of_consumer:
        yield "contract_of_another"
    zone = contract.timezone or case.policy.timezone
    for part in _path(it.contract_line, contract):
        if part.state != "active" or _day_test(part.starts_on, part.ends_on, zone, case.at) != "within":
            yield "contract_line_not_active"


def _has_units(it: Any) -> bool:
    if not it.per_unit or it.total_units is None:
        return True
    return bool(it.used < it.total_units * 60 * 60 if it.unit == "hours" else it.used < it.total_units)


def _day_test(first: date | None, last: date | None, zone: str, at: datetime) -> str:
    if first and at < _midnight(first, zone):
        return "before"
    if last and at >= _midnight(last + timedelta(days=1), zone):
        return "after"
    return "within"


@cache
def _midnight(day: date, zone: str) -> datetime:
    """The first minute at which clocks in the zone show the day, or a later one: found by looking at each minute."""
    minute = datetime.combine(day, time(), UTC) - timedelta(hours=30)
    while minute.astimezone(ZoneInfo(zone)).date() < day:
        minute += timedelta(minutes=1)
    return minute


# --- one against another ---------------------------------------------------------------------------------------------


def _classes(sheet: _Sheet) -> list[int]:
    """The weights that it matched, each once, heaviest first."""
    return sorted({WEIGHT[dimension] for dimension in sheet.matched}, reverse=True)


def _verdict(one: _Sheet, two: _Sheet, policy: Any) -> tuple[str, bool]:
    """Which rule separates the two, and whether the first is the better."""
    mine, yours = _classes(one), _classes(two)
    strategy = policy.entitlements.strategy
    never, own, other = date.max, one.it, two.it
    orders = [float("inf") if each.order is None else each.order for each in (own, other)]
    rounds = [
        ("default_last", own.is_default, other.is_default),
        ("later_order", *(orders if strategy == "explicit_order" else (0, 0))),
        ("outweighed", *((yours, mine) if strategy == "precedence" else (sum(yours), sum(mine)))),
        ("less_specific", yours[:1], mine[:1]),
        ("farther_account", one.steps_up, two.steps_up),
        ("no_units_left", not _has_units(own), not _has_units(other)),
        ("ends_later", own.ends_on or never, other.ends_on or never),
        ("later_number", [*map(ord, own.number)], [*map(ord, other.number)]),
        ("later_id", own.id, other.id),
    ]
    rule, first, second = next(one_round for one_round in rounds if one_round[1] != one_round[2])
    return rule, first < second


def _beats(one: _Sheet, two: _Sheet, policy: Any) -> bool:
    return _verdict(one, two, policy)[1]


def _why(one: _Sheet, best: _Sheet | None, case: Case) -> str:
    if best is None or case.question.entitlement_is_manual:
        return "set_by_hand"
    return _verdict(best, one, case.policy)[0]


def _ranked(sheets: list[_Sheet], policy: Any) -> list[_Sheet]:
    """The sheets by how many of the others each is beaten by."""
    beaten = {id(one): sum(_beats(two, one, policy) for two in sheets if two is not one) for one in sheets}
    return sorted(sheets, key=lambda one: beaten[id(one)])
