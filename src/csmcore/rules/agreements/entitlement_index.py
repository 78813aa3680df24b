"""The entitlements of all customers at once, found by what they name rather than one after the other.

An entitlement that names an account and a product can apply only to a case of that account about that product. So
entitlements are filed by what they name: those of one *shape* (account and product) under their values, best first. A
case asks each shape for its own values, the strongest shapes first, and is done when no other shape could do better.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Final, NamedTuple, TypeAlias

import attrs

from csmcore.calendars import time_zone_database
from csmcore.model import (
    CaseFacts,
    ContractId,
    Dimension,
    Entitlement,
    EntitlementDecision,
    EntitlementId,
    EntitlementQuestion,
    ServiceContract,
    SupportPolicy,
    made,
)
from csmcore.rules.agreements.entitlement import (
    NO_STRATEGIES,
    EntitlementStrategy,
    choose,
    contract_then,
    derive_entitlement,
    strategy_of,
)
from csmcore.rules.agreements.entitlement_fit import DIMENSIONS, FAR, Asked, Check, is_used_up, resolve
from csmcore.rules.agreements.entitlement_judging import (
    Judged,
    applies,
    candidate,
    ends,
    judge,
    place,
    strength,
)
from csmcore.rules.agreements.persistent_map import PersistentMap

__all__ = ["EntitlementIndex"]

_NO_FACTS: Final = CaseFacts()
_FEW: Final = 8  # entries of one file that change one by one
_NAMES: Final = tuple(name for name, _, _ in DIMENSIONS)
_UNSETTLED: Final = frozenset({"contract", "account", "household"})
"""What a file does not settle by itself: what is covered and who belongs to it on the day, and what passes down."""

_Shape: TypeAlias = tuple[int, ...]
"""What entitlements name, as places in `DIMENSIONS`."""
_Handle: TypeAlias = object
"""A value of what is named, or a tuple of several; for a contract its id, or its customer with a thing it covers."""
_Filed: TypeAlias = tuple[bool, int, bool, int, str, EntitlementId]
"""All that an entitlement is compared by within its file, its id last."""
_Known: TypeAlias = Callable[[EntitlementId], Entitlement | None]


class _Files(NamedTuple):
    """The entitlements of one shape by what they name, best first; ``bound`` is the best key that any may have."""

    shape: _Shape
    matched: tuple[Dimension, ...]
    weights: tuple[int, ...]
    checks: tuple[Check, ...]
    bound: tuple[bool, int, int, int]
    files: PersistentMap[_Handle, tuple[_Filed, ...]]

    def best(self, filed: Sequence[_Filed]) -> tuple[bool, int, int, int]:
        """The best key that any of one file may have."""
        return (*filed[0][:2], *self.bound[2:])

    def judged(self, filed: _Filed, asked: Asked, known: _Known) -> Judged | None:
        """What `judge` says of an entitlement of this shape, if it applies."""
        is_default, order, is_used_up, last_day, number, identity = filed
        entitlement = known(identity)
        if entitlement is None or not applies(entitlement, self.checks, asked):
            return None
        _, _, strongest, heaviest = self.bound
        up = asked.distances.get(entitlement.account, 0) if entitlement.account else 0
        key = (is_default, order, strongest, heaviest, up, is_used_up, last_day, number, identity)
        return Judged(entitlement, self.matched, self.weights, (), (), key)

    def first(self, filed: Sequence[_Filed], asked: Asked, known: _Known) -> Judged | None:
        """The best of a file that applies; those that are long over are passed by at once."""
        over = asked.today - FAR
        index = 0
        while index < len(filed):
            entry = filed[index]
            if entry[3] <= over:
                index = bisect_left(filed, (*entry[:3], over + 1), index + 1)
                continue
            judged = self.judged(entry, asked, known)
            if judged is not None:
                return judged
            index += 1
        return None


class _Changes(NamedTuple):
    """What leaves a file, and what comes into it."""

    gone: list[_Filed]
    come: list[_Filed]


@attrs.frozen(eq=False)
class EntitlementIndex:
    """Any number of entitlements and contracts under one policy, which answers as `derive_entitlement` does, and fast.

    It never changes; `updated` gives another that shares almost all with it. Laws: it chooses what the exhaustive
    rule chooses among all of its entitlements; asked to explain, it gives the very same decision. It pickles as what it
    was made of. ``strategies`` are the host's; they are shown every candidate that applies, so they cost as much as
    there are.

    >>> from datetime import UTC
    >>> index = EntitlementIndex.of(
    ...     SupportPolicy(name="support", version="1"), [Entitlement(id="e1", number="ENT-1", account="acme")]
    ... )
    >>> print(index.derive(EntitlementQuestion(account="acme"), datetime(2027, 3, 1, tzinfo=UTC)).reason)
    ENT-1 applies
    """

    policy: SupportPolicy
    _strategies: Mapping[str, EntitlementStrategy]
    _entitlements: PersistentMap[EntitlementId, Entitlement]
    _contracts: PersistentMap[ContractId, ServiceContract]
    _of_contract: PersistentMap[ContractId, tuple[EntitlementId, ...]]
    _shapes: tuple[_Files, ...]
    _time_zones: str
    _passes_down: bool  # whether any entitlement may be that of an account above

    @classmethod
    def of(
        cls,
        policy: SupportPolicy,
        entitlements: Iterable[Entitlement] = (),
        contracts: Iterable[ServiceContract] = (),
        strategies: Mapping[str, EntitlementStrategy] = NO_STRATEGIES,
    ) -> "EntitlementIndex":
        """The index of these; of two with one id the last counts. Raises InvalidValue for an unknown strategy."""
        strategy_of(policy, strategies)
        about = (time_zone_database(), policy.entitlements.inherit_from_parent_accounts)
        nothing = cls(policy, strategies, PersistentMap({}), PersistentMap({}), PersistentMap({}), (), *about)
        return nothing.updated(entitlements=entitlements, contracts=contracts)

    def __len__(self) -> int:
        """How many entitlements there are."""
        return len(self._entitlements)

    def __reduce__(self) -> tuple[Callable[..., "EntitlementIndex"], tuple[object, ...]]:
        """Made anew from what it is about: files go by the hashes of one process."""
        about = (tuple(self._entitlements.values()), tuple(self._contracts.values()), dict(self._strategies))
        return (EntitlementIndex.of, (self.policy, *about))

    # --- asking ------------------------------------------------------------------------------------------------------

    def derive(
        self, question: EntitlementQuestion, at: datetime, facts: CaseFacts = _NO_FACTS, *, explain: bool = False
    ) -> EntitlementDecision:
        """Which entitlement applies to the case at the instant.

        ``facts`` are the accounts above the case's, its asset and the consumer's households; agreements are the index's
        own. To ``explain`` is to look at every entitlement there is; else the decision lists the chosen one alone.
        Raises NaiveDatetime, OutOfRange.
        """
        if explain:
            promised, agreed = tuple(self._entitlements.values()), tuple(self._contracts.values())
            facts = attrs.evolve(facts, entitlements=promised, contracts=agreed)
            return derive_entitlement(question, facts, self.policy, at, self._strategies)
        asked = resolve(question, facts, self.policy, at, self._contracts)
        chosen = self._chosen(asked)
        return made(
            EntitlementDecision,
            {
                "question": question,
                "at": asked.at,
                "chosen": chosen and chosen.entitlement,
                "contract": contract_then(asked, chosen),
                "candidates": (candidate("chosen", chosen),) if chosen else (),
                "considered": len(self._entitlements),
                "strategy": self.policy.entitlements.strategy,
                "policy": self.policy.ref,
                "time_zone_database": self._time_zones,
            },
        )

    def _chosen(self, asked: Asked) -> Judged | None:
        question = asked.question
        if question.entitlement_is_manual:
            by_hand = self._entitlements.get(question.entitlement) if question.entitlement else None
            return None if by_hand is None else judge(by_hand, asked)
        if strategy_of(self.policy, self._strategies):
            return choose([*self._applicable(asked)], asked, self._strategies)
        values, known = self._values(asked), self._entitlements.get
        best: Judged | None = None
        for files in self._shapes:
            if best is not None and files.bound > best.key[:4]:
                break
            for handle in _handles(files.shape, values):
                filed = files.files.get(handle)
                if not filed or (best is not None and files.best(filed) > best.key[:4]):
                    continue
                found = files.first(filed, asked, known)
                if found is not None and (best is None or found.key < best.key):
                    best = found
        return best

    def _applicable(self, asked: Asked) -> Iterable[Judged]:
        """Everything that applies."""
        values = self._values(asked)
        found: dict[str, Judged] = {}
        for files in self._shapes:
            for handle in _handles(files.shape, values):
                for entry in files.files.get(handle) or ():
                    judged = files.judged(entry, asked, self._entitlements.get)
                    if judged is not None:
                        found[judged.entitlement.id] = judged
        return found.values()

    def _values(self, asked: Asked) -> tuple[Sequence[_Handle], ...]:
        """What the case names, in the order of `DIMENSIONS`."""
        question = asked.question
        own = asked.question.account
        accounts = tuple(asked.distances) if self._passes_down else (own,) if own else ()
        contracts: Sequence[_Handle]
        if asked.contract:
            contracts = (asked.contract,)
        else:
            customers = (*accounts, question.consumer) if question.consumer else accounts
            contracts = [(customer, item) for customer in customers for item in asked.items]
        return (
            contracts,
            (question.asset,) if question.asset else (),
            (question.sold_product,) if question.sold_product else (),
            (question.install_base_item,) if question.install_base_item else (),
            asked.products,
            accounts,
            (question.consumer,) if question.consumer else (),
            tuple(asked.memberships),
        )

    def _stays(self, old: Entitlement, new: Entitlement, contracts: PersistentMap[ContractId, ServiceContract]) -> bool:
        """Whether a new version is filed where the old one is: units were counted, and some are left as before."""
        counted = attrs.evolve(old, used=new.used, ledger_entries=new.ledger_entries)
        if is_used_up(old) != is_used_up(new) or counted != new:
            return False
        return old.contract is None or self._contracts.get(old.contract) is contracts.get(old.contract)

    # --- changing ----------------------------------------------------------------------------------------------------

    def updated(
        self,
        *,
        entitlements: Iterable[Entitlement] = (),
        contracts: Iterable[ServiceContract] = (),
        without_entitlements: Iterable[EntitlementId] = (),
        without_contracts: Iterable[ContractId] = (),
    ) -> "EntitlementIndex":
        """An index with these in the place of those with their ids, and without others; this one stays as it is."""
        promised: dict[EntitlementId, Entitlement | None] = dict.fromkeys(without_entitlements)
        promised |= {entitlement.id: entitlement for entitlement in entitlements}
        agreed: dict[ContractId, ServiceContract | None] = dict.fromkeys(without_contracts)
        agreed |= {contract.id: contract for contract in contracts}
        after = self._contracts.changed(agreed)
        affected = dict.fromkeys(promised)
        affected |= {entitlement: None for contract in agreed for entitlement in self._of_contract.get(contract) or ()}
        changes: defaultdict[_Shape, defaultdict[_Handle, _Changes]] = defaultdict(
            lambda: defaultdict(lambda: _Changes([], []))
        )
        members: defaultdict[ContractId, dict[EntitlementId, bool]] = defaultdict(dict)
        for identity in affected:
            old = self._entitlements.get(identity)
            new = promised.get(identity, old)
            if old is not None and new is not None and self._stays(old, new, after):
                continue
            if old is not None:
                entry = _entry(old, self.policy)
                for shape, handle in _filing(old, self._contracts):
                    changes[shape][handle].gone.append(entry)
                if old.contract:
                    members[old.contract][identity] = False
            if new is not None:
                entry = _entry(new, self.policy)
                for shape, handle in _filing(new, after):
                    changes[shape][handle].come.append(entry)
                if new.contract:
                    members[new.contract][identity] = True
        return attrs.evolve(
            self,
            entitlements=self._entitlements.changed(promised),
            contracts=after,
            of_contract=self._of_contract.changed(
                {contract: _members(self._of_contract.get(contract), there) for contract, there in members.items()}
            ),
            shapes=_reshaped(self._shapes, changes, self.policy),
            passes_down=self._passes_down or any(new is not None and new.inherits for new in promised.values()),
        )


def _handles(shape: _Shape, values: Sequence[Sequence[_Handle]]) -> Iterable[_Handle]:
    """Where in the files of a shape the entitlements are that name only what is among the values."""
    if len(shape) == 1:
        return values[shape[0]]
    return product(*[values[dimension] for dimension in shape])


def _entry(entitlement: Entitlement, policy: SupportPolicy) -> _Filed:
    is_default, order = place(entitlement, policy.entitlements)
    compared = (is_used_up(entitlement), ends(entitlement), entitlement.number, entitlement.id)
    return (is_default, order, *compared)


def _filing(
    entitlement: Entitlement, contracts: PersistentMap[ContractId, ServiceContract]
) -> Iterator[tuple[_Shape, _Handle]]:
    """Where an entitlement is filed; nowhere as long as it cannot apply to any case at any time."""
    contract = contracts.get(entitlement.contract) if entitlement.contract else None
    if not entitlement.active or entitlement.state != "active" or (entitlement.contract and contract is None):
        return
    named = [(place, value) for place, name in enumerate(_NAMES) if (value := getattr(entitlement, name)) is not None]
    shape = tuple(place for place, _ in named)
    if not named and not entitlement.is_default:
        return
    if contract is None:
        values = tuple(value for _, value in named)
        yield shape, values[0] if len(values) == 1 else values
        return
    if contract.state == "active":
        rest = tuple(value for _, value in named[1:])
        for handle in _contract_handles(contract):
            yield shape, (handle, *rest) if rest else handle


def _contract_handles(contract: ServiceContract) -> Iterable[_Handle]:
    """Its id, for cases that have it; for the others its customer with each thing that it covers at some time."""
    customer = contract.account or contract.consumer
    covered = ((customer, (entry.kind, getattr(entry, entry.kind))) for entry in contract.covered)
    return dict.fromkeys((contract.id, *covered))


def _members(
    before: tuple[EntitlementId, ...] | None, there: Mapping[EntitlementId, bool]
) -> tuple[EntitlementId, ...] | None:
    """A contract's entitlements after a change; None where it has none."""
    kept = [identity for identity in before or () if identity not in there]
    return (*kept, *(identity for identity, is_there in there.items() if is_there)) or None


