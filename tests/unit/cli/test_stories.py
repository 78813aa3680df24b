"""Every case of the example is told whole, and histories in csmcore's own events are told alike."""

import re
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import attrs
import pytest

from csmcore.analysis import replay_history
from csmcore.cli import main
from csmcore.cli.sheets import plain_text
from csmcore.cli.story import story_of
from csmcore.cli.wording import exact
from csmcore.model import CaseId
from csmcore.presets import preset
from csmcore.rules import compile_policy, explain
from csmcore.wire import dump_agreements, dump_policy, load_agreements, load_mapping, load_policy, read_history, to_json
from tests.unit.cli.conftest import RunCommand
from tests.unit.cli.desk import HISTORY, MAPPING, POLICY
from tests.unit.services import desk as live

WIDTH = 80


def test_every_story_of_the_example_is_whole() -> None:
    """Each clock has its own part, whose last line is the sum of its stretches; no line is too long."""
    policy = load_policy(preset("example-policy.toml"))
    mapping = load_mapping(preset("example-mapping.toml"))
    agreements = load_agreements(preset("example-agreements.toml"), policy)
    rows = read_history(BytesIO(preset("example-history.csv")), mapping)
    plan = compile_policy(policy)
    everybody = frozenset(CaseId(f"HM-{number:04}") for number in range(1, 361))
    report = replay_history(plan, rows, agreements=agreements, layout=mapping.layout, keep=everybody)
    assert report.as_of is not None
    clocks = 0
    for case in report.cases:
        story = plain_text(story_of(report, plan, case), WIDTH)
        assert max(map(len, story.splitlines())) <= WIDTH
        sums = re.findall(r"^ +in all +(-?[0-9hms ]+?)(?:  and .*)?$", story, re.MULTILINE)
        assert sums == [exact(reading.elapsed) for reading in case.readings]
        for clock in case.state.clocks:
            explained = explain(plan, clock, report.as_of)
            running = (segment.business for segment in explained.segments if segment.kind == "running")
            assert sum(running, timedelta(0)) == explained.reading.elapsed
            clocks += 1
    assert clocks > len(report.cases)


def test_a_history_of_own_events(run: RunCommand, tmp_path: Path) -> None:
    """What a host's log tells, the command tells from its events: the same entitlement and the same clocks."""
    host, clock, service = live.desk()
    case_id = live.opened(service)
    live.walk(service, clock, case_id, "resolved")
    events = [to_json(event) for entry in host.entries(case_id) for event in entry.events]
    (tmp_path / "events").write_text("\n".join(events), encoding="utf-8")
    (tmp_path / "policy.json").write_text(dump_policy(live.POLICY), encoding="utf-8")
    (tmp_path / "agreements.json").write_text(dump_agreements(live.BOOK), encoding="utf-8")
    asked = ("replay", tmp_path / "policy.json", tmp_path / "events", "--agreements", tmp_path / "agreements.json")
    ran = run(*asked, "--case", case_id)
    assert (ran.code, ran.err) == (0, "")
    case, state = host.case(case_id), host.clocks(case_id, len(host.entries(case_id)))
    assert case is not None
    assert state is not None
    assert f"entitlement {case.entitlement}" in " ".join(ran.out.split())
    told = re.findall(r"^(\S+), cycle (\d+): ", ran.out, re.MULTILINE)
    assert told == [(each.definition, str(each.cycle)) for each in state.clocks]
    assert "case_opened, state new" in ran.out
    assert "solution_proposed, state resolved" in ran.out


def test_a_promise_without_a_calendar(small: RunCommand, folder: Path) -> None:
    """A clock for which all the time counts is told in the policy's zone; the year is said where there are two."""
    policy = POLICY.replace('calendar = "office"\nstart', 'name = "it works again"\nstart')
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    history = HISTORY.replace("1,2026-03-03T12:30:00", "").replace("1,2026-03-02T09", "1,2025-12-31T09")
    (folder / "history.csv").write_text(history, encoding="utf-8")
    assert "solved: it works again\n" in small().out
    story = " ".join(small("--case", "1").out.split())
    assert "used, time around the clock; times are those of Europe/Berlin" in story
    assert "Wed 31 Dec 2025 09:00 Mon 02 Mar 2026 11:00 running" in story


