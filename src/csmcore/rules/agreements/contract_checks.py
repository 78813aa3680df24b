"""What the table of contracts asks for, as checks: each yields the reasons why it is not met."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from csmcore.errors import shown
from csmcore.model import (
    ApproveContract,
    ContractCommand,
    ContractFacts,
    Reason,
    RejectContract,
    ServiceContract,
    SupportPolicy,
    SuspendContract,
)
from csmcore.rules.agreements.contract_days import beginning, ending, outside
from csmcore.rules.agreements.contract_table import ContractNeed
from csmcore.rules.agreements.renewals import renewal_obstacles

__all__ = ["OF_COMMAND", "Asked", "unmet"]


class Asked(NamedTuple):
    """A command, and all that bears on it."""

    contract: ServiceContract
    command: ContractCommand
    facts: ContractFacts
    policy: SupportPolicy
    now: datetime


OF_COMMAND: frozenset[ContractNeed] = frozenset({"a comment", "a reason"})
"""What a command itself must hold, whatever the contract's state."""


def unmet(need: ContractNeed, asked: Asked) -> Iterator[Reason]:
    """Every reason why a need is not met."""
    return _CHECKS[need](asked)


def _written(name: str) -> Callable[[Asked], Iterator[Reason]]:
    def check(asked: Asked) -> Iterator[Reason]:
        if not getattr(asked.command, name).strip():
            yield Reason("missing", f"{name} is missing", (name,))

    return check


def _not_yet_submitted(asked: Asked) -> Iterator[Reason]:
    approval = asked.contract.approval
    if approval in {"requested", "approved"}:
        yield Reason(f"already_{approval}", f"the review is already {approval}", ("approval",))


def _submitted(asked: Asked) -> Iterator[Reason]:
    if asked.contract.approval != "requested":
        yield Reason("not_submitted", "nobody has submitted it for review, or it is reviewed already", ("approval",))


def _by_the_approver(asked: Asked) -> Iterator[Reason]:
    approver, command = asked.contract.approver, asked.command
    if approver is not None and isinstance(command, ApproveContract | RejectContract) and command.by != approver:
        yield Reason("not_the_approver", f"{shown(command.by)} is not its approver", ("approver",))


def _approved(asked: Asked) -> Iterator[Reason]:
    if asked.contract.approver is not None and asked.contract.approval != "approved":
        yield Reason("not_approved", "its approver has not approved it", ("approval",))


def _has_begun(asked: Asked) -> Iterator[Reason]:
    if asked.now < beginning(asked.contract.starts_on, asked.contract, asked.policy):
        yield Reason("not_begun", f"it begins on {asked.contract.starts_on}", ("starts_on",))


def _not_over(asked: Asked) -> Iterator[Reason]:
    until = ending(asked.contract, asked.policy)
    if until is not None and asked.now >= until:
        yield Reason("already_over", f"its last day was {asked.contract.ends_on}", ("ends_on",))


def _over(asked: Asked) -> Iterator[Reason]:
    until = ending(asked.contract, asked.policy)
    if until is None or asked.now < until:
        yield Reason("not_over", f"its last day is {asked.contract.ends_on or 'open'}", ("ends_on",))


def _resumes_later(asked: Asked) -> Iterator[Reason]:
    contract, command = asked.contract, asked.command
    day = command.resumes_on if isinstance(command, SuspendContract) else None
    if day is not None:
        if beginning(day, contract, asked.policy) <= asked.now:
            yield Reason("resumes_too_early", f"{day} is not after today", ("resumes_on",))
        yield from outside("resumes_on", (day, None), "the contract", (contract.starts_on, contract.ends_on))


def _fits(asked: Asked) -> Iterator[Reason]:
    contract, facts = asked.contract, asked.facts
    for name in ("account", "contact", "consumer", "parent"):
        named, known = getattr(contract, name), getattr(facts, name)
        if named is not None and (known is None or known.id != named):
            yield Reason(f"unknown_{name}", f"{shown(named)}: no {name} is known by that id", (name,))
    contact, parent = facts.contact, facts.parent
    if contact is not None and contact.id == contract.contact and contact.account != contract.account:
        yield Reason("unknown_contact", f"{shown(contact.id)}: the account has no such contact", ("contact",))
    if parent is not None and parent.id == contract.parent:
        days, above = (contract.starts_on, contract.ends_on), (parent.starts_on, parent.ends_on)
        yield from outside("the contract", days, "its parent", above)


def _renewable(asked: Asked) -> Iterator[Reason]:
    return renewal_obstacles(asked.contract, asked.facts)


_CHECKS: Mapping[ContractNeed, Callable[[Asked], Iterator[Reason]]] = MappingProxyType(
    {
        "a comment": _written("comment"),
        "a reason": _written("reason"),
        "not yet submitted": _not_yet_submitted,
        "submitted": _submitted,
        "by the approver": _by_the_approver,
        "approved, if it has an approver": _approved,
        "its customer and parent fit": _fits,
        "its first day has come": _has_begun,
        "its last day is not over": _not_over,
        "its last day is over": _over,
        "a later day to resume on, or none": _resumes_later,
        "a last day, and no renewal yet": _renewable,
    }
)
