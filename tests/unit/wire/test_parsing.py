"""Text becomes plain data: JSON and TOML alike, exactly or not at all."""

import json
import tomllib

import pytest

from csmcore.errors import DocumentError, InvalidValue, LimitExceeded
from csmcore.model import Actor, SupportPolicy
from csmcore.wire import dump_policy, from_json, load_agreements, load_policy
from csmcore.wire.parsing import parse, parse_json

TOML = 'format = 1\nname = "acme"\nversion = "1"\n'
JSON = '{"format": 1, "name": "acme", "version": "1"}'


def problem_of(text: bytes | str, **options: object) -> InvalidValue:
    """The one problem of a text."""
    with pytest.raises(DocumentError) as caught:
        parse(text, **options)  # type: ignore[arg-type]
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    "text", [TOML, JSON, f"\n\t {JSON}", f"\ufeff{TOML}", f"\ufeff{JSON}", TOML.replace("\n", "\r\n")]
)
def test_json_and_toml_are_told_apart(text: str) -> None:
    """JSON begins with a brace; a byte order mark, blanks and line ends of any kind are no part of a document."""
    expected = SupportPolicy(name="acme", version="1")
    assert load_policy(text) == expected
    assert load_policy(text.encode()) == expected


def test_a_syntax_that_is_given_is_believed() -> None:
    """What is said to be JSON is not read as TOML, nor the other way round."""
    assert load_policy(TOML, syntax="toml") == load_policy(JSON, syntax="json")
    assert problem_of(TOML, syntax="json").path == "line 1, column 1"
    assert problem_of(JSON, syntax="toml").path == "line 1, column 1"


@pytest.mark.parametrize("number", ["1.5", "-0.0", "1e5", "1e400", "NaN", "Infinity", "-Infinity", f"1.{'9' * 5_000}"])
def test_fractions_are_refused(number: str) -> None:
    """No value is a fraction, and what is no number at all is none either; of a long one the beginning is told."""
    problem = problem_of(f'{{"a": [0, {number}]}}')
    assert problem.path == "$.a[1]"
    assert problem.problem.endswith(" is no whole number")
    assert len(problem.problem) < 50


@pytest.mark.parametrize("number", ["1.5", "inf", "-nan", "1e400", "6.0221_4e23"])
def test_fractions_of_toml_are_refused(number: str) -> None:
    """TOML's floats are refused like JSON's."""
    problem = problem_of(f"a.b = [{number}]")
    assert problem.path == "$.a.b[0]"
    assert problem.problem.endswith(" is no whole number")


def test_integers_have_64_bits() -> None:
    """Numbers that many databases and languages cannot hold are refused, in bounded time."""
    most = 2**63 - 1
    assert parse(f'{{"a": {most}, "b": {-most}}}') == {"a": most, "b": -most}
    assert parse(f"a = {most}") == {"a": most}
    for digits in (most + 1, -most - 1, int("9" * 21), "9" * 5_000, "-" + "9" * 100_000):
        problem = problem_of(f'{{"a": {digits}}}')
        assert (problem.path, problem.problem) == ("$.a", "an integer of more than 64 bits")
    assert problem_of(f"a = {most + 1}").path == "$.a"
    assert isinstance(problem_of(f"a = {'9' * 5_000}"), LimitExceeded)


@pytest.mark.parametrize("text", ['{"a": {"b": 1, "c": 2, "b": 3}}', '{"a": {"b": 1, "\\u0062": 1}}'])
def test_a_key_that_is_given_twice_is_refused(text: str) -> None:
    """Neither of two values wins, however the key is spelt."""
    problem = problem_of(text)
    assert (problem.path, problem.problem) == ("$.a", "the key 'b' is given twice")


def test_a_table_that_is_given_twice_is_refused() -> None:
    """TOML refuses it by itself, with its line."""
    problem = problem_of("[a.b]\n[c]\n[a.b]\n")
    assert problem.path == "line 3, column 5"
    assert "Cannot declare" in problem.problem or "cannot declare" in problem.problem


@pytest.mark.parametrize("text", ['{"a": "\\ud800"}', '{"a": "\\udc00\\ud800"}', '{"a": {"\\ud800": 1}}'])
def test_half_a_character_is_refused(text: str) -> None:
    """A surrogate without its other half is no character, as a value or a key."""
    assert problem_of(text).path == "$.a"


