"""Which definitions can match a record at all: a policy with hundreds of them asks only those.

Each definition is a bit. A definition whose start demands a value of a field (``priority == 1``, ``entitlement.plan in
(gold, silver)``, joined to the rest by *and*) is ruled out by any other value; for each such field there is the set of
definitions that a value leaves, and the sets are intersected.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from csmcore.conditions import AllOf, Atom, Condition, Record
from csmcore.model import DefinitionId, SlaDefinition

__all__ = ["Candidates", "bits"]

_Key: TypeAlias = tuple[type, object]
_EXACT = frozenset({str, int, bool})  # types whose values are equal only to themselves, once their type is


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@attrs.frozen(eq=False)
class Candidates:
    """The definitions that each value leaves, field by field; and those that contracts must name."""

    everyone: int
    contractual: int
    named: Mapping[DefinitionId, int]
    by_field: tuple[tuple[str, Mapping[_Key, int], int], ...]

    @classmethod
    def of(cls, definitions: Sequence[SlaDefinition]) -> "Candidates":
        """Look at the starts of the definitions."""
        demands = [_demands(definition.start) for definition in definitions]
        fields = sorted({name for each in demands for name in each})
        contractual = [number for number, definition in enumerate(definitions) if definition.contractual]
        return cls(
            everyone=(1 << len(definitions)) - 1,
            contractual=_mask(contractual),
            named=MappingProxyType({definitions[number].id: 1 << number for number in contractual}),
            by_field=tuple((name, *_table([each.get(name) for each in demands])) for name in fields),
        )

    def starting(self, record: Record) -> int:
        """Those whose start may hold on the record."""
        mask = self.everyone
        for name, table, others in self.by_field:
            value = record.get(name)
            mask &= table.get((type(value), value), others) if type(value) in _EXACT else others
        return mask

    def running(self, record: Record) -> int:
        """Those that the case's contract lets run.

        A contractual one runs iff the contract or the entitlement names it; another iff the case has no contract, or
        its contract runs those too (ServiceNow's *process non-contractual SLAs*).
        """
        is_free = record.get("contract") is None or record.get("contract.runs_non_contractual") is True
        mask = self.everyone & ~self.contractual if is_free else 0
        if self.contractual:
            for name in ("contract.sla_definitions", "entitlement.sla_definitions"):
                listed: Any = record.get(name)
                if isinstance(listed, tuple | list):
                    for identity in listed:
                        mask |= self.named.get(DefinitionId(identity), 0) if isinstance(identity, str) else 0
        return mask


def _mask(numbers: Iterable[int]) -> int:
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def _demands(start: Condition | None) -> dict[str, frozenset[_Key]]:
    """The values that a start demands of fields: the record must have one of them."""
    found: dict[str, frozenset[_Key]] = {}
    for atom in _joined(start):
        values = atom.value if isinstance(atom.value, tuple) else (atom.value,)
        if atom.op in {"eq", "in"} and atom.other is None and all(type(value) in _EXACT for value in values):
            keys = frozenset((type(value), value) for value in values)
            found[atom.field] = found.get(atom.field, keys) & keys
    return found


def _joined(condition: Condition | None) -> Iterator[Atom]:
    """The atoms that must all hold for the condition to hold."""
    if isinstance(condition, Atom):
        yield condition
    elif isinstance(condition, AllOf):
        for part in condition.conditions:
            yield from _joined(part)


def _table(demanded: Sequence[frozenset[_Key] | None]) -> tuple[Mapping[_Key, int], int]:
    """For each value of one field the definitions that it leaves, and those that every other value does."""
    others = _mask(number for number, keys in enumerate(demanded) if keys is None)
    values = {key for keys in demanded if keys is not None for key in keys}
    table = {
        key: others | _mask(number for number, keys in enumerate(demanded) if keys is not None and key in keys)
        for key in values
    }
    return MappingProxyType(table), others
