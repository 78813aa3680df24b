"""The command, called in this process as a script calls it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from csmcore.cli import main
from tests.unit.cli.desk import desk

__all__ = ["Run", "RunCommand"]


class Run(NamedTuple):
    """What a run of the command came to."""

    code: int
    out: str
    err: str


RunCommand: TypeAlias = Callable[..., Run]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Run ``csmcore`` with these arguments."""

    def command(*arguments: str | Path) -> Run:
        code = main([str(argument) for argument in arguments])
        return Run(code, *capsys.readouterr())

    return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small policy, mapping and history."""
    return desk(tmp_path)


@pytest.fixture
def small(run: RunCommand, folder: Path) -> RunCommand:
    """Replay the small history, with more arguments."""
    policy, history, mapping = folder / "policy.toml", folder / "history.csv", folder / "mapping.toml"
    return lambda *more: run("replay", policy, history, "--mapping", mapping, *more)
