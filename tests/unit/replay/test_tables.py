"""Histories in tables: what is read, what is found, and what stops the reading."""

import gzip
import io
import lzma
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import BinaryIO, cast

import pytest

from csmcore.errors import CsmError, InvalidValue, LimitExceeded
from csmcore.model import Finding, HistoryRow
from csmcore.wire import load_mapping, read_history
from tests.tally import Tally
from tests.unit.replay.desk import HEAD, MAPPING, TIME, at, found, mapping, read, rows, table

BITS = (b"", b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"0", b"9" * 30, b"\xef\xbb\xbf", b"T1", b"New")
Pack = Callable[[bytes], bytes]
Unpack = type[gzip.GzipFile] | type[lzma.LZMAFile]

HEADER = b"ticket,when,status,prio,agent\n"
LINE = b"T1,02.03.2026 09:00,New,3,ann\n"


def only(content: bytes, fields: str) -> HistoryRow:
    """The one row of a file."""
    (row,) = (each for each in read(content, load_mapping(HEAD + TIME + fields)) if isinstance(each, HistoryRow))
    return row


def test_a_row_says_what_its_cells_say() -> None:
    """With its line, which names it in explanations too; an empty cell says that the field is blank."""
    (row,) = rows("T1 02 09:00 New 3")
    assert row == HistoryRow("T1", at(2, "08:00"), {"state": "new", "priority": 3, "assigned_to": None}, 2, "line 2")  # type: ignore[arg-type]


def test_lines_are_counted_as_an_editor_does() -> None:
    """Blank lines are no rows, and a cell may hold line feeds."""
    given = read(HEADER + b'\n"T\n1",02.03.2026 09:00,New,3,ann\n' + LINE)
    assert found(given) == [("unreadable_row", 3)]
    assert [each.line for each in given if isinstance(each, HistoryRow)] == [5]


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        (b"T1,02.03.2026 09:00,New,3\n", "unreadable_row", "left out: 4 cells where 5 belong"),
        (b"T1,02.03.2026 25:00,New,3,ann\n", "unreadable_row", "left out: '02.03.2026 25:00' is no date"),
        (b"T1,,New,3,ann\n", "unreadable_row", "left out: '' is no date"),
        (b",02.03.2026 09:00,New,3,ann\n", "unreadable_row", "left out: '' is no id"),
        (b"T1,02.03.2026 09:00,Nwe,3,ann\n", "unknown_value", "state: 'Nwe' is not among"),
        (b"T1,02.03.2026 09:00,New,high,ann\n", "unknown_value", "priority: 'high' is of no kind integer"),
        (b"T1,02.03.2026 09:00,New,9,ann\n", "unknown_value", "priority: 9 is not one of 1, 2, 3, 4, 5"),
    ],
)
def test_what_cannot_be_read_is_found(line: bytes, code: str, text: str) -> None:
    """A row without case or instant is left out, of any other row the rest counts; nothing is skipped in silence."""
    (finding, *rest) = read(HEADER + line)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.line) == (code, 2)
    assert finding.text.startswith(text)
    assert [type(each) for each in rest] == ([] if code == "unreadable_row" else [HistoryRow])


def test_a_cell_that_says_nothing_leaves_its_field_out() -> None:
    """Then the field stays as it was, where a blank one would not."""
    row = rows("T1 02 09:00 Nwe 3")[1]
    assert isinstance(row, HistoryRow)
    assert "state" not in row.fields


