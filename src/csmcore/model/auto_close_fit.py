"""How well numbers of days say when the cases of a history were closed."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

import attrs

from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.rendering import escaped, html_table, printable

__all__ = ["AutoCloseFit"]

_ALL: Final = 1000  # tenths of a percent
_TITLES: Final = ("days", "closed on that day", "within tolerance", "% of closed")


@attrs.frozen(kw_only=True)
class AutoCloseFit:
    """How well each number of days says when the cases of a history were closed. Printed it is a table.

    ``closed`` counts the cases that were closed from their resolution; ``hits`` those of them that a number of days
    meets, ``histogram`` those that took so many whole days of 24 hours. ``best`` is the number that meets most, the
    least of several; None where none meets any.
    """

    closed: int
    tolerance: timedelta
    hits: Mapping[int, int] = attrs.field(converter=frozen, default=FrozenMapping(), hash=False)
    histogram: Mapping[int, int] = attrs.field(converter=frozen, default=FrozenMapping(), hash=False)

    @property
    def best(self) -> int | None:
        """The number of days that meets most."""
        days = max(self.hits, key=lambda days: (self.hits[days], -days), default=None)
        return days if days is not None and self.hits[days] else None

    def __str__(self) -> str:
        """The best number, then a line for each number of days on which a case was closed."""
        rows = [_TITLES, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(map(printable, (self._headline, *lines)))

    def _repr_html_(self) -> str:
        return f"<p><b>{escaped(self._headline)}</b></p>{html_table(_TITLES, self._rows())}"

    @property
    def _headline(self) -> str:
        best = "no number of days" if self.best is None else f"{self.best} days"
        return f"{best} of {self.closed:,} closed cases, up to {self.tolerance} late"

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        last = max(self.hits, default=-1)
        for days in range(last + 1):
            count, hits = self.histogram.get(days, 0), self.hits.get(days, 0)
            if count or hits:
                tenths = (2 * _ALL * hits + self.closed) // (2 * self.closed)
                yield str(days), f"{count:,}", f"{hits:,}", f"{tenths // 10}.{tenths % 10}"
        later = sum(count for days, count in self.histogram.items() if days > last)
        if later:
            yield "more", f"{later:,}", "", ""
