"""``csmcore worked``: what worked histories expect, what the engine gives, and where the two differ."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from csmcore.analysis import WorkedFigure, check_worked
from csmcore.errors import DocumentError, InvalidValue, NaiveDatetime, OutOfRange
from csmcore.model import DefinitionId, WorkedBook, WorkedClock, WorkedHistory, WorkedRow
from csmcore.presets import presets
from csmcore.rules import compile_policy
from csmcore.wire import load_policy, load_worked
from tests.unit.cli.conftest import RunCommand
from tests.unit.cli.desk import POLICY

BOOK = """
format = 1
policy = "policy.toml"

[[histories]]
id = "plain"
about = "asked and answered over a night"
source = "worked out"
note = "Berlin is an hour ahead: Mon 10:00 to 12:00 and Tue 10:00 to 11:00 there are three of four hours."
as_of = 2026-03-03T11:00:00+01:00
revisions = [
  { at = 2026-03-02T10:00:00+01:00, fields = { state = "open", "event.by" = "customer" } },
  { at = 2026-03-02T12:00:00+01:00, fields = { state = "awaiting_info" } },
  { at = 2026-03-03T10:00:00+01:00, fields = { state = "open", category = "gold" } },
]

[[histories.clocks]]
definition = "solved"
stage = "in_progress"
started_at = 2026-03-02T09:00:00Z
due_at = 2026-03-03T11:00:00Z
elapsed = "3h"
paused = "6h"
percent = "75"
has_breached = false
fired = []
absent = ["stopped_at", "breached_at"]

[[histories]]
id = "nothing"
about = "resolved at once"
note = "No clock."
as_of = 2026-03-02T10:00:00Z
revisions = [{ at = 2026-03-02T09:00:00Z, fields = { state = "resolved" } }]
"""


@pytest.fixture
def book(folder: Path) -> Callable[..., Path]:
    """Writes the book beside its policy, with some texts replaced."""

    def write(**replaced: str) -> Path:
        text = BOOK
        for old, new in replaced.items():
            assert f'{old} = "' in text
            start = text.index(f'{old} = "')
            end = text.index("\n", start)
            text = f"{text[:start]}{old} = {new}{text[end:]}"
        path = folder / "book.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def lines(text: str) -> list[str]:
    """What was printed, but for the spaces that align it."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def words(text: str) -> str:
    """What was printed, as one line: long ones are wrapped."""
    return " ".join(text.split())


# --- what is printed -------------------------------------------------------------------------------------------------


def test_a_book_that_comes_out(run: RunCommand, book: Callable[..., Path]) -> None:
    """Every figure is printed, expected and got, with the note; the last line counts, and all is well."""
    ran = run("worked", book())
    assert (ran.code, ran.err) == (0, "")
    told = lines(ran.out)
    assert "book.toml: desk 1, 2 histories, 10 figures, 0 differing" in words(ran.out)
    assert "plain: asked and answered over a night" in told
    assert "worked out: Berlin is an hour ahead" in words(ran.out)
    assert "solved 1 stage in_progress in_progress" in told
    assert "solved 1 started_at Mon 02 Mar 2026 09:00 Mon 02 Mar 2026 09:00" in told
    assert "solved 1 elapsed 3h 00m 3h 00m" in told
    assert "solved 1 percent 75 % 75 %" in told
    assert "solved 1 has_breached no no" in told
    assert "solved 1 fired none none" in told
    assert "solved 1 breached_at none none" in told
    assert "no clock none none" in told
    assert told[-1].startswith("2 histories, 10 figures, 0 differing")


def test_an_instant_is_told_to_the_microsecond(run: RunCommand, book: Callable[..., Path]) -> None:
    """What differs by less than a second is seen to differ."""
    path = book()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("due_at = 2026-03-03T11:00:00Z", "due_at = 2026-03-03T11:00:00.000001Z"))
    told = words(run("worked", path).out)
    assert "due_at 2026-03-03 11:00:00.000001+00:00 Tue 03 Mar 2026 11:00 <- differs" in told


