"""``csmcore worked``: histories worked out by hand or by a vendor's own figures, and what the engine makes of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType
from typing import Final

from csmcore.analysis import WorkedFigure, check_worked
from csmcore.cli.arguments import WorkedRequest
from csmcore.cli.faults import reading
from csmcore.cli.files import File, beside, chosen_books, read_whole
from csmcore.cli.sheets import Block, Cell, Column, Heading, Sheet, Table, Text, row
from csmcore.cli.wording import Times, counted, exact
from csmcore.model import SupportPolicy, WorkedBook, WorkedHistory
from csmcore.rules import compile_policy
from csmcore.wire import load_policy, load_worked

__all__ = ["worked"]

_MEBIBYTE: Final = 1 << 20
_COLUMNS: Final = (
    Column("promise"),
    Column("cycle", is_figure=True),
    Column("figure"),
    Column("expected"),
    Column("got"),
)
_ZONE: Final = "UTC"
_WORDS: Final = MappingProxyType({"None": "none", "True": "yes", "False": "no"})


def worked(request: WorkedRequest) -> tuple[Sheet, bool]:
    """Every figure of the books that were asked for, expected and got; and whether all agree. Raises BadInput."""
    blocks: list[Block] = []
    figures: list[WorkedFigure] = []
    histories = 0
    for file in chosen_books(request.books):
        book, policy = _loaded(file)
        with reading(file.name):
            found = check_worked(book, compile_policy(policy))
        blocks += _told(file, book, policy, found, is_brief=request.is_brief)
        figures += found
        histories += len(book.histories)
    differing = sum(not figure.agrees for figure in figures)
    blocks.append(Heading(f"{_counted(histories)}, {counted(len(figures), 'figure')}, {differing} differing"))
    return tuple(blocks), not differing


def _loaded(file: File) -> tuple[WorkedBook, SupportPolicy]:
    with reading(file.name):
        book = load_worked(read_whole(file, _MEBIBYTE))
    policy = beside(file, book.policy)
    with reading(policy.name):
        return book, load_policy(read_whole(policy, _MEBIBYTE))


def _told(
    file: File, book: WorkedBook, policy: SupportPolicy, figures: Sequence[WorkedFigure], *, is_brief: bool
) -> Iterator[Block]:
    """One book: its histories with their figures; in brief only what differs."""
    differing = sum(not figure.agrees for figure in figures)
    told = f"{_counted(len(book.histories))}, {counted(len(figures), 'figure')}, {differing} differing"
    yield Heading(f"{file.name}: {policy.name} {policy.version}, {told}")
    found = {name: tuple(group) for name, group in groupby(figures, key=lambda figure: figure.history)}
    for history in book.histories:
        own = found.get(history.id, ())
        shown = tuple(figure for figure in own if not (is_brief and figure.agrees))
        if shown or not is_brief:
            yield from _history(history, shown)


def _history(history: WorkedHistory, figures: Sequence[WorkedFigure]) -> Iterator[Block]:
    yield Text(f"{history.id}: {history.about}")
    yield Text(f"{history.source}: {history.note}", "quiet")
    rows = tuple(_row(figure) for figure in figures) or (row("no clock", "", "", "none", "none"),)
    yield Table(_COLUMNS, rows)


def _row(figure: WorkedFigure) -> tuple[Cell, ...]:
    got = _said(figure.got) + ("" if figure.agrees else "  <- differs")
    shown = Cell(got, "good" if figure.agrees else "bad")
    return row(figure.definition, str(figure.cycle), figure.name, _said(figure.expected), shown)


def _said(value: object) -> str:
    match value:
        case datetime():
            return value.isoformat(" ") if value.microsecond else Times(_ZONE).whole(value)
        case timedelta():
            return exact(value)
        case Fraction():
            return f"{value} %" if value.denominator == 1 else f"{value} = {float(value):.4f} %"
        case tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return _WORDS.get(str(value), str(value))


def _counted(histories: int) -> str:
    return f"{histories:,} {'history' if histories == 1 else 'histories'}"
