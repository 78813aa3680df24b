"""Bad input: one line on the standard error that says where and what to do, exit 2, and nothing printed."""

import gzip
import lzma
from pathlib import Path

import pytest

from tests.unit.cli.conftest import RunCommand
from tests.unit.cli.desk import HISTORY, MAPPING, POLICY

MEBIBYTE = 1 << 20
DEEP = '{"format": 1, "a": ' + "[" * 100_000

DOCUMENTS = [
    ("policy.toml", "name = ?\n", "policy.toml: line 1, column 8: this is no TOML"),
    ("policy.toml", "", "policy.toml: $.format: it is missing"),
    ("policy.toml", '{"format": 1,}', "policy.toml: line 1, column 14: this is no JSON"),
    ("policy.toml", DEEP, "policy.toml: $: more than"),
    ("policy.toml", POLICY.replace("Europe/Berlin", "Mars/Olympus"), "no time zone 'Mars/Olympus'"),
    ("policy.toml", POLICY.replace('"state"', '"sate"'), "unknown field 'sate'; did you mean `state`?"),
    ("policy.toml", POLICY.replace("goals", "gaols"), "policy.toml: $.definitions.solved"),
    ("policy.toml", "#" * (MEBIBYTE + 1), "policy.toml: $: more than 1,048,576 bytes"),
    ("mapping.toml", MAPPING.replace("short_description", "short_descripton"), "mapping.toml: $.fields"),
    ("mapping.toml", "[" * 100_000, "mapping.toml: $: more than"),
    ("history.csv", HISTORY.replace("about", "abuot"), "history.csv: line 1: there is no column 'about'"),
    ("history.csv", HISTORY.replace("Printer", '"Printer', 1), "history.csv: line 2: this is no CSV"),
    ("history.csv", HISTORY + "1,2026-03-05T09:00Z,open,x\n", "history.csv: line 12: case '1' comes again"),
    ("history.csv", "x" * (2 * MEBIBYTE), "history.csv: line 1: more than 1,048,576 bytes in one line"),
    ("history.csv", "", "history.csv: line 1: the file is empty"),
    (
        "history.csv",
        HISTORY.replace(",", ";"),
        "the header is one column; should the",
    ),
    ("mapping.toml", MAPPING.replace('"at" }', '"about" }'), "history.csv: line 2: left out: 'Printer'"),
]
BYTES = [
    ("policy.toml", POLICY.encode("utf-16"), "policy.toml: line 1, column 1: it is not UTF-8"),
    ("history.csv", HISTORY.encode("utf-16"), "history.csv: line 1: byte 1 is not utf-8"),
    ("history.csv", HISTORY.encode() + b"1,\xff,open,x\n", "history.csv: line 12: byte 3 is not utf-8"),
]
PACKED = [
    ("h.csv.gz", gzip.compress(HISTORY.encode())[:-9], "h.csv.gz: line"),
    ("h.csv.xz", lzma.compress(HISTORY.encode())[:-30], "h.csv.xz: line"),
    ("h.csv.gz", HISTORY.encode(), "h.csv.gz: line 1: the file is cut short or damaged"),
    ("h.csv.xz", HISTORY.encode(), "h.csv.xz: line 1: the file is cut short or damaged"),
]
ARGUMENTS = [
    ((), "csmcore: the following arguments are required: COMMAND"),
    (("replay",), "csmcore replay: the following arguments are required: POLICY"),
    (("replay", "nowhere"), "'nowhere': no such file; csmcore itself has bpi2013, clocks, equipment-service,"),
    (("replay", "uci"), "csmcore replay: HISTORY is missing"),
    (("replay", "example", "nowhere.csv"), "'nowhere.csv': no such file"),
    (("replay", "example", "--as-of", "soon"), "'soon' is no date and time"),
    (("replay", "example", "--as-of", "2026-03-01T09:00"), "has no offset"),
    (("replay", "example", "--limit", "many"), "'many' is no count"),
    (("replay", "example", "--format", "xml"), "invalid choice: 'xml'"),
    (("replay", "example", "--case", "HM-9999"), "it has no case 'HM-9999'"),
    (("replay", "example", "--strict"), "example-history.csv: line "),
    (("replay", "uci-policy.toml", "example-history.csv"), "a table needs a mapping"),
    (("replay", "example", "--agreements", "example-policy.toml"), "example-policy.toml: $"),
    (("replay", "."), "'.': it is a folder"),
]