@pytest.mark.parametrize(
    ("otherwise", "expected", "findings"),
    [
        ("finding", {}, ["unknown_value"]),
        ("keep", {}, []),
        ("blank", {"category": None}, []),
        ("as_is", {"category": "Printer"}, []),
    ],
)
def test_a_cell_without_translation(otherwise: str, expected: dict, findings: list[str]) -> None:
    """It is what the mapping says that others are."""
    fields = f"[fields.category]\ncolumn = 'c'\notherwise = '{otherwise}'\nvalues = {{S = 'Screen'}}"
    content = b"ticket,when,c\nT1,02.03.2026 09:00,Printer\n"
    given = read(content, load_mapping(HEAD + TIME + fields))
    assert [each.code for each in given if isinstance(each, Finding)] == findings
    assert only(content, fields).fields == expected


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "007", "007"),
        ("integer", "-7", -7),
        ("decimal", "7.50", Decimal("7.50")),
        ("boolean", "TRUE", True),
        ("boolean", "no", False),
        ("date", "2026-03-02", date(2026, 3, 2)),
        ("instant", "02.03.2026 09:00", at(2, "08:00")),
    ],
)
def test_a_field_of_the_hosts_own_is_read_by_its_kind(kind: str, cell: str, value: object) -> None:
    """Text is the kind of those that say none."""
    fields = f"[fields.'extra.x']\ncolumn = 'x'\nkind = '{kind}'"
    assert only(f"ticket,when,x\nT1,02.03.2026 09:00,{cell}\n".encode(), fields).fields == {"extra.x": value}


@pytest.mark.parametrize("kind", ["integer", "decimal", "boolean", "date", "instant"])
def test_a_cell_of_another_kind_is_found(kind: str) -> None:
    """It is unreadable, and its field stays as it was."""
    how = load_mapping(HEAD + TIME + f"[fields.'extra.x']\ncolumn = 'x'\nkind = '{kind}'")
    assert found(read(b"ticket,when,x\nT1,02.03.2026 09:00,maybe\n", how)) == [("unreadable_cell", 2)]


def test_lists_are_split_and_translated() -> None:
    """Item by item; one that cannot be read leaves the whole field as it was."""
    fields = "[fields.informed_users]\ncolumn = 'watch'\nseparator = ';'\nvalues = {A = 'ann', B = 'bob'}"
    how = load_mapping(HEAD + TIME + fields)
    good, bad = (b"ticket,when,watch\nT1,02.03.2026 09:00,%s\n" % cell for cell in (b"A; B", b"A;C"))
    assert only(good, fields).fields == {"informed_users": ("ann", "bob")}
    assert found(read(bad, how)) == [("unknown_value", 2)]


def test_several_columns_are_one_cell() -> None:
    """Joined by a slash, as the translation has them."""
    fields = "[fields.state]\ncolumns = ['a', 'b']\nvalues = {'Queued/Waiting' = 'new'}"
    assert only(b"ticket,when,a,b\nT1,02.03.2026 09:00,Queued,Waiting\n", fields).fields == {"state": "new"}


def test_a_constant_is_in_every_row() -> None:
    """As if it had a column."""
    how = mapping("constants = {channel = 'email'}")
    assert [
        each.fields["channel"] for each in read(table(["T1 02 09:00 New"]), how) if isinstance(each, HistoryRow)
    ] == ["email"]


def test_the_order_is_a_whole_number() -> None:
    """A cell that is none is found; the row has no order then."""
    lines = ("ticket,when,status,prio,agent,n", "T1,02.03.2026 09:00,New,3,ann,7", "T1,02.03.2026 09:00,New,3,ann,x")
    given = read("\n".join(lines).encode(), mapping("order = 'n'"))
    assert [each.order for each in given if isinstance(each, HistoryRow)] == [7, None]
    assert found(given) == [("unreadable_cell", 3)]


def test_many_different_cells_are_read_alike() -> None:
    """What a column remembers of its cells is bounded, and changes nothing."""
    given = read(table(f"T{number} 02 09:00 New 3 agent-{number}" for number in range(5_000)))
    assert [each.fields["assigned_to"] for each in given if isinstance(each, HistoryRow)] == [
        f"agent-{n}" for n in range(5_000)
    ]


