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
    Consumer,
    ContractLine,
    Covered,
    EntitlementQuestion,
    Household,
    HouseholdId,
    HouseholdMember,
    InstallBaseItem,
    Reason,
    ServiceContract,
    SoldProduct,
    SupportPolicy,
)
from csmcore.rules.agreements.entitlement import NO_STRATEGIES, EntitlementStrategy
from csmcore.rules.agreements.entitlement_fit import Asked, has_begun, is_during, is_over, resolve
from csmcore.rules.agreements.entitlement_index import EntitlementIndex

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


def what_covers(  # noqa: PLR0913, PLR0917 - who else may have a contract for the thing comes last
    thing: Thing,
    contracts: Iterable[ServiceContract],
    policy: SupportPolicy,
    at: datetime,
    above: Sequence[Account] = (),
    households: Iterable[Household] = (),
) -> tuple[Cover, ...]:
    """Every entry of the contracts about the thing or its model, those in force first, then by contract.

    ``above`` are the accounts above the thing's own, nearest first, whose contracts count where the policy passes them
    down; of ``households`` the thing's own counts, whose members' contracts cover what it has. Raises NaiveDatetime.
    """
    asked = _asked(thing, policy, at, above)
    members = [member for home in households if home.id == _household(thing) for member in home.members]
    covers = [
        Cover(contract=contract, entry=entry, reasons=tuple(_against(contract, entry, asked, members)))
        for contract in contracts
        for entry in contract.coverage(asked.items)
    ]
    return tuple(sorted(covers, key=lambda cover: (len(cover.reasons), cover.contract.number, cover.contract.id)))


def who_is_covered(  # noqa: PLR0913, PLR0917 - as `what_covers`
    contract: ServiceContract,
    things: Iterable[Thing],
    policy: SupportPolicy,
    at: datetime,
    above: Mapping[str, Sequence[Account]] = _NOBODY_ABOVE,
    households: Iterable[Household] = (),
) -> tuple[CoveredThing, ...]:
    """Which of the things the contract has entries about, in their order; each has its own owner.

    ``above`` are the accounts above those that own things, nearest first, by their ids; ``households`` those that do.
    Raises NaiveDatetime.
    """
    homes = tuple(households)
    found = []
    for thing in things:
        covers = what_covers(thing, (contract,), policy, at, above.get(thing.account or "", ()), homes)
        found.append(CoveredThing(thing=thing, covers=covers))
    return tuple(each for each in found if each.covers)


def coverage_gaps(
    things: Iterable[Thing],
    facts: CaseFacts,
    policy: SupportPolicy,
    at: datetime,
    strategies: Mapping[str, EntitlementStrategy] = NO_STRATEGIES,
) -> tuple[CoverageGap, ...]:
    """Which of a customer's things are without a contract in force, or without an entitlement by some channel.

    What is gone (taken out, retired, missing) leaves no gap. ``facts`` are the customer's: the account and those above
    it, or the consumer and the households, and all of their agreements; what a household has the consumer would open
    cases about. ``strategies`` are the host's. Raises NaiveDatetime; InvalidValue where the policy goes by a strategy
    that the host does not bring.
    """
    index = EntitlementIndex.of(policy, facts.entitlements, facts.contracts, strategies)
    about = attrs.evolve(facts, entitlements=(), contracts=())
    gaps = []
    for thing in things:
        if _is_gone(thing, policy, at):
            continue
        covers = what_covers(thing, facts.contracts, policy, at, facts.ancestors, facts.households)
        is_covered = any(cover.is_in_force for cover in covers)
        question, known = _question(thing, facts.consumer), about
        if isinstance(thing, Asset):
            known = attrs.evolve(about, asset=thing)
        asked = ((channel, attrs.evolve(question, channel=channel)) for channel in CHANNELS)
        unserved = tuple(channel for channel, each in asked if index.derive(each, at, known).chosen is None)
        if unserved or not is_covered:
            gaps.append(CoverageGap(thing=thing, is_covered=is_covered, covers=covers, unserved=unserved))
    return tuple(gaps)


def _is_gone(thing: Thing, policy: SupportPolicy, at: datetime) -> bool:
    """Whether it was taken out by then, or is retired or missing."""
    if isinstance(thing, InstallBaseItem):
        taken_out = thing.uninstalled_on
        return taken_out is not None and has_begun(taken_out, policy.timezone, _asked(thing, policy, at, ()))
    return isinstance(thing, Asset) and thing.state in {"retired", "missing"}


def _household(thing: Thing) -> HouseholdId | None:
    return None if isinstance(thing, Asset) else thing.household


def _question(thing: Thing, consumer: Consumer | None = None) -> EntitlementQuestion:
    """What a case about the thing asks; about a household's it is the consumer who does."""
    asks = consumer.id if consumer is not None and _household(thing) else thing.consumer
    question = EntitlementQuestion(account=thing.account, consumer=asks)
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


def _is_theirs(contract: ServiceContract, zone: str, asked: Asked, members: Iterable[HouseholdMember]) -> bool:
    """Whether the contract is that of the thing's owner, or of one of the household that has it."""
    if contract.account is not None:
        return contract.account in asked.distances
    return contract.consumer == asked.question.consumer or any(
        member.consumer == contract.consumer and is_during(member.starts_on, member.ends_on, zone, asked)
        for member in members
    )


def _against(
    contract: ServiceContract, entry: Covered, asked: Asked, members: Iterable[HouseholdMember]
) -> Iterator[Reason]:
    """Why an entry does not hold at the instant."""
    zone = contract.timezone or asked.policy.timezone
    yield from _not_in_force("contract", contract.number, contract, zone, asked)
    for line in contract.lines_from(entry.line):
        yield from _not_in_force("contract_line", line.id, line, zone, asked)
    if not has_begun(entry.date_added, zone, asked):
        yield Reason("cover_not_started", f"it is covered from {entry.date_added}")
    if is_over(entry.date_removed, zone, asked):
        yield Reason("cover_ended", f"it was covered until {entry.date_removed}")
    if not _is_theirs(contract, zone, asked, members):
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
