"""A file as lines of bounded length, whatever it holds."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from csmcore.errors import InvalidValue, LimitExceeded
from csmcore.wire.parsing import MEBIBYTE

__all__ = ["lines_of", "texts_of"]

_MOST: Final = MEBIBYTE


def lines_of(source: BinaryIO) -> Iterator[bytes]:
    """The lines of a binary file. Raises InvalidValue where it is damaged, LimitExceeded for a line over 1 MiB."""
    from lzma import LZMAError  # noqa: PLC0415 - only for those who read histories
    from zlib import error as ZlibError  # noqa: N812, PLC0415 - likewise; it is an exception

    number = 0
    while True:
        number += 1
        try:
            line = source.readline(_MOST + 1)
        except (EOFError, OSError, LZMAError, ZlibError) as error:
            hint = "unpack it with another program to see how much of it is whole"
            raise InvalidValue(f"line {number}", "the file is cut short or damaged here", hint) from error
        if not line:
            return
        if len(line) > _MOST:
            raise LimitExceeded(f"line {number}", "bytes in one line", _MOST, "is it a text with line feeds?")
        yield line


def texts_of(source: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines as text, without a byte order mark. Raises InvalidValue for bytes that the encoding does not have."""
    for number, line in enumerate(lines_of(source), 1):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            hint = "save the file as UTF-8, or name its `encoding` in the mapping"
            raise InvalidValue(f"line {number}", f"byte {error.start + 1} is not {encoding}", hint) from None
        yield text.removeprefix("\ufeff") if number == 1 else text
