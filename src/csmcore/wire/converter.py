"""The one strict converter: plain data to nouns, by their types alone. cattrs finds the reader of each type.

Nothing is coerced, no key goes unread, and what is wrong is told all at once, each problem with its place.
"""

from collections import abc
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

import attrs

from csmcore.calendars import BusinessCalendar, Calendar, calendar_from_mapping
from csmcore.conditions import Condition, Constant, Record, condition_from_mapping
from csmcore.errors import DocumentError, InvalidValue, UnknownKey, shown
from csmcore.model import (
    COMMANDS,
    KEYED_FIELDS,
    Case,
    CaseTask,
    Command,
    Event,
    Order,
    Scene,
    SlaDefinition,
    SupportPolicy,
    UpdateCase,
    UpdateTask,
)
from csmcore.wire.kinds import COMMAND, untagged
from csmcore.wire.problems import Problems, at_key
from csmcore.wire.scalars import SCALARS, Reader, nearest, read_choice, read_free_values, read_mapping, said, untyped
from csmcore.wire.shorthand import SHORT

__all__ = ["read_noun"]

_Noun = TypeVar("_Noun")
_ReaderOf = Callable[[Any], Reader]


def read_noun(kind: type[_Noun], document: object) -> _Noun:
    """The noun that plain data describes; `check_content` has seen the data. Raises DocumentError."""
    from cattrs.errors import StructureHandlerNotFoundError  # noqa: PLC0415 - only for those who read documents

    try:
        return cast(_Noun, _reader_of()(kind)(document))
    except InvalidValue as error:
        raise DocumentError([error]) from None
    except StructureHandlerNotFoundError:
        problem = InvalidValue("$", f"{shown(kind)} is no kind that documents have", "read a noun")
        raise DocumentError([problem]) from None


@cache
def _reader_of() -> _ReaderOf:
    """Finds the reader of a type, made when it is first needed: it is code, and never changes."""
    from cattrs import Converter  # noqa: PLC0415 - only for those who read documents

    converter = Converter()

    def reader_of(kind: Any) -> Reader:
        hook = converter.get_structure_hook(kind)
        return lambda value: hook(value, kind)

    for plain, read in SCALARS.items():
        converter.register_structure_hook(plain, _as_hook(read))
    for matches, make in _MAKERS.items():
        converter.register_structure_hook_factory(matches, partial(_hook_for, make, reader_of))
    converter.register_structure_hook(Calendar, _as_hook(_read_calendar))
    return reader_of


def _as_hook(read: Reader) -> Callable[[Any, Any], Any]:
    return lambda value, _: read(value)


def _hook_for(make: Callable[[Any, _ReaderOf], Reader], reader_of: _ReaderOf, kind: Any) -> Callable[[Any, Any], Any]:
    return _as_hook(make(kind, reader_of))


# --- nouns -----------------------------------------------------------------------------------------------------------


def _noun_reader(kind: type, reader_of: _ReaderOf) -> Reader:
    """Reads a noun from a mapping of its fields. A field that is None by design may be left out."""
    fields = {field.name: field for field in attrs.fields(kind) if field.init}
    special = _SPECIAL.get(kind, {})
    readers = {name: reader_of(field.type) for name, field in fields.items() if name not in special}
    readers |= {name: make(reader_of) for name, make in special.items()}
    words = tuple(name for name in readers if name != "id")  # what a table's body may say: its name is the id
    needed = [name for name, field in fields.items() if field.default is attrs.NOTHING]
    blank = {name: None for name in needed if type(None) in get_args(fields[name].type)}

    shorten = SHORT.get(kind, read_mapping)

    def read(document: object) -> object:
        given = {**blank, **shorten(document)}
        problems = Problems()
        for name in needed:
            if name not in given:
                problems.add(InvalidValue(f"$.{name}", "it is missing", f"give it its `{name}`"))
        values = {}
        for key, value in given.items():
            if key in readers:
                values[key] = problems.attempt(readers[key], value, f"$.{key}")
            elif not problems.is_full:
                problems.add(UnknownKey("$", f"unknown key {shown(key)}", nearest(key, words)))
        problems.report()
        return _constructed(kind, values)

    return read


