"""The command's way: read what was asked, do it, and print all of it or nothing."""

import os
import sys
from collections.abc import Sequence

from csmcore.cli.arguments import CustomersRequest, PlayRequest, ReplayRequest, Request, parse_arguments
from csmcore.cli.customers import customers
from csmcore.cli.faults import BadInput
from csmcore.cli.playing import played
from csmcore.cli.replaying import drawn, replayed
from csmcore.cli.working import worked

__all__ = ["main"]

_DONE, _DIFFERS, _BAD_INPUT, _INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments ask (None: those of the process), and say how it went.

    0: done, and all of it printed. 1: likewise, but a worked history or a story does not come out as it says. 2: bad
    input, with one line about it on the standard error, and nothing printed.
    """
    try:
        text, agrees = _answered(parse_arguments(arguments))
    except BadInput as error:
        print(error, file=sys.stderr)  # noqa: T201 - it is a command
        return _BAD_INPUT
    except KeyboardInterrupt:
        return _INTERRUPTED
    return _written(text, _DONE if agrees else _DIFFERS)


def _answered(request: Request) -> tuple[str, bool]:
    """The text to print, and whether all is as it was expected. Raises BadInput."""
    match request:
        case ReplayRequest():
            return replayed(request), True
        case CustomersRequest():
            return drawn(customers(request)), True
        case PlayRequest():
            return played(request)
        case _:
            sheet, agrees = worked(request)
            return drawn(sheet), agrees


def _written(text: str, code: int) -> int:
    """Print it. A reader who has seen enough (``| head``) is no error; a terminal without a letter gets a ``?``."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
