"""Contracts and what customers have, looked at from either side: what covers this, who is covered, what is left out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

import attrs

from csmcore.model import (
    CHANNELS,
    Account,
    Asset,
    CaseFacts,
    Channel,
    ContractLine,
    Covered,
    EntitlementQuestion,
    InstallBaseItem,
    Reason,
    ServiceContract,
    SoldProduct,
    SupportPolicy,
)
from csmcore.rules.agreements.entitlement import derive_entitlement
from csmcore.rules.agreements.entitlement_fit import Asked, has_begun, is_over, resolve

__all__ = ["Cover", "CoverageGap", "CoveredThing", "Thing", "coverage_gaps", "what_covers", "who_is_covered"]

Thing: TypeAlias = Asset | SoldProduct | InstallBaseItem
"""Something that a customer has."""

_NOBODY_ABOVE: Mapping[str, Sequence[Account]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class Cover:
    """A contract's entry about a thing, or about its model: in force at the instant, or the ``reasons`` why not."""

    contract: ServiceContract
    entry: Covered
    reasons: tuple[Reason, ...]

    @property
    def is_in_force(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons


@attrs.frozen(kw_only=True)
class CoveredThing:
    """Something that a contract has entries about, whose it is, and what each comes to at the instant."""

    thing: Thing
    covers: tuple[Cover, ...]

    @property
    def is_covered(self) -> bool:
        """Whether one of them is in force."""
        return any(cover.is_in_force for cover in self.covers)


@attrs.frozen(kw_only=True)
class CoverageGap:
    """Something that no contract covers at the instant, or about which a case would be entitled to nothing.

    ``covers`` are the entries that do not hold, with their reasons; ``unserved`` are the channels by which no
    entitlement applies.
    """

    thing: Thing
    is_covered: bool
    covers: tuple[Cover, ...]
    unserved: tuple[Channel, ...]


def what_covers(
    thing: Thing,
    contracts: Iterable[ServiceContract],
    policy: SupportPolicy,
    at: datetime,
    above: Sequence[Account] = (),
) -> tuple[Cover, ...]:
    """Every entry of the contracts about the thing or its model, those in force first, then by contract.

    ``above`` are the accounts above the thing's own, nearest first, whose contracts count where the policy passes them
    down. Raises NaiveDatetime.
    """
    asked = _asked(thing, policy, at, above)
    covers = [
        Cover(contract=contract, entry=entry, reasons=tuple(_against(contract, entry, asked)))
        for contract in contracts
        for entry in contract.coverage(asked.items)
    ]
    return tuple(sorted(covers, key=lambda cover: (len(cover.reasons), cover.contract.number, cover.contract.id)))


def who_is_covered(
    contract: ServiceContract,
    things: Iterable[Thing],
    policy: SupportPolicy,
    at: datetime,
    above: Mapping[str, Sequence[Account]] = _NOBODY_ABOVE,
) -> tuple[CoveredThing, ...]:
    """Which of the things the contract has entries about, in their order; each has its own owner.

    ``above`` are the accounts above those that own things, nearest first, by their ids. Raises NaiveDatetime.
    """
    found = (
        CoveredThing(
            thing=thing, covers=what_covers(thing, (contract,), policy, at, above.get(thing.account or "", ()))
        )
        for thing in things
    )
    return tuple(each for each in found if each.covers)


def coverage_gaps(
    things: Iterable[Thing], facts: CaseFacts, policy: SupportPolicy, at: datetime
) -> tuple[CoverageGap, ...]:
    """Which of a customer's things are without a contract in force, or without an entitlement by some channel.

    ``facts`` are the customer's: the account and those above it, or the consumer and the households, and all of their
    agreements. Raises NaiveDatetime.
    """
    gaps = []
    for thing in things:
        covers = what_covers(thing, facts.contracts, policy, at, facts.ancestors)
        is_covered = any(cover.is_in_force for cover in covers)
        unserved = tuple(channel for channel in CHANNELS if not _is_served(thing, channel, facts, policy, at))
        if unserved or not is_covered:
            gaps.append(CoverageGap(thing=thing, is_covered=is_covered, covers=covers, unserved=unserved))
    return tuple(gaps)


def _is_served(thing: Thing, channel: Channel, facts: CaseFacts, policy: SupportPolicy, at: datetime) -> bool:
    """Whether a case about the thing, by that channel, would be entitled to anything."""
    asset = thing if isinstance(thing, Asset) else None
    about = attrs.evolve(facts, asset=asset)
    return derive_entitlement(attrs.evolve(_question(thing), channel=channel), about, policy, at).chosen is not None


def _question(thing: Thing) -> EntitlementQuestion:
    question = EntitlementQuestion(account=thing.account, consumer=thing.consumer)
    match thing:
        case Asset():
            return attrs.evolve(question, asset=thing.id, product=thing.product_model)
        case SoldProduct():
            return attrs.evolve(question, sold_product=thing.id, product=thing.product)
        case InstallBaseItem():
            return attrs.evolve(question, install_base_item=thing.id, product=thing.product)


def _asked(thing: Thing, policy: SupportPolicy, at: datetime, above: Sequence[Account]) -> Asked:
    asked = resolve(_question(thing), CaseFacts(), policy, at, {})
    if above and policy.entitlements.inherit_from_parent_accounts:
        distances = {**asked.distances, **{account.id: index for index, account in enumerate(above, 1)}}
        return asked._replace(distances=distances)
    return asked


def _against(contract: ServiceContract, entry: Covered, asked: Asked) -> Iterator[Reason]:
    """Why an entry does not hold at the instant."""
    zone = contract.timezone or asked.policy.timezone
    yield from _not_in_force("contract", contract.number, contract, zone, asked)
    for line in contract.lines_from(entry.line):
        yield from _not_in_force("contract_line", line.id, line, zone, asked)
    if not has_begun(entry.date_added, zone, asked):
        yield Reason("cover_not_started", f"it is covered from {entry.date_added}")
    if is_over(entry.date_removed, zone, asked):
        yield Reason("cover_ended", f"it was covered until {entry.date_removed}")
    own = contract.account in asked.distances if contract.account else contract.consumer == asked.question.consumer
    if not own:
        whose = f"account {contract.account}" if contract.account else f"consumer {contract.consumer}"
        yield Reason("contract_of_another", f"contract {contract.number} is that of {whose}")


def _not_in_force(
    name: str, called: str, part: ServiceContract | ContractLine, zone: str, asked: Asked
) -> Iterator[Reason]:
    its = f"{name.replace('_', ' ')} {called}"
    if part.state != "active":
        yield Reason(f"{name}_not_active", f"{its} is {part.state}")
    if not has_begun(part.starts_on, zone, asked):
        yield Reason(f"{name}_not_started", f"{its} starts on {part.starts_on}")
    if is_over(part.ends_on, zone, asked):
        yield Reason(f"{name}_ended", f"{its} ended on {part.ends_on}")
