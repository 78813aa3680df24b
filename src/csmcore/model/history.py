"""Case histories as other systems have them: dated rows, what they leave to be said, and how their columns are read."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.calendars import FoldRule, GapRule, WallClock
from csmcore.conditions import FieldKind, FieldType, Record, kind_of
from csmcore.errors import InvalidValue, UnknownKey, shown
from csmcore.model.fields import in_utc, is_id, is_written, one_of, optional
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import CaseId, EventId
from csmcore.model.periods import is_zone
from csmcore.model.rendering import names_alone
from csmcore.model.schema import REVISION_SCHEMA

__all__ = [
    "ENCODINGS",
    "CellKind",
    "FieldColumn",
    "Finding",
    "HistoryMapping",
    "HistoryRow",
    "Layout",
    "Otherwise",
    "TimeColumn",
    "check_value",
    "row_field",
]

Layout: TypeAlias = Literal["grouped", "by_time"]
CellKind: TypeAlias = Literal["text", "boolean", "integer", "decimal", "date", "instant"]
Otherwise: TypeAlias = Literal["finding", "keep", "blank", "as_is"]
Encoding: TypeAlias = Literal["utf-8", "cp1252", "latin-1"]
Delimiter: TypeAlias = Literal[",", ";", "\t", "|"]

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
"""Encodings in which a line feed is always the end of a line."""

_FLAG = FieldType("boolean", nullable=False)
_BESIDE = MappingProxyType(
    {"contract_is_manual": _FLAG, "entitlement_is_manual": _FLAG, "priority_override": FieldType("text")}
)


@attrs.frozen
class HistoryRow:
    """What a history says of a case at an instant.

    ``fields`` are those of a revision (`csmcore.model.REVISION_SCHEMA`), and whether contract and entitlement were
    set by hand. One that is not there stays as it was, one that is None is blank; ``event.*`` is true of this row
    alone. ``order`` tells the rows of one case apart where instants do not; ``line`` counts from 1.
    """

    case: CaseId = attrs.field(validator=is_id)
    at: datetime
    fields: Record = attrs.field(hash=False, repr=names_alone)
    line: int
    event_id: EventId
    order: int | None = None

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")


@attrs.frozen
class Finding:
    """Something in a history that is not as it should be: a stable ``code``, a text for people, and where it is.

    Codes: ``unreadable_row`` (left out), ``unreadable_cell`` and ``unknown_value`` (the field stays as it was),
    ``duplicate_event``, ``out_of_order``, ``raised_instant``, ``opens_as``, ``emptied_state``, ``refused_step``,
    ``priority_differs``, ``no_customer``, ``unknown_customer``, ``unknown_agreement``, ``unknown_calendar``,
    ``no_date``.
    """

    code: str
    text: str
    line: int | None = None
    case: CaseId | None = None


@attrs.frozen(kw_only=True)
class TimeColumn:
    """The column that says when, and how it says it.

    ``format`` is ``iso``, or spells the cell with ``%Y %m %d %H %M %S %f`` (also ``%b`` Jan, ``%I %p`` 02 PM, ``%z``
    +0100). ``timezone`` is that of cells without an offset; ``gap`` and ``fold`` as `csmcore.calendars.WallClock` has
    them. Raises UnknownTimeZone.
    """

    column: str = attrs.field(validator=is_written)
    format: str = attrs.field(default="iso", validator=is_written)
    timezone: str | None = attrs.field(default=None, validator=optional(is_zone))
    gap: GapRule = attrs.field(default="later", validator=one_of(get_args(GapRule)))
    fold: FoldRule = attrs.field(default="first", validator=one_of(get_args(FoldRule)))

    @property
    def clock(self) -> WallClock | None:
        """The clock on the wall that cells without an offset were read from."""
        return None if self.timezone is None else WallClock(self.timezone, self.gap, self.fold)


@attrs.frozen(kw_only=True)
class FieldColumn:
    """Where a field's value is, and how it is translated.

    The cells of several ``columns`` are joined by ``/``. ``values`` say what a cell means; ``otherwise`` what one
    means that they leave out: a ``finding`` (the field stays as it was), ``keep`` (it stays, and that is fine),
    ``blank``, or what is written there (``as_is``, as for all cells where there are no ``values``). ``kind`` is for
    ``extra.*`` only: other fields have theirs. ``separator`` stands between the items of a list. Raises InvalidValue.
    """

    column: str | None = attrs.field(default=None, validator=optional(is_written))
    columns: tuple[str, ...] = ()
    kind: CellKind | None = attrs.field(default=None, validator=optional(one_of(get_args(CellKind))))
    values: Record = attrs.field(factory=dict, converter=frozen, hash=False)
    otherwise: Otherwise = attrs.field(default="finding", validator=one_of(get_args(Otherwise)))
    separator: str = attrs.field(default=",", validator=is_written)

    def __attrs_post_init__(self) -> None:
        """Refuse a field without a column, or with two sorts of them."""
        if (self.column is None) == (not self.columns):
            raise InvalidValue("$.column", "there must be `column` or `columns`", "name one column, or list several")

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns that are read."""
        return self.columns if self.column is None else (self.column,)


