"""Agreements as documents: who the customers are, what they have, and what they were promised."""

from itertools import islice
from typing import Any, Literal, TypeAlias, cast

import attrs

from csmcore.errors import DocumentError, InvalidValue, UnknownKey, shown
from csmcore.model import AgreementBook, SupportPolicy, plain
from csmcore.wire.contradictions import contradictions
from csmcore.wire.converter import read_noun
from csmcore.wire.kinds import ENTRY, section_of, untagged
from csmcore.wire.parsing import MEBIBYTE, Syntax, decoded, parse, parse_json, syntax_of
from csmcore.wire.policies import FORMAT, without_format, written
from csmcore.wire.problems import MOST, Problems, at_key
from csmcore.wire.references import PlaceOf, loose_ends

__all__ = [
    "AgreementSyntax",
    "agreements_from_plain",
    "agreements_to_plain",
    "dump_agreements",
    "load_agreements",
]

AgreementSyntax: TypeAlias = Syntax | Literal["json_lines"]

_MOST_BYTES = 64 * MEBIBYTE


def load_agreements(
    document: bytes | str,
    policy: SupportPolicy | None = None,
    *,
    syntax: AgreementSyntax | None = None,
    max_bytes: int | None = None,
) -> AgreementBook:
    r"""The customers and agreements of a text in TOML, JSON or JSON lines; ``syntax`` says which, else its beginning.

    An id that leads nowhere is refused, and what cannot be true at once (a contact of another account); with a policy,
    so is a calendar or a promise that the policy does not have. ``max_bytes`` is 64 MiB if not given, for TOML 1 MiB.
    Raises DocumentError with every problem.

    >>> load_agreements('format = 1\n[contacts.jo]\nname = "Jo"\naccount = "acme"')
    Traceback (most recent call last):
    csmcore.errors.DocumentError: $.contacts.jo.account: no account 'acme'; add the account, or correct the id
    """
    most = max_bytes or _MOST_BYTES
    text = decoded(document, most)
    kind = syntax or ("json_lines" if _is_json_lines(text, most) else syntax_of(text))
    if kind == "json_lines":
        book, place_of = _from_lines(text, most)
    else:
        most = MEBIBYTE if kind == "toml" and max_bytes is None else most
        book, place_of = read_noun(AgreementBook, without_format(parse(text, kind, most))), _place_in_tables
    return _tied(book, policy, place_of)


def dump_agreements(book: AgreementBook) -> str:
    """The agreements as JSON for people; `load_agreements` reads an equal book from it, if its ids lead somewhere."""
    return written(agreements_to_plain(book))


def agreements_to_plain(book: AgreementBook) -> dict[str, Any]:
    """The agreements as their document has them: the plain form, with each kind as a table by id."""
    document = cast(dict[str, dict[str, dict[str, Any]]], plain(book))
    for section in document.values():
        for entry in section.values():
            del entry["id"]
    return {"format": FORMAT, **{name: section for name, section in document.items() if section}}


def agreements_from_plain(document: object) -> AgreementBook:
    """The agreements of a document whose content is checked."""
    return _tied(read_noun(AgreementBook, without_format(document)), None, _place_in_tables)


def _tied(book: AgreementBook, policy: SupportPolicy | None, place_of: PlaceOf) -> AgreementBook:
    """The book, if all its ids lead somewhere, and what they lead to fits together."""
    problems = tuple(islice(loose_ends(book, policy, place_of), MOST))
    problems = problems or tuple(islice(contradictions(book, place_of), MOST))
    if problems:
        raise DocumentError(problems)
    return book


def _place_in_tables(section: str, identity: str) -> str:
    return f"$.{section}{at_key(identity)[1:]}"


# --- JSON lines ------------------------------------------------------------------------------------------------------


def _is_json_lines(text: str, max_bytes: int) -> bool:
    """Whether the first line is an object by itself, and more follows: no JSON text is so."""
    first, _, rest = text.lstrip().partition("\n")
    if not rest.strip():
        return False
    try:
        return isinstance(parse_json(first, max_bytes), dict)
    except DocumentError:
        return False


def _from_lines(text: str, max_bytes: int) -> tuple[AgreementBook, PlaceOf]:
    """The entries of a text that has one on each line, after a first line that says the format."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()] or [(1, "")]
    found = _Entries(max_bytes)
    read = found.read_header
    for number, line in lines:
        found.problems.attempt(read, (number, line), f"line {number}, $")
        if found.problems.is_full or not found.has_header:
            break
        read = found.read
    found.problems.report()
    return AgreementBook(**found.sections), found.place_of


@attrs.define
class _Entries:
    """The entries of the lines so far, and on which line each is."""

    max_bytes: int
    problems: Problems = attrs.field(factory=Problems)
    sections: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    numbers: dict[tuple[str, str], int] = attrs.field(factory=dict)
    has_header: bool = False

    def read_header(self, numbered: tuple[int, str]) -> None:
        number, line = numbered
        for key in without_format(parse_json(line, self.max_bytes, number)):
            raise UnknownKey("$", f"unknown key {shown(key)}", "let the first line say the format alone")
        self.has_header = True

    def read(self, numbered: tuple[int, str]) -> None:
        number, line = numbered
        kind, body = untagged(ENTRY, parse_json(line, self.max_bytes, number))
        entry, section = read_noun(kind, body), section_of(kind)
        first = self.numbers.setdefault((section, entry.id), number)
        if first != number:
            raise InvalidValue("$.id", f"{shown(entry.id)} is given twice", f"the first is on line {first}")
        self.sections.setdefault(section, {})[entry.id] = entry

    def place_of(self, section: str, identity: str) -> str:
        """The line that an entry is on."""
        return f"line {self.numbers[section, identity]}, $"
