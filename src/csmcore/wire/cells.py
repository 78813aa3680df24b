"""Cells of a table as values of a case's fields, each by its column's rules."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

import attrs

from csmcore.conditions import FieldKind
from csmcore.errors import InvalidValue, shown
from csmcore.model import FieldColumn, HistoryMapping, check_value, row_field

__all__ = ["Cell", "CellReader", "Unsaid", "cell_reader"]

_REMEMBERED: Final = 4096  # cells of one column: most columns repeat few values
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,38}(\.\d{1,38})?", re.ASCII)
_FLAGS: Final = (("true", True), ("false", False), ("1", True), ("0", False), ("yes", True), ("no", False))


@attrs.frozen
class Unsaid:
    """A cell that says nothing of its field, which stays as it was; ``code`` is the finding that it makes, if any."""

    code: str | None = None
    problem: str = ""


Cell: TypeAlias = object  # an `Unsaid`, or a value
CellReader: TypeAlias = Callable[[str], Cell]

_KEPT: Final = Unsaid()


def cell_reader(
    name: str, column: FieldColumn, mapping: HistoryMapping, read_instant: Callable[[str], datetime]
) -> CellReader:
    """A function from a cell to the value of the field, or to why it has none. It raises nothing."""
    field = row_field(name, f"$.fields.{name}")
    kind = column.kind or ("text" if field.kind == "any" else field.kind)
    convert = partial(_converted, kind, read_instant)
    missing = frozenset(mapping.missing)
    known: dict[str, Cell] = {}

    def read_one(cell: str) -> Cell:
        if cell in column.values:
            return column.values[cell]
        if column.values and column.otherwise != "as_is":
            return _otherwise(column, cell)
        try:
            value = convert(cell)
            check_value(value, field, kind, "$")
        except InvalidValue as error:
            return Unsaid("unknown_value" if field.values else "unreadable_cell", error.problem)
        return value

    def read_list(cell: str) -> Cell:
        items = tuple(read_one(item.strip()) for item in cell.split(column.separator))
        return next((item for item in items if isinstance(item, Unsaid)), items)

    read_cell = read_list if field.many else read_one

    def read(cell: str) -> Cell:
        found = known.get(cell, known)
        if found is known:
            found = None if cell in missing else read_cell(cell)
            if len(known) < _REMEMBERED:
                known[cell] = found
        return found

    return read


def _otherwise(column: FieldColumn, cell: str) -> Cell:
    if column.otherwise == "blank":
        return None
    if column.otherwise == "keep":
        return _KEPT
    return Unsaid("unknown_value", f"{shown(cell)} is not among the `values` of the mapping")


def _converted(kind: FieldKind, read_instant: Callable[[str], datetime], cell: str) -> Any:
    """The value of that kind that a cell spells. Raises InvalidValue."""
    if kind == "text":
        return cell
    if kind == "instant":
        return read_instant(cell)
    if kind == "integer" and _INTEGER.fullmatch(cell):
        return int(cell)
    if kind == "decimal" and _DECIMAL.fullmatch(cell):
        return Decimal(cell)
    if kind == "boolean":
        for word, value in _FLAGS:
            if cell.lower() == word:
                return value
    if kind == "date":
        with suppress(ValueError):
            return date.fromisoformat(cell)
    raise InvalidValue("$", f"{shown(cell)} is of no kind {kind}")
