"""Nouns to plain data and back, exactly: what hosts store, send and log."""

import json
from typing import Any, TypeVar, cast

from csmcore.errors import DocumentError, InvalidValue
from csmcore.model import AgreementBook, SupportPolicy, plain
from csmcore.wire.agreements import agreements_from_plain, agreements_to_plain
from csmcore.wire.content import MAX_VALUES, check_content
from csmcore.wire.converter import read_noun
from csmcore.wire.kinds import OneOf, tag_of, untagged
from csmcore.wire.parsing import MEBIBYTE, decoded, parse_json
from csmcore.wire.policies import policy_from_plain, policy_to_plain

__all__ = ["from_json", "from_plain", "to_json", "to_plain"]

_Noun = TypeVar("_Noun")
_MOST_BYTES = 16 * MEBIBYTE


def to_plain(noun: object) -> dict[str, Any]:
    """A noun as dicts, lists, text, whole numbers and booleans; `from_plain` gives an equal noun.

    Fields that have their default are left out. Instants are in UTC with ``Z``, durations text such as ``8h``. A value
    whose type no field says (an event's details, a revision's fields) carries it, as in ``{"date": "2026-12-24"}``.
    Comments and work notes, commands and entries of agreements say their kind. Raises InvalidValue where it is no noun.
    """
    if isinstance(noun, SupportPolicy):
        return policy_to_plain(noun)
    if isinstance(noun, AgreementBook):
        return agreements_to_plain(noun)
    document = plain(noun)
    if not isinstance(document, dict):
        raise InvalidValue("noun", "it is a single value or a list", "give one noun")
    return {**tag_of(noun), **document}


def from_plain(kind: type[_Noun] | OneOf[_Noun], document: object) -> _Noun:
    """The noun of that kind that plain data describes; nothing is coerced. Raises DocumentError with every problem.

    >>> from csmcore.model import Actor
    >>> from_plain(Actor, {"kind": "internal", "id": "ann", "roles": ["agent"]}).roles
    frozenset({'agent'})
    >>> from_plain(Actor, {"kind": "intern", "id": 7})
    Traceback (most recent call last):
    csmcore.errors.DocumentError: 2 problems
      $.kind: 'intern' is not one of its choices; did you mean 'internal'?
      $.id: 7 is not text; write text, in quotes
    """
    check_content(document, MAX_VALUES * _MOST_BYTES // MEBIBYTE)
    return _read(kind, document)


def to_json(noun: object) -> str:
    """A noun on one line of JSON."""
    return json.dumps(to_plain(noun), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[_Noun] | OneOf[_Noun], document: bytes | str, *, max_bytes: int = _MOST_BYTES) -> _Noun:
    """The noun of that kind that a JSON text describes. Raises DocumentError with every problem."""
    return _read(kind, parse_json(decoded(document, max_bytes), max_bytes))


def _read(kind: type[_Noun] | OneOf[_Noun], document: object) -> _Noun:
    if kind is SupportPolicy:
        return cast(_Noun, policy_from_plain(document))
    if kind is AgreementBook:
        return cast(_Noun, agreements_from_plain(document))
    try:
        chosen, body = untagged(kind, document)
    except InvalidValue as error:
        raise DocumentError([error]) from None
    return read_noun(chosen, body)