def test_a_figure_that_differs(run: RunCommand, book: Callable[..., Path]) -> None:
    """It is marked, counted, and the run says so by its code."""
    ran = run("worked", book(elapsed='"2h"', percent='"50/3"'))
    told = lines(ran.out)
    assert (ran.code, ran.err) == (1, "")
    assert "solved 1 elapsed 2h 00m 3h 00m <- differs" in told
    assert "solved 1 percent 50/3 = 16.6667 % 75 % <- differs" in told
    assert told[-1].startswith("2 histories, 10 figures, 2 differing")


def test_in_brief_only_what_differs(run: RunCommand, book: Callable[..., Path]) -> None:
    """A book without a difference has its heading alone; one with some has the figures that differ."""
    told = lines(run("worked", book(), "--brief").out)
    assert [line for line in told if line.startswith(("plain", "nothing", "solved"))] == []
    told = lines(run("worked", book(paused='"5h"'), "--brief").out)
    assert "plain: asked and answered over a night" in told
    assert "nothing: resolved at once" not in told
    assert "solved 1 elapsed 3h 00m 3h 00m" not in told
    assert any(line.startswith("solved 1 paused 5h 00m") for line in told)


def test_a_clock_that_is_missing_and_one_too_many(run: RunCommand, book: Callable[..., Path]) -> None:
    """Both are differences: what was expected and is not there, and what is there and was not expected."""
    ran = run("worked", book(definition='"solved"\ncycle = 2'))
    assert ran.code == 1
    assert "solved 2 stage in_progress no clock <- differs" in lines(ran.out)
    assert "solved 1 stage no clock in_progress <- differs" in lines(ran.out)


def test_a_definition_that_the_policy_does_not_have(run: RunCommand, book: Callable[..., Path]) -> None:
    """It is a slip of the pen, and no difference."""
    ran = run("worked", book(definition='"unknown"'))
    assert ran.code == 2
    assert "the policy has no definition 'unknown'" in ran.err


def test_one_history_is_one(run: RunCommand, folder: Path) -> None:
    """Words agree with their numbers."""
    path = folder / "one.toml"
    path.write_text(BOOK[: BOOK.rindex("[[histories]]")], encoding="utf-8")
    assert lines(run("worked", path).out)[-1].startswith("1 history, 10 figures, 0 differing")


def test_all_that_is_shipped_comes_out(run: RunCommand) -> None:
    """Without a name every book of csmcore's own is put to the engine."""
    ran = run("worked", "--brief")
    shipped = [name for name in presets() if name.endswith("-worked.toml")]
    assert (ran.code, ran.err) == (0, "")
    assert all(f"{name}: " in ran.out for name in shipped)
    assert words(ran.out).count(" 0 differing") == len(shipped) + 1


def test_a_shipped_book_by_its_short_name(run: RunCommand) -> None:
    """``measures`` is the book of that name; its policy is shipped too."""
    ran = run("worked", "measures")
    assert ran.code == 0
    assert lines(ran.out)[0].startswith("measures-worked.toml: ")


