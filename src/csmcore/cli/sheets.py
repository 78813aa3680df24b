"""What a person is shown, before it is drawn: headings, text and tables; and how it looks as plain text."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

import attrs

from csmcore.cli.faults import printable

__all__ = ["GAP", "Block", "Cell", "Column", "Heading", "Sheet", "Table", "Text", "Tone", "plain_text", "row", "widths"]

Tone: TypeAlias = Literal["plain", "good", "bad", "quiet"]

GAP: Final = 2  # blanks between columns, and before the first
_LEAST: Final = 20  # characters that the last column has, however wide the others are


@attrs.frozen
class Heading:
    """What follows is about this."""

    text: str = attrs.field(converter=printable)


@attrs.frozen
class Text:
    """A paragraph of its own; all lines but the first are indented."""

    text: str = attrs.field(converter=printable)
    tone: Tone = "plain"


@attrs.frozen
class Cell:
    """A cell of a table; its tone is colour, where there is any, and never says what the text does not."""

    text: str = attrs.field(converter=printable)
    tone: Tone = "plain"


@attrs.frozen
class Column:
    """A column by its title, with the least width that it has; figures stand to the right."""

    title: str
    is_figure: bool = False
    least: int = 0


@attrs.frozen
class Table:
    """Rows under their columns. The last column takes what width there is, and its cells break into lines."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block: TypeAlias = Heading | Text | Table
Sheet: TypeAlias = tuple[Block, ...]


def row(*cells: str | Cell) -> tuple[Cell, ...]:
    """A table's row; most cells are just text."""
    return tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)


def plain_text(sheet: Sheet, width: int) -> str:
    """The sheet in lines of at most that many characters, unless a single word is longer."""
    lines: list[str] = []
    for block in sheet:
        match block:
            case Heading():
                lines += [*([""] if lines else []), *_broken(block.text, width)]
            case Text():
                lines += _broken(block.text, width, initial_indent="  ", subsequent_indent="    ")
            case _:
                lines += _drawn(block, width)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def widths(table: Table, width: int) -> list[int]:
    """How wide the columns are: as their widest cell, and the last as what is left."""
    *first, last = (
        max([len(column.title), column.least, *(len(cells[place].text) for cells in table.rows)])
        for place, column in enumerate(table.columns)
    )
    left = width - sum(first) - GAP * (len(first) + 1)
    return [*first, min(last, max(_LEAST, left))]


def _drawn(table: Table, width: int) -> Iterator[str]:
    spaces = widths(table, width)
    titles = [column.title for column in table.columns]
    if any(titles):
        yield _line(table.columns, titles, spaces)
    for cells in table.rows:
        *first, last = (cell.text for cell in cells)
        lines = _broken(last, spaces[-1]) or [""]
        yield _line(table.columns, [*first, lines[0]], spaces)
        for line in lines[1:]:
            yield _line(table.columns, [*([""] * len(first)), line], spaces)


def _broken(text: str, width: int, initial_indent: str = "", subsequent_indent: str = "") -> list[str]:
    """Lines that break at blanks: an id with hyphens stays whole."""
    wrapper = textwrap.TextWrapper(
        width, initial_indent=initial_indent, subsequent_indent=subsequent_indent, break_on_hyphens=False
    )
    return wrapper.wrap(text)


def _line(columns: Iterable[Column], texts: Sequence[str], spaces: Sequence[int]) -> str:
    gap = " " * GAP
    return "".join(
        gap + (text.rjust(space) if column.is_figure else text.ljust(space))
        for column, text, space in zip(columns, texts, spaces, strict=True)
    )
