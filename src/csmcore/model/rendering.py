"""How answers are shown to people: on lines that steer no terminal, in tables of nothing but text, instants in UTC."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import TypeAlias

__all__ = ["HtmlCell", "escaped", "hours_text", "html_table", "instant_text", "names_alone", "printable"]

HtmlCell: TypeAlias = str | tuple[str, ...]
"""A cell's text, or its lines."""


def printable(text: str) -> str:
    """The text on one line, without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def escaped(text: str) -> str:
    """The text as HTML shows it, whatever is in it.

    >>> escaped("<b> & co")
    '&lt;b&gt; &amp; co'
    """
    return escape(printable(text))


def names_alone(fields: Mapping[str, object]) -> str:
    """The names of fields for a repr: what people wrote stays out of logs."""
    return ", ".join(fields)


def html_table(titles: Iterable[str], rows: Iterable[Iterable[HtmlCell]]) -> str:
    """A table; what is in its cells is text, never markup.

    >>> html_table(["a", "b"], [["<", ("1", "2")]])
    '<table><tr><th>a</th><th>b</th></tr><tr><td>&lt;</td><td>1<br>2</td></tr></table>'
    """
    head = "".join(f"<th>{escaped(title)}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(cell: HtmlCell) -> str:
    return "<br>".join(map(escaped, (cell,) if isinstance(cell, str) else cell))


def instant_text(instant: datetime) -> str:
    """An instant in UTC, with its seconds where it has some.

    >>> from datetime import UTC
    >>> instant_text(datetime(2026, 5, 21, 13, tzinfo=UTC))
    '2026-05-21 13:00Z'
    """
    return f"{instant:%Y-%m-%d %H:%M:%S}".removesuffix(":00") + "Z"


def hours_text(duration: timedelta) -> str:
    """A duration in hours, however many: a day of open time is no day.

    >>> hours_text(timedelta(hours=40)), hours_text(timedelta(minutes=-90))
    ('40:00:00', '-1:30:00')
    """
    size = abs(duration)
    hours, rest = divmod(size, timedelta(hours=1))
    return ("-" if duration < timedelta(0) else "") + f"{hours}{str(rest).removeprefix('0')}"
