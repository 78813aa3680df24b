"""What is wrong with a document: every problem with its place, gathered before any is reported."""

import re
from collections.abc import Callable
from typing import Any

import attrs

from csmcore.errors import DocumentError, InvalidValue, shown

__all__ = ["Problems", "at_key", "found_in"]

_MOST = 100  # problems of one document; the rest would not be read
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")


def at_key(key: str) -> str:
    """The place of a key's value, seen from its mapping.

    >>> at_key("office"), at_key("1/1")
    ('$.office', "$['1/1']")
    """
    return f"$.{key}" if _SIMPLE.fullmatch(key) else f"$[{shown(key)}]"


def found_in(error: InvalidValue | DocumentError) -> tuple[InvalidValue, ...]:
    """The problems that an error stands for."""
    return error.problems if isinstance(error, DocumentError) else (error,)


@attrs.define
class Problems:
    """Problems in the order in which they were found, up to 100."""

    found: list[InvalidValue] = attrs.field(factory=list)

    @property
    def is_full(self) -> bool:
        """Whether looking on is pointless."""
        return len(self.found) >= _MOST

    def add(self, error: InvalidValue | DocumentError, place: str = "$") -> None:
        """Keep the problems of what stands at that place."""
        self.found += [problem.under(place) for problem in found_in(error)[: _MOST - len(self.found)]]

    def attempt(self, read: Callable[[Any], Any], value: object, place: str) -> Any:
        """The value, read; None where it cannot be, and its problems are kept."""
        try:
            return read(value)
        except (InvalidValue, DocumentError) as error:
            self.add(error, place)
            return None

    def report(self) -> None:
        """Raise DocumentError if there is any."""
        if self.found:
            raise DocumentError(self.found)
