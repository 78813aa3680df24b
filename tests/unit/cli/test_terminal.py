"""On a terminal: colours where rich is installed, plain text where it is not, and a bar while people wait."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from csmcore.cli import main
from csmcore.cli.colours import coloured_text
from csmcore.cli.progress import watching
from csmcore.cli.sheets import Cell, Column, Heading, Sheet, Table, Text, plain_text, row
from tests.unit.cli.conftest import RunCommand

CODES = re.compile(r"\x1b\[[0-9;]*m")
WIDTH = 80
SHEET: Sheet = (
    Heading("A heading"),
    Text("A text " + "of many words " * 8),
    Heading("Another\x1b[2J"),
    Table(
        (Column("name"), Column("count", is_figure=True), Column("why")),
        (row("first", Cell("12", "bad"), "because " * 12), row("second", Cell("3", "good"), "")),
    ),
    Table((Column(""), Column("")), (row("no", "titles"),)),
)


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let standard output and error be a terminal's."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_colours_say_nothing_more(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its codes for colours, a terminal shows the words of the plain text, in lines that fit it."""
    pytest.importorskip("rich", reason="rich is not installed (the extra `cli`)")
    plain = run("replay", "example").out
    on_a_terminal(monkeypatch)
    coloured = run("replay", "example").out
    assert CODES.search(coloured)
    bare = CODES.sub("", coloured)
    assert max(map(len, bare.splitlines())) <= WIDTH
    assert bare.split() == plain.split()


def test_a_terminal_without_rich(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where rich is not installed the terminal shows plain text."""
    plain = run("replay", "example").out
    on_a_terminal(monkeypatch)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert run("replay", "example").out == plain


def test_a_bar_while_people_wait(run: RunCommand, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A large file has a bar on the standard error, which is gone in the end; a small one has none."""
    on_a_terminal(monkeypatch)
    history = folder / "history.csv"
    rows = (f"{case},2026-03-02T09:00Z,new,Printer\n" for case in range(5_000))
    history.write_text("case,at,state,about\n" + "".join(rows), encoding="utf-8")
    ran = run("replay", folder / "policy.toml", history, "--mapping", folder / "mapping.toml")
    assert "] 100 %" in ran.err
    assert ran.err.endswith("\r\x1b[K")
    assert run("replay", "example").err == ""


def test_nobody_watches_what_has_no_size() -> None:
    """Standard input has no size, so no bar."""
    with watching(None) as watch:
        assert watch is None


def test_a_sheet_in_plain_text() -> None:
    """Lines keep to the width, the last column breaks, and what would steer a terminal is left out."""
    assert plain_text(SHEET, 40).splitlines() == [
        "A heading",
        "  A text of many words of many words of",
        "    many words of many words of many",
        "    words of many words of many words of",
        "    many words",
        "",
        "Another [2J",
        "  name    count  why",
        "  first      12  because because because",
        "                 because because because",
        "                 because because because",
        "                 because because because",
        "  second      3",
        "  no  titles",
    ]


def test_a_sheet_in_colour_has_the_same_words() -> None:
    """Rich draws what the plain text says."""
    pytest.importorskip("rich", reason="rich is not installed (the extra `cli`)")
    drawn = coloured_text(SHEET, WIDTH)
    assert CODES.sub("", drawn).split() == plain_text(SHEET, WIDTH).split()


def test_an_interrupted_command_stops(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Control-C ends the command in silence, with the exit code of shells."""

    def interrupted(*_: object) -> Iterator[object]:
        raise KeyboardInterrupt

    monkeypatch.setattr("csmcore.cli.replaying.read_history", interrupted)
    assert main(["replay", "example"]) == 130
    assert capsys.readouterr() == ("", "")