def test_a_calendar_that_ends(small: RunCommand, folder: Path) -> None:
    """Where a calendar ends before the goal is used up, the story says so instead of a due date."""
    policy = POLICY.replace("[calendars.office]", '[calendars.office]\nvalid_until = "2026-03-01"')
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    story = " ".join(small("--case", "2").out.split())
    assert "without a due date" in story
    assert "calendar 'office' ends before the goal is used up" in story


def test_a_history_without_rows(small: RunCommand, folder: Path) -> None:
    """A table of column names alone is replayed to nothing."""
    (folder / "history.csv").write_text(HISTORY.partition("\n")[0] + "\n", encoding="utf-8")
    ran = small()
    assert (ran.code, ran.out.splitlines()[0]) == (0, "desk 1: 0 cases")
    assert "no rows; tzdata " in ran.out


def test_priorities_and_blanks_are_told(small: RunCommand, folder: Path) -> None:
    """Rows with impact and urgency are counted by how the matrix agrees; a field that is blanked is told as such."""
    mapping = MAPPING.replace('about" }', 'about", impact = "impact", urgency = "urgency", priority = "prio" }')
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    (folder / "history.csv").write_text(
        "case,at,state,about,impact,urgency,prio\n"
        "1,2026-03-02T09:00+01:00,new,Printer,1,1,1\n"
        "1,2026-03-02T10:00+01:00,open,,1,1,4\n",
        encoding="utf-8",
    )
    assert "priority is the matrix's on 1 of 2 rows with impact and urgency" in small().out
    assert "state open, priority 4, no short_description" in " ".join(small("--case", "1").out.split())


def test_a_plan_without_a_name(run: RunCommand, folder: Path) -> None:
    """An entitlement need not have a plan; a long text is cut short."""
    (folder / "agreements.toml").write_text(
        'format = 1\n[accounts.acme]\nname = "Acme"\n'
        '[entitlements.e1]\nnumber = "E1"\naccount = "acme"\n[entitlements.e2]\nnumber = "E2"\nactive = false\n',
        encoding="utf-8",
    )
    (folder / "mapping.toml").write_text(f"{MAPPING}constants = {{ account = 'acme' }}\n", encoding="utf-8")
    (folder / "history.csv").write_text(HISTORY.replace("Printer", "P" * 100), encoding="utf-8")
    asked = ("replay", folder / "policy.toml", folder / "history.csv", "--mapping", folder / "mapping.toml")
    agreed = ("--agreements", folder / "agreements.toml")
    assert "entitlements: without a plan 2\n" in run(*asked, *agreed).out
    story = run(*asked, *agreed, "--case", "1").out
    assert "E1 " in story
    assert "P" * 60 + "..." in "".join(story.split())


def test_a_reader_who_leaves_early(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A closed pipe ends the command in silence, and what Python would still write goes nowhere."""

    @attrs.define
    class Closed:
        """The end of a pipe that nobody reads."""

        number: int
        encoding: str = ""

        def isatty(self) -> bool:
            return False

        def write(self, _: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return self.number

    with (tmp_path / "pipe").open("w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", Closed(pipe.fileno()))
        assert main(["replay", "example"]) == 0
        pipe.write("nowhere")
    assert (tmp_path / "pipe").read_text(encoding="utf-8") == ""


def test_standard_input(run: RunCommand, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is what is piped in."""
    piped = type("Piped", (), {"buffer": BytesIO(HISTORY.encode())})
    monkeypatch.setattr(sys, "stdin", piped)
    assert "2 cases" in run("replay", folder / "policy.toml", "-", "--mapping", folder / "mapping.toml").out


def test_a_file_that_the_system_refuses(small: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why a file cannot be opened is said in the system's words."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    ran = small()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("policy.toml: it cannot be read: Permission denied\n")
