"""Case histories from files: tables by a mapping, or our own events; row by row, however long they are."""

from collections.abc import Iterator
from typing import BinaryIO

from csmcore.model import Finding, HistoryMapping, HistoryRow
from csmcore.wire.event_lines import read_events
from csmcore.wire.tables import read_table

__all__ = ["read_history"]


def read_history(source: BinaryIO, mapping: HistoryMapping | None = None) -> Iterator[HistoryRow | Finding]:
    r"""The rows of a binary file, and what in it could not be read, in the order of the file.

    With a mapping the file is CSV, without one it has an event in JSON on each line (`csmcore.wire.to_json`). The
    file may be a stream that unpacks (gzip, lzma). Raises InvalidValue or DocumentError, which name the line, where it
    cannot be read on: it is damaged, no text, no CSV or JSON, lacks a column, or has a line of over 1 MiB.

    >>> from io import BytesIO
    >>> from csmcore.wire import load_mapping
    >>> mapping = load_mapping('''
    ... format = 1
    ... name = "tickets"
    ... case = "ticket"
    ... at = {column = "at"}
    ... fields = {state = "state"}
    ... ''')
    >>> table = b"ticket,at,state\n7,2026-03-02T09:00Z,new\n7,2026-03-02T10:00Z,opne\n"
    >>> for row in read_history(BytesIO(table), mapping):
    ...     print(row.line, row.text if isinstance(row, Finding) else row.fields)
    2 {'state': 'new'}
    3 state: 'opne' is not one of new, open, awaiting_info, resolved, closed, cancelled
    3 {}
    """
    return read_events(source) if mapping is None else read_table(source, mapping)
