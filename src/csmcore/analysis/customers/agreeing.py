"""What was agreed with a customer: a contract from its draft to its renewal, and what it covers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs

from csmcore.analysis.customers.belongings import Belongings
from csmcore.analysis.customers.telling import Telling, texts
from csmcore.model import (
    CHANNELS,
    ActivateContract,
    AddCovered,
    ApproveContract,
    Asset,
    Channel,
    ContractCommand,
    ContractDecision,
    ContractFacts,
    ContractId,
    ContractRelationship,
    ContractRelationshipId,
    CoveredAsset,
    Renewal,
    RenewContract,
    ServiceContract,
    SubmitContract,
    UserId,
)
from csmcore.rules import (
    Cover,
    CoverageGap,
    coverage_gaps,
    decide_contract,
    next_contract_instant,
    relate_contract,
    tick_contract,
    what_covers,
    who_is_covered,
)

__all__ = ["comes_into_force", "follows_itself", "has_parties", "is_renewed", "look_at_cover", "look_at_gaps"]

_9_HOURS, _MONTH, _FAR = timedelta(hours=9), timedelta(days=30), timedelta(days=3_653)
_NOBODY = UserId("somebody-else")


def comes_into_force(telling: Telling, contract: ServiceContract, foreign: Asset | None) -> None:
    """A draft is submitted and approved, and is in force on the morning of its first day."""
    if foreign is not None:
        command = AddCovered(CoveredAsset(asset=foreign.id))
        _decide(telling, f"Let {contract.number} cover {foreign.id}, too.", contract, command, item=foreign)
    _decide(telling, f"Let {contract.number} be in force today.", contract, ActivateContract())
    contract = _decide(telling, "Submit it for approval.", contract, SubmitContract()) or contract
    if contract.approver is not None:
        _decide(telling, "Somebody approves it who is not its approver.", contract, ApproveContract(by=_NOBODY))
    by = contract.approver or _NOBODY
    contract = _decide(telling, f"{telling.called(by)} approves it.", contract, ApproveContract(by=by)) or contract
    _wait(telling, contract)


def _wait(telling: Telling, contract: ServiceContract) -> None:
    """Time goes by until something happens to the contract by itself."""
    due = next_contract_instant(contract, telling.plan.policy)
    later = _morning(telling, due)
    decision = tick_contract(contract, _facts(telling, contract), telling.plan.policy, later)
    if decision is not None:
        telling.at = later
        _keep(telling, decision)
        telling.tell("Time goes by, and nobody does anything.", *_became(decision), reasons=decision.reasons)


def _morning(telling: Telling, due: datetime | None, before: timedelta = timedelta(0)) -> datetime:
    """The morning after something is due, or so long before it; now, if that is past, or ten years off or more."""
    if due is None or due - telling.at > _FAR:
        return telling.at
    return max(telling.at, due - before + _9_HOURS)


def is_renewed(telling: Telling, contract: ServiceContract) -> None:
    """The contract is renewed, and cannot be renewed twice."""
    contract = telling.book.contracts[contract.id]
    telling.at = _morning(telling, next_contract_instant(contract, telling.plan.policy), _MONTH)
    for number in (f"{contract.number}-R", f"{contract.number}-S"):
        command = RenewContract(id=ContractId(number), number=number)
        _decide(telling, f"Renew {contract.number} as {number}.", contract, command)


def follows_itself(telling: Telling, contract: ServiceContract) -> None:
    """A contract that renews itself comes to its end."""
    _wait(telling, contract)


def _decide(
    telling: Telling, asked: str, contract: ServiceContract, command: ContractCommand, **known: Any
) -> ServiceContract | None:
    """The contract after a command."""
    facts = attrs.evolve(_facts(telling, contract), **known)
    answer = decide_contract(contract, command, facts, telling.plan.policy, telling.at)
    decision = telling.ask(asked, answer, _became)
    if decision is None:
        return None
    _keep(telling, decision)
    return decision.contract


def _keep(telling: Telling, decision: ContractDecision) -> None:
    telling.keep(decision.contract, *decision.entitlements)
    if decision.renewal is not None:
        telling.keep(decision.renewal.contract, *decision.renewal.entitlements)


def _facts(telling: Telling, contract: ServiceContract) -> ContractFacts:
    """What the book knows of a contract."""
    book = telling.book
    own = telling.agreed.facts({"account": contract.account, "consumer": contract.consumer})
    return ContractFacts(
        entitlements=tuple(one for one in book.entitlements.values() if one.contract == contract.id),
        root=book.contracts.get(contract.renewal_root) if contract.renewal_root else None,
        renewals=tuple(one for one in book.contracts.values() if one.renewed_from == contract.id),
        parent=book.contracts.get(contract.parent) if contract.parent else None,
        children=tuple(one for one in book.contracts.values() if one.parent == contract.id),
        account=own.account,
        family=own.ancestors,
        contact=book.contacts.get(contract.contact) if contract.contact else None,
        consumer=own.consumer,
        households=own.households,
    )


def _became(decision: ContractDecision) -> tuple[str, ...]:
    contract = decision.contract
    review = "" if contract.approval == "not_requested" else f", approval {contract.approval}"
    told = [f"{contract.number} is {contract.state}{review if contract.state == 'draft' else ''}"]
    told += [f"{one.number} is {one.state}" for one in decision.entitlements]
    renewal = () if decision.renewal is None else (_renewal(decision.renewal),)
    return ("; ".join(told), *renewal)


def _renewal(renewal: Renewal) -> str:
    one = renewal.contract
    own = ", ".join(entitlement.number for entitlement in renewal.entitlements)
    return f"{one.number} follows, {one.state}, from {one.starts_on} to {one.ends_on}" + (
        f", with {own}" if own else ""
    )


# --- parties and cover -----------------------------------------------------------------------------------------------


def has_parties(telling: Telling, contract: ServiceContract) -> None:
    """Who else has a part in the contract, each once."""
    book = telling.book
    parts = [one for one in book.contract_relationships.values() if one.contract == contract.id]
    for one in parts:
        who = one.account or one.contact or one.user
        telling.tell(f"Who has a part in {contract.number}?", f"{who}, as {one.role}")
        again = attrs.evolve(one, id=ContractRelationshipId(f"{one.id}-again"), role=f" {one.role.upper()}")
        asked = f"{who} is to be {again.role.strip()}, too."
        telling.ask(asked, relate_contract(again, contract, _party(telling, one), parts), lambda _: "so it is")


def _party(telling: Telling, one: ContractRelationship) -> Any:
    book = telling.book
    known = (
        book.accounts.get(one.account) if one.account else None,
        book.contacts.get(one.contact) if one.contact else None,
        book.users.get(one.user) if one.user else None,
    )
    return next((party for party in known if party is not None), None)


def look_at_cover(telling: Telling, contract: ServiceContract, have: Belongings) -> None:
    """What of theirs the contract covers, and what covers the first of their assets."""
    policy, at = telling.plan.policy, telling.at
    contract = telling.book.contracts[contract.id]
    covered = who_is_covered(contract, have.things_on(telling.day), policy, at)
    told = (f"{one.thing.id}: {'; '.join(map(_covers, one.covers))}" for one in covered)
    telling.tell(f"What of theirs does {contract.number} cover now?", *(tuple(told) or ("nothing",)))
    if have.assets:
        asset = have.assets[0]
        above = telling.agreed.facts({"account": asset.account}).ancestors
        covers = what_covers(asset, telling.book.contracts.values(), policy, at, above)
        mine = [cover for cover in covers if not any(one.code == "contract_of_another" for one in cover.reasons)]
        others = len(covers) - len(mine)
        telling.tell(
            f"What covers {asset.display_name}?",
            *(f"{cover.contract.number}: {_covers(cover)}" for cover in mine),
            *([f"and {others} contracts of others, which do not count"] if others else ()),
        )


def look_at_gaps(telling: Telling, have: Belongings, told: dict[str, str]) -> None:
    """What of theirs has no contract or no entitlement."""
    facts = telling.agreed.facts(told)
    gaps = coverage_gaps(have.things_on(telling.day), facts, telling.plan.policy, telling.at)
    telling.tell("What of theirs has no contract, or no entitlement?", *(_gaps(gaps) or ("nothing",)))


def _covers(cover: Cover) -> str:
    on = f" on line {cover.entry.line}" if cover.entry.line else ""
    until = f" until {cover.entry.date_removed}" if cover.entry.date_removed else ""
    return f"by its {cover.entry.kind.replace('_', ' ')}{on}{until}" + (
        "" if cover.is_in_force else f", but {texts(cover.reasons)}"
    )


def _gaps(gaps: Iterable[CoverageGap]) -> tuple[str, ...]:
    return tuple(
        f"{gap.thing.id}: {'covered' if gap.is_covered else 'without contract'}"
        + (f", entitled to nothing{_by(gap.unserved)}" if gap.unserved else "")
        for gap in gaps
    )


def _by(channels: tuple[Channel, ...]) -> str:
    return "" if channels == CHANNELS else f" by {', '.join(channels)}"
