"""What is wrong with a condition on the records of a schema, found when a policy is loaded."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from csmcore.conditions.names import nearest
from csmcore.conditions.nodes import ORDERS, AllOf, Atom, Condition, Not
from csmcore.conditions.schema import FieldType, Schema
from csmcore.conditions.values import KINDS, NOUNS, Scalar, spelled
from csmcore.errors import shown

__all__ = ["Finding", "check"]

_WRITTEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "text": "write text",
        "boolean": "write true or false",
        "integer": "write an integer",
        "decimal": "write {'decimal': '1.5'}",
        "date": "write {'date': '2026-12-25'}",
        "instant": "write {'instant': '2026-12-25T09:00:00Z'}",
    }
)


@attrs.frozen
class Finding:
    """Something a condition says that no record can mean: where (``$.all[1].value``), what kind, what, what to do.

    ``code`` is one of ``unknown_field``, ``type_clash``, ``unknown_value``, ``no_list`` (list operator, single field),
    ``list_field`` (the reverse) and ``no_order``.
    """

    path: str
    code: str
    problem: str
    hint: str


def check(condition: Condition, schema: Schema) -> tuple[Finding, ...]:
    """Everything in a condition that its schema contradicts, from left to right.

    It would not fail at run time: there a test of the wrong type is just false, which is why it is worth finding here.

    >>> from csmcore.conditions import field
    >>> schema = Schema({"state": FieldType("text", values=("open", "closed"))})
    >>> for finding in check((field("stat") == "open") | (field("state") == "opne"), schema):
    ...     print(f"{finding.path}: {finding.problem}; {finding.hint}")
    $.any[0].field: unknown field 'stat'; did you mean `state`?
    $.any[1].value: 'opne' is no value of state; did you mean `open`?
    """
    return tuple(found for atom, path in _placed(condition, "$") for found in _findings(atom, path, schema))


def _placed(condition: Condition, path: str) -> Iterator[tuple[Atom, str]]:
    if isinstance(condition, Atom):
        yield condition, path
    elif isinstance(condition, Not):
        yield from _placed(condition.condition, f"{path}.not")
    else:
        key = "all" if isinstance(condition, AllOf) else "any"
        for i, each in enumerate(condition.conditions):
            yield from _placed(each, f"{path}.{key}[{i}]")


def _findings(atom: Atom, path: str, schema: Schema) -> Iterator[Finding]:
    names = {"field": atom.field} if atom.other is None else {"field": atom.field, "other": atom.other}
    types = {key: schema.type_of(name) for key, name in names.items()}
    for key, name in names.items():
        if types[key] is None:
            hint = nearest(name, schema.fields)
            yield Finding(f"{path}.{key}", "unknown_field", f"unknown field {shown(name)}", hint)
    known = [each for each in types.values() if each is not None and each.kind != "any"]
    if len(known) < len(names):
        return
    yield from _one_field(atom, path, *known) if atom.other is None else _two_fields(atom, path, *known)


def _two_fields(atom: Atom, path: str, mine: FieldType, its: FieldType) -> Iterator[Finding]:
    if (mine.kind, mine.many) != (its.kind, its.many):
        problem = f"{atom.field} is {_type(mine)}, {atom.other} is {_type(its)}"
        yield Finding(f"{path}.other", "type_clash", problem, "compare fields of the same type")
    elif atom.op in ORDERS and (mine.many or mine.kind == "boolean"):
        yield Finding(f"{path}.op", "no_order", f"{atom.field} is {_type(mine)}, which has no order", "use eq or ne")


def _one_field(atom: Atom, path: str, mine: FieldType) -> Iterator[Finding]:
    problem = f"{atom.field} is {_type(mine)}"
    if atom.op in {"contains", "contains_any"}:
        if not mine.many:
            yield Finding(f"{path}.op", "no_list", problem, "use eq or in")
    elif mine.many and atom.value is not None:
        yield Finding(f"{path}.op", "list_field", problem, "use contains or contains_any")
    if isinstance(atom.value, tuple):
        for i, each in enumerate(atom.value):
            yield from _constant(atom.field, each, f"{path}.value[{i}]", mine)
    elif atom.value is not None:
        yield from _constant(atom.field, atom.value, f"{path}.value", mine)


def _constant(name: str, value: Scalar, path: str, mine: FieldType) -> Iterator[Finding]:
    kind = KINDS[type(value)]
    if kind != mine.kind:
        problem = f"{shown(value)} is {NOUNS[kind]}, {name} is {_type(mine)}"
        yield Finding(path, "type_clash", problem, _WRITTEN[mine.kind])
    elif mine.values is not None and value not in mine.values:
        hint = nearest(spelled(value), [spelled(each) for each in mine.values])
        yield Finding(path, "unknown_value", f"{shown(value)} is no value of {name}", hint)


def _type(of: FieldType) -> str:
    noun = "of any type" if of.kind == "any" else NOUNS[of.kind]
    return f"a list, each element {noun}" if of.many else noun
