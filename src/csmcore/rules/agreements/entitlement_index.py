"""The entitlements of all customers at once, found by what they name rather than one after the other.

A case asks the files of each shape for its own values, the strongest shapes first, and is done when no other shape
could do better. What it finds there is judged as the exhaustive rule judges it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from csmcore.calendars import time_zone_database
from csmcore.model import (
    CaseFacts,
    ContractId,
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
from csmcore.rules.agreements.entitlement_files import (
    Changes,
    Files,
    Handle,
    Shape,
    entry_of,
    filing,
    handles,
    reshaped,
)
from csmcore.rules.agreements.entitlement_fit import Asked, is_used_up, resolve
from csmcore.rules.agreements.entitlement_judging import (
    Judged,
    candidate,
    judge,
)
from csmcore.rules.agreements.persistent_map import PersistentMap

__all__ = ["EntitlementIndex"]

_NO_FACTS: Final = CaseFacts()


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
    _shapes: tuple[Files, ...]
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
            for handle in handles(files.shape, values):
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
            for handle in handles(files.shape, values):
                for entry in files.files.get(handle) or ():
                    judged = files.judged(entry, asked, self._entitlements.get)
                    if judged is not None:
                        found[judged.entitlement.id] = judged
        return found.values()

    def _values(self, asked: Asked) -> tuple[Sequence[Handle], ...]:
        """What the case names, in the order of `DIMENSIONS`."""
        question = asked.question
        own = asked.question.account
        accounts = tuple(asked.distances) if self._passes_down else (own,) if own else ()
        contracts: Sequence[Handle]
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
        changes, members = self._refiled(promised, agreed, after)
        return attrs.evolve(
            self,
            entitlements=self._entitlements.changed(promised),
            contracts=after,
            of_contract=self._of_contract.changed(
                {contract: _members(self._of_contract.get(contract), there) for contract, there in members.items()}
            ),
            shapes=reshaped(self._shapes, changes, self.policy),
            passes_down=self._passes_down or any(new is not None and new.inherits for new in promised.values()),
        )

    def _refiled(
        self,
        promised: Mapping[EntitlementId, Entitlement | None],
        agreed: Iterable[ContractId],
        after: PersistentMap[ContractId, ServiceContract],
    ) -> tuple[Mapping[Shape, Mapping[Handle, Changes]], Mapping[ContractId, Mapping[EntitlementId, bool]]]:
        """What leaves and enters the files, and which entitlements contracts lose and get."""
        affected = dict.fromkeys(promised)
        affected |= {entitlement: None for contract in agreed for entitlement in self._of_contract.get(contract) or ()}
        changes: defaultdict[Shape, defaultdict[Handle, Changes]] = defaultdict(
            lambda: defaultdict(lambda: Changes([], []))
        )
        members: defaultdict[ContractId, dict[EntitlementId, bool]] = defaultdict(dict)
        for identity in affected:
            old = self._entitlements.get(identity)
            new = promised.get(identity, old)
            if old is not None and new is not None and self._stays(old, new, after):
                continue
            if old is not None:
                entry = entry_of(old, self.policy)
                for shape, handle in filing(old, self._contracts):
                    changes[shape][handle].gone.append(entry)
                if old.contract:
                    members[old.contract][identity] = False
            if new is not None:
                entry = entry_of(new, self.policy)
                for shape, handle in filing(new, after):
                    changes[shape][handle].come.append(entry)
                if new.contract:
                    members[new.contract][identity] = True
        return changes, members

    def _stays(self, old: Entitlement, new: Entitlement, contracts: PersistentMap[ContractId, ServiceContract]) -> bool:
        """Whether a new version is filed where the old one is: units were counted, and some are left as before."""
        counted = attrs.evolve(old, used=new.used, ledger_entries=new.ledger_entries)
        if is_used_up(old) != is_used_up(new) or counted != new:
            return False
        return old.contract is None or self._contracts.get(old.contract) is contracts.get(old.contract)


def _members(
    before: tuple[EntitlementId, ...] | None, there: Mapping[EntitlementId, bool]
) -> tuple[EntitlementId, ...] | None:
    """A contract's entitlements after a change; None where it has none."""
    kept = [identity for identity in before or () if identity not in there]
    return (*kept, *(identity for identity, is_there in there.items() if is_there)) or None
