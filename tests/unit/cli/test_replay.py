"""What ``csmcore replay`` prints when all is well."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from tests.unit.cli.conftest import RunCommand

DOCS = Path(__file__).parents[3] / "docs" / "examples"
WIDTH = 80


def test_the_small_history_as_a_table(small: RunCommand) -> None:
    """Each promise has its figures, and each finding its line: nothing is passed over in silence."""
    ran = small()
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[0] == "desk 1: 2 cases"
    assert "9 rows, as of Tue 03 Mar 2026 14:10 (Europe/Berlin); tzdata" in ran.out
    assert "entitlements: not entitled 2 (no agreements given)" in lines
    assert "none 1 1 1 0 0 50% 3:00 4:30 4:30" in lines
    assert "1 resolved -> awaiting_info first in line 11" in lines
    assert any(line.startswith("line 8 2 state: 'opne'") for line in lines)
    assert any(line.startswith("line 9 left out: '31 March'") for line in lines)


@pytest.mark.parametrize("name", ["history.csv.gz", "history.csv.xz"])
def test_a_packed_history_is_the_same(small: RunCommand, run: RunCommand, folder: Path, name: str) -> None:
    """A file is unpacked as its name says."""
    packed = run("replay", folder / "policy.toml", folder / name, "--mapping", folder / "mapping.toml")
    assert packed == small()


def test_json_is_one_object(small: RunCommand) -> None:
    """The keys are the settled ones, in their order; instants are UTC."""
    report = json.loads(small("--format", "json").out)
    assert list(report) == ["policy", "cases", "promises", "findings"]
    cycles = report["cases"][0]["clocks"][0]["cycles"]
    assert cycles == [
        {
            "cycle": 1,
            "stage": "completed",
            "started_at": "2026-03-02T08:00:00Z",
            "due_at": "2026-03-03T11:00:00Z",
            "stopped_at": "2026-03-03T11:30:00Z",
            "elapsed_seconds": 16_200,
            "has_breached": True,
            "breached_at": "2026-03-03T11:00:00Z",
        }
    ]


def test_csv_has_a_line_for_each_promise_and_priority(small: RunCommand) -> None:
    """The columns are named as in JSON; what is not there is empty."""
    (line,) = csv.DictReader(StringIO(small("--format", "csv").out))
    assert line["definition"] == "solved"
    assert (line["priority"], line["kept"], line["breached"], line["running"]) == ("", "1", "1", "1")


def test_a_case_is_told_as_a_story(small: RunCommand) -> None:
    """The stretches of time are those that a person finds with a clock and a calendar."""
    ran = small("--case", "1")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "Entitlement: not entitled: no agreements given" in lines
    assert "solved, cycle 1: breached (completed)" in lines
    assert "started Mon 02 Mar 2026 09:00, due Tue 03 Mar 2026 12:00, ended Tue 03 Mar" in lines
    assert "Mon 02 Mar 09:00 Mon 02 Mar 11:00 running 2h 00m" in lines
    assert "Mon 02 Mar 11:00 Tue 03 Mar 10:00 paused 7h 00m line 4: state" in lines
    assert "Tue 03 Mar 10:00 Tue 03 Mar 12:30 running 2h 30m" in lines
    assert "in all 4h 30m and 7h 00m paused" in lines


def test_a_case_in_json_is_the_report_of_that_case(small: RunCommand) -> None:
    """With --case the other cases, their promises and findings are left out."""
    report = json.loads(small("--case", "1", "--format", "json").out)
    assert [case["id"] for case in report["cases"]] == ["1"]
    assert [promise["breached"] for promise in report["promises"]] == [1]
    assert report["findings"] == []


def test_as_of_an_earlier_instant(small: RunCommand) -> None:
    """Rows after the instant are not seen, and a paused clock has the due date that it would have."""
    ran = small("--case", "1", "--as-of", "2026-03-02T15:00+01:00")
    assert "solved, cycle 1: running" in ran.out
    assert "paused, due Mon 02 Mar 2026 17:00 if resumed now" in " ".join(ran.out.split())


def test_the_limit_is_of_what_is_listed(small: RunCommand) -> None:
    """What is not listed is counted."""
    ran = small("--limit", "0")
    assert "rows that could not be read, left out: 1\n  and 1 more finding; --limit lists them\n" in ran.out
    assert "31 March" not in ran.out


def test_the_shipped_example_fits_a_terminal(run: RunCommand) -> None:
    """No line is longer than 80 characters, and none has a code for colours."""
    for more in ((), ("--case", "HM-0059"), ("--case", "HM-0134")):
        ran = run("replay", "example", *more)
        assert ran.code == 0
        assert max(map(len, ran.out.splitlines())) <= WIDTH
        assert "\x1b" not in ran.out


def test_the_night_in_which_clocks_go_forward_is_explained(run: RunCommand) -> None:
    """A shift over that night is an hour shorter than the clock on the wall says, and the story says why."""
    story = " ".join(run("replay", "example", "--case", "HM-0134").out.split())
    assert "Sat 28 Mar 21:40 Sun 29 Mar 06:00 running 7h 20m clocks go forward by 1h 00m" in story


def test_the_real_logs_presets_read_by_their_short_names(run: RunCommand, tmp_path: Path) -> None:
    """A short name brings the mapping that belongs to the policy; a mapping that is named outranks it."""
    audit = tmp_path / "audit.csv"
    audit.write_text(
        "documentkey,fieldname,newvalue,sys_created_on,user\n"
        "a1,state,1,2026-03-02 09:00:00,jo\n"
        "a1,priority,2,2026-03-02 09:00:00,jo\n"
        "a1,assigned_to,6816f79cc0a8,2026-03-02 09:10:00,jo\n"
        "a1,state,Open,2026-03-02 09:12:00,jo\n"
        "a1,state,6,2026-03-02 11:12:00,jo\n",
        encoding="utf-8",
    )
    ran = run("replay", "uci", audit, "--mapping", "servicenow-audit", "--case", "a1")
    assert "response, cycle 1: kept\n  12m of 1h 00m used" in ran.out
    assert "resolution, cycle 1: kept\n  2h 12m of 10h 00m used" in ran.out
    assert "no column 'number'" in run("replay", "uci", audit).err


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("replay_example.txt", ("example",)),
        ("replay_case.txt", ("example", "--case", "HM-0134")),
        ("replay_clocks.txt", ("clocks", "--case", "K-1")),
    ],
)
def test_the_docs_show_what_is_printed(run: RunCommand, text: str, arguments: tuple[str, ...]) -> None:
    """The reference's outputs are the real ones, but for the version of the time zones."""
    said = "csmcore replay" + "".join(f" {argument}" for argument in arguments)
    shown = (DOCS / text).read_text(encoding="utf-8")
    printed = run("replay", *arguments).out
    assert without_version(shown) == without_version(printed), f"write it anew: {said} > docs/examples/{text}"


