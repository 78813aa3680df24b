"""Entitlements filed by what they name, best first in each file.

An entitlement that names an account and a product can apply only to a case of that account about that product. So
those of one *shape* (account and product) are filed under their values, and a case asks each shape for its own. One
that names a contract is filed under the contract's id, for cases that have it, and under its customer with each thing
that it covers, for the others.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple, TypeAlias

from csmcore.model import ContractId, Dimension, Entitlement, EntitlementId, ServiceContract, SupportPolicy
from csmcore.rules.agreements.entitlement_fit import DIMENSIONS, FAR, Asked, Check, is_used_up
from csmcore.rules.agreements.entitlement_judging import Judged, applies, ends, place, strength
from csmcore.rules.agreements.persistent_map import PersistentMap

__all__ = ["Changes", "Filed", "Files", "Handle", "Shape", "entry_of", "filing", "handles", "reshaped"]

_FEW: Final = 8  # entries of one file that change one by one
_NAMES: Final = tuple(name for name, _, _ in DIMENSIONS)
_UNSETTLED: Final = frozenset({"contract", "account", "household"})
"""What a file does not settle by itself: what is covered and who belongs to it on the day, and what passes down."""

Shape: TypeAlias = tuple[int, ...]
"""What entitlements name, as places in `DIMENSIONS`."""
Handle: TypeAlias = object
"""A value of what is named, or a tuple of several; for a contract its id, or its customer with a thing it covers."""
Filed: TypeAlias = tuple[bool, int, bool, int, str, EntitlementId]
"""All that an entitlement is compared by within its file, its id last."""
Known: TypeAlias = Callable[[EntitlementId], Entitlement | None]


class Files(NamedTuple):
    """The entitlements of one shape by what they name, best first; ``bound`` is the best key that any may have."""

    shape: Shape
    matched: tuple[Dimension, ...]
    weights: tuple[int, ...]
    checks: tuple[Check, ...]
    bound: tuple[bool, int, int, int]
    files: PersistentMap[Handle, tuple[Filed, ...]]

    def best(self, filed: Sequence[Filed]) -> tuple[bool, int, int, int]:
        """The best key that any of one file may have."""
        return (*filed[0][:2], *self.bound[2:])

    def judged(self, filed: Filed, asked: Asked, known: Known) -> Judged | None:
        """What `judge` says of an entitlement of this shape, if it applies."""
        is_default, order, is_used_up, last_day, number, identity = filed
        entitlement = known(identity)
        if entitlement is None or not applies(entitlement, self.checks, asked):
            return None
        _, _, strongest, heaviest = self.bound
        up = asked.distances.get(entitlement.account, 0) if entitlement.account else 0
        key = (is_default, order, strongest, heaviest, up, is_used_up, last_day, number, identity)
        return Judged(entitlement, self.matched, self.weights, (), (), key)

    def first(self, filed: Sequence[Filed], asked: Asked, known: Known) -> Judged | None:
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


class Changes(NamedTuple):
    """What leaves a file, and what comes into it."""

    gone: list[Filed]
    come: list[Filed]


def handles(shape: Shape, values: Sequence[Sequence[Handle]]) -> Iterable[Handle]:
    """Where in the files of a shape the entitlements are that name only what is among the values."""
    if len(shape) == 1:
        return values[shape[0]]
    return product(*[values[dimension] for dimension in shape])


def entry_of(entitlement: Entitlement, policy: SupportPolicy) -> Filed:
    """What an entitlement is filed as."""
    is_default, order = place(entitlement, policy.entitlements)
    compared = (is_used_up(entitlement), ends(entitlement), entitlement.number, entitlement.id)
    return (is_default, order, *compared)


def filing(
    entitlement: Entitlement, contracts: PersistentMap[ContractId, ServiceContract]
) -> Iterator[tuple[Shape, Handle]]:
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


def _contract_handles(contract: ServiceContract) -> Iterable[Handle]:
    """Its id, for cases that have it; for the others its customer with each thing that it covers at some time."""
    customer = contract.account or contract.consumer
    covered = ((customer, (entry.kind, getattr(entry, entry.kind))) for entry in contract.covered)
    return dict.fromkeys((contract.id, *covered))


def reshaped(
    shapes: Iterable[Files], changes: Mapping[Shape, Mapping[Handle, Changes]], policy: SupportPolicy
) -> tuple[Files, ...]:
    """The files of all shapes after the changes, those that may have the best answer first."""
    found = {files.shape: files for files in shapes}
    for shape, by_handle in changes.items():
        before = found.get(shape)
        files = PersistentMap[Handle, tuple[Filed, ...]]({}) if before is None else before.files
        changed = {handle: _refiled(files.get(handle) or (), change) for handle, change in by_handle.items()}
        firsts = [(filed[0][0], filed[0][1]) for filed in changed.values() if filed]
        places = [*firsts, *([before.bound[:2]] if before else [])]
        found[shape] = _files(shape, min(places), files.changed(changed), policy)
    return tuple(sorted(found.values(), key=lambda files: (files.bound, files.shape)))


def _files(
    shape: Shape,
    best_place: tuple[bool, int],
    files: PersistentMap[Handle, tuple[Filed, ...]],
    policy: SupportPolicy,
) -> Files:
    rows = [DIMENSIONS[dimension] for dimension in shape]
    weights = tuple(dict.fromkeys(weight for _, weight, _ in rows))
    bound = (*best_place, *strength(weights, policy.entitlements))
    checks = tuple(check for name, _, check in rows if name in _UNSETTLED)
    return Files(shape, tuple(name for name, _, _ in rows), weights, checks, bound, files)


def _refiled(filed: tuple[Filed, ...], change: Changes) -> tuple[Filed, ...] | None:
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
