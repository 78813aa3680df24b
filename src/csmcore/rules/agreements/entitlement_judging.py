"""An entitlement judged on its own, and what tells two of them apart: one key, compared place by place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from csmcore.model import Candidate, Dimension, Entitlement, EntitlementPolicy, Reason, Standing, made
from csmcore.rules.agreements.entitlement_fit import DIMENSIONS, Asked, Check, is_used_up, obstacles

__all__ = [
    "TIES",
    "Judged",
    "Key",
    "applies",
    "candidate",
    "ends",
    "judge",
    "place",
    "strength",
]

_NO_END = 1 << 22  # an ordinal after that of date.max
_NO_ORDER = 1 << 60

Key: TypeAlias = tuple[bool, int, int, int, int, bool, int, str, str]

TIES = (
    ("default_last", "comes first: a default applies only where nothing else does"),
    ("later_order", "has the lower order: {more_order} against {less_order}"),
    ("outweighed", "has the stronger match: {more} against {less}"),
    ("less_specific", "weighs the same, but matches something more specific: {more} against {less}"),
    ("farther_account", "weighs the same, but is the account's own or that of a nearer one above it"),
    ("no_units_left", "weighs the same, but has units left"),
    ("ends_later", "weighs the same, but ends earlier"),
    ("later_number", "weighs the same, but has the lower number"),
    ("later_id", "weighs the same, but has the lower id"),
)
"""What each place of a key stands for: the code and the words for the entitlement that loses by it."""


class Judged(NamedTuple):
    """An entitlement judged on its own, with the key that it is compared by: the smallest is the best."""

    entitlement: Entitlement
    matched: tuple[Dimension, ...]
    weights: tuple[int, ...]
    mismatches: tuple[Reason, ...]
    obstacles: tuple[Reason, ...]
    key: Key

    @property
    def applies(self) -> bool:
        """Whether it fits the case, and nothing stands in its way."""
        return not (self.mismatches or self.obstacles)


def judge(entitlement: Entitlement, asked: Asked) -> Judged:
    """What the entitlement has in common with the case, and all that speaks against it."""
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
    if not (matched or mismatches or entitlement.is_default):
        mismatches.append(Reason("names_nothing", "it names no customer, product, asset or contract"))
    return Judged(
        entitlement,
        tuple(matched),
        tuple(weights),
        tuple(mismatches),
        tuple(obstacles(entitlement, asked)),
        _key(entitlement, tuple(weights), asked),
    )


def applies(entitlement: Entitlement, checks: Iterable[Check], asked: Asked) -> bool:
    """Whether nothing speaks against it; ``checks`` are those of all that it names."""
    for check in checks:
        if check(entitlement, asked) is not None:
            return False
    return next(obstacles(entitlement, asked), None) is None


def place(entitlement: Entitlement, rules: EntitlementPolicy) -> tuple[bool, int]:
    """What comes before any match: whether it is a default, and the order where the policy goes by that."""
    if rules.strategy != "explicit_order":
        return entitlement.is_default, 0
    return entitlement.is_default, _NO_ORDER if entitlement.order is None else entitlement.order


def strength(weights: Sequence[int], rules: EntitlementPolicy) -> tuple[int, int]:
    """How strong a match of those weights is, the smallest the strongest; then how specific."""
    return -_STRENGTHS.get(rules.strategy, _summed)(weights), -max(weights, default=0)


def ends(entitlement: Entitlement) -> int:
    """The ordinal of its last day."""
    return entitlement.ends_on.toordinal() if entitlement.ends_on else _NO_END


def _key(entitlement: Entitlement, weights: tuple[int, ...], asked: Asked) -> Key:
    """What candidates are compared by, in this order; `TIES` names each."""
    account, rules = entitlement.account, asked.policy.entitlements
    return (
        *place(entitlement, rules),
        *strength(weights, rules),
        asked.distances.get(account, 0) if account else 0,
        is_used_up(entitlement),
        ends(entitlement),
        entitlement.number,
        entitlement.id,
    )


def _by_precedence(weights: Sequence[int]) -> int:
    """A number that orders by the highest weight, then by the next: each is a bit."""
    return sum(1 << weight for weight in weights)


def _summed(weights: Sequence[int]) -> int:
    return sum(weights)


_STRENGTHS: Mapping[str, Callable[[Sequence[int]], int]] = MappingProxyType({"precedence": _by_precedence})
"""How matches are weighed where they are not summed up."""


def candidate(standing: Standing, one: Judged, *reasons: Reason) -> Candidate:
    """What was judged, as the answer has it: with these reasons, or else with those against it."""
    fields = {"entitlement": one.entitlement, "standing": standing, "matched": one.matched, "weights": one.weights}
    return made(Candidate, {**fields, "reasons": reasons or one.mismatches + one.obstacles})
