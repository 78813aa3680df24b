"""What one accepted command comes to, before it is made into a case, events and a revision."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from csmcore.model import Activity, CaseId, EventKind, Notification, Order, Reason, Side, TimeEntry, frozen

__all__ = ["Happening", "Step"]

_NOTHING: Mapping[str, object] = frozen({})
_NO_OTHERS: Mapping[CaseId, int] = frozen({})


class Happening(NamedTuple):
    """An event to be: its kind, the fields of the case that it sets, and what else a reader of the log needs."""

    kind: EventKind
    changes: Mapping[str, Any]
    details: Mapping[str, object] = _NOTHING


class Step(NamedTuple):
    """The fields that change (all but the version and ``updated_at``), and what goes with them.

    ``happened`` begins with the primary event; its changes, put together in order, are ``changes``. Of fields that are
    mappings they have what is new. ``by`` is the side of the case that acted. Steps are named tuples, since one is made
    with every command. It holds only while the other cases that it ``relies_on`` are at these versions.
    """

    changes: Mapping[str, Any]
    happened: tuple[Happening, ...]
    activity: tuple[Activity, ...]
    intents: tuple[Notification, ...]
    reasons: tuple[Reason, ...]
    by: Side
    orders: tuple[Order, ...] = ()
    time: tuple[TimeEntry, ...] = ()
    relies_on: Mapping[CaseId, int] = _NO_OTHERS
