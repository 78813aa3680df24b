"""Histories in tables: each row a dated snapshot of a case."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from csmcore.conditions import Record
from csmcore.errors import InvalidValue, shown
from csmcore.model import CaseId, EventId, Finding, HistoryMapping, HistoryRow
from csmcore.wire.cells import CellReader, Unsaid, cell_reader
from csmcore.wire.lines import texts_of
from csmcore.wire.scalars import nearest
from csmcore.wire.stamps import instant_reader

__all__ = ["read_table"]

_JOINER: Final = "/"
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)


def read_table(source: BinaryIO, mapping: HistoryMapping) -> Iterator[HistoryRow | Finding]:
    """The rows of a CSV file, one by one, and what in them could not be read.

    Raises InvalidValue, which names the line, where the file as a whole cannot be read.
    """
    lines = csv.reader(texts_of(source, mapping.encoding), delimiter=mapping.delimiter, strict=True)
    table: _Table | None = None
    while True:
        number = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise InvalidValue(f"line {number}", f"this is no CSV: {error}", "quote cells that hold quotes") from None
        if cells is None:
            break
        if table is None:
            table = _Table.of([cell.strip() for cell in cells], mapping)
        elif cells:
            yield from table.rows(cells, number)
    if table is None:
        raise InvalidValue("line 1", "the file is empty", "begin with a row of column names")


@attrs.frozen
class _Column:
    """Where in a row a field is, and how it is read."""

    field: str
    places: tuple[int, ...]
    read: CellReader


def _hint(name: str, header: Sequence[str]) -> str:
    """What to do about a column that is not there."""
    mark = next((mark for mark in ";,\t|" if len(header) == 1 and mark in header[0]), None)
    if mark is None:
        return nearest(name, tuple(header))
    return f"the header is one column; should the mapping say `delimiter = {json.dumps(mark)}`?"


@attrs.define
class _Table:
    """A table by its header. It keeps the last instant that it read: rows often share one."""

    width: int
    case: int
    at: int
    order: int | None
    columns: tuple[_Column, ...]
    constants: Record
    read_instant: Callable[[str], datetime]
    last: tuple[str, datetime] | None = None

    @classmethod
    def of(cls, header: Sequence[str], mapping: HistoryMapping) -> "_Table":
        """The table with this header. Raises InvalidValue for a column that is not there, or twice."""

        def place(name: str) -> int:
            if header.count(name) != 1:
                problem = "there are two columns" if name in header else "there is no column"
                raise InvalidValue("line 1", f"{problem} {shown(name)}", _hint(name, header))
            return header.index(name)

        read = instant_reader(mapping.at)
        columns = (
            _Column(name, tuple(map(place, column.sources)), cell_reader(name, column, mapping, read))
            for name, column in mapping.fields.items()
        )
        return cls(
            width=len(header),
            case=place(mapping.case),
            at=place(mapping.at.column),
            order=None if mapping.order is None else place(mapping.order),
            columns=tuple(columns),
            constants=mapping.constants,
            read_instant=read,
        )

    def rows(self, cells: list[str], line: int) -> list[HistoryRow | Finding]:
        """What could not be read, then the row; no row if it has no case or no instant."""
        if len(cells) != self.width:
            return [Finding("unreadable_row", f"left out: {len(cells)} cells where {self.width} belong", line)]
        case = CaseId(cells[self.case])
        order = None if self.order is None else _number(cells[self.order])
        fields = dict(self.constants)
        try:
            row = HistoryRow(case, self._instant(cells[self.at]), fields, line, EventId(f"line {line}"), order)
        except InvalidValue as error:
            return [Finding("unreadable_row", f"left out: {error.problem}", line)]
        found: list[HistoryRow | Finding] = []
        if order is None and self.order is not None:
            text = f"order: {shown(cells[self.order])} is no whole number"
            found.append(Finding("unreadable_cell", text, line, case))
        for column in self.columns:
            places = column.places
            cell = cells[places[0]] if len(places) == 1 else _JOINER.join([cells[place] for place in places])
            value = column.read(cell)
            if type(value) is not Unsaid:
                fields[column.field] = value
            elif value.code is not None:
                found.append(Finding(value.code, f"{column.field}: {value.problem}", line, case))
        found.append(row)
        return found

    def _instant(self, cell: str) -> datetime:
        if self.last is None or self.last[0] != cell:
            self.last = cell, self.read_instant(cell)
        return self.last[1]


def _number(cell: str) -> int | None:
    return int(cell) if _WHOLE.fullmatch(cell) else None
