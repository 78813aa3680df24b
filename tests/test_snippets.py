"""No snippet escapes the suite: what a page shows as code is run, or is known not to be code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)]
EXAMPLES = sorted((DOCS / "examples").glob("*.py"))

RUN = {"python", "console"}  # by conftest.py
NO_CODE = {"json", "mermaid", "sh", "text", "toml"}
BLOCK = re.compile(r"^\{code-(?:block|cell)\} *")
FENCE = re.compile(r"^ *(`{3,}|~{3,})(.*)$", re.MULTILINE)


def name(path: Path) -> str:
    """A file as its test is named."""
    return str(path.relative_to(ROOT))


def languages(page: str) -> list[str]:
    """The language of each fenced block of a page, or its directive where that shows no code."""
    return [BLOCK.sub("", opened.strip()) for _, opened in FENCE.findall(page)[::2]]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_is_run_or_no_code(page: Path) -> None:
    """A block's language is one that the suite runs, one that is no code, or a directive of the page."""
    unknown = {word for word in languages(page.read_text(encoding="utf-8")) if not word.startswith("{")}
    assert unknown <= RUN | NO_CODE


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_snippet_is_passed_over(page: Path) -> None:
    """No page tells the suite, or doctest, to skip a snippet."""
    assert not re.search(r"skip: |\+SKIP", page.read_text(encoding="utf-8"))


def test_an_unknown_language_shows() -> None:
    """A block that nothing would run cannot pass for one that is run."""
    assert languages("```python\nx\n```\ntext\n````pycon\n>>> x\n````\n") == ["python", "pycon"]
    assert languages("```{code-cell} ipython3\nx\n```\n```{toctree}\n```\n") == ["ipython3", "{toctree}"]


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_an_example_prints_what_the_docs_say(example: Path, tmp_path: Path) -> None:
    """A script of the docs runs from any folder and prints the text that stands beside it."""
    run = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == example.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_readme_shows_what_its_first_command_prints() -> None:
    """The README's output of its first command is how the real one begins."""
    readme = PAGES[0].read_text(encoding="utf-8")
    [shown] = re.findall(r"^```text\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    printed = (DOCS / "examples" / "replay_example.txt").read_text(encoding="utf-8")
    assert len(shown.splitlines()) > 10
    assert printed.startswith(shown)