def without_version(text: str) -> str:
    """The text with the version of the time zone database left out."""
    return "\n".join(line.partition("; tzdata ")[0] for line in text.splitlines())


def test_python_runs_the_package(folder: Path) -> None:
    """``python -m csmcore`` is the command; standard input can be the history."""
    command = [sys.executable, "-m", "csmcore", "replay", str(folder / "policy.toml"), "-"]
    history = (folder / "history.csv").read_bytes()
    done = subprocess.run(
        [*command, "--mapping", str(folder / "mapping.toml")], input=history, capture_output=True, check=True
    )
    assert done.stdout.startswith(b"desk 1: 2 cases\n")


def test_a_reader_who_leaves_is_no_error(folder: Path) -> None:
    """When the other end of a pipe is closed the command ends in silence."""
    line = f'"{sys.executable}" -m csmcore replay example --limit 1000 --format json | head -c 1'
    done = subprocess.run(["/bin/sh", "-c", line], cwd=folder, capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("{", "")


def test_help_names_every_option(run: RunCommand, capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` and ``--version`` are answered, with exit code 0."""
    for argument, expected in (("--version", "csmcore "), ("--help", "replay")):
        with pytest.raises(SystemExit, match=r"^0$"):
            run(argument)
        assert expected in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"^0$"):
        run("replay", "--help")
    assert "--agreements FILE" in capsys.readouterr().out
