"""What happened on a case as people read it: one stream of words, changes of fields, and what the system did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.activity import Activity
from csmcore.model.actor import Actor
from csmcore.model.events import EVENT_KINDS, EventKind
from csmcore.model.fields import in_utc, one_of, within
from csmcore.model.frozen_mapping import FrozenMapping, frozen

__all__ = ["StreamItem", "StreamKind"]

StreamKind: TypeAlias = Literal["comment", "work_note", "field_change", "system"]

_NO_CHANGES: Mapping[str, tuple[object, object]] = FrozenMapping()
_NO_DETAILS: Mapping[str, object] = FrozenMapping()


@attrs.frozen(kw_only=True)
class StreamItem:
    """One entry of a case's stream, in the place of its event: ``version`` and ``index``.

    ``said`` is the comment or work note; ``changes`` have each field's value before and after. An entry of the system
    is an event that changed no field that people read, such as a breach; its ``details`` say of what. Raises
    InvalidValue, NaiveDatetime.
    """

    kind: StreamKind = attrs.field(validator=one_of(get_args(StreamKind)))
    about: EventKind = attrs.field(validator=one_of(EVENT_KINDS))
    version: int = attrs.field(validator=within(1, 1 << 53))
    index: int = attrs.field(validator=within(0, 1 << 20))
    at: datetime
    by: Actor
    said: Activity | None = None
    changes: Mapping[str, tuple[object, object]] = attrs.field(default=_NO_CHANGES, converter=frozen, repr=False)
    details: Mapping[str, object] = attrs.field(default=_NO_DETAILS, converter=frozen, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")
