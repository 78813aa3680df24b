"""Which entitlement applies to a case: the question, and the answer with every candidate's part in it."""

from datetime import datetime
from typing import Literal, Self, TypeAlias

import attrs

from csmcore.model.case import CHANNELS, Case, Channel
from csmcore.model.contract import ServiceContract
from csmcore.model.entitlement import Entitlement
from csmcore.model.fields import in_utc, one_of
from csmcore.model.ids import (
    AccountId,
    AssetId,
    ConsumerId,
    ContractId,
    EntitlementId,
    InstallBaseItemId,
    ProductModelId,
    SoldProductId,
)
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.reasons import Reason
from csmcore.model.rendering import HtmlCell, escaped, html_table, printable

__all__ = ["DERIVED_FROM", "Candidate", "Dimension", "EntitlementDecision", "EntitlementQuestion", "Standing"]

Dimension: TypeAlias = Literal[
    "contract", "asset", "sold_product", "install_base_item", "product", "account", "consumer", "household"
]
Standing: TypeAlias = Literal["chosen", "outranked", "ineligible", "incompatible"]

DERIVED_FROM: frozenset[str] = frozenset(
    {"account", "consumer", "product", "asset", "sold_product", "install_base_item", "channel", "contract"}
)
"""The fields of a case whose change asks the question again."""

_TITLES = ("rank", "standing", "weight", "entitlement", "matches", "why not")


@attrs.frozen(kw_only=True)
class EntitlementQuestion:
    """What a case says that decides its entitlement, in the case's own fields: a case not yet opened can ask too.

    A contract or entitlement that is not manual was derived before and is derived anew. What was set by hand stays, a
    blank too.
    """

    account: AccountId | None = None
    consumer: ConsumerId | None = None
    product: ProductModelId | None = None
    asset: AssetId | None = None
    sold_product: SoldProductId | None = None
    install_base_item: InstallBaseItemId | None = None
    channel: Channel = attrs.field(default="web", validator=one_of(CHANNELS))
    contract: ContractId | None = None
    contract_is_manual: bool = False
    entitlement: EntitlementId | None = None
    entitlement_is_manual: bool = False

    @classmethod
    def asked_by(cls, case: Case) -> Self:
        """The question that an open case asks."""
        return cls(
            account=case.account,
            consumer=case.consumer,
            product=case.product,
            asset=case.asset,
            sold_product=case.sold_product,
            install_base_item=case.install_base_item,
            channel=case.channel,
            contract=case.contract,
            contract_is_manual=case.contract_is_manual,
            entitlement=case.entitlement,
            entitlement_is_manual=case.entitlement_is_manual,
        )


