"""Names of fields, and the nearest of those that are known."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from csmcore.errors import InvalidValue, shown

__all__ = ["field_name", "nearest"]

_PART = r"[A-Za-z_][A-Za-z0-9_]*"
_NAME = re.compile(rf"{_PART}(?:\.{_PART})*")
_LONGEST = 120
_LISTED = 12  # known names that a hint repeats


def field_name(name: object, path: str) -> str:
    """The name itself, which is dotted words such as ``state`` or ``entitlement.plan``. Raises InvalidValue."""
    if isinstance(name, str) and len(name) <= _LONGEST and _NAME.fullmatch(name):
        return name
    hint = "write letters, digits and _, with dots between, such as 'entitlement.plan'"
    raise InvalidValue(path, f"{shown(name)} is no field's name", hint)


def nearest(name: object, known: Iterable[str]) -> str:
    """A hint for a name that is none of the known ones: the nearest of them, else some of them.

    >>> nearest("stat", ["priority", "state"])
    'did you mean `state`?'
    >>> nearest("colour", ["priority", "state"])
    'known are `priority`, `state`'
    """
    names = sorted(known)
    if isinstance(name, str) and (close := get_close_matches(name[:_LONGEST], names, n=1)):
        return f"did you mean `{close[0]}`?"
    listed = ", ".join(f"`{each}`" for each in names[:_LISTED])
    return f"known are {listed}" + (", ..." if len(names) > _LISTED else "")