def _constructed(kind: type[Any], values: dict[str, Any]) -> object:
    """The noun of values that have the right types; all that its fields refuse is told at once."""
    try:
        return kind(**values)
    except InvalidValue as error:
        problems = _refused(kind, values)
        if not problems.found:
            problems.add(error, "$" if error.path.startswith("$") else f"$.{error.path}")
        raise DocumentError(problems.found) from None


def _refused(kind: type[Any], values: dict[str, Any]) -> Problems:
    """What the checks of the fields, one by one, have against the values."""
    problems = Problems()
    noun: Any = object.__new__(kind)
    for field in attrs.fields(kind):
        object.__setattr__(noun, field.name, values.get(field.name, field.default))
    for field in attrs.fields(kind):
        if field.validator is not None and field.name in values:
            try:
                field.validator(noun, field, values[field.name])
            except InvalidValue as error:
                inside = error.path.startswith((f"{field.name}.", f"{field.name}["))
                problems.add(error, f"$.{error.path if inside else field.name}")
    return problems


# --- what nouns are made of ------------------------------------------------------------------------------------------


def _tuple_reader(kind: Any, reader_of: _ReaderOf) -> Reader:
    """Reads a list: of any length where the type says so, else of one item for each of the types."""
    types = get_args(kind)
    if types[-1] is ...:
        return _list_reader(reader_of(types[0]))
    readers = [reader_of(each) for each in types]

    def read(document: object) -> tuple[Any, ...]:
        items = _read_list(document)
        if len(items) != len(readers):
            raise InvalidValue("$", f"{len(items)} items where {len(readers)} belong", f"list {len(readers)}")
        problems = Problems()
        made = [problems.attempt(readers[index], item, f"$[{index}]") for index, item in enumerate(items)]
        problems.report()
        return tuple(made)

    return read


def _list_reader(read_item: Reader) -> Reader:
    def read(document: object) -> tuple[Any, ...]:
        problems = Problems()
        made = []
        for index, item in enumerate(_read_list(document)):
            made.append(problems.attempt(read_item, item, f"$[{index}]"))
            if problems.is_full:
                break
        problems.report()
        return tuple(made)

    return read


def _set_reader(kind: Any, reader_of: _ReaderOf) -> Reader:
    (item,) = get_args(kind)
    read_all = _list_reader(reader_of(item))

    def read(document: object) -> frozenset[Any]:
        items = read_all(document)
        made = frozenset(items)
        if len(made) < len(items):
            index = next(index for index, item in enumerate(items) if item in items[:index])
            raise InvalidValue(f"$[{index}]", f"{said(items[index])} is listed twice", "list each once")
        return made

    return read


def _mapping_reader(kind: Any, reader_of: _ReaderOf) -> Reader:
    _, item = get_args(kind)
    if attrs.has(item) and "id" in attrs.fields_dict(item):
        return _table_reader(item, reader_of)
    read_item = reader_of(item)
    return _by_name(lambda _, value: read_item(value))


def _choice_reader(kind: Any, _: _ReaderOf) -> Reader:
    choices = get_args(kind)
    return lambda value: read_choice(value, choices)


def _condition_reader(_: Any, __: _ReaderOf) -> Reader:
    return condition_from_mapping


def _optional_condition_reader(_: Any, __: _ReaderOf) -> Reader:
    return lambda value: None if value is None else condition_from_mapping(value)


def _constant_reader(_: Any, __: _ReaderOf) -> Reader:
    """Reads one value, or a list, that the noun itself checks."""
    return lambda value: tuple(value) if type(value) is list else value


def _free_reader(_: Any, __: _ReaderOf) -> Reader:
    return read_free_values


def _read_list(value: object) -> list[Any] | tuple[Any, ...]:
    if type(value) is list or type(value) is tuple:
        return value
    raise InvalidValue("$", f"{said(value)} is no list", "write a list")


def _read_calendar(value: object) -> Calendar:
    return calendar_from_mapping(read_mapping(value))


# --- fields whose type does not say all ------------------------------------------------------------------------------


def _table_reader(kind: type, reader_of: _ReaderOf) -> Reader:
    """Reads nouns by id, in the order of the document: the name of each is its id."""
    read_body = reader_of(kind)

    def read_row(name: str, body: object) -> object:
        if "id" in read_mapping(body):
            raise UnknownKey("$", "unknown key 'id'", "the name of the table is the id")
        return read_body({"id": name, **read_mapping(body)})

    return _by_name(read_row)