def _reshaped(
    shapes: Iterable[_Files], changes: Mapping[_Shape, Mapping[_Handle, _Changes]], policy: SupportPolicy
) -> tuple[_Files, ...]:
    """The files of all shapes after the changes, those that may have the best answer first."""
    found = {files.shape: files for files in shapes}
    for shape, by_handle in changes.items():
        before = found.get(shape)
        files = PersistentMap[_Handle, tuple[_Filed, ...]]({}) if before is None else before.files
        changed = {handle: _refiled(files.get(handle) or (), change) for handle, change in by_handle.items()}
        firsts = [(filed[0][0], filed[0][1]) for filed in changed.values() if filed]
        places = [*firsts, *([before.bound[:2]] if before else [])]
        found[shape] = _files(shape, min(places), files.changed(changed), policy)
    return tuple(sorted(found.values(), key=lambda files: (files.bound, files.shape)))


def _files(
    shape: _Shape,
    best_place: tuple[bool, int],
    files: PersistentMap[_Handle, tuple[_Filed, ...]],
    policy: SupportPolicy,
) -> _Files:
    rows = [DIMENSIONS[dimension] for dimension in shape]
    weights = tuple(dict.fromkeys(weight for _, weight, _ in rows))
    bound = (*best_place, *strength(weights, policy.entitlements))
    checks = tuple(check for name, _, check in rows if name in _UNSETTLED)
    return _Files(shape, tuple(name for name, _, _ in rows), weights, checks, bound, files)


def _refiled(filed: tuple[_Filed, ...], change: _Changes) -> tuple[_Filed, ...] | None:
    """A file after a change: one entry is put in its place, or taken from it; of many all are sorted anew."""
    if len(change.gone) + len(change.come) > _FEW:
        gone = set(change.gone)
        return tuple(sorted((*(entry for entry in filed if entry not in gone), *change.come))) or None
    for entry in change.gone:
        index = bisect_left(filed, entry)
        filed = filed[:index] + filed[index + 1 :]
    for entry in change.come:
        index = bisect_left(filed, entry)
        filed = (*filed[:index], entry, *filed[index:])
    return filed or None
