"""The life of a service contract: what may be done to it, what follows, and what becomes due by itself.

Days are the contract's own: [00:00 of the first, 00:00 after the last) in its zone, else the policy's. A command finds
a contract as it is by then: what has become due happens first. Lines and entitlements go along (`follows`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs

from csmcore.calendars import as_utc
from csmcore.model import (
    ApproveContract,
    CancelContract,
    ContractAction,
    ContractApproval,
    ContractCommand,
    ContractDecision,
    ContractFacts,
    ContractLineId,
    ContractState,
    ContractStep,
    Entitlement,
    Reason,
    Refusal,
    RejectContract,
    Renewal,
    RenewContract,
    ServiceContract,
    SubmitContract,
    SupportPolicy,
    SuspendContract,
)
from csmcore.rules.agreements.contract_checks import OF_COMMAND, Asked, unmet
from csmcore.rules.agreements.contract_coverage import EDITS
from csmcore.rules.agreements.contract_days import beginning, ending, today
from csmcore.rules.agreements.contract_table import CONTRACT_TABLE, ENDED, ContractNeed, follows
from csmcore.rules.agreements.renewals import next_in_chain, renewed

__all__ = ["contract_due", "decide_contract", "next_contract_instant", "tick_contract"]

_NOTHING_KNOWN = ContractFacts()

_BY_ITSELF: Mapping[ContractAction, Reason] = MappingProxyType(
    {
        "activate": Reason("first_day_came", "its first day came", ("state",)),
        "resume": Reason("suspension_ended", "its suspension ended", ("state",)),
        "expire": Reason("last_day_over", "its last day is over", ("state",)),
    }
)
_WITHDRAWN = Reason("approval_withdrawn", "it is no longer what was reviewed: submit it again", ("approval",))
_RENEWED = Reason("renewed_by_itself", "it renews itself: the next one begins on the day after", ("renewed_from",))


class _Life(NamedTuple):
    """A contract on its way through what happens, with its entitlements and the facts about it."""

    contract: ServiceContract
    entitlements: tuple[Entitlement, ...]
    facts: ContractFacts
    policy: SupportPolicy
    renewal: Renewal | None = None
    steps: tuple[ContractStep, ...] = ()
    reasons: tuple[Reason, ...] = ()


def decide_contract(
    contract: ServiceContract, command: ContractCommand, facts: ContractFacts, policy: SupportPolicy, now: datetime
) -> ContractDecision | Refusal:
    """What a command does to a contract, its lines and its entitlements, or every reason why not.

    What is due by itself happens first, but for the command's own action; a refusal changes nothing, not even that.
    An approved or submitted draft that has an approver is not reviewed any more once it is changed. Raises
    NaiveDatetime, OutOfRange.
    """
    now = as_utc(now)
    life = _caught_up(_begin(contract, facts, policy), now, but=command.action)
    reasons = tuple(_refusals(Asked(life.contract, command, _seen(life), policy, now)))
    if reasons:
        return Refusal(reasons)
    done = _done(life, command, now)
    return done if isinstance(done, Refusal) else _decision(done, facts)


def tick_contract(
    contract: ServiceContract, facts: ContractFacts, policy: SupportPolicy, now: datetime
) -> ContractDecision | None:
    """What has become of a contract by itself; None where nothing has.

    A draft that was approved becomes active on its first day, a suspension ends on ``resumes_on``, a contract expires
    after its last day, also when suspended. One that ``renews_by_itself`` is then followed by a draft that begins on
    the day after, and is approved if the old one was not suspended; a reason says so where it cannot be. Ticking late
    comes to the same as ticking at every instant. Raises NaiveDatetime, OutOfRange.
    """
    life = _caught_up(_begin(contract, facts, policy), as_utc(now))
    return _decision(life, facts) if life.steps else None


def contract_due(contract: ServiceContract, policy: SupportPolicy, now: datetime) -> tuple[ContractStep, ...]:
    """What has become due by itself up to an instant, in order, each when it did. Raises NaiveDatetime, OutOfRange."""
    return _caught_up(_begin(contract, _NOTHING_KNOWN, policy), as_utc(now)).steps


def next_contract_instant(contract: ServiceContract, policy: SupportPolicy) -> datetime | None:
    """When something happens to the contract by itself, past if it is overdue; None if nothing will."""
    due = _next_due(contract, policy)
    return due.at if due is not None else None


# --- by itself -------------------------------------------------------------------------------------------------------


def _begin(contract: ServiceContract, facts: ContractFacts, policy: SupportPolicy) -> _Life:
    own = tuple(one for one in facts.entitlements if one.contract == contract.id)
    return _Life(contract, own, facts, policy)


def _caught_up(life: _Life, now: datetime, but: ContractAction | None = None) -> _Life:
    due = _next_due(life.contract, life.policy)
    while due is not None and due.at <= now and due.action != but:
        life = _moved(life._replace(reasons=(*life.reasons, _BY_ITSELF[due.action])), due)
        due = _next_due(life.contract, life.policy)
    return life


def _next_due(contract: ServiceContract, policy: SupportPolicy) -> ContractStep | None:
    """The first thing to become due in the contract's state; of two at one instant a suspension ends first."""
    return min(_dues(contract, policy), key=_instant, default=None)


