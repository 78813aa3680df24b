"""What the fields of nouns and commands accept, with errors that name the field; and the one way to change a noun."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, TypeAlias, TypeVar
from unicodedata import category

import attrs

from csmcore.calendars import as_utc
from csmcore.errors import InvalidValue, LimitExceeded, OutOfRange, shown

__all__ = [
    "MAX_TEXT",
    "ids_up_to",
    "in_utc",
    "is_id",
    "is_ids",
    "is_short_id",
    "is_text",
    "is_whole",
    "is_written",
    "made",
    "one_of",
    "optional",
    "revised",
    "says_something",
    "within",
]

MAX_TEXT = 100_000  # characters in a description, comment or note
_MAX_SHORT_ID = 160
_NEVER = r"\x00-\x1f\x7f\ud800-\udfff"  # what no id has: control characters, and halves of surrogate pairs
_ID = re.compile(rf"[^\s{_NEVER}](?:[^{_NEVER}]{{0,198}}[^\s{_NEVER}])?")
_FIRST, _LAST = 1970, 2199
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})  # categories of Unicode

_Noun = TypeVar("_Noun")
Check: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def revised(noun: _Noun, changes: dict[str, Any]) -> _Noun:
    """A copy of a noun with some fields changed, ten times as fast as `attrs.evolve`.

    The values must be checked already: commands check what comes from outside, rules make only valid values. Nouns
    that change with every command are therefore attrs classes with a ``__dict__``.
    """
    copy: _Noun = object.__new__(type(noun))
    fields = copy.__dict__
    fields.update(noun.__dict__)
    fields.update(changes)
    return copy


def made(kind: type[_Noun], fields: dict[str, Any]) -> _Noun:
    """A noun of a kind that changes with every command, from all of its fields, checked already: see `revised`."""
    noun: _Noun = object.__new__(kind)
    noun.__dict__.update(fields)
    return noun


def in_utc(noun: object, *names: str) -> None:
    """Turn these fields of a noun under construction to UTC, where they are set. Raises NaiveDatetime, OutOfRange."""
    for name in names:
        value = getattr(noun, name)
        if value is not None:
            try:
                instant = as_utc(value)
            except InvalidValue as error:
                raise error.under(name) from None
            if not _FIRST <= instant.year <= _LAST:
                raise OutOfRange(name, f"{shown(value)} is outside {_FIRST} to {_LAST}", "use an instant in that range")
            object.__setattr__(noun, name, instant)


def is_id(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """An id: 1 to 200 printable characters, no space at either end."""
    if not _ID.fullmatch(value):
        raise InvalidValue(field.name, f"{shown(value)} is no id", "use 1 to 200 printable characters")


def is_short_id(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """An id of at most 160 characters, so that those derived from it are ids too."""
    is_id(_, field, value)
    if len(value) > _MAX_SHORT_ID:
        raise InvalidValue(field.name, f"{shown(value)} is too long", f"use at most {_MAX_SHORT_ID} characters")


def ids_up_to(most: int) -> Check:
    """So many ids at most, none twice."""

    def checked(_: object, field: "attrs.Attribute[Any]", values: Iterable[str]) -> None:
        listed = list(values)
        if len(listed) > most:
            raise LimitExceeded(field.name, "ids", most)
        if len(set(listed)) < len(listed):
            raise InvalidValue(field.name, "an id is listed twice", "list each once")
        for value in listed:
            is_id(_, field, value)

    return checked


is_ids = ids_up_to(1_000)


def is_text(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """Text of at most 100,000 characters that can be written as UTF-8."""
    if len(value) > MAX_TEXT:
        raise LimitExceeded(field.name, "characters", MAX_TEXT)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidValue(field.name, "it has half of a surrogate pair", "decode the text properly") from None


def is_written(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
    """Text that says something."""
    is_text(_, field, value)
    if not says_something(value):
        raise InvalidValue(field.name, "it is empty", "write something")


def says_something(text: str) -> bool:
    """Whether a reader would see any of it: spaces, and what only steers what is around it, are nothing."""
    return text[:1].isalnum() or any(map(_is_visible, text))


def _is_visible(letter: str) -> bool:
    """Whether a reader sees it: no space, and nothing that only steers what is around it."""
    return category(letter) not in _INVISIBLE


def optional(check: Check) -> Check:
    """The same check where a value is given."""

    def checked(noun: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if value is not None:
            check(noun, field, value)

    return checked


def one_of(choices: tuple[str, ...]) -> Check:
    """One of the given words."""

    def checked(_: object, field: "attrs.Attribute[Any]", value: str) -> None:
        if value not in choices:
            close = get_close_matches(str(value)[:100], choices, n=1)
            problem = f"{shown(value)} is not one of {', '.join(choices)}"
            raise InvalidValue(field.name, problem, f"did you mean '{close[0]}'?" if close else "choose one of them")

    return checked


def is_whole(value: object) -> bool:
    """Whether this is a whole number: no 1.5, no NaN, no True, no text."""
    return isinstance(value, int) and not isinstance(value, bool)


def within(low: int, high: int) -> Check:
    """A whole number in a range, both ends included."""

    def checked(_: object, field: "attrs.Attribute[Any]", value: int) -> None:
        if not (is_whole(value) and low <= value <= high):
            raise InvalidValue(field.name, f"{shown(value)} is outside {low} to {high}", "use a number in that range")

    return checked
