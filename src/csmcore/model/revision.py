"""One dated state of a case, as clocks and conditions see it."""

from datetime import datetime

import attrs

from csmcore.conditions import Record
from csmcore.model.fields import in_utc, is_id, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.ids import EventId
from csmcore.model.rendering import names_alone

__all__ = ["Revision"]


@attrs.frozen(slots=False)
class Revision:
    """The fields of a case right after one accepted command, with the facts that were resolved then.

    ``fields`` are flat and dotted (``state``, ``entitlement.plan``); a field that is not there is null.
    ``event.kind``, ``event.by`` (customer, agent or system) and ``event.is_public`` speak of this revision alone.
    ``sequence`` is the case's version.
    """

    at: datetime
    sequence: int = attrs.field(validator=within(1, 1 << 53))
    event_id: EventId = attrs.field(validator=is_id)
    fields: Record = attrs.field(converter=frozen, repr=names_alone)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")
