"""Texts that are made to be slow, deep or large are refused quickly, and in little memory."""

import sys
import tracemalloc
from collections.abc import Callable
from time import process_time

import pytest

from csmcore.errors import DocumentError
from csmcore.model import Case
from csmcore.wire import from_json, load_agreements, load_policy
from tests.tally import Tally

MIB = 1 << 20
SECONDS = 2 if sys.gettrace() is None else 20  # of the processor; most take milliseconds, but all more when traced
HOSTILE = {
    "JSON, brackets": "[" * 100_000,
    "JSON, braces": '{"a":' * 100_000,
    "JSON, braces and brackets": '{"a":' + "[" * (MIB - 10),
    "JSON, closing brackets": "{" + "]" * (MIB - 5),
    "JSON, empty lists": '{"a":[' + "[]," * 30_000 + "[]]}",
    "JSON, numbers": '{"format":1,"definitions":[' + "1," * 99_000 + "1]}",
    "JSON, keys": '{"format":1,' + ",".join(f'"k{i}":1' for i in range(90_000)) + "}",
    "JSON, definitions": '{"format":1,"definitions":{' + ",".join(f'"k{i}":{{}}' for i in range(40_000)) + "}}",
    "JSON, calendars": '{"format":1,"calendars":{' + ",".join(f'"k{i}":{{}}' for i in range(40_000)) + "}}",
    "JSON, accounts": '{"format":1,"accounts":{' + ",".join(f'"k{i}":{{}}' for i in range(40_000)) + "}}",
    "JSON, escapes": '{"a":"' + '\\"' * (MIB // 2 - 10),
    "JSON, quotes": '{"a":' + '"' * (MIB - 10),
    "JSON, a long key": '{"' + "x" * (MIB - 10) + '":1}',
    "JSON, a long integer": '{"a":' + "9" * (MIB - 10) + "}",
    "JSON, a long fraction": '{"a":1.' + "9" * (MIB - 10) + "}",
    "JSON, blanks": " " * (MIB - 3) + "{",
    "JSON, lines": '{"format":1}\n' + "{}\n" * 300_000,
    "TOML, dots": "a." * 100_000 + "a=1",
    "TOML, spaced dots": "a . " * 100_000 + "a=1",
    "TOML, quoted dots": '"a".' * 100_000 + "a=1",
    "TOML, dots in a header": "[" + "a." * 100_000 + "a]",
    "TOML, dots in lines": "".join(f"a{i}.b.c.d.e.f.g.h=1\n" for i in range(45_000)),
    "TOML, dots in tables": "".join(f"[a.b.c.d.e.f.k{i}]\nb.c.d.e.f.g=1\n" for i in range(4_000)),
    "TOML, brackets": "a=" + "[" * 100_000,
    "TOML, braces": "a=" + "{a=" * 100_000,
    "TOML, lines": "".join(f"k{i}=1\n" for i in range(49_000)),
    "TOML, headers": "".join(f"[k{i}]\n" for i in range(49_000)),
    "TOML, lists of tables": "[[a]]\n" * 25_000,
    "TOML, keys": "a={" + ",".join(f"k{i}=1" for i in range(24_000)) + "}",
    "TOML, numbers": "a=[" + "1," * 49_000 + "1]",
    "TOML, escapes": 'a="' + "\\n" * (MIB // 2 - 10) + '"',
    "TOML, quotes": "a=" + '"' * (MIB - 10),
    "TOML, single quotes": "a=" + "'" * (MIB - 10),
    "TOML, quotes and escapes": 'a="""' + '""\\"' * (MIB // 4 - 10),
    "TOML, a long number": "a=" + "9" * (MIB - 10),
    "TOML, a long key": '"' + "x" * (MIB - 10) + '"=1',
    "TOML, words": "a " * (MIB // 2 - 1),
    "TOML, long words": ("a" * 999 + " ") * (MIB // 1000 - 1),
    "TOML, comments": "#\n" * (MIB // 2 - 1),
    "TOML, blanks": " " * (MIB - 1),
    "TOML, line feeds": "\n" * (MIB - 1),
    "zeros": "\0" * (MIB - 1),
    "too large": "x" * (MIB + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_in_bounded_time(name: str, tally: Tally) -> None:
    """A text of up to 1 MiB is refused within two seconds, with a short error, whatever it is read as."""
    loads: list[Callable[[str], object]] = [
        load_policy,
        lambda text: load_agreements(text, max_bytes=MIB),
        lambda text: from_json(Case, text, max_bytes=MIB),
    ]
    for load in loads[:1] if name.startswith("TOML") else loads:
        began = process_time()
        with pytest.raises(DocumentError) as caught:
            load(HOSTILE[name])
        assert process_time() - began < SECONDS
        assert len(str(caught.value)) < 2_000
    tally("documents: hostile texts refused", 1)


@pytest.mark.parametrize("name", ["JSON, keys", "JSON, lines", "TOML, headers"])
def test_a_hostile_text_is_refused_in_bounded_memory(name: str) -> None:
    """What a text of 1 MiB takes to be refused is at most 64 MiB."""
    tracemalloc.start()
    try:
        with pytest.raises(DocumentError):
            load_agreements(HOSTILE[name], max_bytes=MIB)
        assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    finally:
        tracemalloc.stop()
