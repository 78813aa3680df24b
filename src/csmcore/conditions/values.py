"""What conditions compare: values of six types, told apart exactly.

The types are text, boolean, integer, decimal, date and instant, and lists of them. A value's type is its exact
Python type (``str``, ``bool``, ``int``, ``Decimal``, ``date``, ``datetime``): ``True`` is not ``1``, ``1`` is not
``Decimal(1)``, and a date is no instant. Floats are none of them: two machines may disagree about their last digit.

A *constant* is written in a condition, checked once and kept in one form: instants in UTC, decimals without
trailing zeros. A *value* stands in a record and is never refused here: a float, a naive datetime, a NaN, an
enumeration's member or anything else of another type is read as *foreign*. All foreign values are alike: they are not
empty, equal no constant, have no order, and none is a change from another. A list may be a tuple or a list.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from csmcore.errors import InvalidValue, LimitExceeded, NaiveDatetime, OutOfRange, shown

__all__ = [
    "DELICATE",
    "FIRST_INSTANT",
    "KINDS",
    "LAST_INSTANT",
    "LISTS",
    "MAX_LIST",
    "NOUNS",
    "Constant",
    "Kind",
    "Record",
    "Scalar",
    "bounded",
    "constant",
    "kind_of",
    "same",
    "settled",
    "spelled",
    "token",
]

Scalar: TypeAlias = str | bool | int | Decimal | date | datetime
Constant: TypeAlias = Scalar | tuple[Scalar, ...] | None
Record: TypeAlias = Mapping[str, object]
Kind: TypeAlias = Literal["text", "boolean", "integer", "decimal", "date", "instant"]

KINDS: Final[Mapping[type, Kind]] = MappingProxyType(
    {str: "text", bool: "boolean", int: "integer", Decimal: "decimal", date: "date", datetime: "instant"}
)
NOUNS: Final[Mapping[Kind, str]] = MappingProxyType(
    {kind: kind if kind == "text" else f"{'an' if kind[0] == 'i' else 'a'} {kind}" for kind in KINDS.values()}
)
LISTS: Final = frozenset({tuple, list})
DELICATE: Final = frozenset({Decimal, datetime})  # their own == may raise, or depend on the zone
MAX_LIST: Final = 1_000
FIRST_INSTANT: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST_INSTANT: Final = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)

_PLAIN: Final = frozenset({str, bool, int, date, type(None)})
_FOREIGN: Final = object()
_MAX_TEXT: Final = 1_000
_INTEGER_BITS: Final = 63
_DIGITS: Final = 38  # before the point, and after it
_GRAIN: Final = Decimal(1).scaleb(-_DIGITS)


def kind_of(value: object) -> Kind | None:
    """The name of a single value's type; None for null, for a list and for what is foreign to conditions.

    >>> kind_of("open"), kind_of(True), kind_of(1), kind_of(1.0)
    ('text', 'boolean', 'integer', None)
    """
    return None if settled(value) is _FOREIGN else KINDS.get(type(value))


def settled(value: Any) -> Any:
    """A single value in the form in which ``==`` and ``<`` are exact and never raise."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is datetime:
        return _in_utc(value)
    return value if kind is Decimal and value.is_finite() else _FOREIGN


def _in_utc(value: datetime) -> object:
    """The instant in UTC: in one zone Python compares wall clocks, between zones it calls repeated hours unequal."""
    if value.tzinfo is UTC:
        return value
    try:
        return _FOREIGN if value.utcoffset() is None else value.astimezone(UTC)
    except (ArithmeticError, NotImplementedError, TypeError, ValueError):  # at the ends of time, or a broken tzinfo
        return _FOREIGN


def token(value: Any) -> Hashable:
    """What a value is to a condition: two values are the same if and only if their tokens are equal."""
    if type(value) in LISTS:
        return (tuple, *(_scalar_token(each) for each in value))
    return _scalar_token(value)


def _scalar_token(value: object) -> Hashable:
    plain: Hashable = settled(value)
    return (type(plain), plain)


