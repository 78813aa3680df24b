"""Rows of an import that something stands in the way of, until it is settled."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple

import attrs

from csmcore.errors import shown
from csmcore.model import Imported, Reason
from csmcore.rules.customers.import_rows import Row

__all__ = ["ABOVE_ITSELF", "Objection", "Rival", "WaitingRows"]

ABOVE_ITSELF = Reason("above_itself", "the account would be above itself", ("parent",))
"""The reason of an account that is its own parent, by way of others or not."""


class Objection(NamedTuple):
    """What speaks against a row; a change of one of the nouns ``lifted_by`` may lift it.

    ``row`` and ``id`` are the row and the noun that a duplicate is one of.
    """

    reason: Reason
    lifted_by: tuple[str, ...] = ()
    row: int | None = None
    id: str | None = None


class Rival(NamedTuple, Generic[Imported]):
    """Who has an identity already: an earlier row, or a known noun."""

    field: str
    row: int | None
    noun: Imported | None

    @property
    def objection(self) -> Objection:
        """That a new row has the identity too; of a known noun it is lifted where that one changes."""
        if self.noun is None:
            reason = Reason("repeated_value", f"row {self.row:,} has the same {self.field}", (self.field,))
            return Objection(reason, row=self.row)
        reason = Reason("known_value", f"{shown(self.noun.id)} has the same {self.field}", (self.field,))
        return Objection(reason, (self.noun.id,), id=self.noun.id)


@attrs.define(eq=False)
class WaitingRows(Generic[Imported]):
    """Rows that wait, each for some ids of nouns; what a row would make is ``held``: not settled either."""

    rows: dict[int, tuple[Row[Imported], list[Objection]]] = attrs.field(factory=dict)
    by_id: dict[str, list[int]] = attrs.field(factory=dict)
    held: set[str] = attrs.field(factory=set)

    def __len__(self) -> int:
        """How many wait."""
        return len(self.rows)

    def park(self, row: Row[Imported], objections: list[Objection], ids: Iterable[str]) -> None:
        """Keep a row until one of the ids is settled."""
        self.rows[row.number] = row, objections
        self.held.add(row.id)
        for one in ids:
            self.by_id.setdefault(one, []).append(row.number)

    def wake(self, ids: Iterable[str]) -> list[Row[Imported]]:
        """Take out the rows that wait for one of these ids; the earliest is the last of the list."""
        numbers = {number for one in ids for number in self.by_id.pop(one, ()) if number in self.rows}
        woken = [self.rows.pop(number)[0] for number in sorted(numbers, reverse=True)]
        for row in woken:
            self.held.discard(row.id)
        return woken

    def left(self) -> Iterator[tuple[Row[Imported], list[Objection]]]:
        """Those that nothing helped, in order; new accounts that are above each other in a circle are told so."""
        circular = self._circular()
        for number, (row, objections) in sorted(self.rows.items()):
            told = Objection(ABOVE_ITSELF)
            yield row, [told if number in circular and _parent_of([one]) else one for one in objections]

    def _circular(self) -> set[int]:
        """The rows whose parents lead back to them: what is left when those that are above nobody go, one by one."""
        by_id = {row.id: number for number, (row, _) in self.rows.items()}
        above = {number: by_id.get(_parent_of(objections)) for number, (_, objections) in self.rows.items()}
        children = Counter(above.values())
        leaves = [number for number in above if not children[number]]
        while leaves:
            parent = above.pop(leaves.pop())
            children[parent] -= 1
            if parent is not None and not children[parent]:
                leaves.append(parent)
        return {number for number, parent in above.items() if parent is not None}


def _parent_of(objections: Iterable[Objection]) -> str:
    """The id of the parent that is not there, or nothing."""
    return next((one.lifted_by[0] for one in objections if one.reason.code == "unknown_parent"), "")