def test_several_books_and_packed_ones(run: RunCommand, book: Callable[..., Path]) -> None:
    """They are read one by one, in the order in which they are named."""
    path = book()
    packed = path.with_suffix(".toml.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    told = words(run("worked", path, packed, "--brief").out)
    assert told.index("book.toml: desk 1") < told.index("book.toml.gz: desk 1")
    assert "4 histories, 20 figures, 0 differing" in told


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replaced", "told"),
    [
        ({"policy": '"nowhere.toml"'}, "'nowhere.toml': no such file; csmcore itself has "),
        ({"policy": '"."'}, "'.': it is a folder; name a file"),
        ({"policy": '"mapping.toml"'}, "mapping.toml: $.version: it is missing"),
        ({"policy": '""'}, "book.toml: $.policy: it is empty"),
        ({"stage": '"running"'}, "book.toml: $.histories[0].clocks[0].stage: 'running' is not one of its choices"),
        ({"elapsed": '"3 hours"'}, "book.toml: $.histories[0].clocks[0].elapsed: '3 hours' is no duration"),
        ({"elapsed": "3"}, "book.toml: $.histories[0].clocks[0].elapsed: 3 is no duration"),
        (
            {"percent": '"1/0"'},
            "book.toml: $.histories[0].clocks[0].percent: '1/0' is no number; write '18.75' or '50/3'",
        ),
        ({"note": "7"}, "book.toml: $.histories[0].note: 7 is not text"),
        ({"id": '" plain"'}, "book.toml: $.histories[0].id: ' plain' is no id"),
    ],
)
def test_what_is_no_book_is_told_in_one_line(
    run: RunCommand, book: Callable[..., Path], replaced: dict[str, str], told: str
) -> None:
    """The file, the place and what to do; nothing is printed."""
    ran = run("worked", book(**replaced))
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_a_book_that_is_not_there(run: RunCommand, folder: Path) -> None:
    """A name that leads nowhere, and a folder."""
    assert run("worked", folder / "none.toml").code == 2
    assert "it is a folder" in run("worked", folder).err


def test_an_instant_that_no_calendar_knows(run: RunCommand, folder: Path) -> None:
    """A revision that names a start without an offset is told of its book."""
    (folder / "policy.toml").write_text(POLICY + 'retroactive_start = "extra.began"\n', encoding="utf-8")
    text = BOOK.replace('"event.by" = "customer"', '"extra.began" = 2026-03-02T09:00:00')
    (folder / "book.toml").write_text(text, encoding="utf-8")
    ran = run("worked", folder / "book.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "book.toml: " in ran.err


# --- the nouns -------------------------------------------------------------------------------------------------------

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAIVE, FAR = datetime(2026, 3, 2), datetime(2200, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


NO_NUMBERS = ("", " ", "nan", "a", "-5", "1/0", "1//2", "75%", "1e9", "\u0667\u0665", "1" * 400)


def clock(**figures: Any) -> WorkedClock:
    """What a clock must read."""
    return WorkedClock(**{"definition": DefinitionId("solved"), "stage": "in_progress", **figures})


def history(*rows: WorkedRow, **more: Any) -> WorkedHistory:
    """A history as of noon."""
    return WorkedHistory(**{"id": "h", "about": "it", "note": "", "as_of": NOON, "revisions": rows, **more})


def test_a_worked_clock_has_the_figures_that_are_given() -> None:
    """Those that are not given are not looked at; absent ones must be None."""
    figures = clock(elapsed=HOUR, percent="25", absent=("due_at", "breached_at")).figures
    assert figures == {"stage": "in_progress", "elapsed": HOUR, "percent": "25", "due_at": None, "breached_at": None}


def test_instants_are_kept_in_utc() -> None:
    """As in every noun."""
    berlin = datetime.fromisoformat("2026-03-02T13:00:00+01:00")
    for kept in (clock(due_at=berlin).due_at, WorkedRow(at=berlin, fields={}).at, history(as_of=berlin).as_of):
        assert (kept, str(getattr(kept, "tzinfo", None))) == (NOON, "UTC")


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: clock(due_at=NAIVE), "due_at"),
        (lambda: clock(breached_at=FAR), "breached_at"),
        (lambda: clock(cycle=0), "cycle"),
        (lambda: clock(stage="running"), "stage"),
        *((lambda percent=text: clock(percent=percent), "percent") for text in NO_NUMBERS),
        (lambda: clock(definition=""), "definition"),
        (lambda: clock(absent=("stage",)), "absent"),
        (lambda: clock(absent=("due",)), "absent"),
        (lambda: clock(absent=("due_at", "elapsed"), elapsed=HOUR), "absent[1]"),
        (lambda: WorkedRow(at=NAIVE, fields={}), "at"),
        (lambda: WorkedRow(at=NOON, fields={"stat": "open"}), "fields.stat"),
        (lambda: WorkedRow(at=NOON, fields={"state": "opne"}), "fields.state"),
        (lambda: WorkedRow(at=NOON, fields={"priority": "1"}), "fields.priority"),
        (lambda: history(as_of=NAIVE), "as_of"),
        (lambda: history(id=" "), "id"),
        (lambda: history(about=""), "about"),
        (lambda: history(source=""), "source"),
        (lambda: history(WorkedRow(at=NOON, fields={}), WorkedRow(at=NOON - HOUR, fields={})), "revisions[1].at"),
        (lambda: WorkedBook(policy="p", histories=(history(), history(id="g"), history())), "histories[2].id"),
        (lambda: WorkedBook(policy="", histories=()), "policy"),
    ],
)
def test_what_is_no_worked_history_is_refused(make: Callable[[], object], path: str) -> None:
    """Figures that are none, instants that are none, rows out of order, two histories of one name."""
    with pytest.raises(InvalidValue) as caught:
        make()
    assert caught.value.path == path


