"""A sheet in colour, drawn by rich. Nothing is said by colour alone."""

from io import StringIO
from typing import Final

from csmcore.cli.sheets import GAP, Heading, Sheet, Table, Text, widths

__all__ = ["coloured_text"]

_STYLES: Final = (("plain", ""), ("good", "green"), ("bad", "bold red"), ("quiet", "dim"))


def coloured_text(sheet: Sheet, width: int) -> str:
    """The sheet with the terminal's own codes for colour. Raises ImportError where rich is not installed."""
    from rich.console import Console  # noqa: PLC0415 - only for terminals
    from rich.padding import Padding  # noqa: PLC0415 - likewise
    from rich.table import Table as Grid  # noqa: PLC0415 - likewise
    from rich.text import Text as Line  # noqa: PLC0415 - likewise

    styles = dict(_STYLES)
    text = StringIO()
    console = Console(file=text, width=width, force_terminal=True, highlight=False, legacy_windows=False)

    def grid(table: Table) -> Grid:
        has_titles = any(column.title for column in table.columns)
        drawn = Grid(box=None, show_header=has_titles, header_style="dim", padding=(0, 0, 0, GAP), pad_edge=True)
        for column, space in zip(table.columns, widths(table, width), strict=True):
            drawn.add_column(column.title, justify="right" if column.is_figure else "left", width=space)
        for cells in table.rows:
            drawn.add_row(*(Line(cell.text, style=styles[cell.tone]) for cell in cells))
        return drawn

    for place, block in enumerate(sheet):
        match block:
            case Heading():
                console.print(*([""] if place else []), Line(block.text, style="bold cyan"), sep="\n")
            case Text():
                console.print(Padding(Line(block.text, style=styles[block.tone]), (0, 0, 0, GAP)))
            case _:
                console.print(grid(block))
    return text.getvalue()
