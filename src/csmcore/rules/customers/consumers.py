"""Consumers who turn out to be known: the record of an unknown caller goes into the one that is theirs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

import attrs

from csmcore.model import Address, Consumer, ConsumerId, Reason, Refusal
from csmcore.rules.customers.emails import email_key

__all__ = ["ConsumerMerge", "merge_consumers", "repointed"]

_BOTH = ("unknown", "known")
_ITSELF = Reason("into_itself", "a record is not merged into itself", _BOTH)
_KNOWN = Reason("not_unknown", "only an unknown consumer is merged into another", ("unknown",))
_MERGED = Reason("already_merged", "it is merged already", ("unknown",))
_UNKNOWN = Reason("still_unknown", "nobody knows who the other one is either", ("known",))
_INACTIVE = Reason("inactive_consumer", "the consumer is inactive", ("known",))

_SAME: Mapping[str, Callable[[str], str]] = MappingProxyType({"email": email_key, "phone": str.strip, "user": str})
"""The fields that a known consumer takes over where they are blank, and what makes two values one."""


class ConsumerMerge(NamedTuple):
    """Both records after the merge, and what was taken over or kept from being taken over."""

    unknown: Consumer
    known: Consumer
    reasons: tuple[Reason, ...]


class _OfConsumer(Protocol):
    @property
    def consumer(self) -> ConsumerId | None: ...


_Record = TypeVar("_Record", bound=_OfConsumer)


def merge_consumers(unknown: Consumer, known: Consumer) -> ConsumerMerge | Refusal:
    """Both consumers once it is clear that they are one person. Nothing is lost: the merged record stays, inactive.

    The known one takes over what it has not: e-mail, phone, login, addresses and social profiles. What it has
    otherwise stays, with a reason. Its primary address stays primary. Raises LimitExceeded.
    """
    reasons = tuple(_unmergeable(unknown, known))
    if reasons:
        return Refusal(reasons)
    changes = {name: getattr(unknown, name) for name in _SAME if getattr(unknown, name) and not getattr(known, name)}
    new = tuple(_new_addresses(unknown, known))
    profiles = tuple(one for one in unknown.social_profiles if one not in known.social_profiles)
    taken = (*changes, *(("addresses",) if new else ()), *(("social_profiles",) if profiles else ()))
    said = [Reason("filled", f"taken over: {', '.join(taken)}", taken)] if taken else []
    changes |= {"addresses": known.addresses + new, "social_profiles": known.social_profiles + profiles}
    return ConsumerMerge(
        attrs.evolve(unknown, active=False, merged_into=known.id),
        attrs.evolve(known, **changes),
        (*said, *_conflicts(unknown, known)),
    )


def repointed(records: Iterable[_Record], merged: Consumer) -> tuple[_Record, ...]:
    """Those of the records that were the merged consumer's, as the one's that it was merged into.

    They may be anything with a ``consumer``: cases, assets, sold products, contracts, entitlements. The others, which
    stay as they are, are left out.
    """
    if merged.merged_into is None:
        return ()
    return tuple(_moved(record, merged.merged_into) for record in records if record.consumer == merged.id)


def _moved(record: Any, consumer: ConsumerId) -> Any:
    return attrs.evolve(record, consumer=consumer)


def _unmergeable(unknown: Consumer, known: Consumer) -> Iterator[Reason]:
    wrong = {
        _ITSELF: unknown.id == known.id,
        _KNOWN: not unknown.is_unknown,
        _MERGED: unknown.merged_into is not None,
        _UNKNOWN: known.is_unknown,
        _INACTIVE: not known.active,
    }
    return (reason for reason, holds in wrong.items() if holds)


def _new_addresses(unknown: Consumer, known: Consumer) -> Iterator[Address]:
    held = {address.id for address in known.addresses}
    for address in unknown.addresses:
        if address.id not in held:
            yield attrs.evolve(address, is_primary=address.is_primary and not held)


def _conflicts(unknown: Consumer, known: Consumer) -> Iterator[Reason]:
    for name, key in _SAME.items():
        own, other = getattr(known, name), getattr(unknown, name)
        if own and other and key(own) != key(other):
            yield Reason("kept", f"{name} differs; the known one's stays", (name,))
    others = {address.id: attrs.evolve(address, is_primary=False) for address in unknown.addresses}
    for address in known.addresses:
        if others.get(address.id, attrs.evolve(address, is_primary=False)) != attrs.evolve(address, is_primary=False):
            yield Reason("kept", f"address {address.id} differs; the known one's stays", ("addresses",))