def test_typed_errors_for_instants() -> None:
    """Naive is naive, and far is out of range."""
    with pytest.raises(NaiveDatetime):
        clock(due_at=NAIVE)
    with pytest.raises(OutOfRange):
        clock(due_at=FAR)


def test_a_document_of_a_book_is_read_strictly() -> None:
    """Every problem at once, each in its place."""
    text = BOOK.replace('about = "asked', 'abuot = "asked').replace('elapsed = "3h"', 'elapsed = "1d"')
    with pytest.raises(DocumentError) as caught:
        load_worked(text)
    assert [problem.path for problem in caught.value.problems] == [
        "$.histories[0].about",
        "$.histories[0]",
        "$.histories[0].clocks[0].elapsed",
    ]
    with pytest.raises(DocumentError, match=r"\$\.format: it is missing"):
        load_worked('policy = "p"\nhistories = []')
    later = BOOK.replace("at = 2026-03-02T12", "at = 2026-03-01T12")
    with pytest.raises(DocumentError, match=r"\$\.histories\[0\]\.revisions\[1\]\.at: it is before the one before"):
        load_worked(later)
    twice = BOOK.replace('id = "nothing"', 'id = "plain"')
    with pytest.raises(DocumentError, match=r"\$\.histories\[1\]\.id: 'plain' is given twice"):
        load_worked(twice)


def test_every_figure_is_checked_against_the_reading() -> None:
    """Figures as data: which history, definition, cycle and name, expected and got."""
    plan = compile_policy(load_policy(POLICY))
    row = WorkedRow(at=NOON - 3 * HOUR, fields={"state": "open"})
    told = check_worked(
        WorkedBook(policy="p", histories=(history(row, clocks=(clock(elapsed=HOUR, percent="75"),)),)), plan
    )
    assert [(figure.name, figure.expected, figure.got, figure.agrees) for figure in told] == [
        ("stage", "in_progress", "in_progress", True),
        ("elapsed", HOUR, 3 * HOUR, False),  # Berlin 10:00 to 13:00
        ("percent", Fraction(75), Fraction(75), True),
    ]
    assert told[0] == WorkedFigure(
        history="h",
        definition=DefinitionId("solved"),
        cycle=1,
        name="stage",
        expected="in_progress",
        got="in_progress",
    )


def test_what_a_row_does_not_say_stays() -> None:
    """Fields stay until another row changes or empties them; events are of their row alone."""
    plan = compile_policy(
        load_policy(POLICY + 'when_to_cancel = "never"\nreset = { field = "event.by", op = "eq", value = "agent" }\n')
    )
    rows = (
        WorkedRow(at=NOON - 3 * HOUR, fields={"state": "open", "category": "gold"}),
        WorkedRow(at=NOON - 2 * HOUR, fields={"event.by": "agent"}),
        WorkedRow(at=NOON - HOUR, fields={"category": None}),
    )
    told = check_worked(WorkedBook(policy="p", histories=(history(*rows, clocks=()),)), plan)
    assert [(figure.cycle, figure.expected, figure.got) for figure in told] == [
        (1, "no clock", "completed"),
        (2, "no clock", "in_progress"),
    ]
