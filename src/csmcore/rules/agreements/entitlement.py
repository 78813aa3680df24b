"""Which entitlement applies to a case, and why not the others.

Of the entitlements that fit the case and are eligible, the heaviest match wins. The source is ServiceNow's 'weight and
precedence'; what it leaves open is settled here and named. A host may bring a way of its own to choose.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from csmcore.calendars import time_zone_database
from csmcore.errors import InvalidValue, shown
from csmcore.model import (
    Candidate,
    CaseFacts,
    EntitlementDecision,
    EntitlementId,
    EntitlementQuestion,
    Reason,
    ServiceContract,
    Standing,
    SupportPolicy,
)
from csmcore.rules.agreements.entitlement_fit import Asked, resolve
from csmcore.rules.agreements.entitlement_judging import TIES, Judged, Key, candidate, judge

__all__ = ["NO_STRATEGIES", "EntitlementStrategy", "choose", "contract_then", "derive_entitlement", "strategy_of"]

EntitlementStrategy: TypeAlias = Callable[[EntitlementQuestion, Sequence[Candidate]], EntitlementId | None]
"""A host's own way to choose: of the candidates that apply, best first as additive has them, the id of one, or None."""

NO_STRATEGIES: Mapping[str, EntitlementStrategy] = MappingProxyType({})


def derive_entitlement(
    question: EntitlementQuestion,
    facts: CaseFacts,
    policy: SupportPolicy,
    at: datetime,
    strategies: Mapping[str, EntitlementStrategy] = NO_STRATEGIES,
) -> EntitlementDecision:
    """Which of the facts' entitlements applies to the case at the instant, with every candidate ranked and its reasons.

    Laws: the order of the facts changes nothing; without a losing candidate the same one wins; every candidate is
    chosen or has reasons. Facts about what the case does not name (another account's ancestors, another asset) count
    for nothing. If the chosen one has a contract and the case's is blank, the case has that contract then; a blank
    that was set by hand stays. ``strategies`` are the host's, by the names that policies have for them; the law of
    losers is theirs to keep. Raises NaiveDatetime, OutOfRange; InvalidValue where the host has no such strategy, or it
    chooses what does not apply.
    """
    contracts = {contract.id: contract for contract in facts.contracts}
    asked = resolve(question, facts, policy, at, contracts)
    judged = [judge(entitlement, asked) for entitlement in facts.entitlements]
    chosen = _by_hand(question, judged) if question.entitlement_is_manual else choose(judged, asked, strategies)
    ranked = sorted(((_standing(one, chosen), one) for one in judged), key=_place)
    return EntitlementDecision(
        question=question,
        at=asked.at,
        chosen=chosen and chosen.entitlement,
        contract=contract_then(asked, chosen),
        candidates=tuple(_candidate(standing, one, chosen, asked) for standing, one in ranked),
        considered=len(judged),
        strategy=policy.entitlements.strategy,
        policy=policy.ref,
        time_zone_database=time_zone_database(),
    )


def strategy_of(policy: SupportPolicy, strategies: Mapping[str, EntitlementStrategy]) -> EntitlementStrategy | None:
    """The host's strategy that the policy goes by; None where it is a built-in one. Raises InvalidValue."""
    name = policy.entitlements.strategy
    if not name.startswith("host:"):
        return None
    found = strategies.get(name) or strategies.get(name.removeprefix("host:"))
    if found is None:
        hint = "give it to compile_policy(policy, strategies={...})"
        raise InvalidValue("strategies", f"the host has no strategy {shown(name)}", hint)
    return found


def choose(judged: Sequence[Judged], asked: Asked, strategies: Mapping[str, EntitlementStrategy]) -> Judged | None:
    """The best of those that apply, or the one that the host's strategy takes."""
    applicable = [one for one in judged if one.applies]
    own = strategy_of(asked.policy, strategies)
    if own is None:
        return min(applicable, key=_by_key, default=None)
    applicable.sort(key=_by_key)
    name = own(asked.question, tuple(candidate("outranked", one) for one in applicable))
    found = next((one for one in applicable if one.entitlement.id == name), None)
    if name is not None and found is None:
        problem = f"{asked.policy.entitlements.strategy} chose {shown(name)}, which does not apply"
        raise InvalidValue("strategies", problem, "return the id of one of the candidates, or None")
    return found


def _by_hand(question: EntitlementQuestion, judged: Sequence[Judged]) -> Judged | None:
    return next((one for one in judged if one.entitlement.id == question.entitlement), None)


def _by_key(one: Judged) -> Key:
    return one.key


def contract_then(asked: Asked, chosen: Judged | None) -> ServiceContract | None:
    """The contract that was set by hand, else that of the chosen entitlement, if the facts know it."""
    question = asked.question
    name = question.contract if question.contract_is_manual else chosen and chosen.entitlement.contract
    return asked.contracts.get(name) if name else None


def _standing(one: Judged, chosen: Judged | None) -> Standing:
    if one is chosen:
        return "chosen"
    if one.mismatches:
        return "incompatible"
    return "ineligible" if one.obstacles else "outranked"


_PLACES: Mapping[Standing, int] = MappingProxyType({"chosen": 0, "outranked": 1, "ineligible": 2, "incompatible": 3})


def _place(ranked: tuple[Standing, Judged]) -> tuple[int, int, Key]:
    standing, one = ranked
    return _PLACES[standing], len(one.obstacles) if standing == "ineligible" else 0, one.key


def _candidate(standing: Standing, one: Judged, chosen: Judged | None, asked: Asked) -> Candidate:
    return candidate(standing, one, *([_outranked(one, chosen, asked)] if standing == "outranked" else ()))


def _outranked(one: Judged, chosen: Judged | None, asked: Asked) -> Reason:
    """Why another applies: somebody chose it, or the first place in which the keys differ speaks for it."""
    number, strategy = chosen.entitlement.number if chosen else None, asked.policy.entitlements.strategy
    if asked.question.entitlement_is_manual:
        return Reason("set_by_hand", f"{number or asked.question.entitlement or 'none'} was chosen by hand", _FIELD)
    if chosen is None or strategy.startswith("host:"):
        return Reason("chosen_by_host", f"{strategy} chose {number or 'none'}", _FIELD)
    place = next(index for index, own in enumerate(one.key) if own != chosen.key[index])
    code, why = TIES[place]
    orders = {"more_order": _order(chosen), "less_order": _order(one)}
    return Reason(code, f"{number} {why.format(more=_figures(chosen), less=_figures(one), **orders)}")


_FIELD = ("entitlement",)


def _figures(one: Judged) -> str:
    return "+".join(map(str, one.weights)) or "0"


def _order(one: Judged) -> str:
    return "none" if one.entitlement.order is None else str(one.entitlement.order)