@attrs.frozen(kw_only=True, slots=False)
class Candidate:
    """One entitlement's part in an answer: chosen, or the reasons why not.

    Not chosen, it is ``incompatible`` (it is for other cases), ``ineligible`` (it is for this one, but something
    stands in its way) or ``outranked``. ``matched`` is what it has in common with the case, ``weights`` what that
    counts, both heaviest first. Chosen by hand it keeps the reasons that speak against it.
    """

    entitlement: Entitlement
    standing: Standing
    matched: tuple[Dimension, ...]
    weights: tuple[int, ...]
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The sum of its weights."""
        return sum(self.weights)


@attrs.frozen(kw_only=True, slots=False)
class EntitlementDecision:
    """The answer: which entitlement applies at an instant, or none, and why.

    ``candidates`` are ranked: the chosen, the outranked, the ineligible (fewest obstacles first), the incompatible. An
    index that was not asked to explain lists the chosen alone of those that it ``considered``.
    ``contract`` is the one that the case then has, where the facts know it. Printed it is text; a notebook shows a
    table.
    """

    question: EntitlementQuestion
    at: datetime
    chosen: Entitlement | None
    contract: ServiceContract | None
    candidates: tuple[Candidate, ...]
    considered: int
    strategy: str
    policy: PolicyRef
    time_zone_database: str

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")

    @property
    def case_fields(self) -> dict[str, EntitlementId | ContractId | None]:
        """What the case's ``entitlement`` and ``contract`` are then. Set by hand they stay, known or not."""
        question = self.question
        chosen = self.chosen.id if self.chosen else None
        contract = self.contract.id if self.contract else None
        return {
            "entitlement": question.entitlement if question.entitlement_is_manual else chosen,
            "contract": question.contract if question.contract_is_manual else contract,
        }

    @property
    def would_have_helped(self) -> tuple[Candidate, ...]:
        """Not entitled: the candidates that would apply if nothing stood in their way, fewest obstacles first."""
        if self.chosen or self.question.entitlement_is_manual:
            return ()
        return tuple(candidate for candidate in self.candidates if candidate.standing == "ineligible")

    @property
    def reason(self) -> Reason:
        """The answer in one sentence; its code is ``entitled`` or ``not_entitled``, with ``_by_hand`` where set so."""
        by_hand = self.question.entitlement_is_manual
        found = self.case_fields["entitlement"]
        code = ("not_entitled" if found is None else "entitled") + ("_by_hand" if by_hand else "")
        if found is not None:
            under = f" under contract {self.contract.number}" if self.contract else ""
            text = (_name(self.chosen) if self.chosen else found) + " applies" + under
        else:
            text = "not entitled" if by_hand else f"not entitled: {_nobody(self.considered)}"
        return Reason(code, text + (", set by hand" if by_hand else ""), ("entitlement", "contract"))

    def __str__(self) -> str:
        """The answer, the question, and each candidate with its reasons."""
        lines = [self.reason.text, f"  {self._asked()}", f"  {self._computed()}", *self._help()]
        for rank, candidate in enumerate(self.candidates, 1):
            matches = f", matches {', '.join(candidate.matched)}" if candidate.matched else ""
            name, weight = _name(candidate.entitlement), _weight(candidate)
            lines.append(f"{rank:3}. {candidate.standing:<13}{weight:>7}  {name}{matches}")
            lines += [f"{'':27}- {reason.text}" for reason in candidate.reasons]
        return "\n".join(map(printable, lines))

    def _repr_html_(self) -> str:
        above = "<br>".join(map(escaped, (self._asked(), self._computed(), *self._help())))
        rows = (_cells(rank, candidate) for rank, candidate in enumerate(self.candidates, 1))
        return f"<p><b>{escaped(self.reason.text)}</b><br>{above}</p>{html_table(_TITLES, rows)}"

    def _asked(self) -> str:
        names = ("account", "consumer", "product", "asset", "sold_product", "install_base_item")
        given = {name.replace("_", " "): getattr(self.question, name) for name in names}
        named = [f"{name} {value}" for name, value in given.items() if value]
        if self.question.contract_is_manual:
            named.append(f"contract {self.question.contract or 'none'} (by hand)")
        return f"for {', '.join(named) or 'nobody'}, by {self.question.channel}, at {self.at:%Y-%m-%d %H:%M:%S}Z"

    def _computed(self) -> str:
        policy = self.policy
        named = f"policy {policy.name} {policy.version}, {policy.digest[:12]}"
        return f"by {self.strategy}; {named}; tz {self.time_zone_database}"

    def _help(self) -> list[str]:
        return [
            f"  {_name(first.entitlement)} would apply, but {'; '.join(reason.text for reason in first.reasons)}"
            for first in self.would_have_helped[:1]
        ]


def _nobody(count: int) -> str:
    match count:
        case 0:
            return "there is no entitlement to choose from"
        case 1:
            return "the one entitlement does not apply"
        case _:
            return f"none of {count:,} entitlements applies"


def _name(entitlement: Entitlement) -> str:
    return f"{entitlement.number} ({entitlement.name})" if entitlement.name else entitlement.number


def _weight(candidate: Candidate) -> str:
    return "+".join(map(str, candidate.weights)) or "0"


def _cells(rank: int, candidate: Candidate) -> tuple[HtmlCell, ...]:
    name, matches = _name(candidate.entitlement), ", ".join(candidate.matched)
    reasons = tuple(reason.text for reason in candidate.reasons)
    return str(rank), candidate.standing, _weight(candidate), name, matches, reasons
