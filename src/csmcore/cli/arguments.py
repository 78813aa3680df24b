"""What may be written after ``csmcore``."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NoReturn, TypeAlias, get_args

import attrs

from csmcore import __version__
from csmcore.calendars import as_utc
from csmcore.cli.faults import BadInput, printable
from csmcore.errors import CsmError, shown
from csmcore.model import CaseId

__all__ = [
    "EPILOG",
    "CustomersRequest",
    "Form",
    "PlayRequest",
    "ReplayRequest",
    "Request",
    "WorkedRequest",
    "parse_arguments",
]

Form: TypeAlias = Literal["table", "json", "csv"]

_LISTED: Final = 5  # lines for each kind of finding
_MOST_LISTED: Final = 1_000_000

EPILOG: Final = """\
POLICY, and the files of options, may be TOML or JSON; HISTORY is CSV with a
mapping, or JSON lines of csmcore's own events. Any of them may be packed (.gz,
.xz), or the name of a document that csmcore ships. A short name stands for all
that belong together: `csmcore replay example` shows what this command does.
"""


@attrs.frozen(kw_only=True)
class ReplayRequest:
    """What ``csmcore replay`` was asked."""

    policy: str
    history: str | None
    agreements: str | None
    mapping: str | None
    as_of: datetime | None
    case: CaseId | None
    is_strict: bool
    form: Form
    limit: int


@attrs.frozen(kw_only=True)
class WorkedRequest:
    """What ``csmcore worked`` was asked."""

    books: tuple[str, ...]
    is_brief: bool


@attrs.frozen(kw_only=True)
class CustomersRequest:
    """What ``csmcore customers`` was asked."""

    policy: str
    agreements: str | None
    as_of: datetime | None


@attrs.frozen(kw_only=True)
class PlayRequest:
    """What ``csmcore play`` was asked."""

    story: str
    policy: str | None
    agreements: str | None
    is_json: bool


Request: TypeAlias = ReplayRequest | WorkedRequest | CustomersRequest | PlayRequest


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is an error like any other: one line."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(printable(f"{self.prog}: {message}; see `{self.prog} --help`"))


def parse_arguments(arguments: Sequence[str] | None) -> Request:
    """The request that the arguments make (None: those of the process). Raises BadInput."""
    given = vars(_parser().parse_args(arguments))
    match given.pop("command"):
        case "worked":
            return WorkedRequest(books=tuple(given["books"]), is_brief=given["is_brief"])
        case "customers":
            return CustomersRequest(**given)
        case "play":
            return PlayRequest(**given)
        case _:
            return ReplayRequest(**given)


def _parser() -> _Parser:
    parser = _Parser(prog="csmcore", description="The rules of customer service: promises kept or broken, and why.")
    parser.add_argument("--version", action="version", version=f"csmcore {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    summary = "say for every case of a history what a policy promised and whether it was kept"
    _add_replay(
        commands.add_parser(
            "replay",
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )
    summary = "put worked histories to the engine: every figure, expected and got"
    _add_worked(commands.add_parser("worked", help=summary, description=f"{summary[0].upper()}{summary[1:]}."))
    summary = "tell how a business, a consumer and a partner come from registration to an explained entitlement"
    _add_customers(commands.add_parser("customers", help=summary, description=f"{summary[0].upper()}{summary[1:]}."))
    summary = "play a story of cases, step by step: what was decided and why, events, clocks, who was told"
    _add_play(commands.add_parser("play", help=summary, description=f"{summary[0].upper()}{summary[1:]}."))
    return parser


def _add_play(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    story = "the story, in TOML or JSON; or a short name (default: rich-case)"
    add("story", metavar="STORY", nargs="?", default="rich-case", help=story)
    add("--policy", metavar="FILE", help="play it by this support policy instead of the story's own")
    add("--agreements", metavar="FILE", help="play it for these customers instead of the story's own")
    add("--json", dest="is_json", action="store_true", help="print all of it as one object")


def _add_customers(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    policy = "the support policy; or a short name (default: example)"
    add("policy", metavar="POLICY", nargs="?", default="example", help=policy)
    add("--agreements", metavar="FILE", help="the customers, what they have and what was agreed with them")
    add("--as-of", metavar="T", type=_instant, help="the instant at which the stories begin; the example has its own")


def _add_worked(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    books = "documents of worked histories, or short names such as `zendesk` (default: all that csmcore ships)"
    add("books", metavar="BOOK", nargs="*", help=books)
    add("--brief", dest="is_brief", action="store_true", help="show only what differs")


def _add_replay(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("policy", metavar="POLICY", help="the support policy; or a short name, such as `example`")
    add("history", metavar="HISTORY", nargs="?", help="what happened to the cases; - is standard input")
    add("--agreements", metavar="FILE", help="customers, contracts and entitlements")
    add("--mapping", metavar="FILE", help="which column of a CSV file is what")
    add("--as-of", metavar="T", type=_instant, help="the instant to judge at, such as 2026-06-30T18:00Z")
    add("--case", metavar="ID", help="explain one case in full")
    add("--strict", dest="is_strict", action="store_true", help="make the first finding an error")
    add("--format", dest="form", choices=get_args(Form), default="table", help="how to print it (default: table)")
    limited = f"list so many findings of each kind (default: {_LISTED})"
    add("--limit", metavar="N", type=_limit, default=_LISTED, help=limited)


def _instant(text: str) -> datetime:
    try:
        return as_utc(datetime.fromisoformat(text))
    except CsmError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    except ValueError:
        problem = f"{shown(text)} is no date and time; write one such as 2026-06-30T18:00Z"
        raise argparse.ArgumentTypeError(problem) from None


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_LISTED)):
        return int(text)
    raise argparse.ArgumentTypeError(f"{shown(text)} is no count; write a whole number, such as 20")
