"""Conditions as people read them aloud."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from csmcore.conditions.nodes import TAKES, AllOf, AnyOf, Atom, Condition, Not
from csmcore.conditions.values import Scalar, spelled

__all__ = ["sentence"]

_PHRASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "eq": "is",
        "ne": "is not",
        "lt": "is less than",
        "le": "is at most",
        "gt": "is more than",
        "ge": "is at least",
        "in": "is one of",
        "not_in": "is none of",
        "is_empty": "is empty",
        "is_not_empty": "is not empty",
        "contains": "contains",
        "contains_any": "contains any of",
        "changes": "changes",
        "changes_from": "changes from",
        "changes_to": "changes to",
    }
)
_IN_TIME: Final[Mapping[str, str]] = MappingProxyType(
    {"lt": "is before", "le": "is no later than", "gt": "is after", "ge": "is no earlier than"}
)
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS: Final = frozenset({"and", "any", "empty", "false", "not", "nothing", "of", "one", "or", "the", "true"})


def sentence(condition: Condition) -> str:
    """The condition in words. Two conditions with the same words mean the same.

    Text of one plain word stands bare, other text in double quotes, as in JSON.

    >>> from csmcore.conditions import field
    >>> sentence((field("state") == "awaiting_info") & field("priority").is_in(1, 2))
    'state is awaiting_info and priority is one of 1, 2'
    >>> sentence((field("state") == "new") | (field("tags").contains("very important") & ~field("state").changes()))
    'either state is new or (tags contains "very important" and not (state changes))'
    """
    whole = _core(condition)
    return f"either {_words(whole)}" if isinstance(whole, AnyOf) else _words(whole)


def _core(condition: Condition) -> Condition:
    """A join of one condition is that condition."""
    while isinstance(condition, AllOf | AnyOf) and len(condition.conditions) == 1:
        condition = condition.conditions[0]
    return condition


def _words(condition: Condition) -> str:
    if isinstance(condition, Atom):
        return _atom_words(condition)
    if isinstance(condition, Not):
        return f"not ({_words(_core(condition.condition))})"
    joint = " and " if isinstance(condition, AllOf) else " or "
    return joint.join(_part(_core(each)) for each in condition.conditions)


def _part(condition: Condition) -> str:
    words = _words(condition)
    return f"({words})" if isinstance(condition, AllOf | AnyOf) else words


def _atom_words(atom: Atom) -> str:
    phrase = _PHRASES[atom.op]
    if atom.other is not None:
        return f"{atom.field} {phrase} the value of {atom.other}"
    if TAKES[atom.op] == "none":
        return f"{atom.field} {phrase}"
    if isinstance(atom.value, date):
        phrase = _IN_TIME.get(atom.op, phrase)
    values = atom.value if isinstance(atom.value, tuple) else (atom.value,)
    return f"{atom.field} {phrase} {', '.join(_constant_words(each) for each in values)}"


def _constant_words(value: Scalar | None) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) and value not in _OURS else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value) if "." in str(value) else f"{value}.0"
    return spelled(value)
