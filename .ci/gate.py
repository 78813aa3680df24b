"""The gate: everything that must hold before a change lands, in two lanes side by side.

One lane does what the README tells a newcomer, to the letter, and so runs the suite (with every snippet of
README, docs and docstrings) on what ``pip install .`` installed. The other builds the wheel, tests it with the
oldest dependencies that it admits, and checks style, types and docs. Last, the wheel is compared with what the
first lane tested, byte for byte: so the suite speaks for the wheel too, and runs whole only once.

Every part runs whatever the others do; the gate fails when one of them fails. Standard library only.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Part", "Result", "chosen", "differences", "lanes", "main", "oldest", "run", "shell_blocks", "table"]

ROOT = Path(__file__).resolve().parents[1]
_UNWANTED = ("PYTHONHOME", "PYTHONPATH", "PYTEST_ADDOPTS", "VIRTUAL_ENV")
_QUIET = {"NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_QUIET": "2"}
_SHOWN = 70  # characters of a part's last line in the table

_FRESH = '"$PYTHON" -m venv "$WORK/{0}" && . "$WORK/{0}/bin/activate"\n'
_TOOLS = '. "$WORK/tools/bin/activate"\n'
_WHEEL = '"$(echo "$WORK"/dist/*.whl)'


@dataclass(frozen=True)
class Part:
    """A named shell script, run at the repository's root; ``$WORK`` is a scratch folder that all parts share."""

    name: str
    script: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What came of a part: its exit code, its seconds, and all that it printed."""

    part: Part
    code: int
    seconds: float
    output: str

    @property
    def last_line(self) -> str:
        """The line that a tool closes with, which is where it sums up."""
        lines = [line.strip("= ") for line in self.output.splitlines() if line.strip("= ")]
        return lines[-1][:_SHOWN] if lines else ""


def shell_blocks(markdown: str) -> list[str]:
    """The contents of a page's ``sh`` blocks, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)


def lanes(readme: str) -> list[list[Part]]:
    """The gate's parts; each lane runs its own in order, side by side with the other."""
    install_and_run, install_and_test, *_ = shell_blocks(readme)
    return [
        [
            Part("readme: run", _FRESH.format("run") + install_and_run),
            Part("readme: test", _FRESH.format("test") + install_and_test),
            Part(
                "same files",
                f'"$PYTHON" .ci/gate.py same {_WHEEL}" "$WORK"/run/lib/python*/site-packages'
                ' "$WORK"/test/lib/python*/site-packages',
                ("build", "readme: run", "readme: test"),
            ),
        ],
        [
            Part("build", _FRESH.format("tools") + 'pip install build && python -m build --outdir "$WORK/dist"'),
            Part("tools", _TOOLS + f'pip install {_WHEEL}[dev]" && pip check', ("build",)),
            Part("lint", _TOOLS + "ruff check && ruff format --check", ("tools",)),
            Part("mypy", _TOOLS + "mypy", ("tools",)),
            Part(
                "pyright",
                _TOOLS + "pyright tests/typing\n"
                'pyright --verifytypes csmcore --ignoreexternal > "$WORK/types" || true\n'
                'cat "$WORK/types"; grep "completeness score: 100%" "$WORK/types"',
                ("tools",),
            ),
            Part("docs", _TOOLS + 'sphinx-build -q -W --keep-going --nitpicky docs "$WORK/html"', ("tools",)),
            Part(
                "wheel, oldest",
                _FRESH.format("oldest") + 'python .ci/gate.py oldest > "$WORK/oldest.txt"\n'
                f'pip install -c "$WORK/oldest.txt" {_WHEEL}[test]" && python -m pytest -q tests/unit',
                ("build",),
            ),
        ],
    ]


def chosen(all_lanes: Sequence[Sequence[Part]], names: Sequence[str]) -> list[list[Part]]:
    """The lanes with only the named parts and what they need; all of them when none is named."""
    parts = {part.name: part for lane in all_lanes for part in lane}
    wanted = set(parts if not names else ())
    queue = list(names)
    while queue:
        part = parts[queue.pop()]
        wanted.add(part.name)
        queue += part.needs
    return [[part for part in lane if part.name in wanted] for lane in all_lanes]


def run(all_lanes: Sequence[Sequence[Part]], work: Path) -> list[Result]:
    """Run the lanes side by side, print each part as it ends, and return what came of all of them."""
    done: dict[str, Future[Result]] = {part.name: Future() for lane in all_lanes for part in lane}

    def follow(lane: Sequence[Part]) -> None:
        for part in lane:
            result = _attempt(part, done, work)
            print(f"--- {part.name} ---\n{result.output}", flush=True)
            done[part.name].set_result(result)

    with ThreadPoolExecutor(max_workers=len(all_lanes)) as pool:
        list(pool.map(follow, all_lanes))
    return [done[part.name].result() for lane in all_lanes for part in lane]


def _attempt(part: Part, done: dict[str, Future[Result]], work: Path) -> Result:
    failed = [name for name in part.needs if done[name].result().code]
    if failed:
        return Result(part, 1, 0.0, f"not run: {', '.join(failed)} failed")
    started = time.perf_counter()
    kept = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    ended = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", part.script],
        cwd=ROOT,
        env={**kept, **_QUIET, "PYTHON": sys.executable, "WORK": str(work)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return Result(part, ended.returncode, time.perf_counter() - started, ended.stdout.decode(errors="replace"))


def table(results: Sequence[Result], seconds: float) -> str:
    """Each part with its seconds and its closing line, then the whole gate's."""
    lines = [
        f"{result.part.name:14} {'FAILED' if result.code else 'ok':6} {result.seconds:7.1f} s  {result.last_line}"
        for result in results
    ]
    failed = sum(result.code != 0 for result in results)
    return "\n".join(
        (*lines, f"{'gate':21} {seconds:7.1f} s", f"parts: {len(results) - failed} passed, {failed} failed")
    )


def differences(wheel: Path, site_packages: Path) -> list[str]:
    """The files of the package, and its metadata, that are not the same in a wheel and where it is installed."""
    with zipfile.ZipFile(wheel) as archive:
        built = {name: archive.read(name) for name in archive.namelist() if not name.endswith(("/RECORD", "/WHEEL"))}
    package = site_packages / "csmcore"
    installed = {
        path.relative_to(site_packages).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = [name for name, data in built.items() if not _holds(site_packages / name, data)]
    return sorted({*missing, *(installed - built.keys())})


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def oldest(project: str) -> str:
    """The lower bounds of a project's run-time dependencies, as constraints for pip."""
    needs: list[str] = tomllib.loads(project)["project"]["dependencies"]
    return "\n".join(re.sub(r"^([\w.-]+)>=([\w.]+).*$", r"\1==\2", need) for need in needs)


def main(arguments: Sequence[str]) -> int:
    """``gate.py [PART...]`` runs the gate; ``oldest`` and ``same WHEEL FOLDER...`` are steps of its parts."""
    if arguments[:1] == ["oldest"]:
        print(oldest((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
        return 0
    if arguments[:1] == ["same"]:
        wheel, *folders = map(Path, arguments[1:])
        found = [f"{folder}: {name} differs" for folder in folders for name in differences(wheel, folder)]
        print("\n".join(found) or f"the files of {wheel.name} are those that were tested")
        return bool(found)
    started = time.perf_counter()
    parts = chosen(lanes((ROOT / "README.md").read_text(encoding="utf-8")), arguments)
    with tempfile.TemporaryDirectory(prefix="csmcore-gate-") as work:
        results = run(parts, Path(work))
    print(table(results, time.perf_counter() - started))
    return any(result.code for result in results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
