"""The house's laws hold, and each fault that is seeded on purpose is found."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import LAWS, PERMITTED, findings, foreign_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "csmcore"

OFFER = "__all__ = []\n"
SOUND = {
    "__init__.py": OFFER,
    "errors.py": OFFER,
    "calendars/__init__.py": "from house.calendars.hours import DAY\n" + OFFER,
    "calendars/hours.py": "from types import MappingProxyType\nDAY = MappingProxyType({1: (2,)})\n" + OFFER,
    "model/__init__.py": "from house.model.case import Case\n" + OFFER,
    "model/case.py": "import attrs\nfrom house.calendars import DAY\nclass Case:\n    pass\n" + OFFER,
    "rules/__init__.py": "from house.model import Case\n" + OFFER,
    "rules/checks.py": "Check = dict[str, list[int]]\nNAMES = frozenset('a') | {'b', *list('c')}\n" + OFFER,
    "rules/list/__init__.py": OFFER + "#\n" * 400,
    "rules/kinds.py": "from types import MappingProxyType\nK = MappingProxyType({1: 2, **dict(a=3)})\n" + OFFER,
    "services/__init__.py": "import logging\nfrom house.rules import Case\n_LOGGERS = {}\n" + OFFER,
    "wire/__init__.py": "from house import __version__\ndef load():\n    import cattrs\n" + OFFER,
}
"""A small package that breaks no law."""

FAULTS = [
    ("layer", "errors.py", "from house.model import Case", "imports house.model"),
    ("layer", "calendars/hours.py", "def f():\n    import house.rules", "imports house.rules"),
    ("layer", "model/case.py", "from house import wire", "imports house.wire"),
    ("layer", "rules/__init__.py", "import house.services", "imports house.services"),
    ("layer", "rules/__init__.py", "from .. import services", "imports house.services"),
    ("layer", "services/__init__.py", "import house", "imports house"),
    ("layer", "gossip.py", "", "the house has no room 'gossip'"),
    ("face", "rules/__init__.py", "from house.model.case import Case", "imports house.model.case"),
    ("face", "rules/__init__.py", "from house.model import case", "imports house.model.case"),
    ("cycle", "model/case.py", "from house.model import Case", "house.model.case"),
    (
        "cycle",
        "calendars/hours.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.calendars",
        "house.calendars.hours",
    ),
    ("cycle", "calendars/hours.py", "def f():\n    from house.calendars import DAY", "house.calendars"),
    ("home", "rules/__init__.py", "def f():\n    import dateutil.rrule", "imports dateutil.rrule"),
    ("home", "calendars/hours.py", "def f():\n    import requests", "imports requests"),
    ("home", "__init__.py", "import attrs", "imports attrs"),
    ("deferred", "wire/__init__.py", "import cattrs", "imports cattrs"),
    ("deferred", "calendars/hours.py", "class A:\n    from dateutil import rrule", "imports dateutil"),
    (
        "dynamic",
        "services/__init__.py",
        "from importlib import import_module\nimport_module('a' + 'b')",
        "imports what",
    ),
    ("layer", "model/case.py", "__import__('house.wire')", "imports house.wire"),
    ("pure", "model/case.py", "import os.path", "imports os.path"),
    ("pure", "rules/__init__.py", "def f():\n    return open('/etc/passwd')", "calls open"),
    ("state", "calendars/hours.py", "CACHE = {}", "CACHE can change"),
    ("state", "calendars/hours.py", "CACHE: dict[str, int] = dict(a=1)", "CACHE can change"),
    ("state", "model/case.py", "NAMES = ((), *([1], [2]))", "NAMES can change"),
    ("state", "model/case.py", "NAMES = {1} | {2}", "NAMES can change"),
    ("state", "model/case.py", "NAMES = [0] * 8", "NAMES can change"),
    ("state", "model/case.py", "class A:\n    seen = set()", "seen can change"),
    ("state", "model/case.py", "NAMES = ([1], 2)", "NAMES can change"),
    ("state", "model/case.py", "NAMES = tuple([x] for x in 'ab')", "NAMES can change"),
    ("state", "model/case.py", "def f():\n    global N\n    N = 1", "global N"),
    ("state", "rules/__init__.py", "import functools\n@functools.lru_cache(8)\ndef f(): ...", "f is cached"),
    ("state", "rules/__init__.py", "for i in 'ab':\n    pass", "works at import"),
    ("assert", "services/__init__.py", "def f(x):\n    assert x", "asserts"),
    ("all", "model/place.py", "", "no __all__"),
    ("name", "rules/utils.py", "", "rules.utils"),
    ("length", "model/case.py", "#\n" * 400, " lines"),
    ("length", "model/__init__.py", "def f():\n    return 1\n" + "#\n" * 400, " lines"),
    ("length", "model/case.py", "def f():\n" + "    f()\n" * 45, "f has 46 lines"),
]


def write(folder: Path, files: dict[str, str]) -> Path:
    """A package of these files, named ``house``."""
    root = folder / "house"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def modules_after(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after a statement, less Python's record of its own build."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return {name for name in run.stdout.split() if not name.startswith("_sysconfigdata")}


def test_the_house_keeps_its_laws() -> None:
    """The package breaks no law but where an exception is written down with its reason."""
    broken = [str(found) for found in findings(PACKAGE) if (found.law, found.file) not in PERMITTED]
    assert not broken, "\n".join(broken)


def test_every_exception_is_needed() -> None:
    """No exception outlives its use."""
    assert set(PERMITTED) <= {(found.law, found.file) for found in findings(PACKAGE)}


def test_a_sound_house_has_no_findings(tmp_path: Path) -> None:
    """The package that the faults are seeded in breaks no law by itself."""
    assert findings(write(tmp_path, SOUND)) == []


@pytest.mark.parametrize(("law", "file", "fault", "what"), FAULTS)
def test_a_seeded_fault_is_found(tmp_path: Path, law: str, file: str, fault: str, what: str) -> None:
    """Each kind of fault, written into a sound package, is reported under its law and in its file."""
    files = {**SOUND, file: f"{fault}\n{SOUND.get(file, '')}"}
    found = [finding for finding in findings(write(tmp_path, files)) if finding.law == law]
    assert found, "not found"
    assert any(what in finding.what for finding in found), found
    assert law == "cycle" or {finding.file for finding in found} == {file}


def test_every_law_has_a_seeded_fault() -> None:
    """A law that no fault tests could be dead."""
    assert {law for law, *_ in FAULTS} == set(LAWS)


def test_the_oracles_know_nothing_of_the_package() -> None:
    """What the engine is compared with imports none of it."""
    assert foreign_imports(ROOT / "tests" / "oracle", "csmcore") == []


@pytest.mark.parametrize(
    "line", ["import csmcore.calendars", "def f():\n    from csmcore import errors", "__import__('csm' + 'core')"]
)
def test_an_oracle_that_peeks_is_found(tmp_path: Path, line: str) -> None:
    """An oracle that imports the package, or hides what it imports, is reported."""
    root = write(tmp_path, {"minutes.py": line})
    assert len(foreign_imports(root, "csmcore")) == 1


def test_the_root_loads_only_the_standard_library() -> None:
    """``import csmcore`` costs an application nothing but the standard library."""
    loaded = modules_after("import csmcore") - modules_after("pass") - {"csmcore"}
    assert loaded <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "statement", ["from csmcore.calendars import BusinessCalendar", "from csmcore.conditions import field"]
)
def test_a_leaf_loads_the_standard_library_and_attrs(statement: str) -> None:
    """A leaf's heavy packages wait until something needs them."""
    loaded = modules_after(statement) - modules_after("pass") - {"csmcore", "attr", "attrs"}
    assert loaded <= sys.stdlib_module_names