@pytest.mark.parametrize(
    ("head", "content"),
    [
        ("", b"\xef\xbb\xbf" + HEADER + LINE),
        ("", HEADER.replace(b"ticket", b" ticket ") + LINE),
        ("", (HEADER + LINE).replace(b"\n", b"\r\n")),
        ("delimiter = ';'", (HEADER + LINE).replace(b",", b";")),
        ("encoding = 'cp1252'", HEADER + LINE.replace(b"ann", b"J\xf6rg")),
    ],
)
def test_files_of_other_programs_are_read(head: str, content: bytes) -> None:
    """With a byte order mark, spaces in the header, line ends of Windows, semicolons, older encodings."""
    (row,) = read(content, mapping(head))
    assert isinstance(row, HistoryRow)
    assert row.fields["assigned_to"] in {"ann", "Jörg"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "line 1: the file is empty"),
        (b"ticket,when,status,agent\n", "line 1: there is no column 'prio'"),
        (b"ticket,when,status,prio,agent,prio\n", "line 1: there are two columns 'prio'"),
        (HEADER + LINE + b"T1,02.03.2026 09:00,New,3,J\xf6rg\n", "line 3: byte 28 is not utf-8"),
        (HEADER + b'T1,"02.03"2026,New,3,ann\n', "line 2: this is no CSV"),
        (HEADER + b'T1,"02.03.2026 09:00,New,3,ann\n' * 2, "line 2: this is no CSV"),
        (HEADER + b'"' + b"x" * 200_000 + b'"\n', "line 2: this is no CSV: field larger"),
        (HEADER + b"x" * 2_000_000, "line 2: more than 1,048,576 bytes in one line"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content: bytes, problem: str) -> None:
    """The error names the line."""
    with pytest.raises(InvalidValue, match=problem):
        read(content)


@pytest.mark.parametrize(
    ("pack", "unpack"),
    [(gzip.compress, gzip.GzipFile), (lzma.compress, lzma.LZMAFile)],
)
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_archive_is_refused(pack: Pack, unpack: Unpack, damage: str) -> None:
    """Cut short or changed: the error names the line up to which it could be read."""
    packed = bytearray(pack(HEADER + LINE * 5_000))
    if damage == "cut":
        del packed[-30:]
    else:
        packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(InvalidValue, match=r"line [\d,]+: the file is cut short or damaged"):
        list(read_history(unpacked(unpack, bytes(packed)), MAPPING))


def test_a_mangled_table_raises_nothing_else(tally: Tally) -> None:
    """Whatever happened to the bytes of a file, what comes is rows, findings or an error of csmcore."""
    random = Random(7)
    whole = HEADER + b'T1,02.03.2026 09:00,New,3,ann\nT2,"02.03.2026 09:00",Open,3,"a\nb"\n' * 2
    refused = 0
    for _ in range(4_000):
        content = bytearray(whole)
        for _ in range(random.randint(1, 6)):
            place, length = random.randrange(len(content)), random.randint(0, 8)
            content[place : place + length] = random.choice(BITS)
        try:
            assert all(isinstance(each, HistoryRow | Finding) for each in read(bytes(content)))
        except CsmError:
            refused += 1
    tally("mangled tables read", 4_000)
    assert 1_000 < refused < 3_900


def unpacked(unpack: Unpack, packed: bytes) -> BinaryIO:
    """A file that unpacks."""
    source = io.BytesIO(packed)
    return cast(BinaryIO, gzip.GzipFile(fileobj=source) if unpack is gzip.GzipFile else lzma.LZMAFile(source))


def test_a_gigabyte_in_one_line_is_not_read() -> None:
    """Only the bound of a line is asked for, whatever the file has."""

    class Endless(io.RawIOBase):
        """A file that never ends a line."""

        asked = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.asked = max(self.asked, size or 0)
            return b"x" * (size or 0)

    source = Endless()
    with pytest.raises(LimitExceeded):
        list(read_history(cast(BinaryIO, source), MAPPING))
    assert source.asked == (1 << 20) + 1