def _dues(contract: ServiceContract, policy: SupportPolicy) -> Iterator[ContractStep]:
    until = ending(contract, policy)
    if contract.state == "draft" and contract.approval == "approved":
        yield ContractStep(action="activate", at=beginning(contract.starts_on, contract, policy))
    if contract.state == "suspended" and contract.resumes_on is not None:
        yield ContractStep(action="resume", at=beginning(contract.resumes_on, contract, policy))
    if contract.state in {"active", "suspended"} and until is not None:
        yield ContractStep(action="expire", at=until)


def _instant(step: ContractStep) -> datetime:
    return step.at


def _moved(life: _Life, step: ContractStep, changes: Mapping[str, Any] = MappingProxyType({})) -> _Life:
    """A contract after an action of the table, with all that goes along."""
    before = life.contract.state
    row = CONTRACT_TABLE[before][step.action]
    after = row.to or before
    if row.early and step.at < beginning(life.contract.starts_on, life.contract, life.policy):
        after = row.early
    lines = tuple(attrs.evolve(line, state=follows(line.state, before, after)) for line in life.contract.lines)
    stays = {"resumes_on": life.contract.resumes_on if after == before else None, "lines": lines}
    contract = attrs.evolve(life.contract, **{"state": after, **stays, **changes})
    own = tuple(attrs.evolve(one, state=follows(one.state, before, after)) for one in life.entitlements)
    life = life._replace(contract=contract, entitlements=own, steps=(*life.steps, step))
    return _followed(life, before) if step.action == "expire" and contract.renews_by_itself else life


def _followed(life: _Life, before: ContractState) -> _Life:
    """A contract that renews itself has its next one, unless somebody has renewed it before."""
    if any(one.renewed_from == life.contract.id for one in life.facts.renewals):
        return life
    follower = next_in_chain(life.contract, _seen(life))
    if isinstance(follower, Refusal):
        return life._replace(reasons=(*life.reasons, *follower.reasons))
    approval: ContractApproval = "not_requested" if before == "suspended" else "approved"
    follower = attrs.evolve(follower, contract=attrs.evolve(follower.contract, approval=approval))
    return life._replace(renewal=follower, reasons=(*life.reasons, _RENEWED))


def _seen(life: _Life) -> ContractFacts:
    """The facts as they are by now."""
    new = (life.renewal.contract,) if life.renewal else ()
    return attrs.evolve(life.facts, entitlements=life.entitlements, renewals=(*life.facts.renewals, *new))


# --- by command ------------------------------------------------------------------------------------------------------


def _refusals(asked: Asked) -> Iterator[Reason]:
    """Every reason why the table does not allow it; where the state does not, also what the command lacks."""
    state, action = asked.contract.state, asked.command.action
    row = CONTRACT_TABLE[state].get(action)
    if row is None:
        text = f"the contract is {state}: {action.replace('_', ' ')} is not possible"
        yield Reason("wrong_state", text + ("; renew it" if state == "expired" else ""), ("state",))
    for need in _anywhere(action) if row is None else row.needs:
        yield from unmet(need, asked)


def _anywhere(action: ContractAction) -> tuple[ContractNeed, ...]:
    """What an action asks of the command itself, whatever the state."""
    needs = (need for cells in CONTRACT_TABLE.values() if action in cells for need in cells[action].needs)
    return tuple(dict.fromkeys(need for need in needs if need in OF_COMMAND))


def _done(life: _Life, command: ContractCommand, now: datetime) -> _Life | Refusal:
    """A contract after a command that the table allows."""
    step = ContractStep(action=command.action, at=now)
    if isinstance(command, RenewContract):
        follower = renewed(life.contract, command, _seen(life), today(life.contract, life.policy, now))
        return follower if isinstance(follower, Refusal) else _moved(life, step)._replace(renewal=follower)
    if command.action in EDITS:
        return _edited(life, command, step)
    return _moved(life, step, _fields(command))


def _edited(life: _Life, command: ContractCommand, step: ContractStep) -> _Life | Refusal:
    contract = life.contract
    edit = EDITS[command.action](contract, command, _seen(life), today(contract, life.policy, step.at))
    if edit.reasons:
        return Refusal(edit.reasons)
    life = _without(life, edit.cancelled)
    reviewed = contract.state == "draft" and contract.approver is not None and contract.approval != "not_requested"
    if reviewed:
        life = life._replace(reasons=(*life.reasons, _WITHDRAWN))
    return _moved(life, step, edit.changes | ({"approval": "not_requested"} if reviewed else {}))


def _without(life: _Life, lines: frozenset[ContractLineId]) -> _Life:
    """The entitlements of cancelled lines are cancelled with them."""
    own = (
        attrs.evolve(one, state="cancelled") if one.contract_line in lines and one.state not in ENDED else one
        for one in life.entitlements
    )
    return life._replace(entitlements=tuple(own))


def _fields(command: ContractCommand) -> dict[str, Any]:
    """The fields that a command sets by itself."""
    match command:
        case SubmitContract():
            return {"approval": "requested"}
        case ApproveContract():
            return {"approval": "approved"}
        case RejectContract(comment=comment):
            return {"approval": "rejected", "reason": comment}
        case SuspendContract(resumes_on=day, reason=reason):
            return {"resumes_on": day, "reason": reason}
        case CancelContract(reason=reason):
            return {"reason": reason}
        case _:
            return {}


def _decision(life: _Life, facts: ContractFacts) -> ContractDecision:
    before = set(facts.entitlements)
    return ContractDecision(
        contract=life.contract,
        entitlements=tuple(one for one in life.entitlements if one not in before),
        renewal=life.renewal,
        steps=life.steps,
        reasons=life.reasons,
    )
