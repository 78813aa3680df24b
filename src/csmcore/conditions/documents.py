"""Conditions as documents: lists and dicts of JSON's types, read strictly and written back exactly.

============================================================= =======================================
document                                                      condition
============================================================= =======================================
``{"field": "state", "op": "eq", "value": "open"}``           ``field("state") == "open"``
``{"field": "priority", "op": "in", "value": [1, 2]}``        ``field("priority").is_in(1, 2)``
``{"field": "state", "op": "changes"}``                       ``field("state").changes()``
``{"field": "state", "op": "changes_from", "value": null}``   ``field("state").changes_from(None)``
``{"field": "started_at", "op": "lt", "other": "due_at"}``    ``field("started_at") < field("due_at")``
``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}``    ``... & ...``, ``... | ...``, ``~...``
============================================================= =======================================

JSON has no dates: ``{"date": "2026-12-25"}``, ``{"instant": "2026-12-25T09:00:00+01:00"}`` and ``{"decimal": "1.5"}``
are constants too. A date or an aware datetime of the host language (TOML has both) reads as the same. An empty ``all``
or ``any`` is refused, as its builder refuses it.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import attrs

from csmcore.conditions.names import nearest
from csmcore.conditions.nodes import TAKES, AllOf, AnyOf, Atom, Condition, Extent, Not
from csmcore.conditions.values import KINDS, LISTS, Scalar, bounded, spelled
from csmcore.errors import InvalidValue, UnknownKey, shown

__all__ = ["condition_from_mapping", "condition_to_mapping"]

_FORM: Final = "write {'field': ..., 'op': ..., 'value': ...}, {'all': [...]}, {'any': [...]} or {'not': ...}"
_ATOM_KEYS: Final = ("field", "op", "value", "other")
_JOINS: Final[Mapping[str, type[AllOf] | type[AnyOf]]] = MappingProxyType({"all": AllOf, "any": AnyOf})
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,38}(\.[0-9]{1,38})?")


def condition_from_mapping(document: object) -> Condition:
    """The condition that a document holds; nothing is coerced, and no key goes unread.

    Raises InvalidValue, UnknownKey, NaiveDatetime or OutOfRange, which name the place (``$.all[1].value``), and
    LimitExceeded: a document may be as deep and as large as its condition, and is not read beyond.

    >>> condition_from_mapping({"not": {"field": "state", "op": "in", "value": ["closed", "cancelled"]}})
    Not(condition=Atom(field='state', op='in', value=('closed', 'cancelled'), other=None))
    >>> condition_from_mapping({"all": [{"field": "state", "op": "eq", "valeu": "open"}]})
    Traceback (most recent call last):
    csmcore.errors.UnknownKey: $.all[0]: unknown key 'valeu'; did you mean `value`?
    """
    return _Reader().read(document, "$", 1)


def condition_to_mapping(condition: Condition) -> dict[str, Any]:
    """The document of a condition, of JSON's types only; reading it gives an equal condition.

    >>> from csmcore.conditions import field
    >>> condition_to_mapping(field("state") == "open")
    {'field': 'state', 'op': 'eq', 'value': 'open'}
    """
    if isinstance(condition, Atom):
        return _atom_document(condition)
    if isinstance(condition, Not):
        return {"not": condition_to_mapping(condition.condition)}
    key = "all" if isinstance(condition, AllOf) else "any"
    return {key: [condition_to_mapping(each) for each in condition.conditions]}


# --- reading ---------------------------------------------------------------------------------------------------------


@attrs.define
class _Reader:
    """Reads conditions and measures what it has read, so that a huge document is refused early."""

    nodes: int = 0
    constants: int = 0

    def read(self, document: Any, path: str, depth: int) -> Condition:
        self.nodes += 1
        Extent(depth, self.nodes, self.constants)
        if not isinstance(document, Mapping):
            raise InvalidValue(path, f"{shown(document)} is no condition", _FORM)
        for key, join in _JOINS.items():
            if key in document:
                _only(document, (key,), path)
                return join(self._list(document[key], f"{path}.{key}", depth + 1))
        if "not" in document:
            _only(document, ("not",), path)
            return Not(self.read(document["not"], f"{path}.not", depth + 1))
        return self._atom(document, path)

    def _list(self, documents: Any, path: str, depth: int) -> list[Condition]:
        if type(documents) not in LISTS:
            raise InvalidValue(path, f"{shown(documents)} is no list", "write a list of conditions")
        if not documents:
            raise InvalidValue(path, "an empty list", "leave the condition out: what has no condition never happens")
        return [self.read(each, f"{path}[{i}]", depth) for i, each in enumerate(documents)]

    def _atom(self, document: Mapping[str, Any], path: str) -> Atom:
        _only(document, _ATOM_KEYS, path)
        _check_presence(document, path)
        value = _value(document.get("value"), f"{path}.value")
        try:
            atom = Atom(document["field"], document["op"], value, document.get("other"))
        except InvalidValue as error:
            raise error.under(path) from None
        self.constants += atom.extent.constants
        return atom


def _only(document: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    for key in document:
        if key not in known:
            raise UnknownKey(path, f"unknown key {shown(key)}", nearest(key, known))


def _check_presence(document: Mapping[str, Any], path: str) -> None:
    """Refuse what the constructor cannot see: a key left out is not the same as null."""
    for key in ("field", "op"):
        if key not in document:
            raise InvalidValue(path, f"no `{key}`", _FORM)
    if "other" in document and ("value" in document or document["other"] is None):
        raise InvalidValue(f"{path}.other", "null, or beside a value", "name one other field, or write a value")
    takes = TAKES.get(document["op"]) if isinstance(document["op"], str) else None
    if takes == "none" and "value" in document:
        raise InvalidValue(f"{path}.value", f"`{document['op']}` takes no value", "leave it out")
    if takes == "one or null" and "value" not in document:
        raise InvalidValue(path, "no `value`", "write null to ask for nothing")


def _value(value: Any, path: str) -> Any:
    if type(value) not in LISTS:
        return _constant(value, path)
    return tuple(_constant(each, f"{path}[{i}]") for i, each in enumerate(bounded(value, path)))


def _constant(value: Any, path: str) -> Any:
    """A constant that JSON has no type for, read from its text; every other value as it is."""
    if not isinstance(value, Mapping):
        return value
    for kind, (form, read, example) in _SPELLINGS.items():
        if kind in value:
            _only(value, (kind,), path)
            return _parsed(value[kind], form, read, InvalidValue(f"{path}.{kind}", f"no {kind}", f"such as {example}"))
    raise InvalidValue(path, f"{shown(dict(value))} is no constant", "such as {'date': '2026-12-25'}")


def _parsed(text: Any, form: re.Pattern[str], read: Callable[[str], Scalar], error: InvalidValue) -> Scalar:
    if isinstance(text, str) and form.fullmatch(text):
        with suppress(ValueError):
            return read(text)
    raise error


_SPELLINGS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], Scalar], str]]] = MappingProxyType(
    {
        "date": (_DATE, date.fromisoformat, "'2026-12-25'"),
        "instant": (_INSTANT, datetime.fromisoformat, "'2026-12-25T09:00:00+01:00'"),
        "decimal": (_DECIMAL, Decimal, "'1.5'"),
    }
)


# --- writing ---------------------------------------------------------------------------------------------------------


def _atom_document(atom: Atom) -> dict[str, Any]:
    document: dict[str, Any] = {"field": atom.field, "op": atom.op}
    if atom.other is not None:
        document["other"] = atom.other
    elif isinstance(atom.value, tuple):
        document["value"] = [_plain(each) for each in atom.value]
    elif TAKES[atom.op] != "none":
        document["value"] = _plain(atom.value)
    return document


def _plain(value: Scalar | None) -> Any:
    kind = KINDS.get(type(value))
    return {kind: spelled(value)} if kind in _SPELLINGS and value is not None else value
