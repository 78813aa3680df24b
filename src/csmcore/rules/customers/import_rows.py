"""Rows of text as fields of accounts and contacts, with everything that is wrong with their cells."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeAlias, cast
from unicodedata import category

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import Account, Contact, Imported, ImportRules, Reason
from csmcore.rules.customers.emails import is_email

__all__ = ["KINDS", "Kind", "Row", "RowReader", "built", "missing"]

Reader: TypeAlias = Callable[[str], object]
"""From a trimmed cell that says something to its value, or to the `Reason` why it has none."""

_KEY = "key"
_MAX_KEY = 150  # with the source before it, it is still an id
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_JOINERS = str.maketrans("", "", "\u200c\u200d")  # between letters they are part of scripts and emoji
_FLAGS = MappingProxyType({"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False})

_NO_MAPPING = Reason("not_a_mapping", "it is no mapping of columns to text")
_EXTRA = Reason("extra_cells", "it has more cells than columns")


def _key(cell: str) -> object:
    problem = f"a key has at most {_MAX_KEY} characters"
    return cell if len(cell) <= _MAX_KEY else Reason("malformed_key", problem, (_KEY,))


def _email(cell: str) -> object:
    return cell if is_email(cell) else Reason("malformed_email", f"no mail can go to {shown(cell)}", ("email",))


def _roles(cell: str) -> object:
    return frozenset(part for part in (part.strip() for part in cell.split(";")) if part)


def _flag(name: str) -> Reader:
    def read(cell: str) -> object:
        value = _FLAGS.get(cell.lower())
        known = ", ".join(_FLAGS)
        return Reason("not_a_flag", f"{shown(cell)} is none of {known}", (name,)) if value is None else value

    return read


def _flags(*names: str) -> dict[str, Reader | None]:
    return {name: _flag(name) for name in names}


def _texts(*names: str) -> dict[str, Reader | None]:
    return dict.fromkeys(names)


class Kind(NamedTuple, Generic[Imported]):
    """How rows are read and told apart that make one kind of noun.

    ``columns`` are all that a row may have, each with what reads it (None: the text itself). ``refers`` is the one that
    names an account by its key. Of ``identities`` no two nouns have the same, of those in ``within_account`` no two of
    one account.
    """

    noun: type[Imported]
    columns: Mapping[str, Reader | None]
    required: tuple[str, ...]
    refers: str
    identities: tuple[str, ...]
    within_account: frozenset[str]
    may_identify: frozenset[str]


KINDS: Mapping[type, Kind[Any]] = MappingProxyType(
    {
        Account: Kind(
            noun=Account,
            columns=MappingProxyType(
                _texts("name", "number", "parent", "account_code", "registration_code", "phone", "website")
                | _texts("duns", "notes", "calendar", "timezone")
                | _flags("is_customer", "is_partner", "active")
                | {_KEY: _key}
            ),
            required=("name",),
            refers="parent",
            identities=("number", "account_code", "registration_code"),
            within_account=frozenset(),
            may_identify=frozenset({"number", "account_code", "registration_code", "name", "duns", "website", "phone"}),
        ),
        Contact: Kind(
            noun=Contact,
            columns=MappingProxyType(
                _texts("account", "name", "phone", "user")
                | _flags("active")
                | {_KEY: _key, "email": _email, "roles": _roles}
            ),
            required=("account", "name"),
            refers="account",
            identities=("email", "user"),
            within_account=frozenset({"email", "name", "phone"}),
            may_identify=frozenset({"email", "user", "name", "phone"}),
        ),
    }
)
"""Both kinds of customers that are imported."""


@attrs.define(eq=False)
class Row(Generic[Imported]):
    """One row: what it says, blanks too, and what is wrong with it; the known ``noun`` that has its key.

    ``id`` is that noun's, or what a new one is to have.
    """

    number: int
    key: str | None
    values: dict[str, Any]
    problems: list[Reason]
    id: str = ""
    noun: Imported | None = None


class _Column(NamedTuple):
    name: str
    field: str
    read: Reader | None
    has_lines: bool
    blank: object


@attrs.define
class RowReader(Generic[Imported]):
    """Reads rows one by one; it keeps what it found out about the last row's columns, which are mostly the next one's.

    Whatever a row is, reading it raises nothing; what a mapping of the host's own raises, other than KeyError, is its.
    """

    kind: Kind[Imported]
    rules: ImportRules
    header: tuple[object, ...] = ()
    columns: tuple[_Column, ...] = ()
    misfits: tuple[Reason, ...] = ()

    def read(self, number: int, row: object) -> Row[Imported]:
        """The row as values of fields, each cell trimmed; blank ones say nothing."""
        if not isinstance(row, Mapping):
            return Row(number, None, {}, [_NO_MAPPING])
        header = tuple(row)
        if header != self.header:
            self._learn(header)
        values: dict[str, Any] = {}
        problems = list(self.misfits)
        erase = self.rules.erase
        for column in self.columns:
            try:
                cell = row[column.name]
            except KeyError:
                problems.append(_no_cell(column))
                continue
            if not isinstance(cell, str):
                problems.append(_no_text(column.field, cell))
                continue
            cell = cell.strip()
            if not cell:
                continue
            if not cell.isprintable() and (garbled := _garbled(column, cell)):
                problems += garbled
                continue
            value = column.blank if cell == erase else (cell if column.read is None else column.read(cell))
            if isinstance(value, Reason):
                problems.append(value)
            else:
                values[column.field] = value
        key = values.pop(_KEY, None)
        if key is None and not any(_KEY in reason.fields for reason in problems):
            problems.append(_missing(_KEY))
        return Row(number, key, values, problems)

    def _learn(self, header: tuple[object, ...]) -> None:
        columns: list[_Column] = []
        misfits: list[Reason] = []
        for name in header:
            field = self.rules.columns.get(name, name) if isinstance(name, str) else ""
            if name is None:
                misfits.append(_EXTRA)
            elif isinstance(name, str) and field is not None and field in self.kind.columns:
                columns.append(self._column(name, field))
            elif field is not None:
                misfits.append(Reason("unknown_column", f"{shown(name)} is no column that is read"))
        for field, times in Counter(column.field for column in columns).items():
            if times > 1:
                misfits.append(Reason("repeated_column", f"{times} columns are {field}", (field,)))
        self.header, self.columns, self.misfits = header, tuple(columns), tuple(misfits)

    def _column(self, name: str, field: str) -> _Column:
        blank = _missing(field) if field in {_KEY, *self.kind.required} else self._blanks[field]
        return _Column(name, field, self.kind.columns[field], field == "notes", blank)

    @property
    def _blanks(self) -> dict[str, Any]:
        return {field.name: field.default for field in attrs.fields(self.kind.noun)}


def missing(kind: Kind[Imported], values: Mapping[str, Any], problems: Iterable[Reason]) -> list[Reason]:
    """A reason for each field that a new noun must have and the row does not tell, nor tells wrongly."""
    untold = [name for name in kind.required if name not in values]
    told = {field for reason in problems for field in reason.fields} if untold else frozenset[str]()
    return [_missing(name) for name in untold if name not in told]


def _missing(field: str) -> Reason:
    return Reason("missing", f"{field} is missing", (field,))


def _no_text(field: str, cell: object) -> Reason:
    if cell is None:
        return Reason("missing_cell", f"it has no cell for {field}: it is shorter than its header", (field,))
    return Reason("not_text", f"{shown(cell)} is no text", (field,))


def _no_cell(column: _Column) -> Reason:
    return Reason("malformed_row", f"it lists {shown(column.name)}, but has nothing there", (column.field,))


def _garbled(column: _Column, cell: str) -> list[Reason]:
    pattern = _CONTROL_BUT_LINES if column.has_lines else _CONTROL
    wrong = {
        Reason("control_characters", "it has control characters", (column.field,)): pattern.search(cell) is not None,
        Reason("invisible_characters", "it has invisible characters", (column.field,)): _hides(cell),
    }
    return [reason for reason, holds in wrong.items() if holds]


def _hides(cell: str) -> bool:
    """Whether it has characters that nobody sees, or that turn the others round: Unicode's format characters."""
    letters = (cell[0], *cell[1:-1].translate(_JOINERS), cell[-1])
    return any(category(letter) == "Cf" for letter in letters)


def built(
    kind: Kind[Imported], changes: Mapping[str, Any], target: Imported | None, noun_id: str
) -> Imported | list[Reason]:
    """The target with these changes, or a new noun where there is none; or all that its constructor refuses."""
    if target is not None:
        make: Callable[..., Imported] = partial(attrs.evolve, target)
        stand_ins: dict[str, Any] = {}
    else:
        make = partial(cast(Callable[..., Imported], kind.noun), id=noun_id)
        stand_ins = dict.fromkeys(kind.required, "-")
    fields: dict[str, Any] = {**stand_ins, **changes}
    problems: list[Reason] = []
    while True:
        try:
            noun = make(**fields)
        except InvalidValue as error:
            problems.append(Reason("invalid_value", str(error), (error.path,)))
            if fields.pop(error.path, None) is None:
                return problems
            fields = {**stand_ins, **fields}
        else:
            return problems or noun
