"""What the whole suite shares: every snippet is a test, and hypothesis repeats itself.

The gate draws the same examples in every run; ``python -m pytest --hypothesis-profile=campaign`` draws new
ones, and more of them.

The snippets of a page run in an empty folder. There a ``code-block`` with a caption is a file of that name, and one in
``console`` is what the command prints.
"""

import re
import shlex
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from doctest import ELLIPSIS
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from sybil import Example, Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

from csmcore.cli import main

settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile(
    "campaign", max_examples=10_000, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
settings.load_profile("gate")


def enter_folder(namespace: dict[str, Any]) -> None:
    """Go to an empty folder for as long as the page runs."""
    stack = namespace["_folder"] = ExitStack()
    stack.enter_context(chdir(stack.enter_context(TemporaryDirectory())))


def leave_folder(namespace: dict[str, Any]) -> None:
    """Go back, and remove the folder."""
    namespace.pop("_folder").close()


def write_file(example: Example) -> None:
    """Write the file that a reader of the page would."""
    name = example.region.lexemes.get("options", {}).get("caption")
    if name is not None:
        Path(name).write_text(example.parsed, encoding="utf-8")


def run_command(example: Example) -> str | None:
    """Run ``$ csmcore ...``, and say what a terminal would show where the page does not."""
    line, _, shown = example.parsed.partition("\n")
    prompt, command, *arguments = shlex.split(line)
    screen = StringIO()
    with redirect_stdout(screen), redirect_stderr(screen):
        main(arguments)
    printed = screen.getvalue()
    as_shown = (prompt, command) == ("$", "csmcore") and _timeless(printed) == _timeless(shown)
    return None if as_shown else f"it prints:\n{printed}"


def _timeless(text: str) -> str:
    """The text, whichever release of the time zone database it was computed with."""
    return re.sub(r"\btzdata \w+", "tzdata", text)


_PAGES = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS),
        CodeBlockParser("toml", write_file),
        CodeBlockParser("text", write_file),
        CodeBlockParser("console", run_command),
    ],
    patterns=["*.md"],
    setup=enter_folder,
    teardown=leave_folder,
)
_DOCSTRINGS = Sybil(
    parsers=[DocTestParser(optionflags=ELLIPSIS)],
    path="src",
    patterns=["*.py"],
    document_types={".py": PythonDocStringDocument},
)

pytest_collect_file = (_PAGES + _DOCSTRINGS).pytest()
