"""What is said when a command cannot do what it was asked: one line, with the file, the place and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from csmcore.errors import CsmError, DocumentError

__all__ = ["BadInput", "printable", "reading"]

_LONGEST: Final = 500  # characters of a line that says what is wrong


class BadInput(Exception):
    """The command's input is not what it can work on; the text is the one line that says so."""


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever goes wrong inside is said of the file with that name. Raises BadInput."""
    from lzma import LZMAError  # noqa: PLC0415 - only for those who read files
    from zlib import error as ZlibError  # noqa: N812, PLC0415 - likewise; it is an exception

    try:
        yield
    except CsmError as error:
        raise BadInput(_one_line(name, _text(error))) from error
    except (EOFError, LZMAError, ZlibError) as error:
        problem = "it is cut short or damaged; unpack it with another program to see how much of it is whole"
        raise BadInput(_one_line(name, problem)) from error
    except OSError as error:
        raise BadInput(_one_line(name, f"it cannot be read: {error.strerror or error}")) from error


def printable(text: str) -> str:
    """The text on one line, without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _text(error: CsmError) -> str:
    if not isinstance(error, DocumentError):
        return str(error)
    first, *others = error.problems
    return f"{first} (and {len(others)} more)" if others else str(first)


def _one_line(name: str, text: str) -> str:
    line = printable(f"{name}: {text}")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
