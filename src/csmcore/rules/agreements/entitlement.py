"""Which entitlement applies to a case, and why not the others.

Of the entitlements that fit the case and are eligible, the heaviest match wins. The source is ServiceNow's 'weight and
precedence'; what it leaves open is settled here and named.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from csmcore.calendars import time_zone_database
from csmcore.model import (
    Candidate,
    CaseFacts,
    Dimension,
    Entitlement,
    EntitlementDecision,
    EntitlementQuestion,
    Reason,
    ServiceContract,
    Standing,
    SupportPolicy,
)
from csmcore.rules.agreements.entitlement_fit import DIMENSIONS, Asked, is_used_up, obstacles, resolve

__all__ = ["derive_entitlement"]

_NO_END = 1 << 22  # an ordinal after that of date.max

_Key: TypeAlias = tuple[int, int, int, bool, int, str, str]


class _Judged(NamedTuple):
    """An entitlement judged on its own, with the key that it is compared by: the smallest is the best."""

    entitlement: Entitlement
    matched: tuple[Dimension, ...]
    weights: tuple[int, ...]
    mismatches: tuple[Reason, ...]
    obstacles: tuple[Reason, ...]
    key: _Key


def derive_entitlement(
    question: EntitlementQuestion, facts: CaseFacts, policy: SupportPolicy, at: datetime
) -> EntitlementDecision:
    """Which of the facts' entitlements applies to the case at the instant, with every candidate ranked and its reasons.

    Laws: the order of the facts changes nothing; without a losing candidate the same one wins; every candidate is
    chosen or has reasons. Facts about what the case does not name (another account's ancestors, another asset) count
    for nothing. If the chosen one has a contract and the case's is blank, the case has that contract then; a blank
    that was set by hand stays. Raises NaiveDatetime, OutOfRange.
    """
    asked = resolve(question, facts, policy, at)
    judged = [_judge(entitlement, asked) for entitlement in facts.entitlements]
    chosen = _choose(question, judged)
    ranked = sorted(((_standing(one, chosen), one) for one in judged), key=_place)
    return EntitlementDecision(
        question=question,
        at=asked.at,
        chosen=chosen and chosen.entitlement,
        contract=_contract_then(asked, chosen),
        candidates=tuple(_candidate(standing, one, chosen, asked) for standing, one in ranked),
        strategy=policy.entitlements.strategy,
        policy=policy.ref,
        time_zone_database=time_zone_database(),
    )


def _judge(entitlement: Entitlement, asked: Asked) -> _Judged:
    matched: list[Dimension] = []
    weights: dict[int, None] = {}  # account and consumer weigh as one
    mismatches: list[Reason] = []
    for dimension, weight, against in DIMENSIONS:
        if getattr(entitlement, dimension) is not None:
            reason = against(entitlement, asked)
            if reason:
                mismatches.append(reason)
            else:
                matched.append(dimension)
                weights[weight] = None
    if not (matched or mismatches):
        mismatches.append(Reason("names_nothing", "it names no customer, product, asset or contract"))
    return _Judged(
        entitlement=entitlement,
        matched=tuple(matched),
        weights=tuple(weights),
        mismatches=tuple(mismatches),
        obstacles=tuple(obstacles(entitlement, asked)),
        key=_key(entitlement, tuple(weights), asked),
    )


def _key(entitlement: Entitlement, weights: tuple[int, ...], asked: Asked) -> _Key:
    """What candidates are compared by, in this order; `_TIES` names each."""
    account, ends_on = entitlement.account, entitlement.ends_on
    return (
        -_STRENGTHS[asked.policy.entitlements.strategy](weights),
        -max(weights, default=0),
        asked.distances.get(account, 0) if account else 0,
        is_used_up(entitlement),
        ends_on.toordinal() if ends_on else _NO_END,
        entitlement.number,
        entitlement.id,
    )


_TIES = (
    ("outweighed", "has the stronger match: {more} against {less}"),
    ("less_specific", "weighs the same, but matches something more specific: {more} against {less}"),
    ("farther_account", "weighs the same, but is the account's own or that of a nearer one above it"),
    ("no_units_left", "weighs the same, but has units left"),
    ("ends_later", "weighs the same, but ends earlier"),
    ("later_number", "weighs the same, but has the lower number"),
    ("later_id", "weighs the same, but has the lower id"),
)


def _by_precedence(weights: Sequence[int]) -> int:
    """A number that orders by the highest weight, then by the next: each is a bit."""
    return sum(1 << weight for weight in weights)


def _summed(weights: Sequence[int]) -> int:
    return sum(weights)


_STRENGTHS: Mapping[str, Callable[[Sequence[int]], int]] = MappingProxyType(
    {"additive": _summed, "precedence": _by_precedence}
)


def _choose(question: EntitlementQuestion, judged: Sequence[_Judged]) -> _Judged | None:
    if question.entitlement_is_manual:
        return next((one for one in judged if one.entitlement.id == question.entitlement), None)
    fit = (one for one in judged if not (one.mismatches or one.obstacles))
    return min(fit, key=_by_key, default=None)


def _by_key(one: _Judged) -> _Key:
    return one.key


def _contract_then(asked: Asked, chosen: _Judged | None) -> ServiceContract | None:
    """The contract that was set by hand, else that of the chosen entitlement, if the facts know it."""
    question = asked.question
    name = question.contract if question.contract_is_manual else chosen and chosen.entitlement.contract
    return asked.contracts.get(name) if name else None


def _standing(one: _Judged, chosen: _Judged | None) -> Standing:
    if one is chosen:
        return "chosen"
    if one.mismatches:
        return "incompatible"
    return "ineligible" if one.obstacles else "outranked"


_PLACES: Mapping[Standing, int] = MappingProxyType({"chosen": 0, "outranked": 1, "ineligible": 2, "incompatible": 3})


def _place(ranked: tuple[Standing, _Judged]) -> tuple[int, int, _Key]:
    standing, one = ranked
    return _PLACES[standing], len(one.obstacles) if standing == "ineligible" else 0, one.key


def _candidate(standing: Standing, one: _Judged, chosen: _Judged | None, asked: Asked) -> Candidate:
    reasons = (_outranked(one, chosen, asked),) if standing == "outranked" else one.mismatches + one.obstacles
    return Candidate(
        entitlement=one.entitlement, standing=standing, matched=one.matched, weights=one.weights, reasons=reasons
    )


def _outranked(one: _Judged, chosen: _Judged | None, asked: Asked) -> Reason:
    """Why another applies: it was set by hand, or the first place in which the keys differ speaks for it."""
    if chosen is None or asked.question.entitlement_is_manual:
        number = chosen.entitlement.number if chosen else asked.question.entitlement or "none"
        return Reason("set_by_hand", f"{number} was chosen by hand", ("entitlement",))
    place = next(index for index, own in enumerate(one.key) if own != chosen.key[index])
    code, why = _TIES[place]
    return Reason(code, f"{chosen.entitlement.number} {why.format(more=_figures(chosen), less=_figures(one))}")


def _figures(one: _Judged) -> str:
    return "+".join(map(str, one.weights))
