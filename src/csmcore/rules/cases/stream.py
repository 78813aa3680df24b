"""The stream of a case, read from its log and its texts: nothing is stored for it, and nothing in it ever changes."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, get_args

import attrs

from csmcore.errors import InvalidValue, shown
from csmcore.model import Activity, ActivityId, Case, Comment, Event, LogEntry, Side, StreamItem, StreamKind
from csmcore.rules.cases.changing import merged

__all__ = ["activity_stream"]

_PUBLIC = frozenset({"state"})
"""The fields whose changes a customer reads; what else they may see is said in comments."""

_STAMPS = frozenset(
    {"id", "number", "policy", "opened_at", "opened_by", "opened_by_kind", "survey_requested", "auto_close_from"}
)
"""What nobody reads as a change: identity, and what only the system goes by."""


_BLANK: Mapping[str, object] = MappingProxyType(
    {field.name: field.default for field in attrs.fields(Case) if field.default is not attrs.NOTHING}
)
"""What a case has where nothing was said."""

_SIDES: tuple[Side, ...] = get_args(Side)
_SAID = ("activity", "work_note")
_NO_CHANGES: Mapping[str, tuple[object, object]] = MappingProxyType({})


def activity_stream(entries: Iterable[LogEntry], activity: Iterable[Activity], side: Side) -> tuple[StreamItem, ...]:
    """Everything that happened on a case, in order, as one side of it may read it.

    The customer's side reads comments and new states, numbered among themselves; the others read all of it.
    ``entries`` are the case's log from its opening on. A text that was erased leaves its event. Law: what is appended
    to a log is appended to its stream. Raises InvalidValue for what is no side.
    """
    if side not in _SIDES:
        raise InvalidValue("side", f"{shown(side)} is not one of {', '.join(_SIDES)}", "choose one of them")
    texts = {said.id: said for said in activity}
    fields: dict[str, Any] = {}
    items: list[StreamItem] = []
    for entry in entries:
        for event in entry.events:
            items += _read(event, fields, texts, side)
            fields.update(merged(fields, event.changes))
    return tuple(_as_customers_count(items)) if side == "customer" else tuple(items)


def _as_customers_count(items: Iterable[StreamItem]) -> Iterator[StreamItem]:
    """The entries numbered among themselves: how many others there are is not for customers to learn."""
    for number, item in enumerate(items, 1):
        said = item.said
        if said is not None:
            said = attrs.evolve(said, id=ActivityId(f"{said.case}/{number}"))
        yield attrs.evolve(item, version=number, index=0, said=said)


def _read(event: Event, fields: Mapping[str, Any], texts: Mapping[Any, Activity], side: Side) -> Iterator[StreamItem]:
    said = next((texts[name] for key in _SAID if (name := event.details.get(key)) in texts), None)
    changes = {name: change for name, change in _changes(event, fields) if side != "customer" or name in _PUBLIC}
    if said is not None and (side != "customer" or isinstance(said, Comment)):
        yield _item(event, "comment" if isinstance(said, Comment) else "work_note", said)
    if changes:
        yield _item(event, "field_change", changes=changes)
    elif side != "customer" and said is None:
        yield attrs.evolve(_item(event, "system"), details=event.details)


def _changes(event: Event, fields: Mapping[str, Any]) -> Iterator[tuple[str, tuple[object, object]]]:
    """What an event changed; at the opening, the state and what was filled in."""
    is_opening = not fields
    for name, value in merged(fields, event.changes).items():
        before = fields.get(name, _BLANK.get(name))
        if name not in _STAMPS and (value != before or (is_opening and name == "state")):
            yield name, (None if is_opening else before, value)


def _item(
    event: Event,
    kind: StreamKind,
    said: Activity | None = None,
    changes: Mapping[str, tuple[object, object]] = _NO_CHANGES,
) -> StreamItem:
    return StreamItem(
        kind=kind,
        about=event.kind,
        version=event.version,
        index=event.index,
        at=event.at,
        by=event.by,
        said=said,
        changes=changes,
    )