@pytest.mark.parametrize(("name", "text", "expected"), DOCUMENTS)
def test_bad_documents(small: RunCommand, folder: Path, name: str, text: str, expected: str) -> None:
    """What is wrong with a document is said with the file and the place."""
    (folder / name).write_text(text, encoding="utf-8")
    refused(small(), expected)


@pytest.mark.parametrize(("name", "content", "expected"), BYTES)
def test_bad_encodings(small: RunCommand, folder: Path, name: str, content: bytes, expected: str) -> None:
    """Bytes that are no text are refused, with their place."""
    (folder / name).write_bytes(content)
    refused(small(), expected)


@pytest.mark.parametrize(("name", "content", "expected"), PACKED)
def test_damaged_files(run: RunCommand, folder: Path, name: str, content: bytes, expected: str) -> None:
    """A packed file that is cut short, or none, is refused: no half of it is reported."""
    (folder / name).write_bytes(content)
    refused(run("replay", folder / "policy.toml", folder / name, "--mapping", folder / "mapping.toml"), expected)


@pytest.mark.parametrize("packed", [gzip.compress(POLICY.encode())[:-9], b"\x1f\x8b\x08" + b"\xff" * 40])
def test_damaged_documents(run: RunCommand, folder: Path, packed: bytes) -> None:
    """A packed policy that is damaged is refused."""
    (folder / "policy.toml.gz").write_bytes(packed)
    refused(run("replay", folder / "policy.toml.gz", "example-history.csv", "--mapping", "example"), "policy.toml.gz: ")


@pytest.mark.parametrize(("arguments", "expected"), ARGUMENTS)
def test_bad_arguments(run: RunCommand, arguments: tuple[str, ...], expected: str) -> None:
    """What is asked in a way that cannot be answered is refused."""
    refused(run(*arguments), expected)


def test_events_take_no_mapping(run: RunCommand, folder: Path) -> None:
    """Events say themselves what they are; a file that is no such thing is refused with its line."""
    events = folder / "events.jsonl"
    events.write_text('{"kind": "case_opened"}\n', encoding="utf-8")
    refused(run("replay", folder / "policy.toml", events, "--mapping", folder / "mapping.toml"), "leave --mapping out")
    refused(run("replay", folder / "policy.toml", events), "events.jsonl: line 1, $")
    refused(run("replay", "example", events), "events.jsonl: line 1, $")


def test_a_file_that_may_not_be_read(run: RunCommand, folder: Path) -> None:
    """What the system refuses is said in its words."""
    unreadable = folder / "loop.csv"
    unreadable.symlink_to(unreadable)
    ran = run("replay", folder / "policy.toml", unreadable, "--mapping", folder / "mapping.toml")
    refused(ran, "loop.csv")


def test_what_would_steer_a_terminal_is_not_printed(small: RunCommand, folder: Path) -> None:
    """Neither errors nor tables hand a control character of the input on."""
    (folder / "history.csv").write_text(HISTORY.replace("2,", "\x1b[2J,"), encoding="utf-8")
    assert "\x1b" not in small().out
    (folder / "mapping.toml").write_text(MAPPING.replace('"about"', r'"ab\u001b[2Jout"'), encoding="utf-8")
    refused(small(), "line 1: there is no column")


def refused(ran: tuple[int, str, str], expected: str) -> None:
    """Exit 2, one line that says it, and nothing printed."""
    code, out, err = ran
    assert (code, out) == (2, "")
    assert expected in err
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert err[:-1].isprintable()