def same(a: object, b: object) -> bool:
    """Whether two values of a record are the same value: whether their tokens are equal, by the shortest road."""
    kind = type(a)
    if kind is not type(b) or kind in LISTS:
        return token(a) == token(b)
    return a == b if kind in _PLAIN else settled(a) == settled(b)


def spelled(value: Scalar) -> str:
    """A constant's one spelling in words and documents: ISO 8601 for dates and instants, these with ``Z``."""
    if isinstance(value, datetime):
        return value.isoformat().removesuffix("+00:00") + "Z"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def constant(value: Any, path: str = "$.value") -> Constant:
    """A constant as conditions keep it: null, a single value, or a tuple of values of one type. Raises InvalidValue."""
    if value is None:
        return None
    if type(value) not in LISTS:
        return _scalar(value, path)
    found = tuple(_scalar(each, f"{path}[{i}]") for i, each in enumerate(bounded(value, path)))
    if not found:
        raise InvalidValue(path, "an empty list", "list at least one value, or ask is_empty")
    for i, each in enumerate(found):
        if type(each) is not type(found[0]):
            problem = f"{NOUNS[KINDS[type(found[0])]]} and {NOUNS[KINDS[type(each)]]} in one list"
            raise InvalidValue(f"{path}[{i}]", problem, "a field has values of one type: list values of that type")
    return found


def bounded(values: Sequence[Any], path: str) -> Sequence[Any]:
    """The list itself, if it is short enough for a condition. Raises LimitExceeded."""
    if len(values) > MAX_LIST:
        raise LimitExceeded(path, "values in one list", MAX_LIST, "keep such a list as a field of the record")
    return values


def _scalar(value: Any, path: str) -> Scalar:
    kind = KINDS.get(type(value))
    if kind == "text":
        return _text(value, path)
    if kind == "integer":
        return _integer(value, path)
    if kind == "decimal":
        return _decimal(value, path)
    if kind == "instant":
        return _instant(value, path)
    if kind is None:
        raise InvalidValue(path, f"{shown(value)} is no constant of a condition", _advice(value))
    found: Scalar = value  # a boolean or a date needs no more
    return found


def _advice(value: object) -> str:
    if isinstance(value, float):
        return "write a decimal, which every machine reads alike: Decimal('1.5'), or {'decimal': '1.5'} in a document"
    if value is None:
        return "ask is_empty or is_not_empty about nothing"
    return "write text, a boolean, an integer, a decimal, a date or an aware datetime (of an enumeration, the value)"


def _text(value: str, path: str) -> str:
    if len(value) > _MAX_TEXT:
        raise LimitExceeded(path, "characters", _MAX_TEXT)
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise InvalidValue(path, f"{shown(value)} has half of a surrogate pair, which is no character")
    return value


def _integer(value: int, path: str) -> int:
    if value.bit_length() > _INTEGER_BITS:
        raise InvalidValue(path, "an integer of more than 64 bits", "stay within -2**63 and 2**63, or write it as text")
    return value


def _decimal(value: Decimal, path: str) -> Decimal:
    """The shortest of a number's spellings; 38 digits on either side of the point are more than money needs."""
    exact = Context(prec=2 * _DIGITS)
    if not value.is_finite() or value.adjusted() >= _DIGITS or value != value.quantize(_GRAIN, context=exact):
        raise InvalidValue(path, f"{shown(value)} is no decimal of {_DIGITS} digits before and after the point")
    shortest = Decimal(format(exact.normalize(value), "f"))
    return shortest or Decimal(0)


def _instant(value: datetime, path: str) -> datetime:
    if value.utcoffset() is None:
        raise NaiveDatetime(path, f"{shown(value)} has no offset", "say which zone it is in, such as +01:00 or Z")
    plain = _in_utc(value)
    if not isinstance(plain, datetime) or not FIRST_INSTANT <= plain <= LAST_INSTANT:
        raise OutOfRange(path, f"{shown(value)} is outside 1970-01-01 to 2199-12-31", "dates may be outside")
    return plain
