"""Mappings as documents: which column of a table is what."""

from typing import Any

from csmcore.errors import DocumentError, InvalidValue
from csmcore.model import HistoryMapping
from csmcore.wire.converter import read_noun
from csmcore.wire.parsing import MEBIBYTE, Syntax, parse
from csmcore.wire.policies import without_format
from csmcore.wire.stamps import instant_reader

__all__ = ["load_mapping"]


def load_mapping(document: bytes | str, *, syntax: Syntax | None = None, max_bytes: int = MEBIBYTE) -> HistoryMapping:
    r"""The mapping that a text in TOML or JSON describes; ``syntax`` says which, else its beginning.

    A field may be the name of its column alone. Raises DocumentError with every problem.

    >>> mapping = load_mapping('''
    ... format = 1
    ... name = "tickets"
    ... case = "Ticket"
    ... at = {column = "Changed", format = "%d.%m.%Y %H:%M", timezone = "Europe/Berlin"}
    ... fields = {assigned_to = "Agent", priority = {column = "Prio", values = {high = 1, low = 4}}}
    ... ''')
    >>> mapping.fields["assigned_to"].column, mapping.fields["priority"].values["low"]
    ('Agent', 4)
    """
    mapping = read_noun(HistoryMapping, _written_out(without_format(parse(document, syntax, max_bytes))))
    try:
        instant_reader(mapping.at)
    except InvalidValue as error:
        raise DocumentError([error]) from None
    return mapping


def _written_out(body: dict[str, Any]) -> dict[str, Any]:
    """The document with a column's name in place of a field written out."""
    fields = body.get("fields")
    if type(fields) is not dict:
        return body
    whole = {name: {"column": column} if type(column) is str else column for name, column in fields.items()}
    return {**body, "fields": whole}