def _by_name(read_row: Callable[[str, object], object]) -> Callable[[Any], dict[str, Any]]:
    """Reads a mapping, each value with its name at hand."""

    def read(document: object) -> dict[str, Any]:
        problems = Problems()
        made = {}
        for name, body in read_mapping(document).items():
            made[name] = problems.attempt(partial(read_row, name), body, at_key(name))
            if problems.is_full:
                break
        problems.report()
        return made

    return read


def _definitions_reader(reader_of: _ReaderOf) -> Reader:
    read = _table_reader(SlaDefinition, reader_of)
    return lambda document: tuple(read(document).values())


def _calendars_reader(_: _ReaderOf) -> Reader:
    """Reads calendars by name; a combination may name those before it."""

    def read(document: object) -> dict[str, Calendar]:
        made: dict[str, Calendar] = {}

        def read_row(name: str, body: object) -> Calendar:
            try:
                calendar = calendar_from_mapping(read_mapping(body), made)
            except InvalidValue:
                made[name] = BusinessCalendar.always()  # so that calendars that name it have no problem of their own
                raise
            made[name] = calendar
            return calendar

        return _by_name(read_row)(document)

    return read


def _changes_reader(reader_of: _ReaderOf, noun: type = Case, called: str = "case") -> Reader:
    """Reads new values of a case's fields, or a task's, each as the case itself would have it."""
    fields = {field.name: field for field in attrs.fields(noun)}
    readers = {name: reader_of(field.type) for name, field in fields.items()}
    readers |= {name: _delta_reader(fields[name].type, reader_of) for name in KEYED_FIELDS & fields.keys()}

    def read_row(name: str, value: object) -> object:
        if name not in fields:
            raise UnknownKey("$", f"a {called} has no field {shown(name)}", nearest(name, tuple(fields)))
        found = readers[name](untyped(value))
        check = fields[name].validator
        if check is not None:
            check(None, fields[name], found)
        return found

    return _by_name(read_row)


def _delta_reader(kind: Any, reader_of: _ReaderOf) -> Reader:
    """Reads what was set in a mapping of a case; null is what went."""
    if kind == Record:
        return _free_reader(kind, reader_of)
    _, item = get_args(kind)
    read_item = reader_of(item)
    return _by_name(lambda _, value: None if value is None else read_item(value))


def _order_reader(kind: Any, reader_of: _ReaderOf) -> Reader:
    """Reads an order, whose action says which command it has."""

    def read(document: object) -> object:
        problems = Problems()
        choices = tuple(COMMANDS)
        action = problems.attempt(
            lambda value: read_choice(value, choices), read_mapping(document).get("action"), "$.action"
        )
        problems.report()
        return _noun_reader(kind, lambda each: reader_of(COMMANDS[action] if each == Command else each))(document)

    return read


def _command_reader(reader_of: _ReaderOf) -> Reader:
    """Reads a command, whose document says which it is."""

    def read(document: object) -> object:
        kind, body = untagged(COMMAND, document)
        return reader_of(kind)(body)

    return read


_SPECIAL: Mapping[type, Mapping[str, Callable[[_ReaderOf], Reader]]] = MappingProxyType(
    {
        SupportPolicy: {"calendars": _calendars_reader, "definitions": _definitions_reader},
        Event: {"changes": _changes_reader},
        Scene: {"command": _command_reader},
        UpdateCase: {"changes": _changes_reader},
        UpdateTask: {"changes": partial(_changes_reader, noun=CaseTask, called="task")},
    }
)
_MAKERS: Mapping[Callable[[Any], bool], Callable[[Any, _ReaderOf], Reader]] = MappingProxyType(
    {
        attrs.has: _noun_reader,
        lambda kind: kind is Order: _order_reader,
        lambda kind: get_origin(kind) is tuple: _tuple_reader,
        lambda kind: get_origin(kind) is frozenset: _set_reader,
        lambda kind: get_origin(kind) is Literal: _choice_reader,
        lambda kind: get_origin(kind) is abc.Mapping: _mapping_reader,
        lambda kind: kind == Record: _free_reader,
        lambda kind: kind == Condition or kind in get_args(Condition): _condition_reader,
        lambda kind: kind == Condition | None: _optional_condition_reader,
        lambda kind: kind == Constant: _constant_reader,
    }
)
"""How to make the reader of a type; of those that match, the last."""
