"""Things within things: the line from one up to the outermost, and no circles."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

__all__ = ["line_up", "reachable"]

_Id = TypeVar("_Id")


def line_up(start: _Id | None, above: Callable[[_Id], _Id | None]) -> Iterator[_Id]:
    """The start, what it is in, and so on outwards. Each comes once: facts that go in a circle end the line.

    >>> list(line_up("room", {"room": "house", "house": "site", "site": "house"}.get))
    ['room', 'house', 'site']
    """
    passed: set[_Id] = set()
    while start is not None and start not in passed:
        yield start
        passed.add(start)
        start = above(start)


def reachable(start: _Id, onwards: Callable[[_Id], Iterable[_Id]]) -> Iterator[_Id]:
    """The start and all that it leads to at any depth, each once, nearest first."""
    found = {start: None}
    waiting = [start]
    for current in waiting:
        yield current
        new = [one for one in onwards(current) if one not in found]
        found.update(dict.fromkeys(new))
        waiting += dict.fromkeys(new)
