"""What any document may consist of, whatever it describes: a bounded tree of exact types."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import attrs

from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.wire.problems import Problems, at_key

__all__ = ["MAX_DEPTH", "MAX_VALUES", "Unreadable", "check_content"]

MAX_DEPTH: Final = 80
"""Levels: a condition of 32 takes two each, below a goal of a definition of a policy."""

MAX_VALUES: Final = 100_000
"""Values of one document of up to 1 MiB; a larger one may have more in proportion."""

_BITS: Final = 63
_HOLDERS: Final = frozenset({dict, list, tuple})
_ATOMS: Final = frozenset({bool, date, datetime, type(None)})

# A place is a chain of steps from the value up to the root, written out only where there is a problem.
_Place = tuple[Any, "int | str"] | None


@attrs.frozen
class Unreadable:
    """Stands in a parsed document for something that no document may hold, until its place is known."""

    problem: str
    hint: str


def check_content(document: object, most: int = MAX_VALUES) -> None:
    """Refuse what no noun has a place for: fractions, broken characters, numbers over 64 bits, objects, depth, size.

    Raises DocumentError. Cycles and values that are repeated without end are too deep or too many.
    """
    problems = Problems()
    count = 1
    todo: list[tuple[Any, _Place, int]] = [(document, None, 1)]
    while todo and not problems.is_full:
        value, place, depth = todo.pop()
        if type(value) not in _HOLDERS:
            problem = _fault(value)
            if problem is not None:
                problems.add(problem, _written(place))
            continue
        count += len(value)
        if count > most:
            problems.add(LimitExceeded("$", "values", most, "split the document"))
            break
        if depth > MAX_DEPTH:
            problems.add(LimitExceeded(_written(place), "levels", MAX_DEPTH, "nest less"))
            continue
        keys: Sequence[Any] = _keys(value, place, problems) if type(value) is dict else range(len(value))
        todo += [(value[key], (place, key), depth + 1) for key in reversed(keys) if not _is_fine(value[key])]
    problems.report()


def _keys(value: dict[Any, Any], place: _Place, problems: Problems) -> list[str]:
    """The keys that are text; what is wrong with the others."""
    keys = []
    for key in value:
        if type(key) is str and _is_text(key):
            keys.append(key)
        elif not problems.is_full:
            problems.add(InvalidValue(_written(place), f"the key {shown(key)} is not text", "write keys as text"))
    return keys


def _is_fine(value: Any) -> bool:
    """Whether there is nothing to be said about a single value."""
    kind = type(value)
    if kind is str:
        return _is_text(value)
    return kind in _ATOMS or (kind is int and value.bit_length() <= _BITS)


def _fault(value: Any) -> InvalidValue | None:
    """What is wrong with a single value, if anything is."""
    if _is_fine(value):
        return None
    if type(value) is str:
        return InvalidValue("$", "it has half of a surrogate pair", "decode the text properly")
    if type(value) is int:
        return InvalidValue("$", "an integer of more than 64 bits", "write it as text")
    if type(value) is Unreadable:
        return InvalidValue("$", value.problem, value.hint)
    if type(value) is float:
        return InvalidValue("$", f"{value} is no whole number", "write a whole number: no value is a fraction")
    hint = "write text, whole numbers, true, false, dates, lists and mappings"
    return InvalidValue("$", f"{shown(value)} is of a type that documents do not have", hint)


def _is_text(value: str) -> bool:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    return True


def _written(place: _Place) -> str:
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append(f"[{step}]" if isinstance(step, int) else at_key(step)[1:])
    return "$" + "".join(reversed(steps))
