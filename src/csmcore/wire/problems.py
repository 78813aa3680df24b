"""What is wrong with a document: every problem with its place, gathered before any is reported."""

import re
from collections.abc import Callable
from typing import Any, Final

import attrs

from csmcore.errors import DocumentError, InvalidValue, shown

__all__ = ["MOST", "Problems", "at_key"]

MOST: Final = 100
"""Problems of one document; the rest would not be read."""

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")


def at_key(key: str) -> str:
    """The place of a key's value, seen from its mapping.

    >>> at_key("office"), at_key("1/1")
    ('$.office', "$['1/1']")
    """
    return f"$.{key}" if _SIMPLE.fullmatch(key) else f"$[{shown(key)}]"


@attrs.define
class Problems:
    """Problems in the order in which they were found, up to 100."""

    found: list[InvalidValue] = attrs.field(factory=list)

    @property
    def is_full(self) -> bool:
        """Whether looking on is pointless."""
        return len(self.found) >= MOST

    def add(self, error: InvalidValue | DocumentError, place: str = "$") -> None:
        """Keep the problems of what stands at that place. One that has its line and column keeps them."""
        problems = error.problems if isinstance(error, DocumentError) else (error,)
        for problem in problems[: MOST - len(self.found)]:
            self.found.append(problem if problem.path.startswith("line ") else problem.under(place))

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
