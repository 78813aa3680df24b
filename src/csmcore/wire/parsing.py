"""Text to plain data: JSON and TOML, read strictly and in bounded time.

What would make a parser slow, deep or wrong is looked for first, with regular expressions that pass over the text once:
then the standard library's parsers do the work.
"""

import json
import re
import tomllib
from collections import Counter
from itertools import accumulate
from typing import Any, Final, Literal, NoReturn, TypeAlias

import attrs

from csmcore.errors import DocumentError, InvalidValue, LimitExceeded, shown
from csmcore.wire.content import MAX_DEPTH, MAX_VALUES, Unreadable, check_content

__all__ = ["MEBIBYTE", "Syntax", "decoded", "parse", "parse_json", "syntax_of"]

Syntax: TypeAlias = Literal["json", "toml"]

MEBIBYTE: Final = 1 << 20

_TOML_COST = 2  # its parser takes most time for a mark: half as many keep within the second
_MAX_PARTS = 8  # of one dotted key of TOML
_MAX_WORD = 1_000  # characters of TOML's names and numbers
_SURE_DIGITS = 18  # fit into 64 bits
_MAX_DIGITS = 20
_TOO_LONG = Unreadable("an integer of more than 64 bits", "write it as text")
_MAX_MESSAGE = 200  # characters of a parser's own message: some repeat what they refuse
_OPENS_JSON = re.compile(r"\s*+\{")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_JSON_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_TOML_TEXT = re.compile(
    r"""\#[^\n]*+"""
    r"""|"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5})?"""
    r"""|'{3}(?:[^']++|'(?!''))*+(?:'{3,5})?"""
    r"""|"(?:[^"\\\n]++|\\.)*+"?|'[^'\n]*+'?""",
    re.DOTALL,
)
_TOML_CHAIN = re.compile(rf"(?:(?<![\w-])[\w-]++[ \t]*+\.[ \t]*+){{{_MAX_PARTS}}}")
_TOML_WORD = re.compile(rf"(?<![\w-])[\w-]{{{_MAX_WORD + 1}}}")
_TOML_MESSAGE = re.compile(r"(?P<problem>.*) \(at (?P<place>line \d+, column \d+|end of document)\)", re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]++")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}.__getitem__


def parse(document: bytes | str, syntax: Syntax | None = None, max_bytes: int = MEBIBYTE) -> object:
    """The plain data that a text holds; ``syntax`` says which, else its beginning. Raises DocumentError."""
    text = decoded(document, max_bytes)
    if (syntax or syntax_of(text)) == "json":
        return parse_json(text, max_bytes)
    data = _parsed_toml(text, max_bytes)
    check_content(data, _most_values(max_bytes))
    return data


def syntax_of(text: str) -> Syntax:
    """What a text is written in, by its beginning: no TOML opens with ``{``."""
    return "json" if _OPENS_JSON.match(text) else "toml"


def decoded(document: bytes | str, max_bytes: int) -> str:
    """The text of a document in UTF-8, without a byte order mark. Raises DocumentError."""
    if len(document) > max_bytes:
        _refuse(LimitExceeded("$", "bytes", max_bytes, "split the document, or allow more with `max_bytes`"))
    if isinstance(document, str):
        return decoded(_encoded(document), max_bytes)
    try:
        return document.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = document[: error.start].decode()
        _refuse(InvalidValue(_place(before), "it is not UTF-8", "save the text as UTF-8"))


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        before = text[: error.start]
        _refuse(InvalidValue(_place(before), "it has half of a surrogate pair", "decode the text properly"))


def parse_json(text: str, max_bytes: int = MEBIBYTE, first_line: int = 1) -> object:
    """The plain data that a JSON text holds, whose first line has that number. Raises DocumentError."""
    _check_extent(_JSON_STRING.sub("", text), ",[{", _most_values(max_bytes))
    values = _JsonValues()
    try:
        data = json.loads(
            text,
            object_pairs_hook=values.mapping,
            parse_int=values.integer,
            parse_float=values.fraction,
            parse_constant=values.fraction,
        )
    except json.JSONDecodeError as error:
        problem = f"this is no JSON: {error.msg[0].lower()}{error.msg[1:]}"
        _refuse(InvalidValue(f"line {error.lineno + first_line - 1}, column {error.colno}", problem))
    if values.are_odd or _SURROGATE.search(text):
        check_content(data, _most_values(max_bytes))
    return data


@attrs.define
class _JsonValues:
    """Makes values of what JSON's parser finds, and knows whether any of them is one that no document may hold."""

    are_odd: bool = False

    def mapping(self, pairs: list[tuple[str, Any]]) -> object:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        return self._odd(Unreadable(f"the key {shown(twice)} is given twice", "keep one of them"))

    def integer(self, digits: str) -> object:
        if len(digits) <= _SURE_DIGITS:
            return int(digits)
        return self._odd(int(digits) if len(digits) <= _MAX_DIGITS else _TOO_LONG)

    def fraction(self, text: str) -> object:
        return self._odd(_fraction(text))

    def _odd(self, value: object) -> object:
        self.are_odd = True
        return value


def _parsed_toml(text: str, max_bytes: int) -> object:
    bare = _TOML_TEXT.sub("_", text)
    _check_extent(bare, ",[{=.", _most_values(max_bytes) // _TOML_COST)
    if _TOML_CHAIN.search(bare):
        _refuse(LimitExceeded("$", "parts in a dotted key", _MAX_PARTS, "nest less"))
    if _TOML_WORD.search(bare):
        _refuse(LimitExceeded("$", "characters in a name or number", _MAX_WORD, "shorten it"))
    try:
        return tomllib.loads(text, parse_float=_fraction)
    except tomllib.TOMLDecodeError as error:
        match = _TOML_MESSAGE.fullmatch(str(error))
        place, problem = (match["place"], match["problem"]) if match else ("$", str(error))
        problem = f"this is no TOML: {problem[0].lower()}{problem[1:_MAX_MESSAGE]}"
        _refuse(InvalidValue(place, problem))


def _check_extent(bare: str, marks: str, most: int) -> None:
    """Refuse a text, given without what it quotes, that nests too deep or has too many of the marks between values."""
    if sum(map(bare.count, marks)) > most:
        counted = f"marks ({' '.join(marks)}) between values"
        _refuse(LimitExceeded("$", counted, most, "split the document, or allow more with `max_bytes`"))
    if max(accumulate(map(_STEP, _NO_BRACKETS.sub("", bare))), default=0) > MAX_DEPTH:
        _refuse(LimitExceeded("$", "levels", MAX_DEPTH, "nest less"))


def _most_values(max_bytes: int) -> int:
    return MAX_VALUES * max(1, -(-max_bytes // MEBIBYTE))


def _fraction(text: str) -> Unreadable:
    number = text if len(text) <= _MAX_DIGITS else f"{text[:_MAX_DIGITS]}..."
    return Unreadable(f"{number} is no whole number", "write a whole number: no value is a fraction")


def _place(before: str) -> str:
    """The place after a text, as people count: the first line and column are 1."""
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"


def _refuse(problem: InvalidValue) -> NoReturn:
    raise DocumentError([problem])
