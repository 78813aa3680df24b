"""Conditions a second time: documents read literally at every question, and questions answered by trying everything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple, TypeAlias

__all__ = ["Pair", "holds", "pairs"]

Tagged: TypeAlias = tuple[Any, ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NULL = ("null",)
FOREIGN = ("foreign",)
ORDERED = ("text", "integer", "decimal", "date", "instant")


class Pair(NamedTuple):
    """A record now and before."""

    now: Mapping[str, Any]
    before: Mapping[str, Any] | None


def holds(document: Mapping[str, Any], now: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    """Whether a condition, as a document, is true of a pair of records."""
    if "all" in document:
        return all(holds(part, now, before) for part in document["all"])
    if "any" in document:
        return any(holds(part, now, before) for part in document["any"])
    if "not" in document:
        return not holds(document["not"], now, before)
    new = plain(now.get(document["field"]))
    old = plain((before or {}).get(document["field"]))
    return judged(document, new, old, plain(now.get(document["other"])) if "other" in document else None)


def judged(document: Mapping[str, Any], new: Tagged, old: Tagged, other: Tagged | None) -> bool:
    """One test, word for word as the settled rules have it: on null only ne, not_in, is_empty and true changes hold."""
    op, value = document["op"], document.get("value")
    values = [constant(each) for each in value] if isinstance(value, list) else [constant(value)]
    right = other if other is not None else values[0]
    if op in ("is_empty", "is_not_empty"):
        return (new in (NULL, ("text", ""), ("list",))) == (op == "is_empty")
    if op == "changes":
        return new != old
    if op == "changes_from":
        return new != old and old == values[0]
    if op == "changes_to":
        return new != old and new == values[0]
    if op in ("ne", "not_in"):
        return new == NULL or new not in (values if op == "not_in" else [right])
    return new != NULL and matches(op, new, values if op in ("in", "contains", "contains_any") else [right])


def matches(op: str, new: Tagged, values: list[Tagged]) -> bool:
    """A test that null fails."""
    if op in ("eq", "in"):
        return new in values
    if op in ("contains", "contains_any"):
        return new[0] == "list" and any(each in new[1:] for each in values)
    right = values[0]
    if new[0] not in ORDERED or right[0] != new[0]:
        return False
    return {"lt": new[1] < right[1], "le": new[1] <= right[1], "gt": new[1] > right[1], "ge": new[1] >= right[1]}[op]


def constant(value: Any) -> Tagged:
    """A constant of a document as a tagged value."""
    if isinstance(value, Mapping):
        ((kind, text),) = value.items()
        if kind == "decimal":
            return plain(Decimal(text))
        return plain(date.fromisoformat(text) if kind == "date" else datetime.fromisoformat(text))
    return plain(value)


def plain(value: Any) -> Tagged:
    """A value with a tag that says its type, so that Python's own ``==`` cannot take one type for another."""
    if value is None:
        return NULL
    if type(value) in (tuple, list):
        return ("list", *(plain(each) for each in value))
    for kind, tag in ((str, "text"), (bool, "boolean"), (int, "integer"), (date, "date")):
        if type(value) is kind:
            return (tag, value)
    if type(value) is Decimal and value.is_finite():
        return ("decimal", value)
    return instant(value) if type(value) is datetime else FOREIGN


def instant(value: datetime) -> Tagged:
    """An instant as microseconds since 1970; a datetime that names none is foreign."""
    try:
        offset = value.utcoffset()
    except NotImplementedError:
        return FOREIGN
    if offset is None:
        return FOREIGN
    return ("instant", (value.replace(tzinfo=UTC) - EPOCH - offset) // timedelta(microseconds=1))


def pairs(
    values: Mapping[str, Sequence[Any]], *, nullable: Iterable[str], kinds: Iterable[str] = ("later", "first")
) -> Iterator[Pair]:
    """Every pair of records with these values: later revisions, then first ones, which have no record before."""
    may_be_null = set(nullable)
    choices = [[*([None] if name in may_be_null else []), *each] for name, each in values.items()]
    records = [dict(zip(values, row, strict=True)) for row in product(*choices)]
    if "later" in kinds:
        yield from (Pair(now, before) for now in records for before in records)
    if "first" in kinds:
        yield from (Pair(now, None) for now in records)
