"""The gate can fail: what it runs, what it reports, and that no part is passed over."""

import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load_gate() -> ModuleType:
    """The gate's module, which lives outside every package."""
    spec = importlib.util.spec_from_file_location("gate", ROOT / ".ci" / "gate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gate"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


gate = load_gate()


def test_the_shell_blocks_are_taken_literally() -> None:
    """Only ``sh`` blocks count, whole and in order."""
    page = "# A\n```sh\none && \\\n  two\n```\n```python\nx = 1\n```\n```sh\nthree\n```\n"
    assert gate.shell_blocks(page) == ["one && \\\n  two\n", "three\n"]


def test_the_readme_has_its_two_commands() -> None:
    """The README's first two blocks install and run, and install and test; the gate runs them as written."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run, test = gate.shell_blocks(readme)[:2]
    scripts = [part.script for part in gate.lanes(readme)[0]]
    assert run == "pip install '.[cli]' && python -m csmcore replay example\n"
    assert "python -m pytest" in test
    assert scripts[0].endswith(run)
    assert scripts[1].endswith(test)


def test_a_failing_part_fails_the_gate_and_stops_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A part that fails is reported; the others run, except those that need it."""
    lanes = [
        [gate.Part("bad", "echo seen; false; echo unseen"), gate.Part("good", "echo fine")],
        [gate.Part("needy", "touch $WORK/ran", ("bad",)), gate.Part("last", "test -d $WORK", ("good",))],
    ]
    results = gate.run(lanes, tmp_path)
    assert [(result.part.name, result.code) for result in results] == [
        ("bad", 1),
        ("good", 0),
        ("needy", 1),
        ("last", 0),
    ]
    assert results[2].output == "not run: bad failed"
    assert not (tmp_path / "ran").exists()
    printed = capsys.readouterr().out
    assert "seen" in printed
    assert "unseen" not in printed
    assert gate.table(results, 1.0).splitlines()[-1] == "parts: 2 passed, 2 failed"


def test_a_failure_inside_a_pipe_counts(tmp_path: Path) -> None:
    """A tool whose output is piped on cannot fail unseen."""
    assert gate.run([[gate.Part("pipe", "false | cat")]], tmp_path)[0].code == 1


def test_the_exit_code_tells_of_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate exits with 1 when a part fails and with 0 when none does."""
    for script, code in (("false", 1), ("true", 0)):
        monkeypatch.setattr(gate, "lanes", lambda _readme, script=script: [[gate.Part("only", script)]])
        assert gate.main([]) == code


def test_the_table_gives_each_part_its_seconds() -> None:
    """A part's line has its name, its fate, its seconds and the line it closed with."""
    result = gate.Result(gate.Part("suite", ""), 0, 12.34, "noise\n== 3 passed in 12.30s ==\n\n")
    assert gate.table([result], 15.0).splitlines() == [
        "suite          ok        12.3 s  3 passed in 12.30s",
        "gate                     15.0 s",
        "parts: 1 passed, 0 failed",
    ]


def test_a_choice_brings_what_it_needs() -> None:
    """Some parts can be run alone: with what they need, and nothing else."""
    lanes = [[gate.Part("a", ""), gate.Part("b", "", ("a",))], [gate.Part("c", "", ("b",)), gate.Part("d", "")]]
    names = [[part.name for part in lane] for lane in gate.chosen(lanes, ["c"])]
    assert names == [["a", "b"], ["c"]]
    assert gate.chosen(lanes, []) == lanes


@pytest.mark.parametrize("name", ["changed.py", "missing.py", "extra.py"])
def test_a_wheel_that_was_not_tested_is_found(tmp_path: Path, name: str) -> None:
    """A file that is other, absent or additional where the suite ran shows that it did not test the wheel."""
    package = tmp_path / "csmcore"
    package.mkdir()
    wheel = tmp_path / "csmcore.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in ("same.py", "changed.py", "missing.py"):
            archive.writestr(f"csmcore/{file}", "x = 1\n")
            (package / file).write_text("x = 1\n", encoding="utf-8")
    assert gate.differences(wheel, tmp_path) == []
    if name == "missing.py":
        (package / name).unlink()
    else:
        (package / name).write_text("x = 2\n", encoding="utf-8")
    assert gate.differences(wheel, tmp_path) == [f"csmcore/{name}"]


def test_the_oldest_dependencies_are_the_lower_bounds() -> None:
    """The constraints pin each run-time dependency to the oldest version that the project admits."""
    project = '[project]\ndependencies = ["attrs>=23.2", "python-dateutil>=2.9.0.post0,<5"]\n'
    assert gate.oldest(project) == "attrs==23.2\npython-dateutil==2.9.0.post0"