def test_half_a_character_in_the_text_itself_is_refused() -> None:
    """Text that Python could not encode either is refused before it is read."""
    problem = problem_of('a = 1\nb = "\ud800"')
    assert (problem.path, problem.problem) == ("line 2, column 6", "it has half of a surrogate pair")
    assert parse('{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_text_that_is_not_utf_8_is_refused() -> None:
    """The place of the first wrong byte is told in characters."""
    assert problem_of("# é\na = 'é'".encode("latin-1")).path == "line 1, column 3"
    assert problem_of("a = 'é'\n# ".encode() + b"\xff").path == "line 2, column 3"
    assert problem_of('{"a": 1}'.encode("utf-16")).path == "line 1, column 1"


def test_a_text_has_a_size() -> None:
    """Bytes are counted, not characters, and how many may be is for the caller to say."""
    text = f"a = '{'é' * 100}'"
    assert parse(text, max_bytes=206)
    for document in (text, text.encode()):
        problem = problem_of(document, max_bytes=205)
        assert isinstance(problem, LimitExceeded)
        assert (problem.allowed, problem.counted) == (205, "bytes")
    assert "more than 1,048,576 bytes" in problem_of("#" * (1 << 20) + "\n").problem
    with pytest.raises(DocumentError, match="more than 40 bytes"):
        load_policy(JSON, max_bytes=40)
    with pytest.raises(DocumentError, match="more than 40 bytes"):
        load_agreements(JSON, max_bytes=40)
    with pytest.raises(DocumentError, match="more than 10 bytes"):
        from_json(Actor, JSON, max_bytes=10)


def test_a_larger_text_may_have_more_values() -> None:
    """The number of values that are read grows with the size that the caller allows."""
    text = '{"a": [' + "1," * 150_000 + "1]}"
    assert "more than 100,000 marks" in problem_of(text).problem
    assert len(parse(text, max_bytes=2 << 20)["a"]) == 150_001  # type: ignore[index]


def test_agreements_for_machines_may_be_large_and_those_for_people_not() -> None:
    """Agreements in JSON may have 64 MiB, in TOML 1 MiB, unless the caller says."""
    comment = f"format = 1\n#{' ' * (1 << 20)}"
    with pytest.raises(DocumentError, match="more than 1,048,576 bytes"):
        load_agreements(comment)
    assert load_agreements(comment, max_bytes=2 << 20) == load_agreements(f'{{"format": 1{" " * (1 << 20)}}}')


@pytest.mark.parametrize(
    "text",
    [
        "a = '[[[[' # {{{{ [[[[\n",
        'a = "\\"[[[["\n',
        "a = '''\n[[[[' ''[[[['''\n",
        'a = """[[[["" \\""" [[[[""""" # [[[[',
        'a = """"[[[["""',
        "a.'b.c.d.e.f.g.h.i.j'.\"k.l.m.n.o.p.q\" = 1",
        "a = 2026-01-01T00:00:00.5Z # x.x.x.x.x.x.x.x.x.x.x",
    ],
)
def test_what_is_quoted_has_no_depth(text: str) -> None:
    """Brackets and dots in texts and comments are letters: what is looked for first are those between them."""
    assert parse(text * 1) == tomllib.loads(text)
    deep = "[" * 85 + "]" * 85
    lines = text.rstrip("\n")
    if "#" not in text:
        assert "more than 80 levels" in problem_of(f"{lines}\nz = {deep}").problem


@pytest.mark.parametrize("text", ['{"a": "[[[[{{{{\\\\"}', '{"a\\"[[[[": "\\\\\\"]"}'])
def test_what_json_quotes_has_no_depth(text: str) -> None:
    """Brackets in texts are letters."""
    assert parse_json(text) == json.loads(text)


def test_depth_is_bounded_at_80() -> None:
    """As deep as the deepest condition of a policy, and no deeper."""
    for levels, fits in ((79, True), (80, False)):
        for text in (f'{{"a": {"[" * levels}{"]" * levels}}}', f"a = {'[' * levels}{']' * levels}"):
            if fits:
                assert parse(text)
            else:
                assert "more than 80 levels" in problem_of(text).problem


def test_tables_of_tables_count_as_depth() -> None:
    """Names that are joined by dots are levels too."""
    text = "a.b.c.d.e.f.g = " + "{a.b.c.d.e.f.g = " * 11 + "1" + "}" * 11
    problem = problem_of(text)
    assert isinstance(problem, LimitExceeded)
    assert problem.path.count(".") == 80
    assert "more than 8 parts in a dotted key" in problem_of("a.b . 'c'.d.e.f.g.h.\"i\" = 1").problem
    assert parse("a.b . 'c'.d.e.f.g.h = 1")


def test_a_time_of_day_is_no_value() -> None:
    """TOML has times without a date; documents have not."""
    problem = problem_of("a = 07:30:00")
    assert (problem.path, problem.hint) == ("$.a", "write text, whole numbers, true, false, dates, lists and mappings")


def test_a_document_is_a_mapping_with_a_known_format() -> None:
    """Nothing is read of a document whose format is missing or unknown."""
    for text, told in (
        ("", "$.format: it is missing; begin the document with format 1"),
        ("{}", "$.format: it is missing; begin the document with format 1"),
        ("format = 2", "$.format: 2 is no format that this version reads; write 1"),
        ("format = true", "$.format: true is no format that this version reads; write 1"),
        ("format = '1'", "$.format: '1' is no format that this version reads; write 1"),
    ):
        for load in (load_policy, load_agreements):
            with pytest.raises(DocumentError) as caught:
                load(text)
            assert str(caught.value) == told
    with pytest.raises(DocumentError, match="is no mapping; write keys and values"):
        load_policy("[1]", syntax="json")


def test_what_is_written_is_for_people() -> None:
    """Letters stand as they are, one value on a line, a line feed at the end."""
    assert dump_policy(SupportPolicy(name="Zürich", version="1")) == (
        '{\n  "format": 1,\n  "name": "Zürich",\n  "version": "1",\n  "calendars": {},\n  "definitions": {}\n}\n'
    )
