"""How far a command has come, for people who wait at a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from csmcore.cli.files import Watcher

__all__ = ["watching"]

_WIDTH: Final = 40
_SMALL: Final = 1 << 16  # bytes that are read before a bar would be seen
_ALL: Final = 100  # percent


@contextmanager
def watching(size: int | None) -> Iterator[Watcher | None]:
    """What is to be told how many bytes were read, of so many; None where nobody watches."""
    if size is None or size < _SMALL or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(size)
    try:
        yield bar.add
    finally:
        bar.clear()


class _Bar:
    """A bar on the last line of the terminal, drawn anew with each percent."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._done = 0
        self._percent = -1

    def add(self, count: int) -> None:
        self._done += count
        percent = min(_ALL, self._done * _ALL // self._size)
        if percent != self._percent:
            self._percent = percent
            full = "#" * (percent * _WIDTH // _ALL)
            self._draw(f"\r[{full:<{_WIDTH}}] {percent:3} %")

    def clear(self) -> None:
        """Leave nothing on the line."""
        self._draw("\r\033[K")

    def _draw(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