@attrs.frozen(kw_only=True)
class HistoryMapping:
    """How the columns of a table are read as a history: which is the case, which the instant, what the others mean.

    Rows are ``grouped`` by case (one case in memory at a time), or come ``by_time``. ``order`` names a column of whole
    numbers in whose order a case's rows happened; without one they happened as they come. ``missing`` are the cells
    that say nothing; ``constants`` are fields that have one value in every row. Raises InvalidValue, UnknownKey.
    """

    name: str = attrs.field(validator=is_id)
    layout: Layout = attrs.field(default="grouped", validator=one_of(get_args(Layout)))
    case: str = attrs.field(validator=is_written)
    at: TimeColumn
    order: str | None = attrs.field(default=None, validator=optional(is_written))
    fields: Mapping[str, FieldColumn] = attrs.field(converter=frozen, hash=False)
    constants: Record = attrs.field(factory=dict, converter=frozen, hash=False)
    missing: tuple[str, ...] = ("",)
    encoding: Encoding = attrs.field(default="utf-8", validator=one_of(ENCODINGS))
    delimiter: Delimiter = attrs.field(default=",", validator=one_of(get_args(Delimiter)))

    def __attrs_post_init__(self) -> None:
        """Refuse fields that no revision has, and values that they cannot have."""
        for name, column in self.fields.items():
            place = f"$.fields.{name}"
            field = row_field(name, place)
            if column.kind is not None and field.kind not in {"any", column.kind}:
                raise InvalidValue(f"{place}.kind", f"{name} is of kind {field.kind}", "leave `kind` out")
            for cell, value in column.values.items():
                check_value(value, field, column.kind, f"{place}.values[{shown(cell)}]")
        for name, value in self.constants.items():
            place = f"$.constants.{name}"
            check_value(value, row_field(name, place), None, place)


def row_field(name: str, place: str) -> FieldType:
    """The type of a field that a row can say something of. Raises UnknownKey."""
    found = _BESIDE.get(name) or REVISION_SCHEMA.type_of(name)
    if found is None:
        hint = "write a field of `REVISION_SCHEMA`, or one of your own as `extra.<name>`"
        raise UnknownKey(place, f"no revision has a field {shown(name)}", hint)
    return found


def check_value(value: object, field: FieldType, kind: FieldKind | None, place: str) -> None:
    """Refuse a value that a field cannot have; blank it may always be, since histories are what they are."""
    wanted = kind or field.kind
    if value is None or (field.many and isinstance(value, tuple)):
        return
    if wanted != "any" and kind_of(value) != wanted:
        raise InvalidValue(place, f"{shown(value)} is not of kind {wanted}", f"write one of kind {wanted}")
    if field.values is not None and value not in field.values:
        listed = ", ".join(map(str, field.values))
        raise InvalidValue(place, f"{shown(value)} is not one of {listed}", "translate it to one of them")
